//! What the runs got to: a generator that does not reach a state finds nothing in it.

/// States that a run reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached(u32);

/// A state, by its place in [`NAMES`].
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    Answered,
    Refused,
    ResetByPeer,
    ResetBySubject,
    LateFrames,
    Crossed,
    Continued,
    Padded,
    EmptyData,
    NegativeWindow,
    Interim,
    Trailers,
    Push,
    Tunnel,
    TableSize,
    FullSection,
    PeerGoaway,
    Shutdown,
    BackPressure,
    TornFrame,
    Hours,
    Credit,
    Places,
}

const NAMES: [&str; 23] = [
    "a message came whole",
    "a stream was refused",
    "the peer reset a stream",
    "the subject reset a stream",
    "frames came late on a stream that the subject reset",
    "the peer reset a stream while the subject's frames on it were on their way",
    "a field section was continued",
    "DATA was padded",
    "DATA was empty",
    "a window was negative",
    "interim responses",
    "trailers",
    "pushes",
    "CONNECT",
    "the size of the HPACK table changed",
    "a field section was as large as allowed",
    "the peer sent GOAWAY",
    "the application shut down early",
    "the peer did not read",
    "a frame came in pieces",
    "hours passed",
    "the window was back at its target at the end",
    "places were free at the end",
];

impl Reached {
    pub(super) fn add(&mut self, state: State) {
        self.0 |= 1 << state as u32;
    }

    pub(super) fn merge(&mut self, other: Reached) {
        self.0 |= other.0;
    }

    /// Every run shuts down at its end.
    pub(super) fn forget_shutdown(&mut self) {
        self.0 &= !(1 << State::Shutdown as u32);
    }

    /// The names of the states.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().enumerate().filter(move |(at, _)| self.0 >> at & 1 == 1).map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_name() {
        let mut reached = Reached::default();
        reached.add(State::Answered);
        reached.add(State::Places);
        assert_eq!(reached.names().collect::<Vec<_>>(), [NAMES[0], NAMES[NAMES.len() - 1]]);
        assert_eq!(State::Places as usize + 1, NAMES.len());
    }
}
