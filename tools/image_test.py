#!/usr/bin/env python3
"""Builds the container image from the Dockerfile, twice, and runs it (tools/containers.py).

The last line is `N passed, N failed, N skipped`.
"""
import hashlib
import json
import pathlib
import shutil
import sys

import containers
from containers import WORK, must, podman, run

LIMIT = 50_000_000  # bytes, uncompressed
SHOP = WORK / "work" / "shop"


def check_example(count, name, user, owner):
    """The gate of the example must be closed, whoever runs it and whoever owns the files."""
    if SHOP.exists():
        shutil.rmtree(SHOP)
    must("sh", "examples/make_repository.sh", SHOP)
    must("chown", "-R", f"{owner}:{owner}", SHOP)
    code, out, err = podman(
        "check", "--repo", "/shop", "--base", "main", "--report", "scans/head/*", "--base-report", "scans/base/*",
        options=["--user", user, "-v", f"{SHOP}:/shop"])
    if code != 1:
        count.report(name, f"exit code {code}, expected 1: {(out + err)[-1500:]}")
    elif "services/payments/app.py" not in out:
        count.report(name, f"the output does not name what is wrong: {out[-1500:]}")
    else:
        count.report(name)


def same_compiler():
    code, out, _ = run("g++", "-dumpfullversion")
    version = pathlib.Path("/etc/debian_version")
    return code == 0 and out.startswith("12.") and version.exists() and version.read_text().startswith("12.")


def check_binary(count, root):
    name = "the binary in the image is the one built from this checkout, byte by byte"
    if not same_compiler():
        return count.skip(name, "this is not Debian 12 with its g++")
    install = WORK / "work" / "install"
    must("cmake", "--install", "build/release", "--component", "gatepost", "--prefix", install, "--strip")
    ours = hashlib.sha256((install / "bin/gatepost").read_bytes()).hexdigest()
    theirs = hashlib.sha256((root / "usr/local/bin/gatepost").read_bytes()).hexdigest()
    count.report(name, "" if theirs == ours else f"{theirs} is not {ours}")


def check_bill(count, root):
    """The bill of materials names the binary and every package of which a file is there."""
    bill = json.loads((root / "usr/share/doc/gatepost/sbom.cdx.json").read_text(encoding="utf-8"))
    binary = hashlib.sha256((root / "usr/local/bin/gatepost").read_bytes()).hexdigest()
    count.report("the bill of materials is of this binary",
                 "" if bill["metadata"]["component"]["hashes"][0]["content"] == binary else "another digest")
    listed = {it["name"]: it for it in bill["components"]}
    present = {it.name for it in (root / "var/lib/dpkg/status.d").iterdir()}
    count.report("the bill of materials lists every package of which a file is in the image",
                 ", ".join(sorted(present - set(listed))))
    wrong = []
    for name in sorted(present & set(listed)):
        status = (root / "var/lib/dpkg/status.d" / name).read_text(encoding="utf-8")
        if f"\nVersion: {listed[name]['version']}\n" not in status:
            wrong.append(name)
    count.report("the bill of materials and the package list name the same versions", ", ".join(wrong))
    bare = [name for name in listed if not (root / "usr/share/doc" / name / "copyright").is_file()]
    count.report("the licence of every package of the bill is there", ", ".join(sorted(bare)))
    code, out, err = run("build/release/src/gatepost", "convert", root / "usr/share/doc/gatepost/sbom.cdx.json")
    state = json.loads(out)["reports"][0] if code == 0 else {}
    count.report("gatepost reads its own bill of materials",
                 "" if state.get("format") == "cyclonedx" else f"exit code {code}: {out[-300:]}{err[-300:]}")


def tests(count):
    containers.clean()
    first = containers.build()
    size = int(must("podman", "image", "inspect", "--format", "{{.Size}}", containers.TAG))
    print(f"image {size / 1e6:.1f} MB", flush=True)
    count.report("the image is small", "" if size <= LIMIT else f"{size} bytes, allowed are {LIMIT}")

    code, out, err = podman("--version")
    count.report("--version without network", "" if code == 0 and out.startswith("gatepost ") else f"{code}: {out}{err}")
    code, out, err = podman("-c", "ls / && id -u", options=["--entrypoint", "/bin/sh"])
    count.report("there is a shell for runners that need one", "" if code == 0 else f"{code}: {out}{err}")
    code, out, err = podman("no-such-command")
    count.report("the exit code comes through", "" if code == 2 else f"exit code {code}: {out}{err}")

    container = must("buildah", "from", "--pull-never", containers.TAG)
    root = pathlib.Path(must("buildah", "mount", container))
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    count.report("certificates are there",
                 "" if bundle.is_file() and bundle.read_text().count("BEGIN CERTIFICATE") > 100 else "none or few")
    check_bill(count, root)
    check_binary(count, root)
    must("buildah", "rm", container)

    check_example(count, "check as root", "0:0", 0)
    check_example(count, "check as another user on the user's files", "1001:1001", 1001)
    check_example(count, "check as root on somebody else's files", "0:0", 4242)
    check_example(count, "check as another user on somebody else's files", "1001:1001", 4242)

    second = containers.build("gatepost:again")
    count.report("two builds give the same image", "" if first == second else f"{first} is not {second}")
    run("podman", "rmi", "gatepost:again")


if __name__ == "__main__":
    sys.exit(containers.suite("image", tests))
