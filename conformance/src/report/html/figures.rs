//! What benches measured: a picture, and behind it the table.

use std::fmt::{self, Write as _};

use super::{END_OF_TABLE, TABLE};
use crate::figures::{chart, Figures, Row};
use crate::report::escape;

/// The namespace of an SVG document. Within the page it says nothing.
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

pub(super) fn section(out: &mut String, figures: &Figures) -> fmt::Result {
    let scenario = escape(&figures.scenario);
    writeln!(out, "<h2>Figures: {scenario}</h2>")?;
    if let Some(svg) = chart::svg(figures) {
        writeln!(out, "<figure class=\"chart\">{}</figure>", svg.replacen(NAMESPACE, "", 1))?;
    }
    writeln!(out, "<details>\n<summary>All figures of {scenario}</summary>\n{TABLE}")?;
    let peers = figures.peers();
    let heads = ["figure", "unit", "upstream", "patched", "ratio", "better"].into_iter().chain(peers.iter().copied());
    writeln!(out, "<tr>{}</tr>", heads.map(|head| format!("<th>{}</th>", escape(head))).collect::<String>())?;
    for row in &figures.rows {
        writeln!(out, "<tr>{}</tr>", cells(row, &peers))?;
    }
    writeln!(out, "{END_OF_TABLE}\n</details>")
}

fn cells(row: &Row, peers: &[&str]) -> String {
    let ratio = row.ratio().map_or("-".into(), |ratio| format!("{ratio:.2}"));
    let own = [row.name.clone(), row.unit.clone(), row.upstream.to_string(), row.patched.to_string(), ratio];
    let peers = peers.iter().map(|peer| row.peer.get(*peer).map_or(String::new(), ToString::to_string));
    let all = own.into_iter().chain([row.better.name().to_owned()]).chain(peers);
    all.map(|cell| format!("<td>{}</td>", escape(&cell))).collect()
}
