//! The options of `client`.

use std::net::{IpAddr, Ipv4Addr};

use lexopt::prelude::*;
use lexopt::Error;

use super::elsewhere::Elsewhere;
use super::{unknown, Answer, Arguments};

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
        self.stops_at_dashes = true;
        self.options(|option, arguments| {
            match option {
                "listen" => client.listen = arguments.address(option)?,
                "tls" => client.tls = true,
                "start-ms" => client.start_ms = arguments.at_least_one(option)?,
                other if client.elsewhere.take(other, arguments)? => {}
                other => return Err(unknown(other)),
            }
            Ok(())
        })?;
        client.command = self.parser.raw_args()?.map(|word| word.string()).collect::<Result<_, _>>()?;
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
