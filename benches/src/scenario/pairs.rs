//! Times of both, comparable.
//!
//! Microseconds differ from machine to machine and from minute to minute; ratios do much less. So
//! both are measured in turns, and what counts is the pair with the median ratio.

use crate::subject::{Subject, PATCHED, UPSTREAM};

/// Odd, so that there is one in the middle.
const PAIRS: usize = 11;

/// The times of upstream and the fork in the pair with the median ratio. A stall of either shows as
/// one.
pub(super) fn median_pair<E>(time: impl Fn(Subject) -> Result<Option<f64>, E>) -> Result<[Option<f64>; 2], E> {
    median_pairs(time, |time| time)
}

/// As [`median_pair`], of runs with several figures: the ratio is that of `time`.
pub(super) fn median_pairs<E, T: Copy>(
    run: impl Fn(Subject) -> Result<Option<T>, E>,
    time: fn(T) -> f64,
) -> Result<[Option<T>; 2], E> {
    let mut pairs = Vec::new();
    for round in 0..PAIRS {
        // The first one gets the colder caches, so they take turns at that too.
        let pair = if round % 2 == 0 {
            let upstream = run(UPSTREAM)?;
            [upstream, run(PATCHED)?]
        } else {
            let patched = run(PATCHED)?;
            [run(UPSTREAM)?, patched]
        };
        match pair {
            [Some(upstream), Some(patched)] => pairs.push([upstream, patched]),
            stalled => return Ok(stalled),
        }
    }
    let ratio = |pair: &[T; 2]| time(pair[1]) / time(pair[0]);
    pairs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    Ok(pairs[PAIRS / 2].map(Some))
}
