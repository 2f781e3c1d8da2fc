//! The options of `endpoint`.

use std::path::PathBuf;

use h2_conformance::spec::Level;
use h2_conformance::transport::trust::Trust;
use lexopt::prelude::*;
use lexopt::Error;

use super::{unknown, Answer, Arguments, LEVELS};

#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) cases: Vec<String>,
    pub(crate) timeout_ms: u64,
    /// Seconds after which no case begins.
    pub(crate) max_time: Option<u64>,
    /// The least number of cases that have to be played.
    pub(crate) min_played: usize,
    /// Connections at a time.
    pub(crate) jobs: usize,
    pub(crate) level: Level,
    pub(crate) exclude: Vec<String>,
    pub(crate) expect: Option<PathBuf>,
    pub(crate) write_expect: Option<PathBuf>,
    pub(crate) trust: Trust,
}

impl Arguments {
    pub(super) fn endpoint(&mut self) -> Result<Endpoint, Answer> {
        let (mut cert, mut key) = (None, None);
        let mut endpoint = Endpoint {
            url: String::new(),
            cases: Vec::new(),
            timeout_ms: 1000,
            max_time: None,
            min_played: 0,
            jobs: 8,
            level: Level::Quality,
            exclude: Vec::new(),
            expect: None,
            write_expect: None,
            trust: Trust::default(),
        };
        let url = self.operand("URL", |option, arguments| {
            match option {
                "case" => endpoint.cases.push(arguments.text()?),
                "timeout-ms" => endpoint.timeout_ms = arguments.at_least_one(option)?,
                "min-played" => endpoint.min_played = arguments.at_least_one(option)?,
                "max-time" => endpoint.max_time = Some(arguments.at_least_one(option)?),
                "jobs" => endpoint.jobs = arguments.number_within(option, 1, 64)?,
                "level" => endpoint.level = arguments.choice(option, &LEVELS)?,
                "exclude" => endpoint.exclude.push(arguments.text()?),
                "expect" => endpoint.expect = Some(arguments.parser.value()?.into()),
                "write-expect" => endpoint.write_expect = Some(arguments.parser.value()?.into()),
                "insecure" => endpoint.trust.any_certificate = true,
                "sni" => endpoint.trust.server_name = Some(arguments.text()?),
                "cacert" => endpoint.trust.authorities = Some(arguments.parser.value()?.into()),
                "cert" => cert = Some(PathBuf::from(arguments.parser.value()?)),
                "key" => key = Some(PathBuf::from(arguments.parser.value()?)),
                other => return Err(unknown(other)),
            }
            Ok(())
        })?;
        endpoint.trust.identity = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err(Error::from("expected --cert FILE and --key FILE together, found one of them").into()),
        };
        if endpoint.trust.any_certificate && endpoint.trust.authorities.is_some() {
            return Err(Error::from("expected --insecure or --cacert FILE, found both").into());
        }
        Ok(Endpoint { url: url.string()?, ..endpoint })
    }
}
