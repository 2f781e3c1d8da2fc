//! The program that is the client of one case.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What stands for the address to ask in the words of a command.
pub(super) const URL: &str = "{url}";
/// Octets kept of a line that a program says.
const LINE: u64 = 300;
/// How often the end of a program is looked for.
const PACE: Duration = Duration::from_millis(2);

/// A running program, which is ended with all that it started when this is dropped.
#[derive(Debug)]
pub(super) struct Program {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Program {
    /// Starts a command with that address. An error is one line for the user.
    pub(super) fn start(words: &[String], url: &str) -> Result<Self, String> {
        let mut words = words.iter().map(|word| word.replace(URL, url));
        let name = words.next().unwrap_or_default();
        let mut command = Command::new(&name);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        lead_a_group(&mut command);
        let mut child = command.spawn().map_err(|error| format!("cannot start {name:?}: {error}"))?;
        let said = Arc::default();
        if let Some(errors) = child.stderr.take() {
            listen(errors, Arc::clone(&said));
        }
        Ok(Program { child, said })
    }

    /// The exit status of a program that has ended: its code, or why there is none.
    pub(super) fn status(&mut self) -> Option<Result<i32, String>> {
        let status = self.child.try_wait().ok()??;
        Some(status.code().ok_or_else(|| status.to_string()))
    }

    /// Waits at most so long for the program to end.
    pub(super) fn wait(&mut self, limit: Duration) -> Option<Result<i32, String>> {
        let until = Instant::now() + limit;
        loop {
            match self.status() {
                None if Instant::now() < until => thread::sleep(PACE),
                status => return status,
            }
        }
    }

    /// The last line of its standard error.
    pub(super) fn last_line(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Keeps the last line that the program says. The thread ends with the program.
fn listen(errors: ChildStderr, said: Arc<Mutex<String>>) {
    let read = move || {
        let mut errors = BufReader::new(errors);
        loop {
            let mut line = Vec::new();
            match errors.by_ref().take(LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let line: String = String::from_utf8_lossy(&line).trim().chars().filter(|c| !c.is_control()).collect();
            if !line.is_empty() {
                *said.lock().unwrap_or_else(PoisonError::into_inner) = line;
            }
        }
    };
    // Without it the line is missing from messages, and nothing else.
    let _ = thread::Builder::new().name("standard error".into()).spawn(read);
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.status().is_none() {
            end_group(&mut self.child);
        }
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(unix)]
fn end_group(child: &mut Child) {
    use rustix::process::{kill_process_group, Pid, Signal};
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(not(unix))]
fn lead_a_group(_: &mut Command) {}

#[cfg(not(unix))]
fn end_group(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        let words = ["sh", "-c", script].map(str::to_owned);
        Program::start(&words, "http://127.0.0.1:1/").unwrap()
    }

    #[test]
    fn a_program_gets_the_address_and_tells_its_status() {
        let mut program = shell("echo first >&2; echo 'asked {url}' >&2; exit 7");
        assert_eq!(program.wait(Duration::from_secs(60)), Some(Ok(7)));
        while !program.last_line().starts_with("asked") {
            thread::yield_now();
        }
        assert_eq!(program.last_line(), "asked http://127.0.0.1:1/");
    }

    #[test]
    fn one_that_is_not_there_is_named() {
        let error = Program::start(&["no-such-program".to_owned()], "").unwrap_err();
        assert!(error.contains("no-such-program"), "{error}");
    }

    #[test]
    fn one_that_runs_on_is_ended_when_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        // Both hold the pipe: the shell and what it started.
        let program = shell(&format!("exec > '{}'; sleep 1000 & wait", fifo.display()));
        let mut reader = std::fs::File::open(&fifo).unwrap();
        drop(program);
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
    }
}
