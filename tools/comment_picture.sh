#!/bin/sh
# Draws docs/images/comment.png: the Markdown that gatepost writes about the example, as a forge would show it.
#
#     tools/comment_picture.sh [MARKDOWN [PNG]]      (default: build/example/out/report.md, which ./dev run writes)
#
# Needs cmark-gfm and chromium.
set -eu
cd "$(dirname -- "$0")/.."
markdown=${1:-build/example/out/report.md}
picture=${2:-docs/images/comment.png}
for program in cmark-gfm chromium; do
  command -v $program >/dev/null 2>&1 || { echo "comment_picture.sh: install the package $program" >&2; exit 2; }
done
[ -s "$markdown" ] || { echo "comment_picture.sh: $markdown is not there; run ./dev run" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
  printf '<!DOCTYPE html><meta charset="utf-8"><style>'
  cat tools/comment_picture.css
  printf '</style><div class="comment"><div class="who"><b>gatepost</b> <i>bot</i> commented</div><div class="body">\n'
  cmark-gfm --unsafe --extension table --extension strikethrough --extension autolink --extension tagfilter \
    --extension tasklist "$markdown"
  printf '</div></div>\n'
} >"$folder/comment.html"

# As tall as the page is: the first start measures, the second draws.
shot() {
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$folder/profile" --window-size="900,$1" "$2" \
    "file://$folder/comment.html" 2>/dev/null
}
printf '<script>document.title=document.documentElement.scrollHeight</script>' >>"$folder/comment.html"
height=$(shot 800 --dump-dom | sed -n 's/.*<title>\([0-9]*\)<.*/\1/p' | head -n 1)
shot "${height:-1400}" --screenshot="$folder/comment.png" >/dev/null
[ -s "$folder/comment.png" ] || { echo "comment_picture.sh: chromium drew nothing" >&2; exit 1; }
cp "$folder/comment.png" "$picture"
echo "$picture, 900 x ${height:-1400}"
