#!/usr/bin/env python3
"""Runs the cases of tests/cli/*.toml against an installed gatepost. tests/cli/README.md describes the form of a case.

    cli_cases.py --gatepost BINARY [--jobs N] [WORD…]      only the cases whose name contains every WORD
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cli"
TIMEOUT = 60
KEYS = {"name", "shop", "setup", "files", "run", "stdin", "exit", "stdout", "stderr", "stdout_not", "stderr_not",
        "stdout_is", "creates", "directory", "environment"}
# What no case may ever show, whatever it expects.
BUGS = ["terminate called", "AddressSanitizer", "runtime error:", "Segmentation fault", "Traceback", "std::"]


class Case:
    def __init__(self, file, table):
        unknown = set(table) - KEYS
        missing = {"name", "run", "exit"} - set(table)
        if unknown or missing:
            raise ValueError(f"{file.name}: {table.get('name', '?')}: unknown keys {sorted(unknown)}, "
                             f"missing keys {sorted(missing)}")
        self.name = f"{file.stem}: {table['name']}"
        self.table = table

    def texts(self, key):
        value = self.table.get(key, [])
        return [value] if isinstance(value, str) else value


def read_cases():
    cases = []
    for file in sorted(CASES.glob("*.toml")):
        with file.open("rb") as stream:
            cases += [Case(file, table) for table in tomllib.load(stream).get("case", [])]
    names = [it.name for it in cases]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two cases are called {name!r}")
    return cases


def environment(gatepost_folder, home, extra):
    """Nothing of the caller's but the locale-free minimum: no CI is detected unless the case sets one."""
    result = {
        "PATH": f"{gatepost_folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@acme.example", "GIT_AUTHOR_DATE": "2026-05-01T10:00:00Z",
        "GIT_COMMITTER_NAME": "ann", "GIT_COMMITTER_EMAIL": "ann@acme.example",
        "GIT_COMMITTER_DATE": "2026-05-01T10:00:00Z",
        "ROOT": str(ROOT),
    }
    result.update(extra)
    return result


def wants(pattern, text):
    """A text in slashes is a regular expression, any other must stand in the output as it is."""
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        return re.search(pattern[1:-1], text, re.MULTILINE) is not None
    return pattern in text


def problems_of(case, code, out, err, folder):
    found = []
    if code != case.table["exit"]:
        found.append(f"exit code {code}, expected {case.table['exit']}")
    for key, text in (("stdout", out), ("stderr", err)):
        found += [f"{key} lacks {it!r}" for it in case.texts(key) if not wants(it, text)]
        found += [f"{key} holds {it!r}" for it in case.texts(key + "_not") if wants(it, text)]
    if "stdout_is" in case.table and out != case.table["stdout_is"]:
        found.append(f"stdout is not {case.table['stdout_is']!r}")
    found += [f"{it} was not written" for it in case.texts("creates") if not (folder / it).is_file()]
    found += [f"the output shows a bug: {it!r}" for it in BUGS if it in out + err]
    return found


def run_case(case, gatepost, shop):
    """Problems, and the outputs for a person."""
    with tempfile.TemporaryDirectory(prefix="gatepost-cli-") as temporary:
        folder = pathlib.Path(temporary) / "work"
        home = pathlib.Path(temporary) / "home"
        programs = pathlib.Path(temporary) / "bin"
        home.mkdir()
        programs.mkdir()
        (programs / "gatepost").symlink_to(gatepost)
        if case.table.get("shop"):
            shutil.copytree(shop, folder, symlinks=True)
        else:
            folder.mkdir()
        for path, text in case.table.get("files", {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        variables = environment(programs, home, case.table.get("environment", {}))
        if "setup" in case.table:
            done = subprocess.run(["sh", "-eu", "-c", case.table["setup"]], cwd=folder, env=variables,
                                  capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False)
            if done.returncode != 0:
                return [f"the setup ended with code {done.returncode}"], done.stdout + done.stderr
        try:
            done = subprocess.run(["sh", "-c", case.table["run"]], cwd=folder / case.table.get("directory", "."),
                                  env=variables, input=case.table.get("stdin", "").encode(), capture_output=True,
                                  timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return [f"not finished after {TIMEOUT} s"], ""
        out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        shown = f"$ {case.table['run']}\n--- stdout\n{out[:4000]}\n--- stderr\n{err[:4000]}"
        return problems_of(case, done.returncode, out, err, folder), shown


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", required=True, type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    cases = [it for it in read_cases() if all(word in it.name for word in options.words)]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="gatepost-shop-") as folder:
        shop = pathlib.Path(folder) / "shop"
        subprocess.run(["sh", str(ROOT / "examples/make_repository.sh"), str(shop)], check=True)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = pool.map(lambda it: run_case(it, options.gatepost.resolve(), shop), cases)
            for case, (problems, shown) in zip(cases, results):
                if problems:
                    failed += 1
                    print(f"failed: {case.name}")
                    for problem in problems:
                        print(f"  {problem}")
                    print("  " + shown.replace("\n", "\n  "))
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
