//! The streams that this end has reset or refused, for as long as the connection lives.
//!
//! A peer sends frames on a stream until it has received our RST_STREAM, at whatever pace. These
//! frames are discarded (RFC 9113 section 5.1). Frames on a stream that the peer has ended are an
//! error. A stream that is gone is remembered as a part of a range of identifiers, so that the two
//! can be told apart. Each side's streams have at most [`MOST`] ranges of 8 bytes. When there is
//! no room for one more, the two lowest ranges become one. Frames on the streams between them are
//! then discarded too, as RFC 9113 allows on every closed stream.

use crate::frame::StreamId;

/// The ranges that are kept for the streams of one side: 512 bytes.
const MOST: usize = 64;

/// Remembers streams of both sides.
#[derive(Debug, Default)]
pub(super) struct ResetStreams {
    of_client: Ranges,
    of_server: Ranges,
}

/// Identifiers of one side's streams, which are all odd or all even, in ascending order.
#[derive(Debug, Default)]
struct Ranges(Vec<Range>);

/// All streams of one side from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    first: u32,
    last: u32,
}

impl ResetStreams {
    pub(super) fn insert(&mut self, id: StreamId) {
        match id.is_client_initiated() {
            true => self.of_client.insert(id.into()),
            false => self.of_server.insert(id.into()),
        }
    }

    /// Whether the stream was inserted, or lies between two whose ranges became one.
    pub(super) fn contains(&self, id: StreamId) -> bool {
        match id.is_client_initiated() {
            true => self.of_client.contains(id.into()),
            false => self.of_server.contains(id.into()),
        }
    }
}

impl Ranges {
    /// Returns the place of the first range that ends at the stream or behind it.
    fn place(&self, id: u32) -> usize {
        self.0.partition_point(|range| range.last < id)
    }

    fn contains(&self, id: u32) -> bool {
        self.0.get(self.place(id)).is_some_and(|range| range.first <= id)
    }

    fn insert(&mut self, id: u32) {
        if self.contains(id) {
            return;
        }
        let at = self.place(id);
        let extends_last = at > 0 && self.0[at - 1].last + 2 == id;
        let extends_next = self.0.get(at).is_some_and(|next| id + 2 == next.first);
        match (extends_last, extends_next) {
            (true, true) => self.0[at - 1].last = self.0.remove(at).last,
            (true, false) => self.0[at - 1].last = id,
            (false, true) => self.0[at].first = id,
            (false, false) if self.0.len() < MOST => self.0.insert(at, Range { first: id, last: id }),
            (false, false) => {
                let lowest = self.0.remove(0);
                self.0[0].first = lowest.first;
                self.insert(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: impl IntoIterator<Item = u32>) -> ResetStreams {
        let mut streams = ResetStreams::default();
        ids.into_iter().for_each(|id| streams.insert(id.into()));
        streams
    }

    fn ranges(streams: &ResetStreams) -> Vec<(u32, u32)> {
        streams.of_client.0.iter().map(|range| (range.first, range.last)).collect()
    }

    #[test]
    fn neighbours_are_one_range_in_whatever_order_they_come() {
        assert_eq!(ranges(&of([1, 3, 5])), [(1, 5)]);
        assert_eq!(ranges(&of([5, 3, 1])), [(1, 5)]);
        assert_eq!(ranges(&of([1, 5, 3, 3])), [(1, 5)]);
        assert_eq!(ranges(&of([9, 1, 5])), [(1, 1), (5, 5), (9, 9)]);
    }

    #[test]
    fn streams_of_the_other_side_are_apart() {
        let streams = of([1, 3, 2]);
        for (id, is_in) in [(1, true), (2, true), (3, true), (4, false), (5, false)] {
            assert_eq!(streams.contains(id.into()), is_in, "stream {id}");
        }
    }

    #[test]
    fn a_full_set_forgets_nothing_and_stays_as_large_as_it_is() {
        let inserted = |id: &u32| id % 4 == 1;
        let streams = of((1..1_000_000).filter(inserted));
        assert_eq!(streams.of_client.0.len(), MOST);
        assert!(streams.of_client.0.capacity() <= MOST);
        assert!((1..1_000_000).filter(inserted).all(|id| streams.contains(id.into())));
        // What lies between the latest is still told apart.
        assert!(!streams.contains(999_999.into()) && !streams.contains(999_995.into()));
        assert!(!streams.contains(1_000_001.into()));
    }

    #[test]
    fn a_stream_below_all_ranges_of_a_full_set_has_room() {
        let mut streams = of((101..1_000).filter(|id| id % 4 == 1));
        streams.insert(1.into());
        assert!(streams.contains(1.into()));
        assert!(streams.of_client.0.len() <= MOST);
    }

    /// Whether the ranges hold what a plain set holds, and none could be a part of another.
    fn agrees_with_a_set(numbers: Vec<u8>) -> bool {
        let inserted: std::collections::HashSet<u32> =
            numbers.iter().map(|number| 2 * u32::from(*number) + 1).collect();
        let streams = of(numbers.iter().map(|number| 2 * u32::from(*number) + 1));
        let ranges = ranges(&streams);
        let are_apart = ranges.windows(2).all(|pair| pair[0].1 + 2 < pair[1].0);
        let is_exact = (1..520).step_by(2).all(|id| streams.contains(id.into()) == inserted.contains(&id));
        are_apart && is_exact
    }

    #[test]
    fn a_set_with_room_is_exact() {
        // Up to 60 ranges.
        for seed in 0..2_000_u32 {
            let next = |state: &mut u32| {
                *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (*state >> 24) as u8
            };
            let mut state = seed;
            assert!(agrees_with_a_set((0..60).map(|_| next(&mut state)).collect()), "seed {seed}");
        }
    }

    #[test]
    fn the_highest_identifier_is_no_exception() {
        assert_eq!(ranges(&of([0x7fff_ffff, 0x7fff_fffd])), [(0x7fff_fffd, 0x7fff_ffff)]);
    }
}
