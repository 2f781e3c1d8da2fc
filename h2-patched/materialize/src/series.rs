//! The patch series: its tiers, its order, its patches and the hash of the patched tree.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::manifest::is_sha256;
use crate::{Error, Header, Patch, Tree};

/// The file that gives the order.
pub const ORDER: &str = "series";

/// The file that records the hash of the patched tree.
pub const TREE_HASH: &str = "tree.sha256";

/// A part of the series. A patch may build on the tiers before its own; a fix needs no more than
/// the release and the patches that its header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// What the fork needs to compile and to be tested.
    Build,
    /// Faults of upstream, each mended by one patch alone.
    Fixes,
    /// What the fork does otherwise than upstream where both are allowed.
    Policy,
    /// What can be seen of a connection from outside, and what checks it.
    Observability,
    /// The same behaviour for less memory or time.
    Speed,
}

impl Tier {
    /// All tiers, in the order in which they are applied.
    pub const ALL: [Tier; 5] = [Tier::Build, Tier::Fixes, Tier::Policy, Tier::Observability, Tier::Speed];

    /// The name of the tier, of its heading in the order and of its directory.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Build => "build",
            Tier::Fixes => "fixes",
            Tier::Policy => "policy",
            Tier::Observability => "observability",
            Tier::Speed => "speed",
        }
    }

    /// The tier of that name.
    pub fn parse(name: &str) -> Option<Tier> {
        Tier::ALL.into_iter().find(|tier| tier.as_str() == name)
    }

    /// The names of all tiers, for messages.
    pub fn names() -> String {
        Tier::ALL.map(Tier::as_str).join(", ")
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One patch of the series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPatch {
    /// The name of the patch, and of its file.
    pub slug: String,
    /// The part of the series that it belongs to.
    pub tier: Tier,
    /// Why it exists.
    pub header: Header,
    /// What it does.
    pub patch: Patch,
    /// The text of the file.
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
        for (slug, tier) in parse_order(&read(dir, ORDER)?)? {
            let text = read(dir, &patch_file(tier, &slug))?;
            let patch = parse_patch(&slug, tier, text)?;
            refuse_unknown_needs(&patches, &patch)?;
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
                self.file()
            ))
        })
    }

    /// The path of its file in `patches/`.
    pub fn file(&self) -> String {
        patch_file(self.tier, &self.slug)
    }
}

/// A patch can only need what is applied before it.
fn refuse_unknown_needs(before: &[SeriesPatch], patch: &SeriesPatch) -> Result<(), Error> {
    match patch.header.needs.iter().find(|needed| before.iter().all(|patch| patch.slug != **needed)) {
        None => Ok(()),
        Some(needed) => Err(Error::new(format!(
            "patches/{}: field Needs: expected patches before it in patches/{ORDER}, found {needed:?}",
            patch.file()
        ))),
    }
}

/// A patch that lies there and is not applied is most likely one that was taken out of the order:
/// the message says what that breaks.
fn refuse_dropped(dir: &Path, patches: &[SeriesPatch]) -> Result<(), Error> {
    for tier in Tier::ALL {
        for slug in slugs_in(&dir.join(tier.as_str()))? {
            if patches.iter().any(|patch| patch.tier == tier && patch.slug == slug) {
                continue;
            }
            let file = patch_file(tier, &slug);
            let claims = match parse_patch(&slug, tier, read(dir, &file)?) {
                Ok(patch) => patch.header.proven_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                Err(_) => "what it proves".into(),
            };
            return Err(Error::new(format!(
                "patches/{file} is not in patches/{ORDER}, so that its claims no longer hold ({claims}); put {slug} back there, \
                 or give the claims up by deleting the file, then run `cargo xtask edit DIR` and `cargo xtask refresh DIR`"
            )));
        }
    }
    Ok(())
}

/// The slugs of the patches in `dir`, sorted. A tier without patches has no directory.
fn slugs_in(dir: &Path) -> Result<Vec<String>, Error> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).map_err(|cause| Error::io(format_args!("read {}", dir.display()), &cause))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut slugs: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".patch")?.to_owned())).collect();
    slugs.sort();
    Ok(slugs)
}

/// The path of a patch's file in `patches/`.
pub fn patch_file(tier: Tier, slug: &str) -> String {
    format!("{tier}/{slug}.patch")
}

/// Reads the text of one patch file: header, an empty line, diff.
pub fn parse_patch(slug: &str, tier: Tier, text: String) -> Result<SeriesPatch, Error> {
    let fault = |error: Error| Error::new(format!("patches/{}: {error}", patch_file(tier, slug)));
    let (header, diff) = text
        .split_once("\n\n")
        .ok_or_else(|| fault(Error::new("expected a header, an empty line and a diff, found no empty line")))?;
    let first_line = header.lines().count() + 2;
    Ok(SeriesPatch {
        slug: slug.to_owned(),
        tier,
        header: Header::parse(header).map_err(fault)?,
        patch: Patch::parse(diff.as_bytes(), first_line).map_err(fault)?,
        text,
    })
}

/// Slugs with their tiers: one slug a line below `# tier` lines.
fn parse_order(text: &str) -> Result<Vec<(String, Tier)>, Error> {
    let mut tier = None;
    let mut order: Vec<(String, Tier)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let fault = |what: &str| Error::new(format!("patches/{ORDER} line {}: {what}, found {line:?}", index + 1));
        if line.is_empty() {
            continue;
        }
        if let Some(heading) = line.strip_prefix("# ") {
            let expected = || fault(&format!("expected the tiers {} in this order", Tier::names()));
            let next = Tier::parse(heading.trim()).ok_or_else(expected)?;
            if tier >= Some(next) {
                return Err(expected());
            }
            tier = Some(next);
            continue;
        }
        let tier = tier.ok_or_else(|| fault("expected a `# tier` line first"))?;
        if !is_slug(line) {
            return Err(fault("expected a slug in-kebab-case"));
        }
        if order.iter().any(|(other, _)| other == line) {
            return Err(fault("expected each slug once"));
        }
        order.push((line.to_owned(), tier));
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
    fn order_with_tiers() {
        let order = parse_order("# build\na-b\n\n# speed\nc\n").unwrap();
        assert_eq!(order, [("a-b".to_owned(), Tier::Build), ("c".to_owned(), Tier::Speed)]);
    }

    #[test]
    fn bad_order_names_the_line() {
        for (text, complaint) in [
            ("a\n", "line 1: expected a `# tier`"),
            ("# g\na\n", "line 1: expected the tiers build, fixes"),
            ("# fixes\na\n# build\nb\n", "line 3: expected the tiers build, fixes"),
            ("# fixes\nA\n", "line 2: expected a slug"),
            ("# fixes\n../a\n", "line 2: expected a slug"),
            ("# fixes\na\n\na\n", "line 4: expected each slug once"),
        ] {
            let error = parse_order(text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
