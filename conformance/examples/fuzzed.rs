//! `fuzzed FILE...`: plays inputs of the fuzz target `frames`, prints the frames, and says what was
//! wrong.

use std::process::ExitCode;

use h2_conformance::fuzz::{fault, input::Input, play};

fn main() -> ExitCode {
    let mut faults = 0;
    for path in std::env::args_os().skip(1) {
        let data = match std::fs::read(&path) {
            Ok(data) => data,
            Err(error) => {
                eprintln!("fuzzed: {}: {error}", path.to_string_lossy());
                return ExitCode::from(2);
            }
        };
        let input = Input::read(&data);
        let transcript = play(&input);
        println!("{}: {:?}\n{transcript}", path.to_string_lossy(), input.mode);
        if let Some(fault) = fault(&input, &transcript) {
            println!("FAULT: {fault}\n");
            faults += 1;
        }
    }
    ExitCode::from(u8::from(faults > 0))
}
