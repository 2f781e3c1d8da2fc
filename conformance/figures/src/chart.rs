//! Figures as a picture: an SVG that needs nothing but itself.
//!
//! `wan` and `real-link` are drawn as lines over the round-trip time, `scale` as lines over the
//! number of streams, `isolation`, `pause` and `many` as bars beside each other, and of any other
//! scenario how the fork's figures compare with upstream's.

mod bars;
mod lines;
mod ratios;
mod scale;
mod slots;

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Figures, Row};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

const WIDTH: u32 = 960;
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(40, 44, 50);
const FAINT: RGBColor = RGBColor(215, 219, 224);
const UPSTREAM: RGBColor = RGBColor(213, 94, 0);
const FORK: RGBColor = RGBColor(0, 130, 95);
/// Apart from the two above and from each other for the colour-blind too.
const PEERS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(230, 159, 0), RGBColor(204, 121, 167), RGBColor(86, 180, 233)];

/// The picture, or nothing where there are no figures to draw.
#[must_use]
pub fn svg(figures: &Figures) -> Option<String> {
    match figures.scenario.as_str() {
        "wan" => lines::draw(figures, &lines::WAN),
        "real-link" => lines::draw(figures, &lines::REAL_LINK),
        "isolation" => bars::draw(figures, &bars::ISOLATION),
        "pause" => bars::draw(figures, &bars::PAUSE),
        "many" => bars::draw(figures, &bars::MANY),
        "scale" => scale::draw(figures),
        _ => ratios::draw(figures),
    }
}

/// Draws on a canvas of that height; `draw` is given all of it but the title and the legend.
fn picture(title: &str, series: &[Series], height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut svg = String::new();
    let canvas = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    let drawn = (|| {
        canvas.fill(&WHITE)?;
        let (head, body) = canvas.split_vertically(64);
        head.draw_text(title, &text(18).pos(Pos::new(HPos::Left, VPos::Top)), (16, 12))?;
        legend(&head, series)?;
        draw(&body)?;
        canvas.present()?;
        Ok::<_, Box<dyn Error>>(())
    })();
    drawn.expect("a string takes any drawing");
    drop(canvas);
    svg
}

/// Below the title, in one line.
fn legend(area: &Area<'_>, series: &[Series]) -> Drawn {
    let mut x = 16;
    for series in series {
        area.draw(&Rectangle::new([(x, 42), (x + 22, 52)], series.colour.filled()))?;
        area.draw_text(&series.name, &text(13).pos(Pos::new(HPos::Left, VPos::Center)), (x + 28, 48))?;
        // About the width of a letter, because there is no font to measure.
        x += 28 + 8 * series.name.chars().count() as i32 + 20;
    }
    Ok(())
}

fn text(size: u32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

/// Names come from files. What XML forbids is replaced; the rest is escaped where it is
/// written.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }).collect()
}

/// The implementations that are compared, the same in each row.
struct Compared<'a> {
    /// By name.
    peers: Vec<&'a str>,
}

struct Series {
    name: String,
    colour: RGBColor,
}

impl Compared<'_> {
    /// Upstream, its peers by name, and the fork last.
    fn series(&self) -> Vec<Series> {
        let peers = self.peers.iter().zip(PEERS.iter().cycle());
        let peers = peers.map(|(name, colour)| Series { name: printable(name), colour: *colour });
        let upstream = Series { name: "upstream".into(), colour: UPSTREAM };
        let fork = Series { name: "fork".into(), colour: FORK };
        std::iter::once(upstream).chain(peers).chain([fork]).collect()
    }

    /// A row's figures in the same order.
    fn values(&self, row: &Row) -> Vec<Option<f64>> {
        let peers = self.peers.iter().map(|name| row.peer.get(*name).and_then(|figure| figure.0));
        std::iter::once(row.upstream.0).chain(peers).chain([row.patched.0]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{figures, hostile};
    use super::super::Figure;
    use super::*;

    fn texts(svg: &str) -> Vec<String> {
        let document = roxmltree::Document::parse(svg).expect("it is XML");
        let texts = document.descendants().filter(|node| node.has_tag_name("text"));
        texts.map(|node| node.text().unwrap_or_default().trim().to_owned()).collect()
    }

    #[test]
    fn axes_panels_and_implementations_are_named() {
        let svg = svg(&hostile("wan", &["link-share/1ms/1Gbit", "link-share/50ms/1Gbit", "link-share/1ms/100Mbit"]));
        let texts = texts(&svg.expect("there are figures"));
        for text in ["upstream", "a<b>\u{fffd}", "fork", "1 Gbit/s", "100 Mbit/s", "round-trip time, ms", "50", "100 %"]
        {
            assert!(texts.iter().any(|seen| seen == text), "{text} in {texts:?}");
        }
    }

    #[test]
    fn a_stall_is_said_and_not_drawn_as_a_number() {
        let svg = svg(&hostile("isolation", &["share/1-of-100", "share/unpolled-pushes", "peak-bytes/1-of-100"]));
        let texts = texts(&svg.expect("there are figures"));
        assert_eq!(texts.iter().filter(|seen| *seen == "stalls").count(), 2, "{texts:?}");
        assert!(texts.iter().any(|seen| seen == "unpolled-pushes"), "{texts:?}");
    }

    #[test]
    fn the_rows_of_a_scenario_are_told_by_their_names() {
        for (scenario, names, shown, hidden) in [
            (
                "real-link",
                ["download/h2/1ms", "download/h2/20ms", "upload/h2/1ms/after-pause"],
                "download/h2",
                "upload/h2",
            ),
            (
                "pause",
                ["link-share/1MiB/before", "link-share/1MiB/after-1", "link-share/1MiB/after-1-of-5s"],
                "1MiB/before",
                "1MiB/after-1-of-5s",
            ),
            ("many", ["link-share/first-of-9", "link-share/last-of-9", "claim/all-of-9"], "last-of-9", "all-of-9"),
            ("scale", ["ping/idle/10", "ping/idle/1000", "open/idle/x"], "ping", "open"),
            ("hostile", ["heap/hold/1", "cpu/hold", "bound/hold/1"], "heap/hold/1", "bound/hold/1"),
        ] {
            let texts = texts(&svg(&hostile(scenario, &names)).expect("there are figures"));
            let has = |text: &str| texts.iter().any(|seen| seen == text);
            assert!(has(shown) && !has(hidden), "{scenario}: {texts:?}");
        }
    }

    #[test]
    fn any_other_scenario_is_drawn_as_ratios() {
        let texts = texts(&svg(&figures()).expect("there are figures"));
        assert!(texts.iter().any(|seen| seen == "count/fast") && texts.iter().any(|seen| seen == "0.50"), "{texts:?}");
        assert!(texts.iter().any(|seen| seen == "upstream does not finish"), "{texts:?}");
    }

    #[test]
    fn nothing_to_draw_is_no_picture_and_no_panic() {
        for scenario in ["wan", "real-link", "isolation", "pause", "many", "scale", "other"] {
            assert!(svg(&hostile(scenario, &[])).is_none());
        }
        assert!(
            svg(&hostile("wan", &["link-share/-1ms/x", "link-share/0ms/1Gbit", "share", "link-share/1ms"])).is_none()
        );
        for scenario in ["wan", "real-link", "isolation", "pause", "many", "scale", "other"] {
            let mut figures =
                hostile(scenario, &["link-share/1ms/1Gbit", "share/1-of-100", "link-share/1", "h2/1ms", "h2/x/7"]);
            for (row, value) in figures.rows.iter_mut().zip([f64::MAX, -f64::MAX, f64::MAX, f64::MAX, -1.0]) {
                (row.upstream, row.patched) = (Figure(Some(value)), Figure(Some(1e-300)));
            }
            texts(&svg(&figures).expect("there are figures"));
        }
    }

    #[test]
    fn many_panels_bars_and_rows_are_small_but_no_panic() {
        let long = "x".repeat(500);
        let names = (1..400).flat_map(|n| {
            let one = [format!("link-share/{n}ms/{n}bit"), format!("share/{n}"), long.clone()];
            one.into_iter().chain([format!("{n}/{n}ms"), format!("{n}/state-{n}/{n}")])
        });
        let names: Vec<String> = names.chain([format!("link-share/{}ms/{long}", u32::MAX)]).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for scenario in ["wan", "real-link", "isolation", "pause", "many", "scale", "other"] {
            texts(&svg(&hostile(scenario, &names)).expect("there are figures"));
        }
    }
}
