//! Figures of the benches: held, printed as a table, written as JSON and read back, drawn.

pub mod chart;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

pub use read::read;

/// What a scenario measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub scenario: String,
    pub machine: Machine,
    pub rows: Vec<Row>,
}

/// Where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub cores: usize,
}

/// One figure of both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub unit: String,
    pub better: Better,
    pub upstream: Figure,
    pub patched: Figure,
    /// The same figure of other implementations.
    pub peer: BTreeMap<String, Figure>,
}

/// Which way a figure should move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    Lower,
    Higher,
}

/// A number, or nothing where the work did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Figure(pub Option<f64>);

impl Figures {
    #[must_use]
    pub fn new(scenario: &str, rows: Vec<Row>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Figures { scenario: scenario.into(), machine: Machine { cores }, rows }
    }

    /// Names of the other implementations that any row has a figure of, in order.
    #[must_use]
    pub fn peers(&self) -> Vec<&str> {
        let peers: BTreeSet<&str> = self.rows.iter().flat_map(|row| row.peer.keys().map(String::as_str)).collect();
        peers.into_iter().collect()
    }

    /// Names of the rows in which the fork did not come to its end.
    pub fn stalls_of_the_fork(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|row| row.patched.0.is_none()).map(|row| row.name.as_str())
    }
}

impl Row {
    /// A row of what was measured here.
    #[must_use]
    pub fn new(name: String, unit: &str, better: Better, upstream: Option<f64>, patched: Option<f64>) -> Self {
        let unit = unit.into();
        Row { name, unit, better, upstream: Figure(upstream), patched: Figure(patched), peer: BTreeMap::new() }
    }

    /// The fork's figure over upstream's, where both have one.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        Some(self.patched.0? / self.upstream.0?).filter(|ratio| ratio.is_finite())
    }
}

/// Counts are written without a fraction.
impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => serializer.serialize_i64(number as i64),
            Some(number) => serializer.serialize_f64(number),
            None => serializer.serialize_none(),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) if number.fract() == 0.0 => f.pad(&format!("{number}")),
            Some(number) if number.abs() < 0.1 => f.pad(&format!("{number:.4}")),
            Some(number) => f.pad(&format!("{number:.2}")),
            None => f.pad("unfinished"),
        }
    }
}

impl Better {
    /// In the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Better::Lower => "lower",
            Better::Higher => "higher",
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rows.iter().map(|row| row.name.len());
        let width = names.chain([self.scenario.len()]).max().unwrap_or(0);
        writeln!(
            f,
            "{:width$}  {:>8} {:>11} {:>11} {:>7}  better",
            self.scenario, "unit", "upstream", "patched", "ratio"
        )?;
        for row in &self.rows {
            let ratio = row.ratio().map_or("-".into(), |ratio| format!("{ratio:.2}"));
            writeln!(
                f,
                "{:width$}  {:>8} {:>11} {:>11} {ratio:>7}  {}",
                row.name,
                row.unit,
                row.upstream,
                row.patched,
                row.better.name()
            )?;
            for (name, figure) in &row.peer {
                writeln!(f, "{:width$}  {:>8} {figure:>11}  {name}", "", row.unit)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn figures() -> Figures {
        let rows = vec![
            Row::new("count/fast".into(), "updates", Better::Lower, Some(512.0), Some(256.0)),
            Row::new("cpu".into(), "us", Better::Lower, None, Some(1.5)),
        ];
        Figures { scenario: "updates".into(), machine: Machine { cores: 2 }, rows }
    }

    /// Rows whose upstream has 0.25, whose fork has nothing, and whose peer has 0.75 and a name
    /// that means something in XML.
    pub(crate) fn hostile(scenario: &str, names: &[&str]) -> Figures {
        let rows = names.iter().map(|name| {
            let mut row = Row::new((*name).into(), "a<b>", Better::Higher, Some(0.25), None);
            row.peer.insert("a<b>\u{1}".into(), Figure(Some(0.75)));
            row
        });
        Figures::new(scenario, rows.collect())
    }

    #[test]
    fn json_has_the_agreed_form() {
        let json = serde_json::to_value(figures()).expect("plain data");
        let expected = serde_json::json!({
            "scenario": "updates",
            "machine": { "cores": 2 },
            "rows": [
                { "name": "count/fast", "unit": "updates", "better": "lower", "upstream": 512, "patched": 256, "peer": {} },
                { "name": "cpu", "unit": "us", "better": "lower", "upstream": null, "patched": 1.5, "peer": {} },
            ],
        });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<Figures>(json).expect("our own form"), figures());
    }

    #[test]
    fn the_table_has_a_ratio_and_names_what_did_not_end() {
        let table = figures().to_string();
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["count/fast", "updates", "512", "256", "0.50", "lower"]);
        assert_eq!(lines[2], ["cpu", "us", "unfinished", "1.50", "-", "lower"]);
        assert_eq!(figures().stalls_of_the_fork().count(), 0);
    }
}
