#!/usr/bin/env python3
"""Runs the test suites and counts: one line a suite, and as the last line `N passed, N failed, N skipped`.

    run_tests.py [--jobs N] [SUITE…]
    run_tests.py --write docs-current      write the generated documents instead of comparing them

./dev test builds what the suites need and calls this. Details of every suite are in build/log/test-<suite>.log.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "log"
BINARY = ROOT / "build" / "release" / "src" / "gatepost"
SHARED = pathlib.Path(os.environ.get("GATEPOST_SHARED", ROOT / ".." / "shared"))
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
UNIT_TIMEOUT = 900

# Documents that the binary writes: path, arguments that print it.
GENERATED = [
    ("docs/formats.md", ["formats", "--markdown"]),
    ("docs/cli.md", ["reference"]),
]


class Count:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Log:
    """What a suite has to say. Failures are shown to the person at once, the rest is in the file."""

    def __init__(self, suite):
        self.file = (LOGS / f"test-{suite}.log").open("w", encoding="utf-8")
        self.count = Count()

    def write(self, text):
        self.file.write(text + "\n")
        self.file.flush()

    def passed(self, name):
        self.count.passed += 1
        self.write(f"passed: {name}")

    def skipped(self, name, why):
        self.count.skipped += 1
        print(f"  skipped: {name}: {why}", flush=True)
        self.write(f"skipped: {name}: {why}")

    def failed(self, name, why, output=""):
        self.count.failed += 1
        self.complain(name, why, output)

    def complain(self, name, why, output=""):
        self.write(f"failed: {name}: {why}\n{output}")
        print(f"  failed: {name}: {why}", flush=True)
        for line in output.splitlines()[-40:]:
            print(f"    {line}", flush=True)


def run(command, timeout=600, **options):
    """(exit code, output); a command that cannot start or does not end has the code None."""
    options.setdefault("cwd", ROOT)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout, errors="replace", **options)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
        return None, output.decode(errors="replace") + f"\nnot finished after {timeout} s"
    except OSError as error:
        return None, str(error)


def failures_in(output):
    """The part of a test program's output that tells what failed; the lines of skipped cases apart."""
    return "\n".join(line for line in output.splitlines() if not line.startswith("skipped: "))


def counted(log, name, code, output):
    """Counts a program that ends with our summary line; one that does not is one failure."""
    log.write(f"=== {name}\n{output}")
    summary = None
    for line in reversed(output.splitlines()):
        summary = SUMMARY.match(line)
        if summary:
            break
    if summary is None:
        log.failed(name, f"ended with code {code} and without counting", output)
        return
    count = Count(*(int(it or 0) for it in summary.groups()))
    if code != 0 and count.failed == 0:
        count.failed = 1
    if count.failed:
        log.complain(name, f"exit code {code}, {count}", failures_in(output))
    log.count += count
    for line in output.splitlines():
        if line.startswith("skipped: "):
            print("  " + line, flush=True)


def ctests(log, prefix):
    """The tests of the sanitized build whose name begins with `prefix`, as (name, command, folder)."""
    code, output = run(["ctest", "--test-dir", "build/asan", "--show-only=json-v1"])
    if code != 0:
        log.failed("ctest", f"exit code {code}", output)
        return []
    found = []
    for test in json.loads(output)["tests"]:
        if test["name"].startswith(prefix) and "command" in test:
            properties = {it["name"]: it["value"] for it in test.get("properties", [])}
            found.append((test["name"], test["command"], properties.get("WORKING_DIRECTORY", str(ROOT))))
    return found


def clean_environment():
    """The caller's environment without what would decide a test: settings of git, of a CI, of gatepost."""
    keep = {"GATEPOST_SHARED", "GATEPOST_UPDATE_GOLDEN", "GATEPOST_REVISION"}
    dropped = re.compile(r"^(GIT_|GITHUB_|GITLAB_|CI($|_)|GATEPOST_|RUNNER_|BUILDKITE|CIRCLE|JENKINS|TF_BUILD|LC_|LANG)")
    environment = {key: value for key, value in os.environ.items() if key in keep or not dropped.match(key)}
    environment.update(LC_ALL="C.UTF-8", NO_COLOR="1", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
                       ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1",
                       UBSAN_OPTIONS="print_stacktrace=1")
    return environment


def test_programs(log, prefix, jobs):
    tests = ctests(log, prefix)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        def one(test):
            return test[0], *run(test[1], timeout=UNIT_TIMEOUT, cwd=test[2], env=clean_environment())
        for name, code, output in pool.map(one, tests):
            if prefix == "fuzz-" and not any(map(SUMMARY.match, output.splitlines())):
                log.passed(name) if code == 0 else log.failed(name, f"exit code {code}", output)
            else:
                counted(log, name, code, output)


def suite_unit(log, jobs):
    test_programs(log, "unit-", jobs)
    if log.count.passed + log.count.failed == 0:
        log.failed("unit", "no test was run")


def suite_fuzz(log, jobs):
    test_programs(log, "fuzz-", jobs)
    if log.count.passed + log.count.failed == 0:
        log.skipped("fuzz", "no fuzz smoke tests are declared (ctest names beginning with fuzz-)")


def suite_layers(log, jobs):
    for arguments in ([], ["--self-test"]):
        counted(log, " ".join(["check_layers.py", *arguments]),
                *run([sys.executable, "tools/check_layers.py", *arguments]))


def suite_headers(log, jobs):
    headers = sorted((ROOT / "src").rglob("*.hpp"))
    # -k 0: all headers that do not stand alone are told at once.
    code, output = run(["cmake", "--build", "--preset", "release", "-j", str(jobs),
                        "--target", "all_verify_interface_header_sets", "--", "-k", "0"], timeout=1800)
    log.write(output)
    broken = set(re.findall(r"^FAILED: \S*?/gatepost_\w+_verify_interface_header_sets\.dir/(\S+?)\.cxx\.o", output,
                            re.MULTILINE))
    for header in sorted(broken):
        log.complain(header, "does not compile alone, or with warnings")
    if code != 0:
        log.complain("headers", f"the build ended with code {code}", output)
    failed = len(broken) or (1 if code != 0 else 0)
    log.count = Count(max(len(headers) - failed, 0), failed, 0)


def suite_format(log, jobs):
    code, output = run(["git", "ls-files", "--cached", "--others", "--exclude-standard",
                        "src/*.[ch]pp", "tests/*.[ch]pp", "bench/*.[ch]pp", "cmake/*.[ch]pp", ":!tests/data"])
    files = [it for it in sorted(set(output.splitlines())) if (ROOT / it).exists()] if code == 0 else []
    if not files:  # an exported tree, without git
        files = [str(path.relative_to(ROOT)) for folder in ("src", "tests", "bench", "cmake")
                 for path in sorted((ROOT / folder).rglob("*.[ch]pp")) if ROOT / "tests/data" not in path.parents]
    code, output = run(["clang-format-19", "--dry-run", *files])
    log.write(output)
    if code is None:
        log.failed("format", output)
        return
    bad = sorted(set(re.findall(r"^([^:\n]+):\d+:\d+: (?:warning|error): code should be clang-formatted", output,
                                re.MULTILINE)))
    for file in bad:
        log.failed(file, "is not formatted; ./dev format does it")
    if code != 0 and not bad:
        log.failed("format", f"clang-format-19 ended with code {code}", output)
    log.count.passed = len(files) - len(bad)


def suite_cli(log, jobs):
    counted(log, "cli_cases.py", *run([sys.executable, "tools/cli_cases.py", "--gatepost", str(BINARY),
                                       "--jobs", str(jobs)], timeout=1800, env=clean_environment()))


def printed(arguments):
    done = subprocess.run([str(BINARY), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, env=clean_environment(), check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def suite_docs_current(log, jobs, write=False):
    for file, arguments in GENERATED:
        code, text, complaint = printed(arguments)
        command = " ".join(["gatepost", *arguments])
        if code != 0 or not text:
            log.failed(file, f"`{command}` ended with code {code} and printed {len(text)} characters", complaint)
        elif write:
            (ROOT / file).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / file).write_text(text, encoding="utf-8")
            log.passed(file)
        elif not (ROOT / file).exists() or (ROOT / file).read_text(encoding="utf-8") != text:
            log.failed(file, f"is not what `{command}` prints; ./dev docs writes it")
        else:
            log.passed(file)


def suite_sarif_schema(log, jobs):
    schema = SHARED / "contracts" / "schemas" / "sarif-2.1.0.json"
    if not schema.exists():
        log.skipped("sarif-schema", "no SARIF 2.1.0 schema in the folder of shared test data (GATEPOST_SHARED)")
        return
    try:
        import jsonschema
    except ImportError:
        log.failed("sarif-schema", "the Python module jsonschema is missing (python3-jsonschema)")
        return
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    shop = ROOT / "build" / "test-shop"
    subprocess.run(["rm", "-rf", str(shop)], check=True)
    code, output = run(["sh", "examples/make_repository.sh", str(shop)])
    if code != 0:
        log.failed("make_repository.sh", f"exit code {code}", output)
        return
    check = ["check", "--repo", str(shop), "--base", "main", "--head", "export-orders"]
    posture = ["--repo", str(shop), "--store", f"sqlite:{shop}/ledger.db", "--now", "2026-08-20T01:00:00Z"]
    printed(["nightly", *posture, "--head", "main", "--report", "scans/base/*"])
    reports = sorted(str(path) for path in (ROOT / "examples" / "shop" / "scans" / "head").iterdir())
    for name, arguments, codes in [
        ("check of the example", [*check, "--report", "scans/head/*", "--base-report", "scans/base/*",
                                  "--format", "sarif"], {0, 1}),
        ("check without findings", [*check, "--report", "scans/head/eslint.sarif", "--base-report",
                                    "scans/head/eslint.sarif", "--format", "sarif"], {0, 1}),
        ("report of the example's ledger", ["report", *posture, "--format", "sarif"], {0}),
        ("convert of every report of the example", ["convert", *reports, "--format", "sarif"], {0}),
    ]:
        code, text, complaint = printed(arguments)
        if code not in codes:
            log.failed(name, f"exit code {code}", complaint)
            continue
        try:
            errors = [f"/{'/'.join(map(str, it.absolute_path))}: {it.message[:200]}"
                      for it in validator.iter_errors(json.loads(text))]
        except ValueError as error:
            errors = [f"not JSON: {error}"]
        log.failed(name, "does not fit the schema", "\n".join(errors)) if errors else log.passed(name)


def counting_suite(script, timeout=3600):
    """A suite that is a script of ours which counts by itself."""
    def suite(log, jobs):
        environment = {**clean_environment(), "GATEPOST_KEEP_IMAGES": "1"}
        counted(log, script[-1], *run([sys.executable if it == "python3" else it for it in script], timeout=timeout,
                                      env=environment))
    return suite


def suite_lint_ci(log, jobs):
    files = [*sorted(ROOT.glob("action/**/action.yml")), ROOT / "action.yml",
             *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
             *sorted((ROOT / "examples" / "workflows").glob("github-*.yml")), ROOT / "README.md",
             ROOT / "examples" / "bot" / "compose.yaml"]
    counted(log, "lint.mjs", *run(["node", "tests/packaging/lint.mjs", *[str(it.relative_to(ROOT)) for it in files]],
                                  env=clean_environment()))


def suite_corpus(log, jobs):
    counted(log, "mapping test", *run([str(BINARY), "mapping", "test", "config/mappings"], env=clean_environment()))
    counted(log, "quality_self_test.py", *run([sys.executable, "tools/quality_self_test.py"], env=clean_environment()))
    for script in ("corpus_quality.py", "samples_quality.py"):
        counted(log, script, *run([sys.executable, f"tools/{script}", "--gatepost", str(BINARY), "--jobs", str(jobs)],
                                  timeout=1800, env=clean_environment()))


def suite_probes(log, jobs):
    counted(log, "report_probes.py", *run([sys.executable, "tools/report_probes.py", "--gatepost", str(BINARY),
                                           "--jobs", str(jobs)], timeout=3600, env=clean_environment()))


# Suites that use the images of one another.
CONTAINER_SUITES = {"image", "action", "gitlab", "package", "release"}


def suite_emulators(log, jobs):
    counted(log, "emulators", *run(["node", "tests/emulators/self_test.mjs"], timeout=1800, env=clean_environment()))


def suite_e2e(log, jobs):
    counted(log, "e2e", *run(["node", "tests/e2e/run.mjs"], timeout=1800,
                             env={**clean_environment(), "GATEPOST_BINARY": str(BINARY)}))


def suite_bare_root(log, jobs):
    code, output = run(["sh", "tools/bare_root_test.sh", "run"], timeout=5000, env=clean_environment())
    log.write(output)
    log.passed("./dev run in a bare Debian 12") if code == 0 else log.failed("bare-root", f"exit code {code}", output)


SUITES = {
    "layers": suite_layers,
    "headers": suite_headers,
    "format": suite_format,
    "unit": suite_unit,
    "fuzz": suite_fuzz,
    "cli": suite_cli,
    "docs-current": suite_docs_current,
    "sarif-schema": suite_sarif_schema,
    "sarif-tool": counting_suite(["python3", "tools/sarif_tool_test.py"]),
    "secrets": counting_suite(["python3", "tools/secret_hunt.py", "--gatepost", str(BINARY)]),
    "probes": suite_probes,
    "corpus": suite_corpus,
    "year": counting_suite(["python3", "tools/year_test.py", "--gatepost", str(BINARY)], timeout=1800),
    "cvss-peer": counting_suite(["python3", "tools/cvss_peer_test.py"]),
    "packaging": counting_suite(["python3", "tools/packaging_test.py"]),
    "lint-ci": suite_lint_ci,
    "emulators": suite_emulators,
    "e2e": suite_e2e,
    "pages": counting_suite(["node", "tests/pages/report_test.mjs", str(BINARY), "build/pages"], timeout=1200),
    "image": counting_suite(["python3", "tools/image_test.py"]),
    "action": counting_suite(["python3", "tools/action_test.py"]),
    "gitlab": counting_suite(["python3", "tools/gitlab_test.py"]),
    "package": counting_suite(["python3", "tools/package_test.py"]),
    "release": counting_suite(["python3", "tools/release_test.py"]),
    "bare-root": suite_bare_root,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    suites = options.suites or [it for it in SUITES if it != "bare-root"]
    unknown = [it for it in suites if it not in SUITES]
    if unknown:
        parser.error(f"no suite is called {unknown[0]}; there are {' '.join(SUITES)}")
    LOGS.mkdir(parents=True, exist_ok=True)
    total = Count()
    for name in suites:
        log = Log(name)
        begin = time.monotonic()
        try:
            if options.write and name == "docs-current":
                suite_docs_current(log, options.jobs, write=True)
            else:
                SUITES[name](log, options.jobs)
        except Exception as error:  # a suite that cannot run must not look like one that passed
            log.failed(name, f"{type(error).__name__}: {error}")
        print(f"{name:<13} {log.count}   {time.monotonic() - begin:.1f} s", flush=True)
        total += log.count
    if CONTAINER_SUITES & set(suites) and not os.environ.get("GATEPOST_KEEP_IMAGES"):
        run([sys.executable, "tools/containers.py", "clean"])
    if total.passed + total.failed == 0:
        print("no test was run", flush=True)
    print(total, flush=True)
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
