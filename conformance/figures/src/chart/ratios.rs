//! Any scenario: the fork's figure over upstream's, a bar a row.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::slots::{middle, Slots};
use super::{picture, printable, text, Area, Drawn, Series, FAINT, FONT, FORK, INK, UPSTREAM};
use crate::{Better, Figures, Row};

const LINE: u32 = 24;
/// Bars end there; the number beside them does not.
const FURTHEST: f64 = 100.0;

pub(super) fn draw(figures: &Figures) -> Option<String> {
    // A bound is of the fork alone: there is nothing to compare it with.
    let drawn = || figures.rows.iter().filter(|row| !row.name.starts_with("bound/"));
    drawn().next()?;
    let title = format!("{}: the fork's figures over upstream's", printable(&figures.scenario));
    let legend = [("better", FORK), ("worse", UPSTREAM)];
    let legend = legend.map(|(name, colour)| Series { name: name.into(), colour });
    let height = 64 + 80 + LINE * drawn().count() as u32;
    // The axis goes upwards.
    let rows: Vec<&Row> = drawn().rev().collect();
    Some(picture(&title, &legend, height, |area| draw_rows(&rows, area)))
}

fn draw_rows(rows: &[&Row], area: &Area<'_>) -> Drawn {
    let ratios = || rows.iter().filter_map(|row| row.ratio()).filter(|ratio| *ratio > 0.0);
    let furthest = ratios().map(|ratio| ratio.max(1.0 / ratio)).fold(2.0, f64::max).min(FURTHEST);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(230)
        .build_cartesian_2d((0.6 / furthest..furthest * 1.7).log_scale(), Slots(rows.len()))?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style((FONT, 13).into_font().color(&INK))
        .axis_desc_style((FONT, 13).into_font().color(&INK))
        .x_desc("ratio: 1 is the same")
        .x_label_formatter(&|ratio| format!("{ratio}"))
        .y_label_formatter(&|middle| rows.get(*middle as usize).map_or(String::new(), |row| printable(&row.name)))
        .draw()?;
    for (at, row) in rows.iter().enumerate() {
        let middle = middle(at);
        let ratio = row.ratio().filter(|ratio| *ratio > 0.0);
        let end = ratio.unwrap_or(1.0).clamp(1.0 / furthest, furthest);
        let is_better = (end < 1.0) == (row.better == Better::Lower);
        let colour = if is_better { FORK } else { UPSTREAM };
        let bar = Rectangle::new([(1.0, middle - 0.35), (end, middle + 0.35)], colour.filled());
        chart.draw_series([bar])?;
        let said = ratio.map_or_else(|| why_none(row).into(), |ratio| format!("{ratio:.2}"));
        let (side, x) = if end < 1.0 { (HPos::Right, end * 0.97) } else { (HPos::Left, end * 1.03) };
        chart.draw_series([Text::new(said, (x, middle), text(12).pos(Pos::new(side, VPos::Center)))])?;
    }
    Ok(())
}

fn why_none(row: &Row) -> &'static str {
    match (row.upstream.0, row.patched.0) {
        (None, None) => "neither finishes",
        (None, Some(_)) => "upstream does not finish",
        (Some(_), None) => "the fork does not finish",
        (Some(_), Some(_)) => "no ratio",
    }
}
