//! The Letter of Authorization: look at it, send it, send it again, to somebody else.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use jiff::SignedDuration;

use super::errors::Answer;
use super::port::{event, port_id};
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::views::letter::LetterPage;
use super::views::{Act, Field, Room, Tone};
use super::{fields, tell};
use crate::app::ports::{Guard, Handled, View};
use crate::app::{App, AppError, Caller, letters, ports};
use crate::domain::port::{EventKind, Fact, Loa, Problem, Signer};
use crate::ids::PortId;

pub(super) async fn show(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let view = ports::view(&portal.app, &who.caller, port_id(&id)?).await?;
    let page = page(&portal.app, &who, &view, None, &[]).await?;
    who.page(&page)
}

/// The page; with what was typed and what is wrong with it, if a form of it was refused.
async fn page(
    app: &App,
    who: &SignedIn,
    view: &View,
    typed: Option<&Signer>,
    problems: &[Problem],
) -> Result<LetterPage, AppError> {
    let request = &view.request;
    let id = request.id;
    let zone = view.calendar.zone();
    let now = app.clock.now();
    let status = view.standing.status;
    let history = ports::history_seen(app, &who.caller, id).await?;
    let lacks = &view.missing;
    let can_send = match tell::act(EventKind::SendLetter, status, who.user.role) {
        Act::Open => match lacks.first() {
            Some(first) => Act::Closed(first.says.clone()),
            None => Act::Open,
        },
        other => other,
    };
    let is_sent = matches!(request.loa, Loa::Sent { .. });
    let is_signed = request.is_signed();
    let signer = typed.cloned().or_else(|| match &request.loa {
        Loa::Sent { signer, .. }
        | Loa::Signed { signer, .. }
        | Loa::Declined { signer, .. }
        | Loa::Expired { signer, .. } => Some(signer.clone()),
        Loa::NotSent { .. } => request.details.signer.clone(),
    });
    let (name, email) = signer.map_or_else(
        || (request.details.customer.person(), String::new()),
        |signer| (signer.name, signer.email),
    );
    let field = |control: &str, value: String| {
        let says = problems
            .iter()
            .find(|one| fields::control(&one.field) == control)
            .map(|one| one.says.clone())
            .unwrap_or_default();
        let focus = problems
            .first()
            .is_some_and(|one| fields::control(&one.field) == control);
        Field {
            value,
            error: says,
            focus,
        }
    };
    let day = |at| tell::when(at, zone, now).text;
    let mut sentence = match &request.loa {
        Loa::NotSent { because: None } => {
            "It has not been sent yet. Look at it, then send it.".to_owned()
        }
        Loa::NotSent {
            because: Some(because),
        } => format!("The last one no longer counts: {because}. Send the new one."),
        Loa::Sent {
            signer,
            sent_at,
            opened_at,
            ..
        } => match opened_at {
            Some(at) => format!(
                "Sent to {} on {}, opened on {}, not signed yet.",
                signer.name,
                day(*sent_at),
                day(*at)
            ),
            None => format!(
                "Sent to {} on {}, not opened yet.",
                signer.name,
                day(*sent_at)
            ),
        },
        Loa::Signed {
            signer, signed_at, ..
        } => format!("Signed by {} on {}.", signer.name, day(*signed_at)),
        Loa::Declined { signer, at, reason } => format!(
            "{} declined on {}: {reason} Send it to somebody who may sign.",
            signer.name,
            day(*at)
        ),
        Loa::Expired { signer, at } => format!(
            "{} did not sign in time; the link stopped working on {}. Send it again.",
            signer.name,
            day(*at)
        ),
    };
    if !is_signed && view.sent_when_signed {
        sentence.push_str(" We send the correction as soon as it is signed.");
    }
    let resend = match &request.loa {
        Loa::Sent { mailed_at, .. } => {
            let pause = app
                .clock
                .desk_for_wire(std::time::Duration::from_secs(u64::from(
                    app.config.links.resend_pause_seconds,
                )));
            let left = pause - now.duration_since(*mailed_at);
            if left.is_positive() {
                Act::Closed(format!(
                    "It was sent a moment ago. You can send it again in {} seconds.",
                    wire_seconds(app, left)
                ))
            } else {
                tell::act(EventKind::RemindSigner, status, who.user.role)
            }
        }
        _ => Act::Hidden,
    };
    Ok(LetterPage {
        shell: who.shell(Room::Ports, "Letter of Authorization"),
        port: tell::port_ref(view),
        status: tell::letter(&request.loa),
        sentence,
        letters: request.letters,
        pdf: match &request.loa {
            Loa::Sent { letter, .. } => format!("/documents/{}", letter.document),
            Loa::Signed { document, .. } => format!("/documents/{document}"),
            _ if lacks.is_empty() => format!("/numbers/ports/{id}/letter/preview.pdf"),
            _ => String::new(),
        },
        lacks: lacks
            .iter()
            .map(|one| {
                super::views::Link::new(
                    format!("/numbers/ports/{id}/edit{}", fields::control_of(&one.field)),
                    &one.says,
                )
            })
            .collect(),
        signer_name: field("signer_name", name),
        signer_email: field("signer_email", email),
        send: if is_sent || is_signed {
            Act::Hidden
        } else {
            can_send.clone()
        },
        resend,
        change: if is_sent { can_send } else { Act::Hidden },
        expires: match &request.loa {
            Loa::Sent { expires_at, .. } => day(*expires_at),
            _ => String::new(),
        },
        events: history
            .iter()
            .rev()
            .filter(|one| is_about_letter(&one.fact))
            .map(|one| event(one, zone, now))
            .collect(),
    })
}

/// How many real seconds a span of desk time takes, at least one.
fn wire_seconds(app: &App, desk: SignedDuration) -> u64 {
    let seconds = desk.as_secs_f64() / app.clock.speed();
    std::time::Duration::from_secs_f64(seconds.clamp(1.0, 3_600.0).ceil()).as_secs()
}

fn is_about_letter(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::LetterSent { .. }
            | Fact::SignerReminded { .. }
            | Fact::LetterOpened
            | Fact::LetterSigned { .. }
            | Fact::LetterDeclined { .. }
            | Fact::LetterExpired
            | Fact::LetterVoided { .. }
    )
}

/// The letter as it would be sent now.
pub(super) async fn preview(
    State(portal): State<Portal>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let pdf = letters::preview(&portal.app, &who.caller, port_id(&id)?).await?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/pdf"),
            (
                header::CONTENT_DISPOSITION,
                "inline; filename=\"letter-of-authorization-preview.pdf\"",
            ),
        ],
        pdf,
    )
        .into_response())
}

/// Sends a letter unless one went out since `seen` were counted: after a second press its link would be the only one that
/// works. What else happens to the request meanwhile, such as that the signer opens the letter, is no reason.
async fn send_once(
    app: &App,
    caller: &Caller,
    id: PortId,
    signer: &Signer,
    seen: Option<u32>,
) -> Result<Handled, AppError> {
    let mut tries = 0;
    loop {
        let view = ports::view(app, caller, id).await?;
        if seen.is_some_and(|seen| seen != view.request.letters) {
            return Err(AppError::Stale);
        }
        let guard = Guard {
            expected: Some(view.version),
            ..Guard::default()
        };
        tries += 1;
        match letters::send_guarded(app, caller, id, Some(signer.clone()), guard).await {
            Err(AppError::Stale) if tries < 5 => {}
            done => return done,
        }
    }
}

/// R113: sends it to its signer; R111: who may be somebody else than the submitter. Earlier links die.
pub(super) async fn send(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let app = &portal.app;
    let mut who = posted.who.clone();
    let id = port_id(&id)?;
    let to = format!("/numbers/ports/{id}/letter");
    let signer = Signer {
        name: posted.one("signer_name").trim().to_owned(),
        email: posted.one("signer_email").trim().to_owned(),
        title: String::new(),
    };
    let seen = posted.one("letters").parse().ok();
    match send_once(app, &who.caller, id, &signer, seen).await {
        Ok(_) => who.done(
            &to,
            &format!(
                "Sent to {}. You get an email when it has been signed.",
                signer.email
            ),
        ),
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
            Ok(who.go(&to, Tone::Stop, refusal.to_string().trim()))
        }
        Err(AppError::Stale) => Ok(who.go(
            &to,
            Tone::Act,
            "Nothing was sent just now: a letter went out since you opened this page. This is how it stands.",
        )),
        Err(error) => {
            let problems = fields::problems(error)?;
            who.here = to;
            let view = ports::view(app, &who.caller, id).await?;
            let page = page(app, &who, &view, Some(&signer), &problems).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The same letter with one more link.
pub(super) async fn resend(
    State(portal): State<Portal>,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    // Before anything else: whether they may know of it.
    let id = ports::view(app, &who.caller, port_id(&id)?)
        .await?
        .request
        .id;
    let to = format!("/numbers/ports/{id}/letter");
    match letters::remind(app, who.caller.scope(), &who.caller.actor, id).await {
        Ok(_) => who.done(
            &to,
            "Sent again. The link that was sent before still works, too.",
        ),
        Err(AppError::Refused(refusal)) if !refusal.is_forbidden() => {
            Ok(who.go(&to, Tone::Stop, refusal.to_string().trim()))
        }
        Err(error @ AppError::TooOften(_)) => Ok(who.go(&to, Tone::Act, &error.to_string())),
        Err(error) => Err(error.into()),
    }
}
