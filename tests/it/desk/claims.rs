//! Who has a request.

use futures::future::join;
use portolan::app::people;
use portolan::domain::port::Role;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::support::app::{Person, TestApp};
use crate::support::database::{on_both, on_sqlite};

async fn agent(t: &TestApp, name: &str) -> Person {
    let email = format!("{}@desk.example", name.to_lowercase().replace(' ', "."));
    let user = people::add_user(
        &t.app,
        None,
        None,
        Role::Desk,
        name,
        &email,
        "correct horse battery".to_owned().into(),
    )
    .await
    .expect("a user");
    let (_, key) = people::add_api_key(&t.app, user.id, "tests")
        .await
        .expect("a key");
    Person {
        user,
        key: key.expose_secret().to_owned(),
    }
}

async fn port(t: &TestApp) -> (Person, String) {
    let account = t.account("Harbor Dental").await;
    let ana = t.submitter(&account, "Ana Ruiz").await;
    let id = t.complete_port(&ana, &["+14045550123"]).await;
    (ana, id)
}

async fn claim(t: &TestApp, by: &Person, id: &str, body: Value) -> (u16, Value) {
    let reply = t
        .post(&format!("/v1/ports/{id}/claim"))
        .by(by)
        .json(&body)
        .send()
        .await;
    (reply.status.as_u16(), reply.json())
}

/// Of two who take it at once one gets it, and the other learns who.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_claim_at_once_and_one_wins() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let (_, id) = port(&t).await;
        let (ada, bo) = (agent(&t, "Ada Moss").await, agent(&t, "Bo Lind").await);
        for _ in 0..4 {
            let (one, two) = join(
                claim(&t, &ada, &id, json!({})),
                claim(&t, &bo, &id, json!({})),
            )
            .await;
            let mut both = [one, two];
            both.sort_by_key(|(status, _)| *status);
            let [(won, port), (lost, problem)] = both;
            assert_eq!((won, lost), (200, 409), "{port} {problem}");
            let winner = port["claim"]["name"].as_str().expect("a name").to_owned();
            assert!(
                problem["detail"]
                    .as_str()
                    .expect("words")
                    .starts_with(&format!("{winner} has it since ")),
                "{problem}"
            );
            let who = if winner == "Ada Moss" { &ada } else { &bo };
            t.post(&format!("/v1/ports/{id}/release"))
                .by(who)
                .send()
                .await
                .ok(200);
        }
    })
    .await;
}

/// To take what another has must be meant: the one who was seen having it is named, and is still the one.
#[tokio::test]
async fn what_another_has_is_taken_over_only_on_purpose() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let (ana, id) = port(&t).await;
        let (ada, bo, cy) = (
            agent(&t, "Ada Moss").await,
            agent(&t, "Bo Lind").await,
            agent(&t, "Cy Orr").await,
        );
        let adam = t.administrator().await;
        let (status, port) = claim(&t, &ada, &id, json!({})).await;
        assert_eq!((status, &port["claim"]["name"]), (200, &json!("Ada Moss")));
        let version = port["version"].clone();
        let (_, again) = claim(&t, &ada, &id, json!({})).await;
        assert_eq!(
            again["version"], version,
            "to take what one has is nothing new"
        );

        assert_eq!(claim(&t, &bo, &id, json!({})).await.0, 409);
        let wrong = json!({ "over": cy.user.id.to_string() });
        assert_eq!(claim(&t, &bo, &id, wrong).await.0, 409, "it is not Cy's");
        let release = t
            .post(&format!("/v1/ports/{id}/release"))
            .by(&bo)
            .send()
            .await;
        assert_eq!(release.status.as_u16(), 409);
        let over = json!({ "over": ada.user.id.to_string() });
        let (status, port) = claim(&t, &bo, &id, over).await;
        assert_eq!((status, &port["claim"]["name"]), (200, &json!("Bo Lind")));

        // Who has it hands it on; a third one only on purpose; nobody to those who do not work here.
        let assign = |by: &Person, body: Value| {
            let ask = t.post(&format!("/v1/ports/{id}/assign")).by(by).json(&body);
            async move { ask.send().await }
        };
        let to_cy = json!({ "to": cy.user.id.to_string() });
        assert_eq!(assign(&ada, to_cy.clone()).await.status.as_u16(), 409);
        let port = assign(&bo, to_cy).await.ok(200);
        assert_eq!(port["claim"]["name"], "Cy Orr");
        let to_ana = assign(&cy, json!({ "to": ana.user.id.to_string() }))
            .await
            .ok(422);
        assert_eq!(to_ana["problems"][0]["field"], "to");

        // The desk sees its history, the customer nothing of it.
        let says = |events: Value| -> Vec<String> {
            events["items"]
                .as_array()
                .expect("a list")
                .iter()
                .filter(|one| {
                    one["type"]
                        .as_str()
                        .is_some_and(|kind| kind.contains("claimed"))
                })
                .map(|one| one["says"].as_str().expect("words").to_owned())
                .collect()
        };
        let path = format!("/v1/ports/{id}/events?limit=200");
        assert_eq!(
            says(t.get(&path).by(&ada).send().await.ok(200)),
            [
                "Ada Moss took the request.",
                "Bo Lind took the request over from Ada Moss.",
                "Bo Lind gave the request to Cy Orr."
            ]
        );
        assert!(says(t.get(&path).by(&ana).send().await.ok(200)).is_empty());
        let own = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(own["claim"], Value::Null);

        let mine = t.get("/v1/desk/queues/mine").by(&cy).send().await.ok(200);
        assert_eq!(mine["items"][0]["port"], *id);
        let port = t
            .post(&format!("/v1/ports/{id}/release"))
            .by(&adam)
            .send()
            .await
            .ok(200);
        assert_eq!(
            port["claim"],
            Value::Null,
            "an administrator gives it back for them"
        );
        let mine = t.get("/v1/desk/queues/mine").by(&cy).send().await.ok(200);
        assert_eq!(mine["items"], json!([]));
    })
    .await;
}

/// A claim ends with its request.
#[tokio::test]
async fn a_claim_ends_when_the_request_is_over() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let (ana, id) = port(&t).await;
        let ada = agent(&t, "Ada Moss").await;
        claim(&t, &ada, &id, json!({})).await;
        t.post(&format!("/v1/ports/{id}/cancel"))
            .by(&ana)
            .json(&json!({ "reason": "We stay." }))
            .send()
            .await
            .ok(200);
        let port = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ada)
            .send()
            .await
            .ok(200);
        assert_eq!(port["claim"], Value::Null);
        let mine = t.get("/v1/desk/queues/mine").by(&ada).send().await.ok(200);
        assert_eq!(mine["items"], json!([]));
        let (status, problem) = claim(&t, &ada, &id, json!({})).await;
        assert_eq!(status, 409, "{problem}");
    })
    .await;
}

/// Nobody is mailed because of who works on what, and no webhook tells of it.
#[tokio::test]
async fn a_claim_is_the_desks_own_business() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let (_, id) = port(&t).await;
        let ada = agent(&t, "Ada Moss").await;
        let before = t.mails().await.len();
        claim(&t, &ada, &id, json!({})).await;
        t.run_jobs().await;
        assert_eq!(t.mails().await.len(), before);
    })
    .await;
}
