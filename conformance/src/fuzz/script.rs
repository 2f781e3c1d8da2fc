//! A plan as a script: mostly legal frames of a peer, some of them changed, and every call of the
//! API beside them.
//!
//! Unlike a [peer that obeys RFC 9113](crate::legal) this one may do anything; unlike
//! [`super::input`] it knows what frames are, so that most connections get somewhere.

use std::time::Duration;

use crate::case::{Case, Config, Deadlines, Needs, Role};
use crate::legal::plan::{Draw, Plan};
use crate::script::{App, Credit, Handles, PeerBehavior, Script, Sent, Step, UpdatePolicy, Upload};
use crate::wire::build::*;
use crate::wire::code::{kind, setting, DEFAULT_WINDOW, MAX_WINDOW};
use crate::wire::{hpack, Frame};

/// Octets of an increment or a size that a frame may name.
const SIZES: [u32; 10] = [0, 1, 100, 16_384, 16_385, DEFAULT_WINDOW, DEFAULT_WINDOW + 1, 1 << 20, MAX_WINDOW, u32::MAX];
/// Octets of content of one call or one upload.
const LARGEST: u32 = 200_000;

/// Frames of one upload, at most.
const MOST_FRAMES: u32 = 300;

/// What the generator knows of the connection: streams by their identifiers.
struct Known {
    role: Role,
    /// The last stream of the client and of the server, as far as they were opened.
    client: u32,
    server: u32,
    /// The peer has sent what is no frame: where the next one begins is not known any more.
    out_of_step: bool,
}

impl Known {
    /// Takes the client's next stream.
    fn next_of_client(&mut self) -> u32 {
        let next = if self.client == 0 { 1 } else { self.client + 2 };
        self.client = next;
        next
    }

    fn next_of_server(&mut self) -> u32 {
        self.server += 2;
        self.server
    }

    /// A stream: mostly one that was opened, the latest ones before others.
    fn any(&self, draw: &mut Draw) -> u32 {
        let behind = 2 * draw.one(&[0, 0, 0, 1, 1, 2, 3, 7]);
        match draw.below(20) {
            0 => draw.one(&[0, 2, 4, self.client + 2, self.client + 4, 0x7fff_ffff]),
            1 | 2 if self.server > 0 => self.server.saturating_sub(behind).max(2),
            _ => self.client.max(1).saturating_sub(behind).max(1),
        }
    }
}

/// The set-up of the subject, and what is done to it.
#[must_use]
pub fn scenario(plan: &Plan) -> (Case, Script) {
    let mut draw = Draw::new(&plan.setup);
    let is_server = plan.role == Role::Server;
    let needs = if draw.chance(25) { Needs::Wire } else { Needs::Api };
    let config = config(&mut draw);
    let mut script = Script::new(is_server);
    script.behavior = PeerBehavior {
        ack_settings: !draw.chance(5),
        ack_ping: !draw.chance(5),
        credit: draw.one(&[
            Credit::Never,
            Credit::Never,
            Credit::AtOnce,
            Credit::WhenExhausted,
            Credit::Portions(1_000),
        ]),
    };
    script.open_with(own_settings(&mut draw));
    let config = Config {
        deadlines: draw.chance(30).then(|| deadlines(&mut draw)),
        // Rarely: it takes an oracle away.
        abuse: [Some((1, 0)), Some((20, 1)), Some((1_000, 100_000))].get(draw.below(18) as usize).copied().flatten(),
        is_lenient: draw.chance(20),
        is_observed: draw.chance(20),
        ..config
    };
    let mut known = Known { role: plan.role, client: 0, server: 0, out_of_step: false };
    for op in &plan.ops {
        operation(&mut script, &mut Draw::new(op), &mut known);
    }
    script.go_on_reading();
    script.settle();
    let case = Case { role: plan.role, needs, config, ..Case::DEFAULT };
    (case, script)
}

fn config(draw: &mut Draw) -> Config {
    let own = crate::legal::config(draw);
    // A window of one octet makes as many frames as an upload has octets.
    Config {
        connection_send_buffer: draw.one(&[None, None, None, Some(1_000), Some(100_000)]),
        update_policy: draw.one(&[
            None,
            None,
            None,
            Some(UpdatePolicy { percent: 1, min_increment: 1, min_interval: 0 }),
            Some(UpdatePolicy { percent: 90, min_increment: 5_000, min_interval: 100 }),
        ]),
        data_frame_budget: draw.one(&[None, None, None, Some(10_000)]),
        stream_window: own.stream_window.filter(|octets| *octets != 1),
        ..own
    }
}

fn deadlines(draw: &mut Draw) -> Deadlines {
    let mut millis = || draw.one(&[None, None, Some(1), Some(50), Some(900), Some(20_000), Some(600_000)]);
    Deadlines {
        handshake: millis(),
        settings_ack: millis(),
        keep_alive: millis(),
        idle: millis(),
        max_age: millis(),
        max_age_drain: millis(),
        write: millis(),
        stream_write: millis(),
        shutdown_ping: millis(),
        shutdown_drain: millis(),
        flush: millis(),
        close: millis(),
    }
}

fn own_settings(draw: &mut Draw) -> Frame {
    let frame = settings();
    match draw.below(6) {
        0 => frame.with(setting::INITIAL_WINDOW_SIZE, draw.one(&[0, 100, 1_000, 1 << 20, MAX_WINDOW])),
        1 => frame.with(setting::MAX_CONCURRENT_STREAMS, draw.one(&[0, 1, 2, 100])),
        2 => frame.with(setting::HEADER_TABLE_SIZE, draw.one(&[0, 100, 65_536])),
        3 => frame.with(setting::MAX_FRAME_SIZE, draw.one(&[16_384, 16_385, (1 << 24) - 1])),
        _ => frame,
    }
}

/// One operation: frames, or a call.
fn operation(script: &mut Script, draw: &mut Draw, known: &mut Known) {
    match draw.below(100) {
        // Only the application still does something that can be judged.
        0..=44 | 90 | 91 | 98 if known.out_of_step => {}
        0..=44 => {
            let mut frames = frames(draw, known);
            if draw.chance(6) {
                let at = draw.below(frames.len() as u32) as usize;
                frames[at] = changed(frames[at].clone(), draw, known);
            }
            if known.out_of_step {
                // The subject reads something else than what the frames are.
                return frames.into_iter().for_each(|frame| script.raw(&frame.to_bytes()));
            }
            match draw.chance(70) {
                true => frames.into_iter().for_each(|frame| script.send(frame)),
                false => script.burst(frames),
            }
        }
        45..=89 => {
            let call = call(draw, known);
            script.app(call);
        }
        90 | 91 => script.upload_in(upload(draw, known)),
        92 | 93 => script.steps.push(Step::Block(draw.chance(50))),
        94..=97 => script.elapse(Duration::from_millis(draw.one(&[1, 20, 100, 1_000, 31_000, 3_600_000]))),
        98 => {
            known.out_of_step = true;
            script.raw(&[draw.octet(), draw.octet(), draw.octet()]);
        }
        _ if draw.chance(20) => script.close(),
        _ => script.settle(),
    }
}

fn upload(draw: &mut Draw, known: &Known) -> Upload {
    let stream = known.any(draw);
    let frame = draw.one(&[1, 100, 16_384]);
    let length = draw.below(LARGEST.min(MOST_FRAMES * frame)).into();
    let padding = draw.one(&[None, None, Some(0), Some(10), Some(255)]);
    Upload { stream, length, frame: frame as usize, padding, end: draw.chance(50) }
}

/// Frames that belong together.
fn frames(draw: &mut Draw, known: &mut Known) -> Vec<Frame> {
    match draw.below(20) {
        0..=5 => head(draw, known),
        6..=9 => {
            let frame = data(known.any(draw), draw.size(16_384));
            let frame = if draw.chance(15) { frame.padded(draw.octet()) } else { frame };
            vec![if draw.chance(40) { frame.end_stream() } else { frame }]
        }
        10 => vec![reset(known.any(draw), draw.below(15))],
        11 | 12 => {
            let stream = if draw.chance(40) { 0 } else { known.any(draw) };
            vec![window_update(stream, draw.one(&SIZES))]
        }
        13 => vec![own_settings(draw)],
        14 => vec![ping([draw.octet(); 8])],
        15 => vec![goaway(draw.one(&[0, 1, 2, 3, known.client, known.server, MAX_WINDOW]), draw.below(15))],
        16 => vec![priority(known.any(draw))],
        17 => vec![unknown(known.any(draw))],
        18 => vec![trailers(known.any(draw))],
        _ => many(draw, known),
    }
}

/// The head of a message, or a promise; sometimes in pieces.
fn head(draw: &mut Draw, known: &mut Known) -> Vec<Frame> {
    let is_new = draw.chance(80);
    let frame = match known.role {
        Role::Server => {
            let stream = if is_new { known.next_of_client() } else { known.any(draw) };
            let request = headers(stream, &request_fields(draw));
            if draw.chance(50) {
                request.end_stream()
            } else {
                request
            }
        }
        Role::Client if draw.chance(15) => {
            let promised = if is_new { known.next_of_server() } else { known.any(draw) };
            push_promise(known.any(draw), promised)
        }
        Role::Client => {
            let status = draw.one(&[200, 200, 200, 204, 304, 103, 100, 500]);
            let response = response(known.any(draw), status);
            if draw.chance(40) {
                response.end_stream()
            } else {
                response
            }
        }
    };
    let frame = if draw.chance(5) { frame.padded(draw.octet()) } else { frame };
    if !draw.chance(8) || frame.kind != kind::HEADERS || frame.payload.len() < 2 {
        return vec![frame];
    }
    let (first, rest) = frame.payload.split_at(1 + draw.below(frame.payload.len() as u32 - 1) as usize);
    vec![frame.clone().payload(first).continues(), continuation(frame.stream, rest.to_vec())]
}

fn request_fields(draw: &mut Draw) -> Vec<(&'static str, &'static str)> {
    let method = draw.one(&["GET", "GET", "POST", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT"]);
    let mut fields = vec![(":method", method), (":scheme", "http"), (":path", "/"), (":authority", "example.test")];
    match draw.below(12) {
        0 => fields.push(("content-length", draw.one(&["0", "1", "100", "70000", "x"]))),
        1 => fields.push(("te", draw.one(&["trailers", "gzip"]))),
        2 => fields.push(("connection", "close")),
        3 => fields.push(("Upper-Case", "1")),
        4 => drop(fields.remove(draw.below(4) as usize)),
        _ => {}
    }
    fields
}

/// Many small frames.
fn many(draw: &mut Draw, known: &mut Known) -> Vec<Frame> {
    let stream = known.any(draw);
    let times = draw.one(&[3, 20, 150]);
    let frame = match draw.below(6) {
        0 => data(stream, 0),
        1 => data(stream, 1),
        2 => ping([0; 8]),
        3 => settings(),
        4 => window_update(stream, 1),
        _ if known.role == Role::Server => {
            let block = hpack::encode(&GET);
            return (0..times)
                .flat_map(|_| {
                    let stream = known.next_of_client();
                    [headers_block(stream, block.clone()), reset(stream, 8)]
                })
                .collect();
        }
        _ => unknown(0),
    };
    vec![frame; times]
}

/// The frame with something wrong.
fn changed(frame: Frame, draw: &mut Draw, known: &mut Known) -> Frame {
    match draw.below(8) {
        0 => Frame { flags: draw.octet(), ..frame },
        1 => frame.on(known.any(draw)),
        2 => frame.with_reserved_bit(),
        3 => {
            let length = draw.below(40) as usize;
            frame.resized(length)
        }
        4 => Frame { kind: draw.below(12) as u8, ..frame },
        5 => {
            known.out_of_step = true;
            frame.declaring(draw.one(&[0, 1, 5, 16_385, 0xff_ffff]))
        }
        _ => {
            let mut payload = frame.payload.clone();
            if !payload.is_empty() {
                let at = draw.below(payload.len() as u32) as usize;
                payload[at] = draw.octet();
            }
            frame.payload(&payload)
        }
    }
}

/// A call of the application.
fn call(draw: &mut Draw, known: &mut Known) -> App {
    let stream = known.any(draw);
    let octets = draw.size(LARGEST as usize);
    let size = draw.one(&[0, 1, 1_000, DEFAULT_WINDOW, 1 << 20, MAX_WINDOW]);
    let policy = draw.one(&[
        UpdatePolicy::DEFAULT,
        UpdatePolicy { percent: 1, min_increment: 1, min_interval: 0 },
        UpdatePolicy { percent: 100, min_increment: 100_000, min_interval: 1_000 },
    ]);
    let of_connection = match draw.below(40) {
        0 => Some(App::SetTargetWindow { octets: size }),
        1 => Some(App::SetInitialWindow { octets: size }),
        2 => Some(App::SetUpdatePolicy { policy }),
        3 => Some(App::SetStreamTarget { stream, octets: size }),
        4 => Some(App::SetStreamUpdatePolicy { stream, policy }),
        5 => Some(App::Ping),
        6 if draw.chance(30) => Some(App::ShutDown),
        7 if draw.chance(10) => Some(App::Abort { code: draw.below(15) }),
        8 if draw.chance(20) => Some(App::DropRequester),
        _ => None,
    };
    if let Some(call) = of_connection {
        return call;
    }
    match (known.role, draw.below(20)) {
        (Role::Client, 0..=5) => {
            known.next_of_client();
            let (method, end) = (draw.one(&["GET", "POST", "HEAD", "CONNECT"]), draw.chance(50));
            match draw.chance(70) {
                true => App::Request { method, end },
                false => App::RequestBeside { method, end },
            }
        }
        (Role::Client, 6 | 7) => App::AwaitResponse { stream },
        (Role::Client, 8) => App::AwaitPush { stream },
        (Role::Server, 0..=4) => App::Respond { stream, status: draw.one(&[200, 200, 204, 500]), end: draw.chance(30) },
        (Role::Server, 5) => {
            known.next_of_server();
            App::Promise { stream }
        }
        (_, 6..=8) => App::Read { stream, octets },
        (_, 9) => App::ReadToEnd { stream },
        (_, 10 | 11) => App::Release { stream, octets },
        (_, 12) => App::Reserve { stream, octets },
        (_, 13) => draw.one(&[Some(()), None]).map_or(App::AwaitCapacity { stream }, |()| App::Capacity { stream }),
        (_, 14) => App::SendData { stream, octets, end: draw.chance(40) },
        (_, 15) => App::WriteAll { stream, octets, end: draw.chance(60) },
        (_, 16) => App::SendTrailers { stream },
        (_, 17) => App::Reset { stream, code: draw.below(15) },
        (_, 18) => App::AwaitReset { stream },
        _ => {
            let what = draw.one(&[Handles::All, Handles::All, Handles::Receive, Handles::Send, Handles::Response]);
            match draw.chance(15) {
                true => App::AwaitDrained { stream },
                false => App::Drop { stream, what },
            }
        }
    }
}

/// Octets that the peer writes, and those that a call may have the subject write.
#[must_use]
pub fn asked(script: &Script) -> usize {
    let of_step = |step: &Step| match step {
        Step::Write(sent) => sent
            .iter()
            .map(|sent| match sent {
                Sent::Frame(frame) => frame.payload.len() + 9,
                Sent::Raw(octets) => octets.len(),
            })
            .sum(),
        Step::Upload(upload) => upload.length as usize,
        Step::App(_) => 50,
        _ => 0,
    };
    script.steps.iter().map(of_step).sum()
}
