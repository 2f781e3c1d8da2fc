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
        }
    }
}
