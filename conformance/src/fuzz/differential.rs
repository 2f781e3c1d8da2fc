//! Release and fork play the same script: what they do differently has to be declared.
//!
//! The first difference of a script counts. What comes behind it follows from it, or would be the
//! first one of a shorter script. `spec/differences.txt` declares each difference, and names the
//! patches that make it.

mod observed;
mod streams;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use self::observed::{steps, Answered, Part, Place};
use super::script;
use crate::case::{Case, Config, Role};
use crate::drive::{play, Want, EVENTS};
use crate::glob;
use crate::legal::hunt::shrunk_by;
use crate::legal::Plan;
use crate::script::{App, Script, Sent, Step};
use crate::subject::Subject;
use crate::transcript::Transcript;

/// The differences that are declared.
pub const DECLARED: &str = include_str!("../../spec/differences.txt");

/// The first difference between two subjects in a script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// `server` or `client`.
    pub role: &'static str,
    /// The steps of the script that they answer differently: those at the same time, and those
    /// before that nothing answered.
    pub steps: Vec<String>,
    pub release: String,
    pub fork: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {} | {}", self.role, self.steps.join(" + "), self.release, self.fork)
    }
}

/// A difference that is declared: globs for its parts, and the patches that make it.
#[derive(Clone, Debug)]
pub struct Declared {
    parts: [String; 4],
    pub patches: Vec<String>,
    /// The role and the seed of a script that shows it, or `plan` and the script's plan.
    pub example: String,
    pub line: usize,
}

impl Declared {
    /// Whether this is the difference.
    #[must_use]
    pub fn explains(&self, difference: &Difference) -> bool {
        let Difference { role, steps, release, fork } = difference;
        let [of_role, of_step, of_release, of_fork] = &self.parts;
        glob::matches(of_role, role)
            && glob::matches(of_release, release)
            && glob::matches(of_fork, fork)
            && steps.iter().any(|step| glob::matches(of_step, step))
    }
}

/// All that are declared. An error is one line with the place.
pub fn declared() -> Result<Vec<Declared>, String> {
    parse(DECLARED)
}

fn parse(text: &str) -> Result<Vec<Declared>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let read = |(at, line)| row(line, at + 1).ok_or_else(|| expected(line, at + 1));
    lines.map(read).collect()
}

fn expected(line: &str, number: usize) -> String {
    format!("line {number}: expected ROLE | STEP | RELEASE | FORK | PATCHES | EXAMPLE, found {line:?}")
}

fn row(text: &str, line: usize) -> Option<Declared> {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    let [role, step, release, fork, patches, example] = parts.try_into().ok()?;
    let patches: Vec<String> = patches.split_whitespace().map(str::to_owned).collect();
    plan_of(example)?;
    let example = example.to_owned();
    let parts = [role, step, release, fork].map(str::to_owned);
    (!patches.is_empty()).then_some(Declared { parts, patches, example, line })
}

/// The plan that an example names.
fn plan_of(example: &str) -> Option<Plan> {
    let (of, script) = example.split_once(' ')?;
    if of == "plan" {
        return script.parse().ok();
    }
    let role = [Role::Server, Role::Client].into_iter().find(|role| role.name() == of)?;
    Some(Plan::from_seed(role, script.parse().ok()?))
}

/// Steps of the opening, of which one is the preface.
const OPENING: usize = 3;

fn is_frame(sent: &Sent) -> bool {
    sent.frame().is_some_and(|frame| frame.declared.is_none())
}

/// The set-up and the script of a plan, without what only the fork has. Windows stay as they are
/// set, so that how much a peer may send is the same on both.
#[must_use]
pub fn scenario(plan: &Plan) -> (Case, Script) {
    let (case, mut script) = script::scenario(plan);
    let config = Config {
        connection_send_buffer: None,
        receive_budget: Some(0),
        window_growth: None,
        update_policy: None,
        deadlines: None,
        abuse: None,
        is_lenient: false,
        is_observed: false,
        ..case.config
    };
    let is_of_the_fork = |app: &App| {
        use App::{AwaitDrained, SetStreamTarget, SetStreamUpdatePolicy, SetUpdatePolicy};
        matches!(
            app,
            AwaitDrained { .. } | SetStreamTarget { .. } | SetStreamUpdatePolicy { .. } | SetUpdatePolicy { .. }
        )
    };
    // Behind octets that are no frame, steps do not mean what they say.
    let raw = |step: &Step| matches!(step, Step::Write(sent) if sent.iter().any(|sent| !is_frame(sent)));
    if let Some(end) = script.steps.iter().skip(OPENING).position(raw) {
        script.steps.truncate(OPENING + end);
        script.settle();
    }
    script.steps.retain(|step| match step {
        Step::App(app) => !is_of_the_fork(app),
        // What is answered late seems to answer another step.
        step => !matches!(step, Step::Block(_)),
    });
    (Case { config, ..case }, script)
}

/// Plays the script of a plan on the release and on the fork. Returns both records and their first
/// difference.
#[must_use]
pub fn run(plan: &Plan, [release, fork]: [&Subject; 2]) -> ([Transcript; 2], Option<Difference>) {
    let (case, script) = scenario(plan);
    let records = [release, fork].map(|subject| {
        let mut link = (subject.make)(&case);
        play(&mut *link, &script, plan.role == Role::Server, &|_| Want::Nothing)
    });
    // What was cut off says nothing: both go on, and one of them a step further.
    if records.iter().all(|record| record.events.len() >= EVENTS) {
        return (records, None);
    }
    let [before, after] = [&records[0], &records[1]].map(steps);
    let at = before.iter().zip(&after).position(|(before, after)| before != after);
    // A run is shorter where its connection ends, which is a difference itself.
    assert!(at.is_some() || before.len() == after.len(), "the same answers to more steps");
    let difference = at.map(|at| {
        let (release, fork) = differing(&before[at], &after[at]);
        Difference { role: plan.role.name(), steps: causes(&before[..=at]), release, fork }
    });
    (records, difference)
}

/// The last step, those at its time, and those of the time before that nothing answered.
fn causes(steps: &[Answered]) -> Vec<String> {
    let mut causes = BTreeSet::new();
    let mut times = BTreeSet::new();
    for (at, step) in steps.iter().rev().enumerate() {
        times.insert(step.at);
        if times.len() > 2 || (at > 0 && !step.answer.is_empty()) {
            break;
        }
        causes.insert(step.step.clone());
        causes.extend(step.beside.iter().cloned());
    }
    causes.into_iter().collect()
}

/// What differs in two answers, in words.
fn differing(before: &Answered, after: &Answered) -> (String, String) {
    let places: BTreeSet<&Place> = before.answer.keys().chain(after.answer.keys()).collect();
    let (mut left, mut right, mut kind) = (Vec::new(), Vec::new(), None);
    for place in places {
        let [mut of_before, mut of_after] =
            [before, after].map(|answered| answered.answer.get(place).map_or(&[][..], Vec::as_slice));
        // What both begin with says nothing, and what the application learns follows from frames.
        while let (Some((first, rest)), Some((same, rest_of_after))) = (of_before.split_first(), of_after.split_first())
        {
            if first != same {
                break;
            }
            (of_before, of_after) = (rest, rest_of_after);
        }
        let differs = !of_before.is_empty() || !of_after.is_empty();
        if differs && *kind.get_or_insert(place.kind()) == place.kind() {
            left.extend(of_before.iter().map(Part::said));
            right.extend(of_after.iter().map(Part::said));
        }
    }
    // The same answer in another state of the stream.
    if kind.is_none() {
        let fits = || "more or less DATA fits".to_owned();
        return (fits(), fits());
    }
    let (left, right) = (words(left), words(right));
    match left == right {
        true => (format!("{left}, other numbers"), format!("{right}, other numbers")),
        false => (left, right),
    }
}

fn words(mut parts: Vec<&str>) -> String {
    // How often is a number, too.
    parts.dedup();
    match parts.is_empty() {
        true => "nothing".into(),
        false => parts.join(", "),
    }
}

/// The plan without the operations that its difference does not need.
#[must_use]
pub fn shrunk(plan: &Plan, subjects: [&Subject; 2]) -> Plan {
    shrunk_by(plan, &|plan| run(plan, subjects).1.map(|difference| difference.to_string()))
}

/// Whether a line declares the difference.
#[must_use]
pub fn is_declared(difference: &Difference) -> bool {
    static ALL: OnceLock<Vec<Declared>> = OnceLock::new();
    // The table is checked by a test.
    ALL.get_or_init(|| declared().unwrap_or_default()).iter().any(|declared| declared.explains(difference))
}

/// Plays the script of a plan on both.
///
/// # Panics
/// If they differ and nothing declares it, with all that happened on the smallest script that shows
/// it.
pub fn check(plan: &Plan, subjects: [&Subject; 2]) {
    let (_, difference) = run(plan, subjects);
    if difference.is_some_and(|difference| !is_declared(&difference)) {
        let plan = shrunk(plan, subjects);
        match run(&plan, subjects) {
            ([release, fork], Some(difference)) => {
                panic!("not declared: {difference}\n--- release\n{release}--- fork\n{fork}plan {plan}")
            }
            (_, None) => panic!("a difference that does not come again: plan {plan}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Claims;
    use crate::subject::IN_MEMORY;

    const BOTH: [&Subject; 2] = [&IN_MEMORY[0], &IN_MEMORY[1]];

    #[test]
    fn a_subject_does_not_differ_from_itself() {
        for subject in IN_MEMORY {
            for seed in 0..200 {
                for role in [Role::Server, Role::Client] {
                    let plan = Plan::from_seed(role, seed);
                    assert_eq!(run(&plan, [subject, subject]).1, None, "{role:?} {seed}");
                }
            }
        }
    }

    #[test]
    fn no_script_finds_a_difference_that_is_not_declared() {
        for seed in 0..500 {
            for role in [Role::Server, Role::Client] {
                check(&Plan::from_seed(role, seed), BOTH);
            }
        }
    }

    #[test]
    fn each_declared_difference_is_there_and_names_patches() {
        let declared = declared().expect("the table can be read");
        let stale = |row: &Declared| {
            let unknown =
                row.patches.iter().find(|slug| !Claims::OF_THE_FORK.0.iter().any(|patch| patch.slug == **slug));
            if let Some(slug) = unknown {
                return Some(format!("there is no patch {slug}"));
            }
            let plan = plan_of(&row.example).expect("it was read");
            let Some(difference) = run(&plan, BOTH).1 else {
                return Some("its example does not differ".to_owned());
            };
            let first = declared.iter().find(|row| row.explains(&difference)).map(|row| row.line);
            (first != Some(row.line)).then(|| format!("its example is explained by line {first:?}: {difference}"))
        };
        let stale: Vec<_> =
            declared.iter().filter_map(|row| Some(format!("line {}: {}", row.line, stale(row)?))).collect();
        assert!(stale.is_empty(), "{}", stale.join("\n"));
    }

    #[test]
    fn wrong_lines_are_named() {
        let line = "* | DATA | nothing | GOAWAY | a-patch | client 7";
        assert_eq!(parse(line).expect("a row").len(), 1);
        for wrong in
            ["", "x", "client 7", "* | DATA | nothing | GOAWAY | a-patch | client", "* | * | * | * | | client 7"]
        {
            let text = format!("# a comment\n{wrong}");
            match parse(&text) {
                Ok(rows) => assert!(wrong.is_empty() && rows.is_empty(), "{wrong}"),
                Err(why) => assert!(why.starts_with("line 2: expected ROLE |") && !why.contains('\n'), "{why}"),
            }
        }
    }
}
