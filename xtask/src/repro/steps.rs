//! Steps of a case as lines of a program.

use super::explained::{Budget, Call, Config, Credit, Explained, Reflexes, Role, Step};
use super::notation::{bytes_from_hex, lines};

/// What follows each step: h2 does all that it can do.
const SETTLE: &str = "settle(&mut peer, &app);";
/// Where comments are wrapped.
const WIDTH: usize = 110;

/// The lines of `main`. An error says which step has no line.
pub(super) fn body(explained: &Explained) -> Result<Vec<String>, String> {
    let mut body = opening(explained.role, &explained.config);
    let by_itself = explained.needs == super::explained::Needs::Wire;
    let (name, does) = match explained.role {
        Role::Server => ("server", "answers each request"),
        Role::Client => ("client", "makes a GET request and reads the answer"),
    };
    if by_itself {
        body.push(format!("// The application {does} by itself."));
    }
    let calls = explained.steps.iter().any(|step| matches!(step, Step::App(_)));
    let mutable = if calls { "mut " } else { "" };
    body.push(format!("let (mut peer, {mutable}app) = App::{name}(builder, {by_itself});"));
    body.extend(habits(&explained.reflexes));
    for (at, step) in explained.steps.iter().enumerate() {
        let line = line(step).map_err(|what| format!("step {}: {what}", at + 1))?;
        let Some(line) = line else { continue };
        body.push(String::new());
        // A call says itself what it is.
        let words = explained.script.get(at).filter(|_| !matches!(step, Step::App(_)));
        body.extend(words.into_iter().flat_map(|words| comment(words)));
        body.extend(line);
    }
    body.extend([String::new(), "conclude(peer, app)".into()]);
    Ok(body)
}

fn opening(role: Role, config: &Config) -> Vec<String> {
    let module = match role {
        Role::Server => "server",
        Role::Client => "client",
    };
    let settings = [
        config.stream_window.map(|octets| format!("initial_window_size({octets})")),
        config.connection_window.map(|octets| format!("initial_connection_window_size({octets})")),
        config.max_concurrent.map(|streams| format!("max_concurrent_streams({streams})")),
        config.max_frame.map(|octets| format!("max_frame_size({octets})")),
        config.max_header_list.map(|octets| format!("max_header_list_size({octets})")),
        config.send_buffer.map(|octets| format!("max_send_buffer_size({octets})")),
        config.connection_send_buffer.map(|octets| format!("max_connection_send_buffer_size({octets})")),
        match config.receive_budget {
            Budget::Default => None,
            Budget::Octets(octets) => Some(format!("max_connection_receive_buffer_size({octets})")),
        },
        config.window_growth.map(|grows| format!("adaptive_window({grows})")),
        config.reset_grace.map(|(streams, _)| format!("max_concurrent_reset_streams({streams})")),
        config
            .reset_grace
            .map(|(_, millis)| format!("reset_stream_duration(std::time::Duration::from_millis({millis}))")),
        // Only a client has a say in this.
        config.push.filter(|_| role == Role::Client).map(|push| format!("enable_push({push})")),
    ];
    let settings: Vec<String> = settings.into_iter().flatten().collect();
    let mutable = if settings.is_empty() { "" } else { "mut " };
    let mut opening = vec![format!("let {mutable}builder = h2::{module}::Builder::new();")];
    opening.extend(settings.iter().map(|setting| format!("builder.{setting};")));
    opening
}

fn habits(reflexes: &Reflexes) -> Vec<String> {
    let credit = match reflexes.credit {
        Credit::Never => None,
        Credit::AtOnce => Some("AtOnce".to_owned()),
        Credit::WhenExhausted => Some("WhenExhausted".to_owned()),
        Credit::Portions(octets) => Some(format!("Portions({octets})")),
    };
    let habits = [
        credit.map(|credit| format!("peer.credit = h2_repro::Credit::{credit};")),
        (!reflexes.ack_settings).then(|| "peer.acks_settings = false;".to_owned()),
        (!reflexes.ack_ping).then(|| "peer.acks_pings = false;".to_owned()),
    ];
    habits.into_iter().flatten().collect()
}

/// `None`: nothing to do that is not done anyway.
fn line(step: &Step) -> Result<Option<Vec<String>>, String> {
    let line = match step {
        Step::Settle(_) | Step::Mark(false) | Step::Close(false) => return Ok(None),
        Step::Mark(true) => return Ok(Some(Vec::new())),
        Step::Write(digits) => {
            let octets = bytes_from_hex(digits).ok_or("a write that is not hexadecimal")?;
            let mut write = match lines(&octets).as_slice() {
                [line] => vec![format!("peer.write(&[\"{line}\"]);")],
                lines => {
                    let within = lines.iter().map(|line| format!("    \"{line}\","));
                    std::iter::once("peer.write(&[".into()).chain(within).chain(["]);".into()]).collect()
                }
            };
            write.push(SETTLE.into());
            return Ok(Some(write));
        }
        Step::Close(true) => "peer.close();".into(),
        Step::Block(stop) => format!("peer.stop_reading({stop});"),
        Step::Upload { stream, length, frame, padding, end } => {
            format!("peer.upload({stream}, {length}, {frame}, {padding:?}, {end});")
        }
        Step::App(call) => format!("app.{};", call_in_rust(call).ok_or("a policy for updates")?),
        Step::Elapse(_) | Step::UploadFromAfar(_) => return Err("time that is set by hand".into()),
    };
    Ok(Some(vec![line, SETTLE.into()]))
}

/// `None`: what the release has no words for.
fn call_in_rust(call: &Call) -> Option<String> {
    Some(match call {
        Call::Request { method, end } => format!("request({method:?}, {end})"),
        Call::AwaitResponse { stream } => format!("await_response({stream})"),
        Call::AwaitPush { stream } => format!("await_push({stream})"),
        Call::Respond { stream, status, end } => format!("respond({stream}, {status}, {end})"),
        Call::Promise { stream } => format!("promise({stream})"),
        Call::Reserve { stream, octets } => format!("reserve({stream}, {octets})"),
        Call::Capacity { stream } => format!("capacity({stream})"),
        Call::AwaitCapacity { stream } => format!("await_capacity({stream})"),
        Call::SendData { stream, octets, end } => format!("send_data({stream}, {octets}, {end})"),
        Call::WriteAll { stream, octets, end } => format!("write_all({stream}, {octets}, {end})"),
        Call::SendTrailers { stream } => format!("send_trailers({stream})"),
        Call::Read { stream, octets } => format!("read({stream}, {octets})"),
        Call::ReadToEnd { stream } => format!("read_to_end({stream})"),
        Call::Release { stream, octets } => format!("release({stream}, {octets})"),
        Call::AwaitDrained { stream } => format!("await_drained({stream})"),
        Call::AwaitReset { stream } => format!("await_reset({stream})"),
        Call::Reset { stream, code } => format!("reset({stream}, {code})"),
        Call::Drop { stream, what } => format!("drop_handles({stream}, h2_repro::Which::{what:?})"),
        Call::DropRequester => "drop_requester()".into(),
        Call::SetTargetWindow { octets } => format!("set_target_window({octets})"),
        Call::SetStreamTarget { stream, octets } => format!("set_stream_target({stream}, {octets})"),
        Call::SetInitialWindow { octets } => format!("set_initial_window({octets})"),
        Call::ShutDown => "shut_down()".into(),
        Call::Abort { code } => format!("abort({code})"),
        Call::Ping => "ping()".into(),
        Call::SetUpdatePolicy(_) | Call::SetStreamUpdatePolicy(_) => return None,
    })
}

/// Words as the lines of a comment.
fn comment(words: &str) -> Vec<String> {
    let mut lines = vec![String::from("//")];
    for word in words.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.len() > 2 && last.len() + 1 + word.len() > WIDTH {
            lines.push(format!("// {word}"));
        } else {
            last.push_str(&format!(" {word}"));
        }
    }
    lines
}
