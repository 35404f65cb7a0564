#!/usr/bin/env python3
"""Builds the container image from the Dockerfile and runs it, without a Docker engine: mmdebstrap, buildah, podman, runc.

Everything lies below build/image. The last line is `N passed, N failed, N skipped`.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "image"
BASE = "debian:bookworm-slim"
LIMIT = 40_000_000  # bytes, uncompressed

passed = failed = skipped = 0


def report(name, problem=""):
    global passed, failed
    if problem:
        failed += 1
        print(f"failed: {name}: {problem}", flush=True)
    else:
        passed += 1
        print(f"passed: {name}", flush=True)


def skip(name, why):
    global skipped
    skipped += 1
    print(f"skipped: {name}: {why}", flush=True)


def environment():
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "tmp").mkdir(exist_ok=True)
    (WORK / "storage.conf").write_text(
        f'[storage]\ndriver = "overlay"\ngraphroot = "{WORK}/store"\nrunroot = "{WORK}/run"\n', encoding="utf-8")
    # runc, because crun may not raise limits where a capability is missing; a host network, because the tests that
    # need none say so themselves.
    (WORK / "containers.conf").write_text(
        '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\nnetns = "host"\n'
        'cgroups = "no-conmon"\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
        encoding="utf-8")
    variables = dict(os.environ)
    variables.update(CONTAINERS_STORAGE_CONF=str(WORK / "storage.conf"), CONTAINERS_CONF=str(WORK / "containers.conf"),
                     BUILDAH_ISOLATION="chroot", TMPDIR=str(WORK / "tmp"))
    return variables


ENVIRONMENT = environment()


def run(*command, timeout=600):
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=timeout, check=False)
    return done.returncode, done.stdout, done.stderr


def must(*command, timeout=600):
    code, out, err = run(*command, timeout=timeout)
    if code != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with code {code}\n{out[-3000:]}{err[-3000:]}")
    return out.strip()


def make_base():
    """A Debian 12 of our own making under the name that the Dockerfile asks for."""
    archive = WORK / "base.tar"
    if not archive.exists():
        half = WORK / "half-base.tar"  # the ending decides what mmdebstrap writes
        must("mmdebstrap", "--quiet", "--variant=minbase", "bookworm", str(half))
        os.replace(half, archive)
    container = must("buildah", "from", "scratch")
    must("buildah", "add", "-q", container, str(archive), "/")
    must("buildah", "config", "--cmd", "/bin/bash", container)
    must("buildah", "commit", "-q", "--rm", "--timestamp", "0", container, BASE)


def build(tag):
    begin = time.monotonic()
    # --no-cache: both builds run every step; only the compiler's own cache is shared.
    must("buildah", "bud", "-q", "--pull-never", "--no-cache", "--layers=false", "--timestamp", "0",
         "-t", tag, "-f", "Dockerfile", ".", timeout=3000)
    print(f"built {tag} in {time.monotonic() - begin:.0f} s", flush=True)
    return must("podman", "image", "inspect", "--format", "{{.Id}}", tag)


def podman(*arguments, options=(), tag="gatepost:test"):
    return run("podman", "run", "--rm", "--pull=never", "--network", "none", *options, tag, *arguments)


def check_example(name, shop, user, owner):
    """The gate of the example must be closed, whoever runs it and whoever owns the files."""
    if shop.exists():
        shutil.rmtree(shop)
    must("sh", "examples/make_repository.sh", str(shop))
    must("chown", "-R", f"{owner}:{owner}", str(shop))
    code, out, err = podman(
        "check", "--repo", "/shop", "--base", "main", "--report", "scans/head/*", "--base-report", "scans/base/*",
        options=["--user", user, "-v", f"{shop}:/shop"])
    if code != 1:
        report(name, f"exit code {code}, expected 1: {(out + err)[-1500:]}")
    elif "services/payments/app.py" not in out:
        report(name, f"the output does not name what is wrong: {out[-1500:]}")
    else:
        report(name)


def same_compiler():
    code, out, _ = run("g++", "-dumpfullversion")
    version = pathlib.Path("/etc/debian_version")
    return code == 0 and out.startswith("12.") and version.exists() and version.read_text().startswith("12.")


def check_binary():
    name = "the binary in the image is the one built from this checkout, byte by byte"
    if not same_compiler():
        return skip(name, "this is not Debian 12 with its g++")
    must("cmake", "--install", "build/release", "--prefix", str(WORK / "install"), "--strip")
    ours = hashlib.sha256((WORK / "install/bin/gatepost").read_bytes()).hexdigest()
    container = must("buildah", "from", "--pull-never", "gatepost:test")
    mount = pathlib.Path(must("buildah", "mount", container))
    theirs = hashlib.sha256((mount / "usr/local/bin/gatepost").read_bytes()).hexdigest()
    must("buildah", "rm", container)
    report(name, "" if theirs == ours else f"{theirs} is not {ours}")


def tests():
    make_base()
    first = build("gatepost:test")
    size = int(must("podman", "image", "inspect", "--format", "{{.Size}}", "gatepost:test"))
    print(f"image {size / 1e6:.1f} MB", flush=True)
    report("the image is small", "" if size <= LIMIT else f"{size} bytes, allowed are {LIMIT}")

    code, out, err = podman("--version")
    report("--version without network", "" if code == 0 and out.startswith("gatepost ") else f"{code}: {out}{err}")
    code, out, err = podman("-c", "ls / && id -u", options=["--entrypoint", "/bin/sh"])
    report("there is a shell for runners that need one", "" if code == 0 else f"{code}: {out}{err}")
    code, out, err = podman("no-such-command")
    report("the exit code comes through", "" if code == 2 else f"exit code {code}: {out}{err}")
    code, out, err = podman("-c", "ls -l /usr/share/doc/libc6/copyright /usr/share/doc/gatepost/LICENSE "
                            "/var/lib/dpkg/status.d/libc6 /etc/ssl/certs/ca-certificates.crt",
                            options=["--entrypoint", "/bin/sh"])
    report("licences, package list and certificates are there", "" if code == 0 else err)

    check_example("check as root", WORK / "shop", "0:0", 0)
    check_example("check as another user on the user's files", WORK / "shop", "1001:1001", 1001)
    check_example("check as root on somebody else's files", WORK / "shop", "0:0", 4242)
    check_example("check as another user on somebody else's files", WORK / "shop", "1001:1001", 4242)
    check_binary()

    second = build("gatepost:again")
    report("two builds give the same image", "" if first == second else f"{first} is not {second}")


def main():
    if os.geteuid() != 0:
        skip("image", "building an image this way needs root")
    else:
        try:
            tests()
        except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
            report("image", str(error))
        finally:
            run("podman", "rm", "--all", "--force")
            run("buildah", "rm", "--all")
            for name in ("store", "run", "shop", "install"):
                shutil.rmtree(WORK / name, ignore_errors=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
