//! `evidence SLUG`: what a pull request to upstream needs, in one directory.

use std::path::{Path, PathBuf};

use h2_materialize::header::ProofKind;
use h2_materialize::series::SeriesPatch;
use h2_materialize::{Tree, MODULES_PLACEHOLDER};

use crate::comparison;
use crate::context_diff::context_diff;
use crate::failure::Failure;
use crate::print::say;
use crate::repo::{expect_empty, write, Repo};
use crate::repro::{self, Package};
use crate::show::{around, find};

/// What reviewers are used to.
const CONTEXT: usize = 3;

pub(crate) fn run(repo: &Repo, slug: &str, out: Option<&Path>) -> Result<(), Failure> {
    let series = repo.series()?;
    let patch = find(&series, slug)?;
    let dir: PathBuf = match out {
        Some(dir) => dir.to_owned(),
        None => repo.root.join("target/evidence").join(slug),
    };
    expect_empty(&dir)?;

    let (before, after) = around(repo, &series, slug)?;
    let modules = own_modules(repo, patch)?;
    for (path, content) in &modules.files {
        write(&dir.join(path), &String::from_utf8_lossy(content))?;
    }
    let diff = context_diff(&before, &after, CONTEXT)?;
    write(&dir.join(format!("{slug}.diff")), &diff)?;

    let cases = case_ids(patch);
    let mut shown = Vec::new();
    for case in &cases {
        shown.push((case.as_str(), add_case(repo, case, &dir.join("cases").join(case.replace('/', "-")))?));
    }
    write(&dir.join("pull-request.md"), &text(patch, &shown, &modules))?;
    say(format_args!("{}: diff, text and {} case(s)", dir.display(), cases.len()))
}

fn case_ids(patch: &SeriesPatch) -> Vec<String> {
    let proofs = patch.header.proven_by.iter();
    proofs.filter(|proof| proof.kind == ProofKind::Case).map(|proof| proof.name.clone()).collect()
}

/// Our own modules that the patch hooks in: upstream has to take them as files.
fn own_modules(repo: &Repo, patch: &SeriesPatch) -> Result<Tree, Failure> {
    let mut modules = Tree::read(&repo.package(), "modules")?;
    modules.files.retain(|path, _| {
        let name = path.strip_prefix("modules/").unwrap_or(path);
        patch.text.contains(&format!("{MODULES_PLACEHOLDER}/{name}"))
    });
    Ok(modules)
}

/// The transcripts of one case, and a program that shows it without our runner; or what the case needs that no program has.
fn add_case(repo: &Repo, case: &str, dir: &Path) -> Result<Option<&'static str>, Failure> {
    write(&dir.join("transcripts.txt"), &explain(repo, case, "text")?)?;
    let json = explain(repo, case, "json")?;
    let package = repro::package(&json, &repo.release()?.version)
        .map_err(|what| Failure::new(format!("`{case}` cannot be expressed as a reproduction program: {what}")))?;
    match package {
        Package::Files(files) => {
            files.iter().try_for_each(|(path, text)| write(&dir.join("repro").join(path), text))?;
            Ok(None)
        }
        Package::Impossible(what) => Ok(Some(what)),
    }
}

fn explain(repo: &Repo, case: &str, format: &str) -> Result<String, Failure> {
    let output = comparison::runner(repo)
        .args(["explain", case, "--format", format])
        .output()
        .map_err(|cause| Failure::io("run cargo", &cause))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let reason = stderr.lines().last().unwrap_or("no message").trim();
    Err(Failure::new(format!("`h2-conformance explain {case}` failed: {reason}")))
}

fn text(patch: &SeriesPatch, cases: &[(&str, Option<&str>)], modules: &Tree) -> String {
    let header = &patch.header;
    let mut out = format!("# {}\n\n## Problem\n\n{}\n", header.subject, header.why);
    for (name, value) in [("Specification", &header.spec), ("Known as", &header.upstream_issue)] {
        if !value.starts_with("none") {
            out.push_str(&format!("\n{name}: {value}\n"));
        }
    }
    out.push_str(&format!("\n## Solution\n\nSee `{}.diff`.\n", patch.slug));
    if !modules.files.is_empty() {
        let names: Vec<String> = modules.files.keys().map(|path| format!("`{path}`")).collect();
        out.push_str(&format!(
            "It needs {}: put the file(s) beside the module that names them and drop the `#[path]` lines, \
             which stand for the fork's own directory.\n",
            names.join(", ")
        ));
    }
    out.push_str(&format!("\nNoticeable to users: {}\n", header.risk));
    out.push_str("\n## Validation\n\n");
    for (case, beyond) in cases {
        let dir = case.replace('/', "-");
        out.push_str(&format!("* `{case}`: `cases/{dir}/transcripts.txt` shows it without and with the patch; "));
        out.push_str(&match beyond {
            Some(what) => format!("no program of its own does, because it takes {what}.\n"),
            None => format!(
                "`cases/{dir}/repro` is a program of its own that does the same, frames and calls, \
                 with h2, tokio, bytes and http alone: `cargo run` there prints what h2 sends.\n"
            ),
        });
    }
    for proof in &header.proven_by {
        if proof.kind != ProofKind::Case {
            out.push_str(&format!("* `{proof}`\n"));
        }
    }
    out
}
