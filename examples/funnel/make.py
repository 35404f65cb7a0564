#!/usr/bin/env python3
"""Writes the funnel example: a monorepo of twelve services with 10,000 findings of four scanners.

    make.py DIRECTORY

The same bytes every time, the same commit ids. Needs git and nothing else.
"""
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing is left behind beside the generator

import evidence
import reports
import tree
from world import World


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(text.encode())


def git(root, *arguments):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "ann", f"GIT_{role}_EMAIL": "ann@acme.example",
                        f"GIT_{role}_DATE": "2026-11-19T09:00:00Z"}
    environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(root)}
    subprocess.run(["git", "-C", str(root), *arguments], env=environment, check=True)


def commit(root, subject):
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--no-verify", "-m", subject)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    root = pathlib.Path(sys.argv[1]).absolute()
    if root.exists() and any(root.iterdir()):
        sys.exit(f"make.py: {root} is not empty")
    root.mkdir(parents=True, exist_ok=True)
    world = World()
    for path, text in tree.files(world):
        write(root, path, text)
    for path, document in reports.all_reports(world):
        write(root, path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    for path, text in evidence.files(world):
        write(root, path, text)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "core.autocrlf", "false")
    git(root, "config", "commit.gpgsign", "false")
    commit(root, "twelve services")
    git(root, "checkout", "--quiet", "-b", "excuse")
    write(root, ".gatepost/vex/excuse.openvex.json", evidence.excuse(world))
    commit(root, "checkout: the pool is fine")


if __name__ == "__main__":
    main()
