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
    /// The reader's time zones to choose from.
    pub zones: Vec<Choice>,
    /// The password so far.
    pub old_password: Field,
    /// The new one.
    pub new_password: Field,
    /// Open sessions.
    pub sessions: Vec<SessionRow>,
}

/// A place where one is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// For ending it.
    pub id: String,
    /// "Firefox on Windows, 203.0.113.7".
    pub device: String,
    /// When it was last used.
    pub seen: When,
    /// Whether it is this one.
    pub here: bool,
}

/// The users of the account.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/users.html")]
pub struct UsersPage {
    /// The shell.
    pub shell: Shell,
    /// The users.
    pub users: Vec<UserRow>,
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
    /// Active, invited, switched off.
    pub status: Badge,
    /// When last signed in.
    pub seen: Option<When>,
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
    /// "pk_live_7f3a..."
    pub begins: String,
    /// When it was made.
    pub made: When,
    /// When it was last used.
    pub used: Option<When>,
}

/// Webhook endpoints.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/webhooks.html")]
pub struct WebhooksPage {
    /// The shell.
    pub shell: Shell,
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
