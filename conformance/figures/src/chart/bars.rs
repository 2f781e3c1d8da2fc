//! `isolation`, `pause` and `many`: shares, a group of bars for each row.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::slots::Slots;
use super::{picture, printable, text, Compared, Drawn, FAINT, FONT, INK};
use crate::{Figures, Row};

/// A scenario's way to be drawn.
pub(super) struct View {
    title: &'static str,
    /// The beginning of the names of rows that are drawn.
    prefix: &'static str,
    /// Whether a row is drawn, by the rest of its name.
    draws: fn(&str) -> bool,
    x: &'static str,
    y: &'static str,
}

pub(super) const ISOLATION: View = View {
    title: "Goodput of the readers that go on beside others that stopped, as a share of all with none stopped",
    prefix: "share/",
    draws: |_| true,
    x: "readers that stopped",
    y: "goodput, % of undisturbed",
};

pub(super) const PAUSE: View = View {
    title: "Goodput of one upload before and after pauses of 2 s, as a share of a link of 200 ms",
    prefix: "link-share/",
    draws: |name| !name.contains("-of-") && !name.contains("new-stream"),
    x: "window and phase",
    y: "goodput, % of the link",
};

pub(super) const MANY: View = View {
    title: "Goodput of connections that send in turns and stay open, as a share of a link of 10 ms and 1 Gbit/s",
    prefix: "link-share/",
    draws: |_| true,
    x: "connection",
    y: "goodput, % of the link",
};

pub(super) fn draw(figures: &Figures, view: &View) -> Option<String> {
    let named = figures.rows.iter().filter_map(|row| Some((row.name.strip_prefix(view.prefix)?, row)));
    let groups: Vec<(&str, &Row)> = named.filter(|(name, _)| (view.draws)(name)).collect();
    if groups.is_empty() {
        return None;
    }
    let compared = Compared { peers: figures.peers() };
    Some(picture(view.title, &compared.series(), 400, |area| draw_groups(&groups, &compared, view, area)))
}

fn draw_groups(groups: &[(&str, &Row)], compared: &Compared<'_>, view: &View, area: &super::Area<'_>) -> Drawn {
    let axis = Slots(groups.len());
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(58)
        .build_cartesian_2d(axis, 0.0..1.1)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style((FONT, 13).into_font().color(&INK))
        .axis_desc_style((FONT, 13).into_font().color(&INK))
        .x_desc(view.x)
        .x_label_formatter(&|middle| groups.get(*middle as usize).map_or(String::new(), |(name, _)| printable(name)))
        .y_desc(view.y)
        .y_labels(6)
        .y_label_formatter(&|share| format!("{:.0} %", share * 100.0))
        .draw()?;
    let series = compared.series();
    let width = 0.8 / series.len() as f64;
    let label = text(11).pos(Pos::new(HPos::Center, VPos::Bottom));
    for (group, (_, row)) in groups.iter().enumerate() {
        for (at, value) in compared.values(row).into_iter().enumerate() {
            let left = group as f64 + 0.1 + at as f64 * width;
            let height = value.unwrap_or(0.0).clamp(0.0, 1.1);
            let bar = Rectangle::new([(left, 0.0), (left + width * 0.92, height)], series[at].colour.filled());
            let said = value.map_or("stalls".into(), |share| format!("{:.0} %", (share * 100.0).clamp(-999.0, 999.0)));
            chart.draw_series([bar])?;
            chart.draw_series([Text::new(said, (left + width * 0.46, height + 0.01), label.clone())])?;
        }
    }
    Ok(())
}
