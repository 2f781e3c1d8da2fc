//! One direction of a link: what octets take to cross it, in virtual time.
//!
//! Arithmetic and nothing else: it counts octets and carries none, and time is whatever the caller
//! says it is. What is sent in one piece waits at the sender's side until the line has taken its
//! last octet, and arrives as a whole one delay after that.

use std::collections::VecDeque;
use std::time::Duration;

/// What a link is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// From the last octet's leaving to its arrival: half of the round-trip time.
    pub delay: Duration,
    /// Octets that the line takes in a second, at least 1.
    pub bandwidth: u64,
    /// Octets that may wait at the sender's side, at least 1; further ones are not accepted.
    pub buffer: usize,
}

/// One direction. Every call tells the time, which never goes back.
#[derive(Clone, Debug)]
pub struct Link {
    shape: Shape,
    /// Since when the line has been busy without a break, and octets accepted since then:
    /// departures are reckoned from there, so that rounding does not add up.
    busy_since: Duration,
    busy_with: u64,
    /// Pieces that have not been taken from [`arrivals`](Link::arrivals), oldest first.
    pieces: VecDeque<Piece>,
    /// How many of them, from the front, have left the sender.
    left: usize,
    /// Octets of the others.
    waiting: usize,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    octets: usize,
    leaves: Duration,
}

impl Link {
    /// A link with nothing on it, at time zero.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Link { shape, busy_since: Duration::ZERO, busy_with: 0, pieces: VecDeque::new(), left: 0, waiting: 0 }
    }

    /// Octets that would be accepted now.
    pub fn room(&mut self, now: Duration) -> usize {
        self.depart(now);
        self.shape.buffer - self.waiting
    }

    /// Accepts as many octets as the buffer has room for, as one piece; how many.
    pub fn send(&mut self, now: Duration, octets: usize) -> usize {
        let octets = octets.min(self.room(now));
        if octets == 0 {
            return 0;
        }
        if self.free_at() <= now {
            (self.busy_since, self.busy_with) = (now, 0);
        }
        self.busy_with += octets as u64;
        self.waiting += octets;
        self.pieces.push_back(Piece { octets, leaves: self.free_at() });
        octets
    }

    /// Octets that have arrived since the last call.
    pub fn arrivals(&mut self, now: Duration) -> usize {
        self.depart(now);
        let mut arrived = 0;
        while let Some(piece) = self.pieces.front().filter(|piece| piece.leaves + self.shape.delay <= now) {
            arrived += piece.octets;
            self.left -= 1;
            self.pieces.pop_front();
        }
        arrived
    }

    /// When a piece arrives next, or leaves room in the buffer, as far as that has not been seen by
    /// a call. `None` when nothing is under way.
    #[must_use]
    pub fn next_event(&self) -> Option<Duration> {
        let arrival = self.pieces.front()?.leaves + self.shape.delay;
        let departure = self.pieces.get(self.left).map(|piece| piece.leaves);
        Some(departure.map_or(arrival, |departure| arrival.min(departure)))
    }

    /// When the line has taken all that was accepted, rounded up to a nanosecond.
    fn free_at(&self) -> Duration {
        let nanos = (u128::from(self.busy_with) * 1_000_000_000).div_ceil(self.shape.bandwidth.into());
        self.busy_since + Duration::from_nanos(nanos as u64)
    }

    fn depart(&mut self, now: Duration) {
        while let Some(piece) = self.pieces.get(self.left).filter(|piece| piece.leaves <= now) {
            self.waiting -= piece.octets;
            self.left += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    /// 1000 octets in a millisecond.
    const SHAPE: Shape = Shape { delay: Duration::from_millis(5), bandwidth: 1_000_000, buffer: 3000 };

    /// Follows the link's events until nothing is under way: when how many octets arrived.
    fn arrivals(link: &mut Link) -> Vec<(Duration, usize)> {
        let mut seen = Vec::new();
        while let Some(now) = link.next_event() {
            match link.arrivals(now) {
                0 => {}
                octets => seen.push((now, octets)),
            }
        }
        seen
    }

    #[test]
    fn a_piece_arrives_when_the_line_has_taken_it_and_the_delay_has_passed() {
        let mut link = Link::new(SHAPE);
        assert_eq!((link.send(7 * MS, 2000), link.next_event()), (2000, Some(9 * MS)));
        assert_eq!(link.arrivals(14 * MS - Duration::from_nanos(1)), 0);
        assert_eq!((link.next_event(), link.arrivals(14 * MS), link.next_event()), (Some(14 * MS), 2000, None));
    }

    #[test]
    fn pieces_go_one_after_the_other_and_keep_their_order() {
        let mut link = Link::new(SHAPE);
        assert_eq!([500, 1000, 250].map(|octets| link.send(Duration::ZERO, octets)), [500, 1000, 250]);
        let micros = Duration::from_micros;
        assert_eq!(arrivals(&mut link), [(micros(5500), 500), (micros(6500), 1000), (micros(6750), 250)]);
    }

    #[test]
    fn the_buffer_refuses_what_it_has_no_room_for_and_is_freed_by_departures() {
        let mut link = Link::new(SHAPE);
        assert_eq!([2000, 2000, 1].map(|octets| link.send(Duration::ZERO, octets)), [2000, 1000, 0]);
        assert_eq!((link.room(2 * MS - Duration::from_nanos(1)), link.room(2 * MS)), (0, 2000));
        assert_eq!((link.send(2 * MS, 5000), link.room(3 * MS)), (2000, 1000));
        assert_eq!(arrivals(&mut link), [(7 * MS, 2000), (8 * MS, 1000), (10 * MS, 2000)]);
    }

    #[test]
    fn an_idle_line_saves_nothing_up() {
        let mut link = Link::new(SHAPE);
        link.send(Duration::ZERO, 1000);
        assert_eq!(link.arrivals(6 * MS), 1000);
        link.send(100 * MS, 1000);
        assert_eq!(arrivals(&mut link), [(106 * MS, 1000)]);
    }

    #[test]
    fn a_sender_that_always_has_more_gets_the_whole_bandwidth_and_loses_nothing() {
        // A third of an octet a nanosecond: no departure but every third falls on a whole one.
        let shape = Shape { delay: MS, bandwidth: 1_000_000_000 / 3, buffer: 2000 };
        let mut link = Link::new(shape);
        let (mut sent, mut arrived, mut now) = (0, 0, Duration::ZERO);
        while now < Duration::from_secs(1) {
            while link.room(now) >= 1000 {
                sent += link.send(now, 1000);
            }
            now = link.next_event().expect("the sender is never short");
            arrived += link.arrivals(now);
        }
        let on_the_wire = (shape.bandwidth / 1000) as usize;
        assert!((333_000_000..=333_333_000).contains(&arrived), "{arrived}");
        assert!(sent - arrived <= on_the_wire + shape.buffer, "{sent} sent, {arrived} arrived");
        assert_eq!(arrived + self::arrivals(&mut link).iter().map(|(_, octets)| octets).sum::<usize>(), sent);
    }

    #[test]
    fn rounding_does_not_add_up() {
        let mut link = Link::new(Shape { delay: MS, bandwidth: 3, buffer: usize::MAX });
        assert!((0..3000).all(|_| link.send(Duration::ZERO, 1) == 1));
        let seen = arrivals(&mut link);
        assert_eq!(seen[0].0, MS + Duration::from_nanos(333_333_334));
        assert_eq!(seen[2999].0, MS + Duration::from_secs(1000));
    }
}
