//! Single values of settings: how they are read from text, and what is said when they cannot be.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, Error};
use url::Url;

use super::ProviderHours;

/// Reads a text; "" is `None`.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let trimmed = text.trim();
    Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
}

/// A value that need not be set.
pub(super) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    text(deserializer)?
        .map(|text| text.parse().map_err(D::Error::custom))
        .transpose()
}

/// A secret that need not be set. No error of this function repeats the text.
pub(super) fn optional_secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretString>, D::Error> {
    Ok(text(deserializer)?.map(SecretString::from))
}

fn url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(format!(
            "`{text}` is not a web address such as https://desk.example"
        )),
    }
}

/// An http or https address.
pub(super) fn web_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    url(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// An http or https address that need not be set.
pub(super) fn optional_web_address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Url>, D::Error> {
    text(deserializer)?
        .map(|text| url(&text).map_err(D::Error::custom))
        .transpose()
}

/// An address and a port.
pub(super) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        D::Error::custom(format!(
            "`{text}` is not an address and a port such as 127.0.0.1:8080 or [::]:8080"
        ))
    })
}

/// A time zone by its name.
pub(super) fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(|_| {
        D::Error::custom(format!(
            "`{name}` is not a time zone's name such as America/Chicago"
        ))
    })
}

/// Lists of days by name.
pub(super) fn dates_by_name<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Vec<Date>>, D::Error> {
    struct Day(Date);
    impl<'de> Deserialize<'de> for Day {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            let bad = || {
                D::Error::custom(format!(
                    "`{text}` is not a day of the calendar such as 2026-12-24"
                ))
            };
            text.parse().map(Self).map_err(|_| bad())
        }
    }
    let lists: BTreeMap<String, Vec<Day>> = BTreeMap::deserialize(deserializer)?;
    Ok(lists
        .into_iter()
        .map(|(name, days)| (name, days.into_iter().map(|Day(date)| date).collect()))
        .collect())
}

impl FromStr for ProviderHours {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is not three times, each later than the one before: opens, takes orders until, closes; such as 08:00 13:00 17:00"
            )
        };
        let times: Vec<Time> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| bad())?;
        match times[..] {
            [opens, cutoff, closes] if opens < cutoff && cutoff <= closes => Ok(Self {
                opens,
                cutoff,
                closes,
            }),
            _ => Err(bad()),
        }
    }
}

/// Looks a losing provider up by its name: outer white space and capitals do not matter.
pub(super) fn by_name<'a, T>(map: &'a BTreeMap<String, T>, name: &str) -> Option<&'a T> {
    let wanted = name.trim().to_lowercase();
    map.iter()
        .find(|(key, _)| key.trim().to_lowercase() == wanted)
        .map(|(_, value)| value)
}

macro_rules! deserialize_from_str {
    ($($type:ty),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}
deserialize_from_str!(Network, Color, Day, ProviderHours);

/// A network of addresses: `10.0.0.0/8`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address is in the network. An IPv4 address that came in as IPv6
    /// (`::ffff:192.0.2.1`) counts as what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same_start(
                network.to_bits().into(),
                address.to_bits().into(),
                32,
                self.bits,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_start(network.to_bits(), address.to_bits(), 128, self.bits)
            }
            _ => false,
        }
    }
}

/// Whether the first `bits` of two numbers that are `width` bits wide are equal.
fn same_start(a: u128, b: u128, width: u8, bits: u8) -> bool {
    bits == 0 || (a ^ b) >> (width - bits.min(width)) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!("`{text}` is not a network such as 10.0.0.0/8 or an address such as 192.0.2.7")
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| bad())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), |bits| bits.trim().parse().map_err(|_| bad()))?;
        if bits > width {
            Err(bad())
        } else {
            Ok(Self { address, bits })
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// A colour: `#1f5fbf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

impl Color {
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// A colour of its parts.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Relative luminance: 0 (black) to 1 (white). Source: WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let channel = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(self.red) + 0.7152 * channel(self.green) + 0.0722 * channel(self.blue)
    }

    /// The contrast with another colour: 1 (none) to 21 (black on white). WCAG 2.2 AA asks for 4.5 for text.
    /// Source: WCAG 2.2, "contrast ratio".
    pub fn contrast_with(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The contrast with white.
    pub fn contrast_with_white(self) -> f64 {
        self.contrast_with(Self::WHITE)
    }

    /// This colour with so many hundredths of another one mixed in.
    pub fn mixed(self, other: Self, hundredths: u8) -> Self {
        let part = |one: u8, two: u8| {
            let share = u32::from(hundredths.min(100));
            let sum = u32::from(one) * (100 - share) + u32::from(two) * share;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self {
            red: part(self.red, other.red),
            green: part(self.green, other.green),
            blue: part(self.blue, other.blue),
        }
    }

    /// The nearest colour on the way to `towards` whose contrast with all of these is at least `ratio`.
    pub fn nearest_with_contrast(self, towards: Self, with: &[Self], ratio: f64) -> Self {
        (0..=100_u8)
            .map(|hundredths| self.mixed(towards, hundredths))
            .find(|one| with.iter().all(|other| one.contrast_with(*other) >= ratio))
            .unwrap_or(towards)
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a colour such as #1f5fbf");
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6)
            .ok_or_else(bad)?;
        let mut bytes = [0_u8; 3];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| bad())?;
        let [red, green, blue] = bytes;
        Ok(Self { red, green, blue })
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// A day of the week: `mon` to `sun`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(Weekday);

impl Day {
    const NAMES: [(&'static str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];

    /// The calendar library's word for it.
    pub fn weekday(self) -> Weekday {
        self.0
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        day.map(|(_, day)| Self(*day))
            .ok_or_else(|| format!("`{text}` is not a day: mon, tue, wed, thu, fri, sat or sun"))
    }
}
