//! What hostile peers make a process hold, and the CPU time they cost. In memory; each attack on
//! each h2 in a process of its own.

mod bound;
mod script;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use cpu_time::ThreadTime;

use self::bound::Terms;
use self::script::{Attacker, Blocks, Content, Flood, Script};
use crate::figures::{Better, Figure, Figures, Row};
use crate::heap;
use crate::subject::{Stance, Subject, BOTH, CLIENT_WINDOWS, SERVER_WINDOWS};
use crate::worker::{self, Patience, READY};

const CONNECTIONS: [usize; 3] = [1, 100, 1000];

/// What each attacker sends of content or of large fields at most, and what all of them do.
const CAP: usize = if cfg!(test) { 256 << 10 } else { 80 << 20 };
const CONTENT_OF_ALL: usize = 3 << 30;
/// Where no window bounds what is held, less is enough to see it.
const OTHER_OF_ALL: usize = 1 << 30;
/// An attack that makes the process hold more than this does not come to its end.
const LIMIT: i64 = 4 << 30;
/// How long an attack may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// CPU time is taken from this many processes each; the fastest counts.
const ROUNDS: usize = 2;
/// CPU time that floods are repeated for, because some are ended by the first frames.
const FLOODED: Duration = Duration::from_millis(200);

/// Octets that the attackers' buffer has room for: a frame of an unknown type, a DATA frame, and
/// what goes before them.
const BUFFER: usize = 64 << 10;

/// What HTTP/2 and hyper's server bound for a stream, in octets.
const HEADER_LIST: u64 = 16 << 10;
const SEND_BUFFER: u64 = 400 << 10;

#[derive(Clone, Copy, Debug)]
struct Attack {
    name: &'static str,
    script: Script,
    stance: Stance,
    /// Whether README has a bound for it, and what a stream holds by that beside content.
    bound: Option<u64>,
    /// What counts is what stays when the peer is gone.
    leaves: bool,
}

const FILLED: Content = Content { filler: 16 << 10, ..Content::SMALL };
const PADDED: Content = Content { padding: 255, ..Content::SMALL };
const RESETS: Content = Content { resets: true, ..Content::FULL };

const ATTACKS: [Attack; 12] = [
    attack("hold", Script::Content(Content::FULL), Stance::Keeps, Some(0)),
    attack("never-accept", Script::Content(Content::FULL), Stance::NeverAccepts, Some(0)),
    attack("reset-and-keep", Script::Content(RESETS), Stance::Keeps, Some(0)),
    attack("small-frames", Script::Content(Content::SMALL), Stance::Keeps, Some(0)),
    attack("small-with-filler", Script::Content(FILLED), Stance::Keeps, Some(0)),
    attack("padded", Script::Content(PADDED), Stance::Keeps, Some(0)),
    attack("pushes", Script::Content(Content::FULL), Stance::Requests, Some(0)),
    attack("interim", Script::Interim, Stance::Requests, None),
    attack("promises", Script::Promises, Stance::Requests, None),
    attack("slow-read", Script::SlowRead, Stance::Responds, Some(SEND_BUFFER)),
    attack("header-bomb", Script::HeaderBomb, Stance::Keeps, Some(HEADER_LIST)),
    Attack { leaves: true, ..attack("leaked", Script::Content(Content::FULL), Stance::Keeps, Some(0)) },
];

const FLOODS: [Attack; 9] = [
    attack("flood-ping", Script::Flood(Flood::Ping), Stance::Keeps, None),
    attack("flood-settings", Script::Flood(Flood::Settings), Stance::Keeps, None),
    attack("flood-window-update", Script::Flood(Flood::WindowUpdate), Stance::Keeps, None),
    attack("flood-rst", Script::Flood(Flood::Reset), Stance::Keeps, None),
    attack("flood-priority", Script::Flood(Flood::Priority), Stance::Keeps, None),
    attack("flood-headers-rst", Script::Flood(Flood::HeadersReset), Stance::Keeps, None),
    attack("flood-continuation", Script::Flood(Flood::Continuation), Stance::Keeps, None),
    attack("flood-unknown", Script::Flood(Flood::Unknown), Stance::Keeps, None),
    attack("flood-empty-data", Script::Flood(Flood::EmptyData), Stance::Keeps, None),
];

const fn attack(name: &'static str, script: Script, stance: Stance, bound: Option<u64>) -> Attack {
    Attack { name, script, stance, bound, leaves: false }
}

pub(super) fn run() -> Result<Figures, String> {
    let figures = measure_all(&CONNECTIONS, &mut |arguments| {
        let arguments: Vec<String> = std::iter::once("hostile".to_owned()).chain(arguments.iter().cloned()).collect();
        let patience = Patience { set_up: PATIENCE, figure: PATIENCE };
        worker::run(&mut worker::of_this_program(&arguments)?, patience)
    })?;
    above_the_bound(&figures).iter().for_each(|name| eprintln!("hostile: {name} is above README's bound"));
    Ok(figures)
}

/// Rows of heap in which the fork holds more than README says.
fn above_the_bound(figures: &Figures) -> Vec<&str> {
    let above = |row: &&Row| match (row.patched.0, row.peer.get(BOUND).and_then(|bound| bound.0)) {
        (Some(heap), Some(bound)) => heap > bound,
        _ => false,
    };
    figures.rows.iter().filter(above).map(|row| row.name.as_str()).collect()
}

/// README's bound beside a row of heap.
const BOUND: &str = "bound";

/// What a worker is asked: a subject, an attack, connections.
type Ask<'a> = &'a mut dyn FnMut(&[String]) -> Result<worker::Said, String>;

fn measure_all(connections: &[usize], ask: Ask<'_>) -> Result<Figures, String> {
    let (mut heaps, mut cpus, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
    for attack in ATTACKS.iter().chain(&FLOODS) {
        let is_flood = matches!(attack.script, Script::Flood(_));
        for n in connections.iter().filter(|n| !is_flood || **n == 1) {
            let rounds = if *n == 1 { ROUNDS } else { 1 };
            let mut both: [BTreeMap<String, f64>; 2] = Default::default();
            for _ in 0..rounds {
                for ((subject, _), figures) in BOTH.iter().zip(&mut both) {
                    for (name, figure) in of_an_attack(subject, attack, *n, ask)? {
                        let known = figures.entry(name).or_insert(figure);
                        *known = known.min(figure);
                    }
                }
            }
            let figure = |name: &str| both.each_ref().map(|figures| figures.get(name).copied());
            let row = |name: String, unit, [upstream, patched]: [Option<f64>; 2]| {
                Row::new(name, unit, Better::Lower, upstream, patched)
            };
            if *n == 1 {
                cpus.push(row(format!("cpu/{}", attack.name), "us/frame", figure("cpu")));
            }
            if is_flood {
                continue;
            }
            let mut heap = row(format!("heap/{}/{n}", attack.name), "bytes", figure("heap"));
            if let Some(of_a_stream) = attack.bound {
                // Where neither comes to its end, the bound is that of the most streams that may be
                // open.
                let streams = figure("streams")[1].unwrap_or(f64::from(script::STREAMS));
                let bound = terms(attack, *n as u64, streams as u64, of_a_stream).bytes() as f64;
                heap.peer.insert(BOUND.into(), Figure(Some(bound)));
                bounds.push(row(format!("bound/{}/{n}", attack.name), "bytes", [None, Some(bound)]));
            }
            heaps.push(heap);
        }
    }
    Ok(Figures::new("hostile", [heaps, bounds, cpus].concat()))
}

/// The bound with what this scenario sets and the fork's defaults. No application here reads
/// anything.
fn terms(attack: &Attack, connections: u64, streams: u64, of_a_stream: u64) -> Terms {
    let window = if attack.stance == Stance::Requests { CLIENT_WINDOWS } else { SERVER_WINDOWS }.connection;
    Terms {
        connections,
        window: window.into(),
        max_connection_receive_buffer: 0,
        max_process_receive_buffer: h2::tuning::default_max_process_receive_buffer_size() as u64,
        streams,
        of_a_stream,
    }
}

fn of_an_attack(subject: &str, attack: &Attack, n: usize, ask: Ask<'_>) -> Result<Vec<(String, f64)>, String> {
    let said = ask(&[subject.to_owned(), attack.name.to_owned(), n.to_string()])?;
    if let Some(why) = &said.failure {
        eprintln!("hostile: {subject}, {}, {n}: {why}", attack.name);
        return Ok(Vec::new());
    }
    Ok(said.figures)
}

/// The worker: a subject, an attack, and how many connections make it.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let [subject, attack, n] = arguments else {
        return Err("hostile: expected a subject, an attack and a number of connections".into());
    };
    let (_, subject) = BOTH.iter().find(|(name, _)| name == subject).ok_or("hostile: no such subject")?;
    let mut all = ATTACKS.iter().chain(&FLOODS);
    let attack = all.find(|known| known.name == attack).ok_or("hostile: no such attack")?;
    let n = n.parse().map_err(|_| "hostile: connections are no number")?;
    worker::say(READY, 0.0)?;
    let mut damage = suffer(*subject, attack, n)?;
    let start = ThreadTime::now();
    while matches!(attack.script, Script::Flood(_)) && start.elapsed() < FLOODED {
        let again = suffer(*subject, attack, n)?;
        damage = if again.per_frame() < damage.per_frame() { again } else { damage };
    }
    worker::say("heap", damage.heap as f64)?;
    worker::say("cpu", damage.per_frame())?;
    worker::say("streams", f64::from(damage.streams))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Damage {
    /// Bytes at the worst moment, or at the end.
    heap: i64,
    /// The CPU time of connection and application.
    cpu: Duration,
    frames: u64,
    /// The streams of the connection with the most.
    streams: u32,
    /// Connections that defended themselves by ending.
    ended: usize,
}

impl Damage {
    /// Microseconds of CPU time.
    fn per_frame(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.frames as f64
    }
}

/// One connection after the other is attacked; all stay.
fn suffer(subject: Subject, attack: &Attack, n: usize) -> Result<Damage, String> {
    let octets = Rc::new(RefCell::new(Vec::with_capacity(BUFFER)));
    let blocks = Rc::new(Blocks::new());
    let mut victims = Vec::with_capacity(n);
    let mut damage = Damage::default();
    let of_all = if matches!(attack.script, Script::Content(_)) { CONTENT_OF_ALL } else { OTHER_OF_ALL };
    let cap = CAP.min(of_all / n.max(1));
    heap::begin();
    for _ in 0..n {
        let mut attacker = Attacker::new(attack.script, attack.stance, octets.clone(), blocks.clone(), cap);
        let mut victim = (subject.victim)(&attacker.wire, attack.stance)?;
        let mut lives = victim.turn();
        while lives && attacker.step() {
            let start = ThreadTime::now();
            lives = victim.turn();
            damage.cpu += start.elapsed();
            if heap::current() > LIMIT {
                return Err(format!("the heap reaches {} GiB", LIMIT >> 30));
            }
            if !attacker.wire.is_read() {
                // It waits for a peer that does not read, and reads no more itself.
                break;
            }
        }
        damage.ended += usize::from(!lives || attacker.wire.heard().goaway);
        if attack.leaves {
            octets.borrow_mut().clear();
            attacker.wire.close();
            victim.turn();
        }
        damage.frames += attacker.frames;
        damage.streams = damage.streams.max(attacker.streams());
        victims.push(victim);
    }
    damage.heap = if attack.leaves { heap::current() } else { heap::peak() };
    // What is left ends with the process; to drop it may take long.
    std::mem::forget(victims);
    Ok(damage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::Said;

    #[test]
    fn every_attack_reaches_its_victim_and_comes_to_its_end() {
        for (name, subject) in BOTH {
            for attack in ATTACKS.iter().chain(&FLOODS) {
                let damage = suffer(subject, attack, 2).unwrap_or_else(|why| panic!("{name}, {}: {why}", attack.name));
                assert!(damage.frames > 4, "{name}, {}: {damage:?}", attack.name);
                let is_flood = matches!(attack.script, Script::Flood(_));
                let defends = is_flood || ["interim", "promises"].contains(&attack.name);
                assert!(defends || damage.ended == 0, "{name}, {}: {damage:?}", attack.name);
            }
        }
    }

    #[test]
    fn what_is_above_the_bound_is_named_and_a_failure_is_no_figure() {
        let figures = measure_all(&[1, 100], &mut |arguments| {
            let heap = if arguments[1] == "hold" && arguments[2] == "1" { 1e12 } else { 1000.0 };
            let figures = vec![("heap".to_owned(), heap), ("cpu".to_owned(), 2.0), ("streams".to_owned(), 5.0)];
            let failure = (arguments[1] == "padded").then(|| "the heap reaches 4 GiB".to_owned());
            Ok(Said { is_ready: true, figures, failure })
        })
        .expect("workers can be started");
        assert_eq!(above_the_bound(&figures), ["heap/hold/1"]);
        let row = |name: &str| figures.rows.iter().find(|row| row.name == name).expect("it is measured");
        assert_eq!((row("heap/padded/100").upstream.0, row("heap/padded/100").patched.0), (None, None));
        assert_eq!(row("cpu/flood-ping").patched.0, Some(2.0));
        assert_eq!(row("heap/hold/100").patched.0, Some(1000.0));
        assert_eq!(row("bound/hold/1").patched.0, row("heap/hold/1").peer[BOUND].0);
        assert!(!figures.rows.iter().any(|row| row.name == "heap/flood-ping/1"));
    }
}
