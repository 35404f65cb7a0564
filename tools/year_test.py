#!/usr/bin/env python3
"""Plays the years of tests/data/year/*.yaml on every store of the ledger: git, SQLite and a PostgreSQL of its own.

    year_test.py --gatepost BINARY [--show] [NAME…]      only the years whose file has one of the names; races: pipelines that meet

Each night is a commit, the reports of that night and `gatepost nightly`, once for each store. Which events it causes is stated
beside it, and in the end every finding's state and the figures. All stores then hold the same bytes, but for the
pseudonyms of people, which are random by design: they are exchanged for numbers, and the chain is computed again, which
also proves it by other code than ours. tests/data/year/README.md describes the form. --show prints what each night did.
"""
import argparse
import collections
import csv
import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import postgresql_server  # noqa: E402
import year_races  # noqa: E402
import year_reports  # noqa: E402

YEARS = ROOT / "tests" / "data" / "year"
HOUR = "T01:00:00Z"
TIMEOUT = 120


class Failure(Exception):
    pass


class Repository:
    """A checkout with a home of its own, and gatepost in it."""

    def __init__(self, folder, gatepost, variables=None):
        self.folder, self.gatepost_path = folder, gatepost
        folder.mkdir(parents=True, exist_ok=True)
        home = folder.parent / "home"
        home.mkdir(exist_ok=True)
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "NO_COLOR": "1", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", **(variables or {})}

    def run(self, command, **options):
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT, check=False, **options)
        return done.returncode, done.stdout, done.stderr

    def must(self, command, **options):
        code, out, err = self.run(command, **options)
        if code != 0:
            raise Failure(f"{command} ended with code {code}\n{out}{err}")
        return out

    def begin(self):
        self.must(["git", "init", "-q", "-b", "main", "."])

    def on(self, day):
        """Commits from now on are of this day."""
        for who in ("AUTHOR", "COMMITTER"):
            self.environment.update({f"GIT_{who}_NAME": "ann", f"GIT_{who}_EMAIL": "ann@acme.example",
                                     f"GIT_{who}_DATE": f"{day}T00:00:00Z"})

    def commit(self, message):
        """What stands in the work tree, when it differs."""
        self.must(["git", "add", "-A"])
        if self.run(["git", "diff", "--cached", "--quiet"])[0] != 0:
            self.must(["git", "commit", "-q", "-m", message])

    def gatepost(self, *arguments):
        return self.run([str(self.gatepost_path), *arguments])


class Names:
    """The names that the story gives to findings, by their ids: a finding says its name in its title."""

    def __init__(self, problems):
        self.problems, self.by_id = problems, {}

    def learn(self, event):
        if event["type"] == "moved" and event["data"]["former"] in self.by_id:
            self.by_id[event["subject"]] = self.by_id[event["data"]["former"]]
        elif event["type"] == "detected" and event["subject"] not in self.by_id:
            record = event["data"]["record"]
            said = json.dumps([record.get(it) for it in ("title", "advisories", "package", "target")])
            fitting = [name for name, it in self.problems.items() if re.search(it.get("told_by", rf"\b{name}\b"), said)]
            if len(fitting) != 1:
                raise Failure(f"a finding that is not of the story, or several of it: {said}")
            self.by_id[event["subject"]] = fitting[0]

    def of(self, subject):
        return self.by_id.get(subject, subject)


def shown_fact(name, value):
    if name in ("due", "until", "published", "introduced"):
        at = datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc)
        return at.strftime("%Y-%m-%d") + ("" if at.strftime("T%H:%M:%SZ") == HOUR else at.strftime("T%H:%M"))
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).replace(" ", "_")


def problems_of_night(stated, events, names):
    """What differs between the events that are stated and those that came."""
    wanted = collections.Counter()
    facts = []
    for kind, subjects in (stated or {}).items():
        for words in subjects if isinstance(subjects, list) else [subjects]:
            subject, *conditions = str(words).split()
            wanted[kind, subject] += 1
            facts += [(kind, subject, *it.split("=", 1)) for it in conditions]
    came = collections.Counter((it["type"], names.of(it.get("subject", "")) or "-") for it in events)
    found = [f"{kind} {subject} did not come" for (kind, subject), n in (wanted - came).items() for _ in range(n)]
    found += [f"{kind} {subject} came and is not stated" for (kind, subject), n in (came - wanted).items()
              for _ in range(n)]
    for kind, subject, fact, value in facts:
        for event in events:
            if (event["type"], names.of(event.get("subject", "")) or "-") != (kind, subject):
                continue
            if fact in ("before", "after"):
                is_now = event.get(fact, "").replace(" ", "_")
            else:
                is_now = shown_fact(fact, event["data"][fact]) if fact in event.get("data", {}) else "nothing"
            if is_now != value:
                found.append(f"{kind} {subject}: {fact} is {is_now}; expected {value}")
    return found


def story_of(events, names):
    """As a person reads it, one line an event."""
    lines = []
    for it in events:
        facts = {key: shown_fact(key, value) for key, value in it.get("data", {}).items()
                 if key not in ("record", "engines")}
        step = f" {it.get('before', '')} -> {it['after']}" if it.get("after") else ""
        lines.append(f"    {it['type']} {names.of(it.get('subject', ''))}{step} "
                     + " ".join(f"{key}={value}" for key, value in facts.items()))
    return "\n".join(lines)


def canonical(event):
    """As RFC 8785 writes it: whole numbers and texts need no more than order."""
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sealed_again(lines):
    """The chain with people as numbers in the order in which they appear. Fails when the chain does not hold as it is."""
    people, out, prev_was, prev_is = {}, [], "0" * 64, "0" * 64

    def numbered(match):
        return f"person:{people.setdefault(match.group(0), len(people) + 1):016}"

    for line in lines:
        event = json.loads(line)
        stated = event.pop("hash")
        text = canonical(event)
        if event["prev"] != prev_was or hashlib.sha256((prev_was + text).encode()).hexdigest() != stated:
            raise Failure(f"the chain is broken at event {event['seq']}: {line[:200]}")
        prev_was = stated
        event = json.loads(re.sub(r"person:[0-9a-f]{16}", numbered, text))
        event["prev"] = prev_is
        prev_is = hashlib.sha256((prev_is + canonical(event)).encode()).hexdigest()
        event["hash"] = prev_is
        out.append(canonical(event))
    return out


class Year:
    def __init__(self, file, gatepost, folder, server, show):
        self.story = yaml.load(file.read_text(encoding="utf-8"), Loader=TextLoader)
        self.name, self.show = file.stem, show
        self.stores = {"git": ["--store", "git"], "sqlite": ["--store", f"sqlite:{folder}/ledger.db"]}
        variables = {}
        self.server = server
        if server:
            self.database = server.make_database()
            self.stores["postgresql"] = ["--store", "postgresql"]
            variables["GATEPOST_LEDGER_URL"] = server.address(self.database)
        self.repository = Repository(folder / "checkout", gatepost, variables)
        self.names = Names(self.story["problems"])
        self.scanners = year_reports.Scanners(self.story["problems"])
        self.passed, self.failed = 0, 0
        self.told = {store: 0 for store in self.stores}

    def check(self, what, found):
        if found:
            self.failed += 1
            print(f"failed: {self.name}: {what}")
            for it in found:
                print(f"  {it}")
        else:
            self.passed += 1

    def play(self):
        self.repository.begin()
        for night in self.story["nights"]:
            self.night(night)
        self.end(self.story["end"])

    def night(self, night):
        day, folder = str(night["at"]), self.repository.folder
        self.repository.on(day)
        if "do" in night:
            self.repository.must(["sh", "-eu", "-c", night["do"]])
        self.repository.commit(night["why"].splitlines()[0])
        self.scanners.change(night.get("scans", {}))
        reports = folder / "scans"
        shutil.rmtree(reports, ignore_errors=True)
        self.scanners.write(reports, folder, day)
        for store, where in self.stores.items():
            code, out, err = self.repository.gatepost("nightly", "--report", "scans/*", "--now", day + HOUR, *where,
                                                      *night.get("options", []))
            found = [] if code == night.get("exit", 0) else [f"exit code {code}\n{out}{err}"]
            events = self.news(store, where, day)
            for it in events:
                self.names.learn(it)
            events = [it for it in events if it["type"] != "run"]
            found += problems_of_night(night.get("events"), events, self.names)
            if found or (self.show and store == "git"):
                print(f"{day} {store}: {night['why']}\n{story_of(events, self.names)}\n  {out}{err}")
            self.check(f"{day} on {store}: {night['why']}", found)

    def news(self, store, where, day):
        lines = self.export(where, day)
        fresh = lines[self.told[store]:]
        self.told[store] = len(lines)
        return [json.loads(it) for it in fresh]

    def export(self, where, day):
        return self.repository.must([str(self.repository.gatepost_path), "ledger", "export", "--now", day + HOUR,
                                     *where]).splitlines()

    def end(self, end):
        day = str(end["at"])
        ledgers, reports, table = {}, {}, ""
        for store, where in self.stores.items():
            code, out, err = self.repository.gatepost("ledger", "verify", "--now", day + HOUR, *where)
            self.check(f"ledger verify on {store}", [out + err] if code else [])
            ledgers[store] = sealed_again(self.export(where, day))
            text = self.repository.must([str(self.repository.gatepost_path), "report", "--format", "json", "--days",
                                         str(end["days"]), "--now", day + HOUR, *where])
            reports[store] = json.loads(text)
            self.check(f"the trend on {store} ends with what is open", self.wrong_trend(end["states"], reports[store]))
            table = self.repository.must([str(self.repository.gatepost_path), "report", "--format", "csv", "--now",
                                          day + HOUR, *where])
        first = next(iter(self.stores))
        for store in list(self.stores)[1:]:
            found = [f"line {i + 1}\n    {a}\n    {b}" for i, (a, b) in
                     enumerate(zip(ledgers[first], ledgers[store])) if a != b][:1]
            if len(ledgers[first]) != len(ledgers[store]):
                found.append(f"{len(ledgers[first])} and {len(ledgers[store])} events")
            self.check(f"the ledgers of {first} and {store} are the same bytes", found)
            found = [key for key in reports[first] if reports[first][key] != reports[store].get(key) and
                     key not in ("audit", "audit_sentence")]
            self.check(f"the reports from {first} and {store} say the same", found)
        self.check("the states in the end", self.wrong_states(end["states"], ledgers[first], table))
        if self.server:
            self.check("the views of PostgreSQL", self.wrong_views(end["states"]))
        self.check("the figures in the end", self.wrong_figures(end["figures"], reports[first]))

    def wrong_states(self, stated, lines, table):
        """By the events, and by what gatepost makes of them."""
        by_events = {}
        for line in lines:
            event = json.loads(line)
            if event["type"] == "moved":
                by_events[event["subject"]] = by_events.pop(event["data"]["former"])
            elif event.get("after") and event["type"] != "changed":
                by_events[event["subject"]] = event["after"]
        by_report = {row["id"]: row["state"] for row in csv.DictReader(table.splitlines())}
        wanted = {name: state for state, names in stated.items() for name in names}
        found = []
        for what, states in (("by the events", {k: v.split("/")[0] for k, v in by_events.items()}),
                             ("by the report", by_report)):
            named = {self.names.of(subject): state for subject, state in states.items()}
            found += [f"{what}: {name} is {named.get(name, 'unknown')}; expected {state}"
                      for name, state in wanted.items() if named.get(name) != state]
            found += [f"{what}: {name} is {state}, and is not stated" for name, state in named.items()
                      if name not in wanted]
        return found

    def wrong_views(self, stated):
        """What a dashboard shows."""
        self.server.sql("INSERT INTO gatepost.tenants VALUES ('owner', '*')", self.database)
        rows = self.server.sql("SELECT finding, standing FROM gatepost.findings", self.database, "owner")
        named = {self.names.of(subject): state for subject, state in (row.split("|") for row in rows)}
        return [f"{name} is {named.get(name)}; expected {state}" for state, names in stated.items() for name in names
                if named.get(name) != state] + [f"{name} is not stated" for name in set(named) - set(sum(stated.values(), []))]

    @staticmethod
    def wrong_trend(stated, report):
        bands = ("critical", "high", "medium", "low", "info", "unknown")
        shown = sum(report["trend"][band][-1] for band in bands if band in report["trend"])
        return [] if shown == len(stated["open"]) else [f"it ends with {shown} open; expected {len(stated['open'])}"]

    @staticmethod
    def wrong_figures(stated, report):
        found = []
        for name, value in stated.items():
            now = report
            for part in name.split("."):
                now = now.get(part) if isinstance(now, dict) else None
            if now != value:
                found.append(f"{name} is {now}; expected {value}")
        return found


class TextLoader(yaml.SafeLoader):
    """YAML in which a day is a text."""


TextLoader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in all_of if tag != "tag:yaml.org,2002:timestamp"]
    for key, all_of in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", required=True, type=pathlib.Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="gatepost-year-") as temporary, postgresql_server.running() as server:
        if server is None:
            skipped += 1
            print("skipped: PostgreSQL: it is not installed")
        for file in sorted(YEARS.glob("*.yaml")):
            if options.names and not any(it in file.stem for it in options.names):
                continue
            year = Year(file, options.gatepost.resolve(), pathlib.Path(temporary) / file.stem,
                        server, options.show)
            try:
                year.play()
            except Failure as failure:
                year.failed += 1
                print(f"failed: {file.stem}: {failure}")
            passed, failed = passed + year.passed, failed + year.failed
        if not options.names or "races" in options.names:
            for what, found in year_races.play(Repository, options.gatepost.resolve(), pathlib.Path(temporary) / "races").items():
                passed, failed = passed + (not found), failed + bool(found)
                for it in [f"failed: {what}", *[f"  {it}" for it in found]] if found else []:
                    print(it)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
