//! What any endpoint is held to by RFC 9113 and RFC 7541: each case names the requirements that it
//! checks.

mod authority;
mod capacity;
mod concurrency;
mod content;
mod continuation;
mod credit;
mod credit_back;
mod crossings;
mod data;
mod errors;
mod fields;
mod framing;
mod goaway;
mod headers;
mod hpack;
mod ids;
mod late;
mod lengths;
mod malformed;
mod ping;
mod preface;
mod priority;
mod promises;
mod push;
mod push_credit;
mod requests;
mod reset;
mod responses;
mod settings;
mod states;
mod updates;
mod window_update;
mod windows;

use super::Topic;

/// The topics, each with its cases.
pub(super) fn topics() -> Vec<Topic> {
    super::topics![
        preface,
        framing,
        data,
        headers,
        continuation,
        priority,
        reset,
        settings,
        ping,
        goaway,
        push,
        promises,
        window_update,
        states,
        ids,
        concurrency,
        errors,
        requests,
        authority,
        fields,
        malformed,
        content,
        lengths,
        responses,
        hpack,
        capacity,
        credit,
        credit_back,
        push_credit,
        crossings,
        late,
        updates,
        windows,
    ]
}
