//! Signing in and out, and the choice of theme.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use askama::Template as _;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::errors::Answer;
use super::posted::{Anonymous, Posted};
use super::session::{
    Portal, bare_shell, forget_flash, leave_flash, local_path, session_cookie, set_cookie,
    set_theme,
};
use super::views::misc::SignIn;
use super::views::{Field, Theme, Tone};
use crate::app::{AppError, people};
use crate::web::ClientIp;

/// Wrong passwords in a row for each mail address, so that nobody tries a long list on one account.
#[derive(Default)]
pub(super) struct Mistakes(Mutex<HashMap<String, Mistake>>);

#[derive(Clone, Copy)]
struct Mistake {
    count: u32,
    last: Timestamp,
}

/// More addresses than this are not remembered at once; the oldest are then forgotten.
const ADDRESSES_MAX: usize = 10_000;

impl Mistakes {
    /// Whether the account has to wait, and for how many seconds. Time is wire time.
    pub(super) fn wait(
        &self,
        email: &str,
        most: u32,
        pause: SignedDuration,
        now: Timestamp,
    ) -> Option<u64> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mistake = table.get(email)?;
        let left = pause - now.duration_since(mistake.last);
        (mistake.count >= most && left.is_positive())
            .then(|| u64::try_from(left.as_secs()).unwrap_or(0).saturating_add(1))
    }

    pub(super) fn wrong(&self, email: &str, pause: SignedDuration, now: Timestamp) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= ADDRESSES_MAX {
            table.retain(|_, mistake| now.duration_since(mistake.last) < pause);
        }
        if table.len() >= ADDRESSES_MAX {
            table.clear();
        }
        let mistake = table.entry(email.to_owned()).or_insert(Mistake {
            count: 0,
            last: now,
        });
        // After the pause one begins anew.
        if now.duration_since(mistake.last) >= pause {
            mistake.count = 0;
        }
        mistake.count = mistake.count.saturating_add(1);
        mistake.last = now;
    }

    pub(super) fn right(&self, email: &str) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.remove(email);
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

pub(super) async fn ask(
    State(portal): State<Portal>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer {
    if portal.who(&headers, "/").await?.is_some() {
        return Ok(Redirect::to(local_path(&wanted.next)).into_response());
    }
    page(&portal, &headers, StatusCode::OK, "", "", &wanted.next)
}

fn page(
    portal: &Portal,
    headers: &HeaderMap,
    status: StatusCode,
    email: &str,
    error: &str,
    next: &str,
) -> Answer {
    let jar = CookieJar::from_headers(headers);
    let shell = bare_shell(&portal.app, "Sign in", &jar);
    let shown = !shell.flash.is_empty();
    let page = SignIn {
        shell,
        email: Field {
            value: email.to_owned(),
            error: String::new(),
            focus: true,
        },
        error: error.to_owned(),
        next: local_path(next).to_owned(),
        demo: Vec::new(),
    };
    let html = page.render().map_err(AppError::broken)?;
    let mut response = (status, Html(html)).into_response();
    if shown {
        forget_flash(&portal.app, &mut response);
    }
    Ok(response)
}

pub(super) async fn sign_in(
    State(portal): State<Portal>,
    ip: ClientIp,
    headers: HeaderMap,
    Anonymous(typed): Anonymous,
) -> Answer {
    let app = &portal.app;
    let settings = &app.config.signin;
    let next = typed.one("next");
    let email = typed.one("email").trim().to_lowercase();
    let pause = SignedDuration::from_mins(i64::from(settings.wrong_password_pause_minutes));
    let wait = match portal.tries.take(&ip) {
        Err(AppError::TooOften(seconds)) => Some(seconds),
        _ => portal.mistakes.wait(
            &email,
            settings.wrong_passwords_max,
            pause,
            app.clock.wall(),
        ),
    };
    if let Some(seconds) = wait {
        let says = format!("Too many attempts. Wait {}, then try again.", span(seconds));
        let mut response = page(
            &portal,
            &headers,
            StatusCode::TOO_MANY_REQUESTS,
            &email,
            &says,
            next,
        )?;
        response
            .headers_mut()
            .insert(axum::http::header::RETRY_AFTER, seconds.into());
        return Ok(response);
    }
    match people::sign_in(
        app,
        &email,
        typed.one("password").into(),
        browser(&ip, &headers),
    )
    .await
    {
        Ok(session) => {
            use secrecy::ExposeSecret as _;
            portal.mistakes.right(&email);
            let mut response = Redirect::to(local_path(next)).into_response();
            set_cookie(
                app,
                &mut response,
                session_cookie(app),
                session.token.expose_secret(),
                settings.session_hours.saturating_mul(3600),
            );
            Ok(response)
        }
        Err(AppError::Invalid(problems)) => {
            portal.mistakes.wrong(&email, pause, app.clock.wall());
            let says = problems.first().map_or("", |problem| problem.says.as_str());
            page(
                &portal,
                &headers,
                StatusCode::UNPROCESSABLE_ENTITY,
                &email,
                says,
                next,
            )
        }
        Err(error) => Err(error.into()),
    }
}

/// What is known of the browser that signs in.
fn browser(ip: &ClientIp, headers: &HeaderMap) -> people::Browser {
    people::Browser {
        device: headers
            .get(axum::http::header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        address: ip.0.to_string(),
    }
}

pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

pub(super) async fn sign_out(posted: Posted) -> Answer {
    let app = &posted.who.app;
    people::sign_out(app, &posted.who.token).await?;
    let mut response = Redirect::to("/sign-in").into_response();
    set_cookie(app, &mut response, session_cookie(app), "", 0);
    leave_flash(app, &mut response, Tone::Done, "You are signed out.");
    Ok(response)
}

pub(super) async fn theme(posted: Posted) -> Response {
    let mut response = Redirect::to(local_path(posted.one("back"))).into_response();
    let theme = Theme::from_cookie(posted.one("theme"));
    set_theme(&posted.who.app, &mut response, theme);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_passwords_in_a_row_make_an_account_wait_and_a_right_one_forgives() {
        let mistakes = Mistakes::default();
        let pause = SignedDuration::from_mins(15);
        let at = |minutes| {
            Timestamp::UNIX_EPOCH
                .checked_add(SignedDuration::from_mins(minutes))
                .expect("in range")
        };
        for minute in 0..4 {
            mistakes.wrong("a@b.example", pause, at(minute));
            assert_eq!(mistakes.wait("a@b.example", 5, pause, at(minute)), None);
        }
        mistakes.wrong("a@b.example", pause, at(4));
        assert_eq!(
            mistakes.wait("a@b.example", 5, pause, at(4)),
            Some(15 * 60 + 1)
        );
        assert_eq!(mistakes.wait("other@b.example", 5, pause, at(4)), None);
        assert_eq!(mistakes.wait("a@b.example", 5, pause, at(19)), None);
        mistakes.wrong("a@b.example", pause, at(20));
        assert_eq!(
            mistakes.wait("a@b.example", 5, pause, at(20)),
            None,
            "one begins anew after the pause"
        );
        mistakes.right("a@b.example");
        assert_eq!(mistakes.wait("a@b.example", 1, pause, at(20)), None);
    }
}
