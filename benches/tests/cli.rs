//! The command line from outside.

use std::process::{Command, Output, Stdio};

use h2_benches::figures;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_h2-benches"));
    command.args(arguments);
    command
}

fn call(arguments: &[&str]) -> Output {
    command(arguments).output().expect("it was built")
}

#[test]
fn a_scenario_is_printed_written_down_and_drawn() {
    let folder = tempfile::tempdir().expect("a place for it");
    let (json, plots) = (folder.path().join("updates.json"), folder.path().join("new/plots"));
    let [json_path, plots_path] = [&json, &plots].map(|path| path.to_str().expect("plain letters"));
    let output = call(&["updates", "--json", json_path, "--plot", plots_path]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let figures = figures::read(&json).expect("it was just written");
    let svg = std::fs::read_to_string(plots.join("updates.svg")).expect("it was just drawn");
    assert_eq!(Some(svg), figures::chart::svg(&figures[0]));
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{}\n", figures[0]));
}

/// What is said beside the remarks of a scenario on stalls, which begin with its name.
fn complaints(output: &Output) -> Vec<String> {
    let lines = String::from_utf8_lossy(&output.stderr);
    lines.lines().filter(|line| !line.starts_with("updates: ")).map(str::to_owned).collect()
}

/// Standard output without a reader.
#[cfg(unix)]
fn closed() -> Stdio {
    let (reader, writer) = std::os::unix::net::UnixStream::pair().expect("a pair");
    drop(reader);
    std::os::fd::OwnedFd::from(writer).into()
}

/// Standard output with no room.
#[cfg(target_os = "linux")]
fn full() -> Stdio {
    std::fs::File::options().write(true).open("/dev/full").expect("this system has one").into()
}

#[test]
#[cfg(unix)]
fn a_reader_that_closes_standard_output_has_read_enough() {
    let folder = tempfile::tempdir().expect("a place for it");
    let (json, plots) = (folder.path().join("updates.json"), folder.path().join("plots"));
    let [json_path, plots_path] = [&json, &plots].map(|path| path.to_str().expect("plain letters"));
    for arguments in [&["list"][..], &["--help"], &["updates", "--json", json_path, "--plot", plots_path]] {
        let output = command(arguments).stdout(closed()).output().expect("it was built");
        assert_eq!((output.status.code(), complaints(&output)), (Some(0), vec![]), "{arguments:?}");
    }
    figures::read(&json).expect("what was asked for is done all the same");
    assert!(plots.join("updates.svg").is_file());
}

#[test]
#[cfg(target_os = "linux")]
fn full_standard_output_is_one_line_and_exit_3() {
    let folder = tempfile::tempdir().expect("a place for it");
    let json = folder.path().join("updates.json");
    for arguments in [&["list"][..], &["--help"], &["updates", "--json", json.to_str().expect("plain letters")]] {
        let output = command(arguments).stdout(full()).output().expect("it was built");
        let complaints = complaints(&output);
        assert_eq!((output.status.code(), complaints.len()), (Some(3), 1), "{arguments:?}: {complaints:?}");
        assert!(complaints[0].contains("standard output"), "{complaints:?}");
    }
    figures::read(&json).expect("what was measured is kept");
}

/// A full disk cannot be seen before the figures are written.
#[test]
#[cfg(target_os = "linux")]
fn what_can_be_written_is_written() {
    let folder = tempfile::tempdir().expect("a place for it");
    let plots = folder.path().to_str().expect("plain letters");
    let output = call(&["updates", "--json", "/dev/full", "--plot", plots]);
    let complaints = complaints(&output);
    assert_eq!((output.status.code(), complaints.len()), (Some(3), 1), "{complaints:?}");
    assert!(complaints[0].contains("/dev/full"), "{complaints:?}");
    assert!(folder.path().join("updates.svg").is_file());
}

#[test]
fn bad_input_gives_one_line_and_exit_2() {
    let folder = tempfile::tempdir().expect("a place for it");
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").expect("a file");
    let [folder, below, missing] = [folder.path(), &file.join("below"), &folder.path().join("missing/x.json")]
        .map(|path| path.to_str().expect("plain letters").to_owned());
    for arguments in [
        &["updates", "--plot"][..],
        &["updates", "--plots", "x"],
        &["--plot", "x"],
        &["updatez"],
        &[],
        &["updates", "--json", ""],
        &["updates", "--json", &folder],
        &["updates", "--json", &missing],
        &["updates", "--json", "new/"],
        &["updates", "--plot", ""],
        &["updates", "--plot", &below],
        &["load"],
        &["load", "127.0.0.1:1"],
        &["load", "http://127.0.0.1:1", "--streams", "0"],
        &["load", "http://127.0.0.1:1", "--json", &missing],
        &["load", "http://no-such-host.invalid"],
    ] {
        let output = call(arguments);
        assert!(output.stdout.is_empty(), "{arguments:?}: nothing is measured");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{arguments:?}: {complaint}");
        assert!(complaint.starts_with("h2-benches: "), "{complaint}");
    }
}

/// Nothing listens on a port that was just given back.
#[test]
fn a_load_whose_requests_fail_is_exit_1() {
    let folder = tempfile::tempdir().expect("a place for it");
    let json = folder.path().join("load.json");
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let output = call(&["load", &url, "--requests", "3", "--json", json.to_str().expect("plain letters")]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(printed.starts_with("0 answered, 3 failed") && printed.contains("3  refused"), "{printed}");
    let json = std::fs::read_to_string(&json).expect("it was just written");
    assert!(json.contains("\"refused\": 3"), "{json}");
    assert_eq!(call(&["load", "--help"]).status.code(), Some(0));
}

/// What a scenario starts as a process of its own.
#[test]
fn a_worker_prints_a_figure_a_line() {
    for (subject, snapshot) in [("upstream", false), ("patched", true)] {
        let output = call(&["worker", "scale", subject, "unread", "10", "ping", "snapshot"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let figures: Vec<_> = said.lines().filter_map(|line| line.split_once(' ')).collect();
        let names: Vec<_> = figures.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["ready", "ping", "snapshot"]);
        let figures: Vec<f64> = figures.iter().map(|(_, figure)| figure.parse().expect("a number")).collect();
        assert!(figures[1] > 0.0 && figures[2].is_finite() == snapshot, "{figures:?}");
    }
}

/// The release holds what its window of 1 MiB takes, in a heap that only a program with a counting
/// allocator sees.
#[test]
fn a_worker_counts_the_heap() {
    let output = call(&["worker", "hostile", "upstream", "hold", "2"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let heap = said.lines().find_map(|line| line.strip_prefix("heap ")).expect("it is said");
    let heap: f64 = heap.parse().expect("a number");
    assert!((2.0..2.4).contains(&(heap / f64::from(1 << 20))), "{heap}");
}

/// A few connections are less than what the process can grow: the fork's last one fares as its
/// first one does.
#[test]
fn a_worker_lets_connections_upload_in_turns() {
    let figures = |subject| {
        let output = call(&["worker", "many", subject, "3"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let figure = |name: &str| -> f64 {
            let line = said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{output:?}"));
            line.trim().parse().expect("a number")
        };
        [figure("first"), figure("last"), figure("claim")]
    };
    let [first, last, claim] = figures("upstream");
    // 65 535 octets in a round trip of 10 ms, of 1 250 000.
    assert!(first < 0.0525 && (first - last).abs() < 0.001, "{first}, {last}");
    assert!((3.0 * 32_768.0..=3.0 * 65_535.0).contains(&claim), "{claim}");
    let [first, last, _] = figures("patched");
    assert!(first > 0.9 && last > 0.9, "{first}, {last}");
}

#[test]
fn a_worker_sends_content_over_a_real_link() {
    for (stack, direction) in
        [("hyper", "download"), ("hyper-adaptive", "upload"), ("h2", "upload"), ("h2", "download")]
    {
        let output = call(&["worker", "real-link", stack, direction, "2", "3", "100", "200", "50"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let goodput =
            said.lines().find_map(|line| line.strip_prefix("goodput ")).unwrap_or_else(|| panic!("{output:?}"));
        let goodput: f64 = goodput.parse().expect("a number");
        // The link takes 125 MB/s. In so short a time a busy machine may take less, or more where
        // it is behind when the time begins.
        assert!(goodput > 0.1 && goodput < 250.0, "{stack}, {direction}: {goodput}");
    }
}

/// The servers of `peers`, loaded over loopback.
#[test]
#[cfg(target_os = "linux")]
fn a_worker_serves_until_it_is_ended() {
    for server in ["upstream", "patched", "hyper"] {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let mut worker =
            command(&["worker", "peers", server, &address.port().to_string()]).spawn().expect("it was built");
        let is_open = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            std::net::TcpStream::connect(address).is_ok()
        });
        let loads = [("tiny", "300", 300 * 12), ("1MiB", "8", 8 << 20)].map(|(path, requests, octets)| {
            let folder = tempfile::tempdir().expect("a place for it");
            let json = folder.path().join("load.json");
            let json_path = json.to_str().expect("plain letters");
            let output =
                call(&["load", &format!("http://{address}/{path}"), "--requests", requests, "--json", json_path]);
            let json = std::fs::read_to_string(&json).unwrap_or_default();
            (output.status.code(), json.contains(&format!("\"octets\": {octets},")))
        });
        worker.kill().and_then(|()| worker.wait()).expect("it is ended");
        assert!(is_open, "{server}");
        assert_eq!(loads, [(Some(0), true); 2], "{server}");
    }
}

/// The release's half is built by cargo, which is not there.
#[test]
fn a_half_that_cannot_be_built_is_one_line_and_exit_3() {
    let output = command(&["real-link"]).env("CARGO", "no-such-program").output().expect("it was built");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), complaint.lines().count()), (Some(3), 1), "{complaint}");
    assert!(complaint.contains("real-link/Cargo.toml"), "{complaint}");
}

#[test]
fn a_worker_that_cannot_work_says_why_in_one_line() {
    for arguments in [
        &["worker", "updates"][..],
        &["worker", "none"],
        &["worker", "scale"],
        &["worker", "scale", "upstream", "idle", "many", "ping"],
        &["worker", "scale", "upstream", "nowhere", "10", "ping"],
        &["worker", "scale", "upstream", "waiting", "10", "upload"],
        &["worker", "many", "upstream", "0"],
        &["worker", "hostile", "upstream", "hold"],
        &["worker", "hostile", "upstream", "harm", "1"],
        &["worker", "peers", "nginx", "1"],
    ] {
        let output = call(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        let is_failure = matches!(output.status.code(), Some(2 | 3));
        assert!(is_failure && complaint.lines().count() == 1, "{arguments:?}: {output:?}");
    }
}
