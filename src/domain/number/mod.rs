//! Telephone numbers: E.164 for the world, the North American rules on top.

mod places;
mod plan;
mod typed;
mod verdict;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};
use serde::{Deserialize, Serialize};

pub use places::NpacRegion;
use places::{Place, Use};
pub use typed::{
    AreaCodeFault, Line, LineError, NumberError, Typed, clean_up, parse_line, parse_typed,
};
pub use verdict::{Unreadable, Verdict, by_library, verdict};

/// A telephone number in E.164 form. Fifteen digits at most fit a `u64`; no number begins with zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(u64);

/// Why a text is not a number in E.164 form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number with its country code")]
pub struct NotE164;

/// A country by its ISO 3166 code, two capitals. `001` stands for numbers of no country, such as +800.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 3]);

/// Where a number belongs, as far as the number itself tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// A state of the US, or the District of Columbia.
    UnitedStates,
    /// Canada: domestic rules of its own, so a port of its own.
    Canada,
    /// A territory of the US that shares +1, such as Puerto Rico.
    Territory(Country),
    /// Another country that shares +1, such as Jamaica.
    NanpCountry(Country),
    /// North American, of no place: toll-free, personal and premium codes.
    NorthAmerica,
    /// An area code that nobody holds, as far as we know.
    Unassigned,
    /// Outside +1. `None` if the country code is nobody's or several countries share it.
    World(Option<Country>),
}

/// What kind of line it is, as far as the number itself tells. US numbers do not tell mobile from
/// landline; the carrier's portability check does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A landline or a number of a place.
    Local,
    /// A mobile telephone.
    Mobile,
    /// Free for the caller.
    TollFree,
    /// The number does not tell.
    Unknown,
}

/// Why a number cannot be ported here, whatever its carrier says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPortable {
    /// Area code 900, or exchange 976 of any area code.
    #[error("{0} is a premium-rate number; these cannot be ported")]
    Premium(Written),
    /// Personal and carrier services, such as area code 500 or 600.
    #[error("{0} belongs to a special service, not to a place; these numbers cannot be ported")]
    Service(Written),
    /// Another country of the North American plan.
    #[error(
        "{0} is a number of {1}: it looks like a US number, but is ported by another country's rules"
    )]
    NanpCountry(Written, &'static str),
    /// Outside the North American plan.
    #[error("{0} is not a number of the US or Canada")]
    World(Written),
}

/// A number as people in its country write it. For texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written(pub E164);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.international())
    }
}

impl Country {
    /// The United States.
    pub const US: Self = Self::from_code("US");
    /// Canada.
    pub const CA: Self = Self::from_code("CA");

    /// From a code of two or three ASCII letters or digits; the rest is cut off.
    const fn from_code(code: &str) -> Self {
        let code = code.as_bytes();
        let mut bytes = [0; 3];
        let mut i = 0;
        while i < code.len() && i < 3 {
            bytes[i] = code[i];
            i += 1;
        }
        Self(bytes)
    }

    /// The code, such as `US`.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0)
            .unwrap_or_default()
            .trim_end_matches('\0')
    }
}
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl E164 {
    /// Reads `+` and 7 to 15 digits, nothing else. What people type goes to [`parse_typed`].
    ///
    /// # Errors
    /// [`NotE164`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotE164> {
        text.parse()
    }

    /// A North American number from its parts; `None` if a part has too many digits.
    pub fn nanp(area: u16, exchange: u16, line: u16) -> Option<Self> {
        (area < 1000 && exchange < 1000 && line < 10_000).then(|| {
            Self(
                10_000_000_000
                    + u64::from(area) * 10_000_000
                    + u64::from(exchange) * 10_000
                    + u64::from(line),
            )
        })
    }

    /// The digits with the country code, as one number. Sorts and stores well.
    pub fn digits(self) -> u64 {
        self.0
    }

    /// Area code, exchange and line of a North American number.
    fn parts(self) -> Option<(u16, u16, u16)> {
        (10_000_000_000..20_000_000_000)
            .contains(&self.0)
            .then(|| verdict::split(self.0 - 10_000_000_000))
    }

    fn held_by(self) -> Option<&'static Place> {
        self.parts().and_then(|(area, _, _)| plan::place(area))
    }

    /// Whether it has the shape of a North American number: +1 and ten digits.
    pub fn is_nanp(self) -> bool {
        self.parts().is_some()
    }

    /// Free for the caller, in North America: 800, 833, 844, 855, 866, 877, 888.
    pub fn is_toll_free(self) -> bool {
        self.held_by()
            .is_some_and(|place| place.used_for == Use::TollFree)
    }

    /// From the range that is kept for fiction, samples and tests: exchange 555, lines 0100 to 0199.
    pub fn is_fictional(self) -> bool {
        matches!(self.parts(), Some((_, 555, 100..=199)))
    }

    /// Whether a number like this exists in its country's plan, as far as our copy of the plans knows.
    /// New area codes open every few months, so this warns and never refuses.
    pub fn is_in_plan(self) -> bool {
        match self.parts() {
            Some((area, exchange, line)) => plan::exists(area, exchange, line),
            None => self.in_library().is_some_and(|number| number.is_valid()),
        }
    }

    /// Where the number belongs.
    pub fn region(self) -> Region {
        if !self.is_nanp() {
            return Region::World(
                self.in_library()
                    .and_then(|number| number.get_region_code())
                    .map(|region| Country::from_code(&region.as_region_str())),
            );
        }
        match self.held_by() {
            None => Region::Unassigned,
            Some(place) => match place.used_for {
                Use::State(_) => Region::UnitedStates,
                Use::Province => Region::Canada,
                Use::Territory(_) => Region::Territory(place.country),
                Use::Abroad => Region::NanpCountry(place.country),
                Use::TollFree | Use::Service | Use::Premium => Region::NorthAmerica,
            },
        }
    }

    /// The state, province, territory or country of a North American number, in plain words.
    pub fn place_name(self) -> Option<&'static str> {
        self.held_by().map(|place| place.name)
    }

    /// The two letters of its US state, territory or Canadian province (`NS/PE` where two share the code).
    pub fn state(self) -> Option<&'static str> {
        self.held_by().and_then(|place| match place.used_for {
            Use::State(_) | Use::Territory(_) | Use::Province => Some(place.code),
            Use::Abroad | Use::TollFree | Use::Service | Use::Premium => None,
        })
    }

    /// The number registry's region. `None` outside the US and for numbers of no place.
    pub fn npac_region(self) -> Option<NpacRegion> {
        self.held_by().and_then(|place| match place.used_for {
            Use::State(region) => Some(region),
            Use::Territory(region) => region,
            _ => None,
        })
    }

    /// The IANA time zone in which the porting clock of this number runs: the predominant one of its
    /// NPAC region (47 CFR 52.35(e)(1)), not the subscriber's.
    pub fn npac_zone(self) -> Option<&'static str> {
        self.npac_region().map(NpacRegion::zone)
    }

    /// What kind of line it is.
    pub fn kind(self) -> Kind {
        if let Some(place) = self.held_by() {
            match place.used_for {
                Use::TollFree => return Kind::TollFree,
                Use::State(_) | Use::Province | Use::Territory(_) | Use::Service | Use::Premium => {
                    return Kind::Unknown;
                }
                Use::Abroad => {}
            }
        }
        match self.in_library().map(|number| number.get_type()) {
            Some(PhoneNumberType::FixedLine) => Kind::Local,
            Some(PhoneNumberType::Mobile) => Kind::Mobile,
            Some(PhoneNumberType::TollFree) => Kind::TollFree,
            _ => Kind::Unknown,
        }
    }

    /// Whether this desk could port it at all: the US with its territories, Canada, toll-free.
    ///
    /// # Errors
    /// The rule that forbids it. An area code that we do not know is no such rule.
    pub fn portable(self) -> Result<(), NotPortable> {
        let Some((_, exchange, _)) = self.parts() else {
            return Err(NotPortable::World(Written(self)));
        };
        match self.held_by().map(|place| (place.used_for, place.name)) {
            Some((Use::TollFree, _)) => Ok(()),
            Some((Use::Premium, _)) => Err(NotPortable::Premium(Written(self))),
            Some((Use::Service, _)) => Err(NotPortable::Service(Written(self))),
            Some((Use::Abroad, name)) => Err(NotPortable::NanpCountry(Written(self), name)),
            _ if exchange == 976 => Err(NotPortable::Premium(Written(self))),
            _ => Ok(()),
        }
    }

    /// As written within its country: `(404) 555-0123`.
    pub fn national(self) -> String {
        match self.parts() {
            Some((area, exchange, line)) => format!("({area:03}) {exchange:03}-{line:04}"),
            None => self.formatted(PhoneNumberFormat::National),
        }
    }

    /// As written abroad: `+1 404-555-0123`.
    pub fn international(self) -> String {
        match self.parts() {
            Some((area, exchange, line)) => format!("+1 {area:03}-{exchange:03}-{line:04}"),
            None => self.formatted(PhoneNumberFormat::International),
        }
    }

    fn in_library(self) -> Option<PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(self.to_string(), None).ok()
    }

    fn formatted(self, format: PhoneNumberFormat) -> String {
        self.in_library().map_or_else(
            || self.to_string(),
            |number| number.format_as(format).into_owned(),
        )
    }
}

impl FromStr for E164 {
    type Err = NotE164;
    fn from_str(text: &str) -> Result<Self, NotE164> {
        let digits = text.strip_prefix('+').ok_or(NotE164)?;
        if !(7..=15).contains(&digits.len())
            || digits.starts_with('0')
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(NotE164);
        }
        digits.parse().map(Self).map_err(|_| NotE164)
    }
}
impl TryFrom<String> for E164 {
    type Error = NotE164;
    fn try_from(text: String) -> Result<Self, NotE164> {
        text.parse()
    }
}
impl From<E164> for String {
    fn from(number: E164) -> String {
        number.to_string()
    }
}
impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}
impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
