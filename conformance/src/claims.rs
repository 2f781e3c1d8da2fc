//! What the patches claim: which cases prove a patch, and whose frames it changes besides.

use crate::glob;

/// A patch of the fork, and its claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The name of the patch, and of its file.
    pub slug: &'static str,
    /// One line that says what it does.
    pub subject: &'static str,
    /// `fix`, `policy`, `perf` or `build`.
    pub class: &'static str,
    /// Cases that do not pass without it and pass with it.
    pub proven_by: &'static [&'static str],
    /// Globs of cases whose frames it changes without being proved by them.
    pub changes: &'static [&'static str],
}

/// The claims of a series of patches.
#[derive(Clone, Copy, Debug)]
pub struct Claims(pub &'static [Patch]);

impl Claims {
    /// The claims of the fork that this program is linked with.
    pub const OF_THE_FORK: Claims = Claims(include!(concat!(env!("OUT_DIR"), "/claims.rs")));

    /// No claims.
    pub const NONE: Claims = Claims(&[]);

    /// The patches that name a case as their proof, in the order of the series.
    pub fn proved_by(self, case: &str) -> impl Iterator<Item = &'static Patch> + use<'_> {
        self.0.iter().filter(move |patch| patch.proven_by.contains(&case))
    }

    /// The patches that say they change a case's frames, in the order of the series.
    pub fn changing(self, case: &str) -> impl Iterator<Item = &'static Patch> + use<'_> {
        self.0.iter().filter(move |patch| patch.changes.iter().any(|pattern| glob::matches(pattern, case)))
    }

    /// The patches that own up to anything about a case; those that it proves come first.
    #[must_use]
    pub fn about(self, case: &str) -> Vec<&'static Patch> {
        let mut patches: Vec<_> = self.proved_by(case).collect();
        patches.extend(self.changing(case).filter(|patch| !patch.proven_by.contains(&case)));
        patches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Claims = Claims(&[
        Patch { slug: "one", subject: "", class: "fix", proven_by: &["a/x"], changes: &["a/*", "b/y"] },
        Patch { slug: "two", subject: "", class: "perf", proven_by: &["b/y"], changes: &[] },
    ]);

    fn slugs(patches: impl IntoIterator<Item = &'static Patch>) -> Vec<&'static str> {
        patches.into_iter().map(|patch| patch.slug).collect()
    }

    #[test]
    fn a_proof_is_named_and_a_change_matched() {
        assert_eq!(slugs(TWO.proved_by("a/x")), ["one"]);
        assert!(slugs(TWO.proved_by("a/z")).is_empty());
        assert_eq!(slugs(TWO.changing("a/z")), ["one"]);
        assert_eq!(slugs(TWO.about("b/y")), ["two", "one"]);
        assert_eq!(slugs(TWO.about("a/x")), ["one"]);
    }

    #[test]
    fn the_linked_series_is_there() {
        let build_only = Claims::OF_THE_FORK.0.iter().find(|patch| patch.slug == "skip-unpublished-fixtures");
        assert!(build_only.is_some_and(|patch| patch.class == "build" && patch.proven_by.is_empty()));
    }
}
