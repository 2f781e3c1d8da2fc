//! What a fuzz target has found once, each input under the name of its fault.

use std::fs;
use std::path::{Path, PathBuf};

use h2_conformance::fuzz::{differential, frames, hpack, hunt, reports, wire};
use h2_conformance::legal::{self, Plan};
use h2_conformance::subject::IN_MEMORY;

/// Plays an input as the target of that name does. The parsers of patches have tests of their own.
fn play(target: &str, input: &[u8]) {
    match target {
        "differential" => differential::check(&Plan::from_octets(input), [&IN_MEMORY[0], &IN_MEMORY[1]]),
        "frames" => frames(input),
        "hpack" => hpack(input),
        "legal" => legal::hunt::check(&Plan::from_octets(input)),
        "reports" => reports(&String::from_utf8_lossy(input)),
        "script" => hunt::check(&Plan::from_octets(input)),
        "wire" => wire(input),
        other => panic!("no target {other} in fuzz/regressions"),
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

#[test]
fn nothing_is_found_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions");
    let mut played = 0;
    for target in entries(&folder) {
        let name = target.file_name().and_then(|name| name.to_str()).expect("a name");
        for input in entries(&target) {
            play(name, &fs::read(&input).expect("a file"));
            played += 1;
        }
    }
    assert!(played > 0);
}
