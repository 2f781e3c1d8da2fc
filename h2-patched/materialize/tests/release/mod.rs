//! A small release and a fork of it, made up, so that a test can break one thing at a time.

// Each test binary uses its own part of this.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::path::{Path, PathBuf};

use h2_materialize::{sha256, Options, Search, Tree};

pub const CRATE_ROOT: &str = "//! Docs.\n#![allow(dead_code)]\n\nmod x;\n";
pub const MODULE: &str = "fn one() {}\nfn two() {}\n";
const PACKAGE: &str = "[package]\nname = \"h2\"\nversion = \"0.4.20\"\n";

pub const PATCH: &str = "\
Subject: Rename a function
Class: fix
Why: it was called wrong
Spec: none
Upstream-Issue: none
Proven-by: tests:none
Risk: none
Forwarded: no, because it is made up
Drop-when: never

--- a/src/x.rs
+++ b/src/x.rs
@@ -2 +2 @@
-fn two() {}
+#[path = \"@MODULES@/y.rs\"] mod y;
";

/// A release on disk, and a fork that patches it, below one temporary directory.
#[derive(Debug)]
pub struct World {
    root: tempfile::TempDir,
}

impl World {
    pub fn new() -> World {
        let world = World { root: tempfile::tempdir().unwrap() };
        world.write_release("pristine");
        world.write_fork();
        world
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    pub fn write(&self, below: &str, text: &str) {
        let file = self.path(below);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn write_release(&self, dir: &str) {
        for (name, text) in [
            ("Cargo.toml", PACKAGE),
            ("LICENSE", "all yours\n"),
            ("README.md", "# h2\n"),
            ("src/lib.rs", CRATE_ROOT),
            ("src/x.rs", MODULE),
        ] {
            self.write(&format!("{dir}/{name}"), text);
        }
    }

    fn write_fork(&self) {
        let mut manifest = String::from("release h2 0.4.20\n");
        let release = Tree::read(&self.path("pristine"), "src").unwrap();
        for name in ["Cargo.toml", "LICENSE", "README.md"] {
            let content = fs::read(self.path("pristine").join(name)).unwrap();
            manifest.push_str(&format!("{}  {name}\n", sha256::hex(&content)));
        }
        for (name, content) in &release.files {
            manifest.push_str(&format!("{}  {name}\n", sha256::hex(content)));
        }
        self.write("fork/upstream.sha256", &manifest);
        self.write("fork/patches/series", "# fixes\nrename\n");
        self.write("fork/patches/fixes/rename.patch", PATCH);
        self.write("fork/modules/y.rs", "");

        let mut patched = release;
        let module = MODULE.replace("fn two() {}", "#[path = \"@MODULES@/y.rs\"] mod y;");
        patched.files.insert("src/x.rs".into(), module.into());
        let tree_hash = format!("{}\n", patched.sha256());
        self.write("fork/patches/tree.sha256", &tree_hash);
    }

    /// Options that look nowhere but below this world.
    pub fn options(&self) -> Options {
        Options {
            package_dir: self.path("fork"),
            out_dir: self.path("out"),
            worktree: None,
            search: Search {
                pristine_dir: None,
                package_dir: self.path("fork"),
                cargo_home: Some(self.path("cargo-home")),
                cargo: None,
                may_fetch: false,
            },
        }
    }

    /// Options that take the release from `dir`.
    pub fn options_with_pristine(&self, dir: &Path) -> Options {
        let mut options = self.options();
        options.search.pristine_dir = Some(dir.to_owned());
        options
    }
}
