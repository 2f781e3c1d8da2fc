//! The fork.

// A name in this module, as `h2_like` expects it.
#[allow(clippy::single_component_path_imports)]
use h2;
use h2::tuning::WindowUpdatePolicy;
use h2::virtual_time::set as set_time;

use crate::subject::Announcing;

#[path = "h2_like/mod.rs"]
mod h2_like;

pub(crate) use h2_like::SUBJECT;

fn set_announcing(builder: &mut h2::server::Builder, announcing: Announcing) {
    if announcing != Announcing::Own {
        builder.receive_budget(0);
    }
    if let Announcing::FixedBy { percent, min_interval } = announcing {
        builder.window_update_policy(WindowUpdatePolicy::new().threshold(percent).min_interval(min_interval));
    }
}
