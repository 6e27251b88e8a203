//! Desk: mails that could not be placed.

use askama::Template;

use super::common::*;

/// The mails that wait, the longest waiting first.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/unplaced.html")]
pub struct UnplacedList {
    /// The shell.
    pub shell: Shell,
    /// The mails.
    pub mails: Vec<UnplacedRow>,
}

/// A mail in the list.
#[derive(Clone, Debug)]
pub struct UnplacedRow {
    /// `in_...`
    pub id: String,
    /// Who it says that it is from.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Why it could not be placed.
    pub reason: String,
    /// When it came.
    pub at: When,
}

/// One mail that could not be placed.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/desk/unplaced_mail.html")]
pub struct UnplacedPage {
    /// The shell.
    pub shell: Shell,
    /// `in_...`
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// Why it could not be placed.
    pub reason: String,
    /// From, when, how large.
    pub headers: Vec<Fact>,
    /// The request that its address names.
    pub about: Option<Link>,
    /// Whether it waits: one that is in a ticket, or was dealt with, is not put away.
    pub waits: bool,
    /// What it says.
    pub words: String,
    /// Its files: names with sizes.
    pub files: Vec<String>,
    /// The port to put it on.
    pub port: Field,
    /// Whether only the desk is to see the note.
    pub staff_only: bool,
    /// The number of the ticket to put it into.
    pub ticket: Field,
}
