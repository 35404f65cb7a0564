#!/usr/bin/env python3
"""Writes vulnerability databases of a few published advisories, in the forms that the tools read:

    make.py DIRECTORY

DIRECTORY/go     what `govulncheck -db file://...` reads
DIRECTORY/osv    what OSV-Scanner reads with `--offline`
DIRECTORY/grype  the cache of Grype, for its database of generation 5
DIRECTORY/rust   an advisory database of `cargo audit`, to be committed with git

The facts of npm and pip packages are those of examples/advisories/advisories.json.
"""
import hashlib
import json
import pathlib
import re
import sqlite3
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
STAMP = "2026-11-01T00:00:00Z"

GO = [
    {"id": "GO-2021-0113", "aliases": ["CVE-2021-38561", "GHSA-ppp9-7jff-5vj2"], "fixed": "0.3.7",
     "summary": "Out-of-bounds read in golang.org/x/text/language",
     "symbols": ["MatchStrings", "MustParse", "Parse", "ParseAcceptLanguage"]},
    {"id": "GO-2022-1059", "aliases": ["CVE-2022-32149", "GHSA-69ch-w2m2-3vjp"], "fixed": "0.3.8",
     "summary": "Denial of service via crafted Accept-Language header in golang.org/x/text/language",
     "symbols": ["MatchStrings", "ParseAcceptLanguage"]},
]

RUST = [
    {"id": "RUSTSEC-2020-0071", "package": "time", "date": "2020-11-18", "title": "Potential segfault in the time crate",
     "aliases": ["CVE-2020-26235", "GHSA-wcg3-cvx6-7396"], "cvss": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H",
     "patched": [">= 0.2.23"], "unaffected": ["=0.2.0", "=0.2.1", "=0.2.2"], "categories": ["denial-of-service"],
     "ranges": [("0", "0.2.0"), ("0.2.3", "0.2.23")]},
    {"id": "RUSTSEC-2021-0003", "package": "smallvec", "date": "2021-01-08",
     "title": "Buffer overflow in SmallVec::insert_many", "aliases": ["CVE-2021-25900", "GHSA-43w2-9j62-hq99"],
     "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "patched": [">= 0.6.14, < 1.0.0", ">= 1.6.1"],
     "unaffected": ["< 0.6.3"], "categories": ["memory-corruption"], "ranges": [("0.6.3", "0.6.14"), ("1.0.0", "1.6.1")]},
]


def affected(ecosystem, name, ranges, kind="SEMVER"):
    events = []
    for introduced, fixed in ranges:
        events += [{"introduced": introduced}, {"fixed": fixed}]
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": kind, "events": events}]}


def go_entries():
    for it in GO:
        place = affected("Go", "golang.org/x/text", [("0", it["fixed"])])
        place["ecosystem_specific"] = {"imports": [{"path": "golang.org/x/text/language", "symbols": it["symbols"]}]}
        yield {"schema_version": "1.3.1", "id": it["id"], "modified": STAMP, "published": STAMP, "aliases": it["aliases"],
               "summary": it["summary"], "details": it["summary"] + ".", "affected": [place],
               "references": [{"type": "WEB", "url": "https://nvd.nist.gov/vuln/detail/" + it["aliases"][0]}],
               "database_specific": {"url": "https://pkg.go.dev/vuln/" + it["id"]}}


def rust_entries():
    for it in RUST:
        yield {"schema_version": "1.3.1", "id": it["id"], "modified": STAMP, "published": STAMP, "aliases": it["aliases"],
               "summary": it["title"], "details": it["title"] + ".", "affected": [affected("crates.io", it["package"], it["ranges"])],
               "severity": [{"type": "CVSS_V3", "score": it["cvss"]}]}


def other_entries():
    names = {"npm": "npm", "pip": "PyPI"}
    for it in json.loads((HERE / "../../../../examples/advisories/advisories.json").read_text()):
        first = re.search(r">=\s*([\d.]+)", it["vulnerable"])
        kind = "SEMVER" if it["ecosystem"] == "npm" else "ECOSYSTEM"
        yield {"schema_version": "1.3.1", "id": it["ghsa"], "modified": STAMP, "published": STAMP, "aliases": [it["cve"]],
               "summary": it["title"], "details": it["title"] + ".",
               "affected": [affected(names[it["ecosystem"]], it["package"], [(first.group(1) if first else "0", it["patched"])], kind)],
               "severity": [{"type": "CVSS_V3", "score": it["vector"]}],
               "database_specific": {"severity": it["severity"].upper().replace("MEDIUM", "MODERATE"),
                                     "cwe_ids": ["CWE-%d" % cwe for cwe in it["cwe"]]}}


def write(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def write_go(root):
    entries = list(go_entries())
    for entry in entries:
        write(root / "ID" / (entry["id"] + ".json"), entry)
    write(root / "index/db.json", {"modified": STAMP})
    write(root / "index/vulns.json", [{"id": it["id"], "modified": STAMP, "aliases": it["aliases"]} for it in entries])
    write(root / "index/modules.json", [{"path": "golang.org/x/text", "vulns": [
        {"id": it["id"], "modified": STAMP, "fixed": it["affected"][0]["ranges"][0]["events"][1]["fixed"]} for it in entries]}])


def write_osv(root):
    by_ecosystem = {}
    for entry in [*go_entries(), *rust_entries(), *other_entries()]:
        by_ecosystem.setdefault(entry["affected"][0]["package"]["ecosystem"], []).append(entry)
    for ecosystem, entries in by_ecosystem.items():
        (root / "osv-scanner" / ecosystem).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(root / "osv-scanner" / ecosystem / "all.zip", "w") as archive:
            for entry in entries:
                archive.writestr(entry["id"] + ".json", json.dumps(entry))


def write_rust(root):
    for it in RUST:
        text = "\n".join([
            "```toml", "[advisory]", f'id = "{it["id"]}"', f'package = "{it["package"]}"', f'date = "{it["date"]}"',
            f'cvss = "{it["cvss"]}"', f'aliases = {json.dumps(it["aliases"])}', f'categories = {json.dumps(it["categories"])}', "",
            "[versions]", f'patched = {json.dumps(it["patched"])}', f'unaffected = {json.dumps(it["unaffected"])}', "```", "",
            "# " + it["title"], "", it["title"] + ".", ""])
        path = root / "crates" / it["package"] / (it["id"] + ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


GRYPE_TABLES = """
CREATE TABLE id (build_timestamp text, schema_version integer);
CREATE TABLE vulnerability (pk integer PRIMARY KEY AUTOINCREMENT, id text, package_name text, namespace text,
  package_qualifiers text, version_constraint text, version_format text, cpes text, related_vulnerabilities text,
  fixed_in_versions text, fix_state text, advisories text);
CREATE INDEX get_vulnerability_index ON vulnerability (package_name, namespace);
CREATE TABLE vulnerability_metadata (id text, namespace text, data_source text, record_source text, severity text, urls text,
  description text, cvss text, PRIMARY KEY (id, namespace));
CREATE TABLE vulnerability_match_exclusion (pk integer PRIMARY KEY AUTOINCREMENT, id text, constraints text, justification text);
"""


def write_grype(root):
    folder = root / "5"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "vulnerability.db"
    path.unlink(missing_ok=True)
    spaces = {"npm": ("github:language:javascript", "unknown"), "pip": ("github:language:python", "python")}
    with sqlite3.connect(path) as database:
        database.executescript(GRYPE_TABLES)
        database.execute("INSERT INTO id VALUES (?, 5)", (STAMP,))
        for it in json.loads((HERE / "../../../../examples/advisories/advisories.json").read_text()):
            space, form = spaces[it["ecosystem"]]
            link = "https://github.com/advisories/" + it["ghsa"]
            constraint = re.sub(r"(?<=\d) +(?=[<>=])", ",", it["vulnerable"])
            cvss = [{"vendor_metadata": None, "metrics": {"base_score": it["score"], "exploitability_score": None, "impact_score": None},
                     "vector": it["vector"], "version": "3.1", "source": "", "type": ""}]
            related = [{"id": it["cve"], "namespace": "nvd:cpe"}]
            database.execute("INSERT INTO vulnerability VALUES (NULL, ?, ?, ?, NULL, ?, ?, NULL, ?, ?, 'fixed', NULL)", (
                it["ghsa"], it["package"].lower(), space, constraint, form, json.dumps(related), json.dumps([it["patched"]])))
            for name, where in ((it["ghsa"], space), (it["cve"], "nvd:cpe")):
                database.execute("INSERT OR IGNORE INTO vulnerability_metadata VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (
                    name, where, link, space, it["severity"].capitalize(), json.dumps([link]), it["title"] + ".", json.dumps(cvss)))
    checksum = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    write(folder / "metadata.json", {"built": STAMP, "version": 5, "checksum": checksum})


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    write_go(target / "go")
    write_osv(target / "osv")
    write_rust(target / "rust")
    write_grype(target / "grype")
