//! Pages behind mailed links, for somebody who is not signed in: a first or another password, a new address, and mails
//! that one does without.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;

use super::errors::{Answer, Fault};
use super::fields;
use super::posted::Anonymous;
use super::session::{Portal, bare_shell, leave_flash};
use super::sign_in::span;
use super::views::welcome::{AddressPage, ForgotPage, PasswordPage, SaidPage, UnsubscribePage};
use super::views::{Field, Link, Shell, Tone};
use crate::app::AppError;
use crate::app::users::{self, Opened, PassPurpose};
use crate::web::ClientIp;

fn shell(portal: &Portal, headers: &HeaderMap, title: &str) -> Shell {
    bare_shell(&portal.app, title, &CookieJar::from_headers(headers))
}

/// A page that must not be kept: its address is a secret.
fn page(status: StatusCode, page: &impl Template) -> Answer {
    let html = page.render().map_err(AppError::broken)?;
    Ok((
        status,
        [
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        Html(html),
    )
        .into_response())
}

/// How often one address may try; the page that says so, if it may not now.
fn too_often(portal: &Portal, ip: &ClientIp) -> Option<u64> {
    match portal.tries.take(ip) {
        Err(AppError::TooOften(seconds)) => Some(seconds),
        _ => None,
    }
}

fn forgot_page(
    portal: &Portal,
    headers: &HeaderMap,
    email: &str,
    asked: bool,
    wait: Option<u64>,
) -> Answer {
    let view = ForgotPage {
        shell: shell(portal, headers, "Choose a new password"),
        email: Field::of(email).focused(),
        asked,
        error: wait
            .map(|seconds| format!("Too many attempts. Wait {}, then try again.", span(seconds)))
            .unwrap_or_default(),
    };
    let status = if wait.is_some() {
        StatusCode::TOO_MANY_REQUESTS
    } else {
        StatusCode::OK
    };
    let mut response = page(status, &view)?;
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

pub(super) async fn ask(State(portal): State<Portal>, headers: HeaderMap) -> Answer {
    forgot_page(&portal, &headers, "", false, None)
}

/// The same answer whether there is such an account or not.
pub(super) async fn forgot(
    State(portal): State<Portal>,
    ip: ClientIp,
    headers: HeaderMap,
    Anonymous(typed): Anonymous,
) -> Answer {
    let email = typed.one("email").trim();
    if let Some(seconds) = too_often(&portal, &ip) {
        return forgot_page(&portal, &headers, email, false, Some(seconds));
    }
    users::forgot(&portal.app, email).await?;
    forgot_page(&portal, &headers, "", true, None)
}

/// Each way in which a link does not work has a page of its own.
fn over(portal: &Portal, headers: &HeaderMap, opened: &Opened) -> Answer {
    let again = |purpose: &PassPurpose| match purpose {
        PassPurpose::Invitation => "Ask whoever invited you to send the invitation again.",
        PassPurpose::Password => "Ask for another link.",
        PassPurpose::Address => "Ask for another link under Settings.",
    };
    let (status, title, text, purpose) = match opened {
        Opened::Expired(purpose) => (
            StatusCode::GONE,
            "This link has expired",
            format!(
                "For your safety it only worked for a while. {}",
                again(purpose)
            ),
            Some(purpose),
        ),
        Opened::Used(purpose) => (
            StatusCode::GONE,
            "This link has already been used",
            match purpose {
                PassPurpose::Address => "The new address is in use. Sign in with it.".to_owned(),
                _ => "It works once. If it was you, sign in with the password that you chose."
                    .to_owned(),
            },
            Some(purpose),
        ),
        Opened::Replaced(purpose) => (
            StatusCode::GONE,
            "There is a newer link",
            format!("Look for a later mail, or: {}", again(purpose)),
            Some(purpose),
        ),
        Opened::Live(..) | Opened::Unknown => (
            StatusCode::NOT_FOUND,
            "This link is not complete",
            "Copy the whole address from the mail, or press its button.".to_owned(),
            None,
        ),
    };
    let mut links = vec![Link::new("/sign-in", "To the sign-in page")];
    if matches!(purpose, Some(PassPurpose::Password)) {
        links.insert(0, Link::new("/forgot", "Ask for another link"));
    }
    let view = SaidPage {
        shell: shell(portal, headers, title),
        tone: Tone::Stop,
        title: title.to_owned(),
        text,
        links,
    };
    page(status, &view)
}

fn password_page(
    portal: &Portal,
    headers: &HeaderMap,
    token: &str,
    user: &users::User,
    password: Field,
) -> PasswordPage {
    let first = users::is_invited(user);
    PasswordPage {
        shell: shell(
            portal,
            headers,
            if first {
                "Welcome"
            } else {
                "Choose a new password"
            },
        ),
        action: format!("/welcome/{token}"),
        first,
        name: user.name.clone(),
        email: user.email.clone(),
        password: password.focused(),
        shortest: portal.app.config.signin.password_length_min,
    }
}

pub(super) async fn open(
    State(portal): State<Portal>,
    ip: ClientIp,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Answer {
    if let Some(seconds) = too_often(&portal, &ip) {
        return Err(AppError::TooOften(seconds).into());
    }
    match users::open(&portal.app, &token).await? {
        Opened::Live(user, pass) if pass.purpose == PassPurpose::Address => page(
            StatusCode::OK,
            &AddressPage {
                shell: shell(&portal, &headers, "Use this address?"),
                action: format!("/welcome/{token}"),
                email: pass.email,
                old: user.email.clone(),
            },
        ),
        Opened::Live(user, _) => page(
            StatusCode::OK,
            &password_page(&portal, &headers, &token, &user, Field::default()),
        ),
        opened => over(&portal, &headers, &opened),
    }
}

fn to_sign_in(portal: &Portal, says: &str) -> Response {
    let mut response = Redirect::to("/sign-in").into_response();
    leave_flash(&portal.app, &mut response, Tone::Done, says);
    response
}

pub(super) async fn take(
    State(portal): State<Portal>,
    ip: ClientIp,
    headers: HeaderMap,
    Path(token): Path<String>,
    Anonymous(typed): Anonymous,
) -> Answer {
    let app = &portal.app;
    if let Some(seconds) = too_often(&portal, &ip) {
        return Err(AppError::TooOften(seconds).into());
    }
    let opened = users::open(app, &token).await?;
    let Opened::Live(user, pass) = opened else {
        return over(&portal, &headers, &opened);
    };
    if pass.purpose == PassPurpose::Address {
        let user = match users::take_address(app, &token).await {
            Ok(user) => user,
            // Somebody took the address meanwhile.
            Err(AppError::Invalid(problems)) => {
                let says = problems.first().map_or("", |one| one.says.as_str());
                let view = SaidPage {
                    shell: shell(&portal, &headers, "That did not work"),
                    tone: Tone::Stop,
                    title: "That did not work".to_owned(),
                    text: says.to_owned(),
                    links: vec![Link::new("/settings", "To your settings")],
                };
                return page(StatusCode::CONFLICT, &view);
            }
            Err(error) => return Err(error.into()),
        };
        let says = format!("From now on you sign in with {}.", user.email);
        return Ok(to_sign_in(&portal, &says));
    }
    match users::choose_password(app, &token, typed.one("new_password").into()).await {
        Ok(_) => {
            portal.mistakes.right(&user.email);
            Ok(to_sign_in(
                &portal,
                "Your password is set. Sign in with it.",
            ))
        }
        Err(error @ AppError::Invalid(_)) => {
            let problems = fields::problems(error)?;
            let says = problems.first().map_or("", |one| one.says.as_str());
            let view = password_page(&portal, &headers, &token, &user, Field::wrong("", says));
            page(StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
        Err(error) => Err(error.into()),
    }
}

// Mails that one does without.

fn unsubscribe_page(
    portal: &Portal,
    headers: &HeaderMap,
    token: &str,
    topic: crate::domain::port::Topic,
    off: bool,
) -> Answer {
    let view = UnsubscribePage {
        shell: shell(portal, headers, "Mails to you"),
        action: format!("{}{token}", users::UNSUBSCRIBE_PATH),
        topic: topic.words().to_owned(),
        off,
    };
    page(StatusCode::OK, &view)
}

pub(super) async fn look_at_unsubscribe(
    State(portal): State<Portal>,
    ip: ClientIp,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Answer {
    if let Some(seconds) = too_often(&portal, &ip) {
        return Err(AppError::TooOften(seconds).into());
    }
    let (topic, off) = users::look_at_unsubscribe(&portal.app, &token).await?;
    unsubscribe_page(&portal, &headers, &token, topic, off)
}

/// The button of the page, and the one click of RFC 8058: a mail program sends the latter from anywhere, so that it is
/// not asked whether a page of ours sent it. The token alone lets one do this, and nothing else.
pub(super) async fn unsubscribe(
    State(portal): State<Portal>,
    ip: ClientIp,
    headers: HeaderMap,
    Path(token): Path<String>,
    body: String,
) -> Answer {
    if let Some(seconds) = too_often(&portal, &ip) {
        return Err(Fault::from(AppError::TooOften(seconds)));
    }
    let on = url::form_urlencoded::parse(body.as_bytes())
        .any(|(name, value)| name == "mails" && value == "on");
    let topic = users::unsubscribe(&portal.app, &token, !on).await?;
    unsubscribe_page(&portal, &headers, &token, topic, !on)
}
