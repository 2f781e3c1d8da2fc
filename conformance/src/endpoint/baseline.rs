//! What a server does with requests that have nothing wrong in them. Verdicts rest on it: a server
//! that refuses every request cannot be told from one that refuses what is malformed.

use super::announced::Announced;
use super::open_request;
use crate::judge;
use crate::script::Script;
use crate::transcript::Transcript;
use crate::wire::build::{data, get, post, settings, window_update};
use crate::wire::code::setting;

const GET: u32 = 1;
const POST: u32 = 3;

/// The most content that a response may have, in octets. Cases ask up to four times on a connection
/// whose window is 65 535 octets, and grant no more.
pub const MAX_CONTENT: u64 = 16_384;

/// What a server did with plain requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baseline {
    pub answer_timing: AnswerTiming,
    /// The status of the response to GET.
    pub status: u16,
    /// The octets of content in it.
    pub content: u64,
    pub announced: Announced,
}

/// When a server answers a request that is not over yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerTiming {
    /// The server waits for the request's end, as cases take for granted.
    ReadsToTheEnd,
    /// The server answers a request that is not over yet, as it may (RFC 9113 section 8.1).
    AnswersEarly,
    /// The server takes no request with content whose length is not known (411, RFC 9110 section
    /// 15.5.12).
    AsksForLength,
}

/// The status by which a server asks for content-length.
const LENGTH_REQUIRED: u16 = 411;

/// Asks with GET and with POST, and leaves a third request open. The windows let any content
/// through.
pub(super) fn ask(script: &mut Script) {
    const MAX_WINDOW: u32 = (1 << 31) - 1;
    script.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW));
    script.send(window_update(0, MAX_WINDOW - 65_535));
    script.send(get(GET));
    script.burst([post(POST), data(POST, 2).end_stream()]);
    open_request::ask(script);
}

/// Reads the answers. An error says what the URL has to name instead.
pub(super) fn read(transcript: &Transcript) -> Result<Baseline, String> {
    let answer = |method: &str, stream| {
        judge::final_status(transcript, stream).map_err(|why| format!("a plain {method} got no whole answer: {why}"))
    };
    let (status, of_post) = (answer("GET", GET)?, answer("POST", POST)?);
    for (method, status) in [("GET", status), ("POST", of_post)] {
        if status >= 400 && (method, status) != ("POST", LENGTH_REQUIRED) {
            let hint = match (method, status) {
                (_, 401 | 403) => "--field \"authorization: ...\" sends credentials",
                (_, 421) => "--authority names the authority that the server answers for",
                ("POST", _) => "--upload-path names another path for POST",
                _ => "name a path that answers GET with a status below 400",
            };
            return Err(format!(
                "a plain {method} was refused with status {status}, so that refusals would prove nothing; {hint}"
            ));
        }
    }
    let content = judge::content(transcript, GET);
    if content > MAX_CONTENT {
        return Err(format!(
            "GET was answered with {content} octets of content, and cases grant a window for {MAX_CONTENT}: \
             name a smaller resource"
        ));
    }
    let answer_timing = match open_request::was_answered_early(transcript) {
        _ if of_post == LENGTH_REQUIRED => AnswerTiming::AsksForLength,
        true => AnswerTiming::AnswersEarly,
        false => AnswerTiming::ReadsToTheEnd,
    };
    Ok(Baseline { answer_timing, status, content, announced: Announced::read(transcript) })
}
