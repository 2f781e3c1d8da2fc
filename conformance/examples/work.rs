//! `work SEED COUNT [SUBJECT]`: plays the scripts of so many seeds for each role, on the fork or on
//! the subject of that name, and prints which costs most work for an octet. More than [`MOST`] is a
//! finding. Its frames are shown, as are those of a single script. Then it does one kind of step
//! after the other beside few and beside many streams: more work beside many is a finding too.
//! `cargo xtask work` compiles it so that work is counted.

use std::process::ExitCode;

use h2_conformance::fuzz::work::{dearest, growths, run, Dearest, Effort};
use h2_conformance::legal::Plan;
use h2_conformance::report::lines;
use h2_conformance::select::in_memory;

/// Times that counters may be raised for an octet.
const MOST: u64 = 100;

/// Lines of a script that are shown.
const LINES: usize = 80;

/// How often the counters of coverage were raised, all together.
#[cfg(work_counters)]
#[allow(unsafe_code)]
fn counted() -> u64 {
    extern "C" {
        fn __llvm_profile_begin_counters() -> *const u64;
        fn __llvm_profile_end_counters() -> *const u64;
    }
    // SAFETY: the runtime of `-C instrument-coverage` has one array of counters between these two,
    // for as long as the program runs. No other thread runs code of this program, and the standard
    // library, which sums, has no counters.
    let counters = unsafe {
        let (start, end) = (__llvm_profile_begin_counters(), __llvm_profile_end_counters());
        std::slice::from_raw_parts(start, usize::try_from(end.offset_from(start)).unwrap_or(0))
    };
    counters.iter().sum()
}

#[cfg(not(work_counters))]
fn counted() -> u64 {
    0
}

fn main() -> ExitCode {
    if !cfg!(work_counters) {
        eprintln!("work: expected a build that counts work; `cargo xtask work` makes one");
        return ExitCode::from(2);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text: &String| text.parse::<u64>().ok());
    let (Some(seed), Some(count)) = (number(0), number(1)) else {
        eprintln!("work: expected a seed and a number of seeds");
        return ExitCode::from(2);
    };
    let make = match in_memory(arguments.get(2).map_or("patched", String::as_str)) {
        Ok(subject) => subject.make,
        Err(why) => {
            eprintln!("work: {why}");
            return ExitCode::from(2);
        }
    };
    let mut is_much = false;
    for Dearest { role, seed, effort } in dearest(seed..seed.saturating_add(count), make, counted).into_iter().flatten()
    {
        let (ratio, Effort { work, size }) = (effort.ratio(), effort);
        println!("{}: at most {ratio} counts an octet ({work} for {size}), seed {seed}", role.name());
        if ratio > MOST || count == 1 {
            let (_, transcript) = run(&Plan::from_seed(role, seed), make, counted);
            lines(&transcript, LINES).iter().for_each(|line| println!("{line}"));
        }
        is_much |= ratio > MOST;
    }
    if is_much {
        println!("expected at most {MOST} counts an octet");
    }
    let growths = growths(make, counted);
    for growth in growths.iter().filter(|growth| growth.is_much() || count == 1) {
        println!("{growth}");
    }
    let much = growths.iter().filter(|growth| growth.is_much()).count();
    println!("{} kinds of steps beside many streams, {much} cost more than beside few", growths.len());
    is_much |= much > 0;
    ExitCode::from(u8::from(is_much))
}
