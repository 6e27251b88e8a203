//! What the letter and its certificate say, as plain data.

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use crate::drawing::Drawing;

/// A Letter of Authorization, before anybody signs it.
///
/// It carries what 47 CFR 64.1130(e) asks for: the billing name and address, every telephone number
/// covered, the decision to change, who acts as agent, that there is one provider for each number
/// and service, and that one may ask about a fee. By 64.1130(b) and (c) it holds nothing else, and
/// no inducement. The account number and the PIN are deliberately not part of it: the letter
/// is shown to people who need not know them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// What the letter is filed under, such as the port request's id. On every page.
    pub reference: String,
    /// Which edition of the letter for this reference it is, from 1. On every page.
    pub version: u32,
    /// When it was drawn up, with the time zone in which its date is printed. It is also the
    /// document's creation time, so it must be stored, not taken anew at each call.
    pub prepared_at: Zoned,
    /// The company that handles the order and is named as the subscriber's agent.
    pub agent: Agent,
    /// The Losing Communications Provider (LCP): where the numbers are today.
    pub losing_provider: String,
    /// The Gaining Communications Provider (GCP): where the numbers go.
    pub gaining_carrier: String,
    /// The subscriber's or business's name, letter by letter as it stands on the losing provider's account.
    pub subscriber: String,
    /// Who is to sign.
    pub signer: Person,
    /// Where the losing provider sends the bill, one printed line each.
    pub billing_address: Vec<String>,
    /// Where the service is, one printed line each.
    pub service_address: Vec<String>,
    /// The one billing telephone number (BTN) of the account, as it is to be printed; `None` if the account has none.
    pub billing_number: Option<String>,
    /// Every number covered, each as it is to be printed, such as `(512) 555-0123`. Never a range.
    pub numbers: Vec<String>,
    /// Whether these are all numbers of the account.
    pub extent: Extent,
    /// For how many days after the signature the order may be sent; 60 at most by 47 CFR 64.1130.
    pub valid_days: u16,
}

/// The company that handles the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Its legal name.
    pub name: String,
    /// How to reach it, one printed line each: address, telephone, mail.
    pub contact: Vec<String>,
    /// Its logo as PNG, JPEG or SVG.
    pub logo: Option<Vec<u8>>,
}

/// Somebody who may sign for the subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// Such as "Owner" or "Office manager".
    pub title: Option<String>,
}

/// Whether all numbers of the account move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The listed numbers are all the account has.
    Full,
    /// Some numbers of the account do not move.
    Partial(Remaining),
}

/// What happens to the numbers of the account that do not move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// They stay where they are. If the billing telephone number moves away, the account needs a new one.
    Stay {
        /// The new billing telephone number, as it is to be printed.
        new_billing_number: Option<String>,
    },
    /// They are to be disconnected once the others have moved.
    Disconnect,
}

/// A signature that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// What stands on the line.
    pub mark: Mark,
    /// The signer's name, printed below the line.
    pub printed_name: String,
    /// The signer's title.
    pub title: Option<String>,
    /// When it was given, with the time zone in which its date is printed.
    pub signed_at: Zoned,
}

/// What stands on the signature line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The name as the signer typed it; set in italics.
    Typed(String),
    /// What the signer drew.
    Drawn(Drawing),
}

/// What the certificate page records about a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The signed document's own id.
    pub document_id: String,
    /// The signer's mail address.
    pub signer_email: String,
    /// How the signer was told from anybody else.
    pub authentication: Authentication,
    /// The consent to sign electronically, word for word as it was shown and accepted.
    pub consent: String,
    /// Which edition of the consent text it was.
    pub consent_version: String,
    /// What happened, in order of time.
    pub events: Vec<Event>,
    /// From where the signature was given.
    pub device: Device,
    /// SHA-256 of the PDF that the signer was shown, over the stored bytes.
    pub shown_sha256: [u8; 32],
}

/// How a signer was told from anybody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// By a secret link that was mailed to one address and works for one signature.
    MailedLink {
        /// Where the link was mailed to.
        address: String,
    },
    /// By something else, in a sentence.
    Other(String),
}

/// From where the signature was given, as far as the server could see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// The network address.
    pub ip: String,
    /// What the browser called itself.
    pub user_agent: String,
}

/// One line of the certificate's list of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When; printed in UTC.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// More about it, such as an address.
    pub detail: Option<String>,
}

/// What may happen on the way to a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The letter was drawn up.
    Prepared,
    /// The link was mailed.
    Sent,
    /// The letter was opened.
    Opened,
    /// The signer agreed to sign electronically.
    Consented,
    /// The signer signed.
    Signed,
    /// Something else, in a few words.
    Other(String),
}

impl EventKind {
    /// The words on the certificate.
    pub fn words(&self) -> &str {
        match self {
            Self::Prepared => "Letter prepared",
            Self::Sent => "Link sent",
            Self::Opened => "Letter opened",
            Self::Consented => "Consent given",
            Self::Signed => "Letter signed",
            Self::Other(words) => words,
        }
    }
}
