//! A client and a server of h2 on one link, whose applications do at random what the API allows.
//! Neither end is the suite's own, so that nothing is obeyed on purpose.
//!
//! What has to hold is what holds for [legal peers](super): no error, no stall, messages that come
//! whole, windows that are back at the end. Where one end is the release, its own faults end the
//! run quietly: it is judged by what the fork does.

mod accounts;
mod way;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::application::{Application, Make, News, Setup};
use super::hunt::{kind, shrunk_by};
use super::peer::{ensure, Finding, Trace};
use super::plan::{Draw, Op, Plan};
use super::player::{config, Run};
use super::reached::Reached;
use crate::case::{Config, Role};
use accounts::Accounts;
use way::Way;

/// Rounds of one step after which the two ends count as ones that do not come to rest.
const ROUNDS: usize = 50_000;
/// Rounds of one step after which the next one begins: streams with a window of one octet take
/// their time.
const SOME: usize = 500;
/// Rounds in which the ends finish.
const FINISHING: usize = 50;
/// The target of both windows of the connection at the end, in octets.
const LARGE: u32 = 1 << 30;
/// Requests at the end, which show that places are free.
const PROBES: usize = 4;

/// One of the two ends: its place in what belongs to both.
const CLIENT: usize = 0;
const SERVER: usize = 1;

/// How the two ends are made.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    pub client: Make,
    pub server: Make,
    /// The fork is both. Else what the other end does wrong is not counted.
    pub are_forks: bool,
}

struct Pair {
    ends: [Box<dyn Application>; 2],
    /// The end that was called last: what panics is that one.
    busy: Rc<Cell<usize>>,
    /// To the server, and to the client.
    ways: [Way; 2],
    accounts: Accounts,
    now: Duration,
    trace: Trace,
}

/// Plays a plan on a client and a server. The role of the plan is that of the fork where only one
/// of them is it.
#[must_use]
pub fn play(plan: &Plan, ends: &Ends, traced: bool) -> Run {
    let trace = Trace::new(traced);
    let busy = Rc::new(Cell::new(CLIENT));
    let played = crate::panics::quietly(|| Pair::new(plan, ends, trace.clone(), busy.clone()).run(&plan.ops));
    let finding = match played {
        Ok(result) => result.err(),
        Err(_) if judged(plan, ends).is_some_and(|judged| judged != busy.get()) => None,
        Err(panic) => Some(format!("panic at {}: {}", panic.place, panic.message)),
    };
    Run { finding, reached: Reached::default(), trace: trace.lines() }
}

/// The end that is judged alone, if one is.
fn judged(plan: &Plan, ends: &Ends) -> Option<usize> {
    let of_plan = if plan.role == Role::Client { CLIENT } else { SERVER };
    (!ends.are_forks).then_some(of_plan)
}

/// The ends that a plan is played on: the fork with itself, or with the release on the other end.
#[must_use]
pub fn ends(plan: &Plan) -> Ends {
    let [release, fork]: [Make; 2] = [crate::subject::upstream::application, crate::subject::patched::application];
    match (plan.setup[0] % 4, plan.role) {
        (0, Role::Client) => Ends { client: fork, server: release, are_forks: false },
        (0, Role::Server) => Ends { client: release, server: fork, are_forks: false },
        _ => Ends { client: fork, server: fork, are_forks: true },
    }
}

/// Plays a plan on the ends that it names.
///
/// # Panics
/// If something is wrong, with all that happened on the smallest connection that shows it.
pub fn check(plan: &Plan) {
    let finds = |plan: &Plan| play(plan, &ends(plan), false).finding.map(|finding| kind(&finding));
    if finds(plan).is_some() {
        let plan = shrunk_by(plan, &finds);
        let run = play(&plan, &ends(&plan), true);
        panic!("{}\n{}\nplan {plan}", run.trace.join("\n"), run.finding.unwrap_or_default());
    }
}

impl Pair {
    fn new(plan: &Plan, made: &Ends, trace: Trace, busy: Rc<Cell<usize>>) -> Self {
        let mut draw = Draw::new(&plan.setup);
        draw.octet();
        let mut setup = |role| {
            let config = config(&mut draw);
            // A stream that may carry nothing, or single octets, comes to no end.
            let config = Config { stream_window: config.stream_window.filter(|octets| *octets > 1), ..config };
            let header_table = draw.chance(30).then(|| draw.one(&[0, 100, 4_096, 20_000]));
            Setup { role, config, header_table, style: u32::from(draw.octet()), is_long: false }
        };
        let setups = [setup(Role::Client), setup(Role::Server)];
        let ways = [Way::new(&mut draw), Way::new(&mut draw)];
        trace.line(|| format!("{setups:?}, {ways:?}"));
        Pair {
            ends: [(made.client)(&setups[CLIENT]), (made.server)(&setups[SERVER])],
            busy,
            ways,
            accounts: Accounts::new(judged(plan, made)),
            now: Duration::ZERO,
            trace,
        }
    }

    fn end(&mut self, at: usize) -> &mut dyn Application {
        self.busy.set(at);
        &mut *self.ends[at]
    }

    fn on_both(&mut self, call: impl Fn(&mut dyn Application)) {
        [CLIENT, SERVER].into_iter().for_each(|at| call(self.end(at)));
    }

    fn run(&mut self, ops: &[Op]) -> Finding {
        self.settle()?;
        for op in ops {
            self.act(op);
            self.move_on(SOME)?;
        }
        self.finish()
    }

    fn act(&mut self, op: &Op) {
        let mut draw = Draw::new(op);
        match draw.octet() {
            0..=139 => self.end(CLIENT).act(&mut draw),
            140..=229 => self.end(SERVER).act(&mut draw),
            230..=239 => {
                let pause = draw.one(&[1, 120, 2_000]);
                self.pass(Duration::from_millis(pause));
            }
            _ => {
                let way = draw.below(2) as usize;
                self.ways[way].is_held = !self.ways[way].is_held;
                self.trace.line(|| format!("way {way} holds octets back: {}", self.ways[way].is_held));
            }
        }
    }

    /// Lets time pass for both ends.
    fn pass(&mut self, time: Duration) {
        self.now += time;
        for end in &self.ends {
            let behind = self.now.saturating_sub(end.pipe().now());
            end.pipe().elapse(behind);
            self.now = self.now.max(end.pipe().now());
        }
    }

    /// Lets everything happen that can happen, as long as the links take for it.
    fn settle(&mut self) -> Finding {
        let rests = self.move_on(ROUNDS)?;
        ensure(rests, || "the two ends do not come to rest".into())
    }

    /// Lets things happen in so many rounds. Returns whether nothing is left to happen.
    fn move_on(&mut self, rounds: usize) -> Result<bool, String> {
        for _ in 0..rounds {
            let mut moved = false;
            for at in [CLIENT, SERVER] {
                self.end(at).run();
                self.take_news(at)?;
                moved |= self.carry(at)?;
            }
            if moved {
                self.pass(Duration::ZERO);
                continue;
            }
            let Some(next) = self.ways.iter().filter_map(Way::next_event).min() else { return Ok(true) };
            self.pass(next.saturating_sub(self.now));
        }
        Ok(false)
    }

    fn take_news(&mut self, at: usize) -> Finding {
        for news in self.ends[at].news() {
            self.trace.line(|| format!("{}  {}", if at == CLIENT { "client" } else { "server" }, shown(&news)));
            self.accounts.take(at, &news)?;
        }
        Ok(())
    }

    /// Takes what an end wrote, and hands over what has arrived at the other one. Returns whether
    /// there was anything.
    fn carry(&mut self, from: usize) -> Result<bool, String> {
        let to = 1 - from;
        let room = self.ways[from].room(self.now);
        let octets = self.ends[from].pipe().take(room);
        self.accounts.written(from, &octets, &self.trace)?;
        self.ways[from].send(self.now, &octets);
        let arrived = self.ways[from].arrived(self.now);
        if !arrived.is_empty() {
            self.ends[to].pipe().write(&arrived);
        }
        let is_last = self.ends[from].pipe().is_closed() && self.ways[from].is_empty() && octets.is_empty();
        let closes = is_last && !std::mem::replace(&mut self.ways[from].is_closed, is_last);
        if closes {
            self.ends[to].pipe().close();
        }
        Ok(closes || !octets.is_empty() || !arrived.is_empty())
    }

    fn finish(&mut self) -> Finding {
        self.ways.iter_mut().for_each(Way::hurry);
        for _ in 0..FINISHING {
            self.on_both(|end| end.finish());
            self.move_on(SOME)?;
        }
        self.settle()?;
        self.accounts.are_whole()?;
        self.on_both(|end| end.let_go());
        self.settle()?;
        if !self.accounts.goes_away() {
            self.windows_are_back()?;
            self.places_are_back()?;
        }
        self.close()
    }

    fn windows_are_back(&mut self) -> Finding {
        self.on_both(|end| end.set_target(LARGE));
        self.settle()?;
        self.accounts.windows_are(LARGE)
    }

    fn places_are_back(&mut self) -> Finding {
        let last = self.accounts.last_request();
        self.end(CLIENT).request(PROBES);
        self.settle()?;
        self.accounts.are_answered(last, PROBES)?;
        self.accounts.are_whole()?;
        self.on_both(|end| end.let_go());
        self.settle()
    }

    /// The connection ends without an error.
    fn close(&mut self) -> Finding {
        self.end(CLIENT).shut_down();
        self.settle()?;
        let ended = self.accounts.have_ended();
        ensure(ended || self.accounts.is_excused(), || "the connection does not end".into())
    }
}

/// A line for people.
fn shown(news: &News) -> String {
    super::player::shown(news)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn plans(seeds: u64) -> impl Iterator<Item = Plan> {
        (0..seeds).flat_map(|seed| [Role::Server, Role::Client].map(|role| Plan::from_seed(role, seed)))
    }

    #[test]
    fn the_fork_leaves_nothing_to_find() {
        plans(200).for_each(|plan| check(&plan));
    }

    /// The release with itself shows faults that the fork has mended.
    #[test]
    fn faults_of_an_end_are_found() {
        let make: Make = crate::subject::upstream::application;
        let ends = Ends { client: make, server: make, are_forks: true };
        let found: BTreeSet<String> =
            plans(400).filter_map(|plan| play(&plan, &ends, false).finding.map(|finding| kind(&finding))).collect();
        for fault in ["new requests are sent", "is reset with STREAM_CLOSED", "detected excessive load"] {
            assert!(found.iter().any(|kind| kind.contains(fault)), "{fault} in {found:?}");
        }
    }

    #[test]
    fn faults_of_the_release_are_not_blamed_on_the_fork() {
        let make: Make = crate::subject::upstream::application;
        let ends = Ends { client: make, server: make, are_forks: false };
        // Neither end is the fork, so that the end that is judged is not always the right one.
        let blamed = plans(100).filter(|plan| play(plan, &ends, false).finding.is_some()).count();
        let ends = Ends { are_forks: true, ..ends };
        let found = plans(100).filter(|plan| play(plan, &ends, false).finding.is_some()).count();
        assert!(blamed < found, "{blamed} of {found}");
    }

    #[test]
    fn a_plan_plays_the_same_again() {
        for plan in plans(20) {
            let told = || play(&plan, &ends(&plan), true).trace;
            assert_eq!(told(), told());
        }
    }
}
