//! The public API of the fork is that of the release, and more: what compiles with the release
//! compiles with the fork. The auto traits of each public type are those of the release, because
//! code relies on them without naming them.
//!
//! Both APIs are read from what `rustdoc` writes as JSON, which the stable compiler does with
//! RUSTC_BOOTSTRAP=1.

mod support;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

use support::{repository, stderr};

const RELEASE: &str = "h2@0.4.20";
const FORK: &str = "h2@0.4.2001";

/// The auto traits that code can rely on. The others that rustdoc lists are unstable.
const AUTO_TRAITS: [&str; 5] = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];

#[test]
fn the_fork_only_adds_to_the_api() {
    let (release, fork) = (api(RELEASE), api(FORK));
    assert!(release.len() > 300, "only {} entries were found in the release", release.len());
    let mut problems = Vec::new();
    for (entry, is) in &release {
        match fork.get(entry) {
            None => problems.push(format!("gone: {entry}")),
            Some(now) if now != is => problems.push(format!("changed: {entry}\n  release {is}\n  fork    {now}")),
            Some(_) => {}
        }
    }
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.join("\n"));
}

/// All that is public of a package, by its path; what it is, as canonical JSON.
fn api(package: &str) -> BTreeMap<String, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api");
    let output = Command::new(env!("CARGO"))
        .args(["rustdoc", "--quiet", "--lib", "--package", package, "--target-dir"])
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .current_dir(repository())
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let json = fs::read_to_string(target.join("doc/h2.json")).unwrap();
    let docs: Value = serde_json::from_str(&json).unwrap();
    let mut api = Api { index: &docs["index"], entries: BTreeMap::new() };
    api.item("h2", &docs["root"]);
    api.entries
}

struct Api<'a> {
    index: &'a Value,
    entries: BTreeMap<String, String>,
}

impl<'a> Api<'a> {
    fn get(&self, id: &Value) -> Option<&'a Value> {
        self.index.get(id.to_string())
    }

    fn enter(&mut self, entry: String, is: &Value) {
        self.entries.insert(entry, canonical(is).to_string());
    }

    /// Enters an item, with what it holds. `path` names it.
    fn item(&mut self, path: &str, id: &Value) {
        let Some(item) = self.get(id) else { return };
        let (kind, inner) = kind(item);
        match kind {
            "module" => self.members(path, &inner["items"]),
            "use" => match self.get(&inner["id"]) {
                Some(_) => self.item(path, &inner["id"]),
                None => self.enter(path.to_owned(), inner),
            },
            "struct" | "union" | "enum" => {
                self.enter(path.to_owned(), &Value::from(kind));
                self.enter(format!("{path}<>"), &inner["generics"]);
                let fields = &inner["kind"]["plain"]["fields"];
                self.members(path, fields);
                if kind == "enum" {
                    // A variant more breaks a match.
                    let open = item["attrs"].to_string().contains("non_exhaustive");
                    let variants = inner["variants"].as_array().map_or(0, Vec::len);
                    self.enter(format!("{path}: variants"), &if open { Value::Null } else { variants.into() });
                    self.members(path, &inner["variants"]);
                }
                for implementation in inner["impls"].as_array().into_iter().flatten() {
                    self.implementation(path, implementation);
                }
            }
            "trait" => {
                self.enter(path.to_owned(), &inner["generics"]);
                self.enter(format!("{path}: items"), &inner["items"].as_array().map_or(0, Vec::len).into());
                self.members(path, &inner["items"]);
            }
            _ => self.enter(path.to_owned(), inner),
        }
    }

    fn members(&mut self, path: &str, ids: &Value) {
        for id in ids.as_array().into_iter().flatten() {
            let Some(item) = self.get(id) else { continue };
            let (kind, inner) = kind(item);
            if kind == "use" && inner["is_glob"] == true {
                let module = self.get(&inner["id"]).expect("a glob is of a module of the crate");
                self.members(path, &module["inner"]["module"]["items"]);
                continue;
            }
            let name = if kind == "use" { &inner["name"] } else { &item["name"] };
            let name = name.as_str().expect("what is in a module or type has a name");
            if item["visibility"] != "crate" {
                self.item(&format!("{path}::{name}"), id);
            }
        }
    }

    fn implementation(&mut self, path: &str, id: &Value) {
        let Some(item) = self.get(id) else { return };
        let inner = &item["inner"]["impl"];
        if !inner["blanket_impl"].is_null() {
            return;
        }
        let of = &inner["trait"];
        if of.is_null() {
            return self.members(path, &inner["items"]);
        }
        let name = of["path"].as_str().expect("a trait has a path");
        if inner["is_synthetic"] == true && !AUTO_TRAITS.contains(&name) {
            return;
        }
        let not = if inner["is_negative"] == true { "!" } else { "" };
        let arguments = canonical(&of["args"]);
        self.enter(format!("{path}: {not}{name} {arguments} for {}", canonical(&inner["for"])), &inner["generics"]);
    }
}

fn kind(item: &Value) -> (&str, &Value) {
    let inner = item["inner"].as_object().and_then(|inner| inner.iter().next()).expect("an item is of one kind");
    (inner.0, inner.1)
}

/// The same without what may differ between two builds of one API: numbers of items, and the names
/// of parameters.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "has_body"));
            let kept = kept.map(|(name, value)| match (name.as_str(), value) {
                ("inputs", Value::Array(inputs)) => {
                    (name.clone(), inputs.iter().map(|input| canonical(&input[1])).collect())
                }
                // As written: of the same type, whatever it was imported by.
                ("path", Value::String(path)) => (name.clone(), path.rsplit("::").next().into()),
                _ => (name.clone(), canonical(value)),
            });
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(values) => values.iter().map(canonical).collect(),
        other => other.clone(),
    }
}
