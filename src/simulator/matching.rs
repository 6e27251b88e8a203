//! What a losing provider checks a request against, and how exactly.

use std::collections::BTreeSet;

use serde::Serialize;

use super::providers::{Address, Customer, Habit, Network, Provider};
use crate::domain::number::E164;

/// Why an order was rejected, or is in danger: a code of Telnyx's and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// One of `EXCEPTION_TYPES`, or any word when a test wants an unknown one.
    pub code: String,
    /// Plain text.
    pub description: String,
}

impl Reason {
    pub(super) fn new(code: &str, description: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            description: description.into(),
        }
    }
}

/// What an order says about the end user, as the losing provider reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Request<'a> {
    pub entity_name: &'a str,
    pub auth_person: &'a str,
    pub account_number: &'a str,
    pub pin: &'a str,
    pub btn: &'a str,
    pub street: &'a str,
    pub unit: &'a str,
    pub city: &'a str,
    pub state: &'a str,
    pub zip: &'a str,
    /// `full`, `partial`, or nothing said.
    pub port_type: Option<&'a str>,
    pub new_btn: &'a str,
    pub numbers: Vec<E164>,
    /// Numbers of the same account that other open orders of the same customer ask for.
    pub elsewhere: Vec<E164>,
}

/// Holds a request against the provider's file. Empty means that all is well.
pub(super) fn check(
    provider: &Provider,
    customer: &Customer,
    request: &Request<'_>,
) -> Vec<Reason> {
    let record = &customer.record;
    let strict = provider.habit == Habit::Strict;
    let mut reasons = Vec::new();
    let mut wrong = |code: &str, text: &str| reasons.push(Reason::new(code, text));

    let foreign = strangers(customer, &request.numbers);
    if !foreign.is_empty() {
        wrong(
            "PHONE_NUMBER_MISMATCH",
            &format!("Not on this account: {}", foreign.join(", ")),
        );
    }
    if record.locked {
        wrong(
            "PHONE_NUMBER_HAS_SPECIAL_FEATURE",
            "Port-out protection is on; the account's owner must switch it off",
        );
    }
    if provider.network != Network::TollFree
        && !same_code(&record.account_number.0, request.account_number)
    {
        wrong(
            "ACCOUNT_NUMBER_MISMATCH",
            "Account number does not match the account",
        );
    }
    if let Some(pin) = &record.pin
        && pin.0.trim() != request.pin.trim()
    {
        let text = if request.pin.trim().is_empty() {
            "The account has a port-out PIN and none was given"
        } else {
            "PIN or passcode is not valid"
        };
        wrong("PASSCODE_PIN_INVALID", text);
    }
    let has_bill = !record.prepaid;
    if has_bill
        && provider.network != Network::TollFree
        && !same_zip(&record.service_address.zip, request.zip)
    {
        wrong(
            "POSTAL_CODE_MISMATCH",
            "Postal code does not match the service address on file",
        );
    }
    if has_bill && matches!(provider.network, Network::Wireline | Network::Voip) {
        if !same_street(&record.service_address, request, strict) {
            wrong(
                "LOCATION_MISMATCH",
                "Service address does not match the address on file",
            );
        }
        if let Some(btn) = record.btn
            && digits(request.btn) != digits(&btn.to_string())
        {
            wrong(
                "BTN_ATN_MISMATCH",
                "Billing telephone number does not match the account",
            );
        }
    }
    if has_bill
        && provider.network != Network::Wireless
        && !same_name(&record.billing_name, request.entity_name, strict)
    {
        wrong(
            "ENTITY_NAME_MISMATCH",
            "End user name does not match the name on file",
        );
    }
    if strict && !same_name(&record.authorized_person, request.auth_person, strict) {
        wrong(
            "AUTH_PERSON_MISMATCH",
            "Authorized person is not on the account",
        );
    }
    if let Some(reason) = port_type(customer, request) {
        reasons.push(reason);
    }
    if matches!(provider.habit, Habit::Slow | Habit::Strict) {
        reasons.truncate(1);
    }
    reasons
}

fn strangers(customer: &Customer, numbers: &[E164]) -> Vec<String> {
    let on_account: BTreeSet<E164> = customer.numbers.iter().map(|n| n.phone_number).collect();
    numbers
        .iter()
        .filter(|n| !on_account.contains(n))
        .map(ToString::to_string)
        .collect()
}

/// A full port must take everything that is left on the account, and a partial one that takes the
/// BTN must name the next one.
fn port_type(customer: &Customer, request: &Request<'_>) -> Option<Reason> {
    let taken: BTreeSet<E164> = request
        .numbers
        .iter()
        .chain(&request.elsewhere)
        .copied()
        .collect();
    let left = customer
        .numbers
        .iter()
        .filter(|n| !taken.contains(&n.phone_number))
        .count();
    match request.port_type {
        Some("full") if left > 0 => Some(Reason::new(
            "PORT_TYPE_INCORRECT",
            "Other numbers remain on the account; send it as a partial port",
        )),
        Some("partial") if left > 0 && request.new_btn.is_empty() => {
            let btn = customer.record.btn?;
            taken.contains(&btn).then(|| {
                Reason::new(
                    "MAIN_BTN_PORTING",
                    "The billing number leaves while others stay; name the new billing number",
                )
            })
        }
        _ => None,
    }
}

fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('1') {
        Some(national) if digits.len() == 11 => national.to_owned(),
        _ => digits,
    }
}

/// Codes are compared by their letters and digits; case and separators do not count.
fn same_code(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect::<String>()
    };
    plain(a) == plain(b)
}

fn same_zip(a: &str, b: &str) -> bool {
    let start = |text: &str| {
        let plain: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        // Nine-digit ZIPs count by their first five.
        match plain.get(..5) {
            Some(five) if plain.len() == 9 && plain.bytes().all(|b| b.is_ascii_digit()) => {
                five.to_owned()
            }
            _ => plain,
        }
    };
    start(a) == start(b)
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['.', '\''], "")
        .split(|c: char| !c.is_alphanumeric() && c != '&')
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

fn same_name(a: &str, b: &str, strict: bool) -> bool {
    let plain = |text: &str| {
        let mut list = words(text);
        if !strict {
            // What clerks leave out: the legal form, the article, and a middle initial.
            let noise = [
                "inc",
                "llc",
                "corp",
                "co",
                "ltd",
                "incorporated",
                "corporation",
                "company",
                "limited",
                "the",
                "and",
                "&",
            ];
            list.retain(|w| !noise.contains(&w.as_str()));
            if list.len() > 2 {
                list.retain(|w| w.len() > 1);
            }
        }
        list
    };
    plain(a) == plain(b)
}

fn same_street(on_file: &Address, request: &Request<'_>, strict: bool) -> bool {
    let street = |text: &str| -> Vec<String> {
        words(text)
            .iter()
            .map(|w| {
                if strict {
                    w.clone()
                } else {
                    spelled_out(w).to_owned()
                }
            })
            .collect()
    };
    if street(&on_file.street) != street(request.street) {
        return false;
    }
    if !strict {
        return true;
    }
    let unit = |text: &str| words(text).join(" ");
    unit(&on_file.unit) == unit(request.unit)
        && words(&on_file.city) == words(request.city)
        && words(&on_file.state) == words(request.state)
}

/// The long form of the abbreviations that people write in addresses.
fn spelled_out(word: &str) -> &str {
    match word {
        "st" => "street",
        "ave" | "av" => "avenue",
        "rd" => "road",
        "blvd" => "boulevard",
        "dr" => "drive",
        "ln" => "lane",
        "ct" => "court",
        "hwy" => "highway",
        "pkwy" => "parkway",
        "n" => "north",
        "s" => "south",
        "e" => "east",
        "w" => "west",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::providers::{Record, stock};
    use crate::simulator::scenarios::{Options, Scenario};

    fn number(text: &str) -> E164 {
        text.parse().expect("a literal number")
    }

    fn provider(key: &str) -> Provider {
        stock()
            .into_iter()
            .find(|p| p.key == key)
            .expect("a stock provider")
    }

    fn customer() -> Customer {
        Customer {
            id: None,
            provider: "northline".into(),
            scenario: Scenario::Happy,
            options: Options::default(),
            record: Record {
                account_number: "NL-4417-002".into(),
                pin: None,
                billing_name: "Alder & Finch Bakery, Inc.".into(),
                authorized_person: "Rosa M. Alder".into(),
                service_address: Address {
                    street: "12 N. Main St.".into(),
                    unit: "Suite 4".into(),
                    city: "Albany".into(),
                    state: "NY".into(),
                    zip: "12207".into(),
                },
                btn: Some(number("+15185550100")),
                prepaid: false,
                locked: false,
            },
            numbers: vec![number("+15185550100").into(), number("+15185550101").into()],
        }
    }

    fn good() -> Request<'static> {
        Request {
            entity_name: "ALDER AND FINCH BAKERY",
            auth_person: "Rosa Alder",
            account_number: "nl4417002",
            btn: "(518) 555-0100",
            street: "12 North Main Street",
            city: "Albany",
            state: "NY",
            zip: "12207-1234",
            numbers: vec![number("+15185550100"), number("+15185550101")],
            ..Request::default()
        }
    }

    fn codes(reasons: &[Reason]) -> Vec<&str> {
        reasons.iter().map(|r| r.code.as_str()).collect()
    }

    #[test]
    fn a_usual_provider_forgives_spelling_case_and_punctuation() {
        assert_eq!(check(&provider("northline"), &customer(), &good()), []);
    }

    #[test]
    fn a_usual_provider_names_everything_that_is_wrong() {
        let request = Request {
            entity_name: "Alder Catering",
            account_number: "NL-4417-003",
            street: "14 North Main Street",
            zip: "12208",
            btn: "5185550101",
            numbers: vec![number("+15185550100"), number("+15185550199")],
            port_type: Some("full"),
            ..good()
        };
        let reasons = check(&provider("northline"), &customer(), &request);
        assert_eq!(
            codes(&reasons),
            [
                "PHONE_NUMBER_MISMATCH",
                "ACCOUNT_NUMBER_MISMATCH",
                "POSTAL_CODE_MISMATCH",
                "LOCATION_MISMATCH",
                "BTN_ATN_MISMATCH",
                "ENTITY_NAME_MISMATCH",
                "PORT_TYPE_INCORRECT"
            ]
        );
    }

    #[test]
    fn a_strict_provider_wants_it_as_on_file_and_says_one_thing_at_a_time() {
        let strict = provider("granite");
        assert_eq!(
            codes(&check(&strict, &customer(), &good())),
            ["LOCATION_MISMATCH"]
        );
        let as_on_file = Request {
            entity_name: "alder & finch bakery inc",
            auth_person: "Rosa M Alder",
            street: "12 N Main St",
            unit: "suite 4",
            ..good()
        };
        assert_eq!(check(&strict, &customer(), &as_on_file), []);
        assert_eq!(
            codes(&check(
                &strict,
                &customer(),
                &Request {
                    auth_person: "Rosa Alder",
                    ..as_on_file
                }
            )),
            ["AUTH_PERSON_MISMATCH"]
        );
    }

    #[test]
    fn a_mobile_provider_checks_account_pin_and_zip_only() {
        let mut mobile = customer();
        mobile.record.pin = Some("778899".into());
        let provider = provider("meridian");
        let request = Request {
            entity_name: "Somebody Else",
            street: "elsewhere",
            ..good()
        };
        assert_eq!(
            codes(&check(&provider, &mobile, &request)),
            ["PASSCODE_PIN_INVALID"]
        );
        assert_eq!(
            check(
                &provider,
                &mobile,
                &Request {
                    pin: " 778899 ",
                    ..request.clone()
                }
            ),
            []
        );
        mobile.record.prepaid = true;
        assert_eq!(
            check(
                &provider,
                &mobile,
                &Request {
                    pin: "778899",
                    zip: "",
                    ..request.clone()
                }
            ),
            []
        );
        mobile.record.locked = true;
        assert_eq!(
            codes(&check(
                &provider,
                &mobile,
                &Request {
                    pin: "778899",
                    ..request
                }
            )),
            ["PHONE_NUMBER_HAS_SPECIAL_FEATURE"]
        );
    }

    #[test]
    fn a_partial_port_of_the_billing_number_must_name_the_next_one() {
        let one = Request {
            numbers: vec![number("+15185550100")],
            port_type: Some("partial"),
            ..good()
        };
        let northline = provider("northline");
        assert_eq!(
            codes(&check(&northline, &customer(), &one)),
            ["MAIN_BTN_PORTING"]
        );
        assert_eq!(
            check(
                &northline,
                &customer(),
                &Request {
                    new_btn: "+15185550101",
                    ..one
                }
            ),
            []
        );
        // A full port that is split over two orders takes everything all the same.
        let split = Request {
            numbers: vec![number("+15185550100")],
            elsewhere: vec![number("+15185550101")],
            port_type: Some("full"),
            ..good()
        };
        assert_eq!(check(&northline, &customer(), &split), []);
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let mut customer = customer();
        customer.record.pin = Some("778899".into());
        let text = format!("{customer:?}");
        assert!(!text.contains("778899") && !text.contains("4417"), "{text}");
    }
}
