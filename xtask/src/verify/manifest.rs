//! The fork's manifest against the pristine one: a repeated list must not drift.

use toml::{Table, Value};

use crate::failure::Failure;
use crate::repo::{read, Repo};

/// What downstream sees of a package beside its code.
const REPEATED: [&str; 3] = ["features", "dependencies", "target"];

/// Features of our own: off by default, and each with at most one dependency, which nothing else
/// needs.
const OURS: [(&str, Option<&str>); 4] =
    [("__invariants", None), ("__virtual-time", None), ("metrics", Some("metrics")), ("serde", Some("serde"))];

/// Dependencies that the fork has and the release has not.
const ADDED: [&str; 1] = ["futures-timer"];

pub(crate) fn check(repo: &Repo) -> Result<String, Failure> {
    let release = repo.release()?;
    let upstream = parse(&read(&repo.pristine()?.dir.join("Cargo.toml"))?)?;
    let fork = parse(&read(&repo.package().join("Cargo.toml"))?)?;
    let mut faults = differences(&upstream, &fork);
    faults.extend(version_fault(&release.version, &fork));
    faults.extend(needs_itself(&fork));
    if faults.is_empty() {
        let adds = format!("{}; features of our own add nothing that is not optional", ADDED.join(", "));
        return Ok(format!("features and dependencies are upstream's and {adds}"));
    }
    Err(Failure::new(format!("h2-patched/Cargo.toml: {}", faults.join(", "))))
}

/// The sections of a manifest for the dependencies of [`ADDED`].
pub(crate) fn added(repo: &Repo) -> Result<String, Failure> {
    let fork = parse(&read(&repo.package().join("Cargo.toml"))?)?;
    let dependencies = entries(&fork, "dependencies");
    let of_ours = dependencies.into_iter().filter(|(name, _)| ADDED.contains(&name.as_str()));
    Ok(Table::from_iter([("dependencies".to_owned(), Value::Table(of_ours.collect()))]).to_string())
}

fn parse(text: &str) -> Result<Table, Failure> {
    text.parse().map_err(|error| Failure::new(format!("a Cargo.toml does not parse: {error}")))
}

fn differences(upstream: &Table, fork: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    for section in REPEATED {
        let upstream = entries(upstream, section);
        let fork = entries(fork, section);
        for (name, expected) in &upstream {
            match fork.get(name) {
                None => faults.push(format!("[{section}] lacks {name}")),
                Some(found) if found != expected => {
                    faults.push(format!("[{section}] has {name} = {found}, upstream has {expected}"))
                }
                Some(_) => {}
            }
        }
        for (name, _) in
            fork.iter().filter(|(name, value)| !upstream.contains_key(*name) && !is_ours(section, name, value))
        {
            faults.push(format!("[{section}] has {name}, upstream has not"));
        }
    }
    faults
}

/// A feature of our own that turns on no more than its dependency, or such a dependency, which has
/// to be optional, or a dependency of [`ADDED`].
fn is_ours(section: &str, name: &str, value: &Value) -> bool {
    if section == "dependencies" && ADDED.contains(&name) {
        return true;
    }
    OURS.iter().any(|(feature, dependency)| match section {
        "features" => *feature == name && is_list_of(value, dependency.map(|dependency| format!("dep:{dependency}"))),
        "dependencies" => {
            *dependency == Some(name) && value.get("optional").and_then(Value::as_bool).unwrap_or_default()
        }
        _ => false,
    })
}

fn is_list_of(value: &Value, entry: Option<String>) -> bool {
    value.as_array().is_some_and(|list| list.iter().map(Value::as_str).eq(entry.as_deref().map(Some)))
}

/// The entries of a section, each in the one form that cargo normalises to.
fn entries(manifest: &Table, section: &str) -> Table {
    let Some(Value::Table(table)) = manifest.get(section) else {
        return Table::new();
    };
    let normal = table.iter().map(|(name, value)| {
        let value = match value {
            Value::String(version) if section == "dependencies" => {
                Value::Table(Table::from_iter([("version".to_owned(), version.clone().into())]))
            }
            other => other.clone(),
        };
        (name.clone(), value)
    });
    normal.collect()
}

/// `0.4.2001`: upstream's patch number times 100, plus our revision.
fn version_fault(upstream: &str, fork: &Table) -> Option<String> {
    let found = fork.get("package")?.get("version")?.as_str()?;
    let (line, patch) = upstream.rsplit_once('.')?;
    let revision =
        found.strip_prefix(&format!("{line}.{patch}")).filter(|revision| revision.len() == 2 && *revision != "00");
    match revision {
        Some(_) => None,
        None => Some(format!("version {found} is not {line}.{patch} with a revision from 01 to 99")),
    }
}

/// Through `[patch]` the fork holds h2's place in the resolver: if it needed the pristine h2 as
/// well, cargo would drop the patch with no more than a warning.
fn needs_itself(fork: &Table) -> Option<String> {
    ["dependencies", "build-dependencies"]
        .into_iter()
        .filter_map(|section| Some((section, fork.get(section)?.as_table()?)))
        .find_map(|(section, table)| {
            let on_h2 =
                table.iter().any(|(name, value)| value.get("package").and_then(Value::as_str).unwrap_or(name) == "h2");
            on_h2.then(|| format!("[{section}] must not name the pristine h2"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPSTREAM: &str = "\
[features]
stream = []
[dependencies.bytes]
version = \"1\"
[dependencies.http]
version = \"1.1\"
";

    fn faults(fork: &str) -> Vec<String> {
        differences(&parse(UPSTREAM).unwrap(), &parse(fork).unwrap())
    }

    #[test]
    fn forms_that_mean_the_same_are_the_same() {
        let fork = "[features]\nstream = []\n[dependencies]\nbytes = \"1\"\nhttp = { version = \"1.1\" }\n";
        assert!(faults(fork).is_empty());
    }

    #[test]
    fn names_each_difference() {
        let fork = "[features]\nstream = [\"x\"]\n[dependencies]\nbytes = \"2\"\nextra = \"1\"\n";
        let faults = faults(fork).join("\n");
        for complaint in [
            "[features] has stream",
            "[dependencies] has bytes",
            "[dependencies] lacks http",
            "[dependencies] has extra, upstream has not",
        ] {
            assert!(faults.contains(complaint), "{faults}");
        }
    }

    #[test]
    fn a_feature_of_our_own_adds_nothing() {
        let with = |feature: &str| {
            faults(&format!("[features]\nstream = []\n{feature}\n[dependencies]\nbytes = \"1\"\nhttp = \"1.1\"\n"))
        };
        assert!(with("__invariants = []").is_empty());
        assert_eq!(with("__invariants = [\"stream\"]"), ["[features] has __invariants, upstream has not"]);
        assert_eq!(with("other = []"), ["[features] has other, upstream has not"]);
    }

    #[test]
    fn a_dependency_of_our_own_is_optional_and_its_features() {
        let with = |feature: &str, dependency: &str| {
            let dependencies = format!("bytes = \"1\"\nhttp = \"1.1\"\n{dependency}\n");
            faults(&format!("[features]\nstream = []\n{feature}\n[dependencies]\n{dependencies}"))
        };
        let optional = "metrics = { version = \"0.24\", optional = true }";
        assert!(with("metrics = [\"dep:metrics\"]", optional).is_empty());
        let feature = "[features] has metrics, upstream has not";
        assert_eq!(with("metrics = [\"dep:metrics\", \"stream\"]", optional), [feature]);
        assert_eq!(with("metrics = []", optional), [feature]);
        let dependency = "[dependencies] has metrics, upstream has not";
        for needed in ["metrics = \"0.24\"", "metrics = { version = \"0.24\", optional = false }"] {
            assert_eq!(with("metrics = [\"dep:metrics\"]", needed), [dependency], "{needed}");
        }
        let other = "__invariants = { version = \"1\", optional = true }";
        assert_eq!(with("", other), ["[dependencies] has __invariants, upstream has not"]);
    }

    #[test]
    fn the_pristine_release_is_no_dependency() {
        let renamed = "[build-dependencies]\nupstream = { package = \"h2\", version = \"=0.4.20\" }\n";
        assert!(needs_itself(&parse(renamed).unwrap()).is_some());
        let dev = "[dev-dependencies]\nupstream = { package = \"h2\", version = \"=0.4.20\" }\n";
        assert!(needs_itself(&parse(dev).unwrap()).is_none());
    }

    #[test]
    fn the_version_follows_upstreams() {
        let fault = |version: &str| {
            let manifest = format!("[package]\nversion = \"{version}\"\n");
            version_fault("0.4.20", &parse(&manifest).unwrap())
        };
        assert_eq!(fault("0.4.2001"), None);
        for wrong in ["0.4.20", "0.4.2000", "0.4.1901", "0.4.20001"] {
            assert!(fault(wrong).is_some(), "{wrong}");
        }
    }
}
