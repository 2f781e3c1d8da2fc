//! `recall`: the suite on older releases of h2. For each fix of upstream's change log it says
//! whether a case tells the release with the fix from the release before it.

mod fixes;
mod page;

use std::collections::BTreeMap;

use toml::Table;

use crate::failure::Failure;
use crate::print::say;
use crate::published;
use crate::repo::{read, write, Repo};
use crate::trial::{Findings, Outcomes, Trial};

use fixes::Fixes;

/// The outcomes of all cases by release.
type Played = BTreeMap<String, Outcomes>;

/// What fuzz targets find, by release.
type Fuzzed = BTreeMap<String, Findings>;

/// Seeds that each fuzz target plays, for each role.
const SEEDS: u32 = 1_000;

/// Plays the releases, checks the table of fixes and writes the page.
pub(crate) fn run(repo: &Repo) -> Result<(), Failure> {
    let pinned = repo.release()?;
    let fixes = Fixes::parse(&read(&repo.root.join("conformance/recall/fixes.toml"))?)?;
    let trial = Trial::new(repo)?;
    let (mut played, mut fuzzed) = (Played::new(), Fuzzed::new());
    for version in &fixes.releases {
        let (_, tree) = published::find(repo, &pinned.name, version)?;
        let manifest = tree.files.get("Cargo.toml").map(|text| String::from_utf8_lossy(text));
        let manifest = renamed(&manifest.unwrap_or_default(), &pinned.version)?;
        let outcomes = trial.play_other(&tree, &manifest).map_err(|failure| {
            let hint = if failure.sentence.contains("did not compile") {
                "; subject/h2_like/additions.rs may need a method"
            } else {
                ""
            };
            Failure::new(format!("h2 {version}: {}{hint}", failure.sentence))
        })?;
        let pass = outcomes.values().filter(|outcome| *outcome == "pass").count();
        let findings = trial.fuzz_other(SEEDS)?;
        let kinds = findings.len();
        say(format_args!("h2 {version}: {pass} of {} cases pass; {kinds} kinds of findings", outcomes.len()))?;
        played.insert(version.clone(), outcomes);
        fuzzed.insert(version.clone(), findings);
    }
    let wrong = fixes.wrong(&played);
    wrong.iter().try_for_each(|line| say(format_args!("WRONG {line}")))?;
    if !wrong.is_empty() {
        let places = wrong.len();
        return Err(Failure::new(format!("conformance/recall/fixes.toml is wrong in {places} place(s); see above")));
    }
    write(&repo.root.join("conformance/results/recall.md"), &page::render(&fixes, &played, &fuzzed))?;
    say(page::found(&fixes))
}

/// The manifest of an older release under the version of the pinned one, which the suite asks for.
fn renamed(manifest: &str, version: &str) -> Result<String, Failure> {
    let fault = |what: String| Failure::new(format!("the Cargo.toml of the release {what}"));
    let mut table: Table = manifest.parse().map_err(|error| fault(format!("does not parse: {error}")))?;
    let package = table.get_mut("package").and_then(toml::Value::as_table_mut);
    let package = package.ok_or_else(|| fault("has no package".to_owned()))?;
    package.insert("version".to_owned(), version.into());
    table.retain(|section, _| ["package", "lib", "features", "dependencies"].contains(&section));
    table.insert("workspace".to_owned(), Table::new().into());
    toml::to_string(&table).map_err(|error| fault(format!("cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_release_takes_the_place_of_the_pinned_one() {
        let renamed =
            renamed("[package]\nname = \"a\"\nversion = \"1.0.0\"\n[[test]]\nname = \"t\"\n", "2.0.0").unwrap();
        let table: Table = renamed.parse().unwrap();
        assert_eq!(table["package"]["version"].as_str(), Some("2.0.0"));
        assert!(table.contains_key("workspace") && !table.contains_key("test"));
        assert!(super::renamed("[lib]\n", "2.0.0").is_err());
    }
}
