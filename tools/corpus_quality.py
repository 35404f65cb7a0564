#!/usr/bin/env python3
"""Reads every report of the shared corpus without telling its format, and holds what comes out to what another importer
read: recognised or refused, number of findings, and the facts that stand literally in the report. Where we differ on
purpose tests/quality/differences/ has the reason. The last line is `N passed, N failed, N skipped`, in reports.

    corpus_quality.py --gatepost BINARY [--jobs N] [TOOL…]   only the folders of these tools
    corpus_quality.py --gatepost BINARY --verbose TOOL…      every fact that differs, theirs and ours
    corpus_quality.py --gatepost BINARY --markdown           docs/quality/differences.md on standard output
    GATEPOST_UPDATE_GOLDEN=1 corpus_quality.py …             write that file instead of comparing it
"""
import argparse
import collections
import dataclasses
import json
import os
import pathlib
import sys
import tomllib

import report_facts
import report_reading as reading

DIFFERENCES = reading.ROOT / "tests" / "quality" / "differences"  # a folder
DOCUMENT = reading.ROOT / "docs" / "quality" / "differences.md"
GOAL = 97
# Formats that a report gives away by a standard's own mark, whoever wrote it.
STANDARDS = {"sarif", "cyclonedx", "spdx", "openvex", "csaf"}
# What may differ besides the fields of facts.
KINDS = ("unrecognised", "accepted", "format", "state", "count-more", "count-fewer")
KEYS = {"file", "tool", "fields", "reason"}


@dataclasses.dataclass
class Entry:
    """A stated reason for differences of one file or of all files of a tool."""
    place: str
    fields: list
    reason: str
    used: set = dataclasses.field(default_factory=set)

    def covers(self, file):
        return file == self.place or file.split("/")[0] == self.place


class Reasons:
    def __init__(self, path, reference):
        tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(path.glob("*.toml"))]
        self.formats = {name: ids for table in tables for name, ids in table.get("formats", {}).items()}
        self.all_tools = any(table.get("all_tools", False) for table in tables)
        self.entries = [self.entry(it, reference) for table in tables for it in table.get("difference", [])]
        tools = {it["tool"] for it in reference.values()}
        if unknown := set(self.formats) - tools - set(reference):
            raise ValueError(f"{path.name}: [formats] names what the corpus does not have: {sorted(unknown)}")

    @staticmethod
    def entry(table, reference):
        place = table.get("file", table.get("tool", "?"))
        known = set(KINDS) | set(report_facts.FIELDS)
        tools = {it["tool"] for it in reference.values()}
        wrong = (set(table) - KEYS or ("file" in table) == ("tool" in table) or not table.get("fields")
                 or set(table["fields"]) - known or len(table.get("reason", "")) < 10)
        if wrong or place not in (reference if "file" in table else tools):
            raise ValueError(f"{DIFFERENCES.name}: entry of {place!r}: it needs one of file and tool, as the corpus "
                             f"names them; fields of {', '.join([*KINDS, *report_facts.FIELDS])}; and a reason")
        return Entry(place, table["fields"], table["reason"])

    def reason(self, file, field):
        """Also marks the entry as needed. What is said of a file comes before what is said of its tool."""
        found = [it for it in self.entries if it.covers(file) and field in it.fields]
        for entry in found:
            entry.used.add(field)
        return max(found, key=lambda it: "/" in it.place).reason if found else None

    def is_right_format(self, verdict):
        plain = lambda text: "".join(it for it in text.lower() if it.isalnum())
        said = self.formats.get(verdict.file) or self.formats.get(verdict.tool, [])
        found = verdict.outcome.format
        return found in STANDARDS or found in said or plain(found) == plain(verdict.tool)


@dataclasses.dataclass(eq=False)
class Verdict:
    file: str
    tool: str
    outcome: reading.Outcome
    must_be_read: bool
    apart: bool  # of another format than the other reports of its tool
    differs: dict = dataclasses.field(default_factory=dict)  # field -> what is expected, what is there
    compared: dict = dataclasses.field(default_factory=dict)
    missing: list = dataclasses.field(default_factory=list)
    unexplained: list = dataclasses.field(default_factory=list)

    @property
    def recognised(self):
        return self.outcome.state not in reading.REFUSED | {"failed"}


def judge_counts(verdict, expected):
    found, wanted = len(verdict.outcome.observations), expected["count"]
    if found != wanted:
        verdict.differs["count-more" if found > wanted else "count-fewer"] = f"expected {wanted}, got {found}"


def judge_facts(verdict, expected, literal):
    verdict.compared, verdict.missing = report_facts.compare(expected["facts"], verdict.outcome.observations, literal)
    samples = collections.defaultdict(list)
    for one in verdict.missing:
        near = None if one.nearest is None else report_facts.Seen(verdict.outcome.observations[one.nearest])
        for field in one.fields:
            mine = "no observation" if near is None else report_facts.ours(field, near)
            samples[field].append(f"expected {json.dumps(one.facts[field])}, got {mine}")
    for field, texts in samples.items():
        verdict.differs[field] = f"{len(texts)}×: {texts[0]}" if len(texts) > 1 else texts[0]


def judge(file, expected, outcome, reasons, folder):
    verdict = Verdict(file, expected["tool"], outcome, expected["read"] == "ok", file in reasons.formats)
    if outcome.state == "failed":
        verdict.differs["state"] = outcome.why
    elif not verdict.must_be_read:
        if outcome.state in reading.COMPLETE or outcome.observations:
            verdict.differs["accepted"] = (f"must be refused, is {outcome.state} with "
                                           f"{len(outcome.observations)} observations as {outcome.format}")
    elif not verdict.recognised:
        verdict.differs["unrecognised"] = f"{outcome.state}: {outcome.why}"
    else:
        if not reasons.is_right_format(verdict):
            verdict.differs["format"] = f"read as {outcome.format}; if that is right, [formats] says so"
        if outcome.state not in reading.COMPLETE:
            verdict.differs["state"] = f"{outcome.state}: {outcome.why}"
        judge_counts(verdict, expected)
        judge_facts(verdict, expected, report_facts.Literal((folder / file).read_bytes()))
    verdict.unexplained = [it for it in verdict.differs if reasons.reason(file, it) is None]
    return verdict


def stale_entries(reasons, verdicts):
    """Entries whose differences are gone; of files that no format reads nobody knows."""
    for entry in reasons.entries:
        read = [it for it in verdicts if entry.covers(it.file)]
        gone = [it for it in entry.fields if it not in entry.used]
        if gone and any(it.recognised or not it.must_be_read or "unrecognised" in gone for it in read):
            yield f"{DIFFERENCES.name}: {entry.place}: {', '.join(gone)}: no longer differs"


def print_details(verdict):
    print(f"  format {verdict.outcome.format or '-'}, state {verdict.outcome.state}, "
          f"tools {json.dumps(verdict.outcome.tools)}, records {json.dumps(verdict.outcome.records)}")
    print("  facts compared: " + (", ".join(f"{count} {field}" for field, count in verdict.compared.items() if count)
                                  or "none"))
    for note in verdict.outcome.notes:
        print(f"  note {note['level']} {note['code']}: {note['text']}" + (f" ({note['at']})" if "at" in note else ""))
    for one in verdict.missing:
        observation = {} if one.nearest is None else verdict.outcome.observations[one.nearest]
        print(f"  finding {one.index}: {json.dumps(one.facts)}")
        print(f"    nearest of ours: {observation.get('at', 'none')} {observation.get('rule', '')}")
        for field in one.fields:
            mine = report_facts.ours(field, report_facts.Seen(observation)) if observation else "-"
            print(f"    {field}: expected {json.dumps(one.facts[field])}, got {mine}")


def print_file(verdict, reasons, verbose):
    if not verdict.differs and not verbose:
        return
    word = "failed" if verdict.unexplained else "explained" if verdict.differs else "agrees"
    texts = [f"{field}: {text}" + (f" [{reasons.reason(verdict.file, field)}]" if field not in verdict.unexplained
                                   else "") for field, text in verdict.differs.items()]
    print(f"{word}: {verdict.file} ({verdict.outcome.format or '-'}, {verdict.outcome.state}): " + "; ".join(texts))
    if verbose:
        print_details(verdict)


def print_tools(by_tool):
    print(f"\n{'tool':<36} {'files':>5} {'recognised':>10} {'agree':>5} {'explained':>9} {'left':>4}")
    for tool, verdicts in sorted(by_tool.items()):
        left = sum(bool(it.unexplained) for it in verdicts)
        agree = sum(not it.differs for it in verdicts)
        print(f"{tool:<36} {len(verdicts):>5} {sum(it.recognised for it in verdicts):>10} {agree:>5} "
              f"{len(verdicts) - agree - left:>9} {left:>4}")


def totals(verdicts):
    """Sentences about all of them."""
    share = lambda part, whole: f"{part} of {whole} ({100 * part / whole if whole else 0:.1f} %)"
    due = [it for it in verdicts if it.must_be_read]
    bad = [it for it in verdicts if not it.must_be_read]
    recognised = [it for it in due if it.recognised]
    yield f"recognised: {share(len(recognised), len(due))} of the reports that must be read"
    yield f"refused: {share(sum('accepted' not in it.differs for it in bad), len(bad))} of those that must be refused"
    equal = [it for it in recognised if not {"count-more", "count-fewer"} & set(it.differs)]
    yield f"equal in number of findings: {share(len(equal), len(recognised))}"
    for field in report_facts.FIELDS:
        held = [it for it in recognised if it.compared.get(field)]
        if held:
            yield f"{field}: {share(sum(field not in it.differs for it in held), len(held))} of the reports with such facts"
    agree = sum(not it.differs for it in verdicts)
    yield f"agreeing in everything compared: {share(agree, len(verdicts))}, goal {GOAL} %"
    yield f"agreeing or explained: {share(sum(not it.unexplained for it in verdicts), len(verdicts))}"


HEAD = """# Where the reading of reports differs from the reference

Generated by `tools/corpus_quality.py --markdown`; do not edit. The corpus of reports is shared test data and no part of this
repository; with each report comes what another importer read from it. [README.md](README.md) tells how the two are
compared. Reasons are kept in `tests/quality/differences/`.
"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def markdown(verdicts, reasons):
    by_tool = verdicts_by_tool(verdicts)
    unread = [it for it in verdicts if is_unread(it, by_tool)]
    held = [it for it in verdicts if it not in unread]
    rows = collections.defaultdict(lambda: collections.defaultdict(list))
    for verdict in held:
        for field in verdict.differs:
            reason = reasons.reason(verdict.file, field) or "**not explained**"
            rows[verdict.tool, reason][verdict.file].append(field)
    lines = [HEAD, "| reports of the corpus | |", "| --- | --- |"]
    lines += [f"| {name} | {cell(value)} |" for name, value in (it.split(": ", 1) for it in totals(held))]
    lines.append(f"| not counted above | {len(unread)} of {len({it.tool for it in unread})} tools that no format reads |")
    lines += ["", "| report | what differs | reason |", "| --- | --- | --- |"]
    for (_, reason), files in sorted(rows.items()):
        fields = sorted({it for one in files.values() for it in one})
        names = ", ".join(f"`{it}`" for it in sorted(files))
        lines.append(f"| {names} | {', '.join(fields)} | {cell(reason)} |")
    return "\n".join(lines) + "\n"


def verdicts_by_tool(verdicts):
    by_tool = collections.defaultdict(list)
    for verdict in verdicts:
        by_tool[verdict.tool].append(verdict)
    return by_tool


def is_unread(verdict, by_tool):
    """Of a tool whose reports none of our formats reads."""
    return verdict.must_be_read and not any(it.must_be_read and it.recognised and not it.apart
                                            for it in by_tool[verdict.tool]) \
        and set(verdict.differs) == {"unrecognised"}


def check_document(text):
    if os.environ.get("GATEPOST_UPDATE_GOLDEN"):
        DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
        DOCUMENT.write_text(text, encoding="utf-8")
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == text:
        return []
    return [f"{DOCUMENT.relative_to(reading.ROOT)}: is not what --markdown prints; GATEPOST_UPDATE_GOLDEN=1 writes it"]


def report(verdicts, reasons, options):
    by_tool = verdicts_by_tool(verdicts)
    unread = set() if reasons.all_tools or options.tools else {it.tool for it in verdicts if is_unread(it, by_tool)}
    skipped = [it for it in verdicts if it.tool in unread and is_unread(it, by_tool)]
    for verdict in verdicts:
        if verdict not in skipped:
            print_file(verdict, reasons, options.verbose)
    problems = list(stale_entries(reasons, verdicts))
    if not options.tools:
        problems += check_document(markdown(verdicts, reasons))
    print_tools({tool: them for tool, them in by_tool.items() if tool not in unread})
    print()
    for sentence in totals(verdicts):
        print(sentence)
    for problem in problems:
        print(f"failed: {problem}")
    if skipped:
        print(f"no format reads: {' '.join(sorted(unread))}")
        print(f"skipped: {len(skipped)} reports of {len(unread)} tools that no format reads")
    held = [it for it in verdicts if it not in skipped]
    failed = sum(bool(it.unexplained) for it in held)
    print(f"{len(held) - failed} passed, {failed + len(problems)} failed, {len(skipped)} skipped")
    return 1 if failed or problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", required=True, type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("tools", nargs="*", metavar="TOOL")
    options = parser.parse_args()
    corpus = reading.SHARED / "corpus"
    if not (corpus / "reference.json").exists():
        print("skipped: corpus: the folder of shared test data has no corpus of reports (GATEPOST_SHARED)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    reference = json.loads((corpus / "reference.json").read_text(encoding="utf-8"))
    reasons = Reasons(DIFFERENCES, reference)
    files = [it for it in sorted(reference) if not options.tools or reference[it]["tool"] in options.tools]
    if not files:
        parser.error(f"the corpus has no reports of {' '.join(options.tools)}")
    folder = corpus / "reports"
    outcomes = reading.read_all(options.gatepost.resolve(), options.jobs, [folder / it for it in files])
    verdicts = [judge(it, reference[it], outcomes[folder / it], reasons, folder) for it in files]
    if options.markdown:
        sys.stdout.write(markdown(verdicts, reasons))
        return 0
    return report(verdicts, reasons, options)


if __name__ == "__main__":
    sys.exit(main())
