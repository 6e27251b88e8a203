//! The operator's settings: set in the portal, counted everywhere, taken back.

use portolan::app::{App, operator};
use portolan::domain::port::Role;

use super::{key_of, port_of, post};
use crate::support::browser::{Desk, picture};
use crate::support::database::{on_both, on_sqlite};

const PAGE: &str = "/settings/operator";

/// The form of one part of the page.
fn part(page: &crate::support::browser::Page, slug: &str) -> crate::support::browser::Form {
    page.form_with(&format!("form[id='form-{slug}']"))
}

#[tokio::test]
async fn what_is_set_in_the_portal_counts_on_pages_and_in_mails_and_can_be_taken_back() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        desk.person(None, Role::Administrator, "ines@desk.example")
            .await;
        let mut ines = desk.signed_in("ines@desk.example").await;
        let account = desk.account("Harbor Dental").await;
        desk.submitter(&account, "dana@harbor.example").await;
        let page = ines.open(PAGE).await;
        let stale = part(&page, "support");
        let form = part(&page, "look")
            .set("name", "Harbor Voice")
            .set("accent_color", "#7a1fa2");
        let page = ines.send(form).await;
        assert!(page.text().contains("Saved."), "{}", page.text());
        // What somebody else changed meanwhile is not written over.
        let page = ines.send(stale.set("support-phone", "+13125550199")).await;
        assert_eq!(page.status, 409, "{}", page.text());
        let form = part(&page, "support");
        assert_eq!(form.value("support-phone"), "+13125550199", "it is kept");
        assert!(
            page.text()
                .contains("Somebody else changed these settings meanwhile")
        );
        assert_eq!(
            ines.send(form).await.status,
            200,
            "the page knows the version that it goes over"
        );
        let page = ines.open(PAGE).await;
        let form = part(&page, "support")
            .set("support-name", "The port people")
            .set("support-phone", "(312) 555-0199")
            .set("sat.from", "09:00")
            .set("sat.to", "12:30");
        ines.send(form).await;
        let page = ines.open(PAGE).await;
        let form = part(&page, "legal")
            .set("terms_url", "https://harborvoice.example/terms")
            .set("imprint", "Harbor Voice, LLC\nChicago");
        ines.send(form).await;

        let sign_in = desk.browser().open("/sign-in").await;
        let text = sign_in.text();
        for said in [
            "Harbor Voice",
            "The port people",
            "(312) 555-0199",
            "Monday to Friday, 7 am to 5 pm; Saturday, 9 am to 12:30 pm Central Time",
            "Terms",
            "Harbor Voice, LLC",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let css = "/look/7a1fa2/accent.css";
        assert!(
            sign_in
                .attr("link[rel=stylesheet]", "href")
                .contains(&css.to_owned())
        );
        let style = desk.browser().open(css).await;
        assert!(
            style.text().contains("--accent:light-dark(#7a1fa2,"),
            "{}",
            style.text()
        );

        let key = key_of(&desk, "dana@harbor.example").await;
        let port = port_of(&desk, &key, &account, "+14045550123").await;
        let notes = format!("/numbers/ports/{port}/notes");
        post(&mut ines, &notes, &[("text", "Hello")]).await;
        let mail = desk.mails().await.pop().expect("a mail");
        assert!(
            mail.body_text.contains("The port people"),
            "{}",
            mail.body_text
        );
        assert!(mail.body_html.contains("#7a1fa2"), "{}", mail.body_html);

        let page = ines.open(PAGE).await;
        assert!(
            page.text()
                .contains("\"Example Porting Desk\" became \"Harbor Voice\""),
            "{}",
            page.text()
        );
        let version = page.attr("input[name=version]", "value").remove(0);
        let back = [("version", version.as_str()), ("field", "name")];
        assert_eq!(post(&mut ines, "/settings/operator/back", &back).await, 303);
        let page = ines.open(PAGE).await;
        assert!(
            page.one(".rail .brand").contains("Example Porting Desk"),
            "{}",
            page.text()
        );
        assert!(page.text().contains("The port people"), "the others stay");

        // Another process on the same database reads it when it starts, and when it hears of a change.
        let other = Desk::on(&test).await;
        assert_eq!(other.app.operator().version, 0);
        operator::refresh(&other.app)
            .await
            .expect("the database answers");
        assert_eq!(other.app.operator().support.name, "The port people");
        let watch = tokio::spawn(operator::keep_fresh(other.app.clone()));
        let page = ines.open(PAGE).await;
        ines.send(part(&page, "look").set("name", "Later Voice"))
            .await;
        heard(&other.app, "Later Voice").await;
        watch.abort();
    })
    .await;
}

/// Waits until another process has heard of the name.
async fn heard(app: &App, name: &str) {
    for _ in 0..400 {
        if app.operator().name == name {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the other process did not hear of {name}");
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_beside_its_field() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        desk.person(None, Role::Administrator, "ines@desk.example")
            .await;
        let mut ines = desk.signed_in("ines@desk.example").await;
        let page = ines.open(PAGE).await;
        let page = ines
            .send(
                part(&page, "look")
                    .set("accent_color", "#66c1de")
                    .set("name", ""),
            )
            .await;
        assert_eq!(page.status, 422);
        let says = page.error("accent_color");
        assert!(
            says.contains("contrast is 1.") && says.contains("nearest color"),
            "{says}"
        );
        assert!(page.error("name").contains("Fill this in"));
        let page = ines.open(PAGE).await;
        let page = ines
            .send(
                part(&page, "support")
                    .set("support-email", "nobody")
                    .set("mon.to", ""),
            )
            .await;
        assert_eq!(page.status, 422);
        assert!(
            page.error("support-hours").contains("Monday"),
            "{}",
            page.text()
        );
        let page = ines.open(PAGE).await;
        let page = ines
            .send(part(&page, "legal").set("terms_url", "javascript:alert(1)"))
            .await;
        assert!(page.error("terms_url").contains("https://"));
    })
    .await;
}

#[tokio::test]
async fn a_logo_is_taken_by_what_is_in_it() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        desk.person(None, Role::Administrator, "ines@desk.example")
            .await;
        let mut ines = desk.signed_in("ines@desk.example").await;
        let logo = "/settings/operator/logo";
        let form = ines.open(PAGE).await.form(logo);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let page = ines
            .send(form.clone().file("logo_file", "logo.png", svg))
            .await;
        assert_eq!(page.status, 422);
        assert!(
            page.error("logo_file").contains("PNG or JPEG"),
            "{}",
            page.text()
        );
        let page = ines
            .send(form.file("logo_file", "logo.png", &picture()))
            .await;
        assert!(
            page.text().contains("The logo is on all pages"),
            "{}",
            page.text()
        );
        let src = page.attr(".rail img.logo", "src").remove(0);
        let shown = desk.browser().open(&src).await;
        assert_eq!(shown.status, 200);
        assert_eq!(shown.headers["content-type"], "image/png");
        assert_eq!(shown.body, picture());
        assert_eq!(
            desk.browser()
                .open("/look/0123456789abcdef/logo")
                .await
                .status,
            404
        );
        let page = ines.open(PAGE).await;
        let version = page.attr("input[name=version]", "value").remove(0);
        let back = [("version", version.as_str()), ("field", "logo")];
        assert_eq!(post(&mut ines, "/settings/operator/back", &back).await, 303);
        assert!(ines.open(PAGE).await.all(".rail img.logo").is_empty());
    })
    .await;
}

#[tokio::test]
async fn every_mail_is_shown_in_the_operators_look() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        desk.person(None, Role::Administrator, "ines@desk.example")
            .await;
        let mut ines = desk.signed_in("ines@desk.example").await;
        let page = ines.open("/settings/mails").await;
        let mails = page.attr("a.main-link", "href");
        assert!(mails.len() > 25, "{mails:?}");
        for mail in mails {
            let page = ines.open(&mail).await;
            assert_eq!(page.status, 200, "{mail}");
            let frame = page.attr("iframe", "src").remove(0);
            let html = ines.open(&frame).await;
            assert!(html.html().contains("Example Porting Desk"), "{mail}");
            assert!(
                html.headers["content-security-policy"]
                    .to_str()
                    .expect("text")
                    .contains("sandbox")
            );
        }
    })
    .await;
}
