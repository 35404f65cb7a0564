#!/bin/sh
# Writes the root of the image: image_root.sh TARGET [BINARY]. Runs in the build stage of the Dockerfile.
set -eu
here=$(dirname -- "$0")
# shellcheck source=packaging/closure.sh
. "$here/closure.sh"
target=$1
binary=${2:-/usr/local/bin/gatepost}
applets='[ basename cat chmod chown cp cut date dirname echo env expr false find grep gzip head id ln ls mkdir mktemp mv
  printenv printf pwd readlink realpath rm rmdir sed sh sleep sort stat tail tar tee test touch tr true uname uniq wc which
  whoami xargs'

put() {  # a file to where it is, links followed
  mkdir -p "$target$(dirname "$1")"
  cp -L "$1" "$target$1"
}

mkdir -p "$target/usr/local/bin"
cp "$binary" "$target/usr/local/bin/gatepost"
put /bin/busybox
for applet in $applets; do ln -s busybox "$target/bin/$applet"; done

libraries=$(libraries_of "$binary")
for library in $libraries; do put "$library"; done
put /etc/ssl/certs/ca-certificates.crt

mkdir -p "$target/etc" "$target/root" "$target/tmp"
chmod 1777 "$target/tmp"
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$target/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$target/etc/group"
printf 'hosts: files dns\n' >"$target/etc/nsswitch.conf"
cp /usr/lib/os-release "$target/etc/os-release"

# Whose files these are: the licence of each package, its entry for scanners that read status.d, and all of them as a list.
# shellcheck disable=SC2086  # one word a file
packages="$(packages_of $libraries /bin/busybox) ca-certificates"
mkdir -p "$target/var/lib/dpkg/status.d" "$target/usr/share/doc/gatepost"
for package in $packages; do
  put "/usr/share/doc/$package/copyright"
  dpkg-query -s "$package" >"$target/var/lib/dpkg/status.d/$package"
done
for package in $COMPILED_IN; do put "/usr/share/doc/$package/copyright"; done
cp LICENSE NOTICE "$target/usr/share/doc/gatepost/"
# shellcheck disable=SC2086  # one word a package
sh "$here/sbom.sh" "$binary" $packages $COMPILED_IN >"$target/usr/share/doc/gatepost/sbom.cdx.json"
mkdir -p "$target/usr/share/common-licenses"
cp -L /usr/share/common-licenses/* "$target/usr/share/common-licenses/"
