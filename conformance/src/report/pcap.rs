//! The octets of every connection as a capture that Wireshark opens, in pcapng (the IETF draft
//! draft-ietf-opsawg-pcapng).
//!
//! A transcript has frames and no packets. Each frame becomes one segment of TCP, or a few, at the
//! time at which the runner sent or saw it. Each connection has addresses of its own, and its first
//! packet a comment with the case and the verdict. What was encrypted is shown in clear text.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::case::Role;
use crate::judge::Verdict;
use crate::results::Results;
use crate::script::Sent;
use crate::transcript::{EventKind, Transcript};
use crate::wire::PREFACE;

/// The type of a link that carries IP packets and nothing around them.
const LINK_TYPE_RAW: u16 = 101;
/// The most octets of a segment.
const SEGMENT: usize = 32 << 10;
/// The port of the servers: Wireshark then takes the connection for HTTP.
const SERVER_PORT: u16 = 80;
const CLIENT_PORT: u16 = 49_152;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

/// A capture of all runs.
#[must_use]
pub fn capture(results: &Results) -> Vec<u8> {
    let mut capture = opening();
    let mut number = 0;
    for row in &results.rows {
        for (subject, cell) in results.subjects.iter().zip(&row.cells) {
            let Some(run) = cell.played.run() else { continue };
            let comment = comment(row.case.id, &subject.name, &run.verdict);
            connection(&mut capture, number, row.case.role, &comment, &run.transcript);
            number += 1;
        }
    }
    capture
}

fn comment(case: &str, subject: &str, verdict: &Verdict) -> String {
    match verdict.reason.as_str() {
        "" => format!("{case} on {subject}: {}", verdict.outcome.name()),
        reason => format!("{case} on {subject}: {}: {reason}", verdict.outcome.name()),
    }
}

/// The blocks before the packets: that of the section, and that of the interface.
fn opening() -> Vec<u8> {
    let mut section = Vec::new();
    section.extend(0x1a2b_3c4d_u32.to_le_bytes());
    section.extend([1, 0, 0, 0]);
    // Its length is not said.
    section.extend(u64::MAX.to_le_bytes());
    let mut interface = Vec::new();
    interface.extend(LINK_TYPE_RAW.to_le_bytes());
    interface.extend([0; 2]);
    // Packets are whole.
    interface.extend(0_u32.to_le_bytes());
    let mut capture = Vec::new();
    block(&mut capture, 0x0a0d_0d0a, &section);
    block(&mut capture, 1, &interface);
    capture
}

fn block(capture: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let padded = body.len().next_multiple_of(4);
    // A packet is at most a segment and its comment.
    let length = (padded + 12) as u32;
    capture.extend(kind.to_le_bytes());
    capture.extend(length.to_le_bytes());
    capture.extend(body);
    capture.resize(capture.len() + padded - body.len(), 0);
    capture.extend(length.to_le_bytes());
}

/// One end of a connection.
struct End {
    address: Ipv4Addr,
    port: u16,
    /// The sequence number of the next octet.
    next: u32,
}

/// A connection on its way into the capture.
struct Conversation<'a> {
    capture: &'a mut Vec<u8>,
    /// The client, and the server.
    ends: [End; 2],
}

/// Which of the ends sends.
#[derive(Clone, Copy)]
enum From {
    Client = 0,
    Server = 1,
}

fn connection(capture: &mut Vec<u8>, number: u32, role: Role, comment: &str, transcript: &Transcript) {
    let (subject, peer) = match role {
        Role::Server => (From::Server, From::Client),
        Role::Client => (From::Client, From::Server),
    };
    let [_, high, middle, low] = number.to_be_bytes();
    let end = |net, port| End { address: Ipv4Addr::new(net, high, middle, low), port, next: 0 };
    let mut conversation = Conversation { capture, ends: [end(10, CLIENT_PORT), end(11, SERVER_PORT)] };
    let start = Duration::ZERO;
    conversation.packet(start, From::Client, SYN, &[], comment);
    conversation.packet(start, From::Server, SYN | ACK, &[], "");
    conversation.packet(start, From::Client, ACK, &[], "");
    for event in &transcript.events {
        let at = event.at;
        match &event.kind {
            EventKind::Peer(frame) | EventKind::Automatic(frame) | EventKind::Probe(frame) => {
                let mut octets = Vec::new();
                Sent::Frame(frame.clone()).encode(&mut octets);
                conversation.send(at, peer, &octets);
            }
            EventKind::PeerRaw(octets) => conversation.send(at, peer, octets),
            EventKind::PeerClosed => conversation.packet(at, peer, FIN | ACK, &[], ""),
            EventKind::SubjectPreface => conversation.send(at, subject, PREFACE),
            EventKind::Subject(frame) => conversation.send(at, subject, &frame.to_bytes()),
            EventKind::SubjectClosed { rest } => {
                conversation.send(at, subject, rest);
                conversation.packet(at, subject, FIN | ACK, &[], "");
            }
            EventKind::SubjectLeft { .. } => conversation.packet(at, subject, FIN | ACK, &[], ""),
            _ => {}
        }
    }
}

impl Conversation<'_> {
    fn send(&mut self, at: Duration, from: From, octets: &[u8]) {
        for segment in octets.chunks(SEGMENT) {
            self.packet(at, from, ACK, segment, "");
        }
    }

    fn packet(&mut self, at: Duration, from: From, flags: u8, data: &[u8], comment: &str) {
        let (sender, receiver) = (&self.ends[from as usize], &self.ends[1 - from as usize]);
        let packet = ip(sender, receiver, flags, data);
        let taken = data.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.ends[from as usize].next = sender.next.wrapping_add(taken);
        let mut body = Vec::new();
        // The interface, the time in microseconds, and both lengths.
        let time = at.as_micros() as u64;
        let length = packet.len() as u32;
        for word in [0, (time >> 32) as u32, time as u32, length, length] {
            body.extend(word.to_le_bytes());
        }
        body.extend(&packet);
        body.resize(body.len().next_multiple_of(4), 0);
        if !comment.is_empty() {
            let comment = &comment.as_bytes()[..comment.len().min(usize::from(u16::MAX))];
            body.extend([1, 0]);
            body.extend((comment.len() as u16).to_le_bytes());
            body.extend(comment);
            body.resize(body.len().next_multiple_of(4), 0);
            body.extend([0; 4]);
        }
        block(self.capture, 6, &body);
    }
}

/// A packet of IPv4 and TCP. The checksums are 0, as where a network card fills them in.
fn ip(from: &End, to: &End, flags: u8, data: &[u8]) -> Vec<u8> {
    const HEADERS: usize = 40;
    let mut packet = vec![0x45, 0];
    packet.extend(((HEADERS + data.len()) as u16).to_be_bytes());
    // No fragments; a time to live of 64; TCP.
    packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    packet.extend(from.address.octets());
    packet.extend(to.address.octets());
    packet.extend(from.port.to_be_bytes());
    packet.extend(to.port.to_be_bytes());
    packet.extend(from.next.to_be_bytes());
    let acknowledged = if flags & ACK == 0 { 0 } else { to.next };
    packet.extend(acknowledged.to_be_bytes());
    packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(data);
    packet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Event;
    use crate::wire::build::{data, ping};

    /// The blocks of a capture: their types and bodies.
    fn blocks(mut capture: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let word = |octets: &[u8]| u32::from_le_bytes(octets[..4].try_into().unwrap());
        let mut blocks = Vec::new();
        while !capture.is_empty() {
            let length = word(&capture[4..]) as usize;
            assert_eq!((length % 4, word(&capture[length - 4..])), (0, length as u32));
            blocks.push((word(capture), capture[8..length - 4].to_vec()));
            capture = &capture[length..];
        }
        blocks
    }

    #[test]
    fn each_frame_is_a_segment_in_its_place() {
        let events = [
            EventKind::PeerRaw(PREFACE.to_vec()),
            EventKind::Subject(ping([7; 8])),
            EventKind::Peer(data(1, 40_000)),
            EventKind::SubjectClosed { rest: vec![9] },
        ];
        let at = Duration::from_micros(0x1_0000_0002);
        let events = events.into_iter().map(|kind| Event { at, kind }).collect();
        let mut capture = opening();
        connection(&mut capture, 258, Role::Server, "ping/x: pass", &Transcript { events });
        let blocks = blocks(&capture);
        let kinds: Vec<u32> = blocks.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [&[0x0a0d_0d0a, 1][..], &[6; 9]].concat());
        // The comment stands behind the first packet of 40 octets.
        assert_eq!(blocks[2].1[60..64], [1, 0, 12, 0]);
        assert_eq!(blocks[2].1[64..76], *b"ping/x: pass");
        let packets: Vec<&[u8]> = blocks[2..].iter().map(|(_, body)| &body[20..]).collect();
        assert_eq!(packets[0][12..20], [10, 0, 1, 2, 11, 0, 1, 2]);
        let sequence = |packet: &[u8]| u32::from_be_bytes(packet[24..28].try_into().unwrap());
        let found: Vec<u32> = packets.iter().map(|packet| sequence(packet)).collect();
        // The preface has 24 octets, the PING 17, the DATA 40 009.
        assert_eq!(found, [0, 0, 1, 1, 1, 25, 25 + 32_768, 18, 19]);
        assert_eq!(blocks[5].1[4..12], [1, 0, 0, 0, 2, 0, 0, 0]);
        assert_eq!(&packets[3][40..64], PREFACE);
    }
}
