//! Field blocks: what the fork makes of them, and what another decoder does.

use crate::case::{Case, Needs, Role};
use crate::drive::{play, Want};
use crate::script::Script;
use crate::subject::patched;
use crate::wire::build::{headers_block, GET};
use crate::wire::code::error::COMPRESSION_ERROR;
use crate::wire::hpack::{encode, encode_octets, first_representation, integer, Decoder, Representation};
use crate::wire::View;

/// Blocks, at most: each may be a malformed request, and more of those would be a flood.
const MOST: u32 = 500;

/// Sends the octets as the ends of field blocks, each as long as its first octet says; that also
/// says whether the block begins with a size update. The fork refuses a block exactly where another
/// decoder does. What can be decoded is the same again when it was encoded.
///
/// # Panics
/// If that does not hold.
pub fn hpack(data: &[u8]) {
    let mut decoder = Decoder::default();
    let mut script = Script::new(true);
    script.open();
    let (mut rest, mut stream, mut refused) = (data, 1, None);
    while let (Some((length, octets)), None) = (rest.split_first(), &refused) {
        if stream > 2 * MOST {
            break;
        }
        let (tail, behind) = octets.split_at(octets.len().min((length & 0x7f).into()));
        rest = behind;
        let mut block = Vec::new();
        if length & 0x80 != 0 {
            integer(&mut block, 5, 0x20, tail.first().map_or(0, |octet| usize::from(*octet) * 20));
        }
        block.extend(encode(&GET));
        block.extend_from_slice(tail);
        walk(&block, &mut decoder, &mut refused);
        script.send(headers_block(stream, block).end_stream());
        stream += 2;
    }
    let case = Case { role: Role::Server, needs: Needs::Wire, ..Case::DEFAULT };
    let transcript = play(&mut patched::H2::new(&case), &script, true, &|_| Want::Nothing);
    let is_refused = transcript
        .subject_frames()
        .any(|(_, frame)| matches!(View::from(frame), View::GoAway { code: COMPRESSION_ERROR, .. }));
    assert_eq!(
        is_refused,
        refused.is_some(),
        "another decoder says {refused:?} of {}\n{transcript}",
        crate::wire::print::hex(data)
    );
}

fn walk(block: &[u8], decoder: &mut Decoder, refused: &mut Option<String>) {
    let (mut at, mut fields) = (0, 0);
    while let Some((representation, length)) = first_representation(&block[at..]) {
        // It belongs to the beginning of a block (RFC 7541 section 4.2); the other decoder does not
        // mind.
        let is_update = representation == Representation::SizeUpdate;
        fields += usize::from(!is_update);
        if is_update && fields > 0 {
            *refused = Some("a size update behind a field".into());
            return;
        }
        at += length;
    }
    match decoder.decode(block) {
        Err(why) => *refused = Some(why),
        Ok(fields) => {
            assert_eq!(at, block.len(), "a block that can be decoded is made of representations");
            let pairs: Vec<(&[u8], &[u8])> = fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
            assert_eq!(Decoder::default().decode(&encode_octets(&pairs)), Ok(fields.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_nonsense_finds_a_fault() {
        let mut state = 7_u64;
        let mut octet = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        for round in 0..2_000 {
            let mut data = Vec::new();
            for _ in 0..1 + round % 3 {
                let length = octet() % 24;
                data.push(length | (octet() & 0x80));
                // Mostly what begins a representation of one octet or a short literal.
                data.extend((0..length).map(|_| match octet() % 4 {
                    0 => 0x80 | (octet() % 70),
                    1 => octet() % 4,
                    2 => 0x40 | (octet() % 3),
                    _ => octet(),
                }));
            }
            hpack(&data);
        }
    }
}
