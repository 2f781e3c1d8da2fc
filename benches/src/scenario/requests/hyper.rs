//! hyper's server of small requests. The release's half is a program of its own, because a program
//! has one hyper, and that one has one h2.

use std::io::{BufRead, BufReader, Lines};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};

use super::{Client, Cost, Rounds, STREAMS};
use crate::real_link::small;
use crate::scenario::real_link::release;
use crate::subject::{Subject, PATCHED};
use crate::worker;

/// The word on the command line of both programs.
pub(super) const WORD: &str = "hyper";

/// A program for each half.
pub(super) struct Servers {
    release: PathBuf,
}

impl Servers {
    /// # Errors
    ///
    /// The release's half cannot be built.
    pub(super) fn new() -> Result<Self, String> {
        Ok(Servers { release: release()? })
    }

    /// The cost of a request with answers of so many octets.
    ///
    /// # Errors
    ///
    /// A program cannot be started, or does not do what it should.
    pub(super) fn measure(&self, subject: Subject, octets: usize, rounds: Rounds) -> Result<Option<Cost>, String> {
        let mut command = match subject.name == PATCHED.name {
            true => worker::of_this_program(&["requests".to_owned()])?,
            false => Command::new(&self.release),
        };
        command.args([WORD, &octets.to_string(), &(rounds.warm_up * STREAMS).to_string()]);
        let broken = |error: std::io::Error| format!("hyper: {error}");
        let mut server = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(broken)?;
        let mut lines = BufReader::new(server.stdout.take().expect("it is piped")).lines();
        let port = figure(&mut lines, "port")? as u16;
        let client = TcpStream::connect(("127.0.0.1", port)).and_then(Client::connect);
        let answered = client.and_then(|client| client.run(rounds));
        let (cpu, calls) = (figure(&mut lines, "cpu")?, figure(&mut lines, "calls")?);
        server.wait().map_err(broken)?;
        let requests = f64::from(rounds.measured * STREAMS);
        Ok(answered.ok().map(|()| Cost { cpu: cpu / requests, calls: calls / requests }))
    }
}

/// The figure of the next line.
fn figure(lines: &mut Lines<BufReader<ChildStdout>>, name: &str) -> Result<f64, String> {
    let line = lines.next().and_then(Result::ok).unwrap_or_default();
    let figure = line.strip_prefix(name).and_then(|figure| figure.trim().parse().ok());
    figure.ok_or_else(|| format!("hyper: its server printed {line:?} where {name} was expected"))
}

/// The fork's half: octets of an answer, and requests that are not counted.
///
/// # Errors
///
/// What is expected, or a socket that fails.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let numbers: Result<Vec<u32>, _> = arguments.iter().map(|number| number.parse()).collect();
    let Ok([octets, warm_up]) = numbers.as_deref() else {
        return Err("requests: hyper: expected the octets of an answer and a number of requests".into());
    };
    let mut said = Ok(());
    let say =
        |name: &str, figure: f64| said = std::mem::replace(&mut said, Ok(())).and_then(|()| worker::say(name, figure));
    small::serve(*octets as usize, *warm_up, say).map_err(|error| error.to_string())?;
    said
}
