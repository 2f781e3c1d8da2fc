//! The content of messages. It depends on stream, direction and place alone, so that either end can
//! check any part of it.

use std::sync::OnceLock;

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Peer,
    Subject,
}

/// The content repeats after this many octets. The number is no multiple of a frame or window size.
const PERIOD: usize = 65_521;
/// The largest part of it that can be had at once, in octets.
pub const LONGEST: usize = 200_000;

/// `length` octets, at most [`LONGEST`], of the content of a message, from `at` on.
#[must_use]
pub fn content(stream: u32, from: From, at: u64, length: usize) -> &'static [u8] {
    static OCTETS: OnceLock<Vec<u8>> = OnceLock::new();
    let octets = OCTETS.get_or_init(|| {
        let octet = |at: usize| ((at % PERIOD) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        (0..PERIOD + LONGEST).map(|at| octet(at) as u8).collect()
    });
    let start = u64::from(stream) * 7_919 + u64::from(from == From::Peer) * 31 + at;
    &octets[(start % PERIOD as u64) as usize..][..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole() {
        let whole = content(3, From::Peer, 65_000, 1_000);
        assert_eq!(whole[..400], *content(3, From::Peer, 65_000, 400));
        assert_eq!(whole[400..], *content(3, From::Peer, 65_400, 600));
        assert_ne!(whole, content(3, From::Subject, 65_000, 1_000));
        assert_ne!(whole, content(5, From::Peer, 65_000, 1_000));
    }
}
