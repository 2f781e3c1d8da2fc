//! `explain`: one case, and what comes of it on upstream and on the fork.

use h2_conformance::claims::Claims;
use h2_conformance::endpoint::cases_beside;
use h2_conformance::explain::Explanation;
use h2_conformance::results::{PATCHED, UPSTREAM};
use h2_conformance::suite::Target;
use h2_conformance::{catalog, select};

use super::{output, Failure};
use crate::cli::{Common, Explain};
use crate::GOOD;

pub(super) fn run(options: &Explain, common: &Common) -> Result<u8, Failure> {
    let is_json = output::is_json(common, "explain")?;
    if let Some(case) = cases_beside().iter().find(|case| case.id == options.case) {
        let title = case.title;
        return Err(Failure::Input(format!("{} is played on servers elsewhere only, by `endpoint`: {title}", case.id)));
    }
    let case = select::case(&catalog::all(), &options.case).map_err(Failure::Input)?;
    let subject = |name| select::in_memory(name).map_err(Failure::Input);
    let targets: [&dyn Target; 2] = [subject(UPSTREAM)?, subject(PATCHED)?];
    let explanation = Explanation::of(&case, &targets, Claims::OF_THE_FORK);
    let text = if is_json { explanation.as_json() } else { explanation.to_string() };
    output::text(&text, common)?;
    Ok(GOOD)
}
