//! Instructions, which a server in memory executes for each request, counted by valgrind: they are
//! the same in each run, whatever else the machine does.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use super::{alone, Kind, STREAMS};
use crate::subject::{Subject, BOTH, PATCHED, UPSTREAM};
use crate::worker;

/// Requests of the run that is subtracted, so that start and end do not count.
const BASE: u32 = 10 * STREAMS;
const MEASURED: u32 = 20 * STREAMS;

/// Instructions a request, of upstream and of the fork; nothing where valgrind is not installed.
///
/// # Errors
///
/// valgrind fails, or says nothing.
pub(super) fn measure(kind: Kind) -> Result<Option<[f64; 2]>, String> {
    let mut both = [0.0; 2];
    for (figure, (name, _)) in both.iter_mut().zip(BOTH) {
        let (Some(base), Some(all)) = (count(name, kind, BASE)?, count(name, kind, BASE + MEASURED)?) else {
            return Ok(None);
        };
        *figure = (all - base) / f64::from(MEASURED);
    }
    Ok(Some(both))
}

fn count(subject: &str, kind: Kind, requests: u32) -> Result<Option<f64>, String> {
    let arguments = ["requests".to_owned(), subject.to_owned(), kind.to_string(), requests.to_string()];
    let worker = worker::of_this_program(&arguments)?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(worker.get_program());
    let output = match valgrind.args(worker.get_args()).stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot start valgrind: {error}")),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    match collected(&said).filter(|_| output.status.success()) {
        Some(count) => Ok(Some(count)),
        None => Err(format!("valgrind: {}: {}", output.status, said.lines().last().unwrap_or_default())),
    }
}

/// The count in what callgrind says at its end.
fn collected(said: &str) -> Option<f64> {
    said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

/// What valgrind runs: a subject, a kind and a number of requests.
///
/// # Errors
///
/// What is expected.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let expected = || "requests: expected upstream or patched, a kind of requests and their number".to_owned();
    let [subject, kind, requests] = arguments else { return Err(expected()) };
    let subject: Subject = match subject.as_str() {
        "upstream" => UPSTREAM,
        "patched" => PATCHED,
        _ => return Err(expected()),
    };
    let kind = kind.parse()?;
    let requests = requests.parse::<u32>().map_err(|_| expected())?;
    let mut server = alone(subject, kind);
    (0..requests / STREAMS).for_each(|_| server.requests(STREAMS));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_among_what_callgrind_says() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 1234567\n==7== \n"), Some(1_234_567.0));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }

    #[test]
    fn what_is_not_a_load_is_refused() {
        let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(work(&words("patched tiny-inline 100")), Ok(()));
        for wrong in ["patched tiny-inline", "other tiny-inline 100", "patched small 100", "patched tiny-inline many"] {
            assert!(work(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
