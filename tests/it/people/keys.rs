//! API keys: read-only ones, ones that end, when one was used, and those of other people.

use jiff::SignedDuration;
use portolan::domain::port::Role;

use super::{api, key_of};
use crate::support::browser::Desk;
use crate::support::database::on_both;

#[tokio::test]
async fn a_key_only_reads_ends_by_itself_and_says_when_it_was_used() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut boss = desk
            .account_administrator(&account, "boss@harbor.example")
            .await;
        let keys = "/settings/keys";
        let page = boss.open(keys).await;
        let form = page
            .form(keys)
            .set("name", "Dashboard")
            .set("kind", "read")
            .set("days", "30");
        let page = boss.send(form).await;
        let key = page.one(".secret code");
        let row = page.one("tbody tr");
        assert!(
            row.contains("Reads only") && row.contains("Never") && row.contains("Ends"),
            "{row}"
        );
        assert_eq!(api(&desk, &key, "GET", "/v1/ports", "").await.0, 200);
        let (status, problem) = api(&desk, &key, "POST", "/v1/ports", "{}").await;
        assert_eq!(status, 403);
        assert_eq!(problem["type"], "/problems/read_only_key");
        let row = boss.open(keys).await.one("tbody tr");
        assert!(!row.contains("Never"), "{row}");
        let (_, listed) = api(&desk, &key, "GET", "/v1/api-keys", "").await;
        assert_eq!(listed["items"][0]["read_only"], true);
        assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
        desk.clock.advance(SignedDuration::from_hours(24 * 30));
        assert_eq!(api(&desk, &key, "GET", "/v1/ports", "").await.0, 401);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_sees_and_revokes_the_keys_of_their_people() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let other = desk.account("Lakeshore").await;
        let mut boss = desk
            .account_administrator(&account, "boss@harbor.example")
            .await;
        desk.person(Some(&account), Role::Submitter, "dana@harbor.example")
            .await;
        let mut foreign = desk
            .account_administrator(&other, "boss@lake.example")
            .await;
        let key = key_of(&desk, "dana@harbor.example").await;
        let keys = "/settings/keys";
        let page = boss.open(keys).await;
        assert!(page.text().contains("Keys of other people"));
        let revoke = page
            .attr("form", "action")
            .into_iter()
            .find(|to| to.ends_with("/revoke"))
            .expect("a button");
        assert_eq!(super::post(&mut foreign, &revoke, &[]).await, 404);
        assert_eq!(api(&desk, &key, "GET", "/v1/me", "").await.0, 200);
        boss.send(page.form(&revoke)).await;
        assert_eq!(api(&desk, &key, "GET", "/v1/me", "").await.0, 401);
    })
    .await;
}
