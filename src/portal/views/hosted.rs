//! Hosted numbers: the list with its form, and one number.

use askama::Template;

use super::common::*;

/// The hosted numbers, and a form to ask for one (R11, R12).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/hosted/list.html")]
pub struct HostedList {
    /// The shell.
    pub shell: Shell,
    /// Whether the reader works at the desk.
    pub desk: bool,
    /// The numbers: those that wait for the desk first.
    pub rows: Vec<HostedRow>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// Whether rows name their account.
    pub many_accounts: bool,
    /// Whether there is something to look for: a short list is seen at a glance.
    pub searches: bool,
    /// The digits that were looked for.
    pub search: String,
    /// The number to host.
    pub number: Field,
    /// The kinds of line to choose from.
    pub kinds: Vec<Choice>,
    /// What is wrong with the kind; empty if nothing is.
    pub kind_error: String,
    /// Who provides its calls.
    pub provider: Field,
    /// What it is for.
    pub description: Field,
    /// For which account; empty for those who have only one.
    pub accounts: Vec<Choice>,
    /// What is wrong with the account; empty if nothing is.
    pub account_error: String,
}

/// A hosted number.
#[derive(Clone, Debug)]
pub struct HostedRow {
    /// `hosted_...`
    pub id: String,
    /// "+1 312 555 0142".
    pub number: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Its account's name.
    pub account: String,
    /// Where its texts stand.
    pub texts: Badge,
    /// Since when.
    pub since: When,
    /// Why it was refused or ended; empty otherwise.
    pub reason: String,
    /// Who provides its calls.
    pub provider: String,
    /// Who asked; empty unless it waits for the desk.
    pub asked_by: String,
    /// How far it is.
    pub state: HostedState,
    /// Whether its texts wait for a brand and campaign (R19).
    pub lacks_campaign: bool,
    /// Whether its account's port has moved its voice here.
    pub ported: bool,
    /// Whether the desk can turn its texts on once it was asked for.
    pub may_enable: bool,
    /// Another account's port request that has it, in words; for those who may know.
    pub elsewhere: Option<Link>,
}

/// How far a hosted number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostedState {
    /// It waits for the desk.
    Waits,
    /// Its texts are on.
    On,
    /// It was refused or ended, and may be asked for again.
    Over,
    /// Its voice has moved here: it is no hosted number any more.
    Ported,
}

/// One hosted number: its texts, which are here, and its calls, which are not (R12).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/hosted/show.html")]
pub struct HostedPage {
    /// The shell.
    pub shell: Shell,
    /// Whether the reader works at the desk.
    pub desk: bool,
    /// Whether the account's name is said.
    pub many_accounts: bool,
    /// The number.
    pub one: HostedRow,
    /// Its port, if there is one.
    pub port: Option<Link>,
    /// Why what was just tried does not go; empty if nothing was.
    pub refusal: String,
    /// The desk's reason.
    pub reason: Field,
    /// Where its calls are to ring, and why they do not.
    pub receiving: Field,
}
