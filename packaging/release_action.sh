#!/bin/sh
# Writes what was built into what people use: the published image into the actions and the GitLab component, the digests of
# the archives into action/setup:
#
#     packaging/release_action.sh IMAGE@sha256:DIGEST ADDRESS SHA256SUMS
#
# ADDRESS is where the files of the release will be downloaded from. The image is pushed first, then this, then the commit is
# tagged: whoever uses a release by its commit gets that very image and those very archives.
set -eu
image=${1:-} address=${2:-} sums=${3:-}
die() {
  echo "release_action.sh: $*" >&2
  exit 2
}

case $image in
  *[!a-zA-Z0-9._/:@-]* | '') digest= ;;
  *@sha256:*) digest=${image##*@sha256:} ;;
  *) digest= ;;
esac
case $digest in
  *[!0-9a-f]*) digest= ;;
esac
if [ "${#digest}" != 64 ] || [ "$digest" = "$(printf '%064d' 0)" ]; then
  die "expected IMAGE@sha256:DIGEST with 64 digits, got '$image'"
fi
case $address in
  https://*) ;;
  *) die "expected an address that begins with https://, got '$address'" ;;
esac
archives=$(grep -E '^[0-9a-f]{64}  gatepost-[0-9.]+-linux-[a-z0-9_]+\.tar\.gz$' "$sums") || die "'$sums' names no archive"

cd "$(dirname -- "$0")/.."
for file in action.yml action/action.yml action/publish/action.yml; do
  # The comment before it is about the time without a release.
  sed -i -e '/^  # A release puts the published image here/,/^  # builds the image itself/d' \
    -e "s|^  image: .*|  image: docker://$image|" "$file"
done
sed -i -e '/^    image:$/,/^    job-name:$/{/^      default: /d}' templates/gate.yml
sed -i -e "/^      description: \"Image of gatepost, by its digest\"$/a\\      default: $image" templates/gate.yml
printf '# Where the archives of this release are, and their SHA-256.\naddress %s\n%s\n' "$address" "$archives" >action/setup/archives
