"""The reports that the scanners of a year write (tools/year_test.py): each in the form of the tool it stands for.

A problem of the story says where it is by a piece of the code (`text`), so that a report always names the line that the
work tree has by then.
"""
import hashlib
import json
import subprocess


def place_of(problem, folder):
    """The tracked file that has the problem's text, and the line."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, text=True, check=True).stdout
    found = []
    for file in filter(None, files.split("\0")):
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        found += [(file, number) for number, line in enumerate(lines, 1) if problem["text"] in line]
    nth = problem.get("nth", 1)
    if len(found) < nth:
        raise ValueError(f"no line has {problem['text']!r}")
    return found[nth - 1]


def sarif(scanner, names, problems, folder, _day):
    """Of Semgrep, Checkov and whoever else writes SARIF."""
    rules, results = {}, []
    for name in names:
        problem = problems[name]
        rule = scanner.get("renamed", {}).get(problem["rule"], problem["rule"])
        file, line = place_of(problem, folder)
        rules[rule] = {"id": rule, "shortDescription": {"text": name},
                       "properties": {"tags": [f"CWE-{problem['cwe']}"] if "cwe" in problem else []}}
        prints = hashlib.sha256((scanner.get("fingerprints", "") + name).encode()).hexdigest()
        results.append({"ruleId": rule, "level": problem.get("level", "error"), "message": {"text": name},
                        "fingerprints": {"matchBasedId/v1": prints},
                        "locations": [{"physicalLocation": {"artifactLocation": {"uri": file},
                                                            "region": {"startLine": line}}}]})
    invocation = {"executionSuccessful": scanner.get("state") is None}
    if scanner.get("state") == "error":
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": {"text": "out of memory"}}]
    driver = {"name": scanner["tool"], "semanticVersion": scanner["version"], "rules": [*rules.values()]}
    return "sarif", {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
                     "runs": [{"tool": {"driver": driver}, "invocations": [invocation], "results": results}]}


def grype(scanner, names, problems, _folder, day):
    matches = []
    for name in names:
        problem = problems[name]
        package, version = problem["package"]
        matches.append({
            "vulnerability": {"id": problem["advisory"], "severity": problem["severity"], "namespace": "nvd:cpe",
                              "dataSource": f"https://nvd.nist.gov/vuln/detail/{problem['advisory']}", "cvss": [],
                              "fix": {"versions": problem.get("fixed_in", []),
                                      "state": "fixed" if problem.get("fixed_in") else "not-fixed"}},
            "relatedVulnerabilities": [],
            "artifact": {"name": package, "version": version, "type": "npm", "purl": f"pkg:npm/{package}@{version}",
                         "locations": [{"path": "/package-lock.json"}]}})
    return "json", {"matches": matches, "ignoredMatches": [], "source": {"type": "directory", "target": "."},
                    "descriptor": {"name": "grype", "version": scanner["version"],
                                   "db": {"built": f"{scanner.get('database', day)}T00:00:00Z", "schemaVersion": 5}}}


def zap(scanner, names, problems, _folder, day):
    alerts = []
    for name in names:
        problem = problems[name]
        alerts.append({"pluginid": problem["rule"], "alertRef": problem["rule"], "alert": name, "name": name,
                       "riskcode": str(problem["risk"]), "confidence": "2", "cweid": str(problem["cwe"]), "count": "1",
                       "instances": [{"uri": problem["url"], "method": "GET", "param": problem["parameter"]}]})
    return "json", {"@programName": "ZAP", "@version": scanner["version"], "@generated": f"{day}T00:30:00Z",
                    "site": [{"@name": "https://shop.acme.example", "@host": "shop.acme.example", "@port": "443",
                              "@ssl": "true", "alerts": alerts}]}


WRITERS = {"semgrep": (sarif, "Semgrep OSS"), "checkov": (sarif, "Checkov"), "grype": (grype, "grype"),
           "zap": (zap, "ZAP")}


class Scanners:
    """What each scanner sees, from night to night: what is not said anew stays."""

    def __init__(self, problems):
        self.problems, self.all = problems, {}

    def change(self, scans):
        for name, words in scans.items():
            if name not in WRITERS:
                raise ValueError(f"no scanner is called {name}; there are {', '.join(WRITERS)}")
            unknown = set(words) - {"sees", "adds", "drops", "version", "database", "state", "renamed", "fingerprints"}
            if unknown:
                raise ValueError(f"{name}: {', '.join(unknown)} is nothing that a scan has")
            scanner = self.all.setdefault(name, {"tool": WRITERS[name][1], "sees": [], "version": "1.0"})
            scanner["state"] = None  # of one night, as is the database
            scanner.pop("database", None)
            scanner.update({key: value for key, value in words.items() if key not in ("adds", "drops")})
            scanner["sees"] = [it for it in scanner["sees"] if it not in words.get("drops", [])] + words.get("adds", [])

    def write(self, reports, folder, day):
        reports.mkdir()
        for name, scanner in sorted(self.all.items()):
            if scanner["state"] == "silent":
                continue
            kind, report = WRITERS[name][0](scanner, scanner["sees"], self.problems, folder, day)
            (reports / f"{name}.{kind}").write_text(json.dumps(report, indent=1), encoding="utf-8")
