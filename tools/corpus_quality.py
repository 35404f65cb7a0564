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

import difference_causes
import report_facts
import report_reading as reading

DIFFERENCES = reading.ROOT / "tests" / "quality" / "differences"  # a folder
DOCUMENT = reading.ROOT / "docs" / "quality" / "differences.md"
GOAL = 97
# Formats that a report gives away by a standard's own mark, whoever wrote it.
STANDARDS = {"sarif", "cyclonedx", "spdx", "openvex", "csaf"}
# What may differ besides the fields of facts.
KINDS = ("unrecognised", "accepted", "format", "state", "count-more", "count-fewer")
KEYS = {"file", "tool", "fields", "cause", "reason", "by", "without", "by_hand", "refused_as", "counted_by",
        "stands_as", "record_has", "noted"}
# Causes of which only people can tell whether they are right.
UNCHECKED = {"not-read"}


@dataclasses.dataclass
class Entry:
    """A stated reason for differences of one file or of all files of a tool."""
    place: str
    fields: list
    cause: str
    reason: str
    by: list = dataclasses.field(default_factory=list)  # facts by which the reference folds
    without: dict = dataclasses.field(default_factory=dict)  # facts and patterns of what the reference leaves out
    by_hand: str = ""  # how it was verified where the suite cannot
    counted_by: str = ""  # member of the report that counts its findings
    stands_as: list = dataclasses.field(default_factory=list)  # members, attributes or columns that have the value
    record_has: dict = dataclasses.field(default_factory=dict)  # members of the record that speak for our reading of it
    noted: str = ""  # code of the note that says how the whole report was read
    refused_as: list = dataclasses.field(default_factory=list)  # formats that refuse the report when they are named
    used: set = dataclasses.field(default_factory=set)

    def covers(self, file):
        return file == self.place or file.split("/")[0] == self.place


class Reasons:
    def __init__(self, path, reference):
        tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(path.glob("*.toml"))]
        self.formats = {name: ids for table in tables for name, ids in table.get("formats", {}).items()}
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
        said = {key: value for key, value in table.items() if key not in ("file", "tool")}
        entry = Entry(place, **{"cause": "", **said})
        if problem := difference_causes.check_keys(entry):
            raise ValueError(f"{DIFFERENCES.name}: entry of {place!r}: {problem}")
        return entry

    def entry_of(self, file, field):
        """Also marks the entries as needed. What is said of a file comes before what is said of its tool."""
        found = [it for it in self.entries if it.covers(file) and field in it.fields]
        for entry in found:
            entry.used.add(field)
        return max(found, key=lambda it: "/" in it.place) if found else None

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
    count: int  # findings of the reference
    differs: dict = dataclasses.field(default_factory=dict)  # field -> what is expected, what is there
    entries: dict = dataclasses.field(default_factory=dict)  # field -> entry that explains it
    doubts: dict = dataclasses.field(default_factory=dict)  # field -> why the entry's cause could not be verified
    compared: dict = dataclasses.field(default_factory=dict)
    missing: list = dataclasses.field(default_factory=list)
    unexplained: list = dataclasses.field(default_factory=list)

    @property
    def recognised(self):
        return self.outcome.state not in reading.REFUSED | {"failed"}

    @property
    def causes(self):
        return {it.cause for it in self.entries.values()}

    @property
    def is_empty(self):
        return not self.unexplained and self.causes == {"empty-proves-nothing"}

    @property
    def agrees_literally(self):
        """Whether all that differs does not stand in the report."""
        return not self.unexplained and all(difference_causes.CAUSES[it].literal for it in self.causes)


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
    verdict = Verdict(file, expected["tool"], outcome, expected["read"] == "ok", expected.get("count", 0))
    report = (folder / file).read_bytes()
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
        judge_facts(verdict, expected, report_facts.Literal(report))
    explain(verdict, reasons, report)
    return verdict


def explain(verdict, reasons, report):
    for field in verdict.differs:
        entry = reasons.entry_of(verdict.file, field)
        if entry is None:
            verdict.unexplained.append(field)
            continue
        verdict.entries[field] = entry
        if problem := difference_causes.doubt(entry, field, verdict, report):
            verdict.doubts[field] = problem
            if not entry.by_hand:
                verdict.unexplained.append(field)


def stale_entries(reasons, verdicts):
    """Entries whose differences are gone; of files that no format reads nobody knows."""
    for entry in reasons.entries:
        read = [it for it in verdicts if entry.covers(it.file)]
        gone = [it for it in entry.fields if it not in entry.used]
        if gone and any(it.recognised or not it.must_be_read or "unrecognised" in gone for it in read):
            yield f"{DIFFERENCES.name}: {entry.place}: {', '.join(gone)}: no longer differs"


def idle_checks(reasons, verdicts):
    """Entries that were verified by hand although the suite can."""
    for entry in reasons.entries:
        doubted = any(found is entry and field in it.doubts for it in verdicts for field, found in it.entries.items())
        if entry.by_hand and entry.used and not doubted:
            yield f"{DIFFERENCES.name}: {entry.place}: {entry.cause} is verified, by_hand is not needed"


def told_formats(reasons, verdicts, options, folder):
    """Reports that must be refused when the format is named which the reference took them for."""
    hinted = collections.defaultdict(list)
    for verdict in verdicts:
        for entry in verdict.entries.values():
            for hint in entry.refused_as:
                hinted[hint].append(folder / verdict.file)
    for (hint, file), outcome in reading.read_hinted(options.gatepost.resolve(), options.jobs, hinted).items():
        if outcome.state not in reading.REFUSED:
            yield f"{file.relative_to(folder)}: is {outcome.state} with --tool {hint}, and must be refused"


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


def remark(verdict, field):
    entry = verdict.entries.get(field)
    if entry is None:
        return ""
    doubted = f"; not verified: {verdict.doubts[field]}" if field in verdict.unexplained else ""
    return f" [{entry.cause}: {entry.reason}{doubted}]"


def print_file(verdict, verbose):
    if not verdict.differs and not verbose:
        return
    word = "failed" if verdict.unexplained else "explained" if verdict.differs else "agrees"
    texts = [f"{field}: {text}{remark(verdict, field)}" for field, text in verdict.differs.items()]
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
    refused = sum("accepted" not in it.differs for it in bad)
    named = sum("read-as-what-it-is" in it.causes for it in bad)
    yield (f"refused: {share(refused, len(bad))} of those that must be refused; {named} more are whole reports of another "
           "format, and refused when the one is named that the reference took them for")
    equal = [it for it in recognised if not {"count-more", "count-fewer"} & set(it.differs)]
    yield f"equal in number of findings: {share(len(equal), len(recognised))}"
    for field in report_facts.FIELDS:
        held = [it for it in recognised if it.compared.get(field)]
        if held:
            yield f"{field}: {share(sum(field not in it.differs for it in held), len(held))} of the reports with such facts"
    alike = sum(not set(it.differs) - {"state", "format"} for it in recognised)
    yield f"equal in number and in all facts: {share(alike, len(recognised))} of the reports that are recognised"
    compared, agreeing = (sum(it[at] for it in facts_held(verdicts).values()) for at in (0, 1))
    yield f"single facts: {share(agreeing, compared)} of all that are compared"
    agree = sum(not it.differs for it in verdicts)
    yield f"literal agreement with the reference: {share(agree, len(verdicts))} of the reports"
    told = [it for it in verdicts if not it.is_empty]
    literal = share(sum(it.agrees_literally for it in told), len(told))
    yield f"agreement in what stands in the report: {literal} of the reports in which anything stands, goal {GOAL} %"
    yield f"agreeing or explained: {share(sum(not it.unexplained for it in verdicts), len(verdicts))}"


def facts_held(verdicts):
    """{fact: (compared, agreeing, differing by what the report does not state)}"""
    held = {}
    for field in report_facts.FIELDS:
        read = [it for it in verdicts if it.must_be_read and it.recognised]
        compared = sum(it.compared.get(field, 0) for it in read)
        lacking = {it.file: sum(field in one.fields for one in it.missing) for it in read}
        foreign = sum(lacking[it.file] for it in read if field in it.entries and field not in it.unexplained
                      and difference_causes.CAUSES[it.entries[field].cause].literal)
        held[field] = (compared, compared - sum(lacking.values()), foreign)
    return held


def causes_table(verdicts):
    yield "| cause | meaning | reports | verified by the suite | against gatepost |"
    yield "| --- | --- | --- | --- | --- |"
    for name, cause in difference_causes.CAUSES.items():
        having = [(it, [field for field, entry in it.entries.items() if entry.cause == name]) for it in verdicts]
        having = [(it, fields) for it, fields in having if fields]
        sure = sum(not set(fields) & set(it.doubts) for it, fields in having)
        checked = "" if name in UNCHECKED else f"{sure} of {len(having)}"
        yield f"| {name} | {cause.meaning} | {len(having)} | {checked} | {'' if cause.literal else 'yes'} |"


def facts_table(verdicts):
    yield "| fact | compared | agreeing | differing because the report does not state it | differing otherwise |"
    yield "| --- | --- | --- | --- | --- |"
    for field, (compared, agreeing, foreign) in facts_held(verdicts).items():
        yield f"| {field} | {compared} | {agreeing} | {foreign} | {compared - agreeing - foreign} |"


HEAD = """# Where the reading of reports differs from the reference

Generated by `tools/corpus_quality.py --markdown`; do not edit. The corpus of reports is shared test data and no part of this
repository; with each report comes what another importer read from it. [README.md](README.md) tells how the two are
compared. Reasons are kept in `tests/quality/differences/`.
"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def markdown(verdicts):
    rows = collections.defaultdict(lambda: collections.defaultdict(list))
    for verdict in verdicts:
        for field in verdict.differs:
            entry = verdict.entries.get(field)
            why = (entry.reason, entry.cause, entry.by_hand) if entry else ("**not explained**", "", "")
            rows[verdict.tool, *why][verdict.file].append(field)
    lines = [HEAD, "| reports of the corpus | |", "| --- | --- |"]
    lines += [f"| {name} | {cell(value)} |" for name, value in (it.split(": ", 1) for it in totals(verdicts))]
    lines += ["", *causes_table(verdicts), "", *facts_table(verdicts)]
    lines += ["", "| report | what differs | cause | reason |", "| --- | --- | --- | --- |"]
    for (_, reason, cause, by_hand), files in sorted(rows.items()):
        fields = sorted({it for one in files.values() for it in one})
        names = ", ".join(f"`{it}`" for it in sorted(files))
        hand = f" (by hand: {by_hand})" if by_hand else ""
        lines.append(f"| {names} | {', '.join(fields)} | {cause} | {cell(reason + hand)} |")
    return "\n".join(lines) + "\n"


def verdicts_by_tool(verdicts):
    by_tool = collections.defaultdict(list)
    for verdict in verdicts:
        by_tool[verdict.tool].append(verdict)
    return by_tool


def check_document(text):
    if os.environ.get("GATEPOST_UPDATE_GOLDEN"):
        DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
        DOCUMENT.write_text(text, encoding="utf-8")
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == text:
        return []
    return [f"{DOCUMENT.relative_to(reading.ROOT)}: is not what --markdown prints; GATEPOST_UPDATE_GOLDEN=1 writes it"]


def report(verdicts, reasons, options, folder):
    by_tool = verdicts_by_tool(verdicts)
    for verdict in verdicts:
        print_file(verdict, options.verbose)
    problems = [*stale_entries(reasons, verdicts), *idle_checks(reasons, verdicts),
                *told_formats(reasons, verdicts, options, folder)]
    if not options.tools:
        problems += check_document(markdown(verdicts))
    print_tools(by_tool)
    print()
    for line in (*causes_table(verdicts), "", *facts_table(verdicts), "", *totals(verdicts)):
        print(line)
    for problem in problems:
        print(f"failed: {problem}")
    failed = sum(bool(it.unexplained) for it in verdicts)
    print(f"{len(verdicts) - failed} passed, {failed + len(problems)} failed, 0 skipped")
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
        sys.stdout.write(markdown(verdicts))
        return 0
    return report(verdicts, reasons, options, folder)


if __name__ == "__main__":
    sys.exit(main())
