//! Each single WINDOW_UPDATE: what it grants, and why it comes when it does.

use std::collections::BTreeMap;
use std::time::Duration;

use h2_conformance::script::UpdatePolicy;
use h2_conformance::transcript::{Event, EventKind};
use h2_conformance::wire::View;

use crate::behaviors::FRAME;
use crate::play::{Checked, Stream};
use crate::support::Peer;
use crate::world::World;

/// The limit of a connection's receive buffer unless another is set.
const DEFAULT_BUDGET: i64 = 64 << 20;

pub struct Updates {
    stream_window: i64,
    connection_window: i64,
    is_fixed: bool,
    policy: UpdatePolicy,
    own: BTreeMap<u32, UpdatePolicy>,
    /// When a window (0: the connection's) was updated last under a policy with an interval.
    last: BTreeMap<u32, Duration>,
}

impl Updates {
    pub fn new(world: &World) -> Self {
        Updates {
            stream_window: world.stream_window.into(),
            connection_window: world.connection_window.into(),
            is_fixed: world.is_fixed,
            policy: world.policy.unwrap_or(UpdatePolicy::DEFAULT),
            own: BTreeMap::new(),
            last: BTreeMap::new(),
        }
    }

    pub fn connection_policy(&mut self, policy: UpdatePolicy) {
        self.policy = policy;
    }

    pub fn stream_policy(&mut self, stream: u32, policy: UpdatePolicy) {
        self.own.insert(stream, policy);
    }

    /// Looks at what a step brought. `waits` tells of each stream whether its reader waited before
    /// or after.
    pub fn snapshot(&mut self, peer: &Peer<'_>, news: &[Event], streams: &[Stream], waits: &[bool]) -> Checked {
        let in_flight: i64 = streams.iter().map(Stream::in_flight).sum();
        self.grants(peer, 0, in_flight)?;
        for stream in streams {
            self.grants(peer, stream.id, stream.in_flight())?;
        }
        if self.is_fixed {
            let anybody_waits = waits.contains(&true);
            self.comes_in_time(peer, news, 0, anybody_waits)?;
            for (stream, waits) in streams.iter().zip(waits) {
                self.comes_in_time(peer, news, stream.id, *waits)?;
            }
        }
        Ok(())
    }

    /// No more is granted than was given back.
    fn grants(&self, peer: &Peer<'_>, window: u32, in_flight: i64) -> Checked {
        let set = if window == 0 { self.connection_window } else { self.stream_window };
        let most = match (self.is_fixed, window) {
            (true, _) => set,
            (false, 0) => set.max(DEFAULT_BUDGET),
            (false, _) => set.max(self.connection_window).max(DEFAULT_BUDGET / 2),
        };
        let granted = peer.granted(window);
        peer.ensure(granted + in_flight <= most, || {
            format!("window {window}: {granted} octets granted, {in_flight} in flight, and no more than {most} may be")
        })
    }

    /// An update in a step (of the connection two: when DATA comes that others cannot have now, and
    /// when it was read), as large as the policy wants it unless a reader or a sender waits, and no
    /// sooner after another.
    fn comes_in_time(&mut self, peer: &Peer<'_>, news: &[Event], window: u32, waits: bool) -> Checked {
        let updates = news.iter().filter_map(|event| match &event.kind {
            EventKind::Subject(frame) if frame.stream == window => match View::from(frame) {
                View::WindowUpdate { increment } => Some((event.at, i64::from(increment))),
                _ => None,
            },
            _ => None,
        });
        let updates: Vec<(Duration, i64)> = updates.collect();
        peer.ensure(updates.len() <= if window == 0 { 2 } else { 1 }, || {
            format!("window {window}: {} updates at once", updates.len())
        })?;
        let mut had = peer.granted(window) - updates.iter().map(|(_, increment)| increment).sum::<i64>();
        for (at, increment) in updates {
            self.is_in_time(peer, window, (at, increment), had, waits)?;
            had += increment;
        }
        Ok(())
    }

    /// `had` is what the peer could send without it.
    fn is_in_time(
        &mut self,
        peer: &Peer<'_>,
        window: u32,
        (at, increment): (Duration, i64),
        had: i64,
        waits: bool,
    ) -> Checked {
        let target = if window == 0 { self.connection_window } else { self.stream_window };
        let policy = self.own.get(&window).copied().unwrap_or(self.policy);
        let is_large = increment >= target * i64::from(policy.percent) / 100
            && increment >= target.min(policy.min_increment.into());
        peer.ensure(is_large || waits, || {
            format!("window {window} of {target}: an update of {increment} under {policy:?}, and no stream waits")
        })?;
        let interval = Duration::from_millis(policy.min_interval.into());
        if !interval.is_zero() {
            let is_comfortable = had >= (target / 4).max(FRAME as i64);
            let last = self.last.insert(window, at);
            let rested = last.is_none_or(|last| at - last >= interval);
            peer.ensure(rested || waits || !is_comfortable, || {
                format!("window {window}: an update at {at:?} and at {last:?} under {policy:?}, and the peer had {had}")
            })?;
        }
        Ok(())
    }
}
