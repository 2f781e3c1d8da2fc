//! `index`: PATCHES.md, from the headers alone.
//!
//! It names the proofs, not their outcome: `verify` runs them, and a text that depends on the headers alone can be
//! checked byte for byte.

use h2_materialize::header::Proof;
use h2_materialize::series::SeriesPatch;
use h2_materialize::Series;

use crate::failure::Failure;
use crate::repo::{write, Repo};

pub(crate) fn run(repo: &Repo) -> Result<(), Failure> {
    write(&repo.index_file(), &text(repo)?)
}

/// What PATCHES.md should say.
pub(crate) fn text(repo: &Repo) -> Result<String, Failure> {
    Ok(render(&repo.release()?.release(), &repo.series()?))
}

fn render(release: &str, series: &Series) -> String {
    let count = match series.patches.len() {
        1 => "One patch".to_owned(),
        n => format!("{n} patches"),
    };
    let mut out = format!(
        "<!-- Written by `cargo xtask index`; change the headers in h2-patched/patches instead. -->\n\n\
         # Patches\n\n\
         {count} on {release}. `cargo xtask verify` runs every `case:` named as a proof: it does not pass on upstream \
         and passes on the fork. `cargo xtask show SLUG` prints a patch with context.\n"
    );
    for group in groups(series) {
        let Some(first) = group.first() else { continue };
        out.push_str(&format!("\n## {}\n\n", first.group));
        out.push_str("| patch | class | what it does | spec |\n| --- | --- | --- | --- |\n");
        for patch in group {
            out.push_str(&row(patch));
        }
        for patch in group {
            out.push_str(&section(patch));
        }
    }
    out
}

/// The patches by theme, in the order of the series.
fn groups(series: &Series) -> impl Iterator<Item = &[SeriesPatch]> {
    series.patches.chunk_by(|left, right| left.group == right.group)
}

fn row(patch: &SeriesPatch) -> String {
    let cell = |text: &str| text.replace('\n', " ").replace('|', "\\|");
    let header = &patch.header;
    format!(
        "| [{slug}](#{slug}) | {} | {} | {} |\n",
        header.class,
        cell(&header.subject),
        cell(&header.spec),
        slug = patch.slug
    )
}

fn section(patch: &SeriesPatch) -> String {
    let header = &patch.header;
    let mut out = format!("\n### {}\n\n**{}**\n\n", patch.slug, header.subject);
    out.push_str(&format!("{}\n\n", header.why));
    let proofs: Vec<String> = header.proven_by.iter().map(code).collect();
    let changes: Vec<String> = header.changes.iter().map(|g| format!("`{g}`")).collect();
    let mut item = |name: &str, value: &str| {
        if !value.is_empty() {
            // A list item goes on in indented lines.
            out.push_str(&format!("* {name}: {}\n", value.replace('\n', "\n  ")));
        }
    };
    item("Spec", &header.spec);
    item("Upstream issue", &header.upstream_issue);
    item("Proof", &proofs.join(", "));
    item("Also changes", &changes.join(", "));
    item("Risk", &header.risk);
    item("Forwarded", &header.forwarded);
    item("Drop when", &header.drop_when);
    out
}

fn code(proof: &Proof) -> String {
    format!("`{proof}`")
}
