#!/usr/bin/env python3
"""Writes a report in the shape of a scanner's own format, for the benchmarks: the same bytes for the same options.

    gen_reports.py --shape trivy --findings 12000 --output trivy.json

The shapes are those that mappings read: a document with nested lists (trivy), an object with a key for each package
(npm-audit), an object a line (nuclei), elements with attributes (checkstyle), rows (prowler). No two findings are equal.
"""
import argparse
import csv
import json
import sys

from gen_sarif import NOUNS, VERBS, WORDS, mix

SEVERITIES = ("LOW", "MEDIUM", "MEDIUM", "HIGH", "CRITICAL")


def sentence(words, *parts):
    """Prose of so many words."""
    return " ".join(WORDS[mix(*parts, i) % len(WORDS)] for i in range(words)).capitalize() + "."


def path(finding):
    chance = mix(2, finding // 20)
    return f"services/{NOUNS[chance % 10]}-{chance // 10 % 40:02d}/src/{VERBS[chance // 400 % 10]}_{finding // 20:05d}"


def vector(finding):
    chance = mix(3, finding)
    return (f"CVSS:3.1/AV:{'NALP'[chance % 4]}/AC:{'LH'[chance // 4 % 2]}/PR:{'NLH'[chance // 8 % 3]}/UI:{'NR'[chance // 24 % 2]}"
            f"/S:{'UC'[chance // 48 % 2]}/C:{'NLH'[chance // 96 % 3]}/I:{'NLH'[chance // 288 % 3]}/A:H")


# --- documents ------------------------------------------------------------------------------------------------------

def vulnerability(finding):
    name, cve = f"{NOUNS[mix(4, finding) % 10]}-{mix(5, finding) % 900}", f"CVE-20{10 + finding % 15}-{10000 + finding}"
    return {
        "VulnerabilityID": cve, "VendorIDs": [f"DSA-{1000 + finding % 5000}-1"], "PkgID": f"{name}@1.{finding % 90}.2-1",
        "PkgName": name, "PkgIdentifier": {"PURL": f"pkg:deb/debian/{name}@1.{finding % 90}.2-1?arch=amd64", "UID": f"{mix(6, finding):016x}"},
        "InstalledVersion": f"1.{finding % 90}.2-1", "FixedVersion": f"1.{finding % 90}.4-1", "Status": "fixed",
        "Layer": {"Digest": f"sha256:{mix(7, finding % 9):064x}", "DiffID": f"sha256:{mix(8, finding % 9):064x}"},
        "SeveritySource": "nvd", "PrimaryURL": f"https://avd.example.org/nvd/{cve.lower()}",
        "DataSource": {"ID": "debian", "Name": "Debian Security Tracker", "URL": "https://tracker.example.org/"},
        "Title": sentence(8, 9, finding), "Description": sentence(90, 10, finding), "Severity": SEVERITIES[mix(11, finding) % 5],
        "CweIDs": [f"CWE-{20 + finding % 900}"], "VendorSeverity": {"nvd": 3, "redhat": 2, "ubuntu": 2},
        "CVSS": {"nvd": {"V3Vector": vector(finding), "V3Score": 7.5}, "redhat": {"V3Vector": vector(finding + 1), "V3Score": 6.1}},
        "References": [f"https://example.org/{kind}/{cve}" for kind in ("advisory", "commit", "bug", "mail", "patch", "notes")],
        "PublishedDate": "2024-03-05T12:15:00Z", "LastModifiedDate": "2024-11-21T09:02:11.123Z"}


def trivy(findings, out):
    """As a container scan writes it: a few results, of which one has nearly all."""
    results = [{"Target": "shop (debian 12.5)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": range(findings * 9 // 10)},
               {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg", "Vulnerabilities": range(findings * 9 // 10, findings)}]
    out.write('{"SchemaVersion": 2, "CreatedAt": "2024-12-01T10:00:00Z", "ArtifactName": "shop:1", "ArtifactType": "container_image", "Results": [')
    for result in results:
        numbers = result.pop("Vulnerabilities")
        out.write(("" if result["Class"] == "os-pkgs" else ", ") + json.dumps(result)[:-1] + ', "Vulnerabilities": [')
        for finding in numbers:
            out.write((",\n" if finding != numbers[0] else "\n") + json.dumps(vulnerability(finding), indent=2))
        out.write("]}")
    out.write("]}\n")


def npm_audit(findings, out):
    """Pretty-printed; every package has one advisory of its own."""
    packages = {}
    for finding in range(findings):
        name = f"{NOUNS[finding % 10]}-{VERBS[finding // 10 % 10]}-{finding}"
        ghsa = "-".join("".join("23456789cfghjmpqrvwx"[mix(12, finding, part, i) % 20] for i in range(4)) for part in range(3))
        packages[name] = {
            "name": name, "severity": SEVERITIES[mix(11, finding) % 5].lower().replace("medium", "moderate"), "isDirect": finding % 7 == 0,
            "via": [{"source": 1000000 + finding, "name": name, "dependency": name, "title": sentence(9, 13, finding),
                     "url": f"https://github.com/advisories/GHSA-{ghsa}", "severity": SEVERITIES[mix(11, finding) % 5].lower().replace("medium", "moderate"),
                     "cwe": [f"CWE-{20 + finding % 900}"], "cvss": {"score": 7.5, "vectorString": vector(finding)}, "range": f"<1.{finding % 90}.4"}],
            "effects": [f"{NOUNS[(finding + 1) % 10]}-{i}" for i in range(3)], "range": f"<1.{finding % 90}.4", "nodes": [f"node_modules/{name}"],
            "fixAvailable": {"name": name, "version": f"1.{finding % 90}.4", "isSemVerMajor": False}}
    counts = {"info": 0, "low": 0, "moderate": findings, "high": 0, "critical": 0, "total": findings}
    json.dump({"auditReportVersion": 2, "vulnerabilities": packages, "metadata": {"vulnerabilities": counts, "dependencies": {"total": findings}}},
              out, indent=2)


def snippet(finding, words):
    return "".join(f"{finding % 900 + i}     value_{mix(26, finding, i) % 900} = {sentence(words, 27, finding, i).lower()}\n" for i in range(3))


def semgrep(findings, out):
    """In one line, as the tool writes it; every fifth has the way of the data."""
    out.write('{"version": "1.99.0", "results": [')
    for finding in range(findings):
        rule, line = f"python.lang.security.audit.{VERBS[finding % 10]}-{finding % 400}", mix(19, finding) % 2000 + 1
        place = {"path": path(finding) + ".py", "start": {"line": line, "col": 5, "offset": line * 40}, "end": {"line": line + 1, "col": 30, "offset": line * 40 + 60}}
        extra = {"metavars": {"$X": {"start": place["start"], "end": place["end"], "abstract_content": WORDS[finding % 12]}},
                 "message": sentence(30, 28, finding % 400), "severity": ("ERROR", "WARNING", "INFO")[finding % 3], "fingerprint": f"{mix(29, finding):032x}_0",
                 "metadata": {"cwe": [f"CWE-{20 + finding % 400}: {sentence(8, 30, finding % 400)}"], "owasp": ["A03:2021 - Injection"], "confidence": "MEDIUM",
                              "likelihood": "LOW", "impact": "HIGH", "category": "security", "technology": ["python"], "references": ["https://example.org/a", "https://example.org/b"],
                              "source": f"https://rules.example.org/{rule}", "shortlink": f"https://rules.example.org/{finding % 400}", "vulnerability_class": ["Code Injection"]},
                 "lines": snippet(finding, 6), "is_ignored": False, "validation_state": "NO_VALIDATOR", "engine_kind": "OSS"}
        if finding % 5 == 0:
            step = {"location": place, "content": WORDS[finding % 12]}
            extra["dataflow_trace"] = {"taint_source": ["CliLoc", [place, WORDS[finding % 12]]], "intermediate_vars": [step, step], "taint_sink": ["CliLoc", [place, "x"]]}
        out.write((", " if finding else "") + json.dumps({"check_id": rule, **place, "extra": extra}))
    out.write('], "errors": [], "paths": {"scanned": ["src/a.py"]}, "skipped_rules": []}')


def bandit(findings, out):
    """Pretty-printed."""
    results = [{"code": snippet(finding, 6), "col_offset": 4, "end_col_offset": 30, "filename": "./" + path(finding) + ".py", "issue_confidence": "HIGH",
                "issue_cwe": {"id": 20 + finding % 400, "link": f"https://cwe.example.org/{20 + finding % 400}.html"}, "issue_severity": SEVERITIES[finding % 4],
                "issue_text": sentence(12, 31, finding % 70), "line_number": mix(19, finding) % 2000 + 1, "line_range": [finding % 2000 + 1, finding % 2000 + 2],
                "more_info": f"https://bandit.example.org/b{100 + finding % 70}", "test_id": f"B{100 + finding % 70}", "test_name": WORDS[finding % 12]}
               for finding in range(findings)]
    json.dump({"errors": [], "generated_at": "2024-12-01T10:00:00Z", "metrics": {"_totals": {"loc": findings * 50}}, "results": results}, out, indent=2)


# --- records one after the other ------------------------------------------------------------------------------------

def nuclei(findings, out):
    for finding in range(findings):
        place = f"https://{NOUNS[finding % 10]}.example.org/{path(finding)}?id={finding}"
        json.dump({"template": f"http/{VERBS[finding % 10]}/{finding % 700}.yaml", "template-id": f"{VERBS[finding % 10]}-{finding % 700}",
                   "template-url": f"https://templates.example.org/{finding % 700}", "info": {
                       "name": sentence(5, 14, finding % 700), "author": ["someone"], "tags": ["cve", WORDS[finding % 12]],
                       "description": sentence(40, 15, finding % 700), "reference": [f"https://example.org/{finding % 700}"],
                       "severity": SEVERITIES[finding % 5].lower(), "remediation": sentence(20, 16, finding % 700),
                       "classification": {"cve-id": [f"cve-2021-{10000 + finding % 700}"], "cwe-id": [f"cwe-{20 + finding % 700}"],
                                          "cvss-metrics": vector(finding % 700), "cvss-score": 7.5, "epss-score": 0.01}},
                   "matcher-name": WORDS[mix(17, finding) % 12], "type": "http", "host": place.split("/")[2], "matched-at": place,
                   "request": f"GET /{path(finding)} HTTP/1.1\r\nHost: example.org\r\nUser-Agent: Mozilla/5.0\r\n\r\n",
                   "response": "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>" + sentence(60, 18, finding) + "</html>",
                   "ip": f"10.0.{finding // 250 % 250}.{finding % 250}", "timestamp": "2024-03-05T12:15:00Z", "matcher-status": True}, out)
        out.write("\n")


def checkstyle(findings, out):
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="10.12.4">\n')
    for finding in range(findings):
        if finding % 20 == 0:
            out.write(f'{"</file>" if finding else ""}\n<file name="{path(finding)}.java">\n')
        rule = f"{VERBS[finding % 10].capitalize()}{NOUNS[finding // 10 % 10].capitalize()}"
        out.write(f'<error line="{mix(19, finding) % 2000 + 1}" column="{finding % 80 + 1}" severity="{("error", "warning", "info")[finding % 3]}" '
                  f'message="{sentence(14, 20, finding)}" source="com.puppycrawl.tools.checkstyle.checks.coding.{rule}Check"/>\n')
    out.write("</file>\n</checkstyle>\n")


def prowler(findings, out):
    """Every third row is a check that passed."""
    columns = ("AUTH_METHOD", "TIMESTAMP", "ACCOUNT_UID", "FINDING_UID", "PROVIDER", "CHECK_ID", "CHECK_TITLE", "STATUS", "STATUS_EXTENDED",
               "MUTED", "SERVICE_NAME", "SEVERITY", "RESOURCE_TYPE", "RESOURCE_UID", "RESOURCE_NAME", "REGION", "DESCRIPTION", "RISK",
               "RELATED_URL", "REMEDIATION_RECOMMENDATION_TEXT", "COMPLIANCE", "RELATED_TO", "PROWLER_VERSION")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    for row in range(findings * 3 // 2):
        check, noun = f"{NOUNS[row % 10]}_{VERBS[row // 10 % 10]}_{WORDS[row // 100 % 12]}", NOUNS[row % 10]
        writer.writerow(("profile", "2024-03-05T12:15:00Z", "123456789012", f"prowler-aws-{check}-123456789012-{row}", "aws", check,
                         sentence(7, 21, row % 1200), ("FAIL", "PASS", "FAIL")[row % 3], sentence(12, 22, row), "False", noun,
                         SEVERITIES[row % 1200 % 5].lower(), "AwsS3Bucket", f"arn:aws:{noun}:eu-west-1:123456789012:{noun}/{row}", f"{noun}-{row}",
                         "eu-west-1", sentence(20, 23, row % 1200), sentence(30, 24, row % 1200), "https://docs.example.org/" + check,
                         sentence(15, 25, row % 1200), "CIS-1.4: 2.1 | SOC2: cc_6", "", "4.3.0"))


SHAPES = {"trivy": trivy, "npm-audit": npm_audit, "semgrep": semgrep, "bandit": bandit, "nuclei": nuclei, "checkstyle": checkstyle, "prowler": prowler}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, required=True)
    parser.add_argument("--findings", type=int, default=10_000)
    parser.add_argument("--output", default="-")
    options = parser.parse_args()
    out = sys.stdout if options.output == "-" else open(options.output, "w", encoding="utf-8", newline="")
    with out:
        SHAPES[options.shape](options.findings, out)


if __name__ == "__main__":
    main()
