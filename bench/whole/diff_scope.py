#!/usr/bin/env python3
"""Times the change set of a pull request against git on a large repository.

    bench/whole/diff_scope.py DIRECTORY [--rounds 9] [--files 60000] [--commits 400] [--max-ratio 1.3] -- COMMAND...

DIRECTORY gets a repository (once; about 20 s) whose branches pr10, pr1000 and pr10000 change so many paths of what main
was some commits ago. COMMAND is run in it as `COMMAND --base main --head BRANCH`, for example
`build/bench/src/gatepost --repo . diff --json`, in turn with two gits.
One line a case: medians of the wall time, the median of the ratios within a round, peak memory, and whether the renames
are those of git. Exits 1 when a ratio to `git diff -U0 -M` is above --max-ratio or the renames differ.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import timing  # noqa: E402

BRANCHES = (10, 1000, 10000)
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_PAGER": "cat",
}
WORDS = ("account balance cache check client close count create customer data delete error event fetch field file "
         "filter format handle header index insert invoice item key limit list load lock map merge message name node "
         "offset order page parse path payment price query queue read record remove request reset result retry route "
         "score session sort state store stream table task token total trace update user value verify write").split()


def line(rng):
    a, b, c = rng.choice(WORDS), rng.choice(WORDS), rng.choice(WORDS)
    indent = "  " * rng.randrange(1, 4)
    return rng.choice((
        f"{indent}const {a}_{b} = {c}_{a}({b}, {rng.randrange(1000)});\n",
        f"{indent}if ({a}.{b}() > {rng.randrange(100)}) return {c};\n",
        f"{indent}{a}.{b}_{c}({rng.randrange(10000)});\n",
        f"{indent}// {a} the {b} before the {c}\n",
        "\n", "  }\n", "}\n"))


def content(rng):
    return "".join(line(rng) for _ in range(int(rng.triangular(12, 220, 40))))


def edit(rng, text):
    """A few lines replaced, added or removed; most of the file stays."""
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(lines) + 1)
        what = rng.random()
        if what < 0.5 or len(lines) < 8:
            lines[at:at + 1] = [line(rng)]
        elif what < 0.8:
            lines[at:at] = [line(rng) for _ in range(rng.randrange(1, 4))]
        else:
            del lines[at:at + 2]
    return "".join(lines)


def directories(rng, count):
    names = [""]
    while len(names) < count:
        parent = names[rng.randrange(len(names))] if rng.random() < 0.7 else ""
        if parent.count("/") < 6:
            names.append(f"{parent}{rng.choice(WORDS)}{rng.randrange(1000)}/")
    return names


class Importer:
    """Writes a stream for git fast-import and knows the files of every branch."""

    def __init__(self, out, rng):
        self.out, self.rng, self.time = out, rng, 1_600_000_000

    def data(self, text):
        raw = text.encode()
        self.out.write(b"data %d\n%s\n" % (len(raw), raw))

    def commit(self, branch, message, start=None):
        self.time += 600
        self.out.write(f"commit refs/heads/{branch}\ncommitter A <a@example.com> {self.time} +0000\n".encode())
        self.data(message)
        if start:
            self.out.write(f"from {start}\n".encode())

    def put(self, files, path, text):
        files[path] = text
        self.out.write(f"M 100644 inline {path}\n".encode())
        self.data(text)

    def drop(self, files, path):
        del files[path]
        self.out.write(f"D {path}\n".encode())


def change(importer, files, where, count):
    """Changes `count` paths: 60 % edited, 18 % renamed (half of them also edited), 12 % added, 10 % deleted."""
    rng = importer.rng
    paths = sorted(files)
    for path in rng.sample(paths, count):
        what = rng.random()
        text = files[path]
        if what < 0.60:
            importer.put(files, path, edit(rng, text))
        elif what < 0.78:
            name = path.rsplit("/", 1)[-1]
            if rng.random() < 0.4:
                name = f"{rng.choice(WORDS)}_{rng.randrange(10**6)}.ts"
            importer.drop(files, path)
            importer.put(files, f"{rng.choice(where)}moved_{rng.randrange(10**6)}/{name}",
                         text if rng.random() < 0.5 else edit(rng, text))
        elif what < 0.90:
            importer.put(files, f"{rng.choice(where)}{rng.choice(WORDS)}_{rng.randrange(10**9)}.ts", content(rng))
        else:
            importer.drop(files, path)


def codeowners(where):
    """A rule for each of 1,000 directories at most; no branch changes it."""
    return "* @acme/everyone\n" + "".join(f"/{it} @acme/team-{i % 40}\n" for i, it in enumerate(where[1:1000]))


def generate(directory, file_count, commit_count):
    rng = random.Random(20)
    subprocess.run(["git", "init", "-q", "--bare", directory], check=True, env=ENVIRONMENT)
    process = subprocess.Popen(["git", "fast-import", "--quiet", "--done"], cwd=directory, stdin=subprocess.PIPE,
                               env=ENVIRONMENT)
    importer = Importer(process.stdin, rng)
    where = directories(rng, max(20, file_count // 10))
    files = {}
    importer.commit("main", "all files")
    for _ in range(file_count):
        name = rng.choice(("index.ts", "types.ts", "README.md", "util.ts")) if rng.random() < 0.1 else ""
        path = f"{rng.choice(where)}{name or f'{rng.choice(WORDS)}_{rng.randrange(10**6)}.ts'}"
        if path not in files:
            importer.put(files, path, content(rng))
    importer.put({}, ".github/CODEOWNERS", codeowners(where))
    for number in range(commit_count):
        importer.commit("main", f"change {number}")
        for path in rng.sample(sorted(files), 5) if number % 20 == 0 else [rng.choice(list(files)[:2000])]:
            importer.put(files, path, edit(rng, files[path]))
    importer.out.write(b"reset refs/heads/fork\nfrom refs/heads/main\n\n")
    for number in range(50):  # main goes on
        importer.commit("main", f"later {number}")
        for path in rng.sample(sorted(files), 3):
            importer.out.write(f"M 100644 inline {path}\n".encode())
            importer.data(edit(rng, files[path]))
    for count in BRANCHES:
        if count <= file_count // 2:
            importer.commit(f"pr{count}", f"{count} paths", "refs/heads/fork")
            change(importer, dict(files), where, count)
    importer.out.write(b"done\n")
    process.stdin.close()
    if process.wait() != 0:
        sys.exit("git fast-import failed")
    subprocess.run(["git", "repack", "-adq"], cwd=directory, check=True, env=ENVIRONMENT)


def renames_of_json(output):
    return {(it["old_path"], it["path"]) for it in json.loads(output)["files"] if it["kind"] == "renamed"}


def renames_of_git(output):
    fields = [line.split("\t") for line in output.decode().splitlines()]
    return {(it[1], it[2]) for it in fields if it[0].startswith("R")}


def measure(command, branch, rounds):
    git = ["git", "diff", "--no-ext-diff", "-M"]
    commands = [command + ["--base", "main", "--head", branch], git + ["-U0", f"main...{branch}"],
                git + ["--name-status", f"main...{branch}"]]
    ours, hunks, names = timing.interleaved(commands, rounds, environment=ENVIRONMENT)
    ratio, to_names = timing.ratio(ours, hunks), timing.ratio(ours, names)
    # Without its limit, beyond which git leaves renames out and says so.
    everything = timing.run(git + ["-l0", "--name-status", f"main...{branch}"], ENVIRONMENT).out
    mine, theirs = renames_of_json(ours[0].out), renames_of_git(everything)
    renames = f"{len(theirs)} renames equal" if mine == theirs else f"renames differ: {len(mine)} for {len(theirs)}"
    wall = [timing.median(it) * 1000 for it in (ours, hunks, names)]
    peak = [max(it.peak for it in runs) for runs in (ours, hunks)]
    print(f"{branch:9} {wall[0]:7.1f} ms  git -U0 {wall[1]:7.1f} ms  x{ratio.median:.2f}   git --name-status "
          f"{wall[2]:7.1f} ms  x{to_names.median:.2f}   {peak[0]:.0f} MB (git {peak[1]:.0f})   {renames}", flush=True)
    extra = statistics.median(a.wall - b.wall for a, b in zip(ours, hunks)) * 1000
    return {"paths": int(branch[2:]), "ratio": ratio, "extra_ms": extra, "wall_ms": wall[0], "git_ms": wall[1],
            "renames": len(theirs), "renames_equal": mine == theirs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--files", type=int, default=60_000)
    parser.add_argument("--commits", type=int, default=400)
    parser.add_argument("--max-ratio", type=float, help="for the branches with 1000 paths and more")
    parser.add_argument("--max-extra", type=float, help="milliseconds above git for the branch with 10 paths")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there, too")
    parser.add_argument("command", nargs="+", help="after --")
    options = parser.parse_args()
    directory = os.path.abspath(options.directory)
    json_path = os.path.abspath(options.json) if options.json else None
    command = options.command
    if os.path.exists(command[0]):
        command[0] = os.path.abspath(command[0])
    if not os.path.exists(os.path.join(directory, "HEAD")):
        # In a process of its own: what we use ourselves counts as a child's peak memory.
        if os.fork() == 0:
            generate(directory, options.files, options.commits)
            os._exit(0)
        if os.wait()[1] != 0:
            sys.exit("no repository")
    os.chdir(directory)
    cases = [measure(command, f"pr{count}", max(options.rounds, 7)) for count in BRANCHES if count <= options.files // 2]
    if json_path:
        with open(json_path, "w", encoding="utf-8") as file:
            json.dump(cases, file)
    failed = False
    for case in cases:
        failed |= not case["renames_equal"]
        if case["paths"] == 10:
            failed |= options.max_extra is not None and case["extra_ms"] > options.max_extra
        else:
            failed |= options.max_ratio is not None and case["ratio"].median > options.max_ratio
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
