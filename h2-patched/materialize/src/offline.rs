//! Whether the build that runs this may use the network.
//!
//! Cargo passes no option on to a build script. What can be seen is an environment variable and, on
//! Linux, the command line of the cargo that started the script. Cargo's configuration is read by
//! the cargo that would fetch.

use std::env;

/// The options of cargo that forbid the network.
const OPTIONS: [&str; 2] = ["--offline", "--frozen"];

/// Returns whether a sign that can be seen from here says that the network must not be used.
pub(crate) fn is_asked_for() -> bool {
    env::var_os("CARGO_NET_OFFLINE").is_some_and(|value| value == "true") || forbids(&command_of_parent())
}

/// Whether one of the arguments, which end with a zero octet, is such an option. What follows `--`
/// is not for cargo.
fn forbids(command: &[u8]) -> bool {
    let arguments = command.split(|octet| *octet == 0).take_while(|argument| argument != b"--");
    arguments.into_iter().any(|argument| OPTIONS.iter().any(|option| option.as_bytes() == argument))
}

#[cfg(target_os = "linux")]
fn command_of_parent() -> Vec<u8> {
    let parent = std::os::unix::process::parent_id();
    // A process whose command line cannot be read gives no sign.
    std::fs::read(format!("/proc/{parent}/cmdline")).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn command_of_parent() -> Vec<u8> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::forbids;

    #[test]
    fn options_of_cargo_are_seen() {
        assert!(forbids(b"cargo\0build\0--offline\0"));
        assert!(forbids(b"/bin/cargo\0--frozen\0test\0"));
        for other in [&b"cargo\0build\0"[..], b"", b"cargo\0run\0--\0--offline\0", b"cargo\0--offline-not\0"] {
            assert!(!forbids(other));
        }
    }
}
