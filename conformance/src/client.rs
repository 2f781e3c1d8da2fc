//! Clients: a command that makes one request is started for each case, and the runner is its
//! server.

mod baseline;
mod program;
mod skips;
mod usual_calls;

pub use baseline::Baseline;
pub use program::end_all;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use crate::case::Case;
use crate::drive::{Link, SubjectEvent};
use crate::run::{run_script, Run};
use crate::script::{App, Sent};
use crate::suite::Target;
use crate::transcript::Transcript;
use crate::transport::address::{Address, RequestOptions};
use crate::transport::listening::Listening;
use crate::transport::socket::Socket;

use baseline::{Treatment, OTHER_STATUSES};
use program::{Program, URL};

/// What stands for the file of the authority in the words of a command.
const CACERT: &str = "{cacert}";

/// How to talk to a client that a command starts.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The address to listen on. Each case has a port of its own.
    pub listen: IpAddr,
    /// How long the command may take until it connects (`--start-ms`).
    pub start: Duration,
    /// How long the client may keep silent in one case, all its silences together (`--timeout-ms`).
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options { listen: Ipv4Addr::LOCALHOST.into(), start: Duration::from_secs(10), timeout: Duration::from_secs(1) }
    }
}

/// A command that makes one request.
#[derive(Debug)]
pub struct Client {
    name: String,
    command: Vec<String>,
    options: Options,
    listening: Listening,
    baseline: Option<Baseline>,
}

impl Client {
    /// A command and its arguments, one of which holds `{url}`. With TLS, `{cacert}` stands for the
    /// file of the authority to trust, in PEM. An error is one line for the user.
    pub fn new(command: Vec<String>, listening: Listening, options: Options) -> Result<Self, String> {
        let Some(program) = command.first() else {
            return Err("expected a command after --, found nothing".into());
        };
        if !command.iter().any(|word| word.contains(URL)) {
            return Err(format!("expected {URL} in an argument of the command, where the address to ask belongs"));
        }
        let authority = listening.authority().map(|file| file.display().to_string());
        if authority.is_none() && command.iter().any(|word| word.contains(CACERT)) {
            return Err(format!("{CACERT} in the command needs --tls"));
        }
        let name = Path::new(program).file_stem().map_or(program.clone(), |name| name.to_string_lossy().into_owned());
        let command = command.iter().map(|word| word.replace(CACERT, authority.as_deref().unwrap_or(CACERT))).collect();
        Ok(Client { name, command, options, listening, baseline: None })
    }

    /// Has the command make its request a few times: it is answered, it is reset, and so on. What
    /// comes of that is what cases are judged by. An error is one line for the user.
    pub fn check(self) -> Result<Self, String> {
        let sound = self.treat(Treatment::Answer(200))?;
        let (announced, leaves) =
            baseline::read(&sound.transcript).map_err(|why| self.with_words(&why, &sound.said))?;
        let success = match sound.status {
            Some(Err(why)) => return Err(self.with_words(&format!("was ended: {why}"), &sound.said)),
            Some(Ok(success)) if leaves => Some(success),
            _ => None,
        };
        let differs = success.is_some() && self.treat(Treatment::Reset)?.status != success.map(Ok);
        let success = success.filter(|_| differs);
        let mut succeeds_at = [false; 2];
        if success.is_some() {
            for (succeeds, status) in succeeds_at.iter_mut().zip(OTHER_STATUSES) {
                *succeeds = self.treat(Treatment::Answer(status))?.status == success.map(Ok);
            }
        }
        let takes_promises = announced.enable_push && baseline::took_promise(&self.treat(Treatment::Push)?.transcript);
        let baseline = Baseline { announced, leaves, success, succeeds_at, takes_promises };
        Ok(Client { baseline: Some(baseline), ..self })
    }

    /// Makes one connection, and notes what the client did.
    fn treat(&self, treatment: Treatment) -> Result<Treated, String> {
        let mut link = self.connect()?;
        let transcript = baseline::treat(&mut link, treatment);
        let status = transcript.closed().and_then(|_| link.program.wait(self.options.timeout));
        Ok(Treated { transcript, status, said: link.program.last_words() })
    }

    /// A line about the client, with what it said last.
    fn with_words(&self, why: &str, said: &str) -> String {
        match said {
            "" => format!("{} {why}", self.name),
            said => format!("{} {why}; it said: {said}", self.name),
        }
    }

    /// Starts the command and takes its first connection. Others are not taken.
    fn connect(&self) -> Result<ClientLink, String> {
        let listener = TcpListener::bind(SocketAddr::new(self.options.listen, 0));
        let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", self.options.listen))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let scheme = if self.listening.authority().is_some() { "https" } else { "http" };
        let mut program = Program::start(&self.command, &format!("{scheme}://{address}/"))?;
        let socket = self.listening.accept(&listener, self.options.start, self.options.timeout, || {
            Some(match program.status()? {
                Ok(code) => format!("ended with exit status {code} and did not connect to {{url}}"),
                Err(why) => format!("was ended and did not connect to {{url}}: {why}"),
            })
        });
        let socket = socket.map_err(|why| self.with_words(&why, &program.last_words()))?;
        let socket = socket.asking_for(Address::new(scheme, &address.to_string(), "/", &RequestOptions::default()));
        let baseline = self.baseline;
        Ok(ClientLink { socket, program, _listener: listener, baseline, patience: self.options.timeout })
    }
}

impl Target for Client {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        "unknown"
    }

    fn shows_nothing(&self, case: &Case, run: &Run) -> Option<String> {
        run.shows_no_close(case)
    }

    fn skips(&self, case: &Case) -> Option<String> {
        skips::needs_more_than_a_request(case)
            .map(str::to_owned)
            .or_else(|| self.baseline.and_then(|baseline| skips::needs_another_client(case, &baseline)))
    }

    fn run(&self, case: &Case, link: &mut dyn Link) -> Run {
        let tells = self.baseline.is_some_and(|baseline| baseline.success.is_some());
        run_script(&usual_calls::left_out(case.steps()), &usual_calls::unseen(case, tells), case.role, link)
    }

    fn link(&self, _: &Case) -> Result<Box<dyn Link>, String> {
        Ok(Box::new(self.connect()?))
    }
}

/// Whether a case can be played on any client.
#[must_use]
pub fn plays(case: &Case) -> bool {
    skips::needs_more_than_a_request(case).is_none()
}

/// What a client did on one connection.
struct Treated {
    transcript: Transcript,
    /// The exit status of a program that has ended: its code, or why there is none.
    status: Option<Result<i32, String>>,
    said: String,
}

/// A connection that a command made. What follows the first is not taken while this lives, and the
/// command ends with it.
struct ClientLink {
    socket: Socket,
    program: Program,
    _listener: TcpListener,
    /// Not known while it is found out.
    baseline: Option<Baseline>,
    patience: Duration,
}

impl Link for ClientLink {
    fn write(&mut self, octets: &[u8]) {
        self.socket.write(octets);
    }

    fn close(&mut self) {
        self.socket.close();
    }

    fn block(&mut self, blocked: bool) {
        self.socket.block(blocked);
    }

    fn call(&mut self, call: usize, app: &App) {
        self.socket.call(call, app);
    }

    fn advance(&mut self) -> Vec<SubjectEvent> {
        self.socket.advance()
    }

    fn wait(&mut self, limit: Duration) -> Vec<SubjectEvent> {
        self.socket.wait(limit)
    }

    fn address(&self, burst: &mut [Sent]) {
        self.socket.address(burst);
    }

    fn now(&self) -> Duration {
        self.socket.now()
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn leaves(&self) -> bool {
        self.baseline.is_some_and(|baseline| baseline.leaves)
    }

    fn succeeded(&mut self) -> Option<bool> {
        let success = self.baseline?.success?;
        // One that a signal ended did not succeed.
        self.program.wait(self.patience).map(|status| status == Ok(success))
    }
}
