//! Settings: one's own account, users, API keys, webhooks.

use askama::Template;

use super::common::*;

/// One's own account.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/account.html")]
pub struct AccountPage {
    /// The shell.
    pub shell: Shell,
    /// One's name.
    pub name: Field,
    /// One's mail address.
    pub email: String,
    /// The account's name.
    pub account: String,
    /// The password so far.
    pub old_password: Field,
    /// The new one.
    pub new_password: Field,
    /// The shortest password that is taken, in characters.
    pub shortest: u32,
}

/// The users of the account.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/users.html")]
pub struct UsersPage {
    /// The shell.
    pub shell: Shell,
    /// The users.
    pub users: Vec<UserRow>,
    /// Whether the reader may add and switch off users.
    pub may_change: bool,
    /// Somebody new and their first password, shown this once.
    pub fresh: Option<(String, String)>,
    /// Accounts to choose from for a porting user.
    pub accounts: Vec<Choice>,
    /// The error of the account.
    pub account_error: String,
    /// The name of somebody new.
    pub name: Field,
    /// Their mail address.
    pub email: Field,
    /// Roles to choose from.
    pub roles: Vec<Choice>,
}

/// A user.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// `usr_...`
    pub id: String,
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// The role in words.
    pub role: String,
    /// Active, switched off.
    pub status: Badge,
    /// Whether it can be switched off (not oneself).
    pub removable: bool,
}

/// API keys.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/keys.html")]
pub struct KeysPage {
    /// The shell.
    pub shell: Shell,
    /// The keys.
    pub keys: Vec<KeyRow>,
    /// The new key's name.
    pub name: Field,
    /// A key that was just made: shown this once.
    pub fresh: Option<String>,
}

/// An API key, of which only the beginning is known.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// `key_...`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its last characters: "...7f3a".
    pub ends: String,
    /// When it was made.
    pub made: When,
    /// When it was revoked; it stays in the list for the record.
    pub revoked: Option<When>,
}

/// Webhook endpoints.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/webhooks.html")]
pub struct WebhooksPage {
    /// The shell.
    pub shell: Shell,
    /// Accounts to choose from; empty for readers who have just one.
    pub accounts: Vec<Choice>,
    /// The account that is shown; empty while none is chosen.
    pub account: String,
    /// The endpoints.
    pub endpoints: Vec<EndpointRow>,
    /// The new endpoint's URL.
    pub url: Field,
    /// A secret that was just made: shown this once.
    pub fresh: Option<String>,
    /// The last deliveries.
    pub deliveries: Vec<DeliveryRow>,
}

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// `hook_...`
    pub id: String,
    /// Where it is sent to.
    pub url: String,
    /// Working, failing, switched off.
    pub status: Badge,
    /// "port.* and number.*".
    pub events: String,
}

/// One delivery.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// The delivery's id.
    pub id: String,
    /// "port.completed".
    pub event: String,
    /// Where to.
    pub url: String,
    /// When it was last tried.
    pub at: When,
    /// How it went.
    pub status: Badge,
}

/// The receiving numbers of an account (R121, R122).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/receiving.html")]
pub struct ReceivingPage {
    /// The shell.
    pub shell: Shell,
    /// Accounts to choose from; empty for readers who have just one.
    pub accounts: Vec<Choice>,
    /// The account that is shown; empty while none is chosen.
    pub account: String,
    /// The numbers: for the form, and as people read them.
    pub numbers: Vec<ReceivingRow>,
    /// Only those that contain this.
    pub search: String,
    /// How many more there are.
    pub more: usize,
    /// A new one.
    pub number: Field,
}

/// A receiving number.
#[derive(Clone, Debug)]
pub struct ReceivingRow {
    /// For the form.
    pub value: String,
    /// As people read it.
    pub number: String,
}

/// The accounts with their A2P 10DLC registration (R19 to R21); the desk's.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/accounts.html")]
pub struct AccountsPage {
    /// The shell.
    pub shell: Shell,
    /// The accounts.
    pub accounts: Vec<AccountRow>,
    /// Whether the reader may add accounts.
    pub may_add: bool,
    /// The name of a new one.
    pub name: Field,
}

/// An account.
#[derive(Clone, Debug)]
pub struct AccountRow {
    /// `acct_...`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether brand and campaign are approved.
    pub approved: bool,
    /// The same in words.
    pub status: Badge,
    /// When it was made.
    pub made: When,
}
