//! A server or a client that the suite is run on: how it is started, and what it is asked.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tempfile::TempDir;

use crate::failure::Failure;
use crate::limited::Program;
use crate::repo::{read, write};

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(10);
/// How often that is tried.
const PACE: Duration = Duration::from_millis(20);

/// The file of peers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peers {
    backend: Vec<String>,
    /// Topics of other projects that are not published.
    pub(super) withheld: Vec<String>,
    pub(super) peer: Vec<Peer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peer {
    pub(super) name: String,
    /// Part of this repository.
    #[serde(default)]
    pub(super) own: bool,
    pub(super) role: Role,
    /// The command that prints the version. Subjects of the suite itself have none.
    #[serde(default)]
    version: Vec<String>,
    /// Files that are filled in and copied.
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    build: Vec<String>,
    #[serde(default)]
    start: Vec<String>,
    /// The arguments of the suite.
    suite: Vec<String>,
    /// The command of [`Peers`], if any of the files needs it.
    #[serde(skip)]
    backend: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    Server,
    Client,
}

impl Peers {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut peers: Peers =
            toml::from_str(text).map_err(|error| Failure::new(format!("peers.toml: {}", error.message())))?;
        for peer in &mut peers.peer {
            if !peer.files.is_empty() {
                peer.backend.clone_from(&peers.backend);
            }
        }
        Ok(peers)
    }
}

/// Where a peer runs: its ports, and a directory that is removed afterwards.
pub(super) struct Scratch {
    here: PathBuf,
    dir: TempDir,
    port: u16,
    backend: u16,
}

impl Scratch {
    pub(super) fn new(here: &Path) -> Result<Self, Failure> {
        let dir = tempfile::tempdir().map_err(|cause| Failure::io("make a directory", &cause))?;
        // Both are bound at once, so that they differ.
        let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|bound| Ok((bound.local_addr()?, bound)));
        let [first, second] = [bind(), bind()];
        let wrong = |cause: std::io::Error| Failure::io("find a free port", &cause);
        let ((port, _port), (backend, _backend)) = (first.map_err(wrong)?, second.map_err(wrong)?);
        Ok(Scratch { here: here.to_owned(), dir, port: port.port(), backend: backend.port() })
    }

    fn fill(&self, text: &str) -> String {
        [
            ("{port}", self.port.to_string()),
            ("{backend}", self.backend.to_string()),
            ("{here}", self.here.display().to_string()),
            ("{scratch}", self.dir.path().display().to_string()),
        ]
        .into_iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(name, &value))
    }

    fn command(&self, words: &[String]) -> Command {
        let mut words = words.iter().map(|word| self.fill(word));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::null());
        command
    }
}

impl Peer {
    /// The name of the file of its results.
    pub(super) fn file(&self) -> String {
        format!("{}.tsv", self.name.to_lowercase().replace(' ', "-"))
    }

    /// The first line that the program says of its version. `None`: it is not installed.
    pub(super) fn version(&self, scratch: &Scratch) -> Result<Option<String>, Failure> {
        if self.version.is_empty() {
            return Ok(Some(String::new()));
        }
        let Ok(output) = scratch.command(&self.version).output() else { return Ok(None) };
        if !output.status.success() {
            return Ok(None);
        }
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        Ok(Some(line.trim().chars().take(80).collect()))
    }

    /// Starts the peer, runs the suite on it, and ends it. Returns what the suite wrote.
    pub(super) fn play(&self, suite: &Path, scratch: &Scratch) -> Result<String, Failure> {
        for file in &self.files {
            let text = read(&scratch.here.join(file))?;
            let name = Path::new(file).file_name().unwrap_or_default();
            write(&scratch.dir.path().join(name), &scratch.fill(&text))?;
        }
        if !self.build.is_empty() {
            let status = scratch.command(&self.build).status();
            if !status.map_err(|cause| self.failed("cannot be built", &cause))?.success() {
                return Err(Failure::new(format!("{} cannot be built; see above", self.name)));
            }
        }
        let _backend = self.serve(&self.backend, scratch, scratch.backend)?;
        let _server = self.serve(&self.start, scratch, scratch.port)?;
        let report = scratch.dir.path().join("report.json");
        let _ = fs::remove_file(&report);
        // The options stand before the command of a client.
        let (command, rest) = self.suite.split_first().ok_or_else(|| Failure::new("field suite is empty"))?;
        let mut suite = Command::new(suite);
        suite.arg(command).args(["--quiet", "--format", "json", "--out"]).arg(&report);
        suite.args(rest.iter().map(|word| scratch.fill(word)));
        let output = suite.output().map_err(|cause| self.failed("cannot be tested", &cause))?;
        match report.is_file() {
            true => read(&report),
            false => Err(Failure::new(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    }

    /// Starts a server, if there is one, and waits until it listens.
    fn serve(&self, words: &[String], scratch: &Scratch, port: u16) -> Result<Option<Program>, Failure> {
        if words.is_empty() {
            return Ok(None);
        }
        let mut command = scratch.command(words);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let server = Program::start(&mut command)?;
        let until = Instant::now() + START;
        while TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).is_err() {
            if Instant::now() > until {
                return Err(Failure::new(format!("{} does not listen within {} s", self.name, START.as_secs())));
            }
            std::thread::sleep(PACE);
        }
        Ok(Some(server))
    }

    fn failed(&self, what: &str, cause: &std::io::Error) -> Failure {
        Failure::new(format!("{} {what}: {cause}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_peers_can_be_read() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/peers");
        let peers = Peers::parse(&read(&here.join("peers.toml")).unwrap()).unwrap();
        let mut files: Vec<String> = peers.peer.iter().map(Peer::file).collect();
        let count = files.len();
        files.sort();
        files.dedup();
        assert_eq!(files.len(), count);
        for peer in &peers.peer {
            assert!(peer.files.iter().all(|file| here.join(file).is_file()), "{}", peer.name);
            assert!(peer.own || !peer.version.is_empty(), "{}", peer.name);
        }
        assert!(Peers::parse("[[peer]]\nname = 1").is_err());
    }

    #[test]
    fn words_are_filled_in() {
        let scratch = Scratch::new(Path::new("/here")).unwrap();
        assert_ne!(scratch.port, scratch.backend);
        let filled = scratch.fill("{here}/a {port} {url}");
        assert_eq!(filled, format!("/here/a {} {{url}}", scratch.port));
    }
}
