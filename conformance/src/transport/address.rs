//! Scripts ask for the example's resource, or promise it; an endpoint elsewhere has its own.

use std::ops::Range;

use crate::script::Sent;
use crate::wire::code::{flag, kind};
use crate::wire::hpack::{self, Representation};
use crate::wire::Frame;

/// The largest payload that every peer takes (RFC 9113 section 4.2).
const MAX_PAYLOAD: usize = 16_384;
/// The entries of the static table with the pseudo-header fields of requests (RFC 7541 appendix A).
const PSEUDO: Range<usize> = 1..8;

/// What requests ask for beside what the URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOptions {
    /// The authority, where it is not that of the URL.
    pub authority: Option<String>,
    /// The path of requests with POST, where it is not that of the URL.
    pub upload_path: Option<String>,
    /// Names and values of fields that every request has.
    pub fields: Vec<(String, String)>,
}

/// Fields that belong to one connection, or whose place and value the cases themselves decide (RFC
/// 9113 sections 8.2.2 and 8.3).
const NOT_FURTHER: [&str; 10] = [
    "connection",
    "content-length",
    "cookie",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl RequestOptions {
    /// Reads a field, `name: value`. An error is half a line for the user.
    pub fn read_field(text: &str) -> Result<(String, String), String> {
        let wrong = |why: &str| format!("expected \"name: value\", found {text:?}, {why}");
        let (name, value) = text.split_once(':').ok_or_else(|| wrong("which has no colon"))?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']));
        let is_token = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(wrong("whose name is no token"));
        }
        if value.bytes().any(|octet| octet.is_ascii_control() && octet != b'\t') {
            return Err(wrong("whose value has a control character"));
        }
        match NOT_FURTHER.contains(&name.as_str()) {
            true => Err(wrong("a field that the cases set or leave out themselves")),
            false => Ok((name, value.to_owned())),
        }
    }

    /// Reads an authority, `host` or `host:port`.
    pub fn read_authority(text: &str) -> Result<String, String> {
        let is_authority =
            !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic() && !b"@/?#\\".contains(&octet));
        is_authority.then(|| text.to_owned()).ok_or_else(|| format!("expected HOST or HOST:PORT, found {text:?}"))
    }

    /// Reads a path with or without a query.
    pub fn read_path(text: &str) -> Result<String, String> {
        let is_path = text.starts_with('/') && text.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'#');
        is_path.then(|| text.to_owned()).ok_or_else(|| format!("expected a path that begins with /, found {text:?}"))
    }
}

/// A field as the scripts have it, and as the server is asked. Both are encoded.
type Own = (Vec<u8>, Vec<u8>);

/// The scheme, authority and path to ask for, and further fields. Host names the authority too.
#[derive(Clone, Debug)]
pub struct Address {
    names: [Own; 3],
    path: Own,
    upload_path: Own,
    /// Encoded.
    fields: Vec<u8>,
}

impl Address {
    /// What the URL says; `options` go before it.
    #[must_use]
    pub fn new(scheme: &str, authority: &str, path: &str, options: &RequestOptions) -> Self {
        let own = |name, example, own| (hpack::encode(&[(name, example)]), hpack::encode(&[(name, own)]));
        let authority = options.authority.as_deref().unwrap_or(authority);
        let host = |name| own(name, "example.test", authority);
        let mut fields = Vec::new();
        options.fields.iter().for_each(|(name, value)| hpack::never_indexed(&mut fields, name, value));
        Address {
            names: [host(":authority"), host("host"), own(":scheme", "http", scheme)],
            path: own(":path", "/", path),
            upload_path: own(":path", "/", options.upload_path.as_deref().unwrap_or(path)),
            fields,
        }
    }

    /// Writes them into the requests among what is sent at once. Frames whose length lies, or that
    /// would become too large, are left alone: their exact octets are what their case is about.
    pub fn write_into(&self, burst: &mut [Sent]) {
        let mut rest = burst;
        while let Some(at) = rest.iter().position(has_fragment) {
            let length = block_length(&rest[at..]);
            let (block, behind) = rest[at..].split_at_mut(length);
            self.write_into_block(block);
            rest = behind;
        }
    }

    /// Each frame but the last keeps its length.
    fn write_into_block(&self, frames: &mut [Sent]) {
        let Some(fragments) = frames.iter().map(fragment).collect::<Option<Vec<_>>>() else { return };
        let is_whole = frames.iter().filter_map(Sent::frame).any(|frame| frame.kind != kind::CONTINUATION);
        let mut block = fragments.concat();
        let lengths: Vec<usize> = fragments.iter().map(|fragment| fragment.len()).collect();
        self.rewrite(&mut block, is_whole);
        let Some((last, others)) = lengths.split_last() else { return };
        let length_of_last = block.len().saturating_sub(others.iter().sum());
        let grows = length_of_last > *last;
        let payload = |frame: &Frame| frame.payload.len() - last + length_of_last;
        if grows && frames.last().and_then(Sent::frame).is_some_and(|frame| payload(frame) > MAX_PAYLOAD) {
            return;
        }
        for (at, sent) in frames.iter_mut().enumerate() {
            let length = if at < others.len() { others[at].min(block.len()) } else { block.len() };
            let Sent::Frame(frame) = sent else { continue };
            let Some(range) = range(frame) else { continue };
            frame.payload.splice(range, block.drain(..length));
        }
    }

    fn rewrite(&self, block: &mut Vec<u8>, begins: bool) {
        let is_upload = find(block, &hpack::encode(&[(":method", "POST")])).is_some();
        let path = if is_upload { &self.upload_path } else { &self.path };
        for (example, own) in self.names.iter().chain([path]) {
            if let Some(at) = find(block, example) {
                block.splice(at..at + example.len(), own.iter().copied());
            }
        }
        if let Some(at) = end_of_request(block).filter(|_| begins) {
            block.splice(at..at, self.fields.iter().copied());
        }
    }
}

fn find(block: &[u8], wanted: &[u8]) -> Option<usize> {
    block.windows(wanted.len()).position(|window| window == wanted)
}

fn has_fragment(sent: &Sent) -> bool {
    sent.frame().is_some_and(|frame| matches!(frame.kind, kind::HEADERS | kind::PUSH_PROMISE | kind::CONTINUATION))
}

/// How many of these frames are one field block, of which the first begins or continues one.
fn block_length(frames: &[Sent]) -> usize {
    let goes_on = |pair: &[Sent]| match (pair[0].frame(), pair[1].frame()) {
        (Some(frame), Some(next)) => {
            frame.leaves_block_open() && next.kind == kind::CONTINUATION && next.stream == frame.stream
        }
        _ => false,
    };
    1 + frames.windows(2).take_while(|pair| goes_on(pair)).count()
}

/// Where the fragment of a field block is within a frame's payload.
fn range(frame: &Frame) -> Option<Range<usize>> {
    if frame.declared.is_some() {
        return None;
    }
    let is_padded = frame.kind != kind::CONTINUATION && frame.has(flag::PADDED);
    let padding = if is_padded { usize::from(*frame.payload.first()?) } else { 0 };
    // The fields that stand before the block (RFC 9113 sections 6.2 and 6.6).
    let leading = match frame.kind {
        kind::HEADERS if frame.has(flag::PRIORITY) => 5,
        kind::PUSH_PROMISE => 4,
        _ => 0,
    };
    let begin = usize::from(is_padded) + leading;
    let end = frame.payload.len().checked_sub(padding)?;
    (begin <= end).then_some(begin..end)
}

fn fragment(sent: &Sent) -> Option<&[u8]> {
    let frame = sent.frame()?;
    Some(&frame.payload[range(frame)?])
}

/// The end of the last field of a request; `None` in the block of trailers. A block that breaks off
/// goes on behind it.
fn end_of_request(block: &[u8]) -> Option<usize> {
    let (mut at, mut end) = (0, 0);
    let (mut is_leading, mut is_request) = (true, false);
    while let Some((representation, length)) = hpack::first_representation(&block[at..]) {
        at += length;
        match representation {
            Representation::SizeUpdate => continue,
            Representation::Indexed(index) => is_leading &= PSEUDO.contains(&index),
            Representation::Named(name) => is_leading &= name.starts_with(b":"),
        }
        is_request |= is_leading;
        end = at;
    }
    is_request.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::plays;
    use crate::script::{Script, Step};
    use crate::wire::build::{continuation, get, headers, post, push_promise, GET};

    fn address(options: &RequestOptions) -> Address {
        Address::new("http", "h:1", "/x", options)
    }

    fn written(address: &Address, frames: &[Frame]) -> Vec<Frame> {
        let mut burst: Vec<Sent> = frames.iter().cloned().map(Sent::Frame).collect();
        address.write_into(&mut burst);
        burst.iter().filter_map(Sent::frame).cloned().collect()
    }

    fn addressed(frame: Frame) -> Frame {
        written(&address(&RequestOptions::default()), &[frame]).remove(0)
    }

    #[test]
    fn plain_requests_ask_for_the_address() {
        let own = [GET[0], GET[1], (":path", "/x"), (":authority", "h:1")];
        assert_eq!(addressed(get(1)), headers(1, &own).end_stream());
    }

    #[test]
    fn the_scheme_is_that_of_the_url() {
        let address = Address::new("https", "h:1", "/x", &RequestOptions::default());
        let own = [GET[0], (":scheme", "https"), (":path", "/x"), (":authority", "h:1")];
        assert_eq!(written(&address, &[get(1)]), [headers(1, &own).end_stream()]);
    }

    #[test]
    fn promised_requests_ask_for_it_too() {
        let own = hpack::encode(&[GET[0], GET[1], (":path", "/x"), (":authority", "h:1")]);
        let of = |promise: Frame| promise.payload(&[&[0, 0, 0, 2], &own[..]].concat());
        assert_eq!(addressed(push_promise(1, 2)), of(push_promise(1, 2)));
        assert_eq!(addressed(push_promise(1, 2).padded(3)), of(push_promise(1, 2)).padded(3));
        let short = push_promise(1, 2).resized(3);
        assert_eq!(addressed(short.clone()), short);
    }

    #[test]
    fn host_goes_with_the_authority() {
        let of = |host| headers(1, &[(":authority", host), ("host", host)]);
        assert_eq!(addressed(of("example.test")), of("h:1"));
        assert_eq!(addressed(of("elsewhere.test")), of("elsewhere.test"));
    }

    #[test]
    fn heads_that_are_padded_or_go_on_elsewhere_ask_for_it_too() {
        let own = [GET[0], GET[1], (":path", "/x"), (":authority", "h:1")];
        let plain = headers(1, &own).end_stream();
        assert_eq!(addressed(get(1).padded(3)), plain.clone().padded(3));
        assert_eq!(addressed(get(1).continues()), plain.continues());
        let rest = |fields: &[(&str, &str)]| continuation(1, hpack::encode(fields));
        assert_eq!(addressed(rest(&GET)), rest(&own));
    }

    #[test]
    fn a_head_may_be_split_anywhere() {
        let options = RequestOptions { fields: vec![("a".into(), "b".into())], ..RequestOptions::default() };
        let whole = written(&address(&options), &[get(1)]).remove(0).payload;
        let plain = get(1).payload;
        for at in 0..plain.len() {
            let (head, rest) = plain.split_at(at);
            let split = |stream| [get(stream).payload(head).continues(), continuation(stream, rest.to_vec())];
            let frames = [&split(1)[..], &split(3), &[get(5)]].concat();
            let written = written(&address(&options), &frames);
            for pair in [&written[..2], &written[2..4]] {
                assert_eq!([pair[0].payload.as_slice(), &pair[1].payload].concat(), whole, "{at}");
                assert_eq!(pair[0].payload.len(), at.min(whole.len()));
            }
            assert_eq!(written[4].payload, whole);
        }
    }

    #[test]
    fn uploads_have_a_path_of_their_own() {
        let options = RequestOptions { upload_path: Some("/u".into()), ..RequestOptions::default() };
        let written = written(&address(&options), &[get(1), post(3)]);
        assert!(find(&written[0].payload, &hpack::encode(&[(":path", "/x")])).is_some());
        assert!(find(&written[1].payload, &hpack::encode(&[(":path", "/u")])).is_some());
    }

    #[test]
    fn another_authority_goes_before_that_of_the_url() {
        let options = RequestOptions { authority: Some("o.test".into()), ..RequestOptions::default() };
        let own = [GET[0], GET[1], (":path", "/x"), (":authority", "o.test")];
        assert_eq!(written(&address(&options), &[get(1)]), [headers(1, &own).end_stream()]);
    }

    #[test]
    fn further_fields_stand_behind_those_of_a_request() {
        let options = RequestOptions { fields: vec![("a".into(), "b".into())], ..RequestOptions::default() };
        let write = |frame| written(&address(&options), &[frame]).remove(0);
        let mut further = Vec::new();
        hpack::never_indexed(&mut further, "a", "b");
        let plain = addressed(get(1)).payload;
        let block = |parts: &[&[u8]]| headers(1, &[]).payload(&parts.concat());
        assert_eq!(write(get(1).padded(3)), get(1).payload(&[&plain[..], &further].concat()).padded(3));
        // A size update that is out of place, and a field that is cut off, stay at the end.
        for tail in [&[0x20][..], &[0, 1, b'x', 9, b'y']] {
            let frame = block(&[&get(1).payload, tail]);
            assert_eq!(write(frame), block(&[&plain, &further, tail]));
        }
        let indexed = block(&[&[0x82, 0x87, 0x84]]);
        assert_eq!(write(indexed), block(&[&[0x82, 0x87, 0x84], &further]));
    }

    #[test]
    fn what_users_write_is_read() {
        let field = |text| RequestOptions::read_field(text);
        assert_eq!(field("Authorization:  Basic x "), Ok(("authorization".into(), "Basic x".into())));
        assert_eq!(field("a:"), Ok(("a".into(), String::new())));
        for wrong in ["a", ":path: /", ": x", "a b: c", "a: b\nc", "Host: h", "transfer-encoding: chunked"] {
            let why = field(wrong).expect_err(wrong);
            assert!(why.starts_with("expected \"name: value\"") && !why.contains('\n'), "{why}");
        }
        let authority = |text| RequestOptions::read_authority(text).is_ok();
        assert!(authority("a.test") && authority("a.test:81") && authority("[::1]:81"));
        assert!(!authority("") && !authority("http://a.test") && !authority("a b") && !authority("u@a"));
        let path = |text| RequestOptions::read_path(text).is_ok();
        assert!(path("/") && path("/a?b=c") && !path("a") && !path("/a b") && !path("/a#b") && !path(""));
    }

    #[test]
    fn trailers_get_no_further_fields() {
        let options = RequestOptions { fields: vec![("a".into(), "b".into())], ..RequestOptions::default() };
        for frame in [headers(1, &[("x", "y")]), headers(1, &[]).payload(&[0xbe]), continuation(1, vec![0x82])] {
            assert_eq!(written(&address(&options), std::slice::from_ref(&frame)), [frame]);
        }
    }

    #[test]
    fn other_frames_stay_as_they_are() {
        let filled = |length| headers(1, &[(":path", "/"), ("filler", &"x".repeat(length))]);
        let long = filled(16_384 - filled(1_000).payload.len() + 1_000);
        assert_eq!(long.payload.len(), 16_384);
        for frame in [get(1).declaring(3), headers(1, &[(":path", "//")]), long] {
            assert_eq!(addressed(frame.clone()), frame);
        }
    }

    /// The field blocks of a script, each as far as one write has it.
    fn blocks(script: &Script, address: &Address) -> Vec<Vec<u8>> {
        let mut blocks: Vec<Vec<u8>> = Vec::new();
        let bursts = script.steps.iter().flat_map(|step| match step {
            Step::Write(sent) => vec![sent.clone()],
            Step::UseUpWindow { write, then } => vec![write.clone(), then.clone()],
            _ => Vec::new(),
        });
        for mut burst in bursts {
            address.write_into(&mut burst);
            for frame in burst.iter().filter_map(Sent::frame) {
                match (frame.kind, blocks.last_mut()) {
                    (kind::HEADERS, _) => blocks.push(frame.payload.clone()),
                    (kind::CONTINUATION, Some(block)) => block.extend_from_slice(&frame.payload),
                    _ => {}
                }
            }
        }
        blocks
    }

    #[test]
    fn every_request_has_the_fields_of_the_user() {
        let fields = vec![("authorization".into(), "Basic eDp5".into())];
        let requests = RequestOptions { fields, ..RequestOptions::default() };
        let address = Address::new("http", "h:1", "/x", &requests);
        let has = |block: &[u8], text: &[u8]| block.windows(text.len()).any(|octets| octets == text);
        let lacks = |block: &Vec<u8>| has(block, b":method") && !has(block, b"authorization");
        let catalogue = crate::catalog::all();
        let mut lacking: Vec<&str> = Vec::new();
        for case in catalogue.iter().filter(|case| plays(case)) {
            let blocks = blocks(&case.own_steps(), &address);
            lacking.extend(blocks.iter().filter(|block| lacks(block)).map(|_| case.id));
        }
        // They have to be refused: for a length, for padding that leaves no field block, and for a
        // field in their first half.
        let refused =
            ["framing/headers-above-max-frame-size", "headers/padding-beyond-payload", "malformed/over-continuation"];
        assert_eq!(lacking, refused);
    }
}
