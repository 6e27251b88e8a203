//! `portolan user add` and `portolan apikey add`: the first people of a desk, from the desk's own machine.

use secrecy::{ExposeSecret as _, SecretString};

use super::serve::open_app;
use super::{Context, Error};
use crate::app::{AppError, people};
use crate::domain::port::Role;

#[derive(Debug, clap::Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, clap::Subcommand)]
enum UserCommand {
    /// Adds somebody who signs in. The password is read from PORTOLAN_NEW_PASSWORD, or drawn and shown once
    Add {
        /// Their name
        name: String,
        /// Their e-mail address; they sign in with it
        email: String,
        /// What they do. Of an account: `account_administrator`, `submitter` (a porting user), `read_only`; at the
        /// desk: `desk` (an agent), `administrator`
        #[arg(long, value_parser = role_of, default_value = "submitter")]
        role: Role,
        /// The account of somebody who does not work at the desk: a new account's name, or an account's id
        #[arg(long)]
        account: Option<String>,
    },
}

fn role_of(text: &str) -> Result<Role, String> {
    Role::of_person(text)
        .ok_or_else(|| format!("roles are {}", Role::OF_PEOPLE.map(Role::name).join(", ")))
}

#[derive(Debug, clap::Args)]
pub(super) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, clap::Subcommand)]
enum KeyCommand {
    /// Makes a key for the API with the rights of a user; it is shown once
    Add {
        /// The user's e-mail address
        email: String,
        /// What the key is for
        name: String,
    },
}

fn said(error: AppError) -> Error {
    match &error {
        AppError::Invalid(problems) => Error::refused(
            problems
                .iter()
                .map(|one| one.says.clone())
                .collect::<Vec<_>>()
                .join(" "),
        ),
        AppError::Unavailable(..) => Error::unavailable(error),
        AppError::Broken(_) => Error::internal(error),
        _ => Error::refused(error.to_string()),
    }
}

/// Adds a user, and the account if it is a new one.
pub(super) async fn user(args: UserArgs, context: &mut Context) -> Result<(), Error> {
    let UserCommand::Add {
        name,
        email,
        role,
        account,
    } = args.command;
    let app = open_app(context).await?;
    let given = std::env::var("PORTOLAN_NEW_PASSWORD").ok();
    let password: SecretString = given
        .clone()
        .unwrap_or_else(|| hex::encode(&app.ids.secret()[..12]))
        .into();
    let account = match account {
        None => None,
        Some(text) => match text.parse() {
            Ok(id) => Some(id),
            Err(_) => Some(
                people::add_account(&app, None, &text, false)
                    .await
                    .map_err(said)?
                    .id,
            ),
        },
    };
    let user = people::add_user(&app, None, account, role, &name, &email, password.clone())
        .await
        .map_err(said)?;
    let shown = if given.is_none() {
        Some(password.expose_secret())
    } else {
        None
    };
    if context.ui.is_json() {
        context.ui.json(&serde_json::json!({ "user": user.id, "account": user.account, "email": user.email, "password": shown }))?;
    } else {
        context.ui.line(format!("user     {}", user.id))?;
        if let Some(account) = user.account {
            context.ui.line(format!("account  {account}"))?;
        }
        if let Some(password) = shown {
            context.ui.line(format!("password {password}"))?;
            context.ui.note("The password is not shown again.");
        }
    }
    app.db.close().await;
    Ok(())
}

/// Makes an API key.
pub(super) async fn key(args: KeyArgs, context: &mut Context) -> Result<(), Error> {
    let KeyCommand::Add { email, name } = args.command;
    let app = open_app(context).await?;
    let user = people::find_user(&app, &email).await.map_err(said)?;
    let (key, secret) = people::add_api_key(&app, user.id, &name)
        .await
        .map_err(said)?;
    if context.ui.is_json() {
        context
            .ui
            .json(&serde_json::json!({ "id": key.id, "key": secret.expose_secret() }))?;
    } else {
        context.ui.line(secret.expose_secret())?;
        context.ui.note("The key is not shown again.");
    }
    app.db.close().await;
    Ok(())
}
