//! A source tree in memory: path to content.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::{sha256, Error};

/// Files by their path relative to the root, with forward slashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// Path to content.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// Reads every file below `root/top`; the paths start with `top`.
    pub fn read(root: &Path, top: &str) -> Result<Tree, Error> {
        let mut tree = Tree::default();
        for path in list_files(root, top)? {
            let file = root.join(&path);
            let content =
                fs::read(&file).map_err(|cause| Error::io(format_args!("read {}", file.display()), &cause))?;
            tree.files.insert(path, content);
        }
        Ok(tree)
    }

    /// The part that is compiled, and that patches may touch: `src/`.
    pub fn compiled(&self) -> Tree {
        let in_src = self.files.iter().filter(|(path, _)| path.starts_with("src/"));
        Tree { files: in_src.map(|(path, content)| (path.clone(), content.clone())).collect() }
    }

    /// One hash for the whole tree: that of its `hash  path` lines in path order.
    pub fn sha256(&self) -> String {
        let mut listing = String::new();
        for (path, content) in &self.files {
            // Writing to a string does not fail.
            let _ = writeln!(listing, "{}  {path}", sha256::hex(content));
        }
        sha256::hex(listing.as_bytes())
    }

    /// Makes `root/src` hold exactly the files of this tree, whose paths all start with `src/`.
    /// Files that already have the right content are not touched, so that their modification times
    /// stay and an incremental build has nothing to do; files of an earlier run are removed.
    pub fn write_sources(&self, root: &Path) -> Result<(), Error> {
        for (path, content) in &self.files {
            let file = root.join(path);
            write_if_changed(&file, content)?;
        }
        let wanted: BTreeSet<&String> = self.files.keys().collect();
        for path in list_files(root, "src")? {
            if !wanted.contains(&path) {
                let file = root.join(&path);
                fs::remove_file(&file)
                    .map_err(|cause| Error::io(format_args!("remove stale {}", file.display()), &cause))?;
            }
        }
        Ok(())
    }
}

/// Writes `content` unless the file has it already; makes the directories above it.
pub fn write_if_changed(file: &Path, content: &[u8]) -> Result<(), Error> {
    if fs::read(file).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(|cause| Error::io(format_args!("create {}", parent.display()), &cause))?;
    }
    fs::write(file, content).map_err(|cause| Error::io(format_args!("write {}", file.display()), &cause))
}

/// The files below `root/top`, sorted, relative to `root`, with forward slashes. An absent
/// directory has none.
pub fn list_files(root: &Path, top: &str) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut open = vec![top.to_owned()];
    while let Some(dir) = open.pop() {
        let on_disk = root.join(&dir);
        let list_error = |cause: io::Error| Error::io(format_args!("list {}", on_disk.display()), &cause);
        let entries = match fs::read_dir(&on_disk) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(list_error(cause)),
        };
        for entry in entries {
            let entry = entry.map_err(list_error)?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| {
                Error::new(format!("{} holds a file whose name is not UTF-8; remove it", on_disk.display()))
            })?;
            let path = if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
            // `metadata` follows links: a linked directory is walked like any other.
            let meta = fs::metadata(root.join(&path)).map_err(list_error)?;
            if meta.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Tree;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree { files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect() }
    }

    #[test]
    fn hash_depends_on_names_and_content() {
        let base = tree(&[("a", "1"), ("b", "2")]).sha256();
        assert_eq!(base, tree(&[("b", "2"), ("a", "1")]).sha256());
        assert_ne!(base, tree(&[("a", "2"), ("b", "1")]).sha256());
        assert_ne!(base, tree(&[("a", "1"), ("c", "2")]).sha256());
    }

    #[test]
    fn writing_keeps_equal_files_and_removes_stale_ones() {
        let dir = tempfile::tempdir().unwrap();
        tree(&[("src/a.rs", "1"), ("src/deep/b.rs", "2")]).write_sources(dir.path()).unwrap();
        let kept = dir.path().join("src/a.rs");
        let before = std::fs::metadata(&kept).unwrap().modified().unwrap();

        let next = tree(&[("src/a.rs", "1"), ("src/c.rs", "3")]);
        next.write_sources(dir.path()).unwrap();
        assert_eq!(Tree::read(dir.path(), "src").unwrap(), next);
        let after = std::fs::metadata(&kept).unwrap().modified().unwrap();
        assert_eq!(before, after);
    }
}
