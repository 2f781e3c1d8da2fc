//! Uploads that are opened at once over windows of 64 KiB, to a server that works on each chunk for
//! a while. In memory, in virtual time, exact.

use std::time::Duration;

use super::transfer::{Path, Record, Supply, Transfer};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Announcing, Application, Intake, Pace, Subject, Uploads, WindowSizes, BOTH, SERVER_WINDOWS};

const PATH: Path = Path::new(10, 1000);
const STREAMS: u32 = 128;
/// Octets of all uploads together: 64 KiB each.
const OCTETS: u64 = 128 * (64 << 10);
/// How long the server works on a chunk of each upload.
const WORK: Duration = Duration::from_millis(2);
/// What has not been done by then counts as a stall.
const END: Duration = Duration::from_millis(if cfg!(test) { 400 } else { 3000 });

const SMALL_WINDOWS: WindowSizes = WindowSizes { stream: 65_535, connection: 65_535 };

/// The runs of one h2.
struct Burst {
    /// As the h2 is without a setting.
    by_default: Record,
    /// With windows that stay as small as they are.
    fixed: Record,
    /// With windows that are announced beside the first SETTINGS.
    larger: Record,
}

pub(super) fn run() -> Result<Figures, String> {
    let [upstream, patched] = BOTH.map(|(name, subject)| Burst::of(name, subject));
    let row = |name: &str, unit: &str, figure: fn(&Burst) -> Option<f64>| {
        Row::new(name.to_owned(), unit, Better::Lower, figure(&upstream), figure(&patched))
    };
    let rows = vec![
        row("failed", "uploads", |burst| Some(f64::from(STREAMS) - burst.by_default.readers() as f64)),
        row("resets", "frames", |burst| Some(burst.by_default.ends as f64)),
        row("time", "ms", |burst| Some(ms(burst.by_default.read_by(OCTETS)?))),
        row("settings-to-window", "ms", |burst| Some(ms(burst.larger.first_update()?))),
        row("consume-to-update", "ms", |burst| Some(ms(burst.fixed.mean_delay_of_updates(WORK)?))),
    ];
    Ok(Figures::new("burst", rows))
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

impl Burst {
    fn of(name: &str, subject: Subject) -> Self {
        let record = |windows, announcing| {
            let pace = Pace::Chunk(WORK);
            let application = Application::Uploads(Uploads { pace, announcing, ..Uploads::default() });
            let intake = Intake { windows, application };
            record(name, subject, Transfer { intake, streams: STREAMS, supply: Supply::Endless, path: PATH })
        };
        Burst {
            by_default: record(None, Announcing::Own),
            fixed: record(Some(SMALL_WINDOWS), Announcing::Fixed),
            larger: record(Some(SERVER_WINDOWS), Announcing::Own),
        }
    }
}

/// What came of it, also where the connection ended before its time. A figure cannot say why it
/// is missing, so that goes to standard error.
fn record(name: &str, subject: Subject, transfer: Transfer) -> Record {
    match transfer.begin(subject, Duration::ZERO) {
        Ok(mut run) => {
            if let Err(why) = run.go_on(END) {
                eprintln!("burst: {name}: {why}");
            }
            run.end()
        }
        Err(why) => {
            eprintln!("burst: {name}: {why}");
            Record::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_give_the_same_figures_and_the_fork_fails_in_none() {
        let figures = run().expect("it is measured");
        assert_eq!(figures.rows, run().expect("it is measured").rows);
        let patched = |name: &str| figures.rows.iter().find(|row| row.name == name).and_then(|row| row.patched.0);
        assert_eq!((patched("failed"), patched("resets")), (Some(0.0), Some(0.0)));
        for name in ["time", "settings-to-window", "consume-to-update"] {
            assert!(patched(name).is_some_and(|ms| ms < self::ms(END)), "{name}: {figures}");
        }
    }
}
