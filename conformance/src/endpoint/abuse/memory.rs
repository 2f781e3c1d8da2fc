//! The memory of the server's process.

use std::collections::BTreeMap;
use std::fs;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often the memory is read.
const PACE: Duration = Duration::from_millis(5);

/// A process of this machine, with those that it has started.
#[derive(Clone, Copy, Debug)]
pub struct Process(u32);

impl Process {
    /// The process with this id. An error is one line for the user.
    pub fn new(id: u32) -> Result<Self, String> {
        let process = Process(id);
        match process.bytes() {
            Some(_) => Ok(process),
            None if cfg!(target_os = "linux") => {
                Err(format!("--pid: expected the id of a process of this machine, found {id}"))
            }
            None => Err("--pid: the memory of a process is known on Linux only".into()),
        }
    }

    /// The memory of the process and its descendants, in bytes.
    fn bytes(self) -> Option<u64> {
        let mut children = BTreeMap::<u32, Vec<u32>>::new();
        for id in fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
            if let Some(parent) = parent(id) {
                children.entry(parent).or_default().push(id);
            }
        }
        let mut sum = memory(self.0)?;
        let mut left = vec![self.0];
        while let Some(id) = left.pop() {
            for child in children.remove(&id).unwrap_or_default() {
                sum += memory(child).unwrap_or(0);
                left.push(child);
            }
        }
        Some(sum)
    }
}

/// Reads the memory of a process again and again.
pub(super) struct Watch {
    stop: mpsc::Sender<()>,
    /// Gives the most that it had beyond what it had at first.
    thread: JoinHandle<Option<u64>>,
}

impl Watch {
    pub(super) fn start(process: Process) -> Self {
        let (stop, stopped) = mpsc::channel();
        let first = process.bytes();
        let thread = thread::spawn(move || {
            let mut most = first?;
            loop {
                let is_last = stopped.recv_timeout(PACE) != Err(RecvTimeoutError::Timeout);
                most = most.max(process.bytes()?);
                if is_last {
                    return Some(most.saturating_sub(first?));
                }
            }
        });
        Watch { stop, thread }
    }

    /// By how many bytes the process grew. `None`: it has ended.
    pub(super) fn stop(self) -> Option<u64> {
        drop(self.stop);
        self.thread.join().ok().flatten()
    }
}

/// The process that started that one.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// The memory of one process: its share of what it has in common with others counts, or all of it
/// where the share is not told.
fn memory(id: u32) -> Option<u64> {
    let of = |file: &str, name: &str| {
        let text = fs::read_to_string(format!("/proc/{id}/{file}")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(of("smaps_rollup", "Pss:").or_else(|| of("status", "VmRSS:"))? << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_a_parent() {
        let own = std::process::id();
        assert!(Process::new(own).expect("this process").bytes().is_some_and(|bytes| bytes > 1 << 20));
        assert_eq!(parent(own), Some(std::os::unix::process::parent_id()));
        let refused = Process::new(u32::MAX).expect_err("no such process");
        assert!(refused.contains("--pid") && !refused.contains('\n'), "{refused}");
    }

    #[test]
    fn growth_is_seen_also_if_it_is_gone_at_the_end() {
        let watch = Watch::start(Process(std::process::id()));
        // Far more than the tests beside this one take.
        let large = vec![1u8; 400 << 20];
        thread::sleep(PACE * 20);
        drop(large);
        assert!(watch.stop().is_some_and(|bytes| bytes > 200 << 20));
        assert_eq!(Watch::start(Process(u32::MAX)).stop(), None);
    }
}
