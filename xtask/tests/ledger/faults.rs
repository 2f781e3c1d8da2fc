//! What can go wrong with the books, a line each.

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// The equation that it breaks first.
    pub(crate) equation: &'static str,
    pub(crate) file: &'static str,
    /// Enough of the source to find it once; between `«` and `»` what is replaced.
    pub(crate) place: &'static str,
    /// What stands there once the fault is awake.
    pub(crate) instead: &'static str,
}

const RECV: &str = "src/proto/streams/recv.rs";
const COUNTS: &str = "src/proto/streams/counts.rs";
const STREAMS: &str = "src/proto/streams/streams.rs";
const SCHEDULER: &str = "src/overlay/scheduler/mod.rs";
const PASS: &str = "src/overlay/scheduler/pass.rs";
const LANES: &str = "src/overlay/scheduler/lanes.rs";
const OUTGOING: &str = "src/overlay/scheduler/outgoing.rs";

pub(crate) const ALL: &[Fault] = &[
    // The connection's receive window.
    Fault {
        name: "credit released stays with the stream",
        equation: "R1",
        file: RECV,
        place: "«stream.in_flight_recv_data -= capacity;»",
        instead: "",
    },
    Fault {
        name: "credit of octets discarded on arrival lost",
        equation: "R1",
        file: RECV,
        place: "«self.release_connection_capacity(sz, &mut None);»\n        Ok(())",
        instead: "",
    },
    Fault {
        name: "credit of a push that nobody took lost",
        equation: "R1",
        file: STREAMS,
        place: "maybe_cancel(stream, actions, counts);\n    «actions\n        .recv\n        .release_closed_capacity(stream, &mut actions.task, counts);»",
        instead: "",
    },
    Fault {
        name: "octets received not put down to their stream",
        equation: "R1",
        file: RECV,
        place: "«stream.in_flight_recv_data += sz;»",
        instead: "",
    },
    Fault {
        name: "early credit counted twice",
        equation: "R1",
        file: RECV,
        place: "«self.credited_early += early;»",
        instead: "self.credited_early += 2 * early;",
    },
    Fault {
        name: "early credit forgotten when its octets are released",
        equation: "R1",
        file: RECV,
        place: "«self.credited_early -= early;»",
        instead: "",
    },
    Fault {
        name: "credit released lost to the connection",
        equation: "R2",
        file: RECV,
        place: "let assigned = «self.flow.assign_capacity(capacity)»;",
        instead: "Ok::<(), Reason>(())",
    },
    Fault {
        name: "a connection target raised twice",
        equation: "R2",
        file: RECV,
        place: "«self.flow.assign_capacity(target - current)?;»",
        instead: "self.flow.assign_capacity(2 * (target - current))?;",
    },
    // A stream's receive window.
    Fault {
        name: "credit given to a stream twice",
        equation: "R3",
        file: RECV,
        place: "let assigned = «stream.recv_flow.assign_capacity(capacity)»;",
        instead: "stream.recv_flow.assign_capacity(2 * capacity)",
    },
    Fault {
        name: "credit given to another stream",
        equation: "R3",
        file: RECV,
        place: "«self.give_back_to_stream(capacity, stream, task);»",
        instead: "if let Some(mut first) = stream.store_mut().find_mut(&StreamId::from(1)) { self.give_back_to_stream(capacity, &mut first, task); }",
    },
    Fault {
        name: "credit of a body dropped lost to its stream",
        equation: "R3",
        file: RECV,
        place: "«self.give_back_to_stream(discarded, stream, task);»",
        instead: "",
    },
    Fault {
        name: "credit of octets that nobody reads lost to their stream",
        equation: "R3",
        file: RECV,
        place: "«self.give_back_to_stream(sz, stream, &mut None);»",
        instead: "",
    },
    Fault {
        name: "padding released twice",
        equation: "R4",
        file: RECV,
        place: "«self.release_capacity(padding, stream, &mut None)»",
        instead: "self.release_capacity(2 * padding, stream, &mut None)",
    },
    Fault {
        name: "more put down as announced than was",
        equation: "R4",
        file: RECV,
        place: "stream\n                        .recv_flow\n                        .inc_window(«incr»)",
        instead: "incr + 1",
    },
    // Sending.
    Fault {
        name: "a claim not put down to its stream",
        equation: "S1",
        file: SCHEDULER,
        place: "«stream.outgoing.claimed = claim;»",
        instead: "",
    },
    Fault {
        name: "a claim not added up",
        equation: "S1",
        file: SCHEDULER,
        place: "«self.claimed = self.claimed - u64::from(stream.outgoing.claimed) + u64::from(claim);»",
        instead: "",
    },
    Fault {
        name: "an offer taken up not taken off the sum",
        equation: "S1",
        file: SCHEDULER,
        place: "«self.offered -= u64::from(taken_up);»",
        instead: "",
    },
    Fault {
        name: "an offer given back not taken off the sum",
        equation: "S1",
        file: SCHEDULER,
        place: "«self.offered -= u64::from(beyond);»",
        instead: "",
    },
    Fault {
        name: "more offered than was reserved",
        equation: "S2",
        file: SCHEDULER,
        place: "let octets = «credit.min(part).min(room).min(limit - stream.outgoing.offered)»;",
        instead: "credit.min(part).min(room)",
    },
    Fault {
        name: "a window that shrank noticed one event late",
        equation: "S2",
        file: SCHEDULER,
        place: "stream.outgoing.window.shrink(octets)?;\n        «self.settle(stream, task);»",
        instead: "",
    },
    Fault {
        name: "credit claimed by a stream that may not send yet",
        equation: "S3",
        file: OUTGOING,
        place: "«!self.is_send_ready()» || self.is_cancelled()",
        instead: "false",
    },
    Fault {
        name: "the connection's window offered one event late",
        equation: "S4",
        file: SCHEDULER,
        place: "«self.offer_what_is_free(store);»",
        instead: "",
    },
    Fault {
        name: "credit given up offered one event late",
        equation: "S4",
        file: SCHEDULER,
        place: "«self.offer_what_is_free(stream.store_mut());»",
        instead: "",
    },
    Fault {
        name: "a stream left in line after its turn",
        equation: "S5",
        file: PASS,
        place: "«self.settle(stream, &mut None);»",
        instead: "",
    },
    Fault {
        name: "a stream left in its lane after it was cleared",
        equation: "S5",
        file: SCHEDULER,
        place: "if «lane != before»",
        instead: "lane != before && lane.is_some()",
    },
    Fault {
        name: "a stream that can send not put in line",
        equation: "S5",
        file: SCHEDULER,
        place: "«self.lanes.place(stream, lane);»",
        instead: "if before.is_some() { self.lanes.place(stream, lane); }",
    },
    Fault {
        name: "who leaves a lane counted on in it",
        equation: "S5",
        file: LANES,
        place: "«list.len -= 1;»",
        instead: "",
    },
    Fault {
        name: "nobody woken when something can be sent",
        equation: "S6",
        file: SCHEDULER,
        place: "«task.wake();»",
        instead: "drop(task);",
    },
    Fault {
        name: "octets sent counted as buffered",
        equation: "S1",
        file: PASS,
        place: "«stream.buffered_send_data -= len;»",
        instead: "",
    },
    // Counts and memory.
    Fault {
        name: "a slot not returned",
        equation: "C1",
        file: COUNTS,
        place: "«self.dec_num_streams(&mut stream);»",
        instead: "",
    },
    Fault {
        name: "a stream opened without a slot",
        equation: "C1",
        file: PASS,
        place: "«counts.inc_num_send_streams(&mut stream);»",
        instead: "",
    },
    Fault {
        name: "a grace slot not returned",
        equation: "C2",
        file: COUNTS,
        place: "if is_reset_counted && !stream.is_pending_reset_expiration() {\n            «self.dec_num_reset_streams();»",
        instead: "",
    },
    Fault {
        name: "a grace taken and not counted",
        equation: "C2",
        file: RECV,
        place: "«counts.inc_num_reset_streams();»",
        instead: "",
    },
    Fault {
        name: "a reset of the peer not counted off",
        equation: "C2",
        file: COUNTS,
        place: "«self.num_remote_reset_streams -= 1;»",
        instead: "",
    },
    Fault {
        name: "the budget not refunded for what is dropped unread",
        equation: "C3",
        file: RECV,
        place: "«counts.release_data_frame(data.payload.len());»",
        instead: "",
    },
    Fault {
        name: "the budget not refunded for what is read",
        equation: "C3",
        file: STREAMS,
        place: "«me.counts.release_data_frame(data.payload.len());»",
        instead: "",
    },
    Fault {
        name: "the budget charged for what is discarded",
        equation: "C3",
        file: STREAMS,
        place: "&& «!(is_discarded && payload_len > 0)»",
        instead: "true",
    },
    Fault {
        name: "a released stream kept",
        equation: "M1",
        file: COUNTS,
        place: "«stream.remove();»",
        instead: "",
    },
    Fault {
        name: "queued events left behind by a stream that goes",
        equation: "M1",
        file: RECV,
        place: "self.release_connection_capacity(owed, task);\n        }\n\n        «self.clear_recv_buffer(stream, task, counts);»",
        instead: "",
    },
];
