//! The pre-flight: what was typed against what the bill says, field by field, before a carrier sees it.
//!
//! Each difference names the rejection that it would cause. The comparison is as loose as a person's
//! who reads both ([`paper`]), and it changes nothing: what is sent is what was typed.

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

use super::address::{AddressKind, AddressText, State};
use super::calendar::{DatedPaper, check_age};
use super::field::Field;
use super::number::E164;
use super::paper;
use super::party::AccountNumber;
use super::rejection::{self, Reason};

/// What was typed into the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// First and last name; compared with the account holder when there is no business name.
    pub person_name: Option<String>,
    /// The business name.
    pub business_name: Option<String>,
    /// The account number.
    pub account_number: Option<AccountNumber>,
    /// The billing telephone number.
    pub btn: Option<E164>,
    /// The numbers to port.
    pub numbers: Vec<E164>,
    /// The billing address.
    pub billing_address: Option<AddressText>,
    /// The service address; `None` means "the same as the billing address".
    pub service_address: Option<AddressText>,
}

/// What a bill, receipt or screenshot says. Nothing is required: what could not be read is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnPaper {
    /// The account holder's legal name.
    pub billing_name: Option<String>,
    /// Other names on the paper, such as a trading name, which are not the account holder's.
    pub other_names: Vec<String>,
    /// The account number.
    pub account_number: Option<AccountNumber>,
    /// The billing telephone number.
    pub btn: Option<E164>,
    /// Every line of the account; empty if none could be read.
    pub numbers: Vec<E164>,
    /// The billing address.
    pub billing_address: Option<AddressText>,
    /// The service address, if the paper prints one of its own.
    pub service_address: Option<AddressText>,
    /// The sites of an account that has several, each with its numbers.
    pub sites: Vec<Site>,
    /// The date of the bill.
    pub statement_date: Option<Date>,
}

/// A place with numbers of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where it is.
    pub address: AddressText,
    /// The lines that end there.
    pub numbers: Vec<E164>,
}

/// What the comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// The differences, in the order of the form.
    pub mismatches: Vec<Mismatch>,
    /// Fields that were typed but that the paper does not show, so that nobody can tell.
    pub not_on_paper: Vec<Field>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The field that differs.
    pub field: Field,
    /// For [`Field::Numbers`], which of them, from nought.
    pub index: Option<usize>,
    /// What was typed; `None` if nothing was.
    pub typed: Option<Shown>,
    /// What the paper says; `None` if the paper does not have it at all.
    pub on_paper: Option<Shown>,
    /// The rejection of the catalogue that this would cause.
    pub reason_id: &'static str,
    /// What seems to have happened, if it can be told.
    pub hint: Option<Hint>,
}

/// A value as it may be shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// Open to whoever may see the request.
    Plain(String),
    /// Shown masked, save to those who may see account numbers.
    Secret(AccountNumber),
}

/// What seems to have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Another name of the paper was typed, such as the trading name.
    TradingName,
    /// The suite, floor or unit is missing; the rest is right.
    UnitMissing,
    /// A zero at the front is missing.
    LeadingZeroLost,
    /// The ZIP code of the other address was typed.
    OtherAddress,
    /// Another line of the account was typed as its billing number.
    AnotherLine,
    /// Two characters side by side are swapped.
    Swapped,
}

impl Mismatch {
    /// The rejection that this would cause.
    pub fn reason(&self) -> Option<&'static Reason> {
        rejection::reason(self.reason_id)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Secret(secret) => fmt::Display::fmt(secret, f),
        }
    }
}
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => fmt::Debug::fmt(text, f),
            Self::Secret(secret) => fmt::Debug::fmt(secret, f),
        }
    }
}
/// As it may be shown: a secret is masked.
impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Compares the form with the paper. `bill_max_age_days` is the gaining carrier's limit
/// ([`BILL_MAX_AGE_DAYS`](super::calendar::BILL_MAX_AGE_DAYS) unless it has another).
pub fn compare(typed: &Typed, paper: &OnPaper, today: Date, bill_max_age_days: u16) -> Findings {
    let mut findings = Findings::default();
    numbers(typed, paper, &mut findings);
    name(typed, paper, &mut findings);
    account(typed, paper, &mut findings);
    btn(typed, paper, &mut findings);
    addresses(typed, paper, &mut findings);
    age(paper, today, bill_max_age_days, &mut findings);
    findings
        .mismatches
        .sort_by_key(|mismatch| (mismatch.field, mismatch.index));
    findings.not_on_paper.sort();
    findings
}

impl Findings {
    fn differs(
        &mut self,
        field: Field,
        typed: Option<Shown>,
        on_paper: Option<Shown>,
        reason_id: &'static str,
        hint: Option<Hint>,
    ) {
        self.mismatches.push(Mismatch {
            field,
            index: None,
            typed,
            on_paper,
            reason_id,
            hint,
        });
    }
}

fn plain(text: impl fmt::Display) -> Option<Shown> {
    Some(Shown::Plain(text.to_string()))
}

fn numbers(typed: &Typed, paper: &OnPaper, findings: &mut Findings) {
    if paper.numbers.is_empty() {
        if !typed.numbers.is_empty() {
            findings.not_on_paper.push(Field::Numbers);
        }
        return;
    }
    for (index, number) in typed
        .numbers
        .iter()
        .enumerate()
        .filter(|(_, number)| !paper.numbers.contains(number))
    {
        let looks_like = paper
            .numbers
            .iter()
            .any(|other| swapped(&other.to_string(), &number.to_string()));
        findings.mismatches.push(Mismatch {
            field: Field::Numbers,
            index: Some(index),
            typed: plain(number),
            on_paper: None,
            reason_id: "tn_not_on_account",
            hint: looks_like.then_some(Hint::Swapped),
        });
    }
}

fn name(typed: &Typed, paper: &OnPaper, findings: &mut Findings) {
    let (field, name) = match (&typed.business_name, &typed.person_name) {
        (Some(business), _) => (Field::BusinessName, business),
        (None, Some(person)) => (Field::LastName, person),
        (None, None) => return,
    };
    let Some(holder) = &paper.billing_name else {
        findings.not_on_paper.push(field);
        return;
    };
    if !paper::same_name(name, holder) {
        let hint = paper
            .other_names
            .iter()
            .any(|other| paper::same_name(name, other))
            .then_some(Hint::TradingName);
        findings.differs(
            field,
            plain(name),
            plain(holder),
            "end_user_name_mismatch",
            hint,
        );
    }
}

fn account(typed: &Typed, paper: &OnPaper, findings: &mut Findings) {
    let shown = |number: &AccountNumber| Some(Shown::Secret(number.clone()));
    match (&typed.account_number, &paper.account_number) {
        (Some(typed), Some(on_paper))
            if !paper::same_account(typed.reveal(), on_paper.reveal()) =>
        {
            let (a, b) = (typed.reveal(), on_paper.reveal());
            let hint = if zeros_lost(a, b) {
                Some(Hint::LeadingZeroLost)
            } else {
                swapped(&paper::account_key(a), &paper::account_key(b)).then_some(Hint::Swapped)
            };
            findings.differs(
                Field::AccountNumber,
                shown(typed),
                shown(on_paper),
                "account_number_mismatch",
                hint,
            );
        }
        (None, Some(on_paper)) => {
            findings.differs(
                Field::AccountNumber,
                None,
                shown(on_paper),
                "account_number_missing",
                None,
            );
        }
        (Some(_), None) => findings.not_on_paper.push(Field::AccountNumber),
        _ => {}
    }
}

fn btn(typed: &Typed, paper: &OnPaper, findings: &mut Findings) {
    match (typed.btn, paper.btn) {
        (typed, Some(on_paper)) if typed != Some(on_paper) => {
            let another = typed
                .is_some_and(|typed| paper.numbers.contains(&typed))
                .then_some(Hint::AnotherLine);
            findings.differs(
                Field::Btn,
                typed.and_then(plain),
                plain(on_paper),
                "btn_mismatch",
                another,
            );
        }
        (Some(_), None) => findings.not_on_paper.push(Field::Btn),
        _ => {}
    }
}

fn addresses(typed: &Typed, paper: &OnPaper, findings: &mut Findings) {
    match (&typed.billing_address, &paper.billing_address) {
        (Some(ours), Some(theirs)) => address(
            AddressKind::Billing,
            ours,
            theirs,
            paper.service_address.as_ref(),
            findings,
        ),
        (Some(_), None) => findings.not_on_paper.push(Field::BillingAddress),
        _ => {}
    }
    // "The same as billing" is a service address too, and the paper may print another.
    let (own, ours) = match (&typed.service_address, &typed.billing_address) {
        (Some(service), _) => (true, service),
        (None, Some(billing)) => (false, billing),
        (None, None) => return,
    };
    match service_address(typed, paper) {
        Some(theirs) => address(
            AddressKind::Service,
            ours,
            theirs,
            paper.billing_address.as_ref(),
            findings,
        ),
        // Most bills that print one address only mean it for both.
        None if own
            && paper
                .billing_address
                .as_ref()
                .is_none_or(|billing| !same_address(ours, billing)) =>
        {
            findings.not_on_paper.push(Field::ServiceAddress);
        }
        None => {}
    }
}

/// The address at which the typed numbers are: of several sites the one that has most of them.
fn service_address<'a>(typed: &Typed, paper: &'a OnPaper) -> Option<&'a AddressText> {
    let held = |site: &Site| {
        site.numbers
            .iter()
            .filter(|number| typed.numbers.contains(number))
            .count()
    };
    let best = paper.sites.iter().map(held).max().filter(|most| *most > 0);
    let site = paper.sites.iter().find(|site| Some(held(site)) == best);
    site.map(|site| &site.address)
        .or(paper.service_address.as_ref())
}

fn address(
    kind: AddressKind,
    ours: &AddressText,
    theirs: &AddressText,
    other: Option<&AddressText>,
    findings: &mut Findings,
) {
    let reason = "service_address_mismatch";
    let (our_street, their_street) = (ours.whole_street(), theirs.whole_street());
    if !paper::same_street(&our_street, &their_street) {
        let without_unit = paper::without_unit(&their_street);
        let hint = without_unit
            .filter(|street| paper::same_street(&our_street, street))
            .map(|_| Hint::UnitMissing);
        findings.differs(
            kind.street(),
            plain(our_street),
            plain(their_street),
            reason,
            hint,
        );
    }
    if !paper::same_city(&ours.city, &theirs.city) {
        findings.differs(
            kind.city(),
            plain(&ours.city),
            plain(&theirs.city),
            reason,
            None,
        );
    }
    if !same_state(&ours.state, &theirs.state) {
        findings.differs(
            kind.state(),
            plain(&ours.state),
            plain(&theirs.state),
            reason,
            None,
        );
    }
    if !paper::same_postal_code(&ours.postal_code, &theirs.postal_code) {
        let hint = if zeros_lost(&ours.postal_code, &theirs.postal_code) {
            Some(Hint::LeadingZeroLost)
        } else {
            other
                .filter(|other| paper::same_postal_code(&ours.postal_code, &other.postal_code))
                .map(|_| Hint::OtherAddress)
        };
        findings.differs(
            kind.postal_code(),
            plain(&ours.postal_code),
            plain(&theirs.postal_code),
            "zip_mismatch",
            hint,
        );
    }
}

fn same_address(a: &AddressText, b: &AddressText) -> bool {
    paper::same_street(&a.whole_street(), &b.whole_street())
        && paper::same_city(&a.city, &b.city)
        && same_state(&a.state, &b.state)
        && paper::same_postal_code(&a.postal_code, &b.postal_code)
}

fn same_state(a: &str, b: &str) -> bool {
    match (a.parse::<State>(), b.parse::<State>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => paper::same_name(a, b),
    }
}

fn age(paper: &OnPaper, today: Date, limit_days: u16, findings: &mut Findings) {
    let Some(dated) = paper.statement_date else {
        findings.not_on_paper.push(Field::Proof);
        return;
    };
    if check_age(DatedPaper::Bill, dated, today, limit_days).is_err() {
        findings.differs(
            Field::Proof,
            plain(today),
            plain(dated),
            "bill_required",
            None,
        );
    }
}

/// Whether `a` is `b` without zeros at its front.
fn zeros_lost(a: &str, b: &str) -> bool {
    let (a, b) = (paper::account_key(a), paper::account_key(b));
    a != b && b.trim_start_matches('0') == a.trim_start_matches('0') && a.len() < b.len()
}

/// Whether two texts differ only by two neighbours that changed places.
fn swapped(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let differing: Vec<usize> = a
        .iter()
        .zip(&b)
        .enumerate()
        .filter(|(_, (a, b))| a != b)
        .map(|(at, _)| at)
        .collect();
    match differing.as_slice() {
        [first, second] if a.len() == b.len() && first + 1 == *second => {
            a.get(*first) == b.get(*second) && a.get(*second) == b.get(*first)
        }
        _ => false,
    }
}
