//! Field sections (RFC 7541). Writing is stateless on purpose: every field goes out as a literal
//! without indexing, so that a script's frames mean the same wherever they are sent. Reading keeps
//! the dynamic table, as it must.

use std::fmt;

/// A field line.
pub type Field = (Vec<u8>, Vec<u8>);

/// Encodes fields as literals without indexing, new names, no Huffman coding (RFC 7541 section
/// 6.2.2).
#[must_use]
pub fn encode(fields: &[(&str, &str)]) -> Vec<u8> {
    let octets: Vec<_> = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    encode_octets(&octets)
}

/// As [`encode`], for names and values that need not be text.
#[must_use]
pub fn encode_octets(fields: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        string(&mut block, name);
        string(&mut block, value);
    }
    block
}

/// Appends a literal with incremental indexing and a new name (RFC 7541 section 6.2.1): the reader
/// puts it in its table.
pub fn indexed_literal(block: &mut Vec<u8>, name: &str, value: &str) {
    block.push(0x40);
    string(block, name.as_bytes());
    string(block, value.as_bytes());
}

/// Appends a string without Huffman coding (RFC 7541 section 5.2).
pub fn string(block: &mut Vec<u8>, text: &[u8]) {
    integer(block, 7, 0, text.len());
    block.extend_from_slice(text);
}

/// Appends `value` as an integer with a `prefix`-bit prefix (RFC 7541 section 5.1), `pattern` in
/// the bits before it.
pub fn integer(block: &mut Vec<u8>, prefix: u8, pattern: u8, mut value: usize) {
    let limit = (1usize << prefix) - 1;
    if value < limit {
        block.push(pattern | value as u8);
        return;
    }
    block.push(pattern | limit as u8);
    value -= limit;
    while value >= 128 {
        block.push((value % 128) as u8 | 128);
        value /= 128;
    }
    block.push(value as u8);
}

/// Appends a literal that no intermediary may put into a table (RFC 7541 section 6.2.3), as
/// credentials should be sent.
pub fn never_indexed(block: &mut Vec<u8>, name: &str, value: &str) {
    block.push(0x10);
    string(block, name.as_bytes());
    string(block, value.as_bytes());
}

/// What a representation is about (RFC 7541 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Representation<'a> {
    /// A field whose name is this entry of the tables.
    Indexed(usize),
    /// A field whose name is written out. The octets are as they stand, Huffman-coded or not.
    Named(&'a [u8]),
    SizeUpdate,
}

/// The representation at the start of a block, and its length in octets. `None` where it is cut
/// off.
#[must_use]
pub fn first_representation(block: &[u8]) -> Option<(Representation<'_>, usize)> {
    let pattern = *block.first()?;
    let prefix = match pattern {
        0x80.. => 7,
        0x40..=0x7f => 6,
        0x20..=0x3f => 5,
        _ => 4,
    };
    let (index, mut at) = read_integer(block, prefix)?;
    let mut string = || {
        let (length, begins) = read_integer(block.get(at..)?, 7)?;
        let text = block.get(at + begins..)?.get(..length)?;
        at += begins + length;
        Some(text)
    };
    let representation = match (prefix, index) {
        (5, _) => Representation::SizeUpdate,
        (7, _) => Representation::Indexed(index),
        (_, 0) => {
            let name = string()?;
            string()?;
            Representation::Named(name)
        }
        _ => {
            string()?;
            Representation::Indexed(index)
        }
    };
    Some((representation, at))
}

/// Reads an integer with a `prefix`-bit prefix, and its length in octets.
fn read_integer(octets: &[u8], prefix: u8) -> Option<(usize, usize)> {
    let limit = (1usize << prefix) - 1;
    let mut value = usize::from(*octets.first()?) & limit;
    if value < limit {
        return Some((value, 1));
    }
    for (at, octet) in octets.iter().enumerate().skip(1) {
        let part = usize::from(octet & 0x7f).checked_shl(7 * (at as u32 - 1))?;
        value = value.checked_add(part)?;
        if *octet < 128 {
            return Some((value, at + 1));
        }
    }
    None
}

/// Reads the field sections of one direction of a connection, in order.
pub struct Decoder(loona_hpack::Decoder<'static>);

impl Default for Decoder {
    fn default() -> Self {
        Decoder(loona_hpack::Decoder::new())
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

impl Decoder {
    /// Lets the writer choose a dynamic table of up to this many octets: what
    /// SETTINGS_HEADER_TABLE_SIZE allows it.
    pub fn allow_table(&mut self, octets: usize) {
        self.0.set_max_allowed_table_size(octets);
    }

    /// The fields of one complete field section, or why it cannot be read.
    pub fn decode(&mut self, block: &[u8]) -> Result<Vec<Field>, String> {
        self.0.decode(block).map_err(|error| format!("{error:?}"))
    }

    /// Hands name and value of each field of one complete field section to `each`. An indexed field
    /// is not copied, so a block of any content takes no memory beside the dynamic table.
    ///
    /// # Errors
    ///
    /// Why the block cannot be read.
    pub fn read(&mut self, block: &[u8], mut each: impl FnMut(&[u8], &[u8])) -> Result<(), String> {
        self.0.decode_with_cb(block, |name, value| each(&name, &value)).map_err(|error| format!("{error:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let long = "v".repeat(300);
        let fields = [(":status", "200"), ("x-empty", ""), ("x-long", long.as_str())];
        let read = Decoder::default().decode(&encode(&fields)).expect("own encoding");
        let expected: Vec<Field> = fields.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
        assert_eq!(read, expected);
        let mut each = Vec::new();
        Decoder::default()
            .read(&encode(&fields), |name, value| each.push((name.to_vec(), value.to_vec())))
            .expect("own encoding");
        assert_eq!(each, expected);
    }

    #[test]
    fn integers_as_in_the_rfc() {
        for (value, octets) in [(10usize, vec![10u8]), (1337, vec![31, 154, 10]), (31, vec![31, 0])] {
            let mut block = Vec::new();
            integer(&mut block, 5, 0, value);
            assert_eq!(block, octets, "{value}");
        }
    }

    #[test]
    fn representations_end_where_they_should() {
        use Representation::{Indexed, Named, SizeUpdate};
        let named = encode(&[("a", "b")]);
        let mut never = Vec::new();
        never_indexed(&mut never, "a", "b");
        let mut long = Vec::new();
        indexed_literal(&mut long, "a", &"b".repeat(300));
        for (block, representation) in [
            (named, Named(b"a")),
            (never, Named(b"a")),
            (long, Named(b"a")),
            (vec![0x82], Indexed(2)),
            (vec![0xff, 0x80, 0x01], Indexed(255)),
            (vec![0x04, 1, b'/'], Indexed(4)),
            (vec![0x44, 1, b'/'], Indexed(4)),
            (vec![0x3f, 0xe1, 0x1f], SizeUpdate),
        ] {
            let whole = (representation, block.len());
            assert_eq!(first_representation(&block), Some(whole));
            assert_eq!(first_representation(&[block.as_slice(), &[0x82]].concat()), Some(whole));
            for length in 0..block.len() {
                assert_eq!(first_representation(&block[..length]), None, "{representation:?} {length}");
            }
        }
    }

    #[test]
    fn a_length_beyond_all_memory_is_no_panic() {
        let mut block = vec![0, 0xff];
        block.extend([0xff; 12]);
        block.push(1);
        assert_eq!(first_representation(&block), None);
    }

    #[test]
    fn nonsense_is_an_error_and_not_a_panic() {
        let mut seed = 1u32;
        for _ in 0..20_000 {
            let mut decoder = Decoder::default();
            let block: Vec<u8> = (0..12)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 24) as u8
                })
                .collect();
            let _ = decoder.decode(&block);
            let _ = first_representation(&block);
        }
    }
}
