//! A server elsewhere, named by a URL.

pub mod abuse;
mod announced;
mod baseline;
pub mod handshakes;
mod needs;
mod open_request;
mod plain;

pub use announced::Announced;
pub use baseline::{AnswerTiming, Baseline, MAX_CONTENT};

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::OnceLock;
use std::time::Duration;

use crate::case::Case;
use crate::drive::{play, Link, Want};
use crate::judge::{Check, Outcome};
use crate::run::{run, Run};
use crate::script::Script;
use crate::subject::{RunningServer, SocketSubject};
use crate::suite::{Played, Target};
use crate::transcript::{EventKind, OtherProtocol};
use crate::transport::address::{Address, RequestOptions};
use crate::transport::listening::Listening;
use crate::transport::security::Security;
use crate::transport::socket::{Socket, Stream};
use crate::transport::tcp;
use crate::transport::trust::Trust;
use crate::wire::View;
use plain::PlainCases;

/// How to talk to a server elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long the server may keep silent in one case, all its silences together (`--timeout-ms`).
    pub timeout: Duration,
}

/// Why cases cannot be played against a server, in one line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The server is not there, or does not speak HTTP/2.
    Server(String),
    /// The server answers, but not so that verdicts could rest on it: the URL has to name another
    /// path.
    Path(String),
}

impl Default for Options {
    fn default() -> Self {
        Options { timeout: Duration::from_millis(1000) }
    }
}

/// A server elsewhere.
#[derive(Debug)]
pub struct Endpoint {
    host: String,
    port: u16,
    authority: String,
    path: String,
    requests: RequestOptions,
    security: Security,
    addresses: OnceLock<Result<Vec<SocketAddr>, String>>,
}

impl Endpoint {
    /// Reads a URL, `http[s]://host[:port][/path]`. `trust` holds for https. An error is one line
    /// for the user.
    pub fn parse(url: &str, trust: &Trust) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!("{url:?} is no URL of a server: {why}; allowed is http[s]://host:port or http[s]://host:port/path")
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("the scheme is missing"))?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "http" if *trust == Trust::default() => false,
            "http" => return Err("--insecure, --sni, --cacert, --cert and --key need a URL of https".into()),
            "https" => true,
            _ => return Err(wrong("the scheme is neither http nor https")),
        };
        if !url.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(wrong("it holds a space or a character beyond ASCII"));
        }
        if url.contains('#') {
            return Err(wrong("a fragment goes to no server"));
        }
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        if authority.contains('@') {
            return Err(wrong("user names are not supported"));
        }
        let bracket = authority.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match authority[bracket..].find(':') {
            Some(colon) => authority.split_at(bracket + colon),
            None => (authority, ""),
        };
        let port = match port.strip_prefix(':') {
            None if is_tls => 443,
            None => 80,
            Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => {
                digits.parse().ok().filter(|port| *port > 0).ok_or_else(|| wrong("the port is not from 1 to 65535"))?
            }
            Some(_) => return Err(wrong("the port is no number")),
        };
        let plain = host.strip_prefix('[').map_or(Some(host), |rest| rest.strip_suffix(']'));
        let plain = plain.filter(|host| !host.is_empty() && !host.contains(['[', ']', '\\', '%']));
        let host = plain.ok_or_else(|| wrong("the host is missing or cannot be read"))?.to_string();
        let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
        let security = if is_tls { Security::tls(&host, trust)? } else { Security::NONE };
        let (authority, requests) = (authority.to_string(), RequestOptions::default());
        Ok(Endpoint { host, port, authority, path, requests, security, addresses: OnceLock::new() })
    }

    /// Has requests name more than the URL does.
    #[must_use]
    pub fn asking(self, requests: RequestOptions) -> Self {
        Endpoint { requests, ..self }
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.security.is_tls()
    }

    /// The scheme of requests: `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.is_tls() {
            "https"
        } else {
            "http"
        }
    }

    /// The authority of the URL, `host` or `host:port`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path of the URL with its query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Makes a connection: TCP, and TLS where the URL asks for it. Each address of the server gets
    /// that much time for TCP; the time of TLS is the caller's to bound.
    ///
    /// # Errors
    ///
    /// Why there is none, in one line for the user.
    pub async fn open(&self, patience: Duration) -> Result<Box<dyn Stream>, String> {
        self.security.apply(tcp::first_of(self.addresses()?, patience).await?).await
    }

    /// An endpoint of this process.
    #[must_use]
    pub fn local(address: SocketAddr) -> Self {
        let addresses = OnceLock::from(Ok(vec![address]));
        let (host, port) = (address.ip().to_string(), address.port());
        let authority = address.to_string();
        let requests = RequestOptions::default();
        Endpoint { host, port, authority, path: "/".into(), requests, security: Security::NONE, addresses }
    }

    /// Asks the server for its baseline, before two hundred cases say one by one that no server is
    /// there.
    pub fn check(&self, options: Options) -> Result<Baseline, Unusable> {
        let mut script = Script::new(true);
        baseline::ask(&mut script);
        let transcript = play(&mut self.connect(options), &script, true, &|_| Want::Quiet);
        for event in &transcript.events {
            match &event.kind {
                EventKind::Harness(message) => return Err(Unusable::Server(message.clone())),
                EventKind::Subject(frame) if matches!(View::from(frame), View::Settings(_)) => {
                    return baseline::read(&transcript)
                        .map_err(|why| Unusable::Path(format!("{}{}: {why}", self.authority, self.path)));
                }
                EventKind::OtherProtocol(protocol) => {
                    let why = match protocol {
                        OtherProtocol::Http1 => "answers in HTTP/1: HTTP/2 is off there",
                        OtherProtocol::Tls => "speaks TLS: use https://, or a port that speaks HTTP/2 in clear text",
                    };
                    return Err(Unusable::Server(format!("{} {why}", self.authority)));
                }
                _ => {}
            }
        }
        if transcript.closed().is_some() && self.security.is_tls() {
            let why = "closed the connection before its SETTINGS; --cert and --key show it a certificate";
            return Err(Unusable::Server(format!("{} {why}", self.authority)));
        }
        let within = options.timeout.as_millis();
        let how = if self.security.is_tls() { "over TLS" } else { "in clear text" };
        let hint = if self.security.is_tls() { "" } else { "; if the port speaks TLS, use https://" };
        let why = format!("does not speak HTTP/2 {how}: no SETTINGS came within {within} ms{hint}");
        Err(Unusable::Server(format!("{} {why}", self.authority)))
    }

    /// The addresses of the host, which are looked up once.
    ///
    /// # Errors
    ///
    /// Why there are none, in one line for the user.
    pub fn addresses(&self) -> Result<&[SocketAddr], String> {
        let found = self.addresses.get_or_init(|| {
            let found = (self.host.as_str(), self.port).to_socket_addrs();
            found.map(Iterator::collect).map_err(|error| format!("cannot find {}: {error}", self.host))
        });
        found.as_deref().map_err(Clone::clone)
    }

    /// A connection. The link reports what is wrong with it.
    fn connect(&self, options: Options) -> Socket {
        let socket = match self.addresses() {
            Ok(addresses) => tcp::connect(addresses, &self.security, options.timeout),
            Err(message) => tcp::unreachable(message, options.timeout),
        };
        socket.asking_for(Address::new(self.scheme(), &self.authority, &self.path, &self.requests))
    }
}

/// Plays a case against a server elsewhere, unless it needs what such a server lacks.
pub fn run_case(endpoint: &Endpoint, case: &Case, options: Options) -> Played {
    match needs::more_than_a_socket(case).or_else(|| needs::known_windows(case)) {
        Some(reason) => Played::Skipped(reason.into()),
        None => Played::Ran(run(case, &mut endpoint.connect(options))),
    }
}

/// The cases for servers elsewhere that are in no catalogue: nothing in this process can play them.
#[must_use]
pub fn cases_beside() -> Vec<Case> {
    let mut cases = handshakes::cases();
    cases.extend(abuse::cases());
    cases
}

/// Whether a case can be played on any server: it needs nothing but the wire.
#[must_use]
pub fn plays(case: &Case) -> bool {
    if case.topic() == abuse::TOPIC {
        return true;
    }
    needs::known_windows(case).or_else(|| needs::more_than_a_socket(case)).is_none()
}

/// What servers of this process answer.
const OWN: Baseline =
    Baseline { answer_timing: AnswerTiming::ReadsToTheEnd, status: 200, content: 2, announced: Announced::INITIAL };

/// A server on a socket as something to play cases on.
#[derive(Debug)]
pub struct Remote {
    name: String,
    version: String,
    endpoint: Endpoint,
    options: Options,
    baseline: Baseline,
    plain: PlainCases,
    /// A server of this process, with the default windows of RFC 9113. It ends with this.
    server: Option<RunningServer>,
}

impl Remote {
    /// A server elsewhere. It is named by its authority; `baseline` is what [`Endpoint::check`]
    /// found.
    #[must_use]
    pub fn elsewhere(endpoint: Endpoint, options: Options, baseline: Baseline) -> Self {
        Remote {
            name: endpoint.authority.clone(),
            version: "unknown".into(),
            endpoint,
            options,
            baseline,
            plain: PlainCases::default(),
            server: None,
        }
    }

    /// Starts a server of this process. An error is the environment's.
    pub fn start(subject: &SocketSubject, listening: Listening, options: Options) -> Result<Self, String> {
        let authority = listening.authority();
        let server = (subject.start)(listening).map_err(|error| error.to_string())?;
        let endpoint = match authority {
            None => Endpoint::local(server.addr),
            authorities => {
                let trust = Trust { authorities, ..Trust::default() };
                Endpoint::parse(&format!("https://{}/", server.addr), &trust)?
            }
        };
        let (name, version) = (subject.name.into(), subject.version.into());
        Ok(Remote {
            name,
            version,
            endpoint,
            options,
            baseline: OWN,
            plain: PlainCases::default(),
            server: Some(server),
        })
    }
}

impl Target for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn skips(&self, case: &Case) -> Option<String> {
        if case.topic() == handshakes::TOPIC {
            return None;
        }
        let is_elsewhere = self.server.is_none();
        let of_elsewhere = || needs::known_windows(case).or_else(|| needs::connect(case));
        let clear = || if self.endpoint.security.is_tls() { needs::clear_text(case) } else { None };
        let skipped =
            needs::more_than_a_socket(case).or_else(|| is_elsewhere.then(of_elsewhere).flatten()).or_else(clear);
        skipped
            .or_else(|| needs::a_request_that_stays_open(case, self.baseline.answer_timing))
            .or_else(|| needs::another_response(case, &self.baseline))
            .map(str::to_owned)
            .or_else(|| self.baseline.announced.obstacle(case))
            .or_else(|| self.plain.obstacle(case, &self.endpoint, self.options))
    }

    /// A server may close connections because of others, such as when a process of it ends or it
    /// has too many.
    fn wants_another_try(&self, _: &Case, run: &Run) -> bool {
        run.verdict.outcome != Outcome::Pass && run.transcript.closed().is_some() && !run.transcript.error_sent()
    }

    /// A server may end the connection at any error (RFC 9113 section 5.4.1).
    fn shows_nothing(&self, case: &Case, run: &Run) -> Option<String> {
        if case.topic() == handshakes::TOPIC && run.verdict.outcome == Outcome::Weak {
            return Some(run.verdict.reason.clone());
        }
        if let Some(reason) = run.shows_no_close(case) {
            return Some(reason);
        }
        let asks_for_credit = case.expect.any(&|check| matches!(check, Check::CreditReturned));
        let ended = run.verdict.outcome == Outcome::Weak && run.transcript.error_sent();
        (asks_for_credit && ended)
            .then(|| "the server ends the connection at this error, so that its credit cannot be seen".to_owned())
    }

    fn run(&self, case: &Case, link: &mut dyn Link) -> Run {
        match case.topic() {
            handshakes::TOPIC => handshakes::run(&self.endpoint, case, self.options.timeout),
            _ => run(case, link),
        }
    }

    fn link(&self, case: &Case) -> Result<Box<dyn Link>, String> {
        if case.topic() == handshakes::TOPIC {
            // Its handshake makes a connection of its own.
            return Ok(Box::new(tcp::unreachable(String::new(), self.options.timeout)));
        }
        let window = self.baseline.announced.connection_window;
        Ok(Box::new(self.endpoint.connect(self.options).with_connection_window(window)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, u16, String) {
        let endpoint = Endpoint::parse(url, &Trust::default()).expect("a URL");
        (endpoint.host, endpoint.port, endpoint.path)
    }

    #[test]
    fn urls_that_are_read() {
        assert_eq!(parts("http://localhost:8080"), ("localhost".into(), 8080, "/".into()));
        assert_eq!(parts("HTTP://10.0.0.1/"), ("10.0.0.1".into(), 80, "/".into()));
        assert_eq!(parts("http://[::1]:81/a/b?c=d"), ("::1".into(), 81, "/a/b?c=d".into()));
        assert_eq!(parts("http://host?x"), ("host".into(), 80, "/?x".into()));
        assert_eq!(parts("https://host"), ("host".into(), 443, "/".into()));
    }

    #[test]
    fn urls_that_are_refused_with_one_line() {
        for (url, word) in [
            ("localhost:8080", "scheme"),
            ("", "scheme"),
            ("ftp://host", "scheme"),
            ("https://a b", "space"),
            ("http://", "host"),
            ("http://:80", "host"),
            ("http://[::1:80", "host"),
            ("http://host:0", "port"),
            ("http://host:65536", "port"),
            ("http://host:+1", "port"),
            ("http://host:", "port"),
            ("http://ho st", "space"),
            ("http://me@host", "user"),
            ("http://host/#top", "fragment"),
        ] {
            let message = Endpoint::parse(url, &Trust::default()).expect_err(url);
            assert!(message.contains(word) && !message.contains('\n'), "{url}: {message}");
        }
    }
}
