//! Settings: users, for those who look after them.

use axum::extract::Path;
use axum::http::StatusCode;

use super::{at, choice, shell};
use crate::app::people::{Account, User};
use crate::app::users::{NewUser, is_invited};
use crate::app::{AppError, people, users as persons};
use crate::domain::port::{Problem, Role};
use crate::ids::UserId;
use crate::portal::errors::{Answer, Fault};
use crate::portal::fields;
use crate::portal::fields::field;
use crate::portal::posted::Posted;
use crate::portal::session::SignedIn;
use crate::portal::views::settings::{UserPage, UserRow, UsersPage};
use crate::portal::views::{Badge, Choice, Tone};

/// What somebody typed about a new user.
#[derive(Default)]
struct Typed {
    name: String,
    email: String,
    role: String,
    account: String,
}

/// The roles that the reader may give, with one chosen.
fn roles(who: &SignedIn, chosen: &str, of_account: Option<bool>) -> Vec<Choice> {
    Role::OF_PEOPLE
        .into_iter()
        .filter(|role| who.caller.is_desk() || role.has_account())
        .filter(|role| of_account.is_none_or(|wanted| role.has_account() == wanted))
        .map(|role| Choice {
            value: role.name().to_owned(),
            label: role.title().to_owned(),
            chosen: role.name() == chosen,
        })
        .collect()
}

async fn users_page(
    who: &SignedIn,
    typed: &Typed,
    problems: &[Problem],
) -> Result<UsersPage, AppError> {
    let app = &who.app;
    let accounts = people::accounts(app, &who.caller).await?;
    let users = persons::users(app, &who.caller).await?;
    let mut choices = Vec::new();
    if who.caller.is_desk() {
        choices.push(Choice {
            value: String::new(),
            label: "None: works at the desk".to_owned(),
            chosen: typed.account.is_empty(),
        });
    }
    if who.caller.sees_several() {
        choices.extend(accounts.iter().map(|one| choice(one, &typed.account)));
    }
    // The two choices open as ones that fit together: whoever is of no account works at the desk.
    let role = match typed.role.as_str() {
        "" if who.caller.is_desk() && typed.account.is_empty() => Role::Desk.name(),
        "" => Role::Submitter.name(),
        role => role,
    };
    Ok(UsersPage {
        shell: shell(who, "Users", "/settings/users"),
        users: users.iter().map(|user| row(who, user, &accounts)).collect(),
        may_change: who.caller.is_administrator(),
        many_accounts: who.caller.sees_several(),
        accounts: choices,
        account_error: problems
            .iter()
            .find(|one| one.field == "account")
            .map(|one| one.says.clone())
            .unwrap_or_default(),
        name: field(problems, "name", &typed.name),
        email: field(problems, "email", &typed.email),
        roles: roles(who, role, None),
    })
}

fn row(who: &SignedIn, user: &User, accounts: &[Account]) -> UserRow {
    UserRow {
        id: user.id.to_string(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role.title().to_owned(),
        account: match user.account {
            None => "Porting desk".to_owned(),
            Some(id) => accounts
                .iter()
                .find(|one| one.id == id)
                .map(|one| one.name.clone())
                .unwrap_or_default(),
        },
        signed_in: user.signed_in_wall.map(|instant| at(&who.app, instant)),
        status: if user.disabled_at.is_some() {
            Badge::new(Tone::Stop, "Switched off")
        } else if is_invited(user) {
            Badge::new(Tone::Wait, "Invited")
        } else {
            Badge::new(Tone::Done, "Active")
        },
    }
}

pub(in crate::portal) async fn users(who: SignedIn) -> Answer {
    let page = users_page(&who, &Typed::default(), &[]).await?;
    who.page(&page)
}

pub(in crate::portal) async fn add_user(posted: Posted) -> Answer {
    let who = &posted.who;
    who.caller.administrators_only()?;
    let typed = Typed {
        name: posted.one("name").to_owned(),
        email: posted.one("email").to_owned(),
        role: posted.one("role").to_owned(),
        account: posted.one("account").to_owned(),
    };
    let new = NewUser {
        account: typed.account.parse().ok(),
        role: Role::of_person(&typed.role).unwrap_or(Role::ReadOnly),
        name: typed.name.clone(),
        email: typed.email.clone(),
    };
    match persons::invite(&who.app, &who.caller, new).await {
        Ok(user) => who.done(
            "/settings/users",
            &format!("A mail with a link is on its way to {}.", user.email),
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = users_page(who, &typed, &problems).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn user_id(text: &str) -> Result<UserId, Fault> {
    text.parse().map_err(|_| AppError::NotFound("user").into())
}

async fn user_page(
    who: &SignedIn,
    id: UserId,
    chosen: Option<&str>,
    problems: &[Problem],
) -> Result<UserPage, AppError> {
    who.caller.administrators_only()?;
    let user = persons::users(&who.app, &who.caller)
        .await?
        .into_iter()
        .find(|user| user.id == id)
        .ok_or(AppError::NotFound("user"))?;
    let accounts = people::accounts(&who.app, &who.caller).await?;
    Ok(UserPage {
        shell: shell(who, &user.name, "/settings/users"),
        user: row(who, &user, &accounts),
        roles: roles(
            who,
            chosen.unwrap_or(user.role.name()),
            Some(user.role.has_account()),
        ),
        role_error: problems
            .iter()
            .find(|one| one.field == "role")
            .map(|one| one.says.clone())
            .unwrap_or_default(),
        invited: is_invited(&user),
        off: user.disabled_at.is_some(),
        fixed: if id == who.user.id {
            "This is you. You cannot change your own role or switch yourself off.".to_owned()
        } else {
            String::new()
        },
    })
}

pub(in crate::portal) async fn user(who: SignedIn, Path(id): Path<String>) -> Answer {
    let page = user_page(&who, user_id(&id)?, None, &[]).await?;
    who.page(&page)
}

pub(in crate::portal) async fn role(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = user_id(&id)?;
    let typed = posted.one("role");
    let set = match Role::of_person(typed) {
        Some(role) => persons::set_role(&who.app, &who.caller, id, role).await,
        None => Err(AppError::field("role", "Choose a role.")),
    };
    match set {
        Ok(()) => who.done(
            &format!("/settings/users/{id}"),
            "The role is changed. It counts from the next page that they open.",
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = user_page(who, id, Some(typed), &problems).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(in crate::portal) async fn invite_again(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let user = persons::invite_again(&who.app, &who.caller, user_id(&id)?).await?;
    who.done(
        &format!("/settings/users/{}", user.id),
        &format!("A new mail is on its way to {}.", user.email),
    )
}

pub(in crate::portal) async fn disable_user(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = user_id(&id)?;
    persons::disable_user(&who.app, &who.caller, id).await?;
    who.done(
        &format!("/settings/users/{id}"),
        "Switched off. They are signed out.",
    )
}

pub(in crate::portal) async fn enable_user(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    let id = user_id(&id)?;
    persons::enable_user(&who.app, &who.caller, id).await?;
    who.done(&format!("/settings/users/{id}"), "Switched on again.")
}
