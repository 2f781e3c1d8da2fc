//! Content over real sockets on loopback through a relay with delay and rate, with hyper and h2 as
//! they are. The release's half is a program of its own, which is built here: a program has one
//! hyper, and that one has one h2.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::figures::{Better, Figures, Row};
use crate::real_link::{Direction, Plan, Stack};
use crate::worker::{self, Patience, READY};

const DIRECTIONS: [(&str, Direction); 2] = [("download", Direction::Download), ("upload", Direction::Upload)];
const STACKS: [(&str, Stack); 3] =
    [("hyper", Stack::Hyper), ("hyper-adaptive", Stack::HyperAdaptive), ("h2", Stack::H2)];
const ROUND_TRIPS_MS: [u64; 4] = [1, 20, 100, 200];

/// The round trip of rows after a pause, and of rows with many connections.
const LONG_MS: u64 = 100;
const SHORT_MS: u64 = 20;
const PAUSE: Duration = Duration::from_secs(2);
const CONNECTIONS: [usize; 2] = [10, 50];

const SPAN: Duration = Duration::from_millis(800);
/// What a process takes on top of what its plan says.
const PATIENCE: Duration = Duration::from_secs(20);

/// The package of the release's half, and its program.
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/real-link");
const PROGRAM: &str = "real-link-release";

pub(super) fn run() -> Result<Figures, String> {
    let release = release()?;
    let plans = plans();
    let rows = plans.iter().map(|(name, plan)| {
        let fork = || worker::of_this_program(&[vec!["real-link".to_owned()], arguments(plan)].concat());
        let mut commands = [Command::new(&release), fork()?];
        commands[0].args(arguments(plan));
        let [upstream, patched] = measure(name, plan, &mut commands)?;
        Ok(Row::new(name.clone(), "MB/s", Better::Higher, upstream, patched))
    });
    Ok(Figures::new("real-link", rows.collect::<Result<_, String>>()?))
}

/// Every row, by name.
fn plans() -> Vec<(String, Plan)> {
    let mut plans = Vec::new();
    let plan = |stack, direction, ms| {
        let round_trip = Duration::from_millis(ms);
        let start_up = Duration::from_millis(500) + 12 * round_trip;
        Plan { stack, direction, round_trip, connections: 1, start_up, span: SPAN, pause: None }
    };
    for (way, direction) in DIRECTIONS {
        for (who, stack) in STACKS {
            for ms in ROUND_TRIPS_MS {
                plans.push((format!("{way}/{who}/{ms}ms"), plan(stack, direction, ms)));
            }
            if stack == Stack::HyperAdaptive {
                continue;
            }
            let paused = Plan { pause: Some(PAUSE), ..plan(stack, direction, LONG_MS) };
            plans.push((format!("{way}/{who}/{LONG_MS}ms/after-pause"), paused));
            for connections in CONNECTIONS {
                let many = Plan { connections, ..plan(stack, direction, SHORT_MS) };
                plans.push((format!("{way}/{who}/{SHORT_MS}ms/{connections}-connections"), many));
            }
        }
    }
    plans
}

/// For the command line of a process that does this, as [`Plan::parse`] reads it.
fn arguments(plan: &Plan) -> Vec<String> {
    let stack = STACKS.iter().find(|(_, stack)| *stack == plan.stack).expect("all are listed").0;
    let direction = DIRECTIONS.iter().find(|(_, direction)| *direction == plan.direction).expect("both are listed").0;
    let pause = plan.pause.unwrap_or_default();
    let numbers = [plan.round_trip, plan.start_up, plan.span, pause].map(|span| span.as_millis().to_string());
    let [round_trip, start_up, span, pause] = numbers;
    [stack.into(), direction.into(), round_trip, plan.connections.to_string(), start_up, span, pause].into()
}

/// Measures the release and the fork. A figure cannot say why it is missing, so that goes to
/// standard error.
fn measure(name: &str, plan: &Plan, commands: &mut [Command; 2]) -> Result<[Option<f64>; 2], String> {
    let pause = plan.pause.map_or(Duration::ZERO, |pause| pause + plan.start_up);
    let patience = PATIENCE + plan.start_up + pause + plan.span;
    let mut figures = [None; 2];
    for ((who, command), figure) in ["upstream", "patched"].iter().zip(commands).zip(&mut figures) {
        let said = worker::run(command, Patience { set_up: patience, figure: patience })?;
        said.failure.iter().for_each(|why| eprintln!("real-link: {name} on {who}: {why}"));
        *figure = said.figures.first().map(|(_, goodput)| *goodput);
    }
    Ok(figures)
}

/// The program of the release's half, built by cargo.
///
/// # Errors
///
/// It cannot be built: in one line, with the command that says more.
pub(super) fn release() -> Result<PathBuf, String> {
    build(Path::new(PACKAGE), PROGRAM)
}

/// A program of a package that is a workspace of its own, built by cargo.
///
/// # Errors
///
/// It cannot be built: in one line, with the command that says more.
pub(super) fn build(package: &Path, program: &str) -> Result<PathBuf, String> {
    let manifest = package.join("Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = package.join("target");
    let done = Command::new(&cargo)
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(&manifest)
        .arg("--target-dir")
        .arg(&target)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let program = target.join("release").join(program).with_extension(std::env::consts::EXE_EXTENSION);
    match done {
        Ok(status) if status.success() && program.is_file() => Ok(program),
        _ => Err(format!(
            "{} cannot be built; `{} build --release --locked --manifest-path {}` says why",
            package.file_name().unwrap_or_default().to_string_lossy(),
            Path::new(&cargo).display(),
            manifest.display()
        )),
    }
}

/// The worker: a plan, on the fork.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let plan = Plan::parse(arguments)?;
    worker::say(READY, 0.0)?;
    worker::say("goodput", plan.run().map_err(|error| error.to_string())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_the_command_line() {
        for (name, plan) in plans() {
            let read = Plan::parse(&arguments(&plan)).expect("we wrote it");
            assert_eq!(arguments(&read), arguments(&plan), "{name}");
            assert_eq!(
                (read.connections, read.pause, read.round_trip),
                (plan.connections, plan.pause, plan.round_trip)
            );
        }
        let names: Vec<String> = plans().into_iter().map(|(name, _)| name).collect();
        for name in ["download/hyper/100ms", "upload/h2/100ms/after-pause", "upload/hyper/20ms/50-connections"] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn a_bad_plan_is_refused_in_one_line() {
        let bad = ["", "curl download 1 1 1 1 0", "h2 sideways 1 1 1 1 0", "h2 upload 1 1 1 1", "h2 upload 1 1 1 1 x"];
        for words in bad {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            assert!(Plan::parse(&words).is_err_and(|why| !why.contains('\n')), "{words:?}");
        }
    }

    #[test]
    fn what_cannot_be_built_says_how_to_learn_why() {
        let why = build(Path::new("nowhere"), "nothing").expect_err("there is nothing");
        assert!(why.contains("build --release") && why.contains("nowhere") && !why.contains('\n'), "{why}");
    }

    #[test]
    #[cfg(unix)]
    fn a_half_that_fails_leaves_the_others_figure() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let (_, plan) = plans().swap_remove(0);
        let mut commands = [shell("exit 3"), shell("echo ready 0; echo goodput 12.5")];
        assert_eq!(measure("a row", &plan, &mut commands), Ok([None, Some(12.5)]));
    }
}
