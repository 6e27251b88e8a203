//! Desk: tickets.

use askama::Template;

use super::common::*;
use super::ports::Tab;

/// The tickets of one state.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/tickets.html")]
pub struct TicketList {
    /// The shell.
    pub shell: Shell,
    /// The states.
    pub tabs: Vec<Tab>,
    /// What is looked for.
    pub search: String,
    /// The tickets.
    pub tickets: Vec<TicketRow>,
    /// Where the reader is in the list.
    pub pager: Pager,
    /// What is said if there are none.
    pub empty: String,
    /// How often the list refreshes itself; 0: never.
    pub live_seconds: u32,
}

/// A ticket in the list.
#[derive(Clone, Debug)]
pub struct TicketRow {
    /// `tick_...`
    pub id: String,
    /// "#1042"
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// Who asked.
    pub from: String,
    /// How many messages it has: "3 messages".
    pub messages: String,
    /// When somebody last wrote, closed or opened it.
    pub at: When,
    /// For whom it waits, where the list has tickets of all states.
    pub status: Option<Badge>,
}

/// One ticket.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/ticket.html")]
pub struct TicketPage {
    /// The shell.
    pub shell: Shell,
    /// `tick_...`
    pub id: String,
    /// "#1042"
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// For whom it waits.
    pub status: Badge,
    /// Who asked, and when.
    pub facts: Vec<Fact>,
    /// What was written, oldest first.
    pub messages: Vec<Note>,
    /// Where its sender's last mail is made a note on a port.
    pub mail: Option<Link>,
    /// Its mails that could not be delivered: where each is sent again.
    pub undelivered: Vec<Link>,
    /// How many messages are shown.
    pub seen: u32,
    /// The answer.
    pub text: Field,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether "close" is ticked.
    pub closing: bool,
    /// Why the answer was not sent; empty if nothing was tried.
    pub notice: String,
}
