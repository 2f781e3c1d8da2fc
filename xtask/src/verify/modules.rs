//! Our own modules are formatted, also those that only a patch names: `cargo fmt` does not find
//! them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::repo::Repo;

pub(crate) fn check(repo: &Repo) -> Result<String, Failure> {
    let mut modules: Vec<PathBuf> = Vec::new();
    collect(&repo.modules(), &mut modules)?;
    if modules.is_empty() {
        return Ok("no modules yet".to_owned());
    }
    modules.sort();
    let output = Command::new("rustfmt")
        .args(["--check", "--quiet", "--edition", "2021"])
        .args(&modules)
        .output()
        .map_err(|cause| Failure::io("run rustfmt", &cause))?;
    if output.status.success() {
        return Ok(format!("{} module(s) are formatted", modules.len()));
    }
    Err(Failure::new(
        "a module in h2-patched/modules is not formatted; run `rustfmt --edition 2021` on those of modules/ and its directories",
    ))
}

fn collect(dir: &Path, modules: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let list = |cause: std::io::Error| Failure::io(format_args!("list {}", dir.display()), &cause);
    for entry in fs::read_dir(dir).map_err(list)? {
        let path = entry.map_err(list)?.path();
        if path.is_dir() {
            collect(&path, modules)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            modules.push(path);
        }
    }
    Ok(())
}
