#!/bin/sh
cd $1
rm -rf $TARGET/*
for f in `ls *.tar`; do
  tar xf $f
done
if [ $USER == root ]; then echo "root"; fi
curl -k http://example.com/install.sh | sh
export SHOP_KEY=@STRIPE_KEY@
