//! Sending by SMTP.

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::Code;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use crate::config::{Mail as Settings, MailTls};
use crate::db::access::AccountMail;
use crate::db::mails::Mail;
use crate::mail::templates::LOGO_ID;

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address or a header cannot be written. Trying again does not help.
    #[error("the mail cannot be addressed: {0}")]
    Unwritable(String),
    /// The server refused it for good.
    #[error("the mail server refused it: {0}")]
    Refused(String),
    /// The server cannot be reached or refused it for now.
    #[error("the mail server cannot take it now: {0}")]
    NotNow(String),
}

/// Says that a program sent it, so that other programs do not answer (RFC 3834, 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A file that goes with a mail.
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its type, such as `application/pdf`.
    pub content_type: String,
    /// Its bytes.
    pub bytes: bytes::Bytes,
}

impl Attached {
    fn kind(&self) -> Result<ContentType, MailError> {
        ContentType::parse(&self.content_type).map_err(|e| MailError::Unwritable(e.to_string()))
    }
}

impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attached")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// What a mail gets only when it leaves, because it may change while the program runs.
#[derive(Debug, Default)]
pub struct Departure<'a> {
    /// Where answers to this mail go; `None`: where all others go, which is `mail.reply_to` of the settings, or
    /// else `support`.
    pub reply_to: Option<&'a str>,
    /// The operator's address for questions.
    pub support: &'a str,
    /// The operator's logo, for mails that show one.
    pub logo: Option<Attached>,
}

fn address(text: &str) -> Result<Address, MailError> {
    text.parse()
        .map_err(|e: lettre::address::AddressError| MailError::Unwritable(e.to_string()))
}

/// A way to a mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// Whether a server's "no for good" is about this mail or its reader. One about us, such as a password that has expired
/// (530, 534, 535, 538), or about the server itself (5xx before a mail is offered: 502, 503, 504, 521, 554 as a greeting) is
/// mended by the operator, and the mail leaves then. Source: RFC 5321 section 4.2.2, RFC 4954 section 6, RFC 7504.
fn is_about_the_mail(code: Code) -> bool {
    let code = u16::from(code);
    matches!(code, 550..=553 | 555 | 556)
}

impl Smtp {
    /// A way to the server in the settings. Nothing is sent yet.
    pub fn new(settings: &Settings) -> Result<Self, MailError> {
        let host = settings.host.clone().unwrap_or_default();
        let bad = |e: &dyn std::fmt::Display| MailError::Unwritable(e.to_string());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(settings.port)
            .timeout(Some(std::time::Duration::from_secs(u64::from(
                settings.timeout_seconds,
            ))));
        builder = match settings.tls {
            MailTls::None => builder,
            MailTls::Starttls => builder.tls(Tls::Required(
                TlsParameters::new(host).map_err(|e| bad(&e))?,
            )),
            MailTls::Tls => {
                builder.tls(Tls::Wrapper(TlsParameters::new(host).map_err(|e| bad(&e))?))
            }
        };
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            builder = builder.credentials(Credentials::new(
                user.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        Ok(Self {
            transport: builder.build(),
            from: settings
                .from
                .parse()
                .map_err(|e: lettre::address::AddressError| bad(&e))?,
            reply_to: settings
                .reply_to
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|e: lettre::address::AddressError| bad(&e))?,
        })
    }

    /// Sends a mail. Its Message-ID is its row's, so that a second copy (after a crash between sending
    /// and writing down) is one mail to every mailbox that looks at ids.
    pub async fn send(
        &self,
        mail: &Mail,
        attached: Option<Attached>,
        departure: Departure<'_>,
    ) -> Result<(), MailError> {
        let message = self.message(mail, attached, departure)?;
        self.hand_over(message).await
    }

    /// Sends a mail that is not about a port.
    pub async fn send_account_mail(
        &self,
        mail: &AccountMail,
        departure: Departure<'_>,
    ) -> Result<(), MailError> {
        let mut builder = self.envelope(
            (&mail.to_name, &mail.to_address),
            &mail.subject,
            &mail.message_id,
            self.reply_to(&departure)?,
        )?;
        if let Some(answered) = &mail.in_reply_to {
            builder = builder
                .in_reply_to(format!("<{answered}>"))
                .references(format!("<{answered}>"));
        }
        let message = builder
            .multipart(words(&mail.body_text, &mail.body_html, departure.logo)?)
            .map_err(|e| MailError::Unwritable(e.to_string()))?;
        self.hand_over(message).await
    }

    async fn hand_over(&self, message: Message) -> Result<(), MailError> {
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(e) if e.is_permanent() && e.status().is_none_or(is_about_the_mail) => {
                Err(MailError::Refused(e.to_string()))
            }
            Err(e) => Err(MailError::NotNow(e.to_string())),
        }
    }

    /// Where answers go: to the mail's own address, or where those to all others go.
    fn reply_to(&self, departure: &Departure<'_>) -> Result<Mailbox, MailError> {
        match (departure.reply_to, &self.reply_to) {
            (Some(own), _) => Ok(Mailbox::new(self.from.name.clone(), address(own)?)),
            (None, Some(set)) => Ok(set.clone()),
            (None, None) => Ok(Mailbox::new(None, address(departure.support)?)),
        }
    }

    /// What stands on every mail. A reader may have no name.
    fn envelope(
        &self,
        (name, to): (&str, &str),
        subject: &str,
        message_id: &str,
        reply_to: Mailbox,
    ) -> Result<MessageBuilder, MailError> {
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        Ok(Message::builder()
            .from(self.from.clone())
            .reply_to(reply_to)
            .header(AutoSubmitted)
            .to(Mailbox::new(name, address(to)?))
            .subject(subject)
            .message_id(Some(format!("<{message_id}>"))))
    }

    fn message(
        &self,
        mail: &Mail,
        attached: Option<Attached>,
        departure: Departure<'_>,
    ) -> Result<Message, MailError> {
        let reply_to = self.reply_to(&departure)?;
        let words = words(&mail.body_text, &mail.body_html, departure.logo)?;
        let body = match attached {
            None => words,
            Some(file) => {
                let kind = file.kind()?;
                MultiPart::mixed()
                    .multipart(words)
                    .singlepart(Attachment::new(file.name).body(file.bytes.to_vec(), kind))
            }
        };
        let mut builder = self
            .envelope(
                (&mail.to_name, &mail.to_address),
                &mail.subject,
                &mail.message_id,
                reply_to,
            )?
            .in_reply_to(format!("<{}>", mail.thread_id))
            .references(format!("<{}>", mail.thread_id));
        // RFC 8058: one click of the mail program does without mails like this one.
        if let Some(link) = unsubscribe_link(&mail.body_text) {
            builder = builder
                .header(Raw::<0>(format!("<{link}>")))
                .header(Raw::<1>("List-Unsubscribe=One-Click".to_owned()));
        }
        builder
            .multipart(body)
            .map_err(|e| MailError::Unwritable(e.to_string()))
    }
}

/// A mail's text and HTML. The picture that the HTML shows goes with it (RFC 2387), so that nobody's mail program
/// has to fetch it, or asks first.
fn words(text: &str, html: &str, logo: Option<Attached>) -> Result<MultiPart, MailError> {
    match logo.filter(|_| html.contains(&format!("\"cid:{LOGO_ID}\""))) {
        None => Ok(MultiPart::alternative_plain_html(
            text.to_owned(),
            html.to_owned(),
        )),
        Some(logo) => {
            let kind = logo.kind()?;
            let picture = Attachment::new_inline_with_name(LOGO_ID.to_owned(), logo.name)
                .body(logo.bytes.to_vec(), kind);
            Ok(MultiPart::alternative()
                .singlepart(SinglePart::plain(text.to_owned()))
                .multipart(
                    MultiPart::related()
                        .singlepart(SinglePart::html(html.to_owned()))
                        .singlepart(picture),
                ))
        }
    }
}

/// The headers of RFC 2369 and RFC 8058 for doing without a mail's kind.
const UNSUBSCRIBE_HEADERS: [&str; 2] = ["List-Unsubscribe", "List-Unsubscribe-Post"];

/// The header at this place of [`UNSUBSCRIBE_HEADERS`].
#[derive(Clone)]
struct Raw<const WHICH: usize>(String);

impl<const WHICH: usize> Header for Raw<WHICH> {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str(UNSUBSCRIBE_HEADERS[WHICH])
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// The address in a mail's text that switches mails like it off. Only mails that are not always sent have one.
fn unsubscribe_link(text: &str) -> Option<&str> {
    // The last line alone: what somebody wrote in a note is no header.
    text.lines()
        .last()
        .map(str::trim)
        .filter(|line| line.starts_with("http") && line.contains("/unsubscribe/"))
}
