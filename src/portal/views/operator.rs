//! Settings of the operator, and the mails with made-up data.

use askama::Template;

use super::common::*;

/// What the desk's administrators set.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/operator.html")]
pub struct OperatorPage {
    /// The shell.
    pub shell: Shell,
    /// The version that the forms are made from.
    pub version: i64,
    /// The parts, each a form.
    pub parts: Vec<Part>,
    /// The logo that is shown now.
    pub logo: Option<String>,
    /// Whether it was set here.
    pub logo_set_here: bool,
    /// A logo to upload.
    pub new_logo: Field,
    /// Who changed what.
    pub changes: Vec<Event>,
}

/// A part of the settings.
#[derive(Clone, Debug)]
pub struct Part {
    /// For its heading's id and its form.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub lead: String,
    /// Its fields.
    pub fields: Vec<Setting>,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name in the file and in the form.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What to know about it.
    pub hint: String,
    /// How it is typed.
    pub kind: SettingKind,
    /// What is in it.
    pub field: Field,
    /// Whether it may be left empty.
    pub optional: bool,
    /// The value of the file, if another one was set here.
    pub file: Option<String>,
}

/// How a setting is typed.
#[derive(Clone, Debug)]
pub enum SettingKind {
    /// One line.
    Line,
    /// Some lines.
    Prose,
    /// One of these.
    Pick(Vec<Choice>),
    /// The hours of each day: its short name, its name, from, to.
    Week(Vec<(String, String, String, String)>),
}

/// All mails.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/mails.html")]
pub struct MailsPage {
    /// The shell.
    pub shell: Shell,
    /// The mails: name and subject.
    pub mails: Vec<(String, String)>,
}

/// One mail with made-up data.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/settings/mail.html")]
pub struct MailSamplePage {
    /// The shell.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
}
