#!/bin/sh
# Copies the application that the scanners of tests/data/reports were run on.
#
#     tests/data/scanned/prepare.sh /src
#
# Tokens that look real must not stand in a repository, so they are made here. They open nothing.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:?usage: prepare.sh DIRECTORY}

token_body() { printf 'gatepost scanned %s' "$1" | sha256sum | tr -d ' -' | cut -c "1-$2"; }
chat=$(printf 'xo%sb-%s-%s' x 210987654321 "$(token_body chat 24)")
pay=$(printf 'sk%slive_%s' _ "$(token_body pay 24)")

mkdir -p "$target"
cp -R "$here/." "$target"
rm -r "$target/prepare.sh" "$target/README.md" "$target/advisories"
for file in web/server.js scripts/deploy.sh; do
  sed -i "s/@SLACK_TOKEN@/$chat/; s/@STRIPE_KEY@/$pay/" "$target/$file"
done
