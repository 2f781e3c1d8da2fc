//! The scenario `real-link` of `h2-benches` on the release: one plan a process.

use std::io::Write;
use std::process::ExitCode;

#[path = "../../src/real_link/mod.rs"]
mod real_link;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    let goodput = real_link::Plan::parse(&arguments).and_then(|plan| plan.run().map_err(|error| error.to_string()));
    let said = goodput.and_then(|goodput| {
        writeln!(std::io::stdout(), "ready 0\ngoodput {goodput}").map_err(|error| error.to_string())
    });
    match said {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("real-link-release: {error}");
            ExitCode::from(3)
        }
    }
}
