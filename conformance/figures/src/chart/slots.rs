//! An axis of slots with a name each, the first at its beginning.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// A number of slots, of which the nth reaches from n to n + 1 and has its tick in the middle.
pub(super) struct Slots(pub(super) usize);

impl Ranged for Slots {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let length = f64::from(limit.1 - limit.0);
        limit.0 + (length * value / self.0 as f64).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        (0..self.0).map(middle).collect()
    }

    fn range(&self) -> Range<f64> {
        0.0..self.0 as f64
    }
}

/// The middle of the nth slot.
pub(super) fn middle(slot: usize) -> f64 {
    slot as f64 + 0.5
}
