#!/usr/bin/env python3
"""What an importer of scanners' reports does at least, written with the standard library: loads the report, makes an object of
each finding, and drops those whose hash was there before.

    report_import.py SHAPE FILE        a shape of bench/support/gen_reports.py
"""
import csv
import hashlib
import json
import sys
import xml.etree.ElementTree

SEVERITIES = {"critical": "Critical", "high": "High", "error": "High", "moderate": "Medium", "medium": "Medium",
              "warning": "Medium", "low": "Low", "info": "Info", "note": "Info"}


def finding(rule, title, severity, description, path="", line=0, component="", version="", fixed="", ids=(), cwe=0, cvss="", url=""):
    return {"rule": rule, "title": title[:500], "severity": SEVERITIES.get(severity.lower(), "Info"), "description": description,
            "file_path": path, "line": int(line or 0), "component_name": component, "component_version": version,
            "mitigation": f"Update to {fixed}" if fixed else "", "vulnerability_ids": [it for it in ids if it], "cwe": cwe,
            "cvss": cvss, "references": url}


def number(cwe):
    return int("".join(filter(str.isdigit, cwe)) or 0)


def trivy(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    for result in report.get("Results", []):
        for it in result.get("Vulnerabilities") or []:
            scores = it.get("CVSS", {})
            vector = next((of["V3Vector"] for of in scores.values() if of.get("V3Vector")), "")
            yield finding(it["VulnerabilityID"], it.get("Title", ""), it.get("Severity", ""), it.get("Description", ""),
                          it.get("PkgPath") or result.get("Target", ""), 0, it.get("PkgName", ""), it.get("InstalledVersion", ""),
                          it.get("FixedVersion", ""), [it["VulnerabilityID"], *it.get("VendorIDs", [])],
                          number(it.get("CweIDs", ["0"])[0]), vector, it.get("PrimaryURL", ""))


def npm_audit(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    for package in report["vulnerabilities"].values():
        for it in package["via"]:
            if isinstance(it, dict):
                fix = package.get("fixAvailable")
                yield finding(it["url"].rsplit("/", 1)[-1], it["title"], it["severity"], it["title"], "", 0, it["dependency"], "",
                              fix["version"] if isinstance(fix, dict) else "", [it["url"].rsplit("/", 1)[-1]],
                              number(it.get("cwe", ["0"])[0]), it.get("cvss", {}).get("vectorString", ""), it["url"])


def nuclei(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            it = json.loads(line)
            info, kind = it["info"], it["info"].get("classification", {})
            yield finding(it["template-id"], info["name"], info["severity"], info.get("description", ""), it.get("matched-at", ""), 0,
                          it.get("host", ""), "", info.get("remediation", ""), kind.get("cve-id") or [],
                          number((kind.get("cwe-id") or ["0"])[0]), kind.get("cvss-metrics", ""), it.get("template-url", ""))


def checkstyle(path):
    for file in xml.etree.ElementTree.parse(path).getroot().iter("file"):
        for it in file.iter("error"):
            yield finding(it.get("source", ""), it.get("message", ""), it.get("severity", ""), it.get("message", ""), file.get("name"),
                          it.get("line"))


def prowler(path):
    with open(path, encoding="utf-8", newline="") as file:
        for it in csv.DictReader(file, delimiter=";"):
            if it["STATUS"] == "FAIL":
                yield finding(it["CHECK_ID"], it["CHECK_TITLE"], it["SEVERITY"], it["STATUS_EXTENDED"] + it["DESCRIPTION"], "", 0,
                              it["RESOURCE_UID"], "", it["REMEDIATION_RECOMMENDATION_TEXT"], (), 0, "", it["RELATED_URL"])


def semgrep(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    for it in report["results"]:
        extra = it["extra"]
        cwe = extra["metadata"].get("cwe") or ["0"]
        yield finding(it["check_id"], extra["message"], extra["severity"], extra["message"] + extra.get("lines", ""), it["path"],
                      it["start"]["line"], "", "", extra.get("fix", ""), (), number(cwe[0].split(":")[0]), "",
                      extra["metadata"].get("source", ""))


def bandit(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    for it in report["results"]:
        yield finding(it["test_id"], it["issue_text"], it["issue_severity"], it["issue_text"] + it["code"], it["filename"],
                      it["line_number"], "", "", "", (), it["issue_cwe"]["id"], "", it["more_info"])


SHAPES = {"trivy": trivy, "npm-audit": npm_audit, "nuclei": nuclei, "checkstyle": checkstyle, "prowler": prowler, "semgrep": semgrep,
          "bandit": bandit}


def key_of(it):
    key = "|".join((it["rule"], it["title"], str(it["cwe"]), it["file_path"], str(it["line"]), it["component_name"],
                    it["component_version"], it["description"]))
    return hashlib.sha256(key.encode()).hexdigest()


def main():
    kept = {}
    for it in SHAPES[sys.argv[1]](sys.argv[2]):
        kept.setdefault(key_of(it), it)
    print(len(kept))


if __name__ == "__main__":
    main()
