//! The account for a pull request or a wiki.

use std::fmt::{self, Write as _};

use super::headline::headline;
use super::text::{cell_in_words, change, owners, tally_in_words};
use super::{GIT, NAME, VERSION};
use crate::account::{Account, Standing};

pub(super) fn render(account: &Account) -> String {
    let mut out = String::new();
    write_all(&mut out, account).expect("a string takes any text");
    out
}

fn write_all(out: &mut String, account: &Account) -> fmt::Result {
    writeln!(out, "# HTTP/2 conformance\n\n**{}**\n", headline(account))?;
    writeln!(out, "| subject | version | results |\n| --- | --- | --- |")?;
    for (at, party) in account.parties.iter().enumerate() {
        row(out, &[&party.name, &party.version, &tally_in_words(account.tally(at))])?;
    }
    writeln!(out)?;
    problems(out, account)?;
    differences(out, account)?;
    results(out, account)?;
    writeln!(out, "\n{NAME} {VERSION} ({GIT})")
}

fn problems(out: &mut String, account: &Account) -> fmt::Result {
    if account.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "## What is wrong\n\n| kind | what |\n| --- | --- |")?;
    for problem in &account.problems {
        row(out, &[problem.kind(), &problem.to_string()])?;
    }
    writeln!(out)
}

fn differences(out: &mut String, account: &Account) -> fmt::Result {
    let Some(differences) = account.differences.as_ref().filter(|found| !found.is_empty()) else { return Ok(()) };
    writeln!(out, "## Differences\n\n| case | class | outcome | patch |\n| --- | --- | --- | --- |")?;
    for difference in differences {
        let change = change(account, difference);
        row(out, &[difference.case, difference.class.name(), &change, &owners(account, difference)])?;
    }
    writeln!(out)
}

fn results(out: &mut String, account: &Account) -> fmt::Result {
    let names = account.parties.iter().map(|party| party.name.as_str());
    let head: Vec<&str> = ["case", "level", "sentence"].into_iter().chain(names).collect();
    writeln!(out, "## Results\n")?;
    row(out, &head)?;
    row(out, &vec!["---"; head.len()])?;
    for line in &account.rows {
        let cells = line.cells.iter().map(|cell| match &cell.standing {
            Standing::Unexpected => format!("{}, unexpected", cell_in_words(cell)),
            Standing::Broken => "runner failed".to_owned(),
            Standing::Known(reason) => format!("{}, {reason}", cell_in_words(cell)),
            Standing::Fine | Standing::Skipped => cell_in_words(cell),
        });
        let cells: Vec<String> = cells.collect();
        let mut columns = vec![line.case.id, line.case.level().name(), line.case.title];
        columns.extend(cells.iter().map(String::as_str));
        row(out, &columns)?;
    }
    Ok(())
}

/// One row of a table. A cell may hold anything: what would end it or begin markup is escaped.
fn row(out: &mut String, cells: &[&str]) -> fmt::Result {
    for cell in cells {
        let cell = cell.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ");
        write!(out, "| {cell} ")?;
    }
    writeln!(out, "|")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;

    #[test]
    fn every_row_has_the_columns_of_its_head() {
        let report = super::render(&sample());
        let mut columns = 0;
        for line in report.lines() {
            let bars = line.replace("\\|", "").matches('|').count();
            assert!(bars == 0 || columns == 0 || bars == columns, "{line}");
            columns = bars;
        }
    }

    #[test]
    fn what_ends_a_cell_is_escaped() {
        let mut out = String::new();
        super::row(&mut out, &["a|b", "<c>\nd", "e\\"]).unwrap();
        assert_eq!(out, "| a\\|b | &lt;c> d | e\\\\ |\n");
    }
}
