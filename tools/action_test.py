#!/usr/bin/env python3
"""Runs the container action as GitHub's runner does, against an emulated GitHub. The last line is
`N passed, N failed, N skipped`.
"""
import json
import pathlib
import re
import secrets
import shutil
import subprocess
import sys

import yaml

import containers
import inputs
from action_runner import Runner
from containers import ROOT, WORK, must
from emulators import SERVER, Emulators

PLACE = WORK / "work" / "action"
ACTION, PUBLISH = ROOT / "action.yml", ROOT / "action" / "publish" / "action.yml"
REPOSITORY, NUMBER = "acme/shop", 7
MOST_WRITES, MOST_INLINE = 12, 10
README_SNIPPET = re.compile(r"### GitHub Actions\n.*?```yaml\n(.*?)```", re.DOTALL)


def git(folder, *arguments):
    return must("git", "-c", "safe.directory=*", "-c", "user.name=ann", "-c", "user.email=ann@acme.example", "-C", folder,
                *arguments)


class PullRequest:
    """The pull request of examples/shop as the runner checks it out: detached at the merge commit."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        must("sh", "examples/make_repository.sh", self.folder)
        self.head, self.base = git(self.folder, "rev-parse", "export-orders"), git(self.folder, "rev-parse", "main")
        git(self.folder, "checkout", "-q", "--detach", "main")
        git(self.folder, "merge", "-q", "--no-ff", "-m", "merge", "export-orders")
        self.merge = git(self.folder, "rev-parse", "HEAD")
        git(self.folder, "update-ref", "refs/remotes/origin/main", self.base)

    def event(self, fork=False):
        base = {"full_name": REPOSITORY, "id": 1, "owner": {"login": "acme"}, "default_branch": "main"}
        head = {"full_name": "stranger/shop", "id": 2, "owner": {"login": "stranger"}} if fork else base
        return {"action": "synchronize", "number": NUMBER, "repository": {**base, "name": "shop"},
                "sender": {"login": "pia"},
                "pull_request": {"number": NUMBER, "user": {"login": "pia"}, "draft": False,
                                 "head": {"ref": "export-orders", "sha": self.head, "repo": head},
                                 "base": {"ref": "main", "sha": self.base, "repo": base}}}

    def environment(self, address, run=1):
        return {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_REPOSITORY_OWNER": "acme",
                "GITHUB_REPOSITORY_ID": "1", "GITHUB_SHA": self.merge, "GITHUB_REF": f"refs/pull/{NUMBER}/merge",
                "GITHUB_REF_NAME": f"{NUMBER}/merge", "GITHUB_REF_TYPE": "branch", "GITHUB_BASE_REF": "main",
                "GITHUB_HEAD_REF": "export-orders", "GITHUB_RUN_ID": str(9_000_000_000 + run), "GITHUB_RUN_NUMBER": str(run),
                "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "gate", "GITHUB_WORKFLOW": "gatepost", "GITHUB_ACTOR": "pia",
                "GITHUB_ACTION": "gatepost", "GITHUB_SERVER_URL": address, "GITHUB_API_URL": address,
                "GITHUB_GRAPHQL_URL": f"{address}/graphql"}

    def put_into(self, runner):
        shutil.rmtree(runner.workspace)
        shutil.copytree(self.folder, runner.workspace, symlinks=True)


def runner_for(change, name, address="http://127.0.0.1:9", token="", run=1, fork=False):
    runner = Runner(PLACE / name, change.environment(address, run), change.event(fork), token)
    change.put_into(runner)
    return runner


# --- the surroundings, without publishing ---------------------------------------------------------------------------------


def check_surroundings(count, change):
    """What a container action finds on a runner, in our image."""
    runner = runner_for(change, "surroundings", token="a-token")
    shell = {"entrypoint": "/bin/sh", "network": "none"}
    given = {"fail-on": "critical", "reports": "scans/**\nmore/*.sarif"}
    result = runner.run(ACTION, given, arguments=["-c", "env"], **shell)
    problems = [f"{it.variable} is lacking" for it in inputs.inputs("github") if f"{it.variable}=" not in result.log]
    count.report("every input arrives as a variable", "; ".join(problems))
    wanted = ["GATEPOST_INPUT_FAIL_ON=critical", "GATEPOST_INPUT_REPORTS=scans/**\nmore/*.sarif\n", "GATEPOST_INPUT_COMMENT=\n",
              "GATEPOST_INPUT_TOKEN=a-token"]
    count.report("inputs arrive as they were given, and empty when they were not",
                 "; ".join(repr(it) for it in wanted if it not in result.log))
    result = runner.run(ACTION, {}, env={"GATEPOST_FAIL_ON": "low"}, arguments=["-c", "env"], **shell)
    count.report("a variable of the workflow does not hide an input",
                 "" if "GATEPOST_FAIL_ON=low" in result.log and "GATEPOST_INPUT_FAIL_ON=\n" in result.log else result.log[-500:])
    script = ("set -e; echo verdict=pass >>$GITHUB_OUTPUT; printf 'text<<E\\na\\nb\\nE\\n' >>$GITHUB_OUTPUT;"
              "echo '# told' >>$GITHUB_STEP_SUMMARY; mkdir gatepost-out; echo x >gatepost-out/report.md;"
              "test -s $GITHUB_EVENT_PATH; test $PWD = /github/workspace")
    result = runner.run(ACTION, {}, arguments=["-c", script], **shell)
    right = (result.code, result.outputs, result.summary) == (0, {"verdict": "pass", "text": "a\nb"}, "# told\n")
    count.report("the container may write the runner's files and the workspace",
                 "" if right and (runner.workspace / "gatepost-out/report.md").exists() else f"{result.code}: {result.log[-500:]}")


def check_second_action(count, change):
    runner = runner_for(change, "second-action", token="a-token")
    result = runner.run(PUBLISH, {"result": "stage one/result.json"}, entrypoint="/bin/echo", network="none")
    count.report("the second stage is started with its file, whatever its name",
                 "" if result.log == "publish stage one/result.json\n" else result.log[-500:])


def check_judging(count, change):
    """The gate on a runner, from its event and checkout alone, without network."""
    runner = runner_for(change, "judging")
    arguments = ["check", "--report", "scans/head/*", "--base-report", "scans/base/*"]
    result = runner.run(ACTION, {}, arguments=arguments, network="none")
    count.report("the gate is closed by event and checkout alone",
                 "" if result.code == 1 and "services/payments/app.py" in result.log else f"{result.code}: {result.log[-1500:]}")
    count.report("the base is the one that the runner merged with",
                 "" if change.base[:8] in result.log else f"{change.base} is not named: {result.log[:800]}")


# --- publishing -------------------------------------------------------------------------------------------------------------


class GitHub:
    """The emulated forge with the example's pull request, and a token like a workflow's."""

    def __init__(self, emulators, change):
        self.emulators, self.change = emulators, change
        self.address = emulators.addresses["github"]["api"]
        self.token = ""
        self.reset()

    def reset(self, fork=False, **permissions):
        self.emulators.control("reset", {})
        self.token = "ghs" + "_" + secrets.token_hex(18)
        pull = {"number": NUMBER, "user": "pia", "head": {"ref": "export-orders", "sha": self.change.head},
                "base": {"ref": "main", "sha": self.change.base}}
        permissions = permissions or {"contents": "read", "pull-requests": "write"}
        git_dir = str(self.change.folder / ".git")
        repos = [{"owner": "acme", "name": "shop", "git_dir": git_dir, "pulls": [pull]}]
        if fork:
            pull["head"]["repo"] = "stranger/shop"
            repos.insert(0, {"owner": "stranger", "name": "shop", "git_dir": git_dir, "fork_of": REPOSITORY})
        self.emulators.control("seed", {"github": {
            "repos": repos,
            "tokens": [{"token": self.token, "kind": "actions", "permissions": permissions, "repositories": [REPOSITORY]}]}})

    def run(self, name, action=ACTION, given=None, run=1, fork=False, event=None, environment=None):
        runner = runner_for(self.change, name, self.address, self.token, run, fork)
        if event:
            (runner.folder / "_github_workflow" / "event.json").write_text(json.dumps(event), encoding="utf-8")
        runner.environment.update(environment or {})
        return runner, runner.run(action, given)

    def shown(self):
        return self.emulators.control("state")["github"][REPOSITORY]


def common_problems(forge, result):
    """What must hold after every run."""
    problems = []
    if violations := forge.emulators.violations():
        problems.append(f"violations: {violations}")
    if forge.token in result.log + result.summary + json.dumps(result.outputs):
        problems.append("the token shows")
    if set(result.told("set-output", "set-env", "add-path", "save-state", "add-mask")):
        problems.append("a command that nobody should have written")
    for kind in ("error", "warning", "notice"):
        if len(result.told(kind)) > 10:
            problems.append(f"more than ten {kind} annotations, of which the runner drops some")
    if len(result.summary.encode()) > 1_000_000:
        problems.append("the summary is larger than the runner keeps")
    return problems


def closed(result):
    right = result.code == 1 and result.outputs.get("verdict") == "fail"
    return [] if right else [f"exit code {result.code}, outputs {result.outputs}: {result.log[-1500:]}"]


def check_one_stage(count, forge, given, name):
    runner, result = forge.run("one-stage", given=given)
    problems = closed(result) + common_problems(forge, result)
    outputs = set(yaml.safe_load(ACTION.read_text(encoding="utf-8"))["outputs"])
    if set(result.outputs) != outputs:
        problems.append(f"outputs {sorted(result.outputs)}, declared are {sorted(outputs)}")
    problems += [f"{key} names no file" for key in outputs if key.startswith("report-")
                 and not (runner.workspace / result.outputs.get(key, "-").removeprefix("/github/workspace/")).is_file()]
    shown = forge.shown()
    if len(shown["issue_comments"]) != 1 or "<!-- gatepost:summary" not in shown["issue_comments"][0]["body"]:
        problems.append(f"{len(shown['issue_comments'])} summary comments")
    if not 0 < len(shown["review_comments"]) <= MOST_INLINE:
        problems.append(f"{len(shown['review_comments'])} comments on lines")
    if len(forge.emulators.writes()) > MOST_WRITES:
        problems.append(f"{len(forge.emulators.writes())} writes")
    if not result.summary:
        problems.append("no summary")
    count.report(name, "; ".join(problems))


def check_again(count, forge, given):
    before = len(forge.emulators.writes())
    _, result = forge.run("again", given=given, run=2)
    written = len(forge.emulators.writes()) - before
    count.report("a second run writes nothing", "; ".join(closed(result) + common_problems(forge, result) +
                                                        ([f"{written} writes"] if written else [])))


def check_read_only(count, forge, given):
    forge.reset(contents="read")
    _, result = forge.run("read-only", given=given, fork=True)
    problems = closed(result) + common_problems(forge, result)
    if forge.shown()["issue_comments"]:
        problems.append("a comment, without the permission")
    if not result.summary or not result.told("error", "warning", "notice"):
        problems.append("the findings are neither in the summary nor in annotations")
    count.report("without permissions the verdict is the same, and the findings are in the job", "; ".join(problems))


def check_two_stages(count, forge, given):
    forge.reset(contents="read")
    stage_one, result = forge.run("stage-one", given={**given, "result": "gatepost-out/result.json", "comment": "never",
                                                      "inline-comments": "0", "check-run": "off"}, fork=True)
    file = stage_one.workspace / "gatepost-out" / "result.json"
    problems = closed(result) + common_problems(forge, result)
    if forge.emulators.writes() or not file.is_file():
        problems.append(f"{len(forge.emulators.writes())} writes, result written: {file.is_file()}")
    count.report("stage one judges, writes its result and nothing else", "; ".join(problems))
    if not file.is_file():
        return
    content = file.read_bytes()
    forge.reset(fork=True, contents="read", actions="read", statuses="write", **{"pull-requests": "write"})
    change = forge.change
    event = {"action": "completed", "repository": change.event()["repository"],
             "workflow_run": {"id": 9_000_000_001, "event": "pull_request", "conclusion": "failure", "head_sha": change.head,
                              "head_branch": "export-orders", "pull_requests": [],
                              "head_repository": {"full_name": "stranger/shop", "id": 2, "owner": {"login": "stranger"}}}}
    runner = runner_for(change, "stage-two", forge.address, forge.token, run=3)
    git(runner.workspace, "checkout", "-q", "main")
    (runner.workspace / "stage-one").mkdir()
    (runner.workspace / "stage-one" / "result.json").write_bytes(content)
    (runner.folder / "_github_workflow" / "event.json").write_text(json.dumps(event), encoding="utf-8")
    runner.environment.update(GITHUB_EVENT_NAME="workflow_run", GITHUB_SHA=change.base, GITHUB_REF="refs/heads/main",
                              GITHUB_REF_NAME="main", GITHUB_BASE_REF="", GITHUB_HEAD_REF="")
    result = runner.run(PUBLISH, {"result": "stage-one/result.json", "status": "on"})
    shown = forge.shown()
    problems = common_problems(forge, result)
    if len(shown["issue_comments"]) != 1:
        problems.append(f"{len(shown['issue_comments'])} comments: exit code {result.code}: {result.log[-1500:]}")
    if [it.get("state") for it in shown["statuses"]] != ["failure"]:
        problems.append(f"statuses {shown['statuses']}")
    count.report("stage two comments on the pull request of the commit that was checked", "; ".join(problems))


def readme_step():
    """The step that the README tells people to copy."""
    snippet = README_SNIPPET.search((ROOT / "README.md").read_text(encoding="utf-8"))
    if not snippet:
        raise ValueError("README.md has no snippet for GitHub Actions")
    jobs = yaml.safe_load(snippet[1])["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"] if "gatepost/gatepost" in step.get("uses", "")]
    permissions = [job.get("permissions") for job in jobs.values() if any(step in job["steps"] for step in steps)]
    return steps[0].get("with", {}), permissions[0]


def check_publishing(count, change):
    given = {"reports": "scans/head/*", "base-reports": "scans/base/*"}
    with Emulators() as emulators:
        forge = GitHub(emulators, change)
        check_one_stage(count, forge, given, "a pull request gets one comment, few notes, and the verdict")
        check_again(count, forge, given)
        check_read_only(count, forge, given)
        check_two_stages(count, forge, given)
        snippet, permissions = readme_step()
        forge.reset(**permissions)
        check_one_stage(count, forge, snippet, "the snippet of the README suffices")


def tests(count):
    containers.ensure_image()
    change = PullRequest(PLACE / "repository")
    check_surroundings(count, change)
    check_second_action(count, change)
    check_judging(count, change)
    if not SERVER.exists() or subprocess.run(["node", "--version"], capture_output=True, check=False).returncode:
        return count.report("publishing on an emulated GitHub", "there are no emulators, or no node")
    check_publishing(count, change)


if __name__ == "__main__":
    sys.exit(containers.suite("action", tests))
