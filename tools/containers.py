#!/usr/bin/env python3
"""The image, built and run without a Docker engine: mmdebstrap, buildah, podman, runc.

Everything lies below build/image. The image is built once and used by every suite of a run; the last to leave removes it:

    containers.py build     make gatepost:test, unless the one that is there is of the same sources
    containers.py clean     remove images and containers; the Debian base and the compiler's cache stay

GATEPOST_KEEP_IMAGES=1 keeps them after a suite.
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
TAG = "gatepost:test"
HELPER = "localhost/gatepost-helper:test"


class Count:
    """What a suite has to say, one line a test; the last line is `N passed, N failed, N skipped`."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def report(self, name, problem=""):
        if problem:
            self.failed += 1
            print(f"failed: {name}: {problem}", flush=True)
        else:
            self.passed += 1
            print(f"passed: {name}", flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped: {name}: {why}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


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


def run(*command, timeout=600, **options):
    options.setdefault("env", ENVIRONMENT)
    options.setdefault("cwd", ROOT)
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=timeout, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def must(*command, timeout=600, **options):
    code, out, err = run(*command, timeout=timeout, **options)
    if code != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with code {code}\n{out[-3000:]}{err[-3000:]}")
    return out.strip()


def labels():
    """Build arguments: which commit this is of, where somebody says so."""
    revision = os.environ.get("GATEPOST_REVISION")
    return ["--build-arg", f"REVISION={revision}"] if revision else []


def has_image(tag):
    return run("podman", "image", "exists", tag)[0] == 0


def make_base():
    """A Debian 12 of our own making under the name that the Dockerfile asks for."""
    if has_image(BASE):
        return
    archive = WORK / "base.tar"
    if not archive.exists():
        half = WORK / "half-base.tar"  # the ending decides what mmdebstrap writes
        must("mmdebstrap", "--quiet", "--variant=minbase", "bookworm", half)
        os.replace(half, archive)
    container = must("buildah", "from", "scratch")
    must("buildah", "add", "-q", container, archive, "/")
    must("buildah", "config", "--cmd", "/bin/bash", container)
    must("buildah", "commit", "-q", "--rm", "--timestamp", "0", container, BASE)


def make_helper():
    """What gitlab-ci-local copies the files of a job with: the base, with this machine's rsync."""
    if has_image(HELPER):
        return
    make_base()
    container = must("buildah", "from", "--pull-never", BASE)
    must("sh", "-c", '. packaging/closure.sh; for file in /usr/bin/rsync $(libraries_of /usr/bin/rsync); do'
         ' [ -e "$1$file" ] || { mkdir -p "$1$(dirname "$file")" && cp -L "$file" "$1$file"; }; done',
         "sh", must("buildah", "mount", container))
    must("buildah", "commit", "-q", "--rm", container, HELPER)


def sources():
    """A digest of all that the image is built from."""
    whole = hashlib.sha256()
    names = [it[1:] for it in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if it.startswith("!")]
    for name in ["Dockerfile", *sorted(names)]:
        path = ROOT / name
        for file in [path] if path.is_file() else sorted(it for it in path.rglob("*") if it.is_file()):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            whole.update(f"{file.relative_to(ROOT)} {file.stat().st_mode} {content}\n".encode())
    return whole.hexdigest()


def build(tag=TAG):
    begin = time.monotonic()
    made_of = sources()
    make_base()
    # --no-cache: every build runs every step; only the compiler's own cache is shared.
    must("buildah", "bud", "-q", "--pull-never", "--no-cache", "--layers=false", "--timestamp", "0",
         *labels(), "-t", tag, "-f", "Dockerfile", ".", timeout=3000)
    if tag == TAG:
        (WORK / "built").write_text(made_of, encoding="utf-8")
    print(f"built {tag} in {time.monotonic() - begin:.0f} s", flush=True)
    return image_id(tag)


def assemble():
    """The same image from this checkout's release build, without compiling again in a container: for suites that run alone.
    That both are the same is what the suite `image` shows."""
    begin = time.monotonic()
    made_of = sources()
    place = WORK / "work" / "assemble"
    shutil.rmtree(place, ignore_errors=True)
    must("cmake", "--install", "build/release", "--component", "gatepost", "--prefix", place / "install", "--strip")
    must("sh", "packaging/image_root.sh", place / "root", place / "install/bin/gatepost")
    last_stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").rsplit("\nFROM ", 1)[1]
    (place / "Dockerfile").write_text("FROM " + last_stage.replace("--from=build /root-of-image", "root"), encoding="utf-8")
    must("buildah", "bud", "-q", "--pull-never", "--timestamp", "0", *labels(), "-t", TAG, "-f", place / "Dockerfile", place)
    (WORK / "built").write_text(made_of, encoding="utf-8")
    print(f"assembled {TAG} in {time.monotonic() - begin:.0f} s", flush=True)
    return image_id()


def image_id(tag=TAG):
    return must("podman", "image", "inspect", "--format", "{{.Id}}", tag)


def ensure_image():
    """The image of these sources, from an earlier suite of the same run if there was one."""
    built = WORK / "built"
    if has_image(TAG) and built.exists() and built.read_text(encoding="utf-8") == sources():
        return image_id()
    return assemble()


def podman(*arguments, options=(), tag=TAG, network="none", **kwargs):
    return run("podman", "run", "--rm", "--pull=never", "--network", network, *options, tag, *arguments, **kwargs)


def clean():
    run("podman", "rm", "--all", "--force")
    run("podman", "volume", "rm", "--all", "--force")
    run("buildah", "rm", "--all")
    left = [WORK / name for name in ("store", "run", "built", "work")]
    # Of the temporary files only the compiler's cache is worth keeping.
    left += [it for it in (WORK / "tmp").iterdir() if it.name != "buildah-cache"]
    for path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def suite(name, tests):
    """Runs `tests(count)` where images can be built, and leaves nothing behind but what another suite is to use."""
    count = Count()
    if os.geteuid() != 0:
        count.skip(name, "building an image this way needs root")
        return count.end()
    try:
        tests(count)
    except (RuntimeError, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
        count.report(name, f"{type(error).__name__}: {error}")
    finally:
        if not os.environ.get("GATEPOST_KEEP_IMAGES"):
            clean()
    return count.end()


def main():
    if sys.argv[1:] == ["build"]:
        print(ensure_image())
    elif sys.argv[1:] == ["clean"]:
        clean()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
