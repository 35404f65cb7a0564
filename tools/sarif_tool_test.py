#!/usr/bin/env python3
"""Our SARIF before the public SARIF multitool, its GitHub rules included; ends with `N passed, N failed, N skipped`.

    sarif_tool_test.py [--gatepost BINARY] [--jobs N] [FOLDER…]

Every file below the folders goes through `gatepost convert --format sarif`: by default the reports of the tests and of
the example. Without folders also a check of the example and the golden files are judged. GitHub's documented limits
that the tool does not know are looked at here.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "sarif-tool"
TOOL = ROOT / "tests/sarif-tool/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
FOLDERS = ["tests/data/reports", "tests/data/mappings", "examples"]
MOST_RUNS = 20  # of a log, says GitHub

# Rules that the tool leaves out unless asked.
ASKED_FOR = [
    "GH1001.ProvideRequiredLocationProperties", "GH1002.InlineThreadFlowLocations",
    "GH1005.LocationsMustBeRelativeUrisOrFilePaths", "GH1006.ProvideCheckoutPath",
    "GH1007.ProvideFullyFormattedMessageStrings",
]
# Rules that do not run here, and why. GH1003 and GH1004 are of those that the tool leaves out.
DISABLED = {
    "SARIF2006.UrisShouldBeReachable": "fetches every address in the log",
    "GH1003.ProvideRequiredRegionProperties": "a problem of a whole file has no line: SARIF leaves the region out then, "
                                              "GitHub shows it at the file, and line 1 would be invented",
    "GH1004.ReviewArraysThatExceedConfigurableDefaults": "knows the limits of a former GitHub; see problems_with()",
}
# Warnings that stay, and why.
ACCEPTED = {
    "SARIF2005": "what a report does not say of its tool (address, version) is not invented; gatepost has no address yet",
    "SARIF2017": "as GH1003: where the report names no line there is none",
}


def gatepost(options, arguments):
    done = subprocess.run([options.gatepost, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def converted(options, path):
    """(name, log, what went wrong)"""
    code, text, complaint = gatepost(options, ["convert", "--format", "sarif", str(path)])
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
    if code not in (0, 3):
        return name, None, f"exit code {code}: {complaint[:300]}"
    return name, text, ""


def check_of_the_example(options):
    shop = WORK / "shop"
    made = subprocess.run(["sh", "examples/make_repository.sh", str(shop)], cwd=ROOT, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    if made.returncode != 0:
        return "check of the example", None, "make_repository.sh: " + made.stderr.decode(errors="replace")
    code, text, complaint = gatepost(options, [
        "check", "--repo", str(shop), "--base", "main", "--head", "export-orders", "--report", "scans/head/*",
        "--base-report", "scans/base/*", "--format", "sarif"])
    return "check of the example", text, "" if code in (0, 1) else f"exit code {code}: {complaint[:300]}"


def problems_with(log):
    """GitHub's documented limits and what it is known to refuse, as far as the tool does not look at them."""
    if len(log["runs"]) > MOST_RUNS:
        yield f"{len(log['runs'])} runs"
    seen = set()
    for number, run in enumerate(log["runs"]):
        driver = run["tool"]["driver"]
        category = (driver["name"], run.get("automationDetails", {}).get("id", ""))
        if category in seen:
            yield f"runs[{number}]: a second run of {category}"
        seen.add(category)
        rules = driver.get("rules", [])
        if len(run["results"]) > 25_000 or len(rules) > 25_000:
            yield f"runs[{number}]: {len(run['results'])} results of {len(rules)} rules"
        for index, rule in enumerate(rules):
            yield from (f"runs[{number}].rules[{index}]: {it}" for it in problems_with_rule(rule))
        for index, result in enumerate(run["results"]):
            yield from (f"runs[{number}].results[{index}]: {it}" for it in problems_with_result(result))


def problems_with_rule(rule):
    properties = rule.get("properties", {})
    if len(properties.get("tags", [])) > 20:
        yield "more than 20 tags"
    severity = properties.get("security-severity")
    if severity is not None and not (isinstance(severity, str) and re.fullmatch(r"\d+(\.\d)?", severity)
                                     and 0 < float(severity) <= 10):
        yield f"security-severity is {severity!r}"
    for name in ("shortDescription", "fullDescription"):
        if not 0 < len(rule[name]["text"]) <= 1024:
            yield f"{name} has {len(rule[name]['text'])} characters"


def problems_with_result(result):
    places = result.get("locations", []) + result.get("relatedLocations", [])
    flows = [flow for code in result.get("codeFlows", []) for flow in code["threadFlows"]]
    if len(places) > 1_000 or sum(len(flow["locations"]) for flow in flows) > 10_000:
        yield "too many places"
    if not result["message"]["text"].strip():
        yield "an empty message"
    for place in places:
        if not place["physicalLocation"]["artifactLocation"]["uri"]:
            yield "an empty address"


def write_batches(logs):
    """Logs together as far as GitHub's number of runs goes: the tool takes most of its time for opening a file. Says
    which log each run of each batch is of."""
    folder = WORK / "logs"
    folder.mkdir(parents=True)
    batches, runs, names = {}, [], []

    def flush():
        file = f"{len(batches):04}.sarif"
        log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs}
        (folder / file).write_text(json.dumps(log), encoding="utf-8")
        batches[file] = names

    for name, log in logs:
        if runs and len(runs) + len(log["runs"]) > MOST_RUNS:
            flush()
            runs, names = [], []
        runs = runs + log["runs"]
        names = names + [name] * len(log["runs"])
    flush()
    return batches


def write_bad_log():
    """One that the tool must not pass, for each kind of its rules."""
    bad = {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [
        {"tool": {"driver": {"name": "x", "rules": [{"id": "a"}]}},
         "results": [{"ruleId": "a", "ruleIndex": 7, "message": {"text": "x"}}]}]}
    (WORK / "logs" / "bad.sarif").write_text(json.dumps(bad), encoding="utf-8")


def judged():
    """The tool's own log, and what it printed."""
    config = {f"{rule}.Options": {"RuleEnabled": "Error"} for rule in ASKED_FOR}
    config.update({f"{rule}.Options": {"RuleEnabled": "Disabled"} for rule in DISABLED})
    (WORK / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if not os.access(TOOL, os.X_OK):
        TOOL.chmod(0o755)  # npm was told to run no scripts of packages
    done = subprocess.run(
        [str(TOOL), "validate", str(WORK / "logs" / "*.sarif"), "--rule-kind", "Sarif;Ghas", "--level",
         "Error;Warning", "--kind", "Fail;Review;Open;Informational", "--config", str(WORK / "config.json"), "--log",
         "ForceOverwrite", "--output", str(WORK / "judgement.sarif")],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=3000, check=False,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})  # else it wants libicu
    printed = done.stdout.decode(errors="replace")
    if done.returncode != 0 or not (WORK / "judgement.sarif").exists():
        return None, printed
    return json.loads((WORK / "judgement.sarif").read_text(encoding="utf-8-sig")), printed


def complaints_of(judgement, batches):
    """(log, rule, level, text) of every result."""
    for run in judgement["runs"]:
        for invocation in run.get("invocations", []):
            if not invocation["executionSuccessful"]:
                yield "the tool", "invocation", "error", json.dumps(invocation)[:500]
        for result in run["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            text = "; ".join(result["message"].get("arguments", [])) or result["message"].get("text", "")
            file, place = uri.rsplit("/", 1)[-1], re.match(r"runs\[(\d+)\]", text)
            names = batches.get(file, [])
            name = names[int(place[1])] if place and names else " and ".join(sorted(set(names))) or file
            yield name, result["ruleId"], result.get("level", "warning"), text


def why_it_cannot_run():
    if not TOOL.exists():
        return "the npm package @microsoft/sarif-multitool-linux could not be installed in tests/sarif-tool"
    if platform.machine() != "x86_64":
        return f"the SARIF multitool is built for x86_64, and this is {platform.machine()}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--gatepost", default=str(ROOT / "build/release/src/gatepost"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    options.gatepost = str(pathlib.Path(options.gatepost).resolve())
    if why := why_it_cannot_run():
        print(f"skipped: sarif-tool: {why}\n0 passed, 0 failed, 1 skipped")
        return 0
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    failures, logs = {}, []  # by log
    add = lambda name, text: failures.setdefault(name, []).append(text)
    for name, text, wrong in every_log(options):
        if wrong:
            add(name, wrong)
            continue
        try:
            log = json.loads(text)
        except ValueError as error:
            add(name, f"not JSON: {error}")
            continue
        for problem in problems_with(log):
            add(name, problem)
        logs.append((name, log))
    batches = write_batches(logs)
    write_bad_log()
    judgement, printed = judged()
    if judgement is None:
        print(f"{printed[-3000:]}\nfailed: the SARIF multitool did not finish\n0 passed, 1 failed, 0 skipped")
        return 1
    bad, accepted = set(), {}
    for name, rule, level, text in complaints_of(judgement, batches):
        if name == "bad.sarif":
            bad.add(rule)
        elif rule in ACCEPTED and level != "error":
            accepted[rule] = accepted.get(rule, 0) + 1
        else:
            add(name, f"{level} {rule}: {text[:300]}")
    if not {"GH1015", "SARIF1009"} <= bad:
        add("the tool", f"finds only {sorted(bad)} in a log that is wrong on purpose")
    for name in sorted(failures):
        print(f"failed: {name}: {len(failures[name])} complaints")
        for text in failures[name][:5]:
            print(f"    {text}")
    for rule, count in sorted(accepted.items()):
        print(f"accepted: {count} times {rule}: {ACCEPTED[rule]}")
    passed = sum(name not in failures for name, _ in logs)
    print(f"{passed} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures or passed == 0 else 0


def every_log(options):
    folders = [it.resolve() for it in options.folders] or [ROOT / it for it in FOLDERS]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        yield from pool.map(lambda path: converted(options, path), files)
    if options.folders:
        return
    yield check_of_the_example(options)
    for path in sorted((ROOT / "tests/data/report").rglob("*.sarif")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"), ""


if __name__ == "__main__":
    sys.exit(main())
