//! Quantiles of times.

use std::time::Duration;

/// Returns the least of these times, in seconds, that this share of them do not exceed; 0 where
/// there are none.
pub(super) fn quantile(mut times: Vec<Duration>, share: f64) -> f64 {
    times.sort();
    let rank = (times.len() as f64 * share).ceil() as usize;
    times.get(rank.max(1) - 1).or(times.last()).map_or(0.0, Duration::as_secs_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_time_that_its_share_does_not_exceed() {
        let times = |count| (1..=count).map(Duration::from_secs).collect::<Vec<_>>();
        assert_eq!([0.5, 0.99, 1.0].map(|share| quantile(times(100), share)), [50.0, 99.0, 100.0]);
        assert_eq!((quantile(times(1), 0.5), quantile(times(0), 0.5)), (1.0, 0.0));
    }
}
