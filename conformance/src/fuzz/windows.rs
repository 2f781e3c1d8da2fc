//! Receive windows against a model in wide integers: what the peer may still send, and what the
//! application holds, never make more than the target; and no more is kept back than the update
//! policy allows, once the connection has come to rest.
//!
//! The model knows the frames, the calls and their results. Where a target is lowered, what was
//! announced before stays announced (RFC 9113 section 6.9.2).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::case::{Case, Config, Needs, Role};
use crate::drive::{Driver, EVENTS};
use crate::legal::hunt::{kind, shrunk_by};
use crate::legal::plan::{Draw, Plan};
use crate::script::{App, Handles, PeerBehavior, Script, Sent, Step, UpdatePolicy, Upload};
use crate::subject::patched;
use crate::transcript::{AppResult, EventKind};
use crate::wire::build::{data, post};
use crate::wire::code::{DEFAULT_WINDOW, MAX_WINDOW};
use crate::wire::{Frame, View};

/// Requests of one connection.
const STREAMS: u32 = 5;
/// Octets of one upload.
const LARGEST: u32 = 100_000;
/// Longer than any interval of a policy.
const REST: Duration = Duration::from_secs(2);

/// The largest frame that a peer may send, in octets.
const FRAME: i128 = 16_384;

/// One window, in octets.
#[derive(Clone, Debug)]
struct Window {
    target: i128,
    announced: i128,
    /// Came and was not returned by the application.
    held: i128,
    policy: UpdatePolicy,
    /// Octets were returned last, and not taken: only then an update is thought of.
    is_fresh: bool,
    /// What window and held octets may come to: the target, or more after it was lowered.
    ceiling: i128,
}

impl Window {
    fn new(target: u32, policy: UpdatePolicy) -> Self {
        let target = i128::from(target);
        Window {
            target,
            announced: i128::from(DEFAULT_WINDOW),
            held: 0,
            policy,
            is_fresh: true,
            ceiling: target.max(65_535),
        }
    }

    fn retarget(&mut self, target: u32) {
        self.is_fresh |= i128::from(target) > self.target;
        self.target = i128::from(target);
        self.ceiling = self.target.max(self.announced + self.held);
    }

    /// What is wrong with it, if it is at rest.
    fn fault(&mut self, name: &str) -> Option<String> {
        let used = self.announced + self.held;
        if used > self.ceiling {
            return Some(format!("{name}: {used} octets are announced or held, and the target is {}", self.target));
        }
        // What was above a lowered target does not come back.
        self.ceiling = self.target.max(used);
        let kept = self.target - used;
        let share = self.target * i128::from(self.policy.percent) / 100;
        let threshold = share.max(i128::from(self.policy.min_increment).min(self.target));
        // With an interval an update waits for the next frame or call, while the peer has enough.
        let has_enough = self.announced >= FRAME.max(self.target / 4);
        let may_wait = self.policy.min_interval > 0 && has_enough;
        (kept > 0 && kept >= threshold && self.is_fresh && !may_wait).then(|| {
            format!(
                "{name}: {kept} octets are kept back, and the policy announces {threshold} of a target of {}",
                self.target
            )
        })
    }
}

/// A stream, as long as the application holds it.
#[derive(Clone, Debug)]
struct Stream {
    window: Window,
    has_own_policy: bool,
    /// A policy of the connection, which the stream follows when octets are returned next.
    coming: Option<UpdatePolicy>,
    /// The application has its handles.
    is_held: bool,
    /// The peer sends no more.
    is_ended: bool,
}

impl Stream {
    /// Octets are returned: a policy that was set since counts.
    fn returns(&mut self) {
        self.window.is_fresh = true;
        self.window.policy = self.coming.take().unwrap_or(self.window.policy);
    }
}

struct Model {
    connection: Window,
    /// The window of a new stream, in octets.
    initial: u32,
    streams: BTreeMap<u32, Stream>,
    calls: Vec<App>,
    /// Events that were taken in.
    seen: usize,
    ended: bool,
    panic: Option<String>,
}

/// Events of a run, about, at which it ends: windows of some octets make very many.
const MOST_EVENTS: usize = 20_000;

/// Plays a plan on the fork. Returns what is wrong, with the record.
#[must_use]
pub fn run(plan: &Plan) -> Option<String> {
    let mut draw = Draw::new(&plan.setup);
    let policy = policy(&mut draw);
    let stream_window = draw.one(&[None, Some(1_000), Some(20_000), Some(200_000)]);
    let connection_window = draw.one(&[None, Some(70_000), Some(300_000), Some(1 << 20)]);
    let config = Config {
        stream_window,
        connection_window,
        update_policy: Some(policy),
        time_passes: true,
        receive_budget: draw.one(&[Some(0), Some(0), Some(100_000), None]),
        ..Config::DEFAULT
    };
    // With a budget more is granted than the target, by rules that the fork's invariants know.
    let is_exact = config.receive_budget == Some(0);
    let case = Case { role: Role::Server, needs: Needs::Api, config, ..Case::DEFAULT };
    let mut link = patched::H2::new(&case);
    let mut driver = Driver::new(&mut link, PeerBehavior::default(), true);
    let mut model = Model {
        connection: Window::new(connection_window.unwrap_or(DEFAULT_WINDOW), policy),
        initial: stream_window.unwrap_or(DEFAULT_WINDOW),
        streams: BTreeMap::new(),
        calls: Vec::new(),
        seen: 0,
        ended: false,
        panic: None,
    };
    let mut opening = Script::new(true);
    opening.open();
    opening.steps.iter().for_each(|step| driver.step(step));
    let mut peer = Peer { next: 1, ended: BTreeSet::new(), is_far: !is_exact, largest: 300 * u64::from(model.initial) };
    for op in &plan.ops {
        for step in peer.steps(&mut Draw::new(op)) {
            if let Step::App(app) = &step {
                model.calls.push(app.clone());
            }
            driver.step(&step);
            model.take(&driver);
        }
        driver.step(&Step::Elapse(REST));
        driver.step(&Step::Settle);
        model.take(&driver);
        if let Some(panic) = &model.panic {
            return Some(format!("{panic}\n{}", driver.transcript()));
        }
        if model.ended || driver.transcript().events.len() > MOST_EVENTS {
            break;
        }
        if let Some(fault) = model.fault().filter(|_| is_exact) {
            return Some(format!("{fault}\n{}", driver.transcript()));
        }
    }
    None
}

/// Plays a plan on the fork.
///
/// # Panics
/// If something is wrong.
pub fn check(plan: &Plan) {
    let finds = |plan: &Plan| run(plan).map(|fault| kind(&fault));
    if finds(plan).is_some() {
        let plan = shrunk_by(plan, &finds);
        panic!("{}plan {plan}", run(&plan).unwrap_or_default());
    }
}

fn policy(draw: &mut Draw) -> UpdatePolicy {
    UpdatePolicy {
        percent: draw.one(&[1, 10, 50, 90, 100]),
        min_increment: draw.one(&[1, 1, 5_000, 100_000]),
        min_interval: draw.one(&[0, 0, 100]),
    }
}

/// The streams of the peer.
struct Peer {
    next: u32,
    ended: BTreeSet<u32>,
    /// Large bodies come from afar, and are read, so that windows grow. The model does not know
    /// what readers return of them.
    is_far: bool,
    /// Octets of a large body: a small window lets them pass in very many frames.
    largest: u64,
}

impl Peer {
    /// Does something, or has the application do it.
    fn steps(&mut self, draw: &mut Draw) -> Vec<Step> {
        let stream = 1 + 2 * draw.below(STREAMS);
        let octets = draw.size(LARGEST as usize);
        let is_open = stream < self.next && !self.ended.contains(&stream);
        let app = |app| vec![Step::App(app)];
        match draw.below(16) {
            0..=2 if self.next < 2 * STREAMS => {
                self.next += 2;
                vec![Step::Write(vec![Sent::Frame(post(self.next - 2))])]
            }
            3 if is_open && self.is_far => {
                let length = draw.one(&[200_000, 1 << 20, 4 << 20]).min(self.largest);
                let upload = Upload { stream, length, frame: 16_384, padding: None, end: false };
                let round_trip = Duration::from_millis(draw.one(&[10, 100, 1_000]));
                vec![Step::App(App::ReadToEnd { stream }), Step::UploadFromAfar { upload, round_trip }]
            }
            3..=6 if is_open => {
                let padding = draw.one(&[None, None, Some(0), Some(200)]);
                let (frame, most) = draw.one(&[(100, 20_000), (16_384, LARGEST as usize), (16_384, LARGEST as usize)]);
                let length = octets.min(most) as u64;
                vec![Step::Upload(Upload { stream, length, frame, padding, end: false })]
            }
            7 | 8 => app(App::Read { stream, octets }),
            9..=11 => app(App::Release { stream, octets }),
            12 => app(App::SetTargetWindow { octets: draw.one(&[0, 1_000, 65_535, 200_000, 1 << 20, MAX_WINDOW]) }),
            13 => app(App::SetStreamTarget { stream, octets: draw.one(&[0, 1_000, 65_535, 200_000]) }),
            14 => match draw.below(3) {
                0 => app(App::SetUpdatePolicy { policy: policy(draw) }),
                1 => app(App::SetStreamUpdatePolicy { stream, policy: policy(draw) }),
                _ => app(App::Drop { stream, what: Handles::All }),
            },
            15 if is_open && draw.chance(30) => {
                self.ended.insert(stream);
                vec![Step::Write(vec![Sent::Frame(data(stream, 0).end_stream())])]
            }
            _ => Vec::new(),
        }
    }
}

impl Model {
    /// Takes in what happened since the last call.
    fn take(&mut self, driver: &Driver<'_>) {
        let events = &driver.transcript().events;
        for event in &events[self.seen..] {
            match &event.kind {
                EventKind::Peer(frame) | EventKind::Automatic(frame) => self.came(frame),
                EventKind::Subject(frame) => self.sent(frame),
                EventKind::Result { call, result: AppResult::Done } => self.done(*call),
                EventKind::SubjectClosed { .. } | EventKind::ConnectionEnded(_) => self.ended = true,
                EventKind::Panicked(message) => self.panic = Some(message.clone()),
                // Single octets to and fro are not the subject's fault.
                EventKind::Livelock if events.len() >= EVENTS => self.ended = true,
                EventKind::Livelock => self.panic = Some("the subject does not come to rest".into()),
                _ => {}
            }
        }
        self.seen = events.len();
    }

    fn came(&mut self, frame: &Frame) {
        let of_stream = match View::from(frame) {
            View::Headers { .. } => {
                let mut window = Window::new(self.initial, self.connection.policy);
                window.announced = window.target;
                let stream = Stream { window, has_own_policy: false, coming: None, is_held: true, is_ended: false };
                self.streams.insert(frame.stream, stream);
                return;
            }
            View::Data { data, .. } => data.len(),
            _ => return,
        };
        let (all, content) = (i128::from(frame.flow_controlled()), of_stream as i128);
        let is_padded = all > content;
        self.connection.announced -= all;
        let Some(stream) = self.streams.get_mut(&frame.stream) else { return };
        if is_padded {
            stream.returns();
        }
        stream.window.announced -= all;
        // What the application does not hold is returned at once.
        self.connection.is_fresh = is_padded || !stream.is_held;
        stream.window.is_fresh = is_padded;
        if stream.is_held {
            stream.window.held += content;
            self.connection.held += content;
        }
        stream.is_ended |= frame.ends_stream();
    }

    fn sent(&mut self, frame: &Frame) {
        match View::from(frame) {
            View::WindowUpdate { increment } if frame.stream == 0 => {
                self.connection.announced += i128::from(increment);
            }
            View::WindowUpdate { increment } => {
                if let Some(stream) = self.streams.get_mut(&frame.stream) {
                    stream.window.announced += i128::from(increment);
                }
            }
            // What an error does to the windows is not modelled.
            View::Reset { .. } | View::GoAway { .. } => self.ended = true,
            _ => {}
        }
    }

    /// A call succeeded.
    fn done(&mut self, call: usize) {
        match self.calls[call] {
            App::Release { stream, octets } => {
                if let Some(stream) = self.streams.get_mut(&stream) {
                    stream.returns();
                    stream.window.held -= octets as i128;
                    self.connection.held -= octets as i128;
                    self.connection.is_fresh = true;
                }
            }
            App::SetTargetWindow { octets } => self.connection.retarget(octets),
            App::SetStreamTarget { stream, octets } => {
                if let Some(stream) = self.streams.get_mut(&stream) {
                    stream.window.retarget(octets);
                }
            }
            App::SetUpdatePolicy { policy } => {
                self.connection.policy = policy;
                let without_own = self.streams.values_mut().filter(|stream| !stream.has_own_policy);
                without_own.for_each(|stream| stream.coming = Some(policy));
            }
            App::SetStreamUpdatePolicy { stream, policy } => {
                if let Some(stream) = self.streams.get_mut(&stream) {
                    (stream.window.policy, stream.coming) = (policy, None);
                    stream.has_own_policy = true;
                }
            }
            App::Drop { stream, .. } => {
                if let Some(stream) = self.streams.get_mut(&stream).filter(|stream| stream.is_held) {
                    stream.is_held = false;
                    self.connection.held -= stream.window.held;
                }
            }
            _ => {}
        }
    }

    fn fault(&mut self) -> Option<String> {
        let of_connection = self.connection.fault("the connection");
        let of_streams = self.streams.iter_mut().filter(|(_, stream)| stream.is_held && !stream.is_ended);
        of_connection
            .or_else(|| of_streams.into_iter().find_map(|(id, stream)| stream.window.fault(&format!("stream {id}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fork_keeps_to_the_model() {
        for seed in 0..300 {
            check(&Plan::from_seed(Role::Server, seed));
        }
    }

    #[test]
    fn wrong_windows_are_found() {
        let policy = UpdatePolicy { percent: 50, min_increment: 1, min_interval: 0 };
        let window = |announced, held| Window { announced, held, ..Window::new(100_000, policy) };
        for (announced, held, wrong) in [
            (100_000, 0, None),
            (50_001, 0, None),
            (0, 50_001, None),
            (50_000, 0, Some("50000 octets are kept back")),
            (0, 50_000, Some("50000 octets are kept back")),
            (50_000, 50_001, Some("100001 octets are announced or held")),
        ] {
            let found = window(announced, held).fault("w");
            assert_eq!(found.is_some(), wrong.is_some(), "{announced} {held} {found:?}");
            assert!(found.unwrap_or_default().contains(wrong.unwrap_or_default()));
        }
        let mut lowered = window(100_000, 0);
        lowered.retarget(1_000);
        assert_eq!(lowered.fault("w"), None);
        lowered.announced = 60_000;
        assert_eq!(lowered.fault("w"), None);
        lowered.announced = 60_001;
        assert!(lowered.fault("w").is_some());
    }
}
