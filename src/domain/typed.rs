//! What somebody types, as text that can be kept and shown.

/// Whether a character may stand in a typed text. Control characters may not, but for line ends and tabs: no keyboard
/// writes them, no page shows them, and not every database keeps them.
pub fn is_plain(one: char) -> bool {
    !one.is_control() || matches!(one, '\n' | '\t')
}

/// A typed text with line ends as we have them, LF, and without characters that are not plain.
pub fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|one| if one == '\r' { '\n' } else { one })
        .filter(|one| is_plain(*one))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_seen_is_kept() {
        assert_eq!(plain("a\0b\u{7}\u{1b}[1mc\u{7f}\u{85}d"), "ab[1mcd");
        assert_eq!(
            plain("one\r\ntwo\rthree\n\tfour"),
            "one\ntwo\nthree\n\tfour"
        );
        assert_eq!(plain("M\u{e4}rz \u{1f4de}"), "M\u{e4}rz \u{1f4de}");
    }
}
