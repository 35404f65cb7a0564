#!/usr/bin/env python3
"""Holds action, templates, documents and the binary's flags equal to src/app/inputs.def; and the places where the bot runs,
examples/bot and packaging/gatepost.service, to the binary and to docs/bot.md.

    packaging_test.py            compare; the last line is `N passed, N failed, N skipped`
    packaging_test.py --write    write the tables of the documents instead
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

import inputs
from containers import Count

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "build" / "release" / "src" / "gatepost"
ACTIONS = ["action.yml", "action/action.yml"]
# Documents with a table of inputs between two comments: path, which inputs, columns.
TABLES = [("action/README.md", "github", "input"), ("gitlab/README.md", "gitlab", "input"),
          ("docs/configuration.md", None, "option")]
BEGIN, END = "<!-- inputs -->\n", "<!-- end of inputs -->\n"
# What the component's job is, apart from the settings.
OF_THE_JOB = ["image", "job-name", "stage", "allow-failure", "sast-report", "dependency-scanning-report",
              "secret-detection-report"]
# What only the first stage can decide.
FIRST_STAGE = {"config", "reports", "base-reports", "fail-on", "advisory", "event", "result", "upload-sarif", "output-dir"}


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def difference(ours, theirs):
    """"" when equal; else the first place where two lists differ."""
    if ours == theirs:
        return ""
    for index, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            return f"line {index + 1} is {one!r}, expected {other!r}"
    return f"{len(ours)} instead of {len(theirs)}: {sorted(set(map(str, ours)) ^ set(map(str, theirs)))}"


def table(where, kind):
    def values(it):
        return f": {', '.join(f'`{value}`' for value in it.values)}" if it.values else ""
    if kind == "input":
        rows = [f"| `{it.name}` | {it.description}{values(it)} | {it.fallback} |" for it in inputs.inputs(where)]
        return "\n".join(["| input | meaning | without it |", "| --- | --- | --- |", *rows]) + "\n"
    rows = []
    for it in inputs.inputs(where):
        flag = f"`{it.flag}`" if it.flag else ""
        variable = "`GATEPOST_" + it.name.upper().replace("-", "_") + "`"
        rows.append(f"| `{it.name}` | {flag} | {variable} | {it.description}{values(it)} | {it.fallback} |")
    return "\n".join(["| input | flag | variable | meaning | without it |", "| --- | --- | --- | --- | --- |", *rows]) + "\n"


def cut(path):
    """The document around its table: before, table, after."""
    text = read(path)
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{path} has no place for the table of inputs: {BEGIN.strip()} … {END.strip()}")
    before, rest = text.split(BEGIN)
    inside, after = rest.split(END)
    return before, inside, after


def write_tables():
    for path, where, kind in TABLES:
        before, _, after = cut(path)
        (ROOT / path).write_text(before + BEGIN + table(where, kind) + END + after, encoding="utf-8")


def check_actions(count):
    def without_image(path):
        return [line for line in read(path).splitlines() if not line.startswith("  image: ")]
    count.report("the action at the root is the one below action/", difference(*map(without_image, ACTIONS)))
    expected = [(it.name, it.described, False) for it in inputs.inputs("github")]
    for path in ACTIONS:
        action = yaml.safe_load(read(path))
        found = [(name, it["description"], it["required"]) for name, it in action["inputs"].items()]
        count.report(f"{path} has the inputs of the table", difference(found, expected))
        defaults = {name: it["default"] for name, it in action["inputs"].items() if "default" in it}
        count.report(f"{path}: nothing but the token has a default",
                     "" if defaults == {"token": "${{ github.token }}"} else str(defaults))
        mapped = [(it.variable, "${{ inputs." + it.name + " }}") for it in inputs.inputs("github")]
        count.report(f"{path} hands every input on", difference(list(action["runs"]["env"].items()), mapped))
        count.report(f"{path} starts one command", difference(action["runs"]["args"], ["check", "--publish"]))
        image = action["runs"]["image"]
        built = (ROOT / path).parent / image
        released = re.fullmatch(r"docker://[^@\s]+@sha256:[0-9a-f]{64}", image)
        count.report(f"{path}: the image is a digest, or built from this repository",
                     "" if released or built.resolve() == ROOT / "Dockerfile" else image)
    publish = yaml.safe_load(read("action/publish/action.yml"))
    of_publish = [it for it in inputs.inputs("github") if it.name not in FIRST_STAGE]
    count.report("action/publish has the inputs of the second stage",
                 difference([(name, it["description"]) for name, it in publish["inputs"].items()][1:],
                            [(it.name, it.described) for it in of_publish]))
    count.report("action/publish hands every input on",
                 difference(list(publish["runs"]["env"].items()),
                            [(it.variable, "${{ inputs." + it.name + " }}") for it in of_publish]))


def check_gitlab(count):
    head, job = yaml.safe_load_all(read("templates/gate.yml"))
    spec = head["spec"]["inputs"]
    job = next(iter(job.values()))
    found = list(spec)
    expected = OF_THE_JOB + [it.name for it in inputs.inputs("gitlab")]
    count.report("the component has the inputs of the table", difference(found, expected))
    problems = []
    for it in inputs.inputs("gitlab"):
        options = ["", *it.values] if it.values else None
        default = "gatepost-out" if it.name == "output-dir" else ""
        mine = spec.get(it.name, {})
        if (mine.get("description"), mine.get("options"), mine.get("default")) != (it.described, options, default):
            problems.append(f"{it.name}: {mine}")
    count.report("the component describes its inputs as the table does", "; ".join(problems))
    mapped = {it.variable: "$[[ inputs." + it.name + " ]]" for it in inputs.inputs("gitlab")}
    handed = {name: value for name, value in job["variables"].items() if name.startswith("GATEPOST_")}
    count.report("the component hands every setting on", difference(sorted(handed.items()), sorted(mapped.items())))
    classic = yaml.safe_load(read("gitlab/gatepost.gitlab-ci.yml"))["gatepost"]
    same = ["script", "rules"]
    count.report("the template does what the component does",
                 difference([classic[key] for key in same], [job[key] for key in same]))
    count.report("both fetch the whole history and the target branch",
                 difference(*[[it["variables"][key] for key in ("GIT_DEPTH", "GIT_FETCH_EXTRA_FLAGS")]
                              for it in (classic, job)]))


def uses(node):
    """Every step of a workflow that uses something, as (what, with)."""
    for job in node.get("jobs", {}).values():
        for step in job.get("steps", []):
            if "uses" in step:
                yield step["uses"], step.get("with", {})


def check_examples(count):
    known = {"gatepost/gatepost": {it.name for it in inputs.inputs("github")}}
    known["gatepost/gatepost/action/publish"] = known["gatepost/gatepost"] - FIRST_STAGE | {"result"}
    known["gatepost/gatepost/action/setup"] = set(yaml.safe_load(read("action/setup/action.yml"))["inputs"])
    for path in sorted((ROOT / "examples" / "workflows").glob("github-*.yml")):
        problems, used = [], 0
        for what, given in uses(yaml.safe_load(path.read_text(encoding="utf-8"))):
            name = what.split("@")[0]
            if name not in known:
                continue
            used += 1
            problems += [f"there is no input {it}" for it in given if it not in known[name]]
            problems += [f"{key} must be quoted" for key, value in given.items() if isinstance(value, bool)]
        count.report(f"{path.name} uses the action, with inputs that exist",
                     "; ".join(problems) or ("" if used else "it does not use it"))
    spec = set(OF_THE_JOB) | {it.name for it in inputs.inputs("gitlab")}
    for path in sorted((ROOT / "examples" / "workflows").glob("gitlab-*.yml")):
        components = [it for it in yaml.safe_load(path.read_text(encoding="utf-8"))["include"] if "component" in it]
        given = {name for it in components for name in it["inputs"]}
        count.report(f"{path.name} uses the component, with inputs that exist",
                     ", ".join(given - spec) or ("" if components else "it does not use it"))


def check_tables(count):
    for path, where, kind in TABLES:
        count.report(f"{path} has the table of inputs",
                     difference(cut(path)[1].splitlines(), table(where, kind).splitlines()))


def check_release(count):
    """The release step, on a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for name in ("action", "templates", "packaging"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "action.yml", copy)

        (copy / "sums").write_text(f"{'cd' * 32}  gatepost-1.2.3-linux-x86_64.tar.gz\n{'ef' * 32}  gatepost_1.2.3_amd64.deb\n"
                                   f"{'01' * 32}  gatepost-1.2.3-linux-aarch64.tar.gz\n", encoding="utf-8")
        (copy / "empty").touch()
        there = "https://forge.example/download/v1.2.3"

        def release(image, address=there, sums="sums"):
            return subprocess.run([copy / "packaging/release_action.sh", image, address, copy / sums], capture_output=True,
                                  check=False).returncode
        refused = ["", "gatepost:latest", "gatepost@sha256:12", "gatepost@sha256:" + "0" * 64, "a b@sha256:" + "1" * 64]
        count.report("a release refuses what is no digest", ", ".join(it for it in refused if release(it) != 2))
        good = "gatepost@sha256:" + "1" * 64
        codes = [release(good, "http://forge.example"), release(good, ""), release(good, sums="empty"), release(good, sums="none")]
        count.report("a release refuses an address without TLS, and sums without archives", "" if codes == [2] * 4 else str(codes))
        image = "registry.example/gatepost@sha256:" + "ab" * 32
        codes = [release(image), release(image)]  # a second time changes nothing
        texts = [(copy / path).read_text(encoding="utf-8") for path in ACTIONS]
        images = {yaml.safe_load(it)["runs"]["image"] for it in texts}
        gate = next(yaml.safe_load_all((copy / "templates/gate.yml").read_text(encoding="utf-8")))
        right = codes == [0, 0] and texts[0] == texts[1] and images == {f"docker://{image}"} and \
            gate["spec"]["inputs"]["image"]["default"] == image
        count.report("a release writes the digest into actions and component", "" if right else f"{codes}, {images}")
        archives = [it for it in (copy / "action/setup/archives").read_text(encoding="utf-8").splitlines() if it[0] != "#"]
        count.report("a release writes the digests of the archives into the set-up",
                     difference(archives, [f"address {there}", f"{'cd' * 32}  gatepost-1.2.3-linux-x86_64.tar.gz",
                                           f"{'01' * 32}  gatepost-1.2.3-linux-aarch64.tar.gz"]))


def check_flags(count):
    name = "the flags of `gatepost check` are those of the table"
    helps = [subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, check=False).stdout
             for words in (["--help"], ["check", "--help"])]
    missing = [it.flag for it in inputs.inputs() if it.flag and not re.search(rf"{it.flag}\b(?!-)", "\n".join(helps))]
    count.report(name, ", ".join(missing))


def options_of(words):
    """The options among the words of a command line, and what stands behind each."""
    return {word: following for word, following in zip(words, [*words[1:], ""]) if word.startswith("--")}


def unknown_options(words):
    helps = "\n".join(subprocess.run([BINARY, *it], capture_output=True, text=True, timeout=60, check=False).stdout
                      for it in (["--help"], ["serve", "--help"]))
    return [it for it in options_of(words) if not re.search(rf"{it}\b(?!-)", helps)]


def drain_of(words):
    """Seconds that the bot takes to end, by its default when nothing is said."""
    text = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, timeout=60, check=False).stdout
    default = re.search(r"--drain .*?Default: (\d+)", text, re.DOTALL)
    return int(options_of(words).get("--drain", default[1]))


def unknown_variables(names):
    documented = read("docs/bot.md")
    return [it for it in names if f"`{it.removesuffix('_FILE')}`" not in documented]


def check_compose(count):
    compose = yaml.safe_load(read("examples/bot/compose.yaml"))
    bot, proxy = compose["services"]["bot"], compose["services"]["proxy"]
    words = bot["command"]
    count.report("the compose example names options that `gatepost serve` has", ", ".join(unknown_options(words)))
    variables = bot["environment"]
    count.report("the compose example sets variables that docs/bot.md names", ", ".join(unknown_variables(variables)))
    count.report("the compose example's image is the one that docs/bot.md builds",
                 "" if "docker build -t gatepost:local" in read("docs/bot.md") and ":-gatepost:local}" in bot["image"]
                 else bot["image"])
    count.report("a container has longer to end than the bot takes",
                 "" if int(bot["stop_grace_period"].removesuffix("s")) >= drain_of(words) + 10 else bot["stop_grace_period"])

    loose = []
    for name, service in compose["services"].items():
        lacks = [key for key in ("read_only", "mem_limit", "restart", "networks") if not service.get(key)]
        if service["cap_drop"] != ["ALL"] or service["security_opt"] != ["no-new-privileges:true"]:
            lacks.append("rights taken away")
        files = [it for key, it in service.get("environment", {}).items() if key.endswith("_FILE")]
        files += re.findall(r"/run/secrets/[\w-]+", read("examples/bot/nginx.conf")) if name == "proxy" else []
        known = {f"/run/secrets/{it}" for it in service["secrets"]} & {f"/run/secrets/{it}" for it in compose["secrets"]}
        loose += [f"{name}: {it}" for it in lacks + sorted(set(files) ^ known)]
    count.report("every container is read-only, limited, without rights, and has exactly the secrets it reads", ", ".join(loose))

    port = options_of(words)["--listen"].rpartition(":")[2]
    nginx = read("examples/bot/nginx.conf")
    inner = re.search(r"listen (\d+) ssl;", nginx)[1]
    found = {"the bot": port, "its health": re.search(r":(\d+)/readyz", " ".join(bot["healthcheck"]["test"]))[1],
             "the proxy's target": re.search(r"http://bot:(\d+);", nginx)[1]}
    count.report("the bot's port is one everywhere", "" if set(found.values()) == {port} else str(found))
    count.report("the proxy's port is published, and nothing else is",
                 "" if proxy["ports"] == [f"443:{inner}"] and all("ports" not in it for it in compose["services"].values()
                                                                  if it is not proxy) else str(proxy["ports"]))
    senders = set(re.findall(r"^\| `/(\w+)` \|", read("docs/bot-webhooks.md"), re.MULTILINE))
    passed_on = set(re.search(r"location ~ \^/\((.*?)\)\$", nginx)[1].split("|"))
    count.report("the proxy passes on the paths of all senders, and no other", ", ".join(sorted(senders ^ passed_on)))


def check_unit(count):
    text = read("packaging/gatepost.service")
    start = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)[1].split()
    count.report("the unit starts what the package installs, with options that there are",
                 ", ".join(unknown_options(start)) or ("" if start[0] == "/usr/bin/gatepost" else start[0]))
    patience = int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1])
    count.report("the unit has longer to end than the bot takes",
                 "" if patience >= drain_of(start) + 10 else f"{patience} s")
    drop_in = re.search(r"```ini\n(.*?)```", read("docs/bot.md"), re.DOTALL)[1]
    names = re.findall(r"\b(GATEPOST_\w+)=", drop_in)
    credentials = set(re.findall(r"^LoadCredential=([\w-]+):", drop_in, re.MULTILINE))
    used = set(re.findall(r"=%d/([\w-]+)", drop_in))
    count.report("the drop-in of docs/bot.md sets variables that there are, from credentials that are loaded",
                 ", ".join(unknown_variables(names) + sorted(credentials ^ used)) or ("" if names else "it sets nothing"))
    name = "systemd takes the unit and the drop-in"
    if not shutil.which("systemd-analyze"):
        return count.skip(name, "there is no systemd-analyze here")
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / "gatepost.service"
        unit.write_text(text.replace("/usr/bin/gatepost", "/bin/true"), encoding="utf-8")
        (pathlib.Path(folder) / "gatepost.service.d").mkdir()
        (pathlib.Path(folder) / "gatepost.service.d" / "own.conf").write_text(drop_in, encoding="utf-8")
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, timeout=60, check=False)
        count.report(name, done.stderr.strip() or ("" if done.returncode == 0 else f"exit code {done.returncode}"))


def main():
    if sys.argv[1:] == ["--write"]:
        write_tables()
        return 0
    count = Count()
    for check in (check_actions, check_gitlab, check_examples, check_tables, check_release, check_flags, check_compose, check_unit):
        try:
            check(count)
        except (ValueError, KeyError, TypeError, OSError, yaml.YAMLError, subprocess.SubprocessError) as error:
            count.report(check.__name__, f"{type(error).__name__}: {error}")
    return count.end()


if __name__ == "__main__":
    sys.exit(main())
