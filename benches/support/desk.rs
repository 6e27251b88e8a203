//! A porting desk on an empty folder, with one customer who has a key.

use std::path::Path;

use anyhow::{Context as _, Result};
use portolan::app::{App, open, people};
use portolan::clock::Clock;
use portolan::config::Config;
use portolan::domain::port::Role;
use portolan::ids::Ids;
use secrecy::ExposeSecret as _;

/// A desk with people who are signed in.
#[derive(Debug)]
pub struct Furnished {
    /// The customer's API key.
    pub key: String,
    /// The customer's session.
    pub customer_session: String,
    /// A desk agent's session.
    pub desk_session: String,
}

/// [`furnish`], with a customer and a desk agent who are signed in.
pub fn furnish_with_people(data: &Path) -> Result<Furnished> {
    let key = furnish(data)?;
    in_a_desk(data, async |app| {
        people::add_user(
            &app,
            None,
            None,
            Role::Desk,
            "Sam Okafor",
            "sam@desk.example",
            PASSWORD.to_owned().into(),
        )
        .await?;
        let customer = people::sign_in(
            &app,
            CUSTOMER,
            PASSWORD.to_owned().into(),
            people::Browser::default(),
        )
        .await?;
        let desk = people::sign_in(
            &app,
            "sam@desk.example",
            PASSWORD.to_owned().into(),
            people::Browser::default(),
        )
        .await?;
        Ok(Furnished {
            key,
            customer_session: customer.token.expose_secret().to_owned(),
            desk_session: desk.token.expose_secret().to_owned(),
        })
    })
}

/// Opens a desk there, with the schema, the keys and a customer, and closes it again. Gives the
/// customer's API key.
pub fn furnish(data: &Path) -> Result<String> {
    in_a_desk(data, async |app| {
        let account = people::add_account(&app, None, "Lighthouse Agency", true).await?;
        let customer = people::add_user(
            &app,
            None,
            Some(account.id),
            Role::Submitter,
            "Dana Whitfield",
            CUSTOMER,
            PASSWORD.to_owned().into(),
        )
        .await?;
        let (_, key) = people::add_api_key(&app, customer.id, "benchmarks").await?;
        Ok(key.expose_secret().to_owned())
    })
}

const CUSTOMER: &str = "dana@lighthouse.example";
const PASSWORD: &str = "correct horse battery";

/// Opens the desk on this folder for some work, and closes it again.
fn in_a_desk<T>(data: &Path, work: impl AsyncFnOnce(App) -> Result<T>) -> Result<T> {
    let waiting = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    waiting.block_on(async {
        let mut config = Config::defaults().context("the defaults")?;
        config.data.folder = data.to_path_buf();
        let db = portolan::cli::open_database(&config)
            .await
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let app = open::open(config, db, Clock::system(), Ids::random()).await?;
        let done = work(app.clone()).await;
        app.db.close().await;
        done
    })
}
