//! The cases. `rfc` has what any endpoint is held to by an RFC, `h2` has this library's API and
//! policy. A file is a topic, the first part of its cases' ids.

mod h2;
mod pieces;
mod rfc;

use std::sync::LazyLock;

use crate::case::Case;

/// A file's name and its cases.
type Topic = (&'static str, Vec<Case>);

/// The topics of files with these names.
macro_rules! topics {
    ($($file:ident),+ $(,)?) => {
        vec![$((stringify!($file), $file::cases())),+]
    };
}
use topics;

/// What a topic's file needs to write its cases.
mod prelude {
    pub(super) use super::pieces::*;
    pub(super) use crate::case::{Case, Config, Needs, Role};
    pub(super) use crate::judge::words::*;
    pub(super) use crate::judge::Expect;
    pub(super) use crate::script::{App, Credit, Handles, Script, Upload};
    pub(super) use crate::wire::build::*;
    pub(super) use crate::wire::code::error::*;
    pub(super) use crate::wire::code::{kind, setting, DEFAULT_FRAME_SIZE};
}

/// Every case, topic by topic, those for both roles once for each. Of a topic in both folders, what
/// the RFC asks for comes first.
#[must_use]
pub fn all() -> Vec<Case> {
    static ALL: LazyLock<Vec<Case>> = LazyLock::new(listed);
    ALL.clone()
}

fn listed() -> Vec<Case> {
    let mut topics = rfc::topics();
    for (name, cases) in h2::topics() {
        match topics.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(cases),
            None => topics.push((name, cases)),
        }
    }
    topics.into_iter().flat_map(|(_, cases)| cases).flat_map(Case::for_each_role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Role;

    #[test]
    fn a_case_is_in_the_file_of_its_topic_and_in_the_folder_of_its_source() {
        for (folder, topics) in [("rfc", rfc::topics()), ("h2", h2::topics())] {
            for (file, case) in topics.iter().flat_map(|(file, cases)| cases.iter().map(move |case| (file, case))) {
                assert_eq!(case.topic(), file.replace('_', "-"), "{} is in {folder}/{file}.rs", case.id);
                assert_eq!(case.requires.is_empty(), folder == "h2", "{} is in {folder}/{file}.rs", case.id);
            }
        }
    }

    #[test]
    fn a_case_for_both_roles_is_listed_once_for_each() {
        let listed = |id: &str| all().iter().find(|case| case.id == id).map(|case| case.role);
        assert_eq!(listed("ping/answered"), Some(Role::Server));
        assert_eq!(listed("ping/answered-client"), Some(Role::Client));
    }
}
