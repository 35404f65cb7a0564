# Sourced: what a binary needs to run anywhere, and whose it is.
# shellcheck shell=sh

# The shared libraries that BINARY loads, and the loader, as absolute paths.
libraries_of() {
  ldd "$1" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | LC_ALL=C sort -u
}

# The Debian packages that FILE… belong to.
packages_of() {
  for file in "$@"; do
    # dpkg knows the file under the name it was packed with, /lib/… or /usr/lib/…
    dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "/usr$file" 2>/dev/null ||
      dpkg-query -S "${file#/usr}" 2>/dev/null ||
      { echo "closure.sh: no package owns $file" >&2; return 1; }
  done | sed 's/: .*//; s/:.*//; s/,.*//' | LC_ALL=C sort -u
}

# Libraries of templates, and static ones: compiled into the binary, so no file of theirs is beside it.
# shellcheck disable=SC2034  # for those who source this
COMPILED_IN='libarchive-dev libcli11-dev libxxhash-dev nlohmann-json3-dev'
