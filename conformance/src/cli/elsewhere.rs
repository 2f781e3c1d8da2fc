//! The options that `endpoint` and `client` have in common.

use std::path::PathBuf;

use h2_conformance::spec::Level;

use super::{Answer, Arguments, LEVELS};

/// Which cases to play on a subject elsewhere, and how to take what comes of them.
#[derive(Debug)]
pub(crate) struct Elsewhere {
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
}

impl Default for Elsewhere {
    fn default() -> Self {
        Elsewhere {
            cases: Vec::new(),
            timeout_ms: 1000,
            max_time: None,
            min_played: 1,
            jobs: 16,
            level: Level::Quality,
            exclude: Vec::new(),
            expect: None,
            write_expect: None,
        }
    }
}

impl Elsewhere {
    /// Takes an option; whether it is one of these.
    pub(super) fn take(&mut self, option: &str, arguments: &mut Arguments) -> Result<bool, Answer> {
        match option {
            "case" => self.cases.push(arguments.text()?),
            "timeout-ms" => self.timeout_ms = arguments.at_least_one(option)?,
            "min-played" => self.min_played = arguments.at_least_one(option)?,
            "max-time" => self.max_time = Some(arguments.at_least_one(option)?),
            "jobs" => self.jobs = arguments.number_within(option, 1, 64)?,
            "level" => self.level = arguments.choice(option, &LEVELS)?,
            "exclude" => self.exclude.push(arguments.text()?),
            "expect" => self.expect = Some(arguments.parser.value()?.into()),
            "write-expect" => self.write_expect = Some(arguments.parser.value()?.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
