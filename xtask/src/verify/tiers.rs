//! The series is bisectable tier by tier: the tree at the end of each compiles.

use h2_materialize::series::Tier;

use crate::failure::Failure;
use crate::repo::Repo;
use crate::trial::Trial;
use crate::workshop::Workshop;

/// The tiers whose end compiles alone. The modules of `policy` report to those of `observability`,
/// so that these two end together; the end of `speed` is the series.
const ENDS: [Tier; 3] = [Tier::Build, Tier::Fixes, Tier::Observability];

pub(crate) fn check(repo: &Repo) -> Result<String, Failure> {
    let workshop = Workshop::open(repo)?;
    let trial = Trial::new(repo)?;
    for tier in ENDS {
        let dir = trial.dir("tier");
        trial.write_crate_of_fork(&workshop.up_to(tier)?, &dir)?;
        let mut command = trial.cargo(&dir, "target-tier");
        let output = command.args(["check", "--quiet"]).output().map_err(|cause| Failure::io("run cargo", &cause))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let error = stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no message");
            return Err(Failure::new(format!("the tree at the end of tier {tier} does not compile: {error}")));
        }
    }
    Ok(format!("the ends of {} compile; the last one is the series", ENDS.map(Tier::as_str).join(", ")))
}
