//! The cast of the demo: one company for each scenario, what its losing provider has on file, and what
//! its people will type. Names are made up; numbers are 555-0100 to 555-0199 in real area codes.

use super::providers::{Address, Customer, HeldNumber, Record};
use super::scenarios::{Options, Scenario};
use crate::domain::number::E164;

/// One company and the story of its port.
#[derive(Clone, Debug)]
pub struct Part {
    /// What will happen.
    pub scenario: Scenario,
    /// The losing provider's key in the simulator.
    pub provider: &'static str,
    /// What the losing provider has on file.
    pub truth: Record,
    /// What the company's people type at first.
    pub typed: Typed,
    /// What they type after the rejection, if the story has one that data can mend.
    pub mended: Option<Typed>,
    /// The code of the rejection that the story contains, if any.
    pub rejection: Option<&'static str>,
    /// One sentence for the demo's table.
    pub story: &'static str,
}

/// What somebody types into the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The losing provider's name as on the bill.
    pub carrier_name: &'static str,
    /// The company's name as on the bill.
    pub business_name: &'static str,
    /// The account's owner, who also signs.
    pub first_name: &'static str,
    /// See `first_name`.
    pub last_name: &'static str,
    /// Where the signing link goes.
    pub signer_email: String,
    /// The account number.
    pub account_number: &'static str,
    /// The port-out PIN, if typed.
    pub pin: Option<&'static str>,
    /// Street and number.
    pub street: &'static str,
    /// Suite or floor; empty if none.
    pub unit: &'static str,
    /// Town.
    pub city: &'static str,
    /// Two letters.
    pub state: &'static str,
    /// ZIP code.
    pub zip: &'static str,
    /// The billing telephone number, in E.164 form.
    pub billing_number: String,
    /// The numbers to port.
    pub numbers: Vec<TypedNumber>,
    /// Whether texts shall move too.
    pub texts: bool,
}

/// One row of the form's list of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedNumber {
    /// The number to port, in E.164 form.
    pub number: String,
    /// Where its calls go afterwards, in E.164 form.
    pub receiving: String,
    /// What its calls are counted under.
    pub source: &'static str,
}

impl Part {
    /// The record to put on file with [`super::Simulator::add_customers`].
    pub fn customer(&self) -> Customer {
        Customer {
            id: Some(format!("demo_{}", self.scenario.name())),
            provider: self.provider.to_owned(),
            scenario: self.scenario,
            options: Options::default(),
            record: self.truth.clone(),
            numbers: self
                .typed
                .numbers
                .iter()
                .filter_map(|n| n.number.parse::<E164>().ok())
                .map(HeldNumber::from)
                .collect(),
        }
    }
}

/// A company, in one line.
struct Company {
    scenario: Scenario,
    provider: &'static str,
    carrier_name: &'static str,
    business_name: &'static str,
    owner: (&'static str, &'static str),
    account: &'static str,
    pin: Option<&'static str>,
    street: &'static str,
    unit: &'static str,
    city: &'static str,
    state: &'static str,
    zip: &'static str,
    /// Area code, how many numbers.
    numbers: (u16, u16),
    story: &'static str,
}

/// The whole cast, in the order of [`Scenario::ALL`].
pub fn cast() -> Vec<Part> {
    COMPANIES.iter().map(part).collect()
}

fn part(company: &Company) -> Part {
    let right = typed(company);
    let truth = Record {
        account_number: company.account.into(),
        pin: company.pin.map(Into::into),
        billing_name: company.business_name.to_owned(),
        authorized_person: format!("{} {}", company.owner.0, company.owner.1),
        service_address: Address {
            street: company.street.to_owned(),
            unit: company.unit.to_owned(),
            city: company.city.to_owned(),
            state: company.state.to_owned(),
            zip: company.zip.to_owned(),
        },
        btn: right.billing_number.parse().ok(),
        prepaid: false,
        locked: false,
    };
    let (wrong, rejection) = match company.scenario {
        // Two digits swapped, as happens when copying from a bill.
        Scenario::WrongAccountNumber => (
            Some(Typed {
                account_number: "CCV-2206-8413",
                ..right.clone()
            }),
            Some("ACCOUNT_NUMBER_MISMATCH"),
        ),
        // The address before the company moved, two doors on.
        Scenario::AddressMismatch => (
            Some(Typed {
                street: "1480 Larimer Street",
                ..right.clone()
            }),
            Some("LOCATION_MISMATCH"),
        ),
        Scenario::MissingPinOnMobile => (
            Some(Typed {
                pin: None,
                ..right.clone()
            }),
            Some("PASSCODE_PIN_INVALID"),
        ),
        Scenario::NumberLostToOtherPort => (None, Some("PHONE_NUMBER_NOT_PORTABLE")),
        _ => (None, None),
    };
    let (typed, mended) = match wrong {
        Some(wrong) => (wrong, Some(right)),
        None => (right, None),
    };
    Part {
        scenario: company.scenario,
        provider: company.provider,
        truth,
        typed,
        mended,
        rejection,
        story: company.story,
    }
}

fn typed(company: &Company) -> Typed {
    let sources = ["Website", "Google Ads", "Direct mail", "Yard signs"];
    let (area, count) = company.numbers;
    let numbers = (0..count)
        .zip(sources.into_iter().cycle())
        .map(|(line, source)| TypedNumber {
            number: fictional(area, 10 + line),
            receiving: fictional(area, 60 + line),
            source,
        });
    let domain: String = company
        .business_name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    Typed {
        carrier_name: company.carrier_name,
        business_name: company.business_name,
        first_name: company.owner.0,
        last_name: company.owner.1,
        signer_email: format!("{}@{domain}.example", company.owner.0.to_ascii_lowercase()),
        account_number: company.account,
        pin: company.pin,
        street: company.street,
        unit: company.unit,
        city: company.city,
        state: company.state,
        zip: company.zip,
        billing_number: fictional(area, 10),
        numbers: numbers.collect(),
        texts: true,
    }
}

/// A number that nobody has: exchange 555, lines 0100 to 0199.
fn fictional(area: u16, line: u16) -> String {
    format!("+1{area}55501{:02}", line % 100)
}

const COMPANIES: [Company; 15] = [
    Company {
        scenario: Scenario::Happy,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Alder & Finch Bakery, Inc.",
        owner: ("Rosa", "Alder"),
        account: "NLT-4417-0022",
        pin: None,
        street: "12 North Pearl Street",
        unit: "",
        city: "Albany",
        state: "NY",
        zip: "12207",
        numbers: (518, 3),
        story: "Everything fits; voice ports on the preferred date and texts follow.",
    },
    Company {
        scenario: Scenario::WrongAccountNumber,
        provider: "cascadia",
        carrier_name: "Cascadia Cable Voice",
        business_name: "Beacon Hill Dental Group",
        owner: ("Ingrid", "Solberg"),
        account: "CCV-2260-8413",
        pin: None,
        street: "2210 Beacon Avenue South",
        unit: "Suite 3",
        city: "Seattle",
        state: "WA",
        zip: "98144",
        numbers: (206, 2),
        story: "Two digits of the account number are swapped; corrected after the rejection.",
    },
    Company {
        scenario: Scenario::AddressMismatch,
        provider: "granite",
        carrier_name: "Granite State Bell",
        business_name: "Copper Creek Outfitters",
        owner: ("Wade", "Keller"),
        account: "GSB 7714 30",
        pin: None,
        street: "1440 Larimer Street",
        unit: "Floor 2",
        city: "Denver",
        state: "CO",
        zip: "80202",
        numbers: (303, 2),
        story: "The old street number is typed; a strict provider rejects it.",
    },
    Company {
        scenario: Scenario::MissingPinOnMobile,
        provider: "meridian",
        carrier_name: "Meridian Mobile",
        business_name: "Dovetail Cabinetry",
        owner: ("Andre", "Baptiste"),
        account: "MM-90-551-2087",
        pin: Some("481516"),
        street: "88 Edgewood Avenue",
        unit: "",
        city: "Atlanta",
        state: "GA",
        zip: "30303",
        numbers: (404, 1),
        story: "A mobile number is filed without its PIN.",
    },
    Company {
        scenario: Scenario::PartialPort,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Evergreen Veterinary Clinic",
        owner: ("Helen", "Park"),
        account: "NLT-5520-1178",
        pin: None,
        street: "301 Monroe Avenue",
        unit: "",
        city: "Rochester",
        state: "NY",
        zip: "14607",
        numbers: (585, 3),
        story: "Two numbers port, the third one fails on the day.",
    },
    Company {
        scenario: Scenario::SplitByCarrier,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Foxglove Property Management",
        owner: ("Tomas", "Reyes"),
        account: "NLT-6031-4406",
        pin: None,
        street: "119 East Seneca Street",
        unit: "Suite 210",
        city: "Ithaca",
        state: "NY",
        zip: "14850",
        numbers: (607, 4),
        story: "Three networks turn out to serve four numbers; the carrier splits the order twice.",
    },
    Company {
        scenario: Scenario::SilentCarrier,
        provider: "harbor",
        carrier_name: "Harbor Communications",
        business_name: "Gull Island Seafood",
        owner: ("Maeve", "Doyle"),
        account: "HC 3391 7",
        pin: None,
        street: "27 Commercial Street",
        unit: "",
        city: "Portland",
        state: "ME",
        zip: "04101",
        numbers: (207, 2),
        story: "The losing provider says nothing until somebody asks.",
    },
    Company {
        scenario: Scenario::DateMovedLater,
        provider: "prairie",
        carrier_name: "Prairie Mutual Telephone Cooperative",
        business_name: "Hawthorn Legal Partners",
        owner: ("Samuel", "Oduya"),
        account: "PMT-0082-551",
        pin: None,
        street: "600 Locust Street",
        unit: "Suite 1200",
        city: "Des Moines",
        state: "IA",
        zip: "50309",
        numbers: (515, 2),
        story: "A confirmed date is moved three business days later.",
    },
    Company {
        scenario: Scenario::DateEarlierThanAsked,
        provider: "cascadia",
        carrier_name: "Cascadia Cable Voice",
        business_name: "Ironwood Fitness",
        owner: ("Priya", "Raman"),
        account: "CCV-3817-2290",
        pin: None,
        street: "915 Southeast Hawthorne Boulevard",
        unit: "",
        city: "Portland",
        state: "OR",
        zip: "97214",
        numbers: (503, 2),
        story: "The losing provider gives an earlier date than was asked for.",
    },
    Company {
        scenario: Scenario::Jeopardy,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Juniper Pediatrics",
        owner: ("Claire", "Novak"),
        account: "NLT-7145-9031",
        pin: None,
        street: "560 Delaware Avenue",
        unit: "",
        city: "Buffalo",
        state: "NY",
        zip: "14202",
        numbers: (716, 2),
        story: "The date is in danger for a day, then holds.",
    },
    Company {
        scenario: Scenario::LateText,
        provider: "cascadia",
        carrier_name: "Cascadia Cable Voice",
        business_name: "Kestrel Roofing",
        owner: ("Dmitri", "Volkov"),
        account: "CCV-4409-7102",
        pin: None,
        street: "1701 Pacific Avenue",
        unit: "",
        city: "Tacoma",
        state: "WA",
        zip: "98402",
        numbers: (253, 1),
        story: "Voice ports on time, texts three business days later.",
    },
    Company {
        scenario: Scenario::NumberLostToOtherPort,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Larkspur Florist",
        owner: ("Yuki", "Tanaka"),
        account: "NLT-8260-3315",
        pin: None,
        street: "400 South Salina Street",
        unit: "",
        city: "Syracuse",
        state: "NY",
        zip: "13202",
        numbers: (315, 1),
        story: "The number has left for another carrier; the port is called off.",
    },
    Company {
        scenario: Scenario::CancelTooLate,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Marigold Tutoring",
        owner: ("Omar", "Haddad"),
        account: "NLT-9013-2274",
        pin: None,
        street: "77 Main Street",
        unit: "",
        city: "White Plains",
        state: "NY",
        zip: "10601",
        numbers: (914, 1),
        story: "The customer wants to cancel when it is too late; the port goes on.",
    },
    Company {
        scenario: Scenario::WebhooksTwiceAndOutOfOrder,
        provider: "northline",
        carrier_name: "Northline Telephone",
        business_name: "Nettle & Rye Catering",
        owner: ("Greta", "Lindqvist"),
        account: "NLT-1187-6649",
        pin: None,
        street: "35 Market Street",
        unit: "",
        city: "Poughkeepsie",
        state: "NY",
        zip: "12601",
        numbers: (845, 2),
        story: "Every message of the carrier comes twice and swapped.",
    },
    Company {
        scenario: Scenario::CarrierDownForADay,
        provider: "cascadia",
        carrier_name: "Cascadia Cable Voice",
        business_name: "Orchard Lane Books",
        owner: ("Nadia", "Petrov"),
        account: "CCV-5521-0846",
        pin: None,
        street: "1200 Cornwall Avenue",
        unit: "",
        city: "Bellingham",
        state: "WA",
        zip: "98225",
        numbers: (360, 2),
        story: "The carrier is down for a day right after the order was created.",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::simulator::matching::{Request, check};
    use crate::simulator::providers::stock;

    fn verdict(part: &Part, typed: &Typed) -> Vec<String> {
        let provider = stock()
            .into_iter()
            .find(|p| p.key == part.provider)
            .expect("a stock provider");
        assert_eq!(provider.name, typed.carrier_name);
        let person = format!("{} {}", typed.first_name, typed.last_name);
        let request = Request {
            entity_name: typed.business_name,
            auth_person: &person,
            account_number: typed.account_number,
            pin: typed.pin.unwrap_or_default(),
            btn: &typed.billing_number,
            street: typed.street,
            unit: typed.unit,
            city: typed.city,
            state: typed.state,
            zip: typed.zip,
            port_type: Some("full"),
            new_btn: "",
            numbers: typed
                .numbers
                .iter()
                .filter_map(|n| n.number.parse().ok())
                .collect(),
            elsewhere: Vec::new(),
        };
        check(&provider, &part.customer(), &request)
            .into_iter()
            .map(|r| r.code)
            .collect()
    }

    #[test]
    fn what_is_typed_gets_the_rejection_of_its_story_and_what_is_mended_gets_none() {
        let cast = cast();
        assert_eq!(
            cast.iter().map(|p| p.scenario).collect::<Vec<_>>(),
            Scenario::ALL
        );
        for part in &cast {
            let by_data = part.mended.is_some();
            assert_eq!(
                verdict(part, &part.typed),
                part.rejection
                    .filter(|_| by_data)
                    .into_iter()
                    .collect::<Vec<_>>(),
                "{:?}",
                part.scenario
            );
            if let Some(mended) = &part.mended {
                assert_eq!(
                    verdict(part, mended),
                    Vec::<String>::new(),
                    "{:?}",
                    part.scenario
                );
            }
        }
    }

    #[test]
    fn every_number_is_fictional_and_nobody_shares_one() {
        let cast = cast();
        let rows: Vec<&TypedNumber> = cast.iter().flat_map(|p| &p.typed.numbers).collect();
        let all: BTreeSet<&str> = rows
            .iter()
            .flat_map(|n| [n.number.as_str(), n.receiving.as_str()])
            .collect();
        assert_eq!(all.len(), rows.len() * 2);
        assert!(
            all.iter()
                .all(|n| n.len() == 12 && n.get(5..10) == Some("55501")),
            "{all:?}"
        );
    }
}
