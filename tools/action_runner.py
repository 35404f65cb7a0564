"""Runs an action the way GitHub's runner does: mounts, variables, file commands, log.

The action's own action.yml says what is run; nothing of it is repeated here.
"""
import json
import os
import pathlib
import platform
import re
import secrets
import shutil
import subprocess

import yaml

import containers

USER = 1001  # whom the files of a runner belong to
HOST_TO_CONTAINER = [("_github_home", "/github/home"), ("_github_workflow", "/github/workflow"),
                     ("_runner_file_commands", "/github/file_commands"), ("workspace", "/github/workspace")]
EXPRESSION = re.compile(r"\$\{\{\s*([a-z_]+)\.([\w.-]+)\s*\}\}")
COMMANDS = {"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "warning",
            "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "internal-set-repo-path"}


class Result:
    def __init__(self, code, log, files):
        self.code, self.log = code, log
        self.summary = files["GITHUB_STEP_SUMMARY"]
        self.outputs = file_command(files["GITHUB_OUTPUT"])
        self.variables = file_command(files["GITHUB_ENV"])
        self.paths = files["GITHUB_PATH"].splitlines()
        self.commands = workflow_commands(log)

    def told(self, *kinds):
        return [it for it in self.commands if it[0] in kinds]


def file_command(text):
    """What the runner makes of a file like GITHUB_OUTPUT; a file that it refuses is an error."""
    values, rest = {}, text
    while rest:
        line, _, rest = rest.partition("\n")
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            values[line[:equals]] = line[equals + 1:]
        elif heredoc >= 0:
            name, delimiter = line[:heredoc], line[heredoc + 2:]
            if not name or not delimiter:
                raise ValueError(f"the runner refuses the line {line!r}")
            lines = []
            while True:
                if not rest:
                    raise ValueError(f"the value of {name} does not end with {delimiter!r}")
                line, _, rest = rest.partition("\n")
                if line == delimiter:
                    break
                lines.append(line)
            values[name] = "\n".join(lines)
        else:
            raise ValueError(f"the runner refuses the line {line!r}")
    return values


def workflow_commands(log):
    """The commands that the runner would carry out, as (name, properties, text). A carriage return ends a line, too."""
    found, stopped = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        new = re.match(r"\s*::([^\s:]+)(?: ([^:]*(?:%3A[^:]*)*))?::(.*)$", line)
        old = re.search(r"##\[([a-z-]+)([^\]]*)\](.*)$", line)
        if stopped:
            if new and new[1] == stopped:
                stopped = None
            continue
        match = new if new and new[1] in COMMANDS else old if old and old[1] in COMMANDS else None
        if not match:
            continue
        if match[1] == "stop-commands":
            stopped = match[3]
        properties = dict(it.split("=", 1) for it in re.split(r"[,;]", (match[2] or "").strip()) if "=" in it)
        found.append((match[1], properties, match[3]))
    return found


class Runner:
    """One job on a runner of its own. `folder` is made anew; the job's workspace is folder/workspace."""

    def __init__(self, folder, environment, event, token):
        self.folder, self.token = pathlib.Path(folder), token
        shutil.rmtree(self.folder, ignore_errors=True)
        for name, _ in HOST_TO_CONTAINER:
            (self.folder / name).mkdir(parents=True)
        (self.folder / "_github_workflow" / "event.json").write_text(json.dumps(event), encoding="utf-8")
        self.environment = environment

    @property
    def workspace(self):
        return self.folder / "workspace"

    def _evaluate(self, text, given):
        def value(match):
            if match[1] == "inputs":
                return given.get(match[2], "")
            if (match[1], match[2]) == ("github", "token"):
                return self.token
            raise ValueError(f"an action may not use {match[0]} there")
        return EXPRESSION.sub(value, str(text))

    def _files(self):
        names = {"GITHUB_OUTPUT": "set_output", "GITHUB_ENV": "set_env", "GITHUB_PATH": "add_path",
                 "GITHUB_STATE": "save_state", "GITHUB_STEP_SUMMARY": "step_summary"}
        suffix = secrets.token_hex(8)
        files = {}
        for variable, name in names.items():
            files[variable] = self.folder / "_runner_file_commands" / f"{name}_{suffix}"
            files[variable].touch()
        return files

    def _inputs(self, action, given):
        inputs = {name: str(value) for name, value in (given or {}).items()}
        unknown = set(inputs) - set(action["inputs"])
        if unknown:
            raise ValueError(f"the action has no input {sorted(unknown)}")
        for name, it in action["inputs"].items():
            if name not in inputs:
                inputs[name] = self._evaluate(it.get("default", ""), {})
        return inputs

    def run_composite(self, action_file, given=None, env=None):
        """A step `uses: …` of a composite action whose only step is a script. It runs on this machine, as on a runner."""
        action_file = pathlib.Path(action_file)
        action = yaml.safe_load(action_file.read_text(encoding="utf-8"))
        step, = action["runs"]["steps"]
        if (action["runs"]["using"], step["shell"]) != ("composite", "sh"):
            raise ValueError(f"{action_file} is another kind of action")
        inputs, files = self._inputs(action, given), self._files()
        temp = self.folder / "_temp"
        temp.mkdir(exist_ok=True)
        script = temp / f"{secrets.token_hex(8)}.sh"
        script.write_text(step["run"], encoding="utf-8")
        variables = {"PATH": os.environ["PATH"], **(env or {}), **self.environment,
                     **{name: self._evaluate(text, inputs) for name, text in step.get("env", {}).items()},
                     **{name: str(path) for name, path in files.items()},
                     "GITHUB_ACTION_PATH": str(action_file.parent.resolve()), "RUNNER_TEMP": str(temp)}
        done = subprocess.run(["sh", "-e", script], env=variables, cwd=self.workspace, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
        return Result(done.returncode, done.stdout, {name: path.read_text(encoding="utf-8") for name, path in files.items()})

    def run(self, action_file, given=None, env=None, entrypoint=None, arguments=None, network="host", image=containers.TAG):
        """A step `uses: …` with `with: given` and `env: env`. Tests of the surroundings replace entrypoint and arguments."""
        action = yaml.safe_load(pathlib.Path(action_file).read_text(encoding="utf-8"))
        inputs = self._inputs(action, given)
        files = self._files()
        variables = {"INPUT_" + name.upper().replace(" ", "_"): value for name, value in inputs.items()}
        variables.update(env or {})
        for name, text in action["runs"].get("env", {}).items():
            variables.setdefault(name, self._evaluate(text, inputs))  # a variable of the step or job wins
        variables.update(self.environment)
        variables.update({name: str(path) for name, path in files.items()})
        variables.update(HOME=str(self.folder / "_github_home"), GITHUB_WORKSPACE=str(self.workspace),
                         GITHUB_EVENT_PATH=str(self.folder / "_github_workflow" / "event.json"),
                         RUNNER_TEMP="/github/runner_temp", RUNNER_OS="Linux",
                         RUNNER_ARCH={"aarch64": "ARM64"}.get(platform.machine(), "X64"), GITHUB_ACTIONS="true",
                         CI="true", ACTIONS_RUNTIME_URL="http://127.0.0.1:9/", ACTIONS_RUNTIME_TOKEN=secrets.token_hex(16))
        options = ["--workdir", "/github/workspace"]
        for name, place in HOST_TO_CONTAINER:
            path = self.folder / name
            containers.must("chown", "-R", f"{USER}:{USER}", path)
            options += ["-v", f"{path}:{place}"]
            for key, value in variables.items():
                if value.startswith(str(path)):
                    variables[key] = place + value[len(str(path)):]
        for name in variables:
            options += ["-e", name]  # by name only: no value is in the process list
        if entrypoint:
            options += ["--entrypoint", entrypoint]
        arguments = arguments if arguments is not None else [self._evaluate(it, inputs) for it in action["runs"]["args"]]
        code, out, err = containers.podman(*arguments, options=options, network=network, tag=image,
                                           env={**containers.ENVIRONMENT, **variables})
        read = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
        return Result(code, out + err, read)
