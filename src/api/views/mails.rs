//! Mails that were sent or wait to be.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::MailStateWords;
use crate::app::mailing;

/// A mail, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailLine {
    /// Its id.
    #[schema(example = "mail_019ab3f2c7d87a60b1f3d2a4c5e6f706")]
    pub id: String,
    /// The port request that it is about.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Which mail it is.
    #[schema(example = "letter_to_sign")]
    pub kind: String,
    /// The reader's name.
    #[schema(example = "Maria Kovacs")]
    pub to_name: String,
    /// The reader's address.
    #[schema(example = "maria@harbordental.example")]
    pub to_address: String,
    /// The subject line.
    pub subject: String,
    /// Whether it has left.
    #[schema(value_type = MailStateWords)]
    pub state: &'static str,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// Why it did not.
    pub last_error: Option<String>,
}

/// A mail with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mail {
    /// Its id.
    #[schema(example = "mail_019ab3f2c7d87a60b1f3d2a4c5e6f706")]
    pub id: String,
    /// The port request that it is about.
    #[schema(example = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708")]
    pub port: String,
    /// Which mail it is.
    #[schema(example = "letter_to_sign")]
    pub kind: String,
    /// The reader's name.
    #[schema(example = "Maria Kovacs")]
    pub to_name: String,
    /// The reader's address.
    #[schema(example = "maria@harbordental.example")]
    pub to_address: String,
    /// The subject line.
    pub subject: String,
    /// Whether it has left.
    #[schema(value_type = MailStateWords)]
    pub state: &'static str,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// Why it did not.
    pub last_error: Option<String>,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The document that is attached, such as the signed letter.
    #[schema(example = "doc_019ab3f2c7d87a60b1f3d2a4c5e6f709")]
    pub attachment: Option<String>,
}

/// A page of mails.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailPage {
    /// The mails, newest first.
    pub items: Vec<MailLine>,
    /// Pass it as `cursor` to get the next page; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "mail_019ab3f2c7d87a60b1f3d2a4c5e6f706")]
    pub next_cursor: Option<String>,
}

impl From<&mailing::Mail> for MailLine {
    fn from(one: &mailing::Mail) -> Self {
        Self {
            id: one.id.to_string(),
            port: one.port.to_string(),
            kind: one.kind.clone(),
            to_name: one.to_name.clone(),
            to_address: one.to_address.clone(),
            subject: one.subject.clone(),
            state: match one.state {
                mailing::MailState::Queued => "queued",
                mailing::MailState::Sent => "sent",
                mailing::MailState::Failed => "failed",
            },
            created_at: one.created_at,
            sent_at: one.sent_at,
            last_error: one.last_error.clone(),
        }
    }
}

impl Mail {
    /// The mail with its text.
    pub fn of(mail: mailing::Mail) -> Self {
        let line = MailLine::from(&mail);
        Self {
            id: line.id,
            port: line.port,
            kind: line.kind,
            to_name: line.to_name,
            to_address: line.to_address,
            subject: line.subject,
            state: line.state,
            created_at: line.created_at,
            sent_at: line.sent_at,
            last_error: line.last_error,
            text: mail.body_text,
            html: mail.body_html,
            attachment: mail.attachment.map(|id| id.to_string()),
        }
    }
}
