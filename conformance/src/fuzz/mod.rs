//! The fork against a peer, and an application, that do whatever octets say.
//!
//! [`input`] reads octets as a scenario; [`play`] plays it in memory; [`fault`] tells what no
//! connection may do whatever comes its way. [`script`] makes a scenario of frames and calls of a
//! plan, and [`hunt`] plays many; [`differential`] plays them on the release too, and [`work`]
//! counts what they cost. The fuzz targets are calls of [`frames`], [`hunt::check`],
//! [`differential::check`], [`hpack()`], [`wire()`] and [`reports()`].

pub mod differential;
mod hpack;
pub mod hunt;
pub mod input;
mod invariant;
mod peer;
pub mod power;
mod reports;
pub mod script;
pub mod windows;
mod wire;
pub mod work;

pub use hpack::hpack;
pub use invariant::fault;
pub use reports::reports;
pub use wire::wire;

use crate::transcript::Transcript;
use input::Input;

/// Plays `data` on the fork.
///
/// # Panics
/// With the fault and all that led to it, if there is one.
pub fn frames(data: &[u8]) {
    let input = Input::read(data);
    let transcript = play(&input);
    if let Some(fault) = fault(&input, &transcript) {
        panic!("{fault}\n{:?}\n{transcript}", input.mode);
    }
}

/// Plays a scenario on the fork.
#[must_use]
pub fn play(input: &Input<'_>) -> Transcript {
    peer::play(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The catalogue is full of peers that misbehave: each case is a seed, in every mode.
    #[test]
    fn no_seed_finds_a_fault() {
        for case in crate::catalog::all() {
            for mode in 0..input::MODES {
                let mut seed = input::seed(&case);
                seed[0] = mode;
                frames(&seed);
            }
        }
    }

    #[test]
    fn no_nonsense_finds_a_fault() {
        let mut state = 1u64;
        let mut octet = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        for length in 0..300 {
            frames(&(0..length).map(|_| octet()).collect::<Vec<u8>>());
        }
    }

    #[test]
    fn what_was_played_once_plays_the_same_again() {
        for case in crate::catalog::all() {
            let seed = input::seed(&case);
            let input = Input::read(&seed);
            assert_eq!(play(&input), play(&input), "{}", case.id);
        }
    }
}
