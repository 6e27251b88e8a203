//! The verdict on what somebody typed, as libphonenumber would give it, only faster.
//!
//! [`verdict`] answers exactly what `rlibphonenumber` answers to `parse(text, US)`, `is_valid`,
//! `get_region_code` and `format(E164)`. Texts that spell a North American number with plain
//! punctuation, which is what number lists are made of, are judged by two table look-ups; everything
//! else is handed to that crate. Tests hold the two against each other.

use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumber, Region};

use super::{Country, E164, plan};

/// A number that could be read, real or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The country calling code, such as 1 or 44.
    pub country_code: u16,
    /// How many zeros the national number begins with (Italy keeps them).
    pub leading_zeros: u8,
    /// The national number without them.
    pub national: u64,
    /// Whether a number like this exists in its country's plan.
    pub exists: bool,
    /// The country, as far as the number tells.
    pub country: Option<Country>,
}

impl Verdict {
    /// The number, if it is one that could be called: it exists and fits E.164.
    pub fn number(&self) -> Option<E164> {
        if !self.exists {
            return None;
        }
        self.e164().parse().ok()
    }

    /// The text in E.164 form, also for numbers that do not exist.
    pub fn e164(&self) -> String {
        let zeros = "0".repeat(usize::from(self.leading_zeros));
        format!("+{}{zeros}{}", self.country_code, self.national)
    }
}

/// Why a text cannot be read as a number at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too few digits, or signs that no number has.
    #[error("not a telephone number")]
    NotANumber,
    /// It begins with + and no country has that code.
    #[error("no country has this country code")]
    CountryCode,
    /// Nothing follows the international prefix.
    #[error("too short after the international prefix")]
    TooShortAfterPrefix,
    /// One digit is not a number.
    #[error("too short")]
    TooShort,
    /// More than 17 digits.
    #[error("too long")]
    TooLong,
}

/// What libphonenumber says about a text typed in the US.
pub fn verdict(text: &str) -> Result<Verdict, Unreadable> {
    match quick(text) {
        Some(verdict) => verdict,
        None => by_library(text),
    }
}

/// The same, always by the library. For tests and benchmarks.
pub fn by_library(text: &str) -> Result<Verdict, Unreadable> {
    let number = PHONE_NUMBER_UTIL
        .parse(text, Some(Region::US))
        .map_err(|error| match error {
            ParseError::InvalidCountryCode => Unreadable::CountryCode,
            ParseError::NotANumber(_) => Unreadable::NotANumber,
            ParseError::TooShortAfterIdd => Unreadable::TooShortAfterPrefix,
            ParseError::TooShortNsn => Unreadable::TooShort,
            ParseError::TooLongNsn => Unreadable::TooLong,
        })?;
    Ok(of_library(&number))
}

fn of_library(number: &PhoneNumber) -> Verdict {
    let zeros = if number.italian_leading_zero() {
        number.number_of_leading_zeros()
    } else {
        0
    };
    Verdict {
        country_code: u16::try_from(number.country_code).unwrap_or(0),
        leading_zeros: u8::try_from(zeros).unwrap_or(0),
        national: number.national_number,
        exists: number.is_valid(),
        country: number
            .get_region_code()
            .map(|region| Country::from_code(&region.as_region_str())),
    }
}

/// Room for the digits of everything that is judged here.
const MOST_DIGITS: usize = 20;

/// The verdict, if the text is plain enough; `None` hands it to the library.
fn quick(text: &str) -> Option<Result<Verdict, Unreadable>> {
    let bytes = text.as_bytes();
    // Whatever stands before the first digit or plus is skipped, but letters may be parameters.
    let mut at = if bytes.starts_with(b"tel:") { 4 } else { 0 };
    loop {
        match bytes.get(at) {
            Some(b'0'..=b'9' | b'+') => break,
            Some(b' ' | b'(' | b'-' | b'.' | b'[' | b'/' | b'\'' | b'"' | b')' | b']') => at += 1,
            Some(_)
                if bytes
                    .iter()
                    .all(|b| b.is_ascii() && !matches!(b, b'0'..=b'9' | b'+' | b';')) =>
            {
                return Some(Err(Unreadable::NotANumber));
            }
            Some(0xC2) if bytes.get(at + 1) == Some(&0xA0) => at += 2,
            Some(_) => return None,
            None => return Some(Err(Unreadable::NotANumber)),
        }
    }
    let plus = bytes.get(at) == Some(&b'+');
    at += usize::from(plus);

    let mut digits = [0_u8; MOST_DIGITS];
    let mut count = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(count)? = byte - b'0';
                count += 1;
                at += 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | b'/' => at += 1,
            // A no-break space.
            0xC2 if bytes.get(at + 1) == Some(&0xA0) => at += 2,
            // Hyphens and dashes, U+2010 to U+2015.
            0xE2 if bytes.get(at + 1) == Some(&0x80)
                && matches!(bytes.get(at + 2), Some(0x90..=0x95)) =>
            {
                at += 3
            }
            _ if count > 0 && is_exponent(bytes.get(at..)?) => {
                return Some(Err(Unreadable::NotANumber));
            }
            _ => return None,
        }
    }
    // Below three digits, other rules decide what a number is.
    let digits = digits.get(..count).filter(|digits| digits.len() >= 3)?;
    national(plus, digits).map(judge)
}

/// `E+10`, the end of a rounded spreadsheet cell, which is the most common bad cell there is. Never a
/// number: nothing but the beginning may hold a plus.
fn is_exponent(rest: &[u8]) -> bool {
    matches!(rest, [b'E' | b'e', b'+', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// Takes the prefixes off, in the library's order. `None` if the number is not North American.
fn national(plus: bool, digits: &[u8]) -> Option<&[u8]> {
    let rest = if plus {
        digits.strip_prefix(&[1])?
    } else if digits.starts_with(&[0, 1, 1]) {
        return None;
    } else if let Some(rest) = digits.strip_prefix(&[1]) {
        let rest = rest.strip_prefix(&[1]).unwrap_or(rest);
        let local = rest.len() == 7 && rest.first() == Some(&3);
        if digits.len() > 10 || local {
            rest
        } else {
            digits
        }
    } else {
        digits
    };
    // The trunk prefix 1 goes if enough is left.
    Some(match rest.strip_prefix(&[1]) {
        Some(stripped) if stripped.len() >= 10 => stripped,
        _ => rest,
    })
}

fn judge(national: &[u8]) -> Result<Verdict, Unreadable> {
    match national.len() {
        0 | 1 => return Err(Unreadable::TooShort),
        18.. => return Err(Unreadable::TooLong),
        _ => {}
    }
    let value = national
        .iter()
        .fold(0, |value, digit| value * 10 + u64::from(*digit));
    let zeros = national.iter().take_while(|digit| **digit == 0).count();
    // Of nothing but zeros, the last one is the number.
    let zeros = if zeros == national.len() {
        zeros - 1
    } else {
        zeros
    };
    let (exists, country) = if national.len() == 10 {
        let (area, exchange, line) = split(value);
        (
            plan::exists(area, exchange, line),
            plan::country(area, exchange, line),
        )
    } else if let [a, b, c, rest @ ..] = national {
        let area = u16::from(*a) * 100 + u16::from(*b) * 10 + u16::from(*c);
        // Canada has numbers of seven digits, 310-xxxx.
        if area == 310 && national.len() == 7 {
            (true, Some(Country::CA))
        } else {
            (false, plan::country_by_prefix(area, rest.first().copied()))
        }
    } else {
        (false, None)
    };
    Ok(Verdict {
        country_code: 1,
        leading_zeros: u8::try_from(zeros).unwrap_or(0),
        national: value,
        exists,
        country,
    })
}

/// Area code, exchange and line of a national number of ten digits.
pub(super) fn split(national: u64) -> (u16, u16, u16) {
    let part =
        |divisor: u64, modulus: u64| u16::try_from(national / divisor % modulus).unwrap_or(0);
    (part(10_000_000, 1000), part(10_000, 1000), part(1, 10_000))
}
