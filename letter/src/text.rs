//! Text from outside, made fit for the page: nothing in it may break a line, a column or the fonts.

use std::collections::BTreeSet;

use crate::typeset::fonts_cover;

/// Words wider than this many em may be broken anywhere: they might not fit half the page's width.
/// An id such as `port_…` is just narrow enough to stay whole.
const LONG_WORD: f64 = 20.0;
/// How far apart the places are at which a long word may be broken.
const PIECE: usize = 10;
/// Marks a place where a line may break without a hyphen.
const BREAK: char = '\u{200b}';

/// The characters of `text` for which the letter has no glyph, each once.
///
/// Latin, Greek, Cyrillic, Hebrew and more are covered; Chinese, Japanese, Korean, most Indic
/// scripts and emoji are not. The letter prints such a character as its code, `[U+5C71]`, so that
/// nothing is lost silently; a form should ask for another spelling before it comes to that.
pub fn unprintable(text: &str) -> Vec<char> {
    let missing: BTreeSet<char> = text
        .chars()
        .filter(|c| !ignored(*c) && !c.is_whitespace() && !c.is_control() && !covered(*c))
        .collect();
    missing.into_iter().collect()
}

/// One line of text as it is handed to the typesetter.
pub(crate) fn line(text: &str) -> String {
    breakable(&clean(text))
}

/// A line that must come out of the page exactly as it went in, such as a hash: cleaned, never broken.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !cleaned.ends_with(' ') {
                cleaned.push(' ');
            }
        } else if ignored(c) {
            // Invisible; and the ones that turn the direction of writing could make a name read as another.
        } else if covered(c) {
            cleaned.push(c);
        } else {
            cleaned.push_str(&format!("[U+{:04X}]", u32::from(c)));
        }
    }
    cleaned.trim().to_owned()
}

/// Cuts text that is longer than anybody reads, and says that it did.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max).collect();
    short.push('…');
    short
}

fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        if word.chars().map(advance).sum::<f64>() <= LONG_WORD {
            out.push_str(word);
            continue;
        }
        for (at, c) in word.chars().enumerate() {
            if at > 0 && at.is_multiple_of(PIECE) && !combines(c) {
                out.push(BREAK);
            }
            out.push(c);
        }
    }
    out
}

/// About how wide a character is, in em; rather too wide than too narrow.
fn advance(c: char) -> f64 {
    match c {
        'W' | 'M' => 1.05,
        'm' | 'w' => 0.85,
        'a'..='z' | '0'..='9' | '!'..='.' | '_' => 0.5,
        'A'..='Z' => 0.78,
        _ => 0.9,
    }
}

/// Whether the character sits on the one before it, so that no line may break between them.
fn combines(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

fn ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a font has the character, and the character means the same in every font.
fn covered(c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    !private && fonts_cover(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "O'Neil & Sons, LLC",
            "Café Łódź – São Paulo",
            "Zoë Nuñez-Øst",
            "#1 \"Best\" *Pizza* $5 @ <b> \\ [x](y)",
            "Ελλάς",
            "Жук",
            "שלום",
        ] {
            assert_eq!(line(name), name);
            assert!(unprintable(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn ids_and_ordinary_mail_addresses_stay_whole() {
        for word in [
            "port_019ac2f1d3a87c21b5f0a1b2c3d4e5f6",
            "doc_dddddddddddddddddddddddddddddddd",
            "bartholomew.featherstone@example.com",
        ] {
            assert_eq!(line(word), word);
        }
    }

    #[test]
    fn what_the_fonts_lack_is_printed_as_its_code() {
        assert_eq!(clean("山田 Ltd"), "[U+5C71][U+7530] Ltd");
        assert_eq!(unprintable("山田山 Ltd"), ['山', '田']);
    }

    #[test]
    fn characters_that_hide_or_turn_text_are_dropped() {
        assert_eq!(
            clean("Acme\u{202e}gro.live\u{202c}\u{200b} Inc\r\n\tof\u{0} Ohio\u{feff}"),
            "Acmegro.live Inc of Ohio"
        );
    }

    #[test]
    fn a_very_long_word_may_be_broken() {
        let broken = line(&"W".repeat(45));
        assert_eq!(broken.matches(BREAK).count(), 4);
        assert_eq!(broken.replace(BREAK, ""), "W".repeat(45));
    }

    #[test]
    fn long_text_is_cut_where_a_reader_sees_it() {
        assert_eq!(shorten("abcdef", 4), "abcd…");
        assert_eq!(shorten("abcd", 4), "abcd");
    }
}
