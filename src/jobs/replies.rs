//! Looks into the mailbox of answers.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use crate::app::replies::{self, Outcome};
use crate::app::{App, AppError};
use crate::config::Replies;
use crate::mail::imap::{ImapError, Mailbox};

/// How many mails one look takes at most; the next look takes more.
const AT_ONCE: usize = 50;
/// From how many days before the present on the mails are taken again when the server numbered them anew. Those that were
/// taken before are known and change nothing; older ones may be from before the first look.
const RENUMBERED: i32 = 14;

/// Takes what has come since the last look. A mail is stored before the mailbox hears of it, and before its
/// place is remembered: whatever goes wrong between, it is taken again, and known then.
pub(super) async fn take(app: App) -> Result<(), AppError> {
    let settings = &app.config.mail.replies;
    let name = name_of(settings);
    let mut mailbox = Mailbox::open(settings).await.map_err(unavailable)?;
    let taken = take_from(&app, settings, &name, &mut mailbox).await;
    mailbox.close().await;
    taken
}

/// Which mailbox this is.
fn name_of(settings: &Replies) -> String {
    format!(
        "{}@{}/{}",
        settings.user.as_deref().unwrap_or_default(),
        settings.host.as_deref().unwrap_or_default(),
        settings.mailbox
    )
}

fn unavailable(error: ImapError) -> AppError {
    AppError::Unavailable("The mailbox of answers cannot be read.", Box::new(error))
}

async fn take_from(
    app: &App,
    settings: &Replies,
    name: &str,
    mailbox: &mut Mailbox,
) -> Result<(), AppError> {
    let validity = mailbox.uid_validity();
    let last = match replies::place_in(app, name).await? {
        Some((known, uid)) if known == validity => uid,
        // Whatever somebody wrote before we were there was read by people: it is not ours to answer.
        None => {
            let last = mailbox.last().await.map_err(unavailable)?;
            replies::begin_in(app, name, validity, last).await?;
            tracing::info!(
                uid = last,
                "the mailbox of answers is read for the first time; what is in it already is left alone"
            );
            return Ok(());
        }
        // The server numbered its mails anew: which of them are new cannot be told from their numbers.
        Some(_) => {
            let now = app.clock.wall().to_zoned(TimeZone::UTC);
            let day = now.date().saturating_sub(RENUMBERED.days());
            let last = match mailbox.first_since(day).await.map_err(unavailable)? {
                Some(first) => first.saturating_sub(1),
                None => mailbox.last().await.map_err(unavailable)?,
            };
            replies::begin_in(app, name, validity, last).await?;
            last
        }
    };
    let waiting = mailbox.after(last).await.map_err(unavailable)?;
    for one in waiting.into_iter().take(AT_ONCE) {
        let too_large = one.size > settings.mail_bytes_max();
        let fetched = if too_large {
            mailbox.headers(one.uid).await
        } else {
            mailbox.message(one.uid).await
        };
        let mut ours = false;
        if let Some(raw) = fetched.map_err(unavailable)? {
            let outcome = if too_large {
                replies::receive_headers(app, &raw, one.size, &settings.mailbox).await?
            } else {
                replies::receive(app, &raw).await?
            };
            tracing::debug!(
                uid = one.uid,
                outcome = outcome_word(&outcome),
                "a mail was taken"
            );
            ours = outcome == Outcome::Ours;
        }
        replies::set_place_in(app, name, validity, one.uid).await?;
        // What was not fetched, and what we wrote to the desk, stays as it is for whoever looks into the mailbox. That a mail cannot be marked or
        // moved keeps no other one waiting.
        let to = settings.mailbox_done.as_deref();
        if !too_large
            && !ours
            && let Err(error) = mailbox.settle(one.uid, to).await
        {
            tracing::warn!(uid = one.uid, error = %error, "a mail was taken, but cannot be marked as read or moved");
        }
    }
    Ok(())
}

fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Noted { .. } => "noted",
        Outcome::Ticketed { .. } => "ticketed",
        Outcome::Unplaced { .. } => "unplaced",
        Outcome::Automatic { .. } => "automatic",
        Outcome::Ours => "ours",
        Outcome::Known => "known",
    }
}
