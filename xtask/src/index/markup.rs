//! Texts of a header as Markdown and HTML.

/// Text of a header in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    markdown(text).replace('\n', " ").replace('|', "\\|")
}

/// Text of a header as Markdown: its code spans stay, and nothing outside of them is HTML.
pub(super) fn markdown(text: &str) -> String {
    spans(text, |code| format!("`{code}`"))
}

/// Text of a header as HTML, for places where Markdown is not read.
pub(super) fn html(text: &str) -> String {
    spans(text, |code| format!("<code>{}</code>", escaped(code)))
}

/// Text with its code spans written by `code`, and the rest escaped. A backtick without a second
/// one is text.
fn spans(text: &str, code: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        out.push_str(&escaped(before));
        match after.split_once('`') {
            Some((span, after)) if !span.is_empty() => {
                out.push_str(&code(span));
                rest = after;
            }
            _ => {
                out.push_str("&#96;");
                rest = after;
            }
        }
    }
    out + &escaped(rest)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_stay_and_the_rest_is_text() {
        assert_eq!(markdown("a ` <b> `` c"), "a ` <b> `&#96; c");
        assert_eq!(markdown("`<b>"), "&#96;&lt;b&gt;");
        assert_eq!(html("a `<b>` & c"), "a <code>&lt;b&gt;</code> &amp; c");
        assert_eq!(cell("a | b\nc"), "a \\| b c");
    }
}
