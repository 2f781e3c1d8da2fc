//! `evidence SLUG`: what a pull request to upstream needs, in one directory. `evidence --check`:
//! tries it for every fix.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use h2_materialize::header::{Class, ProofKind};
use h2_materialize::series::{SeriesPatch, Tier};
use h2_materialize::Tree;

use crate::comparison;
use crate::context_diff::context_diff;
use crate::failure::Failure;
use crate::git::Git;
use crate::layout;
use crate::limited::{self, LIMIT};
use crate::print::say;
use crate::repo::{expect_empty, read, tempdir, write, Repo};
use crate::show::{around, find};
use crate::trial::{ran_any, Trial};
use crate::workshop::Workshop;

/// The lines of context that reviewers are used to.
const CONTEXT: usize = 3;

/// The longest subject of a commit that upstream takes, in characters.
const SUBJECT: usize = 50;

/// The lines that the text may have, so that it is read.
const TEXT: usize = 25;

/// The tests in upstream's style, in the fork's package.
const TESTS: &str = "tests/evidence";

/// The module that these tests share.
const SUPPORT: &str = "support.rs";

/// What upstream compiles with.
const MSRV: &str = "1.63";

pub(crate) fn run(repo: &Repo, slug: &str, out: Option<&Path>) -> Result<(), Failure> {
    let series = repo.series()?;
    let patch = find(&series, slug)?;
    let dir: PathBuf = match out {
        Some(dir) => dir.to_owned(),
        None => repo.root.join("target/evidence").join(slug),
    };
    expect_empty(&dir)?;

    write(&dir.join(format!("{slug}.diff")), &Change::of(repo, patch)?.diff()?)?;
    let test = Test::of(repo, patch)?;
    if let Some(test) = &test {
        test.write_package(&dir.join("test"), &format!("\"={}\"", repo.release()?.version))?;
    }
    let cases = case_ids(patch);
    for case in &cases {
        let file = dir.join("transcripts").join(format!("{}.txt", case.replace('/', "-")));
        write(&file, &explain(repo, case)?)?;
    }
    write(&dir.join("pull-request.md"), &text(patch, test.is_some())?)?;
    let tested = if test.is_some() { "test" } else { "no test" };
    say(format_args!("{}: diff, text, {tested} and {} transcript(s)", dir.display(), cases.len()))
}

/// What the patch changes, in the layout of the release.
struct Change {
    before: Tree,
    after: Tree,
}

impl Change {
    /// A fix is shown on the release with what it needs, any other patch on the series before it.
    fn of(repo: &Repo, patch: &SeriesPatch) -> Result<Change, Failure> {
        if patch.tier == Tier::Fixes {
            return Change::on_release(repo, &Workshop::open(repo)?, patch);
        }
        let (before, after) = around(repo, &repo.series()?, &patch.slug)?;
        Ok(Change { before: layout::plain(repo, &before)?, after: layout::plain(repo, &after)? })
    }

    fn on_release(repo: &Repo, workshop: &Workshop, patch: &SeriesPatch) -> Result<Change, Failure> {
        let with = workshop.with_needs(patch);
        let without: Vec<&str> = with.iter().copied().filter(|slug| *slug != patch.slug).collect();
        let pick = |slugs: &[&str]| {
            let tree = workshop.pick(slugs)?;
            let tree = tree.ok_or_else(|| Failure::new("it does not apply to the release with what it needs"))?;
            layout::plain(repo, &tree)
        };
        let before = pick(&without)?;
        let after = in_upstreams_format(&before, pick(&with)?)?;
        Ok(Change { before, after })
    }

    fn diff(&self) -> Result<String, Failure> {
        context_diff(&self.before, &self.after, CONTEXT)
    }

    /// What it changes is formatted as upstream has it.
    fn is_formatted(&self) -> Result<(), Failure> {
        let scratch = tempdir()?;
        self.after.write_sources(scratch.path())?;
        let changed = self.after.files.iter().filter(|(path, content)| self.before.files.get(*path) != Some(content));
        let changed: Vec<String> = changed.map(|(path, _)| path.clone()).collect();
        match rustfmt(scratch.path(), &["--check"], &changed)? {
            true => Ok(()),
            false => Err(Failure::new(format!("upstream's rustfmt would change one of {}", changed.join(", ")))),
        }
    }

    /// The difference is what `git apply` makes of it.
    fn applies(&self) -> Result<(), Failure> {
        let scratch = tempdir()?;
        self.before.write_sources(scratch.path())?;
        let git = Git { dir: scratch.path() };
        git.run(&["init", "--quiet"])?;
        git.run_with_input(&["apply", "-"], &self.diff()?)?;
        match Tree::read(scratch.path(), "src")? == self.after {
            true => Ok(()),
            false => Err(Failure::new("`git apply` makes something else of its diff")),
        }
    }
}

/// The tree with the modules that are new in it as upstream's rustfmt writes them: its lines are
/// shorter than ours.
fn in_upstreams_format(before: &Tree, mut after: Tree) -> Result<Tree, Failure> {
    let scratch = tempdir()?;
    after.write_sources(scratch.path())?;
    let new: Vec<String> = after.files.keys().filter(|path| !before.files.contains_key(*path)).cloned().collect();
    if !new.is_empty() && !rustfmt(scratch.path(), &[], &new)? {
        return Err(Failure::new("rustfmt does not take a module of ours"));
    }
    after = Tree::read(scratch.path(), "src")?;
    Ok(after)
}

/// Runs rustfmt with upstream's settings, which are the defaults.
fn rustfmt(dir: &Path, options: &[&str], files: &[String]) -> Result<bool, Failure> {
    write(&dir.join("rustfmt.toml"), "edition = \"2021\"\n")?;
    let mut command = Command::new("rustfmt");
    command.current_dir(dir).args(["--quiet", "--edition", "2021"]).args(options).args(files);
    let output = command.output().map_err(|cause| Failure::io("run rustfmt", &cause))?;
    Ok(output.status.success())
}

/// A test in upstream's style.
struct Test {
    name: String,
    text: String,
    support: String,
}

impl Test {
    fn of(repo: &Repo, patch: &SeriesPatch) -> Result<Option<Test>, Failure> {
        let name = patch.slug.replace('-', "_");
        let dir = repo.package().join(TESTS);
        let file = dir.join(format!("{name}.rs"));
        if !file.is_file() {
            return Ok(None);
        }
        // In the fork's package the tests are modules of one program.
        let text = read(&file)?.replace("use super::support::", "use support::");
        let text = with_support(&text);
        Ok(Some(Test { name, text, support: read(&dir.join(SUPPORT))? }))
    }

    /// A package of the test, which needs h2 and what h2's own tests have.
    fn write_package(&self, dir: &Path, h2: &str) -> Result<(), Failure> {
        let manifest = format!(
            "[package]\nname = \"h2-evidence\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\n\n[workspace]\n\n\
             [dev-dependencies]\nbytes = \"1\"\n# With the patch: h2 = {{ path = \"../h2\" }}\nh2 = {h2}\nhttp = \"1\"\n\
             tokio = {{ version = \"1\", features = [\"io-util\", \"macros\", \"rt\", \"sync\", \"time\"] }}\n"
        );
        write(&dir.join("Cargo.toml"), &manifest)?;
        write(&dir.join("src/lib.rs"), "")?;
        write(&dir.join("tests").join(format!("{}.rs", self.name)), &self.text)?;
        write(&dir.join("tests/support/mod.rs"), &self.support)
    }
}

/// The test with the module that it shares, below its own attributes.
fn with_support(text: &str) -> String {
    let at = text.lines().take_while(|line| line.starts_with("#![")).map(|line| line.len() + 1).sum();
    let (attributes, rest) = text.split_at(at);
    format!("{attributes}mod support;\n\n{rest}")
}

/// Tries what `evidence` writes for every fix of the tier, or for one.
pub(crate) fn check(repo: &Repo, slug: Option<&str>) -> Result<(), Failure> {
    let series = repo.series()?;
    let fixes = series.patches.iter().filter(|patch| patch.tier == Tier::Fixes);
    let chosen: Vec<&SeriesPatch> = match slug {
        Some(slug) => vec![find(&series, slug)?],
        None => fixes.collect(),
    };
    let workshop = Workshop::open(repo)?;
    let trial = Trial::new(repo)?;
    let mut failed = 0;
    for patch in chosen {
        match check_one(repo, &workshop, &trial, patch) {
            Ok(detail) => say(format_args!("ok       {}: {detail}", patch.slug))?,
            Err(failure) => {
                failed += 1;
                say(format_args!("FAILED   {}: {}", patch.slug, failure.sentence))?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        n => Err(Failure::new(format!("the evidence for {n} of the patches above is not what it says"))),
    }
}

/// Tries it for one fix; what was shown.
pub(crate) fn check_one(
    repo: &Repo,
    workshop: &Workshop,
    trial: &Trial<'_>,
    patch: &SeriesPatch,
) -> Result<String, Failure> {
    let change = Change::on_release(repo, workshop, patch)?;
    change.applies()?;
    change.is_formatted()?;
    let lines = text(patch, true)?.lines().count();
    if lines > TEXT {
        return Err(Failure::new(format!("its text has {lines} lines; expected at most {TEXT}")));
    }
    let (before, after) = (trial.dir("before"), trial.dir("after"));
    trial.write_crate(&change.before, &before)?;
    trial.write_crate(&change.after, &after)?;
    keeps_msrv(trial, &after)?;
    let Some(test) = Test::of(repo, patch)? else {
        return no_test(patch);
    };
    if runs(trial, &test, None, &before)? {
        return Err(Failure::new("its test passes without it"));
    }
    match runs(trial, &test, None, &after)? {
        true => Ok("the diff applies, is formatted, keeps the MSRV, and turns its test from red to green".into()),
        false => Err(Failure::new("its test fails with it")),
    }
}

/// A fix without a test has a unit test among its proofs: no frames and no calls are known that
/// reach its code.
fn no_test(patch: &SeriesPatch) -> Result<String, Failure> {
    match patch.header.proven_by.iter().find(|proof| proof.kind == ProofKind::Tests) {
        Some(proof) => Ok(format!("the diff applies and keeps the MSRV; no test in upstream's manner, but {proof}")),
        None => Err(Failure::new(format!("expected a test in h2-patched/{TESTS}/, found none of its name"))),
    }
}

/// Whether that test of the fix, in upstream's style, passes on the release without it. `None`: it
/// has no such test.
pub(crate) fn passes_on_release(
    repo: &Repo,
    workshop: &Workshop,
    trial: &Trial<'_>,
    patch: &SeriesPatch,
    name: &str,
) -> Result<Option<bool>, Failure> {
    let function = name.rsplit("::").next().unwrap_or(name);
    let test = Test::of(repo, patch)?.filter(|test| test.text.contains(&format!("fn {function}(")));
    let Some(test) = test else { return Ok(None) };
    let before = trial.dir("before");
    trial.write_crate(&Change::on_release(repo, workshop, patch)?.before, &before)?;
    runs(trial, &test, Some(function), &before).map(Some)
}

/// Whether the test, or one function of it, passes on the crate in `h2`. An error is that of the
/// compiler.
fn runs(trial: &Trial<'_>, test: &Test, function: Option<&str>, h2: &Path) -> Result<bool, Failure> {
    let dir = trial.dir("test");
    test.write_package(&dir, &format!("{{ path = {:?} }}", h2.display().to_string()))?;
    let only = |more: &[&str]| {
        let mut command = trial.cargo(&dir, "evidence");
        command.args(["test", "--quiet", "--test", &test.name]).args(more);
        limited::output(&mut command, LIMIT)
    };
    let built = only(&["--no-run"])?.ok_or_else(|| Failure::new("the build of its test does not end"))?;
    if !built.status.success() {
        return Err(Failure::new(format!("its test does not compile: {}", first_error(&built.stderr))));
    }
    let filter: Vec<&str> = function.into_iter().flat_map(|name| ["--", name, "--exact"]).collect();
    // One that does not end fails.
    let Some(output) = only(&filter)? else { return Ok(false) };
    Ok(output.status.success() && ran_any(&String::from_utf8_lossy(&output.stdout)))
}

/// The crate uses nothing of the standard library that upstream's compiler lacks.
fn keeps_msrv(trial: &Trial<'_>, dir: &Path) -> Result<(), Failure> {
    write(&dir.join("clippy.toml"), &format!("msrv = \"{MSRV}\"\n"))?;
    let mut command: Command = trial.cargo(dir, "evidence");
    command.args(["clippy", "--quiet", "--", "-A", "clippy::all", "-D", "clippy::incompatible_msrv"]);
    let output = command.output().map_err(|cause| Failure::io("run cargo clippy", &cause))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Failure::new(format!("it does not compile with Rust {MSRV}: {}", first_error(&output.stderr)))),
    }
}

fn first_error(stderr: &[u8]) -> String {
    let stderr = String::from_utf8_lossy(stderr);
    stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no message").to_owned()
}

fn case_ids(patch: &SeriesPatch) -> Vec<String> {
    let proofs = patch.header.proven_by.iter();
    proofs.filter(|proof| proof.kind == ProofKind::Case).map(|proof| proof.name.clone()).collect()
}

/// The transcripts of one case, on the release and on the fork.
fn explain(repo: &Repo, case: &str) -> Result<String, Failure> {
    let output = comparison::runner(repo)
        .args(["explain", case, "--format", "text"])
        .output()
        .map_err(|cause| Failure::io("run cargo", &cause))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let reason = stderr.lines().last().unwrap_or("no message").trim();
    Err(Failure::new(format!("`h2-conformance explain {case}` failed: {reason}")))
}

/// The subject of the commit: the header's where it is short enough, else the words of the slug.
fn subject(patch: &SeriesPatch) -> Result<String, Failure> {
    let kind = match patch.header.class {
        Class::Fix => "fix",
        Class::Policy => "feat",
        Class::Perf => "perf",
        Class::Build => "chore",
    };
    let short = |words: &str| Some(format!("{kind}: {words}")).filter(|subject| subject.chars().count() <= SUBJECT);
    short(&lower_first(&patch.header.subject))
        .or_else(|| short(&patch.slug.replace('-', " ")))
        .ok_or_else(|| Failure::new(format!("neither its subject nor its slug fits into {SUBJECT} characters")))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().collect::<String>() + chars.as_str())
}

fn text(patch: &SeriesPatch, has_test: bool) -> Result<String, Failure> {
    let header = &patch.header;
    let mut out = format!("# {}\n\n## Problem\n\n{}\n", subject(patch)?, header.why);
    if !header.spec.starts_with("none") {
        line(&mut out, format_args!("\n{}", header.spec.replace('\n', " ")));
    }
    line(&mut out, format_args!("\n## Solution\n\n{}.", header.subject));
    if header.upstream_issue != "none" {
        line(&mut out, format_args!("See {}.", header.upstream_issue.replace('\n', " ")));
    }
    if !header.needs.is_empty() {
        line(&mut out, format_args!("The diff is on top of {}.", header.needs.join(", ")));
    }
    line(&mut out, format_args!("Risk: {}.", header.risk.replace('\n', " ")));
    line(&mut out, format_args!("\n## Validation\n"));
    if has_test {
        line(
            &mut out,
            format_args!("`test/` fails without the diff and passes with it; it needs no more than h2's own tests do."),
        );
    }
    if !case_ids(patch).is_empty() {
        line(&mut out, format_args!("`transcripts/` has the frames on the release and on the whole fork."));
    }
    line(
        &mut out,
        format_args!("\nThis is material: upstream asks for descriptions and comments in the words of the person who sends them."),
    );
    Ok(out)
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use h2_materialize::series::parse_patch;

    use super::*;

    fn patch(slug: &str, subject: &str) -> SeriesPatch {
        let text = format!(
            "Subject: {subject}\nClass: fix\nWhy: w\nSpec: RFC 9113 section 5.1\nUpstream-Issue: none\nProven-by: case:a/b\n\
             Risk: none\nForwarded: no\nDrop-when: never\n\n--- a/src/x.rs\n+++ b/src/x.rs\n@@ -1 +1 @@\n-a\n+b\n"
        );
        parse_patch(slug, Tier::Fixes, text).unwrap()
    }

    #[test]
    fn a_long_subject_gives_way_to_the_slug() {
        assert_eq!(subject(&patch("a-b", "Do the thing")).unwrap(), "fix: do the thing");
        let long = "Do the thing that takes so many more words than a subject may have";
        assert_eq!(subject(&patch("do-the-thing", long)).unwrap(), "fix: do the thing");
        assert!(subject(&patch("a-".repeat(30).trim_end_matches('-'), long)).is_err());
    }

    #[test]
    fn attributes_of_a_test_stay_on_top() {
        assert_eq!(with_support("use a;\n"), "mod support;\n\nuse a;\n");
        assert_eq!(with_support("#![cfg(x)]\nuse a;\n"), "#![cfg(x)]\nmod support;\n\nuse a;\n");
    }

    #[test]
    fn the_text_has_the_parts_that_upstream_asks_for() {
        let text = text(&patch("a-b", "Do the thing"), true).unwrap();
        for part in
            ["# fix: do the thing", "## Problem", "RFC 9113 section 5.1", "## Solution", "## Validation", "`test/`"]
        {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(text.lines().count() <= TEXT);
    }
}
