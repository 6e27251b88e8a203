//! Help, and the style guide of development builds.

use axum::extract::State;

use super::errors::{Answer, nothing_here};
use super::port::estimate_from;
use super::session::{Portal, SignedIn};
use super::views::Room;
use super::views::misc::{HelpPage, StyleGuide};
use crate::domain::calendar::{Calendar, CarrierDays};

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Answer {
    let app = &portal.app;
    let calendar = Calendar::new(app.operator().time_zone.clone(), CarrierDays::default());
    let page = HelpPage {
        shell: who.shell(Room::Help, "Help"),
        estimate: estimate_from(&calendar, app.clock.now()),
        costs: app.operator().costs.trim().to_owned(),
    };
    who.page(&page)
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
