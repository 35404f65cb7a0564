#!/usr/bin/env python3
"""Runs the GitLab component and the template by gitlab-ci-local, inside our image, against an emulated GitLab. The last line
is `N passed, N failed, N skipped`.
"""
import json
import re
import secrets
import shutil
import sys

import yaml

import containers
from action_test import MOST_INLINE, MOST_WRITES, git
from containers import ROOT, WORK, must, run
from emulators import Emulators

PLACE = WORK / "work" / "gitlab"
LOCAL = ROOT / "tests" / "packaging" / "node_modules" / "gitlab-ci-local" / "dist" / "index.js"
PROJECT, PROJECT_ID, NUMBER = "acme/shop", 1217, 7  # gitlab-ci-local gives every project this id
README_SNIPPET = re.compile(r"### GitLab CI\n.*?```yaml\n(.*?)```", re.DOTALL)
SCAN = """
scan:
  stage: build
  script: [mkdir -p scans, "cp -R {scans}/. scans/"]
  artifacts: {paths: [scans/]}
"""
COMPONENT = """
include:
  - local: /templates/gate.yml
    inputs: {inputs}
"""
# As a merge request's pipeline has them.
SETTINGS = {"image": f"localhost/{containers.TAG}", "reports": "scans/head/*", "base-reports": "scans/base/*"}


class Pipeline:
    """The merge request of examples/shop in a clone of its own, as a runner makes it."""

    def __init__(self, name, server):
        self.folder, self.server = PLACE / name, server
        shutil.rmtree(self.folder, ignore_errors=True)
        must("sh", "examples/make_repository.sh", self.folder)
        shutil.rmtree(self.folder / "scans")
        self.head, self.base = git(self.folder, "rev-parse", "export-orders"), git(self.folder, "rev-parse", "main")
        self.merge_base = git(self.folder, "merge-base", "main", "export-orders")
        for key in ("user.name", "user.email"):
            git(self.folder, "config", key, "pia@acme.example")
        git(self.folder, "remote", "add", "origin", f"{server}/{PROJECT}.git")
        git(self.folder, "update-ref", "refs/remotes/origin/main", self.base)
        git(self.folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        shutil.copytree(ROOT / "templates", self.folder / "templates")
        shutil.copytree(ROOT / "gitlab", self.folder / "gitlab")
        git(self.folder, "add", "templates", "gitlab")  # it includes tracked files only; the commits stay as they are

    def write(self, *parts):
        """The pipeline's file; {scans} is where the reports of the example are."""
        text = "\n".join(parts).replace("{scans}", str(ROOT / "examples" / "shop" / "scans"))
        (self.folder / ".gitlab-ci.yml").write_text(text, encoding="utf-8")

    def variables(self, **more):
        return {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": str(NUMBER),
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.merge_base, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "export-orders",
                "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT_ID), "CI_MERGE_REQUEST_PROJECT_PATH": PROJECT,
                "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(PROJECT_ID),
                "CI_MERGE_REQUEST_REF_PATH": f"refs/merge-requests/{NUMBER}/head", **more}

    def tool(self, *arguments, **variables):
        command = ["node", LOCAL, "--no-color", "--container-executable", "podman",
                   "--helper-image", containers.HELPER, "--pull-policy", "if-not-present",
                   "--ignore-predefined-vars", "CI_PIPELINE_SOURCE", "--unset-variable", "CI_COMMIT_BRANCH", *arguments]
        for name, value in self.variables(**variables).items():
            command += ["--variable", f"{name}={value}"]
        code, out, err = run(*command, timeout=300, cwd=self.folder,
                             env={**containers.ENVIRONMENT, "HOME": str(PLACE)})
        return code, *(re.sub(r"\x1b\[[0-9;]*m", "", it) for it in (out, err))

    def run(self, **variables):
        """What became of each job, and the log. The exit status means nothing: with allow_failure it is 0."""
        log = "".join(self.tool(**variables)[1:])
        return dict((name, word) for word, name in re.findall(r"^\s*(PASS|WARN|FAIL)\s+(\S+)", log, re.MULTILINE)), log

    def artifacts(self, job="gatepost"):
        return self.folder / ".gitlab-ci-local" / "artifacts" / job


def component(**more):
    return COMPONENT.format(inputs=json.dumps({**SETTINGS, **more}))


def here(text):
    """A pipeline's text with the component from this pipeline's repository, and the image under test."""
    local = re.sub(r"- component: \S+( *#.*)?", "- local: /templates/gate.yml", text)
    return local.replace("$GATEPOST_IMAGE", SETTINGS["image"])


def readme_pipeline():
    """What the README tells people to copy, with a job that scans."""
    snippet = README_SNIPPET.search((ROOT / "README.md").read_text(encoding="utf-8"))
    if not snippet:
        raise ValueError("README.md has no snippet for GitLab CI")
    return SCAN + here(snippet[1])


# --- what GitLab makes of the text -------------------------------------------------------------------------------------------


def preview(pipeline, **variables):
    code, out, err = pipeline.tool("--preview", **variables)
    if code != 0:
        raise RuntimeError(f"gitlab-ci-local --preview ended with code {code}: {err[-1500:]}")
    return yaml.safe_load(out)


def check_text(count):
    """Expanded by gitlab-ci-local, which also holds it against GitLab's own schema."""
    pipeline = Pipeline("text", "http://127.0.0.1:9")
    pipeline.write(SCAN, component(**{"fail-on": "critical", "allow-failure": True,
                                                              "sast-report": ["gatepost-out/gl-sast-report.json"]}))
    job = preview(pipeline)["gatepost"]
    reports = job["artifacts"]["reports"]
    problems = [it for it, right in {
        f"fail-on is {job['variables'].get('GATEPOST_INPUT_FAIL_ON')}":
            job["variables"].get("GATEPOST_INPUT_FAIL_ON") == "critical",
        f"comment is {job['variables'].get('GATEPOST_INPUT_COMMENT')!r}": job["variables"].get("GATEPOST_INPUT_COMMENT") == "",
        f"allow_failure is {job['allow_failure']}": job["allow_failure"] is True,
        f"reports are {reports}": reports["sast"] == ["gatepost-out/gl-sast-report.json"] and
            reports["dotenv"] == "gatepost-out/gatepost.env"}.items() if not right]
    count.report("the component takes its inputs", "; ".join(problems))
    pipeline.write(SCAN, component(**{"fail-on": "sometimes"}))
    code, out, err = pipeline.tool("--list")
    count.report("the component refuses a value that does not exist",
                 "" if code != 0 and "fail-on" in out + err else (out + err)[-500:])
    pipeline.write(readme_pipeline())
    job = preview(pipeline)["gatepost"]
    count.report("GitLab takes the snippet of the README",
                 "" if job["script"] == ["gatepost check --publish"] and job["stage"] == "deploy" else str(job))
    for path in sorted((ROOT / "examples" / "workflows").glob("gitlab-*.yml")):
        pipeline.write(here(path.read_text(encoding="utf-8")))
        job = preview(pipeline).get("gatepost", {})
        count.report(f"GitLab takes {path.name}", "" if job.get("script") == ["gatepost check --publish"] else str(job))
    pipeline.write("include: [{local: /gitlab/gatepost.gitlab-ci.yml}]")
    job = preview(pipeline).get("gatepost", {})
    count.report("GitLab takes the classic template",
                 "" if job.get("script") == ["gatepost check --publish"] else str(job))
    pipeline.write(SCAN, component())
    listed = {}
    for source in ("merge_request_event", "push", "web"):
        _, out, _ = pipeline.tool("--list", CI_PIPELINE_SOURCE=source)
        listed[source] = re.search(r"^gatepost\b", out, re.MULTILINE) is not None
    count.report("the job is in pipelines of merge requests and in no branch's",
                 "" if listed == {"merge_request_event": True, "push": False, "web": False} else str(listed))


# --- what our image makes of the job -----------------------------------------------------------------------------------------


def check_judging(count):
    """The part that needs no forge: the job's shell, its files, the verdict."""
    pipeline = Pipeline("judging", "http://127.0.0.1:9")
    pipeline.write(SCAN, component(), """
gatepost:
  script: [mkdir gatepost-out, "gatepost check --format terminal --output - --format markdown --output gatepost-out/report.md"]
""")
    jobs, log = pipeline.run()
    count.report("the job judges inside the image",
                 "" if jobs.get("gatepost") == "FAIL" and "services/payments/app.py" in log else f"{jobs}: {log[-2000:]}")
    count.report("its reports are artifacts though it failed",
                 "" if (pipeline.artifacts() / "gatepost-out" / "report.md").is_file() else log[-2000:])
    pipeline.write(SCAN, component(**{"allow-failure": True}), """
gatepost:
  script: [gatepost check]
""")
    jobs, log = pipeline.run()
    count.report("with allow-failure it is a warning", "" if jobs.get("gatepost") == "WARN" else f"{jobs}: {log[-2000:]}")


# --- publishing --------------------------------------------------------------------------------------------------------------


class GitLab:
    def __init__(self, emulators):
        self.emulators, self.server = emulators, emulators.addresses["gitlab"]["server"]
        self.token = ""

    def reset(self, pipeline, kind="project"):
        self.emulators.control("reset", {})
        self.token = "glpat" + "-" + secrets.token_hex(10)
        request = {"iid": NUMBER, "author": "pia", "source_branch": "export-orders", "target_branch": "main",
                   "head_sha": pipeline.head, "target_sha": pipeline.base}
        token = {"token": self.token, "kind": kind, "username": "gatepost-bot", "projects": [PROJECT]}
        self.emulators.control("seed", {"gitlab": {
            "projects": [{"path": PROJECT, "id": PROJECT_ID, "git_dir": str(pipeline.folder / ".git"),
                          "members": {"gatepost-bot": 30, "pia": 30}, "merge_requests": [request]}],
            "tokens": [token if kind == "job" else {**token, "scopes": ["api"], "access_level": 30}]}})

    def notes(self):
        request = self.emulators.control("state")["gitlab"][PROJECT]["merge_requests"][0]
        return [(it["individual_note"], note) for it in request["discussions"] for note in it["notes"]]


def problems_of(forge, pipeline, jobs, log):
    problems = []
    if jobs.get("gatepost") != "FAIL":
        problems.append(f"the jobs are {jobs}: {log[-2000:]}")
    if violations := forge.emulators.violations():
        problems.append(f"violations: {violations}")
    files = [it for it in pipeline.artifacts().rglob("*") if it.is_file()]
    for name in ("gl-code-quality-report.json", "gl-annotations.json", "gatepost.env", "report.md", "report.json"):
        if not any(it.name == name for it in files):
            problems.append(f"there is no {name} among the artifacts")
    if forge.token in log or any(forge.token in it.read_text(encoding="utf-8", errors="replace") for it in files):
        problems.append("the token shows")
    return problems


def comment_problems(forge):
    notes = forge.notes()
    summaries = [note for alone, note in notes if alone and "<!-- gatepost:summary" in note["body"]]
    problems = [] if len(summaries) == 1 else [f"{len(summaries)} summaries"]
    if not 0 < len(notes) - len(summaries) <= MOST_INLINE:
        problems.append(f"{len(notes) - len(summaries)} threads")
    if len(forge.emulators.writes()) > MOST_WRITES:
        problems.append(f"{len(forge.emulators.writes())} writes")
    problems += [f"a line begins with a slash: {line[:40]!r}" for _, note in notes
                 for line in note["body"].replace("\r", "").split("\n") if line.startswith("/")]
    return problems




def check_publishing(count):
    with Emulators() as emulators:
        forge = GitLab(emulators)
        pipeline = Pipeline("publishing", forge.server)
        pipeline.write(SCAN, component())
        forge.reset(pipeline)
        jobs, log = pipeline.run(GATEPOST_TOKEN=forge.token)
        count.report("a merge request gets one note, few threads, the widgets' files and the verdict",
                     "; ".join(problems_of(forge, pipeline, jobs, log) + comment_problems(forge)))
        before = len(emulators.writes())
        jobs, log = pipeline.run(GATEPOST_TOKEN=forge.token)
        written = len(emulators.writes()) - before
        count.report("a second run writes nothing", "; ".join(problems_of(forge, pipeline, jobs, log) +
                                                            ([f"{written} writes"] if written else [])))
        forge.reset(pipeline, kind="job")
        jobs, log = pipeline.run(CI_JOB_TOKEN=forge.token)
        problems = problems_of(forge, pipeline, jobs, log)
        if emulators.writes():
            problems.append(f"{len(emulators.writes())} writes with the job's own token")
        count.report("with the job's own token there are the files, the verdict, and no write", "; ".join(problems))
        pipeline.write(readme_pipeline())
        forge.reset(pipeline)
        jobs, log = pipeline.run(GATEPOST_TOKEN=forge.token)
        count.report("the snippet of the README suffices",
                     "; ".join(problems_of(forge, pipeline, jobs, log) + comment_problems(forge)))


def tests(count):
    containers.ensure_image()
    containers.make_helper()
    PLACE.mkdir(parents=True, exist_ok=True)
    check_text(count)
    check_judging(count)
    check_publishing(count)


if __name__ == "__main__":
    sys.exit(containers.suite("gitlab", tests))
