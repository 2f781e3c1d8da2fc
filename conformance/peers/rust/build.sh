#!/bin/sh
# Builds the clients in DIR: on the release of h2, or with `fork` on the fork. The lock file is that
# beside this script, but for the fork.
set -e
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
cp -R "$here/Cargo.toml" "$here/Cargo.lock" "$here/src" "$dir"
cd "$dir"
if [ "$2" = fork ]; then
    patch="patch.crates-io.h2.path='$here/../../../h2-patched'"
    cargo update --quiet --config "$patch" --package h2
    cargo build --quiet --config "$patch"
    grep -q '^version = "0.4.20[0-9][0-9]"' Cargo.lock
else
    cargo build --quiet --locked
fi
