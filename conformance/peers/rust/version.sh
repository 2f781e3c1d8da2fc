#!/bin/sh
# Prints the version of PACKAGE in the lock file, and that of h2 or of the fork.
lock=$(dirname "$0")/Cargo.lock
version() { sed -n "/^name = \"$1\"/{n;s/version = \"\(.*\)\"/\1/p;}" "$lock"; }
if [ "$2" = fork ]; then
    fork=$(sed -n 's/^version = "\(.*\)"/\1/p' "$(dirname "$0")/../../../h2-patched/Cargo.toml" | head -n 1)
fi
echo "$1 $(version "$1"), h2 ${fork:-$(version h2)}"
