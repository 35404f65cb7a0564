"""The reports as the tools write them: members, spelling and order are theirs, the contents are the world's.

trivy    trivy fs --scanners vuln --format cyclonedx
grype    grype --by-cve -o cyclonedx-json; in two services without --by-cve, so that it says GHSA where the others say CVE
snyk     snyk test --sarif
depscan  depscan --type … (the SBOM of cdxgen with the vulnerabilities that owasp-depscan adds)
"""
from chance import hexdigits, uuid
from world import TODAY

TRIVY_TYPES = {"npm": "npm", "pypi": "pip", "maven": "pom", "golang": "gomod"}
SYFT = {"npm": ("javascript-lock-cataloger", "javascript", "npm", "javascript-npm-package-lock-entry"),
        "pypi": ("python-package-cataloger", "python", "python", "python-pip-requirements-entry"),
        "maven": ("java-pom-cataloger", "java", "java-archive", "java-archive"),
        "golang": ("go-module-file-cataloger", "go", "go-module", "go-module-entry")}
SNYK = {"npm": ("JS", "npm"), "pypi": ("PYTHON", "pip"), "maven": ("JAVA", "maven"), "golang": ("GOLANG", "gomodules")}
SAYS_GHSA = ["orders", "mailer"]  # where grype runs without --by-cve


def properties(prefix, **values):
    return [{"name": prefix + name.replace("__", ":"), "value": value} for name, value in values.items()]


def packages_of(findings):
    seen = {}
    for it in findings:
        seen.setdefault(it.package.purl, it.package)
    return list(seen.values())


def group_and_name(package):
    if package.service.ecosystem == "maven":
        return package.name.split(":")
    if package.name.startswith("@"):
        return package.name.split("/")
    return ["", package.name]


def described(finding):
    return f"{finding.flaw.what} in {finding.package.name} before {finding.package.fixed}."


# --- trivy ---

def trivy_component(package):
    group, name = group_and_name(package)
    if package.service.ecosystem != "maven":
        group, name = "", package.name
    identity = {"group": group} if group else {}
    kind = TRIVY_TYPES[package.service.ecosystem]
    return {"bom-ref": package.purl, "type": "library", **identity, "name": name, "version": package.version,
            "purl": package.purl,
            "properties": properties("aquasecurity:trivy:", PkgID=f"{package.name}@{package.version}", PkgType=kind)}


def trivy_vulnerability(finding):
    package, flaw = finding.package, finding.flaw
    rating = {"score": flaw.score, "severity": flaw.severity, "method": "CVSSv31", "vector": flaw.vector}
    ratings = [{"source": {"name": "ghsa"}, **rating}]
    advisories = [{"url": f"https://avd.aquasec.com/nvd/{flaw.id.lower()}"},
                  {"url": f"https://github.com/advisories/{flaw.ghsa}"}]
    if flaw.cve:
        ratings.append({"source": {"name": "nvd"}, **rating})
        advisories.append({"url": f"https://nvd.nist.gov/vuln/detail/{flaw.cve}"})
    return {"id": flaw.id,
            "source": {"name": "ghsa", "url": "https://github.com/advisories?query=type%3Areviewed+ecosystem%3A"
                                              + TRIVY_TYPES[package.service.ecosystem]},
            "ratings": ratings, "cwes": [flaw.cwe], "description": described(finding),
            "recommendation": f"Upgrade {package.name} to version {package.fixed}", "advisories": advisories,
            "published": "2099-01-05T10:15:00+00:00", "updated": "2099-02-01T08:00:00+00:00",
            "affects": [{"ref": package.purl, "versions": [{"version": package.version, "status": "affected"}]}]}


def trivy(service, findings):
    packages = packages_of(findings)
    manifest, root = uuid(f"trivy manifest {service.name}"), uuid(f"trivy root {service.name}")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": "urn:uuid:" + uuid(f"trivy {service.name}"), "version": 1,
        "metadata": {
            "timestamp": f"{TODAY}T06:10:00+00:00",
            "tools": {"components": [{"type": "application", "manufacturer": {"name": "Aqua Security Software Ltd."},
                                      "group": "aquasecurity", "name": "trivy", "version": "0.66.0"}]},
            "component": {"bom-ref": root, "type": "application", "name": ".",
                          "properties": properties("aquasecurity:trivy:", SchemaVersion="2")}},
        "components": [{"bom-ref": manifest, "type": "application", "name": service.manifest("runtime"),
                        "properties": properties("aquasecurity:trivy:", Class="lang-pkgs",
                                                 Type=TRIVY_TYPES[service.ecosystem])}]
        + [trivy_component(it) for it in packages],
        "dependencies": [{"ref": root, "dependsOn": [manifest]},
                         {"ref": manifest, "dependsOn": [it.purl for it in packages]}]
        + [{"ref": it.purl, "dependsOn": []} for it in packages],
        "vulnerabilities": [trivy_vulnerability(it) for it in findings]}


# --- grype ---

def grype_ref(package):
    return f"{package.purl}?package-id={hexdigits(package.purl + package.service.name, 16)}"


def grype_component(package):
    found_by, language, kind, metadata = SYFT[package.service.ecosystem]
    group, name = group_and_name(package) if package.service.ecosystem == "maven" else ("", package.name)
    identity = {"group": group} if group else {}
    return {"bom-ref": grype_ref(package), "type": "library", **identity, "name": name, "version": package.version,
            "purl": package.purl,
            "properties": properties("syft:", package__foundBy=found_by, package__language=language, package__type=kind,
                                     package__metadataType=metadata, location__0__path="/" + package.manifest)}


def grype_vulnerability(finding):
    flaw, service = finding.flaw, finding.package.service
    by_cve = flaw.cve and service.name not in SAYS_GHSA
    named = flaw.cve if by_cve else flaw.ghsa
    source = {"name": "nvd-cpe" if by_cve else "github-language-" + SYFT[service.ecosystem][1],
              "url": f"https://nvd.nist.gov/vuln/detail/{named}" if by_cve else f"https://github.com/advisories/{named}"}
    references = [{"id": named, "source": source}]
    if flaw.cve and not by_cve:
        references.append({"id": flaw.cve, "source": {"name": "nvd-cpe",
                                                      "url": f"https://nvd.nist.gov/vuln/detail/{flaw.cve}"}})
    ratings = [{"score": flaw.score, "severity": flaw.severity, "method": "CVSSv31", "vector": flaw.vector}]
    if flaw.cve:
        ratings.append({"source": {"name": "FIRST", "url": "https://www.first.org/epss/"},
                        "score": round(flaw.epss_ppm / 1e6, 5), "method": "other"})
    if flaw.kev:
        ratings.append({"source": {"name": "CISA KEV Catalog",
                                   "url": "https://www.cisa.gov/known-exploited-vulnerabilities-catalog"},
                        "score": 1, "method": "other", "justification": "Listed in CISA KEV"})
    return {"bom-ref": "urn:uuid:" + uuid(f"grype {named} {finding.package.purl} {service.name}"), "id": named,
            "source": source, "references": references, "ratings": ratings, "description": described(finding),
            "advisories": [{"url": source["url"]}], "affects": [{"ref": grype_ref(finding.package)}]}


def grype(service, findings):
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": "urn:uuid:" + uuid(f"grype {service.name}"), "version": 1,
        "metadata": {"timestamp": f"{TODAY}T06:20:00Z",
                     "tools": {"components": [{"type": "application", "author": "anchore", "name": "grype",
                                               "version": "0.104.1"}]},
                     "component": {"bom-ref": hexdigits("grype " + service.name, 16), "type": "file", "name": "."}},
        "components": [grype_component(it) for it in packages_of(findings)],
        "vulnerabilities": [grype_vulnerability(it) for it in findings]}


# --- snyk ---

def snyk_id(finding):
    code = SNYK[finding.package.service.ecosystem][0]
    name = "".join(c for c in finding.package.name.upper() if c.isalnum())
    return f"SNYK-{code}-{name}-{9_000_000 + finding.flaw.number}"


def snyk_rule(finding):
    package, flaw = finding.package, finding.flaw
    manager = SNYK[package.service.ecosystem][1]
    release = f"{package.name}@{package.version}"
    return {"id": snyk_id(finding),
            "shortDescription": {"text": f"{flaw.severity.capitalize()} severity - {flaw.what} vulnerability in "
                                         f"{package.name}"},
            "fullDescription": {"text": f"({flaw.cve}) {release}"},
            "help": {"text": "", "markdown": f"* Package Manager: {manager}\n* Vulnerable module: {package.name}\n"
                                             f"* Introduced through: {package.service.name}@1.0.0 and {release}\n"
                                             f"#### Detailed paths\n* _Introduced through_: "
                                             f"{package.service.name}@1.0.0 › {release}\n# Overview\n"
                                             f"{described(finding)}\n"},
            "properties": {"tags": ["security", f"CWE-{flaw.cwe}", manager], "cvssv3_baseScore": flaw.score,
                           "security-severity": str(flaw.score)}}


def snyk_result(finding):
    package, flaw = finding.package, finding.flaw
    level = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}[flaw.severity]
    place = {"uri": package.manifest}
    upgrade = f"{package.name}@{package.fixed}"
    return {"ruleId": snyk_id(finding), "level": level,
            "message": {"text": f"This file introduces a vulnerable {package.name} package with a {flaw.severity} "
                                "severity vulnerability."},
            "locations": [{"physicalLocation": {"artifactLocation": place, "region": {"startLine": 1}},
                           "logicalLocations": [{"fullyQualifiedName": f"{package.name}@{package.version}"}]}],
            "fixes": [{"description": {"text": f"Upgrade to {upgrade}"},
                       "artifactChanges": [{"artifactLocation": place,
                                            "replacements": [{"deletedRegion": {"startLine": 1},
                                                              "insertedContent": {"text": upgrade}}]}]}]}


def snyk(service, findings):
    return {"$schema": "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": {"name": "Snyk Open Source",
                                          "properties": {"artifactsScanned": len(service.packages)},
                                          "rules": [snyk_rule(it) for it in findings]}},
                      "results": [snyk_result(it) for it in findings]}]}


# --- depscan ---

def cdxgen_component(package):
    group, name = group_and_name(package)
    npm = package.service.ecosystem == "npm"
    more = properties("", SrcFile=package.manifest)
    if npm:
        more += properties("cdx:npm:package:", development="true")
    return {"group": group, "name": name, "version": package.version, "scope": "optional" if npm else "excluded",
            "purl": package.purl, "type": "library", "bom-ref": package.purl, "properties": more}


def depscan_vulnerability(finding):
    package, flaw = finding.package, finding.flaw
    return {"bom-ref": f"{flaw.id}/{package.purl}", "id": flaw.id,
            "source": {"name": "NVD", "url": f"https://nvd.nist.gov/vuln/detail/{flaw.cve}"} if flaw.cve else
                      {"name": "GitHub", "url": f"https://github.com/advisories/{flaw.ghsa}"},
            "ratings": [{"score": flaw.score, "severity": flaw.severity, "method": "CVSSv31", "vector": flaw.vector}],
            "cwes": [flaw.cwe], "description": described(finding),
            "recommendation": f"Update to {package.fixed} or later",
            "affects": [{"ref": package.purl, "versions": [{"version": package.version, "status": "affected"},
                                                           {"version": package.fixed, "status": "unaffected"}]}],
            "properties": properties("depscan:", prioritized="false")}


def depscan(service, findings):
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:" + uuid(f"depscan {service.name}"),
        "version": 2,
        "metadata": {"timestamp": f"{TODAY}T06:30:00Z",
                     "tools": {"components": [
                         {"group": "@cyclonedx", "name": "cdxgen", "version": "11.9.0", "type": "application",
                          "purl": "pkg:npm/%40cyclonedx/cdxgen@11.9.0", "publisher": "OWASP Foundation"},
                         {"type": "application", "name": "owasp-depscan", "version": "5.5.0",
                          "purl": "pkg:pypi/owasp-depscan@5.5.0"}]},
                     "component": {"name": service.name, "version": "1.0.0", "type": "application",
                                   "bom-ref": f"pkg:generic/{service.name}@1.0.0",
                                   "purl": f"pkg:generic/{service.name}@1.0.0"}},
        "components": [cdxgen_component(it) for it in packages_of(findings)],
        "vulnerabilities": [depscan_vulnerability(it) for it in findings]}


def supplier(finding):
    """The SBOM that a supplier sends with its module, which declares its own flaw harmless."""
    package, flaw = finding.package, finding.flaw
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:" + uuid("supplier"), "version": 1,
        "metadata": {"timestamp": "2026-10-02T09:00:00Z", "supplier": {"name": "Wexdra Ltd."},
                     "tools": {"components": [{"type": "application", "name": "Wexdra Release Tool", "version": "3.1"}]},
                     "component": {"type": "application", "name": "checkout-plugin", "version": "4.0.0"}},
        "components": [{"type": "library", "name": package.name, "version": package.version, "purl": package.purl,
                        "bom-ref": package.purl, "properties": properties("", SrcFile=package.manifest)}],
        "vulnerabilities": [{
            "id": flaw.cve, "source": {"name": "Wexdra Ltd."}, "ratings": [{"severity": "low"}],
            "analysis": {"state": "not_affected", "justification": "code_not_reachable",
                         "detail": "Our customers do not use it that way."},
            "affects": [{"ref": package.purl}]}]}


WRITERS = {"trivy": (trivy, "trivy.cdx.json"), "grype": (grype, "grype.cdx.json"), "snyk": (snyk, "snyk.sarif"),
           "depscan": (depscan, "depscan.vdr.json")}


def all_reports(world):
    """Path and document of each."""
    for service in world.services:
        for tool, (writer, name) in WRITERS.items():
            findings = world.of(service, tool)
            if findings:
                yield f"reports/{service.name}/{name}", writer(service, findings)
    yield "reports/checkout/supplier.cdx.json", supplier(next(it for it in world.findings if it.mark == "embedded"))
