#!/usr/bin/env python3
"""Reads genuine reports of many tools, holds what becomes of them to what is written down, and compares the number of
observations with the number of records in the report, counted without gatepost. What is refused is named, with what to do
instead, or written down as no report. The last line is
`N passed, N failed, N skipped`, in reports.

    samples_quality.py --gatepost BINARY [--jobs N] [TOOL…]   only the folders of these tools
    samples_quality.py --gatepost BINARY --markdown           docs/quality/tools.md on standard output
    GATEPOST_UPDATE_GOLDEN=1 samples_quality.py …             write what is read, and that file, instead of comparing

Reports lie in tests/data/reports/<tool>/, with expected.json beside them; those of the shared samples are not part of this
repository, what is expected of them is in tests/quality/samples/<tool>.json. tests/quality/README.md tells the form.
"""
import argparse
import csv
import dataclasses
import io
import json
import os
import pathlib
import re
import sys
import xml.etree.ElementTree

import report_reading as reading

EXPECTED = reading.ROOT / "tests" / "quality" / "samples"
DOCUMENT = reading.ROOT / "docs" / "quality" / "tools.md"
READ = ("format", "state", "observations", "tool", "tool_version", "refused_as")
WRITTEN = ("version", "records", "because", "no_report")
UPDATE = bool(os.environ.get("GATEPOST_UPDATE_GOLDEN"))


def nodes(value, steps):
    """Number of nodes of a JSON value at a path: `*` is every member or item, `{}` every one that is an object."""
    if not steps:
        return 1
    step, rest = steps[0], steps[1:]
    children = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if step in ("*", "{}"):
        return sum(nodes(it, rest) for it in children if step == "*" or isinstance(it, dict))
    return nodes(value[step], rest) if isinstance(value, dict) and value.get(step) is not None else 0


def elements(node, names):
    """Number of XML elements at the end of a chain of local names, wherever the chain begins."""
    def local(it):
        return it.tag.rpartition("}")[2] if isinstance(it.tag, str) else ""
    def below(it, rest):
        return sum(below(child, rest[1:]) for child in it if local(child) == rest[0]) if rest else 1
    return sum(below(it, names[1:]) for it in node.iter() if local(it) == names[0])


def count_one(expression, text):
    kind, _, argument = expression.partition(":")
    steps = argument.strip("/").split("/")
    if kind == "json":
        return nodes(reading.json_within(text)[0], steps)
    if kind == "jsonl":
        return sum(nodes(json.loads(line), steps if argument else []) for line in text.splitlines() if line.strip())
    if kind == "xml":
        return elements(xml.etree.ElementTree.fromstring(text), steps)
    if kind == "lines":
        return sum(re.search(argument, line) is not None for line in text.splitlines())
    if kind == "matches":
        return len(re.findall(argument, text, re.MULTILINE))
    if kind == "csv":
        rows = csv.reader(io.StringIO(text), delimiter=argument or ",")
        return max(sum(any(row) for row in rows) - 1, 0)
    raise ValueError(f"{expression!r} is none of json:, jsonl:, xml:, lines:, matches:, csv:")


def records_in(expression, data):
    """The number of records that an expression, or a sum of them, counts."""
    text = data.decode("utf-8-sig", errors="replace")
    return sum(count_one(it, text) for it in expression.split(" + "))


@dataclasses.dataclass
class Folder:
    """Reports of a tool, and what is expected of them."""
    tool: str
    reports: list
    expected_file: pathlib.Path
    own: bool
    expected: dict = dataclasses.field(default_factory=dict)

    def load(self):
        if self.expected_file.exists():
            self.expected = json.loads(self.expected_file.read_text(encoding="utf-8"))
        for name, facts in self.expected.items():
            if unknown := set(facts) - set(READ) - set(WRITTEN):
                raise ValueError(f"{self.expected_file}: {name}: unknown keys {sorted(unknown)}")
        return self

    def save(self):
        self.expected_file.parent.mkdir(parents=True, exist_ok=True)
        text = ",\n".join(f" {json.dumps(name)}: {json.dumps(facts, ensure_ascii=False)}"
                          for name, facts in sorted(self.expected.items()))
        self.expected_file.write_text("{\n" + text + "\n}\n", encoding="utf-8")


def folders():
    """Folders of samples. Those below tests/data/reports/<format>/<case>/ are cases of the unit tests."""
    found = []
    for folder in sorted(it for it in reading.OWN_REPORTS.iterdir() if it.is_dir()):
        reports = [it for it in sorted(folder.iterdir()) if it.is_file() and it.name not in ("expected.json", "about.toml")]
        if reports:
            found.append(Folder(folder.name, reports, folder / "expected.json", True).load())
    shared = reading.SHARED / "samples"
    for folder in sorted(shared.iterdir()) if shared.is_dir() else []:
        if folder.is_dir() and not folder.name.startswith("_"):
            reports = [it for it in sorted(folder.iterdir()) if it.is_file()]
            found.append(Folder(folder.name, reports, EXPECTED / f"{folder.name}.json", False).load())
    return found


def refused_as(outcome):
    """What a report that is refused is said to be, and what to do instead; "" when nobody knows it."""
    if outcome.state not in reading.REFUSED:
        return ""
    said = re.search(r" that looks like (.+?: .+); gatepost formats lists", outcome.why_whole)
    return said.group(1) if said else outcome.format and f"{outcome.format}: {outcome.why}"


def read_facts(outcome):
    """What is written down about a report. Of several tools the first."""
    tool = outcome.tools[0] if outcome.tools else {}
    facts = {"format": outcome.format, "state": outcome.state, "observations": len(outcome.observations),
             "tool": tool.get("name", ""), "tool_version": tool.get("version", ""), "refused_as": refused_as(outcome)}
    return {key: value for key, value in facts.items() if value != ""}


def problems_of(folder, report, outcome):
    expected = folder.expected.get(report.name)
    if outcome.state == "failed":
        return [outcome.why]
    if expected is None:
        return [f"nothing is expected of it in {folder.expected_file.name}; GATEPOST_UPDATE_GOLDEN=1 writes that"]
    now = read_facts(outcome)
    found = [f"{key}: expected {json.dumps(expected.get(key))}, got {json.dumps(now.get(key))}"
             for key in READ if expected.get(key) != now.get(key)]
    unknown = outcome.state in reading.REFUSED and not refused_as(outcome)
    if unknown != ("no_report" in expected):
        found.append("nobody knows it, and no \"no_report\" tells why" if unknown else "\"no_report\" is not needed")
    if "records" in expected:
        records = records_in(expected["records"], report.read_bytes())
        differs = outcome.state in reading.COMPLETE and records != len(outcome.observations)
        if differs and "because" not in expected:
            found.append(f"{len(outcome.observations)} observations of {records} records ({expected['records']}), "
                         f"and no \"because\"")
        if not differs and outcome.state in reading.COMPLETE and "because" in expected:
            found.append("\"because\" is no longer needed")
    return found


def update(folder, outcomes):
    kept = {it.name for it in folder.reports}
    folder.expected = {name: facts for name, facts in folder.expected.items() if name in kept}
    for report in folder.reports:
        old = folder.expected.get(report.name, {})
        folder.expected[report.name] = {**read_facts(outcomes[report]), **{it: old[it] for it in WRITTEN if it in old}}
    folder.save()


HEAD = """# Genuine reports, and how many of their records are read

Generated by `tools/samples_quality.py --markdown`; do not edit. Records are counted in the report without gatepost, by the
expression beside each; where observations are another number the last column tells why. Reports marked with * are shared
test data and no part of this repository.
"""


REFUSED_HEAD = """
## What is refused

Whose output it is, or looks like, and what writes a report instead. Of some nobody can tell that; the reason stands there.
"""


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def row(folder, report, outcome):
    expected = folder.expected.get(report.name, {})
    tool = outcome.tools[0] if outcome.tools else {}
    records = f"{records_in(expected['records'], report.read_bytes())}" if "records" in expected else "–"
    cells = [folder.tool, tool.get("version") or expected.get("version", "–"),
             f"`{report.name}`{'' if folder.own else ' *'}", outcome.format or "–", outcome.state, records,
             len(outcome.observations) if outcome.state not in reading.REFUSED else "–",
             f"`{expected['records']}`" if "records" in expected else "", expected.get("because", "")]
    return "| " + " | ".join(map(cell, cells)) + " |"


def summary(every, outcomes):
    reports = [it for folder in every for it in folder.reports]
    read = [it for it in reports if outcomes[it].state not in reading.REFUSED | {"failed"}]
    named = [it for it in reports if refused_as(outcomes[it])]
    tools = len({it.tool for it in every})
    return (f"{len(reports)} files of {tools} tools: {len(read)} are read, {len(named)} are named and refused with what to do "
            f"instead, {len(reports) - len(read) - len(named)} are no report")


def refused(every, outcomes):
    """Rows of what is not read: what it is said to be, or why nothing is said."""
    for folder in every:
        for report in folder.reports:
            if outcomes[report].state in reading.REFUSED:
                why = folder.expected.get(report.name, {}).get("no_report", "?")
                said = refused_as(outcomes[report]) or f"no report: {why}"
                yield f"| {folder.tool} | `{report.name}`{'' if folder.own else ' *'} | {cell(said)} |"


def markdown(every, outcomes):
    lines = [HEAD, summary(every, outcomes) + ".", "",
             "| tool | version | report | format | state | records | observations | counted by | because |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    lines += [row(folder, report, outcomes[report]) for folder in sorted(every, key=lambda it: (it.tool, not it.own))
              for report in folder.reports]
    lines += [REFUSED_HEAD, "| tool | file | what gatepost says of it |", "| --- | --- | --- |", *refused(every, outcomes)]
    return "\n".join(lines) + "\n"


def check_document(text):
    if UPDATE:
        DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
        DOCUMENT.write_text(text, encoding="utf-8")
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == text:
        return []
    return [f"{DOCUMENT.relative_to(reading.ROOT)}: is not what --markdown prints; GATEPOST_UPDATE_GOLDEN=1 writes it"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", required=True, type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("tools", nargs="*", metavar="TOOL")
    options = parser.parse_args()
    with_shared = (reading.SHARED / "samples").is_dir()
    every = [it for it in folders() if not options.tools or it.tool in options.tools]
    reports = [it for folder in every for it in folder.reports]
    outcomes = reading.read_all(options.gatepost.resolve(), options.jobs, reports)
    if options.markdown:
        sys.stdout.write(markdown(every, outcomes))
        return 0
    passed = failed = 0
    for folder in every:
        if UPDATE:
            update(folder, outcomes)
        for report in folder.reports:
            problems = problems_of(folder, report, outcomes[report])
            passed, failed = passed + (not problems), failed + bool(problems)
            if problems:
                print(f"failed: {folder.tool}/{report.name}: {'; '.join(problems)}")
        for name in sorted(set(folder.expected) - {it.name for it in folder.reports}):
            failed += 1
            print(f"failed: {folder.expected_file.name}: {name}: there is no such report")
    if with_shared and not options.tools:
        for problem in check_document(markdown(every, outcomes)):
            failed += 1
            print(f"failed: {problem}")
    if not with_shared:
        print("skipped: samples: the folder of shared test data has no samples (GATEPOST_SHARED)")
    print(summary(every, outcomes))
    print(f"{passed} passed, {failed} failed, {0 if with_shared else 1} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
