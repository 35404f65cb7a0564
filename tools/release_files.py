#!/usr/bin/env python3
"""Lays out what a release of this machine's architecture consists of, from what the suites `image` and `package` left:

    release_files.py FOLDER

    image-amd64.tar                       the image, for packaging/push_image.sh
    gatepost_1.2.3_amd64.deb              the packages of `./dev package`
    gatepost-1.2.3-linux-x86_64.tar.gz
    gatepost-1.2.3-image-amd64.cdx.json   the bills of materials of image and archive
    gatepost-1.2.3-linux-x86_64.cdx.json
"""
import pathlib
import shutil
import sys
import tarfile

import containers
from containers import ROOT, must, podman

PACKAGES = ROOT / "build" / "release" / "packages"
BILL = "share/doc/gatepost/sbom.cdx.json"


def only(pattern):
    found = sorted(PACKAGES.glob(pattern))
    if len(found) != 1:
        raise RuntimeError(f"expected one {pattern} in {PACKAGES}, found {len(found)}; ./dev package writes it")
    return found[0]


def lay_out(folder):
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not containers.has_image(containers.TAG):
        raise RuntimeError("there is no image; GATEPOST_KEEP_IMAGES=1 ./dev test image leaves it")
    deb, archive = only("*.deb"), only("*.tar.gz")
    shutil.copy(deb, folder)
    shutil.copy(archive, folder)
    name = archive.name.removesuffix(".tar.gz")
    with tarfile.open(archive) as inside, inside.extractfile(f"{name}/{BILL}") as bill:
        (folder / f"{name}.cdx.json").write_bytes(bill.read())

    version, architecture = name.split("-")[1], must("dpkg", "--print-architecture")
    _, told, _ = podman("--version")
    if told.split()[-1:] != [version]:
        raise RuntimeError(f"the image is {told.strip()!r}, the archive is of {version}")
    code, bill, _ = podman(f"/usr/{BILL}", options=["--entrypoint", "/bin/cat"])
    if code != 0:
        raise RuntimeError("the image has no bill of materials")
    (folder / f"gatepost-{version}-image-{architecture}.cdx.json").write_text(bill, encoding="utf-8")
    image = folder / f"image-{architecture}.tar"
    image.unlink(missing_ok=True)
    must("buildah", "push", "-q", containers.TAG, f"oci-archive:{image}")
    return version, architecture


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lay_out(sys.argv[1])
