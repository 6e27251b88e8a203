//! The form keeps itself while somebody types, and comes back as they left it.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::Draft;
use super::typed::Typed;
use crate::app::kept::{self, Left};
use crate::app::ports::View;
use crate::app::{App, AppError, ports};
use crate::domain::number::parse_typed;
use crate::ids::{FormId, PortId};
use crate::portal::errors::{Answer, Fault};
use crate::portal::port::port_id;
use crate::portal::posted::{Fields, Posted};
use crate::portal::query::Query;
use crate::portal::session::{Portal, SignedIn};
use crate::portal::tell;
use crate::portal::views::form::{LeftForm, LeftHere};

/// Forms that are offered to be gone on with.
const OFFERED: i64 = 5;

/// One form in one browser: what tells it from another one for the same request.
pub(super) struct Form {
    pub(super) id: FormId,
    /// How many times it was kept.
    pub(super) step: i64,
    /// When these words were typed, if the page is shown anew with words that nobody saved.
    left: Option<jiff::Timestamp>,
    /// Other new forms that were left.
    others: Vec<LeftForm>,
}

impl Form {
    fn fresh(app: &App) -> Self {
        Self {
            id: app.ids.next(app.clock.now()),
            step: 0,
            left: None,
            others: Vec::new(),
        }
    }

    /// The form that a browser sent.
    pub(super) fn sent(app: &App, fields: &Fields) -> Self {
        let fresh = Self::fresh(app);
        Self {
            id: fields.one("form").parse().unwrap_or(fresh.id),
            step: fields.one("step").parse().unwrap_or(0),
            ..fresh
        }
    }

    /// A form for a new request: the one that was left last, the one that the address names, or an empty one.
    pub(super) async fn begun(
        app: &App,
        who: &SignedIn,
        query: &Query,
    ) -> Result<(Typed, Self), AppError> {
        let named: Option<FormId> = query.parsed("form");
        let empty = query.has("empty");
        let mut left = kept::left(app, &who.caller, None, OFFERED).await?;
        let at = match named {
            Some(id) => left.iter().position(|one| one.id == id),
            None => (!empty && !left.is_empty()).then_some(0),
        };
        let mine = match (at, named) {
            (Some(at), _) => Some(left.remove(at)),
            // An older one than those that are offered.
            (None, Some(id)) => kept::one(app, &who.caller, id).await?,
            (None, None) => None,
        };
        let others = offered(app, &left);
        Ok(match mine.and_then(|one| Some((read(&one)?, one))) {
            Some((typed, one)) => (typed, Self::again(&one, others)),
            None => (
                Typed::blank(),
                Self {
                    others,
                    ..Self::fresh(app)
                },
            ),
        })
    }

    /// A form that changes a request: as it was left, or as the request is saved.
    pub(super) async fn changing(
        app: &App,
        who: &SignedIn,
        view: &View,
        saved: Typed,
    ) -> Result<(Typed, Self), AppError> {
        let left = kept::left(app, &who.caller, Some(view.request.id), 1).await?;
        let found = left
            .into_iter()
            .next()
            .and_then(|one| Some((read(&one)?, one)));
        Ok(match found {
            // Somebody changed a word and changed it back, or it was saved elsewhere.
            Some((typed, one)) if typed.says_as(&saved) => {
                let form = Self {
                    left: None,
                    ..Self::again(&one, Vec::new())
                };
                (saved, form)
            }
            Some((typed, one)) => (typed, Self::again(&one, Vec::new())),
            None => (saved, Self::fresh(app)),
        })
    }

    fn again(one: &Left, others: Vec<LeftForm>) -> Self {
        Self {
            id: one.id,
            step: one.step,
            left: Some(one.at),
            others,
        }
    }

    /// The form was saved, or is thrown away.
    pub(super) async fn end(
        &self,
        app: &App,
        who: &SignedIn,
        port: Option<PortId>,
    ) -> Result<(), AppError> {
        kept::end(app, &who.caller, self.id, port).await
    }

    /// What the page says of words that were typed earlier.
    pub(super) fn left_words(&self, draft: &Draft<'_>) -> Option<LeftHere> {
        let Some(at) = self.left else {
            return (!self.others.is_empty()).then(|| LeftHere {
                says: String::new(),
                instead: String::new(),
                others: self.others.clone(),
            });
        };
        let when = tell::when(at, draft.calendar.zone(), draft.app.clock.now());
        let mut says = format!(
            "You typed this on {} and did not save it. It is all still here.",
            when.text
        );
        let instead = match &draft.view {
            None => "Discard it and start with an empty form",
            Some(view) => {
                if view.version != draft.typed.version {
                    says.push_str(
                        " The request was changed in the meantime: see its page before you save.",
                    );
                }
                "Discard it and show what is saved"
            }
        };
        Some(LeftHere {
            says,
            instead: instead.to_owned(),
            others: self.others.clone(),
        })
    }
}

fn read(left: &Left) -> Option<Typed> {
    serde_json::from_str(left.text.expose_secret()).ok()
}

fn offered(app: &App, left: &[Left]) -> Vec<LeftForm> {
    let now = app.clock.now();
    let zone = &app.operator().time_zone;
    left.iter()
        .filter_map(|one| {
            Some(LeftForm {
                title: title(&read(one)?),
                at: tell::when(one.at, zone, now),
                href: format!("/numbers/ports/new?form={}", one.id),
            })
        })
        .collect()
}

/// Forms for new ports that this person left, for the overview.
pub(in crate::portal) async fn left(app: &App, who: &SignedIn) -> Result<Vec<LeftForm>, AppError> {
    let left = kept::left(app, &who.caller, None, OFFERED).await?;
    Ok(offered(app, &left))
}

fn title(typed: &Typed) -> String {
    let numbers: Vec<String> = typed
        .rows
        .iter()
        .map(|row| row.number.trim())
        .filter(|text| !text.is_empty())
        .map(|text| {
            parse_typed(text).map_or_else(|_| text.to_owned(), |one| tell::number(one.number))
        })
        .collect();
    let first = match numbers.split_first() {
        None => String::new(),
        Some((first, [])) => first.clone(),
        Some((first, rest)) => format!("{first} and {} more", rest.len()),
    };
    let parts: Vec<&str> = [typed.carrier.trim(), &first]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        "A form without carrier and numbers yet".to_owned()
    } else {
        parts.join(", ")
    }
}

impl Draft<'_> {
    /// Keeps what was typed, for the case that it is left now.
    pub(super) async fn keep(&mut self) -> Result<(), AppError> {
        self.form.step += 1;
        let port = self.view.as_ref().map(|view| view.request.id);
        let text = words(&self.typed);
        let form = &self.form;
        match kept::keep(self.app, &self.who.caller, form.id, port, form.step, &text).await {
            // Too long: it is on the page, and will be said to the browser while typing.
            Ok(_) | Err(AppError::Invalid(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Throws away what was typed and not saved.
    pub(super) async fn discard(self) -> Answer {
        let port = self.view.as_ref().map(|view| view.request.id);
        self.form.end(self.app, self.who, port).await?;
        let to = match port {
            None => "/numbers/ports/new?empty=yes".to_owned(),
            Some(id) => {
                // Also what was typed in another tab: what is saved is to be seen.
                kept::end_all(self.app, &self.who.caller, id).await?;
                format!("/numbers/ports/{id}/edit")
            }
        };
        self.who
            .done(&to, "Draft discarded. Nothing that was saved has changed.")
    }
}

fn words(typed: &Typed) -> SecretString {
    SecretString::from(serde_json::to_string(typed).unwrap_or_default())
}

/// What a script sends while somebody types: the whole form.
pub(in crate::portal) async fn keep(State(portal): State<Portal>, posted: Posted) -> Answer {
    let (app, who) = (&portal.app, &posted.who);
    let typed = Typed::sent(&posted);
    let port = match posted.one("draft") {
        "" => None,
        // Whether they may know of it.
        id => {
            let view = ports::glance(app, &who.caller, port_id(id)?).await?;
            Some(view.request.id)
        }
    };
    let form = Form::sent(app, &posted);
    let kept = kept::keep(app, &who.caller, form.id, port, form.step, &words(&typed))
        .await
        .map_err(Fault::from)?;
    Ok(Json(serde_json::json!({ "form": form.id, "kept": kept.is_some() })).into_response())
}
