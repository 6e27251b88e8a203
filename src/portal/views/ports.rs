//! Numbers > Port Numbers: the overview (R77 to R80, R117, R120 to R122, R130).

use askama::Template;

use super::common::*;

/// The overview of port requests.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/list.html")]
pub struct PortList {
    /// The shell.
    pub shell: Shell,
    /// Whether more than one account is in the list: shows the account's name in each row.
    pub many_accounts: bool,
    /// The tabs above the list: everything, needs you, under way, ...
    pub tabs: Vec<Tab>,
    /// The accounts to choose from.
    pub accounts: Vec<Choice>,
    /// The orders to choose from.
    pub sorts: Vec<Choice>,
    /// The reader's saved views.
    pub views: Vec<ViewLink>,
    /// The name of a view to be saved.
    pub view_name: Field,
    /// Whether what is shown is worth a name and has none yet.
    pub can_save: bool,
    /// What is shown, as the address's query.
    pub query: String,
    /// Where all of it can be downloaded.
    pub export: String,
    /// What was searched for: a number, a carrier, an account, an id.
    pub search: String,
    /// Entries of the drop-down "status".
    pub statuses: Vec<Choice>,
    /// The tab that is shown, for the search to stay in it.
    pub tab: String,
    /// Whether a search or a filter hides something.
    pub filtered: bool,
    /// Forms for new ports that the reader left while typing.
    pub left: Vec<super::form::LeftForm>,
    /// The rows of this page.
    pub rows: Vec<PortRow>,
    /// Where in the whole list.
    pub pager: Pager,
    /// Seconds between refreshes of the list; 0 turns them off.
    pub live_seconds: u32,
}

/// A saved cut of the list.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Its name.
    pub text: String,
    /// How many requests are in it.
    pub count: u32,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one shown.
    pub here: bool,
}

/// A cut of the list that the reader saved.
#[derive(Clone, Debug)]
pub struct ViewLink {
    /// `view_...`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one shown.
    pub here: bool,
}

/// One request in the overview.
#[derive(Clone, Debug)]
pub struct PortRow {
    /// `port_...`
    pub id: String,
    /// The account's name.
    pub account: String,
    /// What stops the port, shown in red under the account (R120, R121).
    pub errors: Vec<Blocker>,
    /// The first number.
    pub number: String,
    /// How many more numbers.
    pub more: usize,
    /// The losing provider's name as typed.
    pub carrier: String,
    /// Who submitted it.
    pub by: String,
    /// When.
    pub submitted: Option<When>,
    /// The derived status.
    pub status: Badge,
    /// Who holds the ball.
    pub ball: Option<Ball>,
    /// The letter: not sent, sent, signed, expired, declined.
    pub letter: Badge,
    /// The proof: locked, needed, received, accepted, refused.
    pub proof: Badge,
    /// The port date, once there is one.
    pub port_date: Option<When>,
    /// When the last number moved, once none is still to move.
    pub moved: Option<When>,
    /// Whether nothing more is going to happen.
    pub over: bool,
    /// How old it is: "12 days".
    pub age: String,
    /// The last change.
    pub updated: When,
    /// Actions: Send, Notes, Edit, Resend LOA, Cancel.
    pub actions: Actions,
    /// Entries in the notes that the reader has not seen.
    pub unread: u32,
}

/// What can be done with a request. Notes can always be read.
#[derive(Clone, Debug)]
pub struct Actions {
    /// Send the proof of ownership (R117): closed before the letter is signed (R115).
    pub send: Act,
    /// Change what was typed.
    pub edit: Act,
    /// Send the letter again.
    pub resend: Act,
    /// Call the port off.
    pub cancel: Act,
    /// Ask for an update (R130).
    pub ask: Act,
}

/// Calling a port off: asks once more, and says what follows.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/cancel.html")]
pub struct CancelPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// What follows from it, sentence by sentence.
    pub follows: Vec<String>,
    /// Whether it is still possible, and if not, why.
    pub allowed: Act,
    /// Why it is called off.
    pub reason: Field,
}

/// The receiving number and tracking source of one number (R87, R88).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/number.html")]
pub struct NumberPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// `num_...`
    pub number_id: String,
    /// The number.
    pub number: String,
    /// Where calls go once it has arrived.
    pub receiving: Field,
    /// Where the callers come from.
    pub source: Field,
    /// What the number is for, such as "Main Office Line".
    pub description: Field,
    /// Whether texts are wanted.
    pub wants_text: bool,
    /// Whether that can still be changed here.
    pub texts_open: bool,
    /// Sources that are known already.
    pub sources: Vec<String>,
    /// The version that the form was opened with; a stale one is refused.
    pub version: i64,
}
