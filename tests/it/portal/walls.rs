//! Who sees what: accounts never see each other's data, and the desk's rooms are the desk's.

use axum::body::Body;
use axum::http::Request;

use super::*;
use crate::support::browser::Desk;
use crate::support::database::on_sqlite;

#[tokio::test]
async fn what_another_account_has_does_not_exist() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let (harbor, lake) = (
            desk.account("Harbor Dental").await,
            desk.account("Lakeshore").await,
        );
        let mut dana = desk.submitter(&harbor, "dana@harbor.example").await;
        let mut lee = desk.submitter(&lake, "lee@lake.example").await;
        let port = filed(&mut dana).await;
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        let document = dana.open(&letter).await.attr("iframe", "src").remove(0);
        assert_eq!(dana.open(&document).await.status, 200);

        for part in [
            "",
            "/edit",
            "/letter",
            "/letter/preview.pdf",
            "/proof",
            "/notes",
            "/answer",
            "/cancel",
            "/test",
        ] {
            let page = lee.open(&format!("{port}{part}")).await;
            assert_eq!(page.status, 404, "{part}");
            assert!(!page.html().contains("Harbor"), "{part}");
        }
        assert_eq!(lee.open(&document).await.status, 404);
        let own = lee.open("/settings").await.form("/settings");
        let csrf = own.value("csrf").to_owned();
        for part in [
            "/edit",
            "/letter/send",
            "/letter/signer",
            "/letter/resend",
            "/notes",
            "/ask-for-update",
            "/answer",
            "/cancel",
            "/test",
            "/proof",
        ] {
            let mut form = own.clone();
            form.action = format!("{port}{part}");
            let page = lee
                .send(
                    form.add("text", "hello")
                        .add("number", "+14045550123")
                        .add("do", "call_good"),
                )
                .await;
            assert!(
                page.status == 404
                    || (part == "/proof" && page.status == 422 && !page.html().contains("Harbor")),
                "{part}: {} {}",
                page.status,
                page.text()
            );
        }
        assert!(!csrf.is_empty());
        assert!(
            !lee.open("/numbers/ports?q=404")
                .await
                .html()
                .contains("Copper Valley")
        );
    })
    .await;
}

#[tokio::test]
async fn the_desks_rooms_are_the_desks() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let id = port.rsplit('/').next().expect("an id");
        let review = format!("/desk/ports/{id}");
        for path in [
            "/desk",
            "/desk/papers",
            &review,
            "/mailbox",
            "/settings/accounts",
        ] {
            assert_eq!(dana.open(path).await.status, 404, "{path}");
        }
        let own = dana.open("/settings").await.form("/settings");
        for path in [
            format!("{review}/submit"),
            format!("{review}/resubmit"),
            format!("{review}/give-up"),
            format!("{review}/clear"),
            "/settings/accounts".to_owned(),
            format!("/settings/accounts/{}/campaign", account.id),
        ] {
            let mut form = own.clone();
            form.action = path.clone();
            assert_eq!(dana.send(form).await.status, 404, "{path}");
        }
        let mut form = own;
        form.action = "/settings/users".to_owned();
        assert_eq!(
            dana.send(form).await.status,
            403,
            "only administrators add users"
        );

        let mut agent = desk.agent().await;
        for path in [
            "/desk",
            "/desk/papers",
            &review,
            "/mailbox",
            "/settings/accounts",
            &port,
        ] {
            assert_eq!(agent.open(path).await.status, 200, "{path}");
        }
        let form = agent.open("/settings").await.form("/settings");
        let mut add = form;
        add.action = "/settings/users".to_owned();
        assert_eq!(agent.send(add).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_is_asked_to_sign_in_everywhere() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let mut browser = desk.browser();
        for path in [
            "/",
            "/numbers/ports",
            "/numbers/ports/new",
            "/numbers/ports/port_1",
            "/desk",
            "/mailbox",
            "/settings",
            "/settings/keys",
            "/settings/webhooks",
            "/settings/receiving",
            "/help",
            "/start",
            "/start/checklist",
            "/styleguide",
            "/documents/doc_1",
        ] {
            assert_eq!(browser.open(path).await.path, "/sign-in", "{path}");
        }
        let page = browser.open("/no/such/page").await;
        assert_eq!(page.status, 404);
        assert!(page.text().contains("There is nothing here"));
    })
    .await;
}

#[tokio::test]
async fn errors_are_pages_that_say_what_to_do() {
    on_sqlite(|test| async move {
        let desk = Desk::with(&test, "[limits]\nrequest_kilobytes_max = 16\n").await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let page = dana.open("/numbers/ports/nonsense").await;
        assert_eq!(page.status, 404);
        assert!(page.all("a.btn").contains(&"To your ports".to_owned()));
        assert!(!page.one(".mono").is_empty(), "an operation's number");

        let request = Request::builder().method("DELETE").uri("/numbers/ports");
        let answer = dana.ask(request, Body::empty()).await;
        assert_eq!(answer.status, 404);
        assert!(answer.html().contains("<!doctype html>"));

        let port = filed(&mut dana).await;
        let notes = format!("{port}/notes");
        let form = dana.open(&notes).await.form(&notes);
        // A note that is too long is not lost: its form takes files, which may be large.
        let long = "x".repeat(20_000);
        let page = dana.send(form.set("text", &long)).await;
        refused(&page);
        assert_eq!(page.form(&notes).value("text"), long);
        let form = dana.open("/settings").await.form("/settings");
        let page = dana.send(form.set("name", &long)).await;
        assert_eq!(page.status, 413);
        assert!(page.text().contains("That is too large"));
        assert!(page.text().contains("up to 20 MB"), "{}", page.text());

        let request = Request::builder()
            .method("POST")
            .uri("/numbers/ports/new")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=x");
        let answer = dana.ask(request, Body::from("--x\r\nnonsense")).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("We could not read that"));
    })
    .await;
}
