//! The first message of TLS, written by hand: rustls makes no handshake below TLS 1.2 and none with
//! a cipher suite that HTTP/2 prohibits.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Types of records and messages (RFC 5246 sections 6.2.1 and 7.4).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
/// Extensions (RFC 6066, 8422 and 7301).
const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;

/// Versions on the wire.
pub const TLS_1_1: u16 = 0x0302;
pub const TLS_1_2: u16 = 0x0303;

/// Octets of an answer that are read at most.
const MOST: usize = 1 << 16;

/// What is proposed.
#[derive(Clone, Copy, Debug)]
pub struct Hello<'a> {
    pub version: u16,
    pub ciphers: &'a [u16],
    /// The host, if it is a name.
    pub server_name: Option<&'a str>,
}

/// What the server says to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The server agrees, on this version, cipher suite and protocol of ALPN.
    Agrees { version: u16, cipher: u16, protocol: Option<Vec<u8>> },
    /// The server refuses, by an alert of this description or by closing.
    Refuses(Option<u8>),
    /// The server says nothing in time, or nothing that is TLS.
    Silent,
}

impl Hello<'_> {
    /// Sends the proposal to the server, and reads what it says within `patience`.
    pub fn send(&self, server: SocketAddr, patience: Duration) -> io::Result<Reply> {
        let mut stream = TcpStream::connect_timeout(&server, patience)?;
        stream.write_all(&self.encode())?;
        let until = Instant::now() + patience;
        let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            if let Some(reply) = read(&answer) {
                return Ok(reply);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || answer.len() > MOST {
                return Ok(Reply::Silent);
            }
            stream.set_read_timeout(Some(left))?;
            match stream.read(&mut piece) {
                Ok(0) => return Ok(Reply::Refuses(None)),
                Ok(count) => answer.extend_from_slice(&piece[..count]),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {}
                    io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
                        return Ok(Reply::Refuses(None))
                    }
                    _ => return Ok(Reply::Silent),
                },
            }
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        if let Some(name) = self.server_name {
            // A list of one name, of the kind 0: a name of a host.
            let entry = [&[0][..], &vector(name.as_bytes())].concat();
            extensions.extend(extension(SERVER_NAME, &vector(&entry)));
        }
        extensions.extend(extension(SUPPORTED_GROUPS, &vector(&[0, 23, 0, 24, 0, 29])));
        extensions.extend(extension(POINT_FORMATS, &[1, 0]));
        if self.version >= TLS_1_2 {
            // ECDSA and RSA with SHA-256, RSA-PSS, and both with SHA-1.
            extensions.extend(extension(SIGNATURE_ALGORITHMS, &vector(&[4, 3, 4, 1, 8, 4, 2, 3, 2, 1])));
        }
        extensions.extend(extension(ALPN, &vector(b"\x02h2\x08http/1.1")));

        let mut hello = self.version.to_be_bytes().to_vec();
        // The random octets protect a connection that is not made.
        hello.extend([b'r'; 32]);
        // No session to resume.
        hello.push(0);
        hello.extend(vector(&self.ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()).collect::<Vec<u8>>()));
        // No compression.
        hello.extend([1, 0]);
        hello.extend(vector(&extensions));

        let mut message = vec![CLIENT_HELLO, 0];
        message.extend(vector(&hello));
        [&[HANDSHAKE, 3, 1][..], &vector(&message)].concat()
    }
}

/// The octets with their length in two octets before them.
fn vector(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).expect("invariant: a proposal has some hundred octets");
    [&length.to_be_bytes()[..], octets].concat()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector(content)].concat()
}

/// Reads the answer. `None`: more octets are needed.
fn read(answer: &[u8]) -> Option<Reply> {
    let mut messages = Vec::new();
    let mut rest = answer;
    loop {
        let (kind, length) = match rest {
            [] => return None,
            [kind @ (ALERT | HANDSHAKE), 3, _, high, low, ..] => {
                (*kind, usize::from(u16::from_be_bytes([*high, *low])))
            }
            [ALERT | HANDSHAKE] | [ALERT | HANDSHAKE, 3] | [ALERT | HANDSHAKE, 3, ..] => return None,
            _ => return Some(Reply::Silent),
        };
        let content = rest.get(5..5 + length)?;
        rest = &rest[5 + length..];
        if kind == ALERT {
            // A warning comes before what it is about.
            match content {
                [1, ..] => continue,
                _ => return Some(Reply::Refuses(content.get(1).copied())),
            }
        }
        messages.extend_from_slice(content);
        if let [kind, a, b, c, body @ ..] = &messages[..] {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            if *kind != SERVER_HELLO {
                return Some(Reply::Silent);
            }
            if let Some(body) = body.get(..length) {
                return Some(server_hello(body).unwrap_or(Reply::Silent));
            }
        }
    }
}

/// `None`: it is cut short.
fn server_hello(body: &[u8]) -> Option<Reply> {
    let pair = |octets: &[u8]| Some(u16::from_be_bytes([*octets.first()?, *octets.get(1)?]));
    let version = pair(body)?;
    let session = usize::from(*body.get(34)?);
    let after = body.get(35 + session..)?;
    let cipher = pair(after)?;
    let mut protocol = None;
    // A server that agrees on no extension may leave the list out.
    let mut extensions = after.get(5..).unwrap_or_default();
    while let (Some(kind), Some(length)) = (pair(extensions), extensions.get(2..).and_then(pair)) {
        let content = extensions.get(4..4 + usize::from(length))?;
        if kind == ALPN {
            let name = usize::from(*content.get(2)?);
            protocol = Some(content.get(3..3 + name)?.to_vec());
        }
        extensions = &extensions[4 + usize::from(length)..];
    }
    Some(Reply::Agrees { version, cipher, protocol })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(version: u16, extensions: &[u8]) -> Vec<u8> {
        let mut hello = version.to_be_bytes().to_vec();
        hello.extend([7; 32]);
        hello.extend([2, 9, 9, 0xc0, 0x13, 0]);
        if !extensions.is_empty() {
            hello.extend(vector(extensions));
        }
        let mut message = vec![SERVER_HELLO, 0];
        message.extend(vector(&hello));
        [&[HANDSHAKE, 3, 2][..], &vector(&message)].concat()
    }

    #[test]
    fn a_proposal_has_its_lengths() {
        let proposal = Hello { version: TLS_1_1, ciphers: &[0xc013], server_name: Some("example.test") }.encode();
        assert_eq!(&proposal[..3], [HANDSHAKE, 3, 1]);
        assert_eq!(usize::from(u16::from_be_bytes([proposal[3], proposal[4]])), proposal.len() - 5);
        assert_eq!(usize::from(u16::from_be_bytes([proposal[7], proposal[8]])), proposal.len() - 9);
        assert_eq!(proposal[9..11], TLS_1_1.to_be_bytes());
        assert!(proposal.windows(12).any(|window| window == b"example.test"));
    }

    #[test]
    fn answers_are_read_as_they_come() {
        let h2 = extension(ALPN, &vector(b"\x02h2"));
        let agrees = |version, protocol| Reply::Agrees { version, cipher: 0xc013, protocol };
        for (octets, reply) in [
            (answer(TLS_1_1, &h2), agrees(TLS_1_1, Some(b"h2".to_vec()))),
            (answer(TLS_1_2, &[extension(0xff01, &[0]), h2.clone()].concat()), agrees(TLS_1_2, Some(b"h2".to_vec()))),
            (answer(TLS_1_1, &[]), agrees(TLS_1_1, None)),
            (vec![ALERT, 3, 3, 0, 2, 2, 70], Reply::Refuses(Some(70))),
            ([vec![ALERT, 3, 3, 0, 2, 1, 112], answer(TLS_1_1, &[])].concat(), agrees(TLS_1_1, None)),
            (b"HTTP/1.1 400 Bad Request".to_vec(), Reply::Silent),
        ] {
            assert_eq!(read(&octets), Some(reply.clone()), "{octets:?}");
            for length in 0..octets.len() {
                let early = read(&octets[..length]);
                assert!(early.is_none() || early == Some(reply.clone()), "{length} of {octets:?}: {early:?}");
            }
        }
    }

    #[test]
    fn garbage_is_no_answer() {
        assert_eq!(read(&[HANDSHAKE, 3, 3, 0, 4, 9, 0, 0, 0]), Some(Reply::Silent));
        assert_eq!(read(&[HANDSHAKE, 3, 3, 0, 6, SERVER_HELLO, 0, 0, 2, 3, 3]), Some(Reply::Silent));
        assert_eq!(read(&[HANDSHAKE, 9, 9]), Some(Reply::Silent));
    }
}
