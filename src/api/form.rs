//! What can be sent of a port request's form. A field that is left out stays as it is; `null` empties it.

use jiff::civil::Date;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::given;
use super::views::{NumberKindWords, RemainingWords, ScopeKindWords};
use crate::app::forms::{AddressForm, Form, Patch, ScopeForm, SignerForm};
use crate::app::numbers::TypedNumber;
use crate::domain::number::Kind;
use crate::domain::port::Remaining;

/// The account holder at the losing provider, exactly as on the bill.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerInput {
    /// The authorized person's first name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Maria", max_length = 60)]
    pub first_name: Patch<String>,
    /// The authorized person's last name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Kovacs", max_length = 60)]
    pub last_name: Patch<String>,
    /// The business's name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Harbor Dental Group, LLC", max_length = 120)]
    pub business_name: Patch<String>,
}

/// A postal address, exactly as on the bill. Nothing of it is corrected.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// House number and street.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "1200 Peachtree St NE", max_length = 120)]
    pub street: Patch<String>,
    /// Suite, unit or floor.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Ste 410", max_length = 120)]
    pub extended: Patch<String>,
    /// City.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Atlanta", max_length = 60)]
    pub city: Patch<String>,
    /// State, two letters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "GA")]
    pub state: Patch<String>,
    /// ZIP code, five digits or nine.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "30309")]
    pub postal_code: Patch<String>,
}

/// Whether the whole account ports.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeInput {
    /// `full`: all numbers port and the old account closes. `partial`: some stay.
    #[schema(value_type = ScopeKindWords)]
    pub kind: ScopeKind,
    /// What becomes of the numbers that stay. Left out, they stay in service.
    #[serde(default)]
    #[schema(value_type = RemainingWords)]
    pub remaining: Remaining,
    /// The billing number that stays behind, where the present one ports.
    #[serde(default)]
    #[schema(example = "+14045550199")]
    pub new_btn: Option<String>,
}

/// Full or partial.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    /// All numbers.
    Full,
    /// Some numbers.
    Partial,
}

/// Who owns the numbers now and signs.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignerInput {
    /// Full name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Maria Kovacs", max_length = 120)]
    pub name: Patch<String>,
    /// Where the link for signing goes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "maria@harbordental.example", max_length = 254)]
    pub email: Patch<String>,
    /// Position in the company.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Owner", max_length = 60)]
    pub title: Patch<String>,
}

/// That all statements of `GET /v1/agreement` are accepted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementInput {
    /// Which wording was shown.
    #[schema(example = "2026-11")]
    pub version: String,
    /// The names of the accepted statements: all of them.
    #[schema(example = json!(["agree_owner", "agree_match", "agree_active", "agree_ends", "agree_receiving", "agree_texts", "agree_time"]))]
    pub accepted: Vec<String>,
}

/// A number to port.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberInput {
    /// The number. Ten digits are a North American number; punctuation does not matter.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// What kind of line it is, if that is known better than the number tells.
    #[serde(default)]
    #[schema(value_type = Option<NumberKindWords>)]
    pub kind: Option<Kind>,
    /// Where its calls are to ring.
    #[serde(default)]
    #[schema(example = "+14045550100")]
    pub receiving: Option<String>,
    /// The tracking source.
    #[serde(default)]
    #[schema(example = "Google Ads", max_length = 100)]
    pub source: Option<String>,
    /// What the customer calls it.
    #[serde(default)]
    #[schema(example = "Front desk", max_length = 200)]
    pub description: Option<String>,
    /// Whether texts are wanted. Left out, they are.
    #[serde(default)]
    pub wants_text: Option<bool>,
}

/// A port request to begin, as far as it is known. All of it can also be said later.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPort {
    /// For which account. The desk must say it; others have only their own.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<crate::ids::AccountId>,
    /// The numbers to port.
    #[serde(default)]
    pub numbers: Vec<NumberInput>,
    /// That all statements are accepted.
    #[serde(default)]
    pub agreement: Option<AgreementInput>,
    /// The submitter's own name for the request.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Head office", max_length = 100)]
    pub title: Patch<String>,
    /// The losing provider, exactly as the phone bill names it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Copper Valley Telephone", max_length = 100)]
    pub losing_carrier: Patch<String>,
    /// The account holder.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<CustomerInput>)]
    pub customer: Patch<CustomerInput>,
    /// The account number at the losing provider. It is sealed, and only ever shown masked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "8155300440129471", write_only)]
    pub account_number: Patch<SecretString>,
    /// The port-out PIN; mobile numbers need one. It is sealed, and only ever shown masked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "004821", write_only)]
    pub pin: Patch<SecretString>,
    /// The Twilio Account SID, where the losing provider is or uses Twilio. It is sealed, and only ever shown masked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, write_only)]
    pub twilio_account_sid: Patch<SecretString>,
    /// The billing address.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AddressInput>)]
    pub billing_address: Patch<AddressInput>,
    /// The service address, where it is another one.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AddressInput>)]
    pub service_address: Patch<AddressInput>,
    /// The billing telephone number; without one, the first number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "+14045550123")]
    pub btn: Patch<String>,
    /// Whether the whole account ports.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<ScopeInput>)]
    pub scope: Patch<ScopeInput>,
    /// The preferred port date.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Date>, example = "2026-12-07")]
    pub requested_date: Patch<Date>,
    /// Who owns the numbers now and signs.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<SignerInput>)]
    pub signer: Patch<SignerInput>,
}

/// Changes of a port request's form. What is left out stays as it is; `null` empties it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortPatch {
    /// The submitter's own name for the request.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Head office", max_length = 100)]
    pub title: Patch<String>,
    /// The losing provider, exactly as the phone bill names it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Copper Valley Telephone", max_length = 100)]
    pub losing_carrier: Patch<String>,
    /// The account holder. Parts that are left out stay as they are.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<CustomerInput>)]
    pub customer: Patch<CustomerInput>,
    /// The account number at the losing provider. It is sealed, and only ever shown masked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "8155300440129471", write_only)]
    pub account_number: Patch<SecretString>,
    /// The port-out PIN. It is sealed, and only ever shown masked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "004821", write_only)]
    pub pin: Patch<SecretString>,
    /// The Twilio Account SID. It is sealed, and only ever shown masked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, write_only)]
    pub twilio_account_sid: Patch<SecretString>,
    /// The billing address. Parts that are left out stay as they are.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AddressInput>)]
    pub billing_address: Patch<AddressInput>,
    /// The service address; `null` says that it is the billing address.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AddressInput>)]
    pub service_address: Patch<AddressInput>,
    /// The billing telephone number; without one, the first number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "+14045550123")]
    pub btn: Patch<String>,
    /// Whether the whole account ports.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<ScopeInput>)]
    pub scope: Patch<ScopeInput>,
    /// The preferred port date.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Date>, example = "2026-12-07")]
    pub requested_date: Patch<Date>,
    /// Who owns the numbers now and signs. Parts that are left out stay as they are.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<SignerInput>)]
    pub signer: Patch<SignerInput>,
}

impl From<AddressInput> for AddressForm {
    fn from(input: AddressInput) -> Self {
        Self {
            street: input.street,
            extended: input.extended,
            city: input.city,
            state: input.state,
            postal_code: input.postal_code,
        }
    }
}

impl From<SignerInput> for SignerForm {
    fn from(input: SignerInput) -> Self {
        Self {
            name: input.name,
            email: input.email,
            title: input.title,
        }
    }
}

impl From<ScopeInput> for ScopeForm {
    fn from(input: ScopeInput) -> Self {
        match input.kind {
            ScopeKind::Full => Self::Full,
            ScopeKind::Partial => Self::Partial {
                remaining: input.remaining,
                new_btn: input.new_btn,
            },
        }
    }
}

impl From<NumberInput> for TypedNumber {
    fn from(input: NumberInput) -> Self {
        Self {
            number: input.number,
            kind: input.kind,
            receiving: input.receiving,
            source: input.source,
            description: input.description,
            wants_text: input.wants_text,
        }
    }
}

fn into<A, B: From<A>>(patch: Patch<A>) -> Patch<B> {
    patch.map(|given| given.map(B::from))
}

impl From<PortPatch> for Form {
    fn from(patch: PortPatch) -> Self {
        let (first_name, last_name, business_name) = match patch.customer {
            None => (None, None, None),
            Some(None) => (Some(None), Some(None), Some(None)),
            Some(Some(customer)) => (
                customer.first_name,
                customer.last_name,
                customer.business_name,
            ),
        };
        Self {
            title: patch.title,
            losing_carrier: patch.losing_carrier,
            first_name,
            last_name,
            business_name,
            account_number: patch.account_number,
            pin: patch.pin,
            twilio_account_sid: patch.twilio_account_sid,
            billing: into(patch.billing_address),
            service: into(patch.service_address),
            btn: patch.btn,
            scope: into(patch.scope),
            requested_date: patch.requested_date,
            signer: into(patch.signer),
        }
    }
}

impl From<NewPort> for PortPatch {
    fn from(new: NewPort) -> Self {
        Self {
            title: new.title,
            losing_carrier: new.losing_carrier,
            customer: new.customer,
            account_number: new.account_number,
            pin: new.pin,
            twilio_account_sid: new.twilio_account_sid,
            billing_address: new.billing_address,
            service_address: new.service_address,
            btn: new.btn,
            scope: new.scope,
            requested_date: new.requested_date,
            signer: new.signer,
        }
    }
}
