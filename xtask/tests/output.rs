//! Standard output that is closed or full: no panic, and the work is done.
#![cfg(target_os = "linux")]

mod support;

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Output, Stdio};

use support::{repository, stderr};

/// Standard output without a reader.
fn closed() -> Stdio {
    let (reader, writer) = UnixStream::pair().unwrap();
    drop(reader);
    OwnedFd::from(writer).into()
}

/// Standard output with no room.
fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

fn xtask(args: &[&str], stdout: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(repository()).args(args).stdout(stdout).output().unwrap()
}

#[test]
fn a_reader_that_closes_it_has_read_enough() {
    for args in [&["--help"][..], &["show", "measure-updates-against-target"]] {
        let output = xtask(args, closed());
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()), "{args:?}");
    }
}

#[test]
fn full_it_gives_one_line_and_exit_3() {
    let elsewhere = tempfile::tempdir().unwrap();
    let dir = elsewhere.path().join("plain");
    for args in [&["--help"][..], &["show", "measure-updates-against-target"], &["vendor", dir.to_str().unwrap()]] {
        let output = xtask(args, full());
        let complaint = stderr(&output);
        assert_eq!((output.status.code(), complaint.lines().count()), (Some(3), 1), "{args:?}: {complaint}");
        assert!(complaint.contains("standard output"), "{complaint}");
    }
    assert!(dir.join("src/lib.rs").is_file(), "what was asked for is done");
}
