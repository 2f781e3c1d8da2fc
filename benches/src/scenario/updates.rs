//! WINDOW_UPDATEs of an upload, with windows that stay as they are set: how many, how large, and
//! what they do to throughput and latency. In memory and exact.

mod classic;
mod counts;
mod throughput;

use crate::figures::Figures;

const WINDOWS: [(&str, u32); 2] = [("64KiB", 64 << 10), ("1MiB", 1 << 20)];

pub(super) fn run() -> Result<Figures, String> {
    Ok(Figures::new("updates", [counts::rows(), throughput::rows(), classic::rows()].concat()))
}
