//! Help with a question to support, and the style guide of development builds.

use axum::extract::State;
use axum::http::StatusCode;

use super::errors::{Answer, nothing_here};
use super::fields;
use super::port::estimate_from;
use super::posted::Posted;
use super::session::{Portal, SignedIn};
use super::views::Room;
use super::views::misc::{AskForm, HelpPage, StyleGuide};
use crate::app::{App, tickets};
use crate::domain::calendar::{Calendar, CarrierDays};

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Answer {
    who.page(&page(&portal.app, &who, AskForm::default()))
}

fn page(app: &App, who: &SignedIn, asked: AskForm) -> HelpPage {
    let calendar = Calendar::new(app.operator().time_zone.clone(), CarrierDays::default());
    let ask = AskForm {
        address: who.user.email.clone(),
        ..asked
    };
    HelpPage {
        shell: who.shell(Room::Help, "Help"),
        estimate: estimate_from(&calendar, app.clock.now()),
        costs: app.operator().costs.trim().to_owned(),
        ask: (tickets::are_on(app) && !who.caller.is_desk()).then_some(ask),
    }
}

/// Opens a ticket.
pub(super) async fn ask(State(portal): State<Portal>, posted: Posted) -> Answer {
    let (app, mut who) = (&portal.app, posted.who.clone());
    let (subject, text) = (posted.one("subject"), posted.one("text"));
    match tickets::ask(app, &who.caller, subject, text).await {
        Ok(ticket) => who.done(
            "/help#ask",
            &format!(
                "We have your question: ticket #{}. The answer comes by mail.",
                ticket.number
            ),
        ),
        Err(error) => {
            let problems = fields::problems(error)?;
            let asked = AskForm {
                subject: fields::field(&problems, "subject", subject),
                text: fields::field(&problems, "text", text),
                ..AskForm::default()
            };
            who.here = "/help".to_owned();
            let page = page(app, &who, asked);
            who.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Every component with made-up data: for those who change the pages.
pub(super) async fn style_guide(who: SignedIn) -> Answer {
    if !cfg!(debug_assertions) {
        return Err(nothing_here().await);
    }
    let page = StyleGuide {
        shell: who.shell(Room::Nowhere, "Style guide"),
        ..StyleGuide::sample()
    };
    who.page(&page)
}
