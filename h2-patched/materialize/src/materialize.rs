//! The whole way from the pinned release to the files that the compiler reads.

use std::env;
use std::path::{Path, PathBuf};

use crate::split::split;
use crate::tree::write_if_changed;
use crate::{locate, Error, Manifest, Search, Series, Tree};

/// The variable that names a work tree to compile instead of the series.
pub const WORKTREE: &str = "H2_WORKTREE";

/// Stands for the directory of our own modules in patched files:
/// `#[path = "@MODULES@/x.rs"] mod x;`.
pub const MODULES_PLACEHOLDER: &str = "@MODULES@";

const CRATE_ROOT: &str = "src/lib.rs";

/// What to make, from what, where to.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory of the fork's package: `upstream.sha256`, `patches/` and `modules/` are there.
    pub package_dir: PathBuf,
    /// The directory to write to: `src/`, and the crate documentation beside it.
    pub out_dir: PathBuf,
    /// A work tree of `cargo xtask edit` to take instead of the series.
    pub worktree: Option<PathBuf>,
    /// Where to look for the pristine release.
    pub search: Search,
}

impl Options {
    /// What the environment of the fork's build script asks for.
    pub fn from_build_env() -> Result<Options, Error> {
        let dir = |name: &str| {
            env::var_os(name)
                .map(PathBuf::from)
                .ok_or_else(|| Error::new(format!("expected cargo to set {name}; run this as a build script")))
        };
        let package_dir = dir("CARGO_MANIFEST_DIR")?;
        let out_dir = dir("OUT_DIR")?;
        Ok(Options {
            worktree: env::var_os(WORKTREE).filter(|value| !value.is_empty()).map(PathBuf::from),
            search: Search::from_env(&package_dir, &out_dir),
            out_dir: out_dir.join("h2"),
            package_dir,
        })
    }
}

/// Where the compiled files came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The release in `pristine`, and the series.
    Series {
        /// The directory of the release.
        pristine: PathBuf,
        /// How it was found.
        how: &'static str,
        /// How many patches were applied.
        patches: usize,
    },
    /// A work tree, as it is.
    Worktree(PathBuf),
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Where it came from.
    pub source: Source,
    /// Files and directories that the outcome depends on.
    pub inputs: Vec<PathBuf>,
}

/// Writes the fork's sources to `options.out_dir`.
pub fn materialize(options: &Options) -> Result<Report, Error> {
    let mut inputs: Vec<PathBuf> =
        ["upstream.sha256", "patches", "modules", "src"].iter().map(|name| options.package_dir.join(name)).collect();
    let (mut tree, source) = match &options.worktree {
        Some(worktree) => {
            inputs.push(worktree.join("src"));
            (read_worktree(worktree)?, Source::Worktree(worktree.clone()))
        }
        None => patched_release(options)?,
    };
    point_at_modules(&mut tree, |_| forward_slashes(&options.package_dir.join("modules")));
    write(tree, &options.out_dir)?;
    Ok(Report { source, inputs })
}

fn patched_release(options: &Options) -> Result<(Tree, Source), Error> {
    let manifest = Manifest::load(&options.package_dir.join("upstream.sha256"))?;
    let series = Series::load(&options.package_dir.join("patches"))?;
    let located = locate(&manifest, &options.search)?;
    let mut tree = located.tree.compiled();
    series.apply(&mut tree)?;
    let source = Source::Series { pristine: located.dir, how: located.how, patches: series.patches.len() };
    Ok((tree, source))
}

fn read_worktree(worktree: &Path) -> Result<Tree, Error> {
    let tree = Tree::read(worktree, "src")?;
    if !tree.files.contains_key(CRATE_ROOT) {
        return Err(Error::new(format!(
            "{WORKTREE} is {}, but there is no {CRATE_ROOT} in it; name a directory made by `cargo xtask edit`, or unset it",
            worktree.display()
        )));
    }
    Ok(tree)
}

/// Puts the directory of our own modules, as `modules` names it for each file, in the place of the
/// placeholder.
pub fn point_at_modules(tree: &mut Tree, modules: impl Fn(&str) -> String) {
    for (path, content) in &mut tree.files {
        let Ok(text) = std::str::from_utf8(content) else {
            continue;
        };
        if text.contains(MODULES_PLACEHOLDER) {
            *content = text.replace(MODULES_PLACEHOLDER, &modules(path)).into_bytes();
        }
    }
}

/// Rust takes forward slashes in `#[path]` everywhere, and a backslash would be an escape.
fn forward_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn write(mut tree: Tree, out_dir: &Path) -> Result<(), Error> {
    let root =
        tree.files.get_mut(CRATE_ROOT).ok_or_else(|| Error::new(format!("the patched tree has no {CRATE_ROOT}")))?;
    let text = std::str::from_utf8(root).map_err(|_| Error::new(format!("{CRATE_ROOT} is not UTF-8")))?;
    let parts = split(text)?;
    *root = parts.body.into_bytes();
    tree.write_sources(out_dir)?;
    write_if_changed(&out_dir.join("docs.md"), parts.docs.as_bytes())
}
