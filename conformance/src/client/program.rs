//! The program that is the client of one case.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What stands for the address to ask in the words of a command.
pub(super) const URL: &str = "{url}";
/// Octets read at once of a line that a program says.
const LINE: u64 = 300;
/// How often the end of a program is looked for.
const PACE: Duration = Duration::from_millis(2);

/// Lines that are kept.
const LINES: usize = 3;
/// How long the end of a program is waited for.
const PARTING: Duration = Duration::from_secs(5);

type Said = Arc<Mutex<VecDeque<String>>>;

/// A running program, which is ended with all that it started when this is dropped.
#[derive(Debug)]
pub(super) struct Program {
    child: Child,
    said: Said,
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
        running().push(child.id());
        let said = Said::default();
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

    /// The last lines of its standard error, in one.
    pub(super) fn last_words(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().cloned().collect::<Vec<_>>().join(" / ")
    }
}

/// Keeps the last lines that the program says. The thread ends with the program.
fn listen(errors: ChildStderr, said: Said) {
    let read = move || {
        let mut errors = BufReader::new(errors);
        let mut goes_on = false;
        loop {
            let mut piece = Vec::new();
            match errors.by_ref().take(LINE).read_until(b'\n', &mut piece) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let is_rest = std::mem::replace(&mut goes_on, piece.last() != Some(&b'\n'));
            let line: String = String::from_utf8_lossy(&piece).trim().chars().filter(|c| !c.is_control()).collect();
            // Of a long line the beginning says more.
            if !is_rest && !line.is_empty() {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                said.push_back(line);
                if said.len() > LINES {
                    said.pop_front();
                }
            }
        }
    };
    // Without it the lines are missing from messages, and nothing else.
    let _ = thread::Builder::new().name("standard error".into()).spawn(read);
}

impl Drop for Program {
    fn drop(&mut self) {
        // What it started may live on.
        end_group(self.child.id());
        let _ = self.child.kill();
        // One that cannot be ended is left behind.
        let _ = self.wait(PARTING);
        running().retain(|group| *group != self.child.id());
    }
}

/// Ends all programs, where this one is about to end.
pub fn end_all() {
    running().iter().for_each(|group| end_group(*group));
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Ends a program and what it started. The number of a group is not given to another one while a
/// member of it lives.
#[cfg(unix)]
fn end_group(leader: u32) {
    use rustix::process::{kill_process_group, Pid, Signal};
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn lead_a_group(_: &mut Command) {}

#[cfg(not(unix))]
fn end_group(_: u32) {}

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
        let expected = "first / asked http://127.0.0.1:1/";
        while program.last_words() != expected {
            thread::yield_now();
        }
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
        for script in ["sleep 1000 & wait", "sleep 1000 &"] {
            // The shell holds the pipe, and what it started.
            let mut program = shell(&format!("exec > '{}'; {script}", fifo.display()));
            let mut reader = std::fs::File::open(&fifo).unwrap();
            program.wait(Duration::from_millis(100));
            drop(program);
            assert_eq!(reader.read(&mut [0]).unwrap(), 0, "{script}");
        }
    }
}
