//! Cases that prove nothing about a server that falls short of a plainer one: it refuses every
//! request with trailers, say, and so also that with malformed trailers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Endpoint, Options};
use crate::case::Case;
use crate::catalog;
use crate::glob;
use crate::judge::Outcome;
use crate::run::run;

/// Globs of cases, each with the plain case that the server has to pass before.
const PLAIN: &[(&str, &str)] = &[
    ("goaway/with-debug-data", "goaway/request-under-way"),
    ("goaway/unknown-code", "goaway/request-under-way"),
    ("goaway/twice", "goaway/request-under-way"),
    ("goaway/last-stream-never-opened", "goaway/request-under-way"),
    ("ignored-bits/*goaway", "goaway/request-under-way"),
    ("continuation/split-trailers", "content/trailers"),
    ("hpack/undecodable-trailers", "content/trailers"),
    ("fields/*-in-trailers", "content/trailers"),
    ("injection/*-in-trailers", "content/trailers"),
    ("content/*-in-trailers", "content/trailers"),
    ("content/*-before-trailers", "content/trailers"),
    ("content/trailers-without-*", "content/trailers"),
    ("data/padding-not-zero", "data/padded"),
    ("malformed/lower-identifier", "ids/decreasing"),
    ("malformed/forbidden-over-continuation", "fields/connection"),
    ("malformed/entry-*", "fields/nul-in-value"),
    ("malformed/uses-identifier", "fields/nul-in-value"),
    ("malformed/uses-identifier", "ids/decreasing"),
    ("authority/host-of-other-port", "requests/host-differs"),
    ("authority/host-with-prefix", "requests/host-differs"),
    ("authority/second-host", "requests/host-differs"),
    ("authority/host-in-other-case", "requests/host-agrees"),
    ("authority/*-port", "requests/host-agrees"),
    ("malformed/leaves-others-alone", "fields/nul-in-value"),
];

/// The plain cases, as far as they were played.
#[derive(Debug, Default)]
pub(super) struct PlainCases(Mutex<BTreeMap<&'static str, bool>>);

impl PlainCases {
    /// Why the case proves nothing about this server.
    pub(super) fn obstacle(&self, case: &Case, endpoint: &Endpoint, options: Options) -> Option<String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passes = |plain: &&'static str| {
            *known.entry(plain).or_insert_with(|| {
                let case = catalog::all().into_iter().find(|case| case.id == *plain);
                case.is_none_or(|case| run(&case, &mut endpoint.connect(options)).verdict.outcome == Outcome::Pass)
            })
        };
        let plain = plain_of(case).find(|plain| !passes(plain))?;
        Some(format!("proves nothing about a server that falls short of {plain}"))
    }
}

fn plain_of(case: &Case) -> impl Iterator<Item = &'static str> + '_ {
    let of = PLAIN.iter().filter(|(globs, plain)| glob::matches(globs, case.id) && *plain != case.id);
    of.map(|(_, plain)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_cases_are_in_the_catalogue_and_have_none_themselves() {
        let catalogue = catalog::all();
        for (globs, plain) in PLAIN {
            assert!(catalogue.iter().any(|case| case.id == *plain), "{plain}");
            assert!(catalogue.iter().any(|case| glob::matches(globs, case.id) && case.id != *plain), "{globs}");
        }
        for case in catalogue.iter().filter(|case| PLAIN.iter().any(|(_, plain)| *plain == case.id)) {
            assert_eq!(plain_of(case).next(), None, "{}", case.id);
        }
    }
}
