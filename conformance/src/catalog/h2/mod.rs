//! What h2 promises beyond the RFCs: its API, and its policy where the RFCs leave a choice.

mod authority;
mod blocked;
mod capacity;
mod credit;
mod crossings;
mod data;
mod errors;
mod goaway;
mod growth;
mod isolation;
mod lengths;
mod limits;
mod policy;
mod priority;
mod promises;
mod push;
mod push_credit;
mod regressions;
mod reset;
mod responses;
mod send_budget;
mod slots;
mod stream_target;
mod updates;
mod windows;

use super::Topic;

/// The topics, each with its cases.
pub(super) fn topics() -> Vec<Topic> {
    super::topics![
        data,
        priority,
        reset,
        push,
        promises,
        errors,
        blocked,
        capacity,
        send_budget,
        credit,
        push_credit,
        slots,
        crossings,
        limits,
        updates,
        windows,
        stream_target,
        policy,
        isolation,
        growth,
        regressions,
        authority,
        responses,
        lengths,
        goaway,
    ]
}
