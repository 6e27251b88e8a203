//! When something is in the way: pages that say what happened and what to do next.
//!
//! A handler answers with a [`Fault`]; the page is made around it at the end, where the reader, the
//! support block and an operation id are at hand.

use std::sync::Arc;

use askama::Template as _;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;

use super::session::{Portal, SignedIn, bare_shell, is_refresh, with_reader};
use super::views::misc::{ErrorPage, SendAgain};
use super::views::{Link, Room};
use crate::app::AppError;
use crate::config::Limits;
use crate::domain::port::RefusalKind;

/// What a handler answers.
pub(super) type Answer = Result<Response, Fault>;

/// What is in the way.
pub(super) enum Fault {
    /// A use case said no or failed.
    App(AppError),
    /// A form's token is not the session's: the form is from before the last sign-in, or the session
    /// has ended. `again` holds what was sent, if it came from a page of ours.
    Lost(Lost),
    /// Another site's page sent the form.
    Foreign,
    /// The form is larger than it may be.
    TooLarge,
    /// The request makes no sense, such as a form with broken parts.
    Senseless,
}

/// A form that did not get through, with all that was typed into it.
#[derive(Default)]
pub(super) struct Lost {
    /// Where it was sent to.
    pub(super) action: String,
    /// What was in it; empty if that must not be offered again.
    pub(super) fields: Vec<(String, String)>,
    /// Whether files were in it, which have to be chosen again.
    pub(super) files: bool,
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::App(error) => super::status_of(error),
            Self::Lost(_) => page_expired(),
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Senseless => StatusCode::BAD_REQUEST,
        }
    }
}

/// 419 has no name in the registry of statuses, but all kinds of frameworks say this with it.
fn page_expired() -> StatusCode {
    StatusCode::from_u16(419).unwrap_or(StatusCode::FORBIDDEN)
}

#[derive(Clone)]
struct Carried(Arc<Fault>);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Carried(Arc::new(self)));
        response
    }
}

/// Nothing is at this address.
pub(super) async fn nothing_here() -> Fault {
    AppError::NotFound("page").into()
}

/// Turns what handlers say is in the way into pages.
pub(super) async fn show(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let mut response = with_reader(next.run(request)).await;
    let carried = response.extensions_mut().remove::<Carried>();
    let bare = carried.is_none()
        && response.status().is_client_error()
        && !response.headers().contains_key(header::CONTENT_TYPE);
    let fault = match carried {
        Some(Carried(fault)) => fault,
        // What the router itself refuses, such as another method.
        None if bare => Arc::new(match response.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge,
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND => {
                AppError::NotFound("page").into()
            }
            _ => Fault::Senseless,
        }),
        None => return response,
    };
    let status = fault.status();
    let operation = hex::encode(portal.app.ids.secret().get(..6).unwrap_or_default());
    log(&fault, &operation, method.as_str(), status);
    // A page that refreshes a part of itself keeps what it shows.
    if is_refresh(&headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    // The reader's name is nice to have; what went wrong may be the very database that knows it.
    let who = portal.who(&headers, "/").await.ok().flatten();
    let jar = CookieJar::from_headers(&headers);
    let html = page(&portal, &fault, who.as_ref(), &jar, &operation, &path);
    let mut response = (status, Html(html)).into_response();
    if let Fault::App(AppError::TooOften(seconds)) = &*fault {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, (*seconds).into());
    }
    response
}

/// Says in the log what the page does not say. Without what people typed.
fn log(fault: &Fault, operation: &str, method: &str, status: StatusCode) {
    let Fault::App(error) = fault else { return };
    if !status.is_server_error() {
        tracing::debug!(operation, method, status = status.as_u16(), "refused");
        return;
    }
    let mut chain = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    tracing::error!(operation, method, status = status.as_u16(), error = %chain, "a page could not be made");
}

fn page(
    portal: &Portal,
    fault: &Fault,
    who: Option<&SignedIn>,
    jar: &CookieJar,
    operation: &str,
    path: &str,
) -> String {
    let status = fault.status().as_u16();
    let (title, text) = words(fault, &portal.app.config.limits);
    let mut shell = match who {
        Some(who) => who.shell(Room::Nowhere, &title),
        None => bare_shell(&portal.app, &title, jar),
    };
    shell.flash.clear();
    let mut next = Vec::new();
    if let Fault::App(AppError::Stale) = fault
        && let Some(port) = path
            .strip_prefix("/numbers/ports/")
            .and_then(|rest| rest.split('/').next())
    {
        next.push(Link::new(
            format!("/numbers/ports/{port}"),
            "Open the port again",
        ));
    }
    if who.is_some() {
        next.push(Link::new("/", "To your ports"));
    } else if !matches!(fault, Fault::Lost(_)) {
        next.push(Link::new("/sign-in", "To the sign-in page"));
    }
    let rendered = match fault {
        Fault::Lost(lost) if !lost.fields.is_empty() => SendAgain {
            shell,
            signed_in: who.is_some(),
            action: lost.action.clone(),
            fields: lost.fields.clone(),
            files: lost.files,
        }
        .render(),
        _ => ErrorPage {
            shell,
            status,
            title,
            text,
            next,
            operation: operation.to_owned(),
        }
        .render(),
    };
    rendered.unwrap_or_else(|_| "Something went wrong on our side.".to_owned())
}

fn words(fault: &Fault, limits: &Limits) -> (String, String) {
    let usual = |status| {
        let (title, text) = ErrorPage::words(status);
        (title.to_owned(), text.to_owned())
    };
    let own = |title: &str, text: &dyn std::fmt::Display| (title.to_owned(), text.to_string());
    match fault {
        Fault::App(AppError::Refused(refusal)) => match refusal.kind {
            RefusalKind::Forbidden => own("You may not do this", refusal),
            RefusalKind::NotFound => own("There is nothing here", refusal),
            RefusalKind::Conflict => own("That is not possible now", refusal),
            RefusalKind::Invalid => own("Something is missing or wrong", refusal),
        },
        Fault::App(error @ AppError::Invalid(_)) => own("Something is missing or wrong", error),
        Fault::App(AppError::NotFound(_)) => usual(404),
        Fault::App(error @ AppError::Forbidden(_)) => own("You may not do this", error),
        Fault::App(AppError::Stale) => usual(409),
        Fault::App(error @ AppError::TooOften(_)) => own("Please wait a moment", error),
        Fault::App(error @ AppError::Unavailable(..)) => own("We are busy for a moment", error),
        Fault::App(AppError::Broken(_)) => usual(500),
        Fault::Lost(_) => usual(419),
        Fault::Foreign => own(
            "That did not come from this site",
            &"A form of another site was sent here in your name, and was refused. Nothing was changed. If you pressed a button of ours, open the page again and repeat it.",
        ),
        Fault::TooLarge => {
            let (title, text) = usual(413);
            (title, format!("{text} {}", limits.in_words()))
        }
        Fault::Senseless => own(
            "We could not read that",
            &"What your browser sent is not complete. Nothing was changed. Go back and send it again.",
        ),
    }
}
