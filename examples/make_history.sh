#!/bin/sh
# Gives the example repository three months of memory: gatepost looks at it once a week, and after each commit of main.
#
#     examples/make_history.sh REPOSITORY GATEPOST
#
# REPOSITORY was built by make_repository.sh. The ledger is its ref refs/gatepost/ledger; the branch `merged` is main four
# days after the pull request was merged in spite of the gate. The reports are those of scans/base and scans/head, each on
# commits where its scanner would say the same: eslint reads web/ alone, bandit services/, flawfinder and clang native/,
# and Trivy's vulnerabilities are those of manifests that no later commit touches. All dates are fixed, so the ledger has the same bytes
# everywhere.
set -eu

repository=${1:?usage: make_history.sh REPOSITORY GATEPOST}
gatepost=$(CDPATH='' cd -- "$(dirname -- "${2:?usage: make_history.sh REPOSITORY GATEPOST}")" && pwd)/$(basename -- "$2")
cd "$repository"
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_CEILING_DIRECTORIES 2>/dev/null || true
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME="$PWD"

commit_of() { git log -1 --format=%H --until "$1T23:59:59Z" "${2:-main}"; }

night() {  # night DAY COMMIT REPORT…: what the scanners had reported by the evening
  day=$1 commit=$2
  shift 2
  for report in "$@"; do
    shift
    set -- "$@" --report "scans/$report"
  done
  # The gate's word about a night is no failure of this script: 1 says that it is closed.
  "$gatepost" nightly --head "$commit" --now "${day}T22:00:00Z" "$@" || [ $? = 1 ]
}

code='base/eslint.sarif base/bandit.sarif base/trivy-vuln.sarif'
native='base/flawfinder.sarif base/clang-analyzer.sarif'

night 2026-03-09 "$(commit_of 2026-03-09)" base/eslint.sarif
# shellcheck disable=SC2086  # one word a report
{
  night 2026-03-16 "$(commit_of 2026-03-16)" $code
  night 2026-03-23 "$(commit_of 2026-03-23)" $code
  night 2026-04-01 "$(commit_of 2026-04-01)" $code $native
}
for day in 2026-04-07 2026-04-14 2026-04-21 2026-04-28 2026-05-05 2026-05-12; do
  night "$day" "$(commit_of "$day")" 'base/*'
done

# Three days later the pull request is merged.
git branch --quiet --force merged main
tree=$(git merge-tree --write-tree main export-orders)
merge=$(GIT_AUTHOR_NAME=pia GIT_AUTHOR_EMAIL=pia@acme.example GIT_AUTHOR_DATE=2026-05-15T09:00:00Z \
  GIT_COMMITTER_NAME=pia GIT_COMMITTER_EMAIL=pia@acme.example GIT_COMMITTER_DATE=2026-05-15T09:00:00Z \
  git commit-tree "$tree" -p main -p export-orders -m "merge the export of orders")
git update-ref refs/heads/merged "$merge"

night 2026-05-15 merged 'head/*'
night 2026-05-22 merged 'head/*'
# Checkov's job was left out of two pipelines.
rest='head/[abd-z]*.sarif head/clang-analyzer.sarif head/*.json'
# shellcheck disable=SC2086
{
  night 2026-05-29 merged $rest
  night 2026-06-05 merged $rest
}
night 2026-06-12 merged 'head/*'
