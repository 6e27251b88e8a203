//! Pages for somebody who is not signed in yet: a forgotten password, a mailed link, mails that one does without.

use askama::Template;

use super::common::*;

/// A password was forgotten.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/welcome/forgot.html")]
pub struct ForgotPage {
    /// The shell; nobody is signed in.
    pub shell: Shell,
    /// The mail address.
    pub email: Field,
    /// Whether a mail is on its way, if there is such an account.
    pub asked: bool,
    /// What is in the way.
    pub error: String,
}

/// A password is chosen with a mailed link.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/welcome/password.html")]
pub struct PasswordPage {
    /// The shell; nobody is signed in.
    pub shell: Shell,
    /// Where the form is sent to.
    pub action: String,
    /// Whether it is the first password.
    pub first: bool,
    /// Whose it is.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// The password.
    pub password: Field,
    /// The shortest that is taken.
    pub shortest: u32,
}

/// A new address is confirmed with a mailed link.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/welcome/address.html")]
pub struct AddressPage {
    /// The shell; nobody is signed in.
    pub shell: Shell,
    /// Where the form is sent to.
    pub action: String,
    /// The new address.
    pub email: String,
    /// The one so far.
    pub old: String,
}

/// A sentence or two, and the way on.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/welcome/said.html")]
pub struct SaidPage {
    /// The shell; nobody is signed in.
    pub shell: Shell,
    /// Its shape.
    pub tone: Tone,
    /// What happened.
    pub title: String,
    /// More about it.
    pub text: String,
    /// Where to go on.
    pub links: Vec<Link>,
}

/// Mails that one does without.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/welcome/unsubscribe.html")]
pub struct UnsubscribePage {
    /// The shell; nobody is signed in.
    pub shell: Shell,
    /// Where the form is sent to.
    pub action: String,
    /// What it is about.
    pub topic: String,
    /// Whether it is off already.
    pub off: bool,
}
