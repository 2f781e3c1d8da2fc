//! The connection's windows over the events of a run, as a small chart.

use std::fmt::{self, Write as _};

use crate::judge::peer_frames::PeerFrames;
use crate::transcript::{EventKind, Transcript};
use crate::wire::FlowWindows;

const WIDTH: usize = 360;
const HEIGHT: usize = 60;
/// Changes below which there is nothing to see.
const LEAST: usize = 4;
/// Samples of a line, about.
const POINTS: usize = 180;

/// Draws the windows of both directions, where they change often enough.
pub(super) fn write(out: &mut String, transcript: &Transcript) -> fmt::Result {
    let lines = sizes(transcript);
    let changes = |line: &[i64]| line.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let shown: Vec<(&str, &str, &[i64])> = [("w-peer", "peer", &lines[0][..]), ("w-subject", "subject", &lines[1][..])]
        .into_iter()
        .filter(|(_, _, line)| changes(line) >= LEAST)
        .collect();
    let (Some(most), Some(least)) = (
        shown.iter().flat_map(|(_, _, line)| line.iter()).copied().max(),
        shown.iter().flat_map(|(_, _, line)| line.iter()).copied().min(),
    ) else {
        return Ok(());
    };
    let least = least.min(0);
    write!(
        out,
        "<figure class=\"windows\"><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"windows of the connection\">"
    )?;
    for (class, _, line) in &shown {
        write!(out, "<polyline class=\"{class}\" points=\"{}\"/>", points(line, least, most))?;
    }
    let of: Vec<String> =
        shown.iter().map(|(class, side, _)| format!("<span class=\"{class}\">the {side}</span>")).collect();
    writeln!(
        out,
        "</svg><figcaption>Window of the connection: what {} may still send, event by event, from {least} to {most} octets</figcaption></figure>",
        of.join(" and ")
    )
}

/// What the peer and what the subject may send, after each event.
fn sizes(transcript: &Transcript) -> [Vec<i64>; 2] {
    let (mut peer, mut subject) = (FlowWindows::default(), FlowWindows::default());
    let mut lines = [vec![peer.connection()], vec![subject.connection()]];
    let mut read = PeerFrames::of(&transcript.events);
    for event in &transcript.events {
        let by_peer = read.read(&event.kind);
        for frame in &by_peer {
            peer.sent(frame);
            subject.granted(frame);
        }
        match &event.kind {
            EventKind::Subject(frame) => {
                subject.sent(frame);
                peer.granted(frame);
            }
            _ if by_peer.is_empty() => continue,
            _ => {}
        }
        lines[0].push(peer.connection());
        lines[1].push(subject.connection());
    }
    lines
}

/// The line as steps, thinned out to about [`POINTS`] samples.
fn points(line: &[i64], least: i64, most: i64) -> String {
    let every = line.len().div_ceil(POINTS);
    let kept: Vec<(usize, i64)> =
        line.iter().copied().enumerate().filter(|(at, _)| at % every == 0 || at + 1 == line.len()).collect();
    let x = |at: usize| at * WIDTH / (line.len() - 1).max(1);
    let span = (most - least).max(1) as f64;
    let y = |size: i64| 2 + ((most - size) as f64 / span * (HEIGHT - 4) as f64) as usize;
    let mut points = String::new();
    let mut before = None;
    for (at, size) in kept {
        // A window keeps its size until the event that changes it.
        if let Some(height) = before.filter(|height| *height != y(size)) {
            let _ = write!(points, "{},{height} ", x(at));
        }
        if before != Some(y(size)) || at + 1 == line.len() {
            let _ = write!(points, "{},{} ", x(at), y(size));
        }
        before = Some(y(size));
    }
    points.truncate(points.trim_end().len());
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Event;
    use crate::wire::build::{data, window_update};
    use std::time::Duration;

    fn drawn(kinds: Vec<EventKind>) -> String {
        let events = kinds.into_iter().map(|kind| Event { at: Duration::ZERO, kind }).collect();
        let mut out = String::new();
        write(&mut out, &Transcript { events }).expect("a string takes any text");
        out
    }

    #[test]
    fn windows_that_change_are_drawn() {
        let round = || [EventKind::Peer(data(1, 1_000)), EventKind::Subject(window_update(0, 1_000))];
        assert_eq!(drawn(round().to_vec()), "", "two changes are none to look at");
        let chart = drawn([round(), round(), round()].concat());
        assert!(chart.contains("what <span class=\"w-peer\">the peer</span> may still send"), "{chart}");
        assert!(chart.contains("from 0 to 65535 octets") && chart.matches("<polyline").count() == 1, "{chart}");
        roxmltree::Document::parse(&chart).expect("elements are closed");
        let many = drawn((0..5_000).flat_map(|_| round()).collect());
        assert!(many.len() < 6_000, "{} octets", many.len());
    }

    #[test]
    fn a_window_below_zero_is_drawn_too() {
        let chart = drawn((0..10).map(|_| EventKind::Subject(data(1, 16_384))).collect());
        assert!(chart.contains("-98305 to 65535 octets"), "{chart}");
    }
}
