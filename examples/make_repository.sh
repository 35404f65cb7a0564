#!/bin/sh
# Builds the example repository: the branch `main`, and `export-orders`, a pull request against it.
#
#     examples/make_repository.sh DIRECTORY
#
# Dates and authors are fixed, so the commits have the same ids everywhere. The reports of the scanners are copied into
# DIRECTORY/scans, where git ignores them, as artifacts of earlier jobs would lie there in a pipeline.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:?usage: make_repository.sh DIRECTORY}

if [ -e "$target" ] && [ -n "$(ls -A "$target")" ]; then
  echo "make_repository.sh: $target is not empty" >&2
  exit 2
fi
mkdir -p "$target"
cd "$target"

# Nothing of the user's own git may change the commits.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME="$PWD"
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_CEILING_DIRECTORIES 2>/dev/null || true

commit() {  # commit AUTHOR DATE SUBJECT
  export GIT_AUTHOR_NAME="$1" GIT_AUTHOR_EMAIL="$1@acme.example" GIT_AUTHOR_DATE="$2"
  export GIT_COMMITTER_NAME="$1" GIT_COMMITTER_EMAIL="$1@acme.example" GIT_COMMITTER_DATE="$2"
  git commit --quiet --no-verify -m "$3"
}

# Tokens that look real must not stand in a repository, so they are made here. They open nothing.
token_body() { printf 'gatepost example %s' "$1" | sha256sum | tr -d ' -' | cut -c "1-$2"; }
put_tokens() {
  chat=$(printf 'xo%sb-%s-%s' x 210987654321 "$(token_body chat 24)")
  pay=$(printf 'sk%slive_%s' _ "$(token_body pay 24)")
  for file in web/notify.js services/payments/settings.py; do
    [ ! -f "$file" ] || sed -i "s/@SLACK_TOKEN@/$chat/; s/@STRIPE_KEY@/$pay/" "$file"
  done
}

apply() {  # apply PATCH AUTHOR DATE SUBJECT
  git apply --index "$here/shop/pull-request/$1"
  put_tokens
  git add --all
  commit "$2" "$3" "$4"
}

git init --quiet
git symbolic-ref HEAD refs/heads/main
git config core.autocrlf false
git config commit.gpgsign false
cp -R "$here/shop/base/." .
put_tokens

git add .github .gatepost .gatepost.yml .gitignore README.md
commit ann "2026-03-02T09:00:00Z" "start the shop"
git add package.json package-lock.json web Dockerfile
commit wim "2026-03-09T10:30:00Z" "web: orders, search, manuals"
git add services
commit pia "2026-03-16T14:00:00Z" "payments: customers, rates, the book"
git add native
commit rob "2026-04-01T08:15:00Z" "receipts: print them"
git add --all
commit sam "2026-04-07T16:45:00Z" "infra, deploy: the first machine"

git checkout --quiet -b export-orders
apply 1-payments-export.patch pia "2026-05-11T09:20:00Z" "payments: export the orders of a month"
apply 2-web-export.patch wim "2026-05-11T15:05:00Z" "web: a link to the export"
apply 3-bucket-and-receipt.patch pia "2026-05-12T11:40:00Z" "infra, receipts: a bucket for the exports, a note on the receipt"

# Meanwhile main moved on, so the merge base is not its tip.
git checkout --quiet main
printf '\nQuestions: platform@acme.example\n' >>README.md
git add README.md
commit ann "2026-05-12T08:00:00Z" "readme: whom to ask"

git checkout --quiet export-orders
if [ -d "$here/shop/scans" ]; then cp -R "$here/shop/scans" scans; fi
