//! Settings: oneself. Users, accounts, keys, receiving numbers, webhooks and the operator are in the files below.

mod accounts;
mod hooks;
mod of_account;
mod operator;
mod users;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::errors::Answer;
use super::fields;
use super::fields::field;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::settings::{AccountPage, NotificationsPage, SessionRow};
use super::views::{Choice, Room, Shell, When};
use crate::app::people::{self, Account};
use crate::app::{App, AppError, users as persons};
use crate::domain::port::{Problem, Topic};

pub(super) use accounts::{accounts, add_account, add_key, agency, campaign, keys, revoke_key};
pub(super) use hooks::{
    add_hook, delivery, hook, hooks, pause_hook, remove_hook, replay, rotate_secret, set_events,
    test_hook,
};
pub(super) use of_account::{add_receiving, receiving, remove_receiving};
pub(super) use operator::{
    back as operator_back, change as change_operator, logo as change_logo, mail, mail_html, mails,
    show as operator,
};
pub(super) use users::{add_user, disable_user, enable_user, invite_again, role, user, users};

fn shell(who: &SignedIn, title: &str, here: &str) -> Shell {
    Shell {
        here: here.to_owned(),
        ..who.shell(Room::Settings, title)
    }
}

fn at(app: &App, instant: jiff::Timestamp) -> When {
    tell::when(instant, &app.operator().time_zone, app.clock.now())
}

pub(super) fn choice(account: &Account, chosen: &str) -> Choice {
    Choice {
        chosen: account.id.to_string() == chosen,
        value: account.id.to_string(),
        label: account.name.clone(),
    }
}

/// Time zones to choose from, by the names that people in them use.
const ZONES: [(&str, &str); 9] = [
    ("America/New_York", "Eastern Time"),
    ("America/Chicago", "Central Time"),
    ("America/Denver", "Mountain Time"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific Time"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Puerto Rico"),
    ("UTC", "UTC"),
];

/// The zones to choose from, with the one that is chosen, also if it is another one.
fn zones(chosen: &str) -> Vec<Choice> {
    let mut all = Choice::list(&ZONES, chosen);
    if !chosen.is_empty() && all.iter().all(|one| !one.chosen) {
        all.push(Choice {
            value: chosen.to_owned(),
            label: chosen.replace('_', " "),
            chosen: true,
        });
    }
    all
}

// Your account.

/// A browser by what it says of itself: "Firefox on Windows".
fn device(agent: &str) -> String {
    let find = |names: &[(&str, &str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| (*name).to_owned())
    };
    // Most of them also claim to be others: the order matters.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome without a window"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[derive(Default)]
struct Typed<'a> {
    name: Option<&'a str>,
    email: &'a str,
}

async fn account_page(
    who: &SignedIn,
    problems: &[Problem],
    typed: Typed<'_>,
) -> Result<AccountPage, AppError> {
    let app = &who.app;
    let operator = app.operator();
    let mut choices = vec![Choice {
        value: String::new(),
        label: format!("As the desk: {}", super::zone_name(&operator.time_zone)),
        chosen: who.user.time_zone.is_none(),
    }];
    choices.extend(zones(who.user.time_zone.as_deref().unwrap_or_default()));
    let sessions = people::sessions(app, who.user.id, &who.token).await?;
    Ok(AccountPage {
        shell: shell(who, "Settings", "/settings"),
        name: field(problems, "name", typed.name.unwrap_or(&who.user.name)),
        email: who.user.email.clone(),
        account: who.account.clone(),
        role: who.user.role.title().to_owned(),
        new_email: field(problems, "email", typed.email),
        email_password: field(problems, "password", ""),
        no_zone: who.user.time_zone.is_none(),
        zones: choices,
        sessions: sessions
            .into_iter()
            .map(|one| SessionRow {
                handle: one.handle,
                device: device(&one.row.device),
                address: one.row.address,
                used: at(app, one.row.used_wall),
                here: one.here,
            })
            .collect(),
        old_password: field(problems, "old_password", ""),
        new_password: field(problems, "new_password", ""),
        shortest: app.config.signin.password_length_min,
    })
}

pub(super) async fn account(who: SignedIn) -> Answer {
    let page = account_page(&who, &[], Typed::default()).await?;
    who.page(&page)
}

async fn refused(who: &SignedIn, error: AppError, typed: Typed<'_>) -> Answer {
    let problems = fields::problems(error)?;
    let page = account_page(who, &problems, typed).await?;
    who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(super) async fn rename(posted: Posted) -> Answer {
    let who = &posted.who;
    let name = posted.one("name");
    let saved = match persons::rename(&who.app, &who.caller, name).await {
        Ok(()) => persons::set_time_zone(&who.app, &who.caller, posted.one("time_zone")).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => who.done("/settings", "Saved."),
        Err(error) => {
            let typed = Typed {
                name: Some(name),
                ..Typed::default()
            };
            refused(who, error, typed).await
        }
    }
}

/// Whoever sits at an open session must not find the password out by trying.
fn not_too_often(portal: &Portal, who: &SignedIn) -> Result<(), AppError> {
    let settings = &portal.app.config.signin;
    let pause = jiff::SignedDuration::from_mins(i64::from(settings.wrong_password_pause_minutes));
    let wall = portal.app.clock.wall();
    portal
        .mistakes
        .wait(&who.user.email, settings.wrong_passwords_max, pause, wall)
        .map_or(Ok(()), |seconds| Err(AppError::TooOften(seconds)))
}

/// Counts a wrong password.
fn count_mistake(portal: &Portal, who: &SignedIn, error: &AppError, field: &str) {
    let settings = &portal.app.config.signin;
    let pause = jiff::SignedDuration::from_mins(i64::from(settings.wrong_password_pause_minutes));
    if matches!(error, AppError::Invalid(problems) if problems.iter().any(|one| one.field == field))
    {
        portal
            .mistakes
            .wrong(&who.user.email, pause, portal.app.clock.wall());
    }
}

pub(super) async fn password(State(portal): State<Portal>, posted: Posted) -> Answer {
    let who = &posted.who;
    not_too_often(&portal, who)?;
    let changed = persons::change_password(
        &who.app,
        &who.user,
        &who.token,
        posted.one("old_password").into(),
        posted.one("new_password").into(),
    )
    .await;
    match changed {
        Ok(()) => {
            portal.mistakes.right(&who.user.email);
            who.done(
                "/settings",
                "Your password is changed. You are signed out everywhere else.",
            )
        }
        Err(error) => {
            count_mistake(&portal, who, &error, "old_password");
            refused(who, error, Typed::default()).await
        }
    }
}

pub(super) async fn change_email(State(portal): State<Portal>, posted: Posted) -> Answer {
    let who = &posted.who;
    not_too_often(&portal, who)?;
    let email = posted.one("email");
    let asked =
        persons::ask_for_address(&who.app, &who.user, email, posted.one("password").into()).await;
    match asked {
        Ok(email) => who.done(
            "/settings",
            &format!(
                "A mail with a link is on its way to {email}. Nothing changes until you use it."
            ),
        ),
        Err(error) => {
            count_mistake(&portal, who, &error, "password");
            let typed = Typed {
                email,
                ..Typed::default()
            };
            refused(who, error, typed).await
        }
    }
}

pub(super) async fn sign_out_elsewhere(posted: Posted) -> Answer {
    let who = &posted.who;
    people::sign_out_elsewhere(&who.app, who.user.id, &who.token).await?;
    who.done("/settings", "You are signed out everywhere else.")
}

pub(super) async fn end_session(Path(handle): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    people::end_session(&who.app, who.user.id, &handle).await?;
    who.done("/settings", "Signed out there.")
}

// Mails.

pub(super) async fn notifications(who: SignedIn) -> Answer {
    let page = NotificationsPage {
        shell: shell(&who, "Mails to you", "/settings/notifications"),
        email: who.user.email.clone(),
        topics: Topic::ALL
            .iter()
            .map(|topic| {
                (
                    topic.name().to_owned(),
                    topic.words().to_owned(),
                    !who.user.muted.contains(topic),
                )
            })
            .collect(),
    };
    who.page(&page)
}

pub(super) async fn set_notifications(posted: Posted) -> Answer {
    let who = &posted.who;
    let muted: Vec<Topic> = Topic::ALL
        .into_iter()
        .filter(|topic| !posted.ticked(topic.name()))
        .collect();
    persons::set_muted(&who.app, &who.caller, &muted).await?;
    who.done("/settings/notifications", "Saved.")
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_browser_is_named_as_people_name_it() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Firefox on Linux",
            ),
            ("", "Unknown browser"),
        ] {
            assert_eq!(device(agent), name);
        }
    }
}
