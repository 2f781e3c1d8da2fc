//! The options of `client`.

use std::net::{IpAddr, Ipv4Addr};

use lexopt::prelude::*;
use lexopt::Error;

use super::elsewhere::Elsewhere;
use super::{unknown, Answer, Arguments, Word};

#[derive(Debug)]
pub(crate) struct Client {
    /// The command and its arguments.
    pub(crate) command: Vec<String>,
    pub(crate) listen: IpAddr,
    pub(crate) tls: bool,
    /// How long the command may take until it connects, in milliseconds.
    pub(crate) start_ms: u64,
    pub(crate) elsewhere: Elsewhere,
}

impl Arguments {
    pub(super) fn client(&mut self) -> Result<Client, Answer> {
        let mut client = Client {
            command: Vec::new(),
            listen: Ipv4Addr::LOCALHOST.into(),
            tls: false,
            start_ms: 10_000,
            elsewhere: Elsewhere::default(),
        };
        // After --, all words are the command's.
        while let Some(word) = self.next()? {
            match word {
                Word::Value(word) => client.command.push(word.string()?),
                Word::Option(option) => match option.as_str() {
                    "listen" => client.listen = self.address(&option)?,
                    "tls" => client.tls = true,
                    "start-ms" => client.start_ms = self.at_least_one(&option)?,
                    other if client.elsewhere.take(other, self)? => {}
                    other if client.command.is_empty() => return Err(unknown(other)),
                    other => {
                        let line = format!("--{other} is an option of the command: expected -- before the command");
                        return Err(Error::from(line).into());
                    }
                },
            }
        }
        match client.command.is_empty() {
            true => Err(Error::from("expected -- COMMAND, found nothing").into()),
            false => Ok(client),
        }
    }

    fn address(&mut self, option: &str) -> Result<IpAddr, Answer> {
        let value = self.text()?;
        let wrong = || Error::from(format!("--{option}: expected an IP address, found {value:?}"));
        value.parse().map_err(|_| wrong().into())
    }
}
