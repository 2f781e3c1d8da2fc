//! Parts of a scenario that run in processes of their own: each begins with nothing allocated and
//! nothing registered, and one that does not come to its end can be ended.
//!
//! A worker prints one line for each figure, `NAME VALUE`, as soon as it has it. Its first line is
//! `ready 0`, once it is set up.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{channel, RecvTimeoutError};
use std::time::Duration;

/// The line that says that a worker is set up.
pub const READY: &str = "ready";

/// How long a worker may take for its set-up, and for each figure after that.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub set_up: Duration,
    pub figure: Duration,
}

/// What a worker said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    pub is_ready: bool,
    /// In the order of its lines.
    pub figures: Vec<(String, f64)>,
    /// Why it ended early, if it did: that its time was over, or what it wrote to standard error.
    pub failure: Option<String>,
}

/// A worker of this program, with these arguments.
///
/// # Errors
///
/// This program's own file cannot be found.
pub fn of_this_program(arguments: &[String]) -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program's own file: {error}"))?;
    let mut command = Command::new(program);
    command.arg("worker").args(arguments);
    Ok(command)
}

/// Runs a worker until it ends or its time is over; it is ended then.
///
/// # Errors
///
/// The worker cannot be started, or prints something else than figures.
pub fn run(command: &mut Command, patience: Patience) -> Result<Said, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start a worker: {error}"))?;
    let (sender, lines) = channel();
    let stdout = child.stdout.take().expect("it is piped");
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let stderr = child.stderr.take().expect("it is piped");
    let complaints = std::thread::spawn(move || {
        let lines = BufReader::new(stderr).lines().map_while(Result::ok);
        lines.last().unwrap_or_default()
    });
    let mut said = Said::default();
    let outcome = loop {
        let patience = if said.is_ready { patience.figure } else { patience.set_up };
        match lines.recv_timeout(patience) {
            Ok(line) => match figure(&line) {
                Some((name, _)) if name == READY => said.is_ready = true,
                Some(figure) => said.figures.push(figure),
                None => break Err(format!("a worker printed {line:?} where a figure was expected")),
            },
            Err(RecvTimeoutError::Disconnected) => break Ok(()),
            Err(RecvTimeoutError::Timeout) => {
                said.failure = Some(format!("no figure within {} s", patience.as_secs_f64()));
                break Ok(());
            }
        }
    };
    // One that has ended cannot be killed, and need not be.
    let _ = child.kill();
    let status = child.wait().map_err(|error| format!("cannot wait for a worker: {error}"))?;
    drop(lines);
    // Neither can panic.
    let _ = reader.join();
    let complaint = complaints.join().unwrap_or_default();
    if said.failure.is_none() && !status.success() {
        said.failure = Some(if complaint.is_empty() { status.to_string() } else { complaint });
    }
    outcome.map(|()| said)
}

/// Prints a figure for the scenario that started this worker.
///
/// # Errors
///
/// Standard output is closed.
pub fn say(name: &str, figure: f64) -> Result<(), String> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{name} {figure}").and_then(|()| stdout.flush()).map_err(|error| error.to_string())
}

fn figure(line: &str) -> Option<(String, f64)> {
    let (name, figure) = line.split_once(' ')?;
    Some((name.to_owned(), figure.parse().ok()?))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Said, String> {
        let patience = Patience { set_up: Duration::from_secs(20), figure: Duration::from_millis(300) };
        run(Command::new("sh").args(["-c", script]), patience)
    }

    #[test]
    fn figures_are_read_until_the_worker_ends() {
        let said = shell("echo ready 0; echo ping 1.5; echo upload 2").expect("it prints figures");
        let figures = vec![("ping".to_owned(), 1.5), ("upload".to_owned(), 2.0)];
        assert_eq!(said, Said { is_ready: true, figures, failure: None });
    }

    #[test]
    fn a_worker_that_hangs_is_ended_and_what_it_said_is_kept() {
        let said = shell("echo ready 0; echo ping 1; exec sleep 1000").expect("it prints figures");
        assert_eq!((said.figures.len(), said.failure.as_deref()), (1, Some("no figure within 0.3 s")));
    }

    #[test]
    fn a_failure_is_told_in_its_last_line() {
        let said = shell("echo one >&2; echo two >&2; exit 3").expect("it prints nothing");
        assert_eq!(said, Said { failure: Some("two".into()), ..Said::default() });
        assert!(shell("exit 3").expect("it prints nothing").failure.is_some_and(|why| why.contains('3')));
    }

    #[test]
    fn anything_else_than_a_figure_is_an_error() {
        assert!(shell("echo hello").is_err());
        assert!(shell("echo hello world").is_err());
    }
}
