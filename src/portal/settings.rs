//! Settings: one's account, users, accounts, API keys; and those of an account.

mod of_account;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::ExposeSecret as _;

use super::errors::{Answer, Fault};
use super::fields;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::tell;
use super::views::settings::{
    AccountPage, AccountRow, AccountsPage, KeyRow, KeysPage, UserRow, UsersPage,
};
use super::views::{Badge, Choice, Field, Room, Shell, Tone, When};
use crate::app::people::{Account, User};
use crate::app::{App, AppError, people};
use crate::domain::port::{Problem, Role};
use crate::ids::AccountId;

pub(super) use of_account::{
    add_hook, add_receiving, hooks, receiving, remove_hook, remove_receiving, replay,
};

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
