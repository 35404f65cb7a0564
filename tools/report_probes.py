#!/usr/bin/env python3
"""What no format may take for a finished scan: nine inputs that are not the report they should be, for every format that
`gatepost formats --json` lists, with and without --tool. Reports to cut are those in tests/data/reports, and of the shared
corpus and samples when they are there. tests/quality/README.md tells what is expected. The last line is
`N passed, N failed, N skipped`.

    report_probes.py --gatepost BINARY [--jobs N] [FORMAT…]   only these formats
"""
import argparse
import collections
import os
import pathlib
import sys
import tempfile
import tomllib

import report_reading as reading

KIN = reading.ROOT / "tests" / "quality" / "probes.toml"
UNFINISHED = "unfinished-line"  # code of the note on a last line without line end
FOREIGN = 6  # reports of other formats that each one must refuse
CONSTANTS = {
    "an empty file": b"",
    "white space": b" \n\t\n",
    "null": b"null",
    "an empty object": b"{}",
    "an empty array": b"[]",
    "JSON of another tool": b'{"foo": [1, 2, 3], "bar": {"baz": "qux", "ok": true}}\n',
    "a JSON array of another tool": b'[{"foo": 1}, {"foo": 2, "bar": "baz"}]\n',
    "an HTML error page": b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n"
                          b"<body><center><h1>502 Bad Gateway</h1></center></body></html>\n",
    "an HTML login page": b"<!doctype html><html lang=en><head><title>Sign in</title><script>var issues = [];</script></head>\n"
                          b"<body><form action=/login method=post><label>User<input name=user></label></form></body></html>\n",
    "an HTML report of another tool": b"<!DOCTYPE html><html><head><title>Vulnerability Report</title></head><body><div class=report>\n"
                                      b"<h2>Detail</h2><table class='issue-table'><thead><tr><th>Rule</th><th>Severity</th></tr></thead>"
                                      b"<tbody></tbody></table></div></body></html>\n",
    "XML of another tool": b'<?xml version="1.0"?>\n<foo><bar id="1"/></foo>\n',
    "a crash": b"ERROR: scanner crashed unexpectedly\nTraceback (most recent call last):\n"
               b'  File "scan.py", line 1, in <module>\nRuntimeError: no space left on device\n',
    "a table of another tool": b"Severity\tRule\tFile\tLicense\nHIGH\tR1\tsrc/a.c\tMIT\n",
    "a log in JSON Lines": b'{"level": "error", "ts": 1, "caller": "a.go:1", "msg": "x"}\n{"level": "info", "ts": 2, "msg": "y"}\n',
    "bytes": b"\x00\xff\x01\xfe\x02garbage",
}
# Lists that many formats have, all empty. Only without --tool: with it the person vouches for the format.
NOBODYS = {"JSON with everybody's lists": b'{"foo": 1, "results": [], "vulnerabilities": [], "runs": [], "findings": [], '
                                          b'"issues": [], "Results": null, "version": "1.0"}\n'}


class Suite:
    def __init__(self, options):
        self.options = options
        self.passed = self.failed = self.told = 0

    def judge(self, name, problem):
        self.passed, self.failed = self.passed + (not problem), self.failed + bool(problem)
        if problem:
            print(f"failed: {name}: {problem}")

    def read(self, hinted):
        return reading.read_hinted(self.options.gatepost.resolve(), self.options.jobs, hinted)


def named(hint):
    return f"with --tool {hint}" if hint else "without --tool"


def problem_of(outcome):
    """Why this is no answer to what is no whole report."""
    if outcome.state == "failed":
        return outcome.why
    if outcome.state in reading.COMPLETE:
        return f"is {outcome.state} with {len(outcome.observations)} observations as {outcome.format}"
    return "" if outcome.notes else f"is {outcome.state} without a word"


def probe_constants(suite, formats, folder):
    files = {}
    for index, (name, data) in enumerate({**CONSTANTS, **NOBODYS}.items()):
        files[name] = folder / f"constant-{index}"
        files[name].write_bytes(data)
    hinted = {it["id"]: [files[name] for name in CONSTANTS] for it in formats}
    outcomes = suite.read({"": list(files.values()), **hinted})
    clean = {it["id"]: {text.strip() for text in it.get("clean_reports", [])} for it in formats}
    for name, file in files.items():
        outcome = outcomes["", file]
        found = problem_of(outcome) or (f"is {outcome.state} as {outcome.format}" if outcome.state != "unrecognised" else "")
        suite.judge(f"{name} without --tool", found)
    for hint in hinted:
        for name, data in CONSTANTS.items():
            outcome = outcomes[hint, files[name]]
            if outcome.state == "complete-empty" and data.decode("latin-1").strip() in clean[hint]:
                suite.judge(f"{name} with --tool {hint}", "")
            else:
                suite.judge(f"{name} with --tool {hint}", problem_of(outcome))


def all_reports():
    found = [it for it in reading.report_files(reading.OWN_REPORTS) if it.name != "expected.json"]
    for folder in ("samples", "corpus/reports"):
        found += [it for it in reading.report_files(reading.SHARED / folder)
                  if "_app" not in it.parts and it.name != "README.md"] if (reading.SHARED / folder).is_dir() else []
    return found


def complete_samples(suite, ids):
    """{format: {file: outcome}} of the reports that are complete, so that a part of one is not."""
    outcomes = suite.read({"": all_reports()})
    samples = collections.defaultdict(dict)
    for (_, file), outcome in outcomes.items():
        if outcome.state in reading.COMPLETE and outcome.format in ids:
            samples[outcome.format][file] = outcome
    return samples


def label(file):
    return "/".join(file.parts[-3:] if file.is_relative_to(reading.OWN_REPORTS) else file.parts[-2:])


def probe_hints(suite, samples):
    """The hint changes nothing for a report of that format."""
    outcomes = suite.read({hint: list(files) for hint, files in samples.items()})
    for hint, files in samples.items():
        for file, found in files.items():
            given = outcomes[hint, file]
            same = (given.state, len(given.observations)) == (found.state, len(found.observations))
            suite.judge(f"{label(file)} with --tool {hint}",
                        "" if same else f"is {given.state} with {len(given.observations)} observations, and "
                                        f"{found.state} with {len(found.observations)} without the hint; {given.why}")


def cuts(data):
    """(name, text, whether it consists of lines that nothing encloses). Half is inside of a line, never between two."""
    structured, end = (True, len(data)) if reading.is_packed(data) else reading.document_end(data)
    loose = not structured
    half = end // 2
    while 0 < half < end - 1 and (data[half - 1:half] in b"\r\n" or data[half:half + 1] in b"\r\n"):
        half += 1
    line_end = data.find(b"\n", half, end)
    if loose and data.rfind(b"\n", 0, half) + 1 == half - 1 and line_end > half + 1:
        half = (half + line_end) // 2
    yield "cut at half", data[:half], loose
    yield "without its last byte", data[:end - 1], loose


def probe_cuts(suite, samples, folder):
    made = []
    for hint, files in samples.items():
        for file in files:
            data = file.read_bytes()
            for name, part, loose in cuts(data) if len(data.strip()) > 1 else ():
                target = folder / f"cut-{len(made)}{file.suffix}"
                target.write_bytes(part)
                made.append((hint, f"{label(file)} {name}", target, loose))
    hinted = collections.defaultdict(list)
    for hint, _, target, _ in made:
        hinted[""].append(target)
        hinted[hint].append(target)
    outcomes = suite.read(hinted)
    for hint, name, target, loose in made:
        for given in ("", hint):
            outcome = outcomes[given, target]
            if loose and outcome.state in reading.COMPLETE and UNFINISHED in outcome.codes:
                suite.told += 1
                suite.judge(f"{name} {named(given)}", "")
            else:
                suite.judge(f"{name} {named(given)}", problem_of(outcome))


def kin_of(format_id):
    with KIN.open("rb") as stream:
        groups = tomllib.load(stream)["kin"]
    return {it for group in groups if format_id in group for it in group} | {format_id}


def probe_foreign(suite, formats, samples):
    """The hint makes no report out of another format's."""
    smallest = {hint: min((it for it in files if files[it].observations), key=lambda it: (it.stat().st_size, it),
                          default=None) for hint, files in samples.items()}
    known = [it for it in sorted(smallest) if smallest[it]]
    hinted = {}
    for hint in sorted(it["id"] for it in formats):
        kin = kin_of(hint)
        others = [it for it in known if it > hint] + [it for it in known if it < hint]
        hinted[hint] = [smallest[it] for it in [it for it in others if it not in kin][:FOREIGN]]
    outcomes = suite.read(hinted)
    for hint, files in hinted.items():
        for file in files:
            outcome = outcomes[hint, file]
            found = problem_of(outcome)
            if not found and outcome.observations:
                found = f"is {outcome.state} with {len(outcome.observations)} observations"
            suite.judge(f"{label(file)}, a report of another format, with --tool {hint}", found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", required=True, type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    options = parser.parse_args()
    suite = Suite(options)
    every = reading.formats(options.gatepost.resolve())
    formats = [it for it in every if not options.formats or it["id"] in options.formats]
    if not formats:
        parser.error(f"there is no format {' '.join(options.formats)}; see gatepost formats")
    samples = complete_samples(suite, {it["id"] for it in every})
    wanted = {it["id"]: samples[it["id"]] for it in formats if it["id"] in samples}
    with tempfile.TemporaryDirectory(prefix="gatepost-probes-") as temporary:
        folder = pathlib.Path(temporary)
        probe_constants(suite, formats, folder)
        probe_hints(suite, wanted)
        probe_cuts(suite, wanted, folder)
        probe_foreign(suite, formats, samples)
    without = sorted(it["id"] for it in formats if it["id"] not in wanted)
    if without:
        print(f"skipped: formats without a complete report to cut: {' '.join(without)}")
    print(f"{len(formats)} formats, {sum(map(len, wanted.values()))} reports; {suite.told} cut lines were only told")
    print(f"{suite.passed} passed, {suite.failed} failed, {len(without)} skipped")
    return 1 if suite.failed or not suite.passed else 0


if __name__ == "__main__":
    sys.exit(main())
