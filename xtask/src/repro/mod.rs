//! A program that does what a case does, with nothing but h2 and the crates it is used with.
//!
//! What all programs share is a template of our own; what a case adds is one line for each of its steps.

mod explained;
mod notation;
mod steps;

use explained::Explained;

/// The shared files, by their path in the package.
const TEMPLATE: [(&str, &str); 11] = [
    ("src/lib.rs", include_str!("template/lib.rs")),
    // As the runner has it: the subjects are the same.
    ("src/additions.rs", include_str!("../../../conformance/src/subject/h2_like/additions.rs")),
    ("src/app.rs", include_str!("template/app.rs")),
    ("src/connection.rs", include_str!("template/connection.rs")),
    ("src/frame.rs", include_str!("template/frame.rs")),
    ("src/handles.rs", include_str!("template/handles.rs")),
    ("src/peer.rs", include_str!("template/peer.rs")),
    ("src/pipe.rs", include_str!("template/pipe.rs")),
    ("src/sent.rs", include_str!("template/sent.rs")),
    ("src/tasks.rs", include_str!("template/tasks.rs")),
    ("src/windows.rs", include_str!("template/windows.rs")),
];

/// The package for one case.
#[derive(Debug)]
pub(crate) enum Package {
    Files(Vec<(&'static str, String)>),
    /// There can be none: the case needs this.
    Impossible(&'static str),
}

/// The package for the case that `json` explains. An error says what is not known here.
pub(crate) fn package(json: &str, h2_version: &str) -> Result<Package, String> {
    let explained: Explained = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if let Some(what) = explained.beyond_programs() {
        return Ok(Package::Impossible(what));
    }
    let mut files = vec![("Cargo.toml", manifest(h2_version)), ("src/main.rs", program(&explained)?)];
    files.extend(TEMPLATE.map(|(path, text)| (path, text.to_owned())));
    Ok(Package::Files(files))
}

/// The manifest of the program; the version decides which h2 is shown.
fn manifest(h2_version: &str) -> String {
    format!(
        "[package]\nname = \"h2-repro\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\n\n\
         [workspace]\n\n[dependencies]\nbytes = \"1\"\n\
         # A checkout with the patch instead: h2 = {{ path = \"../h2\" }}\n\
         h2 = \"={h2_version}\"\nhttp = \"1\"\ntokio = \"1\"\n"
    )
}

fn program(explained: &Explained) -> Result<String, String> {
    let body = steps::body(explained)?;
    let additions = "#[allow(unused_imports)]\nuse h2_repro::additions::BuilderAdditions;\n";
    let indent = |line: &String| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    let body: String = body.iter().map(indent).collect();
    Ok(format!(
        "//! {}\n//!\n//! `cargo run` plays `{}` against h2 and prints what happens: `subject` is h2, `app` the\n\
         //! application that calls it, `peer` the other side of the connection.\n\n\
         {additions}use h2_repro::{{conclude, settle, App}};\n\n\
         // A line a step.\n#[rustfmt::skip]\nfn main() {{\n{body}}}\n",
        explained.title, explained.id
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(step: &str, config: &str) -> String {
        format!(
            r#"{{"id":"a/b","title":"It works","role":"client","needs":"api","config":{config},
               "reflexes":{{"ack_settings":false,"ack_ping":true,"credit":{{"portions":9}}}},
               "steps":[{{"mark":true}},{{"settle":true}},{step}],"script":["from here","-","does it"]}}"#
        )
    }

    #[test]
    fn a_line_a_step() {
        for (step, line) in [
            (r#"{"write":"000000"}"#, "// does it\n    peer.write(&[\"000000\"]);\n"),
            (r#"{"block":true}"#, "// does it\n    peer.stop_reading(true);\n"),
            (
                r#"{"upload":{"stream":1,"length":9,"frame":4,"padding":2,"end":true}}"#,
                "// does it\n    peer.upload(1, 9, 4, Some(2), true);\n",
            ),
            (r#"{"app":{"request":{"method":"GET","end":true}}}"#, "app.request(\"GET\", true);\n"),
            (r#"{"app":{"drop":{"stream":1,"what":"receive"}}}"#, "app.drop_handles(1, h2_repro::Which::Receive);\n"),
            (r#"{"app":"ping"}"#, "app.ping();\n"),
        ] {
            let Package::Files(files) = package(&explained(step, r#"{"stream_window":70000}"#), "0.4.20").unwrap()
            else {
                panic!("{step} is possible")
            };
            let main = &files.iter().find(|(path, _)| *path == "src/main.rs").unwrap().1;
            let expected = format!("\n    {line}    settle(&mut peer, &app);\n");
            assert!(main.contains(&expected), "{expected} is not in\n{main}");
            for part in [
                "    builder.initial_window_size(70000);\n    builder.max_connection_receive_buffer_size(0);\n",
                "App::client(builder, false);\n",
                "    peer.credit = h2_repro::Credit::Portions(9);\n    peer.acks_settings = false;\n",
            ] {
                assert!(main.contains(part), "{part} is not in\n{main}");
            }
        }
    }

    #[test]
    fn what_the_release_has_no_words_for_is_named() {
        for (step, config, named) in [
            (r#"{"elapse":5}"#, "{}", "time"),
            (r#"{"close":true}"#, r#"{"time_passes":true,"receive_budget":"default"}"#, "time"),
            (r#"{"close":true}"#, r#"{"update_policy":{"percent":1}}"#, "policy"),
            (r#"{"app":{"set-update-policy":{"policy":{"percent":1}}}}"#, "{}", "policy"),
        ] {
            let package = package(&explained(step, config), "0.4.20").unwrap();
            assert!(
                matches!(package, Package::Impossible(what) if what.contains(named)),
                "{step} {config}: {package:?}"
            );
        }
    }

    #[test]
    fn what_has_no_line_is_no_program() {
        for (step, config, complaint) in [
            (r#"{"fly":true}"#, "{}", "fly"),
            (r#"{"app":{"dance":{"stream":1}}}"#, "{}", "dance"),
            (r#"{"app":{"reset":{"stream":1,"code":1,"softly":true}}}"#, "{}", "softly"),
            (r#"{"write":"0"}"#, "{}", "step 3: a write that is not hexadecimal"),
            (r#"{"close":true}"#, r#"{"speed":1}"#, "speed"),
        ] {
            let error = package(&explained(step, config), "0.4.20").unwrap_err();
            assert!(error.contains(complaint) && !error.contains('\n'), "{error}");
        }
    }
}
