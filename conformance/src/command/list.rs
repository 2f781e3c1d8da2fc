//! `list`: the catalogue.

use std::fmt::Write as _;

use h2_conformance::case::{Case, Needs};
use h2_conformance::catalog;
use h2_conformance::claims::Claims;
use h2_conformance::endpoint::cases_beside;
use h2_conformance::spec::coverage_text;
use serde::Serialize;

use super::{output, Failure};
use crate::cli::{Common, List};
use crate::GOOD;

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    role: &'static str,
    topic: &'static str,
    title: &'static str,
    level: &'static str,
    requires: &'static [&'static str],
    /// `wire`: anything on a socket will do; `api`: the script calls the subject's API.
    needs: &'static str,
    patch: Option<&'static str>,
}

pub(super) fn run(options: &List, common: &Common) -> Result<u8, Failure> {
    let cases = [catalog::all(), cases_beside()].concat();
    if options.coverage {
        output::text(&coverage_text(&cases), common)?;
        return Ok(GOOD);
    }
    let entries: Vec<Entry> = cases.iter().map(entry).collect();
    let text = if options.json || output::is_json(common, "list")? {
        let text = serde_json::to_string_pretty(&entries).expect("every key is a string");
        format!("{text}\n")
    } else {
        table(&entries)
    };
    output::text(&text, common)?;
    Ok(GOOD)
}

fn entry(case: &Case) -> Entry {
    Entry {
        id: case.id,
        role: case.role.name(),
        topic: case.topic(),
        title: case.title,
        level: case.level().name(),
        requires: case.requires,
        needs: match case.needs {
            Needs::Wire => "wire",
            Needs::Api => "api",
        },
        patch: Claims::OF_THE_FORK.about(case.id).first().map(|patch| patch.slug),
    }
}

fn table(entries: &[Entry]) -> String {
    let width = entries.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut topic = "";
    for entry in entries {
        if !topic.is_empty() && topic != entry.topic {
            text.push('\n');
        }
        topic = entry.topic;
        writeln!(text, "{:width$}  {:6}  {:7}  {}", entry.id, entry.role, entry.level, entry.title)
            .expect("a string takes any text");
    }
    text
}
