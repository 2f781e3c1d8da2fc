//! Questions to cargo: about one package, from probe packages of our own.
//!
//! A probe is a workspace of its own, so that cargo does not load the workspace it is built for;
//! cargo's configuration is still the one that holds where the probe lies.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::tree::write_if_changed;
use crate::Manifest;

/// Whether cargo may use the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    On,
    Off,
}

/// How to run cargo, and for which release.
#[derive(Debug)]
pub(crate) struct NestedCargo<'a> {
    pub(crate) cargo: &'a OsStr,
    pub(crate) scratch: &'a Path,
    pub(crate) manifest: &'a Manifest,
}

impl NestedCargo<'_> {
    /// `cargo info NAME@VERSION`: leaves the package unpacked among the registry sources. False
    /// when it failed.
    pub(crate) fn info(&self, network: Network) -> bool {
        let Manifest { name, version, .. } = self.manifest;
        let probe = self.scratch.join("probe-info");
        if !write_probe(&probe, "") {
            return false;
        }
        let mut command = self.command(&probe, "info", network);
        command.arg(format!("{name}@{version}"));
        run(command).is_some()
    }

    /// The directory cargo would compile the release from, be it vendored or not. Cargo's
    /// configuration depends on the directory it runs in: first that of the probe (in the target
    /// directory), then that of the package.
    pub(crate) fn source_dir(&self, package_dir: &Path) -> Option<PathBuf> {
        let Manifest { name, version, .. } = self.manifest;
        let probe = self.scratch.join("probe-metadata");
        let dependency = format!("\n[dependencies]\n{name} = \"={version}\"\n");
        if !write_probe(&probe, &dependency) {
            return None;
        }
        let ask_from = |cwd: &Path| {
            let mut command = self.command(cwd, "metadata", Network::Off);
            command.arg("--format-version=1").arg("--manifest-path").arg(probe.join("Cargo.toml"));
            let output = run(command)?;
            manifest_path(&String::from_utf8_lossy(&output.stdout), name, version)
        };
        ask_from(&probe).or_else(|| ask_from(package_dir))
    }

    fn command(&self, cwd: &Path, subcommand: &str, network: Network) -> Command {
        let mut command = Command::new(self.cargo);
        command
            .current_dir(cwd)
            .arg(subcommand)
            .arg("--quiet")
            .stdin(Stdio::null())
            // A build that waits for a network that is not there should not wait long.
            .env("CARGO_NET_RETRY", "1");
        if network == Network::Off {
            command.arg("--offline");
        }
        command
    }
}

/// Writes a package that has nothing in it, as the root of a workspace of its own.
fn write_probe(dir: &Path, dependencies: &str) -> bool {
    let manifest = format!(
        "[package]\nname = \"h2-probe\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n{dependencies}"
    );
    // A lock file of an earlier run could name versions that a vendor directory no longer has.
    let _ = fs::remove_file(dir.join("Cargo.lock"));
    write_if_changed(&dir.join("Cargo.toml"), manifest.as_bytes()).is_ok()
        && write_if_changed(&dir.join("src/lib.rs"), b"").is_ok()
}

fn run(mut command: Command) -> Option<Output> {
    command.output().ok().filter(|output| output.status.success())
}

/// The package directory from `cargo metadata`. Only two strings are needed of it, so no JSON
/// reader: a package's `manifest_path` follows its `id`, and inside the text of another package
/// neither can be there unescaped.
fn manifest_path(metadata: &str, name: &str, version: &str) -> Option<PathBuf> {
    let package = format!("{{\"name\":\"{name}\",\"version\":\"{version}\",");
    let (_, after) = metadata.split_once(&package)?;
    let (_, after) = after.split_once("\"manifest_path\":\"")?;
    let mut path = String::new();
    let mut chars = after.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => path.push(chars.next()?),
            other => path.push(other),
        }
    }
    Path::new(&path).parent().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::manifest_path;
    use std::path::Path;

    #[test]
    fn finds_the_package_in_cargos_answer() {
        let metadata = r#"{"packages":[{"name":"x","version":"0.4.20","manifest_path":"/x/Cargo.toml"},{"name":"h2","version":"0.4.20","id":"i","manifest_path":"/a \"b\"/h2/Cargo.toml","metadata":null}]}"#;
        assert_eq!(manifest_path(metadata, "h2", "0.4.20").as_deref(), Some(Path::new("/a \"b\"/h2")));
        assert_eq!(manifest_path(metadata, "h2", "0.4.19"), None);
    }
}
