//! Sign in, help, errors, and the page that shows the components.

use askama::Template;

use super::common::*;
use super::port::Estimate;
use super::ports::{Actions, PortRow, Tab};

/// Sign in.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/sign_in.html")]
pub struct SignIn {
    /// The shell; nobody is signed in.
    pub shell: Shell,
    /// The mail address.
    pub email: Field,
    /// What went wrong, without saying which of the two fields it was.
    pub error: String,
    /// The path to go to afterwards.
    pub next: String,
    /// Sign-in data to show, in the demo only.
    pub demo: Vec<Fact>,
}

/// What people ask most, and whom to ask for the rest (R26, R27, R43 to R47, R51 to R65, R112, R121, R130).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/help.html")]
pub struct HelpPage {
    /// The shell.
    pub shell: Shell,
    /// If one began today.
    pub estimate: Estimate,
    /// What the operator says about costs; empty if nothing of their own.
    pub costs: String,
    /// A question to support, where tickets are on and the reader is no support themselves.
    pub ask: Option<AskForm>,
}

/// A question to support.
#[derive(Clone, Debug, Default)]
pub struct AskForm {
    /// What it is about.
    pub subject: Field,
    /// The question.
    pub text: Field,
    /// Where the answer goes.
    pub address: String,
}

/// A page for an error: what happened, what to do next, and a number to tell to support.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/error.html")]
pub struct ErrorPage {
    /// The shell; nobody may be signed in.
    pub shell: Shell,
    /// The HTTP status.
    pub status: u16,
    /// What happened, a few words.
    pub title: String,
    /// What happened, in a sentence or two.
    pub text: String,
    /// What to do next.
    pub next: Vec<Link>,
    /// The operation's id, for support.
    pub operation: String,
}
impl ErrorPage {
    /// The usual words for a status (403, 404, 409, 413, 419, 429, 500, 503); other statuses get those of 500.
    pub fn words(status: u16) -> (&'static str, &'static str) {
        match status {
            403 => (
                "You may not do this",
                "Your role does not allow it. An administrator of your account can change your role, or do it for you.",
            ),
            404 => (
                "There is nothing here",
                "The page does not exist, or it belongs to another account. Check the address, or look in your list of ports.",
            ),
            409 => (
                "Somebody else changed this first",
                "This port changed while you had the page open. Nothing of yours was saved over it. Open it again, look at what changed, and repeat your step if it is still needed.",
            ),
            413 => (
                "That is too large",
                "The file or the form is larger than we take.",
            ),
            419 => (
                "This form was open for too long",
                "For your safety a form only works for a while. Nothing was changed. Go back, reload the page and send it again.",
            ),
            429 => (
                "Please wait a moment",
                "There were too many attempts in a short time. Wait a minute, then try again.",
            ),
            503 => (
                "We are busy for a moment",
                "Something that we need did not answer. Nothing that you sent was lost. Try again in a minute.",
            ),
            _ => (
                "Something broke on our side",
                "It is not your fault, and we have a record of it. What you had saved is safe. Try again; if it happens again, tell us the number below.",
            ),
        }
    }
    /// An error page with the usual words.
    pub fn usual(shell: Shell, status: u16, operation: impl Into<String>) -> Self {
        let (title, text) = Self::words(status);
        let next = match status {
            429 | 503 => vec![],
            _ if shell.person.is_some() => vec![Link::new("/numbers/ports", "To your ports")],
            _ => vec![Link::new("/sign-in", "To the sign-in page")],
        };
        Self {
            shell,
            status,
            title: title.into(),
            text: text.into(),
            next,
            operation: operation.into(),
        }
    }
}

/// A form that could not be taken because the session ended or changed meanwhile. All that was typed into
/// it is kept in the page, to be sent again with one button.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/send_again.html")]
pub struct SendAgain {
    /// The shell; nobody may be signed in.
    pub shell: Shell,
    /// Whether somebody is signed in now. If not, they sign in first, in another tab.
    pub signed_in: bool,
    /// Where the form is sent to.
    pub action: String,
    /// What was typed.
    pub fields: Vec<(String, String)>,
    /// Whether files were chosen, which have to be chosen again.
    pub files: bool,
}

/// Every component with every state, to look at.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/styleguide.html")]
pub struct StyleGuide {
    /// The shell.
    pub shell: Shell,
    /// One badge of each shape.
    pub badges: Vec<Badge>,
    /// One message of each shape.
    pub flashes: Vec<Flash>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// Blockers.
    pub blockers: Vec<Blocker>,
    /// A timeline.
    pub timeline: Vec<Event>,
    /// Notes of each kind.
    pub notes: Vec<Note>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Documents.
    pub documents: Vec<Document>,
    /// A field as it is.
    pub plain: Field,
    /// A field that was refused.
    pub wrong: Field,
    /// A drop-down.
    pub choices: Vec<Choice>,
    /// Rows of the overview.
    pub rows: Vec<PortRow>,
    /// Tabs.
    pub tabs: Vec<Tab>,
    /// Actions.
    pub actions: Actions,
    /// A pager.
    pub pager: Pager,
    /// Who holds the ball.
    pub balls: Vec<Ball>,
    /// An instant.
    pub when: When,
}
