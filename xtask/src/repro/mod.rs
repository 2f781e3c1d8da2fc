//! A program that replays what the peer of a case sends against h2, with nothing but tokio and h2.

use serde::Deserialize;

const SERVER: &str = include_str!("server.rs.in");
const CLIENT: &str = include_str!("client.rs.in");
const PEER: &str = include_str!("peer.rs.in");

/// The side that h2 plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Server,
    Client,
}

/// The manifest of the program; the version decides which h2 is shown.
pub(crate) fn manifest(h2_version: &str) -> String {
    format!(
        "[package]\nname = \"repro\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\n\n\
         [workspace]\n\n[dependencies]\nh2 = \"={h2_version}\"\n\
         tokio = {{ version = \"1\", features = [\"io-util\", \"macros\", \"rt\", \"time\"] }}\n"
    )
}

/// The program for `case`: h2 plays `role`, the peer sends `peer_bytes`.
pub(crate) fn program(case: &str, role: Role, peer_bytes: &[u8]) -> String {
    let subject = match role {
        Role::Server => SERVER,
        Role::Client => CLIENT,
    };
    format!(
        "//! Replays the peer of `{case}` and prints every frame that h2 answers with.\n\n\
         {PEER}\n{subject}\n/// What the peer sends.\nconst PEER_BYTES: &[u8] = &[\n{}];\n",
        rows(peer_bytes)
    )
}

/// Sixteen bytes a line.
fn rows(bytes: &[u8]) -> String {
    let row = |row: &[u8]| {
        let row: Vec<String> = row.iter().map(|byte| format!("0x{byte:02x},")).collect();
        format!("    {}\n", row.join(" "))
    };
    bytes.chunks(16).map(row).collect()
}

/// The bytes that pairs of hexadecimal digits stand for.
pub(crate) fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal() {
        assert_eq!(bytes_from_hex("00fF10"), Some(vec![0, 255, 16]));
        assert_eq!(bytes_from_hex("0"), None);
        assert_eq!(bytes_from_hex("0x"), None);
    }

    #[test]
    fn rows_of_sixteen() {
        let text = rows(&[1; 17]);
        assert_eq!(text.lines().count(), 2);
        assert_eq!(text.matches("0x01,").count(), 17);
    }
}
