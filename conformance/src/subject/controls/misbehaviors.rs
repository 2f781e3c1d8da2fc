//! The ways of being wrong.

use std::collections::BTreeMap;

use super::Out;
use crate::wire::build::{goaway, ping, reset, response, settings, window_update};
use crate::wire::code::error::{HTTP_1_1_REQUIRED, PROTOCOL_ERROR};
use crate::wire::code::{flag, kind};
use crate::wire::{Frame, View};

/// Closes without a word.
pub(super) fn closes(out: &mut Out, _: &Frame) {
    out.closed = true;
}

/// Objects to everything, never with the right code.
pub(super) fn wrong_code(out: &mut Out, _: &Frame) {
    out.send(&goaway(0, HTTP_1_1_REQUIRED));
    out.closed = true;
}

/// Does what the frame asks for on its face: acknowledges, answers, returns credit.
pub(super) fn yes_man(out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    let octets = frame.flow_controlled();
    if octets > 0 {
        out.send(&window_update(0, octets));
        out.send(&window_update(frame.stream, octets));
    }
    answer(out, frame);
}

/// Answers every request with 400.
pub(super) fn refuses(out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    if out.serves && frame.ends_stream() && frame.stream != 0 {
        out.send(&response(frame.stream, 400).end_stream());
    }
}

/// Resets every stream at its HEADERS.
pub(super) fn resets(out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    if frame.kind == kind::HEADERS && frame.stream != 0 {
        out.send(&reset(frame.stream, PROTOCOL_ERROR));
    }
}

/// Ends the connection at the first HEADERS.
pub(super) fn goes_away(out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    if frame.kind == kind::HEADERS {
        out.send(&goaway(frame.stream, PROTOCOL_ERROR));
        out.closed = true;
    }
}

/// Octets of credit held back per stream until the stream ends.
pub(super) type Held = BTreeMap<u32, u32>;

/// As the yes-man, but the last octet of a stream's credit comes with its END_STREAM: a stream that
/// is reset never gets it.
pub(super) fn leaks(held: &mut Held, out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    let mut due = frame.flow_controlled();
    if due > 0 {
        out.send(&window_update(frame.stream, due));
        let held = held.entry(frame.stream).or_insert_with(|| {
            due -= 1;
            1
        });
        if frame.ends_stream() {
            due += std::mem::take(held);
        }
    } else if frame.ends_stream() {
        due = held.remove(&frame.stream).unwrap_or(0);
    }
    if due > 0 {
        out.send(&window_update(0, due));
    }
    answer(out, frame);
}

/// As the yes-man, but padding and its length get no credit.
pub(super) fn leaks_padding(out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    if let View::Data { data, .. } = View::from(frame) {
        if !data.is_empty() {
            out.send(&window_update(0, data.len() as u32));
        }
    }
    answer(out, frame);
}

/// Credit of the connection comes with the END_STREAM of a stream, so that there is none where a
/// stream is reset.
pub(super) fn leaks_resets(held: &mut Held, out: &mut Out, frame: &Frame) {
    acknowledge(out, frame);
    if frame.kind == kind::RST_STREAM {
        held.insert(frame.stream, 0);
    } else {
        *held.entry(frame.stream).or_default() += frame.flow_controlled();
    }
    if frame.ends_stream() && frame.stream != 0 {
        let due = held.remove(&frame.stream).unwrap_or(0);
        if due > 0 {
            out.send(&window_update(0, due));
        }
    }
    answer(out, frame);
}

fn acknowledge(out: &mut Out, frame: &Frame) {
    match frame.kind {
        kind::SETTINGS if !frame.has(flag::ACK) => out.send(&settings().ack()),
        kind::PING if !frame.has(flag::ACK) => out.send(&ping([0; 8]).payload(&frame.payload).resized(8).ack()),
        _ => {}
    }
}

fn answer(out: &mut Out, frame: &Frame) {
    if out.serves && frame.ends_stream() && frame.stream != 0 {
        out.accepted.push(frame.stream);
        out.send(&response(frame.stream, 200).end_stream());
    }
}
