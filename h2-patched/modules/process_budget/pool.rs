//! How the budget is divided.
//!
//! A connection may take half of what is free less what it holds (a dynamic threshold, as in shared
//! packet buffers): the first one gets at most a half, and no number of them takes everything. A
//! quarter of the budget is kept for stream isolation, so that windows that grew cannot stop other
//! connections.
//!
//! What was announced to the peer of an idle connection cannot be taken back (RFC 9113 section
//! 6.9). It costs no memory yet, so when the budget is short an eighth of it is charged, beside
//! what is unread. When DATA comes on such a connection, all that it holds is charged again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::membership::Activity;
use super::{default_budget, millis, Usage};
use crate::window_policy::FRAME;

/// The part of the budget that is for isolation only.
const ISOLATION_SHARE: usize = 4;

/// The part of the announced window that is charged to an idle connection.
const IDLE_SHARE: u32 = 8;

/// The part of the budget for growth that is enough when it is free.
const ENOUGH: usize = 4;

/// Connections that are looked at, when the budget is short, whether they are idle.
const LOOK_AT: usize = 16;

/// What a connection wants memory for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A larger window where the window limits throughput.
    Growth,
    /// Window beside octets that are not read.
    Isolation,
}

/// A connection that holds a part or waits for one. All sizes in octets.
#[derive(Debug)]
pub(super) struct Member {
    activity: Arc<Activity>,
    held: u32,
    /// What of it is not charged, because the connection is idle.
    discount: u32,
    /// What it held when it began to wait: its place among those that wait.
    waits_with: Option<u32>,
}

#[derive(Debug)]
struct Waiting {
    wanted: u32,
    waker: Waker,
}

#[derive(Debug)]
pub(super) struct Pool {
    /// `None` is the default of the process, which is not known at compile time.
    budget: Option<usize>,
    charged: usize,
    members: BTreeMap<u64, Member>,
    last_number: u64,
    /// The members that were not found idle.
    active: BTreeSet<u64>,
    /// The one of them that was looked at last.
    hand: u64,
    /// By what they hold and by number: connections that hold less can get more, so they come
    /// first.
    waiting: BTreeMap<(u32, u64), Waiting>,
    /// The last request for growth was not granted in full.
    is_short: bool,
    refused: u64,
}

impl Pool {
    pub(super) const fn new() -> Self {
        Pool {
            budget: None,
            charged: 0,
            members: BTreeMap::new(),
            last_number: 0,
            active: BTreeSet::new(),
            hand: 0,
            waiting: BTreeMap::new(),
            is_short: false,
            refused: 0,
        }
    }

    pub(super) fn set_budget(&mut self, octets: Option<usize>) {
        self.budget = octets;
        self.is_short = false;
    }

    fn budget(&self) -> usize {
        self.budget.unwrap_or_else(default_budget)
    }

    /// What all connections that grow may hold together.
    fn growth_budget(&self) -> usize {
        let budget = self.budget();
        budget - budget / ISOLATION_SHARE
    }

    pub(super) fn usage(&self) -> Usage {
        Usage { budget: self.budget(), used: self.charged, waiting: self.waiting.len(), refused: self.refused }
    }

    pub(super) fn is_short(&self) -> bool {
        self.is_short
    }

    /// What a member should hold at most, while growth is refused to one. Shortage is over when a
    /// good part is free.
    pub(super) fn fair_share(&mut self, asking: u64, now: Instant) -> Option<u32> {
        self.wake_up(asking);
        self.discount_idle_members(asking, millis(now));
        let budget = self.growth_budget();
        self.is_short &= budget.saturating_sub(self.charged) < budget / ENOUGH;
        let share = budget / self.active.len().max(1);
        self.is_short.then(|| u32::try_from(share).unwrap_or(u32::MAX))
    }

    pub(super) fn join(&mut self, activity: Arc<Activity>) -> u64 {
        self.last_number += 1;
        self.active.insert(self.last_number);
        self.members.insert(self.last_number, Member { activity, held: 0, discount: 0, waits_with: None });
        self.last_number
    }

    /// A member is gone: returns its waker, if it waited.
    pub(super) fn leave(&mut self, number: u64) -> Option<Waker> {
        self.wake_up(number);
        let (held, waker) = self.stop_waiting(number);
        self.members.remove(&number);
        self.active.remove(&number);
        self.charged -= held as usize;
        waker
    }

    /// Takes up to `wanted` octets for a member: returns how many.
    pub(super) fn take(&mut self, wanted: u32, purpose: Purpose, number: u64, now: Instant) -> u32 {
        self.wake_up(number);
        let held = self.member(number).held;
        let mut granted = self.grant(wanted, held, purpose);
        if granted < wanted {
            self.discount_idle_members(number, millis(now));
            granted = self.grant(wanted, held, purpose);
        }
        if purpose == Purpose::Growth {
            self.is_short = granted < wanted;
            self.refused += u64::from(self.is_short);
        }
        self.hand_out(granted, number);
        granted
    }

    pub(super) fn give_back(&mut self, octets: u32, number: u64) {
        self.wake_up(number);
        self.member(number).held -= octets;
        self.charged -= octets as usize;
    }

    /// Wakes the member's task when it was given some of `wanted` octets.
    pub(super) fn wait(&mut self, wanted: u32, waker: &Waker, number: u64) {
        let member = self.member(number);
        let held = member.held;
        member.waits_with = Some(held);
        self.waiting.insert((held, number), Waiting { wanted, waker: waker.clone() });
    }

    /// Ends that: returns what the member holds now.
    pub(super) fn stop_waiting(&mut self, number: u64) -> (u32, Option<Waker>) {
        let member = self.member(number);
        let held = member.held;
        let place = member.waits_with.take().map(|place| (place, number));
        (held, place.and_then(|place| self.waiting.remove(&place)).map(|waiting| waiting.waker))
    }

    /// Gives what is free to members that wait: returns the wakers of those that got some.
    pub(super) fn serve(&mut self) -> Vec<Waker> {
        let mut served = Vec::new();
        while let Some((&(_, number), &Waiting { wanted, .. })) = self.waiting.first_key_value() {
            self.wake_up(number);
            let held = self.member(number).held;
            let granted = self.grant(wanted, held, Purpose::Isolation);
            // A member that holds more would get less.
            if granted == 0 {
                break;
            }
            served.extend(self.stop_waiting(number).1);
            self.hand_out(granted, number);
        }
        served
    }

    /// Charges all that a member holds again, if it was idle. Returns whether there was room for
    /// that.
    pub(super) fn wake_up(&mut self, number: u64) -> bool {
        let growth_budget = self.growth_budget();
        let member = self.member(number);
        if !member.activity.idle.swap(false, Relaxed) {
            return true;
        }
        let discount = std::mem::take(&mut member.discount);
        self.active.insert(number);
        self.charged += discount as usize;
        self.charged <= growth_budget
    }

    fn hand_out(&mut self, octets: u32, number: u64) {
        self.member(number).held += octets;
        self.charged += octets as usize;
    }

    fn member(&mut self, number: u64) -> &mut Member {
        self.members
            .get_mut(&number)
            .expect("a connection leaves the pool when it is dropped, and asks nothing after that")
    }

    /// What a connection that holds `held` octets gets of `wanted`. Less than a frame is nothing.
    fn grant(&self, wanted: u32, held: u32, purpose: Purpose) -> u32 {
        let budget = match purpose {
            Purpose::Growth => self.growth_budget(),
            Purpose::Isolation => self.budget(),
        };
        let free = budget.saturating_sub(self.charged);
        let fair = free.saturating_sub(held as usize) / 2;
        let granted = wanted.min(fair.try_into().unwrap_or(u32::MAX));
        if granted < wanted.min(FRAME) {
            0
        } else {
            granted
        }
    }

    /// Looks at some members in turn, and charges less for what idle ones were granted and have not
    /// used.
    fn discount_idle_members(&mut self, asking: u64, now: u64) {
        for _ in 0..LOOK_AT.min(self.active.len()) {
            let next = self.active.range((Excluded(self.hand), Unbounded)).next();
            let Some(&number) = next.or_else(|| self.active.first()) else { return };
            self.hand = number;
            let member = self.member(number);
            let activity = &member.activity;
            if number == asking || now < activity.idle_from.load(Relaxed) {
                continue;
            }
            let charge = activity.unread.load(Relaxed).saturating_add(activity.announced.load(Relaxed) / IDLE_SHARE);
            let discount = member.held.saturating_sub(charge);
            member.discount = discount;
            activity.idle.store(true, Relaxed);
            self.active.remove(&number);
            self.charged -= discount as usize;
        }
    }

    /// The sums are those of the members.
    #[cfg(feature = "__invariants")]
    pub(super) fn audit(&self) {
        if std::thread::panicking() {
            return;
        }
        let charged: usize = self.members.values().map(|member| (member.held - member.discount) as usize).sum();
        assert!(
            self.charged == charged,
            "invariant R7: {} octets charged, members are charged {charged}",
            self.charged
        );
        let active = self.members.iter().filter(|(_, member)| !member.activity.idle.load(Relaxed));
        assert!(
            active.map(|(number, _)| number).eq(&self.active),
            "invariant R7: others than {:?} are active",
            self.active
        );
    }

    #[cfg(feature = "__invariants")]
    pub(super) fn held(&self, number: u64) -> u32 {
        self.members[&number].held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const MIB: u32 = 1 << 20;

    fn pool(budget: usize) -> Pool {
        Pool { budget: Some(budget), ..Pool::new() }
    }

    fn member(pool: &mut Pool) -> (u64, Arc<Activity>) {
        let activity = Arc::new(Activity::default());
        activity.idle_from.store(u64::MAX, Relaxed);
        (pool.join(activity.clone()), activity)
    }

    #[test]
    fn a_connection_takes_no_more_than_it_leaves() {
        let mut pool = pool(4 * MIB as usize);
        let [first, second] = [member(&mut pool).0, member(&mut pool).0];
        let now = Instant::now();
        assert_eq!(pool.take(8 * MIB, Purpose::Isolation, first, now), 2 * MIB);
        assert_eq!(pool.take(8 * MIB, Purpose::Isolation, first, now), 0);
        assert_eq!(pool.take(8 * MIB, Purpose::Isolation, second, now), MIB);
        assert!(pool.leave(first).is_none());
        assert_eq!(pool.usage().used, MIB as usize);
    }

    #[test]
    fn growth_leaves_a_quarter_for_isolation() {
        let mut pool = pool(4 * MIB as usize);
        let now = Instant::now();
        let mut grown = 0;
        for _ in 0..100 {
            let (number, _) = member(&mut pool);
            grown += pool.take(MIB, Purpose::Growth, number, now);
        }
        assert!(grown <= 3 * MIB, "{grown}");
        let (late, _) = member(&mut pool);
        assert_eq!(pool.take(MIB / 2, Purpose::Isolation, late, now), MIB / 2);
        let share = pool.fair_share(late, now).expect("growth was refused");
        assert!(share <= 3 * MIB / 100, "{share}");
        // When the others are gone there is no shortage any more.
        (1..late).for_each(|number| drop(pool.leave(number)));
        assert_eq!((pool.fair_share(late, now), pool.is_short()), (None, false));
    }

    #[test]
    fn less_than_a_frame_is_nothing() {
        let mut pool = pool(2 * FRAME as usize);
        let (number, _) = member(&mut pool);
        let now = Instant::now();
        assert_eq!(pool.take(FRAME, Purpose::Isolation, number, now), FRAME);
        assert!(pool.leave(number).is_none());
        pool.set_budget(Some(2 * FRAME as usize - 1));
        let (number, _) = member(&mut pool);
        assert_eq!(pool.take(FRAME, Purpose::Isolation, number, now), 0);
        assert_eq!(pool.take(10, Purpose::Isolation, number, now), 10);
    }

    #[test]
    fn an_eighth_of_an_idle_grant_is_charged_until_data_comes() {
        let mut pool = pool(8 * MIB as usize);
        let ((idle, activity), (busy, _)) = (member(&mut pool), member(&mut pool));
        let now = Instant::now();
        let later = now + Duration::from_secs(10);
        assert_eq!(pool.take(2 * MIB, Purpose::Growth, idle, now), 2 * MIB);
        activity.note_use(now, Duration::from_secs(1));
        activity.unread.store(MIB, Relaxed);
        activity.announced.store(MIB / 2, Relaxed);
        // It is not idle yet, and later it is.
        assert_eq!(pool.take(4 * MIB, Purpose::Growth, busy, now), 2 * MIB);
        pool.give_back(2 * MIB, busy);
        assert!(pool.take(4 * MIB, Purpose::Growth, busy, later) > 2 * MIB);
        assert_eq!(pool.usage().used, pool.member(busy).held as usize + (MIB + MIB / 16) as usize);
        assert!(activity.idle.load(Relaxed));
        assert!(pool.wake_up(idle));
        assert_eq!(pool.usage().used, (pool.member(busy).held + 2 * MIB) as usize);
    }

    #[test]
    fn a_member_that_wakes_up_may_find_no_room() {
        let mut pool = pool(8 * MIB as usize);
        let (idle, activity) = member(&mut pool);
        let now = Instant::now();
        let later = now + Duration::from_secs(10);
        activity.note_use(now, Duration::from_secs(1));
        assert_eq!(pool.take(8 * MIB, Purpose::Growth, idle, now), 3 * MIB);
        for _ in 0..20 {
            let (busy, activity) = member(&mut pool);
            activity.note_use(later, Duration::from_secs(1));
            pool.take(8 * MIB, Purpose::Growth, busy, later);
        }
        assert!(!pool.wake_up(idle));
        assert!(pool.wake_up(idle), "it was charged already");
    }

    #[test]
    fn members_that_hold_less_are_served_first() {
        let mut pool = pool(4 * MIB as usize);
        let [first, second] = [member(&mut pool).0, member(&mut pool).0];
        let now = Instant::now();
        pool.take(2 * MIB, Purpose::Isolation, first, now);
        pool.take(MIB, Purpose::Isolation, second, now);
        pool.wait(MIB, Waker::noop(), first);
        pool.wait(MIB, Waker::noop(), second);
        assert_eq!(pool.serve().len(), 0);
        pool.set_budget(Some(5 * MIB as usize));
        assert_eq!(pool.serve().len(), 1);
        assert_eq!(pool.stop_waiting(second).0, MIB + MIB / 2);
    }
}
