#!/usr/bin/env python3
"""Packs the .deb and the relocatable archive, installs the one in a clean Debian 12 and starts the other where there is no
library at all. The last line is `N passed, N failed, N skipped`.
"""
import hashlib
import json
import pathlib
import shutil
import sys

import containers
from containers import ROOT, WORK, must, run

PACKAGES = ROOT / "build" / "release" / "packages"
PLACE = WORK / "work" / "package"
LIMIT = 20_000_000  # bytes, compressed


def packed():
    """Digests of what one packing writes."""
    must("./dev", "package", timeout=900)
    return {it.name: hashlib.sha256(it.read_bytes()).hexdigest() for it in sorted(PACKAGES.iterdir())}


def make_shop(folder):
    if folder.exists():
        shutil.rmtree(folder)
    must("sh", "examples/make_repository.sh", folder)


CHECK = ["check", "--repo", "/shop", "--base", "main", "--report", "scans/head/*", "--base-report", "scans/base/*"]


def closed(code, out, err):
    if code == 1 and "services/payments/app.py" in out:
        return ""
    return f"exit code {code}: {(out + err)[-1500:]}"


def check_deb(count, deb):
    containers.make_base()
    container = must("buildah", "from", "--pull-never", containers.BASE)
    try:
        root = pathlib.Path(must("buildah", "mount", container))
        shutil.copy(deb, root / "gatepost.deb")
        make_shop(root / "shop")
        inside = ["buildah", "run", container, "--"]
        must(*inside, "apt-get", "update", "-q")
        code, out, err = run(*inside, "apt-get", "install", "-q", "-y", "--no-install-recommends", "/gatepost.deb")
        count.report("the .deb installs in a clean Debian 12", "" if code == 0 else (out + err)[-2000:])
        code, out, err = run(*inside, "gatepost", "--version")
        count.report("the installed binary starts", "" if code == 0 else f"{code}: {out}{err}")
        unit = root / "usr/lib/systemd/system/gatepost.service"
        enabled = list((root / "etc/systemd/system").glob("*.wants/gatepost.service"))
        count.report("the unit of the bot is there, and not enabled", "" if unit.is_file() and not enabled else str(enabled))
        count.report("the installed binary closes the gate of the example", closed(*run(*inside, "gatepost", *CHECK)))
        code, out, err = run(*inside, "apt-get", "purge", "-q", "-y", "gatepost")
        left = [it for it in (root / "usr/bin/gatepost", root / "usr/share/doc/gatepost", unit) if it.exists()]
        count.report("purging it leaves nothing", "" if code == 0 and not left else f"{code}: {left} {err[-500:]}")
    finally:
        run("buildah", "rm", container)


def check_archive(count, archive):
    """In a root that holds a shell and the archive: no libc, no certificates, nothing."""
    root = PLACE / "root"
    (root / "bin").mkdir(parents=True)
    (root / "opt").mkdir()
    shutil.copy("/bin/busybox", root / "bin" / "busybox")
    for applet in ("sh", "dirname", "readlink"):
        (root / "bin" / applet).symlink_to("busybox")
    must("tar", "-xzf", archive, "-C", root / "opt")
    folder = next((root / "opt").iterdir())
    (root / "bin" / "gatepost").symlink_to(f"/opt/{folder.name}/gatepost")
    make_shop(root / "shop")

    def inside(*arguments):
        return run("chroot", root, "gatepost", *arguments, env={"PATH": "/bin:/usr/sbin:/sbin:/usr/bin"})
    code, out, err = inside("--version")
    count.report("the archive starts where there is no library",
                 "" if code == 0 and out.startswith("gatepost ") else f"{code}: {out}{err}")
    count.report("the archive closes the gate of the example", closed(*inside(*CHECK)))
    code, out, err = inside("no-such-command")
    count.report("the exit code comes through", "" if code == 2 else f"{code}: {out}{err}")
    bill = json.loads((folder / "share/doc/gatepost/sbom.cdx.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / "bin/gatepost").read_bytes()).hexdigest()
    count.report("the archive's bill of materials is of its binary",
                 "" if bill["metadata"]["component"]["hashes"][0]["content"] == digest else "another digest")
    bare = [it["name"] for it in bill["components"] if not (folder / "share/doc" / it["name"] / "copyright").is_file()]
    count.report("the licence of every package of the archive is there", ", ".join(bare))
    size = archive.stat().st_size
    print(f"archive {size / 1e6:.1f} MB", flush=True)
    count.report("the archive is small", "" if size <= LIMIT else f"{size} bytes, allowed are {LIMIT}")


def tests(count):
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.rmtree(PACKAGES, ignore_errors=True)
    first = packed()
    again = packed()
    count.report("packing twice gives the same bytes", "" if first == again else f"{first} and then {again}")
    debs, archives = list(PACKAGES.glob("*.deb")), list(PACKAGES.glob("*.tar.gz"))
    count.report("there is one .deb and one archive", "" if len(debs) == len(archives) == 1 else str(sorted(first)))
    check_archive(count, archives[0])
    check_deb(count, debs[0])


if __name__ == "__main__":
    sys.exit(containers.suite("package", tests))
