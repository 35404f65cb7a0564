#!/bin/sh
# Prints what CHANGELOG.md says about VERSION: release_notes.sh VERSION. Refuses a version that is not the project's, or whose
# section has no date yet.
set -eu
cd "$(dirname -- "$0")/.."
version=${1:-}
project=$(sed -n 's/^project(gatepost VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
if [ "$version" != "$project" ]; then
  echo "release_notes.sh: the tag is of version '$version', CMakeLists.txt of $project" >&2
  exit 2
fi
if ! grep -q "^ARG VERSION=$project\$" Dockerfile; then
  echo "release_notes.sh: the Dockerfile is of another version than $project" >&2
  exit 2
fi
if ! grep -Eq "^## \[$(printf '%s' "$version" | sed 's/\./\\./g')\] - [0-9]{4}-[0-9]{2}-[0-9]{2}\$" CHANGELOG.md; then
  echo "release_notes.sh: CHANGELOG.md has no section '## [$version] - DATE'" >&2
  exit 2
fi
awk -v begin="## [$version] - " 'index($0, begin) == 1 { inside = 1; next } /^## / { inside = 0 } inside' CHANGELOG.md
