//! Playing a recording. Nothing is expected of the subject but what no subject may ever do: to
//! panic, to livelock, to send octets that cannot be parsed, or DATA beyond a window.

use crate::case::{Case, Role};
use crate::drive;
use crate::judge::judge;
use crate::recording::Recording;
use crate::run::Run;
use crate::suite::{play_as, Played, Target};

/// The case of the catalogue that does exactly what was recorded. One that has become another since
/// can judge nothing here.
#[must_use]
pub fn case_of<'a>(recording: &Recording, catalogue: &'a [Case]) -> Option<&'a Case> {
    let id = recording.id.as_deref()?;
    catalogue.iter().find(|case| case.id == id && case.recording().text() == recording.text())
}

/// Plays `recording` on `target`.
pub fn replay(recording: &Recording, target: &dyn Target) -> Played {
    let case =
        Case { id: "replay", role: recording.role, needs: recording.needs, config: recording.config, ..Case::DEFAULT };
    let script = recording.script();
    play_as(&case, target, |link| {
        let transcript = drive::play(link, &script, case.role == Role::Server, &|_| drive::Want::More);
        Run { verdict: judge(&case.expect, &transcript), transcript }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Config, Needs};
    use crate::judge::Outcome;
    use crate::script::{App, Credit, PeerBehavior, Step};
    use crate::subject::patched::H2;
    use crate::subject::IN_MEMORY;
    use crate::wire::build::{data, ping};

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

    #[test]
    fn every_case_of_the_catalogue_survives_its_file() {
        for case in crate::catalog::all() {
            let text = case.recording().text();
            assert_eq!(Recording::parse(&text).unwrap().text(), text, "{}", case.id);
        }
    }

    fn sample() -> Case {
        Case {
            id: "a/b",
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::AtOnce);
                s.open();
                s.send(ping([1; 8]));
                s.send(data(1, 9));
                s.app(App::Ping);
            },
            ..Case::DEFAULT
        }
    }

    #[test]
    fn only_what_does_the_same_is_the_case() {
        let catalogue = [sample(), Case { id: "a/c", ..sample() }];
        let recording = catalogue[1].recording();
        assert_eq!(case_of(&recording, &catalogue).map(|case| case.id), Some("a/c"));
        let longer = Recording { steps: [&recording.steps[..], &[Step::Settle]].concat(), ..recording.clone() };
        let configured = Recording { config: Config { push: Some(false), ..recording.config }, ..recording.clone() };
        let default_peer = Recording { behavior: PeerBehavior::default(), ..recording.clone() };
        let unknown = Recording { id: Some("a/d".into()), ..recording.clone() };
        let nameless = Recording { id: None, ..recording.clone() };
        for other in [longer, configured, default_peer, unknown, nameless] {
            assert!(case_of(&other, &catalogue).is_none(), "{other:?}");
        }
    }

    #[test]
    fn replayed_it_gives_the_same_record() {
        let played = |script| drive::play(&mut H2::new(&sample()), script, true, &|_| drive::Want::Nothing);
        let recording = Recording::parse(&sample().recording().text()).unwrap();
        assert_eq!(played(&sample().steps()), played(&recording.script()));
    }
}
