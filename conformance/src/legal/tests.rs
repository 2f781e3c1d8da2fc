//! The oracles, against runs that are wrong on purpose: news that the application did not have, a
//! subject that sends what it may not, and a peer that is not legal.

use std::cell::Cell;

use super::application::{Application, News, Part, Setup};
use super::fields::field;
use super::peer::{Finding, Peer, Trace};
use super::plan::{Draw, Plan};
use super::play;
use super::player::Player;
use crate::case::Role;
use crate::subject::patched;
use crate::wire::build::*;
use crate::wire::code::setting::INITIAL_WINDOW_SIZE;
use crate::wire::pipe::PeerEnd;
use crate::wire::Frame;

/// Makes other news of what an application says.
type Bend = fn(News) -> Vec<News>;

thread_local! {
    static BEND: Cell<Bend> = const { Cell::new(|news| vec![news]) };
}

/// The fork, with an application whose news are bent.
struct Bent(Box<dyn Application>, Bend);

fn bent(setup: &Setup) -> Box<dyn Application> {
    Box::new(Bent(patched::application(setup), BEND.get()))
}

impl Application for Bent {
    fn act(&mut self, draw: &mut Draw) {
        self.0.act(draw);
    }
    fn run(&mut self) {
        self.0.run();
    }
    fn news(&mut self) -> Vec<News> {
        self.0.news().into_iter().flat_map(self.1).collect()
    }
    fn pipe(&self) -> &PeerEnd {
        self.0.pipe()
    }
    fn finish(&mut self) {
        self.0.finish();
    }
    fn request(&mut self, requests: usize) {
        self.0.request(requests);
    }
    fn let_go(&mut self) {
        self.0.let_go();
    }
    fn set_target(&mut self, octets: u32) {
        self.0.set_target(octets);
    }
    fn shut_down(&mut self) {
        self.0.shut_down();
    }
}

/// Some plan shows that the news are bent, in these words.
#[track_caller]
fn finds(words: &str, bend: Bend) {
    BEND.set(bend);
    let mut found = Vec::new();
    for seed in 0..400 {
        for role in [Role::Server, Role::Client] {
            let finding = play(&Plan::from_seed(role, seed), bent, false).finding;
            if finding.iter().any(|finding| finding.contains(words)) {
                return;
            }
            found.extend(finding);
        }
    }
    panic!("expected {words:?}, found {:?}", found.first());
}

/// The news without those of which this holds.
fn without(news: News, holds: impl Fn(&News) -> bool) -> Vec<News> {
    if holds(&news) {
        Vec::new()
    } else {
        vec![news]
    }
}

#[test]
fn a_message_that_comes_in_part_is_found() {
    finds("content that was read is wrong", |news| {
        without(news, |news| matches!(news, News::Got { part: Part::Content(octets), .. } if octets.len() > 1))
    });
    finds("did not get the trailers", |news| {
        without(news, |news| matches!(news, News::Got { part: Part::Trailers(_), .. }))
    });
    finds("did not get the end", |news| without(news, |news| matches!(news, News::Got { part: Part::End, .. })));
    finds("out of order", |news| without(news, |news| matches!(news, News::Got { part: Part::Head(_), .. })));
    finds("of 1 octets", |news| {
        without(news, |news| matches!(news, News::Got { part: Part::Content(octets), .. } if octets.len() == 1))
    });
}

#[test]
fn a_message_that_changed_is_found() {
    finds("content that was read is wrong", |news| match news {
        News::Got { stream, part: Part::Content(octets) } if !octets.is_empty() => {
            let mut octets = octets.to_vec();
            *octets.last_mut().expect("there are some") ^= 1;
            vec![News::Got { stream, part: Part::Content(octets.into()) }]
        }
        news => vec![news],
    });
    let more = |news| match news {
        News::Got { stream, part: Part::Head(mut fields) } => {
            fields.push(field("x-more", "1"));
            vec![News::Got { stream, part: Part::Head(fields) }]
        }
        news => vec![news],
    };
    finds("the head for the application differs", more);
    finds("the head for the peer differs", |news| match news {
        News::Sent { stream, part: Part::Head(mut fields) } => {
            fields.pop();
            vec![News::Sent { stream, part: Part::Head(fields) }]
        }
        news => vec![news],
    });
    finds("the trailers for the peer differs", |news| {
        without(news, |news| matches!(news, News::Sent { part: Part::Trailers(_), .. }))
    });
    finds("out of order", |news| match news {
        News::Got { part: Part::End, .. } => vec![news.clone(), news],
        news => vec![news],
    });
}

#[test]
fn what_has_no_reason_is_found() {
    finds("and neither side had given reason", |news| without(news, |news| matches!(news, News::Reset { .. })));
    finds("with CANCEL, and neither side", |news| without(news, |news| matches!(news, News::Dropped { .. })));
    finds("nothing ends the connection", |news| without(news, |news| matches!(news, News::ShutDown)));
    finds("poll_data fails", |news| match news {
        News::Got { stream, part: Part::End } => {
            vec![News::Failed { stream, call: "poll_data", error: "for no reason".into() }]
        }
        news => vec![news],
    });
    finds("the connection fails for the application", |news| match news {
        News::Ended(_) => vec![News::Ended(Err("for no reason".into()))],
        news => vec![news],
    });
    finds("the connection does not end", |news| without(news, |news| matches!(news, News::Ended(_))));
    finds("gets no answer", |news| without(news, |news| matches!(news, News::Pong)));
    finds("come to rest", |news| match news {
        News::Got { part: Part::End, .. } => vec![News::Livelock],
        news => vec![news],
    });
}

/// What a client peer says of these frames of a server, after a request and the opening.
fn says(frames: &[Frame]) -> String {
    let mut peer = Peer::new(false, Trace::default());
    peer.send(&settings().with(crate::wire::code::setting::ENABLE_PUSH, 0));
    peer.probe(&mut Draw::new(&[]));
    let opening = [settings(), settings().ack()];
    let octets: Vec<u8> = opening.iter().chain(frames).flat_map(Frame::to_bytes).collect();
    peer.read(&octets).err().unwrap_or_default()
}

#[test]
fn frames_that_the_subject_may_not_send_are_found() {
    let head = || response(1, 200);
    let right = |length| data(1, 0).payload(super::content::content(1, super::content::From::Subject, 0, length));
    assert_eq!(says(&[head(), right(16_384), right(0).end_stream()]), "");
    for (words, frames) in [
        ("nothing is wrong", vec![goaway(0, 1)]),
        ("nothing ends the connection", vec![goaway(0, 0)]),
        ("the stream is idle", vec![data(3, 1)]),
        ("the stream is idle", vec![window_update(5, 1)]),
        ("no message is under way", vec![data(1, 1)]),
        ("the content differs", vec![head(), data(1, 10)]),
        ("the peer allows 16384 octets", vec![head(), right(16_385)]),
        ("windows are then 49151 and", vec![head(), reset(1, 8), right(16_384), right(0)]),
        ("the subject has reset the stream", vec![head(), reset(1, 8), head()]),
        ("the subject has ended the stream", vec![head().end_stream(), head()]),
        ("it has reset the stream before", vec![reset(1, 8), reset(1, 8)]),
        ("trailers end a stream", vec![head(), headers(1, &[("a", "b")])]),
        ("all SETTINGS are acknowledged", vec![settings().ack()]),
        ("no such PING", vec![ping([0; 8]).ack()]),
        ("a window of", vec![window_update(0, (1 << 31) - 1), window_update(0, (1 << 31) - 1)]),
        ("the peer allows no push", vec![push_promise(1, 2)]),
        ("no field section to continue", vec![continuation(1, Vec::new())]),
        ("is not complete", vec![head().continues(), ping([0; 8])]),
        ("is not HPACK", vec![headers_block(1, vec![0xff, 0xff, 0xff])]),
        ("that stream was not opened", vec![response(7, 200)]),
    ] {
        let said = says(&frames);
        let is_window = words.starts_with("windows are") && said.contains("reset the stream");
        assert!(said.contains(words) || is_window, "expected {words:?}, found {said:?}");
    }
    let flood: Vec<Frame> = [head()].into_iter().chain((0..4).map(|_| right(16_384))).collect();
    assert!(says(&flood).contains("differs"), "each part of the content has its place");
}

#[test]
fn more_than_a_window_is_found() {
    let mut frames = vec![response(1, 200)];
    for at in 0..4 {
        let octets = super::content::content(1, super::content::From::Subject, at * 16_384, 16_384);
        frames.push(data(1, 0).payload(octets));
    }
    assert!(says(&frames).contains("windows are then -1 and -1 octets"), "{}", says(&frames));
}

/// What comes of a connection with this frame of the peer.
fn with(frame: &Frame) -> Finding {
    let plan = Plan { ops: Vec::new(), ..Plan::from_seed(Role::Server, 3) };
    let mut player = Player::new(&plan, patched::application, Trace::default());
    player.hurry();
    player.peer.send(&settings());
    player.settle()?;
    frame.encode(&mut player.peer.outbox);
    player.settle()?;
    player.finish()
}

#[test]
fn a_peer_that_is_not_legal_is_found() {
    assert_eq!(with(&unknown(0)), Ok(()));
    for frame in [
        data(99, 1),
        window_update(0, 0),
        settings().with(INITIAL_WINDOW_SIZE, 1 << 31),
        get(2),
        push_promise(1, 2),
        ping([0; 8]).resized(7),
        headers_block(1, vec![0xff, 0xff, 0xff]),
        reset(5, 8),
        settings().ack(),
    ] {
        let finding = with(&frame).err();
        let is_told = finding.as_ref().is_some_and(|finding| finding.contains("GOAWAY") || finding.contains("fails"));
        assert!(is_told || frame == settings().ack(), "{frame}: {finding:?}");
    }
}
