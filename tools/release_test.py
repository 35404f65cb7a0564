#!/usr/bin/env python3
"""Rehearses a release: what .github/workflows/release.yml does, with a registry and a file server on loopback. The last line
is `N passed, N failed, N skipped`.
"""
import contextlib
import functools
import hashlib
import http.server
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import yaml

import containers
import release_files
from action_runner import Runner
from action_test import PullRequest, runner_for
from containers import ROOT, WORK, must, run

PLACE = WORK / "work" / "release"
OTHER = {"amd64": "arm64", "arm64": "amd64"}
ADDRESS = "https://forge.example/acme/gatepost/releases/download/v0"


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


@contextlib.contextmanager
def registry():
    """Debian's registry, unpacked and not installed: as a package it would start with the machine."""
    folder = PLACE / "registry"
    folder.mkdir(parents=True)
    download = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "docker-registry"]
    if run(*download, cwd=folder)[0] != 0:  # the lists are old
        must("apt-get", "update", "-q")
        must(*download, cwd=folder)
    must("dpkg", "-x", next(folder.glob("*.deb")), folder / "root")
    port = free_port()
    settings = {"version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}}, "http": {"addr": f"127.0.0.1:{port}"},
                "storage": {"filesystem": {"rootdirectory": str(folder / "store")}}}
    (folder / "config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with open(folder / "log", "wb") as log, subprocess.Popen(
            [folder / "root/usr/bin/docker-registry", "serve", folder / "config.yml"], stdout=log, stderr=log) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=5):
                    break
                time.sleep(0.1)
            else:
                raise RuntimeError((folder / "log").read_text(errors="replace")[-1000:])
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


@contextlib.contextmanager
def file_server(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def other_image(folder, architecture):
    """The same image under the name of another architecture, which this machine cannot build."""
    container = must("buildah", "from", "--pull-never", containers.TAG)
    must("buildah", "config", "--arch", architecture, container)
    must("buildah", "commit", "-q", "--rm", container, f"oci-archive:{folder}/image-{architecture}.tar")


def check_files(count, folder, version, architecture):
    names = {it.name for it in folder.iterdir()}
    machine = os.uname().machine
    expected = {f"gatepost_{version}_{architecture}.deb", f"gatepost-{version}-linux-{machine}.tar.gz",
                f"gatepost-{version}-linux-{machine}.cdx.json", f"gatepost-{version}-image-{architecture}.cdx.json",
                f"image-{architecture}.tar"}
    count.report("the files of the release are there", "" if names == expected else f"{sorted(names ^ expected)}")


def check_push(count, folder, version, architecture, address):
    """Returns the image by its digest."""
    name = f"{address}/acme/gatepost"
    code, out, err = run("packaging/push_image.sh", f"{name}:{version}", *sorted(folder.glob("image-*.tar")))
    digests = {what: digest for digest, what in (line.split() for line in out.splitlines())}
    right = code == 0 and set(digests) == {"index", architecture, OTHER[architecture]} and len(set(digests.values())) == 3
    count.report("the image is pushed with all its architectures", "" if right else f"{code}: {out}{err[-1000:]}")
    image = f"{name}@{digests['index']}"
    must("podman", "pull", "-q", image)
    code, out, err = containers.podman("--version", tag=image)
    count.report("the registry's image runs by its digest", "" if (code, out) == (0, f"gatepost {version}\n") else f"{code}: {out}{err}")
    ids = {containers.image_id(it) for it in (image, f"{name}@{digests[architecture]}")
           if run("podman", "pull", "-q", it)[0] == 0}
    count.report("it is the image that was tested", "" if ids == {containers.image_id()} else f"{ids}, expected {containers.image_id()}")
    return image


def release_copy(image, sums):
    """The checkout after packaging/release_action.sh."""
    copy = PLACE / "checkout"
    for name in ("action", "templates", "packaging"):
        shutil.copytree(ROOT / name, copy / name)
    shutil.copy(ROOT / "action.yml", copy)
    must(copy / "packaging/release_action.sh", image, ADDRESS, sums)
    return copy


def check_action(count, copy, image, change):
    named = yaml.safe_load((copy / "action.yml").read_text(encoding="utf-8"))["runs"]["image"]
    result = runner_for(change, "released").run(copy / "action.yml", {}, arguments=["--version"], network="none",
                                                image=named.removeprefix("docker://"))
    count.report("the released action runs the pushed image",
                 "" if named == f"docker://{image}" and result.code == 0 else f"{named}: {result.code}: {result.log}")


def check_setup(count, copy, folder, version, change):
    released = copy / "action/setup/action.yml"

    def step(name, action=released, **options):
        return Runner(PLACE / name, {}, {}, "").run_composite(action, **options)

    def refused(name, what, result):
        right = result.code != 0 and not result.paths and what in result.log and "::error" in result.log
        count.report(name, "" if right else f"{result.code}: {result.log}")
    refused("without a release the set-up says so", "no release", step("none", ROOT / "action/setup/action.yml"))
    with file_server(folder) as address:
        result = step("setup", given={"mirror": address})
        problem = f"{result.code}: {result.log}"
        if result.code == 0 and result.outputs == {"version": version} and len(result.paths) == 1:
            place = runner_for(change, "after-setup")
            code, out, err = run("gatepost", "check", "--base", "main", "--report", "scans/head/*", "--base-report", "scans/base/*",
                                 cwd=place.workspace, env={"PATH": f"{result.paths[0]}:{os.environ['PATH']}"})
            problem = "" if code == 1 and "services/payments/app.py" in out else f"{code}: {out[-500:]}{err[-500:]}"
        count.report("the set-up puts the archive's gatepost on the PATH", problem)
        refused("an archive that is not there", "cannot be downloaded", step("lost", given={"mirror": f"{address}/lost"}))
        fake = PLACE / "fake-uname"
        fake.mkdir()
        (fake / "uname").write_text("#!/bin/sh\ncase $1 in -s) echo Linux ;; *) echo riscv64 ;; esac\n", encoding="utf-8")
        (fake / "uname").chmod(0o755)
        refused("a machine that there is no archive for", "no archive for riscv64",
                step("machine", given={"mirror": address}, env={"PATH": f"{fake}:{os.environ['PATH']}"}))
        archive = next(folder.glob("*.tar.gz"))
        archive.write_bytes(archive.read_bytes() + b"x")
        refused("an archive that somebody changed", "not what was released", step("changed", given={"mirror": address}))


def check_notes(count):
    notes = [run(ROOT / "packaging/release_notes.sh", *it)[0] for it in ([], ["99.0.0"])]
    copy = PLACE / "notes"
    (copy / "packaging").mkdir(parents=True)
    for name in ("CMakeLists.txt", "Dockerfile", "packaging/release_notes.sh"):
        shutil.copy(ROOT / name, copy / name)
    version = must("sed", "-n", r"s/^project(gatepost VERSION \([0-9.]*\) .*/\1/p", "CMakeLists.txt")
    (copy / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{version}] - 2030-01-02\n\n- This.\n\n## [0.0.1] - 2029-01-02\n\n- That.\n",
                                       encoding="utf-8")
    code, out, err = run(copy / "packaging/release_notes.sh", version)
    right = notes == [2, 2] and (code, out.strip()) == (0, "- This.")
    count.report("the notes of a release are its section of the changelog", "" if right else f"{notes}, {code}: {out}{err}")


def tests(count):
    shutil.rmtree(PLACE, ignore_errors=True)
    check_notes(count)
    containers.ensure_image()
    if len(list(release_files.PACKAGES.glob("*.tar.gz"))) != 1:
        must("./dev", "package", timeout=900)
    folder = PLACE / "files"
    version, architecture = release_files.lay_out(folder)
    check_files(count, folder, version, architecture)
    other_image(folder, OTHER[architecture])
    sums = PLACE / "SHA256SUMS"
    packed = [it for it in sorted(folder.iterdir()) if not it.name.startswith("image-")]
    sums.write_text("".join(f"{hashlib.sha256(it.read_bytes()).hexdigest()}  {it.name}\n" for it in packed), encoding="utf-8")
    change = PullRequest(PLACE / "repository")
    with registry() as address:
        trust = PLACE / "registries.conf"
        trust.write_text(f'[[registry]]\nlocation = "{address}"\ninsecure = true\n', encoding="utf-8")
        containers.ENVIRONMENT["CONTAINERS_REGISTRIES_CONF"] = str(trust)
        image = check_push(count, folder, version, architecture, address)
    copy = release_copy(image, sums)
    check_action(count, copy, image, change)
    check_setup(count, copy, folder, version, change)


if __name__ == "__main__":
    sys.exit(containers.suite("release", tests))
