#!/bin/sh
# Runs the scanners on both states of the example and writes examples/shop/scans/{base,head}.
#
#     sudo examples/make_reports.sh
#
# Needs root (for a private mount: the reports shall name the folder that a hosted runner has), git, go, and in PATH:
# flawfinder, bandit with bandit-sarif-formatter, semgrep, gitleaks, checkov, trivy, clang, retire, and eslint with
# eslint-plugin-security and @microsoft/eslint-formatter-sarif installed below $NODE_MODULES. No scanner uses the network.
# examples/README.md says which versions made the reports that are here.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
clang=${CLANG:-clang-19}
home=/home/runner/work/shop/shop

if [ "${1:-}" != inside ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  "$here/make_repository.sh" "$work/repository" >/dev/null
  (cd "$here/advisories" && go run . "$work/trivy")
  mkdir -p "$home"
  exec_inside() { unshare --mount --net sh "$here/make_reports.sh" inside "$work" "$1" "$2"; }
  exec_inside base "$(git -C "$work/repository" merge-base main export-orders)"
  exec_inside head export-orders
  tokens=$(sed -n "s/^const token = '\(.*\)';/\1/p" "$work/repository/web/notify.js")
  tokens="$tokens $(sed -n 's/^PROVIDER_KEY = "\(.*\)"/\1/p' "$work/repository/services/payments/settings.py")"
  for token in $tokens; do
    if grep -rlF "$token" "$here/shop/scans"; then echo "make_reports.sh: these reports hold a token" >&2; exit 1; fi
  done
  exit 0
fi

work=$2
state=$3
out=$here/shop/scans/$state
rm -rf "$out"
mkdir -p "$out"
mount --bind "$work/repository" "$home"
cd "$home"
git -c safe.directory='*' -c advice.detachedHead=false checkout --quiet --force "$4"
rm -rf scans

# Scanners exit with something else than 0 merely because they found something.
run() { "$@" >>"$work/log" 2>&1 || true; }

flawfinder --quiet --sarif native >"$out/flawfinder.sarif"
run bandit --quiet --recursive services --format sarif --output "$out/bandit.sarif"
# Semgrep makes the folder of its rules a part of their names.
mkdir .semgrep
cp "$here/semgrep-rules/shop.yaml" .semgrep
run semgrep scan --metrics off --disable-version-check --config .semgrep/shop.yaml --sarif --output "$out/semgrep.sarif" .
run semgrep scan --metrics off --disable-version-check --config .semgrep/shop.yaml --gitlab-sast --output "$out/gl-sast-report.json" .
rm -r .semgrep
run gitleaks detect --no-git --redact --no-banner --source . --report-format sarif --report-path "$out/gitleaks.sarif"
run checkov --quiet --compact --directory . --framework terraform kubernetes dockerfile --skip-download \
  --output sarif --output-file-path "$work/checkov"
cp "$work/checkov/results_sarif.sarif" "$out/checkov.sarif"
run trivy --quiet --cache-dir "$work/trivy" config --format sarif --output "$out/trivy-config.sarif" .
run trivy --quiet --cache-dir "$work/trivy" fs --scanners vuln --skip-db-update --offline-scan \
  --format sarif --output "$out/trivy-vuln.sarif" .
run trivy --quiet --cache-dir "$work/trivy" fs --scanners vuln --skip-db-update --offline-scan \
  --format cyclonedx --output "$out/trivy.cdx.json" .
run "$clang" --analyze -Xclang -analyzer-checker=core,unix,security,alpha.security \
  --analyzer-output sarif -o "$out/clang-analyzer.sarif" native/receipt.c

cat >"$work/eslint.config.mjs" <<CONFIG
import security from '$NODE_MODULES/eslint-plugin-security/index.js';
export default [security.configs.recommended];
CONFIG
SARIF_ESLINT_EMBED='' run "$NODE_MODULES/.bin/eslint" --config "$work/eslint.config.mjs" \
  --format "$NODE_MODULES/@microsoft/eslint-formatter-sarif/sarif.js" --output-file "$out/eslint.sarif" web
