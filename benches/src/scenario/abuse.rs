//! What a server loses to peers that flood it, and whether it keeps connections of peers that do
//! not. In memory; each attack on each h2 in a process of its own.

mod attack;
mod flooded;
mod legitimate;
mod peer;

use std::time::Duration;

use self::attack::{Attack, ATTACKS};
use self::flooded::{Damage, Flooded};
use self::legitimate::{Pattern, PATTERNS};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Subject, BOTH};
use crate::worker::{self, Patience, READY};

/// How long an attack takes, in time of the server: longer than the fork slows a flood.
const SPAN: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 6_000 });
/// How long a worker may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) fn run() -> Result<Figures, String> {
    measure_all(&mut |arguments| {
        let arguments: Vec<String> = std::iter::once("abuse".to_owned()).chain(arguments.iter().cloned()).collect();
        let patience = Patience { set_up: PATIENCE, figure: PATIENCE };
        worker::run(&mut worker::of_this_program(&arguments)?, patience)
    })
}

/// What a worker is asked: a subject, and an attack or a pattern.
type Ask<'a> = &'a mut dyn FnMut(&[String]) -> Result<worker::Said, String>;

fn measure_all(ask: Ask<'_>) -> Result<Figures, String> {
    let mut figure = |subject: &str, script: &str, wanted: &[&str]| -> Result<Vec<Option<f64>>, String> {
        let said = ask(&[subject.to_owned(), script.to_owned()])?;
        if let Some(why) = &said.failure {
            eprintln!("abuse: {subject}, {script}: {why}");
        }
        let value = |name: &&str| said.figures.iter().find(|(known, _)| known == name).map(|(_, figure)| *figure);
        Ok(wanted.iter().map(value).collect())
    };
    let mut both = |script: &str, wanted: &[&str]| -> Result<[Vec<Option<f64>>; 2], String> {
        let [(upstream, _), (patched, _)] = BOTH;
        Ok([figure(upstream, script, wanted)?, figure(patched, script, wanted)?])
    };
    let mut alive = Vec::new();
    for Pattern { name, .. } in PATTERNS {
        let [upstream, patched] = both(&format!("alive/{name}"), &["alive"])?;
        alive.push(Row::new(format!("alive/{name}"), "share", Better::Higher, upstream[0], patched[0]));
    }
    let [mut neighbour, mut cpu, mut heap] = [const { Vec::new() }; 3];
    for Attack { name, .. } in ATTACKS {
        let [upstream, patched] = both(&format!("attack/{name}"), &["neighbour", "cpu", "heap"])?;
        let row =
            |what, unit, better, at: usize| Row::new(format!("{what}/{name}"), unit, better, upstream[at], patched[at]);
        neighbour.push(row("neighbour", "share", Better::Higher, 0));
        cpu.push(row("cpu", "ms/s", Better::Lower, 1));
        heap.push(row("heap", "bytes", Better::Lower, 2));
    }
    Ok(Figures::new("abuse", [alive, neighbour, cpu, heap].concat()))
}

/// The worker: a subject, and an attack or a pattern.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let [subject, script] = arguments else {
        return Err("abuse: expected a subject, and an attack or a pattern".into());
    };
    let (_, subject) = BOTH.iter().find(|(name, _)| name == subject).ok_or("abuse: no such subject")?;
    worker::say(READY, 0.0)?;
    match script.split_once('/') {
        Some(("alive", name)) => {
            let pattern = PATTERNS.iter().find(|known| known.name == name).ok_or("abuse: no such pattern")?;
            worker::say("alive", pattern.play(*subject)?)
        }
        Some(("attack", name)) => {
            let attack = ATTACKS.iter().find(|known| known.name == name).ok_or("abuse: no such attack")?;
            let damage = suffer(*subject, attack)?;
            worker::say("neighbour", damage.neighbour())?;
            worker::say("cpu", damage.cpu.as_secs_f64() * 1e3 / damage.time.as_secs_f64())?;
            worker::say("heap", damage.heap as f64)
        }
        _ => Err("abuse: expected alive/PATTERN or attack/ATTACK".into()),
    }
}

fn suffer(subject: Subject, attack: &Attack) -> Result<Damage, String> {
    Flooded::new(subject, attack)?.run(SPAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::PATCHED;
    use crate::worker::Said;

    #[test]
    fn every_attack_reaches_the_server() {
        for (name, subject) in BOTH {
            for attack in &ATTACKS {
                let damage = suffer(subject, attack).unwrap_or_else(|why| panic!("{name}, {}: {why}", attack.name));
                assert!(damage.octets > 1_000 && damage.cpu > Duration::ZERO, "{name}, {}: {damage:?}", attack.name);
            }
        }
    }

    #[test]
    fn the_fork_lives_through_every_pattern() {
        for pattern in &PATTERNS {
            assert_eq!(pattern.play(PATCHED), Ok(1.0), "{}", pattern.name);
        }
    }

    #[test]
    fn a_worker_that_fails_leaves_no_figure() {
        let figures = measure_all(&mut |arguments| {
            let [subject, script] = arguments else { panic!("two arguments: {arguments:?}") };
            let failure = (subject == "upstream" && script == "attack/ping").then(|| "it hangs".to_owned());
            let figures = [("alive", 1.0), ("neighbour", 0.5), ("cpu", 2.0), ("heap", 3.0)];
            let figures = figures.map(|(name, figure)| (name.to_owned(), figure)).to_vec();
            Ok(Said { is_ready: true, figures: if failure.is_some() { Vec::new() } else { figures }, failure })
        });
        let rows = figures.expect("all workers answer").rows;
        let row = |name: &str| rows.iter().find(|row| row.name == name).map(|row| (row.upstream.0, row.patched.0));
        assert_eq!(row("neighbour/ping"), Some((None, Some(0.5))));
        assert_eq!(row("heap/settings"), Some((Some(3.0), Some(3.0))));
        assert_eq!(rows.len(), PATTERNS.len() + 3 * ATTACKS.len());
    }
}
