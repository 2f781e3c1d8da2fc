//! The memory of the server's process.

use std::collections::BTreeMap;
use std::fs;

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

    /// The resident memory of the process and its descendants, in bytes.
    pub(super) fn bytes(self: &Process) -> Option<u64> {
        let mut children = BTreeMap::<u32, Vec<u32>>::new();
        for id in fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
            if let Some(parent) = parent(id) {
                children.entry(parent).or_default().push(id);
            }
        }
        let mut sum = resident(self.0)?;
        let mut left = vec![self.0];
        while let Some(id) = left.pop() {
            for child in children.remove(&id).unwrap_or_default() {
                sum += resident(child).unwrap_or(0);
                left.push(child);
            }
        }
        Some(sum)
    }
}

/// The process that started that one.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

fn resident(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes << 10)
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
}
