//! Receiving numbers: a setting of an account. Those who see several say of which.

use axum::http::StatusCode;

use super::{choice, shell};
use crate::app::forms::number_problem;
use crate::app::{AppError, people};
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::Problem;
use crate::ids::AccountId;
use crate::portal::errors::{Answer, Fault};
use crate::portal::fields::field;
use crate::portal::posted::Posted;
use crate::portal::query::Query;
use crate::portal::session::SignedIn;
use crate::portal::tell;
use crate::portal::views::Choice;
use crate::portal::views::settings::{ReceivingPage, ReceivingRow};

/// Receiving numbers that the page shows at most.
const RECEIVING_SHOWN: usize = 200;

/// The accounts to choose from, and the one that is shown.
pub(super) async fn chosen(
    who: &SignedIn,
    wanted: &str,
) -> Result<(Vec<Choice>, Option<AccountId>), AppError> {
    if !who.caller.sees_several() {
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

/// The page with the account that was shown, for those who see several.
pub(super) fn with_account(who: &SignedIn, page: &str, account: &str) -> String {
    if !who.caller.sees_several() || account.parse::<AccountId>().is_err() {
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

pub(in crate::portal) async fn receiving(who: SignedIn, query: Query) -> Answer {
    let page = receiving_page(&who, &query.word("account"), &query.word("q"), "", &[]).await?;
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
            "{} is no longer a receiving number. A port that waited for this continues.",
            tell::number(number)
        ),
    )
}
