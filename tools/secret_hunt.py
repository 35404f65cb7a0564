#!/ usr / bin / env python3
"""Plants secrets in reports and in the code that they are about, runs every command that reads reports, and looks for the
values in whatever came out: standard output and error at the most talkative level, files, temporary files, the memory
dump of a process that dies. The last line is `N passed, N failed, N skipped`.

    secret_hunt.py --gatepost BINARY
"""
import argparse
import base64
import contextlib
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

FRAGMENT = 12  # characters in a row that give a secret away


def values():
    """Made at run time, so that no scanner takes this file for a leak; the same ones in every run."""
    chance = random.Random(20261121)
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    word = lambda length: "".join(chance.choice(letters) for _ in range(length))
    return {
        "token": "glk" + "_" + word(36),
        "password": word(7) + "'@:&<" + word(6) + "é$\\" + word(5),
        "key": "-----BEGIN " + "PRIVATE KEY-----\n" + "\n".join(word(64) for _ in range(3)) +
               "\n-----END " + "PRIVATE KEY-----",
}

def forms(value):
    """The value in the ways that text may carry it. Of a long one a fragment is enough."""
    lines = [line for line in value.split("\n") if not line.startswith("-----")]
    for line in lines:
        data = line.encode()
        yield line
        yield json.dumps(line)[1:-1]
        yield json.dumps(line, ensure_ascii=False)[1:-1]
        yield line.replace("&", "&amp;").replace("<", "&lt;")
        yield line.replace("&", "&#38;").replace("<", "&#60;")
        yield urllib.parse.quote(line, safe="")
        yield data.hex()
        for shift in range(3):  # in the middle of a longer text
            yield base64.b64encode(b"\0" * shift + data).decode()[4:-4]
        if line.isascii() and line.isalnum() or "_" in line:
            for start in range(0, len(line) - FRAGMENT + 1, 4):
                yield line[start:start + FRAGMENT]


def needles(planted):
    return {(name, form.encode()) for name, value in planted.items() for form in forms(value) if len(form) >= 8
}

def found_in(data, wanted):
    return sorted({f"{name} as {form[:3].decode(errors='replace')}…" for name, form in wanted if form in data})


def git(folder, *words):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@acme.example", "GIT_COMMITTER_NAME": "ann",
                   "GIT_COMMITTER_EMAIL": "ann@acme.example"}
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, env=environment)


def result(rule, text, snippet, line, **more):
    where = {"artifactLocation": {"uri": "app/settings.py"},
             "region": {"startLine": line, "snippet": {"text": snippet}},
             "contextRegion": {"startLine": line, "snippet": {"text": f"x = 1\nkey = {snippet!r}\ny = 2"}}}
    step = {"location": {"physicalLocation": where, "message": {"text": f"here: {text}"}}}
    return {"ruleId": rule, "level": "error", "message": {"text": text},
            "locations": [{"physicalLocation": where, "message": {"text": text},
                           "logicalLocations": [{"fullyQualifiedName": f"settings.{rule}"}]}],
            "codeFlows": [{"threadFlows": [{"locations": [step, step]}]}], **more}


def sarif(tool, results):
    rules = [{
  "id" : one["ruleId"], "name" : one["ruleId"], "properties" : { "tags" : [ "security", "external/cwe/cwe-798" ] }}
             for one in results]
    return json.dumps({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": tool, "rules": rules}},
        "invocations": [{"executionSuccessful": True}], "results": results}]})


def reports(planted):
    """Report name -> text, by the habits of tools that show what they find."""
    token, password, key = planted["token"], planted["password"], planted["key"]
    leaky = [result("generic-api-key", f"generic-api-key has detected secret {token} in app/settings.py", token, 2,
                    fingerprints={"v1": f"app/settings.py:{token}:2"}, partialFingerprints={"secret": token},
                    properties={"match": f"TOKEN = '{token}'", "entropy": "4.8"},
                    suppressions=[{"kind": "external", "justification": f"{token} is for tests"}],
                    fixes=[{"description": {"text": f"remove {token}"}, "artifactChanges": [{
                        "artifactLocation": {"uri": "app/settings.py"},
                        "replacements": [{"deletedRegion": {"startLine": 2}, "insertedContent": {"text": token}}]}]}]),
             result("password-in-url", f"password {password}", f"PASSWORD = {password!r}", 3),
             result("private-key", f"private key\n{key}", key, 4)]
    code = [result("B105", f"Possible hardcoded password: '{token}'", f"TOKEN = '{token}'", 2),
            result("B106", f"Possible hardcoded password: {password!r}", f"PASSWORD = {password!r}", 3)]
    finding = {"id": "a1", "category": "secret_detection", "name": "Generic token", "severity": "Critical",
               "message": f"Generic token {token}", "description": f"The token {token} was found",
               "raw_source_code_extract": token, "confidence": "Unknown", "cve": f"app/settings.py:{token}:generic",
               "solution": f"revoke {token}", "scanner": {"id": "gitleaks", "name": "Gitleaks"},
               "location": {"file": "app/settings.py", "start_line": 2, "end_line": 2,
                            "commit": {"author": "ann", "message": f"add {token}", "sha": "0" * 40}},
               "details": {"match": {"type": "code", "name": "match", "value": f"TOKEN = '{token}'"}},
               "identifiers": [{"type": "gitleaks_rule_id", "name": f"rule {token}", "value": "generic-token"}],
               "links": [{"url": f"https://ann:{token}@acme.example/x"}], "tracking": {
                   "type": "source", "items": [{"file": "app/settings.py", "line_start": 2, "signatures": [
                       {"algorithm": "scope_offset", "value": f"app/settings.py|{token}"}]}]}}
    scanner = {"id": "gitleaks", "name": "Gitleaks", "version": "8", "vendor": {"name": "GitLab"}}
    gitlab = json.dumps({"version": "15.0.0", "vulnerabilities": [finding], "scan": {
        "type": "secret_detection", "status": "success", "scanner": scanner, "analyzer": scanner,
        "start_time": "2026-11-20T10:00:00", "end_time": "2026-11-20T10:00:01"}})
    whole = sarif("gitleaks", leaky)
    return {"gitleaks.sarif": whole, "bandit.sarif": sarif("Bandit", code), "gl-secret-detection.json": gitlab,
            "cut.sarif": whole[:len(whole) * 2 // 3], "crash.txt": f"panic: cannot parse {token}\n{key}\n",
            "foreign.json": json.dumps({"matches": [{"secret": token, "line": f"password={password}"}]}),
            "list.csv": f"file,secret\napp/settings.py,{token}\n"}


def make_repository(folder, planted):
    """Base without the secrets, change with them; reports beside the code, and in it."""
    git(folder, "init", "-q", "-b", "main")
    (folder / "app").mkdir()
    (folder / "app" / "settings.py").write_text("DEBUG = False\n")
    (folder / ".gatepost.yml").write_text("version: 1\nreports: ['scans/*']\n")
    (folder / ".gitignore").write_text("scans/\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    git(folder, "switch", "-qc", "change")
    (folder / "app" / "settings.py").write_text(
        f"DEBUG = False\nTOKEN = '{planted['token']}'\nPASSWORD = {planted['password']!r}\nKEY = '''{planted['key']}'''\n")
    git(folder, "commit", "-qam", "change")
    (folder / "scans").mkdir()
    for name, text in reports(planted).items():
        (folder / "scans" / name).write_text(text)


OUTPUTS = [word for pair in (["terminal", "-"], ["markdown", "a.md"], ["json", "a.json"], ["sarif", "a.sarif"],
                             ["csv", "a.csv"]) for word in ("--format", pair[0], "--output", pair[1])]
RUNS = {
    "check, all formats": ["check", "--base", "main", *OUTPUTS, "--output-dir", "out", "--result", "result.json"],
    "check of one report that was cut": ["check", "--base", "main", "--report", "scans/cut.sarif"],
    "check of what is no report": ["check", "--base", "main", "--report", "scans/crash.txt", "--report", "scans/foreign.json"],
    "check, plan for a comment": ["check", "--base", "main", "--publish", "--dry-run"],
    "convert": ["convert", *(f"scans/{name}" for name in ("gitleaks.sarif", "bandit.sarif", "gl-secret-detection.json",
                                                          "cut.sarif", "crash.txt", "foreign.json", "list.csv"))],
    "convert to lines": ["convert", "--format", "jsonl", "scans/gitleaks.sarif", "scans/gl-secret-detection.json"],
    "convert to SARIF": ["convert", "--format", "sarif", "scans/gitleaks.sarif", "scans/bandit.sarif"],
    "convert what says to be SARIF": ["convert", "--tool", "sarif", "scans/crash.txt", "scans/foreign.json"],
    "diff": ["diff", "--base", "main"],
    "doctor": ["doctor"],
}


class Hunt:
    def __init__(self, binary):
        self.binary, self.passed, self.failed = binary, 0, 0
        self.planted = values()
        self.wanted = needles(self.planted)

    def judge(self, name, failure):
        self.passed, self.failed = self.passed + (not failure), self.failed + bool(failure)
        print(f"failed: {name}: {failure}" if failure else f"passed: {name}")

    def run(self, folder, temporary, words, key, previous):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(temporary), "TMPDIR": str(temporary), "LC_ALL": "C.UTF-8",
                       "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_EVENT_NAME": "pull_request",
                       "GITHUB_STEP_SUMMARY": str(temporary / "summary.md"), "GITHUB_OUTPUT": str(temporary / "outputs"),
                       **({
  "GATEPOST_SECRET_KEY" : key} if key else {}),
                       **({
  "GATEPOST_SECRET_KEY_PREVIOUS" : previous} if previous else {})}
        return subprocess.run([self.binary, "--log-level", "debug", *words], cwd=folder, capture_output=True,
                              env=environment, timeout=120)

    def written(self, folder, temporary):
        for root in (folder, temporary):
            for path in sorted(root.rglob("*")):
                inside = path.relative_to(root)
                if path.is_file() and inside.parts[0] not in (".git", "app", "scans"):
                    yield str(inside), path.read_bytes()

    def commands(self, key, previous):
        kind = "with two keys" if previous else "with a key" if key else "without a key"
        keys = {("a key", one.encode()) for one in (key, previous) if one}
        with tempfile.TemporaryDirectory() as place:
            folder, temporary = pathlib.Path(place, "repository"), pathlib.Path(place, "temporary")
            folder.mkdir()
            temporary.mkdir()
            make_repository(folder, self.planted)
            for name, words in RUNS.items():
                run = self.run(folder, temporary, words, key, previous)
                self.look(f"{name}, {kind}", run)
            data = json.loads((folder / "a.json").read_text())
            secrets = [one for one in data["findings"] if one["kind"] == "secret"]
            self.judge(f"the secrets are findings, {kind}",
                       "" if len(secrets) >= 3 else f"{len(secrets)} findings of kind secret")
            for one in data["findings"]:
                self.look(f"explain {one['id'][:11]}, {kind}",
                          self.run(folder, temporary, ["explain", one["id"], "--base", "main"], key, previous))
            found = {path: leak for path, bytes_ in self.written(folder, temporary)
                     if (leak := found_in(bytes_ + path.encode(), self.wanted | keys))}
            self.judge(f"files that were written, {kind}", str(found) if found else "")
            self.judge(f"no temporary file is left, {kind}",
                       str(left) if (left := sorted(it.name for it in temporary.glob("gatepost-*"))) else "")

    def look(self, name, run):
        if run.returncode < 0 or run.returncode >= 70:
            self.judge(name, f"ended with {run.returncode}: {run.stderr[-300:]!r}")
            return
        self.judge(name, "; ".join(found_in(run.stdout + run.stderr, self.wanted)))

    def memory_dump(self):
        """A process that has read the report and is killed leaves no memory behind."""
        with tempfile.TemporaryDirectory() as place:
            allowed = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            with contextlib.suppress(ValueError):
                process = subprocess.Popen([self.binary, "convert", "-"], cwd=place, stdin=subprocess.PIPE,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=allowed)
                process.stdin.write(reports(self.planted)["gitleaks.sarif"].encode()[:-2])
                process.stdin.flush()
                time.sleep(0.5)
                process.send_signal(signal.SIGSEGV)
                process.wait(timeout=20)
                left = sorted(it.name for it in pathlib.Path(place).iterdir())
                dumped = os.WCOREDUMP(process.returncode) if process.returncode > 0 else bool(left)
                self.judge("a process that dies leaves no memory dump", f"{left}" if left or dumped else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", required=True)
    hunt = Hunt(str(pathlib.Path(parser.parse_args().gatepost).resolve()))
    key, previous = (letter * 16 + "-for-tests-" + "0123456789" for letter in "kp")
    for keys in (("", ""), (key, ""), (key, previous)):
        hunt.commands(*keys)
    hunt.memory_dump()
    print(f"{hunt.passed} passed, {hunt.failed} failed, 0 skipped")
    return 1 if hunt.failed else 0


if __name__ == "__main__":
    sys.exit(main())
