//! `wan`: the share of the link over the round-trip time, a panel for each bandwidth.

use plotters::prelude::*;

use super::{picture, text, Area, Compared, Drawn, FAINT, FONT, FORK, INK};
use crate::figures::{Figures, Row};

/// A bandwidth, and its rows by round-trip time in milliseconds.
struct Panel<'a> {
    bandwidth: &'a str,
    rows: Vec<(u32, &'a Row)>,
}

pub(super) fn draw(figures: &Figures) -> Option<String> {
    let mut panels: Vec<Panel<'_>> = Vec::new();
    for (round_trip, bandwidth, row) in figures.rows.iter().filter_map(place) {
        match panels.iter_mut().find(|panel| panel.bandwidth == bandwidth) {
            Some(panel) => panel.rows.push((round_trip, row)),
            None => panels.push(Panel { bandwidth, rows: vec![(round_trip, row)] }),
        }
    }
    if panels.is_empty() {
        return None;
    }
    let compared = Compared { peers: figures.peers() };
    let title = "Goodput of one upload after its start, as a share of the link";
    Some(picture(title, &compared.series(), 430, |area| {
        let areas = area.split_evenly((1, panels.len()));
        panels.iter_mut().zip(&areas).try_for_each(|(panel, area)| draw_panel(panel, &compared, area))
    }))
}

/// Round-trip time and bandwidth of a row that has some.
fn place(row: &Row) -> Option<(u32, &str, &Row)> {
    let (round_trip, bandwidth) = row.name.strip_prefix("link-share/")?.split_once('/')?;
    let round_trip = round_trip.strip_suffix("ms")?.parse().ok()?;
    (round_trip > 0 && !bandwidth.is_empty()).then_some((round_trip, bandwidth, row))
}

fn draw_panel(panel: &mut Panel<'_>, compared: &Compared<'_>, area: &Area<'_>) -> Drawn {
    panel.rows.sort_by_key(|(round_trip, _)| *round_trip);
    let ticks: Vec<f64> = panel.rows.iter().map(|(round_trip, _)| f64::from(*round_trip)).collect();
    let (first, last) = (ticks[0] * 0.8, ticks[ticks.len() - 1] * 1.25);
    let mut chart = ChartBuilder::on(area)
        .caption(in_words(panel.bandwidth), text(15))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(58)
        .build_cartesian_2d((first..last).log_scale().with_key_points(ticks), 0.0..1.05)?;
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
        .y_desc("goodput, % of the link")
        .y_labels(6)
        .y_label_formatter(&|share| format!("{:.0} %", share * 100.0))
        .draw()?;
    // The fork comes last and is drawn first and broad, so that no line hides another where they meet.
    for (at, series) in compared.series().iter().enumerate().rev() {
        let (stroke, radius) = if series.colour == FORK { (7, 7) } else { (2, 4) };
        let points =
            panel.rows.iter().map(|(round_trip, row)| Some((f64::from(*round_trip), compared.values(row)[at]?)));
        let points: Vec<Option<(f64, f64)>> =
            points.map(|point| point.map(|(x, share)| (x, share.clamp(0.0, 1.05)))).collect();
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
