//! A thousand large responses at a time over loopback: what the server holds, and what it does to
//! small requests beside them. Each run is in a process of its own, whose allocator counts.

mod client;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::figures::{Better, Figure, Figures, Row};
use crate::subject::{Avalanche, Producer, BOTH};
use crate::worker::{self, Patience, READY};
use client::Reader;

/// Large responses at a time, and octets of each.
const STREAMS: u32 = if cfg!(test) { 20 } else { 1000 };
const OCTETS: usize = if cfg!(test) { 300_000 } else { 5 << 20 };
/// The send buffer of a connection, in octets, where it is limited.
const LIMIT: usize = 16 << 20;
/// What counts is the median of so many runs, figure by figure.
const RUNS: usize = 3;

const PATIENCE: Patience = Patience { set_up: Duration::from_secs(10), figure: Duration::from_secs(120) };

const PRODUCERS: [(&str, Producer); 2] =
    [("ignores-capacity", Producer::IgnoresCapacity), ("awaits-capacity", Producer::AwaitsCapacity)];
const READERS: [(&str, Reader); 2] = [("fast", Reader::Fast), ("slow", Reader::Slow)];
/// The servers: a library, and whether its send buffer is limited.
const SERVERS: [(&str, &str, bool); 3] =
    [("upstream", "upstream", false), ("patched", "patched", false), ("patched-limited", "patched", true)];

const ROWS: [(&str, &str); 5] = [
    ("peak-memory", "bytes"),
    ("peak-tasks", "tasks"),
    ("failed", "responses"),
    ("probe-p99/same-connection", "ms"),
    ("probe-p99/other-connection", "ms"),
];

pub(super) fn run() -> Result<Figures, String> {
    let mut rows = Vec::new();
    for (producer, _) in PRODUCERS {
        for (reader, _) in READERS {
            let mut medians = Vec::new();
            for (name, subject, is_limited) in SERVERS {
                let arguments =
                    ["avalanche", subject, producer, reader, if is_limited { "limited" } else { "unlimited" }];
                medians.push((name, median(&format!("{producer}, {reader}, {name}"), &arguments.map(str::to_owned))?));
            }
            for (row, unit) in ROWS {
                let figure = |at: usize| medians[at].1.get(row).copied();
                let name = format!("{row}/{producer}/{reader}");
                let mut row = Row::new(name, unit, Better::Lower, figure(0), figure(1));
                row.peer = BTreeMap::from([(medians[2].0.to_owned(), Figure(figure(2)))]);
                rows.push(row);
            }
        }
    }
    Ok(Figures::new("avalanche", rows))
}

/// The median of each figure over some runs.
fn median(name: &str, arguments: &[String]) -> Result<BTreeMap<String, f64>, String> {
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..RUNS {
        let said = worker::run(&mut worker::of_this_program(arguments)?, PATIENCE)?;
        if let Some(why) = said.failure {
            eprintln!("avalanche: {name}: {why}");
            return Ok(BTreeMap::new());
        }
        said.figures.into_iter().for_each(|(figure, value)| all.entry(figure).or_default().push(value));
    }
    let median = |(name, mut values): (String, Vec<f64>)| {
        values.sort_by(f64::total_cmp);
        (name, values[values.len() / 2])
    };
    Ok(all.into_iter().map(median).collect())
}

/// The worker: a subject, when it hands over DATA, how it is read, and whether its buffer is
/// limited.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let [subject, producer, reader, limit] = arguments else {
        return Err("avalanche: expected a subject, a producer, a reader and a limit".into());
    };
    let (_, subject) = BOTH.iter().find(|(name, _)| name == subject).ok_or("avalanche: no such subject")?;
    let (_, producer) = PRODUCERS.iter().find(|(name, _)| name == producer).ok_or("avalanche: no such producer")?;
    let (_, reader) = READERS.iter().find(|(name, _)| name == reader).ok_or("avalanche: no such reader")?;
    let send_limit = (limit == "limited").then_some(LIMIT);
    worker::say(READY, 0.0)?;
    let plan = Avalanche { connections: 2, octets: OCTETS, producer: *producer, send_limit };
    let measured = client::measure(*subject, plan, *reader, STREAMS).map_err(|error| error.to_string())?;
    let figures = [
        measured.peaks.bytes as f64,
        measured.peaks.tasks as f64,
        f64::from(measured.failed),
        measured.same_connection,
        measured.other_connection,
    ];
    ROWS.iter().zip(figures).try_for_each(|((name, _), figure)| worker::say(name, figure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_responses_arrive_at_a_reader_of_either_kind() {
        for (name, subject) in BOTH {
            for ((_, producer), (_, reader)) in PRODUCERS.into_iter().zip(READERS) {
                let plan = Avalanche { connections: 2, octets: OCTETS, producer, send_limit: Some(1 << 20) };
                let measured = client::measure(subject, plan, reader, STREAMS).expect(name);
                assert_eq!(measured.failed, 0, "{name}");
                assert!((1..=STREAMS as usize).contains(&measured.peaks.tasks), "{name}: {:?}", measured.peaks);
                assert!(measured.same_connection > 0.0 && measured.other_connection > 0.0, "{name}");
            }
        }
    }
}
