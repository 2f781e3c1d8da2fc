//! The work of a subject, counted: how often it runs the parts of its code. A count is nearly the
//! same on every run and every machine, which a time is not.
//!
//! Work has to be in proportion to what a connection does. So an attack that has a peer's octets
//! cost more and more is found, although no single one takes long.

mod crowd;

use std::ops::Range;
use std::time::Duration;

use super::hunt::Make;
use super::script::scenario;
use crate::case::Role;
use crate::drive::{play, Link, SubjectEvent, Want};
use crate::legal::Plan;
use crate::script::App;
use crate::transcript::Transcript;

pub use crowd::{growths, Crowd, Growth};

/// What the code did so far, in any unit.
pub type Counter = fn() -> u64;

/// What a call or a step may cost, as if it were so many octets.
const CALL: u64 = 64;
const STEP: u64 = 64;

/// Work and what it was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    pub work: u64,
    /// Octets that were read and written, and what else was done as if it were octets.
    pub size: u64,
}

impl Effort {
    /// Work for an octet.
    #[must_use]
    pub fn ratio(self) -> u64 {
        self.work / self.size.max(1)
    }
}

/// A link that counts its subject's work.
#[allow(missing_debug_implementations)]
pub struct Metered {
    link: Box<dyn Link>,
    counter: Counter,
    /// What the counter adds to its own count.
    own: u64,
    /// Whether the subject's octets wait, and are not counted yet.
    is_blocked: bool,
    so_far: Effort,
    /// The first steps of a connection that cost most in proportion.
    dearest: Effort,
}

impl Metered {
    #[must_use]
    pub fn new(link: Box<dyn Link>, counter: Counter) -> Self {
        let (first, second) = (counter(), counter());
        let own = second - first;
        Metered { link, counter, own, is_blocked: false, so_far: Effort::default(), dearest: Effort::default() }
    }

    /// Adds what the counter counts meanwhile.
    fn metered<T>(&mut self, work: impl FnOnce(&mut dyn Link) -> T) -> T {
        let before = (self.counter)();
        let result = work(&mut *self.link);
        self.so_far.work += ((self.counter)() - before).saturating_sub(self.own);
        result
    }

    /// The effort up to that step of the connection where it is most for an octet.
    #[must_use]
    pub fn dearest(&self) -> Effort {
        self.dearest
    }
}

impl Link for Metered {
    fn write(&mut self, octets: &[u8]) {
        self.so_far.size += octets.len() as u64;
        self.link.write(octets);
    }

    fn close(&mut self) {
        self.link.close();
    }

    fn block(&mut self, blocked: bool) {
        self.is_blocked = blocked;
        self.link.block(blocked);
    }

    fn call(&mut self, call: usize, app: &App) {
        self.so_far.size += CALL;
        self.metered(|link| link.call(call, app));
    }

    fn advance(&mut self) -> Vec<SubjectEvent> {
        let events = self.metered(|link| link.advance());
        for event in &events {
            if let SubjectEvent::Octets(octets) = event {
                self.so_far.size += octets.len() as u64;
            }
        }
        self.so_far.size += STEP;
        if !self.is_blocked && self.so_far.ratio() > self.dearest.ratio() {
            self.dearest = self.so_far;
        }
        events
    }

    fn now(&self) -> Duration {
        self.link.now()
    }

    fn elapse(&mut self, time: Duration) {
        self.link.elapse(time);
    }

    fn is_remote(&self) -> bool {
        self.link.is_remote()
    }
}

/// The script that costs most, by its role and seed.
#[derive(Clone, Debug)]
pub struct Dearest {
    pub role: Role,
    pub seed: u64,
    pub effort: Effort,
}

/// Plays the script of a plan, without observation: who observes pays for it.
#[must_use]
pub fn run(plan: &Plan, make: Make, counter: Counter) -> (Effort, Transcript) {
    let (mut case, script) = scenario(plan);
    case.config.is_observed = false;
    let mut metered = Metered::new(make(&case), counter);
    let transcript = play(&mut metered, &script, plan.role == Role::Server, &|_| Want::Nothing);
    (metered.dearest(), transcript)
}

/// Plays the scripts of these seeds. Returns the dearest of each role.
#[must_use]
pub fn dearest(seeds: Range<u64>, make: Make, counter: Counter) -> [Option<Dearest>; 2] {
    [Role::Server, Role::Client].map(|role| {
        let efforts = seeds.clone().map(|seed| {
            let (effort, _) = run(&Plan::from_seed(role, seed), make, counter);
            Dearest { role, seed, effort }
        });
        efforts.max_by_key(|dearest| dearest.effort.ratio())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! {
        static WORK: Cell<u64> = const { Cell::new(0) };
    }

    /// Works on all that it has ever read, or on what is new, for a number of units an octet.
    struct Worker {
        new: u64,
        read: u64,
        works_on_all: bool,
    }

    impl Link for Worker {
        fn write(&mut self, octets: &[u8]) {
            self.new += octets.len() as u64;
        }

        fn close(&mut self) {}

        fn block(&mut self, _: bool) {}

        fn call(&mut self, _: usize, _: &App) {
            WORK.set(WORK.get() + 5);
        }

        fn advance(&mut self) -> Vec<SubjectEvent> {
            self.read += self.new;
            let on = if self.works_on_all { self.read } else { self.new };
            WORK.set(WORK.get() + 10 * on);
            self.new = 0;
            Vec::new()
        }

        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn is_remote(&self) -> bool {
            false
        }
    }

    fn ratio_of(works_on_all: bool) -> u64 {
        let mut metered = Metered::new(Box::new(Worker { new: 0, read: 0, works_on_all }), || WORK.get());
        for _ in 0..1_000 {
            metered.write(&[0; 100]);
            metered.call(0, &App::Ping);
            metered.advance();
        }
        metered.dearest().ratio()
    }

    #[test]
    fn work_that_grows_with_all_that_came_before_shows() {
        assert!(ratio_of(false) <= 10);
        assert!(ratio_of(true) > 1_000);
    }

    #[test]
    fn what_the_counter_adds_is_left_out() {
        let counter = || {
            WORK.set(WORK.get() + 7);
            WORK.get()
        };
        let mut metered = Metered::new(Box::new(Worker { new: 0, read: 0, works_on_all: false }), counter);
        metered.write(&[0; 100]);
        metered.advance();
        metered.call(0, &App::Ping);
        assert_eq!(metered.so_far.work, 10 * 100 + 5);
    }

    #[test]
    fn the_first_of_many_steps_counts_too() {
        let mut metered = Metered::new(Box::new(Worker { new: 0, read: 0, works_on_all: false }), || WORK.get());
        metered.write(&[0; 1_000]);
        metered.advance();
        let first = metered.dearest();
        (0..1_000).for_each(|_| drop(metered.advance()));
        assert_eq!(metered.dearest(), first);
        assert_eq!(first, Effort { work: 10_000, size: 1_064 });
    }
}
