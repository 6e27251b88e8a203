//! An answer that somebody writes on the mailbox page, as the message that a mail program would send.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::smtp::MailError;
use crate::db::access::AccountMail;
use crate::db::mails::Mail;

/// The mail that is answered.
pub struct Answered {
    /// Its reader: whoever answers.
    name: String,
    address: String,
    subject: String,
    body_text: String,
    created_at: Timestamp,
    message_id: String,
    /// The mails before it, as `References` names them.
    before: Option<String>,
}

impl From<Mail> for Answered {
    fn from(mail: Mail) -> Self {
        Self {
            name: mail.to_name,
            address: mail.to_address,
            subject: mail.subject,
            body_text: mail.body_text,
            created_at: mail.created_at,
            message_id: mail.message_id,
            before: Some(mail.thread_id),
        }
    }
}

impl From<AccountMail> for Answered {
    fn from(mail: AccountMail) -> Self {
        Self {
            name: mail.to_name,
            address: mail.to_address,
            subject: mail.subject,
            body_text: mail.body_text,
            created_at: mail.created_at,
            message_id: mail.message_id,
            before: mail.in_reply_to,
        }
    }
}

/// The answer to a mail: what was written, above the quoted mail.
///
/// # Errors
/// If an address cannot be written.
pub fn answer(
    mail: &Answered,
    to: &str,
    words: &str,
    files: Vec<(String, Bytes)>,
    message_id: &str,
    wall: Timestamp,
) -> Result<Vec<u8>, MailError> {
    let address = |text: &str| {
        text.parse()
            .map_err(|e: lettre::address::AddressError| MailError::Unwritable(e.to_string()))
    };
    let date = mail
        .created_at
        .to_zoned(TimeZone::UTC)
        .strftime("%a, %b %-d, %Y at %-I:%M %p");
    let quoted: String = mail
        .body_text
        .lines()
        .map(|line| format!("> {line}\n"))
        .collect();
    let text = format!("{words}\n\nOn {date} the porting desk wrote:\n\n{quoted}");
    let builder = Message::builder()
        .from(Mailbox::new(
            Some(mail.name.clone()).filter(|name| !name.is_empty()),
            address(&mail.address)?,
        ))
        .to(Mailbox::new(None, address(to)?))
        .subject(match mail.subject.starts_with("Re: ") {
            true => mail.subject.clone(),
            false => format!("Re: {}", mail.subject),
        })
        .date(wall.into())
        .message_id(Some(format!("<{message_id}>")))
        .in_reply_to(format!("<{}>", mail.message_id))
        .references(
            mail.before
                .iter()
                .chain([&mail.message_id])
                .map(|id| format!("<{id}>"))
                .collect::<Vec<_>>()
                .join(" "),
        );
    let mut whole = MultiPart::mixed().singlepart(SinglePart::plain(text));
    for (name, bytes) in files {
        let kind = ContentType::parse("application/octet-stream")
            .map_err(|e| MailError::Unwritable(e.to_string()))?;
        whole = whole.singlepart(Attachment::new(name).body(bytes.to_vec(), kind));
    }
    Ok(builder
        .multipart(whole)
        .map_err(|e| MailError::Unwritable(e.to_string()))?
        .formatted())
}
