//! Mails: made in the commit of their fact, sent by a job.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret as _, SecretString};

use super::ports::{Document, Extras};
use super::{App, AppError, Caller, replies, support};
use crate::db::access;
use crate::db::jobs::{self, NewJob};
use crate::db::mails;
use crate::db::papers::{self, Link, Purpose};
use crate::db::people;
use crate::db::ports::StoredFact;
use crate::db::{DbError, Session, Tx};
use crate::domain::calendar::TextPromise;
use crate::domain::port::{
    Actor, Fact, Loa, MailKind, PortRequest, Reader, Refusal, Role, Voice, Window, World,
    next_window, notices, standing, words,
};
use crate::domain::rejection;
use crate::ids::{DocumentId, FactId, MailId, PortId};
use crate::mail::{self, LINK_PLACE, MailContext, WindowWords};

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
    extras: &Extras,
    now: Timestamp,
) -> Result<(), DbError> {
    let links = &extras.links;
    let mut submitter = None;
    for fact in facts {
        for (reader, kind) in notices(&fact.fact, request, &fact.actor) {
            let to = recipient(
                app,
                tx,
                request,
                (reader, kind),
                &fact.actor,
                &mut submitter,
            )
            .await?;
            let Some(Recipient {
                name: to_name,
                address: to_address,
                unsubscribe,
            }) = to
            else {
                continue;
            };
            let wanted = match kind {
                MailKind::LetterToSign | MailKind::LetterReminder => Some(Purpose::Sign),
                // There is none when nothing more is wanted of the owner.
                MailKind::UploadBill => Some(Purpose::Upload),
                _ => None,
            };
            let link = wanted
                .and_then(|purpose| links.iter().find(|(_, secret)| secret.purpose == purpose));
            let mut context = context(app, request, fact, &to_name, link.map(|(link, _)| link));
            context.files = files_of(&fact.fact, &extras.documents);
            if kind == MailKind::Blocked {
                context.account = holder(tx, request, &fact.fact).await?;
            }
            context.can_reply = replies::answers_to(&app.config, reader);
            context.unsubscribe = unsubscribe;
            let composed = mail::compose(kind, &context);
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
                attachment: attachment_of(kind, &fact.fact, &extras.documents),
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

/// The document that a mail brings with it: the signed letter, which is stored in the same commit.
fn attachment_of(kind: MailKind, fact: &Fact, documents: &[Document]) -> Option<DocumentId> {
    let (MailKind::UploadBill, Fact::LetterSigned { document, .. }) = (kind, fact) else {
        return None;
    };
    documents
        .iter()
        .map(|one| one.id)
        .find(|one| one == document)
}

/// Which account has a request's numbers set up as receiving numbers, in words. A client does not learn which other
/// clients its agency has.
async fn holder(
    session: &mut Session,
    request: &PortRequest,
    fact: &Fact,
) -> Result<String, DbError> {
    let (Some(account), Some(numbers)) = (
        people::account(session, request.account).await?,
        numbers_of(fact),
    ) else {
        return Ok(String::new());
    };
    let root = account.parent.unwrap_or(account.id);
    let found = people::receiving_among(session, root, &numbers).await?;
    if found.is_empty() || found.iter().any(|(_, at, _)| *at == account.id) {
        Ok(format!("the account {}", account.name))
    } else {
        Ok("another account of the same agency".to_owned())
    }
}

/// What came with a note: names with sizes.
fn files_of(fact: &Fact, documents: &[Document]) -> Vec<String> {
    let Fact::NoteWritten { attachments, .. } = fact else {
        return Vec::new();
    };
    documents
        .iter()
        .filter(|one| attachments.contains(&one.id))
        .map(|one| format!("{} ({})", one.name, words::size(one.size)))
        .collect()
}

/// Who a mail goes to.
struct Recipient {
    name: String,
    address: String,
    /// The address where one does without mails like this one, or nothing if nobody may.
    unsubscribe: String,
}

/// Whoever reads what is for the submitter: they themselves, or, since they may not sign in any more, an administrator of
/// the request's account, or else of its agency.
async fn in_the_submitters_place(
    session: &mut Session,
    request: &PortRequest,
) -> Result<Option<people::User>, DbError> {
    let submitter = people::user(session, request.submitter).await?;
    if let Some(user) = submitter.filter(|user| user.disabled_at.is_none()) {
        return Ok(Some(user));
    }
    let agency = people::account(session, request.account)
        .await?
        .and_then(|account| account.parent);
    for account in std::iter::once(request.account).chain(agency) {
        let mut users = people::users(session, Some(account)).await?.into_iter();
        let found = users.find(|user| {
            user.account == Some(account)
                && user.role == Role::AccountAdministrator
                && user.disabled_at.is_none()
                && !super::users::is_invited(user)
        });
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The reader of a mail of this kind about something that `by` did, unless they do without such mails. `submitter` keeps
/// whom was looked up already.
async fn recipient(
    app: &App,
    session: &mut Session,
    request: &PortRequest,
    (reader, kind): (Reader, MailKind),
    by: &Actor,
    submitter: &mut Option<people::User>,
) -> Result<Option<Recipient>, DbError> {
    let always = |(name, address)| Recipient {
        name,
        address,
        unsubscribe: String::new(),
    };
    match reader {
        Reader::Submitter => {
            if submitter.is_none() {
                *submitter = in_the_submitters_place(session, request).await?;
            }
            let Some(user) = submitter else {
                // Nobody of the account is left: the desk finds out whom to ask.
                let operator = app.operator();
                let desk = (operator.name.clone(), operator.support.email.clone());
                return Ok(Some(always(desk)));
            };
            // Whoever stands in needs no mail about what they did themselves; what the submitter gets of their own is
            // the domain's to say.
            if user.id != request.submitter && by.user == Some(user.id) {
                return Ok(None);
            }
            let unsubscribe = match kind.topic() {
                Some(topic) if user.muted.contains(&topic) => return Ok(None),
                Some(topic) => super::users::unsubscribe_link(app, user.id, topic),
                None => String::new(),
            };
            Ok(Some(Recipient {
                name: user.name.clone(),
                address: user.email.clone(),
                unsubscribe,
            }))
        }
        Reader::Owner => Ok(signer_of(request).map(always)),
        Reader::Desk => {
            let operator = app.operator();
            let desk = (operator.name.clone(), operator.support.email.clone());
            Ok(Some(always(desk)))
        }
    }
}

/// A mail that facts become, before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its kind's name.
    pub kind: String,
    /// Who reads it: `submitter`, `owner` or `desk`.
    pub reader: &'static str,
    /// Their name.
    pub to_name: String,
    /// Their address.
    pub to_address: String,
    /// Its subject.
    pub subject: String,
}

/// The mails that these facts become, without making them: who is mailed what.
pub(super) async fn planned(
    app: &App,
    session: &mut Session,
    request: &PortRequest,
    facts: &[StoredFact],
) -> Result<Vec<Planned>, DbError> {
    let mut submitter = None;
    let mut found = Vec::new();
    for fact in facts {
        for (reader, kind) in notices(&fact.fact, request, &fact.actor) {
            let to = recipient(
                app,
                session,
                request,
                (reader, kind),
                &fact.actor,
                &mut submitter,
            );
            if let Some(to) = to.await? {
                let subject =
                    mail::compose(kind, &context(app, request, fact, &to.name, None)).subject;
                found.push(Planned {
                    kind: name_of(kind),
                    reader: reader.name(),
                    to_name: to.name,
                    to_address: to.address,
                    subject,
                });
            }
        }
    }
    Ok(found)
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

/// The domain in the `Message-ID` of each mail of ours.
pub(super) fn mail_domain(app: &App) -> String {
    our_address(app).map_or_else(
        || "portolan.invalid".to_owned(),
        |address| address.domain().to_owned(),
    )
}

/// The address that our mails are from.
fn our_address(app: &App) -> Option<lettre::Address> {
    let from: lettre::message::Mailbox = app.config.mail.from.parse().ok()?;
    Some(from.email)
}

/// Whether a `Message-ID` is one that we gave to a mail. The domain alone proves nothing: the people of the desk may
/// write from the same one.
fn is_our_message_id(app: &App, message_id: &str) -> bool {
    let Some((local, domain)) = message_id.rsplit_once('@') else {
        return false;
    };
    if !domain.eq_ignore_ascii_case(&mail_domain(app)) {
        return false;
    }
    let of_fact = local.rsplit_once('.').is_some_and(|(fact, reader)| {
        let readers = [Reader::Submitter, Reader::Owner, Reader::Desk];
        fact.parse::<FactId>().is_ok() && readers.iter().any(|one| one.name() == reader)
    });
    of_fact || local.parse::<MailId>().is_ok()
}

/// Whether a mail that came in is one that we sent, such as a notice to the desk at the support address.
pub(super) fn is_ours(app: &App, mail: &mail::inbound::Incoming) -> bool {
    let from_us =
        our_address(app).is_some_and(|ours| mail.from_address.eq_ignore_ascii_case(ours.as_ref()));
    (mail.auto_submitted && from_us) || is_our_message_id(app, &mail.message_id)
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
        receiving_elsewhere: std::collections::HashMap::new(),
        receiving_required: app.config.ports.receiving_number_required,
        letter_max_days: super::letters::max_days(app, request),
        campaign_approved: true,
    };
    let standing = standing(request, &world);
    let operator = app.operator();
    let fact = &stored.fact;
    let (window, before) = match fact {
        Fact::PortDateSet { window, .. } | Fact::PortDayNear { window } => (Some(*window), None),
        Fact::PortDateChanged { window, from, .. } => (Some(*window), Some(*from)),
        Fact::WindowOpened { .. } | Fact::Jeopardy { .. } => (next_window(request), None),
        _ => (None, None),
    };
    let playbook = match fact {
        Fact::NumbersRejected { reasons, .. } => Some(rejection::playbook(reasons)),
        _ => None,
    };
    let about =
        numbers_of(fact).unwrap_or_else(|| request.numbers.iter().map(|one| one.number).collect());
    MailContext {
        reader: to_name.to_owned(),
        operator: operator.name.clone(),
        accent: operator.accent_color.to_string(),
        logo: operator.mail_logo().is_some(),
        unsubscribe: String::new(),
        support_name: support::name(&operator),
        support_phone: support::phone(&operator.support),
        support_email: operator.support.email.clone(),
        support_hours: support::hours(&operator.support),
        port: request.id.to_string(),
        url: app
            .config
            .server
            .link(&format!("/numbers/ports/{}", request.id)),
        losing_provider: request.details.losing_carrier.clone(),
        gaining_carrier: super::letters::gaining_carrier(app).to_owned(),
        business: request.details.customer.business_name.clone(),
        signer: signer_of(request).map(|(name, _)| name).unwrap_or_default(),
        others: request
            .numbers
            .iter()
            .any(|one| !one.voice.is_over() || matches!(one.voice, Voice::Ported { .. })),
        numbers: about.iter().map(|one| one.national()).collect(),
        says: words::say(fact, &zone),
        reason: reason_of(fact),
        by: stored.actor.name.clone(),
        file: file_of(fact, request),
        files: Vec::new(),
        can_reply: false,
        at: words::moment(stored.at, &zone),
        next: format!("{} {}", standing.now, standing.next),
        typical: {
            let typical = calendar.typical_port_dates(calendar.date(stored.at));
            (long_day(typical.from), long_day(typical.to))
        },
        account: String::new(),
        receiving_url: app.config.server.link("/settings/receiving"),
        blocked: request.blocked.iter().map(|one| one.national()).collect(),
        window: window.map(|window| window_words(window, &zone)),
        window_before: before.map(|window| window_words(window, &zone)),
        earlier: match fact {
            Fact::PortDateSet {
                earlier_than_asked, ..
            } => *earlier_than_asked,
            Fact::PortDateChanged { window, from, .. } => window.start < from.start,
            _ => false,
        },
        texts: texts(
            &calendar.text_promise(calendar.date(window.map_or(stored.at, |window| window.start))),
        ),
        missing: request
            .numbers
            .iter()
            .filter(|one| one.receiving.is_none())
            .map(|one| format!("Set a receiving number for {}", one.number.national()))
            .collect(),
        questions: playbook.as_ref().map_or_else(Vec::new, |playbook| {
            playbook
                .questions
                .iter()
                .map(|one| (one.ask.to_owned(), one.help.to_owned()))
                .collect()
        }),
        resign: playbook.is_some_and(|playbook| playbook.resign_needed),
        moved: request
            .numbers
            .iter()
            .filter(|one| matches!(one.voice, Voice::Ported { .. }))
            .map(|one| one.number.national())
            .collect(),
        old_service: standing.old_service,
        proof_wanted: link.is_some_and(|link| link.purpose == Purpose::Upload),
        link_expires: link
            .map(|link| words::moment(link.expires_at, &zone))
            .unwrap_or_default(),
    }
}

fn window_words(window: Window, zone: &TimeZone) -> WindowWords {
    let (start, end) = (
        window.start.to_zoned(zone.clone()),
        window.end.to_zoned(zone.clone()),
    );
    WindowWords {
        day: start.strftime("%A, %B %-d, %Y").to_string(),
        start: start.strftime("%-I:%M %P %Z").to_string(),
        span: format!(
            "{} to {}",
            start.strftime("%-I:%M %P"),
            end.strftime("%-I:%M %P %Z")
        ),
    }
}

fn long_day(date: jiff::civil::Date) -> String {
    date.strftime("%A, %B %-d").to_string()
}

/// R23, R54, R58: usually 1-2 business days, at most 3.
fn texts(promise: &TextPromise) -> String {
    format!(
        "They usually work 1 to 2 business days after the port date ({} or {}), at the latest by {}.",
        long_day(promise.usually.from),
        long_day(promise.usually.to),
        long_day(promise.at_most)
    )
}

fn reason_of(fact: &Fact) -> String {
    match fact {
        Fact::LetterDeclined { reason }
        | Fact::ProofRefused { reason, .. }
        | Fact::NumbersFailed { reason, .. }
        | Fact::CancelAsked { reason }
        | Fact::Cancelled { reason }
        | Fact::CancelRefused { says: reason }
        | Fact::SnapbackAsked { reason, .. }
        | Fact::SnapbackRefused { reason } => reason.clone(),
        Fact::Jeopardy { reasons, .. } | Fact::NumbersRejected { reasons, .. } => reasons
            .iter()
            .map(|one| {
                if one.text.is_empty() {
                    one.code.clone()
                } else {
                    one.text.clone()
                }
            })
            .collect::<Vec<_>>()
            .join("; "),
        _ => String::new(),
    }
}

fn file_of(fact: &Fact, request: &PortRequest) -> String {
    match fact {
        Fact::ProofReceived { proof } => format!("{} ({})", proof.name, words::size(proof.size)),
        Fact::ProofRefused { document, .. } => request
            .proof
            .iter()
            .find(|one| one.document == *document)
            .map(|one| one.name.clone())
            .unwrap_or_default(),
        _ => String::new(),
    }
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
        | Fact::Blocked { numbers }
        | Fact::Unblocked { numbers }
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

/// The document that a mail brings with it.
pub async fn attachment(app: &App, mail: &Mail) -> Result<Option<papers::Document>, AppError> {
    let Some(id) = mail.attachment else {
        return Ok(None);
    };
    let mut read = app.db.read().await?;
    Ok(papers::document(&mut read, id).await?)
}

/// [`attachment`] with its bytes, for sending. They are fetched while no transaction is open.
pub async fn attached(app: &App, mail: &Mail) -> Result<Option<mail::smtp::Attached>, AppError> {
    let Some(document) = attachment(app, mail).await? else {
        return Ok(None);
    };
    Ok(Some(mail::smtp::Attached {
        bytes: app.blobs.get(&document.sha256).await?,
        name: document.name,
        content_type: document.content_type,
    }))
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

/// Sends a mail again that was given up: somebody mended the reason, such as a wrong address at the mail server.
///
/// # Errors
/// A refusal while the mail is not given up.
pub async fn send_again(app: &App, caller: &Caller, id: MailId) -> Result<(), AppError> {
    caller.desk_only()?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let payload = serde_json::json!({ "mail": id });
    let (state, job) = if let Some(mail) = mails::get(&mut tx, id).await? {
        let job = NewJob::new("send_mail", payload).port(mail.port);
        (mail.state, job.once(format!("mail/{id}")))
    } else if let Some(mail) = access::mail(&mut tx, id).await? {
        let job = NewJob::new("send_account_mail", payload);
        (mail.state, job.once(format!("account-mail/{id}")))
    } else {
        return Err(AppError::NotFound("mail"));
    };
    if state != MailState::Failed {
        return Err(Refusal::conflict(
            "mail_not_given_up",
            "This mail was not given up.",
            "What waits is sent by itself; what was sent stays sent.",
        )
        .into());
    }
    mails::queue_again(&mut tx, id).await?;
    access::queue_mail_again(&mut tx, id).await?;
    jobs::enqueue(&mut tx, &app.ids, now, job.attempts(60)).await?;
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
