//! Writes down what the patch series claims, and which commit this is, for the binary to carry.
//!
//! The claims are read from the series itself, so that they are those of the fork that is linked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use h2_materialize::header::ProofKind;
use h2_materialize::series::SeriesPatch;
use h2_materialize::{Error, Series};

const PATCHES: &str = "../h2-patched/patches";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PATCHES}");
    println!("cargo::rustc-env=H2_CONFORMANCE_GIT={}", commit());
    if let Err(error) = write_claims() {
        // Cargo shows this as one line and stops.
        println!("cargo::error={error}");
    }
}

/// Writes an expression of type `&[Patch]` for `src/claims.rs` to include.
fn write_claims() -> Result<(), Error> {
    let series = Series::load(Path::new(PATCHES))?;
    let mut table = String::from("&[\n");
    series.patches.iter().for_each(|patch| table.push_str(&entry(patch)));
    table.push(']');
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| Error::new("cargo sets no OUT_DIR"))?;
    let file = out.join("claims.rs");
    fs::write(&file, table).map_err(|cause| Error::io(format_args!("write {}", file.display()), &cause))
}

fn entry(patch: &SeriesPatch) -> String {
    let header = &patch.header;
    let proofs = header.proven_by.iter().filter(|proof| proof.kind == ProofKind::Case).map(|proof| &proof.name);
    let mut text = String::new();
    // `Debug` writes a string as the literal that means it.
    writeln!(
        text,
        "    Patch {{ slug: {:?}, subject: {:?}, class: {:?}, proven_by: &{:?}, changes: &{:?} }},",
        patch.slug,
        header.subject,
        header.class.as_str(),
        proofs.collect::<Vec<_>>(),
        header.changes,
    )
    .expect("a string takes any text");
    text
}

/// The commit that is built, or `unknown` outside a repository.
fn commit() -> String {
    // The log of HEAD changes with every commit and every checkout.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".into())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
