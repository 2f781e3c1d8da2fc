//! A client of frames. Its stream windows are as large as can be, so that only the connection's
//! limits.

use h2_conformance_wire::build::{get, opening, settings, window_update};
use h2_conformance_wire::code::{error_name, setting, DEFAULT_WINDOW, MAX_WINDOW};
use h2_conformance_wire::FlowWindows;
use h2_conformance_wire::{Frame, FrameReader, View};

use crate::subject::Server;

/// When the peer gives back connection window, always with nothing under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Grants {
    /// All that was used, as soon as the server sends no more.
    Used,
    /// This many octets each time as many have arrived. With the whole window: only when it is used
    /// up to the last octet.
    Every(u32),
}

/// Updates after which a server counts as one that trickles for ever. One update an octet is the
/// most that is planned.
const UPDATES: u32 = 1_000_000;

pub(super) struct Peer {
    server: Box<dyn Server>,
    grants: Grants,
    frames: FrameReader,
    /// Only the connection's is looked at.
    window: FlowWindows,
    responses: Vec<Response>,
    /// WINDOW_UPDATEs sent.
    pub(super) updates: u32,
    /// DATA frames received.
    pub(super) data_frames: u32,
}

/// What arrived of a response.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Response {
    /// Octets of content.
    pub(super) octets: usize,
    pub(super) ended: bool,
}

impl Peer {
    /// The connection, before any request.
    pub(super) fn connect(server: Box<dyn Server>, grants: Grants) -> Result<Self, String> {
        let mut peer = Peer {
            server,
            grants,
            frames: FrameReader::default(),
            window: FlowWindows::default(),
            responses: Vec::new(),
            updates: 0,
            data_frames: 0,
        };
        peer.turn(&opening(&settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW)))?;
        Ok(peer)
    }

    /// Makes that many requests at once.
    pub(super) fn request(&mut self, count: usize) -> Result<(), String> {
        let mut requests = Vec::new();
        for _ in 0..count {
            get(self.responses.len() as u32 * 2 + 1).encode(&mut requests);
            self.responses.push(Response::default());
        }
        self.turn(&requests)
    }

    /// Grants what is due; an error when nothing is, because then nothing will ever move again.
    pub(super) fn grant(&mut self) -> Result<(), String> {
        let used = i64::from(DEFAULT_WINDOW) - self.window.connection();
        let due = match self.grants {
            Grants::Used => used as u32,
            Grants::Every(octets) if used >= octets.into() => octets,
            Grants::Every(_) => 0,
        };
        if due == 0 {
            return Err(format!(
                "it makes no progress after {} octets with a connection window of {}",
                self.octets(),
                self.window.connection()
            ));
        }
        if self.updates == UPDATES {
            return Err(format!("it sends only {} octets for {UPDATES} updates", self.octets()));
        }
        let update = window_update(0, due);
        self.window.granted(&update);
        self.updates += 1;
        self.turn(&update.to_bytes())
    }

    /// In the order of the requests.
    pub(super) fn responses(&self) -> &[Response] {
        &self.responses
    }

    /// Octets of all of them.
    pub(super) fn octets(&self) -> usize {
        self.responses.iter().map(|response| response.octets).sum()
    }

    fn turn(&mut self, octets: &[u8]) -> Result<(), String> {
        let written = self.server.turn(octets)?;
        self.frames.push(&written);
        while let Some(frame) = self.frames.next_frame() {
            self.book(&frame)?;
        }
        Ok(())
    }

    fn book(&mut self, frame: &Frame) -> Result<(), String> {
        self.window.sent(frame);
        if self.window.connection() < 0 {
            return Err("it sends more than the connection window allows".into());
        }
        let response = (frame.stream as usize).checked_sub(1).and_then(|stream| self.responses.get_mut(stream / 2));
        match (View::from(frame), response) {
            (View::Data { data, .. }, Some(response)) => {
                self.data_frames += 1;
                response.octets += data.len();
                response.ended = frame.ends_stream();
            }
            (View::Reset { code }, _) => return Err(format!("it resets a stream with {}", error_name(code))),
            (View::GoAway { code, .. }, _) => return Err(format!("it ends the connection with {}", error_name(code))),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::build::data;

    use super::*;

    /// Sends the same in each turn.
    struct Parrot(Vec<u8>);

    impl Server for Parrot {
        fn turn(&mut self, _: &[u8]) -> Result<Vec<u8>, String> {
            Ok(self.0.clone())
        }
    }

    fn after_request(frame: Option<Frame>, grants: Grants) -> Peer {
        let octets = frame.map_or(Vec::new(), |frame| frame.to_bytes());
        let mut peer = Peer::connect(Box::new(Parrot(Vec::new())), grants).expect("nothing said, nothing wrong");
        peer.server = Box::new(Parrot(octets));
        peer.request(1).expect("within the window");
        peer
    }

    #[test]
    fn a_server_that_sends_nothing_is_a_stall() {
        for grants in [Grants::Used, Grants::Every(1), Grants::Every(DEFAULT_WINDOW)] {
            assert!(after_request(None, grants).grant().is_err(), "{grants:?}");
        }
    }

    #[test]
    fn a_window_that_is_not_used_up_is_a_stall_only_for_a_sender_that_waits_for_that() {
        let frame = data(1, DEFAULT_WINDOW as usize - 1);
        assert!(after_request(Some(frame.clone()), Grants::Every(DEFAULT_WINDOW)).grant().is_err());
        let mut peer = after_request(Some(frame), Grants::Used);
        assert_eq!((peer.grant(), peer.updates, peer.window.connection()), (Ok(()), 1, 1));
    }

    #[test]
    fn grants_come_in_their_unit() {
        let mut peer = after_request(Some(data(1, 1500)), Grants::Every(1000));
        peer.grant().expect("1500 octets arrived");
        assert_eq!(peer.window.connection(), i64::from(DEFAULT_WINDOW) - 2000);
        assert_eq!(peer.responses[0].octets, 3000);
    }

    #[test]
    fn a_trickle_is_not_followed_for_ever() {
        let mut peer = after_request(Some(data(1, 1)), Grants::Used);
        assert!((0..UPDATES).all(|_| peer.grant().is_ok()));
        assert!(peer.grant().is_err());
    }

    #[test]
    fn more_than_the_window_is_an_error() {
        let mut peer = after_request(Some(data(1, 40_000)), Grants::Every(1));
        assert!(peer.grant().is_err());
    }
}
