//! Whether two spellings would be taken for the same thing by a person who holds the bill in one hand
//! and the form in the other.
//!
//! Loose on purpose: case, punctuation, accents, `&` for `and`, and the abbreviations of USPS
//! Publication 28 make no difference. Used for warnings before an order goes out, never to change what
//! somebody typed.

mod usps;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use usps::{DIRECTIONS, ORDINALS, SUFFIXES, UNITS};

/// Names of companies and people: "Peña & Figueroa Catering, Inc." is "PENA AND FIGUEROA CATERING INC".
pub fn same_name(a: &str, b: &str) -> bool {
    name_key(a) == name_key(b)
}

/// A line or several of an address: "1180 Juniper Ter NE Ste 410" is "1180 JUNIPER TERRACE NE, SUITE 410".
/// A `#` stands for any kind of unit.
pub fn same_street(a: &str, b: &str) -> bool {
    let (a, b) = (street_tokens(a), street_tokens(b));
    a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| a == b || is_any_unit(a, b) || is_any_unit(b, a))
        || squeeze(&a) == squeeze(&b)
}

/// Cities: "St. Paul" is "SAINT PAUL".
pub fn same_city(a: &str, b: &str) -> bool {
    squeeze(&street_tokens(a)) == squeeze(&street_tokens(b))
}

/// Names, or lines of an address, when it is not known which of the two they are.
pub fn same_on_paper(a: &str, b: &str) -> bool {
    same_name(a, b) || same_street(a, b)
}

/// Postal codes: the first five digits of a ZIP decide, since bills print ZIP+4 and forms rarely do.
/// A lost leading zero is a difference. Canadian codes are compared without the space.
pub fn same_postal_code(a: &str, b: &str) -> bool {
    postal_key(a) == postal_key(b)
}

/// Account numbers: capitals and digits decide, leading zeros count.
pub fn same_account(a: &str, b: &str) -> bool {
    account_key(a) == account_key(b)
}

/// What is left of an address line when everything is gone that makes no difference on paper. A PO box
/// begins with `pobox`.
pub fn street_key(text: &str) -> String {
    squeeze(&street_tokens(text))
}

/// What is left of a name when everything is gone that makes no difference on paper. Fit for looking a
/// carrier up by its name.
pub fn name_key(text: &str) -> String {
    let mut tokens = tokens(text);
    for token in &mut tokens {
        if let Some((_, short)) = LEGAL_FORMS.iter().find(|(long, _)| long == token) {
            *token = (*short).to_owned();
        }
    }
    squeeze(&tokens)
}

const LEGAL_FORMS: [(&str, &str); 4] = [
    ("company", "co"),
    ("corporation", "corp"),
    ("incorporated", "inc"),
    ("limited", "ltd"),
];

/// What is left of an account number or code when only capitals and digits are kept.
pub fn account_key(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// An address line without its suite, floor or unit, in the words that [`same_street`] compares; `None`
/// if it has none.
pub fn without_unit(text: &str) -> Option<String> {
    let tokens = street_tokens(text);
    let unit = tokens
        .iter()
        .skip(1)
        .position(|token| token == "#" || UNITS.iter().any(|(_, unit)| unit == token))?;
    Some(
        tokens
            .iter()
            .take(unit + 1)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

fn postal_key(text: &str) -> String {
    let key = account_key(text);
    let is_zip_plus_4 = key.len() == 9 && key.bytes().all(|b| b.is_ascii_digit());
    if is_zip_plus_4 {
        key.chars().take(5).collect()
    } else {
        key
    }
}

/// The words of a text in lower case, without accents and punctuation.
fn tokens(text: &str) -> Vec<String> {
    let mut words = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '&' | '+' => words.push_str(" and "),
            '#' => words.push_str(" # "),
            // Within a word these are left out on the other copy: O'Rourke, L.L.P., Int'l.
            '\'' | '’' | '‘' | '`' | '´' | '.' => {}
            c if c.is_alphanumeric() => match letters_without_accent(c) {
                Some(plain) => words.push_str(plain),
                None => words.extend(c.to_lowercase()),
            },
            _ => words.push(' '),
        }
    }
    words.split_whitespace().map(str::to_owned).collect()
}

/// Letters that decomposing does not turn into a plain letter and a mark.
fn letters_without_accent(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' | 'Ø' => "o",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ß' | 'ẞ' => "ss",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

/// The words of an address line, each in the shortest form that USPS knows for it.
fn street_tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in tokens(text) {
        let short = shorten(&word);
        match out.last().map(String::as_str) {
            // "7th Floor" is "Floor 7".
            Some(last) if short == "fl" && ordinal_digits(last).is_some() => {
                let digits = ordinal_digits(last).unwrap_or_default().to_owned();
                out.pop();
                out.extend(["fl".to_owned(), digits]);
            }
            Some("fl") if ordinal_digits(short).is_some() => {
                out.extend(ordinal_digits(short).map(str::to_owned));
            }
            // "Suite # 410" says the same thing twice.
            Some(last) if short == "#" && UNITS.iter().any(|(_, unit)| *unit == last) => {}
            _ => out.push(short.to_owned()),
        }
    }
    join_boxes(out)
}

/// "P O Box", "Post Office Box" and "POB" are "PO Box"; "Rural Route" is "RR".
fn join_boxes(words: Vec<String>) -> Vec<String> {
    const PAIRS: [(&[&str], &str); 6] = [
        (&["p", "o", "box"], "pobox"),
        (&["post", "ofc", "box"], "pobox"),
        (&["po", "box"], "pobox"),
        (&["pob"], "pobox"),
        (&["rural", "rte"], "rr"),
        (&["county", "rd"], "cr"),
    ];
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        let pair = PAIRS.iter().find(|(long, _)| {
            rest.len() >= long.len() && rest.iter().zip(*long).all(|(a, b)| a == b)
        });
        if let Some((long, short)) = pair {
            out.push((*short).to_owned());
            rest = rest.get(long.len()..).unwrap_or_default();
        } else {
            out.push(first.clone());
            rest = tail;
        }
    }
    out
}

fn shorten(word: &str) -> &str {
    [UNITS, DIRECTIONS, ORDINALS, SUFFIXES]
        .into_iter()
        .find_map(|table| {
            table
                .iter()
                .find(|(long, _)| *long == word)
                .map(|(_, short)| *short)
        })
        .unwrap_or(word)
}

/// The digits of "7th", if it is such a word.
fn ordinal_digits(word: &str) -> Option<&str> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end))?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn is_any_unit(a: &str, b: &str) -> bool {
    a == "#" && UNITS.iter().any(|(_, unit)| *unit == b)
}

/// All words in one, with a space only where two numbers would run together.
fn squeeze(words: &[String]) -> String {
    let mut out = String::new();
    for word in words {
        let two_numbers = out.ends_with(|c: char| c.is_ascii_digit())
            && word.starts_with(|c: char| c.is_ascii_digit());
        if two_numbers {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_the_same_company() {
        for (a, b) in [
            (
                "HARTWELL, OSEI & BRANDT LLP",
                "Hartwell, Osei and Brandt, L.L.P.",
            ),
            (
                "Lindqvist-Moreau Architects, P.C.",
                "Lindqvist Moreau Architects PC",
            ),
            (
                "Peña & Figueroa Catering, Inc.",
                "Pena and Figueroa Catering Incorporated",
            ),
            ("Pen\u{303}a Catering", "Peña Catering"),
            (
                "O'ROURKE'S HARDWARE & FEED, INC.",
                "ORourkes Hardware and Feed Inc",
            ),
            ("Smørrebrød Straße", "Smorrebrod Strasse"),
            ("MetroFiber Business", "Metrofiber business"),
        ] {
            assert!(same_name(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn names_of_two_companies() {
        for (a, b) in [
            ("Café Coralina, LLC", "Brisa Bakehouse"),
            ("Acme", "Acme Inc"),
            ("Acme 1 2", "Acme 12"),
            ("Acme Inc", "Acme LLC"),
            ("", "Acme"),
        ] {
            assert!(!same_name(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn streets_that_are_one_place() {
        for (a, b) in [
            (
                "1180 JUNIPER TERRACE NE, SUITE 410",
                "1180 Juniper Ter NE Ste 410",
            ),
            (
                "1533 West Fulton Yard Avenue, Unit 5",
                "1533 W. Fulton Yard Ave Unit 5",
            ),
            (
                "87 Sycamore Mill Street, Floor 2",
                "87 Sycamore Mill St, 2nd Fl",
            ),
            ("200 Main Street, 7th Floor", "200 Main St Fl 7"),
            ("200 Fifth Avenue", "200 5th Ave"),
            ("P.O. BOX 317", "PO Box 317"),
            ("P O BOX 310", "Post Office Box 310"),
            ("Rural Route 4 Box 12", "R.R. 4, Box 12"),
            (
                "12 Oak Boulevard Building C Room 9",
                "12 Oak Blvd Bldg C Rm 9",
            ),
            ("12 Oak Blvd Ste 9", "12 Oak Blvd #9"),
            ("12 Oak Blvd Suite # 9", "12 Oak Blvd Ste 9"),
            ("5412 Shilshole Bend NW", "5412 Shilshole Bend Northwest"),
            ("12A Elm St", "12-A Elm Street"),
        ] {
            assert!(same_street(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn streets_that_are_two_places() {
        for (a, b) in [
            ("4501 S Gandy Palm Blvd", "4501 S Gandy Palm Blvd, Ste 12"),
            ("12 Oak Street", "12 Oak Avenue"),
            ("12 N Oak St", "12 S Oak St"),
            ("1 12th Street", "11 2th Street"),
            ("12 Oak St Ste 9", "12 Oak St Fl 9"),
            ("12 Oak St Apt 1", "12 Oak St Apt 11"),
        ] {
            assert!(!same_street(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn cities_codes_and_accounts() {
        assert!(same_city("St. Paul", "SAINT PAUL") && same_city("Ft Worth", "Fort Worth"));
        assert!(!same_city("Cozad", "Gothenburg"));
        assert!(same_postal_code("30309-4412", "30309") && same_postal_code("k1a 0b1", "K1A0B1"));
        assert!(!same_postal_code("3458", "03458") && !same_postal_code("K1A0B1", "K1A0B2"));
        assert!(same_account("tj778120455", "TJ 7781-204-55"));
        assert!(
            !same_account("813774509", "000813774509"),
            "leading zeros are part of the number"
        );
    }

    #[test]
    fn the_tables_shorten_to_words_that_stay() {
        for (long, short) in [UNITS, DIRECTIONS, ORDINALS, SUFFIXES].concat() {
            assert_eq!(
                shorten(short),
                short,
                "{long} becomes {short}, which changes once more"
            );
        }
    }

    proptest! {
        #[test]
        fn every_text_is_itself_and_order_does_not_matter(a in ".{0,40}", b in ".{0,40}") {
            prop_assert!(same_name(&a, &a) && same_street(&a, &a) && same_city(&a, &a));
            prop_assert_eq!(same_name(&a, &b), same_name(&b, &a));
            prop_assert_eq!(same_street(&a, &b), same_street(&b, &a));
        }

        #[test]
        fn case_and_commas_never_matter(a in "[a-zA-Z0-9 ]{0,40}") {
            prop_assert!(same_on_paper(&a, &a.to_uppercase().replace(' ', ", ")));
        }
    }
}
