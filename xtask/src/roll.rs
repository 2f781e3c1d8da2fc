//! `roll SOURCE DIR`: a work tree with the series rebased on another release, or on a checkout of
//! upstream.

use std::path::Path;

use h2_materialize::{Manifest, Tree};
use toml::Table;

use crate::edit::{self, BASE, MARK};
use crate::failure::Failure;
use crate::git::Git;
use crate::layout;
use crate::print::say;
use crate::published::{self, manifest_of};
use crate::repo::{read, tempdir, write, Repo};

/// The files of a checkout that a published package has as well, beside its sources.
const PUBLISHED: [&str; 3] = ["Cargo.toml", "LICENSE", "README.md"];

pub(crate) fn run(repo: &Repo, source: &str, dir: &Path) -> Result<(), Failure> {
    let old = repo.release()?;
    let (manifest, tree) = match Path::new(source).is_dir() {
        true => checkout(&old.name, Path::new(source))?,
        false => published::find(repo, &old.name, source)?,
    };
    edit::make(repo, dir)?;
    let patches = repo.series()?.patches.len();

    let git = Git { dir };
    git.run(&["checkout", "--quiet", "-b", "next", BASE])?;
    tree.compiled().write_sources(dir)?;
    git.run(&["add", "--all", "--force", "src"])?;
    let message = format!("{BASE} {}\n", manifest.release());
    git.run_with_input(&["commit", "--quiet", "--allow-empty", "--file=-"], &message)?;
    // The rebase takes the commits above the old base; from now on the tag is the new one.
    let old_base = git.run(&["rev-parse", BASE])?;
    git.run(&["tag", "--force", BASE])?;
    git.run(&["config", MARK, &manifest.release()])?;

    // Not part of the work tree: `refresh` must not see it as a change.
    write(&dir.join(".git/upstream.sha256"), &manifest.to_string())?;
    let rebase = git.ask(&["rebase", "--quiet", "--onto", "next", old_base.trim(), "series"], "")?;
    if !rebase.success {
        return Err(stopped(&git, &manifest, patches, &format!("{}\n{}", rebase.stdout, rebase.stderr))?);
    }
    compiles(repo, dir, &tree)?;
    let dir = dir.display();
    say(format_args!("{dir}: all {patches} patches apply to {}, and the result compiles; then:", manifest.release()))?;
    next_steps(&old, &dir.to_string())
}

fn next_steps(old: &Manifest, dir: &str) -> Result<(), Failure> {
    say(format_args!("1. copy {dir}/.git/upstream.sha256 to h2-patched/upstream.sha256"))?;
    say(format_args!("2. set the version in h2-patched/Cargo.toml, and `=` requirements on {}", old.release()))?;
    say(format_args!("3. cargo xtask refresh {dir}"))?;
    say("4. cargo xtask verify")
}

/// Names the patch at which the rebase stopped, and how far it got.
fn stopped(git: &Git<'_>, manifest: &Manifest, patches: usize, said: &str) -> Result<Failure, Failure> {
    let subject = git.run(&["log", "-1", "--format=%s", "REBASE_HEAD"])?;
    let slug = subject.split(':').next().unwrap_or("an unknown patch");
    let applied = git.run(&["rev-list", "--count", &format!("{BASE}..HEAD")])?;
    let conflicts: Vec<&str> = said.lines().filter(|line| line.starts_with("CONFLICT")).collect();
    let dir = git.dir.display();
    Ok(Failure::new(format!(
        "{dir}: {slug} does not apply to {} ({} of {patches} patches do before it): {}; mend the files, `git add` them and run \
         `git rebase --continue`, until the series is through",
        manifest.release(),
        applied.trim(),
        conflicts.join(", "),
    )))
}

/// Compiles the series on the other release.
fn compiles(repo: &Repo, dir: &Path, release: &Tree) -> Result<(), Failure> {
    let scratch = tempdir()?;
    layout::plain(repo, &Tree::read(dir, "src")?)?.write_sources(scratch.path())?;
    if let Some(manifest) = release.files.get("Cargo.toml") {
        // The manifest of a checkout is that of a workspace, whose other members are not here.
        let text = String::from_utf8_lossy(manifest);
        write(&scratch.path().join("Cargo.toml"), &without_workspace(&text)?)?;
    }
    let mut command = repo.cargo();
    command
        .current_dir(scratch.path())
        .args(["check", "--quiet"])
        .env("CARGO_TARGET_DIR", repo.root.join("target/roll"));
    let output = command.output().map_err(|cause| Failure::io("run cargo", &cause))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let error = stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no message");
    Err(Failure::new(format!(
        "{}: every patch applies, but the result does not compile: {error}; mend the patch or the module, then \
         `cargo xtask refresh`",
        dir.display()
    )))
}

fn without_workspace(manifest: &str) -> Result<String, Failure> {
    let fault = |what: String| Failure::new(format!("the Cargo.toml of the release {what}"));
    let mut table: Table = manifest.parse().map_err(|error| fault(format!("does not parse: {error}")))?;
    table.retain(|section, _| ["package", "features", "dependencies"].contains(&section));
    // So that no workspace is looked for in the directories above.
    table.insert("workspace".to_owned(), Table::new().into());
    toml::to_string(&table).map_err(|error| fault(format!("cannot be written: {error}")))
}

/// A checkout of upstream, such as its newest commit or a pull request.
fn checkout(name: &str, dir: &Path) -> Result<(Manifest, Tree), Failure> {
    let manifest: Option<Table> = read(&dir.join("Cargo.toml")).ok().and_then(|text| text.parse().ok());
    let package = manifest.as_ref().and_then(|manifest| manifest.get("package")?.as_table());
    let field = |name: &str| package.and_then(|package| package.get(name)?.as_str()).unwrap_or_default().to_owned();
    if field("name") != name {
        return Err(Failure::input(format!(
            "expected {} to be a checkout of {name}, but its Cargo.toml does not have that package; name another directory",
            dir.display()
        )));
    }
    let mut tree = Tree::read(dir, "src")?;
    for file in PUBLISHED.into_iter().filter(|file| dir.join(file).is_file()) {
        tree.files.insert(file.to_owned(), read(&dir.join(file))?.into_bytes());
    }
    Ok((manifest_of(name, &field("version"), &tree), tree))
}
