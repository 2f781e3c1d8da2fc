//! Files of figures: whether they can be written, asked before anything is measured, and writing
//! them.

use std::path::{Path, PathBuf};

use h2_benches::figures::{chart, Figures};

/// The files that figures are written to.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) json: Option<PathBuf>,
    pub(crate) plot: Option<PathBuf>,
}

impl Output {
    /// Why the files cannot be written, as far as that can be seen now.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.json.as_deref().map_or(Ok(()), file)?;
        self.plot.as_deref().map_or(Ok(()), folder)
    }

    /// Writes all that can be written; each failure. `all` makes JSON an array, however many
    /// figures there are.
    pub(crate) fn write(&self, figures: &[Figures], all: bool) -> Vec<String> {
        let json = self.json.as_deref().map(|path| write(figures, all, path));
        let plot = self.plot.as_deref().map(|folder| plot(figures, folder));
        [json, plot].into_iter().flatten().filter_map(Result::err).collect()
    }
}

fn file(path: &Path) -> Result<(), String> {
    let shown = path.display();
    if path.as_os_str().is_empty() {
        return Err("--json: expected the path of a file, found nothing".into());
    }
    if path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(format!("--json: expected the path of a file, found the directory {shown}"));
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
            Err(format!("--json: expected a file in a directory that exists, found {shown}"))
        }
        _ => Ok(()),
    }
}

/// A directory that is missing is made.
fn folder(path: &Path) -> Result<(), String> {
    if path.as_os_str().is_empty() {
        return Err("--plot: expected a directory, found nothing".into());
    }
    match path.ancestors().find(|ancestor| ancestor.exists()) {
        Some(present) if !present.is_dir() => {
            Err(format!("--plot: expected a directory, found the file {}", present.display()))
        }
        _ => Ok(()),
    }
}

fn write(figures: &[Figures], all: bool, path: &Path) -> Result<(), String> {
    let json = match figures {
        [one] if !all => serde_json::to_string_pretty(one),
        many => serde_json::to_string_pretty(many),
    };
    let json = json.map_err(|error| error.to_string())?;
    put(path, &(json + "\n"))
}

fn plot(figures: &[Figures], folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for figures in figures {
        if let Some(svg) = chart::svg(figures) {
            put(&folder.join(format!("{}.svg", figures.scenario)), &svg)?;
        }
    }
    Ok(())
}

pub(crate) fn put(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
