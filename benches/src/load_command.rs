//! The command `load`.

use std::ffi::OsString;
use std::process::ExitCode;

use h2_benches::load;

use crate::output::{self, Output};
use crate::{finish, print, refuse};

/// Loads a server as the arguments after the word `load` say.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    let order = match load::parse(arguments) {
        Ok(Some(order)) => order,
        Ok(None) => return finish(print(load::USAGE)),
        Err(error) => return refuse(&error),
    };
    let json = order.json;
    if let Err(error) = (Output { json: json.clone(), plot: None }).check() {
        return refuse(&error);
    }
    let report = match order.endpoint.addresses().map(drop).map_err(|error| refuse(&error)) {
        Ok(()) => load::run(order.plan, order.endpoint),
        Err(code) => return code,
    };
    let report = match report {
        Ok(report) => report,
        Err(error) => return finish(Err(error)),
    };
    let written = json.map_or(Ok(()), |path| output::put(&path, &report.to_json()?));
    match print(&report.to_string()).and(written) {
        Ok(()) if report.failed().is_empty() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        failed => finish(failed),
    }
}
