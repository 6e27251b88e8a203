//! The new-port form: nothing typed is ever lost, nothing wrong is stored, and it says what is wrong.

use super::*;
use crate::support::browser::Desk;
use crate::support::database::on_sqlite;

const NEW: &str = "/numbers/ports/new";

/// R78 to R80.
#[tokio::test]
async fn without_a_port_the_overview_is_the_form_and_with_one_it_is_the_overview() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        assert_eq!(browser.open("/").await.path, NEW);
        assert_eq!(browser.open("/numbers/ports").await.path, NEW);
        filed(&mut browser).await;
        let page = browser.open("/").await;
        assert_eq!(page.path, "/numbers/ports");
        assert_eq!(
            page.attr(".page-head a.btn-primary", "href"),
            [NEW],
            "R80: Port New Numbers"
        );
        assert!(page.one("table tbody tr").contains("+1 404 555 0123"));
    })
    .await;
}

#[tokio::test]
async fn typed_values_survive_every_button_and_every_error() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let odd = " a<b>&amp; \"quoted\" 'single' Ünïcode \u{1F4DE} ";
        let form = browser
            .open(NEW)
            .await
            .form(NEW)
            .set("carrier", odd)
            .set("number", "404-555-01")
            .set_nth("number", 1, "not a number")
            .set_nth("receiving", 1, "+14045550100")
            .set("first_name", odd)
            .set("billing_state", "ZZ")
            .set("billing_zip", "3030")
            .set("wish", "2026-11-24")
            .set("signer_email", "maria@")
            .set("account_number", "0042-9471")
            .set("pin", "0042")
            .set("lines", "+14045550124\n\n  404.555.0125")
            .add("service_differs", "yes")
            .set("service_street", "PO Box 7");
        for button in [
            "add_row",
            "clean_lines",
            "same_signer",
            "save",
            "continue",
            "upload",
        ] {
            let page = browser.press(form.clone(), button).await;
            let back = page.form(NEW);
            for name in [
                "carrier",
                "first_name",
                "billing_state",
                "billing_zip",
                "wish",
                "signer_email",
                "account_number",
                "pin",
                "service_street",
            ] {
                assert_eq!(back.value(name), form.value(name), "{name} after {button}");
            }
            assert_eq!(
                back.values("number")[..2],
                ["404-555-01", "not a number"],
                "{button}"
            );
            assert_eq!(back.value("service_differs"), "yes", "{button}");
            if button != "clean_lines" {
                assert_eq!(back.value("lines"), form.value("lines"), "{button}");
            }
        }
        let page = browser.press(form.clone(), "continue").await;
        refused(&page);
        // Each error is beside its field, the first one has the focus, and the summary leads to all.
        for control in [
            "number-1",
            "number-2",
            "billing_state",
            "billing_zip",
            "wish",
            "signer_email",
        ] {
            assert!(!page.error(control).is_empty(), "{control}");
        }
        // What was typed well is not called missing because another field is wrong.
        for control in ["carrier", "first_name", "account_number", "pin"] {
            let says = page.all(&format!("#{control}-error"));
            assert!(says.is_empty(), "{control}: {says:?}");
        }
        assert_eq!(page.attr("[autofocus]", "id"), ["number-1"]);
        for href in page.attr(".sum a", "href") {
            let id = href.trim_start_matches('#');
            assert_eq!(page.attr(&format!("[id='{id}']"), "id").len(), 1, "{href}");
        }
        // A date that cannot be asked for names one that can.
        assert!(
            page.error("wish").contains("November 30"),
            "{}",
            page.error("wish")
        );
        assert_eq!(
            browser.open("/numbers/ports").await.path,
            NEW,
            "nothing was stored"
        );
    })
    .await;
}

/// R104, R105, R109, and what a draft may lack.
#[tokio::test]
async fn a_draft_may_lack_everything_and_the_letter_nothing() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let form = browser.open(NEW).await.form(NEW);
        let page = browser.press(form.clone(), "continue").await;
        refused(&page);
        let wrong = page.attr(".sum a", "href");
        for control in [
            "#carrier",
            "#s-numbers",
            "#first_name",
            "#last_name",
            "#business",
            "#account_number",
            "#billing_street",
            "#billing_city",
            "#billing_state",
            "#billing_zip",
            "#s-agreement",
            "#signer_name",
            "#signer_email",
        ] {
            assert!(
                wrong.iter().any(|one| one == control),
                "{control} in {wrong:?}"
            );
        }
        assert!(
            !wrong.iter().any(|one| one == "#pin"),
            "R104: no mobile number"
        );

        // Saved with one field, left, and resumed.
        let page = browser
            .press(form.set("carrier", "Copper Valley Telephone"), "save")
            .await;
        assert!(page.path.ends_with("/edit"), "{}", page.text());
        let edit = page.path.clone();
        let port = edit.trim_end_matches("/edit").to_owned();
        assert!(page.text().contains("Saved."));
        let list = browser.open("/numbers/ports").await;
        assert!(list.one("table").contains("Copper Valley Telephone"));
        let form = browser.open(&edit).await.form(&edit);
        assert_eq!(form.value("carrier"), "Copper Valley Telephone");

        // All but one box ticked: the letter waits (R109).
        let all = filled(form);
        let page = browser
            .press(all.clone().without("agree_texts"), "continue")
            .await;
        refused(&page);
        assert_eq!(page.attr(".sum a", "href"), ["#s-agreement"]);
        // Refused as a whole: what the form says now is still to be sent.
        let page = browser
            .press(page.form(&edit).add("agree_texts", "yes"), "continue")
            .await;
        assert_eq!(page.path, format!("{port}/letter"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn secrets_are_shown_masked_and_stay_when_they_are_not_typed_again() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let form = filled(browser.open(NEW).await.form(NEW))
            .set("carrier", "Twilio Inc.")
            .set("pin", "PIN-73920518")
            .set("twilio_sid", "AC0123456789abcdef0123456789abcdef");
        let page = browser.press(form, "save").await;
        let edit = page.path.clone();
        let port = edit.trim_end_matches("/edit").to_owned();
        for path in [
            edit.clone(),
            port.clone(),
            format!("{port}/notes"),
            format!("{port}/letter"),
        ] {
            let html = browser.open(&path).await.html();
            for secret in [ACCOUNT_NUMBER, "PIN-73920518", "0123456789abcdef"] {
                assert!(!html.contains(secret), "{path}");
            }
        }
        let page = browser.open(&edit).await;
        assert!(page.one("#account_number-hint").contains("•••• 9471"));
        assert!(page.one("#pin-hint").starts_with("On file."));
        let form = page.form(&edit);
        assert_eq!(form.value("account_number"), "");
        // Saved without typing them again: they stay, and nothing is said to have changed.
        let before = browser
            .open(&format!("{port}/notes"))
            .await
            .all(".note")
            .len();
        let page = browser.press(form, "save").await;
        assert!(page.one("#account_number-hint").contains("•••• 9471"));
        let after = browser
            .open(&format!("{port}/notes"))
            .await
            .all(".note")
            .len();
        assert_eq!(before, after, "nothing changed, nothing is written down");
    })
    .await;
}

/// R83 to R94.
#[tokio::test]
async fn numbers_are_typed_row_by_row_and_line_by_line() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let form = filled(browser.open(NEW).await.form(NEW));
        let page = browser.press(form, "add_row").await;
        let form = page.form(NEW);
        assert_eq!(form.values("number").len(), 4, "R89");

        let form = form
            .set(
                "lines",
                "+14045550124\n+1-404-555-0125\n4045550126\n\n+14045550124\n+19005550100",
            )
            .set("lines_receiving", "+14045550100")
            .set("lines_source", "Radio");
        let page = browser.press(form, "add_lines").await;
        let form = page.form(NEW);
        assert_eq!(
            form.values("number"),
            ["+1 (404) 555-0123", "+14045550124"],
            "good lines become rows"
        );
        assert_eq!(form.values("source"), ["Google Ads", "Radio"]);
        let said = page.all(".says-stop");
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(
            said[0].contains("Line 2") && said[0].contains("dashes"),
            "R94: {}",
            said[0]
        );
        assert!(
            said[1].contains("Line 3") && said[1].contains("country code"),
            "R93: {}",
            said[1]
        );
        assert_eq!(
            form.value("lines"),
            "+1-404-555-0125\n4045550126\n+14045550124\n+19005550100",
            "bad lines stay in the box"
        );
        let page = browser.press(form, "clean_lines").await;
        let form = page.form(NEW);
        assert!(
            form.value("lines")
                .starts_with("+14045550125\n+14045550126\n")
        );
        let page = browser.press(form, "add_lines").await;
        let form = page.form(NEW);
        assert_eq!(form.values("number").len(), 4);

        // The same number twice, and a receiving number that is being ported itself.
        let form =
            form.set_nth("number", 2, "404 555 0123")
                .set_nth("receiving", 3, "+14045550124");
        let page = browser.press(form.clone(), "save").await;
        refused(&page);
        assert!(
            page.error("number-3").contains("twice"),
            "{}",
            page.error("number-3")
        );
        let form = form.set_nth("number", 2, "+14045550127");
        let page = browser.press(form.clone(), "save").await;
        refused(&page);
        assert!(page.error("receiving-4").contains("ported itself"));
        let form = form.set_nth("receiving", 3, "").set("lines", "");
        let page = browser.press(form, "save").await;
        assert!(page.path.ends_with("/edit"), "{}", page.text());

        // R86: without a receiving number it is a draft, and no letter.
        let edit = page.path.clone();
        let page = browser.press(page.form(&edit), "continue").await;
        refused(&page);
        assert!(!page.error("receiving-4").is_empty());
        // An emptied row takes its number off; a changed one changes.
        let form = page
            .form(&edit)
            .set_nth("number", 3, "")
            .set_nth("source", 3, "")
            .set_nth("receiving", 1, "+14045550101");
        let page = browser.press(form, "continue").await;
        assert!(page.path.ends_with("/letter"), "{}", page.text());
        let form = browser.open(&edit).await.form(&edit);
        assert_eq!(form.values("number").len(), 3);
        assert_eq!(form.values("receiving")[1], "+14045550101");
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_change_is_not_overwritten_unseen() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut browser).await;
        let edit = format!("{port}/edit");
        let stale = browser.open(&edit).await.form(&edit);
        let other = browser.open(&edit).await.form(&edit);
        let page = browser
            .press(other.set("business", "Harbor Dental Group"), "save")
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = browser
            .press(stale.set("business", "Harbor Dental LLC"), "save")
            .await;
        refused(&page);
        assert!(page.text().contains("Somebody else changed this request"));
        assert_eq!(page.form(&edit).value("business"), "Harbor Dental LLC");
        let page = browser.press(page.form(&edit), "save").await;
        assert_eq!(page.form(&edit).value("business"), "Harbor Dental LLC");
    })
    .await;
}

#[tokio::test]
async fn a_number_on_another_open_port_says_which_to_those_who_may_know() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let (harbor, lake) = (
            desk.account("Harbor Dental").await,
            desk.account("Lakeshore").await,
        );
        let mut dana = desk.submitter(&harbor, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let id = port.rsplit('/').next().expect("an id").to_owned();

        let page = dana.open(NEW).await;
        let page = dana.press(filled(page.form(NEW)), "continue").await;
        refused(&page);
        assert!(
            page.error("number-1").contains(&id),
            "{}",
            page.error("number-1")
        );

        let mut lee = desk.submitter(&lake, "lee@lake.example").await;
        let page = lee.open(NEW).await;
        let page = lee.press(filled(page.form(NEW)), "continue").await;
        refused(&page);
        assert!(page.error("number-1").contains("another account"));
        assert!(!page.html().contains(&id), "not for them to know");
        assert_eq!(
            page.form(NEW).value("business"),
            "Harbor Dental & Sons <LLC>"
        );
    })
    .await;
}
