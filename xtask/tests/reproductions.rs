//! The reproduction programs of `evidence` are faithful: on the release they print the frames that the runner's transcript of
//! upstream shows, and on the fork those of the fork.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{repository, stderr, stdout, xtask_in};

/// Patches of different kinds, by the side that h2 plays and the calls that prove them.
const PATCHES: [&str; 6] = [
    "initial-window-too-large",
    "slot-leak-on-blocked-reset",
    "ignored-push-leaks-credit",
    "unbounded-send-buffer",
    "silly-window",
    "target-growth-not-announced",
];

#[test]
fn programs_do_what_the_cases_do() {
    let dir = tempfile::tempdir().unwrap();
    for slug in PATCHES {
        let out = dir.path().join(slug);
        let made = xtask_in(&repository(), &["evidence", slug, "--out", out.to_str().unwrap()]);
        assert!(made.status.success(), "{slug}: {}", stderr(&made));
        for (at, case) in cases(&out).into_iter().enumerate() {
            let transcripts = fs::read_to_string(case.join("transcripts.txt")).unwrap();
            let repro = case.join("repro");
            assert_eq!(
                frames(&run(&repro)),
                frames(part(&transcripts, "upstream (")),
                "{} on the release",
                case.display()
            );
            if at == 0 {
                point_at_the_fork(&repro);
                assert_eq!(
                    frames(&run(&repro)),
                    frames(part(&transcripts, "patched (")),
                    "{} on the fork",
                    case.display()
                );
            }
        }
    }
}

fn cases(evidence: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(evidence.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "{} holds no case", evidence.display());
    cases
}

/// What the program prints. All of them are built in one place, one after the other: cargo takes packages of one name in
/// different directories for the same, and would run the first one's program.
fn run(repro: &Path) -> String {
    let place = repro.ancestors().nth(4).expect("below the evidence of a patch").join("program");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(place.join("src")).unwrap();
    for name in ["Cargo.toml", "src"] {
        let from = repro.join(name);
        if from.is_file() {
            fs::copy(from, place.join(name)).unwrap();
            continue;
        }
        for file in fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            fs::write(place.join(name).join(file.file_name()), fs::read(file.path()).unwrap()).unwrap();
        }
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reproductions");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(&place)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", repro.display(), stderr(&output));
    stdout(&output)
}

fn point_at_the_fork(repro: &Path) {
    let manifest = repro.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let fork = format!("h2 = {{ path = {:?} }}", repository().join("h2-patched"));
    let text = text.lines().map(|line| if line.starts_with("h2 = ") { fork.as_str() } else { line });
    fs::write(&manifest, text.collect::<Vec<_>>().join("\n") + "\n").unwrap();
}

/// One subject's part of what `explain` prints.
fn part<'a>(transcripts: &'a str, subject: &str) -> &'a str {
    let start = transcripts.find(&format!("\n{subject}")).expect("both subjects are explained") + 1;
    let rest = &transcripts[start..];
    rest.find("\n\n").map_or(rest, |end| &rest[..end])
}

/// The lines about what h2 sent, without times.
fn frames(text: &str) -> Vec<&str> {
    let frames: Vec<&str> = text.lines().filter_map(|line| Some(&line[line.find("subject <- ")?..])).collect();
    assert!(!frames.is_empty(), "no frames in\n{text}");
    frames
}
