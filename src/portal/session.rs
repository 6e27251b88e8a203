//! Who is signed in, and what goes around each of their pages.

use std::cell::RefCell;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::errors::{Answer, Fault};
use super::sign_in::Mistakes;
use super::views::{Flash, Person, Room, Shell, Theme, Tone};
use crate::app::people::{self, Sender, User};
use crate::app::{App, AppError, Caller, desk, hosted, tickets, unplaced};
use crate::domain::calendar::zone;
use crate::domain::port::Role;
use crate::web::{ClientIp, Pace};

const FLASH: &str = "flash";
const THEME: &str = "theme";
/// How long a message waits to be shown.
const FLASH_SECONDS: u32 = 60;
/// How long a choice of theme is kept: a year.
const THEME_SECONDS: u32 = 31_536_000;

/// What the portal's handlers share.
#[derive(Clone)]
pub(super) struct Portal(Arc<Inner>);

pub(super) struct Inner {
    pub(super) app: App,
    /// How often one address may try to sign in.
    pub(super) tries: Pace<ClientIp>,
    /// Wrong passwords in a row.
    pub(super) mistakes: Mistakes,
}

impl std::ops::Deref for Portal {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<Portal> for App {
    fn from_ref(portal: &Portal) -> Self {
        portal.app.clone()
    }
}

impl Portal {
    pub(super) fn new(app: App) -> Self {
        let tries = Pace::per_minute(app.config.signin.attempts_per_minute);
        Self(Arc::new(Inner {
            app,
            tries,
            mistakes: Mistakes::default(),
        }))
    }

    /// Who sent these headers, if their session is good.
    pub(super) async fn who(
        &self,
        headers: &HeaderMap,
        here: &str,
    ) -> Result<Option<SignedIn>, AppError> {
        let app = &self.app;
        let jar = CookieJar::from_headers(headers);
        let Some(token) = jar.get(session_cookie(app)).map(|cookie| cookie.value()) else {
            return Ok(None);
        };
        let path = here.split('?').next().unwrap_or(here);
        let sender = if is_refresh(headers) || path.ends_with("/events") {
            Sender::OpenPage
        } else {
            Sender::Person
        };
        let Some((user, csrf)) = people::session(app, token, sender).await? else {
            return Ok(None);
        };
        remember_reader(&user);
        let caller = Caller::of(&user);
        let (unplaced, tickets) = if caller.is_desk() {
            let unplaced = unplaced::waiting(app, &caller).await?;
            let waiting = tickets::waiting(app, &caller).await?;
            // What waits can be dealt with, also when answers were switched off meanwhile.
            let shown = |count| (count > 0 || tickets::are_on(app)).then_some(count);
            (shown(unplaced), shown(waiting))
        } else {
            (None, None)
        };
        let (account, waiting, hosted_waiting, agency) = if caller.is_desk() {
            (
                "Porting desk".to_owned(),
                desk::waiting(app, &caller).await?,
                hosted::waiting(app, &caller).await?,
                false,
            )
        } else {
            let own = people::own_account(app, &caller).await?;
            let agency = own.as_ref().is_some_and(|one| one.is_agency);
            (own.map(|one| one.name).unwrap_or_default(), 0, 0, agency)
        };
        Ok(Some(SignedIn {
            app: app.clone(),
            token: token.to_owned(),
            user,
            caller,
            csrf,
            account,
            agency,
            waiting,
            hosted_waiting,
            unplaced,
            tickets,
            theme: theme_of(&jar),
            flash: flash_of(&jar),
            here: here.to_owned(),
        }))
    }
}

tokio::task_local! {
    /// The zone that the reader of the page at hand has chosen.
    static READER: RefCell<Option<TimeZone>>;
}

/// Answers one request with room for its reader's zone: each instant of a page is shown in it, and it would be
/// handed through all of them otherwise.
pub(super) async fn with_reader<F: Future>(answer: F) -> F::Output {
    READER.scope(RefCell::new(None), answer).await
}

fn remember_reader(user: &User) {
    let chosen = user.time_zone.as_deref().and_then(|name| zone(name).ok());
    // Outside a request there is no reader.
    let _ = READER.try_with(|cell| *cell.borrow_mut() = chosen);
}

/// The zone that the reader has chosen, if they have.
pub(super) fn reader_zone() -> Option<TimeZone> {
    READER.try_with(|cell| cell.borrow().clone()).ok().flatten()
}

/// The session cookie's name. The prefix makes browsers refuse it unless it is for this host alone and
/// came by https; on a plain http address of this machine it could not be set at all.
pub(super) fn session_cookie(app: &App) -> &'static str {
    if app.config.server.is_https() {
        "__Host-portolan"
    } else {
        "portolan"
    }
}

/// Sets a cookie that no script reads and that no other site's form sends. `value` is base64 or plain
/// letters; zero seconds forget it.
pub(super) fn set_cookie(
    app: &App,
    response: &mut Response,
    name: &str,
    value: &str,
    seconds: u32,
) {
    let secure = if app.config.server.is_https() {
        "; Secure"
    } else {
        ""
    };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Remembers a choice of theme.
pub(super) fn set_theme(app: &App, response: &mut Response, theme: Theme) {
    set_cookie(app, response, THEME, theme.word(), THEME_SECONDS);
}

pub(super) fn theme_of(jar: &CookieJar) -> Theme {
    jar.get(THEME)
        .map_or(Theme::System, |cookie| Theme::from_cookie(cookie.value()))
}

#[derive(Serialize, Deserialize)]
struct Kept {
    tone: usize,
    text: String,
}

const TONES: [Tone; 4] = [Tone::Done, Tone::Act, Tone::Stop, Tone::Info];

/// Leaves a message for the next page.
pub(super) fn leave_flash(app: &App, response: &mut Response, tone: Tone, text: &str) {
    let kept = Kept {
        tone: TONES.iter().position(|one| *one == tone).unwrap_or(3),
        text: text.to_owned(),
    };
    let value = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&kept).unwrap_or_default());
    set_cookie(app, response, FLASH, &value, FLASH_SECONDS);
}

/// The message that was left, which is hereby shown and forgotten with the response.
pub(super) fn flash_of(jar: &CookieJar) -> Vec<Flash> {
    let kept = jar
        .get(FLASH)
        .and_then(|cookie| URL_SAFE_NO_PAD.decode(cookie.value()).ok())
        .and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    kept.into_iter()
        .map(|kept| Flash {
            tone: TONES.get(kept.tone).copied().unwrap_or(Tone::Info),
            text: kept.text,
        })
        .collect()
}

/// Forgets the message that was shown.
pub(super) fn forget_flash(app: &App, response: &mut Response) {
    set_cookie(app, response, FLASH, "", 0);
}

/// What surrounds a page that is shown to nobody in particular.
pub(super) fn bare_shell(app: &App, title: &str, jar: &CookieJar) -> Shell {
    Shell {
        product: app.operator().name.clone(),
        title: title.to_owned(),
        room: Room::Nowhere,
        person: None,
        csrf: String::new(),
        theme: theme_of(jar),
        flash: flash_of(jar),
        support: super::support(app),
        desk_waiting: 0,
        hosted_waiting: 0,
        mailbox: false,
        unplaced: None,
        tickets: None,
        fast_clock: None,
        here: "/".to_owned(),
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(super) struct SignedIn {
    pub(super) app: App,
    /// The session's token, to end it with.
    pub(super) token: String,
    pub(super) user: User,
    pub(super) caller: Caller,
    /// What their forms must carry.
    pub(super) csrf: String,
    /// Their account's name.
    pub(super) account: String,
    /// Whether their account may have clients.
    pub(super) agency: bool,
    waiting: u32,
    hosted_waiting: u32,
    unplaced: Option<u32>,
    tickets: Option<u32>,
    theme: Theme,
    flash: Vec<Flash>,
    /// The path of the page, with its query.
    pub(super) here: String,
}

impl FromRequestParts<Portal> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        let here = parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        match portal.who(&parts.headers, &here).await {
            Ok(Some(who)) => Ok(who),
            Ok(None) => Err(to_sign_in(&parts.headers, &here)),
            Err(error) => Err(Fault::from(error).into_response()),
        }
    }
}

/// Sends somebody to sign in, and back afterwards.
pub(super) fn to_sign_in(headers: &HeaderMap, here: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", here)
        .finish();
    let address = if here == "/" {
        "/sign-in".to_owned()
    } else {
        format!("/sign-in?{query}")
    };
    // Somebody is typing on that page: it stays as it is. What they send is answered with a way to send it again.
    if is_refresh(headers) && headers.contains_key(TYPING) {
        return StatusCode::NO_CONTENT.into_response();
    }
    // A part of a page that refreshes itself: the whole page has to go there.
    if is_refresh(headers)
        && let Ok(value) = HeaderValue::from_str(&address)
    {
        return (StatusCode::OK, [("hx-redirect", value)]).into_response();
    }
    Redirect::to(&address).into_response()
}

/// What a page says with each refresh of a part while something is typed into it.
const TYPING: &str = "portolan-typing";

/// Whether a page asks for a part of itself.
pub(super) fn is_refresh(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// A path of ours that somebody may be sent to; anything else is the start page.
pub(super) fn local_path(text: &str) -> &str {
    let is_ours = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && !text.chars().any(char::is_control)
        && !text.starts_with("/sign-");
    if is_ours { text } else { "/" }
}

impl SignedIn {
    /// What surrounds one of their pages.
    pub(super) fn shell(&self, room: Room, title: impl Into<String>) -> Shell {
        let app = &self.app;
        Shell {
            product: app.operator().name.clone(),
            title: title.into(),
            room,
            person: Some(self.person()),
            csrf: self.csrf.clone(),
            theme: self.theme,
            flash: self.flash.clone(),
            support: super::support(app),
            desk_waiting: self.waiting,
            hosted_waiting: self.hosted_waiting,
            mailbox: self.caller.is_desk(),
            unplaced: self.unplaced,
            tickets: self.tickets,
            fast_clock: fast_clock(app),
            here: self.here.clone(),
        }
    }

    pub(super) fn person(&self) -> Person {
        Person {
            name: self.user.name.clone(),
            email: self.user.email.clone(),
            account: self.account.clone(),
            role: self.user.role.title().to_owned(),
            desk: self.caller.is_desk(),
            admin: self.caller.is_administrator(),
            agency: self.caller.account.is_some() && (self.agency || self.caller.sees_several()),
            read_only: self.user.role == Role::ReadOnly,
        }
    }

    /// A page.
    pub(super) fn page(&self, page: &impl Template) -> Answer {
        self.page_with(StatusCode::OK, page)
    }

    /// A page with another status than 200, such as a form that was refused.
    pub(super) fn page_with(&self, status: StatusCode, page: &impl Template) -> Answer {
        let mut html = page.render().map_err(AppError::broken)?;
        if self.user.role == Role::ReadOnly {
            html = super::locked::lock(&html);
        }
        let mut response = (status, Html(html)).into_response();
        if !self.flash.is_empty() {
            forget_flash(&self.app, &mut response);
        }
        Ok(response)
    }

    /// Sends the browser on after something was done, so that a reload does not do it again.
    pub(super) fn go(&self, to: &str, tone: Tone, says: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        if !says.is_empty() {
            leave_flash(&self.app, &mut response, tone, says);
        }
        response
    }

    /// [`Self::go`] after something went well.
    pub(super) fn done(&self, to: &str, says: &str) -> Answer {
        Ok(self.go(to, Tone::Done, says))
    }

    /// Refuses everybody but the desk's administrators. Their rooms do not exist for others.
    pub(super) fn desk_administrator_only(&self) -> Result<(), Fault> {
        if self.user.role == Role::Administrator {
            Ok(())
        } else {
            Err(AppError::NotFound("page").into())
        }
    }

    /// Refuses everybody but the desk. Rooms of the desk do not exist for others.
    pub(super) fn desk_only(&self) -> Result<(), Fault> {
        if self.caller.is_desk() {
            Ok(())
        } else {
            Err(AppError::NotFound("page").into())
        }
    }
}

/// What is said while the calendar runs faster than the world.
fn fast_clock(app: &App) -> Option<String> {
    let speed = app.clock.speed();
    if (speed - 1.0).abs() < f64::EPSILON {
        return None;
    }
    let now = app
        .clock
        .now()
        .to_zoned(app.operator().time_zone.clone())
        .strftime("%A, %B %-d, %-I:%M %P");
    let day = 86_400.0 / speed;
    let (day, unit) = match day {
        ..120.0 => (day, "seconds"),
        ..7_200.0 => (day / 60.0, "minutes"),
        _ => (day / 3_600.0, "hours"),
    };
    let day = if (day - day.round()).abs() < 0.05 {
        format!("{day:.0}")
    } else {
        format!("{day:.1}")
    };
    Some(format!(
        "The calendar runs faster here: a day takes {day} {unit}. At the desk it is {now}."
    ))
}

/// How often an open page refreshes itself, in seconds.
pub(super) fn live_seconds(app: &App) -> u32 {
    if app.clock.speed() > 100.0 { 2 } else { 15 }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn somebody_is_sent_on_to_our_own_pages_only() {
        assert_eq!(
            local_path("/numbers/ports?status=draft"),
            "/numbers/ports?status=draft"
        );
        for bad in [
            "",
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x=y",
            "javascript:alert(1)",
            "/sign-in?next=/sign-in",
        ] {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }
}
