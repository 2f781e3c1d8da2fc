//! The half of the scenarios with hyper that runs on the release: one plan of `real-link`, a server
//! of small requests, or a server until it is ended.

use std::io::Write;
use std::process::ExitCode;

#[path = "../../src/counted_socket.rs"]
mod counted_socket;
#[path = "../../src/real_link/mod.rs"]
mod real_link;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    let done = match arguments.as_slice() {
        [word, port] if word == "listen" => listen(port),
        [word, octets, warm_up] if word == "hyper" => serve(octets, warm_up),
        plan => follow(plan),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("real-link-release: {error}");
            ExitCode::from(3)
        }
    }
}

fn follow(plan: &[String]) -> Result<(), String> {
    let goodput = real_link::Plan::parse(plan)?.run().map_err(|error| error.to_string())?;
    say("ready", 0.0)?;
    say("goodput", goodput)
}

fn serve(octets: &str, warm_up: &str) -> Result<(), String> {
    let (Ok(octets), Ok(warm_up)) = (octets.parse(), warm_up.parse()) else {
        return Err("hyper: expected the octets of an answer and a number of requests".into());
    };
    let mut said = Ok(());
    let note = |name: &str, figure: f64| said = std::mem::replace(&mut said, Ok(())).and_then(|()| say(name, figure));
    real_link::small::serve(octets, warm_up, note).map_err(|error| error.to_string())?;
    said
}

fn listen(port: &str) -> Result<(), String> {
    let port = port.parse().map_err(|_| "listen: expected a port".to_owned())?;
    real_link::listen::listen(port).map_err(|error| error.to_string())
}

fn say(name: &str, figure: f64) -> Result<(), String> {
    writeln!(std::io::stdout(), "{name} {figure}").map_err(|error| error.to_string())
}
