//! Settings: one's own account, users, accounts, API keys, receiving numbers.

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
    /// One's role in words.
    pub role: String,
    /// Another mail address.
    pub new_email: Field,
    /// The password, asked for with it.
    pub email_password: Field,
    /// Time zones to choose from; the first is the operator's.
    pub zones: Vec<Choice>,
    /// Whether they have chosen none.
    pub no_zone: bool,
    /// The browsers in which one is signed in.
    pub sessions: Vec<SessionRow>,
    /// The password so far.
    pub old_password: Field,
    /// The new one.
    pub new_password: Field,
    /// The shortest password that is taken, in characters.
    pub shortest: u32,
}

/// A browser in which one is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Names it in the form that ends it.
    pub handle: String,
    /// "Firefox on Windows".
    pub device: String,
    /// Its network address.
    pub address: String,
    /// When it was used last.
    pub used: When,
    /// Whether it is this one.
    pub here: bool,
}

/// Which mails one gets.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/notifications.html")]
pub struct NotificationsPage {
    /// The shell.
    pub shell: Shell,
    /// The address that they go to.
    pub email: String,
    /// What one may do without: the form's name, the words, whether it is mailed.
    pub topics: Vec<(String, String, bool)>,
}

/// The users of the account.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/users.html")]
pub struct UsersPage {
    /// The shell.
    pub shell: Shell,
    /// The users.
    pub users: Vec<UserRow>,
    /// Whether the reader may add and change users.
    pub may_change: bool,
    /// Whether accounts are shown beside the users.
    pub many_accounts: bool,
    /// Accounts to choose from for somebody new; empty where there is but one.
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
    /// `user_...`
    pub id: String,
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// The role in words.
    pub role: String,
    /// The account's name; "Porting desk" for the desk's people.
    pub account: String,
    /// When they signed in last.
    pub signed_in: Option<When>,
    /// Active, invited, switched off.
    pub status: Badge,
}

/// One user, for who looks after them.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/user.html")]
pub struct UserPage {
    /// The shell.
    pub shell: Shell,
    /// The user.
    pub user: UserRow,
    /// Roles to choose from; empty if the reader may not change theirs.
    pub roles: Vec<Choice>,
    /// What is wrong with the choice.
    pub role_error: String,
    /// Whether an invitation waits to be taken up.
    pub invited: bool,
    /// Whether they are switched off.
    pub off: bool,
    /// Why they cannot be changed; empty if they can.
    pub fixed: String,
}

/// API keys.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/keys.html")]
pub struct KeysPage {
    /// The shell.
    pub shell: Shell,
    /// The reader's own keys.
    pub keys: Vec<KeyRow>,
    /// Those of the other people whom the reader looks after.
    pub others: Vec<KeyRow>,
    /// Whether the reader may make keys.
    pub may_make: bool,
    /// The new key's name.
    pub name: Field,
    /// What it may do.
    pub kinds: Vec<Choice>,
    /// After how many days it ends.
    pub lives: Vec<Choice>,
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
    /// Whose it is; empty for one's own.
    pub owner: String,
    /// "Reads and writes", "Reads only".
    pub kind: String,
    /// When it was made.
    pub made: When,
    /// When it was used last.
    pub used: Option<When>,
    /// When it ends by itself.
    pub expires: Option<When>,
    /// Whether it has ended by itself.
    pub expired: bool,
    /// When it was revoked; it stays in the list for the record.
    pub revoked: Option<When>,
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
    /// Whether the reader works at the desk.
    pub desk: bool,
    /// Whether the reader may say which accounts are agencies.
    pub may_change: bool,
    /// Whether the reader may add accounts.
    pub may_add: bool,
    /// Agencies whose client a new account can be; for the desk.
    pub parents: Vec<Choice>,
    /// The error of that choice.
    pub parent_error: String,
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
    /// "Agency", "Client of Lighthouse Agency", or nothing.
    pub kind: String,
    /// Whether it may have clients.
    pub is_agency: bool,
    /// Whether it is somebody's client.
    pub is_client: bool,
    /// Whether brand and campaign are approved.
    pub approved: bool,
    /// The same in words.
    pub status: Badge,
    /// When it was made.
    pub made: When,
}
