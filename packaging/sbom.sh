#!/bin/sh
# Prints the bill of materials of what is shipped, CycloneDX 1.6: sbom.sh BINARY PACKAGE…
# The components are Debian packages of which files lie beside the binary or are compiled into it. It holds no time and no
# chance: the same packages give the same bytes.
set -eu
export LC_ALL=C
binary=$1
shift
version=$("$binary" --version | awk '{ print $2 }')
# shellcheck source=/dev/null
. /etc/os-release

components=$(dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' "$@" |
  sort -u | awk -F '\t' -v distribution="$ID-$VERSION_ID" '
    # A package URL writes these characters of a version with a percent sign.
    function coded(text) { gsub(/%/, "%25", text); gsub(/\+/, "%2B", text); gsub(/:/, "%3A", text); return text }
    {
      purl = "pkg:deb/debian/" coded($1) "@" coded($2) "?arch=" $3 "&distro=" distribution
      if ($4 != $1 || $5 != $2) purl = purl "&upstream=" coded($4) "%40" coded($5)
      printf "%s    {\n      \"type\": \"library\",\n      \"bom-ref\": \"%s\",\n", (NR > 1 ? ",\n" : ""), $1
      printf "      \"name\": \"%s\",\n      \"version\": \"%s\",\n      \"purl\": \"%s\",\n", $1, $2, purl
      printf "      \"properties\": [\n"
      printf "        {\"name\": \"debian:source\", \"value\": \"%s\"},\n", $4
      printf "        {\"name\": \"debian:source-version\", \"value\": \"%s\"},\n", $5
      printf "        {\"name\": \"debian:copyright\", \"value\": \"/usr/share/doc/%s/copyright\"}\n      ]\n    }", $1
    }')
references=$(printf '%s\n' "$@" | sort -u | awk '{ printf "%s\"%s\"", (NR > 1 ? ", " : ""), $1 }')

# The number of the document is made of its content.
digest=$(printf '%s %s' "$version" "$components" | sha256sum)
serial=$(echo "$digest" | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-8\3-8\4-\5/')

cat <<EOT
{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "serialNumber": "urn:uuid:$serial",
  "version": 1,
  "metadata": {
    "component": {
      "type": "application",
      "bom-ref": "gatepost",
      "name": "gatepost",
      "version": "$version",
      "licenses": [{"license": {"id": "Apache-2.0"}}],
      "hashes": [{"alg": "SHA-256", "content": "$(sha256sum "$binary" | cut -d ' ' -f 1)"}],
      "purl": "pkg:generic/gatepost@$version"
    }
  },
  "components": [
$components
  ],
  "dependencies": [
    {"ref": "gatepost", "dependsOn": [$references]}
  ]
}
EOT
