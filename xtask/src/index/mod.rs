//! `index`: PATCHES.md, one table of all patches with their details below it.
//!
//! The text depends on the headers, the diffs and the number of lines in our modules, so that
//! `verify` can compare it byte for byte. It names the proofs and not their outcome, because
//! `verify` runs them.

mod markup;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use h2_materialize::header::{Class, Header};
use h2_materialize::series::{SeriesPatch, Tier};
use h2_materialize::Series;

use self::markup::{cell, html, markdown};
use self::references::References;

use crate::failure::Failure;
use crate::repo::{read, write, Repo};

/// The longest risk that the table shows, in characters.
const SHORT_RISK: usize = 60;

/// Starts the path of one of our modules in a patch.
const MODULES: &str = "\"@MODULES@/";

/// Our modules, by the path below `modules/` with `/` between its parts, and the number of their
/// lines.
type Modules = BTreeMap<String, usize>;

pub(crate) fn run(repo: &Repo) -> Result<(), Failure> {
    write(&repo.index_file(), &text(repo)?)
}

/// The expected content of PATCHES.md.
pub(crate) fn text(repo: &Repo) -> Result<String, Failure> {
    let mut modules = Modules::new();
    collect(&repo.modules(), "", &mut modules)?;
    Ok(render(&repo.release()?.release(), &repo.series()?, &modules))
}

fn collect(dir: &Path, prefix: &str, modules: &mut Modules) -> Result<(), Failure> {
    let list = |cause: std::io::Error| Failure::io(format_args!("list {}", dir.display()), &cause);
    for entry in std::fs::read_dir(dir).map_err(list)? {
        let entry = entry.map_err(list)?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), modules)?;
        } else if name.ends_with(".rs") {
            modules.insert(name, read(&path)?.lines().count());
        }
    }
    Ok(())
}

fn render(release: &str, series: &Series, modules: &Modules) -> String {
    let patches = &series.patches;
    let sizes = module_sizes(series, modules);
    let shared = shared_forwarded(series);
    let mut out = top(release, series, shared);
    for patch in patches {
        out.push_str(&row(patch, sizes.get(patch.slug.as_str()).copied()));
    }
    out.push_str("\n## Details\n");
    for patch in patches {
        out.push_str(&details(patch, shared));
    }
    out
}

fn top(release: &str, series: &Series, shared: Option<&str>) -> String {
    let count = match series.patches.len() {
        1 => "One patch".to_owned(),
        n => format!("{n} patches"),
    };
    let (alone, fixes) = standing_alone(series);
    let is_later = |patch: &&SeriesPatch| patch.header.class == Class::Fix && patch.tier != Tier::Fixes;
    let later = series.patches.iter().filter(is_later).count();
    let mut out = format!(
        "<!-- Written by `cargo xtask index`; change the headers in h2-patched/patches instead. -->\n\n\
         # Patches\n\n\
         {count} on {release}, in the order in which they are applied. Each slug leads to the details.\n\n\
         * Tier: the part of the series. A patch of the tier fixes applies to the bare release, unless \"alone\" names other\n  \
         patches. A patch of a later tier may build on all tiers before its own; policy and observability share modules.\n\
         * Class: a fix mends a fault of upstream. A policy chooses otherwise than upstream where both are allowed. Perf: the\n  \
         same behaviour with less CPU or memory. Build changes nothing that runs.\n\
         * RFC: the sections of RFC 9113, unless another source is named.\n\
         * Upstream: an empty cell means that no issue is known. Upstream status is the state of the issues and pull\n  \
         requests that are named, as far as the header says it.\n\
         * Risk: what a user could notice. \"…\" means that the details say more.\n\
         * Proofs: the number of cases, tests, properties and benches that show the effect. `cargo xtask verify` runs each case: it\n  \
         does not pass on upstream and passes on the fork. `cargo xtask verify --each` runs every proof without its patch.\n\
         * Size: lines that the patch adds and removes, and the lines of our modules that it brings.\n\
         * Alone: whether a fix applies to the release, builds and mends its fault without other patches. {alone} of {fixes} patches\n  \
         of the tier fixes do. {later} of class fix are in later tiers.\n"
    );
    if let Some(sentence) = shared {
        out.push_str(&format!(
            "* Forwarded to upstream: {}.\n  The details of a patch say where this differs.\n",
            markdown(sentence)
        ));
    }
    out.push_str(
        "\n`cargo xtask show SLUG` prints a patch with context. `cargo xtask evidence SLUG` writes what a pull request needs.\n\n\
         | what it does | tier | class | RFC | upstream | risk | proofs | size | alone | upstream status |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    out
}

/// How many patches of the tier fixes stand alone, and how many there are.
fn standing_alone(series: &Series) -> (usize, usize) {
    let fixes: Vec<&SeriesPatch> = series.patches.iter().filter(|patch| patch.tier == Tier::Fixes).collect();
    (fixes.iter().filter(|patch| stands_alone(patch)).count(), fixes.len())
}

fn stands_alone(patch: &SeriesPatch) -> bool {
    patch.tier == Tier::Fixes && patch.header.needs.is_empty()
}

/// Whether a fix stands alone. Of other patches the table does not say it: their tier does.
fn alone(patch: &SeriesPatch) -> String {
    if stands_alone(patch) {
        return "yes".into();
    }
    let needs: Vec<String> = patch.header.needs.iter().map(|slug| format!("[{slug}](#{slug})")).collect();
    match (needs.is_empty(), patch.header.class) {
        (false, _) => format!("needs {}", needs.join(", ")),
        (true, Class::Fix) => "no".into(),
        (true, _) => String::new(),
    }
}

/// The value of `Forwarded` that most patches have, if several have it.
fn shared_forwarded(series: &Series) -> Option<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for patch in &series.patches {
        *counts.entry(&patch.header.forwarded).or_default() += 1;
    }
    let (sentence, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count > 1).then_some(sentence)
}

/// The lines of our modules for each patch that brings some. A patch brings the modules that it
/// names first, and with a `mod.rs` its directory, except for what another patch names.
fn module_sizes<'a>(series: &'a Series, modules: &Modules) -> BTreeMap<&'a str, usize> {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let brought: Vec<(&str, Vec<&str>)> = series
        .patches
        .iter()
        .map(|patch| (patch.slug.as_str(), modules_named(patch).filter(|module| named.insert(module)).collect()))
        .collect();
    let lines = |module: &str| {
        let below = module.strip_suffix("mod.rs").filter(|dir| !dir.is_empty());
        let of_directory = modules
            .iter()
            .filter(|(path, _)| below.is_some_and(|dir| path.starts_with(dir)) && !named.contains(path.as_str()));
        modules.get(module).into_iter().chain(of_directory.map(|(_, lines)| lines)).sum::<usize>()
    };
    let sizes = brought.into_iter().map(|(slug, found)| (slug, found.into_iter().map(lines).sum()));
    sizes.filter(|(_, lines)| *lines > 0).collect()
}

/// The modules of ours in `#[path]` attributes that the patch adds.
fn modules_named(patch: &SeriesPatch) -> impl Iterator<Item = &str> {
    let hunks = patch.patch.files.iter().flat_map(|file| &file.hunks);
    hunks.flat_map(|hunk| &hunk.added).filter_map(|line| {
        let (_, path) = std::str::from_utf8(line).ok()?.split_once(MODULES)?;
        Some(path.split_once('"')?.0)
    })
}

fn row(patch: &SeriesPatch, modules: Option<usize>) -> String {
    let header = &patch.header;
    let hunks = || patch.patch.files.iter().flat_map(|file| &file.hunks);
    let added: usize = hunks().map(|hunk| hunk.added.len()).sum();
    let removed: usize = hunks().map(|hunk| hunk.removed.len()).sum();
    let modules = modules.map_or(String::new(), |lines| format!(", modules {lines}"));
    let slug = &patch.slug;
    let references = References::of(&header.upstream_issue);
    format!(
        "| [{slug}](#{slug}): {} | {} | {} | {} | {} | {} | [{}](#{slug}) | +{added} -{removed}{modules} | {} | {} |\n",
        cell(&header.subject),
        patch.tier,
        header.class,
        cell(&sections(&header.spec)),
        cell(&references.links()),
        risk(&header.risk).map_or_else(|| format!("[see below](#{slug})"), |clause| cell(&clause)),
        header.proven_by.len(),
        alone(patch),
        cell(&status(header, &references)),
    )
}

/// The sections without the name of RFC 9113; empty for `none`.
fn sections(spec: &str) -> String {
    let rest = spec.strip_prefix("RFC 9113 sections ").or_else(|| spec.strip_prefix("RFC 9113 section "));
    match rest {
        Some(sections) => sections.to_owned(),
        None if first_word(spec) == "none" => String::new(),
        None => spec.to_owned(),
    }
}

/// The first clause of the risk if it is short. A comma ends none, because it may be in the
/// middle of a condition.
fn risk(text: &str) -> Option<String> {
    let text = text.replace('\n', " ");
    let end = [";", ":", ". "].iter().filter_map(|mark| text.find(mark)).min();
    let clause = text[..end.unwrap_or(text.len())].trim_end();
    let short = clause.chars().count() <= SHORT_RISK;
    short.then(|| if end.is_some() { format!("{clause} …") } else { clause.to_owned() })
}

/// What upstream decided, as far as the header says it in brackets; and `Forwarded` unless it is
/// "no".
fn status(header: &Header, references: &References<'_>) -> String {
    let forwarded = header.forwarded.split([',', ';', ':', '\n']).next().unwrap_or_default().trim();
    let states = references.0.iter().filter_map(|reference| {
        let state = reference.state?.replace('\n', " ");
        Some(format!("#{} {state}", reference.number))
    });
    let forwarded = (forwarded != "no").then(|| forwarded.to_owned());
    forwarded.into_iter().chain(states).collect::<Vec<_>>().join("; ")
}

fn details(patch: &SeriesPatch, shared: Option<&str>) -> String {
    let header = &patch.header;
    let slug = &patch.slug;
    let mut out = format!(
        "\n<details><summary><a id=\"{slug}\"></a><code>{slug}</code>: {}</summary>\n\n{}\n\n",
        html(&header.subject),
        markdown(&header.why)
    );
    let changes: Vec<String> = header.changes.iter().map(|glob| format!("`{glob}`")).collect();
    let file = patch.file();
    let mut item = |name: &str, value: &str| {
        // A list item goes on in indented lines.
        out.push_str(&format!("* {name}: {}\n", value.replace('\n', "\n  ")));
    };
    item("Patch", &format!("[{file}](h2-patched/patches/{file})"));
    for (name, value) in [("Spec", &header.spec), ("Upstream issue", &header.upstream_issue)] {
        if value != "none" {
            item(name, &markdown(value));
        }
    }
    if !header.needs.is_empty() {
        item("Needs", &header.needs.iter().map(|slug| format!("`{slug}`")).collect::<Vec<_>>().join(", "));
    }
    let proofs: String = header.proven_by.iter().map(|proof| format!("\n* `{proof}`")).collect();
    item("Proofs", &proofs);
    if !changes.is_empty() {
        item("Also changes", &changes.join(", "));
    }
    item("Risk", &markdown(&header.risk));
    if shared != Some(header.forwarded.as_str()) {
        item("Forwarded", &markdown(&header.forwarded));
    }
    item("Drop when", &markdown(&header.drop_when));
    out.push_str("\n</details>\n");
    out.replace("* Proofs: \n", "* Proofs:\n")
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use h2_materialize::series::parse_patch;

    use super::*;

    const HEADER: &str = "\
Subject: Do the thing
Class: fix
Why: First line
 second line
Spec: RFC 9113 sections 5.1, 6.9
Upstream-Issue: hyperium/h2#1 (open), and cloudflare/pingora#2
Proven-by: case:a/b
 tests:c
Risk: none known; it is small
Forwarded: no, because it is new
Drop-when: upstream does it
";

    const DIFF: &str = "\
--- a/src/lib.rs
+++ b/src/lib.rs
@@ -1 +1,2 @@
-mod x;
+#[path = \"@MODULES@/x/mod.rs\"]
+mod x;
";

    fn patch(slug: &str, tier: Tier, from: &str, to: &str) -> SeriesPatch {
        assert!(HEADER.contains(from), "{from}");
        parse_patch(slug, tier, format!("{}\n{DIFF}", HEADER.replace(from, to))).unwrap()
    }

    fn rendered(patches: Vec<SeriesPatch>, modules: &[(&str, usize)]) -> String {
        let modules = modules.iter().map(|(path, lines)| ((*path).to_owned(), *lines)).collect();
        render("h2 1.2.3", &Series { patches, tree_sha256: String::new() }, &modules)
    }

    /// The page with one patch, whose header has `to` in place of `from`.
    fn one(from: &str, to: &str) -> String {
        rendered(vec![patch("a", Tier::Fixes, from, to)], &[])
    }

    fn table_row(page: &str) -> &str {
        page.lines().find(|line| line.starts_with("| [")).unwrap()
    }

    #[test]
    fn a_row_and_its_details() {
        let page = one("", "");
        assert_eq!(
            table_row(&page),
            "| [a](#a): Do the thing | fixes | fix | 5.1, 6.9 | [h2#1](https://github.com/hyperium/h2/issues/1), \
             [pingora#2](https://github.com/cloudflare/pingora/issues/2) | none known … | [2](#a) | +2 -1 | yes | #1 open |"
        );
        let details = page.split_once("## Details\n\n").unwrap().1;
        assert_eq!(
            details,
            "<details><summary><a id=\"a\"></a><code>a</code>: Do the thing</summary>\n\n\
             First line\nsecond line\n\n\
             * Patch: [fixes/a.patch](h2-patched/patches/fixes/a.patch)\n\
             * Spec: RFC 9113 sections 5.1, 6.9\n\
             * Upstream issue: hyperium/h2#1 (open), and cloudflare/pingora#2\n\
             * Proofs:\n  * `case:a/b`\n  * `tests:c`\n\
             * Risk: none known; it is small\n\
             * Forwarded: no, because it is new\n\
             * Drop when: upstream does it\n\n\
             </details>\n"
        );
    }

    #[test]
    fn a_pipe_ends_no_cell() {
        let page = one("Do the thing", "Do a | b and `c | d`");
        assert!(table_row(&page).starts_with("| [a](#a): Do a \\| b and `c \\| d` | fixes | fix |"), "{page}");
        assert!(page.contains("</code>: Do a | b and <code>c | d</code></summary>"), "{page}");
    }

    #[test]
    fn html_of_a_header_is_text() {
        let page = one("Do the thing", "Do </summary> & `Box<T>` <b>");
        assert!(table_row(&page).contains("Do &lt;/summary&gt; &amp; `Box<T>` &lt;b&gt; |"), "{page}");
        assert!(page.contains(": Do &lt;/summary&gt; &amp; <code>Box&lt;T&gt;</code> &lt;b&gt;</summary>"), "{page}");
        for (from, to) in [("First line", "</details>"), ("it is small", "</details>"), ("it is new", "</details>")] {
            assert_eq!(one(from, to).matches("</details>").count(), 1, "{from}");
        }
    }

    #[test]
    fn without_an_issue_the_cells_are_empty() {
        let page = one("hyperium/h2#1 (open), and cloudflare/pingora#2", "none");
        assert!(table_row(&page).contains("| 5.1, 6.9 |  | none known …"), "{page}");
        assert!(table_row(&page).ends_with("| +2 -1 | yes |  |"), "{page}");
        assert!(!page.contains("Upstream issue: none"), "{page}");
    }

    #[test]
    fn a_risk_is_cut_where_a_clause_ends() {
        for (text, expected) in [
            ("none", "none"),
            ("none; it is\nsmall", "none …"),
            ("fewer updates: none\nearly", "fewer updates …"),
            ("uses 0.5 KiB. More later", "uses 0.5 KiB …"),
            (&"a".repeat(60), &"a".repeat(60)),
            (&"é".repeat(60), &"é".repeat(60)),
            ("a request, if it is late; none", "a request, if it is late …"),
        ] {
            assert_eq!(risk(text).as_deref(), Some(expected), "{text}");
        }
        for long in ["a".repeat(61), format!("none, {}", "a".repeat(55)), format!("{}; none", "a".repeat(61))] {
            assert_eq!(risk(&long), None, "{long}");
            assert!(table_row(&one("none known; it is small", &long)).contains("| [see below](#a) |"), "{long}");
        }
    }

    #[test]
    fn a_patch_that_does_not_stand_alone_says_what_it_needs() {
        let page = rendered(
            vec![
                patch("a", Tier::Fixes, "", ""),
                patch("b", Tier::Fixes, "Proven-by", "Needs: a\nProven-by"),
                patch("c", Tier::Policy, "", ""),
                patch("d", Tier::Policy, "Class: fix", "Class: policy"),
            ],
            &[],
        );
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| [")).collect();
        let cells = ["| yes |", "| needs [a](#a) |", "| no |", "|  |"];
        for (row, cell) in rows.iter().zip(cells) {
            assert!(row.contains(&format!("+2 -1 {cell}")), "{row}");
        }
        assert!(page.contains("1 of 2 patches"), "{page}");
        assert!(page.contains("\n* Needs: `a`\n"), "{page}");
    }

    #[test]
    fn the_shared_sentence_is_said_once() {
        let other = patch("c", Tier::Fixes, "no, because it is new", "hyperium/h2#9; under review");
        let page = rendered(vec![patch("a", Tier::Fixes, "", ""), patch("b", Tier::Fixes, "", ""), other], &[]);
        assert_eq!(page.matches("because it is new").count(), 1, "{page}");
        assert!(page.contains("* Forwarded: hyperium/h2#9; under review\n"), "{page}");
        assert!(page.contains("| hyperium/h2#9; #1 open |\n"), "{page}");
    }

    #[test]
    fn a_module_counts_for_the_first_patch_that_names_it() {
        let modules = [("x/mod.rs", 10), ("x/y.rs", 5), ("x/z/mod.rs", 4), ("other.rs", 3), ("xx.rs", 7)];
        let two = || {
            let z = parse_patch("z", Tier::Fixes, format!("{HEADER}\n{}", DIFF.replace("/x/mod", "/x/z/mod"))).unwrap();
            vec![patch("a", Tier::Fixes, "", ""), patch("b", Tier::Fixes, "", ""), z]
        };
        let series = Series { patches: two(), tree_sha256: String::new() };
        let sizes = module_sizes(&series, &modules.map(|(path, lines)| (path.to_owned(), lines)).into());
        assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [("a", 15), ("z", 4)]);
        let page = rendered(two(), &modules);
        assert!(table_row(&page).contains("| +2 -1, modules 15 |"), "{page}");
    }
}
