#!/bin/sh
# Proves that a bare Debian 12 suffices: bootstraps one, puts a clean copy of HEAD into it, and runs ./dev there.
#
#     sudo tools/bare_root_test.sh [run|test] [SUITE…]      (default: run)
#
# Needs root, git and mmdebstrap (or debootstrap). The root has no sudo, Python, git or certificates to begin with. Inside a
# mount and process namespace of its own: /proc, a /dev of the few devices that programs expect, and a read-only copy of
# the name server's address. MIRROR and SUITE choose the Debian; KEEP=1 leaves the root for a look.
set -eu
cd "$(dirname -- "$0")/.."

if [ "${1:-}" != inside ]; then
  [ "$(id -u)" = 0 ] || { echo "bare_root_test.sh: needs root" >&2; exit 2; }
  exec unshare --mount --pid --fork --kill-child sh "$0" inside "$@"
fi
shift
what=${1:-run}
[ $# = 0 ] || shift
suite=${SUITE:-bookworm}
mkdir -p build
root=$(mktemp -d "$PWD/build/bare-root.XXXXXX")
# shellcheck disable=SC2317  # called by the trap
leave() {
  umount -R -l "$root/sys" 2>/dev/null || true
  umount -l "$root/dev" "$root/proc" "$root" 2>/dev/null || true
  if [ -z "${KEEP:-}" ]; then rm -rf --one-file-system "$root"; else echo "left: $root"; fi
}
trap leave EXIT
mount --make-rprivate /

began=$(date +%s)
took() { now=$(date +%s); echo "$1: $((now - began)) s"; began=$now; }

if command -v mmdebstrap >/dev/null 2>&1; then
  # shellcheck disable=SC2086  # the mirror is absent or one word
  mmdebstrap --quiet --variant=minbase "$suite" "$root" ${MIRROR:-}
else
  # shellcheck disable=SC2086
  debootstrap --variant=minbase "$suite" "$root" ${MIRROR:-} >/dev/null
fi
for program in sudo python3 git; do
  [ ! -e "$root/usr/bin/$program" ] || { echo "bare_root_test.sh: the root is not bare, it has $program" >&2; exit 1; }
done
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
cp -L /etc/hosts "$root/etc/hosts" 2>/dev/null || true
# A network that looks into TLS has an authority of its own; who is behind it has to trust that one.
mkdir -p "$root/usr/local/share/ca-certificates"
cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
# Container tools ask what is mounted at /, so something has to be, and podman looks at the control groups.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
took "bare Debian ($suite)"

mkdir "$root/gatepost"
git archive HEAD | tar -x -C "$root/gatepost"
if [ -n "${SHARED:-}" ]; then mkdir "$root/shared" && cp -R "$SHARED/." "$root/shared/"; fi

inside() {
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    chroot "$root" /gatepost/dev "$@"
}
status=0
inside "$what" "$@" || status=$?
took "./dev $what, from nothing"
if [ "$status" = 0 ] && [ "$what" = run ]; then
  inside run >"$root/again.txt" || status=$?
  # The example's gate is closed: whoever says something else in the last lines lies.
  grep -q '^That was .* The exit code was 1: the gate is closed\.$' "$root/again.txt" || status=1
  took "./dev run, again"
fi
exit "$status"
