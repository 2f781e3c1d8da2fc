//! What one frame or call costs beside many streams: about what it costs beside few.

use std::fmt;

use crate::case::{Case, Needs, Role};
use crate::drive::{play, Want};
use crate::fuzz::hunt::Make;
use crate::script::{App, Handles, Script, Sent, Step};
use crate::wire::build::{data, get, ping, post, priority, reset, settings, window_update};
use crate::wire::code::error::CANCEL;

use super::{Counter, Metered};

/// Streams beside those that are used.
const FEW: u32 = 20;
const MANY: u32 = 1_000;
/// How often each step is repeated.
const REPEATS: u32 = 200;

/// What the streams beside the steps do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// Their requests have not ended, and have no answer.
    Open,
    /// Their responses wait for window of the connection.
    Waiting,
}

/// The work of one kind of step, beside few and beside many streams.
#[derive(Clone, Debug)]
pub struct Growth {
    pub crowd: Crowd,
    pub step: &'static str,
    pub few: u64,
    pub many: u64,
}

impl Growth {
    /// Whether the work grows with the streams: a look at each of a thousand costs more than half
    /// of what any step costs.
    #[must_use]
    pub fn is_much(&self) -> bool {
        2 * self.many > 3 * self.few
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Growth { crowd, step, few, many } = self;
        let crowd = match crowd {
            Crowd::Open => "open",
            Crowd::Waiting => "waiting",
        };
        write!(
            f,
            "{step}: {} counts beside {FEW} {crowd} streams, {} beside {MANY}",
            few / u64::from(REPEATS),
            many / u64::from(REPEATS)
        )
    }
}

/// Measures every kind of step on a server.
#[must_use]
pub fn growths(make: Make, counter: Counter) -> Vec<Growth> {
    let mut growths = Vec::new();
    for crowd in [Crowd::Open, Crowd::Waiting] {
        let alone = [FEW, MANY].map(|streams| work(crowd, streams, &[], make, counter));
        for (name, steps) in kinds() {
            let [few, many] = [(FEW, alone[0]), (MANY, alone[1])]
                .map(|(streams, alone)| work(crowd, streams, &steps, make, counter).saturating_sub(alone));
            growths.push(Growth { crowd, step: name, few, many });
        }
    }
    growths
}

/// Steps, each on streams of its own or on the first stream. An INITIAL_WINDOW_SIZE is not among
/// them: it changes all windows (RFC 9113 section 6.9.2).
fn kinds() -> Vec<(&'static str, Vec<Step>)> {
    let frame = |frame| Step::Write(vec![Sent::Frame(frame)]);
    let again = |step: Step| vec![step; REPEATS as usize];
    let new = |then: fn(u32) -> Vec<Step>| (0..REPEATS).flat_map(|at| then(2 * (MANY + at) + 1)).collect();
    vec![
        ("PING", again(frame(ping([1; 8])))),
        ("SETTINGS", again(frame(settings()))),
        ("WINDOW_UPDATE of the connection", again(frame(window_update(0, 1)))),
        ("WINDOW_UPDATE of a stream", again(frame(window_update(1, 1)))),
        ("PRIORITY", again(frame(priority(1)))),
        ("DATA", again(frame(data(1, 1)))),
        (
            "a read",
            again(frame(data(1, 1))).into_iter().chain(again(Step::App(App::Read { stream: 1, octets: 1 }))).collect(),
        ),
        ("capacity", again(Step::App(App::Reserve { stream: 1, octets: 10 }))),
        ("a request", new(|stream| vec![Step::Write(vec![Sent::Frame(get(stream))])])),
        (
            "a request and its response",
            new(|stream| {
                let respond = App::Respond { stream, status: 200, end: true };
                vec![Step::Write(vec![Sent::Frame(get(stream))]), Step::App(respond)]
            }),
        ),
        (
            "a request and RST_STREAM",
            new(|stream| {
                let drop = App::Drop { stream, what: Handles::All };
                let frames = [get(stream), reset(stream, CANCEL)].map(Sent::Frame);
                vec![Step::Write(frames.into()), Step::App(drop)]
            }),
        ),
    ]
}

/// The work of a connection with so many streams that does these steps.
fn work(crowd: Crowd, streams: u32, steps: &[Step], make: Make, counter: Counter) -> u64 {
    let case = Case { role: Role::Server, needs: Needs::Api, ..Case::DEFAULT };
    let mut script = Script::new(true);
    script.open();
    let ids = || (0..streams).map(|at| 2 * at + 1);
    script.burst(ids().map(post));
    if crowd == Crowd::Waiting {
        for stream in ids() {
            script.steps.push(Step::App(App::Respond { stream, status: 200, end: false }));
            script.steps.push(Step::App(App::SendData { stream, octets: 10_000, end: false }));
        }
    }
    script.steps.push(Step::Settle);
    script.steps.extend(steps.iter().cloned());
    let mut metered = Metered::new(make(&case), counter);
    play(&mut metered, &script, true, &|_| Want::Nothing);
    metered.so_far.work
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::drive::{Link, SubjectEvent};
    use crate::wire::{FrameReader, View};

    thread_local! {
        static WORK: Cell<u64> = const { Cell::new(0) };
    }

    /// Has a unit of work for each frame, or one for each stream.
    struct Server {
        reader: FrameReader,
        streams: u64,
        looks_at_all: bool,
    }

    impl Link for Server {
        fn write(&mut self, octets: &[u8]) {
            self.reader.push(octets.strip_prefix(crate::wire::PREFACE).unwrap_or(octets));
        }

        fn close(&mut self) {}

        fn block(&mut self, _: bool) {}

        fn call(&mut self, _: usize, _: &App) {
            WORK.set(WORK.get() + if self.looks_at_all { self.streams } else { 1 });
        }

        fn advance(&mut self) -> Vec<SubjectEvent> {
            while let Some(frame) = self.reader.next_frame() {
                self.streams += u64::from(matches!(View::from(&frame), View::Headers { .. }));
                WORK.set(WORK.get() + if self.looks_at_all { self.streams } else { 1 });
            }
            Vec::new()
        }

        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn is_remote(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_look_at_each_stream_is_much() {
        let of = |make: Make| growths(make, || WORK.get()).iter().filter(|growth| growth.is_much()).count();
        let all = 2 * kinds().len();
        assert_eq!(of(|_| Box::new(Server { reader: FrameReader::default(), streams: 0, looks_at_all: true })), all);
        assert_eq!(of(|_| Box::new(Server { reader: FrameReader::default(), streams: 0, looks_at_all: false })), 0);
    }
}
