//! Mails that are not about a port: about somebody's own account (invitations, ways to a new password, confirmations of an
//! address), about their hosted numbers, and in a ticket. They are kept apart from those that are.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, AppError, Caller, mailing, support, tickets};
use crate::config::MailMode;
use crate::db::access;
use crate::db::jobs::{self, NewJob};
use crate::db::mails::MailState;
use crate::db::{DbError, Tx};
use crate::ids::{MailId, TicketId, UserId};
use crate::mail::LINK_PLACE;
use crate::mail::templates::{self, Frame, MailTemplate};

pub use crate::db::access::AccountMail;
pub use crate::mail::templates::{LOGO_ID, Rendered};

/// Everything around a mail that the operator sets, with no port in it.
pub fn frame(app: &App) -> Frame {
    let operator = app.operator();
    Frame {
        product: operator.name.clone(),
        numbers: String::new(),
        carrier: String::new(),
        port_id: String::new(),
        url: app.config.server.link("/"),
        support_name: support::name(&operator),
        email: operator.support.email.clone(),
        phone: support::phone(&operator.support),
        hours: support::hours(&operator.support),
        why: format!(
            "You get this mail because somebody entered this address at {}.",
            operator.name
        ),
        accent: operator.accent_color.to_string(),
        logo: operator.mail_logo().is_some(),
        unsubscribe: String::new(),
    }
}

/// Every mail with made-up data as the operator's readers get it, by its name.
pub fn samples(app: &App) -> Result<Vec<(&'static str, Rendered)>, AppError> {
    let made_up = Frame::sample();
    let frame = Frame {
        why: made_up.why,
        port_id: made_up.port_id,
        numbers: made_up.numbers,
        carrier: made_up.carrier,
        ..frame(app)
    };
    templates::samples_in(&frame).map_err(AppError::broken)
}

fn link_place(id: MailId) -> String {
    format!("{id}/link")
}

/// To whom a mail goes.
#[derive(Clone, Copy)]
pub(super) struct To<'a> {
    pub(super) user: Option<UserId>,
    pub(super) name: &'a str,
    pub(super) address: &'a str,
}

/// The talk that a mail belongs to.
pub(super) struct Thread {
    pub(super) ticket: TicketId,
    /// The `Message-ID` of the mail that it answers.
    pub(super) in_reply_to: Option<String>,
}

/// Queues a mail in the commit of what it is about. Where its template has a link, [`LINK_PLACE`] stands.
pub(super) async fn queue<M: MailTemplate>(
    app: &App,
    tx: &mut Tx,
    to: To<'_>,
    mail: &M,
    link: Option<&SecretString>,
    now: Timestamp,
) -> Result<(), AppError> {
    queue_in(app, tx, to, mail, &frame(app), link, now).await
}

/// [`queue`] with something else around the mail than what all of them have.
pub(super) async fn queue_in<M: MailTemplate>(
    app: &App,
    tx: &mut Tx,
    to: To<'_>,
    mail: &M,
    frame: &Frame,
    link: Option<&SecretString>,
    now: Timestamp,
) -> Result<(), AppError> {
    let written = mail.render(frame).map_err(AppError::broken)?;
    store(app, tx, to, (M::NAME, written), link, None, now).await
}

/// Queues a mail of a ticket in the commit of what it is about.
pub(super) async fn queue_in_ticket<M: MailTemplate>(
    app: &App,
    tx: &mut Tx,
    to: To<'_>,
    mail: &M,
    thread: Thread,
    now: Timestamp,
) -> Result<(), AppError> {
    let around = frame(app);
    let around = Frame {
        why: format!(
            "You get this mail because you wrote to {}.",
            around.support_name
        ),
        ..around
    };
    let written = mail.render(&around).map_err(AppError::broken)?;
    store(app, tx, to, (M::NAME, written), None, Some(thread), now).await
}

async fn store(
    app: &App,
    tx: &mut Tx,
    to: To<'_>,
    (kind, written): (&str, Rendered),
    link: Option<&SecretString>,
    thread: Option<Thread>,
    now: Timestamp,
) -> Result<(), AppError> {
    let id: MailId = app.ids.next(now);
    let (ticket, in_reply_to) = match thread {
        Some(thread) => (Some(thread.ticket), thread.in_reply_to),
        None => (None, None),
    };
    let row = AccountMail {
        id,
        user: to.user,
        ticket,
        in_reply_to,
        kind: kind.to_owned(),
        to_name: to.name.to_owned(),
        to_address: to.address.to_owned(),
        subject: written.subject,
        body_text: written.text,
        body_html: written.html,
        sealed_link: link.map(|link| app.vault.seal(&link_place(id), link.expose_secret())),
        message_id: format!("{id}@{}", mailing::mail_domain(app)),
        state: MailState::Queued,
        created_at: now,
        last_error: None,
    };
    access::insert_mail(tx, &row).await?;
    let job = NewJob::new("send_account_mail", serde_json::json!({ "mail": id }))
        .once(format!("account-mail/{id}"))
        .attempts(60);
    jobs::enqueue(tx, &app.ids, now, job).await?;
    Ok(())
}

/// A mail as its reader gets it: with the link in its place.
pub fn whole(app: &App, mail: &AccountMail) -> Result<AccountMail, AppError> {
    let mut whole = mail.clone();
    if let Some(sealed) = &mail.sealed_link {
        let link = app.vault.open(&link_place(mail.id), sealed)?;
        whole.body_text = whole.body_text.replace(LINK_PLACE, link.expose_secret());
        whole.body_html = whole.body_html.replace(LINK_PLACE, link.expose_secret());
    }
    Ok(whole)
}

/// A mail that is still to be sent, whole.
pub async fn for_sending(app: &App, id: MailId) -> Result<Option<AccountMail>, AppError> {
    let mut read = app.db.read().await?;
    access::mail(&mut read, id)
        .await?
        .filter(|mail| mail.state != MailState::Sent)
        .map(|mail| whole(app, &mail))
        .transpose()
}

/// Writes down that a mail has left. A link that was mailed is forgotten, unless the mailbox page is how it is read.
pub async fn sent(app: &App, id: MailId) -> Result<(), AppError> {
    let forget = app.config.mail.mode == MailMode::Smtp;
    let mut tx = app.db.write().await?;
    access::mail_sent(&mut tx, id, app.clock.now(), forget).await?;
    Ok(tx.commit().await?)
}

/// Writes down why a mail did not leave.
pub async fn not_sent(app: &App, id: MailId, why: &str, given_up: bool) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if given_up {
        self::given_up(app, &mut tx, id, why).await?;
    } else {
        access::mail_put_off(&mut tx, id, why).await?;
    }
    Ok(tx.commit().await?)
}

/// Writes down that a mail will not leave by itself any more. The ticket that it belongs to says so in the same commit.
pub async fn given_up(app: &App, tx: &mut Tx, id: MailId, why: &str) -> Result<(), DbError> {
    if !access::mail_given_up(tx, id, why).await? {
        return Ok(());
    }
    match access::mail(tx, id).await? {
        Some(mail) => tickets::undelivered(app, tx, &mail, why).await,
        None => Ok(()),
    }
}

/// A page of these mails for the mailbox, newest first, without their links.
pub async fn list(
    app: &App,
    caller: &Caller,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<AccountMail>, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    Ok(access::mails(&mut read, before, limit).await?)
}

/// One mail for the mailbox page. Its link opens somebody's account, so it is shown where no mail is sent at all
/// (there the page is everybody's mailbox), and nowhere else.
pub async fn read(app: &App, caller: &Caller, id: MailId) -> Result<AccountMail, AppError> {
    caller.desk_only()?;
    let mut read = app.db.read().await?;
    let mail = access::mail(&mut read, id)
        .await?
        .ok_or(AppError::NotFound("mail"))?;
    drop(read);
    if app.config.mail.mode == MailMode::Mailbox {
        whole(app, &mail)
    } else {
        Ok(mail)
    }
}
