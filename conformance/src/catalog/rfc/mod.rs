//! What any endpoint is held to by RFC 9113 and RFC 7541: each case names the requirements that it
//! checks.

mod authority;
mod behind_end;
mod capacity;
mod concurrency;
mod content;
mod continuation;
mod credit;
mod credit_back;
mod crossings;
mod data;
mod errors;
mod extensions;
mod field_forms;
mod fields;
mod framing;
mod goaway;
mod headers;
mod hpack;
mod ids;
mod ignored_bits;
mod injection;
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
        ignored_bits,
        extensions,
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
        behind_end,
        ids,
        concurrency,
        errors,
        requests,
        authority,
        fields,
        malformed,
        injection,
        content,
        lengths,
        responses,
        hpack,
        field_forms,
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
