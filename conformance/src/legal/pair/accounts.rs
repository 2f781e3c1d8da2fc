//! What both applications did and got, and what crossed the wire.

use std::collections::{BTreeMap, BTreeSet};

use super::{CLIENT, SERVER};
use crate::legal::application::{News, Part};
use crate::legal::content::{content, From};
use crate::legal::heard::{began, came};
use crate::legal::peer::{ensure, Finding, Half, Message, Trace};
use crate::wire::code::error::{CANCEL, NO_ERROR, REFUSED_STREAM};
use crate::wire::code::{error_name, kind};
use crate::wire::{FlowWindows, Frame, FrameReader, View, PREFACE};

/// A stream as the application of one end knows it.
#[derive(Debug, Default)]
struct Hand {
    sent: Message,
    got: Message,
    /// Codes with which it reset the stream.
    resets: Vec<u32>,
    dropped: bool,
    declines: bool,
    parent: Option<u32>,
}

impl Hand {
    fn gave_up(&self) -> bool {
        self.dropped || self.declines || !self.resets.is_empty()
    }
}

/// What one end wrote, and what its application said.
#[derive(Debug, Default)]
struct End {
    hands: BTreeMap<u32, Hand>,
    reader: FrameReader,
    preface_due: bool,
    /// What it may send.
    granted: FlowWindows,
    ended: Option<Result<(), String>>,
}

#[derive(Debug)]
pub(super) struct Accounts {
    ends: [End; 2],
    /// Streams that were refused on the wire.
    refused: BTreeSet<u32>,
    goes_away: bool,
    /// The end that is judged, where one is the release.
    judged: Option<usize>,
    /// What the release did wrong.
    excuse: Option<String>,
}

impl Accounts {
    pub(super) fn new(judged: Option<usize>) -> Self {
        let mut ends: [End; 2] = Default::default();
        ends[CLIENT].preface_due = true;
        Accounts { ends, refused: BTreeSet::new(), goes_away: false, judged, excuse: None }
    }

    pub(super) fn goes_away(&self) -> bool {
        self.goes_away || self.is_excused()
    }

    /// Whether what follows is a matter of the release.
    pub(super) fn is_excused(&self) -> bool {
        self.excuse.is_some()
    }

    pub(super) fn have_ended(&self) -> bool {
        self.ends.iter().all(|end| end.ended.is_some())
    }

    /// Something is wrong. At the release it is no finding.
    fn blame(&mut self, at: usize, finding: Finding) -> Finding {
        match (finding, self.judged) {
            (Err(why), Some(judged)) if judged != at => {
                self.excuse.get_or_insert(why);
                Ok(())
            }
            (Err(_), _) if self.is_excused() => Ok(()),
            (finding, _) => finding,
        }
    }

    fn hand(&mut self, at: usize, stream: u32) -> &mut Hand {
        self.ends[at].hands.entry(stream).or_default()
    }

    /// Takes what an application did or saw.
    pub(super) fn take(&mut self, at: usize, news: &News) -> Finding {
        let finding = self.take_in(at, news);
        self.blame(at, finding)
    }

    fn take_in(&mut self, at: usize, news: &News) -> Finding {
        match news {
            News::Sent { stream, part } => self.hand(at, *stream).sent.add(part)?,
            News::Got { stream, part } => {
                if let Part::Content(octets) = part {
                    let right = content(*stream, From::Subject, self.hand(at, *stream).got.content, octets.len());
                    ensure(octets == right, || format!("stream {stream}: the content that was read is wrong"))?;
                }
                self.hand(at, *stream).got.add(part).map_err(|why| format!("stream {stream}: {why}"))?;
            }
            News::Promise { parent, promised, .. } => self.hand(at, *promised).parent = Some(*parent),
            News::Failed { stream, call, error } => {
                let expected = self.was_given_up(*stream) || self.goes_away;
                return ensure(expected, || format!("stream {stream}: {call} fails: {error}"));
            }
            News::Reset { stream, code } => self.hand(at, *stream).resets.push(*code),
            News::Dropped { stream } => self.hand(at, *stream).dropped = true,
            News::NoPromises { stream } => self.hand(at, *stream).declines = true,
            News::NoRequests(error) => {
                return ensure(self.goes_away, || format!("a request fails: {error}"));
            }
            News::ShutDown => self.goes_away = true,
            News::Ended(result) => {
                self.ends[at].ended = Some(result.clone());
                let why = |error| format!("the connection fails for an application: {error}");
                return result.clone().map_err(why);
            }
            News::Ping | News::Pong | News::Did { .. } => {}
            News::Livelock => return Err("an end does not come to rest".into()),
        }
        Ok(())
    }

    /// Whether an application gave the stream up, or the one that it was promised on, or an end
    /// refused it.
    fn was_given_up(&self, stream: u32) -> bool {
        let hands = || self.ends.iter().filter_map(|end| end.hands.get(&stream));
        let gave_up = hands().any(Hand::gave_up) || self.refused.contains(&stream);
        let parent = hands().find_map(|hand| hand.parent);
        gave_up || parent.is_some_and(|parent| self.was_given_up(parent))
    }

    /// Takes octets that an end wrote.
    pub(super) fn written(&mut self, at: usize, octets: &[u8], trace: &Trace) -> Finding {
        self.ends[at].reader.push(octets);
        if self.ends[at].preface_due {
            match self.ends[at].reader.strip(PREFACE) {
                Some(true) => self.ends[at].preface_due = false,
                Some(false) => return Err("the client does not begin with the preface".into()),
                None => return Ok(()),
            }
        }
        while let Some(frame) = self.ends[at].reader.next_frame() {
            trace.line(|| format!("{}  {frame}", if at == CLIENT { "client ->" } else { "server ->" }));
            self.ends[at].granted.sent(&frame);
            self.ends[1 - at].granted.heard(&frame);
            let finding = self.frame(at, &frame);
            self.blame(at, finding)?;
        }
        Ok(())
    }

    fn frame(&mut self, at: usize, frame: &Frame) -> Finding {
        if frame.kind == kind::PUSH_PROMISE {
            return Ok(());
        }
        match View::from(frame) {
            View::GoAway { code: NO_ERROR, .. } => self.goes_away = true,
            View::GoAway { code, .. } => return Err(format!("GOAWAY {}", error_name(code))),
            View::Reset { code } => {
                let stream = frame.stream;
                let own = self.ends[at].hands.get(&stream);
                let asked = own.is_some_and(|hand| hand.resets.contains(&code));
                let is_push = stream % 2 == 0;
                let earned = match code {
                    REFUSED_STREAM => true,
                    CANCEL | NO_ERROR => is_push || self.was_given_up(stream),
                    _ => false,
                };
                if !asked {
                    self.refused.insert(stream);
                }
                return ensure(asked || earned, || {
                    format!("stream {stream} is reset with {}, and no application gave reason", error_name(code))
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// What was sent whole came whole, on streams that nothing ended.
    pub(super) fn are_whole(&mut self) -> Finding {
        let none = Hand::default();
        let streams: BTreeSet<u32> = self.ends.iter().flat_map(|end| end.hands.keys().copied()).collect();
        let mut findings = Vec::new();
        for stream in streams {
            let [client, server] = [CLIENT, SERVER].map(|at| self.ends[at].hands.get(&stream).unwrap_or(&none));
            let is_push = stream % 2 == 0;
            findings.push((CLIENT, began(stream, "the client", &server.sent, &client.got)));
            if !is_push {
                findings.push((SERVER, began(stream, "the server", &client.sent, &server.got)));
            }
            let is_open = server.sent.head.is_none() && server.got.head.is_none();
            let is_untaken = is_push && client.got.head.is_none();
            if self.was_given_up(stream) || is_untaken || self.goes_away && is_open {
                continue;
            }
            findings.push((CLIENT, came(stream, "the client", &server.sent, &client.got)));
            if !is_push {
                findings.push((SERVER, came(stream, "the server", &client.sent, &server.got)));
            }
        }
        findings.into_iter().try_for_each(|(at, finding)| self.blame(at, finding))
    }

    /// The last stream of a request.
    pub(super) fn last_request(&self) -> u32 {
        self.ends[CLIENT].hands.keys().copied().filter(|stream| stream % 2 == 1).max().unwrap_or(0)
    }

    /// At least as many requests behind this stream were sent, and all are answered.
    pub(super) fn are_answered(&mut self, last: u32, requests: usize) -> Finding {
        let hands = self.ends[CLIENT].hands.iter();
        let new: Vec<&Hand> =
            hands.filter(|(stream, _)| **stream > last && **stream % 2 == 1).map(|(_, hand)| hand).collect();
        let (sent, answered) = (new.len(), new.iter().filter(|hand| hand.got.half == Half::Ended).count());
        // One that waited before may be among them.
        let are_sent = ensure(sent >= requests, || format!("{sent} of {requests} new requests are sent"));
        let are_answered = ensure(answered == sent, || format!("{answered} of {sent} new requests are answered"));
        self.blame(CLIENT, are_sent)?;
        self.blame(SERVER, are_answered)
    }

    /// The windows of the connection as the sender knows them.
    pub(super) fn windows_are(&mut self, octets: u32) -> Finding {
        for (at, name) in [(CLIENT, "server"), (SERVER, "client")] {
            let window = self.ends[at].granted.connection();
            let finding = ensure(window == i64::from(octets), || {
                format!("the {name}'s window is {window} octets without streams, and its target {octets}")
            });
            self.blame(1 - at, finding)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legal::fields::field;
    use crate::wire::build::{data, get, goaway, reset, window_update};
    use crate::wire::code::error::PROTOCOL_ERROR;

    fn accounts(judged: Option<usize>) -> Accounts {
        let mut accounts = Accounts::new(judged);
        accounts.written(CLIENT, PREFACE, &Trace::default()).expect("a preface");
        accounts
    }

    fn writes(accounts: &mut Accounts, at: usize, frame: &Frame) -> Finding {
        accounts.written(at, &frame.to_bytes(), &Trace::default())
    }

    fn head() -> Part {
        Part::Head(vec![field(":method", "GET")])
    }

    #[test]
    fn a_message_that_does_not_come_is_found() {
        let mut accounts = accounts(None);
        let say = |accounts: &mut Accounts, at, news| accounts.take(at, &news).expect("in order");
        say(&mut accounts, CLIENT, News::Sent { stream: 1, part: head() });
        say(&mut accounts, CLIENT, News::Sent { stream: 1, part: Part::End });
        assert!(accounts.are_whole().is_err());
        say(&mut accounts, SERVER, News::Got { stream: 1, part: head() });
        assert!(accounts.are_whole().is_err());
        say(&mut accounts, SERVER, News::Got { stream: 1, part: Part::End });
        // The server owes a response.
        assert!(accounts.are_whole().is_err());
        assert!(accounts.are_answered(0, 1).is_err());
        let status = || Part::Head(vec![field(":status", "200")]);
        for (at, sends) in [(SERVER, true), (CLIENT, false)] {
            for part in [status(), Part::End] {
                let news = if sends { News::Sent { stream: 1, part } } else { News::Got { stream: 1, part } };
                say(&mut accounts, at, news);
            }
        }
        assert_eq!((accounts.are_whole(), accounts.are_answered(0, 1)), (Ok(()), Ok(())));
        assert!(accounts.are_answered(0, 2).is_err());
        // What a stream that was reset does not bring is not missed.
        say(&mut accounts, CLIENT, News::Sent { stream: 3, part: head() });
        say(&mut accounts, CLIENT, News::Reset { stream: 3, code: CANCEL });
        assert_eq!(accounts.are_whole(), Ok(()));
    }

    #[test]
    fn an_octet_of_credit_is_missed() {
        let mut accounts = accounts(None);
        assert_eq!(accounts.windows_are(65_535), Ok(()));
        writes(&mut accounts, CLIENT, &get(1)).expect("a request");
        writes(&mut accounts, CLIENT, &data(1, 10)).expect("content");
        assert!(accounts.windows_are(65_535).is_err());
        writes(&mut accounts, SERVER, &window_update(0, 9)).expect("credit");
        assert!(accounts.windows_are(65_535).is_err());
        writes(&mut accounts, SERVER, &window_update(0, 1)).expect("credit");
        assert_eq!(accounts.windows_are(65_535), Ok(()));
    }

    #[test]
    fn errors_and_resets_need_a_reason() {
        assert!(writes(&mut accounts(None), SERVER, &goaway(0, PROTOCOL_ERROR)).is_err());
        assert!(writes(&mut accounts(None), SERVER, &reset(1, PROTOCOL_ERROR)).is_err());
        assert!(writes(&mut accounts(None), SERVER, &reset(1, CANCEL)).is_err());
        let mut asked = accounts(None);
        asked.take(SERVER, &News::Reset { stream: 1, code: PROTOCOL_ERROR }).expect("a call");
        assert_eq!(writes(&mut asked, SERVER, &reset(1, PROTOCOL_ERROR)), Ok(()));
        let failed = News::Failed { stream: 3, call: "send", error: "x".into() };
        assert!(asked.take(CLIENT, &failed).is_err());
    }

    #[test]
    fn only_the_judged_end_is_blamed() {
        let mut accounts = accounts(Some(SERVER));
        assert_eq!(writes(&mut accounts, CLIENT, &goaway(0, PROTOCOL_ERROR)), Ok(()));
        // What follows is a matter of the release.
        assert!(accounts.is_excused());
        assert_eq!(writes(&mut accounts, SERVER, &goaway(0, PROTOCOL_ERROR)), Ok(()));
        assert!(writes(&mut self::accounts(Some(SERVER)), SERVER, &goaway(0, PROTOCOL_ERROR)).is_err());
    }
}
