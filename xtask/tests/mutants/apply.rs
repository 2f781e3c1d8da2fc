//! Sources of the fork with all mutations compiled in, each of them inactive until its number is
//! set.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use h2_materialize::{locate, point_at_modules, Manifest, Search, Series, Tree};

use crate::mutations::{self, Mutation};
use crate::support::repository;

/// The variable that activates a mutation by its number. 1 is the first.
pub(crate) const SWITCH: &str = "H2_MUTATION";

/// Where our own modules are in the tree.
const MODULES: &str = "src/modules";

/// Makes a work tree in `dir` with every mutation.
pub(crate) fn apply(dir: &Path) {
    let mut tree = sources();
    let mut edits: BTreeMap<&str, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for (number, mutation) in (1..).zip(mutations::all()) {
        let file =
            tree.files.get(mutation.file).unwrap_or_else(|| panic!("{}: no file {}", mutation.name, mutation.file));
        let text = std::str::from_utf8(file).unwrap();
        let place = find(text, mutation);
        let original = &text[place.clone()];
        let either = format!("if crate::is_mutated({number}) {{ {} }} else {{ {original} }}", mutation.replacement);
        edits.entry(mutation.file).or_default().push((place, either));
    }
    for (file, mut edits) in edits {
        let text = tree.files.get_mut(file).expect("mutations were found in it");
        edits.sort_by_key(|(place, _)| place.start);
        assert!(edits.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start), "{file}: two mutations in one place");
        for (place, either) in edits.into_iter().rev() {
            text.splice(place, either.into_bytes());
        }
    }
    tree.files.get_mut("src/lib.rs").expect("the crate has a root").extend(switch().into_bytes());
    tree.write_sources(dir).unwrap();
}

/// The patched sources with our own modules among them.
fn sources() -> Tree {
    let package = repository().join("h2-patched");
    let scratch = tempfile::tempdir().unwrap();
    let release = Manifest::load(&package.join("upstream.sha256")).unwrap();
    let mut tree = locate(&release, &Search::from_env(&package, scratch.path())).unwrap().tree.compiled();
    Series::load(&package.join("patches")).unwrap().apply(&mut tree).unwrap();
    // `#[path]` is relative to the directory of the file it is in.
    point_at_modules(&mut tree, |file| format!("{}modules", "../".repeat(file.matches('/').count() - 1)));
    for (path, content) in Tree::read(&package, "modules").unwrap().files {
        let inside = path.strip_prefix("modules").expect("it was read from there");
        tree.files.insert(format!("{MODULES}{inside}"), content);
    }
    tree
}

/// Finds the one place that a mutation names. A mutation whose code is gone is an error.
fn find(text: &str, mutation: &Mutation) -> Range<usize> {
    let (before, rest) = mutation.code.split_once('«').unwrap_or_else(|| panic!("{}: no « in its code", mutation.name));
    let (original, after) = rest.split_once('»').unwrap_or_else(|| panic!("{}: no » in its code", mutation.name));
    let found: Vec<usize> = text.match_indices(&[before, original, after].concat()).map(|(at, _)| at).collect();
    let [at] = found[..] else {
        panic!(
            "{}: expected its code once in {}, found {} times:\n{}",
            mutation.name,
            mutation.file,
            found.len(),
            mutation.code
        )
    };
    let start = at + before.len();
    start..start + original.len()
}

fn switch() -> String {
    format!(
        "\npub(crate) fn is_mutated(number: usize) -> bool {{\n    \
             static ACTIVE: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();\n    \
             *ACTIVE.get_or_init(|| std::env::var({SWITCH:?}).ok().and_then(|n| n.parse().ok())) == Some(number)\n\
         }}\n"
    )
}
