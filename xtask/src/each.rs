//! `verify --each`: every fix alone on the release, and every proof without its patch. `ablate`:
//! the second half of it.
//!
//! This takes a build for each question, so that it runs at night and not with every change.

mod proofs;

use std::cell::{OnceCell, RefCell};
use std::collections::hash_map::{Entry, HashMap};

use h2_materialize::header::ProofKind;
use h2_materialize::series::{SeriesPatch, Tier};
use h2_materialize::{point_at_modules, Tree};

use crate::bench_rows::Rows;
use crate::evidence;
use crate::failure::Failure;
use crate::layout;
use crate::print::say;
use crate::repo::Repo;
use crate::show::find;
use crate::switch;
use crate::trial::{Outcomes, TestRun, Trial};
use crate::workshop::{Without, Workshop};

use proofs::{Answer, Proofs, Verdict};

const PASS: &str = "pass";

/// What to ask of each patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Questions {
    /// Whether its proofs fail without it.
    Without,
    /// The same, and whether a fix stands alone.
    Both,
}

pub(crate) fn run(repo: &Repo, slug: Option<&str>, questions: Questions) -> Result<(), Failure> {
    let each = Each {
        repo,
        workshop: Workshop::open(repo)?,
        trial: Trial::new(repo)?,
        release: OnceCell::new(),
        rows: RefCell::default(),
    };
    let series = repo.series()?;
    let chosen: Vec<&SeriesPatch> = match slug {
        Some(slug) => vec![find(&series, slug)?],
        None => series.patches.iter().collect(),
    };
    let mut tally = Tally::default();
    for patch in chosen {
        if patch.tier == Tier::Fixes && questions == Questions::Both {
            tally.tell("alone", patch, each.alone(patch))?;
        }
        tally.tell("without", patch, each.without(patch))?;
    }
    let Tally { right, wrong, open } = tally;
    say(format_args!("{right} answer(s) as the headers say, {wrong} not, {open} open"))?;
    match (wrong, open) {
        (0, 0) => Ok(()),
        (0, _) => Err(Failure::new(format!("{open} of the answers above are open"))),
        _ => Err(Failure::new(format!("{wrong} of the answers above are not what the headers say"))),
    }
}

#[derive(Debug, Default)]
struct Tally {
    right: usize,
    wrong: usize,
    /// Questions of which a proof is not run here.
    open: usize,
}

impl Tally {
    fn tell(&mut self, question: &str, patch: &SeriesPatch, answer: Result<Answer, Failure>) -> Result<(), Failure> {
        let slug = &patch.slug;
        match answer {
            Ok(Answer::AsClaimed(detail)) => {
                self.right += 1;
                say(format_args!("ok       {question} {slug}: {detail}"))
            }
            Ok(Answer::Open(detail)) => {
                self.open += 1;
                say(format_args!("OPEN     {question} {slug}: {detail}"))
            }
            Err(failure) => {
                self.wrong += 1;
                say(format_args!("FAILED   {question} {slug}: {}", failure.sentence))
            }
        }
    }
}

struct Each<'a> {
    repo: &'a Repo,
    workshop: Workshop,
    trial: Trial<'a>,
    /// Played when it is first needed.
    release: OnceCell<Outcomes>,
    /// In which rows of a scenario the fork is clearly better. Measured when they are first needed.
    rows: RefCell<HashMap<String, Rows>>,
}

impl Each<'_> {
    /// Puts the fix, and what it needs, on the release: it applies, builds, and its cases pass
    /// there. Without one of the patches that it needs it does not.
    fn alone(&self, patch: &SeriesPatch) -> Result<Answer, Failure> {
        let slugs = self.workshop.with_needs(patch);
        let tree = self.workshop.pick(&slugs)?.ok_or_else(|| {
            Failure::new("it does not apply to the release with what it needs; name more patches under Needs")
        })?;
        let outcomes = self.trial.play_release(&tree)?;
        let cases: Vec<&str> = cases(patch).collect();
        let pass = cases.iter().filter(|case| passes(&outcomes, case)).count();
        if pass == 0 && !cases.is_empty() {
            return Err(Failure::new(format!("none of its {} case(s) passes on the release with it", cases.len())));
        }
        let worse = self.release()?.iter().find(|(case, outcome)| *outcome == PASS && !passes(&outcomes, case));
        if let Some((case, _)) = worse {
            return Err(Failure::new(format!("{case} passes on the release, and not with it")));
        }
        for needed in &patch.header.needs {
            let others: Vec<&str> = slugs.iter().copied().filter(|slug| slug != needed).collect();
            if let Some(tree) = self.workshop.pick(&others)? {
                let stands = self
                    .trial
                    .play_release(&tree)
                    .is_ok_and(|outcomes| cases.iter().any(|case| passes(&outcomes, case)));
                if stands {
                    return Err(Failure::new(format!("it works without {needed}; take that out of Needs")));
                }
            }
        }
        let with = match patch.header.needs.as_slice() {
            [] => "without any other patch".to_owned(),
            needs => format!("with {}, and not without", needs.join(" and ")),
        };
        match cases.len() - pass {
            0 if cases.is_empty() => Ok(Answer::AsClaimed(format!("{with}: it applies and builds; it has no case"))),
            0 => Ok(Answer::AsClaimed(format!("{with}: {pass} case(s) pass"))),
            rest => Ok(Answer::AsClaimed(format!("{with}: {pass} case(s) pass, {rest} more with other patches"))),
        }
    }

    /// The outcomes on the release.
    fn release(&self) -> Result<&Outcomes, Failure> {
        if self.release.get().is_none() {
            let release = self.workshop.pick(&[])?.unwrap_or_default();
            // Nothing is set twice: this is the one place, and it runs on one thread.
            let _ = self.release.set(self.trial.play_release(&release)?);
        }
        self.release.get().ok_or_else(|| Failure::new("the release has no outcomes"))
    }

    /// Takes the patch out of the series in one way after another, until each of its proofs has
    /// failed in one of them. Where no way compiles, because later patches and modules are built on
    /// the patch, its effect is switched off. Where later patches mend what a fix mends, its cases
    /// are played at the end of its own tier without it, and at last on the release, where its
    /// tests in upstream's style are run too.
    fn without(&self, patch: &SeriesPatch) -> Result<Answer, Failure> {
        let mut proofs = Proofs::of(patch);
        for way in self.workshop.without(&patch.slug, Tier::Speed)? {
            let place = match way.gone_too.as_slice() {
                [] => "without it".to_owned(),
                slugs => format!("without it and {}", slugs.join(", ")),
            };
            self.ask_on_fork(&mut proofs, &place, &way)?;
        }
        if proofs.are_left() && !patch.header.without.is_empty() {
            let off = Without { tree: self.switched_off(patch)?, is_clean: true, gone_too: Vec::new() };
            self.ask_on_fork(&mut proofs, "where it is switched off", &off)?;
        }
        if proofs.are_left() && patch.tier == Tier::Fixes {
            self.ask_in_own_tier(&mut proofs, patch)?;
            self.ask_on_release(&mut proofs, patch)?;
        }
        proofs.answer()
    }

    /// The series where the effect of the patch is switched off.
    fn switched_off(&self, patch: &SeriesPatch) -> Result<Tree, Failure> {
        let mut tree = self.workshop.up_to(Tier::Speed)?;
        let mut modules = Tree::read(&self.repo.package(), layout::MODULES)?;
        switch::off(patch, &mut tree, &mut modules)?;
        let dir = self.trial.dir("switched-off");
        modules.write_sources(&dir)?;
        point_at_modules(&mut tree, |_| dir.join(layout::MODULES).display().to_string());
        Ok(tree)
    }

    fn ask_on_fork(&self, proofs: &mut Proofs<'_>, place: &str, without: &Without) -> Result<(), Failure> {
        if !proofs.are_left() {
            return Ok(());
        }
        let outcomes = match proofs.has_cases() {
            true => self.trial.play_fork(&without.tree),
            false => Ok(Outcomes::new()),
        };
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(failure) => return proofs.ask(place, |_| Ok(Verdict::Broken(failure.sentence.clone()))),
        };
        proofs.ask(place, |proof| {
            let holds = match proof.kind {
                ProofKind::Case => Ok(verdict(&outcomes, &proof.name)),
                ProofKind::Bench => self.bench_holds(&proof.name, &without.tree).map(Some),
                ProofKind::Tests | ProofKind::Property => match self.trial.test_fork(&without.tree, &proof.name) {
                    Ok(Some(TestRun::Gone)) => return Ok(Verdict::DoesNotCompile),
                    Ok(run) => Ok(run.map(|run| run == TestRun::Passes)),
                    Err(failure) => Err(failure),
                },
            };
            Ok(match holds {
                Ok(Some(false)) if without.is_clean => Verdict::Fails,
                Ok(Some(false)) => Verdict::FailsInMergedTree,
                Ok(Some(true)) if without.is_clean => Verdict::Passes,
                // Where lines of the patch are left, it says nothing that a proof passes.
                Ok(_) => Verdict::NotRun,
                Err(failure) => Verdict::Broken(failure.sentence),
            })
        })
    }

    /// Whether the rows of that scenario in which the fork is better are as good on this tree.
    fn bench_holds(&self, scenario: &str, tree: &Tree) -> Result<bool, Failure> {
        let mut of_fork = self.rows.borrow_mut();
        let rows = match of_fork.entry(scenario.to_owned()) {
            Entry::Occupied(rows) => rows.into_mut(),
            Entry::Vacant(place) => place.insert(self.trial.bench_fork(&self.workshop.up_to(Tier::Speed)?, scenario)?),
        };
        if rows.is_empty() {
            return Err(Failure::new(format!("bench:{scenario}: the fork is better in no row that counts")));
        }
        Ok(rows.hold_in(&self.trial.bench_fork(tree, scenario)?))
    }

    /// Plays the cases at the end of the tier fixes without the fix.
    fn ask_in_own_tier(&self, proofs: &mut Proofs<'_>, patch: &SeriesPatch) -> Result<(), Failure> {
        for way in self.workshop.without(&patch.slug, Tier::Fixes)?.iter().filter(|way| way.is_clean) {
            if !proofs.has_cases() {
                break;
            }
            let Ok(outcomes) = self.trial.play_release(&way.tree) else { continue };
            proofs.ask("at the end of tier fixes without it", |proof| {
                Ok(match (proof.kind, verdict(&outcomes, &proof.name)) {
                    (ProofKind::Case, Some(false)) => Verdict::Fails,
                    (ProofKind::Case, Some(true)) => Verdict::Passes,
                    _ => Verdict::NotRun,
                })
            })?;
        }
        Ok(())
    }

    /// Asks on the release, which lacks the fix and all others. A case counts where the fix alone
    /// mends it. `evidence --check` runs the tests in upstream's style with the fix, too.
    fn ask_on_release(&self, proofs: &mut Proofs<'_>, patch: &SeriesPatch) -> Result<(), Failure> {
        let alone = match proofs.has_cases() {
            true => self.workshop.pick(&self.workshop.with_needs(patch))?,
            false => None,
        };
        let alone = alone.map(|tree| self.trial.play_release(&tree)).transpose()?.unwrap_or_default();
        proofs.ask("on the release", |proof| match proof.kind {
            ProofKind::Case if passes(&alone, &proof.name) && verdict(self.release()?, &proof.name) == Some(false) => {
                Ok(Verdict::Fails)
            }
            ProofKind::Tests => {
                let passes = evidence::passes_on_release(self.repo, &self.workshop, &self.trial, patch, &proof.name)?;
                Ok(match passes {
                    Some(true) => Verdict::Passes,
                    Some(false) => Verdict::Fails,
                    None => Verdict::NotRun,
                })
            }
            _ => Ok(Verdict::NotRun),
        })
    }
}

fn cases(patch: &SeriesPatch) -> impl Iterator<Item = &str> {
    let proofs = patch.header.proven_by.iter();
    proofs.filter(|proof| proof.kind == ProofKind::Case).map(|proof| proof.name.as_str())
}

fn passes(outcomes: &Outcomes, case: &str) -> bool {
    verdict(outcomes, case) == Some(true)
}

/// Whether a case passes. `None`: it was not played to a verdict, for example because the subject
/// lacks a function that it calls.
fn verdict(outcomes: &Outcomes, case: &str) -> Option<bool> {
    match outcomes.get(case)?.as_str() {
        PASS => Some(true),
        "fail" | "weak" => Some(false),
        _ => None,
    }
}
