//! Programs that are ended where they take too long: a proof that is run without its patch may well
//! wait for ever.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wait_timeout::ChildExt;

use crate::failure::Failure;

/// What a build and the tests after it take on two cores, several times over.
pub(crate) const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Runs the command to its end. `None`: it took longer than `limit`, and was ended with all that it
/// had started.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Result<Option<Output>, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = Program::start(command)?;
    let (stdout, stderr) = (collect(program.0.stdout.take()), collect(program.0.stderr.take()));
    let status = program.0.wait_timeout(limit).map_err(|cause| Failure::io("wait for a program", &cause))?;
    // What it has left running would keep the pipes open.
    drop(program);
    Ok(status.map(|status| gathered(status, stdout, stderr)))
}

/// A running program, which is ended with all that it started when this is dropped.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        lead_a_group(command);
        let name = command.get_program().to_string_lossy().into_owned();
        command.spawn().map(Program).map_err(|cause| Failure::io(format_args!("run {name}"), &cause))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What it started may live on.
        end(&mut self.0);
        let _ = self.0.wait();
    }
}

fn gathered(status: ExitStatus, stdout: JoinHandle<Vec<u8>>, stderr: JoinHandle<Vec<u8>>) -> Output {
    // The threads do not panic.
    let join = |thread: JoinHandle<Vec<u8>>| thread.join().unwrap_or_default();
    Output { status, stdout: join(stdout), stderr: join(stderr) }
}

/// Reads a pipe to its end, so that the program is not held up by a full one.
fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut content = Vec::new();
        // What was read before an error is kept.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut content));
        content
    })
}

#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Ends the group: cargo does not end the test that it runs.
#[cfg(unix)]
fn end(child: &mut Child) {
    use rustix::process::{kill_process_group, Pid, Signal};
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(not(unix))]
fn lead_a_group(_: &mut Command) {}

#[cfg(not(unix))]
fn end(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_ends_has_its_output() {
        let output = output(&mut shell("echo out; echo err >&2; exit 3"), LIMIT).unwrap().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));
    }

    #[test]
    fn one_that_does_not_is_ended_with_what_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let held = fifo.clone();
        // Ends when no program holds the other end any more.
        let reader = thread::spawn(move || std::fs::read(held).unwrap());
        let mut command = shell(&format!("sleep 1000 > '{}' & sleep 1000", fifo.display()));
        assert!(output(&mut command, Duration::from_secs(2)).unwrap().is_none());
        assert_eq!(reader.join().unwrap(), b"");
    }

    #[test]
    fn what_one_leaves_behind_is_ended_too() {
        let output = output(&mut shell("sleep 1000 & echo done"), LIMIT).unwrap().unwrap();
        assert_eq!(&*output.stdout, b"done\n");
    }

    #[test]
    fn one_that_is_not_there_is_named() {
        let failure = output(&mut Command::new("no-such-program"), LIMIT).unwrap_err();
        assert!(failure.sentence.contains("no-such-program"), "{}", failure.sentence);
    }
}
