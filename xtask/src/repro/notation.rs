//! Octets as text for a program: hexadecimal digits, a frame a line, and `75*3` for what repeats.

/// Equal octets in a row that are worth shortening.
const RUN: usize = 16;
/// Octets on a line, where they are not shortened.
const LINE: usize = 48;
const HEAD: usize = 9;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The bytes that pairs of hexadecimal digits stand for.
pub(super) fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The lines for `octets`; read one after the other they give the octets again.
pub(super) fn lines(octets: &[u8]) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for frame in frames(octets) {
        for line in frame_lines(frame) {
            match lines.last_mut() {
                Some((last, times)) if *last == line && !line.contains(' ') && !line.contains('*') => *times += 1,
                _ => lines.push((line, 1)),
            }
        }
    }
    let repeated = |(line, times)| if times == 1 { line } else { format!("{line}*{times}") };
    lines.into_iter().map(repeated).collect()
}

/// Cuts after each frame. What is none, because its length lies, is cut somewhere: lines need no meaning.
fn frames(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    if octets.starts_with(PREFACE) {
        let (preface, rest) = octets.split_at(PREFACE.len());
        frames.push(preface);
        octets = rest;
    }
    while !octets.is_empty() {
        let length = match octets.first_chunk::<HEAD>() {
            Some(head) => HEAD + u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize,
            None => octets.len(),
        };
        let (frame, rest) = octets.split_at(length.min(octets.len()));
        frames.push(frame);
        octets = rest;
    }
    frames
}

fn frame_lines(frame: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut plain = 0;
    for run in frame.chunk_by(|a, b| a == b) {
        if run.len() >= RUN {
            let space = if line.is_empty() || line.ends_with(' ') { "" } else { " " };
            line.push_str(&format!("{space}{:02x}*{} ", run[0], run.len()));
            continue;
        }
        for octet in run {
            if plain == LINE {
                lines.push(std::mem::take(&mut line));
                plain = 0;
            }
            line.push_str(&format!("{octet:02x}"));
            plain += 1;
        }
    }
    lines.push(line);
    lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[String]) -> Vec<u8> {
        let mut octets = Vec::new();
        for word in lines.iter().flat_map(|line| line.split_whitespace()) {
            let (digits, times) = word.split_once('*').unwrap_or((word, "1"));
            octets.extend(bytes_from_hex(digits).unwrap().repeat(times.parse().unwrap()));
        }
        octets
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(bytes_from_hex("00fF10"), Some(vec![0, 255, 16]));
        assert_eq!(bytes_from_hex("0"), None);
        assert_eq!(bytes_from_hex("0x"), None);
    }

    #[test]
    fn nothing_is_lost() {
        let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        let data = [&[0, 0, 40, 0, 0, 0, 0, 0, 1][..], &[7; 40]].concat();
        let many: Vec<u8> = (0..=255).collect();
        for octets in [
            Vec::new(),
            vec![0],
            PREFACE.to_vec(),
            [PREFACE, &ping, &ping, &ping, &data, &data, &many].concat(),
            [&data[..], &many].concat(),
            vec![9; 100],
        ] {
            assert_eq!(read(&lines(&octets)), octets);
        }
    }

    #[test]
    fn what_repeats_is_short() {
        let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(lines(&ping.repeat(1000)), ["0000080600000000000102030405060708*1000"]);
        let data = [&[0, 0, 40, 0, 0, 0, 0, 0, 1][..], &[7; 40]].concat();
        assert_eq!(lines(&data), ["000028000000000001 07*40"]);
    }
}
