//! What a load came to: text, and JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::tally::Tally;

/// Columns of the longest bar.
const WIDTH: u64 = 40;
/// The percentiles that are printed, and their names.
const QUANTILES: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

/// What came of a load.
#[derive(Debug)]
pub struct Report {
    /// From each request to the end of its answer, in nanoseconds.
    latency: Histogram<u64>,
    /// Failed requests by their reason.
    failed: BTreeMap<String, u64>,
    /// Octets of DATA.
    octets: u64,
    /// From the first request to the last answer.
    elapsed: Duration,
    /// What was wrong first, where the reason does not say all.
    detail: Option<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    answered: u64,
    failed: &'a BTreeMap<String, u64>,
    octets: u64,
    seconds: f64,
    requests_per_second: f64,
    octets_per_second: f64,
    latency_us: BTreeMap<&'a str, f64>,
}

impl Report {
    pub(super) fn new(tally: Tally) -> Self {
        let elapsed = tally.elapsed();
        let failed = tally.failed.iter().map(|(failure, count)| (failure.to_string(), *count)).collect();
        Report { latency: tally.latency, failed, octets: tally.octets, elapsed, detail: tally.detail }
    }

    /// Requests whose answer came.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.latency.len()
    }

    /// Failed requests by their reason.
    #[must_use]
    pub fn failed(&self) -> &BTreeMap<String, u64> {
        &self.failed
    }

    /// The latency that this share of the answers had at most, 0 to 1.
    #[must_use]
    pub fn latency(&self, share: f64) -> Duration {
        Duration::from_nanos(self.latency.value_at_quantile(share))
    }

    /// One object.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn to_json(&self) -> Result<String, String> {
        let us = |share| self.latency(share).as_secs_f64() * 1e6;
        let json = Json {
            answered: self.answered(),
            failed: &self.failed,
            octets: self.octets,
            seconds: self.elapsed.as_secs_f64(),
            requests_per_second: self.per_second(self.answered()),
            octets_per_second: self.per_second(self.octets),
            latency_us: QUANTILES.iter().map(|(name, share)| (*name, us(*share))).collect(),
        };
        serde_json::to_string_pretty(&json).map(|text| text + "\n").map_err(|error| error.to_string())
    }

    fn per_second(&self, count: u64) -> f64 {
        match self.elapsed.as_secs_f64() {
            0.0 => 0.0,
            seconds => count as f64 / seconds,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed: u64 = self.failed.values().sum();
        writeln!(f, "{} answered, {failed} failed, {:.3} s", self.answered(), self.elapsed.as_secs_f64())?;
        let octets = self.per_second(self.octets) / 1e6;
        writeln!(f, "{:.0} requests/s, {octets:.2} MB/s of content", self.per_second(self.answered()))?;
        for (reason, count) in &self.failed {
            writeln!(f, "failed: {count:>9}  {reason}")?;
        }
        if let Some(detail) = &self.detail {
            writeln!(f, "first: {detail}")?;
        }
        if self.answered() > 0 {
            f.write_str("latency:")?;
            for (name, share) in QUANTILES {
                write!(f, "  {name} {}", time(self.latency(share).as_nanos() as u64))?;
            }
            writeln!(f)?;
            self.draw(f)?;
        }
        Ok(())
    }
}

impl Report {
    /// A bar for each doubling of the latency, from the shortest to the longest one.
    fn draw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bars: Vec<(u64, u64)> = Vec::new();
        // A bucket ends below a power of two, so that runs can be compared.
        for step in self.latency.iter_log(1 << 10, 2.0) {
            bars.push((step.value_iterated_to(), step.count_since_last_iteration()));
        }
        let longest = bars.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        for (end, count) in bars.iter().skip_while(|(_, count)| *count == 0) {
            // Few are not the same as none.
            let columns = (count * WIDTH).div_ceil(longest) as usize;
            let line = format!("  up to {:>10} {:40} {count}", time(*end), "#".repeat(columns));
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Nanoseconds in the unit that suits them.
fn time(nanoseconds: u64) -> String {
    match nanoseconds as f64 {
        ns if ns < 1e6 => format!("{:.1} us", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::load::Failure;

    /// Latencies of 1 to 1000 ms, one of each, in an order that is not theirs.
    fn known() -> Tally {
        let (mut tally, begin) = (Tally::default(), Instant::now());
        tally.sent(begin);
        for number in 0..1000 {
            tally.answered(begin, begin + Duration::from_millis(number * 7 % 1000 + 1));
        }
        tally
    }

    #[test]
    fn percentiles_are_those_of_the_answers_alone() {
        let mut tally = known();
        tally.failed(Failure::ReadDeadline, 1_000_000);
        let report = Report::new(tally);
        assert_eq!(report.answered(), 1000);
        for (share, expected) in [(0.5, 500), (0.9, 900), (0.99, 990), (0.999, 999), (1.0, 1000)] {
            let [found, expected] = [report.latency(share), Duration::from_millis(expected)].map(|t| t.as_secs_f64());
            assert!((found / expected - 1.0).abs() < 0.001, "{share}: {found} for {expected}");
        }
    }

    /// One answer among a thousand that takes long shows in the maximum, and not before.
    #[test]
    fn one_slow_answer_is_seen() {
        let (mut tally, begin) = (Tally::default(), Instant::now());
        (0..9999).for_each(|_| tally.answered(begin, begin + Duration::from_micros(100)));
        tally.answered(begin, begin + Duration::from_secs(3));
        let report = Report::new(tally);
        assert!(report.latency(0.999) < Duration::from_micros(101), "{report}");
        assert!(report.latency(1.0) > Duration::from_millis(2990), "{report}");
        let last = report.to_string().lines().last().map(str::to_owned).expect("a bar");
        assert!(last.contains("#") && last.ends_with(" 1"), "{last}");
    }

    #[test]
    fn the_bars_add_up_to_the_answers() {
        let report = Report::new(known());
        let text = report.to_string();
        let bars = text.lines().filter(|line| line.starts_with("  up to"));
        let counts = bars.map(|line| line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok()));
        assert_eq!(counts.map(|count| count.expect("a count")).sum::<u64>(), 1000, "{text}");
    }

    #[test]
    fn nothing_is_no_division_by_zero() {
        let report = Report::new(Tally::default());
        assert_eq!(report.to_string(), "0 answered, 0 failed, 0.000 s\n0 requests/s, 0.00 MB/s of content\n");
        assert!(!report.to_json().expect("plain data").contains("null"));
    }
}
