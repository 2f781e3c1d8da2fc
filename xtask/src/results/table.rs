//! The results of one peer: a line a case, sorted by topic as the catalogue is.

use std::fmt;

use serde::Deserialize;

use crate::failure::Failure;

/// What came of one peer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) version: String,
    /// The version and the commit of the suite that played.
    pub(super) suite: String,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) case: String,
    pub(super) level: String,
    pub(super) outcome: String,
    /// Why it is no pass.
    reason: String,
}

const WITHHELD: &str = "withheld";

impl Line {
    pub(super) fn topic(&self) -> &str {
        self.case.split('/').next().unwrap_or_default()
    }

    pub(super) fn is_withheld(&self) -> bool {
        self.outcome == WITHHELD
    }
}

impl Table {
    /// Reads what the suite wrote. Cases that were skipped are left out, and those of withheld
    /// topics have no outcome.
    pub(super) fn parse(json: &str, version: String, withheld: &[String]) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Report {
            tool: Tool,
            subjects: Vec<Subject>,
            cases: Vec<CaseResult>,
        }
        #[derive(Deserialize)]
        struct Tool {
            version: String,
            git: String,
        }
        #[derive(Deserialize)]
        struct Subject {
            name: String,
            version: String,
        }
        #[derive(Deserialize)]
        struct CaseResult {
            id: String,
            level: String,
            results: std::collections::BTreeMap<String, Outcome>,
        }
        #[derive(Deserialize)]
        struct Outcome {
            outcome: String,
            reason: String,
        }
        let wrong = |error: &dyn fmt::Display| Failure::new(format!("the report is not in the agreed form: {error}"));
        let report: Report = serde_json::from_str(json).map_err(|error| wrong(&error))?;
        let subject = report.subjects.first().ok_or_else(|| wrong(&"it has no subject"))?;
        let mut lines = Vec::new();
        for mut case in report.cases {
            let Some(Outcome { outcome, reason }) = case.results.remove(&subject.name) else { continue };
            if outcome == "skipped" {
                continue;
            }
            // Ports differ from run to run.
            let line = Line { case: case.id, level: case.level, outcome, reason };
            let is_withheld = withheld.iter().any(|topic| topic == line.topic());
            lines.push(match is_withheld {
                true => Line { outcome: WITHHELD.to_owned(), reason: String::new(), ..line },
                false => line,
            });
        }
        let version = if version.is_empty() { subject.version.clone() } else { version };
        Ok(Table { version, suite: format!("{} ({})", report.tool.version, report.tool.git), lines })
    }

    /// Reads a committed table.
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let mut all = text.lines();
        let mut head = |what: &str| {
            let line = all.next().and_then(|line| line.strip_prefix(what));
            line.map(str::to_owned)
                .ok_or_else(|| Failure::new(format!("a table of results has no line {what:?}; make it again")))
        };
        let (version, suite) = (head("# ")?, head("# suite ")?);
        let line = |line: &str| match line.split('\t').collect::<Vec<_>>()[..] {
            [case, level, outcome, reason] => Ok(Line {
                case: case.to_owned(),
                level: level.to_owned(),
                outcome: outcome.to_owned(),
                reason: reason.to_owned(),
            }),
            _ => Err(Failure::new(format!(
                "expected case, level, outcome and reason in a line of results, found {line:?}"
            ))),
        };
        Ok(Table { version, suite, lines: all.map(line).collect::<Result<_, _>>()? })
    }

    pub(super) fn count(&self, is_counted: impl Fn(&Line) -> bool) -> usize {
        self.lines.iter().filter(|line| is_counted(line)).count()
    }

    /// A line for the terminal.
    pub(super) fn summary(&self) -> String {
        let of = |outcome| self.count(|line| line.outcome == outcome);
        let [pass, weak, fail, withheld] = ["pass", "weak", "fail", WITHHELD].map(of);
        format!("{} cases: {pass} pass, {weak} weak, {fail} fail, {withheld} withheld", self.lines.len())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n# suite {}", self.version, self.suite)?;
        self.lines.iter().try_for_each(|Line { case, level, outcome, reason }| {
            writeln!(f, "{case}\t{level}\t{outcome}\t{}", reason.replace(['\t', '\n'], " "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"tool":{"version":"1","git":"abc"},"subjects":[{"name":"a:1","version":"unknown"}],"cases":[
        {"id":"ping/x","level":"must","results":{"a:1":{"outcome":"fail","reason":"no\tanswer"}}},
        {"id":"fields/y","level":"must","results":{"a:1":{"outcome":"fail","reason":"taken"}}},
        {"id":"ping/z","level":"may","results":{"a:1":{"outcome":"skipped","reason":"a client"}}}]}"#;

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let table = Table::parse(REPORT, "a 1".into(), &["fields".to_owned()]).unwrap();
        assert_eq!(table.summary(), "2 cases: 0 pass, 0 weak, 1 fail, 1 withheld");
        let text = table.to_string();
        assert_eq!(text, "# a 1\n# suite 1 (abc)\nping/x\tmust\tfail\tno answer\nfields/y\tmust\twithheld\t\n");
        assert_eq!(Table::read(&text).unwrap().to_string(), text);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(Table::parse("{}", String::new(), &[]).is_err());
        assert!(Table::read("ping/x").is_err());
        assert!(Table::read("# 1\nping/x\tmust\tfail\tno\n").is_err());
        assert!(Table::read("# 1\n# suite 1\nping/x\n").is_err());
    }
}
