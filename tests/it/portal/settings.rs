//! Settings: oneself, users, keys, webhooks, accounts; and the mailbox.

use portolan::domain::port::Role;

use super::*;
use crate::support::browser::{Desk, PASSWORD};
use crate::support::database::on_sqlite;

#[tokio::test]
async fn a_password_is_changed_and_other_sessions_end() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut elsewhere = desk.signed_in("dana@harbor.example").await;
        let form = dana.open("/settings").await.form("/settings/password");
        let wrong = form
            .clone()
            .set("old_password", "something else")
            .set("new_password", "a quite new password");
        let page = dana.send(wrong).await;
        refused(&page);
        assert!(!page.error("old_password").is_empty());
        let short = form
            .clone()
            .set("old_password", PASSWORD)
            .set("new_password", "short");
        let page = dana.send(short).await;
        refused(&page);
        assert!(page.error("new_password").contains("12"));
        let right = form
            .set("old_password", PASSWORD)
            .set("new_password", "a quite new password");
        let page = dana.send(right).await;
        assert!(page.text().contains("Your password is changed."));
        assert_eq!(dana.open("/settings").await.status, 200);
        assert_eq!(elsewhere.open("/settings").await.path, "/sign-in");

        let form = dana.open("/settings").await.form("/settings");
        let page = dana.send(form.set("name", "Dana <Whitfield>")).await;
        assert!(page.one(".rail-foot .who").contains("Dana <Whitfield>"));
    })
    .await;
}

#[tokio::test]
async fn a_key_works_until_it_is_revoked() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk
            .account_administrator(&account, "dana@harbor.example")
            .await;
        let keys = "/settings/keys";
        let page = dana.open(keys).await;
        let page = dana.send(page.form(keys)).await;
        refused(&page);
        let page = dana
            .send(page.form(keys).set("name", "Billing system"))
            .await;
        let key = page.one(".secret code");
        assert!(key.starts_with("portolan_"), "{key}");
        let ask = |key: String| {
            axum::http::Request::builder()
                .uri("/v1/ports")
                .header("authorization", format!("Bearer {key}"))
        };
        let answer = dana.ask(ask(key.clone()), axum::body::Body::empty()).await;
        assert_eq!(answer.status, 200, "{}", answer.html());
        let page = dana.open(keys).await;
        assert!(!page.html().contains(&key), "shown once");
        let revoke = page
            .attr("form", "action")
            .into_iter()
            .find(|to| to.ends_with("/revoke"))
            .expect("a button");
        let page = dana.send(page.form(&revoke)).await;
        assert!(page.text().contains("Revoked."));
        let answer = dana.ask(ask(key), axum::body::Body::empty()).await;
        assert_eq!(answer.status, 401);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_of_the_desk_invites_somebody_to_an_account() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        desk.person(None, Role::Administrator, "ines@desk.example")
            .await;
        let mut ines = desk.signed_in("ines@desk.example").await;
        let users = "/settings/users";
        let form = ines.open(users).await.form(users);
        // What is chosen at first fits together: somebody of the desk.
        assert_eq!((form.value("role"), form.value("account")), ("desk", ""));
        let page = ines
            .send(
                form.clone()
                    .set("name", "Lee")
                    .set("email", "lee@harbor.example")
                    .set("role", Role::Submitter.name()),
            )
            .await;
        refused(&page);
        assert!(page.error("account").contains("belongs to an account"));
        let form = page.form(users).set("account", &account.id.to_string());
        let page = ines.send(form).await;
        assert!(
            page.text().contains("on its way to lee@harbor.example"),
            "{}",
            page.text()
        );
        // Where no mail is sent, the mailbox is where it is read.
        desk.run_jobs().await;
        let page = ines.open("/mailbox").await;
        let mail = page.attr("td a.main-link", "href").remove(0);
        let page = ines.open(&mail).await;
        assert!(page.text().contains("/welcome/"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn webhooks_and_campaigns_are_set_up() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk
            .account_administrator(&account, "dana@harbor.example")
            .await;
        let hooks = "/settings/webhooks";
        let page = dana.open(hooks).await;
        let page = dana
            .send(page.form(hooks).set("url", "http://10.0.0.5/in"))
            .await;
        refused(&page);
        assert_eq!(page.form(hooks).value("url"), "http://10.0.0.5/in");
        let page = dana
            .send(page.form(hooks).set("url", "https://crm.example/in"))
            .await;
        assert!(page.one(".secret code").starts_with("whsec_"));
        filed(&mut dana).await;
        let hook = dana
            .open(hooks)
            .await
            .attr("td a.main-link", "href")
            .remove(0);
        let page = dana.open(&hook).await;
        assert!(page.one("tbody").contains("port.begun"), "{}", page.text());
        let delete = page
            .attr("form", "action")
            .into_iter()
            .find(|to| to.ends_with("/delete"))
            .expect("a button");
        let page = dana.send(page.form(&delete)).await;
        assert!(page.text().contains("No endpoints"));

        let mut agent = desk.agent().await;
        let accounts = "/settings/accounts";
        let page = agent.open(accounts).await;
        assert!(page.text().contains("Not approved yet"));
        let campaign = format!("{accounts}/{}/campaign", account.id);
        let page = agent
            .send(page.form(&campaign).add("approved", "yes"))
            .await;
        assert!(page.text().contains("Approved."), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn the_mailbox_shows_each_mail_in_a_frame_of_its_own() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        desk.run_jobs().await;
        let mut agent = desk.agent().await;
        let page = agent.open("/mailbox?q=MARIA").await;
        assert_eq!(page.all("tbody tr").len(), 1, "{}", page.text());
        let mail = page.attr("td a.main-link", "href").remove(0);
        let page = agent.open(&mail).await;
        let sign = desk.link("sign").await;
        assert!(
            page.text().contains(&sign),
            "without a mail server this is the mailbox"
        );
        let frame = page.attr("iframe", "src").remove(0);
        assert_eq!(frame, format!("{mail}/html"));
        assert!(
            page.attr("iframe", "sandbox")
                .remove(0)
                .starts_with("allow-popups")
        );
        let html = agent.open(&frame).await;
        let policy = html.headers["content-security-policy"]
            .to_str()
            .expect("plain");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("sandbox"),
            "{policy}"
        );
        assert!(html.html().contains(&sign));
        assert!(
            agent
                .open("/mailbox?q=nobody")
                .await
                .text()
                .contains("No mail")
        );
    })
    .await;
}
