//! The desk's queues: which requests lie on the desk's table, and why. What a request's places are follows from the
//! request alone; the store keeps them beside it, so that a queue is read without reading the requests.

use serde::{Deserialize, Serialize};

use super::request::{Attention, PortRequest, Verdict, Voice};
use super::status::{Status, status};

/// A queue of the desk. A request may stand in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// A proof of ownership waits for a verdict.
    Documents,
    /// The papers are in order; the request can go to the gaining carrier.
    Submit,
    /// The losing provider rejected numbers, or the gaining carrier refused what was sent.
    Rejected,
    /// A port date was set or moved today, came earlier than asked, or is at risk.
    Dates,
    /// Numbers move just now.
    Windows,
    /// Nothing has moved for too long.
    Silent,
    /// The carrier said something that nobody here understands.
    Words,
    /// The customer asks for news.
    Customers,
    /// Tests failed, texts did not follow, or numbers are to go back.
    Tests,
}

impl Queue {
    /// All of them, in the order of a port's life.
    pub const ALL: [Self; 9] = [
        Self::Documents,
        Self::Submit,
        Self::Rejected,
        Self::Dates,
        Self::Windows,
        Self::Silent,
        Self::Words,
        Self::Customers,
        Self::Tests,
    ];

    /// The name in addresses, API and database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Submit => "submit",
            Self::Rejected => "rejected",
            Self::Dates => "dates",
            Self::Windows => "windows",
            Self::Silent => "silent",
            Self::Words => "words",
            Self::Customers => "customers",
            Self::Tests => "tests",
        }
    }

    /// The queue with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The name on screens.
    pub fn words(self) -> &'static str {
        match self {
            Self::Documents => "Check documents",
            Self::Submit => "Submit",
            Self::Rejected => "Rejected",
            Self::Dates => "Date set today",
            Self::Windows => "Windows open now",
            Self::Silent => "Silent too long",
            Self::Words => "Unknown carrier words",
            Self::Customers => "Customers ask",
            Self::Tests => "Tests and texts",
        }
    }

    /// What the queue is for, in a sentence.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Documents => {
                "The letter is signed and a proof of ownership has come: compare, then accept it or say what is wrong."
            }
            Self::Submit => "The papers are accepted: submit them to the gaining carrier.",
            Self::Rejected => {
                "Rejected by the losing provider, or refused by the gaining carrier. Some wait for the customer's answer, some for you."
            }
            Self::Dates => {
                "Port dates that were set or moved today, that are earlier than asked, or at risk."
            }
            Self::Windows => {
                "Numbers that are moving right now. Stay near, and test them when they have moved."
            }
            Self::Silent => {
                "Nothing has moved for several business days. The carrier was asked; call them if no answer comes."
            }
            Self::Words => {
                "The carrier said something that is not known here. It is kept as it came; nothing was guessed."
            }
            Self::Customers => "Customers who asked for an update.",
            Self::Tests => {
                "A test failed, texts did not follow in time, or numbers are to go back."
            }
        }
    }

    /// The queue in which a line that only a person can decide puts its request.
    pub fn of(attention: &Attention) -> Self {
        match attention {
            Attention::Rejection { .. } | Attention::CarrierRefused { .. } => Self::Rejected,
            Attention::EarlyDate { .. } | Attention::Jeopardy { .. } => Self::Dates,
            Attention::Silence { .. } => Self::Silent,
            Attention::UnknownWord { .. } | Attention::Unreadable { .. } => Self::Words,
            Attention::UpdateAsked => Self::Customers,
            Attention::TestFailed { .. } | Attention::TextFailed { .. } => Self::Tests,
        }
    }

    /// After how many business days in the queue a request is late there. What is a matter of minutes (a window) or
    /// late already (silence) is judged otherwise. A choice of ours: papers and questions by the next business day.
    pub fn patience_business_days(self) -> u32 {
        match self {
            Self::Rejected | Self::Silent => 2,
            _ => 1,
        }
    }
}

/// A request's place in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which queue.
    pub queue: Queue,
    /// Whether it stands there only on the day on which it came there.
    pub passing: bool,
}

/// Where a request stands on the desk's table: at most once in each queue, in the queues' order.
pub fn places(request: &PortRequest) -> Vec<Place> {
    let at = status(request);
    let voice = |wanted: fn(&Voice) -> bool| {
        at.is_open() && request.numbers.iter().any(|one| wanted(&one.voice))
    };
    let to_check = request
        .proof
        .iter()
        .any(|one| one.verdict == Verdict::Waiting);
    let mut found = Vec::new();
    for queue in Queue::ALL {
        let asked = request.attention.iter().any(|one| Queue::of(one) == queue);
        let stands = match queue {
            Queue::Documents => matches!(at, Status::InReview | Status::Rejected) && to_check,
            Queue::Submit => at == Status::InReview && !to_check,
            Queue::Rejected => at == Status::Rejected,
            Queue::Windows => voice(|voice| matches!(voice, Voice::Porting { .. })),
            Queue::Tests => at == Status::SnapbackPending,
            Queue::Dates | Queue::Silent | Queue::Words | Queue::Customers => false,
        };
        if asked || stands {
            found.push(Place {
                queue,
                passing: false,
            });
        } else if queue == Queue::Dates && voice(|voice| matches!(voice, Voice::Scheduled { .. })) {
            found.push(Place {
                queue,
                passing: true,
            });
        }
    }
    found
}
