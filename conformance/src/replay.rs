//! Playing a recording. Nothing is expected of the subject but what no subject may ever do: to panic, to find no rest, to send
//! what nobody can read, or DATA beyond a window.

use crate::case::{Case, Role};
use crate::drive;
use crate::judge::judge;
use crate::recording::Recording;
use crate::run::Run;
use crate::suite::{play_as, Contender, Played};

/// Plays `recording` on `contender`.
pub fn replay(recording: &Recording, contender: &dyn Contender) -> Played {
    let case = Case {
        id: "replay",
        role: recording.role(),
        needs: recording.needs(),
        config: recording.config.into(),
        ..Case::DEFAULT
    };
    let script = recording.script();
    play_as(&case, contender, |link| {
        let transcript = drive::play(link, &script, case.role == Role::Server, &|_| drive::Want::More);
        Run { verdict: judge(&case.expect, &transcript), transcript }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Outcome;
    use crate::subject::IN_MEMORY;

    #[test]
    fn any_octets_can_be_played() {
        for steps in ["[]", r#"[{"write":"00"},{"close":true}]"#, r#"[{"write":"ffffffffffffffffffff"}]"#] {
            for role in ["server", "client"] {
                let text = format!(r#"{{"role":"{role}","steps":{steps}}}"#);
                let played = replay(&Recording::parse(&text).unwrap(), &IN_MEMORY[1]);
                assert_eq!(played.harness_failure(), None);
                assert_ne!(played.run().unwrap().verdict.outcome, Outcome::Fail, "{text}");
            }
        }
    }
}
