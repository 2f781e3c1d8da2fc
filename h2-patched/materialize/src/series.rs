//! The patch series: its order, its themes, its patches and the hash of what comes out.

use std::fs;
use std::path::Path;

use crate::manifest::is_sha256;
use crate::{Error, Header, Patch, Tree};

/// The file that gives the order.
pub const ORDER: &str = "series";

/// The file that records the hash of the patched tree.
pub const TREE_HASH: &str = "tree.sha256";

/// One patch of the series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPatch {
    /// Its name, and that of its file.
    pub slug: String,
    /// The theme it stands under.
    pub group: String,
    /// Why it exists.
    pub header: Header,
    /// What it does.
    pub patch: Patch,
    /// Its file as it stands.
    pub text: String,
}

/// All patches in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The patches, first to last.
    pub patches: Vec<SeriesPatch>,
    /// The hash of the patched tree.
    pub tree_sha256: String,
}

impl Series {
    /// Loads the order, every patch and the tree hash from `dir`.
    pub fn load(dir: &Path) -> Result<Series, Error> {
        let mut patches = Vec::new();
        for (slug, group) in parse_order(&read(dir, ORDER)?)? {
            let text = read(dir, &patch_file(&slug))?;
            let patch = parse_patch(&slug, &group, text)?;
            patches.push(patch);
        }
        refuse_dropped(dir, &patches)?;
        let recorded = read(dir, TREE_HASH)?;
        let tree_sha256 = recorded.trim_end();
        if !is_sha256(tree_sha256) {
            return Err(Error::new(format!(
                "patches/{TREE_HASH}: expected one sha256, found {tree_sha256:?}; `cargo xtask refresh` writes it"
            )));
        }
        Ok(Series { patches, tree_sha256: tree_sha256.to_owned() })
    }

    /// Applies all patches to `tree` and compares the outcome with the recorded hash.
    pub fn apply(&self, tree: &mut Tree) -> Result<(), Error> {
        for patch in &self.patches {
            patch.apply(tree)?;
        }
        let found = tree.sha256();
        if found != self.tree_sha256 {
            return Err(Error::new(format!(
                "the patched tree has sha256 {found}, but patches/{TREE_HASH} records {}; \
                 if a patch was edited by hand, run `cargo xtask edit DIR` and `cargo xtask refresh DIR`",
                self.tree_sha256
            )));
        }
        Ok(())
    }
}

impl SeriesPatch {
    /// Applies this patch alone.
    pub fn apply(&self, tree: &mut Tree) -> Result<(), Error> {
        self.patch.apply(tree).map_err(|error| {
            Error::new(format!(
                "patches/{}: {error}; mend it with `cargo xtask edit DIR` and `cargo xtask refresh DIR`",
                patch_file(&self.slug)
            ))
        })
    }
}

/// A patch that lies there and is not applied is most likely one that somebody took out of the series: say what that breaks.
fn refuse_dropped(dir: &Path, patches: &[SeriesPatch]) -> Result<(), Error> {
    let entries = fs::read_dir(dir).map_err(|cause| Error::io(format_args!("read {}", dir.display()), &cause))?;
    let mut files: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    for slug in files.iter().filter_map(|file| file.strip_suffix(".patch")) {
        if patches.iter().any(|patch| patch.slug == slug) {
            continue;
        }
        let claims = match parse_patch(slug, "", read(dir, &patch_file(slug))?) {
            Ok(patch) => patch.header.proven_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            Err(_) => "what it proves".into(),
        };
        return Err(Error::new(format!(
            "patches/{} is not in patches/{ORDER}, so that its claims no longer hold ({claims}); put {slug} back there, or \
             give the claims up by deleting the file, then run `cargo xtask edit DIR` and `cargo xtask refresh DIR`",
            patch_file(slug)
        )));
    }
    Ok(())
}

/// The name of a patch's file.
pub fn patch_file(slug: &str) -> String {
    format!("{slug}.patch")
}

/// Reads the text of one patch file: header, an empty line, diff.
pub fn parse_patch(slug: &str, group: &str, text: String) -> Result<SeriesPatch, Error> {
    let fault = |error: Error| Error::new(format!("patches/{}: {error}", patch_file(slug)));
    let (header, diff) = text
        .split_once("\n\n")
        .ok_or_else(|| fault(Error::new("expected a header, an empty line and a diff, found no empty line")))?;
    let first_line = header.lines().count() + 2;
    Ok(SeriesPatch {
        slug: slug.to_owned(),
        group: group.to_owned(),
        header: Header::parse(header).map_err(fault)?,
        patch: Patch::parse(diff.as_bytes(), first_line).map_err(fault)?,
        text,
    })
}

/// Slugs with their groups: one slug a line below `# group` lines.
fn parse_order(text: &str) -> Result<Vec<(String, String)>, Error> {
    let mut group = None;
    let mut order: Vec<(String, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let fault = |what: &str| Error::new(format!("patches/{ORDER} line {}: {what}, found {line:?}", index + 1));
        if line.is_empty() {
            continue;
        }
        if let Some(heading) = line.strip_prefix("# ") {
            group = Some(heading.trim());
            continue;
        }
        let group = group.ok_or_else(|| fault("expected a `# group` line first"))?;
        if !is_slug(line) {
            return Err(fault("expected a slug in-kebab-case"));
        }
        if order.iter().any(|(other, _)| other == line) {
            return Err(fault("expected each slug once"));
        }
        order.push((line.to_owned(), group.to_owned()));
    }
    Ok(order)
}

/// Whether `text` may name a patch: lower-case words joined by hyphens.
pub fn is_slug(text: &str) -> bool {
    text.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn read(dir: &Path, name: &str) -> Result<String, Error> {
    let file = dir.join(name);
    fs::read_to_string(&file).map_err(|cause| Error::io(format_args!("read {}", file.display()), &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_with_groups() {
        let order = parse_order("# One\na-b\n\n# Two\nc\n").unwrap();
        assert_eq!(order, [("a-b".to_owned(), "One".to_owned()), ("c".to_owned(), "Two".to_owned())]);
    }

    #[test]
    fn bad_order_names_the_line() {
        for (text, complaint) in [
            ("a\n", "line 1: expected a `# group`"),
            ("# g\nA\n", "line 2: expected a slug"),
            ("# g\n../a\n", "line 2: expected a slug"),
            ("# g\na\n\na\n", "line 4: expected each slug once"),
        ] {
            let error = parse_order(text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
