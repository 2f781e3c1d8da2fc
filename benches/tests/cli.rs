//! The command line from outside.

use std::process::{Command, Output};

use h2_benches::figures;

fn call(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_h2-benches")).args(arguments).output().expect("it was built")
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

#[test]
fn bad_input_gives_one_line_and_exit_2() {
    for arguments in [&["updates", "--plot"][..], &["updates", "--plots", "x"], &["--plot", "x"], &["updatez"], &[]] {
        let output = call(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{arguments:?}: {complaint}");
        assert!(complaint.starts_with("h2-benches: "), "{complaint}");
    }
}
