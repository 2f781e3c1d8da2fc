//! The command line of `load`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use h2_conformance::endpoint::Endpoint;
use h2_conformance::transport::trust::Trust;
use lexopt::prelude::*;

use super::{Amount, Plan};

pub const USAGE: &str = "\
h2-benches load URL [OPTIONS]: loads a server of HTTP/2; http:// is clear text with prior knowledge, https:// TLS

  --connections N      connections at a time (1)
  --streams N          requests in flight on each connection, if the server allows as many (100)
  --requests N         ends after N requests of all connections together
  --seconds S          ends after this time (10)
  --connect-timeout S  from the first packet to the server's SETTINGS (10)
  --idle-timeout S     without an octet from the server while requests are in flight (10)
  --read-timeout S     from a request to the end of its answer (30)
  --write-timeout S    while the server takes nothing of what is written (10)
  --insecure           takes any certificate
  --cacert FILE        takes certificates of these authorities, in PEM
  --sni NAME           asks for this server, and expects its certificate
  --json PATH          writes the figures too

Exit status: 0 all requests were answered, 1 some failed, 2 the arguments are wrong, 3 the environment failed.
";

const MAX_CONNECTIONS: u64 = 10_000;
const MAX_STREAMS: u64 = 100_000;
/// In seconds: a day.
const MAX_TIME: f64 = 86_400.0;
/// The longest URL, so that a request fits into one frame.
const MAX_URL: usize = 8000;

/// What the command line asks for.
#[derive(Debug)]
pub struct Order {
    pub plan: Plan,
    pub endpoint: Endpoint,
    /// Where the figures are written.
    pub json: Option<PathBuf>,
}

/// Reads the command line after the word `load`. `None` asks for help.
///
/// # Errors
///
/// What was expected, in one line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Order>, String> {
    read(lexopt::Parser::from_args(arguments)).map_err(|error| error.to_string())
}

fn read(mut parser: lexopt::Parser) -> Result<Option<Order>, lexopt::Error> {
    let (mut url, mut json, mut amount) = (None, None, None);
    let mut trust = Trust::default();
    let mut plan = Plan {
        connections: 1,
        streams: 100,
        amount: Amount::Time(Duration::from_secs(10)),
        deadlines: Default::default(),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("connections") => plan.connections = number(&mut parser, "--connections", MAX_CONNECTIONS)? as usize,
            Long("streams") => plan.streams = number(&mut parser, "--streams", MAX_STREAMS)? as usize,
            Long("requests") if amount.is_none() => {
                amount = Some(Amount::Requests(number(&mut parser, "--requests", u64::MAX)?));
            }
            Long("seconds") if amount.is_none() => amount = Some(Amount::Time(time(&mut parser, "--seconds")?)),
            Long("requests" | "seconds") => return Err("expected one of --requests and --seconds, once".into()),
            Long("connect-timeout") => plan.deadlines.connect = time(&mut parser, "--connect-timeout")?,
            Long("idle-timeout") => plan.deadlines.idle = time(&mut parser, "--idle-timeout")?,
            Long("read-timeout") => plan.deadlines.read = time(&mut parser, "--read-timeout")?,
            Long("write-timeout") => plan.deadlines.write = time(&mut parser, "--write-timeout")?,
            Long("insecure") => trust.any_certificate = true,
            Long("cacert") => trust.authorities = Some(parser.value()?.into()),
            Long("sni") => trust.server_name = Some(parser.value()?.string()?),
            Long("json") => json = Some(parser.value()?.into()),
            Long("help") | Short('h') => return Ok(None),
            Value(text) if url.is_none() => url = Some(text.string()?),
            other => return Err(other.unexpected()),
        }
    }
    plan.amount = amount.unwrap_or(plan.amount);
    let url = url.ok_or("expected a URL, http://host:port/path or https://host:port/path; --help says more")?;
    if url.len() > MAX_URL {
        return Err(format!("expected a URL of at most {MAX_URL} octets, found {}", url.len()).into());
    }
    let endpoint = Endpoint::parse(&url, &trust)?;
    Ok(Some(Order { plan, endpoint, json }))
}

fn number(parser: &mut lexopt::Parser, option: &str, most: u64) -> Result<u64, lexopt::Error> {
    let text = parser.value()?.string()?;
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("{option}: expected a number from 1 to {most}, found {text:?}").into())
}

/// Seconds, with or without a fraction.
fn time(parser: &mut lexopt::Parser, option: &str) -> Result<Duration, lexopt::Error> {
    let text = parser.value()?.string()?;
    let seconds = text.parse().ok().filter(|seconds| (0.001..=MAX_TIME).contains(seconds));
    let seconds =
        seconds.ok_or_else(|| format!("{option}: expected seconds from 0.001 to {MAX_TIME}, found {text:?}"))?;
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Option<Order>, String> {
        parse(words.split_whitespace().map(OsString::from))
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let order = read("http://h:1/x?y --streams 7 --connections 3 --requests 12 --read-timeout 0.5");
        let order = order.expect("it is right").expect("it is no call for help");
        assert_eq!((order.plan.streams, order.plan.connections), (7, 3));
        assert_eq!(order.plan.amount, Amount::Requests(12));
        assert_eq!(order.plan.deadlines.read, Duration::from_millis(500));
        assert_eq!((order.endpoint.authority(), order.endpoint.path()), ("h:1", "/x?y"));
        assert!(read("--help").is_ok_and(|order| order.is_none()));
        assert!(read("https://h --insecure --sni other").is_ok());
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line() {
        let long = format!("http://h/{}", "x".repeat(MAX_URL));
        for wrong in [
            "",
            &long,
            "h:1",
            "ftp://h",
            "http://h:0",
            "http://h --insecure",
            "http://h http://h",
            "http://h --streams 0",
            "http://h --streams 1e3",
            "http://h --connections 10001",
            "http://h --requests",
            "http://h --requests 1 --seconds 1",
            "http://h --seconds -1",
            "http://h --seconds NaN",
            "http://h --write-timeout 0",
            "http://h --read-timeout inf",
            "http://h --nonsense",
        ] {
            let why = read(wrong).expect_err(wrong);
            assert!(!why.is_empty() && !why.contains('\n'), "{wrong}: {why}");
        }
    }
}
