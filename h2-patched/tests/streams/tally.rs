//! How often each operation was applied and each deep state was reached: printed where
//! `STREAMS_TALLY` is set, to show that the draw reaches what it is meant to reach.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Mutex;

static COUNTS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

fn is_wanted() -> bool {
    static WANTED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *WANTED.get_or_init(|| std::env::var_os("STREAMS_TALLY").is_some())
}

/// Counts an operation by its name.
pub fn operation(role: &str, op: &impl Debug) {
    if is_wanted() {
        let text = format!("{op:?}");
        let names: Vec<&str> = text.split(|letter: char| !letter.is_alphabetic()).take(2).collect();
        count(role, &names.join(" "));
    }
}

/// Counts one of these.
pub fn count(role: &str, what: &str) {
    if is_wanted() {
        let mut counts = COUNTS.lock().expect("nothing panics while counting");
        *counts.entry(format!("{role} {what}")).or_default() += 1;
    }
}

/// Prints the counts of a role.
pub fn print(role: &str) {
    if is_wanted() {
        let counts = COUNTS.lock().expect("nothing panics while counting");
        counts
            .iter()
            .filter(|(what, _)| what.starts_with(role))
            .for_each(|(what, times)| eprintln!("{times:>9} {what}"));
    }
}
