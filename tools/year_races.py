"""Pipelines that meet at one ledger (tools/year_test.py runs them): at the same moment, from a fork, after a force-push.

The ledger is the ref refs/gatepost/ledger of a bare repository, once on this disk and once behind git's own HTTP server.
"""
import collections
import concurrent.futures
import contextlib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROUNDS = 6
REF = "refs/gatepost/ledger"
SETTINGS = "version: 1\nrepository: acme/shop\nledger: {store: git, remote: origin}\n"


def code(round_):
    """Functions with one flaw each: every round adds one."""
    return "".join(f"def shop_{n}(request):\n    total_{n} = 0\n    eval(request.args['a{n}'])\n    return total_{n}\n\n\n"
                   for n in range(round_ + 1))


def report(round_):
    results = [{"ruleId": "py.eval", "level": "error", "message": {"text": f"eval {n}"},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": "shop.py"},
                                                    "region": {"startLine": 6 * n + 3}}}]} for n in range(round_ + 1)]
    return json.dumps({"version": "2.1.0", "runs": [
        {"tool": {"driver": {"name": "Semgrep OSS", "semanticVersion": "1.0", "rules": [{"id": "py.eval"}]}},
         "invocations": [{"executionSuccessful": True}], "results": results}]})


@contextlib.contextmanager
def served(folder):
    """The repositories of the folder behind HTTP."""
    server = subprocess.Popen([sys.executable, str(ROOT / "tests/support/git_http_server.py"), str(folder)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait(timeout=20)


class Race:
    def __init__(self, repository_type, gatepost, folder, name, address):
        """`repository_type` makes a checkout; `address` is where the bare repositories are."""
        self.make, self.gatepost, self.folder, self.name, self.address = (repository_type, gatepost, folder, name, address)
        self.bare = folder / "bare" / f"{name}.git"
        self.author = self.checkout("author")
        self.author.must(["git", "init", "-q", "--bare", "-b", "main", str(self.bare)])
        self.author.must(["git", "--git-dir", str(self.bare), "config", "http.receivepack", "true"])
        self.author.begin()
        self.author.must(["git", "remote", "add", "origin", str(self.bare)])
        (self.author.folder / ".gatepost.yml").write_text(SETTINGS)
        (self.author.folder / ".gitignore").write_text("scan.sarif\n")
        self.found = []

    def checkout(self, who):
        return self.make(self.folder / self.name / who / "work", self.gatepost)

    def clone(self, who, source=None):
        clone = self.checkout(who)
        clone.must(["git", "clone", "-q", str(source or self.bare), "."])
        clone.must(["git", "remote", "set-url", "origin", f"{self.address}/{(source or self.bare).name}"])
        return clone

    def day(self, round_):
        return f"2026-03-{round_ + 1:02}"

    def commit(self, round_):
        (self.author.folder / "shop.py").write_text(code(round_))
        self.author.on(self.day(round_))
        self.author.commit(f"round {round_}")
        self.author.must(["git", "push", "-q", "origin", "main"])

    def night(self, clone, at, round_):
        clone.must(["git", "fetch", "-q", str(self.bare), "main"])
        clone.must(["git", "checkout", "-q", "--force", "--detach", "FETCH_HEAD"])
        (clone.folder / "scan.sarif").write_text(report(round_))
        return clone.gatepost("nightly", "--report", "scan.sarif", "--now", at)

    def expect(self, holds, what):
        if not holds:
            self.found.append(what)

    def events(self, clone, at):
        status, out, err = clone.gatepost("ledger", "verify", "--now", at)
        self.expect(status == 0, f"the ledger does not verify: {out}{err}")
        lines = clone.must([str(self.gatepost), "ledger", "export", "--now", at]).splitlines()
        return [json.loads(it) for it in lines]

    def side_by_side(self):
        """Two pipelines write at the same moment, one of them a second later by its clock; every round has one new finding."""
        clones = [self.clone("one"), self.clone("two")]
        for round_ in range(ROUNDS):
            self.commit(round_)
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                runs = [pool.submit(self.night, clone, f"{self.day(round_)}T01:00:0{n}Z", round_)
                        for n, clone in enumerate(clones)]
                for run in runs:
                    status, out, err = run.result()
                    self.expect(status == 0, f"round {round_}: exit code {status}: {out}{err}")
        events = self.events(clones[0], f"{self.day(ROUNDS)}T00:00:00Z")
        self.expect(events == self.events(clones[1], f"{self.day(ROUNDS)}T00:00:00Z"), "the two see other ledgers")
        self.same_night_twice(clones, events)
        return events

    def same_night_twice(self, clones, events):
        kinds = collections.Counter(it["type"] for it in events)
        self.expect(kinds["run"] == 2 * ROUNDS, f"{kinds['run']} runs; expected {2 * ROUNDS}")
        self.expect(kinds["detected"] == ROUNDS, f"{kinds['detected']} detected; expected {ROUNDS}")
        again = [it["subject"] for it in events if it["type"] == "detected"]
        self.expect(len(set(again)) == len(again), "a finding was detected twice")
        self.expect(kinds["fixed"] == kinds["reopened"] == kinds["moved"] == 0, f"what never happened is told: {kinds}")
        at = f"{self.day(ROUNDS)}T01:00:00Z"
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for run in [pool.submit(self.night, clone, at, ROUNDS - 1) for clone in clones]:
                self.expect(run.result()[0] == 0, f"the same run twice: {run.result()}")
        more = self.events(clones[0], f"{self.day(ROUNDS)}T02:00:00Z")[len(events):]
        self.expect([it["type"] for it in more] == ["run"], f"the same run twice made {[it['type'] for it in more]}")

    def fork(self):
        """A fork has the ledger's ref if it wants, and writes to its own."""
        fork = self.bare.with_name(f"{self.name}-fork.git")
        self.author.must(["git", "clone", "-q", "--mirror", str(self.bare), str(fork)])
        self.author.must(["git", "--git-dir", str(fork), "config", "http.receivepack", "true"])
        before = self.tip(self.bare)
        stranger = self.clone("stranger", fork)
        status, out, err = self.night(stranger, f"{self.day(ROUNDS + 1)}T01:00:00Z", 0)
        self.expect(status == 0, f"the fork's own night: {out}{err}")
        self.expect(self.tip(self.bare) == before, "the night of a fork wrote into its parent")
        self.expect(self.tip(fork) != before, "the night of a fork was not written into the fork")
        owner = self.clone("owner")
        owner.must(["git", "fetch", "-q", str(fork), f"+{REF}:refs/remotes/fork/ledger"])
        events = self.events(owner, f"{self.day(ROUNDS + 1)}T02:00:00Z")
        self.expect(self.tip(self.bare) == before and not any(it["ts"] > self.stamp(ROUNDS + 1) for it in events),
                    "what a fork remembers is believed")

    @staticmethod
    def stamp(round_):
        return 1772323200000 + round_ * 86_400_000  # 2026-03-01, and so many days

    def tip(self, bare):
        return self.author.must(["git", "--git-dir", str(bare), "rev-parse", REF]).strip()

    def force_push(self):
        """main is written anew: other commits, of which one is gone, and the same code."""
        owner = self.checkout("owner")
        before = self.events(owner, f"{self.day(ROUNDS + 2)}T00:00:00Z")
        self.author.must(["git", "reset", "-q", "--soft", "HEAD~2"])
        self.author.must(["git", "commit", "-q", "--amend", "-m", "all of it at once"])
        self.author.must(["git", "push", "-q", "--force", "origin", "main"])
        status, out, err = self.night(owner, f"{self.day(ROUNDS + 2)}T01:00:00Z", ROUNDS - 1)
        self.expect(status == 0, f"the night after a force-push: {out}{err}")
        after = self.events(owner, f"{self.day(ROUNDS + 2)}T02:00:00Z")
        self.expect(after[:len(before)] == before, "events were lost")
        self.expect([it["type"] for it in after[len(before):]] == ["run"],
                    f"a force-push of the same code made {[it['type'] for it in after[len(before):]]}")

    def play(self):
        self.side_by_side()
        self.fork()
        self.force_push()
        return self.found


def play(repository_type, gatepost, folder):
    """What is wrong, by place."""
    (folder / "bare").mkdir(parents=True)
    found = {}
    with served(folder / "bare") as address:
        for name, where in (("disk", f"file://{folder}/bare"), ("http", address)):
            found[f"two pipelines at once, a fork and a force-push, {name}"] = Race(repository_type, gatepost, folder, name,
                                                                                     where).play()
    return found
