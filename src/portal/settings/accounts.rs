//! Settings: accounts and agencies, and API keys.

use axum::extract::Path;
use axum::http::StatusCode;
use secrecy::ExposeSecret as _;

use super::{at, choice, shell};
use crate::app::people::{Account, ApiKey, NewAccount};
use crate::app::{AppError, access, people};
use crate::domain::port::{Problem, Role};
use crate::ids::AccountId;
use crate::portal::errors::{Answer, Fault};
use crate::portal::fields;
use crate::portal::fields::field;
use crate::portal::posted::Posted;
use crate::portal::session::SignedIn;
use crate::portal::views::settings::{AccountRow, AccountsPage, KeyRow, KeysPage};
use crate::portal::views::{Badge, Choice, Tone};

fn row(who: &SignedIn, one: &Account, all: &[Account]) -> AccountRow {
    let parent = one
        .parent
        .and_then(|id| all.iter().find(|other| other.id == id));
    AccountRow {
        id: one.id.to_string(),
        name: one.name.clone(),
        kind: match parent {
            Some(parent) => format!("Client of {}", parent.name),
            None if one.is_agency => "Agency".to_owned(),
            None => String::new(),
        },
        is_agency: one.is_agency,
        is_client: one.parent.is_some(),
        approved: one.campaign_approved,
        status: if one.campaign_approved {
            Badge::new(Tone::Done, "Approved")
        } else {
            Badge::new(Tone::Wait, "Not approved yet")
        },
        made: at(&who.app, one.created_at),
    }
}

async fn accounts_page(
    who: &SignedIn,
    name: &str,
    parent: &str,
    problems: &[Problem],
) -> Result<AccountsPage, AppError> {
    let all = people::accounts(&who.app, &who.caller).await?;
    let desk = who.caller.is_desk();
    let mut parents = Vec::new();
    if desk && all.iter().any(|one| one.is_agency) {
        parents.push(Choice {
            value: String::new(),
            label: "None: a customer of its own".to_owned(),
            chosen: parent.is_empty(),
        });
        parents.extend(
            all.iter()
                .filter(|one| one.is_agency)
                .map(|one| choice(one, parent)),
        );
    }
    Ok(AccountsPage {
        shell: shell(who, "Accounts", "/settings/accounts"),
        accounts: all.iter().map(|one| row(who, one, &all)).collect(),
        desk,
        may_change: who.user.role == Role::Administrator,
        may_add: who.caller.is_administrator() && (desk || who.agency),
        parents,
        parent_error: problems
            .iter()
            .find(|one| one.field == "parent")
            .map(|one| one.says.clone())
            .unwrap_or_default(),
        name: field(problems, "name", name),
    })
}

/// Accounts are for the desk and for agencies; others have but their own.
fn several_only(who: &SignedIn) -> Result<(), Fault> {
    if who.caller.sees_several() || who.agency {
        Ok(())
    } else {
        Err(AppError::NotFound("page").into())
    }
}

pub(in crate::portal) async fn accounts(who: SignedIn) -> Answer {
    several_only(&who)?;
    let page = accounts_page(&who, "", "", &[]).await?;
    who.page(&page)
}

pub(in crate::portal) async fn add_account(posted: Posted) -> Answer {
    let who = &posted.who;
    several_only(who)?;
    let (name, parent) = (posted.one("name"), posted.one("parent"));
    let new = NewAccount {
        name: name.to_owned(),
        parent: parent.parse().ok(),
        ..NewAccount::default()
    };
    match people::add_account_once(&who.app, Some(&who.caller), new, None).await {
        Ok(account) => who.done(
            "/settings/accounts",
            &format!("{} was added. Add its users next.", account.name),
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = accounts_page(who, name, parent, &problems).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn account_id(text: &str) -> Result<AccountId, Fault> {
    text.parse()
        .map_err(|_| AppError::NotFound("account").into())
}

/// R19 to R21: the brand and campaign of an account are approved, or not any more.
pub(in crate::portal) async fn campaign(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    let approved = posted.one("approved") == "yes";
    people::set_campaign(&who.app, &who.caller, account_id(&id)?, approved).await?;
    who.done(
        "/settings/accounts",
        if approved {
            "Approved. The account's ports continue by themselves."
        } else {
            "Recorded as not approved."
        },
    )
}

/// R102: an account may have clients, or not any more.
pub(in crate::portal) async fn agency(Path(id): Path<String>, posted: Posted) -> Answer {
    let who = &posted.who;
    who.desk_only()?;
    let is_agency = posted.one("agency") == "yes";
    people::set_agency(&who.app, &who.caller, account_id(&id)?, is_agency).await?;
    who.done(
        "/settings/accounts",
        if is_agency {
            "It is an agency now: its administrators can add client accounts."
        } else {
            "It is no longer an agency."
        },
    )
}

// API keys.

/// How long a key works: days, and the words.
const LIVES: [(&str, &str); 4] = [
    ("", "Until it is revoked"),
    ("30", "For 30 days"),
    ("90", "For 90 days"),
    ("365", "For a year"),
];

fn key_row(who: &SignedIn, key: ApiKey, owner: String) -> KeyRow {
    let app = &who.app;
    KeyRow {
        id: key.id.to_string(),
        name: key.name,
        ends: format!("...{}", key.hint),
        owner,
        kind: if key.read_only {
            "Reads only"
        } else {
            "Reads and writes"
        }
        .to_owned(),
        made: at(app, key.created_at),
        used: key.used_wall.map(|instant| at(app, instant)),
        expires: key.expires_at.map(|instant| at(app, instant)),
        expired: key.expires_at.is_some_and(|ends| app.clock.wall() >= ends),
        revoked: key.revoked_at.map(|instant| at(app, instant)),
    }
}

async fn keys_page(
    who: &SignedIn,
    posted: Option<&Posted>,
    problems: &[Problem],
    fresh: Option<String>,
) -> Result<KeysPage, AppError> {
    let app = &who.app;
    let typed = |name: &str| posted.map_or("", |posted| posted.one(name));
    Ok(KeysPage {
        shell: shell(who, "API keys", "/settings/keys"),
        keys: people::api_keys(app, &who.caller)
            .await?
            .into_iter()
            .map(|key| key_row(who, key, String::new()))
            .collect(),
        others: access::keys_of_others(app, &who.caller)
            .await?
            .into_iter()
            .map(|(key, owner)| key_row(who, key, owner))
            .collect(),
        may_make: who.caller.account_administrators_only().is_ok(),
        name: field(problems, "name", typed("name")),
        kinds: Choice::list(
            &[("full", "Reads and writes"), ("read", "Reads only")],
            typed("kind"),
        ),
        lives: Choice::list(&LIVES, typed("days")),
        fresh,
    })
}

pub(in crate::portal) async fn keys(who: SignedIn) -> Answer {
    let page = keys_page(&who, None, &[], None).await?;
    who.page(&page)
}

pub(in crate::portal) async fn add_key(posted: Posted) -> Answer {
    let who = &posted.who;
    let new = access::NewKey {
        name: posted.one("name").to_owned(),
        read_only: posted.one("kind") == "read",
        days: posted.one("days").parse().ok(),
    };
    match access::add_api_key_once(&who.app, &who.caller, new, None).await {
        // Shown once and never stored, so not by way of a redirect.
        Ok((_, secret)) => {
            let fresh = Some(secret.expose_secret().to_owned());
            let page = keys_page(who, None, &[], fresh).await?;
            who.page(&page)
        }
        Err(error) => {
            let problems = fields::problems(error)?;
            let page = keys_page(who, Some(&posted), &problems, None).await?;
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

pub(in crate::portal) async fn revoke_key(Path(id): Path<String>, posted: Posted) -> Answer {
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
