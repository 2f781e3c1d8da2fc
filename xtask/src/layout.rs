//! Our own modules at the places where upstream would have them.
//!
//! A patch names a module by `#[path = "@MODULES@/x.rs"]`. In a pull request the attribute goes,
//! and the file lies where a plain `mod` line finds it.

use h2_materialize::{Tree, MODULES_PLACEHOLDER};

use crate::failure::Failure;
use crate::repo::Repo;

/// The folder of our modules in the fork's package.
pub(crate) const MODULES: &str = "modules";

/// The tree with every module of ours that it names, at its place in the tree.
pub(crate) fn plain(repo: &Repo, tree: &Tree) -> Result<Tree, Failure> {
    place(&Tree::read(&repo.package(), MODULES)?, tree)
}

fn place(modules: &Tree, tree: &Tree) -> Result<Tree, Failure> {
    let mut placed = tree.clone();
    for (path, content) in &tree.files {
        let Ok(text) = std::str::from_utf8(content) else { continue };
        if !text.contains(MODULES_PLACEHOLDER) {
            continue;
        }
        let mut plain = String::with_capacity(text.len());
        let mut named = None;
        for line in text.lines() {
            if let Some(module) = module_of(line) {
                named = Some(module);
                continue;
            }
            if let Some(module) = named.take() {
                let name = declared(line).ok_or_else(|| {
                    Failure::new(format!("expected `mod NAME;` below the path of {module} in {path}, found {line:?}"))
                })?;
                add(modules, module, &format!("{}/{name}", folder(path)), &mut placed)?;
            }
            plain.push_str(line);
            plain.push('\n');
        }
        placed.files.insert(path.clone(), plain.into_bytes());
    }
    Ok(placed)
}

/// Adds the module in the file `source`, and the modules below it, as the module `target`.
fn add(modules: &Tree, source: &str, target: &str, placed: &mut Tree) -> Result<(), Failure> {
    let content = modules.files.get(&format!("{MODULES}/{source}")).ok_or_else(|| {
        Failure::new(format!("a patch names the module {source}, but {MODULES}/ has none of that name"))
    })?;
    let text = String::from_utf8_lossy(content);
    let below = folder(source);
    let file = match source.ends_with("/mod.rs") {
        true => format!("{target}/mod.rs"),
        false => format!("{target}.rs"),
    };
    for name in text.lines().filter_map(declared) {
        let flat = format!("{below}/{name}.rs");
        let child = match modules.files.contains_key(&format!("{MODULES}/{flat}")) {
            true => flat,
            false => format!("{below}/{name}/mod.rs"),
        };
        add(modules, &child, &format!("{target}/{name}"), placed)?;
    }
    placed.files.insert(file, content.clone());
    Ok(())
}

/// The path in `modules/` that the line gives to the module declared below it.
fn module_of(line: &str) -> Option<&str> {
    let (_, rest) = line.trim().strip_prefix("#[path = \"")?.split_once(MODULES_PLACEHOLDER)?;
    rest.strip_prefix('/')?.strip_suffix("\"]")
}

/// The name that the line declares as a module in a file of its own.
fn declared(line: &str) -> Option<&str> {
    let declaration = line.strip_suffix(';')?;
    let (visibility, name) = declaration.split_once("mod ")?;
    let visible = visibility.is_empty() || visibility == "pub " || visibility.starts_with("pub(");
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (visible && is_name).then_some(name)
}

/// The folder in which the modules below a file lie.
fn folder(file: &str) -> &str {
    match file.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs")) => folder,
        _ => file.strip_suffix(".rs").unwrap_or(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree { files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect() }
    }

    #[test]
    fn modules_come_to_lie_where_a_plain_line_finds_them() {
        let modules = tree(&[
            ("modules/a.rs", "fn a() {}\n"),
            ("modules/b/mod.rs", "pub(super) mod c;\nmod d;\nmod inline {}\n"),
            ("modules/b/c.rs", ""),
            ("modules/b/d/mod.rs", ""),
            ("modules/b/hooked.rs", ""),
        ]);
        let before = tree(&[
            ("src/lib.rs", "#[path = \"@MODULES@/a.rs\"]\nmod a;\nmod proto;\n"),
            ("src/proto/x.rs", "#[path = \"@MODULES@/b/mod.rs\"]\npub mod other;\n"),
        ]);
        let after = place(&modules, &before).unwrap();
        assert_eq!(
            after,
            tree(&[
                ("src/a.rs", "fn a() {}\n"),
                ("src/lib.rs", "mod a;\nmod proto;\n"),
                ("src/proto/x.rs", "pub mod other;\n"),
                ("src/proto/x/other/c.rs", ""),
                ("src/proto/x/other/d/mod.rs", ""),
                ("src/proto/x/other/mod.rs", "pub(super) mod c;\nmod d;\nmod inline {}\n"),
            ])
        );
    }

    #[test]
    fn a_module_that_is_missing_is_named() {
        let before = tree(&[("src/lib.rs", "#[path = \"@MODULES@/a.rs\"]\nmod a;\n")]);
        let error = place(&tree(&[]), &before).unwrap_err();
        assert!(error.sentence.contains("names the module a.rs"), "{}", error.sentence);
        let before = tree(&[("src/lib.rs", "#[path = \"@MODULES@/a.rs\"]\nfn a() {}\n")]);
        let error = place(&tree(&[]), &before).unwrap_err();
        assert!(error.sentence.contains("expected `mod NAME;`"), "{}", error.sentence);
    }
}
