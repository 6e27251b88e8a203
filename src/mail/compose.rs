//! What the mails say. Pure: a kind and a context in, subject, text and HTML out.

use crate::domain::port::MailKind;

/// Where a mail's secret link stands until it is sent.
pub const LINK_PLACE: &str = "https://link.invalid/put-the-secret-link-here";

/// Everything that a mail may speak of. No PIN, no account number, no link.
#[derive(Clone, Debug, Default)]
#[expect(
    missing_docs,
    reason = "the names say it; see `app::mailing`, which fills it"
)]
pub struct MailContext {
    pub reader_name: String,
    pub operator: String,
    pub support_phone: String,
    pub support_email: String,
    pub support_hours: String,
    pub port: String,
    pub title: String,
    pub url: String,
    pub losing_provider: String,
    pub gaining_carrier: String,
    pub business: String,
    pub signer: String,
    pub numbers: Vec<String>,
    pub says: String,
    pub by: String,
    pub now: String,
    pub next: String,
    pub window: Option<String>,
    pub window_before: Option<String>,
    pub earlier: bool,
    pub texts_from: Option<String>,
    pub texts_to: Option<String>,
    pub texts_at_most: Option<String>,
    pub questions: Vec<(String, String)>,
    pub link: bool,
    pub link_expires: Option<String>,
}

/// A mail, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The subject line.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Writes a mail.
pub fn compose(kind: MailKind, c: &MailContext) -> Composed {
    let subject = format!("{kind:?}: {}", c.title);
    let link = if c.link {
        format!("\n{LINK_PLACE}\n")
    } else {
        String::new()
    };
    let text = format!(
        "{}\n\n{}\n{link}\n{}\n{}\n\n{}\n",
        c.reader_name, c.says, c.now, c.next, c.url
    );
    Composed {
        html: format!("<pre>{}</pre>", text.replace('<', "&lt;")),
        subject,
        text,
    }
}
