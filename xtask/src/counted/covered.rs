//! Which code of the fork ran, as `llvm-cov export` says.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use crate::failure::Failure;

/// Files are named that have more regions than this that did not run.
const WORTH_A_LINE: usize = 25;

/// Why they did not.
const REASONS: &str = "\
What is not reached is, above all:

* what connections of a process share (`process_budget`, `insight/register`, `tuning/mod`): its callers set it for the process,
  and a target must not; `h2-patched/models` and `h2-patched/tests/tuning.rs` play it;
* `Display` and `Debug` of errors and handles that targets do not print, and getters;
* convenience that the targets have no use for: labels, `handshake` without a builder, conversions of errors;
* what the compiler works out (`guards/kind`, the tables of `hpack/huffman`), and names of fields that no message here has
  (`hpack/table`);
* branches for poisoned locks, and panics that say that the caller is wrong;
* timers of the application (`liveness/timer`): a target's time is held.
";

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
struct Part {
    count: usize,
    covered: usize,
}

#[derive(Deserialize)]
struct Export {
    data: Vec<Data>,
}

#[derive(Deserialize)]
struct Data {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    regions: Part,
}

/// The regions of each file of the fork, by its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Covered(BTreeMap<String, Part>);

impl Covered {
    pub(super) fn of_the_fork(export: &str) -> Result<Self, Failure> {
        let fault = |what: &str| Failure::new(format!("expected what llvm-cov exports, {what}"));
        let export: Export = serde_json::from_str(export).map_err(|error| fault(&format!("found {error}")))?;
        let files = export.data.into_iter().flat_map(|data| data.files);
        let files = files.filter_map(|file| Some((place(&file.filename)?, file.summary.regions)));
        let files: BTreeMap<String, Part> = files.collect();
        match files.is_empty() {
            true => Err(fault("found no file of the fork")),
            false => Ok(Covered(files)),
        }
    }

    fn all(&self) -> Part {
        let add = |sum: Part, part: &Part| Part { count: sum.count + part.count, covered: sum.covered + part.covered };
        self.0.values().fold(Part::default(), add)
    }

    pub(super) fn sentence(&self) -> String {
        let Part { count, covered } = self.all();
        format!("{covered} of {count} regions of the fork's code: {}", percent(self.all()))
    }

    /// The page `fuzz/COVERAGE.md`.
    pub(super) fn page(&self, targets: &[&str], seconds: &str) -> String {
        let mut page = format!(
            "# What the fuzz targets reach\n\n`cargo xtask coverage` makes this page. The targets {} play {seconds} \
             seconds each, on seeds and without a fuzzer. They reach {}.\n\n{REASONS}\n\
             Files with more than {WORTH_A_LINE} regions that are not reached:\n\n\
             | file | regions | reached | |\n| --- | ---: | ---: | ---: |\n",
            targets.join(", "),
            self.sentence(),
        );
        let mut files: Vec<_> = self.0.iter().filter(|(_, part)| part.count - part.covered > WORTH_A_LINE).collect();
        files.sort_by_key(|(_, part)| std::cmp::Reverse(part.count - part.covered));
        for (place, part) in files {
            // A `String` takes all that is written to it.
            let _ = writeln!(page, "| {place} | {} | {} | {} |", part.count, part.covered, percent(*part));
        }
        page
    }
}

fn percent(Part { count, covered }: Part) -> String {
    format!("{:.1} %", 100.0 * covered as f64 / count.max(1) as f64)
}

/// Where a file of the fork is: the release's below `src`, patched and generated, or a module of
/// ours.
fn place(path: &str) -> Option<String> {
    if let Some((_, module)) = path.split_once("/h2-patched/modules/") {
        return Some(format!("modules/{module}"));
    }
    // The fork's build script puts them there; the release itself is in cargo's own folder.
    let (before, file) = path.rsplit_once("/out/h2/")?;
    before.contains("/build/h2-").then(|| file.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(files: &[(&str, usize, usize)]) -> String {
        let file = |(name, count, covered): &(&str, usize, usize)| {
            format!(r#"{{"filename":"{name}","summary":{{"regions":{{"count":{count},"covered":{covered}}}}}}}"#)
        };
        let files: Vec<String> = files.iter().map(file).collect();
        format!(r#"{{"data":[{{"files":[{}]}}]}}"#, files.join(","))
    }

    #[test]
    fn files_of_the_fork_count_and_no_others() {
        let export = export(&[
            ("/a/target/release/build/h2-1/out/h2/src/server.rs", 200, 100),
            ("/a/h2-patched/modules/windows/mod.rs", 100, 100),
            ("/a/registry/src/h2-0.4.20/src/server.rs", 1_000, 0),
            ("/a/conformance/src/lib.rs", 1_000, 0),
        ]);
        let covered = Covered::of_the_fork(&export).unwrap();
        assert_eq!(covered.sentence(), "200 of 300 regions of the fork's code: 66.7 %");
        let page = covered.page(&["a"], "1");
        assert!(page.contains("| src/server.rs | 200 | 100 | 50.0 % |"), "{page}");
        assert!(!page.contains("windows/mod.rs"), "{page}");
    }

    #[test]
    fn an_export_without_the_fork_is_refused_in_one_line() {
        for export in [export(&[("/a/lib.rs", 1, 1)]), "no json".to_owned()] {
            let failure = Covered::of_the_fork(&export).unwrap_err();
            assert!(failure.sentence.starts_with("expected what llvm-cov exports, found"), "{}", failure.sentence);
            assert_eq!(failure.sentence.lines().count(), 1);
        }
    }
}
