//! `results`: the suite on other servers and clients, as tables that are committed.
//!
//! Nothing is installed here: a peer whose program is missing keeps the results that it has.

mod page;
mod peer;
mod table;

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::print::say;
use crate::repo::{read, write, Repo};

use peer::{Peer, Peers, Scratch};
use table::Table;

/// The program of the suite.
const SUITE: &str = "h2-conformance";

/// Runs the suite on the peer of that name, or on all, and writes the page.
pub(crate) fn run(repo: &Repo, name: Option<&str>) -> Result<(), Failure> {
    let here = repo.root.join("conformance/peers");
    let peers = Peers::parse(&read(&here.join("peers.toml"))?)?;
    let results = repo.root.join("conformance/results");
    fs::create_dir_all(&results).map_err(|cause| Failure::io(format_args!("make {}", results.display()), &cause))?;
    let chosen: Vec<&Peer> = peers.peer.iter().filter(|peer| name.is_none_or(|name| name == peer.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = peers.peer.iter().map(|peer| peer.name.as_str()).collect();
        return Err(Failure::input(format!("expected one of {}", names.join(", "))));
    }
    let suite = build(repo)?;
    let (mut missing, mut failed) = (Vec::new(), 0);
    for peer in chosen {
        let scratch = Scratch::new(&here)?;
        let Some(version) = peer.version(&scratch)? else {
            missing.push(peer.name.as_str());
            continue;
        };
        let withheld: &[String] = if peer.own { &[] } else { &peers.withheld };
        match peer.play(&suite, &scratch).and_then(|json| Table::parse(&json, version, withheld)) {
            Ok(table) => {
                write(&results.join(peer.file()), &table.to_string())?;
                say(format_args!("{}: {}", peer.name, table.summary()))?;
            }
            Err(failure) => {
                failed += 1;
                say(format_args!("FAILED {}: {}", peer.name, failure.sentence))?;
            }
        }
    }
    let mut tables = Vec::new();
    for peer in &peers.peer {
        let file = results.join(peer.file());
        if file.is_file() {
            tables.push((peer, Table::read(&read(&file)?)?));
        }
    }
    write(&results.join("README.md"), &page::render(&tables, &peers.withheld))?;
    match (failed, &missing[..]) {
        (0, []) => Ok(()),
        (0, missing) => Err(Failure::new(format!("not run, because a program is missing: {}", missing.join(", ")))),
        _ => Err(Failure::new(format!("{failed} could not be tested; see above"))),
    }
}

/// Builds the suite. Returns its program.
fn build(repo: &Repo) -> Result<PathBuf, Failure> {
    let mut cargo = repo.cargo();
    let status = cargo.args(["build", "--quiet", "--release", "--package", SUITE]).status();
    match status.map_err(|cause| Failure::io("run cargo", &cause))?.success() {
        true => {
            let target = std::env::var_os("CARGO_TARGET_DIR").map_or(repo.root.join("target"), PathBuf::from);
            Ok(target.join("release").join(format!("{SUITE}{}", std::env::consts::EXE_SUFFIX)))
        }
        false => Err(Failure::new("the suite did not compile; see above")),
    }
}
