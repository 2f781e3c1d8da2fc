//! The options of `endpoint`.

use std::path::PathBuf;

use h2_conformance::transport::address::RequestOptions;
use h2_conformance::transport::trust::Trust;
use lexopt::prelude::*;
use lexopt::Error;

use super::elsewhere::Elsewhere;
use super::{unknown, Answer, Arguments};

#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) trust: Trust,
    pub(crate) requests: RequestOptions,
    /// Whether to attack the server as well.
    pub(crate) abuse: bool,
    /// The id of its process.
    pub(crate) pid: Option<u32>,
    pub(crate) elsewhere: Elsewhere,
}

impl Arguments {
    pub(super) fn endpoint(&mut self) -> Result<Endpoint, Answer> {
        let (mut cert, mut key) = (None, None);
        let mut trust = Trust::default();
        let mut requests = RequestOptions::default();
        let (mut abuse, mut pid) = (false, None);
        let mut elsewhere = Elsewhere::default();
        let url = self.operand("URL", |option, arguments| {
            match option {
                "insecure" => trust.any_certificate = true,
                "authority" => requests.authority = Some(arguments.read(option, RequestOptions::read_authority)?),
                "upload-path" => requests.upload_path = Some(arguments.read(option, RequestOptions::read_path)?),
                "field" => requests.fields.push(arguments.read(option, RequestOptions::read_field)?),
                "include-abuse" => abuse = true,
                "pid" => pid = Some(arguments.at_least_one(option)?),
                "sni" => trust.server_name = Some(arguments.text()?),
                "cacert" => trust.authorities = Some(arguments.parser.value()?.into()),
                "cert" => cert = Some(PathBuf::from(arguments.parser.value()?)),
                "key" => key = Some(PathBuf::from(arguments.parser.value()?)),
                other if elsewhere.take(other, arguments)? => {}
                other => return Err(unknown(other)),
            }
            Ok(())
        })?;
        trust.identity = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            _ => return Err(Error::from("expected --cert FILE and --key FILE together, found one of them").into()),
        };
        if trust.any_certificate && trust.authorities.is_some() {
            return Err(Error::from("expected --insecure or --cacert FILE, found both").into());
        }
        if pid.is_some() && !abuse {
            return Err(Error::from("expected --include-abuse with --pid, which names the process to watch").into());
        }
        Ok(Endpoint { url: url.string()?, trust, requests, abuse, pid, elsewhere })
    }

    fn read<T>(&mut self, option: &str, read: fn(&str) -> Result<T, String>) -> Result<T, Answer> {
        read(&self.text()?).map_err(|why| Error::from(format!("--{option}: {why}")).into())
    }
}
