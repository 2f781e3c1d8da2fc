//! Text as a series, a header, a patch and a source: refused or applied, and never a panic.

#![no_main]

use h2_materialize::series::{self, Tier};
use h2_materialize::{split, Header, Manifest, Patch, Tree};
// Its allocator.
use h2_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: (&str, &str, &str)| {
    let (series, patch, source) = parts;
    let _ = (Manifest::parse(series), Header::parse(patch), split::split(source));
    let _ = series::parse_patch("a", Tier::Fixes, patch.to_owned());
    let mut tree = Tree { files: [("src/a.rs".to_owned(), source.as_bytes().to_vec())].into() };
    if let Ok(patch) = Patch::parse(patch.as_bytes(), 1) {
        let _ = patch.apply(&mut tree);
    }
});
