//! Git on a work tree of ours, untouched by the user's configuration, so that the same series gives
//! the same commits and the same diffs everywhere.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// Git in one directory.
#[derive(Debug)]
pub(crate) struct Git<'a> {
    pub(crate) dir: &'a Path,
}

/// What git said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Git<'_> {
    /// Runs git and returns what it printed; an exit code other than 0 is a failure.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<String, Failure> {
        self.run_with_input(args, "")
    }

    pub(crate) fn run_with_input<A: AsRef<OsStr>>(&self, args: &[A], input: &str) -> Result<String, Failure> {
        let answer = self.ask(args, input)?;
        if answer.success {
            return Ok(answer.stdout);
        }
        let subcommand = args[0].as_ref().to_string_lossy();
        let reason = answer.stderr.lines().next().unwrap_or("no message");
        Err(Failure::new(format!("git {subcommand} failed in {}: {reason}", self.dir.display())))
    }

    /// Runs git for an answer that may be no.
    pub(crate) fn ask<A: AsRef<OsStr>>(&self, args: &[A], input: &str) -> Result<Answer, Failure> {
        let start = |cause: std::io::Error| Failure::io("run git (is it installed?)", &cause);
        let mut child = command(self.dir)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(start)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A git that reads no input may be gone already; its exit code tells.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(start)?;
        let stdout =
            String::from_utf8(output.stdout).map_err(|_| Failure::new("expected UTF-8 from git, found other bytes"))?;
        Ok(Answer {
            success: output.status.success(),
            stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    for name in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{name}_NAME"), "h2-patched")
            .env(format!("GIT_{name}_EMAIL"), "h2-patched@localhost")
            .env(format!("GIT_{name}_DATE"), "2000-01-01T00:00:00Z");
    }
    // Set when we run from a hook of the surrounding repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command
}
