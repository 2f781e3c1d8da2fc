//! A server of one core with two connections: one that is flooded, and one that makes small
//! requests without a pause.
//!
//! Time is what the core spends on the two. So the share of time that is left for the requests does
//! not depend on the cost of making the frames.

use std::time::Duration;

use cpu_time::ThreadTime;
use h2_conformance_wire::build::GET;
use h2_conformance_wire::code::flag;

use super::attack::{Attack, Blocks};
use super::peer::{block, buffer, Connected, Octets, BUFFER};
use crate::heap;
use crate::subject::{Stance, Subject};

/// Requests that are made at a time.
const REQUESTS: u64 = 100;
/// The attacker sends for the first time in the second round.
const MIN_ROUNDS: u64 = 4;
/// The control makes requests in one of so many rounds.
const CONTROL_ROUNDS: u64 = 4;
/// What an attacker can send in a second: 100 Mbit.
const OCTETS_A_SECOND: f64 = 12.5e6;
pub(super) struct Flooded<'a> {
    subject: Subject,
    neighbour: Connected,
    /// A connection like the neighbour's to a server that is not attacked.
    control: Connected,
    attack: &'a Attack,
    attacker: Option<Connected>,
    /// The buffer of all its connections.
    octets: Octets,
    /// Octets that the attacker's link has room for.
    room: f64,
    blocks: Blocks,
    get: Vec<u8>,
    damage: Damage,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Damage {
    /// Time of the server.
    pub(super) time: Duration,
    /// CPU time of the connections that are flooded.
    pub(super) cpu: Duration,
    /// Requests that the other connection got answers to.
    requests: u64,
    /// Requests of the control, and their CPU time.
    control: (u64, Duration),
    /// Octets that the attacker sent.
    pub(super) octets: u64,
    /// Bytes at the worst moment, beside what was allocated before the attack.
    pub(super) heap: i64,
}

impl Damage {
    /// The throughput of the other connection as a share of the control's.
    pub(super) fn neighbour(&self) -> f64 {
        let (requests, time) = self.control;
        (self.requests as f64 / self.time.as_secs_f64()) / (requests as f64 / time.as_secs_f64())
    }
}

impl<'a> Flooded<'a> {
    pub(super) fn new(subject: Subject, attack: &'a Attack) -> Result<Self, String> {
        (subject.set_time)(Some(Duration::ZERO));
        Ok(Flooded {
            subject,
            neighbour: Connected::new(subject, Stance::Serves, buffer())?,
            control: Connected::new(subject, Stance::Serves, buffer())?,
            attack,
            attacker: None,
            octets: buffer(),
            room: 0.0,
            blocks: Blocks::new(),
            get: block(&GET),
            damage: Damage::default(),
        })
    }

    /// Lets the server work for so long.
    pub(super) fn run(mut self, span: Duration) -> Result<Damage, String> {
        serve(&mut self.neighbour, &self.get)?;
        serve(&mut self.control, &self.get)?;
        heap::begin();
        for round in 0_u64.. {
            if self.damage.time >= span && round >= MIN_ROUNDS {
                break;
            }
            self.flood()?;
            let spent = serve(&mut self.neighbour, &self.get)?;
            self.damage.requests += REQUESTS;
            self.pass(spent);
            // Between the others, so that a machine that is slow for a time is slow for all.
            if round % CONTROL_ROUNDS == 0 {
                self.damage.control.1 += serve(&mut self.control, &self.get)?;
                self.damage.control.0 += REQUESTS;
            }
        }
        self.damage.heap = heap::peak();
        (self.subject.set_time)(None);
        Ok(self.damage)
    }

    /// Hands over what the attacker can have sent since the last time. One whose connection has
    /// ended opens another.
    fn flood(&mut self) -> Result<(), String> {
        let start = ThreadTime::now();
        let Connected { mut victim, mut peer } = match self.attacker.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let mut spent = start.elapsed();
        if peer.wire.is_read() && self.room > 0.0 {
            peer.begin();
            self.attack.fill(&mut peer, &self.blocks, self.room as usize);
            self.room -= peer.written() as f64;
            self.damage.octets += peer.written() as u64;
            peer.send();
        }
        let start = ThreadTime::now();
        let lives = victim.turn() && !peer.wire.heard().goaway;
        self.attacker = lives.then_some(Connected { victim, peer });
        spent += start.elapsed();
        self.damage.cpu += spent;
        self.pass(spent);
        Ok(())
    }

    fn connect(&self) -> Result<Connected, String> {
        let mut connection = Connected::new(self.subject, self.attack.stance, self.octets.clone())?;
        connection.peer.begin();
        self.attack.begin(&mut connection.peer, &self.blocks);
        connection.peer.send();
        Ok(connection)
    }

    fn pass(&mut self, spent: Duration) {
        self.damage.time += spent;
        self.room = (self.room + OCTETS_A_SECOND * spent.as_secs_f64()).min(BUFFER as f64);
        (self.subject.set_time)(Some(self.damage.time));
    }
}

/// Lets a connection answer the next requests. Returns the CPU time that it takes.
fn serve(connection: &mut Connected, get: &[u8]) -> Result<Duration, String> {
    let Connected { victim, peer } = connection;
    let before = peer.wire.heard().ended;
    peer.begin();
    (0..REQUESTS).for_each(|_| peer.open(get, flag::END_STREAM));
    peer.send();
    let start = ThreadTime::now();
    victim.turn();
    let spent = start.elapsed();
    match peer.wire.heard().ended - before {
        REQUESTS => Ok(spent),
        answered => Err(format!("a connection that is not flooded got {answered} of {REQUESTS} answers")),
    }
}
