//! Tickets: what somebody asks support (R66), and how it goes on (R67, R68).
//!
//! A ticket always waits for somebody: for the desk after its sender wrote, for the sender after the desk answered, or
//! for nobody once it is closed. Whoever writes again opens it again.

use super::port::Refusal;

/// The longest subject that somebody types, in characters.
pub const SUBJECT_CHARACTERS_MAX: usize = 200;
/// The longest question or answer that somebody types, in characters.
pub const MESSAGE_CHARACTERS_MAX: usize = 5_000;
/// How much of a mail is shown in a ticket, in characters. The mail itself is kept whole.
pub const MAIL_CHARACTERS_MAX: usize = 20_000;
/// How many tickets of one address are acknowledged in 24 hours. Two programs that answer each other end there
/// (RFC 3834, section 2).
const ACKNOWLEDGED_MAX: u32 = 5;
/// How many tickets of all senders are acknowledged in an hour. Whoever forges senders has us write to strangers; beyond
/// what an office is asked in an hour nobody is written to.
pub const ACKNOWLEDGED_AN_HOUR_MAX: u32 = 60;
/// How many tickets one address opens in 24 hours.
const OPENED_MAX: u32 = 30;

/// For whom a ticket waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// For the desk.
    Waiting,
    /// For whoever asked.
    Answered,
    /// For nobody.
    Closed,
}

impl TicketState {
    /// All of them, in the order of a ticket's life.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Answered, Self::Closed];

    /// The word that is stored, and stands in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Who wrote a message of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Whoever asked.
    Sender,
    /// Somebody at the desk.
    Desk,
}

impl Author {
    /// The word that is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Desk => "desk",
        }
    }
}

/// What happens to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketEvent {
    /// Its sender wrote again.
    Asked,
    /// The desk answered.
    Answered {
        /// And nothing more is to be done.
        closing: bool,
    },
    /// The desk closes it without a word.
    Closed,
    /// The desk takes it up again.
    Reopened,
    /// The desk's answer could not be delivered.
    Undelivered,
}

/// What becomes of a ticket.
///
/// # Errors
/// A refusal of closing what is closed, or of opening what is open: two people did the same thing.
pub fn step(state: TicketState, event: TicketEvent) -> Result<TicketState, Refusal> {
    match (event, state) {
        (TicketEvent::Asked | TicketEvent::Undelivered, _) => Ok(TicketState::Waiting),
        (TicketEvent::Answered { closing: false }, _) => Ok(TicketState::Answered),
        (TicketEvent::Closed, TicketState::Closed) => Err(Refusal::conflict(
            "ticket_closed",
            "This ticket is closed already.",
            "It opens again when its sender writes.",
        )),
        (TicketEvent::Answered { closing: true } | TicketEvent::Closed, _) => {
            Ok(TicketState::Closed)
        }
        (TicketEvent::Reopened, TicketState::Closed) => Ok(TicketState::Waiting),
        (TicketEvent::Reopened, _) => Err(Refusal::conflict(
            "ticket_open",
            "This ticket is open already.",
            "",
        )),
    }
}

/// Whether a new ticket is acknowledged by mail to somebody who opened so many others within 24 hours, while everybody
/// together opened so many within an hour.
pub fn is_acknowledged(opened_today: u32, opened_by_all_this_hour: u32) -> bool {
    opened_today < ACKNOWLEDGED_MAX && opened_by_all_this_hour < ACKNOWLEDGED_AN_HOUR_MAX
}

/// Whether somebody who opened so many tickets within 24 hours may open one more.
pub fn may_open(opened_today: u32) -> bool {
    opened_today < OPENED_MAX
}

/// A ticket's subject: one line, never empty.
pub fn subject(typed: &str) -> String {
    let words: Vec<&str> = typed
        .split(|one: char| one.is_whitespace() || one.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    match words.join(" ") {
        none if none.is_empty() => "Without a subject".to_owned(),
        some => some.chars().take(SUBJECT_CHARACTERS_MAX).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r68_a_ticket_waits_for_whoever_did_not_write_last() {
        use TicketState::{Answered, Closed, Waiting};
        for state in TicketState::ALL {
            assert_eq!(step(state, TicketEvent::Asked), Ok(Waiting), "{state:?}");
            assert_eq!(step(state, TicketEvent::Undelivered), Ok(Waiting));
            let answer = |closing| step(state, TicketEvent::Answered { closing });
            assert_eq!((answer(false), answer(true)), (Ok(Answered), Ok(Closed)));
            assert_eq!(TicketState::named(state.name()), Some(state));
        }
        assert_eq!(step(Waiting, TicketEvent::Closed), Ok(Closed));
        assert_eq!(step(Answered, TicketEvent::Closed), Ok(Closed));
        assert_eq!(step(Closed, TicketEvent::Reopened), Ok(Waiting));
        let rule = |state, event| step(state, event).expect_err("refused").rule;
        assert_eq!(rule(Closed, TicketEvent::Closed), "ticket_closed");
        assert_eq!(rule(Waiting, TicketEvent::Reopened), "ticket_open");
        assert_eq!(rule(Answered, TicketEvent::Reopened), "ticket_open");
    }

    #[test]
    fn a_loop_between_two_programs_ends() {
        assert!(is_acknowledged(0, 0) && is_acknowledged(4, 59));
        assert!(!is_acknowledged(5, 0) && !is_acknowledged(0, 60));
        assert!(may_open(29) && !may_open(30));
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(subject("  Which\r\n form?\t"), "Which form?");
        assert_eq!(subject(" \n"), "Without a subject");
        assert_eq!(subject(&"x".repeat(500)).len(), SUBJECT_CHARACTERS_MAX);
    }
}
