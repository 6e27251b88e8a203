//! The portal, as somebody with a browser and without scripts meets it.

mod form;
mod hosted;
mod keeping;
mod limits;
mod links;
mod lists;
mod mails;
mod overview;
mod path;
mod repair;
mod session;
mod settings;
mod snapback;
mod start;
mod undelivered;
mod walls;

use super::support::browser::{Browser, Form, Page};

/// Everything that a letter needs, typed into the form of a page.
fn filled(form: Form) -> Form {
    let form = form
        .set("carrier", "Copper Valley Telephone")
        .set("number", "+1 (404) 555-0123")
        .set("receiving", "+14045550100")
        .set("source", "Google Ads")
        .set("first_name", "María José")
        .set("last_name", "O'Kovács")
        .set("business", "Harbor Dental & Sons <LLC>")
        .set("account_number", ACCOUNT_NUMBER)
        .set("billing_street", "1200 Peachtree St NE")
        .set("billing_unit", "Ste 410")
        .set("billing_city", "Atlanta")
        .set("billing_state", "GA")
        .set("billing_zip", "30309")
        .set("signer_name", "María José O'Kovács")
        .set("signer_email", "maria@harbordental.example");
    portolan::domain::agreement::STATEMENTS
        .iter()
        .fold(form, |form, (name, _)| form.add(name, "yes"))
}

/// A secret that no page may show.
const ACCOUNT_NUMBER: &str = "8155300440129471";

/// Fills the form in and goes on to the letter. Gives the request's page.
pub async fn filed(browser: &mut Browser<'_>) -> String {
    let page = browser.open("/numbers/ports/new").await;
    let page = browser
        .press(filled(page.form("/numbers/ports/new")), "continue")
        .await;
    assert!(page.path.ends_with("/letter"), "{}", page.text());
    page.path.trim_end_matches("/letter").to_owned()
}

/// The form's answer, if it was refused.
#[track_caller]
fn refused(page: &Page) {
    assert_eq!(page.status, 422, "{}", page.text());
}
