//! The tools of a run: the load, and what counts system calls, allocations and instructions.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::process::{wait, Running};
use super::server::{find, Server, Site};
use super::Pattern;

/// The longest load; a load that takes longer did not come to its end.
const LOAD: Duration = Duration::from_secs(30);

/// What counts something in a run of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Counter {
    Syscalls,
    Allocations,
    Instructions,
}

impl Counter {
    fn words(self, file: &str) -> Vec<String> {
        let words: &[&str] = match self {
            Counter::Syscalls => &["strace", "-c", "-f", "-o", file],
            Counter::Allocations => &["valgrind", "--leak-check=no", "--undef-value-errors=no"],
            Counter::Instructions => &["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"],
        };
        let log = format!("--log-file={file}");
        let log = (!matches!(self, Counter::Syscalls)).then_some(log.as_str());
        words.iter().copied().chain(log).map(str::to_owned).collect()
    }

    /// The count in what the tool wrote.
    fn read(self, text: &str) -> Option<f64> {
        match self {
            Counter::Syscalls => system_calls(text),
            Counter::Allocations => {
                let count = text.lines().find_map(|line| line.split_once("total heap usage: "))?.1;
                count.split(' ').next()?.replace(',', "").parse().ok()
            }
            Counter::Instructions => {
                text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
            }
        }
    }
}

/// The calls of all lines in the table of `strace -c`: share, seconds, time a call, calls.
fn system_calls(text: &str) -> Option<f64> {
    let calls = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_call = words.first()?.parse::<f64>().is_ok() && words.last() != Some(&"total");
        is_call.then(|| words.get(3)?.parse::<f64>().ok()).flatten()
    });
    calls.reduce(|sum, calls| sum + calls)
}

/// What is installed.
#[derive(Debug)]
pub(super) struct Tools {
    h2load: Option<PathBuf>,
    pub(super) has_strace: bool,
    pub(super) has_valgrind: bool,
    /// The server's core and the load's, where there are two and a tool to choose them.
    cores: Option<[String; 2]>,
}

impl Tools {
    /// Looks for them. What is missing is named on standard error.
    pub(super) fn new() -> Self {
        let h2load = find("h2load", "nghttp2-client");
        match &h2load {
            Some(_) => eprintln!("peers: load by h2load"),
            None => eprintln!("peers: load by `h2-benches load`"),
        }
        let allowed = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let cores = find("taskset", "util-linux").and_then(|_| two_cores(&allowed));
        match &cores {
            Some([server, load]) => eprintln!("peers: servers on core {server}, load on core {load}"),
            None => eprintln!("peers: servers and load are not pinned: expected taskset and two cores"),
        }
        let [has_strace, has_valgrind] = ["strace", "valgrind"].map(|name| find(name, name).is_some());
        Tools { h2load, has_strace, has_valgrind, cores }
    }

    fn command(&self, core: usize, words: &[String]) -> Command {
        let pinned = self.cores.as_ref().map(|cores| ["taskset".into(), "-c".into(), cores[core].clone()]);
        let words: Vec<String> = pinned.into_iter().flatten().chain(words.iter().cloned()).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }

    /// Starts a server on its core, under a tool if one is named.
    ///
    /// # Errors
    ///
    /// It does not run.
    pub(super) fn start(
        &self,
        server: &Server,
        site: &Site,
        counter: Option<(Counter, &str)>,
    ) -> Result<Running, String> {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| format!("no port is free: {error}"))?.port();
        let mut words = counter.map(|(counter, file)| counter.words(file)).unwrap_or_default();
        words.extend(server.words(site, port).map_err(|error| error.to_string())?);
        // valgrind becomes the server; strace starts it.
        let is_traced = matches!(counter, Some((Counter::Syscalls, _)));
        Running::start(self.command(0, &words), port, is_traced)
    }

    /// Sends so many requests on one connection.
    ///
    /// # Errors
    ///
    /// Not all were answered.
    pub(super) fn load(&self, port: u16, pattern: &Pattern, requests: u32) -> Result<(), String> {
        let url = format!("http://127.0.0.1:{port}{}", pattern.path);
        let (requests, streams) = (requests.to_string(), pattern.streams.to_string());
        let words = match &self.h2load {
            Some(program) => {
                let program = program.display().to_string();
                [&program, "-n", &requests, "-c", "1", "-m", &streams, "-t", "1", &url].map(str::to_owned).to_vec()
            }
            None => {
                let own = std::env::current_exe().map_err(|error| error.to_string())?.display().to_string();
                [&own, "load", &url, "--requests", &requests, "--streams", &streams].map(str::to_owned).to_vec()
            }
        };
        let mut command = self.command(1, &words);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("cannot start the load: {error}"))?;
        let status = wait(&mut child, LOAD);
        let _ = child.kill();
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout);
        let is_done = match self.h2load {
            Some(_) => said.contains(&format!(" {requests} succeeded,")),
            None => status.is_some_and(|status| status.success()),
        };
        let last = said.lines().find(|line| line.starts_with("requests:") || line.contains("answered"));
        is_done.then_some(()).ok_or_else(|| format!("not all requests were answered: {}", last.unwrap_or("no report")))
    }

    /// What a request costs, counted by a tool in two runs, so that start and end do not count.
    ///
    /// # Errors
    ///
    /// The server does not run, or the tool says nothing.
    pub(super) fn count(
        &self,
        server: &Server,
        site: &Site,
        counter: Counter,
        pattern: &Pattern,
    ) -> Result<f64, String> {
        let [fewer, more] = pattern.counted;
        let run = |requests| {
            let file = site.path().join("counted");
            let running = self.start(server, site, Some((counter, &file.display().to_string())))?;
            let loaded = self.load(running.port, pattern, requests);
            running.stop();
            let text = fs::read_to_string(&file).unwrap_or_default();
            let _ = fs::remove_file(&file);
            loaded?;
            counter.read(&text).ok_or_else(|| format!("{counter:?}: the tool counted nothing"))
        };
        Ok((run(more)? - run(fewer)?) / f64::from(more - fewer))
    }
}

/// The first two cores that this process may use, in the lines of `/proc/self/status`.
fn two_cores(status: &str) -> Option<[String; 2]> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let mut cores = list.trim().split(',').flat_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        first.parse::<u32>().ok().zip(last.parse::<u32>().ok()).map(|(first, last)| first..=last).into_iter().flatten()
    });
    Some([cores.next()?.to_string(), cores.next()?.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_read_from_lists_and_ranges() {
        let two = |list: &str| two_cores(&format!("Name:\tx\nCpus_allowed_list:\t{list}\n"));
        let pair = |first: &str, second: &str| Some([first.to_owned(), second.to_owned()]);
        assert_eq!([two("0-1"), two("3,7-9"), two("2-5")], [pair("0", "1"), pair("3", "7"), pair("2", "3")]);
        assert_eq!([two("4"), two(""), two("x")], [None, None, None]);
    }

    #[test]
    fn counts_are_found_in_what_the_tools_write() {
        let table = "% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000300           3       100         7 read
 40.00    0.000200           4        50           write
------ ----------- ----------- --------- --------- ----------------
100.00    0.000500           3       150         7 total\n";
        assert_eq!(Counter::Syscalls.read(table), Some(150.0));
        let heap = "==7==   total heap usage: 1,234 allocs, 1,200 frees, 9,999 bytes allocated\n";
        assert_eq!(Counter::Allocations.read(heap), Some(1234.0));
        assert_eq!(Counter::Instructions.read("==7== Collected : 5678\n"), Some(5678.0));
        for counter in [Counter::Syscalls, Counter::Allocations, Counter::Instructions] {
            assert_eq!(counter.read("killed\n"), None, "{counter:?}");
        }
    }
}
