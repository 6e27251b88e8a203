//! Mails that come in: what a message says, who sent it, which of our reply addresses it went to. Pure.
//!
//! Nothing here decides what becomes of a mail; that is `app::replies`.

mod address;
mod html;
mod trim;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{Address, Message, MessageParser, MimeHeaders as _, PartType};
use sha2::{Digest as _, Sha256};

use crate::config::ReplyAddress;

pub use address::{read_token, token};
pub use trim::own_words;

/// The most files that are read out of one mail.
const FILES_MAX: usize = 50;
/// The most bytes of text that are read out of one mail; more is no answer that somebody typed.
const TEXT_MAX: usize = 1_000_000;

/// A message, read.
#[derive(Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its `Message-ID` without angle brackets; empty if it has none.
    pub message_id: String,
    /// The sender's name; may be empty.
    pub from_name: String,
    /// The sender's address in lower case; empty if there is not exactly one.
    pub from_address: String,
    /// The subject line.
    pub subject: String,
    /// Why it was sent by a program and not by a person.
    pub automatic: Option<&'static str>,
    /// Whether it says so itself in the header of RFC 3834, as all mails of ours do.
    pub auto_submitted: bool,
    /// How it shows that it was sent to many, or through a mailing list. A person may have written it all the same.
    pub to_many: Option<&'static str>,
    /// The tokens of reply addresses of ours that it names, each once.
    pub tokens: Vec<String>,
    /// Everything that it says, as plain text, with what it quotes.
    pub text: String,
    /// What its sender wrote: [`Incoming::text`] without quotes and signature.
    pub own_words: String,
    /// Its files.
    pub files: Vec<IncomingFile>,
    /// Bytes of the whole message.
    pub size: u64,
    /// What makes it this mail and no other, whichever way and how often it came: its Message-ID, sender,
    /// date, and content.
    pub digest: [u8; 32],
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming")
            .field("message_id", &self.message_id)
            .field("automatic", &self.automatic)
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

/// A file in a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct IncomingFile {
    /// Its name; may be empty.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether it stands inside the text, such as a logo or a pasted picture.
    pub inline: bool,
}

impl Incoming {
    /// What is known of a message that cannot be read: that it is there.
    pub fn unreadable(raw: &[u8]) -> Self {
        Self {
            message_id: String::new(),
            from_name: String::new(),
            from_address: String::new(),
            subject: String::new(),
            automatic: None,
            auto_submitted: false,
            to_many: None,
            tokens: Vec::new(),
            text: String::new(),
            own_words: String::new(),
            files: Vec::new(),
            size: size_of(raw),
            digest: Sha256::digest(raw).into(),
        }
    }
}

fn size_of(raw: &[u8]) -> u64 {
    u64::try_from(raw.len()).unwrap_or(u64::MAX)
}

/// SHA-256 in hexadecimal, as documents are stored under it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Reads a message; `None` if it is none that can be read. Without an address there are no tokens.
pub fn read(raw: &[u8], address: Option<&ReplyAddress>) -> Option<Incoming> {
    // Anybody may send anything: a fault in the parser makes a mail unreadable and nothing else.
    catch_unwind(AssertUnwindSafe(|| read_it(raw, address)))
        .ok()
        .flatten()
}

fn read_it(raw: &[u8], address: Option<&ReplyAddress>) -> Option<Incoming> {
    let message = MessageParser::default().parse(raw)?;
    let (from_name, from_address) = sender(&message);
    let text = text_of(&message);
    let files = files_of(&message);
    let message_id = one_line(message.message_id().unwrap_or_default());
    let subject = one_line(message.subject().unwrap_or_default());
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(bytes);
    };
    part(message_id.as_bytes());
    part(from_address.as_bytes());
    part(subject.as_bytes());
    part(
        message
            .date()
            .map_or_else(String::new, |date| date.to_rfc3339())
            .as_bytes(),
    );
    part(text.as_bytes());
    for file in &files {
        part(file.name.as_bytes());
        part(&file.bytes);
    }
    Some(Incoming {
        automatic: automatic(&message),
        auto_submitted: headers(&message).any(|(name, value)| is_auto_submitted(&name, &value)),
        to_many: to_many(&message),
        tokens: address.map_or_else(Vec::new, |address| tokens(&message, address)),
        own_words: own_words(&text),
        digest: digest.finalize().into(),
        size: size_of(raw),
        message_id,
        from_name,
        from_address,
        subject,
        text,
        files,
    })
}

/// The one person that a mail is from. A mail from several is from nobody that we could ask.
fn sender(message: &Message<'_>) -> (String, String) {
    let mut all = message
        .from()
        .into_iter()
        .flat_map(Address::iter)
        .filter(|one| one.address.is_some());
    match (all.next(), all.next()) {
        (Some(only), None) => (
            one_line(only.name.as_deref().unwrap_or_default()),
            one_line(only.address.as_deref().unwrap_or_default()).to_lowercase(),
        ),
        _ => (String::new(), String::new()),
    }
}

/// The headers in which an address stands that a mail was delivered to. The first three are written by mail
/// servers and know of blind copies too.
const ADDRESSED: [&str; 6] = [
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "to",
    "cc",
    "resent-to",
];

fn tokens(message: &Message<'_>, address: &ReplyAddress) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, value) in message.headers_raw() {
        if !ADDRESSED.contains(&name.trim().to_ascii_lowercase().as_str()) {
            continue;
        }
        for token in address::tokens_in(address, value) {
            if !found.contains(&token) {
                found.push(token);
            }
        }
    }
    found
}

/// The headers as they came: names and values in lower case.
fn headers<'m>(message: &'m Message<'_>) -> impl Iterator<Item = (String, String)> + 'm {
    message.headers_raw().map(|(name, value)| {
        (
            name.trim().to_ascii_lowercase(),
            value.trim().to_ascii_lowercase(),
        )
    })
}

fn is_auto_submitted(name: &str, value: &str) -> bool {
    name == "auto-submitted" && value.split(';').next().map(str::trim) != Some("no")
}

/// RFC 3834 and what programs did before it. Also the reports of mail servers (RFC 3464).
fn automatic(message: &Message<'_>) -> Option<&'static str> {
    for (name, value) in headers(message) {
        match name.as_str() {
            name if is_auto_submitted(name, &value) => {
                return Some("it says that a program sent it (Auto-Submitted)");
            }
            "precedence" if value == "auto_reply" => {
                return Some("it says that it is an automatic answer (Precedence)");
            }
            "x-autoreply" | "x-autorespond" | "x-autoresponder" | "x-auto-reply"
                if value != "no" =>
            {
                return Some("it says that it is an automatic answer (X-Autoreply)");
            }
            "return-path" if value == "<>" => {
                return Some("it is a mail server's report (empty Return-Path)");
            }
            _ => {}
        }
    }
    let report = message.parts.first().is_some_and(|root| {
        root.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("multipart")
                && kind
                    .subtype()
                    .is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
        })
    });
    report.then_some("it is a mail server's report (multipart/report)")
}

/// Marks of what goes to many at once: mailing lists (RFC 2369, RFC 2919) and bulk mail. Groups and customer databases put
/// them on what a person writes, too.
fn to_many(message: &Message<'_>) -> Option<&'static str> {
    headers(message).find_map(|(name, value)| match name.as_str() {
        "precedence" if matches!(value.as_str(), "bulk" | "junk" | "list") => {
            Some("It says that it is bulk mail (Precedence)")
        }
        name if name.starts_with("list-") => Some("It came through a mailing list (List-*)"),
        _ => None,
    })
}

fn text_of(message: &Message<'_>) -> String {
    let mut text = String::new();
    for part in message.text_bodies() {
        let more = match &part.body {
            PartType::Text(plain) => plain.to_string(),
            PartType::Html(rich) => html::to_text(rich),
            _ => continue,
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&more);
        if text.len() > TEXT_MAX {
            break;
        }
    }
    clean(&text)
}

fn files_of(message: &Message<'_>) -> Vec<IncomingFile> {
    message
        .attachments()
        .filter(|part| !part.is_multipart())
        .take(FILES_MAX)
        .map(|part| {
            let disposition = part.content_disposition();
            let inline = matches!(part.body, PartType::InlineBinary(_))
                || disposition.is_some_and(|how| how.ctype().eq_ignore_ascii_case("inline"));
            let bytes = match &part.body {
                PartType::Message(inner) => inner.raw_message().to_vec(),
                _ => part.contents().to_vec(),
            };
            IncomingFile {
                name: one_line(part.attachment_name().unwrap_or_default()),
                bytes,
                inline: inline && part.content_id().is_some(),
            }
        })
        .collect()
}

/// A text with line ends as we have them, without what cannot be seen. Tabs and line ends stay.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|one| match one {
            '\r' => '\n',
            '\u{a0}' | '\u{202f}' => ' ',
            one => one,
        })
        .filter(|one| {
            !matches!(
                one,
                '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'
            ) && (matches!(one, '\n' | '\t') || !one.is_control())
        })
        .collect()
}

/// A header's text in one line of a sensible length.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|one: char| one.is_whitespace() || one.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests;
