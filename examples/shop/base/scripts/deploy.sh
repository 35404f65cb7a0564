#!/bin/sh
set -e
cd "$1"
for archive in *.tar; do
  tar xf "$archive"
done
kubectl apply -f deploy/shop.yaml
