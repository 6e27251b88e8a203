//! The built-in mailbox: every mail that was written, also without a mail server.

use askama::Template;

use super::common::*;

/// The mails, newest first.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/mailbox/list.html")]
pub struct MailList {
    /// The shell.
    pub shell: Shell,
    /// Search for a reader or a subject.
    pub search: String,
    /// The mails of this page.
    pub mails: Vec<MailRow>,
    /// Where in the whole list.
    pub pager: Pager,
    /// Seconds between refreshes; 0 turns them off.
    pub live_seconds: u32,
}

/// A mail in the list.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// `mail_...`
    pub id: String,
    /// Who it is for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// The first words.
    pub begins: String,
    /// When it was written.
    pub at: When,
    /// Written, sent, failed.
    pub status: Badge,
}

/// One mail. Its HTML part is a page of its own, shown in a sandboxed frame.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/mailbox/show.html")]
pub struct MailPage {
    /// The shell.
    pub shell: Shell,
    /// `mail_...`
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// From, To, Date, Message-ID and so on.
    pub headers: Vec<Fact>,
    /// Written, sent, failed.
    pub status: Badge,
    /// Whether it does not leave by itself any more.
    pub given_up: bool,
    /// The plain-text part.
    pub text: String,
    /// Attached files.
    pub files: Vec<Link>,
    /// The request that it is about.
    pub port: Option<Link>,
    /// Answering it, where this page is the reader's mailbox.
    pub reply: Option<ReplyForm>,
}

/// The form to answer a mail with.
#[derive(Clone, Debug)]
pub struct ReplyForm {
    /// Whose answer it is.
    pub by: String,
    /// What is being written.
    pub text: Field,
    /// Files to attach.
    pub file: Field,
    /// The largest file, in MB.
    pub file_limit: u32,
}
