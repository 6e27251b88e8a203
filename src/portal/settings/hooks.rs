//! Settings: webhooks of an account, their log, and one delivery.

use axum::extract::Path;
use axum::http::StatusCode;
use secrecy::ExposeSecret as _;

use super::of_account::{chosen, with_account};
use super::{at, shell};
use crate::app::AppError;
use crate::app::webhooks::{self, Attempt, Delivery, Endpoint, Wanted};
use crate::domain::port::Problem;
use crate::ids::{DeliveryId, EndpointId};
use crate::portal::errors::{Answer, Fault};
use crate::portal::fields;
use crate::portal::fields::field;
use crate::portal::posted::Posted;
use crate::portal::query::Query;
use crate::portal::session::SignedIn;
use crate::portal::views::hooks::{
    AttemptRow, DeliveryPage, DeliveryRow, EndpointRow, WebhookPage, WebhooksPage,
};
use crate::portal::views::{Badge, Choice, Fact, Link, Pager, Tone};

/// Deliveries of a page of the log.
const ROWS: usize = 25;

/// How an endpoint does, by its newest delivery.
fn endpoint_row(endpoint: &Endpoint, last: Option<&Delivery>) -> EndpointRow {
    let status = if endpoint.disabled_at.is_some() {
        Badge::new(Tone::Stop, "Removed")
    } else if endpoint.paused_at.is_some() {
        Badge::new(Tone::Draft, "Paused")
    } else {
        match last.map(|one| one.state.as_str()) {
            None => Badge::new(Tone::Info, "Nothing sent yet"),
            Some("delivered") => Badge::new(Tone::Done, "Working"),
            Some("failed") => Badge::new(Tone::Stop, "Given up"),
            Some(_) => Badge::new(Tone::Wait, "Being sent"),
        }
    };
    EndpointRow {
        id: endpoint.id.to_string(),
        url: endpoint.url.clone(),
        status,
        events: match endpoint.events.len() {
            0 => "All events".to_owned(),
            1 => "1 event".to_owned(),
            count => format!("{count} events"),
        },
    }
}

async fn newest(who: &SignedIn, id: EndpointId) -> Result<Option<Delivery>, AppError> {
    let wanted = Wanted {
        limit: 1,
        ..Wanted::default()
    };
    let all = webhooks::deliveries(&who.app, &who.caller, id, &wanted).await?;
    Ok(all.into_iter().next())
}

async fn webhooks_page(
    who: &SignedIn,
    account: &str,
    url: &str,
    problems: &[Problem],
    fresh: Option<String>,
) -> Result<WebhooksPage, AppError> {
    let (accounts, shown) = chosen(who, account).await?;
    let endpoints = match shown {
        Some(account) => webhooks::list(&who.app, &who.caller, Some(account)).await?,
        None => Vec::new(),
    };
    let mut rows = Vec::with_capacity(endpoints.len());
    for endpoint in &endpoints {
        let last = newest(who, endpoint.id).await?;
        rows.push(endpoint_row(endpoint, last.as_ref()));
    }
    Ok(WebhooksPage {
        shell: shell(
            who,
            "Webhooks",
            &with_account(who, "/settings/webhooks", account),
        ),
        accounts,
        account: shown.map(|id| id.to_string()).unwrap_or_default(),
        may_change: shown.is_some() && who.caller.account_administrators_only().is_ok(),
        endpoints: rows,
        url: field(problems, "url", url),
        fresh,
    })
}

fn status_badge(state: &str, attempts: i64, status: Option<i64>) -> Badge {
    let answer = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    match state {
        "delivered" => Badge::new(Tone::Done, format!("Delivered ({answer})")),
        "failed" => Badge::new(
            Tone::Stop,
            format!("Given up after {attempts} tries ({answer})"),
        ),
        _ if attempts == 0 => Badge::new(Tone::Wait, "Waiting"),
        _ => Badge::new(Tone::Act, format!("Try {attempts} failed ({answer})")),
    }
}

fn delivery_row(who: &SignedIn, one: &Delivery) -> DeliveryRow {
    DeliveryRow {
        id: one.id.to_string(),
        event: one.event.clone(),
        at: at(&who.app, one.created_at),
        status: status_badge(&one.state, one.attempts, one.last_status),
        next: one
            .next_at
            .filter(|_| one.state == "queued")
            .map(|instant| at(&who.app, instant)),
    }
}

pub(in crate::portal) async fn hooks(who: SignedIn, query: Query) -> Answer {
    let account = query.word("account");
    let page = webhooks_page(&who, &account, "", &[], None).await?;
    who.page(&page)
}

pub(in crate::portal) async fn add_hook(posted: Posted) -> Answer {
    let who = &posted.who;
    let (account, url) = (posted.one("account"), posted.one("url"));
    let (_, shown) = chosen(who, account).await?;
    match webhooks::add(&who.app, &who.caller, shown, url).await {
        // Shown once, so not by way of a redirect.
        Ok((_, secret)) => {
            let fresh = Some(secret.expose_secret().to_owned());
            let page = webhooks_page(who, account, "", &[], fresh).await?;
            who.page(&page)
        }
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = webhooks_page(who, account, url, &problems, None).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn endpoint_id(text: &str) -> Result<EndpointId, Fault> {
    text.parse()
        .map_err(|_| AppError::NotFound("webhook address").into())
}

fn delivery_id(text: &str) -> Result<DeliveryId, Fault> {
    text.parse()
        .map_err(|_| AppError::NotFound("delivery").into())
}

const STATES: [(&str, &str); 4] = [
    ("", "Any"),
    ("queued", "Waiting"),
    ("delivered", "Delivered"),
    ("failed", "Given up"),
];

async fn hook_page(
    who: &SignedIn,
    id: EndpointId,
    query: &Query,
    fresh: Option<String>,
) -> Result<WebhookPage, AppError> {
    let endpoint = webhooks::endpoint(&who.app, &who.caller, id).await?;
    let last = newest(who, id).await?;
    let (state, event) = (query.word("state"), query.word("event"));
    let before: Option<DeliveryId> = query.parsed("before");
    let wanted = Wanted {
        state: (!state.is_empty()).then(|| state.clone()),
        event: (!event.is_empty()).then(|| event.clone()),
        before,
        limit: i64::try_from(ROWS + 1).unwrap_or(i64::MAX),
    };
    let mut deliveries = webhooks::deliveries(&who.app, &who.caller, id, &wanted).await?;
    let more = deliveries.len() > ROWS;
    deliveries.truncate(ROWS);
    let here = format!("/settings/webhooks/{id}");
    let href = |before: Option<DeliveryId>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", &state);
        query.append_pair("event", &event);
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        format!("{here}?{}", query.finish())
    };
    let names = webhooks::event_names();
    let mut log_events = vec![Choice {
        value: String::new(),
        label: "Any".to_owned(),
        chosen: event.is_empty(),
    }];
    log_events.extend(
        names
            .iter()
            .map(|name| format!("port.{name}"))
            .chain([webhooks::TEST_EVENT.to_owned()])
            .map(|name| Choice {
                chosen: name == event,
                label: name.clone(),
                value: name,
            }),
    );
    Ok(WebhookPage {
        shell: shell(who, "Webhook", &here),
        may_change: endpoint.disabled_at.is_none()
            && who.caller.account_administrators_only().is_ok(),
        paused: endpoint.paused_at.is_some(),
        events: names
            .iter()
            .map(|name| {
                (
                    (*name).to_owned(),
                    endpoint.events.iter().any(|one| one == name),
                )
            })
            .collect(),
        fresh,
        states: Choice::list(&STATES, &state),
        log_events,
        pager: Pager {
            text: match deliveries.len() {
                1 => "1 delivery".to_owned(),
                count => format!("{count} deliveries"),
            },
            plain: false,
            previous: before.map(|_| href(None)),
            next: deliveries
                .last()
                .filter(|_| more)
                .map(|last| href(Some(last.id))),
        },
        deliveries: deliveries
            .iter()
            .map(|one| delivery_row(who, one))
            .collect(),
        endpoint: endpoint_row(&endpoint, last.as_ref()),
    })
}

pub(in crate::portal) async fn hook(who: SignedIn, Path(id): Path<String>, query: Query) -> Answer {
    let page = hook_page(&who, endpoint_id(&id)?, &query, None).await?;
    who.page(&page)
}

pub(in crate::portal) async fn remove_hook(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = endpoint_id(&id)?;
    let account = webhooks::endpoint(&who.app, &who.caller, id).await?.account;
    webhooks::remove(&who.app, &who.caller, id).await?;
    let to = with_account(who, "/settings/webhooks", &account.to_string());
    who.done(&to, "Removed. Nothing more is sent there.")
}

pub(in crate::portal) async fn set_events(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = endpoint_id(&id)?;
    let events = posted.every("events").map(str::to_owned).collect();
    webhooks::set_events(&who.app, &who.caller, id, events).await?;
    who.done(&format!("/settings/webhooks/{id}"), "Saved.")
}

pub(in crate::portal) async fn pause_hook(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = endpoint_id(&id)?;
    let pause = posted.one("pause") == "yes";
    webhooks::pause(&who.app, &who.caller, id, pause).await?;
    who.done(
        &format!("/settings/webhooks/{id}"),
        if pause {
            "Paused. What happens meanwhile waits."
        } else {
            "Resumed. What waited is sent now."
        },
    )
}

pub(in crate::portal) async fn rotate_secret(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = endpoint_id(&id)?;
    let secret = webhooks::rotate_secret(&who.app, &who.caller, id).await?;
    // Shown once, so not by way of a redirect.
    let page = hook_page(
        who,
        id,
        &Query::default(),
        Some(secret.expose_secret().to_owned()),
    )
    .await?;
    who.page(&page)
}

pub(in crate::portal) async fn test_hook(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = endpoint_id(&id)?;
    let delivery = webhooks::send_test(&who.app, &who.caller, id).await?;
    who.done(
        &format!("/settings/webhooks/deliveries/{delivery}"),
        "A test event is on its way. Reload this page to see the result.",
    )
}

fn attempt_row(who: &SignedIn, one: &Attempt) -> AttemptRow {
    let good = one
        .status
        .is_some_and(|status| (200..300).contains(&status));
    AttemptRow {
        number: one.attempt.to_string(),
        at: at(&who.app, one.at_wall),
        status: match one.status {
            Some(status) if good => Badge::new(Tone::Done, status.to_string()),
            Some(status) => Badge::new(Tone::Stop, status.to_string()),
            None => Badge::new(Tone::Stop, "No answer"),
        },
        took: format!("{} ms", one.took_ms),
        answer: one.answer.chars().take(500).collect(),
    }
}

pub(in crate::portal) async fn delivery(who: SignedIn, Path(id): Path<String>) -> Answer {
    let (delivery, endpoint, attempts) =
        webhooks::delivery(&who.app, &who.caller, delivery_id(&id)?).await?;
    let sent = attempts.last().map_or_else(
        || "the time of sending".to_owned(),
        |last| last.at_wall.as_second().to_string(),
    );
    let page = DeliveryPage {
        shell: shell(&who, "Delivery", "/settings/webhooks"),
        delivery: delivery_row(&who, &delivery),
        endpoint: Link::new(format!("/settings/webhooks/{}", endpoint.id), &endpoint.url),
        may_change: endpoint.disabled_at.is_none()
            && endpoint.paused_at.is_none()
            && who.caller.account_administrators_only().is_ok(),
        headers: vec![
            Fact::new("content-type", "application/json"),
            Fact::new("webhook-id", delivery.id.to_string()),
            Fact::new("webhook-timestamp", sent),
            Fact::new("webhook-signature", "v1, made with the signing secret"),
        ],
        // As it is sent, to the letter: the signature covers it.
        body: delivery.body.clone(),
        attempts: attempts.iter().map(|one| attempt_row(&who, one)).collect(),
    };
    who.page(&page)
}

pub(in crate::portal) async fn replay(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = delivery_id(&id)?;
    webhooks::replay(&who.app, &who.caller, id).await?;
    who.done(
        &format!("/settings/webhooks/deliveries/{id}"),
        "It is sent again.",
    )
}
