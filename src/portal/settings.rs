//! Settings: one's account, users, accounts, API keys, webhooks, receiving numbers.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use secrecy::ExposeSecret as _;

use super::errors::{Answer, Fault};
use super::fields;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::settings::{
    AccountPage, AccountRow, AccountsPage, DeliveryRow, EndpointRow, KeyRow, KeysPage,
    ReceivingPage, ReceivingRow, UserRow, UsersPage, WebhooksPage,
};
use super::views::{Badge, Choice, Field, Room, Shell, Tone, When};
use crate::app::forms::number_problem;
use crate::app::people::{Account, User};
use crate::app::webhooks::Delivery;
use crate::app::{App, AppError, people, webhooks};
use crate::domain::number::{E164, parse_typed};
use crate::domain::port::{Problem, Role};
use crate::ids::AccountId;

/// Receiving numbers that the page shows at most.
const RECEIVING_SHOWN: usize = 200;
/// Deliveries of each endpoint that the page shows.
const DELIVERIES_SHOWN: usize = 10;

fn shell(who: &SignedIn, title: &str, here: &str) -> Shell {
    Shell {
        here: here.to_owned(),
        ..who.shell(Room::Settings, title)
    }
}

fn at(app: &App, instant: jiff::Timestamp) -> When {
    tell::when(instant, &app.config.operator.time_zone, app.clock.now())
}

/// A field with what is wrong with it.
fn field(problems: &[Problem], name: &str, value: &str) -> Field {
    Field {
        value: value.to_owned(),
        error: problems
            .iter()
            .find(|one| one.field == name)
            .map(|one| one.says.clone())
            .unwrap_or_default(),
        focus: problems.first().is_some_and(|first| first.field == name),
    }
}

fn query(raw: Option<&str>, name: &str) -> String {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.trim().chars().take(100).collect())
        .unwrap_or_default()
}

// Your account.

fn account_page(who: &SignedIn, problems: &[Problem], name: &str) -> AccountPage {
    AccountPage {
        shell: shell(who, "Settings", "/settings"),
        name: field(problems, "name", name),
        email: who.user.email.clone(),
        account: who.account.clone(),
        old_password: field(problems, "old_password", ""),
        new_password: field(problems, "new_password", ""),
        shortest: who.app.config.signin.password_length_min,
    }
}

pub(super) async fn account(who: SignedIn) -> Answer {
    who.page(&account_page(&who, &[], &who.user.name))
}

pub(super) async fn rename(posted: Posted) -> Answer {
    let who = &posted.who;
    match people::rename(&who.app, &who.caller, posted.one("name")).await {
        Ok(()) => who.done("/settings", "Saved."),
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = account_page(who, &problems, posted.one("name"));
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(super) async fn password(State(portal): State<Portal>, posted: Posted) -> Answer {
    let who = &posted.who;
    let settings = &portal.app.config.signin;
    let pause = jiff::SignedDuration::from_mins(i64::from(settings.wrong_password_pause_minutes));
    let wall = portal.app.clock.wall();
    // Whoever sits at an open session must not find the password out by trying.
    if let Some(seconds) =
        portal
            .mistakes
            .wait(&who.user.email, settings.wrong_passwords_max, pause, wall)
    {
        return Err(AppError::TooOften(seconds).into());
    }
    let changed = people::change_password(
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
            let problems = fields::problems(error)?;
            if problems.iter().any(|one| one.field == "old_password") {
                portal.mistakes.wrong(&who.user.email, pause, wall);
            }
            let page = account_page(who, &problems, &who.user.name);
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(super) async fn sign_out_elsewhere(posted: Posted) -> Answer {
    let who = &posted.who;
    people::sign_out_elsewhere(&who.app, who.user.id, &who.token).await?;
    who.done("/settings", "You are signed out everywhere else.")
}

// Users.

/// What somebody typed about a new user.
#[derive(Default)]
struct NewUser {
    name: String,
    email: String,
    role: String,
    account: String,
}

async fn users_page(
    who: &SignedIn,
    typed: &NewUser,
    problems: &[Problem],
    fresh: Option<(String, String)>,
) -> Result<UsersPage, AppError> {
    let app = &who.app;
    let may_change = who.user.role == Role::Administrator;
    let accounts = people::accounts(app, &who.caller).await?;
    let users = if may_change {
        people::everybody(app, &who.caller).await?
    } else {
        people::users(app, &who.caller).await?
    };
    let mut choices = vec![Choice {
        value: String::new(),
        label: "None: works at the desk".to_owned(),
        chosen: typed.account.is_empty(),
    }];
    choices.extend(accounts.iter().map(|one| choice(one, &typed.account)));
    Ok(UsersPage {
        shell: shell(who, "Users", "/settings/users"),
        users: users
            .iter()
            .map(|user| user_row(who, user, &accounts, may_change))
            .collect(),
        may_change,
        fresh,
        accounts: choices,
        account_error: problems
            .iter()
            .find(|one| one.field == "account")
            .map(|one| one.says.clone())
            .unwrap_or_default(),
        name: field(problems, "name", &typed.name),
        email: field(problems, "email", &typed.email),
        roles: Choice::list(
            &[
                ("submitter", "Porting user"),
                ("desk", "Desk agent"),
                ("administrator", "Administrator"),
            ],
            if typed.role.is_empty() {
                "submitter"
            } else {
                &typed.role
            },
        ),
    })
}

fn choice(account: &Account, chosen: &str) -> Choice {
    Choice {
        chosen: account.id.to_string() == chosen,
        value: account.id.to_string(),
        label: account.name.clone(),
    }
}

fn user_row(who: &SignedIn, user: &User, accounts: &[Account], may_change: bool) -> UserRow {
    let role = match user.role {
        Role::Administrator => "Administrator".to_owned(),
        Role::Desk => "Desk agent".to_owned(),
        _ => {
            let account = accounts.iter().find(|one| Some(one.id) == user.account);
            account.filter(|_| may_change).map_or_else(
                || "Porting user".to_owned(),
                |account| format!("Porting user, {}", account.name),
            )
        }
    };
    UserRow {
        id: user.id.to_string(),
        name: user.name.clone(),
        email: user.email.clone(),
        role,
        status: if user.disabled_at.is_some() {
            Badge::new(Tone::Stop, "Switched off")
        } else {
            Badge::new(Tone::Done, "Active")
        },
        removable: may_change && user.disabled_at.is_none() && user.id != who.user.id,
    }
}

pub(super) async fn users(who: SignedIn) -> Answer {
    let page = users_page(&who, &NewUser::default(), &[], None).await?;
    who.page(&page)
}

pub(super) async fn add_user(posted: Posted) -> Answer {
    let who = &posted.who;
    let app = &who.app;
    who.caller.administrator_only()?;
    let typed = NewUser {
        name: posted.one("name").to_owned(),
        email: posted.one("email").to_owned(),
        role: posted.one("role").to_owned(),
        account: posted.one("account").to_owned(),
    };
    let role = match typed.role.as_str() {
        "administrator" => Role::Administrator,
        "desk" => Role::Desk,
        _ => Role::Submitter,
    };
    let account: Option<AccountId> = typed.account.parse().ok();
    let password = people::first_password(app);
    let added = people::add_user(
        app,
        Some(&who.caller),
        account,
        role,
        &typed.name,
        &typed.email,
        password.clone(),
    )
    .await;
    match added {
        // Shown once and never stored, so not by way of a redirect.
        Ok(user) => {
            let fresh = Some((user.email, password.expose_secret().to_owned()));
            let page = users_page(who, &NewUser::default(), &[], fresh).await?;
            who.page(&page)
        }
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = users_page(who, &typed, &problems, None).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(super) async fn disable_user(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("user")))?;
    people::disable_user(&who.app, &who.caller, id).await?;
    who.done("/settings/users", "Switched off. They are signed out.")
}

// Accounts.

async fn accounts_page(
    who: &SignedIn,
    name: &str,
    problems: &[Problem],
) -> Result<AccountsPage, AppError> {
    let app = &who.app;
    Ok(AccountsPage {
        shell: shell(who, "Accounts", "/settings/accounts"),
        accounts: people::accounts(app, &who.caller)
            .await?
            .into_iter()
            .map(|one| AccountRow {
                id: one.id.to_string(),
                name: one.name,
                approved: one.campaign_approved,
                status: if one.campaign_approved {
                    Badge::new(Tone::Done, "Approved")
                } else {
                    Badge::new(Tone::Wait, "Not approved yet")
                },
                made: at(app, one.created_at),
            })
            .collect(),
        may_add: who.user.role == Role::Administrator,
        name: field(problems, "name", name),
    })
}

pub(super) async fn accounts(who: SignedIn) -> Answer {
    who.desk_only()?;
    let page = accounts_page(&who, "", &[]).await?;
    who.page(&page)
}

pub(super) async fn add_account(posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    let name = posted.one("name");
    match people::add_account(&who.app, Some(&who.caller), name, false).await {
        Ok(account) => who.done(
            "/settings/accounts",
            &format!("{} was added. Add its users next.", account.name),
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = accounts_page(who, name, &problems).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// R19 to R21: the brand and campaign of an account are approved, or not any more.
pub(super) async fn campaign(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("account")))?;
    let approved = posted.one("approved") == "yes";
    people::set_campaign(&who.app, &who.caller, id, approved).await?;
    who.done(
        "/settings/accounts",
        if approved {
            "Approved. The account's ports go on by themselves."
        } else {
            "Written down as not approved."
        },
    )
}

// API keys.

async fn keys_page(
    who: &SignedIn,
    name: &str,
    problems: &[Problem],
    fresh: Option<String>,
) -> Result<KeysPage, AppError> {
    let app = &who.app;
    Ok(KeysPage {
        shell: shell(who, "API keys", "/settings/keys"),
        keys: people::api_keys(app, &who.caller)
            .await?
            .into_iter()
            .map(|key| KeyRow {
                id: key.id.to_string(),
                name: key.name,
                ends: format!("...{}", key.hint),
                made: at(app, key.created_at),
                revoked: key.revoked_at.map(|instant| at(app, instant)),
            })
            .collect(),
        name: field(problems, "name", name),
        fresh,
    })
}

pub(super) async fn keys(who: SignedIn) -> Answer {
    let page = keys_page(&who, "", &[], None).await?;
    who.page(&page)
}

pub(super) async fn add_key(posted: Posted) -> Answer {
    let who = &posted.who;
    match people::add_api_key(&who.app, who.user.id, posted.one("name")).await {
        // Shown once and never stored, so not by way of a redirect.
        Ok((_, secret)) => {
            let fresh = Some(secret.expose_secret().to_owned());
            let page = keys_page(who, "", &[], fresh).await?;
            who.page(&page)
        }
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = keys_page(who, posted.one("name"), &problems, None).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(super) async fn revoke_key(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("API key")))?;
    people::revoke_api_key(&who.app, &who.caller, id).await?;
    who.done(
        "/settings/keys",
        "Revoked. Programs that use it are refused from now on.",
    )
}

// Receiving numbers and webhooks belong to an account; the desk says to which.

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

pub(super) async fn receiving(who: SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let raw = raw.as_deref();
    let page = receiving_page(&who, &query(raw, "account"), &query(raw, "q"), "", &[]).await?;
    who.page(&page)
}

pub(super) async fn add_receiving(posted: Posted) -> Answer {
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
pub(super) async fn remove_receiving(posted: Posted) -> Answer {
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

pub(super) async fn hooks(who: SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let account = query(raw.as_deref(), "account");
    let page = webhooks_page(&who, &account, "", &[], None).await?;
    who.page(&page)
}

pub(super) async fn add_hook(posted: Posted) -> Answer {
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

pub(super) async fn remove_hook(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("webhook address")))?;
    webhooks::remove(&who.app, &who.caller, id).await?;
    let to = with_account(who, "/settings/webhooks", posted.one("account"));
    who.done(&to, "Removed. Nothing is sent there any more.")
}

pub(super) async fn replay(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = id
        .parse()
        .map_err(|_| Fault::from(AppError::NotFound("delivery")))?;
    webhooks::replay(&who.app, &who.caller, id).await?;
    let to = with_account(who, "/settings/webhooks", posted.one("account"));
    who.done(&to, "It is sent again.")
}
