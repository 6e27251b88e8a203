//! Signing in and out, and whose forms are taken.

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;

use super::*;
use crate::support::browser::{Desk, PASSWORD};
use crate::support::database::on_sqlite;

#[tokio::test]
async fn somebody_signs_in_goes_where_they_wanted_and_signs_out() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        desk.person(
            Some(&account),
            portolan::domain::port::Role::Submitter,
            "dana@harbor.example",
        )
        .await;
        let mut browser = desk.browser();
        let page = browser.open("/help").await;
        assert_eq!(page.path, "/sign-in", "a stranger is asked who they are");
        let form = page.form("/sign-in");
        assert_eq!(form.value("next"), "/help");

        let wrong = form
            .clone()
            .set("email", "dana@harbor.example")
            .set("password", "wrong horse battery");
        let page = browser.send(wrong).await;
        assert_eq!(page.status, 422);
        assert_eq!(
            page.form("/sign-in").value("email"),
            "dana@harbor.example",
            "the address is kept"
        );
        assert!(browser.cookies.is_empty());

        // An unknown address gets the very same answer.
        let unknown = form
            .clone()
            .set("email", "nobody@harbor.example")
            .set("password", PASSWORD);
        assert_eq!(
            browser.send(unknown).await.one("[role=alert]"),
            page.one("[role=alert]")
        );

        let right = form
            .set("email", "Dana@Harbor.example ")
            .set("password", PASSWORD);
        let page = browser.send(right).await;
        assert_eq!((page.status.as_u16(), page.path.as_str()), (200, "/help"));
        assert!(page.text().contains("Harbor Dental"));
        let old = browser.cookies.clone();

        let page = browser.send(page.form("/sign-out")).await;
        assert_eq!(page.path, "/sign-in");
        assert!(page.text().contains("You are signed out."));
        assert!(
            !browser
                .open("/sign-in")
                .await
                .text()
                .contains("You are signed out."),
            "said once"
        );
        browser.cookies = old;
        assert_eq!(
            browser.open("/help").await.path,
            "/sign-in",
            "a kept cookie is worth nothing after signing out"
        );
    })
    .await;
}

#[tokio::test]
async fn the_session_cookie_is_for_this_host_alone() {
    on_sqlite(|test| async move {
        let desk = Desk::with(&test, "[server]\npublic_url = \"https://desk.example\"\n").await;
        let account = desk.account("Harbor Dental").await;
        desk.person(
            Some(&account),
            portolan::domain::port::Role::Submitter,
            "dana@harbor.example",
        )
        .await;
        let mut browser = desk.browser();
        let request = Request::builder()
            .method("POST")
            .uri("/sign-in")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let body = format!(
            "email=dana%40harbor.example&password={}",
            PASSWORD.replace(' ', "+")
        );
        let answer = browser.ask(request, Body::from(body)).await;
        assert_eq!(answer.status, 303);
        let cookie = answer.headers["set-cookie"].to_str().expect("plain");
        assert!(cookie.starts_with("__Host-portolan="), "{cookie}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert_eq!(
            answer.headers["strict-transport-security"],
            "max-age=31536000"
        );
        // The redirect never leaves, whatever somebody wrote into the address.
        let page = browser.open("/sign-in?next=https://evil.example/").await;
        assert_ne!(page.path, "/sign-in", "already signed in");
    })
    .await;
}

#[tokio::test]
async fn too_many_tries_have_to_wait() {
    on_sqlite(|test| async move {
        let desk = Desk::with(
            &test,
            "[signin]\nwrong_passwords_max = 3\nwrong_password_pause_minutes = 15\n",
        )
        .await;
        let account = desk.account("Harbor Dental").await;
        desk.person(
            Some(&account),
            portolan::domain::port::Role::Submitter,
            "dana@harbor.example",
        )
        .await;
        let mut browser = desk.browser();
        let form = browser
            .open("/sign-in")
            .await
            .form("/sign-in")
            .set("email", "dana@harbor.example");
        for _ in 0..3 {
            let page = browser
                .send(form.clone().set("password", "wrong horse battery"))
                .await;
            assert_eq!(page.status, 422);
        }
        let page = browser.send(form.clone().set("password", PASSWORD)).await;
        assert_eq!(page.status, 429, "even the right one has to wait");
        assert!(page.headers.contains_key("retry-after"));
        desk.clock.advance(jiff::SignedDuration::from_mins(16));
        let page = browser.send(form.set("password", PASSWORD)).await;
        assert_eq!(page.status, 200, "{}", page.text());

        // And by network address, whoever they say they are.
        let mut stranger = desk.browser();
        let form = stranger.open("/sign-in").await.form("/sign-in");
        let mut last = 0;
        for at in 0..12 {
            let email = format!("somebody{at}@harbor.example");
            let page = stranger
                .send(form.clone().set("email", &email).set("password", "x"))
                .await;
            last = page.status.as_u16();
        }
        assert_eq!(last, 429);
    })
    .await;
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_and_one_of_an_old_session_loses_nothing() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut browser).await;
        let notes = format!("{port}/notes");
        let written = "Please call before the port date.\nThe side door is open.";
        let form = browser.open(&notes).await.form(&notes).set("text", written);

        for headers in [
            [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")],
            [("origin", "https://evil.example")],
            [("origin", "null")],
        ] {
            let page = browser.send_with(form.clone(), &headers).await;
            assert_eq!(page.status, 403, "{headers:?}");
            assert!(
                !page.html().contains("side door"),
                "nothing to be sent again"
            );
        }
        for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let page = browser.send(form.clone().set("csrf", token)).await;
            assert_eq!(page.status, 419);
        }
        assert!(!browser.open(&notes).await.text().contains("side door"));

        // Signing in anew makes a new token: the old form is offered again with all that was typed.
        let mut again = desk.signed_in("dana@harbor.example").await;
        let page = again.send(form.clone()).await;
        assert_eq!(page.status, 419);
        let page = again.send(page.form(&notes)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(
            page.one(".note:not(.note-event) .pre")
                .contains("The side door is open.")
        );

        // Signed out meanwhile: what was typed waits in the page until somebody has signed in.
        let mut gone = desk.browser();
        let page = gone.send(form).await;
        assert_eq!(page.status, 419);
        assert!(page.text().contains("You were signed out in the meantime"));
        let waiting = page.form(&notes);
        assert_eq!(waiting.value("text"), written);
        gone.cookies = browser.cookies.clone();
        let page = gone.send(waiting).await;
        let page = gone.send(page.form(&notes)).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.all(".note:not(.note-event) .pre").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn every_page_carries_the_headers_that_guard_it() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut browser).await;
        for path in [
            "/sign-in",
            "/numbers/ports",
            "/numbers/ports/new",
            "/settings",
            "/no/such/page",
            &port,
        ] {
            let page = browser.open(path).await;
            let header = |name: &str| page.headers[name].to_str().expect("plain").to_owned();
            assert!(
                header("content-security-policy").starts_with("default-src 'self'; "),
                "{path}"
            );
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("cache-control"), "no-store", "{path}");
            assert_eq!(
                header("cross-origin-opener-policy"),
                "same-origin",
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_part_that_refreshes_itself_goes_to_the_sign_in_page_as_a_whole() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let mut browser = desk.browser();
        let request = Request::builder()
            .uri("/numbers/ports?tab=you")
            .header("hx-request", "true");
        let answer = browser.ask(request, Body::empty()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.headers["hx-redirect"],
            "/sign-in?next=%2Fnumbers%2Fports%3Ftab%3Dyou"
        );
        // Nothing typed is ever lost: a page that somebody types on stays.
        let request = Request::builder()
            .uri("/numbers/ports?tab=you")
            .header("hx-request", "true")
            .header("portolan-typing", "yes");
        let answer = browser.ask(request, Body::empty()).await;
        assert_eq!(answer.status, 204);
        assert!(!answer.headers.contains_key("hx-redirect"));
    })
    .await;
}

/// Two hours without somebody end a session, also while an open page keeps itself up to date.
#[tokio::test]
async fn an_open_page_does_not_keep_its_reader_signed_in() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let refresh = || {
            Request::builder()
                .method("GET")
                .uri("/help")
                .header("hx-request", "true")
        };
        for _ in 0..3 {
            desk.clock.advance(SignedDuration::from_mins(50));
            let page = dana.ask(refresh(), Body::empty()).await;
            if page.headers.contains_key("hx-redirect") {
                return;
            }
            assert_eq!(page.status, 200);
        }
        panic!("still signed in after two and a half hours");
    })
    .await;
}

/// Somebody who goes on working stays signed in.
#[tokio::test]
async fn somebody_who_works_stays_signed_in() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        for _ in 0..3 {
            desk.clock.advance(SignedDuration::from_mins(50));
            assert_eq!(dana.open("/help").await.path, "/help");
        }
    })
    .await;
}
