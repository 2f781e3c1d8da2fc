//! The series as commits, from which single patches are picked and dropped.

use h2_materialize::series::{SeriesPatch, Tier};
use h2_materialize::{Series, Tree};
use tempfile::TempDir;

use crate::edit::{self, BASE};
use crate::failure::Failure;
use crate::git::Git;
use crate::repo::{tempdir, Repo};

/// A work tree of the series in a temporary directory.
#[derive(Debug)]
pub(crate) struct Workshop {
    scratch: TempDir,
    series: Series,
    /// The commit of each patch of the series, in its order.
    commits: Vec<String>,
}

/// The series without a patch.
#[derive(Debug)]
pub(crate) struct Without {
    pub(crate) tree: Tree,
    /// No line of a conflict was given to either side.
    pub(crate) is_clean: bool,
    /// The slugs of the patches that went with it, because they need it.
    pub(crate) gone_too: Vec<String>,
}

impl Workshop {
    pub(crate) fn open(repo: &Repo) -> Result<Workshop, Failure> {
        let scratch = tempdir()?;
        let dir = scratch.path().join("edit");
        edit::make(repo, &dir)?;
        let commits = Git { dir: &dir }.run(&["rev-list", "--reverse", &format!("{BASE}..series")])?;
        let commits = commits.lines().map(str::to_owned).collect();
        Ok(Workshop { scratch, series: repo.series()?, commits })
    }

    /// The release with these patches and no others. `None` if one of them does not apply so.
    pub(crate) fn pick(&self, slugs: &[&str]) -> Result<Option<Tree>, Failure> {
        self.check_out(BASE)?;
        for (patch, commit) in self.series.patches.iter().zip(&self.commits) {
            if slugs.contains(&patch.slug.as_str()) && !self.cherry_pick(commit)? {
                return Ok(None);
            }
        }
        self.tree().map(Some)
    }

    /// The series up to the end of that tier.
    pub(crate) fn up_to(&self, end: Tier) -> Result<Tree, Failure> {
        self.check_out(self.end_of(end))?;
        self.tree()
    }

    /// The last commit of the tier, or of the tiers before it if it is empty.
    fn end_of(&self, tier: Tier) -> &str {
        let last = self.series.patches.iter().rposition(|patch| patch.tier <= tier);
        last.map_or(BASE, |at| &self.commits[at])
    }

    /// The series up to the end of that tier, without `slug` and the patches that need it, in
    /// several ways, the cleanest first. Where a later patch changes lines that this one had
    /// changed, one way gives up the later lines, and one keeps them.
    pub(crate) fn without(&self, slug: &str, end: Tier) -> Result<Vec<Without>, Failure> {
        let gone = self.with_dependents(slug);
        let others = self.series.patches.iter().filter(|patch| patch.tier <= end).map(|patch| patch.slug.as_str());
        let others: Vec<&str> = others.filter(|slug| !gone.contains(slug)).collect();
        let trees = [
            (true, self.revert(&gone, end, None)?),
            (true, self.pick(&others)?),
            (false, self.revert(&gone, end, Some("theirs"))?),
            (false, self.revert(&gone, end, Some("ours"))?),
        ];
        let mut ways: Vec<Without> = Vec::new();
        for (is_clean, tree) in trees {
            let Some(tree) = tree else { continue };
            if ways.iter().all(|way| way.tree != tree) {
                let gone_too = gone.iter().filter(|gone| **gone != slug).map(|gone| (*gone).to_owned()).collect();
                ways.push(Without { tree, is_clean, gone_too });
            }
        }
        Ok(ways)
    }

    /// The patch and all that need it, in the order of the series.
    fn with_dependents<'a>(&'a self, slug: &'a str) -> Vec<&'a str> {
        let mut gone = vec![slug];
        for patch in &self.series.patches {
            if patch.header.needs.iter().any(|needed| gone.contains(&needed.as_str())) {
                gone.push(&patch.slug);
            }
        }
        gone
    }

    /// Takes these patches off the end of the tier, the last one first. `strategy` says which side
    /// a conflict is given to.
    fn revert(&self, slugs: &[&str], end: Tier, strategy: Option<&str>) -> Result<Option<Tree>, Failure> {
        self.check_out(self.end_of(end))?;
        for (patch, commit) in self.series.patches.iter().zip(&self.commits).rev() {
            if patch.tier > end || !slugs.contains(&patch.slug.as_str()) {
                continue;
            }
            let mut arguments = vec!["revert", "--no-edit", "--no-gpg-sign"];
            if let Some(strategy) = strategy {
                arguments.extend(["-X", strategy]);
            }
            arguments.push(commit);
            let reverted = self.git(|git| {
                let answer = git.ask(&arguments, "")?;
                if !answer.success {
                    // A revert that leaves nothing to commit has failed without being in progress.
                    git.ask(&["revert", "--quit"], "")?;
                }
                Ok(answer.success)
            })?;
            if !reverted {
                return Ok(None);
            }
        }
        self.tree().map(Some)
    }

    /// The patch and what it needs, in the order of the series.
    pub(crate) fn with_needs<'a>(&'a self, patch: &'a SeriesPatch) -> Vec<&'a str> {
        let mut wanted = vec![patch.slug.as_str()];
        // Each patch only needs patches before it.
        for patch in self.series.patches.iter().rev() {
            if wanted.contains(&patch.slug.as_str()) {
                wanted.extend(patch.header.needs.iter().map(String::as_str));
            }
        }
        let order = self.series.patches.iter().map(|patch| patch.slug.as_str());
        order.filter(|slug| wanted.contains(slug)).collect()
    }

    fn check_out(&self, commit: &str) -> Result<(), Failure> {
        self.git(|git| git.run(&["checkout", "--quiet", "--detach", "--force", commit])).map(drop)
    }

    /// Applies a commit to what is there, by merging; `false` if lines of another patch are in its
    /// way.
    fn cherry_pick(&self, commit: &str) -> Result<bool, Failure> {
        self.git(|git| {
            if git.ask(&["cherry-pick", "--allow-empty", "--no-gpg-sign", commit], "")?.success {
                return Ok(true);
            }
            git.run(&["cherry-pick", "--abort"])?;
            Ok(false)
        })
    }

    fn tree(&self) -> Result<Tree, Failure> {
        Ok(Tree::read(&self.scratch.path().join("edit"), "src")?)
    }

    fn git<T>(&self, act: impl FnOnce(&Git<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        act(&Git { dir: &self.scratch.path().join("edit") })
    }
}
