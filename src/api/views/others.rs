//! Accounts, people, documents, mails, webhooks, the desk's list.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::number::kind_name;
use super::port::PortLine;
use super::words::{
    AttentionKindWords, DeliveryStateWords, DocumentKindWords, MailStateWords, NumberKindWords,
    RoleWords,
};
use crate::app::forms::number_problem;
use crate::app::{inbox, mailing, people, ports, webhooks};
use crate::domain::carrier::{LineKind, Portability};
use crate::domain::number::{E164, Region, parse_typed};
use crate::domain::port::{self, words};

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The user whose rights the key has.
    #[schema(example = "user_019ab3f2c7d87a60b1f3d2a4c5e6f702")]
    pub id: String,
    /// Their name.
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    /// What they may do.
    #[schema(value_type = RoleWords)]
    pub role: String,
    /// Their account; missing for the desk's people, who see all accounts.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: Option<String>,
}

/// An account: a company that ports numbers, and the wall around its data.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its id.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub id: String,
    /// Its name.
    #[schema(example = "Harbor Dental Group")]
    pub name: String,
    /// The agency whose client it is, if any.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub parent: Option<String>,
    /// Whether it may have client accounts.
    pub is_agency: bool,
    /// Whether it has an approved A2P 10DLC brand and campaign, which texts from US local numbers need.
    pub campaign_approved: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// All accounts that the one who asks may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// The accounts, by name.
    pub items: Vec<Account>,
}

/// A number to which calls are forwarded.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivingNumber {
    /// The number, in E.164 form.
    #[schema(example = "+14045550100")]
    pub number: String,
    /// As people in its country write it.
    #[schema(example = "(404) 555-0100")]
    pub national: String,
}

/// The receiving numbers of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivingNumberList {
    /// The numbers.
    pub items: Vec<ReceivingNumber>,
}

/// A stored document. Its bytes are at `GET /v1/documents/{id}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Document {
    /// Its id.
    #[schema(example = "doc_019ab3f2c7d87a60b1f3d2a4c5e6f70b")]
    pub id: String,
    /// What it is.
    #[schema(value_type = DocumentKindWords)]
    pub kind: &'static str,
    /// The file's name.
    #[schema(example = "letter-of-authorization-1-signed.pdf")]
    pub name: String,
    /// Its type, found out from its content.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Bytes.
    #[schema(example = 31_204)]
    pub size: u64,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// When it came.
    pub created_at: Timestamp,
}

/// The documents of a port request.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentList {
    /// The documents, oldest first.
    pub items: Vec<Document>,
}

/// Something that only a person at the desk can decide.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attention {
    /// Its place in the request's list, for clearing it.
    #[schema(example = 0)]
    pub index: usize,
    /// What it is about.
    #[schema(value_type = AttentionKindWords)]
    pub kind: &'static str,
    /// In words.
    pub says: String,
    /// The carrier order that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ord_019ab3f2c7d87a60b1f3d2a4c5e6f70a")]
    pub order: Option<String>,
    /// The number that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14045550123")]
    pub number: Option<String>,
}

/// A line of the desk's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskLine {
    /// The port request.
    pub port: PortLine,
    /// What only a person can decide; empty where papers wait to be checked or released.
    pub attention: Vec<Attention>,
}

/// Something of a carrier that could not be read. It is stored as it came.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unreadable {
    /// Its id.
    #[schema(example = "inbox_019ab3f2c7d87a60b1f3d2a4c5e6f70e")]
    pub id: String,
    /// Which carrier.
    #[schema(example = "telnyx")]
    pub carrier: String,
    /// A webhook, or an answer to a question of ours.
    #[schema(example = "webhook")]
    pub kind: String,
    /// The port request that it is about, as far as known.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it could not be read.
    pub remark: Option<String>,
}

/// What needs a person at the desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// Port requests with papers to check or decisions to take, newest first.
    pub items: Vec<DeskLine>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub next_cursor: Option<String>,
    /// What could not be read of the carriers, newest first.
    pub unreadable: Vec<Unreadable>,
    /// How many port requests are in each status.
    #[schema(example = json!({"in_review": 3, "submitted": 12}))]
    pub counts: std::collections::BTreeMap<String, i64>,
}

/// A key for the API.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    #[schema(example = "key_019ab3f2c7d87a60b1f3d2a4c5e6f703")]
    pub id: String,
    /// What it is for.
    #[schema(example = "Nightly import")]
    pub name: String,
    /// Its last characters.
    #[schema(example = "x7Qa")]
    pub hint: String,
    /// Whether it only reads.
    pub read_only: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The keys of the one who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// The keys, newest first.
    pub items: Vec<ApiKey>,
}

/// A new key. Only this answer shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiKey {
    /// Its id.
    #[schema(example = "key_019ab3f2c7d87a60b1f3d2a4c5e6f703")]
    pub id: String,
    /// What it is for.
    #[schema(example = "Nightly import")]
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The key. It is shown once.
    #[schema(example = "portolan_4Jm…")]
    pub secret: String,
}

/// An address that gets webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Endpoint {
    /// Its id.
    #[schema(example = "hook_019ab3f2c7d87a60b1f3d2a4c5e6f704")]
    pub id: String,
    /// Whose events it gets.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: String,
    /// The address.
    #[schema(example = "https://example.com/portolan")]
    pub url: String,
    /// The events that it gets; empty: all.
    #[schema(example = json!(["port.completed"]))]
    pub events: Vec<String>,
    /// Since when it has a pause, if it has one.
    pub paused_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The addresses of an account that get webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointList {
    /// The addresses, oldest first.
    pub items: Vec<Endpoint>,
}

/// A new address for webhooks. Only this answer shows its signing secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewEndpoint {
    /// Its id.
    #[schema(example = "hook_019ab3f2c7d87a60b1f3d2a4c5e6f704")]
    pub id: String,
    /// Whose events it gets.
    #[schema(example = "acct_019ab3f2c7d87a60b1f3d2a4c5e6f701")]
    pub account: String,
    /// The address.
    #[schema(example = "https://example.com/portolan")]
    pub url: String,
    /// The events that it gets; empty: all.
    #[schema(example = json!(["port.completed"]))]
    pub events: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The signing secret (Standard Webhooks). It is shown once.
    #[schema(example = "whsec_…")]
    pub secret: String,
}

/// One webhook on its way to one address.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id; also the webhook's `webhook-id`.
    #[schema(example = "dlv_019ab3f2c7d87a60b1f3d2a4c5e6f705")]
    pub id: String,
    /// The event.
    #[schema(example = "port.letter_signed")]
    pub event: String,
    /// The port request.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Where it stands.
    #[schema(value_type = DeliveryStateWords)]
    pub state: String,
    /// How often it was tried.
    #[schema(example = 1)]
    pub attempts: i64,
    /// The status of the last answer.
    #[schema(example = 200)]
    pub last_status: Option<i64>,
    /// The beginning of the last answer, or why there was none.
    pub last_answer: Option<String>,
    /// When its event happened.
    pub created_at: Timestamp,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// When it is tried again, if it is.
    pub next_at: Option<Timestamp>,
}

/// A page of the webhooks of an address.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryList {
    /// The webhooks, newest first.
    pub items: Vec<Delivery>,
    /// Pass it as `cursor` to get the next page; there is none on the last page.
    pub next_cursor: Option<String>,
}

/// A mail, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailLine {
    /// Its id.
    #[schema(example = "mail_019ab3f2c7d87a60b1f3d2a4c5e6f706")]
    pub id: String,
    /// The port request that it is about.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Which mail it is.
    #[schema(example = "letter_to_sign")]
    pub kind: String,
    /// The reader's name.
    #[schema(example = "Maria Kovacs")]
    pub to_name: String,
    /// The reader's address.
    #[schema(example = "maria@harbordental.example")]
    pub to_address: String,
    /// The subject line.
    pub subject: String,
    /// Whether it has left.
    #[schema(value_type = MailStateWords)]
    pub state: &'static str,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// Why it did not.
    pub last_error: Option<String>,
}

/// A mail with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mail {
    /// Its id.
    #[schema(example = "mail_019ab3f2c7d87a60b1f3d2a4c5e6f706")]
    pub id: String,
    /// The port request that it is about.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Which mail it is.
    #[schema(example = "letter_to_sign")]
    pub kind: String,
    /// The reader's name.
    #[schema(example = "Maria Kovacs")]
    pub to_name: String,
    /// The reader's address.
    #[schema(example = "maria@harbordental.example")]
    pub to_address: String,
    /// The subject line.
    pub subject: String,
    /// Whether it has left.
    #[schema(value_type = MailStateWords)]
    pub state: &'static str,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// Why it did not.
    pub last_error: Option<String>,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The document that is attached, such as the signed letter.
    #[schema(example = "doc_019ab3f2c7d87a60b1f3d2a4c5e6f709")]
    pub attachment: Option<String>,
}

/// A page of mails.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailPage {
    /// The mails, newest first.
    pub items: Vec<MailLine>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "mail_019ab3f2c7d87a60b1f3d2a4c5e6f706")]
    pub next_cursor: Option<String>,
}

/// What a number says about itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberCheck {
    /// What was typed.
    #[schema(example = "(404) 555-0123")]
    pub typed: String,
    /// Whether it could be ported here, as far as the number itself tells.
    pub portable: bool,
    /// The number, in E.164 form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14045550123")]
    pub number: Option<String>,
    /// As people in its country write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "(404) 555-0123")]
    pub national: Option<String>,
    /// What kind of line it is. US numbers do not tell mobile from landline.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NumberKindWords>)]
    pub kind: Option<&'static str>,
    /// Where it belongs: `US`, `CA`, a territory's or country's code, `toll_free_or_service`, or `unassigned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "US")]
    pub region: Option<String>,
    /// The state, province or country in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Georgia")]
    pub place: Option<&'static str>,
    /// The time zone in which its port is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "America/New_York")]
    pub time_zone: Option<&'static str>,
    /// Whether a number like this exists in its country's plan, as far as known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_plan: Option<bool>,
    /// What is wrong with it, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// What several numbers say about themselves, in the order in which they were asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberCheckList {
    /// One for each number.
    pub items: Vec<NumberCheck>,
}

/// The gaining carrier's word on one number.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortabilityLine {
    /// The number.
    #[schema(example = "+14045550123")]
    pub number: String,
    /// Whether the carrier takes it; missing when it said nothing about it.
    pub portable: Option<bool>,
    /// Whether it can be activated on demand, without the usual days of waiting.
    pub fast_portable: bool,
    /// The carrier's own text on why it does not take the number.
    pub reason: Option<String>,
    /// The losing provider's name, when the carrier gives it.
    #[schema(example = "Copper Valley Telephone")]
    pub losing_carrier: Option<String>,
    /// The carrier's word for the kind of line.
    #[schema(example = "local")]
    pub kind: Option<String>,
}

/// The gaining carrier's word on several numbers, in the order in which they were asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortabilityList {
    /// One for each number.
    pub items: Vec<PortabilityLine>,
}

/// A statement of the agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statement {
    /// Its short name, which goes into `accepted`.
    #[schema(example = "agree_owner")]
    pub name: &'static str,
    /// The statement.
    #[schema(example = "I own these numbers, or the owner has authorized me to port them.")]
    pub says: &'static str,
}

/// The statements that a submitter agrees to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statements {
    /// Which wording this is.
    #[schema(example = "2026-11")]
    pub version: &'static str,
    /// The statements. All of them must be accepted.
    pub items: Vec<Statement>,
}

impl From<people::Account> for Account {
    fn from(one: people::Account) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name,
            parent: one.parent.map(|id| id.to_string()),
            is_agency: one.is_agency,
            campaign_approved: one.campaign_approved,
            created_at: one.created_at,
        }
    }
}

impl From<E164> for ReceivingNumber {
    fn from(number: E164) -> Self {
        Self {
            number: number.to_string(),
            national: number.national(),
        }
    }
}

impl From<&ports::Document> for Document {
    fn from(one: &ports::Document) -> Self {
        Self {
            id: one.id.to_string(),
            kind: one.kind.name(),
            name: one.name.clone(),
            content_type: one.content_type.clone(),
            size: one.size,
            sha256: one.sha256.clone(),
            created_at: one.created_at,
        }
    }
}

impl Attention {
    /// A line of a request's list.
    pub fn of(index: usize, one: &port::Attention) -> Self {
        use port::Attention as A;
        let (kind, order, number) = match one {
            A::UnknownWord { order, .. } => ("unknown_word", Some(order), None),
            A::Rejection { order } => ("rejection", Some(order), None),
            A::EarlyDate { order } => ("early_date", Some(order), None),
            A::Jeopardy { order } => ("jeopardy", Some(order), None),
            A::CarrierRefused { .. } => ("carrier_refused", None, None),
            A::Unreadable { .. } => ("unreadable", None, None),
            A::Silence { .. } => ("silence", None, None),
            A::UpdateAsked => ("update_asked", None, None),
            A::TestFailed { number } => ("test_failed", None, Some(number)),
            A::TextFailed { number } => ("text_failed", None, Some(number)),
        };
        Self {
            index,
            kind,
            says: words::attention(one),
            order: order.map(ToString::to_string),
            number: number.map(ToString::to_string),
        }
    }
}

impl From<inbox::Received> for Unreadable {
    fn from(one: inbox::Received) -> Self {
        Self {
            id: one.id.to_string(),
            carrier: one.carrier,
            kind: one.kind,
            port: one.port.map(|id| id.to_string()),
            received_at: one.received_wall,
            remark: one.remark,
        }
    }
}

impl From<&people::ApiKey> for ApiKey {
    fn from(one: &people::ApiKey) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name.clone(),
            hint: one.hint.clone(),
            read_only: one.read_only,
            created_at: one.created_at,
            expires_at: one.expires_at,
            last_used_at: one.used_wall,
            revoked_at: one.revoked_at,
        }
    }
}

impl From<&webhooks::Endpoint> for Endpoint {
    fn from(one: &webhooks::Endpoint) -> Self {
        Self {
            id: one.id.to_string(),
            account: one.account.to_string(),
            url: one.url.clone(),
            events: crate::api::webhooks::names(&one.events),
            paused_at: one.paused_at,
            created_at: one.created_at,
        }
    }
}

impl From<webhooks::Delivery> for Delivery {
    fn from(one: webhooks::Delivery) -> Self {
        Self {
            id: one.id.to_string(),
            event: one.event,
            port: one.port.to_string(),
            state: one.state,
            attempts: one.attempts,
            last_status: one.last_status,
            last_answer: one.last_answer,
            created_at: one.created_at,
            delivered_at: one.delivered_at,
            next_at: one.next_at,
        }
    }
}

impl From<&mailing::Mail> for MailLine {
    fn from(one: &mailing::Mail) -> Self {
        Self {
            id: one.id.to_string(),
            port: one.port.to_string(),
            kind: one.kind.clone(),
            to_name: one.to_name.clone(),
            to_address: one.to_address.clone(),
            subject: one.subject.clone(),
            state: match one.state {
                mailing::MailState::Queued => "queued",
                mailing::MailState::Sent => "sent",
                mailing::MailState::Failed => "failed",
            },
            created_at: one.created_at,
            sent_at: one.sent_at,
            last_error: one.last_error.clone(),
        }
    }
}

impl Mail {
    /// The mail with its text.
    pub fn of(mail: mailing::Mail) -> Self {
        let line = MailLine::from(&mail);
        Self {
            id: line.id,
            port: line.port,
            kind: line.kind,
            to_name: line.to_name,
            to_address: line.to_address,
            subject: line.subject,
            state: line.state,
            created_at: line.created_at,
            sent_at: line.sent_at,
            last_error: line.last_error,
            text: mail.body_text,
            html: mail.body_html,
            attachment: mail.attachment.map(|id| id.to_string()),
        }
    }
}

impl PortabilityLine {
    /// What the carrier said of this number, if it said anything.
    pub fn of(number: E164, said: Option<&Portability>) -> Self {
        let kind = said
            .and_then(|said| said.kind.as_ref())
            .map(|kind| match kind {
                LineKind::Local => "local".to_owned(),
                LineKind::Mobile => "mobile".to_owned(),
                LineKind::TollFree => "toll_free".to_owned(),
                LineKind::Other(word) => word.clone(),
            });
        Self {
            number: number.to_string(),
            portable: said.map(|said| said.portable),
            fast_portable: said.is_some_and(|said| said.fast_portable),
            reason: said.and_then(|said| said.reason.clone()),
            losing_carrier: said.and_then(|said| said.carrier_name.clone()),
            kind,
        }
    }
}

impl NumberCheck {
    /// What a text says about itself that somebody typed.
    pub fn read(typed: String) -> Self {
        match parse_typed(&typed) {
            Ok(read) => Self::of(typed, read.number),
            Err(error) => {
                let says = number_problem("number", &error).says;
                Self::unreadable(typed, says)
            }
        }
    }

    /// A text that is not a number.
    fn unreadable(typed: String, says: String) -> Self {
        Self {
            typed,
            portable: false,
            number: None,
            national: None,
            kind: None,
            region: None,
            place: None,
            time_zone: None,
            in_plan: None,
            says: Some(says),
        }
    }

    /// What a number says about itself.
    fn of(typed: String, number: E164) -> Self {
        let region = match number.region() {
            Region::UnitedStates => Some("US".to_owned()),
            Region::Canada => Some("CA".to_owned()),
            Region::Territory(country) | Region::NanpCountry(country) => {
                Some(country.as_str().to_owned())
            }
            Region::NorthAmerica => Some("toll_free_or_service".to_owned()),
            Region::Unassigned => Some("unassigned".to_owned()),
            Region::World(country) => country.map(|country| country.as_str().to_owned()),
        };
        let portable = number.portable();
        Self {
            typed,
            portable: portable.is_ok(),
            number: Some(number.to_string()),
            national: Some(number.national()),
            kind: Some(kind_name(number.kind())),
            region,
            place: number.place_name(),
            time_zone: number.npac_zone(),
            in_plan: Some(number.is_in_plan()),
            says: portable.err().map(|error| format!("{error}.")),
        }
    }
}
