#!/bin/sh
# Starts bin/gatepost with the libraries that lie beside it; may be linked to from anywhere.
here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd) || exit 70
# Systems keep their certificates in different places. Those of the system win, for they may hold an authority of its own.
if [ -z "${SSL_CERT_FILE:-}" ]; then
  SSL_CERT_FILE=$here/share/ca-certificates.crt
  for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
    if [ -r "$file" ]; then SSL_CERT_FILE=$file; break; fi
  done
  export SSL_CERT_FILE
fi
exec "$here/lib/@LOADER@" --library-path "$here/lib" --argv0 gatepost "$here/bin/gatepost" "$@"
