//! `wan` and `real-link`: goodput over the round-trip time, a panel for each bandwidth, or for each
//! direction and stack.

use plotters::prelude::*;

use super::{picture, text, Area, Compared, Drawn, FAINT, FONT, FORK, INK};
use crate::{Figures, Row};

/// A panel's name, and its rows by round-trip time in milliseconds.
struct Panel<'a> {
    name: &'a str,
    rows: Vec<(u32, &'a Row)>,
}

/// A scenario's way to be drawn.
pub(super) struct View {
    title: &'static str,
    /// Round-trip time and panel of a row that has some.
    place: fn(&Row) -> Option<(u32, &str)>,
    name: fn(&str) -> String,
    y: &'static str,
    most: f64,
    label: fn(&f64) -> String,
    columns: usize,
    height: u32,
}

pub(super) const WAN: View = View {
    title: "Goodput of one upload after its start, as a share of the link",
    place: of_wan,
    name: in_words,
    y: "goodput, % of the link",
    most: 1.05,
    label: |share| format!("{:.0} %", share * 100.0),
    columns: 2,
    height: 430,
};

pub(super) const REAL_LINK: View = View {
    title: "Goodput over real sockets through a relay of 1 Gbit/s, without any setting",
    place: of_real_link,
    name: super::printable,
    y: "goodput, MB/s",
    most: 135.0,
    label: |megabytes| format!("{megabytes:.0}"),
    columns: 3,
    height: 760,
};

pub(super) fn draw(figures: &Figures, view: &View) -> Option<String> {
    let mut panels: Vec<Panel<'_>> = Vec::new();
    let placed = figures.rows.iter().filter_map(|row| (view.place)(row).map(|(ms, name)| (ms, name, row)));
    for (round_trip, name, row) in placed {
        match panels.iter_mut().find(|panel| panel.name == name) {
            Some(panel) => panel.rows.push((round_trip, row)),
            None => panels.push(Panel { name, rows: vec![(round_trip, row)] }),
        }
    }
    if panels.is_empty() {
        return None;
    }
    let compared = Compared { peers: figures.peers() };
    Some(picture(view.title, &compared.series(), view.height, |area| {
        // More panels than there are meant to be become narrow.
        let rows = if panels.len() > view.columns { 2 } else { 1 };
        let areas = area.split_evenly((rows, panels.len().div_ceil(rows)));
        panels.iter_mut().zip(&areas).try_for_each(|(panel, area)| draw_panel(panel, &compared, view, area))
    }))
}

fn of_wan(row: &Row) -> Option<(u32, &str)> {
    let (round_trip, bandwidth) = row.name.strip_prefix("link-share/")?.split_once('/')?;
    let round_trip = round_trip.strip_suffix("ms")?.parse().ok()?;
    (round_trip > 0 && !bandwidth.is_empty()).then_some((round_trip, bandwidth))
}

fn of_real_link(row: &Row) -> Option<(u32, &str)> {
    let (panel, round_trip) = row.name.rsplit_once('/')?;
    let round_trip = round_trip.strip_suffix("ms")?.parse().ok()?;
    (round_trip > 0 && !panel.is_empty()).then_some((round_trip, panel))
}

fn draw_panel(panel: &mut Panel<'_>, compared: &Compared<'_>, view: &View, area: &Area<'_>) -> Drawn {
    panel.rows.sort_by_key(|(round_trip, _)| *round_trip);
    let ticks: Vec<f64> = panel.rows.iter().map(|(round_trip, _)| f64::from(*round_trip)).collect();
    let (first, last) = (ticks[0] * 0.8, ticks[ticks.len() - 1] * 1.25);
    let mut chart = ChartBuilder::on(area)
        .caption((view.name)(panel.name), text(15))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(58)
        .build_cartesian_2d((first..last).log_scale().with_key_points(ticks), 0.0..view.most)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style((FONT, 13).into_font().color(&INK))
        .axis_desc_style((FONT, 13).into_font().color(&INK))
        .x_desc("round-trip time, ms")
        .x_label_formatter(&|ms| format!("{ms}"))
        .y_desc(view.y)
        .y_labels(6)
        .y_label_formatter(&view.label)
        .draw()?;
    // The fork comes last and is drawn first and broad, so that no line hides another where they
    // meet.
    for (at, series) in compared.series().iter().enumerate().rev() {
        let (stroke, radius) = if series.colour == FORK { (7, 7) } else { (2, 4) };
        let points =
            panel.rows.iter().map(|(round_trip, row)| Some((f64::from(*round_trip), compared.values(row)[at]?)));
        let points: Vec<Option<(f64, f64)>> =
            points.map(|point| point.map(|(x, share)| (x, share.clamp(0.0, view.most)))).collect();
        // A stall leaves a gap.
        for line in points.split(Option::is_none) {
            let line: Vec<(f64, f64)> = line.iter().copied().flatten().collect();
            chart.draw_series(LineSeries::new(line.iter().copied(), series.colour.stroke_width(stroke)))?;
            chart.draw_series(line.iter().map(|point| Circle::new(*point, radius, series.colour.filled())))?;
        }
    }
    Ok(())
}

/// `1Gbit` is how a row's name says it.
fn in_words(bandwidth: &str) -> String {
    let digits = bandwidth.find(|c: char| !c.is_ascii_digit()).unwrap_or(bandwidth.len());
    let (number, unit) = bandwidth.split_at(digits);
    super::printable(&format!("{number} {unit}/s"))
}
