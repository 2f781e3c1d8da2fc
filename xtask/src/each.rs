//! `verify --each`: every fix alone on the release, and every proof without its patch. `ablate`:
//! the second half of it.
//!
//! This takes a build for each question, so that it runs at night and not with every change.

use std::cell::OnceCell;

use h2_materialize::header::{Proof, ProofKind};
use h2_materialize::series::{SeriesPatch, Tier};
use h2_materialize::{point_at_modules, Tree};

use crate::evidence;
use crate::failure::Failure;
use crate::layout;
use crate::print::say;
use crate::repo::Repo;
use crate::show::find;
use crate::switch;
use crate::trial::{Outcomes, Trial};
use crate::workshop::{Without, Workshop};

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
    let each = Each { repo, workshop: Workshop::open(repo)?, trial: Trial::new(repo)?, release: OnceCell::new() };
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
    match tally.wrong {
        0 => Ok(()),
        n => Err(Failure::new(format!("{n} of the answers above are not what the headers say"))),
    }
}

#[derive(Debug, Default)]
struct Tally {
    right: usize,
    wrong: usize,
    /// Questions of which a proof is not run here.
    open: usize,
}

enum Answer {
    AsClaimed(String),
    /// Some proofs cannot be run on the tree without the patch.
    Open(String),
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

/// Whether the proofs of a patch fail on a tree without it.
enum Fails {
    All(Answer),
    /// One passes.
    Not(String),
}

struct Each<'a> {
    repo: &'a Repo,
    workshop: Workshop,
    trial: Trial<'a>,
    /// Played when it is first needed.
    release: OnceCell<Outcomes>,
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

    /// Takes the patch out of the series: each of its proofs fails. The first way of taking it out
    /// in which they do is the answer. Where no way compiles, because later patches and modules are
    /// built on it, its proofs fail with its effect switched off, its cases fail on an earlier
    /// tree, or its test fails on the release.
    fn without(&self, patch: &SeriesPatch) -> Result<Answer, Failure> {
        let (mut passes, mut broken) = (None, Failure::new("later patches change its lines"));
        for way in self.workshop.without(&patch.slug, Tier::Speed)? {
            match self.fails_without(patch, &way) {
                Ok(Fails::All(answer)) => return Ok(answer),
                // Where lines of the patch are left, it proves nothing that a proof passes.
                Ok(Fails::Not(detail)) if way.is_clean => passes = passes.or(Some(detail)),
                Ok(Fails::Not(_)) => {}
                Err(failure) => broken = failure,
            }
        }
        if !patch.header.without.is_empty() {
            return self.fails_switched_off(patch);
        }
        if let Some(answer) = self.fails_before(patch)? {
            return Ok(answer);
        }
        match passes {
            Some(detail) => Err(Failure::new(detail)),
            None if patch.tier == Tier::Fixes => self.fails_on_release(patch),
            None => Ok(Answer::Open(format!("it cannot be taken out: {}", broken.sentence))),
        }
    }

    /// The proofs of the patch fail on the series where its effect is switched off.
    fn fails_switched_off(&self, patch: &SeriesPatch) -> Result<Answer, Failure> {
        let mut tree = self.workshop.up_to(Tier::Speed)?;
        let mut modules = Tree::read(&self.repo.package(), layout::MODULES)?;
        switch::off(patch, &mut tree, &mut modules)?;
        let dir = self.trial.dir("switched-off");
        modules.write_sources(&dir)?;
        point_at_modules(&mut tree, |_| dir.join(layout::MODULES).display().to_string());
        let without = Without { tree, is_clean: true, gone_too: Vec::new() };
        match self.fails_without(patch, &without)? {
            Fails::All(Answer::AsClaimed(detail)) => Ok(Answer::AsClaimed(format!("switched off: {detail}"))),
            Fails::All(open) => Ok(open),
            Fails::Not(detail) => Err(Failure::new(format!("switched off: {detail}"))),
        }
    }

    /// The test of a fix in upstream's style fails on the release, and passes there with the fix.
    fn fails_on_release(&self, patch: &SeriesPatch) -> Result<Answer, Failure> {
        let detail = evidence::check_one(self.repo, &self.workshop, &self.trial, patch)?;
        Ok(Answer::AsClaimed(format!("later patches are built on it; on the release {detail}")))
    }

    /// Whether the proofs fail on that tree. An error is that of the compiler.
    fn fails_without(&self, patch: &SeriesPatch, without: &Without) -> Result<Fails, Failure> {
        let gone_too = match without.gone_too.as_slice() {
            [] => String::new(),
            slugs => format!(" (with it go {})", slugs.join(", ")),
        };
        let cases: Vec<&str> = cases(patch).collect();
        if !cases.is_empty() {
            let outcomes = self.trial.play_fork(&without.tree)?;
            if let Some(case) = cases.iter().find(|case| passes(&outcomes, case)) {
                return Ok(Fails::Not(format!("case:{case} passes without it{gone_too}")));
            }
        }
        let mut fail = 0;
        let mut not_run = Vec::new();
        for proof in patch.header.proven_by.iter().filter(|proof| proof.kind != ProofKind::Case) {
            match self.fails(proof, &without.tree)? {
                Some(true) => fail += 1,
                Some(false) => return Ok(Fails::Not(format!("{proof} passes without it{gone_too}"))),
                None => not_run.push(proof.to_string()),
            }
        }
        if cases.len() + fail == 0 {
            let detail = format!("its proofs cannot be run on another tree: {}", not_run.join(", "));
            return Ok(Fails::All(Answer::Open(detail)));
        }
        let not_run = match not_run.is_empty() {
            true => String::new(),
            false => format!(", not run: {}", not_run.join(", ")),
        };
        let detail = format!("{} case(s) and {fail} other proof(s) fail{not_run}{gone_too}", cases.len());
        Ok(Fails::All(Answer::AsClaimed(detail)))
    }

    /// The next best answer: its cases fail on an earlier tree that compiles, which is the end of a
    /// tier. For a fix that is its own tier without it. Its other proofs stay open, because tests
    /// of the fork do not compile on that tree.
    fn fails_before(&self, patch: &SeriesPatch) -> Result<Option<Answer>, Failure> {
        let count = cases(patch).count();
        let (end, ways) = match patch.tier {
            Tier::Build => return Ok(None),
            _ if count == 0 => return Ok(None),
            Tier::Fixes => (Tier::Fixes, self.workshop.without(&patch.slug, Tier::Fixes)?),
            Tier::Policy | Tier::Observability => (Tier::Fixes, Vec::new()),
            Tier::Speed => (Tier::Observability, Vec::new()),
        };
        let mut trees: Vec<Tree> = ways.into_iter().map(|way| way.tree).collect();
        if patch.tier != end {
            trees.push(self.workshop.up_to(end)?);
        }
        for tree in trees {
            let Ok(outcomes) = self.trial.play_release(&tree) else { continue };
            if !cases(patch).any(|case| passes(&outcomes, case)) {
                let detail = format!("{count} case(s) fail at the end of tier {end}; later patches are built on it");
                let others = patch.header.proven_by.iter().filter(|proof| proof.kind != ProofKind::Case);
                let others: Vec<String> = others.map(Proof::to_string).collect();
                return Ok(Some(match others.is_empty() {
                    true => Answer::AsClaimed(detail),
                    false => Answer::Open(format!("{detail}; not run: {}", others.join(", "))),
                }));
            }
        }
        Ok(None)
    }

    /// Whether the proof fails on `tree`. `None`: it is no test of the fork's package. An error:
    /// the tree does not compile, so that no test says anything about it.
    fn fails(&self, proof: &Proof, tree: &Tree) -> Result<Option<bool>, Failure> {
        if proof.kind == ProofKind::Bench {
            return Ok(None);
        }
        Ok(self.trial.test_fork(tree, &proof.name)?.map(|passes| !passes))
    }
}

fn cases(patch: &SeriesPatch) -> impl Iterator<Item = &str> {
    let proofs = patch.header.proven_by.iter();
    proofs.filter(|proof| proof.kind == ProofKind::Case).map(|proof| proof.name.as_str())
}

fn passes(outcomes: &Outcomes, case: &str) -> bool {
    outcomes.get(case).is_some_and(|outcome| outcome == PASS)
}
