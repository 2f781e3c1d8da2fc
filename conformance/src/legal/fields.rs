//! Field sections that any endpoint accepts, and an HPACK encoder that uses all of RFC 7541 at
//! random.

use std::collections::VecDeque;

use super::plan::Draw;
use crate::wire::hpack::{integer, Field};

/// Field lines in order.
pub type Fields = Vec<Field>;

/// What RFC 7541 section 4.1 and RFC 9113 section 6.5.2 add to the octets of a field line.
const OVERHEAD: usize = 32;

/// The size of a field section by RFC 9113 section 6.5.2, in octets.
#[must_use]
pub fn size(fields: &[Field]) -> usize {
    fields.iter().map(|(name, value)| name.len() + value.len() + OVERHEAD).sum()
}

/// A field line from text.
#[must_use]
pub fn field(name: &str, value: &str) -> Field {
    (name.as_bytes().to_vec(), value.as_bytes().to_vec())
}

/// Field lines in the order in which they are compared. The order of lines with the same name is
/// kept, as RFC 9110 section 5.3 asks.
#[must_use]
pub fn sorted(mut fields: Fields) -> Fields {
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    fields
}

/// Regular fields of at most `room` octets by [`size`].
pub fn regular(draw: &mut Draw, room: usize) -> Fields {
    const NAMES: [&str; 10] =
        ["accept", "cookie", "user-agent", "x-a", "x-trace-id", "date", "x-empty", "set-cookie", "x-b-3", "vary"];
    let mut left = room;
    let mut fields = Fields::new();
    for _ in 0..draw.below(6) {
        let name = draw.one(&NAMES);
        let Some(most) = left.checked_sub(name.len() + OVERHEAD) else { break };
        let value = value(draw, most);
        left = most - value.len();
        fields.push((name.into(), value));
    }
    fields
}

/// A field value of at most `most` octets without white space at its ends.
fn value(draw: &mut Draw, most: usize) -> Vec<u8> {
    let length = match draw.below(16) {
        0 => 0,
        1 => most,
        2..=3 => 200 + draw.below(400) as usize,
        _ => 1 + draw.below(24) as usize,
    };
    let length = length.min(most);
    // Octets that a Huffman code makes shorter, octets that it makes longer, and opaque ones.
    let alphabet: &[u8] = match draw.below(4) {
        0 => b"0123456789",
        1 => b"{}|~^@?!#",
        2 => b"a\xe4\xff\x80z",
        _ => b"aeiost-=/.%",
    };
    let start = draw.below(alphabet.len() as u32) as usize;
    let mut value: Vec<u8> = (0..length).map(|at| alphabet[(start + at) % alphabet.len()]).collect();
    if length > 8 && draw.chance(30) {
        value[length / 2] = draw.one(b" \t");
    }
    value
}

/// Entries of the static table (RFC 7541 appendix A) that messages here have.
const STATIC: [(usize, &str, &str); 21] = [
    (1, ":authority", ""),
    (2, ":method", "GET"),
    (3, ":method", "POST"),
    (4, ":path", "/"),
    (6, ":scheme", "http"),
    (7, ":scheme", "https"),
    (8, ":status", "200"),
    (9, ":status", "204"),
    (10, ":status", "206"),
    (11, ":status", "304"),
    (13, ":status", "404"),
    (14, ":status", "500"),
    (19, "accept", ""),
    (28, "content-length", ""),
    (32, "cookie", ""),
    (33, "date", ""),
    (55, "set-cookie", ""),
    (58, "user-agent", ""),
    (59, "vary", ""),
    (16, "accept-encoding", "gzip, deflate"),
    (61, "www-authenticate", ""),
];
const STATIC_ENTRIES: usize = 61;

/// Symbols by the length of their Huffman code. The code is canonical, so that lengths give it.
const HUFFMAN: [(u8, &[u8]); 4] =
    [(5, b"012aceiost"), (6, b" %-./3456789=A_bdfghlmnpru"), (7, b":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"), (8, b"&*,;XZ")];

/// Writes field sections of one direction of a connection.
#[derive(Debug)]
pub struct Encoder {
    /// The newest entry is at the front.
    table: VecDeque<Field>,
    size: usize,
    max: usize,
    /// What the reader's SETTINGS allow.
    limit: usize,
    /// The smallest maximum since the last field section, where the reader has to be told.
    owed: Option<usize>,
}

impl Default for Encoder {
    fn default() -> Self {
        const INITIAL: usize = 4_096;
        Encoder { table: VecDeque::new(), size: 0, max: INITIAL, limit: INITIAL, owed: None }
    }
}

impl Encoder {
    /// SETTINGS_HEADER_TABLE_SIZE of the reader, which is about to be acknowledged.
    pub fn allowed(&mut self, octets: usize) {
        self.limit = octets;
        if octets < self.max {
            self.resize(octets);
        }
    }

    fn resize(&mut self, octets: usize) {
        self.max = octets;
        self.owed = Some(self.owed.map_or(octets, |lowest| lowest.min(octets)));
        self.evict(0);
    }

    fn evict(&mut self, room: usize) {
        while self.size + room > self.max {
            let Some((name, value)) = self.table.pop_back() else { return };
            self.size -= name.len() + value.len() + OVERHEAD;
        }
    }

    /// A field section.
    pub fn encode(&mut self, draw: &mut Draw, fields: &[Field]) -> Vec<u8> {
        let mut block = Vec::new();
        if draw.chance(4) && !fields.is_empty() {
            let octets = draw.size(self.limit.min(10_000));
            self.resize(octets);
        }
        if let Some(lowest) = self.owed.take() {
            if lowest < self.max {
                integer(&mut block, 5, 0x20, lowest);
            }
            integer(&mut block, 5, 0x20, self.max);
        }
        fields.iter().for_each(|field| self.field(draw, &mut block, field));
        block
    }

    fn field(&mut self, draw: &mut Draw, block: &mut Vec<u8>, field: &Field) {
        if let Some(index) = self.index(|name, value| name == field.0 && value == field.1).filter(|_| draw.chance(85)) {
            return integer(block, 7, 0x80, index);
        }
        let name = self.index(|name, _| name == field.0).filter(|_| draw.chance(70));
        let adds = draw.chance(50);
        match (adds, draw.chance(50)) {
            (true, _) => integer(block, 6, 0x40, name.unwrap_or(0)),
            (false, true) => integer(block, 4, 0x00, name.unwrap_or(0)),
            (false, false) => integer(block, 4, 0x10, name.unwrap_or(0)),
        }
        if name.is_none() {
            string(draw, block, &field.0);
        }
        string(draw, block, &field.1);
        if adds {
            let room = field.0.len() + field.1.len() + OVERHEAD;
            self.evict(room);
            if room <= self.max {
                self.size += room;
                self.table.push_front(field.clone());
            }
        }
    }

    fn index(&self, is: impl Fn(&[u8], &[u8]) -> bool) -> Option<usize> {
        let fixed = STATIC.iter().find(|(_, name, value)| is(name.as_bytes(), value.as_bytes()));
        let added = || self.table.iter().position(|(name, value)| is(name, value)).map(|at| STATIC_ENTRIES + 1 + at);
        fixed.map(|(index, ..)| *index).or_else(added)
    }
}

fn string(draw: &mut Draw, block: &mut Vec<u8>, text: &[u8]) {
    if let Some(coded) = draw.chance(50).then(|| huffman(text)).flatten() {
        integer(block, 7, 0x80, coded.len());
        block.extend(coded);
    } else {
        integer(block, 7, 0, text.len());
        block.extend_from_slice(text);
    }
}

/// The Huffman code of a text, if it has only symbols of short codes.
fn huffman(text: &[u8]) -> Option<Vec<u8>> {
    let (mut coded, mut bits, mut held) = (Vec::new(), 0u64, 0u8);
    for octet in text {
        let (code, length) = code(*octet)?;
        bits = bits << length | u64::from(code);
        held += length;
        while held >= 8 {
            held -= 8;
            coded.push((bits >> held) as u8);
        }
    }
    if held > 0 {
        // The rest of the octet is ones.
        coded.push((bits << (8 - held)) as u8 | ((1u16 << (8 - held)) - 1) as u8);
    }
    Some(coded)
}

fn code(octet: u8) -> Option<(u32, u8)> {
    let (mut first, mut before) = (0u32, 0u8);
    for (length, symbols) in HUFFMAN {
        first <<= length - before;
        before = length;
        if let Some(at) = symbols.iter().position(|symbol| *symbol == octet) {
            return Some((first + at as u32, length));
        }
        first += symbols.len() as u32;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::hpack::Decoder;

    #[test]
    fn what_is_written_can_be_read_by_another_decoder() {
        let (mut encoder, mut decoder) = (Encoder::default(), Decoder::default());
        decoder.allow_table(4_096);
        for at in 0..5_000u32 {
            let mut draw = Draw::new(&at.to_le_bytes());
            if draw.chance(3) {
                let octets = draw.size(9_000);
                encoder.allowed(octets);
                decoder.allow_table(octets.max(4_096));
            }
            let mut fields = vec![field(":method", draw.one(&["GET", "PUT"])), field(":path", "/")];
            fields.extend(regular(&mut draw, 3_000));
            assert!(size(&fields[2..]) <= 3_000);
            let block = encoder.encode(&mut draw, &fields);
            assert_eq!(decoder.decode(&block), Ok(fields), "round {at}");
        }
    }

    #[test]
    fn a_huffman_code_as_in_the_rfc() {
        assert_eq!(huffman(b"www.example.com").unwrap(), b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff");
        assert_eq!(huffman(b"{"), None);
    }
}
