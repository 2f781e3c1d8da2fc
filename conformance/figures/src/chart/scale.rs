//! `scale`: the time of an operation over the number of streams, a panel for each operation and a
//! line for each state.

use plotters::prelude::*;

use super::{picture, printable, text, Area, Drawn, Series, FAINT, FONT, FORK, INK, PEERS, UPSTREAM};
use crate::{Figures, Row};

/// Panels beside each other, and the height of one.
const COLUMNS: usize = 3;
const HEIGHT: usize = 300;

/// An operation, and its rows by state and number.
struct Panel<'a> {
    operation: &'a str,
    rows: Vec<(&'a str, u64, &'a Row)>,
}

pub(super) fn draw(figures: &Figures) -> Option<String> {
    let (mut panels, mut states): (Vec<Panel<'_>>, Vec<&str>) = Default::default();
    for (operation, state, number, row) in figures.rows.iter().filter_map(place) {
        if !states.contains(&state) {
            states.push(state);
        }
        match panels.iter_mut().find(|panel| panel.operation == operation) {
            Some(panel) => panel.rows.push((state, number, row)),
            None => panels.push(Panel { operation, rows: vec![(state, number, row)] }),
        }
    }
    if panels.is_empty() {
        return None;
    }
    let legend: Vec<Series> =
        states.iter().enumerate().map(|(at, state)| Series { name: printable(state), colour: colour(at) }).collect();
    let lines = panels.len().div_ceil(COLUMNS);
    let title = "CPU time of one operation beside N streams or connections: fork thick, release thin";
    let height = u32::try_from(64 + lines * HEIGHT).unwrap_or(u32::MAX);
    Some(picture(title, &legend, height, |area| {
        let areas = area.split_evenly((lines, COLUMNS));
        panels.iter_mut().zip(&areas).try_for_each(|(panel, area)| draw_panel(panel, &states, area))
    }))
}

fn place(row: &Row) -> Option<(&str, &str, u64, &Row)> {
    let mut parts = row.name.split('/');
    let (operation, state, number) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    (number > 0 && parts.next().is_none()).then_some((operation, state, number, row))
}

fn colour(at: usize) -> RGBColor {
    const ALL: [RGBColor; 6] = [FORK, UPSTREAM, PEERS[0], PEERS[1], PEERS[2], PEERS[3]];
    ALL[at % ALL.len()]
}

fn draw_panel(panel: &mut Panel<'_>, states: &[&str], area: &Area<'_>) -> Drawn {
    panel.rows.sort_by_key(|(_, number, _)| *number);
    let numbers = || panel.rows.iter().map(|(_, number, _)| *number as f64);
    let (first, last) = numbers().fold((f64::MAX, 1.0), |(least, most), n| (n.min(least), n.max(most)));
    let times = panel.rows.iter().flat_map(|(_, _, row)| [row.upstream.0, row.patched.0]).flatten();
    let times = times.filter(|time| *time > 0.0 && time.is_finite());
    let (least, most) = times.fold((1.0_f64, 1.0_f64), |(least, most), time| (time.min(least), time.max(most)));
    let (least, most) = (least.max(1e-3) / 2.0, most.clamp(1.0, 1e12) * 2.0);
    let mut chart = ChartBuilder::on(area)
        .caption(printable(panel.operation), text(15))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d((first * 0.7..last * 1.4).log_scale(), (least..most).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style((FONT, 11).into_font().color(&INK))
        .axis_desc_style((FONT, 12).into_font().color(&INK))
        .x_desc("N")
        .x_labels(6)
        .y_desc("microseconds")
        .y_labels(6)
        .x_label_formatter(&|number| format!("{number}"))
        .y_label_formatter(&|time| format!("{time}"))
        .draw()?;
    for (at, state) in states.iter().enumerate() {
        let rows = || panel.rows.iter().filter(|(known, _, _)| known == state);
        let points = |figure: fn(&Row) -> Option<f64>| -> Vec<Option<(f64, f64)>> {
            rows().map(|(_, n, row)| Some((*n as f64, figure(row)?.clamp(least, most)))).collect()
        };
        for (stroke, radius, points) in [(4, 4, points(|row| row.patched.0)), (1, 2, points(|row| row.upstream.0))] {
            // What does not finish leaves a gap.
            for line in points.split(Option::is_none) {
                let line: Vec<(f64, f64)> = line.iter().copied().flatten().collect();
                chart.draw_series(LineSeries::new(line.iter().copied(), colour(at).stroke_width(stroke)))?;
                chart.draw_series(line.iter().map(|point| Circle::new(*point, radius, colour(at).filled())))?;
            }
        }
    }
    Ok(())
}
