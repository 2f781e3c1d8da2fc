//! Makes one attack on a connection of its own. The driver of cases is made for some hundred
//! frames, each of which it keeps; an attack has millions.

use std::time::Duration;

use super::attacks::Attack;
use crate::drive::{Link, SubjectEvent, TOTAL};
use crate::script::Sent;
use crate::transcript::{probe, Event, EventKind, Transcript};
use crate::transport::socket::Socket;
use crate::wire::build::{ping, settings};
use crate::wire::{Frame, FrameReader, View, PREFACE};

/// Octets that wait for the socket before more are made.
const AHEAD: usize = 256 << 10;
/// Frames made at once.
const AT_ONCE: u32 = 1_000;
/// How long the peer still does not read when all is written.
const HOLD: Duration = Duration::from_millis(300);
/// How long is waited for the next octets.
const STEP: Duration = Duration::from_millis(10);
/// The silence after which nothing more is expected.
const QUIET: Duration = Duration::from_millis(50);
/// Frames of the server that are kept for the report.
const KEPT: usize = 40;

pub(super) struct Attacker<'a> {
    socket: &'a mut Socket,
    patience: Duration,
    reader: FrameReader,
    transcript: Transcript,
    /// Whether the server has sent SETTINGS.
    greeted: bool,
    over: bool,
    kept: usize,
}

impl<'a> Attacker<'a> {
    pub(super) fn new(socket: &'a mut Socket, patience: Duration) -> Self {
        Attacker {
            socket,
            patience,
            reader: FrameReader::default(),
            transcript: Transcript::default(),
            greeted: false,
            over: false,
            kept: 0,
        }
    }

    /// Makes the attack. Returns what happened, for the report.
    pub(super) fn attack(mut self, attack: &Attack) -> Transcript {
        let first = (attack.settings)();
        self.socket.write(PREFACE);
        self.socket.write(&first.to_bytes());
        self.record(EventKind::Peer(first));
        self.wait_until(|attacker| attacker.greeted, self.patience);
        if !self.greeted {
            return self.transcript;
        }
        self.write(vec![settings().ack()]);
        self.record(EventKind::Mark);
        self.socket.block(!attack.reads);
        let sent = self.flood(attack);
        self.record(EventKind::Flood { frames: sent, of: u64::from(attack.times) });
        if !attack.reads {
            self.wait_until(|_| false, HOLD);
            self.socket.block(false);
        }
        self.write(vec![ping(probe(1))]);
        self.record(EventKind::Probe(ping(probe(1))));
        let answered = |attacker: &Self| attacker.is_answered();
        self.wait_until(answered, self.patience);
        self.wait_until(|_| false, QUIET);
        self.transcript
    }

    /// Writes the frames until the server ends the connection or takes no more for a while. Returns
    /// how many times.
    fn flood(&mut self, attack: &Attack) -> u64 {
        self.write((attack.begin)());
        let (mut sent, began) = (0, self.socket.now());
        let mut moved = began;
        loop {
            if sent < attack.times && self.socket.unsent() < AHEAD {
                let until = attack.times.min(sent + AT_ONCE);
                self.write((sent..until).flat_map(attack.repeat).collect());
                sent = until;
            }
            let waiting = self.socket.unsent();
            let heard = self.listen(if waiting < AHEAD { Duration::ZERO } else { STEP });
            let now = self.socket.now();
            if heard || self.socket.unsent() < waiting {
                moved = now;
            }
            let is_done = sent == attack.times && self.socket.unsent() == 0;
            if self.over || is_done || now - moved > self.patience || now - began > self.patience * TOTAL {
                return sent.into();
            }
        }
    }

    fn write(&mut self, frames: Vec<Frame>) {
        let mut burst: Vec<Sent> = frames.into_iter().map(Sent::Frame).collect();
        self.socket.address(&mut burst);
        let mut octets = Vec::new();
        burst.iter().for_each(|piece| piece.encode(&mut octets));
        self.socket.write(&octets);
    }

    /// Listens until this holds, the connection is over, or the time is.
    fn wait_until(&mut self, holds: impl Fn(&Self) -> bool, limit: Duration) {
        let until = self.socket.now() + limit;
        while !self.over && !holds(self) && self.socket.now() < until {
            self.listen(STEP);
        }
    }

    /// Whether anything came.
    fn listen(&mut self, limit: Duration) -> bool {
        let events = self.socket.wait(limit);
        let any = !events.is_empty();
        for event in events {
            match event {
                SubjectEvent::Octets(octets) => self.read(&octets),
                SubjectEvent::Harness(message) => {
                    self.over = true;
                    self.record(EventKind::Harness(message));
                }
                _ => {
                    self.over = true;
                    self.record(EventKind::SubjectClosed { rest: Vec::new() });
                }
            }
        }
        any
    }

    fn read(&mut self, octets: &[u8]) {
        self.reader.push(octets);
        while let Some(frame) = self.reader.next_frame() {
            let view = View::from(&frame);
            self.greeted |= matches!(view, View::Settings(_));
            let tells = matches!(view, View::GoAway { .. }) || view == View::PingAck { opaque: probe(1) };
            if tells || self.kept < KEPT {
                self.kept += 1;
                self.record(EventKind::Subject(frame));
            }
        }
    }

    /// Whether the PING at the end was answered.
    fn is_answered(&self) -> bool {
        let answer = View::PingAck { opaque: probe(1) };
        self.transcript.subject_frames().next_back().is_some_and(|(_, frame)| View::from(frame) == answer)
    }

    fn record(&mut self, kind: EventKind) {
        self.transcript.events.push(Event { at: self.socket.now(), kind });
    }
}
