//! The command line.

mod client;
mod elsewhere;
mod endpoint;

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use h2_conformance::case::Role;
use h2_conformance::spec::Level;
use lexopt::prelude::*;
use lexopt::{Error, Parser};

pub(crate) use self::client::Client;
pub(crate) use self::elsewhere::Elsewhere;
pub(crate) use self::endpoint::Endpoint;

const USAGE: &str = include_str!("cli/usage.txt");

const VERSION: &str = concat!("h2-conformance ", env!("CARGO_PKG_VERSION"), " (", env!("H2_CONFORMANCE_GIT"), ")\n");

const COMMANDS: &str = "compare, run, endpoint, client, list, explain, replay, legal, recall";

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Cli {
    pub(crate) command: Command,
    pub(crate) common: Common,
}

/// The options that every command takes.
#[derive(Debug, Default)]
pub(crate) struct Common {
    pub(crate) format: Format,
    pub(crate) out: Option<PathBuf>,
    /// Where a capture goes.
    pub(crate) pcap: Option<PathBuf>,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Junit,
    Markdown,
    Html,
}

const FORMATS: [(&str, Format); 5] = [
    ("text", Format::Text),
    ("json", Format::Json),
    ("junit", Format::Junit),
    ("markdown", Format::Markdown),
    ("html", Format::Html),
];

const LEVELS: [(&str, Level); 4] =
    [("must", Level::Must), ("should", Level::Should), ("may", Level::May), ("quality", Level::Quality)];

#[derive(Debug)]
pub(crate) enum Command {
    Compare(Compare),
    Run(Run),
    Endpoint(Endpoint),
    Client(Client),
    List(List),
    Explain(Explain),
    Replay(Replay),
    Legal(Legal),
    Recall { rebuild: bool },
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Compare {
    pub(crate) subjects: Vec<String>,
    pub(crate) cases: Vec<String>,
    pub(crate) repeat: Option<u32>,
    pub(crate) figures: Vec<PathBuf>,
    pub(crate) reports: Option<PathBuf>,
}

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) subject: String,
    pub(crate) cases: Vec<String>,
    pub(crate) transport: Option<Transport>,
    /// Seconds after which no case begins.
    pub(crate) max_time: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// In memory, in virtual time.
    Mem,
    /// Over a socket of this machine.
    Tcp,
    /// The same, encrypted.
    Tls,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) json: bool,
    pub(crate) coverage: bool,
}

#[derive(Debug)]
pub(crate) struct Explain {
    pub(crate) case: String,
}

#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) file: PathBuf,
    pub(crate) subject: String,
}

#[derive(Debug)]
pub(crate) struct Legal {
    pub(crate) connections: u64,
    pub(crate) seed: u64,
    pub(crate) role: Option<Role>,
    pub(crate) subject: String,
    pub(crate) plan: Option<String>,
    pub(crate) long: bool,
}

/// What to do instead of running a command.
#[derive(Debug)]
pub(crate) enum Answer {
    /// This was asked for.
    Shown(&'static str),
    /// The line that says what is wrong.
    Refused(String),
}

impl From<Error> for Answer {
    fn from(error: Error) -> Answer {
        Answer::Refused(format!("{error}; `--help` lists commands and options"))
    }
}

/// Reads the command line.
pub(crate) fn parse(parser: Parser) -> Result<Cli, Answer> {
    let mut arguments = Arguments { parser, common: Common::default(), stops_at_dashes: false };
    let mut bare = Compare::default();
    let command = loop {
        match arguments.next()? {
            None => break Command::Compare(bare),
            Some(Word::Option(option)) => bare.take(&option, &mut arguments)?,
            Some(Word::Value(_)) if bare != Compare::default() => {
                return Err(Answer::Refused(
                    "expected the options of a command after its name, found them before".into(),
                ));
            }
            Some(Word::Value(name)) => break arguments.command(&name.string()?)?,
        }
    };
    Ok(Cli { command, common: arguments.common })
}

/// An option without its dashes, or an operand.
enum Word {
    Option(String),
    Value(OsString),
}

struct Arguments {
    parser: Parser,
    common: Common,
    /// What follows `--` is left for the command.
    stops_at_dashes: bool,
}

impl Arguments {
    /// Returns the next option or operand that is a command's own.
    fn next(&mut self) -> Result<Option<Word>, Answer> {
        while !self.is_at_dashes() {
            let Some(argument) = self.parser.next()? else { break };
            match argument {
                Long("help") | Short('h') => return Err(Answer::Shown(USAGE)),
                Long("version") | Short('V') => return Err(Answer::Shown(VERSION)),
                Long("format") => self.common.format = self.choice("format", &FORMATS)?,
                Long("out") => self.common.out = Some(self.parser.value()?.into()),
                Long("pcap") => self.common.pcap = Some(self.parser.value()?.into()),
                Long("quiet") => self.common.quiet = true,
                Long("verbose") => self.common.verbose = true,
                Long(option) => return Ok(Some(Word::Option(option.to_owned()))),
                Value(value) => return Ok(Some(Word::Value(value))),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(None)
    }

    /// Takes `--`, if it comes next and ends the options.
    fn is_at_dashes(&mut self) -> bool {
        let Some(mut rest) = self.parser.try_raw_args().filter(|_| self.stops_at_dashes) else { return false };
        let comes = rest.peek().is_some_and(|word| word == "--");
        comes && rest.next().is_some()
    }

    /// Reads the rest of the line for the command of that name.
    fn command(&mut self, name: &str) -> Result<Command, Answer> {
        match name {
            "help" => Err(Answer::Shown(USAGE)),
            "compare" => self.compare(),
            "run" => self.run(),
            "endpoint" => self.endpoint().map(Command::Endpoint),
            "client" => self.client().map(Command::Client),
            "list" => self.list(),
            "explain" => {
                let case = self.operand("CASE", |option, _| Err(unknown(option)))?.string()?;
                Ok(Command::Explain(Explain { case }))
            }
            "replay" => self.replay(),
            "legal" => self.legal(),
            "recall" => self.recall(),
            other => Err(Error::from(format!("expected one of {COMMANDS}, found {other:?}")).into()),
        }
    }

    fn compare(&mut self) -> Result<Command, Answer> {
        let mut compare = Compare::default();
        self.options(|option, arguments| compare.take(option, arguments))?;
        Ok(Command::Compare(compare))
    }

    fn run(&mut self) -> Result<Command, Answer> {
        const TRANSPORTS: [(&str, Transport); 3] =
            [("mem", Transport::Mem), ("tcp", Transport::Tcp), ("tls", Transport::Tls)];
        let (mut subject, mut cases, mut transport, mut max_time) = (None, Vec::new(), None, None);
        self.options(|option, arguments| {
            match option {
                "subject" => subject = Some(arguments.text()?),
                "case" => cases.push(arguments.text()?),
                "max-time" => max_time = Some(arguments.at_least_one(option)?),
                "transport" => transport = Some(arguments.choice(option, &TRANSPORTS)?),
                other => return Err(unknown(other)),
            }
            Ok(())
        })?;
        let subject = subject.ok_or_else(|| Error::from("expected --subject NAME, found nothing"))?;
        Ok(Command::Run(Run { subject, cases, transport, max_time }))
    }

    fn list(&mut self) -> Result<Command, Answer> {
        let mut list = List { json: false, coverage: false };
        self.options(|option, _| {
            *match option {
                "json" => &mut list.json,
                "coverage" => &mut list.coverage,
                other => return Err(unknown(other)),
            } = true;
            Ok(())
        })?;
        Ok(Command::List(list))
    }

    fn replay(&mut self) -> Result<Command, Answer> {
        let mut subject = "patched".to_owned();
        let file = self.operand("FILE", |option, arguments| match option {
            "subject" => arguments.text().map(|name| subject = name),
            other => Err(unknown(other)),
        })?;
        Ok(Command::Replay(Replay { file: file.into(), subject }))
    }

    fn legal(&mut self) -> Result<Command, Answer> {
        const ROLES: [(&str, Role); 2] = [("server", Role::Server), ("client", Role::Client)];
        let mut legal =
            Legal { connections: 10_000, seed: 1, role: None, subject: "patched".to_owned(), plan: None, long: false };
        self.options(|option, arguments| {
            match option {
                "connections" => legal.connections = arguments.at_least_one(option)?,
                "seed" => legal.seed = arguments.at_least_one(option)?,
                "role" => legal.role = Some(arguments.choice(option, &ROLES)?),
                "subject" => legal.subject = arguments.text()?,
                "plan" => legal.plan = Some(arguments.text()?),
                "long" => legal.long = true,
                other => return Err(unknown(other)),
            }
            Ok(())
        })?;
        Ok(Command::Legal(legal))
    }

    fn recall(&mut self) -> Result<Command, Answer> {
        let mut rebuild = false;
        self.options(|option, _| match option {
            "rebuild" => {
                rebuild = true;
                Ok(())
            }
            other => Err(unknown(other)),
        })?;
        Ok(Command::Recall { rebuild })
    }

    /// Hands each option to `take` up to the end of the line, where no operand is expected.
    fn options(&mut self, mut take: impl FnMut(&str, &mut Arguments) -> Result<(), Answer>) -> Result<(), Answer> {
        while let Some(word) = self.next()? {
            match word {
                Word::Option(option) => take(&option, self)?,
                Word::Value(value) if self.stops_at_dashes => {
                    return Err(Error::from(format!("expected -- before the command, found {value:?}")).into());
                }
                Word::Value(value) => return Err(Error::UnexpectedArgument(value).into()),
            }
        }
        Ok(())
    }

    /// Hands each option to `take` up to the end of the line, and returns the one operand.
    fn operand(
        &mut self,
        name: &str,
        mut take: impl FnMut(&str, &mut Arguments) -> Result<(), Answer>,
    ) -> Result<OsString, Answer> {
        let mut operand = None;
        while let Some(word) = self.next()? {
            match word {
                Word::Option(option) => take(&option, self)?,
                Word::Value(value) if operand.is_none() => operand = Some(value),
                Word::Value(value) => return Err(Error::UnexpectedArgument(value).into()),
            }
        }
        operand.ok_or_else(|| Error::from(format!("expected {name}, found nothing")).into())
    }

    fn text(&mut self) -> Result<String, Answer> {
        Ok(self.parser.value()?.string()?)
    }

    fn at_least_one<N: FromStr + PartialOrd + From<u8>>(&mut self, option: &str) -> Result<N, Answer> {
        let value = self.text()?;
        let number = value.parse().ok().filter(|number| *number >= N::from(1));
        number.ok_or_else(|| Error::from(format!("--{option}: expected a number from 1, found {value:?}")).into())
    }

    fn number_within(&mut self, option: &str, from: usize, to: usize) -> Result<usize, Answer> {
        let value = self.text()?;
        let number = value.parse().ok().filter(|number| (from..=to).contains(number));
        let wrong = || Error::from(format!("--{option}: expected a number from {from} to {to}, found {value:?}"));
        number.ok_or_else(|| wrong().into())
    }

    fn choice<T: Copy>(&mut self, option: &str, choices: &[(&str, T)]) -> Result<T, Answer> {
        let value = self.text()?;
        chosen(option, &value, choices)
    }
}

impl Compare {
    fn take(&mut self, option: &str, arguments: &mut Arguments) -> Result<(), Answer> {
        match option {
            "subjects" => self.subjects.extend(arguments.text()?.split(',').map(str::to_owned)),
            "case" => self.cases.push(arguments.text()?),
            "repeat" => self.repeat = Some(arguments.at_least_one(option)?),
            "figures" => self.figures.push(arguments.parser.value()?.into()),
            "reports" => self.reports = Some(arguments.parser.value()?.into()),
            other => return Err(unknown(other)),
        }
        Ok(())
    }
}

fn chosen<T: Copy>(option: &str, value: &str, choices: &[(&str, T)]) -> Result<T, Answer> {
    let choice = choices.iter().find(|(name, _)| *name == value);
    choice.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Error::from(format!("--{option}: expected one of {}, found {value:?}", names.join(", "))).into()
    })
}

fn unknown(option: &str) -> Answer {
    Error::UnexpectedOption(format!("--{option}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Cli, Answer> {
        parse(Parser::from_args(arguments))
    }

    #[test]
    fn without_a_command_it_compares() {
        for arguments in [&["--case", "a/*", "--repeat", "2"][..], &["compare", "--case", "a/*", "--repeat", "2"]] {
            let Command::Compare(compare) = parsed(arguments).unwrap().command else { panic!("{arguments:?}") };
            assert_eq!((&compare.cases[..], compare.repeat), (&["a/*".to_owned()][..], Some(2)));
        }
    }

    #[test]
    fn options_of_all_commands_may_be_anywhere() {
        for arguments in [&["--quiet", "--format=json", "list"][..], &["list", "--format", "json", "--quiet"]] {
            let cli = parsed(arguments).unwrap();
            assert!(matches!(cli.command, Command::List(List { json: false, .. })), "{arguments:?}");
            assert_eq!((cli.common.quiet, cli.common.format), (true, Format::Json), "{arguments:?}");
        }
        let replay = parsed(&["replay", "--subject", "a", "b"]).unwrap().command;
        let Command::Replay(Replay { file, subject }) = replay else { panic!("{replay:?}") };
        assert_eq!((file, subject), ("b".into(), "a".to_owned()));
    }

    #[test]
    fn refusals_are_one_line() {
        for (arguments, complaint) in [
            (&["compair"][..], "expected one of compare, run"),
            (&["--case"], "missing argument for option '--case'"),
            (&["run"], "expected --subject NAME"),
            (&["--repeat", "0"], "--repeat: expected a number from 1, found \"0\""),
            (&["--repeat", "x"], "--repeat: expected a number from 1"),
            (&["--format", "yaml"], "--format: expected one of text, json, junit, markdown, html, found \"yaml\""),
            (&["--case", "x", "list"], "after its name"),
            (&["endpoint"], "expected URL"),
            (&["endpoint", "a", "b"], "unexpected argument \"b\""),
            (&["run", "--subject", "x", "--transport", "udp"], "--transport: expected one of mem, tcp, tls, found"),
            (&["run", "--json"], "invalid option '--json'"),
            (&["list", "--case", "x"], "invalid option '--case'"),
            (&["list", "--json", "--case"], "invalid option '--case'"),
            (&["legal", "--connections", "0"], "--connections: expected a number from 1"),
            (&["legal", "--role", "proxy"], "--role: expected one of server, client, found"),
            (&["-x"], "invalid option '-x'"),
            (&["--quiet=yes"], "unexpected argument for option '--quiet'"),
        ] {
            let Err(Answer::Refused(line)) = parsed(arguments) else { panic!("{arguments:?}") };
            assert!(line.contains(complaint) && !line.contains('\n'), "{arguments:?}: {line}");
        }
    }

    #[test]
    fn help_names_all_commands() {
        for arguments in [&["--help"][..], &["run", "-h"], &["help"]] {
            let Err(Answer::Shown(_)) = parsed(arguments) else { panic!("{arguments:?}") };
        }
        for command in COMMANDS.split(", ") {
            assert!(USAGE.contains(&format!("\n  {command} ")), "{command}");
        }
    }
}
