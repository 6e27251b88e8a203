//! A porting desk on an empty folder, with one customer who has a key.

use std::path::Path;

use anyhow::{Context as _, Result};
use portolan::app::{open, people};
use portolan::clock::Clock;
use portolan::config::Config;
use portolan::domain::port::Role;
use portolan::ids::Ids;
use secrecy::ExposeSecret as _;

/// Opens a desk there, with the schema, the keys and a customer, and closes it again. Gives the
/// customer's API key.
pub fn furnish(data: &Path) -> Result<String> {
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
        let account = people::add_account(&app, None, "Lighthouse Agency", true).await?;
        let customer = people::add_user(
            &app,
            None,
            Some(account.id),
            Role::Submitter,
            "Dana Whitfield",
            "dana@lighthouse.example",
            "correct horse battery".to_owned().into(),
        )
        .await?;
        let (_, key) = people::add_api_key(&app, customer.id, "benchmarks").await?;
        app.db.close().await;
        Ok(key.expose_secret().to_owned())
    })
}
