//! `fuzz`: the fuzz targets one after the other, and a table of what they did.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::failure::Failure;
use crate::limited;
use crate::print::say;
use crate::repo::Repo;

/// What cargo-fuzz may take beside the time of a target, in seconds: it plays the seeds first.
const BESIDE: u64 = 600;
/// Memory of a target with its corpus, in MiB. More is a finding.
const MEMORY: &str = "-rss_limit_mb=2048";
/// With a sanitizer for addresses targets play an eighth as many inputs. Nearly all that they play
/// is safe Rust.
const NO_SANITIZER: [&str; 2] = ["--sanitizer", "none"];
/// Lines of a finding that are shown.
const LINES: usize = 60;

/// Programs that write the seeds of targets.
const SEEDS: [(&str, &[&str]); 2] =
    [("seeds", &["frames"]), ("legal_seeds", &["legal", "script", "differential", "pair", "windows"])];

/// Runs each target, or the one of that name, for so many seconds.
pub(crate) fn run(repo: &Repo, name: Option<&str>, seconds: u64) -> Result<(), Failure> {
    let all = targets(&repo.root.join("fuzz/fuzz_targets"))?;
    let chosen: Vec<&str> =
        all.iter().map(String::as_str).filter(|target| name.is_none_or(|name| name == *target)).collect();
    if chosen.is_empty() {
        return Err(Failure::input(format!(
            "expected one of {}, found {:?}",
            all.join(", "),
            name.unwrap_or_default()
        )));
    }
    let fuzz = Fuzz::new(repo)?;
    for (program, targets) in SEEDS {
        for target in targets.iter().filter(|target| chosen.contains(target)) {
            fuzz.seed(program, target)?;
        }
    }
    for target in &chosen {
        fuzz.build(target)?;
    }
    say("| target | executions | a second | peak memory, MiB | finding |")?;
    say("| --- | ---: | ---: | ---: | --- |")?;
    let mut found = Vec::new();
    for target in chosen {
        let (said, is_clean) = fuzz.play(target, seconds)?;
        let stat = |name: &str| statistic(&said, name).unwrap_or("?");
        let (executions, rate) = (stat("number_of_executed_units"), stat("average_exec_per_sec"));
        let finding = if is_clean { "none" } else { "yes" };
        say(format_args!("| `{target}` | {executions} | {rate} | {} | {finding} |", stat("peak_rss_mb")))?;
        if !is_clean {
            found.push((target, said));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let told = |(target, said): &(&str, String)| {
        format!("{target} found something; its input is in fuzz/artifacts/{target}:\n{}", last_lines(said))
    };
    Err(Failure::new(found.iter().map(told).collect::<Vec<_>>().join("\n")))
}

fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let read = fs::read_dir(folder).map_err(|cause| Failure::io(format_args!("read {}", folder.display()), &cause))?;
    let names = read.flatten().filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// cargo-fuzz with a compiler that takes its flags.
struct Fuzz<'a> {
    repo: &'a Repo,
    has_nightly: bool,
}

impl<'a> Fuzz<'a> {
    fn new(repo: &'a Repo) -> Result<Self, Failure> {
        if !succeeds(Command::new("cargo").args(["fuzz", "--version"])) {
            return Err(Failure::new(
                "expected cargo-fuzz; `cargo install cargo-fuzz --version 0.13.2 --locked` installs it",
            ));
        }
        let has_nightly = succeeds(Command::new("cargo").args(["+nightly", "--version"]));
        if !has_nightly {
            say("No nightly toolchain here: the default one fuzzes, with RUSTC_BOOTSTRAP=1.")?;
        }
        Ok(Fuzz { repo, has_nightly })
    }

    fn seed(&self, program: &str, target: &str) -> Result<(), Failure> {
        let corpus = format!("fuzz/corpus/{target}");
        let mut command = self.repo.cargo();
        command.args(["run", "--quiet", "-p", "h2-conformance", "--example", program, "--", &corpus]);
        match command.current_dir(&self.repo.root).status() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(Failure::new(format!("the program {program} failed, see above"))),
            Err(cause) => Err(Failure::io("run cargo", &cause)),
        }
    }

    /// `cargo fuzz`, in its folder.
    fn command(&self) -> Command {
        let mut command = Command::new("cargo");
        match self.has_nightly {
            true => command.arg("+nightly"),
            false => command.env("RUSTC_BOOTSTRAP", "1"),
        };
        command.current_dir(self.repo.root.join("fuzz")).arg("fuzz");
        command
    }

    fn build(&self, target: &str) -> Result<(), Failure> {
        match self.command().arg("build").args(NO_SANITIZER).arg(target).status() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(Failure::new(format!("{target} cannot be built, see above"))),
            Err(cause) => Err(Failure::io("run cargo", &cause)),
        }
    }

    /// What libFuzzer said, and whether it found nothing.
    fn play(&self, target: &str, seconds: u64) -> Result<(String, bool), Failure> {
        let mut command = self.command();
        command.arg("run").args(NO_SANITIZER).args([target, &format!("corpus/{target}")]);
        let regressions = format!("regressions/{target}");
        if self.repo.root.join("fuzz").join(&regressions).is_dir() {
            command.arg(regressions);
        }
        command.args([
            "--",
            "-timeout=10",
            "-verbosity=0",
            "-print_final_stats=1",
            &format!("-max_total_time={seconds}"),
        ]);
        command.arg(MEMORY);
        let dictionary = format!("{target}.dict");
        if self.repo.root.join("fuzz").join(&dictionary).is_file() {
            command.arg(format!("-dict={dictionary}"));
        }
        fs::create_dir_all(self.repo.root.join("fuzz/corpus").join(target))
            .map_err(|cause| Failure::io("make the corpus", &cause))?;
        let limit = Duration::from_secs(BESIDE + seconds);
        let output = limited::output(&mut command, limit)?;
        let output =
            output.ok_or_else(|| Failure::new(format!("{target} did not end within {} s", limit.as_secs())))?;
        Ok((String::from_utf8_lossy(&output.stderr).into_owned(), output.status.success()))
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A line such as `stat::peak_rss_mb: 80`.
fn statistic<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    said.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read() {
        let said = "INFO: x\nstat::number_of_executed_units: 123\nstat::peak_rss_mb:             80\n";
        assert_eq!(statistic(said, "number_of_executed_units"), Some("123"));
        assert_eq!(statistic(said, "peak_rss_mb"), Some("80"));
        assert_eq!(statistic(said, "new_units_added"), None);
    }

    #[test]
    fn a_finding_is_shown_from_its_end() {
        let said: Vec<String> = (0..100).map(|line| line.to_string()).collect();
        let shown = last_lines(&said.join("\n"));
        assert!(shown.starts_with("40\n") && shown.ends_with("\n99"), "{shown}");
        assert_eq!(last_lines("a"), "a");
    }
}
