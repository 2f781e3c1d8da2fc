//! How a server shares the connection window among its responses, with a client that makes it
//! scarce. In memory and exact, but for the CPU time.

mod peer;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use cpu_time::ThreadTime;
use h2_conformance_wire::code::DEFAULT_WINDOW;

use super::pairs::median_pair;
use crate::figures::{Better, Figures, Row};
use crate::subject::{Answer, Server, Subject, BOTH};
use peer::{Grants, Peer, Response};

/// More than any measurement takes from one response.
const BULK: Answer = Answer::Body(64 << 20);
const CHUNKS: Answer = Answer::Chunks(64 << 20);
const SMALL: Answer = Answer::Body(100);
const MEDIUM: Answer = Answer::Body(200_000);

/// Octets that a bulk response gets on average before shares are compared, and while they are.
const SHARE: usize = 8 * (64 << 10);

/// Peers that give back window in units of so many octets, and how many responses of which size
/// they fetch.
const UNITS: [(&str, u32, usize, Answer); 4] = [
    ("window-zero", DEFAULT_WINDOW, 8, MEDIUM),
    // Fewer octets, because each costs a turn, and because no time passes in which a peer may send
    // more updates than the fork takes at once.
    ("1", 1, 4, Answer::Body(24_000)),
    ("1000", 1000, 8, MEDIUM),
    ("16384", 16_384, 8, MEDIUM),
];

/// Octets of the response whose CPU time is taken.
const TIMED: usize = 64 << 20;

pub(super) fn run() -> Result<Figures, String> {
    let mut rows = shares();
    rows.extend(UNITS.map(|(name, unit, streams, answer)| {
        row(format!("finish/{name}"), "frames", |subject| finish(subject, unit, &vec![answer; streams]))
    }));
    rows.extend(
        [1, 10, 100].map(|idle| row(format!("behind-idle/{idle}"), "frames", |subject| behind_idle(subject, idle))),
    );
    let name = "single-bulk/cpu";
    let print_error = |why: &String| eprintln!("fairness: {name}: {why}");
    let [upstream, patched] = median_pair(|subject| Ok::<_, String>(cpu(subject).inspect_err(print_error).ok()))?;
    rows.push(Row::new(name.into(), "us/MiB", Better::Lower, upstream, patched));
    Ok(Figures::new("fairness", rows))
}

fn shares() -> Vec<Row> {
    let bulks = [("updates-before-small", BULK), ("updates-before-small-as-hyper", CHUNKS)];
    let small = bulks.into_iter().flat_map(|(name, bulk)| {
        [1, 4, 16, 100].map(|streams| {
            row(format!("{name}/{streams}"), "updates", |subject| updates_before_small(subject, bulk, streams))
        })
    });
    let spread = [4, 16, 100].map(|bulk| row(format!("spread/{bulk}"), "ratio", |subject| spread(subject, bulk)));
    small.chain(spread).collect()
}

/// The figure of both. It cannot say why it is missing, so that goes to standard error.
fn row(name: String, unit: &'static str, figure: impl Fn(Subject) -> Result<f64, String>) -> Row {
    let [upstream, patched] = BOTH.map(|(subject, either)| {
        figure(either).inspect_err(|why| eprintln!("fairness: {name} on {subject}: {why}")).ok()
    });
    Row::new(name, unit, Better::Lower, upstream, patched)
}

/// WINDOW_UPDATEs that it takes until a small response has come, asked for while bulk waits for
/// window.
fn updates_before_small(subject: Subject, answer: Answer, bulk: usize) -> Result<f64, String> {
    let mut answers = vec![answer; bulk];
    answers.push(SMALL);
    let mut peer = Peer::connect((subject.respond)(&answers), Grants::Used)?;
    peer.request(bulk)?;
    peer.request(1)?;
    while !peer.responses()[bulk].ended {
        peer.grant()?;
    }
    Ok(peer.updates.into())
}

/// The largest share of bulk responses over the smallest, at its worst: a single moment would
/// favour a stream that just ended a round. Counted from the first grant on, because the window
/// that a connection begins with goes to the first stream, rightly.
fn spread(subject: Subject, bulk: usize) -> Result<f64, String> {
    let mut peer = Peer::connect((subject.respond)(&vec![BULK; bulk]), Grants::Used)?;
    peer.request(bulk)?;
    let at_first: Vec<usize> = peer.responses().iter().map(|response| response.octets).collect();
    let before = peer.octets();
    let mut worst = 1_f64;
    while peer.octets() - before < 2 * bulk * SHARE {
        peer.grant()?;
        if peer.octets() - before >= bulk * SHARE {
            worst = worst.max(ratio(peer.responses(), &at_first).ok_or("a response gets nothing")?);
        }
    }
    Ok(worst)
}

/// The largest over the smallest, each less what it had at first.
fn ratio(responses: &[Response], at_first: &[usize]) -> Option<f64> {
    let octets = || responses.iter().zip(at_first).map(|(response, first)| response.octets - first);
    let smallest = octets().min().filter(|smallest| *smallest > 0)?;
    Some(octets().max()? as f64 / smallest as f64)
}

/// DATA frames of these answers.
fn finish(subject: Subject, unit: u32, answers: &[Answer]) -> Result<f64, String> {
    let mut peer = Peer::connect((subject.respond)(answers), Grants::Every(unit))?;
    peer.request(answers.len())?;
    while !peer.responses().iter().all(|response| response.ended) {
        peer.grant()?;
    }
    whole(&peer, answers)
}

/// DATA frames of one answer behind others that reserve and send nothing.
fn behind_idle(subject: Subject, idle: usize) -> Result<f64, String> {
    let mut answers = vec![Answer::Idle; idle];
    answers.push(MEDIUM);
    let mut peer = Peer::connect((subject.respond)(&answers), Grants::Every(DEFAULT_WINDOW))?;
    peer.request(idle)?;
    peer.request(1)?;
    while !peer.responses()[idle].ended {
        peer.grant()?;
    }
    whole(&peer, &answers)
}

/// DATA frames, if everything has come.
fn whole(peer: &Peer, answers: &[Answer]) -> Result<f64, String> {
    let short = peer.responses().iter().zip(answers).position(|(response, answer)| response.octets != answer.octets());
    match short {
        Some(short) => Err(format!("response {short} ends after {} octets", peer.responses()[short].octets)),
        None => Ok(peer.data_frames.into()),
    }
}

/// Microseconds a mebibyte of one bulk response.
fn cpu(subject: Subject) -> Result<f64, String> {
    let spent = Rc::default();
    let server = Timed { server: (subject.respond)(&[Answer::Body(TIMED)]), spent: Rc::clone(&spent) };
    let mut peer = Peer::connect(Box::new(server), Grants::Used)?;
    peer.request(1)?;
    while !peer.responses()[0].ended {
        peer.grant()?;
    }
    Ok(spent.get().as_secs_f64() * 1e6 / (TIMED >> 20) as f64)
}

/// A server. Its CPU time alone is taken.
struct Timed {
    server: Box<dyn Server>,
    spent: Rc<Cell<Duration>>,
}

impl Server for Timed {
    fn turn(&mut self, octets: &[u8]) -> Result<Vec<u8>, String> {
        let started = ThreadTime::now();
        let written = self.server.turn(octets);
        self.spent.set(self.spent.get() + started.elapsed());
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::{PATCHED, UPSTREAM};

    #[test]
    fn two_runs_give_the_same_figures() {
        assert_eq!(shares(), shares());
    }

    #[test]
    fn a_share_of_nothing_has_no_ratio() {
        let shares = |octets: [usize; 2]| octets.map(|octets| Response { octets, ended: false });
        assert_eq!(ratio(&shares([400, 300]), &[100, 100]), Some(1.5));
        assert_eq!(ratio(&shares([300, 7]), &[0, 7]), None);
    }

    #[test]
    fn nothing_is_in_the_way_of_a_small_response_alone() {
        for (name, subject) in BOTH {
            assert_eq!(updates_before_small(subject, BULK, 0), Ok(0.0), "{name}");
        }
    }

    #[test]
    fn a_small_response_goes_before_the_first_pieces_of_large_ones() {
        for (answer, streams) in [(BULK, 16), (CHUNKS, 16), (CHUNKS, 100)] {
            assert_eq!(updates_before_small(PATCHED, answer, streams), Ok(1.0), "{answer:?}");
        }
    }

    #[test]
    fn a_response_alone_comes_in_full_frames_and_the_ends_of_windows() {
        for (name, subject) in BOTH {
            // Three windows of 65 535 octets, each four frames, and one frame of what is left.
            assert_eq!(behind_idle(subject, 0), Ok(13.0), "{name}");
        }
    }

    #[test]
    fn the_release_stands_still_behind_an_idle_reservation() {
        assert!(behind_idle(UPSTREAM, 1).is_err_and(|why| why.contains("it makes no progress after 65534 octets")));
    }

    #[test]
    fn cpu_time_is_taken() {
        assert!(cpu(PATCHED).is_ok_and(|us| us > 0.0));
    }
}
