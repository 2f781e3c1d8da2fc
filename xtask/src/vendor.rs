//! `vendor DIR`: the fork as a plain crate, for those who vendor or build without a build script.

use std::fs;
use std::path::Path;

use h2_materialize::split::split;
use h2_materialize::{point_at_modules, Tree};
use toml::{Table, Value};

use crate::failure::Failure;
use crate::layout::MODULES;
use crate::print::say;
use crate::repo::{expect_empty, read, write, Repo};

/// What of the fork's manifest a plain crate has. No tests are in it, so neither is what they need.
const KEPT: [&str; 5] = ["package", "features", "dependencies", "target", "lints"];

pub(crate) fn run(repo: &Repo, dir: &Path) -> Result<(), Failure> {
    expect_empty(dir)?;
    let pristine = repo.pristine()?;
    let mut tree = pristine.tree.compiled();
    repo.series()?.apply(&mut tree)?;
    point_at_modules(&mut tree, relative_modules);

    let upstream_root = tree
        .files
        .remove("src/lib.rs")
        .and_then(|root| String::from_utf8(root).ok())
        .ok_or_else(|| Failure::new("expected src/lib.rs in the patched tree, found none"))?;
    let crate_root = read(&repo.package().join("src/lib.rs"))?;
    let crate_root = plain_crate_root(&crate_root, &upstream_root)?;
    tree.files.insert("src/lib.rs".to_owned(), crate_root.into_bytes());
    add_modules(repo, &mut tree)?;

    tree.write_sources(dir)?;
    write(&dir.join("Cargo.toml"), &plain_manifest(&read(&repo.package().join("Cargo.toml"))?)?)?;
    let license = pristine
        .tree
        .files
        .get("LICENSE")
        .ok_or_else(|| Failure::new("expected LICENSE in the pinned release, found none"))?;
    let target = dir.join("LICENSE");
    fs::write(&target, license).map_err(|cause| Failure::io(format_args!("write {}", target.display()), &cause))?;
    say(format_args!("{}: a plain crate; name it by `[patch.crates-io] h2 = {{ path = \"...\" }}`", dir.display()))
}

/// `#[path]` is relative to the directory of the file it stands in.
fn relative_modules(path: &str) -> String {
    let depth = path.matches('/').count() - 1;
    format!("{}{MODULES}", "../".repeat(depth))
}

/// Our crate root with upstream's docs and items in the place of the two includes.
fn plain_crate_root(ours: &str, upstream: &str) -> Result<String, Failure> {
    let parts = split(upstream)?;
    let mut out = String::new();
    let mut included = 0;
    for line in ours.lines() {
        if line.starts_with("#![doc = include_str!(") {
            included += 1;
            for doc in parts.docs.lines() {
                out.push_str(format!("//! {doc}").trim_end());
                out.push('\n');
            }
            out.push('\n');
        } else if line.starts_with("include!(") {
            included += 1;
            out.push_str(parts.body.trim_start());
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    if included != 2 {
        return Err(Failure::new(format!(
            "expected two includes (docs and items) in h2-patched/src/lib.rs, found {included}"
        )));
    }
    Ok(out)
}

fn add_modules(repo: &Repo, tree: &mut Tree) -> Result<(), Failure> {
    for (path, content) in Tree::read(&repo.package(), MODULES)?.files {
        if path.ends_with(".rs") {
            tree.files.insert(format!("src/{path}"), content);
        }
    }
    Ok(())
}

fn plain_manifest(fork: &str) -> Result<String, Failure> {
    let fork: Table =
        fork.parse().map_err(|error| Failure::new(format!("h2-patched/Cargo.toml does not parse: {error}")))?;
    let mut plain = Table::new();
    for section in KEPT {
        if let Some(value) = fork.get(section) {
            plain.insert(section.to_owned(), value.clone());
        }
    }
    if let Some(Value::Table(package)) = plain.get_mut("package") {
        package.remove("build");
    }
    // The tests inside the modules need packages that users of the crate should not have to fetch.
    let lib = Table::from_iter([("test".to_owned(), false.into()), ("doctest".to_owned(), false.into())]);
    plain.insert("lib".to_owned(), Value::Table(lib));
    toml::to_string(&plain).map_err(|error| Failure::new(format!("cannot write the plain manifest: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_from_where_a_file_lies() {
        assert_eq!(relative_modules("src/client.rs"), "modules");
        assert_eq!(relative_modules("src/proto/streams/mod.rs"), "../../modules");
    }

    #[test]
    fn both_includes_are_replaced() {
        let ours = "#![doc = include_str!(x)]\n#![deny(a)]\ninclude!(y);\nmod z;\n";
        let upstream = "//! Docs\n#![allow(b)]\nmod m;\n";
        assert_eq!(plain_crate_root(ours, upstream).unwrap(), "//! Docs\n\n#![deny(a)]\nmod m;\nmod z;\n");
        assert!(plain_crate_root("mod z;\n", upstream).is_err());
    }

    #[test]
    fn the_manifest_has_neither_build_script_nor_tests() {
        let fork = "[package]\nname = \"h2\"\nbuild = \"build.rs\"\n[dependencies]\nbytes = \"1\"\n[build-dependencies]\nx = \"1\"\n[dev-dependencies]\ny = \"1\"\n";
        let plain = plain_manifest(fork).unwrap();
        assert!(plain.contains("bytes"), "{plain}");
        assert!(!plain.contains("build"), "{plain}");
        assert!(!plain.contains("dev-"), "{plain}");
    }
}
