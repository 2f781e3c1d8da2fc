//! Checks about what the application sees.

use h2_conformance_judge::script::App;
use h2_conformance_judge::transcript::AppResult;
use h2_conformance_judge::words;
use h2_conformance_judge::{Check, Ending, Outcome};
use h2_conformance_wire::build::*;
use h2_conformance_wire::code::error::*;

use crate::record::{check, opened, Record};

fn called() -> Record {
    opened().calls(0, App::Reserve { stream: 1, octets: 5 }).calls(1, App::AwaitCapacity { stream: 1 })
}

fn failed() -> AppResult {
    AppResult::Failed("stream error".into())
}

pub(crate) fn call() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("this result", called().gives(1, AppResult::Value(5)).alive(), Pass, Clean),
        (
            "progress before it",
            called().gives(1, AppResult::Value(3)).gives(1, AppResult::Value(5)).alive(),
            Pass,
            Clean,
        ),
        ("another value", called().gives(1, AppResult::Value(4)).alive(), Fail, Clean),
        ("another call's result", called().gives(0, AppResult::Value(5)).alive(), Fail, Clean),
        ("done without a value", called().gives(1, AppResult::Done).alive(), Fail, Clean),
        ("a failure", called().gives(1, failed()).alive(), Fail, Clean),
        ("it still waits", called().alive(), Fail, Clean),
        ("a panic", called().gives(1, AppResult::Value(5)).panics(), Fail, Abrupt),
    ];
    check("call", &words::call(1, AppResult::Value(5)), &rows);
    check("call gives", &words::call_gives(1, 5), &rows);
}

pub(crate) fn call_fails() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("a failure", called().gives(1, failed()).alive(), Pass, Clean),
        ("a failure, since the connection ended", called().gives(1, failed()).closes(), Pass, NoGoaway),
        ("a value", called().gives(1, AppResult::Value(0)).alive(), Fail, Clean),
        ("another call's failure", called().gives(0, failed()).alive(), Fail, Clean),
        ("it still waits", called().alive(), Fail, Clean),
        ("a panic", called().gives(1, failed()).panics(), Fail, Abrupt),
    ];
    check("call fails", &words::call_fails(1), &rows);
}

pub(crate) fn call_waits() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("it waits", called().gives(0, AppResult::Done).alive(), Pass, Clean),
        ("it gave a value", called().gives(1, AppResult::Value(0)).alive(), Fail, Clean),
        ("it failed", called().gives(1, failed()).alive(), Fail, Clean),
        ("it waits on a connection that is gone", called().closes(), Fail, NoGoaway),
        ("the same, with GOAWAY", called().subject(goaway(0, INTERNAL_ERROR)).closes(), Fail, WrongCode),
        ("the application itself gave up", called().calls(2, App::Abort { code: 2 }).closes(), Pass, NoGoaway),
    ];
    check("call waits", &words::call_waits(1), &rows);
}

pub(crate) fn client_says() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("success", opened().leaves(Some(true)), Pass, Clean),
        ("it leaves and does not end", opened().leaves(None), Inconclusive, Clean),
        ("it stays", opened().alive(), Inconclusive, Clean),
        ("failure", opened().leaves(Some(false)), Fail, Clean),
        ("it closed before the response", opened().closes(), Fail, NoGoaway),
        ("an error", opened().subject(goaway(0, PROTOCOL_ERROR)).closes(), Fail, WrongCode),
    ];
    check("client says success", &words::client_says(true), &rows);
    let rows = vec![
        ("failure", opened().leaves(Some(false)), Pass, Clean),
        ("it leaves and does not end", opened().leaves(None), Inconclusive, Clean),
        ("it closes", opened().closes(), Weak, NoGoaway),
        ("success", opened().leaves(Some(true)), Fail, Clean),
        ("success, of a request that was reset", opened().peer(reset(1, CANCEL)).leaves(Some(true)), Fail, Clean),
        ("an error", opened().subject(goaway(0, PROTOCOL_ERROR)).closes(), Weak, WrongCode),
        ("an error that has no reason", opened().subject(goaway(0, COMPRESSION_ERROR)).closes(), Fail, WrongCode),
    ];
    check("client says failure", &words::client_says(false), &rows);
}

pub(crate) fn handed() {
    use Ending::*;
    use Outcome::*;
    let rows = vec![
        ("it came", opened().accepted(1).alive(), Pass, Clean),
        ("it did not come", opened().alive(), Fail, Clean),
        ("another came", opened().accepted(3).alive(), Fail, Clean),
        ("it came, and the connection closed", opened().accepted(1).closes(), Fail, NoGoaway),
    ];
    check("handed", &Check::Handed { stream: 1, yes: true }.into(), &rows);
    let rows = vec![
        ("it did not come", opened().alive(), Pass, Clean),
        ("another came", opened().accepted(3).alive(), Pass, Clean),
        ("it came", opened().accepted(1).alive(), Fail, Clean),
        ("the connection closed", opened().closes(), Fail, NoGoaway),
        ("a connection error", opened().subject(goaway(0, CANCEL)).closes(), Fail, WrongCode),
    ];
    check("not handed", &Check::Handed { stream: 1, yes: false }.into(), &rows);
}
