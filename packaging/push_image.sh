#!/bin/sh
# Pushes the images of all architectures as one, and prints "DIGEST ARCHITECTURE" of each, that of the whole as "index":
#
#     packaging/push_image.sh NAME:TAG ARCHIVE…      ghcr.io/gatepost/gatepost:1.2.3 release/image-*.tar
#
# An archive is what tools/release_files.py wrote; nothing of it is run here. Who may push is known from `docker login`.
set -eu
name=$1
shift
list=gatepost-release-$$
work=$(mktemp -d)
trap 'podman manifest rm "$list" >/dev/null 2>&1; rm -rf "$work"' EXIT

podman manifest create "$list" >/dev/null
for archive in "$@"; do podman manifest add "$list" "oci-archive:$archive" >/dev/null; done
podman manifest push --quiet --all --format oci --digestfile "$work/digest" "$list" "docker://$name" >/dev/null
# What the registry holds, not what we believe.
digest=$(cat "$work/digest")
podman manifest inspect "${name%:*}@$digest" >"$work/index"
printf '%s index\n' "$digest"
jq -r '.manifests[] | .digest + " " + .platform.architecture' "$work/index"
