//! `portolan migrate`: brings the database's schema up to date.

use super::{Context, Error, open_clock, open_database};

/// Brings the schema up to date and says which steps were new.
pub(super) async fn run(context: &mut Context) -> Result<(), Error> {
    let config = context.load()?.config;
    let clock = open_clock(&config)?;
    let db = open_database(&config).await?;
    let steps = db.migrate(clock.now()).await?;
    if context.ui.is_json() {
        context.ui.json(&serde_json::json!({ "applied": steps }))?;
    } else if steps.is_empty() {
        context.ui.note("The database is up to date.");
    } else {
        for step in steps {
            context.ui.line(step)?;
        }
    }
    db.close().await;
    Ok(())
}
