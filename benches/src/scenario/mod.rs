//! Scenarios: each measures both in one run.

mod abuse;
mod avalanche;
mod bulk;
mod burst;
mod download;
mod fairness;
mod hostile;
mod isolation;
mod latency;
mod many;
mod memory;
mod pairs;
mod pause;
#[cfg(target_os = "linux")]
mod peers;
mod quantile;
mod real_link;
mod requests;
mod scale;
mod threads;
mod transfer;
mod updates;
mod wan;

use crate::figures::Figures;

/// Runs a part of a scenario, which its arguments name.
pub type Work = fn(&[String]) -> Result<(), String>;

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub name: &'static str,
    /// What it measures, in one line.
    pub about: &'static str,
    pub run: fn() -> Result<Figures, String>,
    /// Runs a part of it in a process of its own, which [`crate::worker`] starts.
    pub work: Option<Work>,
}

/// Every scenario.
pub const ALL: &[Scenario] = &[
    Scenario {
        name: "updates",
        about: "WINDOW_UPDATEs with fixed windows: how many, their mean size, and what throughput and latency become",
        run: updates::run,
        work: None,
    },
    Scenario {
        name: "requests",
        about: "CPU time, system calls, allocations and instructions of a server for each small request, 100 at a time",
        run: requests::run,
        work: Some(requests::work),
    },
    Scenario {
        name: "bulk",
        about: "large bodies over loopback: throughput, and CPU time and writes of the server for each MiB",
        run: bulk::run,
        work: None,
    },
    Scenario {
        name: "latency",
        about: "time until the first byte and the end of small responses, alone and beside 16 large ones",
        run: latency::run,
        work: None,
    },
    Scenario {
        name: "threads",
        about: "requests a second of 100 tasks on 1, 2 and 4 threads, which share a connection or have one each",
        run: threads::run,
        work: None,
    },
    Scenario {
        name: "avalanche",
        about: "1000 responses of 5 MiB at a time: memory, tasks, failures, and how long small requests take beside them",
        run: avalanche::run,
        work: Some(avalanche::work),
    },
    Scenario {
        name: "burst",
        about: "128 uploads at once over windows of 64 KiB to a slow reader: failures, resets, and how late windows are",
        run: burst::run,
        work: None,
    },
    Scenario {
        name: "fairness",
        about: "how a server shares the connection window: a small response behind bulk, bulk beside bulk, idle reservations",
        run: fairness::run,
        work: None,
    },
    Scenario {
        name: "wan",
        about: "share of a link that an upload gets over round trips of 1 to 200 ms, how soon, and the memory it takes",
        run: wan::run,
        work: None,
    },
    Scenario {
        name: "isolation",
        about: "what readers get beside others on their connection that stopped reading, and the memory it takes",
        run: isolation::run,
        work: None,
    },
    Scenario {
        name: "scale",
        about: "CPU time of one operation beside up to 100 000 streams in each state, or beside up to 20 000 connections",
        run: scale::run,
        work: Some(scale::work),
    },
    Scenario {
        name: "memory",
        about: "bytes of an idle connection, of an idle stream, and of a connection during and after a burst of requests",
        run: memory::run,
        work: Some(memory::work),
    },
    Scenario {
        name: "hostile",
        about: "memory that hostile peers make a process hold, on 1, 100 and 1000 connections, and the CPU time of each frame",
        run: hostile::run,
        work: Some(hostile::work),
    },
    Scenario {
        name: "abuse",
        about: "what floods take from a connection beside them, their CPU and memory, and what conforming peers live through",
        run: abuse::run,
        work: Some(abuse::work),
    },
    Scenario {
        name: "pause",
        about: "share of a link of 200 ms that an upload gets before and after pauses of 0.5 to 60 s",
        run: pause::run,
        work: None,
    },
    Scenario {
        name: "many",
        about: "share of a link that the first and the last of 1000 connections get, which upload in turns and stay open",
        run: many::run,
        work: Some(many::work),
    },
    Scenario {
        name: "real-link",
        about: "MB/s of hyper and h2 over real sockets, through a relay of 1 to 200 ms and 1 Gbit/s",
        run: real_link::run,
        work: Some(real_link::work),
    },
    #[cfg(target_os = "linux")]
    Scenario {
        name: "peers",
        about: "CPU time, system calls, allocations and instructions of servers: h2, hyper, nghttpd, nginx, h2o and others",
        run: peers::run,
        work: Some(peers::work),
    },
];
