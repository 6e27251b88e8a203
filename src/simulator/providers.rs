//! The losing providers behind the gaining carrier: who they are, whom they serve, and what they check.

use std::fmt;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Zone};
use super::scenarios::{Options, Scenario};
use crate::domain::number::E164;

/// A losing provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Short name by which customers and numbers refer to it, such as `northline`.
    pub key: String,
    /// The name on its bills.
    pub name: String,
    /// What kind of network it runs; decides what it checks.
    pub network: Network,
    /// The clock it works by.
    pub zone: Zone,
    /// How it behaves towards a port.
    pub habit: Habit,
    /// Business days between a filing and the first port window on offer.
    pub lead_business_days: u8,
    /// Days on which it is closed besides weekends and federal holidays.
    #[serde(default)]
    pub closed_days: Vec<Date>,
}

/// The kind of a losing provider's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Checks account number, name, address, ZIP, BTN and, if the account has one, the PIN.
    Wireline,
    /// As `Wireline`.
    Voip,
    /// Checks account number, PIN and ZIP. Prepaid accounts have no bill, so no ZIP.
    Wireless,
    /// A toll-free responsible organisation: checks the name.
    TollFree,
}

/// How a provider treats a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Habit {
    /// Answers in about a business day, forgives spelling, lists everything that is wrong at once.
    Usual,
    /// Answers within two business hours.
    Fast,
    /// Answers after three business days and names one mistake at a time.
    Slow,
    /// Does not answer until the gaining carrier is asked to chase it.
    Silent,
    /// Answers in about a business day, wants address and names as on file, and names one mistake at a time.
    Strict,
}

impl Provider {
    /// The provider's own calendar.
    pub fn calendar(&self) -> Calendar {
        Calendar::new(self.zone, self.closed_days.iter().copied())
    }
}

/// The providers that every simulator starts with. All are made up.
pub fn stock() -> Vec<Provider> {
    let provider = |key: &str, name: &str, network, zone, habit, lead_business_days| Provider {
        key: key.into(),
        name: name.into(),
        network,
        zone,
        habit,
        lead_business_days,
        closed_days: Vec::new(),
    };
    // Telephone companies often take the day after Thanksgiving and Christmas Eve; this one does.
    let cooperative_days = (2025..=2032).flat_map(|year: i16| {
        let thanksgiving = date(year, 11, 1)
            .nth_weekday_of_month(4, jiff::civil::Weekday::Thursday)
            .ok();
        [
            thanksgiving.and_then(|d| d.tomorrow().ok()),
            Date::new(year, 12, 24).ok(),
        ]
    });
    let mut cooperative = provider(
        "prairie",
        "Prairie Mutual Telephone Cooperative",
        Network::Wireline,
        Zone::Central,
        Habit::Slow,
        5,
    );
    cooperative.closed_days = cooperative_days.flatten().collect();
    vec![
        provider(
            "northline",
            "Northline Telephone",
            Network::Wireline,
            Zone::Eastern,
            Habit::Usual,
            3,
        ),
        provider(
            "cascadia",
            "Cascadia Cable Voice",
            Network::Voip,
            Zone::Pacific,
            Habit::Fast,
            3,
        ),
        cooperative,
        provider(
            "granite",
            "Granite State Bell",
            Network::Wireline,
            Zone::Mountain,
            Habit::Strict,
            4,
        ),
        provider(
            "harbor",
            "Harbor Communications",
            Network::Wireline,
            Zone::Eastern,
            Habit::Silent,
            4,
        ),
        provider(
            "meridian",
            "Meridian Mobile",
            Network::Wireless,
            Zone::Eastern,
            Habit::Fast,
            2,
        ),
        provider(
            "tollway",
            "Tollway Responsible Organisation",
            Network::TollFree,
            Zone::Central,
            Habit::Usual,
            3,
        ),
    ]
}

/// A text that must not show in logs or `Debug` output.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// What a losing provider has on file about one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The account number. A request with another one is rejected.
    pub account_number: Hidden,
    /// The port-out PIN or passcode; `None` if the account has none.
    #[serde(default)]
    pub pin: Option<Hidden>,
    /// The name that the account is billed to.
    pub billing_name: String,
    /// Who may authorise a port.
    pub authorized_person: String,
    /// Where the service is.
    pub service_address: Address,
    /// The billing telephone number; not checked if `None`.
    #[serde(default)]
    pub btn: Option<E164>,
    /// A prepaid account: there is no bill, so no ZIP to check.
    #[serde(default)]
    pub prepaid: bool,
    /// The owner has switched port-out protection on.
    #[serde(default)]
    pub locked: bool,
}

/// A street address in the United States or Canada.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// House number and street.
    pub street: String,
    /// Suite, floor or flat; empty if none.
    #[serde(default)]
    pub unit: String,
    /// Town.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// ZIP or postal code.
    pub zip: String,
}

/// What kind of number it is, in Telnyx's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// A geographic number.
    Local,
    /// A mobile telephone's number.
    Mobile,
    /// A number whose calls the called party pays.
    TollFree,
    /// A fixed line, as told apart from `Local` outside North America.
    Landline,
}

impl NumberKind {
    /// Telnyx's word.
    pub fn word(self) -> &'static str {
        match self {
            NumberKind::Local => "local",
            NumberKind::Mobile => "mobile",
            NumberKind::TollFree => "toll_free",
            NumberKind::Landline => "landline",
        }
    }

    /// The kind of a number that nobody has a record of.
    pub fn guess(number: E164) -> Self {
        let text = number.to_string();
        let toll_free = ["800", "833", "844", "855", "866", "877", "888"];
        let is_toll_free = text
            .strip_prefix("+1")
            .and_then(|n| n.get(..3))
            .is_some_and(|npa| toll_free.contains(&npa));
        if is_toll_free {
            NumberKind::TollFree
        } else {
            NumberKind::Local
        }
    }
}

/// One number of a customer's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldNumber {
    /// The number.
    pub phone_number: E164,
    /// Its kind; guessed from the area code if left out.
    #[serde(default)]
    pub kind: Option<NumberKind>,
    /// The provider that a look-up shows, if not the customer's own.
    #[serde(default)]
    pub provider: Option<String>,
    /// The provider that turns out to have the number only after the order was sent: the carrier then
    /// moves the number to an order of its own.
    #[serde(default)]
    pub found_later_at: Option<String>,
}

impl From<E164> for HeldNumber {
    fn from(phone_number: E164) -> Self {
        Self {
            phone_number,
            kind: None,
            provider: None,
            found_later_at: None,
        }
    }
}

/// A customer of a losing provider, and the story that a port of its numbers will tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Its own id; drawn if left out.
    #[serde(default)]
    pub id: Option<String>,
    /// The losing provider's key.
    pub provider: String,
    /// What happens to an order with these numbers.
    #[serde(default)]
    pub scenario: Scenario,
    /// Fine adjustment of the scenario.
    #[serde(default)]
    pub options: Options,
    /// What the provider has on file.
    pub record: Record,
    /// The numbers on the account.
    pub numbers: Vec<HeldNumber>,
}
