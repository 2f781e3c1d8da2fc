//! `compare`.

use h2_conformance::claims::Claims;
use h2_conformance::compare::unsteady;
use h2_conformance::problem::Problem;
use h2_conformance::results::{Results, Runs, SubjectInfo, PATCHED, UPSTREAM};
use h2_conformance::suite::{all_cores, play_all, Played, Target};
use h2_conformance::{catalog, figures, report, select, subject};

use super::progress::Line;
use super::{output, status, Failure};
use crate::cli::{Common, Compare, Format};

pub(super) fn run(options: &Compare, common: &Common) -> Result<u8, Failure> {
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &options.cases).map_err(Failure::Input)?;
    let subjects = subjects(&options.subjects)?;
    let figures = options.figures.iter().map(|path| figures::read(path)).collect::<Result<Vec<_>, _>>();
    let figures = figures.map_err(Failure::Input)?.concat();
    let targets = [&subjects[0] as &dyn Target, &subjects[1]];
    let infos = targets.map(SubjectInfo::of);

    let play = || {
        let line = Line::new(common.quiet);
        play_all(&cases, &targets, all_cores(), &|progress| line.tell(progress))
    };
    let played = play();
    let runs = Runs { subjects: &infos, cases: &cases, played: &played, catalogue: &catalogue };
    let is_fork = [subjects[0].name, subjects[1].name] == [UPSTREAM, PATCHED];
    let mut results = Results::of_comparison(runs, is_fork.then_some(Claims::OF_THE_FORK));
    results.figures = figures;
    for _ in 1..options.repeat.unwrap_or(1) {
        for found in changes(&runs, &play()) {
            // A case that wavers is reported once.
            let told = results.problems.iter().any(|known| {
                known.kind() == found.kind() && (known.case(), known.subject()) == (found.case(), found.subject())
            });
            results.problems.extend((!told).then_some(found));
        }
    }

    output::results(&results, common)?;
    let folder = options.reports.clone().unwrap_or_else(output::report_folder);
    report::leave_behind(&results, &folder)
        .map_err(|cause| Failure::Broken(format!("cannot write reports to {}: {cause}", folder.display())))?;
    if common.format == Format::Text && common.out.is_none() && !common.quiet {
        output::print(&format!("Reports: {}\n", folder.join("report.html").display()))?;
    }
    Ok(status(&results))
}

fn subjects(names: &[String]) -> Result<[subject::Subject; 2], Failure> {
    let find = |name: &str| select::in_memory(name).copied().map_err(Failure::Input);
    match names {
        [] => Ok([find(UPSTREAM)?, find(PATCHED)?]),
        [one, other] if one != other => Ok([find(one)?, find(other)?]),
        _ => Err(Failure::Input("--subjects takes two different names, such as upstream,patched".into())),
    }
}

/// What a repetition shows to be unsteady.
fn changes(runs: &Runs<'_>, again: &[Vec<Played>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for ((case, first), again) in runs.cases.iter().zip(runs.played).zip(again) {
        for (info, (first, again)) in runs.subjects.iter().zip(first.iter().zip(again)) {
            problems.extend(unsteady(case.id, &info.name, first, again));
        }
    }
    problems
}
