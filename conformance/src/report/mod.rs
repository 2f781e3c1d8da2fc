//! Writes results, one format a file.

mod attacks;
mod headline;
mod html;
mod json;
mod junit;
mod log;
mod markdown;
mod pcap;
mod summary;
mod text;

use std::path::Path;

use crate::results::Results;

pub use headline::headline;
pub use log::{lines, millis};
pub use pcap::capture;
pub use text::{Detail, Look};

/// The commit this program was built from.
pub const GIT: &str = env!("H2_CONFORMANCE_GIT");
/// This program's name.
pub const NAME: &str = env!("CARGO_PKG_NAME");
/// This program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A format of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Junit,
    Markdown,
    Html,
}

/// Writes `results` in `format`; `look` is for text.
#[must_use]
pub fn render(results: &Results, format: Format, look: Look) -> String {
    match format {
        Format::Text => text::render(results, look),
        Format::Json => json::render(results),
        Format::Junit => junit::render(results),
        Format::Markdown => markdown::render(results),
        Format::Html => html::render(results),
    }
}

/// Writes the reports that every comparison leaves behind into `folder`.
pub fn leave_behind(results: &Results, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("results.json"), json::render(results))?;
    std::fs::write(folder.join("report.md"), markdown::render(results))?;
    std::fs::write(folder.join("report.html"), html::render(results))
}

/// `text` with the characters that XML and HTML give a meaning written otherwise. What XML forbids
/// even so becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::{Claims, Patch};
    use crate::expectations::Expectations;
    use crate::judge::Outcome;
    use crate::results::{Runs, SubjectInfo};
    use crate::suite::Played;
    use crate::testing::{case, run, spoilt};

    const CLAIMS: Claims = Claims(&[Patch {
        slug: "mends",
        subject: "Mend <it>",
        class: "fix",
        proven_by: &["a/mended"],
        changes: &["b/moved"],
    }]);

    /// Results of every kind.
    pub(super) fn sample() -> Results {
        let ran = |outcome, stream| Played::Ran(run(outcome, stream));
        let rows = [
            ("a/fine", [ran(Outcome::Pass, 1), ran(Outcome::Pass, 1)]),
            ("a/mended", [ran(Outcome::Fail, 1), ran(Outcome::Pass, 2)]),
            ("a/known", [ran(Outcome::Weak, 1), ran(Outcome::Weak, 1)]),
            ("b/moved", [ran(Outcome::Pass, 1), ran(Outcome::Pass, 3)]),
            ("b/worse", [ran(Outcome::Pass, 1), ran(Outcome::Fail, 1)]),
            ("b/skipped", [ran(Outcome::Pass, 1), Played::Skipped("no \u{1} API & such".into())]),
            ("b/spoilt", [ran(Outcome::Pass, 1), Played::Ran(spoilt())]),
        ];
        let info = |name: &str, mended_by| SubjectInfo {
            name: name.into(),
            version: "h2 <1>".into(),
            expectations: Expectations::parse("a/known weak a <known> weakness"),
            mended_by,
        };
        let infos = [info("upstream", CLAIMS), info("patched", Claims::NONE)];
        let cases = rows.clone().map(|(id, _)| case(id));
        let played = rows.map(|(_, played)| played.to_vec());
        let runs = Runs { subjects: &infos, cases: &cases, played: &played, catalogue: &cases };
        Results::of_comparison(runs, Some(CLAIMS))
    }

    #[test]
    fn escaping_leaves_nothing_that_xml_reads_as_markup() {
        assert_eq!(escape("<a b=\"c\">&'\u{0}\u{1f}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn every_format_tells_every_problem_and_every_patch() {
        let results = sample();
        let problems: Vec<_> = results.problems.iter().map(crate::problem::Problem::kind).collect();
        assert_eq!(problems, ["unexpected", "broken-harness", "worse"]);
        for format in [Format::Text, Format::Json, Format::Junit, Format::Markdown, Format::Html] {
            let report = render(&results, format, Look::default());
            for word in ["b/worse", "b/spoilt", "no network", "mends"] {
                assert!(report.contains(word), "{format:?} lacks {word}:\n{report}");
            }
        }
    }

    #[test]
    fn the_reports_left_behind_are_three() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new/folder");
        leave_behind(&sample(), &place).unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["report.html", "report.md", "results.json"]);
    }
}
