//! What can be asked for on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use h2_conformance::report;

/// A frame-level conformance runner for HTTP/2. Without a command: compare.
///
/// Exit status: 0 as expected, 1 a subject fell short or a claim does not hold, 2 bad input, 3 the
/// runner or its environment failed.
#[derive(Debug, Parser)]
#[command(name = report::NAME, version = VERSION, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    bare: Compare,
    #[command(flatten)]
    pub(crate) common: Common,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("H2_CONFORMANCE_GIT"), ")");

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// How to write the report
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Write the report to this file instead of standard output
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// No progress, and in text only what is wrong
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Junit,
    Markdown,
    Html,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Every case on two subjects: what differs, and which patch claims it
    Compare(Compare),
    /// Every case on one subject
    Run(Run),
    /// Every case that needs nothing but the wire on a server elsewhere
    Endpoint(Endpoint),
    /// The catalogue
    List(List),
    /// What one case does, requires and expects, and what comes of it
    Explain(Explain),
    /// Play a recorded script, such as `explain --format json` writes
    Replay(Replay),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Compare {
    /// The two to compare [default: upstream,patched]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) subjects: Vec<String>,
    /// Only cases that match; `*` stands for any text. May be given again
    #[arg(long = "case", value_name = "GLOB")]
    pub(crate) cases: Vec<String>,
    /// Play everything so many times; any change of verdict or transcript is an error [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: Option<u32>,
    /// Figures to show in report.html, as `h2-benches --json` writes them. May be given again
    #[arg(long, value_name = "PATH")]
    pub(crate) figures: Vec<PathBuf>,
    /// Where results.json, report.md and report.html go [default: target/conformance]
    #[arg(long, value_name = "DIR")]
    pub(crate) reports: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// The subject
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// Only cases that match; `*` stands for any text. May be given again
    #[arg(long = "case", value_name = "GLOB")]
    pub(crate) cases: Vec<String>,
    /// How to reach it [default: in memory where the subject runs there]
    #[arg(long, value_enum)]
    pub(crate) transport: Option<Transport>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    /// In memory, in virtual time
    Mem,
    /// Over a socket of this machine
    Tcp,
    /// The same, encrypted: not supported yet, and refused in words that say so
    #[value(hide = true)]
    Tls,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Endpoint {
    /// http://host:port or http://host:port/path, over HTTP/2 with prior knowledge. The path should
    /// be one that answers POST after reading it to the end: cases that rely on an open request are
    /// skipped otherwise
    pub(crate) url: String,
    /// Only cases that match; `*` stands for any text. May be given again
    #[arg(long = "case", value_name = "GLOB")]
    pub(crate) cases: Vec<String>,
    /// How long the server may keep silent in one case, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout_ms: u64,
    /// Accept any certificate: refused as long as https:// is not supported
    #[arg(long, hide = true)]
    pub(crate) insecure: bool,
    /// The name to ask for in TLS: refused as well
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) sni: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct List {
    /// The same as --format json
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Explain {
    /// The case's id
    pub(crate) case: String,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Replay {
    /// The recording
    pub(crate) file: PathBuf,
    /// The subject that plays the other part
    #[arg(long, value_name = "NAME", default_value = "patched")]
    pub(crate) subject: String,
}

/// What to do instead of running a command.
#[derive(Debug)]
pub(crate) enum Answer {
    /// This was asked for.
    Shown(String),
    /// The line that says what is wrong.
    Refused(String),
}

impl Cli {
    /// The command; without one, to compare.
    pub(crate) fn command(&self) -> Command {
        self.command.clone().unwrap_or_else(|| Command::Compare(self.bare.clone()))
    }
}

/// Reads the command line.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Answer> {
    let cli = Cli::try_parse_from(arguments).map_err(|error| match error.use_stderr() {
        true if error.kind() == ErrorKind::InvalidSubcommand => {
            Answer::Refused(format!("{}; the commands are {}", one_line(&error.to_string()), commands()))
        }
        true => Answer::Refused(one_line(&error.to_string())),
        false => Answer::Shown(error.to_string()),
    })?;
    if cli.command.is_some() && cli.bare != Compare::default() {
        return Err(Answer::Refused("options of a command stand after its name; `--help` lists commands".into()));
    }
    Ok(cli)
}

fn commands() -> String {
    let cli = <Cli as CommandFactory>::command();
    cli.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ")
}

/// The parser's message without its usage, on one line.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let wanted = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let text = wanted.collect::<Vec<_>>().join(" ").replace(" tip: ", "; ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Cli, Answer> {
        parse(std::iter::once("h2-conformance").chain(arguments.iter().copied()).map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn without_a_command_it_compares() {
        for arguments in [&["--case", "a/*", "--repeat", "2"][..], &["compare", "--case", "a/*", "--repeat", "2"]] {
            let Command::Compare(compare) = parsed(arguments).unwrap().command() else { panic!("{arguments:?}") };
            assert_eq!((&compare.cases[..], compare.repeat), (&["a/*".to_owned()][..], Some(2)));
        }
        assert!(matches!(parsed(&["--quiet", "list"]).unwrap().command(), Command::List(_)));
    }

    #[test]
    fn refusals_are_one_line() {
        for arguments in [
            &["compair"][..],
            &["--case"],
            &["run"],
            &["--repeat", "0"],
            &["--format", "yaml"],
            &["--case", "x", "list"],
            &["endpoint"],
            &["run", "--subject", "x", "--transport", "udp"],
        ] {
            let Err(Answer::Refused(line)) = parsed(arguments) else { panic!("{arguments:?}") };
            assert!(!line.is_empty() && !line.contains('\n') && !line.contains("Usage"), "{line}");
        }
        assert!(matches!(parsed(&["--help"]), Err(Answer::Shown(_))));
    }

    #[test]
    fn help_shows_nothing_that_is_refused() {
        for command in ["run", "endpoint"] {
            let Err(Answer::Shown(help)) = parsed(&[command, "--help"]) else { panic!("{command}") };
            for refused in ["tls", "https", "insecure", "sni", "encrypted"] {
                assert!(!help.to_lowercase().contains(refused), "{refused} in\n{help}");
            }
        }
    }
}
