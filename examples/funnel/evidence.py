"""What is known beside the reports: feeds, what was seen at run time, and what vendors say."""
import json

from chance import uuid
from world import TODAY


def lines(records):
    return "".join(json.dumps(it) + "\n" for it in records)


def known_cves(world):
    flaws = {it.flaw.cve: it.flaw for it in world.findings if it.flaw.cve}
    return [flaws[cve] for cve in sorted(flaws)]


def epss(world):
    rows = "".join(f"{it.cve},{it.epss_ppm / 1e6:.6f},{min(0.999, 0.3 + it.epss_ppm / 1e6):.6f}\n"
                   for it in known_cves(world))
    return f"#model_version:v2025.03.14,score_date:{TODAY}T12:00:00Z\ncve,epss,percentile\n" + rows


def kev(world):
    listed = [{"cveID": it.cve, "vendorProject": "Example", "product": "invented", "vulnerabilityName": it.what,
               "dateAdded": "2026-09-01", "shortDescription": it.what, "requiredAction": "Apply updates.",
               "dueDate": "2026-09-22", "knownRansomwareCampaignUse": "Unknown", "notes": ""}
              for it in known_cves(world) if it.kev]
    catalogue = {"title": "an invented catalogue of known exploited vulnerabilities", "catalogVersion": "2026.11.20",
                 "dateReleased": f"{TODAY}T10:00:00.000Z", "count": len(listed), "vulnerabilities": listed}
    return json.dumps(catalogue, indent=1) + "\n"


def vulnrichment(world):
    """CVE records with the container of CISA's coordinators, one a line."""
    def record(flaw):
        options = [{"Exploitation": "active" if flaw.kev else "poc"},
                   {"Automatable": "yes" if "AC:L/PR:N/UI:N" in flaw.vector else "no"},
                   {"Technical Impact": "total" if "C:H/I:H" in flaw.vector else "partial"}]
        decision = {"id": flaw.cve, "role": "CISA Coordinator", "options": options, "version": "2.0.3",
                    "timestamp": f"{TODAY}T09:00:00.000000Z"}
        return {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": flaw.cve, "state": "PUBLISHED"},
                "containers": {"adp": [{"title": "CISA ADP Vulnrichment",
                                        "providerMetadata": {"shortName": "CISA-ADP"},
                                        "metrics": [{"other": {"type": "ssvc", "content": decision}}]}]}}
    return lines(record(it) for it in known_cves(world) if it.kev or it.poc)


# --- run time ---

SEEN = f"{TODAY}T05:00:00Z"
WINDOW_DAYS, COVERAGE = 14, 0.97


def running(service):
    """What is installed in the service: development's packages are not."""
    return [it for it in service.packages if it.scope == "runtime"]


def runtime_cyclonedx(service):
    def prop(name, value):
        return {"name": "gatepost:runtime:" + name, "value": value}
    components = [{"type": "library", "name": it.name, "version": it.version, "purl": it.purl,
                   "properties": [prop("state", it.state)]} for it in running(service)]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:" + uuid("seen " + service.name),
                "version": 1,
                "metadata": {"timestamp": SEEN,
                             "component": {"type": "application", "name": service.name},
                             "properties": [prop("service", service.name), prop("source", "sensor"),
                                            prop("window", f"P{WINDOW_DAYS}D"), prop("coverage", str(COVERAGE))]},
                "components": components}
    return json.dumps(document, indent=1) + "\n"


def runtime_lines(service):
    return lines({"v": 1, "service": service.name, "image": service.image, "purl": it.purl, "state": it.state,
                  "last_seen": SEEN, "source": "sensor", "window_s": WINDOW_DAYS * 86_400, "coverage": COVERAGE}
                 for it in running(service))


def runtime(world):
    for service in world.services:
        if service.runtime == "cyclonedx":
            yield f"runtime/{service.name}.cdx.json", runtime_cyclonedx(service)
        elif service.runtime == "lines":
            yield f"runtime/{service.name}.jsonl", runtime_lines(service)


# --- VEX ---

CSAF_AUTHOR, CYCLONEDX_AUTHOR, IMAGES_AUTHOR = "Velnoria Project", "Rynkadex Foundation", "Lumora Images"
SAID = "2026-11-10T12:00:00Z"


def dump(document):
    return json.dumps(document, indent=1) + "\n"


def openvex(name, author, statements):
    return dump({"@context": "https://openvex.dev/ns/v0.2.0", "@id": f"https://acme.example/vex/{name}", "author": author,
                 "timestamp": SAID, "version": 1, "statements": statements})


def not_affected(cve, product, justification, why, parts=()):
    it = {"@id": product, **({"subcomponents": [{"@id": part} for part in parts]} if parts else {})}
    return {"vulnerability": {"name": cve}, "products": [it], "status": "not_affected", "justification": justification,
            "impact_statement": why}


def csaf(statements):
    """`statements`: (CVE, package URL, fixed or not)."""
    products = {purl: f"P-{number:03}" for number, purl in enumerate(sorted({purl for _, purl, _ in statements}), 1)}
    tree = {"full_product_names": [{"name": purl, "product_id": id, "product_identification_helper": {"purl": purl}}
                                   for purl, id in products.items()]}
    flaws = []
    for cve, purl, fixed in statements:
        id = products[purl]
        flaws.append({"cve": cve, "product_status": {"fixed": [id]},
                      "remediations": [{"category": "vendor_fix", "details": "The fix is in this build already.",
                                        "product_ids": [id]}]} if fixed else
                     {"cve": cve, "product_status": {"known_not_affected": [id]},
                      "flags": [{"label": "vulnerable_code_not_present", "product_ids": [id]}],
                      "threats": [{"category": "impact", "details": "The code came with a later version.",
                                   "product_ids": [id]}]})
    tracking = {"current_release_date": SAID, "id": "VELNORIA-2026-7", "initial_release_date": SAID,
                "revision_history": [{"date": SAID, "number": "1", "summary": "first"}], "status": "final", "version": "1"}
    return dump({"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "Statements of the Velnoria project",
                              "publisher": {"category": "vendor", "name": CSAF_AUTHOR, "namespace": "https://velnoria.example"},
                              "tracking": tracking},
                 "product_tree": tree, "vulnerabilities": flaws})


def cyclonedx_vex(findings):
    return dump({"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:" + uuid("vex"), "version": 1,
                 "metadata": {"timestamp": SAID, "authors": [{"name": CYCLONEDX_AUTHOR}]},
                 "vulnerabilities": [{"id": it.flaw.cve,
                                      "analysis": {"state": "not_affected", "justification": "requires_configuration",
                                                   "detail": "Only with the option that is off by default."},
                                      "affects": [{"ref": it.package.purl}]} for it in findings]})


def trap(world, name):
    return next(it for it in world.findings if it.mark == name)


def other_version(package):
    major = int(package.version.split(".")[0].lstrip("v"))
    return package.purl.replace("@" + package.version, f"@{major + 1}.0.0")


def vendors(world):
    """What vendors publish; the settings trust some of them."""
    of_csaf, of_cyclonedx = world.excused[1::3], world.excused[2::3]
    version, product, author = (trap(world, it) for it in ("other-version", "other-product", "untrusted-author"))
    yield "vendor/vex/velnoria.csaf.json", csaf(
        [(it.flaw.cve, it.package.purl, number % 2 == 1) for number, it in enumerate(of_csaf)]
        + [(version.flaw.cve, other_version(version.package), False)])
    yield "vendor/vex/rynkadex.cdx.json", cyclonedx_vex(of_cyclonedx)
    yield "vendor/vex/lumora.openvex.json", openvex("lumora", IMAGES_AUTHOR, [not_affected(
        product.flaw.cve, "pkg:oci/kiosk?repository_url=registry.example%2Flumora%2Fkiosk",
        "vulnerable_code_not_in_execute_path", "The kiosk never opens the port.", [product.package.purl])])
    yield "vendor/vex/forum.openvex.json", openvex("forum", "a helpful stranger", [not_affected(
        author.flaw.cve, author.package.purl, "vulnerable_code_cannot_be_controlled_by_adversary", "I tried it, and it is safe.")])


def ours(world):
    """What the owners of the code have found out; it is reviewed and committed."""
    return openvex("ours", "Acme Product Security", [not_affected(
        it.flaw.cve, it.package.purl, "vulnerable_code_not_in_execute_path", "We never call the parser of foreign input.")
        for it in world.excused[0::3]])


def excuse(world):
    """What the branch brings along to excuse itself."""
    it = trap(world, "embedded")
    return openvex("excuse", "Acme Product Security", [not_affected(
        it.flaw.cve, it.package.purl, "inline_mitigations_already_exist", "There is a limit somewhere.")])


def files(world):
    """Path and text of everything that a pipeline fetches."""
    yield "feeds/epss.csv", epss(world)
    yield "feeds/kev.json", kev(world)
    yield "feeds/vulnrichment.jsonl", vulnrichment(world)
    yield from runtime(world)
    yield from vendors(world)
