//! `show SLUG`: a patch with context, for reading.

use h2_materialize::series::SeriesPatch;
use h2_materialize::{Series, Tree};

use crate::context_diff::context_diff;
use crate::failure::Failure;
use crate::print::print;
use crate::repo::Repo;

/// Enough lines to see the function around most changes.
const CONTEXT: usize = 12;

pub(crate) fn run(repo: &Repo, slug: &str) -> Result<(), Failure> {
    let series = repo.series()?;
    let patch = find(&series, slug)?;
    let (before, after) = around(repo, &series, slug)?;
    print(format_args!("{}\n{}", patch.header, context_diff(&before, &after, CONTEXT)?))
}

/// The patch of that name.
pub(crate) fn find<'a>(series: &'a Series, slug: &str) -> Result<&'a SeriesPatch, Failure> {
    series.patches.iter().find(|patch| patch.slug == slug).ok_or_else(|| {
        let known: Vec<&str> = series.patches.iter().map(|p| p.slug.as_str()).collect();
        Failure::input(format!("expected the name of a patch, found {slug:?}; the patches are {}", known.join(", ")))
    })
}

/// The tree before and after that patch of the series.
pub(crate) fn around(repo: &Repo, series: &Series, slug: &str) -> Result<(Tree, Tree), Failure> {
    let mut before = repo.pristine()?.tree.compiled();
    for patch in &series.patches {
        if patch.slug == slug {
            let mut after = before.clone();
            patch.apply(&mut after)?;
            return Ok((before, after));
        }
        patch.apply(&mut before)?;
    }
    let after = before.clone();
    Ok((before, after))
}
