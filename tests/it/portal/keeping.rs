//! The form keeps itself while somebody types, and looks at each number.

use serde_json::Value;

use super::*;
use crate::support::browser::Desk;
use crate::support::database::{on_both, on_sqlite};

const NEW: &str = "/numbers/ports/new";
const KEEP: &str = "/numbers/ports/keep";

/// What the page's script sends while somebody types: the form, under another address and without its button.
async fn kept(browser: &mut Browser<'_>, form: &Form, step: u32) -> Value {
    let mut sent = form.clone().choose("step", &step.to_string());
    sent.action = KEEP.to_owned();
    let page = browser.send(sent).await;
    assert_eq!(page.status, 200, "{}", page.text());
    serde_json::from_slice(&page.body).expect("JSON")
}

/// R109 and "nothing typed is ever lost": left at one device, gone on with at another, and gone once it is saved.
#[tokio::test]
async fn what_is_typed_is_there_again_until_it_is_saved() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let mut other = desk.submitter(&account, "eli@harbor.example").await;
        let page = browser.open(NEW).await;
        assert!(page.all(".says-info button").is_empty(), "nothing was left");
        let form = filled(page.form(NEW))
            .set("pin", "004217")
            .set("lines", "+1404555012\n(not yet)");
        assert_eq!(kept(&mut browser, &form, 1).await["kept"], true);

        // Account numbers and PINs are nowhere to be read.
        let mut read = test.db.read().await.expect("a session");
        let rows = read
            .fetch_all("SELECT sealed FROM kept_forms", &[])
            .await
            .expect("rows");
        assert_eq!(rows.len(), 1);
        let sealed = rows[0].bytes("sealed").expect("bytes");
        for secret in ["004217", ACCOUNT_NUMBER, "Copper"] {
            assert!(
                !sealed
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes())
            );
        }
        drop(read);

        // Another device of the same person; nobody else's.
        let mut phone = desk.signed_in("dana@harbor.example").await;
        let page = phone.open(NEW).await;
        assert!(page.text().contains("You typed this on"), "{}", page.text());
        let back = page.form(NEW);
        for name in [
            "carrier",
            "account_number",
            "pin",
            "lines",
            "billing_zip",
            "signer_email",
        ] {
            assert_eq!(back.value(name), form.value(name), "{name}");
        }
        for (name, _) in portolan::domain::agreement::STATEMENTS {
            assert_eq!(back.value(name), "yes", "{name}");
        }
        assert_eq!(other.open(NEW).await.form(NEW).value("carrier"), "");

        // Saved: it is a port now, and what was still on its way does not bring the form back.
        let late = back.clone();
        let page = phone.press(back.set("lines", ""), "save").await;
        assert!(page.path.ends_with("/edit"), "{}", page.text());
        assert_eq!(kept(&mut phone, &late, 99).await["kept"], false);
        let page = browser.open(NEW).await;
        assert_eq!(page.form(NEW).value("carrier"), "", "an empty form");
    })
    .await;
}

/// Two requests overtake each other on the way; the later words stay.
#[tokio::test]
async fn later_words_never_give_way_to_earlier_ones_nor_to_strangers() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let mut other = desk.submitter(&account, "eli@harbor.example").await;
        let form = browser.open(NEW).await.form(NEW);
        let early = form.clone().set("carrier", "Copper");
        let late = form.clone().set("carrier", "Copper Valley");
        assert_eq!(kept(&mut browser, &late, 2).await["kept"], true);
        assert_eq!(kept(&mut browser, &early, 1).await["kept"], false);
        // Somebody who learned the form's id cannot write into it.
        let csrf = other.open(NEW).await.form(NEW);
        let foreign = early.choose("csrf", csrf.value("csrf"));
        assert_eq!(kept(&mut other, &foreign, 9).await["kept"], false);
        assert_eq!(
            browser.open(NEW).await.form(NEW).value("carrier"),
            "Copper Valley"
        );
    })
    .await;
}

/// Several forms can be left; each is offered again, and can be thrown away.
#[tokio::test]
async fn left_forms_are_offered_and_can_be_thrown_away() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        filed(&mut browser).await;
        let first = browser
            .open(NEW)
            .await
            .form(NEW)
            .set("carrier", "Copper Valley Telephone")
            .set("number", "4045550177");
        kept(&mut browser, &first, 1).await;
        desk.clock.advance(jiff::SignedDuration::from_secs(60));
        let second = browser
            .open(&format!("{NEW}?empty=yes"))
            .await
            .form(NEW)
            .set("carrier", "Prairie Bell");
        assert_ne!(first.value("form"), second.value("form"));
        kept(&mut browser, &second, 1).await;

        let page = browser.open("/numbers/ports").await;
        let offered = page.all(".left-forms li");
        assert_eq!(offered.len(), 2, "{offered:?}");
        assert!(offered[0].starts_with("Prairie Bell"), "{offered:?}");
        assert!(
            offered[1].starts_with("Copper Valley Telephone, +1 404 555 0177"),
            "{offered:?}"
        );
        let page = browser.open(&page.attr(".left-forms a", "href")[1]).await;
        assert_eq!(page.form(NEW).value("number"), "4045550177");

        let page = browser.press(page.form(NEW), "discard").await;
        assert_eq!(page.form(NEW).value("carrier"), "");
        assert!(page.text().contains("Draft discarded"), "{}", page.text());
        let offered = browser.open("/numbers/ports").await.all(".left-forms li");
        assert_eq!(offered.len(), 1, "{offered:?}");

        // Nobody goes on for a month: forgotten.
        desk.clock
            .advance(jiff::SignedDuration::from_secs(31 * 86_400));
        portolan::app::kept::forget(&desk.app)
            .await
            .expect("forgotten");
        let mut again = desk.signed_in("dana@harbor.example").await;
        assert!(
            again
                .open("/numbers/ports")
                .await
                .all(".left-forms li")
                .is_empty()
        );
    })
    .await;
}

/// What is changed on a saved request is kept too; it says so when the request has changed meanwhile.
#[tokio::test]
async fn an_unsaved_change_comes_back_beside_what_is_saved() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut browser).await;
        let edit = format!("{port}/edit");
        let form = browser.open(&edit).await.form(&edit);
        // Nothing but what is saved: nothing to say.
        kept(&mut browser, &form, 1).await;
        assert!(
            !browser
                .open(&edit)
                .await
                .text()
                .contains("You typed this on")
        );
        let typed = browser
            .open(&edit)
            .await
            .form(&edit)
            .set("business", "Harbor Dental LLC");
        kept(&mut browser, &typed, 2).await;
        let page = browser.open(&edit).await;
        assert!(page.text().contains("You typed this on"), "{}", page.text());
        assert_eq!(page.form(&edit).value("business"), "Harbor Dental LLC");

        // Somebody else saves: it is said, and not overwritten unseen.
        let mut other = desk.submitter(&account, "eli@harbor.example").await;
        let theirs = other.open(&edit).await.form(&edit);
        assert_eq!(theirs.value("business"), "Harbor Dental & Sons <LLC>");
        other.press(theirs.set("first_name", "Maria"), "save").await;
        let page = browser.open(&edit).await;
        assert!(
            page.text().contains("was changed in the meantime"),
            "{}",
            page.text()
        );
        refused(&browser.press(page.form(&edit), "save").await);

        let page = browser.open(&edit).await;
        let page = browser.press(page.form(&edit), "discard").await;
        assert_eq!(page.form(&edit).value("first_name"), "Maria");

        // Nobody keeps a form for a request that they may not see.
        let elsewhere = desk.account("Lakeshore").await;
        let mut stranger = desk.submitter(&elsewhere, "kim@lakeshore.example").await;
        let csrf = stranger.open(NEW).await.form(NEW);
        let mut foreign = typed.choose("csrf", csrf.value("csrf"));
        foreign.action = KEEP.to_owned();
        assert_eq!(stranger.send(foreign).await.status, 404);
    })
    .await;
}

/// R105, R121: each number is looked at while one types on.
#[tokio::test]
async fn a_number_is_looked_at_while_one_types_on() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut browser).await;
        let page = browser.open("/settings/receiving").await;
        let form = page
            .form("/settings/receiving")
            .set("number", "+14045550140");
        browser.send(form).await;
        let form = browser.open(NEW).await.form(NEW);
        for (number, tone, says) in [
            ("404555", "stop", "digits"),
            ("+19005550100", "stop", "premium"),
            ("+14045550140", "stop", "receiving number here"),
            ("(404) 555-0123", "stop", "another open port request"),
            ("+14045550150", "plain", "Georgia"),
            ("+18005550150", "plain", "Toll-free"),
        ] {
            let mut one = form.clone().choose("number", number);
            one.action = "/numbers/ports/check".to_owned();
            let page = browser.send(one).await;
            assert_eq!(page.status, 200, "{}", page.text());
            let found: Value = serde_json::from_slice(&page.body).expect("JSON");
            assert_eq!(found["tone"], tone, "{number}: {found}");
            assert!(
                found["says"].as_str().expect("text").contains(says),
                "{number}: {found}"
            );
        }
        // On its own request it is where it belongs.
        let edit = format!("{port}/edit");
        let mut own = browser
            .open(&edit)
            .await
            .form(&edit)
            .choose("number", "+14045550123");
        own.action = "/numbers/ports/check".to_owned();
        let found: Value = serde_json::from_slice(&browser.send(own).await.body).expect("JSON");
        assert_eq!(found["tone"], "plain", "{found}");
    })
    .await;
}

/// R105: the PIN is required exactly when a number is a mobile number.
#[tokio::test]
async fn a_mobile_number_wants_the_pin() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let form = filled(browser.open(NEW).await.form(NEW));
        let page = browser
            .press(form.clone().set("kind", "mobile"), "continue")
            .await;
        refused(&page);
        assert!(
            page.error("pin").contains("mobile number"),
            "{}",
            page.error("pin")
        );
        assert_eq!(page.form(NEW).value("kind"), "mobile");
        // A landline does not, and the digits of a toll-free number outweigh a wrong choice.
        let page = browser
            .press(
                page.form(NEW)
                    .set("kind", "mobile")
                    .set("number", "+18005550150"),
                "save",
            )
            .await;
        assert!(page.path.ends_with("/edit"), "{}", page.text());
        let path = page.path.clone();
        assert_eq!(page.form(&path).value("kind"), "");
        let page = browser
            .press(
                page.form(&path)
                    .set("number", "+14045550123")
                    .set("kind", "local"),
                "continue",
            )
            .await;
        assert!(page.path.ends_with("/letter"), "{}", page.text());
    })
    .await;
}

/// R46, R82: what a carrier is known to want stands beside its name.
#[tokio::test]
async fn a_known_carrier_says_what_it_wants() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let page = browser.open(NEW).await;
        assert!(page.all("#s-carrier .says:not([hidden])").is_empty());
        let names = page.attr("#carriers option", "value");
        assert!(names.contains(&"Verizon".to_owned()), "{names:?}");
        let form = page
            .form(NEW)
            .set("carrier", "Verizon Wireless")
            .set("source", "Billboard")
            .set("number", "+14045550123")
            .set("receiving", "+14045550188");
        let page = browser.press(form, "save").await;
        let says = page.all("#s-carrier .says:not([hidden])");
        assert_eq!(says.len(), 1, "{says:?}");
        assert!(
            says[0].contains("Verizon is known to want") && says[0].contains("Number Lock"),
            "{says:?}"
        );
        // What was used before is offered.
        let page = browser.open(NEW).await;
        assert!(
            page.attr("#carriers option", "value")
                .contains(&"Verizon Wireless".to_owned())
        );
        assert_eq!(page.attr("#sources option", "value"), ["Billboard"]);
        assert_eq!(page.attr("#receivings option", "value"), ["+14045550188"]);
    })
    .await;
}
