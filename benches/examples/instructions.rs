//! A steady load on one subject for counting what it executes, client and server together, in memory:
//!
//! ```text
//! cargo build --release -p h2-benches --example instructions
//! valgrind --tool=callgrind target/release/examples/instructions upstream requests 2000
//! ```
//!
//! The difference between two counts, divided by the difference of their loads, is free of start and end.

use std::process::ExitCode;

use h2_benches::subject::{Handler, Shape, PATCHED, UPSTREAM};

const USAGE: &str =
    "expected: upstream|patched requests|octets COUNT (a multiple of 100 requests, or octets of one upload)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [subject, load, count] = arguments.as_slice() else { return refuse() };
    let subject = match subject.as_str() {
        "upstream" => UPSTREAM,
        "patched" => PATCHED,
        _ => return refuse(),
    };
    let Ok(count) = count.parse::<usize>() else { return refuse() };
    let mut pair = (subject.pair)(&Shape { window: None, handler: Handler::Spawned });
    match load.as_str() {
        "requests" => (0..count / 100).for_each(|_| pair.requests(100)),
        "octets" => pair.upload(count),
        _ => return refuse(),
    }
    ExitCode::SUCCESS
}

fn refuse() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
