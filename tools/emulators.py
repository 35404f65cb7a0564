"""The emulated forges of tests/emulators, for tests written in Python."""
import json
import os
import pathlib
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVER = ROOT / "tests" / "emulators" / "server.mjs"


class Emulators:
    """GitHub and GitLab on loopback, for as long as the `with` lasts."""

    def __enter__(self):
        environment = {**os.environ, "GATEPOST_EMULATOR_WATCH_STDIN": "1"}
        self.process = subprocess.Popen(["node", str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the emulators did not start")
        self.addresses = json.loads(line)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def control(self, what, body=None):
        """GET `what` without a body, POST with one."""
        request = urllib.request.Request(f"{self.addresses['control']}/{what}",
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def writes(self):
        """The writes that the forges saw so far, without those that only ask."""
        return [it for it in self.control("log") if it.get("write")]

    def violations(self):
        return "; ".join(f"{it['request']}: {it['text']}" for it in self.control("violations"))
