//! What octets mean: the first one is the mode, then come turns. A turn is an octet for the
//! application's act, two octets that say how long the peer's write is, and that write. Any octets
//! mean something; a frame may be cut by writes anywhere.

use std::time::Duration;

use crate::case::{Case, Config, Needs, Role};
use crate::script::{written, App, Handles, Step};
use crate::wire::code::DEFAULT_WINDOW;

/// Values of the first octet that differ in effect.
pub const MODES: u8 = 32;

/// What a connection may grant and hold unread, where its windows may grow.
pub const BUDGET: u32 = 4 * DEFAULT_WINDOW;

/// The longest write that a turn can hold.
const LONGEST: usize = u16::MAX as usize;

/// A scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input<'a> {
    pub mode: Mode,
    pub turns: Vec<Turn<'a>>,
}

/// What holds from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// What the subject is.
    pub role: Role,
    /// Whether the application serves or fetches without being told (`Needs::Wire`), or does only
    /// what the turns say.
    pub behaves: bool,
    /// Small limits instead of the defaults.
    pub tight: bool,
    /// The opening comes first: preface, SETTINGS and its acknowledgement.
    pub opened: bool,
    /// Windows may grow within [`BUDGET`], as time passes; else they stay as they are set.
    pub grows: bool,
}

/// One turn: the peer writes, then the application acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn<'a> {
    /// The lower half says what the application does, the upper half on which of its streams,
    /// counted from the latest.
    pub act: u8,
    pub octets: &'a [u8],
}

impl Mode {
    fn read(octet: u8) -> Mode {
        let bit = |at: u8| octet >> at & 1 == 1;
        let role = if bit(0) { Role::Client } else { Role::Server };
        Mode { role, behaves: !bit(1), tight: bit(2), opened: bit(3), grows: bit(4) }
    }

    /// The subject's set-up.
    pub(super) fn case(self) -> Case {
        let tight = Config {
            stream_window: Some(1_000),
            connection_window: Some(DEFAULT_WINDOW + 1_000),
            max_concurrent: Some(2),
            max_header_list: Some(400),
            send_buffer: Some(1_000),
            reset_retention: Some((2, Duration::ZERO)),
            ..Config::DEFAULT
        };
        Case {
            role: self.role,
            needs: if self.behaves { Needs::Wire } else { Needs::Api },
            config: Config {
                receive_budget: Some(if self.grows { BUDGET } else { 0 }),
                time_passes: true,
                ..if self.tight { tight } else { Config::DEFAULT }
            },
            ..Case::DEFAULT
        }
    }
}

impl<'a> Input<'a> {
    /// Reads octets as a scenario. A write that claims more octets than there are gets those that
    /// are there.
    #[must_use]
    pub fn read(data: &'a [u8]) -> Self {
        let (mode, mut rest) = data.split_first().unwrap_or((&0, &[]));
        let mut turns = Vec::new();
        while let Some(([act, high, low], after)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_be_bytes([*high, *low])).min(after.len());
            let (octets, after) = after.split_at(length);
            turns.push(Turn { act: *act, octets });
            rest = after;
        }
        Input { mode: Mode::read(*mode), turns }
    }
}

impl Turn<'_> {
    /// What the application does, `streams` being those it knows.
    pub(super) fn call(&self, streams: &[u32]) -> Option<App> {
        let behind = usize::from(self.act >> 4) % streams.len().max(1);
        let stream = streams.iter().rev().nth(behind).copied().unwrap_or(1);
        Some(match self.act & 0xf {
            1 => App::Request { method: "POST", end: false },
            2 => App::Request { method: "GET", end: true },
            3 => App::Respond { stream, status: 200, end: false },
            4 => App::AwaitResponse { stream },
            5 => App::ReadToEnd { stream },
            6 => App::Read { stream, octets: 100 },
            7 => App::Release { stream, octets: 50 },
            8 => App::WriteAll { stream, octets: 40_000, end: true },
            9 => App::SendData { stream, octets: 3_000, end: false },
            10 => App::SendTrailers { stream },
            11 => App::Reset { stream, code: 8 },
            12 => App::Drop { stream, what: Handles::All },
            13 => App::Reserve { stream, octets: 5 },
            14 => App::Promise { stream },
            15 => App::ShutDown,
            _ => return None,
        })
    }
}

/// The input that does what a case of the catalogue does, as nearly as it can.
#[must_use]
pub fn seed(case: &Case) -> Vec<u8> {
    let api = case.needs == Needs::Api;
    let mut seed = vec![u8::from(case.role == Role::Client) | u8::from(api) << 1];
    for step in case.steps().steps {
        let (act, octets) = match step {
            Step::Write(sent) | Step::UseUpWindow { write: sent, .. } => (0, written(&sent)),
            Step::Upload(upload) | Step::UploadFromAfar { upload, .. } => {
                let length = usize::try_from(upload.length).unwrap_or(LONGEST).min(upload.frame);
                (0, crate::wire::build::data(upload.stream, length).to_bytes())
            }
            Step::App(app) => (act(&app), Vec::new()),
            _ => continue,
        };
        for at in (0..octets.len().max(1)).step_by(LONGEST) {
            let piece = &octets[at..octets.len().min(at + LONGEST)];
            seed.push(act);
            seed.extend((piece.len() as u16).to_be_bytes());
            seed.extend_from_slice(piece);
        }
    }
    seed
}

/// The act that comes nearest to a call.
fn act(app: &App) -> u8 {
    match app {
        App::Request { end: false, .. } | App::RequestBeside { end: false, .. } => 1,
        App::Request { end: true, .. } | App::RequestBeside { end: true, .. } => 2,
        App::Respond { .. } => 3,
        App::AwaitResponse { .. } => 4,
        App::ReadToEnd { .. } => 5,
        App::Read { .. } => 6,
        App::Release { .. } => 7,
        App::WriteAll { .. } => 8,
        App::SendData { .. } => 9,
        App::SendTrailers { .. } => 10,
        App::Reset { .. } => 11,
        App::Drop { .. } => 12,
        App::Reserve { .. } => 13,
        App::Promise { .. } => 14,
        App::ShutDown => 15,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_cut_as_the_lengths_say() {
        let input = Input::read(&[3, 0, 0, 2, b'a', b'b', 0x15, 0, 9, b'c']);
        assert_eq!((input.mode.role, input.mode.behaves), (Role::Client, false));
        assert_eq!(input.turns, [Turn { act: 0, octets: b"ab" }, Turn { act: 0x15, octets: b"c" }]);
        assert_eq!(Input::read(&[]).turns, []);
        assert_eq!(Input::read(&[0, 1, 0]).turns, []);
    }

    #[test]
    fn an_act_names_a_stream_counted_from_the_latest() {
        let turn = |act| Turn { act, octets: &[] };
        assert_eq!(turn(0x05).call(&[1, 3]), Some(App::ReadToEnd { stream: 3 }));
        assert_eq!(turn(0x15).call(&[1, 3]), Some(App::ReadToEnd { stream: 1 }));
        assert_eq!(turn(0x25).call(&[1, 3]), Some(App::ReadToEnd { stream: 3 }));
        assert_eq!(turn(0x05).call(&[]), Some(App::ReadToEnd { stream: 1 }));
        assert_eq!(turn(0x00).call(&[1]), None);
    }

    #[test]
    fn a_seed_says_what_its_case_does() {
        let case = Case { script: |s| s.open(), ..Case::DEFAULT };
        let seed = seed(&case);
        let said: Vec<u8> = Input::read(&seed).turns.iter().flat_map(|turn| turn.octets.to_vec()).collect();
        assert!(said.starts_with(crate::wire::PREFACE));
        assert!(said.ends_with(&crate::wire::build::settings().ack().to_bytes()));
    }
}
