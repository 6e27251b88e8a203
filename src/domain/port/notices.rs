//! Who is told what: which facts become mails. One mail at most for each fact and reader.

use serde::{Deserialize, Serialize};

use super::event::{Actor, Role};
use super::fact::Fact;
use super::request::{PortRequest, Text};

/// Who reads a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// Who filed the request (R126).
    Submitter,
    /// Who signs.
    Owner,
    /// The desk.
    Desk,
}

impl Reader {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::Owner => "owner",
            Self::Desk => "desk",
        }
    }
}

/// Which mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the mails are listed in templates/mail")]
pub enum MailKind {
    RequestReceived,
    LetterToSign,
    LetterReminder,
    LetterSigned,
    LetterDeclined,
    LetterExpired,
    UploadBill,
    ProofReceived,
    ProofRefused,
    Submitted,
    Rejected,
    PortDateSet,
    PortDateChanged,
    Jeopardy,
    PortDayNear,
    WindowOpened,
    NumbersPorted,
    NumbersFailed,
    TextsEnabled,
    Blocked,
    Unblocked,
    Completed,
    Cancelled,
    CancelRefused,
    NoteAdded,
    Update,
    DeskWanted,
}

/// What a mail is about that its reader can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Notes that somebody else wrote.
    Notes,
    /// Steps on the way that ask for nothing.
    Progress,
    /// The day before the port, and its window.
    PortDay,
    /// Texts that work.
    Texts,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Notes, Self::Progress, Self::PortDay, Self::Texts];

    /// The name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Progress => "progress",
            Self::PortDay => "port_day",
            Self::Texts => "texts",
        }
    }

    /// The topic of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// In words, as a reader chooses it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Notes => "Notes that somebody wrote to me",
            Self::Progress => "Steps on the way that ask nothing of me",
            Self::PortDay => "The day before the port, and when its window opens",
            Self::Texts => "Texts work after the port",
        }
    }
}

impl MailKind {
    /// The topic under which a reader may choose to do without this mail; `None`: it is always sent.
    ///
    /// Always sent is what asks the reader for something or changes what they count on: the letter,
    /// questions and rejections, the port date, and how it ended. By default all mails are sent (R126, R131).
    pub fn topic(self) -> Option<Topic> {
        match self {
            Self::NoteAdded => Some(Topic::Notes),
            Self::RequestReceived
            | Self::ProofReceived
            | Self::Submitted
            | Self::NumbersPorted
            | Self::Update => Some(Topic::Progress),
            Self::PortDayNear | Self::WindowOpened => Some(Topic::PortDay),
            Self::TextsEnabled => Some(Topic::Texts),
            Self::LetterToSign
            | Self::LetterReminder
            | Self::LetterSigned
            | Self::Blocked
            | Self::Unblocked
            | Self::LetterDeclined
            | Self::LetterExpired
            | Self::UploadBill
            | Self::ProofRefused
            | Self::Rejected
            | Self::PortDateSet
            | Self::PortDateChanged
            | Self::Jeopardy
            | Self::NumbersFailed
            | Self::Completed
            | Self::Cancelled
            | Self::CancelRefused
            | Self::DeskWanted => None,
        }
    }
}

/// The mails that a fact becomes, given the request after it.
///
/// R126 and R131: each entry that the customer can see is mailed to the submitter, except for what
/// they did themselves a moment ago; the receipt for a request that is on its way is for them all the same. R132: nothing is mailed when a number merely appears in the account.
pub fn notices(fact: &Fact, request: &PortRequest, by: &Actor) -> Vec<(Reader, MailKind)> {
    use MailKind as Kind;
    use Reader::{Desk, Owner, Submitter};
    let own = by.role.acts_as() == Role::Submitter;
    let submitters_own = by.user == Some(request.submitter);
    match fact {
        // The first letter means that the request is filed. Later ones go to another signer, or say something new.
        Fact::LetterSent { letter, .. } if letter.version == 1 => {
            vec![
                (Owner, Kind::LetterToSign),
                (Submitter, Kind::RequestReceived),
            ]
        }
        Fact::LetterSent { .. } => vec![(Owner, Kind::LetterToSign)],
        Fact::SignerReminded { .. } => vec![(Owner, Kind::LetterReminder)],
        Fact::LetterSigned { .. } => {
            vec![(Owner, Kind::UploadBill), (Submitter, Kind::LetterSigned)]
        }
        Fact::LetterDeclined { .. } => vec![(Submitter, Kind::LetterDeclined)],
        Fact::LetterExpired => vec![(Submitter, Kind::LetterExpired)],
        // Nobody did anything: it became too old.
        Fact::LetterVoided { .. } if by.role == Role::Timer => vec![(Submitter, Kind::Update)],
        Fact::ProofReceived { .. } => {
            vec![(Submitter, Kind::ProofReceived), (Desk, Kind::DeskWanted)]
        }
        Fact::ProofRefused { .. } => vec![(Submitter, Kind::ProofRefused)],
        Fact::Released => vec![(Submitter, Kind::Submitted)],
        Fact::SubmissionRefused | Fact::SupplementsRefused { .. } => {
            vec![(Submitter, Kind::Update), (Desk, Kind::DeskWanted)]
        }
        Fact::NumbersRejected { .. } => vec![(Submitter, Kind::Rejected)],
        Fact::PortDateSet { .. } => vec![(Submitter, Kind::PortDateSet)],
        Fact::PortDateChanged { .. } => vec![(Submitter, Kind::PortDateChanged)],
        Fact::Jeopardy { .. } => vec![(Submitter, Kind::Jeopardy)],
        Fact::JeopardyOver { .. }
        | Fact::OrderSplit { .. }
        | Fact::SilenceNoticed { .. }
        | Fact::SnappedBack
        | Fact::SnapbackAsked { .. }
        | Fact::SnapbackRefused { .. }
        | Fact::CarrierSpoke { .. } => {
            vec![(Submitter, Kind::Update)]
        }
        Fact::PortDayNear { .. } => vec![(Submitter, Kind::PortDayNear)],
        Fact::WindowOpened { .. } => vec![(Submitter, Kind::WindowOpened)],
        Fact::NumbersPorted { .. } => vec![(Submitter, Kind::NumbersPorted)],
        Fact::NumbersFailed { .. } => vec![(Submitter, Kind::NumbersFailed)],
        Fact::TextMoved {
            text: Text::Enabled { .. },
            ..
        } => vec![(Submitter, Kind::TextsEnabled)],
        Fact::TextMoved {
            text: Text::Failed { .. },
            ..
        } if request.released_at.is_some() => vec![(Submitter, Kind::Update)],
        // A colleague who does it is somebody else.
        Fact::Blocked { .. } if !submitters_own => vec![(Submitter, Kind::Blocked)],
        Fact::Unblocked { .. } if !submitters_own => vec![(Submitter, Kind::Unblocked)],
        Fact::Completed => vec![(Submitter, Kind::Completed)],
        Fact::Cancelled { .. } => vec![(Submitter, Kind::Cancelled)],
        Fact::CancelRefused { .. } => vec![(Submitter, Kind::CancelRefused)],
        Fact::NoteWritten {
            staff_only: true, ..
        } => vec![],
        Fact::NoteWritten { .. } if submitters_own => vec![(Desk, Kind::NoteAdded)],
        // A colleague's note is news to the submitter as well as to the desk.
        Fact::NoteWritten { .. } if own => {
            vec![(Submitter, Kind::NoteAdded), (Desk, Kind::NoteAdded)]
        }
        Fact::NoteWritten { .. } => vec![(Submitter, Kind::NoteAdded)],
        Fact::UpdateAsked => vec![(Desk, Kind::DeskWanted)],
        Fact::Edited { .. }
        | Fact::NumbersAdded { .. }
        | Fact::NumbersRemoved { .. }
        | Fact::NumberChanged { .. }
        | Fact::TestRecorded { .. }
        | Fact::Resubmitted { .. }
        | Fact::CancelAsked { .. }
            if request.released_at.is_some() && !submitters_own =>
        {
            vec![(Submitter, Kind::Update)]
        }
        _ => vec![],
    }
}
