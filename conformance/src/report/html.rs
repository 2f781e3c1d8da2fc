//! The results as one page without other files: a matrix of cases and subjects, and behind each row
//! what went over the wire.

mod differences;
mod figures;
mod ladder;
mod totals;
mod windows;

use std::fmt::{self, Write as _};

use super::attacks;
use super::headline::headline;
use super::text::{cell_in_words, tally_in_words};
use super::{escape, GIT, NAME, VERSION};
use crate::compare::Class;
use crate::endpoint::abuse::TOPIC;
use crate::results::{Cell, Results, Row, Status};
use crate::suite::Played;

use differences::patch_link;

const STYLE: &str = include_str!("html/page.css");
/// Hides the cases that the search does not find.
const SCRIPT: &str = include_str!("html/search.js");

/// Where the RFCs are read.
const RFC_EDITOR: &str = "https://www.rfc-editor.org/rfc/";

/// A table that is wider than the window scrolls on its own.
const TABLE: &str = "<div class=\"wide\"><table>";
const END_OF_TABLE: &str = "</table></div>";

const LEGEND: [(&str, &str); 6] = [
    ("pass", "the sentence of the case holds"),
    (
        "weak",
        "less than the sentence names: a whole connection ended instead of a stream, a generic code, or a bare close",
    ),
    ("fail", "the sentence of the case does not hold"),
    ("inconclusive", "the connection failed before the step under test, or the runner could not do its part"),
    ("not available", "the case asks for what the subject does not have: an API, or a setting"),
    ("skipped", "the case is for another kind of subject, or needs what this one does not have or show"),
];

/// The classes of a difference, from the first subject to the second.
const CLASSES: [(Class, &str); 4] = [
    (Class::Better, "the second subject's outcome is better"),
    (Class::Added, "the case asks for what the first subject does not have"),
    (Class::Worse, "its outcome is worse, which no patch excuses"),
    (Class::Frames, "the outcome is the same, but what was sent, called or answered is not"),
];

const ENDINGS: [(&str, &str); 6] = [
    ("clean", "the connection still works, or ended as it should"),
    ("escalated", "ended as a whole where one stream would have done"),
    ("no-goaway", "closed without GOAWAY"),
    ("wrong-code", "GOAWAY with a code that the case does not expect"),
    ("abrupt", "a panic, or half a frame"),
    ("hang", "neither closed nor answering"),
];

pub(super) fn render(results: &Results) -> String {
    let mut out = String::new();
    write_all(&mut out, results).expect("a string takes any text");
    out
}

fn write_all(out: &mut String, results: &Results) -> fmt::Result {
    let class = if results.problems.is_empty() { "holds" } else { "fails" };
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>HTTP/2 conformance</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body style=\"--subjects: {}\">\n\
         <h1>HTTP/2 conformance</h1>\n<p class=\"headline {class}\">{}</p>\n",
        results.subjects.len(),
        escape(&headline(results)),
    )?;
    subjects(out, results)?;
    problems(out, results)?;
    totals::write(out, results)?;
    differences::write(out, results)?;
    results.figures.iter().try_for_each(|figures| self::figures::section(out, figures))?;
    matrix(out, results)?;
    legend(out, results)?;
    let git = escape(GIT);
    write!(out, "<p class=\"faint\">{NAME} {VERSION} ({git})</p>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n")
}

fn subjects(out: &mut String, results: &Results) -> fmt::Result {
    writeln!(out, "{TABLE}\n<tr><th>subject</th><th>version</th><th>results</th></tr>")?;
    for (at, info) in results.subjects.iter().enumerate() {
        table_row(out, &[&info.name, &info.version, &tally_in_words(results.tally(at))])?;
    }
    writeln!(out, "{END_OF_TABLE}\n<p class=\"faint\"><a href=\"#legend\">What the words mean</a></p>")
}

fn problems(out: &mut String, results: &Results) -> fmt::Result {
    if results.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>What is wrong</h2>\n{TABLE}\n<tr><th>kind</th><th>what</th></tr>")?;
    for problem in &results.problems {
        let what = escape(&problem.to_string());
        let is_below = |case: &&str| results.rows.iter().any(|row| row.case.id == *case);
        let what = match problem.case().filter(is_below).map(escape) {
            Some(case) => what.replacen(&case, &case_link(&case), 1),
            None => what,
        };
        writeln!(out, "<tr>{}<td>{what}</td></tr>", cell(problem.kind()))?;
    }
    writeln!(out, "{END_OF_TABLE}")
}

/// A link to the frames of a case, whose id is escaped.
fn case_link(case: &str) -> String {
    format!("<a href=\"#{case}\">{case}</a>")
}

fn table_row(out: &mut String, cells: &[&str]) -> fmt::Result {
    writeln!(out, "<tr>{}</tr>", cells.iter().map(|text| cell(text)).collect::<String>())
}

fn cell(text: &str) -> String {
    format!("<td>{}</td>", escape(text))
}

fn matrix(out: &mut String, results: &Results) -> fmt::Result {
    write!(
        out,
        "<h2>Cases</h2>\n<input type=\"checkbox\" id=\"only\">\n\
         <label for=\"only\">only what differs or falls short</label>\n\
         <input type=\"search\" id=\"search\" placeholder=\"words of a case, an outcome or a patch\" \
         aria-label=\"search the cases\"> <span id=\"found\" class=\"faint\"></span>\n<div class=\"matrix\">\n\
         <div class=\"line head\"><span>case</span>"
    )?;
    for info in &results.subjects {
        write!(out, "<span>{}</span>", escape(&info.name))?;
    }
    writeln!(out, "<span>patch</span></div>")?;
    for row in &results.rows {
        case(out, results, row)?;
    }
    writeln!(out, "</div>")
}

fn case(out: &mut String, results: &Results, row: &Row) -> fmt::Result {
    let parting = parting(row);
    let id = escape(row.case.id);
    let plain = parting.is_none() && row.cells.iter().all(|cell| matches!(cell.status, Status::Fine | Status::Skipped));
    write!(
        out,
        "<details class=\"case{}\">\n<summary class=\"line\"><span><span class=\"id\">{id}</span> <span class=\"faint\">{}</span>\
         <br>{}{}</span>",
        if plain { " plain" } else { "" },
        row.case.level().name(),
        escape(row.case.title),
        why(row),
    )?;
    row.cells.iter().try_for_each(|cell| result(out, cell))?;
    let patches = row.patches.iter().map(|patch| patch_link(patch.slug)).collect::<Vec<_>>().join(", ");
    write!(
        out,
        "<span class=\"id\">{patches}</span></summary>\n<div class=\"inside\" id=\"{id}\">\n\
         <p class=\"faint\">The subject is the {}. Level: {}. Requires: {}.</p>\n<div class=\"logs\">\n",
        row.case.role.name(),
        row.case.level().name(),
        requirements(row.case.requires),
    )?;
    for (info, cell) in results.subjects.iter().zip(&row.cells) {
        log(out, &info.name, cell, parting, row.case.topic() == TOPIC)?;
    }
    writeln!(out, "</div>\n</div>\n</details>")
}

/// Why the last subject does not pass, where it does not.
fn why(row: &Row) -> String {
    let run = row.cells.last().and_then(|cell| cell.played.run());
    let reason = run.map_or("", |run| run.verdict.reason.as_str());
    if reason.is_empty() {
        String::new()
    } else {
        format!("<br><span class=\"faint\">{}</span>", escape(reason))
    }
}

/// The requirements, each with a link to its section of the RFC.
fn requirements(ids: &[&str]) -> String {
    let link = |id: &&str| {
        let mut parts = id.split('/');
        match (parts.next(), parts.next()) {
            (Some(rfc), Some(section)) => {
                format!("<a href=\"{RFC_EDITOR}{rfc}#section-{section}\">{}</a>", escape(id))
            }
            _ => escape(id),
        }
    };
    if ids.is_empty() {
        return "nothing of an RFC".into();
    }
    ids.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn result(out: &mut String, cell: &Cell) -> fmt::Result {
    let wrong = matches!(cell.status, Status::Unexpected | Status::Broken);
    let (outcome, ending) = match &cell.played {
        Played::Skipped(_) => ("skipped", ""),
        Played::Ran(run) => (run.verdict.outcome.name(), run.verdict.ending.name()),
    };
    // A clean end beside a fail would look like a contradiction, and beside a pass says nothing.
    let ending = if ending == "clean" { "" } else { ending };
    write!(
        out,
        "<span class=\"{}\"><span class=\"mark {outcome}\">{outcome}</span> <span class=\"ending\">{ending}</span></span>",
        if wrong { "wrong" } else { "" },
    )
}

/// The line at which the logs of the subjects part.
fn parting(row: &Row) -> Option<usize> {
    let mut runs = row.cells.iter().filter_map(|cell| cell.played.run());
    let (one, other) = (runs.next()?, runs.next()?);
    let same = one.transcript.timeless().zip(other.transcript.timeless()).take_while(|(a, b)| a == b).count();
    let ends = one.transcript.events.len() == same && other.transcript.events.len() == same;
    (!ends).then_some(same)
}

fn log(out: &mut String, subject: &str, cell: &Cell, parting: Option<usize>, attack: bool) -> fmt::Result {
    let run = cell.played.run();
    let said = match &cell.played {
        Played::Skipped(reason) => reason.clone(),
        Played::Ran(run) => {
            let colon = if run.verdict.reason.is_empty() { "" } else { ": " };
            format!("{}{colon}{}", cell_in_words(cell), run.verdict.reason)
        }
    };
    let known = match &cell.status {
        Status::Known(reason) => format!(" (known: {reason})"),
        _ => String::new(),
    };
    write!(out, "<div><b>{}</b> {}{}", escape(subject), escape(&said), escape(&known))?;
    if let Some(run) = run {
        if attack {
            writeln!(out, "<p>{}</p>", escape(&attacks::in_words(&run.transcript)))?;
        }
        windows::write(out, &run.transcript)?;
        ladder::write(out, &run.transcript, parting)?;
    }
    writeln!(out, "</div>")
}

fn legend(out: &mut String, results: &Results) -> fmt::Result {
    writeln!(out, "<h2 id=\"legend\">Legend</h2>\n{TABLE}")?;
    for (word, meaning) in LEGEND {
        writeln!(out, "<tr><td class=\"mark {word}\">{word}</td><td>{meaning}</td></tr>")?;
    }
    for (word, meaning) in ENDINGS {
        writeln!(out, "<tr><td class=\"ending\">{word}</td><td>{meaning}</td></tr>")?;
    }
    for (class, meaning) in CLASSES.iter().filter(|_| results.differences.is_some()) {
        writeln!(out, "<tr><td>{}</td><td>{meaning}</td></tr>", class.name())?;
    }
    writeln!(out, "{END_OF_TABLE}")?;
    writeln!(
        out,
        "<p class=\"faint\">A red box marks what is unexpected. In the wire logs, times are virtual where the subject runs in \
         memory; the marked line is the first in which the subjects differ. Frames of the peer stand at the left, those of the subject to the right.</p>"
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample as without_figures;
    use super::*;
    use crate::figures::{Better, Figure, Figures, Row};

    /// Figures with names that mean something in XML.
    fn hostile(scenario: &str) -> Figures {
        let rows = ["link-share/1ms/1Gbit", "share/a<b>"].map(|name| {
            let mut row = Row::new(name.into(), "a<b>", Better::Higher, Some(0.25), None);
            row.peer.insert("a<b>\u{1}".into(), Figure(Some(0.75)));
            row
        });
        Figures::new(scenario, rows.into())
    }

    fn sample() -> Results {
        let figures = ["wan", "isolation", "<s>"].map(hostile);
        Results { figures: figures.into(), ..without_figures() }
    }

    #[test]
    fn figures_are_drawn_and_listed() {
        let page = render(&sample());
        assert_eq!(page.matches("<svg ").count(), 3);
        assert_eq!(page.matches("<h2>Figures").count(), 3);
        assert!(page.contains("<td>unfinished</td>"));
        assert!(!render(&without_figures()).contains("<svg"));
    }

    #[test]
    fn nothing_from_outside_gets_in_unescaped_or_is_fetched() {
        let page = render(&sample());
        for raw in ["Something <is>", "h2 <1>", "a <known>", "Mend <it>", "a<b>", "<s>", "\u{1}"] {
            assert!(!page.contains(raw), "{raw}");
        }
        assert!(page.contains("Something &lt;is&gt; &quot;so&quot; &amp; so"));
        for fetch in ["http://", "src=", "@import", "url(", "fetch("] {
            assert!(!page.contains(fetch), "{fetch}");
        }
        let of_rfc = format!("href=\"{RFC_EDITOR}rfc");
        assert_eq!(page.matches("https://").count(), page.matches(&of_rfc).count(), "links to RFCs only");
        assert_eq!(page.matches("href=").count(), page.matches("href=\"#").count() + page.matches(&of_rfc).count());
    }

    #[test]
    fn elements_are_closed_in_order() {
        // The page is XML but for elements that have no end.
        let page = render(&sample());
        let body = page.split_once("</style>\n</head>\n").unwrap().1.trim_end().strip_suffix("</html>").unwrap();
        let (body, _) = body.split_once("<script>").unwrap();
        let body = format!("{}</body>", body.replace("<br>", ""));
        let inputs = body.match_indices("<input ").map(|(at, _)| &body[at..=at + body[at..].find('>').unwrap()]);
        let body = inputs.fold(body.clone(), |body, input| body.replace(input, ""));
        let document = roxmltree::Document::parse(&body).unwrap();
        for node in document.descendants().filter(|node| node.has_tag_name("table")) {
            assert_eq!(node.parent().and_then(|parent| parent.attribute("class")), Some("wide"));
        }
        let named = |name| document.descendants().find(|node| node.attribute("id") == Some(name));
        let links: Vec<_> = document.descendants().filter_map(|node| node.attribute("href")).collect();
        for case in ["#a/mended", "#b/moved", "#b/worse", "#patch-mends"] {
            assert!(links.contains(&case), "{links:?}");
        }
        for link in links.into_iter().filter(|link| link.starts_with('#') && *link != "#legend") {
            // Browsers open what is closed around the end of a link.
            let around = named(&link[1..]).and_then(|node| node.parent());
            assert!(around.is_some_and(|node| node.has_tag_name("details")), "{link}");
        }
        let rows = document.descendants().filter(|node| node.has_tag_name("summary"));
        assert_eq!(rows.filter(|node| node.attribute("class") == Some("line")).count(), 7);
        let parts: Vec<_> = document
            .descendants()
            .filter(|node| node.attribute("class") == Some("parts"))
            .map(|node| node.text().unwrap_or_default().trim().to_owned())
            .collect();
        assert!(parts.iter().any(|line| line.ends_with("stream 3")), "{parts:?}");
    }

    #[test]
    fn every_word_of_the_verdicts_is_in_the_legend() {
        use crate::judge::{Ending, Outcome};
        for outcome in [Outcome::Pass, Outcome::Weak, Outcome::Fail, Outcome::Inconclusive] {
            assert!(LEGEND.iter().any(|(word, _)| *word == outcome.name()));
        }
        for ending in
            [Ending::Clean, Ending::Escalated, Ending::NoGoaway, Ending::WrongCode, Ending::Abrupt, Ending::Hang]
        {
            assert!(ENDINGS.iter().any(|(word, _)| *word == ending.name()));
        }
        let page = render(&sample());
        for class in [Class::Better, Class::Added, Class::Worse, Class::Frames] {
            let meaning = CLASSES.iter().find(|(of, _)| *of == class).unwrap().1;
            assert!(page.contains(&format!("<td>{}</td><td>{meaning}</td>", class.name())), "{class:?}");
        }
    }
}
