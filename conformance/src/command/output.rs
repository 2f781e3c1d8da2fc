//! Where reports go.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use h2_conformance::report::{self, Detail, Look};
use h2_conformance::results::Results;

use super::Failure;
use crate::cli::{Common, Format};

/// Writes results as asked for.
pub(super) fn results(results: &Results, common: &Common) -> Result<(), Failure> {
    let detail = match () {
        () if common.quiet => Detail::WhatIsWrong,
        () if common.verbose => Detail::Everything,
        () => Detail::Summary,
    };
    let look = Look { colour: common.out.is_none() && colour_is_welcome(), detail };
    let format = match common.format {
        Format::Text => report::Format::Text,
        Format::Json => report::Format::Json,
        Format::Junit => report::Format::Junit,
        Format::Markdown => report::Format::Markdown,
        Format::Html => report::Format::Html,
    };
    if let Some(path) = &common.pcap {
        write(path, &report::capture(results))?;
    }
    text(&report::render(results, format, look), common)?;
    if common.out.is_some() && !common.quiet {
        // The file may be for a machine, and the exit status alone says little.
        let _ = writeln!(io::stderr(), "{}", report::headline(results));
    }
    Ok(())
}

/// Writes `text` to the file named, or to standard output.
pub(super) fn text(text: &str, common: &Common) -> Result<(), Failure> {
    let Some(path) = &common.out else { return print(text) };
    write(path, text.as_bytes())
}

fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, content).map_err(|cause| Failure::Broken(format!("cannot write {}: {cause}", path.display())))
}

/// Writes to standard output. A reader that closed it has read enough.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Broken(format!("cannot write to standard output: {cause}")))
        }
        _ => Ok(()),
    }
}

/// For commands that know only text and JSON: whether it is JSON.
pub(super) fn is_json(common: &Common, command: &str) -> Result<bool, Failure> {
    match common.format {
        Format::Text => Ok(false),
        Format::Json => Ok(true),
        _ => Err(Failure::Input(format!("{command} has the formats text and json"))),
    }
}

fn colour_is_welcome() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// `conformance` in the folder that cargo builds into, wherever the program is called from.
pub(super) fn report_folder() -> PathBuf {
    // Cargo marks its target folder with this file.
    let program = std::env::current_exe().ok();
    let target = program.iter().flat_map(|program| program.ancestors()).find(|dir| dir.join("CACHEDIR.TAG").is_file());
    let target = target.map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| target.strip_prefix(here).ok().map(PathBuf::from));
    short.unwrap_or(target).join("conformance")
}
