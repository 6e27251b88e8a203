//! The port request: its paperwork, its numbers, and what stands at the gaining carrier.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::{Details, Signer};
use crate::domain::carrier::{CarrierReason, Messaging, OrderStatus};
use crate::domain::number::{E164, Kind};
use crate::ids::{AccountId, DocumentId, LinkId, NumberId, OrderId, PortId, UserId};

/// One losing provider, one account there, any number of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortRequest {
    /// Its id; also the reference that the gaining carrier gets.
    pub id: PortId,
    /// Whose it is.
    pub account: AccountId,
    /// Who filed it and gets the mails.
    pub submitter: UserId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The form.
    pub details: Details,
    /// The numbers, in the order in which they were given.
    pub numbers: Vec<PortNumber>,
    /// The Letter of Authorization.
    pub loa: Loa,
    /// How many letters were made so far; the next letter's version is one more.
    pub letters: u32,
    /// Proof of ownership, oldest first.
    pub proof: Vec<Proof>,
    /// How far the request has come as a whole.
    pub stage: Stage,
    /// When the desk released it to the gaining carrier; from then on something may stand there.
    pub released_at: Option<Timestamp>,
    /// What stands at the gaining carrier.
    pub orders: Vec<CarrierOrder>,
    /// What only a person can decide.
    pub attention: Vec<Attention>,
    /// When something last happened that moved it on.
    pub last_movement: Timestamp,
    /// The window of which the customer was reminded on the day before.
    pub reminded_of: Option<Timestamp>,
    /// Those of its numbers that were found to be receiving numbers of its account, in order (R121). What stands in
    /// the way at this moment is [`super::blocked_numbers`]; this is what was told of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<E164>,
    /// Who at the desk works on it, if somebody took it.
    #[serde(default)]
    pub claim: Option<Claim>,
}

/// Somebody at the desk has taken a request, so that two do not work on it at once. It forbids nobody anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who has it.
    pub user: UserId,
    /// Their name, as it was then.
    pub name: String,
    /// Since when.
    pub at: Timestamp,
}

/// How far the request has come as a whole. What the customer sees is derived from this, from the
/// paperwork and from the numbers: see [`super::status()`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// With the customer and the desk; nothing is at a carrier.
    Paperwork,
    /// The desk released it to the gaining carrier.
    Released,
    /// Somebody asked to cancel and the carrier has not answered.
    CancelPending {
        /// When.
        asked_at: Timestamp,
        /// Why.
        reason: String,
    },
    /// Over without a port.
    Cancelled {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// The numbers work in their new home.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// A ported number is to go back.
    SnapbackPending {
        /// When that was asked.
        asked_at: Timestamp,
        /// Until when providers undo a port on request; afterwards it is a new port.
        deadline: Timestamp,
        /// Why.
        reason: String,
    },
    /// It went back.
    SnappedBack {
        /// When.
        at: Timestamp,
    },
}

/// The Letter of Authorization's way to a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Loa {
    /// None was sent yet, or the last one no longer says what the request says.
    NotSent {
        /// Why the last letter no longer counts, if there was one.
        because: Option<String>,
    },
    /// The signer has a link.
    Sent {
        /// The letter.
        letter: LetterRef,
        /// Who is to sign.
        signer: Signer,
        /// The newest link. Those of reminders before it work, too.
        link: LinkId,
        /// When it was first mailed; reminders are counted from here.
        sent_at: Timestamp,
        /// When the last mail with a link went out.
        mailed_at: Timestamp,
        /// When the link dies.
        expires_at: Timestamp,
        /// When the signer first opened it.
        opened_at: Option<Timestamp>,
        /// How many reminders were sent.
        reminders: u32,
    },
    /// Signed.
    Signed {
        /// The letter that was shown.
        letter: LetterRef,
        /// Who signed.
        signer: Signer,
        /// When.
        signed_at: Timestamp,
        /// The sealed document.
        document: DocumentId,
    },
    /// The signer said no.
    Declined {
        /// Who.
        signer: Signer,
        /// When.
        at: Timestamp,
        /// Why, in the signer's words.
        reason: String,
    },
    /// Nobody signed in time.
    Expired {
        /// Who should have signed.
        signer: Signer,
        /// When it expired.
        at: Timestamp,
    },
}

/// A letter as it was shown: its bytes are stored under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterRef {
    /// The stored PDF.
    pub document: DocumentId,
    /// SHA-256 of the PDF, hex.
    pub sha256: String,
    /// SHA-256 of the stored data that the PDF was made from, hex: signing sets the same letter again.
    pub data_sha256: String,
    /// First, second, third letter of this request.
    pub version: u32,
}

/// A proof of ownership and what the desk said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The stored file.
    pub document: DocumentId,
    /// What it is (R43-R45).
    pub kind: ProofKind,
    /// The file's name as the sender called it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// The desk's verdict.
    pub verdict: Verdict,
}

/// What a proof of ownership is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// The latest billing statement (R43).
    BillingStatement,
    /// The receipt for the number's purchase (R44).
    PurchaseReceipt,
    /// A screenshot of the provider's portal (R45).
    PortalScreenshot,
}

impl ProofKind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::BillingStatement => "latest billing statement",
            Self::PurchaseReceipt => "receipt for the number's purchase",
            Self::PortalScreenshot => "screenshot of the provider's portal",
        }
    }
}

/// What the desk said to a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody looked yet.
    Waiting,
    /// It shows what it must show.
    Accepted,
    /// It does not, and the customer was told why.
    Refused {
        /// Why.
        reason: String,
    },
}

/// One number with its two tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortNumber {
    /// Its id.
    pub id: NumberId,
    /// The number.
    pub number: E164,
    /// What kind it is, as far as known; the portability check may know better than the number itself.
    pub kind: Kind,
    /// Where its calls are to ring (R86).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving: Option<E164>,
    /// The tracking source (R88).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What the customer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether texts are wanted.
    pub wants_text: bool,
    /// Why the gaining carrier cannot take it, once checked; `None` if it can or was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_portable: Option<String>,
    /// Where its voice stands.
    #[serde(default, skip_serializing_if = "is_default")]
    pub voice: Voice,
    /// Where its texts stand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub text: Text,
    /// What the carrier last said of its texts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub carrier_text: Messaging,
    /// The order it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The last voice test (R33, R152).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_test: Option<Test>,
    /// The last call out with the number as caller ID (R6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id_test: Option<Test>,
    /// The last text test (R153).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_test: Option<Test>,
}

impl PortNumber {
    /// Whether a call rang where it should, and no call out showed another number. Who only receives calls on a number
    /// need not call out with it; a call out that went wrong has to be made good.
    pub fn is_tested(&self) -> bool {
        self.voice_test.as_ref().is_some_and(|test| test.passed)
            && self.caller_id_test.as_ref().is_none_or(|test| test.passed)
    }

    /// Whether the last test of some kind failed.
    pub fn failed_a_test(&self) -> bool {
        [&self.voice_test, &self.caller_id_test, &self.text_test]
            .into_iter()
            .flatten()
            .any(|test| !test.passed)
    }
}

/// The voice track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "voice", rename_all = "snake_case")]
pub enum Voice {
    /// Nothing is at a carrier.
    #[default]
    Waiting,
    /// With the carriers.
    Submitted,
    /// Something must be mended.
    Rejected {
        /// Why, with the carrier's own codes.
        reasons: Vec<CarrierReason>,
    },
    /// A date is confirmed.
    Scheduled {
        /// When.
        window: Window,
    },
    /// The window is open.
    Porting {
        /// When.
        window: Window,
    },
    /// In its new home.
    Ported {
        /// When the carrier first said so.
        at: Timestamp,
    },
    /// It will not port with this request.
    Failed {
        /// Why.
        reason: String,
    },
    /// Taken off.
    Cancelled,
    /// It went back to the losing provider.
    SnappedBack,
}

impl Voice {
    /// The state's name in code, API, screen and docs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Submitted => "submitted",
            Self::Rejected { .. } => "rejected",
            Self::Scheduled { .. } => "scheduled",
            Self::Porting { .. } => "porting",
            Self::Ported { .. } => "ported",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
            Self::SnappedBack => "snapped_back",
        }
    }

    /// Whether nothing of this request can move it any more (a ported number may still snap back).
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Ported { .. } | Self::Failed { .. } | Self::Cancelled | Self::SnappedBack
        )
    }
}

/// The text track; texts follow voice by business days and have rules of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "text", rename_all = "snake_case")]
pub enum Text {
    /// Not asked for.
    #[default]
    NotWanted,
    /// A US local number without an approved A2P 10DLC brand and campaign (R19, R20).
    WaitingCampaign,
    /// Waiting for voice (R17, R22).
    WaitingPort,
    /// Voice moved; the text routing follows (R23).
    WaitingRouting {
        /// By when it should have (three business days, R54).
        by: Timestamp,
    },
    /// Texts work.
    Enabled {
        /// Since when.
        at: Timestamp,
    },
    /// The text routing did not move, or the number did not port.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Text {
    /// The state's name in code, API, screen and docs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotWanted => "not_wanted",
            Self::WaitingCampaign => "waiting_campaign",
            Self::WaitingPort => "waiting_port",
            Self::WaitingRouting { .. } => "waiting_routing",
            Self::Enabled { .. } => "enabled",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether the request may be completed as far as this number's texts are concerned. A missing
    /// campaign is the customer's own registration and does not keep a ported number's request open.
    pub fn is_settled(&self) -> bool {
        matches!(
            self,
            Self::NotWanted | Self::WaitingCampaign | Self::Enabled { .. } | Self::Failed { .. }
        )
    }
}

/// The span in which a number moves: about 90 minutes (R55).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The confirmed instant.
    pub start: Timestamp,
    /// 90 minutes later.
    pub end: Timestamp,
}

/// A test call or text, kept as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Whether it reached where it should.
    pub passed: bool,
    /// When it was made.
    pub at: Timestamp,
    /// Who says so.
    pub by: String,
    /// Where it should have gone and where it went (R154).
    pub remark: String,
}

/// What stands at a gaining carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierOrder {
    /// Our id.
    pub id: OrderId,
    /// The carrier's name in our configuration, such as `telnyx`.
    pub carrier: String,
    /// The carrier's id.
    pub external_id: String,
    /// The key that the carrier's support staff know it by.
    pub support_key: Option<String>,
    /// Status, translated.
    pub status: OrderStatus,
    /// Status, the carrier's own word.
    pub raw_status: String,
    /// Why it stands where it stands.
    pub reasons: Vec<CarrierReason>,
    /// The instant that we asked for.
    pub requested_foc: Option<Timestamp>,
    /// The instant that was confirmed.
    pub confirmed_foc: Option<Timestamp>,
    /// When the carrier last changed it, by its own clock.
    pub updated_at: Option<Timestamp>,
    /// The version that stands: 0 as first sent, one more for each supplement (SUP).
    pub version: u32,
    /// A supplement that the carrier has not shown to have taken in yet.
    pub supplement: Option<Supplement>,
    /// The carrier's comments that were already taken down, by the carrier's ids.
    pub heard: Vec<String>,
}

/// A supplement (SUP 3) on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "supplement", rename_all = "snake_case")]
pub enum Supplement {
    /// To be sent. What the carrier says meanwhile is about the old version.
    ToSend,
    /// Sent; readings that are not newer than `seen` are about the old version.
    Sent {
        /// The carrier's own time of change when we had sent it.
        seen: Option<Timestamp>,
    },
}

/// What only a person at the desk can decide. Each is a line of the desk's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "attention", rename_all = "snake_case")]
pub enum Attention {
    /// The carrier used a word that we do not know.
    UnknownWord {
        /// The order.
        order: OrderId,
        /// The word.
        word: String,
    },
    /// A rejection that the customer cannot correct, or with a code that we do not know.
    Rejection {
        /// The order.
        order: OrderId,
    },
    /// The confirmed date is earlier than asked; the customer may not be ready.
    EarlyDate {
        /// The order.
        order: OrderId,
    },
    /// The order stays confirmed but its date is at risk.
    Jeopardy {
        /// The order.
        order: OrderId,
    },
    /// The carrier refused what we sent.
    CarrierRefused {
        /// Which step.
        step: String,
        /// What it said.
        says: String,
    },
    /// The carrier's answer could not be read; it is stored.
    Unreadable {
        /// Which step.
        step: String,
    },
    /// Nothing has moved for too long.
    Silence {
        /// How many business days.
        business_days: u32,
    },
    /// The customer asked for an update.
    UpdateAsked,
    /// A test failed.
    TestFailed {
        /// The number.
        number: E164,
    },
    /// Texts did not follow.
    TextFailed {
        /// The number.
        number: E164,
    },
}

/// Keeps stored numbers short: a list of 100,000 mostly says the same.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PortRequest {
    /// The number's entry, if it is on this request.
    pub fn find(&self, number: E164) -> Option<&PortNumber> {
        self.numbers.iter().find(|one| one.number == number)
    }

    /// The order with this id.
    pub fn order(&self, id: OrderId) -> Option<&CarrierOrder> {
        self.orders.iter().find(|one| one.id == id)
    }

    /// The service address: its own, or the billing address.
    pub fn service_address(&self) -> &super::details::Address {
        self.details
            .service
            .as_ref()
            .unwrap_or(&self.details.billing)
    }

    /// The billing telephone number: as given, or the first number.
    pub fn btn(&self) -> Option<E164> {
        self.details
            .btn
            .or_else(|| self.numbers.first().map(|one| one.number))
    }

    /// The proof that stands: received and not refused.
    pub fn standing_proof(&self) -> impl Iterator<Item = &Proof> {
        self.proof
            .iter()
            .filter(|one| !matches!(one.verdict, Verdict::Refused { .. }))
    }

    /// Whether the letter is signed and still says what the request says.
    pub fn is_signed(&self) -> bool {
        matches!(self.loa, Loa::Signed { .. })
    }
}
