#!/bin/sh
# Downloads the archive for this machine, compares it with the digest that stands beside this script, unpacks it, and puts it
# on the PATH of the steps that follow.
set -eu
here=$(dirname -- "$0")
die() {
  printf '::error title=gatepost setup::%s\n' "$*"
  exit 1
}

grep -q '^address ' "$here/archives" ||
  die "this commit belongs to no release, so there is nothing to download: use the commit of a release"
[ "$(uname -s)" = Linux ] || die "there are archives for Linux only, and this is $(uname -s)"
machine=$(uname -m)
line=$(grep -- "-linux-$machine\.tar\.gz\$" "$here/archives") || die "there is no archive for $machine"
digest=${line%% *} file=${line##* }
address=${GATEPOST_MIRROR:-$(sed -n 's/^address //p' "$here/archives")}

folder=$RUNNER_TEMP/${file%.tar.gz}
if [ ! -d "$folder" ]; then
  place=$(mktemp -d "$RUNNER_TEMP/gatepost-setup.XXXXXX")
  trap 'rm -rf "$place"' EXIT
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$place/$file" "${address%/}/$file" ||
    die "${address%/}/$file cannot be downloaded; the input mirror names another place"
  actual=$(sha256sum "$place/$file" | cut -d ' ' -f 1)
  [ "$actual" = "$digest" ] || die "$file is not what was released: its SHA-256 is $actual, expected $digest"
  tar -xzf "$place/$file" -C "$place"
  mv "$place/${file%.tar.gz}" "$folder"
fi
version=$("$folder/gatepost" --version)
printf 'version=%s\n' "${version#gatepost }" >>"$GITHUB_OUTPUT"
printf '%s\n' "$folder" >>"$GITHUB_PATH"
printf '%s, SHA-256 %s\n' "$version" "$digest"
