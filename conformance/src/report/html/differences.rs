//! What differs, by the patch that claims it.

use std::fmt::{self, Write as _};

use super::super::escape;
use super::super::headline::count;
use super::super::text::change;
use super::{case_link, cell, END_OF_TABLE, TABLE};
use crate::claims::Patch;
use crate::compare::Difference;
use crate::results::Results;

/// One fold a patch, in the order of the series; differences that no patch claims come before them,
/// unfolded. A difference with several patches is below the first.
pub(super) fn write(out: &mut String, results: &Results) -> fmt::Result {
    let Some(differences) = &results.differences else { return Ok(()) };
    writeln!(out, "<h2>Differences</h2>")?;
    if differences.is_empty() {
        return writeln!(out, "<p>None.</p>");
    }
    let of = |patch: Option<&Patch>| -> Vec<&Difference> {
        let slug = patch.map(|patch| patch.slug);
        differences.iter().filter(|difference| difference.patches.first().map(|first| first.slug) == slug).collect()
    };
    let unclaimed = of(None);
    if !unclaimed.is_empty() {
        if !results.claims.0.is_empty() {
            writeln!(out, "<p>No patch claims these:</p>")?;
        }
        table(out, results, &unclaimed)?;
    }
    for patch in results.claims.0 {
        let own = of(Some(patch));
        let mentioned = differences.iter().any(|difference| difference.patches.iter().any(|it| it.slug == patch.slug));
        if !mentioned {
            continue;
        }
        writeln!(
            out,
            "<details class=\"patch\"><summary id=\"patch-{0}\"><b>{0}</b> {1} <span class=\"faint\">{2}, {3}</span></summary>",
            escape(patch.slug),
            escape(patch.subject),
            escape(patch.class),
            count(own.len(), "difference", "differences"),
        )?;
        if own.is_empty() {
            writeln!(out, "<p class=\"faint\">Only together with patches before it.</p>")?;
        } else {
            table(out, results, &own)?;
        }
        writeln!(out, "</details>")?;
    }
    Ok(())
}

fn table(out: &mut String, results: &Results, differences: &[&Difference]) -> fmt::Result {
    writeln!(out, "{TABLE}\n<tr><th>case</th><th>class</th><th>outcome</th><th>other patches</th></tr>")?;
    for difference in differences {
        let others: Vec<String> = difference.patches.iter().skip(1).map(|patch| patch_link(patch.slug)).collect();
        let rest = [difference.class.name(), &change(results, difference)].map(cell);
        writeln!(
            out,
            "<tr><td>{}</td>{}<td>{}</td></tr>",
            case_link(&escape(difference.case)),
            rest.concat(),
            others.join(", ")
        )?;
    }
    writeln!(out, "{END_OF_TABLE}")
}

/// A link to a patch of the section above.
pub(super) fn patch_link(slug: &str) -> String {
    format!("<a href=\"#patch-{0}\">{0}</a>", escape(slug))
}
