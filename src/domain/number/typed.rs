//! What people type: read with a forgiving eye, and refused in words that help.
//!
//! Ten digits are a North American number, eleven with a leading 1 too; a plus makes it any
//! country's. Spaces, dots, dashes and parentheses do not matter. Nothing is guessed: a text that could
//! be two numbers, or lost a digit on its way, is refused.

use std::fmt;

use super::places::Use;
use super::plan::place;
use super::verdict::{split, verdict};
use super::{E164, Region};

/// A number that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The number.
    pub number: E164,
    /// Whether it was typed in another notation than E.164.
    pub cleaned: bool,
}

/// Why a typed text is not a telephone number. The text says what is wrong; [`NumberError::advice`]
/// says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing was typed.
    #[error("there is no number")]
    Empty,
    /// A spreadsheet rounded it, such as `1.40456E+10`: digits are lost.
    #[error("a spreadsheet turned this number into a rounded one, so its last digits are lost")]
    ScientificNotation,
    /// An extension follows. Only whole numbers can be ported or called.
    #[error("there is an extension after the number")]
    Extension,
    /// Letters or other signs.
    #[error("there is a `{found}` in it; a number has digits only")]
    NotDigits {
        /// The first sign that does not belong.
        found: char,
    },
    /// Too few digits.
    #[error("it has {digits} {}, which is too short", if *digits == 1 { "digit" } else { "digits" })]
    TooShort {
        /// How many there are.
        digits: usize,
    },
    /// Too many digits.
    #[error("it has {digits} digits, which is too long")]
    TooLong {
        /// How many there are.
        digits: usize,
    },
    /// It begins with 0 or 00 or 011, as numbers of other countries do when dialled.
    #[error("it begins with a dialling prefix instead of a country code")]
    DiallingPrefix,
    /// The area code cannot exist.
    #[error("the area code {} {why}", Three(*.code))]
    AreaCode {
        /// The area code.
        code: u16,
        /// The rule against it.
        why: AreaCodeFault,
    },
    /// The exchange, which is the middle three digits, begins with 0 or 1.
    #[error("the exchange {} (the middle three digits) begins with {}; exchanges begin with 2 to 9", Three(*.code), code / 100)]
    Exchange {
        /// The exchange.
        code: u16,
    },
    /// The exchange is a service code, such as 411 or 911.
    #[error("the exchange {code} (the middle three digits) is a service code")]
    N11Exchange {
        /// The exchange.
        code: u16,
    },
    /// It has another country's code, and no number there looks like it.
    #[error("no country has a number like this")]
    NotInPlan {
        /// The North American number it would be with +1 before it.
        suggestion: Option<E164>,
    },
}

/// Why an area code cannot exist (numbering plan: `[2-9][0-8]X`, and not N11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaCodeFault {
    /// It begins with 0 or 1.
    Begins,
    /// N11 codes are services, such as 911.
    ServiceCode,
    /// N9X, 37X and 96X are kept for the future of the plan.
    Reserved,
    /// 822, 880 to 887 and 889 are kept for toll-free service and not in use.
    ReservedTollFree,
}

impl fmt::Display for AreaCodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begins => "cannot exist: area codes begin with 2 to 9",
            Self::ServiceCode => "is a service code, not an area code",
            Self::Reserved => "is reserved and not in use",
            Self::ReservedTollFree => "is reserved for toll-free numbers and not in use",
        })
    }
}

/// Three digits, zeros kept.
struct Three(u16);

impl fmt::Display for Three {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl NumberError {
    /// What to do about it, as a sentence.
    pub fn advice(&self) -> String {
        match self {
            Self::Empty => "Enter the number.".into(),
            Self::ScientificNotation => "Format the column as text in the spreadsheet, enter the number again, and save the file again.".into(),
            Self::Extension => "Remove the extension.".into(),
            Self::NotDigits { .. } => "Enter one number in digits, such as +14105550123.".into(),
            Self::TooShort { .. } => "Enter all ten digits, area code first.".into(),
            Self::TooLong { .. } => "Enter one number of ten digits, or + and the country code for another country.".into(),
            Self::DiallingPrefix => "Enter + and the country code, without the zeros before it.".into(),
            Self::AreaCode { .. } | Self::Exchange { .. } | Self::N11Exchange { .. } => {
                "Check the number against the phone bill.".into()
            }
            Self::NotInPlan { suggestion: Some(number) } => format!("If it is a North American number, enter {number}."),
            Self::NotInPlan { suggestion: None } => "Check the country code and the number.".into(),
        }
    }
}

/// Longest run of digits that is counted; more is too long anyway.
const MOST_DIGITS: usize = 32;

/// Reads what somebody typed or pasted, or what a cell of a list holds.
///
/// Accepted: E.164; ten digits; eleven with a leading 1; in either spaces (no-break ones too), dots,
/// dashes and parentheses; a leading apostrophe, `tel:` or `="…"` as spreadsheets write them.
///
/// # Errors
/// What is wrong with it. An area code that merely is not in use, as far as we know, is no error:
/// see [`E164::is_in_plan`].
pub fn parse_typed(text: &str) -> Result<Typed, NumberError> {
    let number = read(text)?;
    Ok(Typed {
        number,
        cleaned: !is_e164(text, number),
    })
}

/// `text == number.to_string()`, without writing the string.
fn is_e164(text: &str, number: E164) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        digits.len() <= 15
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
            && digits.parse() == Ok(number.digits())
    })
}

fn read(text: &str) -> Result<E164, NumberError> {
    let text = unwrapped(text);
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    let mut digits = [0_u8; MOST_DIGITS];
    let (mut count, mut plus) = (0, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '0'..='9' => {
                if let Some(slot) = digits.get_mut(count) {
                    *slot = sign as u8 - b'0';
                }
                count += 1;
            }
            '+' if count == 0 && !plus => plus = true,
            // 4045550123.0 is how some programs write a whole number; its zero is not a digit of it.
            '.' if is_decimal_tail(text, at) => break,
            ' ' | '-' | '.' | '(' | ')' => {}
            _ if is_separator(sign) => {}
            _ => return Err(complaint(text, sign, count)),
        }
    }
    let digits = digits
        .get(..count)
        .ok_or(NumberError::TooLong { digits: count })?;
    match digits {
        [] => Err(NumberError::TooShort { digits: 0 }),
        [1, national @ ..] if plus || count == 11 => north_american(national),
        _ if plus => abroad(digits),
        [0, 1, 1, ..] | [0, 0, ..] if count > 10 => Err(NumberError::DiallingPrefix),
        [0, ..] if count > 10 => Err(NumberError::DiallingPrefix),
        _ => north_american(digits),
    }
}

/// Takes off what surrounds a number: white space, invisible marks of a copy, an apostrophe or
/// `="…"` that kept a spreadsheet from calculating, and `tel:`.
fn unwrapped(text: &str) -> &str {
    let text = text.trim_matches(is_space);
    let text = text
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    let text = text.strip_prefix('\'').unwrap_or(text);
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text.get(4..).unwrap_or_default(),
        _ => text,
    };
    text.trim_matches(is_space)
}

fn is_space(sign: char) -> bool {
    sign.is_whitespace() || is_invisible(sign)
}

/// Zero-width and direction marks, which come along when a number is copied from a page or an address book.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_separator(sign: char) -> bool {
    is_space(sign) || matches!(sign, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Whether a dot and zeros end a text that is all digits before.
fn is_decimal_tail(text: &str, dot: usize) -> bool {
    let (whole, tail) = text.split_at(dot);
    whole.len() >= 7 && whole.bytes().all(|b| b.is_ascii_digit()) && matches!(tail, ".0" | ".00")
}

/// Names what is wrong with a text that holds more than digits and separators.
fn complaint(text: &str, found: char, digits_before: usize) -> NumberError {
    if is_scientific(text) {
        return NumberError::ScientificNotation;
    }
    let rest = text
        .rsplit(|c: char| c.is_ascii_digit() || is_separator(c) || ".:()".contains(c))
        .find(|w| !w.is_empty());
    let marks_extension = |word: &str| {
        ["x", "ext", "extn", "extension", "#"]
            .iter()
            .any(|mark| word.eq_ignore_ascii_case(mark))
    };
    if digits_before >= 7 && rest.is_some_and(marks_extension) {
        return NumberError::Extension;
    }
    NumberError::NotDigits { found }
}

/// `1.40456E+10`, also with a decimal comma.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    is_digits(whole)
        && is_digits(fraction)
        && is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

fn north_american(national: &[u8]) -> Result<E164, NumberError> {
    match national.len() {
        0..10 => {
            return Err(NumberError::TooShort {
                digits: national.len(),
            });
        }
        10 => {}
        _ => {
            return Err(NumberError::TooLong {
                digits: national.len(),
            });
        }
    }
    let value = national
        .iter()
        .fold(0, |value, digit| value * 10 + u64::from(*digit));
    let (area, exchange, line) = split(value);
    check_area_code(area)?;
    if exchange < 200 {
        return Err(NumberError::Exchange { code: exchange });
    }
    // Toll-free numbers do use such exchanges, 800-411 for one.
    if exchange % 100 == 11 && !place(area).is_some_and(|place| place.used_for == Use::TollFree) {
        return Err(NumberError::N11Exchange { code: exchange });
    }
    E164::nanp(area, exchange, line).ok_or(NumberError::NotInPlan { suggestion: None })
}

fn check_area_code(code: u16) -> Result<(), NumberError> {
    let why = match code {
        0..200 => AreaCodeFault::Begins,
        _ if code % 100 == 11 => AreaCodeFault::ServiceCode,
        _ if code / 10 % 10 == 9 => AreaCodeFault::Reserved,
        370..380 | 960..970 => AreaCodeFault::Reserved,
        822 | 880..=887 | 889 => AreaCodeFault::ReservedTollFree,
        _ => return Ok(()),
    };
    Err(NumberError::AreaCode { code, why })
}

fn abroad(digits: &[u8]) -> Result<E164, NumberError> {
    let text: String = std::iter::once('+')
        .chain(digits.iter().map(|digit| char::from(digit + b'0')))
        .collect();
    verdict(&text)
        .ok()
        .and_then(|verdict| verdict.number())
        .ok_or_else(|| match digits.len() {
            ..7 => NumberError::TooShort {
                digits: digits.len(),
            },
            16.. => NumberError::TooLong {
                digits: digits.len(),
            },
            // +404 555 0123: the plus was typed, the country code forgotten.
            _ => NumberError::NotInPlan {
                suggestion: north_american(digits)
                    .ok()
                    .filter(|number| number.region() != Region::Unassigned),
            },
        })
}

/// A line of the manual entry, as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// White space only.
    Blank,
    /// A number with its country code, in digits.
    Number(E164),
}

/// Why a line of the manual entry is sent back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// We can read it, but it is not written as asked: it must have its country code and no dashes.
    #[error("{}", notation(*.country_code_missing, *.dashes, *.cleaned))]
    Notation {
        /// It does not begin with `+` and the country code.
        country_code_missing: bool,
        /// It has dashes.
        dashes: bool,
        /// How it should be written.
        cleaned: E164,
    },
    /// It is not a number.
    #[error(transparent)]
    Number(#[from] NumberError),
}

fn notation(country_code_missing: bool, dashes: bool, cleaned: E164) -> String {
    match (country_code_missing, dashes) {
        (true, true) => format!("add the country code and remove the dashes: {cleaned}"),
        (true, false) => format!("add the country code: {cleaned}"),
        (false, true) => format!("remove the dashes: {cleaned}"),
        (false, false) => format!("write it in digits only: {cleaned}"),
    }
}

/// Reads a line of the manual entry by its strict rule: `+`, country code, digits, and nothing else
/// but white space around it. Anything else that we can read is sent back with the clean form, never
/// taken silently.
///
/// # Errors
/// What to change.
pub fn parse_line(text: &str) -> Result<Line, LineError> {
    let text = text.trim_matches(is_space);
    if text.is_empty() {
        return Ok(Line::Blank);
    }
    let typed = parse_typed(text)?;
    if !typed.cleaned {
        return Ok(Line::Number(typed.number));
    }
    Err(LineError::Notation {
        country_code_missing: !text.contains('+'),
        dashes: text.contains(|sign| matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')),
        cleaned: typed.number,
    })
}

/// The "clean up" button of the manual entry: one number a line, each that we can read in E.164 form,
/// the rest as it was typed. Commas and semicolons separate numbers too.
pub fn clean_up(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let parts = line
            .split([',', ';'])
            .map(|part| part.trim_matches(is_space))
            .filter(|part| !part.is_empty());
        lines.extend(parts.map(|part| match parse_typed(part) {
            Ok(typed) => typed.number.to_string(),
            Err(_) => part.to_owned(),
        }));
    }
    lines.join("\n")
}
