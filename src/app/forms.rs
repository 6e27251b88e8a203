//! The form of a port request: what was typed becomes changes, checked where it comes in.
//!
//! What a field may hold is said by `domain::{party, address, number}`; a form may be half filled in, so
//! an empty text always passes. What it takes to be complete is said by `domain::port::missing`.

use jiff::civil::Date;
use secrecy::{ExposeSecret as _, SecretString};

use super::ports::{self, Extras, Guard, Handled};
use super::{App, AppError, Caller};
use crate::domain::address::{CITY_MAX_CHARS, PostalCode, STREET_MAX_CHARS, State};
use crate::domain::agreement;
use crate::domain::field::{Field, FieldError, text_as_typed};
use crate::domain::number::parse_typed;
use crate::domain::party::{
    AccountNumber, BUSINESS_NAME_MAX_CHARS, EmailAddress, NAME_MAX_CHARS, Pin, TwilioAccountSid,
};
use crate::domain::port::{
    Address, Agreement, Change, Details, Event, Mask, Problem, Remaining, Scope, Signer,
};
use crate::ids::PortId;

/// Longest carrier's name and longest title.
pub const CARRIER_MAX_CHARS: usize = 100;

/// What of a field is to become of it: `None` leaves it as it is, `Some(None)` empties it.
pub type Patch<T> = Option<Option<T>>;

/// What was typed into the form. Every field that is left out stays as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields of domain::port::Details, as typed")]
pub struct Form {
    pub title: Patch<String>,
    pub losing_carrier: Patch<String>,
    pub first_name: Patch<String>,
    pub last_name: Patch<String>,
    pub business_name: Patch<String>,
    pub account_number: Patch<SecretString>,
    pub pin: Patch<SecretString>,
    pub twilio_account_sid: Patch<SecretString>,
    pub billing: Patch<AddressForm>,
    pub service: Patch<AddressForm>,
    pub btn: Patch<String>,
    pub scope: Patch<ScopeForm>,
    pub requested_date: Patch<Date>,
    pub signer: Patch<SignerForm>,
}

/// An address as typed. Every field that is left out stays as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields of domain::port::Address")]
pub struct AddressForm {
    pub street: Patch<String>,
    pub extended: Patch<String>,
    pub city: Patch<String>,
    pub state: Patch<String>,
    pub postal_code: Patch<String>,
}

/// Whether the whole account ports.
#[derive(Clone, Debug)]
pub enum ScopeForm {
    /// All numbers.
    Full,
    /// Some numbers.
    Partial {
        /// What becomes of the others.
        remaining: Remaining,
        /// The billing number that stays behind.
        new_btn: Option<String>,
    },
}

/// Who signs. Every field that is left out stays as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields of domain::port::Signer")]
pub struct SignerForm {
    pub name: Patch<String>,
    pub email: Patch<String>,
    pub title: Patch<String>,
}

/// What a form comes down to.
#[derive(Debug, Default)]
pub struct Changes {
    /// Changes of the request.
    pub changes: Vec<Change>,
    /// Secrets that are to be sealed, or taken away.
    pub secrets: Vec<(&'static str, Option<SecretString>)>,
}

/// Reads a form on top of what the request says now.
///
/// # Errors
/// Every field that cannot be taken, not only the first.
pub fn read(form: Form, now: &Details) -> Result<Changes, Vec<Problem>> {
    match read_what_can_be(form, now) {
        (found, problems) if problems.is_empty() => Ok(found),
        (_, problems) => Err(problems),
    }
}

/// As [`read`], and with what could be read although other fields could not: a form that is shown
/// again must not say that a good field is missing because another one is wrong.
#[must_use]
pub fn read_what_can_be(form: Form, now: &Details) -> (Changes, Vec<Problem>) {
    let mut reader = Reader::default();
    let mut found = Changes::default();
    reader.text(
        form.title,
        "title",
        Field::Order,
        CARRIER_MAX_CHARS,
        |text| found.changes.push(Change::Title(text)),
    );
    reader.text(
        form.losing_carrier,
        "losing_carrier",
        Field::CarrierName,
        CARRIER_MAX_CHARS,
        |text| found.changes.push(Change::LosingCarrier(text)),
    );
    let mut customer = now.customer.clone();
    let mut named = false;
    for (typed, name, field, max, place) in [
        (
            form.first_name,
            "customer.first_name",
            Field::FirstName,
            NAME_MAX_CHARS,
            &mut customer.first_name,
        ),
        (
            form.last_name,
            "customer.last_name",
            Field::LastName,
            NAME_MAX_CHARS,
            &mut customer.last_name,
        ),
        (
            form.business_name,
            "customer.business_name",
            Field::BusinessName,
            BUSINESS_NAME_MAX_CHARS,
            &mut customer.business_name,
        ),
    ] {
        reader.text(typed, name, field, max, |text| {
            *place = text;
            named = true;
        });
    }
    if named {
        found.changes.push(Change::Customer(customer));
    }
    reader.secrets(
        form.account_number,
        form.pin,
        form.twilio_account_sid,
        &mut found,
    );
    match form.billing {
        None => {}
        Some(typed) => {
            let typed = typed.unwrap_or_else(AddressForm::empty);
            let billing = reader.address("billing_address", &BILLING, typed, &now.billing);
            found.changes.push(Change::Billing(billing));
        }
    }
    match form.service {
        None => {}
        Some(None) => found.changes.push(Change::Service(None)),
        Some(Some(typed)) => {
            let before = now.service.clone().unwrap_or_default();
            let service = reader.address("service_address", &SERVICE, typed, &before);
            found.changes.push(Change::Service(Some(service)));
        }
    }
    match form.btn {
        None => {}
        Some(None) => found.changes.push(Change::Btn(None)),
        Some(Some(typed)) => {
            if let Some(number) = reader.number(&typed, "btn") {
                found.changes.push(Change::Btn(Some(number)));
            }
        }
    }
    match form.scope {
        None => {}
        Some(None | Some(ScopeForm::Full)) => found.changes.push(Change::Scope(Scope::Full)),
        Some(Some(ScopeForm::Partial { remaining, new_btn })) => {
            let new_btn = new_btn
                .as_deref()
                .map(|typed| reader.number(typed, "scope.new_btn"));
            if !matches!(new_btn, Some(None)) {
                found.changes.push(Change::Scope(Scope::Partial {
                    remaining,
                    new_btn: new_btn.flatten(),
                }));
            }
        }
    }
    if let Some(date) = form.requested_date {
        found.changes.push(Change::RequestedDate(date));
    }
    if let Some(typed) = form.signer {
        let before = now.signer.clone();
        found.changes.push(Change::Signer(
            reader.signer(typed.unwrap_or_default(), before),
        ));
    }
    (found, reader.problems)
}

/// Which field is meant by each part of an address.
struct AddressFields {
    street: Field,
    extended: Field,
    city: Field,
    state: Field,
    postal_code: Field,
}

const BILLING: AddressFields = AddressFields {
    street: Field::BillingStreet,
    extended: Field::BillingExtended,
    city: Field::BillingCity,
    state: Field::BillingState,
    postal_code: Field::BillingPostalCode,
};
const SERVICE: AddressFields = AddressFields {
    street: Field::ServiceStreet,
    extended: Field::ServiceExtended,
    city: Field::ServiceCity,
    state: Field::ServiceState,
    postal_code: Field::ServicePostalCode,
};

impl AddressForm {
    /// Empties every part.
    fn empty() -> Self {
        Self {
            street: Some(None),
            extended: Some(None),
            city: Some(None),
            state: Some(None),
            postal_code: Some(None),
        }
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    /// A text that was given, as typed; nothing happens when it was left out or is refused.
    fn text(
        &mut self,
        typed: Patch<String>,
        name: &str,
        field: Field,
        max: usize,
        take: impl FnOnce(String),
    ) {
        let Some(typed) = typed else { return };
        let typed = typed.unwrap_or_default();
        if typed.trim().is_empty() {
            take(String::new());
            return;
        }
        match text_as_typed(field, &typed, max) {
            Ok(text) => take(text),
            Err(error) => self.wrong(name, &error),
        }
    }

    fn wrong(&mut self, name: &str, error: &FieldError) {
        self.problems.push(Problem::new(name, error.to_string()));
    }

    fn number(&mut self, typed: &str, name: &str) -> Option<crate::domain::number::E164> {
        match parse_typed(typed) {
            Ok(typed) => Some(typed.number),
            Err(error) => {
                self.problems.push(number_problem(name, &error));
                None
            }
        }
    }

    fn secrets(
        &mut self,
        account_number: Patch<SecretString>,
        pin: Patch<SecretString>,
        sid: Patch<SecretString>,
        found: &mut Changes,
    ) {
        type Parsed = Result<(String, Mask), FieldError>;
        type Parse = fn(&str) -> Parsed;
        type Make = fn(Option<Mask>) -> Change;
        let account: Parse = |typed| {
            AccountNumber::parse(typed).map(|one| {
                (
                    one.reveal().to_owned(),
                    Mask::of_account_number(one.reveal()),
                )
            })
        };
        let pins: Parse =
            |typed| Pin::parse(typed).map(|one| (one.reveal().to_owned(), Mask::of_pin()));
        let sids: Parse = |typed| {
            TwilioAccountSid::parse(typed).map(|one| {
                (
                    one.reveal().to_owned(),
                    Mask::of_account_number(one.reveal()),
                )
            })
        };
        let all: [(Patch<SecretString>, &'static str, Parse, Make); 3] = [
            (
                account_number,
                "account_number",
                account,
                Change::AccountNumber,
            ),
            (pin, "pin", pins, Change::Pin),
            (sid, "twilio_account_sid", sids, Change::TwilioAccountSid),
        ];
        for (typed, name, parse, change) in all {
            let Some(typed) = typed else { continue };
            let typed = typed.filter(|text| !text.expose_secret().trim().is_empty());
            let Some(typed) = typed else {
                found.secrets.push((name, None));
                found.changes.push(change(None));
                continue;
            };
            match parse(typed.expose_secret()) {
                Ok((text, mask)) => {
                    found.secrets.push((name, Some(text.into())));
                    found.changes.push(change(Some(mask)));
                }
                Err(error) => self.wrong(name, &error),
            }
        }
    }

    fn address(
        &mut self,
        name: &str,
        fields: &AddressFields,
        typed: AddressForm,
        before: &Address,
    ) -> Address {
        let mut address = before.clone();
        for (typed, part, field, max, place) in [
            (
                typed.street,
                "street",
                fields.street,
                STREET_MAX_CHARS,
                &mut address.street,
            ),
            (
                typed.extended,
                "extended",
                fields.extended,
                STREET_MAX_CHARS,
                &mut address.extended,
            ),
            (
                typed.city,
                "city",
                fields.city,
                CITY_MAX_CHARS,
                &mut address.city,
            ),
            (
                typed.state,
                "state",
                fields.state,
                CITY_MAX_CHARS,
                &mut address.state,
            ),
            (
                typed.postal_code,
                "postal_code",
                fields.postal_code,
                CITY_MAX_CHARS,
                &mut address.postal_code,
            ),
        ] {
            self.text(typed, &format!("{name}.{part}"), field, max, |text| {
                *place = text;
            });
        }
        let state = address.state.parse::<State>().ok();
        if !address.state.is_empty() && state.is_none() {
            self.problems.push(Problem::new(
                format!("{name}.state"),
                "This is not a US state or territory, nor a Canadian province. Enter its two letters, such as GA.",
            ));
        }
        if !address.postal_code.is_empty()
            && let Err(error) = PostalCode::parse(
                fields.postal_code,
                &address.postal_code,
                state.map(State::country),
            )
        {
            self.wrong(&format!("{name}.postal_code"), &error);
        }
        address
    }

    fn signer(&mut self, typed: SignerForm, before: Option<Signer>) -> Signer {
        let mut signer = before.unwrap_or_else(|| Signer {
            name: String::new(),
            email: String::new(),
            title: String::new(),
        });
        self.text(
            typed.name,
            "signer.name",
            Field::AuthorizedPerson,
            BUSINESS_NAME_MAX_CHARS,
            |text| signer.name = text,
        );
        self.text(
            typed.title,
            "signer.title",
            Field::AuthorizedPerson,
            NAME_MAX_CHARS,
            |text| signer.title = text,
        );
        if let Some(email) = typed.email {
            match email.filter(|email| !email.trim().is_empty()) {
                None => signer.email = String::new(),
                Some(email) => match EmailAddress::parse(Field::SignerEmail, &email) {
                    Ok(email) => signer.email = email.as_str().to_owned(),
                    Err(error) => self.wrong("signer.email", &error),
                },
            }
        }
        signer
    }
}

/// A number that cannot be read, with what to do about it.
pub fn number_problem(field: &str, error: &crate::domain::number::NumberError) -> Problem {
    let mut says = error.to_string();
    if let Some(first) = says.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    Problem::new(field, format!("{says}. {}", error.advice()))
}

/// The agreement, if all of its statements are agreed to in the present wording (R108, R109).
pub fn agreement(
    app: &App,
    caller: &Caller,
    version: &str,
    ticked: &[String],
) -> Result<Agreement, Vec<Problem>> {
    let mut problems = Vec::new();
    if version != agreement::VERSION {
        problems.push(Problem::new(
            "agreement.version",
            format!(
                "The statements have changed. Show the ones of version {} and have them accepted.",
                agreement::VERSION
            ),
        ));
    }
    let unticked: Vec<&str> = agreement::unticked(ticked).collect();
    if !unticked.is_empty() {
        problems.push(Problem::new(
            "agreement.accepted",
            format!(
                "All statements must be accepted. Missing: {}.",
                unticked.join(", ")
            ),
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Agreement {
        version: version.to_owned(),
        at: app.clock.now(),
        by: caller.actor.name.clone(),
    })
}

/// Changes the form of a request. Fields that are left out stay as they are, also when somebody else
/// changes them at the same time.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: PortId,
    form: Form,
    guard: Guard,
) -> Result<Handled, AppError> {
    const TRIES: u32 = 8;
    let asked = guard.expected;
    for _ in 0..TRIES {
        let stored = ports::get(app, id)
            .await?
            .filter(|stored| caller.sees(stored.request.account))
            .ok_or(AppError::NotFound("port request"))?;
        if asked.is_some_and(|asked| asked != stored.version) {
            return Err(AppError::Stale);
        }
        let found = read(form.clone(), &stored.request.details).map_err(AppError::Invalid)?;
        let secrets = found
            .secrets
            .into_iter()
            .map(|(field, text)| {
                let sealed = text.map(|text| {
                    app.vault
                        .seal(&ports::secret_place(id, field), text.expose_secret())
                });
                (field, sealed)
            })
            .collect();
        let extras = Extras {
            secrets,
            // A part of an address or name is written together with the parts beside it.
            expected: Some(stored.version),
            remember: guard.remember.clone(),
            ..Extras::default()
        };
        let event = Event::Edit {
            changes: found.changes,
        };
        match ports::handle(app, id, caller.scope(), &caller.actor, event, extras).await {
            Err(AppError::Stale) if asked.is_none() => {}
            done => return done,
        }
    }
    Err(AppError::Stale)
}
