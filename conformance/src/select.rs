//! Finds cases by id or glob, and subjects by name. What is not there gives a line that says what
//! is.

use crate::case::Case;
use crate::glob;
use crate::subject::{SocketSubject, Subject, CONTROLS, IN_MEMORY, SOCKET};

/// The cases that match any of the globs; all of them without a glob.
pub fn cases(catalogue: &[Case], globs: &[String]) -> Result<Vec<Case>, String> {
    let ids = || catalogue.iter().map(|case| case.id);
    if let Some(idle) = globs.iter().find(|pattern| !ids().any(|id| glob::matches(pattern, id))) {
        return Err(format!("no case matches {idle:?}; {}", hint(idle, ids(), "`list` names them all")));
    }
    let wanted = |case: &&Case| globs.is_empty() || globs.iter().any(|pattern| glob::matches(pattern, case.id));
    Ok(catalogue.iter().filter(wanted).cloned().collect())
}

/// The cases that match none of the globs.
pub fn without(catalogue: &[Case], cases: Vec<Case>, globs: &[String]) -> Result<Vec<Case>, String> {
    // A glob that matches nothing is a mistake.
    for pattern in globs {
        self::cases(catalogue, std::slice::from_ref(pattern))?;
    }
    let stays = |case: &Case| !globs.iter().any(|pattern| glob::matches(pattern, case.id));
    Ok(cases.into_iter().filter(stays).collect())
}

/// The case with this id.
pub fn case(catalogue: &[Case], id: &str) -> Result<Case, String> {
    let found = catalogue.iter().find(|case| case.id == id);
    found.cloned().ok_or_else(|| {
        let ids = catalogue.iter().map(|case| case.id);
        format!("no case {id:?}; {}", hint(id, ids, "`list` names them all"))
    })
}

/// The subject with this name that runs in memory: a release of h2 or a control.
pub fn in_memory(name: &str) -> Result<&'static Subject, String> {
    let found = memory().find(|subject| subject.name == name);
    found.ok_or_else(|| unknown("in memory", name, memory().map(|subject| subject.name)))
}

/// The subject with this name that runs on a socket.
pub fn on_socket(name: &str) -> Result<&'static SocketSubject, String> {
    let found = SOCKET.iter().find(|subject| subject.name == name);
    found.ok_or_else(|| unknown("on a socket", name, SOCKET.iter().map(|subject| subject.name)))
}

/// Whether the subject with this name runs in memory; else it runs on a socket.
pub fn runs_in_memory(name: &str) -> Result<bool, String> {
    match (in_memory(name), on_socket(name)) {
        (Ok(_), _) => Ok(true),
        (Err(_), Ok(_)) => Ok(false),
        (Err(in_memory), Err(on_socket)) => Err(format!("{in_memory}; {on_socket}")),
    }
}

fn memory() -> impl Iterator<Item = &'static Subject> {
    IN_MEMORY.iter().chain(CONTROLS)
}

fn unknown<'a>(place: &str, name: &str, there: impl Iterator<Item = &'a str>) -> String {
    format!("no subject {name:?} {place}; there are {}", there.collect::<Vec<_>>().join(", "))
}

fn hint<'a>(wanted: &str, there: impl Iterator<Item = &'a str>, otherwise: &str) -> String {
    match &nearest(wanted, there)[..] {
        [] => otherwise.to_owned(),
        [one] => format!("the nearest is {one}"),
        several => format!("the nearest are {}", several.join(", ")),
    }
}

/// Up to three of the names that are most like `wanted`, the likest first.
fn nearest<'a>(wanted: &str, there: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let word = wanted.replace(['*', '?'], "");
    let word = word.trim_matches('/');
    if word.is_empty() {
        return Vec::new();
    }
    let likeness = |name: &str| match name.contains(word) {
        true => 0,
        false => distance(word, name),
    };
    // Beyond half of its letters changed, a name is another name.
    let bound = word.chars().count() / 2;
    let mut near: Vec<(usize, &str)> =
        there.map(|name| (likeness(name), name)).filter(|(distance, _)| *distance <= bound).collect();
    near.sort();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many letters have to be put in, taken out or changed to get from one to the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn catalogue() -> Vec<Case> {
        ["settings/acknowledged", "settings/ack-with-payload", "ping/answered"].map(testing::case).to_vec()
    }

    #[test]
    fn globs_select_in_the_order_of_the_catalogue() {
        let ids = |globs: &[&str]| {
            let globs: Vec<String> = globs.iter().map(ToString::to_string).collect();
            cases(&catalogue(), &globs).map(|cases| cases.iter().map(|case| case.id).collect::<Vec<_>>())
        };
        assert_eq!(ids(&[]).unwrap().len(), 3);
        assert_eq!(ids(&["ping/*", "*payload"]).unwrap(), ["settings/ack-with-payload", "ping/answered"]);
        let error = ids(&["ping/*", "ping/anwsered"]).unwrap_err();
        assert_eq!(error, "no case matches \"ping/anwsered\"; the nearest is ping/answered");
        assert_eq!(ids(&["xyz*"]).unwrap_err(), "no case matches \"xyz*\"; `list` names them all");
        assert_eq!(
            ids(&["setting/ack*x"]).unwrap_err(),
            "no case matches \"setting/ack*x\"; `list` names them all".to_owned()
        );
    }

    #[test]
    fn distances() {
        for (one, other, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ab", 0), ("abc", "", 3)] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn an_unknown_subject_gets_the_list() {
        let error = in_memory("patchd").unwrap_err();
        assert!(error.starts_with("no subject \"patchd\" in memory; there are upstream, patched, control-"), "{error}");
        let error = runs_in_memory("patchd").unwrap_err();
        assert!(
            error.ends_with("no subject \"patchd\" on a socket; there are upstream, patched, hyper-patched"),
            "{error}"
        );
    }

    #[test]
    fn subjects_are_found_where_they_run() {
        assert_eq!(runs_in_memory("patched"), Ok(true));
        assert_eq!(runs_in_memory("control-leaks"), Ok(true));
        assert_eq!(runs_in_memory("hyper-patched"), Ok(false));
        assert!(in_memory("hyper-patched").is_err());
        assert!(on_socket("control-leaks").is_err());
    }
}
