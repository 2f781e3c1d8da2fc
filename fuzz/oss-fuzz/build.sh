#!/bin/bash -eu
# Puts every target but `differential` into $OUT, with its seeds and its dictionary: a difference
# that nobody has declared yet is work for the maintainers and no fault of either side.

cd "$SRC/h2-patched"
# The flags of the sanitizer are for the targets alone.
RUSTFLAGS= cargo run -p h2-conformance --example seeds -- seeds/frames
for target in legal script pair windows; do
    RUSTFLAGS= cargo run -p h2-conformance --example legal_seeds -- "seeds/$target"
done

cd fuzz
cargo fuzz build -O
for source in fuzz_targets/*.rs; do
    target=$(basename "$source" .rs)
    [ "$target" != differential ] || continue
    cp "target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
    if [ -d "../seeds/$target" ]; then
        zip -jqr "$OUT/${target}_seed_corpus.zip" "../seeds/$target"
    fi
    if [ -f "$target.dict" ]; then
        cp "$target.dict" "$OUT/"
    fi
done
