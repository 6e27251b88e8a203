//! The overview of port requests, and the cuts of it that people save.

use std::sync::Arc;

use super::ports::{self, Glanced};
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::overview as rows;
use crate::ids::{AccountId, PortId, ViewId};

pub use crate::db::overview::{SavedView, Sort};

/// The longest name of a saved view, in characters.
const NAME_MAX: usize = 60;
/// The longest query that is saved, in bytes.
const QUERY_MAX: usize = 1_000;
/// How many views somebody may save.
const VIEWS_MAX: usize = 20;
/// Requests that are read at once for a file.
const CHUNK: i64 = 200;

/// What of the overview is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Only this account's, if the caller may see it.
    pub account: Option<AccountId>,
    /// Only in these statuses; empty means all.
    pub statuses: Vec<&'static str>,
    /// A number, name, carrier or id to look for; empty means all.
    pub text: String,
    /// In this order.
    pub sort: Sort,
}

impl Asked {
    fn cut(&self, caller: &Caller) -> rows::Cut {
        let accounts = match (self.account, caller.account) {
            (Some(one), _) if caller.sees(one) => Some(vec![one]),
            // They may not know that it exists.
            (Some(_), _) => Some(Vec::new()),
            // An agency's people see its clients' too (R102).
            (None, Some(own)) => Some(
                std::iter::once(own)
                    .chain(caller.clients.iter().copied())
                    .collect(),
            ),
            (None, None) => None,
        };
        rows::Cut {
            accounts,
            statuses: self.statuses.clone(),
            text: self.text.clone(),
            sort: self.sort,
        }
    }
}

/// A page of the overview.
#[derive(Debug)]
pub struct Overview {
    /// Its rows.
    pub rows: Vec<Glanced>,
    /// How many requests were asked for, on all pages.
    pub total: i64,
}

/// A page of the overview: `limit` rows after `offset` others.
pub async fn page(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    offset: i64,
    limit: i64,
) -> Result<Arc<Overview>, AppError> {
    let key = Key::List(
        caller.user,
        "overview",
        format!("{asked:?} {offset} {limit}"),
    );
    app.seen(key, |_| true, async {
        let cut = asked.cut(caller);
        // How many stand where is known already, and counting 10,000 takes its time.
        let known = if asked.text.trim().is_empty() && asked.account.is_none() {
            Some(ports::counts(app, caller).await?)
        } else {
            None
        };
        let mut read = app.db.read().await?;
        let total = match known {
            Some(counts) => counts
                .iter()
                .filter(|(name, _)| {
                    cut.statuses.is_empty() || cut.statuses.contains(&name.as_str())
                })
                .map(|(_, count)| count)
                .sum(),
            None => rows::count(&mut read, &cut).await?,
        };
        let ids = rows::ids(&mut read, &cut, offset, limit).await?;
        let scope = caller.scope();
        let found = rows::glances(&mut read, &ids).await?;
        Ok(Overview {
            rows: found
                .into_iter()
                .map(|one| Glanced::of(app, one, &scope))
                .collect(),
            total,
        })
    })
    .await
}

/// Up to `most` requests for a file; also whether there are more.
pub async fn all(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    most: i64,
) -> Result<(Vec<Glanced>, bool), AppError> {
    let cut = asked.cut(caller);
    let mut read = app.db.read().await?;
    let ids = rows::ids(&mut read, &cut, 0, most.saturating_add(1)).await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = ids.len() > most;
    let wanted: Vec<PortId> = ids.into_iter().take(most).collect();
    let mut found = Vec::with_capacity(wanted.len());
    let scope = caller.scope();
    for chunk in wanted.chunks(usize::try_from(CHUNK).unwrap_or(1)) {
        let rows = rows::glances(&mut read, chunk).await?;
        found.extend(rows.into_iter().map(|one| Glanced::of(app, one, &scope)));
    }
    Ok((found, more))
}

/// The caller's saved views.
pub async fn views(app: &App, caller: &Caller) -> Result<Arc<Vec<SavedView>>, AppError> {
    app.seen(Key::Own(caller.user, "views"), |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(rows::views(&mut read, caller.user).await?)
    })
    .await
}

/// Saves a cut of the overview under a name. One of the same name gives way.
///
/// # Errors
/// A problem with the field `name`.
pub async fn save_view(
    app: &App,
    caller: &Caller,
    name: &str,
    query: &str,
) -> Result<(), AppError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(AppError::field("name", "Give the view a name."));
    }
    if name.chars().count() > NAME_MAX || query.len() > QUERY_MAX {
        return Err(AppError::field(
            "name",
            format!("A view's name has at most {NAME_MAX} letters."),
        ));
    }
    let there = views(app, caller).await?;
    if there.len() >= VIEWS_MAX && !there.iter().any(|one| one.name == name) {
        return Err(AppError::field(
            "name",
            format!("You have {VIEWS_MAX} saved views. Remove one first."),
        ));
    }
    let now = app.clock.now();
    let view = SavedView {
        id: app.ids.next(now),
        name: name.to_owned(),
        query: query.to_owned(),
    };
    let mut tx = app.db.write().await?;
    rows::save_view(&mut tx, caller.user, &view, now).await?;
    Ok(tx.commit().await?)
}

/// Forgets a saved view.
pub async fn drop_view(app: &App, caller: &Caller, id: ViewId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !rows::drop_view(&mut tx, caller.user, id).await? {
        return Err(AppError::NotFound("saved view"));
    }
    Ok(tx.commit().await?)
}
