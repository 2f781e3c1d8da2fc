//! A server in a process: started, measured and ended.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{kill_process, Pid, Signal};

/// How long a server may take until it accepts connections; valgrind is slow.
const START: Duration = Duration::from_secs(20);
/// How long a process may take to end after SIGTERM.
const END: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(10);

/// A server that runs. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    pub(super) port: u16,
    /// The server is a child of the child, which measures it.
    is_traced: bool,
}

impl Running {
    /// Starts a server and waits until it accepts connections.
    ///
    /// # Errors
    ///
    /// It cannot be started, ends, or accepts none.
    pub(super) fn start(mut command: Command, port: u16, is_traced: bool) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
        let mut running = Running { child, port, is_traced };
        let begin = Instant::now();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while begin.elapsed() < START {
            if TcpStream::connect_timeout(&address, STEP * 10).is_ok() {
                return Ok(running);
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(format!("ended before it accepted connections: {status}"));
            }
            sleep(STEP);
        }
        Err(format!("accepted no connection within {} s", START.as_secs()))
    }

    /// The CPU time of all threads so far, of the server's other processes too.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub(super) fn cpu(&self) -> Result<Duration, String> {
        let mut nanoseconds = 0;
        for process in tree(self.child.id()) {
            let threads = fs::read_dir(format!("/proc/{process}/task")).map_err(|error| error.to_string())?;
            for thread in threads.map_while(Result::ok) {
                let text = fs::read_to_string(thread.path().join("schedstat")).map_err(|error| error.to_string())?;
                nanoseconds += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
            }
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Ends the server, so that what measures it writes down what it has.
    pub(super) fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        let child = self.child.id();
        let all = tree(child);
        let asked = all.iter().filter(|process| !self.is_traced || **process != child || all.len() == 1);
        asked.for_each(|process| signal(*process, Signal::TERM));
        if wait(&mut self.child, END).is_none() {
            // The child was not waited for, so that its number is still its own.
            tree(child).into_iter().for_each(|process| signal(process, Signal::KILL));
            let _ = self.child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Waits for a child for so long; its status if it ended.
pub(super) fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let begin = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if begin.elapsed() < patience => sleep(STEP),
            _ => return None,
        }
    }
}

fn signal(process: u32, signal: Signal) {
    // One that has ended needs no signal.
    if let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

/// A process and all that descend from it, parents first.
fn tree(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .map_while(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|process| Some((process, parent(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)?)))
        .collect();
    let mut all = vec![root];
    let mut at = 0;
    while let Some(process) = all.get(at).copied() {
        all.extend(parents.iter().filter(|(_, parent)| *parent == process).map(|(child, _)| *child));
        at += 1;
    }
    all
}

/// The parent in a line of `/proc/PID/stat`. The name before it may hold anything.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent("7 (a) b (c) S 42 7 7 0"), Some(42));
        assert_eq!(parent("7 (a"), None);
        assert_eq!(
            parent(&fs::read_to_string("/proc/self/stat").expect("it is read")),
            Some(std::os::unix::process::parent_id())
        );
    }

    #[test]
    fn a_server_that_ends_or_is_missing_is_told() {
        let mut ends = Command::new("sh");
        ends.args(["-c", "exit 3"]);
        let why = Running::start(ends, 1, false).expect_err("nothing listens on port 1");
        assert!(why.contains('3'), "{why}");
        assert!(Running::start(Command::new("no-such-program"), 1, false).is_err());
    }

    /// A process that nothing has waited for yet still has a number.
    fn runs(process: u32) -> bool {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    }

    #[test]
    fn a_process_and_its_children_are_ended() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        for is_traced in [true, false] {
            let mut shell = Command::new("sh");
            shell.args(["-c", "sleep 1000 & sleep 1000"]);
            let running = Running::start(shell, port, is_traced).expect("the port is open");
            sleep(Duration::from_millis(300));
            let all = tree(running.child.id());
            assert_eq!((all.len(), all.iter().all(|process| runs(*process))), (3, true), "{all:?}");
            assert!(running.cpu().expect("the system tells") > Duration::ZERO);
            running.stop();
            sleep(Duration::from_millis(100));
            assert!(!all.iter().any(|process| runs(*process)), "{all:?}");
        }
    }
}
