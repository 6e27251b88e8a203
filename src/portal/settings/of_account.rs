//! Receiving numbers and webhooks: settings of an account. The desk says of which.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use secrecy::ExposeSecret as _;

use super::{at, choice, field, query, shell};
use crate::app::forms::number_problem;
use crate::app::webhooks::Delivery;
use crate::app::{AppError, people, webhooks};
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::Problem;
use crate::ids::AccountId;
use crate::portal::errors::{Answer, Fault};
use crate::portal::fields;
use crate::portal::posted::Posted;
use crate::portal::session::SignedIn;
use crate::portal::tell;
use crate::portal::views::settings::{
    DeliveryRow, EndpointRow, ReceivingPage, ReceivingRow, WebhooksPage,
};
use crate::portal::views::{Badge, Choice, Tone};

/// Receiving numbers that the page shows at most.
const RECEIVING_SHOWN: usize = 200;
/// Deliveries of each endpoint that the page shows.
const DELIVERIES_SHOWN: usize = 10;

/// The accounts to choose from, and the one that is shown.
async fn chosen(
    who: &SignedIn,
    wanted: &str,
) -> Result<(Vec<Choice>, Option<AccountId>), AppError> {
    if who.caller.account.is_some() {
        return Ok((Vec::new(), who.caller.account));
    }
    let all = people::accounts(&who.app, &who.caller).await?;
    let account = all
        .iter()
        .find(|one| one.id.to_string() == wanted)
        .or(all.first())
        .map(|one| one.id);
    let name = account.map(|id| id.to_string()).unwrap_or_default();
    Ok((all.iter().map(|one| choice(one, &name)).collect(), account))
}

/// The page with the account that was shown, for the desk.
fn with_account(who: &SignedIn, page: &str, account: &str) -> String {
    if who.caller.account.is_some() || account.parse::<AccountId>().is_err() {
        page.to_owned()
    } else {
        format!("{page}?account={account}")
    }
}

async fn receiving_page(
    who: &SignedIn,
    account: &str,
    search: &str,
    typed: &str,
    problems: &[Problem],
) -> Result<ReceivingPage, AppError> {
    let (accounts, shown) = chosen(who, account).await?;
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let mut numbers: Vec<E164> = match shown {
        Some(account) => people::receiving_numbers(&who.app, &who.caller, Some(account)).await?,
        None => Vec::new(),
    };
    numbers.retain(|one| digits.is_empty() || one.to_string().contains(&digits));
    let more = numbers.len().saturating_sub(RECEIVING_SHOWN);
    Ok(ReceivingPage {
        shell: shell(
            who,
            "Receiving numbers",
            &with_account(who, "/settings/receiving", account),
        ),
        accounts,
        account: shown.map(|id| id.to_string()).unwrap_or_default(),
        numbers: numbers
            .into_iter()
            .take(RECEIVING_SHOWN)
            .map(|one| ReceivingRow {
                value: one.to_string(),
                number: tell::number(one),
            })
            .collect(),
        search: search.to_owned(),
        more,
        number: field(problems, "number", typed),
    })
}

pub(in crate::portal) async fn receiving(who: SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let raw = raw.as_deref();
    let page = receiving_page(&who, &query(raw, "account"), &query(raw, "q"), "", &[]).await?;
    who.page(&page)
}

pub(in crate::portal) async fn add_receiving(posted: Posted) -> Answer {
    let who = &posted.who;
    let account = posted.one("account");
    let typed = posted.one("number");
    let number = parse_typed(typed)
        .map_err(|error| number_problem("number", &error))
        .map(|typed| typed.number)
        .and_then(|number| match number.portable() {
            Ok(()) => Ok(number),
            Err(error) => Err(Problem::new(
                "number",
                format!("{error}; calls cannot be sent there."),
            )),
        });
    match number {
        Ok(number) => {
            let (_, shown) = chosen(who, account).await?;
            people::add_receiving_number(&who.app, &who.caller, shown, number).await?;
            who.done(
                &with_account(who, "/settings/receiving", account),
                &format!("{} was added.", tell::number(number)),
            )
        }
        Err(problem) => {
            let page = receiving_page(who, account, "", typed, &[problem]).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// R122: what it blocked goes on by itself.
pub(in crate::portal) async fn remove_receiving(posted: Posted) -> Answer {
    let who = &posted.who;
    let account = posted.one("account");
    let number = posted
        .one("number")
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("receiving number")))?;
    let (_, shown) = chosen(who, account).await?;
    people::remove_receiving_number(&who.app, &who.caller, shown, number).await?;
    who.done(
        &with_account(who, "/settings/receiving", account),
        &format!(
            "{} is no receiving number any more. A port that waited for this goes on.",
            tell::number(number)
        ),
    )
}

async fn webhooks_page(
    who: &SignedIn,
    account: &str,
    url: &str,
    problems: &[Problem],
    fresh: Option<String>,
) -> Result<WebhooksPage, AppError> {
    let app = &who.app;
    let (accounts, shown) = chosen(who, account).await?;
    let endpoints = webhooks::list(app, &who.caller, shown).await?;
    let mut deliveries: Vec<(String, Delivery)> = Vec::new();
    let mut rows = Vec::new();
    for endpoint in endpoints {
        let last = webhooks::deliveries(app, &who.caller, endpoint.id).await?;
        let status = match last.first().map(|one| one.state.as_str()) {
            None => Badge::new(Tone::Draft, "Nothing sent yet"),
            Some("delivered") => Badge::new(Tone::Done, "Working"),
            Some("failed") => Badge::new(Tone::Stop, "Given up"),
            Some(_) => Badge::new(Tone::Wait, "Being sent"),
        };
        deliveries.extend(
            last.into_iter()
                .take(DELIVERIES_SHOWN)
                .map(|one| (endpoint.url.clone(), one)),
        );
        rows.push(EndpointRow {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            status,
            events: "All events".to_owned(),
        });
    }
    deliveries.sort_by_key(|(_, one)| std::cmp::Reverse(one.id));
    Ok(WebhooksPage {
        shell: shell(
            who,
            "Webhooks",
            &with_account(who, "/settings/webhooks", account),
        ),
        accounts,
        account: shown.map(|id| id.to_string()).unwrap_or_default(),
        endpoints: rows,
        url: field(problems, "url", url),
        fresh,
        deliveries: deliveries
            .into_iter()
            .take(2 * DELIVERIES_SHOWN)
            .map(|(url, one)| DeliveryRow {
                id: one.id.to_string(),
                event: one.event.clone(),
                url,
                at: at(app, one.delivered_at.unwrap_or(one.created_at)),
                status: delivery_badge(&one),
            })
            .collect(),
    })
}

fn delivery_badge(one: &Delivery) -> Badge {
    let answer = one
        .last_status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    match one.state.as_str() {
        "delivered" => Badge::new(Tone::Done, format!("Delivered ({answer})")),
        "failed" => Badge::new(
            Tone::Stop,
            format!("Given up after {} tries ({answer})", one.attempts),
        ),
        _ if one.attempts == 0 => Badge::new(Tone::Wait, "Waiting"),
        _ => Badge::new(Tone::Act, format!("Try {} failed ({answer})", one.attempts)),
    }
}

pub(in crate::portal) async fn hooks(who: SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let account = query(raw.as_deref(), "account");
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

pub(in crate::portal) async fn remove_hook(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("webhook address")))?;
    webhooks::remove(&who.app, &who.caller, id).await?;
    let to = with_account(who, "/settings/webhooks", posted.one("account"));
    who.done(&to, "Removed. Nothing is sent there any more.")
}

pub(in crate::portal) async fn replay(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("delivery")))?;
    webhooks::replay(&who.app, &who.caller, id).await?;
    let to = with_account(who, "/settings/webhooks", posted.one("account"));
    who.done(&to, "It is sent again.")
}
