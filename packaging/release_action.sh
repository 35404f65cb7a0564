#!/bin/sh
# Writes a published image into the actions and makes it the default of the GitLab component:
#
#     packaging/release_action.sh IMAGE@sha256:DIGEST
#
# The image is pushed first, then this, then the commit is tagged: whoever uses a release by its commit gets that very image.
set -eu
cd "$(dirname -- "$0")/.."
image=${1:-}
case $image in
  *[!a-zA-Z0-9._/:@-]* | '') digest= ;;
  *@sha256:*) digest=${image##*@sha256:} ;;
  *) digest= ;;
esac
case $digest in
  *[!0-9a-f]*) digest= ;;
esac
if [ "${#digest}" != 64 ] || [ "$digest" = "$(printf '%064d' 0)" ]; then
  echo "release_action.sh: expected IMAGE@sha256:DIGEST with 64 digits, got '$image'" >&2
  exit 2
fi

for file in action.yml action/action.yml action/publish/action.yml; do
  # The comment before it is about the time without a release.
  sed -i -e '/^  # A release puts the published image here/,/^  # builds the image itself/d' \
    -e "s|^  image: .*|  image: docker://$image|" "$file"
done
sed -i -e '/^    image:$/,/^    job-name:$/{/^      default: /d}' templates/gate.yml
sed -i -e "/^      description: \"Image of gatepost, by its digest\"$/a\\      default: $image" templates/gate.yml
