#!/bin/sh
# Writes a folder that runs on any Linux of this architecture, wherever it is put: bundle.sh BINARY TARGET.
#
#     gatepost        what to start
#     bin/            the binary
#     lib/            the loader, and every library that it loads
#     share/          certificates, licences, bill of materials
set -eu
here=$(dirname -- "$0")
# shellcheck source=packaging/closure.sh
. "$here/closure.sh"
binary=$1
target=$2
mkdir -p "$target/bin" "$target/lib" "$target/share/doc/gatepost"
cp "$binary" "$target/bin/gatepost"
strip "$target/bin/gatepost"
libraries=$(libraries_of "$binary")
for library in $libraries; do cp -L "$library" "$target/lib/"; done
cp -L /etc/ssl/certs/ca-certificates.crt "$target/share/"
# shellcheck disable=SC2086  # one word a file
packages="$(packages_of $libraries) ca-certificates $COMPILED_IN"
for package in $packages; do
  mkdir -p "$target/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$target/share/doc/$package/"
done
mkdir -p "$target/share/common-licenses"
cp -L /usr/share/common-licenses/* "$target/share/common-licenses/"
cp LICENSE NOTICE "$target/share/doc/gatepost/"
# shellcheck disable=SC2086  # one word a package
sh "$here/sbom.sh" "$target/bin/gatepost" $packages >"$target/share/doc/gatepost/sbom.cdx.json"

loader=$(basename "$(printf '%s\n' "$libraries" | grep '/ld-linux')")
sed "s/@LOADER@/$loader/" "$here/start.sh" >"$target/gatepost"
chmod 755 "$target/gatepost" "$target/bin/gatepost" "$target/lib/$loader"
