#!/usr/bin/env python3
"""Checks tests/data/reports/*/about.toml: each file it names is there and holds as many records as it says, counted by the
command that it gives; no file beside it goes unmentioned. The last line is `N passed, N failed`.

    tools/count_reports.py [TOOL...]

Needs jq.
"""
import pathlib
import subprocess
import sys
import tomllib

REPORTS = pathlib.Path(__file__).resolve().parent.parent / "tests/data/reports"
LARGEST = 300 * 1024


def counted(path, command):
    with open(path, "rb") as report:
        out = subprocess.run(["bash", "-c", command], stdin=report, capture_output=True, text=True).stdout.strip()
    return int(out) if out.isdigit() else out


def complaints(about):
    folder = about.parent
    reports = tomllib.loads(about.read_text())["report"]
    named = {it["file"] for it in reports} | {"about.toml", "expected.json"}
    for extra in sorted(it.name for it in folder.iterdir() if it.is_file() and it.name not in named):
        yield extra, f"{folder.name}/{extra} is not in about.toml"
    for it in reports:
        path = folder / it["file"]
        if not path.is_file():
            yield it["file"], f"{folder.name}/{it['file']} is missing"
        elif path.stat().st_size > LARGEST:
            yield it["file"], f"{folder.name}/{it['file']} is larger than {LARGEST} bytes"
        elif (found := counted(path, it["counted"])) != it["records"]:
            yield it["file"], f"{folder.name}/{it['file']}: {found} {it['of']}, not {it['records']}"


def main(tools):
    passed, failed = 0, 0
    for about in sorted(REPORTS.glob("*/about.toml")):
        if tools and about.parent.name not in tools:
            continue
        wrong = list(complaints(about))
        for _, sentence in wrong:
            print(sentence)
        failed += len(wrong)
        passed += len(tomllib.loads(about.read_text())["report"]) - len({name for name, _ in wrong})
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
