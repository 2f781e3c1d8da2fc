//! The rows of a bench that say something about a patch, whatever else the machine does meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::failure::Failure;

/// How many times better a row has to be, so that noise does not decide.
const CLEARLY: f64 = 1.5;

/// How many times more instructions are more: the compiler arranges code that has not changed
/// differently, too.
const MORE: f64 = 1.01;

/// Instructions are the same in each run.
const EXACT: &str = "instructions";

/// What a bench says of the fork.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Rows {
    /// Rows in which it is clearly better than the release.
    better: BTreeSet<String>,
    /// What it needs in the exact rows in which it is better at all.
    exact: BTreeMap<String, f64>,
}

impl Rows {
    /// Reads the figures of a scenario. A figure that there is none of is worst. Times say nothing.
    ///
    /// # Errors
    ///
    /// The text is not in the form that the benches write.
    pub(crate) fn read(json: &str) -> Result<Rows, Failure> {
        #[derive(Deserialize)]
        struct Figures {
            rows: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            name: String,
            unit: String,
            better: String,
            upstream: Option<f64>,
            patched: Option<f64>,
        }
        let figures: Figures = serde_json::from_str(json)
            .map_err(|error| Failure::new(format!("the figures are not in the agreed form: {error}")))?;
        let mut rows = Rows::default();
        for row in figures.rows.into_iter().filter(|row| !row.unit.starts_with("us")) {
            let Some(patched) = row.patched else { continue };
            let lead = match row.upstream {
                None => f64::INFINITY,
                Some(upstream) if row.better == "lower" => upstream / patched,
                Some(upstream) => patched / upstream,
            };
            if row.unit == EXACT && lead > 1.0 {
                rows.exact.insert(row.name, patched);
            } else if row.unit != EXACT && lead >= CLEARLY {
                rows.better.insert(row.name);
            }
        }
        Ok(rows)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.better.is_empty() && self.exact.is_empty()
    }

    /// Whether `other` is as good: clearly better than the release in all of these rows, and with
    /// no more instructions.
    pub(crate) fn hold_in(&self, other: &Rows) -> bool {
        let is_as_good =
            |(name, count): (&String, &f64)| other.exact.get(name).is_some_and(|other| *other <= MORE * count);
        self.better.is_subset(&other.better) && self.exact.iter().all(is_as_good)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &[(&str, &str, &str, &str, &str)]) -> Rows {
        let row = |(name, unit, better, upstream, patched): &(&str, &str, &str, &str, &str)| {
            format!(
                r#"{{"name":"{name}","unit":"{unit}","better":"{better}","upstream":{upstream},"patched":{patched}}}"#
            )
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        Rows::read(&format!(r#"{{"rows":[{}]}}"#, rows.join(","))).expect("they are in the agreed form")
    }

    fn instructions(patched: &str) -> Rows {
        read(&[("instructions/tiny", EXACT, "lower", "1000", patched)])
    }

    #[test]
    fn a_row_is_better_where_the_fork_is_ahead_by_half() {
        let rows = read(&[
            ("less", "frames", "lower", "3", "2"),
            ("more", "frames", "higher", "2", "3"),
            ("little-less", "frames", "lower", "3", "2.1"),
            ("worse", "frames", "higher", "3", "2"),
            ("none-before", "frames", "lower", "null", "9"),
            ("none-now", "frames", "higher", "9", "null"),
            ("nothing", "frames", "lower", "0", "0"),
            ("time", "us/MiB", "lower", "9", "1"),
        ]);
        assert_eq!(rows.better.iter().map(String::as_str).collect::<Vec<_>>(), ["less", "more", "none-before"]);
        assert!(Rows::read("{}").is_err());
    }

    #[test]
    fn rows_hold_where_all_of_them_are_as_good() {
        let both = read(&[("a", "frames", "lower", "3", "2"), ("b", "frames", "lower", "3", "1")]);
        let one = read(&[("a", "frames", "lower", "3", "2"), ("b", "frames", "lower", "3", "3")]);
        assert!(both.hold_in(&both) && one.hold_in(&both));
        assert!(!both.hold_in(&one));
    }

    #[test]
    fn a_few_more_instructions_are_more() {
        assert!(instructions("800").hold_in(&instructions("805")));
        assert!(!instructions("800").hold_in(&instructions("820")));
        assert!(!instructions("800").hold_in(&Rows::default()));
        // What is no better than the release proves nothing.
        assert!(instructions("1000").is_empty() && !instructions("999").is_empty());
    }
}
