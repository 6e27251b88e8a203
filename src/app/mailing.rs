//! Mails: made in the commit of their fact, sent by a job.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, AppError, Caller};
use crate::db::jobs::{self, NewJob};
use crate::db::mails;
use crate::db::papers::{Link, Purpose};
use crate::db::people;
use crate::db::ports::StoredFact;
use crate::db::{DbError, Tx};
use crate::domain::port::{
    Actor, Fact, Loa, MailKind, PortRequest, Reader, World, notices, standing, words,
};
use crate::domain::rejection;
use crate::ids::{MailId, PortId};
use crate::mail::{self, LINK_PLACE, MailContext};

pub use crate::db::mails::{Mail, MailState};

/// A link that is about to be mailed.
#[derive(Clone)]
pub struct SecretLink {
    /// What it lets one do.
    pub purpose: Purpose,
    /// The whole address.
    pub url: SecretString,
}

impl std::fmt::Debug for SecretLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretLink")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Queues the mails of new facts in their own commit: one for each fact and reader.
pub(super) async fn queue(
    app: &App,
    tx: &mut Tx,
    request: &PortRequest,
    facts: &[StoredFact],
    links: &[(Link, SecretLink)],
    now: Timestamp,
) -> Result<(), DbError> {
    let mut submitter = None;
    for fact in facts {
        for (reader, kind) in notices(&fact.fact, request, &fact.actor) {
            let to = match reader {
                Reader::Submitter => {
                    if submitter.is_none() {
                        submitter = people::user(tx, request.submitter).await?;
                    }
                    submitter
                        .as_ref()
                        .map(|user| (user.name.clone(), user.email.clone()))
                }
                Reader::Owner => signer_of(request),
                Reader::Desk => Some((
                    app.config.operator.name.clone(),
                    app.config.operator.support.email.clone(),
                )),
            };
            let Some((to_name, to_address)) = to else {
                continue;
            };
            let wanted = match kind {
                MailKind::LetterToSign | MailKind::LetterReminder => Some(Purpose::Sign),
                MailKind::UploadBill => Some(Purpose::Upload),
                _ => None,
            };
            let link = wanted
                .and_then(|purpose| links.iter().find(|(_, secret)| secret.purpose == purpose));
            let composed = mail::compose(
                kind,
                &context(app, request, fact, &to_name, link.map(|(link, _)| link)),
            );
            let id: MailId = app.ids.next(now);
            let domain = mail_domain(app);
            let row = Mail {
                id,
                port: request.id,
                fact: fact.id,
                reader: reader.name().to_owned(),
                kind: name_of(kind),
                to_name,
                to_address,
                subject: composed.subject,
                body_text: composed.text,
                body_html: composed.html,
                sealed_link: link
                    .map(|(_, secret)| app.vault.seal(&link_place(id), secret.url.expose_secret())),
                message_id: format!("{}.{}@{domain}", fact.id, reader.name()),
                thread_id: format!("{}@{domain}", request.id),
                state: MailState::Queued,
                created_at: now,
                sent_at: None,
                last_error: None,
            };
            if mails::insert(tx, &row).await? {
                let job = NewJob::new("send_mail", serde_json::json!({ "mail": id }))
                    .port(request.id)
                    .once(format!("mail/{id}"))
                    .attempts(60);
                jobs::enqueue(tx, &app.ids, now, job).await?;
            }
        }
    }
    Ok(())
}

fn name_of(kind: MailKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "mail".to_owned(),
    }
}

fn signer_of(request: &PortRequest) -> Option<(String, String)> {
    match &request.loa {
        Loa::Sent { signer, .. }
        | Loa::Signed { signer, .. }
        | Loa::Declined { signer, .. }
        | Loa::Expired { signer, .. } => Some((signer.name.clone(), signer.email.clone())),
        Loa::NotSent { .. } => request
            .details
            .signer
            .as_ref()
            .map(|signer| (signer.name.clone(), signer.email.clone())),
    }
}

fn mail_domain(app: &App) -> String {
    let from = &app.config.mail.from;
    from.rsplit_once('@')
        .map_or("portolan.invalid", |(_, domain)| {
            domain.trim_end_matches('>')
        })
        .to_owned()
}

fn link_place(id: MailId) -> String {
    format!("{id}/link")
}

fn context(
    app: &App,
    request: &PortRequest,
    stored: &StoredFact,
    to_name: &str,
    link: Option<&Link>,
) -> MailContext {
    let calendar = super::ports::calendar(app, request);
    let zone = calendar.zone().clone();
    let world = World {
        calendar: &calendar,
        receiving: std::collections::HashSet::new(),
        campaign_approved: true,
    };
    let standing = standing(request, &world);
    let operator = &app.config.operator;
    let fact = &stored.fact;
    let (window, before, ported) = match fact {
        Fact::PortDateSet { window, .. } | Fact::PortDayNear { window } => {
            (Some(*window), None, Some(window.start))
        }
        Fact::PortDateChanged { window, from, .. } => {
            (Some(*window), Some(*from), Some(window.start))
        }
        Fact::NumbersPorted { .. } | Fact::Completed => (None, None, Some(stored.at)),
        _ => (None, None, None),
    };
    let texts = ported.map(|at| calendar.text_promise(calendar.date(at)));
    let questions = match fact {
        Fact::NumbersRejected { reasons, .. } => rejection::playbook(reasons)
            .questions
            .iter()
            .map(|one| (one.field.label().to_owned(), one.ask.to_string()))
            .collect(),
        _ => Vec::new(),
    };
    let numbers: Vec<String> = numbers_of(fact)
        .unwrap_or_else(|| request.numbers.iter().map(|one| one.number).collect())
        .iter()
        .map(|one| one.national())
        .collect();
    MailContext {
        reader_name: to_name.to_owned(),
        operator: operator.name.clone(),
        support_phone: operator.support.phone.clone(),
        support_email: operator.support.email.clone(),
        support_hours: support_hours(app),
        port: request.id.to_string(),
        title: title_of(request),
        url: app
            .config
            .server
            .link(&format!("/numbers/ports/{}", request.id)),
        losing_provider: request.details.losing_carrier.clone(),
        gaining_carrier: super::letters::gaining_carrier(app).to_owned(),
        business: request.details.customer.business_name.clone(),
        signer: signer_of(request).map(|(name, _)| name).unwrap_or_default(),
        numbers,
        says: words::say(fact, &zone),
        by: stored.actor.name.clone(),
        now: standing.now,
        next: standing.next,
        window: window.map(|window| words::window(window, &zone)),
        window_before: before.map(|window| words::window(window, &zone)),
        earlier: matches!(
            fact,
            Fact::PortDateSet {
                earlier_than_asked: true,
                ..
            }
        ) || matches!(fact, Fact::PortDateChanged { window, from, .. } if window.start < from.start),
        texts_from: texts.as_ref().map(|promise| day(promise.usually.from)),
        texts_to: texts.as_ref().map(|promise| day(promise.usually.to)),
        texts_at_most: texts.as_ref().map(|promise| day(promise.at_most)),
        questions,
        link: link.is_some(),
        link_expires: link.map(|link| words::moment(link.expires_at, &zone)),
    }
}

fn day(date: jiff::civil::Date) -> String {
    date.strftime("%a, %b %-d").to_string()
}

fn support_hours(app: &App) -> String {
    let support = &app.config.operator.support;
    format!(
        "{}-{} ({})",
        support.opens.strftime("%-I:%M %p"),
        support.closes.strftime("%-I:%M %p"),
        support.time_zone.iana_name().unwrap_or("local time")
    )
}

fn numbers_of(fact: &Fact) -> Option<Vec<crate::domain::number::E164>> {
    match fact {
        Fact::NumbersRejected { numbers, .. }
        | Fact::PortDateSet { numbers, .. }
        | Fact::PortDateChanged { numbers, .. }
        | Fact::WindowOpened { numbers }
        | Fact::NumbersPorted { numbers, .. }
        | Fact::NumbersFailed { numbers, .. }
        | Fact::NumbersSubmitted { numbers, .. }
        | Fact::TextMoved { numbers, .. } => Some(numbers.clone()),
        _ => None,
    }
}

/// What a request is called in lists and subjects: its own name, or its business and carrier.
pub fn title_of(request: &PortRequest) -> String {
    if !request.details.title.trim().is_empty() {
        return request.details.title.clone();
    }
    let business = request.details.customer.business_name.trim();
    if business.is_empty() {
        format!("Port from {}", request.details.losing_carrier)
    } else {
        business.to_owned()
    }
}

/// A mail as its reader gets it: with the link in its place.
pub fn whole(app: &App, mail: &Mail) -> Result<Mail, AppError> {
    let mut whole = mail.clone();
    let link = match &mail.sealed_link {
        Some(sealed) => app
            .vault
            .open(&link_place(mail.id), sealed)?
            .expose_secret()
            .to_owned(),
        None => return Ok(whole),
    };
    whole.body_text = whole.body_text.replace(LINK_PLACE, &link);
    whole.body_html = whole.body_html.replace(LINK_PLACE, &link);
    Ok(whole)
}

/// A mail that is still to be sent, whole.
pub async fn for_sending(app: &App, id: MailId) -> Result<Option<Mail>, AppError> {
    let mut read = app.db.read().await?;
    let Some(mail) = mails::get(&mut read, id)
        .await?
        .filter(|mail| mail.state != MailState::Sent)
    else {
        return Ok(None);
    };
    Ok(Some(whole(app, &mail)?))
}

/// Writes down that a mail has left. Its link is forgotten unless the mailbox page is how it is read.
pub async fn sent(app: &App, id: MailId) -> Result<(), AppError> {
    let forget = app.config.mail.mode == crate::config::MailMode::Smtp;
    let mut tx = app.db.write().await?;
    mails::sent(&mut tx, id, app.clock.now(), forget).await?;
    Ok(tx.commit().await?)
}

/// Writes down why a mail did not leave.
pub async fn not_sent(app: &App, id: MailId, why: &str, given_up: bool) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    mails::not_sent(&mut tx, id, why, given_up).await?;
    Ok(tx.commit().await?)
}

/// The mailbox page's list. Only the desk reads all mails; whoever has no mail server reads them here.
pub async fn list(
    app: &App,
    caller: &Caller,
    port: Option<PortId>,
    to: Option<&str>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Mail>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    Ok(mails::list(&mut read, port, to, before, limit).await?)
}

/// One mail, whole, for the mailbox page. Links are shown only where mails are not sent: there this
/// page is the reader's mailbox.
pub async fn read(app: &App, caller: &Caller, id: MailId) -> Result<Mail, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    let mail = mails::get(&mut read, id)
        .await?
        .ok_or(AppError::NotFound("mail"))?;
    drop(read);
    if app.config.mail.mode == crate::config::MailMode::Mailbox {
        whole(app, &mail)
    } else {
        Ok(mail)
    }
}

/// For a timer: the actor in whose name reminders go out.
pub fn timer() -> Actor {
    Actor::timer()
}
