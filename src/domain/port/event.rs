//! What can happen to a port request, and who may make it happen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::details::{Agreement, Change, Signer};
use super::request::{LetterRef, PortNumber, Proof};
use crate::domain::carrier::OrderReading;
use crate::domain::number::{E164, Kind};
use crate::ids::{DocumentId, LinkId, NoteId, OrderId, UserId};

/// Who or what causes an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// In which part.
    pub role: Role,
    /// Their name as history shows it: a person's, a carrier's, or the timer's.
    pub name: String,
    /// The user, where one is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<crate::ids::UserId>,
}

/// The parts that somebody can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A porting user of an account: files and follows its ports.
    Submitter,
    /// An account's administrator; may do what a porting user may.
    AccountAdministrator,
    /// Sees an account's ports and changes nothing.
    ReadOnly,
    /// Owns the numbers today and signs.
    Owner,
    /// A desk agent.
    Desk,
    /// A desk administrator; may do what a desk agent may.
    Administrator,
    /// The gaining carrier.
    Carrier,
    /// Time itself.
    Timer,
}

impl Role {
    /// The roles of people who sign in, with the account's first.
    pub const OF_PEOPLE: [Self; 5] = [
        Self::AccountAdministrator,
        Self::Submitter,
        Self::ReadOnly,
        Self::Desk,
        Self::Administrator,
    ];

    /// The name in the API, in the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::AccountAdministrator => "account_administrator",
            Self::ReadOnly => "read_only",
            Self::Owner => "owner",
            Self::Desk => "desk",
            Self::Administrator => "administrator",
            Self::Carrier => "carrier",
            Self::Timer => "timer",
        }
    }

    /// The role of somebody who signs in, by its name.
    pub fn of_person(name: &str) -> Option<Self> {
        Self::OF_PEOPLE.into_iter().find(|one| one.name() == name)
    }

    /// What people call somebody in this role.
    pub fn title(self) -> &'static str {
        match self {
            Self::Submitter => "Porting user",
            Self::AccountAdministrator => "Account administrator",
            Self::ReadOnly => "Read-only user",
            Self::Owner => "Owner",
            Self::Desk => "Desk agent",
            Self::Administrator => "Desk administrator",
            Self::Carrier => "Carrier",
            Self::Timer => "Timer",
        }
    }

    /// Whether people in this role belong to an account; the desk's people belong to none.
    pub fn has_account(self) -> bool {
        matches!(
            self,
            Self::Submitter | Self::AccountAdministrator | Self::ReadOnly
        )
    }

    /// The role whose line in the table of legal moves counts: an administrator may do what those whom they
    /// look after may.
    pub fn acts_as(self) -> Self {
        match self {
            Self::Administrator => Self::Desk,
            Self::AccountAdministrator => Self::Submitter,
            role => role,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::AccountAdministrator => "account administrator",
            Self::ReadOnly => "read-only user",
            Self::Owner => "owner",
            Self::Desk => "desk",
            Self::Administrator => "administrator",
            Self::Carrier => "carrier",
            Self::Timer => "timer",
        }
    }
}

impl Actor {
    /// The timer.
    pub fn timer() -> Self {
        Self {
            role: Role::Timer,
            name: "Portolan".to_owned(),
            user: None,
        }
    }

    /// A gaining carrier.
    pub fn carrier(name: &str) -> Self {
        Self {
            role: Role::Carrier,
            name: name.to_owned(),
            user: None,
        }
    }

    /// The owner of the numbers, known by a secret link.
    pub fn owner(name: &str) -> Self {
        Self {
            role: Role::Owner,
            name: name.to_owned(),
            user: None,
        }
    }

    /// Whether they work at the desk.
    pub fn is_desk(&self) -> bool {
        matches!(self.role, Role::Desk | Role::Administrator)
    }
}

/// Something that happens. Ids, documents and times that an event needs are made by the caller.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant's sentence names its fields")]
pub enum Event {
    /// The form changes.
    Edit { changes: Vec<Change> },
    /// Numbers join the request.
    AddNumbers { numbers: Vec<PortNumber> },
    /// Numbers leave the request before it is at a carrier.
    RemoveNumbers { numbers: Vec<E164> },
    /// What the customer says of one number changes.
    ChangeNumber { number: E164, change: NumberChange },
    /// All statements are agreed to.
    Agree { agreement: Agreement },
    /// The gaining carrier said which numbers it can take.
    CheckPortability { results: Vec<PortabilityResult> },
    /// The letter goes to its signer; earlier links die.
    SendLetter {
        letter: LetterRef,
        signer: Signer,
        link: LinkId,
        expires_at: Timestamp,
    },
    /// The signer is reminded, with the same letter and one more link.
    RemindSigner { link: LinkId },
    /// The signer opened the letter.
    OpenLetter,
    /// The signer signed it; `document` is the sealed result.
    SignLetter {
        document: DocumentId,
        sha256: String,
        method: String,
    },
    /// The signer said no.
    DeclineLetter { reason: String },
    /// Nobody signed in time.
    ExpireLetter,
    /// A proof of ownership came.
    ReceiveProof { proof: Proof },
    /// The desk accepts a proof.
    AcceptProof { document: DocumentId },
    /// The desk refuses a proof.
    RefuseProof {
        document: DocumentId,
        reason: String,
    },
    /// The desk releases the request to the gaining carrier (R29).
    Release,
    /// The carrier's orders were read; `ids` are fresh ids for orders that are new to us.
    ReadOrders {
        carrier: String,
        orders: Vec<(OrderId, OrderReading)>,
    },
    /// A supplement reached the carrier, which showed the order like this afterwards.
    SupplementSent {
        order: OrderId,
        seen: Option<Timestamp>,
    },
    /// The carrier wrote a comment.
    CarrierSpoke {
        order: OrderId,
        comment: String,
        body: String,
        by: String,
    },
    /// The carrier refused what we asked for.
    CarrierRefused { step: String, says: String },
    /// The carrier refused an order or a supplement that we sent, and will refuse it again as it is.
    SendingRefused { step: String, says: String },
    /// The carrier's answer could not be read.
    CarrierUnreadable { step: String },
    /// The customer mended what was rejected; send it again.
    Resubmit,
    /// The desk takes a date that is earlier than asked.
    AcceptDate { order: OrderId },
    /// The desk gives a number up.
    GiveUp { numbers: Vec<E164>, reason: String },
    /// A port window opened.
    OpenWindow,
    /// A test call or text was made.
    RecordTest {
        number: E164,
        kind: TestKind,
        passed: bool,
        remark: String,
    },
    /// A note is written.
    Note {
        note: NoteId,
        text: String,
        staff_only: bool,
        attachments: Vec<DocumentId>,
    },
    /// The customer asks for news (R130).
    AskForUpdate,
    /// Nothing has moved for too long.
    NoticeSilence { business_days: u32 },
    /// Tomorrow is the day.
    RemindOfPortDay,
    /// The desk has dealt with a line of its list.
    ClearAttention { index: usize },
    /// Somebody wants to cancel.
    Cancel { reason: String },
    /// The carrier will not cancel any more.
    CancelRefused { says: String },
    /// There is nothing at the carrier that could be cancelled.
    NothingToCancel,
    /// The desk asks the providers to undo the port.
    AskSnapback { reason: String, deadline: Timestamp },
    /// The number went back.
    ConfirmSnapback,
    /// The providers do not undo the port: it stays as it is.
    RefuseSnapback { reason: String },
    /// Something outside changed (a receiving number, a campaign): look again.
    LookAgain,
    /// Somebody at the desk takes the request, or is handed it: `to`, called `name`. `over` is whom the one who does it
    /// saw having it, and says that this is meant.
    Claim {
        to: UserId,
        name: String,
        over: Option<UserId>,
    },
    /// Who has the request gives it back.
    Unclaim,
    /// The desk asks the gaining carrier where the orders stand; with a text the carrier's staff is written to.
    AskCarrier { text: Option<String> },
}

/// What can be said of one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum NumberChange {
    /// Where its calls are to ring (R86, R87).
    Receiving(Option<E164>),
    /// Its tracking source.
    Source(Option<String>),
    /// What the customer calls it.
    Description(Option<String>),
    /// Whether texts are wanted.
    WantsText(bool),
    /// What kind it is, when the customer knows better.
    Kind(Kind),
}

/// The gaining carrier's word on one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortabilityResult {
    /// The number.
    pub number: E164,
    /// What kind the carrier says it is, if it says.
    pub kind: Option<Kind>,
    /// Why it cannot be taken; `None` if it can.
    pub not_portable: Option<String>,
}

/// What is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// A call to the number: it rings where it should (R7).
    Voice,
    /// A call from the number: whoever is called sees it as caller ID (R6).
    CallerId,
    /// A text.
    Text,
}

/// Makes the enum and the list of all of it from the same names, so that none can be left out of the list.
macro_rules! event_kinds {
    ($($kind:ident),* $(,)?) => {
        /// An event without its data: the key of the table of legal moves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the same names as in Event")]
        pub enum EventKind {
            $($kind),*
        }

        impl EventKind {
            /// All of them, in the order of the table of legal moves.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];
        }
    };
}

event_kinds! {
    Edit,
    AddNumbers,
    RemoveNumbers,
    ChangeNumber,
    Agree,
    CheckPortability,
    SendLetter,
    RemindSigner,
    OpenLetter,
    SignLetter,
    DeclineLetter,
    ExpireLetter,
    ReceiveProof,
    AcceptProof,
    RefuseProof,
    Release,
    ReadOrders,
    SupplementSent,
    CarrierSpoke,
    CarrierRefused,
    SendingRefused,
    CarrierUnreadable,
    Resubmit,
    AcceptDate,
    GiveUp,
    OpenWindow,
    RecordTest,
    Note,
    AskForUpdate,
    NoticeSilence,
    RemindOfPortDay,
    ClearAttention,
    Cancel,
    CancelRefused,
    NothingToCancel,
    AskSnapback,
    ConfirmSnapback,
    RefuseSnapback,
    LookAgain,
    Claim,
    Unclaim,
    AskCarrier,
}

impl Event {
    /// Its key in the table of legal moves.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Edit { .. } => EventKind::Edit,
            Self::AddNumbers { .. } => EventKind::AddNumbers,
            Self::RemoveNumbers { .. } => EventKind::RemoveNumbers,
            Self::ChangeNumber { .. } => EventKind::ChangeNumber,
            Self::Agree { .. } => EventKind::Agree,
            Self::CheckPortability { .. } => EventKind::CheckPortability,
            Self::SendLetter { .. } => EventKind::SendLetter,
            Self::RemindSigner { .. } => EventKind::RemindSigner,
            Self::OpenLetter => EventKind::OpenLetter,
            Self::SignLetter { .. } => EventKind::SignLetter,
            Self::DeclineLetter { .. } => EventKind::DeclineLetter,
            Self::ExpireLetter => EventKind::ExpireLetter,
            Self::ReceiveProof { .. } => EventKind::ReceiveProof,
            Self::AcceptProof { .. } => EventKind::AcceptProof,
            Self::RefuseProof { .. } => EventKind::RefuseProof,
            Self::Release => EventKind::Release,
            Self::ReadOrders { .. } => EventKind::ReadOrders,
            Self::SupplementSent { .. } => EventKind::SupplementSent,
            Self::CarrierSpoke { .. } => EventKind::CarrierSpoke,
            Self::CarrierRefused { .. } => EventKind::CarrierRefused,
            Self::SendingRefused { .. } => EventKind::SendingRefused,
            Self::CarrierUnreadable { .. } => EventKind::CarrierUnreadable,
            Self::Resubmit => EventKind::Resubmit,
            Self::AcceptDate { .. } => EventKind::AcceptDate,
            Self::GiveUp { .. } => EventKind::GiveUp,
            Self::OpenWindow => EventKind::OpenWindow,
            Self::RecordTest { .. } => EventKind::RecordTest,
            Self::Note { .. } => EventKind::Note,
            Self::AskForUpdate => EventKind::AskForUpdate,
            Self::NoticeSilence { .. } => EventKind::NoticeSilence,
            Self::RemindOfPortDay => EventKind::RemindOfPortDay,
            Self::ClearAttention { .. } => EventKind::ClearAttention,
            Self::Cancel { .. } => EventKind::Cancel,
            Self::CancelRefused { .. } => EventKind::CancelRefused,
            Self::NothingToCancel => EventKind::NothingToCancel,
            Self::AskSnapback { .. } => EventKind::AskSnapback,
            Self::ConfirmSnapback => EventKind::ConfirmSnapback,
            Self::RefuseSnapback { .. } => EventKind::RefuseSnapback,
            Self::LookAgain => EventKind::LookAgain,
            Self::Claim { .. } => EventKind::Claim,
            Self::Unclaim => EventKind::Unclaim,
            Self::AskCarrier { .. } => EventKind::AskCarrier,
        }
    }
}
