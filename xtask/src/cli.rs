//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;
use lexopt::Parser;

use crate::failure::Failure;

pub(crate) const USAGE: &str = "\
cargo xtask COMMAND: the tools that keep the fork as its difference

  edit DIR                   a git work tree of the fork's sources in DIR, one commit a patch;
                             H2_WORKTREE=DIR cargo test -p h2@0.4.2001 compiles it
  refresh DIR                that work tree's commits back into h2-patched/patches
  show SLUG                  a patch with context
  verify [--skip-compare]    everything the fork claims about itself, and the comparison with upstream
  verify --each [SLUG]       every fix alone on the release, and every proof without its patch (hours)
  ablate [SLUG]              drops one patch at a time and shows that its proofs fail: half of verify --each
  mutants                    runs the mutation tests: one fault at a time, which an invariant must name
  power                      how soon the fuzz targets find each of these faults, as fuzz/POWER.md (ten minutes)
  results [NAME]             the suite on the servers and clients of conformance/peers that are installed, as
                             conformance/results
  recall                     the suite on older releases of h2: which of the faults since fixed it finds, as
                             conformance/results/recall.md (ten minutes)
  fuzz [TARGET] [--minutes N | --seconds N]
                             every fuzz target, or one, for so long (default: 10 seconds), and a table
  work                       how much code a script of the fuzz targets runs for an octet at most
  coverage                   which of the fork's code the fuzz targets reach, as fuzz/COVERAGE.md (ten minutes)
  index                      PATCHES.md, from the headers and the sizes
  vendor DIR                 the fork as a plain crate without a build script in DIR
  vendor --branch NAME       the same as a commit on a branch of this repository
  roll SOURCE DIR            a work tree with the series rebased on SOURCE: another version of the release,
                             or the directory of a checkout
  bump VERSION               the fork's next version, and its release, in every file that names them
  evidence SLUG [--out DIR]  what a pull request to upstream needs (default: target/evidence/SLUG)
  evidence --check [SLUG]    tries it for every fix: the diff applies, and its test is red without it
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Edit { dir: PathBuf },
    Refresh { dir: PathBuf },
    Show { slug: String },
    Verify { compare: bool },
    Each { slug: Option<String> },
    Ablate { slug: Option<String> },
    Mutants,
    Power,
    Work,
    Coverage,
    Recall,
    Results { name: Option<String> },
    Fuzz { target: Option<String>, seconds: u64 },
    Index,
    Vendor { dir: PathBuf },
    VendorBranch { branch: String },
    Roll { source: String, dir: PathBuf },
    Bump { version: String },
    Evidence { slug: String, out: Option<PathBuf> },
    CheckEvidence { slug: Option<String> },
}

const COMMANDS: &str =
    "edit, refresh, show, verify, ablate, mutants, power, results, recall, fuzz, work, coverage, index, vendor, roll, \
     bump, evidence";

pub(crate) fn parse(mut parser: Parser) -> Result<Command, Failure> {
    read(&mut parser).map_err(|error| {
        let sentence = error.to_string();
        Failure::input(format!("{sentence}; `cargo xtask --help` lists the commands"))
    })
}

fn read(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let name = match parser.next()? {
        Some(Long("help") | Short('h')) => return Ok(Command::Help),
        Some(Value(name)) => name.string()?,
        Some(other) => return Err(other.unexpected()),
        None => return Err(format!("expected a command: {COMMANDS}").into()),
    };
    let command = match name.as_str() {
        "help" => Command::Help,
        "edit" => Command::Edit { dir: operand(parser, "DIR")?.into() },
        "refresh" => Command::Refresh { dir: operand(parser, "DIR")?.into() },
        "show" => Command::Show { slug: operand(parser, "SLUG")? },
        "verify" => verify(parser)?,
        "ablate" => return Ok(maybe(parser)?.map_or(Command::Help, |slug| Command::Ablate { slug })),
        "results" => return Ok(maybe(parser)?.map_or(Command::Help, |name| Command::Results { name })),
        "mutants" => Command::Mutants,
        "power" => Command::Power,
        "work" => Command::Work,
        "coverage" => Command::Coverage,
        "recall" => Command::Recall,
        "fuzz" => fuzz(parser)?,
        "index" => Command::Index,
        "vendor" => vendor(parser)?,
        "roll" => Command::Roll { source: operand(parser, "SOURCE")?, dir: operand(parser, "DIR")?.into() },
        "bump" => Command::Bump { version: operand(parser, "VERSION")? },
        "evidence" => evidence(parser)?,
        other => {
            return Err(format!("expected one of {COMMANDS}, found {other:?}").into());
        }
    };
    match parser.next()? {
        None => Ok(command),
        Some(Long("help") | Short('h')) => Ok(Command::Help),
        Some(more) => Err(more.unexpected()),
    }
}

fn operand(parser: &mut Parser, name: &str) -> Result<String, lexopt::Error> {
    match parser.next()? {
        Some(Value(value)) => filled(value, name)?.string(),
        Some(other) => Err(other.unexpected()),
        None => Err(format!("expected {name}, found nothing").into()),
    }
}

fn filled(value: OsString, name: &str) -> Result<OsString, lexopt::Error> {
    if value.is_empty() {
        return Err(format!("expected {name}, found nothing").into());
    }
    Ok(value)
}

fn vendor(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        Some(Long("branch")) => Ok(Command::VendorBranch { branch: filled(parser.value()?, "NAME")?.string()? }),
        Some(Value(dir)) => Ok(Command::Vendor { dir: filled(dir, "DIR")?.into() }),
        Some(Long("help") | Short('h')) => Ok(Command::Help),
        Some(other) => Err(other.unexpected()),
        None => Err("expected DIR or --branch NAME, found nothing".into()),
    }
}

fn verify(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut compare = true;
    let mut each = false;
    let mut slug = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("skip-compare") if !each => compare = false,
            Long("each") if compare => each = true,
            Value(value) if each && slug.is_none() => slug = Some(filled(value, "SLUG")?.string()?),
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(match each {
        true => Command::Each { slug },
        false => Command::Verify { compare },
    })
}

fn fuzz(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut target = None;
    let mut seconds = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("minutes") if seconds.is_none() => seconds = Some(60 * number(parser, DAY / 60)?),
            Long("seconds") if seconds.is_none() => seconds = Some(number(parser, DAY)?),
            Value(value) if target.is_none() => target = Some(filled(value, "TARGET")?.string()?),
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Fuzz { target, seconds: seconds.unwrap_or(10) })
}

/// Seconds of a day.
const DAY: u64 = 86_400;

fn number(parser: &mut Parser, most: u64) -> Result<u64, lexopt::Error> {
    let value = parser.value()?.string()?;
    let number = value.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("expected a number from 1 to {most}, found {value:?}").into())
}

/// The operand, if there is one. `None`: help was asked for.
fn maybe(parser: &mut Parser) -> Result<Option<Option<String>>, lexopt::Error> {
    let mut operand = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("help") | Short('h') => return Ok(None),
            Value(value) if operand.is_none() => operand = Some(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(operand))
}

fn evidence(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut slug = None;
    let mut out = None;
    let mut check = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("out") if !check => out = Some(filled(parser.value()?, "DIR")?.into()),
            Long("check") if out.is_none() => check = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if slug.is_none() => slug = Some(filled(value, "SLUG")?.string()?),
            other => return Err(other.unexpected()),
        }
    }
    if check {
        return Ok(Command::CheckEvidence { slug });
    }
    let slug = slug.ok_or("expected SLUG, found nothing")?;
    Ok(Command::Evidence { slug, out })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(Parser::from_args(line.split_whitespace())).map_err(|failure| {
            assert_eq!(failure.exit_code, 2);
            assert_eq!(failure.sentence.lines().count(), 1);
            failure.sentence
        })
    }

    #[test]
    fn commands() {
        assert_eq!(parsed("--help"), Ok(Command::Help));
        assert_eq!(parsed("mutants"), Ok(Command::Mutants));
        assert_eq!(parsed("power"), Ok(Command::Power));
        assert_eq!(parsed("work"), Ok(Command::Work));
        assert_eq!(parsed("coverage"), Ok(Command::Coverage));
        assert_eq!(parsed("recall"), Ok(Command::Recall));
        assert_eq!(parsed("index"), Ok(Command::Index));
        assert_eq!(parsed("fuzz"), Ok(Command::Fuzz { target: None, seconds: 10 }));
        assert_eq!(parsed("fuzz a --minutes 2"), Ok(Command::Fuzz { target: Some("a".into()), seconds: 120 }));
        assert_eq!(parsed("fuzz --seconds 1800"), Ok(Command::Fuzz { target: None, seconds: 1_800 }));
        assert!(parsed("fuzz --seconds 0").unwrap_err().contains("from 1 to 86400"));
        assert!(parsed("fuzz --minutes 1441").unwrap_err().contains("from 1 to 1440"));
        assert_eq!(parsed("bump 0.4.2002"), Ok(Command::Bump { version: "0.4.2002".into() }));
        assert_eq!(parsed("results Go"), Ok(Command::Results { name: Some("Go".into()) }));
        assert_eq!(parsed("ablate"), Ok(Command::Ablate { slug: None }));
        assert_eq!(parsed("ablate a"), Ok(Command::Ablate { slug: Some("a".into()) }));
        assert_eq!(parsed("verify --skip-compare"), Ok(Command::Verify { compare: false }));
        assert_eq!(parsed("vendor a"), Ok(Command::Vendor { dir: "a".into() }));
        assert_eq!(parsed("vendor --branch a"), Ok(Command::VendorBranch { branch: "a".into() }));
        assert_eq!(parsed("verify --each"), Ok(Command::Each { slug: None }));
        assert_eq!(parsed("verify --each a"), Ok(Command::Each { slug: Some("a".into()) }));
        assert_eq!(parsed("evidence --check"), Ok(Command::CheckEvidence { slug: None }));
        assert_eq!(parsed("evidence a --check"), Ok(Command::CheckEvidence { slug: Some("a".into()) }));
        assert_eq!(parsed("evidence a --out b"), Ok(Command::Evidence { slug: "a".into(), out: Some("b".into()) }));
    }

    #[test]
    fn everything_else_is_refused_in_one_line() {
        for (line, complaint) in [
            ("", "expected a command: edit,"),
            ("frobnicate", "expected one of edit,"),
            ("edit", "expected DIR"),
            ("edit a b", "unexpected argument"),
            ("mutants a", "unexpected argument"),
            ("--frobnicate", "invalid option '--frobnicate'"),
            ("verify --frobnicate", "invalid option '--frobnicate'"),
            ("verify --each --skip-compare", "invalid option '--skip-compare'"),
            ("verify a", "unexpected argument"),
            ("vendor", "expected DIR or --branch NAME"),
            ("vendor --branch", "missing argument"),
            ("show", "expected SLUG"),
            ("evidence --check --out a", "invalid option '--out'"),
            ("evidence --out a", "expected SLUG"),
        ] {
            let sentence = parsed(line).unwrap_err();
            assert!(sentence.contains(complaint), "{line}: {sentence}");
        }
    }
}
