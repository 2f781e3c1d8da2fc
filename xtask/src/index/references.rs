//! Issues and pull requests that a header names.

/// An issue or a pull request of a public repository: `owner/name#number (state)`.
pub(super) struct Reference<'a> {
    owner_and_name: &'a str,
    pub(super) number: &'a str,
    pub(super) state: Option<&'a str>,
}

pub(super) struct References<'a>(pub(super) Vec<Reference<'a>>);

impl<'a> References<'a> {
    pub(super) fn of(text: &'a str) -> References<'a> {
        let found = text.match_indices('#').filter_map(|(at, _)| {
            let of_a_name = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            let start = text[..at]
                .rfind(|c| !of_a_name(c))
                .map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
            let owner_and_name = &text[start..at];
            let rest = &text[at + 1..];
            let (number, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
            let known = !number.is_empty() && owner_and_name.split('/').filter(|part| !part.is_empty()).count() == 2;
            let state = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'));
            known.then_some(Reference { owner_and_name, number, state: state.map(|(state, _)| state) })
        });
        References(found.collect())
    }

    pub(super) fn links(&self) -> String {
        let links = self.0.iter().map(|Reference { owner_and_name, number, .. }| {
            let name = owner_and_name.rsplit('/').next().unwrap_or(owner_and_name);
            format!("[{name}#{number}](https://github.com/{owner_and_name}/issues/{number})")
        });
        links.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_repository_is_no_reference() {
        for nothing in ["#", "#1", "h2#1", "hyperium/h2#", "a/b/c#1", "é#1", "/h2#1"] {
            assert!(References::of(nothing).0.is_empty(), "{nothing}");
        }
        assert_eq!(
            References::of("é/h2#1 é hyperium/h2#34.").links(),
            "[h2#34](https://github.com/hyperium/h2/issues/34)"
        );
    }
}
