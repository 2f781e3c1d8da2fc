//! Proofs that are no cases: what they name exists, and so does what switches a patch off. Whether
//! they pass, the test run says; whether they fail without the patch, `verify --each`.

use std::fs;
use std::path::{Path, PathBuf};

use h2_materialize::header::{Proof, ProofKind};
use h2_materialize::Tree;

use crate::failure::Failure;
use crate::layout;
use crate::repo::{read, Repo};
use crate::switch;

/// What is not ours to look through.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

pub(crate) fn check(repo: &Repo) -> Result<String, Failure> {
    let mut sources = Vec::new();
    collect(&repo.root, &mut sources)?;
    let mut missing = Vec::new();
    let mut count = 0;
    let series = repo.series()?;
    let mut tree = repo.pristine()?.tree.compiled();
    series.apply(&mut tree)?;
    let modules = Tree::read(&repo.package(), layout::MODULES)?;
    for patch in &series.patches {
        if let Err(failure) = switch::off(patch, &mut tree.clone(), &mut modules.clone()) {
            missing.push(failure.sentence);
        }
        for proof in &patch.header.proven_by {
            count += 1;
            if !exists(repo, proof, &sources)? {
                missing.push(format!("{}: {proof} is not to be found", patch.slug));
            }
        }
    }
    if missing.is_empty() {
        return Ok(format!("{count} named, none missing (cases: see claims)"));
    }
    Err(Failure::new(missing.join("; ")))
}

fn exists(repo: &Repo, proof: &Proof, sources: &[PathBuf]) -> Result<bool, Failure> {
    let (name, below) = match proof.kind {
        // The comparison knows them.
        ProofKind::Case => return Ok(true),
        ProofKind::Bench => {
            let scenario = proof.name.split('/').next().unwrap_or(&proof.name);
            (scenario, repo.root.join("benches"))
        }
        ProofKind::Property | ProofKind::Tests => {
            let last = proof.name.rsplit([':', '/']).next().unwrap_or(&proof.name);
            (last, repo.root.clone())
        }
    };
    for file in sources.iter().filter(|file| file.starts_with(&below)) {
        if is_test_file(file, name) || names(&read(file)?, name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `tests:NAME` may name a whole file of tests.
fn is_test_file(file: &Path, name: &str) -> bool {
    file.file_stem().is_some_and(|stem| stem == name) && file.components().any(|part| part.as_os_str() == "tests")
}

/// A function of that name, or a quoted name as benches register theirs.
fn names(source: &str, name: &str) -> bool {
    source.contains(&format!("fn {name}(")) || source.contains(&format!("\"{name}\""))
}

fn collect(dir: &Path, sources: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let list = |cause: std::io::Error| Failure::io(format_args!("list {}", dir.display()), &cause);
    for entry in fs::read_dir(dir).map_err(list)? {
        let entry = entry.map_err(list)?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type().map_err(list)?;
        if kind.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()) {
                collect(&path, sources)?;
            }
        } else if name.ends_with(".rs") {
            sources.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_functions_registered_names_and_files() {
        assert!(names("proptest! { fn credit_is_exact(x in 0..9) {} }", "credit_is_exact"));
        assert!(names("register(\"updates\", run)", "updates"));
        assert!(!names("fn credit_is_exactly() {}", "credit_is_exact"));
        assert!(is_test_file(Path::new("h2-patched/tests/closing.rs"), "closing"));
        assert!(!is_test_file(Path::new("h2-patched/src/closing.rs"), "closing"));
    }
}
