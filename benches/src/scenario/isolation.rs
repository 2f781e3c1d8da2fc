//! What readers get beside others that stopped reading, all on one connection. In memory, in virtual time, exact.

use std::time::Duration;

use super::transfer::{contenders, row, Path, Record, Transfer};
use crate::figures::{Better, Figures};
use crate::subject::{Application, Intake, Windows};

const PATH: Path = Path::new(10, 1000);

/// Uploads at once, or responses pushed beside the one that is read.
const STREAMS: u32 = 100;
const STOPPED: [u32; 3] = [1, 10, 99];

/// Goodput is taken between these. What nobody reads has used up its windows before.
const START: Duration = Duration::from_secs(5);
const END: Duration = Duration::from_secs(6);

/// What hyper's server and its client set where nobody else does.
const HYPER_SERVER: Windows = Windows { stream: 1 << 20, connection: 1 << 20 };
const HYPER_CLIENT: Windows = Windows { stream: 2 << 20, connection: 5 << 20 };

pub(super) fn run() -> Result<Figures, String> {
    let all_read = uploads(0);
    let mut measured = vec![(format!("0-of-{STREAMS}"), all_read.clone(), None)];
    for stopped in STOPPED {
        measured.push((format!("{stopped}-of-{STREAMS}"), uploads(stopped), Some(&all_read)));
    }
    let alone = download(0);
    measured.push(("no-pushes".into(), alone.clone(), None));
    measured.push(("unpolled-pushes".into(), download(STREAMS), Some(&alone)));

    let mut rows = Vec::new();
    for (name, runs, beside) in &measured {
        match beside {
            // The yardstick itself is given as a share of the link.
            None => rows.push(row(format!("link-share/{name}"), "of link", Better::Higher, goodput(runs))),
            Some(undisturbed) => {
                let (disturbed, undisturbed) = (goodput(runs), goodput(undisturbed));
                let shares = std::array::from_fn(|at| Some(disturbed[at]? / undisturbed[at]?));
                rows.push(row(format!("share/{name}"), "of all", Better::Higher, shares));
            }
        }
    }
    for (name, runs, _) in &measured {
        let peaks = runs.each_ref().map(|run| Some(run.as_ref()?.peak_unread as f64));
        rows.push(row(format!("peak-bytes/{name}"), "octets", Better::Lower, peaks));
    }
    for (name, runs, _) in &measured {
        let peaks = runs.each_ref().map(|run| Some(run.as_ref()?.peak_claim as f64));
        rows.push(row(format!("peak-claim/{name}"), "octets", Better::Lower, peaks));
    }
    Ok(Figures::new("isolation", rows))
}

/// What all contenders do.
type Runs = [Option<Record>; 4];

fn uploads(stopped: u32) -> Runs {
    runs(HYPER_SERVER, STREAMS, Application::Uploads { stopped })
}

fn download(pushes: u32) -> Runs {
    runs(HYPER_CLIENT, pushes, Application::Download)
}

/// A figure cannot say why it is missing, so that goes to standard error.
fn runs(of_hyper: Windows, streams: u32, application: Application) -> Runs {
    contenders(PATH, of_hyper).map(|contender| {
        let intake = Intake { windows: contender.windows, application };
        let record = Transfer { intake, streams, path: PATH }.run(contender.subject, END);
        record.inspect_err(|why| eprintln!("isolation: {application:?} on {}: {why}", contender.name)).ok()
    })
}

/// Of those who read on, together; `None` where nothing comes any more.
fn goodput(runs: &Runs) -> [Option<f64>; 4] {
    runs.each_ref().map(|run| run.as_ref()?.share(PATH.bandwidth, START, END))
}
