//! R102: an agency's people see and file for its clients; a client's people see only their own.

use portolan::domain::port::Role;

use super::{agency_called, api, client_called, key_of, port_of};
use crate::support::browser::Desk;
use crate::support::database::on_both;

#[tokio::test]
async fn an_agency_makes_a_client_and_files_for_it() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let agency = agency_called(&desk, "Lighthouse Agency").await;
        let mut boss = desk
            .account_administrator(&agency, "boss@lighthouse.example")
            .await;
        let accounts = "/settings/accounts";
        let page = boss.open(accounts).await;
        let page = boss
            .send(page.form(accounts).set("name", "Harbor Dental"))
            .await;
        assert!(
            page.text().contains("Harbor Dental was added."),
            "{}",
            page.text()
        );
        assert!(page.text().contains("Client of Lighthouse Agency"));

        // The new-port form and the overview ask and say for which account.
        let page = boss.open("/numbers/ports/new").await;
        let names = page.all("select[name=account] option");
        assert_eq!(names, ["Lighthouse Agency", "Harbor Dental"]);
        let ids = page.attr("select[name=account] option", "value");
        let key = key_of(&desk, "boss@lighthouse.example").await;
        let body = format!(
            r#"{{"account":"{}","numbers":[{{"number":"+14045550123"}}]}}"#,
            ids[1]
        );
        let (status, port) = api(&desk, &key, "POST", "/v1/ports", &body).await;
        assert_eq!(status, 201, "{port}");
        let page = boss.open("/numbers/ports").await;
        assert!(page.text().contains("Harbor Dental"), "{}", page.text());

        // The desk alone makes agencies, and a client is none.
        let (status, _) = api(
            &desk,
            &key,
            "POST",
            "/v1/accounts",
            r#"{"name":"X","is_agency":true}"#,
        )
        .await;
        assert_eq!(status, 403);
        let page = boss.open(accounts).await;
        let page = boss.send(page.form(accounts)).await;
        assert_eq!(page.status, 422, "an account needs a name");
    })
    .await;
}

#[tokio::test]
async fn a_client_sees_its_own_and_the_agency_all_of_them() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let agency = agency_called(&desk, "Lighthouse Agency").await;
        let one = client_called(&desk, &agency, "Harbor Dental").await;
        let two = client_called(&desk, &agency, "Lakeshore").await;
        for (account, email) in [
            (&agency, "boss@lighthouse.example"),
            (&one, "one@harbor.example"),
            (&two, "two@lake.example"),
        ] {
            desk.person(Some(account), Role::AccountAdministrator, email)
                .await;
        }
        let boss = key_of(&desk, "boss@lighthouse.example").await;
        let first = key_of(&desk, "one@harbor.example").await;
        let second = key_of(&desk, "two@lake.example").await;
        let port = port_of(&desk, &boss, &one, "+14045550123").await;
        let other = port_of(&desk, &second, &two, "+14045550124").await;

        let count = |answer: &serde_json::Value| answer["items"].as_array().map_or(0, Vec::len);
        for (key, sees, account, asked) in [
            (&boss, 2, &one, 1),
            (&first, 1, &one, 1),
            (&second, 1, &two, 1),
        ] {
            let (_, all) = api(&desk, key, "GET", "/v1/ports", "").await;
            assert_eq!(count(&all), sees);
            let path = format!("/v1/ports?account={}", account.id);
            let (_, some) = api(&desk, key, "GET", &path, "").await;
            assert_eq!(count(&some), asked);
        }
        // What is a sibling's is not there: pages, the API, live updates, documents, receiving numbers, webhooks.
        let mut browser = desk.signed_in("one@harbor.example").await;
        for path in ["", "/notes", "/letter", "/events"] {
            let page = browser.open(&format!("/numbers/ports/{other}{path}")).await;
            assert_eq!(page.status, 404, "{path}");
        }
        for path in [
            format!("/v1/ports/{other}"),
            format!("/v1/receiving-numbers?account={}", two.id),
            format!("/v1/webhooks?account={}", two.id),
            format!("/v1/accounts/{}", two.id),
            format!("/v1/accounts/{}", agency.id),
        ] {
            let (status, _) = api(&desk, &first, "GET", &path, "").await;
            assert_eq!(status, 404, "{path}");
            let (status, _) = api(&desk, &boss, "GET", &path, "").await;
            assert_eq!(status, 200, "{path}");
        }
        let (status, _) = api(&desk, &first, "GET", &format!("/v1/ports/{port}"), "").await;
        assert_eq!(status, 200);
        let siblings = format!("/v1/ports?account={}", two.id);
        let (status, none) = api(&desk, &first, "GET", &siblings, "").await;
        assert_eq!((status, count(&none)), (200, 0), "a list of nothing");
        // Another agency knows nothing of them.
        let foreign = agency_called(&desk, "Beacon Agency").await;
        desk.person(
            Some(&foreign),
            Role::AccountAdministrator,
            "boss@beacon.example",
        )
        .await;
        let beacon = key_of(&desk, "boss@beacon.example").await;
        let (status, _) = api(&desk, &beacon, "GET", &format!("/v1/ports/{port}"), "").await;
        assert_eq!(status, 404);
        let body = format!(r#"{{"account":"{}"}}"#, one.id);
        let (status, _) = api(&desk, &beacon, "POST", "/v1/ports", &body).await;
        assert_eq!(status, 404);
    })
    .await;
}

/// R121, R122: a receiving number of any account of the agency blocks, and the error says of which.
#[tokio::test]
async fn a_receiving_number_of_another_client_blocks_and_is_named() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let agency = agency_called(&desk, "Lighthouse Agency").await;
        let one = client_called(&desk, &agency, "Harbor Dental").await;
        let two = client_called(&desk, &agency, "Lakeshore").await;
        desk.person(Some(&agency), Role::Submitter, "boss@lighthouse.example")
            .await;
        desk.person(Some(&two), Role::Submitter, "two@lake.example")
            .await;
        let boss = key_of(&desk, "boss@lighthouse.example").await;
        let second = key_of(&desk, "two@lake.example").await;
        let port = port_of(&desk, &boss, &two, "+14045550123").await;
        let add = format!(r#"{{"number":"+14045550123","account":"{}"}}"#, one.id);
        let (status, _) = api(&desk, &boss, "POST", "/v1/receiving-numbers", &add).await;
        assert_eq!(status, 201);
        let says = |port: &serde_json::Value| {
            port["blockers"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one["says"].as_str())
                .find(|says| says.contains("already set up as a receiving number"))
                .unwrap_or_default()
                .to_owned()
        };
        let path = format!("/v1/ports/{port}");
        let (_, seen) = api(&desk, &boss, "GET", &path, "").await;
        assert!(
            says(&seen).ends_with("in the account Harbor Dental."),
            "{seen}"
        );
        // A client does not learn which other clients there are.
        let (_, seen) = api(&desk, &second, "GET", &path, "").await;
        assert!(
            says(&seen).ends_with("in another account of the same agency."),
            "{seen}"
        );
        let mut browser = desk.signed_in("boss@lighthouse.example").await;
        let page = browser.open("/numbers/ports").await;
        assert!(
            page.text().contains("in the account Harbor Dental"),
            "{}",
            page.text()
        );
        let remove = format!("/v1/receiving-numbers/+14045550123?account={}", one.id);
        let (status, _) = api(&desk, &boss, "DELETE", &remove, "").await;
        assert_eq!(status, 204);
        let (_, seen) = api(&desk, &boss, "GET", &path, "").await;
        assert_eq!(says(&seen), "");
    })
    .await;
}
