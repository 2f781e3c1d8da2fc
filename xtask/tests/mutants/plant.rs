//! Sources of the fork with faults in them that sleep until they are called by number.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use h2_materialize::{locate, point_at_modules, Manifest, Search, Series, Tree};

use crate::faults::Fault;
use crate::support::repository;

/// The variable that wakes a fault, by its number: 1 is the first.
pub(crate) const SWITCH: &str = "H2_PLANTED";

/// Where our own modules are in the tree.
const MODULES: &str = "src/modules";

/// Makes a work tree in `dir` that holds every fault.
pub(crate) fn plant(dir: &Path, faults: &[Fault]) {
    let mut tree = sources();
    let mut edits: BTreeMap<&str, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for (number, fault) in (1..).zip(faults) {
        let file = tree.files.get(fault.file).unwrap_or_else(|| panic!("{}: no file {}", fault.name, fault.file));
        let text = std::str::from_utf8(file).unwrap();
        let place = find(text, fault);
        let sound = &text[place.clone()];
        let either = format!("if crate::planted({number}) {{ {} }} else {{ {sound} }}", fault.instead);
        edits.entry(fault.file).or_default().push((place, either));
    }
    for (file, mut edits) in edits {
        let text = tree.files.get_mut(file).expect("faults were found in it");
        edits.sort_by_key(|(place, _)| place.start);
        assert!(edits.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start), "{file}: two faults in one place");
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
    // `#[path]` is relative to the directory of the file it stands in.
    point_at_modules(&mut tree, |file| format!("{}modules", "../".repeat(file.matches('/').count() - 1)));
    for (path, content) in Tree::read(&package, "modules").unwrap().files {
        let inside = path.strip_prefix("modules").expect("it was read from there");
        tree.files.insert(format!("{MODULES}{inside}"), content);
    }
    tree
}

/// The one place that a fault names: the list must not go stale unnoticed.
fn find(text: &str, fault: &Fault) -> Range<usize> {
    let (before, rest) = fault.place.split_once('«').unwrap_or_else(|| panic!("{}: no « in its place", fault.name));
    let (sound, behind) = rest.split_once('»').unwrap_or_else(|| panic!("{}: no » in its place", fault.name));
    let found: Vec<usize> = text.match_indices(&[before, sound, behind].concat()).map(|(at, _)| at).collect();
    let [at] = found[..] else {
        panic!(
            "{}: expected its place once in {}, found {} times:\n{}",
            fault.name,
            fault.file,
            found.len(),
            fault.place
        )
    };
    let start = at + before.len();
    start..start + sound.len()
}

fn switch() -> String {
    format!(
        "\npub(crate) fn planted(number: usize) -> bool {{\n    \
             static AWAKE: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();\n    \
             *AWAKE.get_or_init(|| std::env::var({SWITCH:?}).ok().and_then(|n| n.parse().ok())) == Some(number)\n\
         }}\n"
    )
}
