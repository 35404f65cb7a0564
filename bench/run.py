#!/usr/bin/env python3
"""Compares gatepost with public tools that do the same work, and with the goals we hold ourselves to.

    ./dev bench [--large] [--only ingest,mapping,kept,diff,owners,matching,brain,output,process] [--rounds 9] [--json FILE]

Ratios are medians over rounds in which both sides run in turn, after one round that warms up; behind them the lowest and
the highest round. Nothing here is a test: the exit code is 0 unless something could not run. docs/benchmarks.md explains.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(HERE, "support"))
import timing  # noqa: E402

BUILD = os.path.join(ROOT, "build", "bench")
DATA = os.path.join(BUILD, "data")
GATEPOST = os.path.join(BUILD, "src", "gatepost")
SLOW_ROUNDS = 3  # for peers that take seconds


def program(name):
    return os.path.join(BUILD, "bench", name)


def data(name):
    return os.path.join(DATA, name)


# --- the table ------------------------------------------------------------------------------------------------------

class Table:
    """Prints each line when it is known; keeps all for --json."""
    WIDTHS = (4, 56, 30, 28, 27, 0)

    def __init__(self):
        self.rows, self.failed = [], False

    def heading(self):
        self._print(("goal", "what", "against", "measured", "to be", "met"))

    def add(self, goal, what, peer, measured, bar="", met=None):
        verdict = {True: "yes", False: "NO", None: ""}.get(met, met)
        self.rows.append({"goal": goal, "what": what, "peer": peer, "measured": measured, "bar": bar, "met": verdict})
        self._print((goal, what, peer, measured, bar, verdict))

    def ratio(self, goal, what, peer, ratio, most=None):
        measured = f"{ratio.median:.3g}x ({ratio.low:.3g}-{ratio.high:.3g})" + (" noisy" if ratio.noisy else "")
        self.add(goal, what, peer, measured, f"at most {most:g}x" if most else "", ratio.median <= most if most else None)

    def missing(self, what, why):
        self.add("", what, "", f"did not run: {why}")

    def fail(self, what, why):
        self.failed = True
        self.missing(what, why)

    def _print(self, cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, self.WIDTHS)).rstrip(), flush=True)


# --- reading reports ------------------------------------------------------------------------------------------------

class Report:
    """A generated SARIF report, and what a reader must find in it."""

    def __init__(self, results):
        self.results, name = results, f"sarif-{results}"
        self.path, self.files = data(f"{name}.sarif"), data(f"{name}.txt")
        if not all(map(os.path.exists, (self.path, self.files, data(f"{name}.json")))):
            subprocess.run([sys.executable, os.path.join(HERE, "support", "gen_sarif.py"), "--results", str(results),
                            "--output", self.path, "--files", self.files, "--truth", data(f"{name}.json")], check=True)
        with open(data(f"{name}.json"), encoding="utf-8") as file:
            self.unique = json.load(file)["unique"]
        self.megabytes = os.path.getsize(self.path) / 2**20

    def title(self):
        return f"{self.results // 1000:,}k results, {self.megabytes:,.0f} MB"

    def ingest(self, threads):
        return [program("ingest"), str(threads), self.files, self.path]

    def walk(self):
        return [program("sarif_walk"), self.path]

    def check(self, run):
        found = json.loads(run.out)
        if (found["observations"], found["findings"]) != (self.results, self.unique):
            raise timing.CommandFailed(f"wrong answer: {found}, not {self.results} results of {self.unique} findings")


def ingest_against_walk(table, report, rounds):
    both, one, walk, convert = timing.interleaved(
        [report.ingest(0), report.ingest(1), report.walk(),
         [GATEPOST, "convert", "--format", "jsonl", "--output", os.devnull, report.path]], rounds)
    report.check(both[0])
    report.check(one[0])
    cores = os.cpu_count() or 1
    free = timing.free_cores(report.walk(), min(cores, 2))
    peer, what = "simdjson walk, keeps nothing", f"ingest {report.title()}"
    parallel = timing.ratio(both, walk)
    table.ratio("P1", f"{what}: default threads", peer, parallel, 1.6)
    if free < 0.8 * min(cores, 2):
        table.add("", "  others are at work: cores left for P1", "", f"{free:.1f}", "2", "P1 says nothing")
    table.ratio("P2", f"{what}: 1 thread", peer, timing.ratio(one, walk), 2.3)
    peak, bar = max(it.peak for it in both), 0.25 * report.megabytes + 96
    table.add("P3", "peak memory of P1", "size of the file", f"{peak:.0f} MB, {peak / report.megabytes:.2f}x",
              f"at most {bar:.0f} MB (0.25x + 96)", peak <= bar)
    table.ratio("", "gatepost convert to JSON lines, default threads", peer, timing.ratio(convert, walk))
    return both, one


def ingest_against_scripts(table, report):
    peers = {"python json.load and a set": [sys.executable, os.path.join(HERE, "peers", "sarif_load.py"), report.path]}
    if shutil.which("jq"):
        peers["jq unique_by(rule, file, line)"] = [
            "jq", "[.runs[].results[]] | unique_by([.ruleId, .locations[0].physicalLocation.artifactLocation.uri, "
            ".locations[0].physicalLocation.region.startLine]) | length", report.path]
    else:
        table.missing("jq", "not installed")
    ours, *theirs = timing.interleaved([report.ingest(0), *peers.values()], SLOW_ROUNDS)
    for peer, runs in zip(peers, theirs):
        table.ratio("", f"the same: time ({timing.median(runs):.1f} s)", peer, timing.ratio(ours, runs))
        table.ratio("", f"the same: memory ({timing.median(runs, 'peak'):.0f} MB)", peer, timing.ratio(ours, runs, "peak"))


def linear(table, small, large, runs_of_small, runs_of_large):
    for threads, few, many in zip(("default threads", "1 thread"), runs_of_small, runs_of_large):
        factor = timing.median(many) / timing.median(few)
        table.add("", f"10 times the results take so much longer: {threads}", "", f"{factor:.1f}x", "at most 11.5x",
                  factor <= 11.5)
    growth = (max(it.peak for it in runs_of_large[1]) - max(it.peak for it in runs_of_small[1])) * 2**20
    each = growth / (large.results - small.results)
    table.add("P4", "memory for each further result, 1 thread", "", f"{each:.0f} bytes", "at most 250 bytes", each <= 250)


def ingest(table, options):
    small = Report(100_000)
    runs_of_small = ingest_against_walk(table, small, options.rounds)
    ingest_against_scripts(table, small)
    if options.large:
        large = Report(1_000_000)
        linear(table, small, large, runs_of_small, ingest_against_walk(table, large, SLOW_ROUNDS))


# --- reports that mappings read ---------------------------------------------------------------------------------------

# Shape of bench/support/gen_reports.py, its file's end, findings of about 25 MB.
MAPPED = (("trivy", "json", 12_000), ("npm-audit", "json", 30_000), ("semgrep", "json", 16_000), ("bandit", "json", 32_000),
          ("nuclei", "jsonl", 15_000), ("checkstyle", "xml", 100_000), ("prowler", "csv", 20_000))


def mapped_report(shape, end, findings):
    path = data(f"{shape}-{findings}.{end}")
    if not os.path.exists(path):
        subprocess.run([sys.executable, os.path.join(HERE, "support", "gen_reports.py"), "--shape", shape, "--findings",
                        str(findings), "--output", path], check=True)
    return path


IMPORTER = "python: load, an object and a hash for each finding"


def mapping_against_others(table, shape, end, findings, rounds):
    """Processor time of one thread, in which other programs' work shows less; and the time of a run with default threads, beside
    that of the importer, which is what a user waits for."""
    path, script = mapped_report(shape, end, findings), os.path.join(HERE, "peers", "report_load.py")
    importer = os.path.join(HERE, "peers", "report_import.py")
    peers = {IMPORTER: [sys.executable, importer, shape, path],
             "python: load and look at each value": [sys.executable, script, "walk", path],
             "python: load": [sys.executable, script, "load", path]}
    if end.startswith("json"):
        peers["simdjson walk of a tree"] = [program("json_walk"), path]
        if shutil.which("jq"):
            peers["jq: count values"] = ["jq", "-n", "[inputs | .. | 1] | length", path]
    ours, both, *theirs = timing.interleaved([[program("ingest"), "1", os.devnull, path], [program("ingest"), "0", os.devnull, path],
                                              *peers.values()], rounds)
    for run in (*ours, *both):
        found = json.loads(run.out)
        if found["observations"] != findings:
            raise timing.CommandFailed(f"wrong answer: {found}, not {findings} observations")
    seconds, peak, megabytes = timing.median(ours, "cpu"), timing.median(ours, "peak"), os.path.getsize(path) / 2**20
    table.add("", f"{shape}, {findings // 1000}k findings, {megabytes:.0f} MB of {end}", "",
              f"{megabytes / seconds:.0f} MB/s, {findings / seconds / 1000:.0f}k findings/s")
    table.add("", "  peak memory", "size of the file",
              f"{peak:.0f} MB, {peak / megabytes:.1f}x, {peak * 2**20 / findings:.0f} bytes/finding", "at most 8x + 48 MB",
              peak <= 8 * megabytes + 48)
    for peer, runs in zip(peers, theirs):
        table.ratio("", "  processor time, 1 thread", peer, timing.ratio(ours, runs, "cpu"), 1 if peer == IMPORTER else None)
        if peer == IMPORTER:
            table.ratio("", "  time, default threads", peer, timing.ratio(both, runs), 0.1)


def memory_of_large_json(table, shape, findings):
    """What a JSON document of twice the size takes more than one: what is kept of its findings, and nothing of the file."""
    small, large = (mapped_report(shape, "json", count) for count in (findings * 2, findings * 4))
    peaks = [timing.run([program("ingest"), "1", os.devnull, path]).peak for path in (small, large)]
    each = (peaks[1] - peaks[0]) * 2**20 / (findings * 2)
    bytes_each = (os.path.getsize(large) - os.path.getsize(small)) / (findings * 2)
    table.add("", f"{shape}: memory for each further finding of {bytes_each:.0f} bytes", "size of the finding",
              f"{each:.0f} bytes, {each / bytes_each:.2f}x")


def mapping(table, options):
    """CI takes a tenth: GATEPOST_BENCH_SHARE=0.1."""
    share = float(os.environ.get("GATEPOST_BENCH_SHARE", "1"))
    for shape, end, findings in MAPPED:
        mapping_against_others(table, shape, end, int(findings * share), min(options.rounds, 5))
    for shape, findings in (("semgrep", 16_000), ("bandit", 32_000)):
        memory_of_large_json(table, shape, int(findings * share))


# --- reports that are kept --------------------------------------------------------------------------------------------

def checkout_with(report):
    """A repository of one commit, and the report beside it."""
    place = data("kept")
    if not os.path.exists(place):
        os.makedirs(place)
        with open(os.path.join(place, ".gatepost.yml"), "w", encoding="utf-8") as file:
            file.write("version: 1\n")
        for words in (["init", "-q"], ["add", "."], ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-qm", "first"]):
            subprocess.run(["git", "-C", place, *words], check=True)
    shutil.copy(report, place)
    return place


DEBIAN_PYTHON = "/usr/bin/python3"  # whose Django is Debian's


def kept(table, options):
    """From a report to stored findings: processor time, because the server's database is in memory and ours on the disk."""
    if subprocess.run([DEBIAN_PYTHON, "-c", "import django"], stderr=subprocess.DEVNULL, check=False).returncode:
        return table.missing("findings kept by a server", "Debian's package python3-django is not there")
    server = os.path.join(HERE, "peers", "report_store.py")
    share = float(os.environ.get("GATEPOST_BENCH_SHARE", "1"))
    for shape, end, findings in (("semgrep", "json", int(16_000 * share)), ("trivy", "json", int(12_000 * share))):
        report, ledger = mapped_report(shape, end, findings), data("kept.db")
        place = checkout_with(report)
        nightly = [GATEPOST, "--repo", place, "nightly", "--forge", "none", "--report", os.path.basename(report), "--store", f"sqlite:{ledger}"]
        ours, theirs = timing.interleaved([["sh", "-c", 'rm -f "$0" "$0"-*; exec "$@"', ledger, *nightly],
                                           [DEBIAN_PYTHON, server, shape, report]], min(options.rounds, 3))
        if any(str(findings) not in run.out.decode() for run in (*ours, *theirs)):
            raise timing.CommandFailed(f"not all {findings} findings of {shape} were kept")
        table.ratio("", f"gatepost nightly: {findings // 1000}k of {shape}, {timing.median(ours, 'cpu'):.1f} s",
                    f"kept by Django: {timing.median(theirs, 'cpu'):.1f} s", timing.ratio(ours, theirs, "cpu"), 0.1)


# --- what a change changes ------------------------------------------------------------------------------------------

def diff(table, options):
    numbers = data("diff.json")
    timing.run([sys.executable, os.path.join(HERE, "whole", "diff_scope.py"), data("repository"), "--rounds",
                      str(options.rounds), "--json", numbers, "--", GATEPOST, "--repo", ".", "diff", "--json"], codes=(0, 1))
    with open(numbers, encoding="utf-8") as file:
        cases = json.load(file)
    for case in cases:
        paths, what = case["paths"], f"gatepost diff, {case['paths']} paths of 60,000"
        if paths == 10:
            extra = case["extra_ms"]
            table.add("P11", what, "git diff -U0 -M", f"+{extra:.1f} ms on {case['git_ms']:.1f} ms", "at most +12 ms",
                      extra <= 12)
        else:
            table.ratio("P10", what, "git diff -U0 -M", timing.Ratio(*case["ratio"]), 1.3)
    same = [case["renames"] for case in cases if case["renames_equal"]]
    table.add("P12", "which files were renamed", "git diff -M -l0", f"{len(same)} of {len(cases)} sets, {sum(same)} renames",
              "equal", len(same) == len(cases))


# --- CODEOWNERS -----------------------------------------------------------------------------------------------------

OWNERS_LINE = re.compile(r"(?P<name>.+?) +(?P<rules>\d+) rules +(?P<paths>\d+) paths: compile +(?P<compile>[\d.]+) ms, "
                         r"match +(?P<match>[\d.]+) ms .*peak (?P<peak>\d+) MB")


def git_attributes(rules):
    """The same patterns as git attributes: there, too, the last one that fits decides."""
    for rule in rules:
        pattern, owner = rule.split(maxsplit=1)
        yield f"{pattern}{'**' if pattern.endswith('/') else ''} owner={owner.strip().lstrip('@')}\n"


def git_microseconds_a_path(count):
    repository = data("attributes")
    if not os.path.exists(repository):
        subprocess.run(["git", "init", "-q", repository], check=True)
    rules, few, many = (os.path.join(repository, name) for name in ("rules", "few", "many"))
    timing.run([program("codeowners_acceptance"), rules, few, "1"])
    timing.run([program("codeowners_acceptance"), rules, many, str(count)])
    with open(rules, encoding="utf-8") as source, open(os.path.join(repository, ".gitattributes"), "w",
                                                       encoding="utf-8") as target:
        target.writelines(git_attributes(source))
    command = ["git", "-C", repository, "check-attr", "--stdin", "owner"]
    cpu = [min(timing.run(command, stdin=paths).cpu for _ in range(3)) for paths in (few, many)]
    return (cpu[1] - cpu[0]) / (count - 1) * 1e6


def owners(table, _):
    out = timing.run([program("codeowners_acceptance")]).out.decode()
    runs = [it.groupdict() for it in map(OWNERS_LINE.match, out.splitlines()) if it]
    of = {}
    for run in runs:
        of.setdefault(run["name"], {key: float(value) for key, value in run.items() if key != "name"})
    flat, shuffled, floating = (of[name] for name in ("monorepo, sorted", "monorepo, shuffled", "floating globs"))
    seconds = (flat["compile"] + flat["match"]) / 1000
    sizes = "owners of {paths:,.0f} paths by {rules:,.0f} rules"
    table.add("", sizes.format(**flat), "", f"{seconds:.3f} s, {flat['peak']:.0f} MB", "at most 0.5 s, 100 MB",
              seconds <= 0.5 and flat["peak"] <= 100)
    factor = shuffled["match"] / flat["match"]
    table.add("", "the same, paths shuffled", "sorted", f"{factor:.2f}x", "at most 2x", factor <= 2)
    table.add("", sizes.format(**floating) + ", *a*x*", "", f"{floating['match'] / 1000:.2f} s", "at most 5 s",
              floating["match"] <= 5000)
    git = git_microseconds_a_path(2000)
    ours = flat["match"] / flat["paths"] * 1000
    table.add("", f"one path, {flat['rules']:,.0f} rules", "git check-attr, same rules",
              f"{ours / git:.2g}x ({ours:.2f} us; {git:.0f} us)")


# --- matching two scans ---------------------------------------------------------------------------------------------

MATCHING_LINE = re.compile(r"(?P<name>.+?) +(?P<count>\d+) against +\d+: (?P<seconds>[\d.]+) s, (?P<ratio>[\d.]+) x std::sort "
                           r".* (?P<wrong>\d+) wrong, (?P<missed>\d+) missed, (?P<peak>\d+) MB")


def matching(table, _):
    out = timing.run([program("matching_acceptance")]).out.decode()
    runs = [it.groupdict() for it in map(MATCHING_LINE.match, out.splitlines()) if it]
    of = {(run["name"], int(run["count"])): {key: float(run[key]) for key in ("seconds", "ratio", "wrong", "missed", "peak")}
          for run in runs}
    one, two = of["usual", 1_000_000], of["usual", 2_000_000]
    table.add("", "1,000,000 findings against as many", "std::sort of the ids", f"{one['ratio']:.1f}x, {one['seconds']:.2f} s, "
              f"{one['peak']:.0f} MB", "at most 5 s, 1 GiB", one["seconds"] <= 5 and one["peak"] <= 1024)
    table.add("", "wrong and missed pairs of them", "", f"{one['wrong']:.0f}, {one['missed']:.0f}", "none",
              one["wrong"] + one["missed"] == 0)
    for name, many, few in (("2,000,000 findings", two, one),
                            ("200,000 of one rule, file and edit", of["all of one rule and file", 200_000],
                             of["all of one rule and file", 100_000])):
        factor = many["seconds"] / few["seconds"]
        table.add("", name, "half as many", f"{factor:.2f}x", "at most 2.5x", factor <= 2.5)


# --- one problem, one score, one verdict -----------------------------------------------------------------------------

def micro(name, wanted):
    """Nanoseconds of processor time by benchmark, each the median of nine that took turns in one process."""
    out = timing.run([program(name), f"--benchmark_filter=^({wanted})$", "--benchmark_format=json",
                      "--benchmark_repetitions=9", "--benchmark_enable_random_interleaving=true",
                      "--benchmark_min_time=0.1", "--benchmark_report_aggregates_only=true"]).out
    unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    return {it["run_name"]: it["cpu_time"] * unit[it["time_unit"]]
            for it in json.loads(out)["benchmarks"] if it["aggregate_name"] == "median"}


def across_tools(table):
    took = micro("correlate_bench", "(sort_keys|correlate_code)/(100000|200000)|alias_graph|number_names")
    table.add("", "correlate 100,000 observations of several tools", "std::sort of their keys",
              f"{took['correlate_code/100000'] / took['sort_keys/100000']:.1f}x")
    factor = took["correlate_code/200000"] / took["correlate_code/100000"]
    table.add("", "200,000 observations", "half as many", f"{factor:.2f}x", "at most 2.5x", factor <= 2.5)
    table.add("", "aliases of 300,000 advisories, 900,000 names", "std::unordered_map of the names",
              f"{took['alias_graph'] / took['number_names']:.2f}x, {took['alias_graph'] / 1e6:.0f} ms")


def scores(table):
    took = micro("risk_bench", "score|bare_root")
    table.add("", "score a finding, exactly", "its product and root, in floats",
              f"{took['score'] / took['bare_root']:.0f}x, {1e3 / took['score']:.1f} million a second")
    took = micro("cvss_bench", "(score|split_metrics)/(v31|v40)")
    for name, version in (("v31", "CVSS v3.1"), ("v40", "CVSS v4.0")):
        ours = took[f"score/{name}"]
        a_second = 1e9 / ours
        table.add("", f"read and score a {version} vector with all groups", "its metrics in a table",
                  f"{ours / took[f'split_metrics/{name}']:.2f}x, {a_second / 1e6:.1f} million a second",
                  "at least 0.2 million", a_second >= 200_000)


ADVISORIES_LINE = re.compile(r".*: (?P<matches>\d+) matches, .* all (?P<seconds>[\d.]+) s, peak (?P<peak>\d+) MB")


def advisories(table):
    said = timing.run([program("advisories_acceptance")], codes=(0, 1)).out.decode()
    line = ADVISORIES_LINE.match(said)
    if not line:
        raise timing.CommandFailed(said)
    seconds, peak = float(line["seconds"]), int(line["peak"])
    table.add("", "1,000,000 components by 5,000 advisories", "", f"{seconds} s, {peak} MB", "at most 60 s, 1 GiB",
              seconds <= 60 and peak <= 1024)


POLICY_LINE = re.compile(r"(?P<met>\w+): .*: (?P<seconds>[\d.]+) s; (?P<ratio>[\d.]+) times faster")


def brain(table, _):
    across_tools(table)
    scores(table)
    said = timing.run([program("policy_acceptance")], codes=(0, 1)).out.decode()
    line = POLICY_LINE.match(said)
    if not line:
        raise timing.CommandFailed(said)
    seconds = float(line["seconds"])
    table.add("", "1,000,000 findings by 50 policies", "each condition by itself",
              f"{1 / float(line['ratio']):.2f}x, {seconds} s", "at most 2 s", seconds <= 2)
    advisories(table)


# --- writing, and whole runs ----------------------------------------------------------------------------------------

def output(table, _):
    report = Report(25_000)
    for line in timing.run([program("sarif_output"), report.path]).out.splitlines():
        numbers = json.loads(line)
        table.ratio("P18", f"write the SARIF of gatepost {numbers['writer']}, {numbers['bytes'] / 1e6:.0f} MB",
                    "nlohmann dump() of the same", timing.Ratio(*numbers["ratio"]), 0.25)


def pull_request_report(work_tree):
    """200 results in files of the repository, some of them in those that the pull request changes."""
    path = os.path.join(work_tree, "scan.sarif")
    if os.path.exists(path):
        return path
    git = ["git", "-C", work_tree]
    head = subprocess.run(git + ["diff", "--name-only", "--diff-filter=AM", "origin/main...origin/pr10"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split()
    some = subprocess.run(git + ["ls-tree", "-r", "--name-only", "origin/pr10"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.split()[::400]
    results = [{"ruleId": f"rule-{i % 40}", "level": ("error", "warning", "note")[i % 3],
                "message": {"text": f"The value of parameter {i} is used without a check"},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": (head + some)[i % len(head + some)]},
                                                    "region": {"startLine": i % 30 + 1}}}]} for i in range(200)]
    rules = [{"id": f"rule-{i}", "properties": {"security-severity": f"{i % 10}.5"}} for i in range(40)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [
            {"tool": {"driver": {"name": "shopscan", "rules": rules}}, "results": results}]}, file)
    return path


def process(table, options):
    ours, git = timing.interleaved([[GATEPOST, "--version"], ["git", "--version"]], max(options.rounds, 21))
    start = timing.median(ours) * 1000
    table.add("P19", "gatepost --version", f"git --version: {timing.median(git) * 1000:.1f} ms", f"{start:.1f} ms",
              "at most 8 ms", start <= 8)
    if not os.path.exists(data("repository")):
        return table.missing("gatepost check", "the repository is made by the part called diff")
    work_tree = data("work-tree")
    if not os.path.exists(work_tree):
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", data("repository"), work_tree], check=True)
    check = [GATEPOST, "--repo", work_tree, "check", "--base", "origin/main", "--head", "origin/pr10", "--report",
             pull_request_report(work_tree), "--format", "markdown", "--output", os.devnull]
    git_diff = ["git", "-C", work_tree, "diff", "-U0", "-M", "origin/main...origin/pr10"]
    ours, theirs = timing.interleaved([check, git_diff], max(options.rounds, 9), codes=(0, 1))
    wall = timing.median(ours) * 1000
    table.add("P20", "gatepost check: 200 results, 10 paths, 1,000 rules",
              f"git diff -U0 -M: {timing.median(theirs) * 1000:.1f} ms", f"{wall:.0f} ms", "at most 80 ms", wall <= 80)


PARTS = {"ingest": ingest, "mapping": mapping, "kept": kept, "diff": diff, "owners": owners, "matching": matching, "brain": brain,
         "output": output, "process": process}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="also a report of 1,000,000 results (1 GB on disk)")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas: " + ",".join(PARTS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", metavar="FILE", help="write the table there, too")
    options = parser.parse_args()
    parts = options.only.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"no part is called {unknown[0]}; there are {', '.join(PARTS)}")
    os.makedirs(DATA, exist_ok=True)
    table = Table()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    table.heading()
    for part in parts:
        try:
            PARTS[part](table, options)
        except (timing.CommandFailed, subprocess.CalledProcessError, OSError) as failure:
            table.fail(part, str(failure))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(table.rows, file, indent=2)
    sys.exit(1 if table.failed else 0)


if __name__ == "__main__":
    main()
