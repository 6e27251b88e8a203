//! One action for many: what the look says is what the deed does.

use serde_json::{Value, json};

use portolan::args;
use portolan::db::Engine;

use crate::support::app::{Person, TestApp};
use crate::support::database::{on_both, on_sqlite};

struct Stage {
    t: TestApp,
    ana: Person,
    dana: Person,
}

impl Stage {
    async fn on(test: &crate::support::database::TestDb) -> Self {
        let t = TestApp::on(test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        Self { t, ana, dana }
    }

    async fn draft(&self, line: u32) -> String {
        let number = format!("+140455501{line:02}");
        self.t.complete_port(&self.ana, &[&number]).await
    }

    async fn to_check(&self, line: u32) -> (String, String) {
        // A mail is younger than the one before.
        self.t.clock.advance(jiff::SignedDuration::from_secs(60));
        let id = self.draft(line).await;
        let document = self.t.sign_and_prove(&self.ana, &id).await;
        (id, document)
    }

    async fn to_submit(&self, line: u32) -> String {
        let (id, document) = self.to_check(line).await;
        self.t
            .post(&format!("/v1/ports/{id}/proof/{document}/accept"))
            .by(&self.dana)
            .send()
            .await
            .ok(200);
        id
    }

    async fn bulk(&self, body: Value) -> Value {
        self.t
            .post("/v1/desk/bulk")
            .by(&self.dana)
            .json(&body)
            .send()
            .await
            .ok(200)
    }

    async fn port(&self, id: &str) -> Value {
        self.t
            .get(&format!("/v1/ports/{id}"))
            .by(&self.dana)
            .send()
            .await
            .ok(200)
    }

    /// What happened to a request after so many facts: names, and the mails that were made meanwhile.
    async fn happened(&self, id: &str, after: usize) -> Vec<String> {
        let events = self
            .t
            .get(&format!("/v1/ports/{id}/events?limit=200"))
            .by(&self.dana)
            .send()
            .await
            .ok(200);
        events["items"].as_array().expect("a list")[after..]
            .iter()
            .map(|one| one["type"].as_str().expect("a word").to_owned())
            .collect()
    }

    /// Every mail that was made: its address and subject, by its id.
    async fn mails(&self) -> std::collections::BTreeMap<String, (String, String)> {
        let mails = self.t.mails().await;
        mails
            .into_iter()
            .map(|mail| (mail.id.to_string(), (mail.to_address, mail.subject)))
            .collect()
    }

    async fn facts(&self, id: &str) -> usize {
        self.happened(id, 0).await.len()
    }
}

fn outcomes(report: &Value) -> Vec<(&str, &str)> {
    report["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| {
            (
                item["port"].as_str().expect("an id"),
                item["outcome"].as_str().expect("a word"),
            )
        })
        .collect()
}

fn mails_of(item: &Value) -> Vec<(String, String)> {
    item["mails"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|mail| {
            (
                mail["to"].as_str().expect("an address").to_owned(),
                mail["subject"].as_str().expect("words").to_owned(),
            )
        })
        .collect()
}

/// For each action: nothing happens at the look, and then exactly what it said: facts, statuses, mails.
#[tokio::test]
async fn what_the_look_says_is_what_then_happens() {
    on_both(|test| async move {
        let stage = Stage::on(&test).await;
        let (checked, _) = stage.to_check(10).await;
        let ready = stage.to_submit(11).await;
        let draft = stage.draft(12).await;
        stage
            .t
            .post(&format!("/v1/ports/{draft}/ask-for-update"))
            .by(&stage.ana)
            .send()
            .await
            .ok(200);
        let all = json!([{ "id": checked }, { "id": ready }, { "id": draft }]);
        let actions = [
            json!({ "action": "claim" }),
            json!({ "action": "note", "text": "We work on it.", "staff_only": false }),
            json!({ "action": "note", "text": "Odd bill.", "staff_only": true }),
            json!({ "action": "assign", "to": stage.dana.user.id.to_string() }),
            json!({ "action": "release" }),
            json!({ "action": "clear_attention", "queue": "customers" }),
            json!({ "action": "submit", "date": "earliest" }),
            json!({ "action": "accept_proofs" }),
            json!({ "action": "submit" }),
            json!({ "action": "ask_carrier", "text": "Where does it stand?" }),
            json!({ "action": "cancel", "reason": "The customer stays." }),
        ];
        let mut changed = 0;
        for action in actions {
            let ask = |dry_run: bool, ports: &Value| {
                let mut body = action.clone();
                body["dry_run"] = json!(dry_run);
                body["ports"] = ports.clone();
                body
            };
            let before: Vec<Value> = [
                stage.port(&checked).await,
                stage.port(&ready).await,
                stage.port(&draft).await,
            ]
            .into();
            let mails = stage.mails().await;
            let mut facts = Vec::new();
            for id in [&checked, &ready, &draft] {
                facts.push(stage.facts(id).await);
            }
            let look = stage.bulk(ask(true, &all)).await;
            let same: Vec<Value> = [
                stage.port(&checked).await,
                stage.port(&ready).await,
                stage.port(&draft).await,
            ]
            .into();
            pretty_assertions::assert_eq!(before, same, "a look changes nothing");
            assert_eq!(stage.mails().await, mails, "a look mails nobody");

            let seen: Vec<Value> = look["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|item| json!({ "id": item["port"], "version": item["version"] }))
                .collect();
            let done = stage.bulk(ask(false, &json!(seen))).await;
            assert_eq!(outcomes(&look), outcomes(&done), "{action}");
            let mut made: Vec<(String, String)> = stage
                .mails()
                .await
                .into_iter()
                .filter(|(id, _)| !mails.contains_key(id))
                .map(|(_, mail)| mail)
                .collect();
            let mut promised = Vec::new();
            let items = look["items"].as_array().expect("a list");
            for ((item, after), line) in items
                .iter()
                .zip(done["items"].as_array().expect("a list"))
                .zip(&facts)
            {
                for field in [
                    "outcome",
                    "status_before",
                    "status_after",
                    "events",
                    "says",
                    "mails",
                ] {
                    pretty_assertions::assert_eq!(
                        item[field],
                        after[field],
                        "{} of {}",
                        field,
                        action
                    );
                }
                let id = item["port"].as_str().expect("an id");
                let events: Vec<String> =
                    serde_json::from_value(item["events"].clone()).expect("words");
                assert_eq!(stage.happened(id, *line).await, events, "{action}");
                let port = stage.port(id).await;
                if item["outcome"] == "changed" {
                    changed += 1;
                    assert_eq!(port["status"], item["status_after"], "{action}");
                    assert_eq!(port["version"], after["version"], "{action}");
                } else {
                    assert_eq!(port["status"], item["status_before"], "{action}");
                }
                promised.extend(mails_of(item));
            }
            made.sort();
            promised.sort();
            assert_eq!(made, promised, "{action}");
        }
        assert!(changed > 15, "most of it did something: {changed}");
    })
    .await;
}

/// What cannot be submitted says why in the rules' own words; the others go on. What changed after the look stays.
#[tokio::test]
async fn each_port_stands_for_itself() {
    on_both(|test| async move {
        let stage = Stage::on(&test).await;
        let good = stage.to_submit(20).await;
        let other = stage.to_submit(21).await;
        let (unchecked, _) = stage.to_check(22).await;
        let draft = stage.draft(23).await;
        let blocked = stage.to_submit(24).await;
        stage
            .t
            .post("/v1/receiving-numbers")
            .by(&stage.ana)
            .json(&json!({ "number": "+14045550124" }))
            .send()
            .await;
        let nowhere = "port_019ab3f2c7d87a60b1f3d2a4c5e6f708";
        let ids = [&good, &other, &unchecked, &draft, &blocked];
        let mut ports: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        ports.push(json!({ "id": nowhere }));
        ports.push(json!({ "id": good }));
        let look = stage
            .bulk(json!({ "dry_run": true, "action": "submit", "ports": ports }))
            .await;
        assert_eq!(
            outcomes(&look),
            [
                (good.as_str(), "changed"),
                (&other, "changed"),
                (&unchecked, "refused"),
                (&draft, "refused"),
                (&blocked, "refused"),
                (nowhere, "not_found"),
            ]
        );
        let says = |at: usize| {
            look["items"][at]["says"][0]
                .as_str()
                .expect("words")
                .to_owned()
        };
        assert!(says(2).contains("has not checked the proof"), "{}", says(2));
        assert!(says(3).contains("\"Draft\""), "{}", says(3));
        assert!(
            says(4).contains("+14045550124 is already set up as a receiving number"),
            "{}",
            says(4)
        );

        // Somebody writes a note on one of them meanwhile.
        stage
            .t
            .post(&format!("/v1/ports/{other}/notes"))
            .by(&stage.ana)
            .json(&json!({ "text": "One moment please." }))
            .send()
            .await
            .ok(201);
        let seen: Vec<Value> = look["items"]
            .as_array()
            .expect("a list")
            .iter()
            .take(3)
            .map(|item| json!({ "id": item["port"], "version": item["version"] }))
            .collect();
        let body = json!({ "dry_run": false, "action": "submit", "ports": seen });
        let done = stage.bulk(body.clone()).await;
        assert_eq!(
            outcomes(&done),
            [
                (good.as_str(), "changed"),
                (&other, "stale"),
                (&unchecked, "refused")
            ]
        );
        assert_eq!(stage.port(&good).await["status"], "submitted");
        assert_eq!(stage.port(&other).await["status"], "in_review");
        let again = stage.bulk(body).await;
        assert_eq!(outcomes(&again)[0].1, "stale", "nothing happens twice");
    })
    .await;
}

/// After the first port is stored, nothing that goes wrong throws away what is known of the deed.
#[tokio::test]
async fn what_fails_after_a_port_is_stored_is_said_in_its_line() {
    on_both(|test| async move {
        let stage = Stage::on(&test).await;
        let first = stage.draft(30).await;
        let second = stage.draft(31).await;
        let mut seen = Vec::new();
        for id in [&first, &second] {
            let version = stage.port(id).await["version"].clone();
            seen.push(json!({ "id": id, "version": version }));
        }
        // Whoever filed the port cannot be read any more once their mail is written: the mails of the deed cannot be told.
        let spoil = "UPDATE users SET signed_in_wall = 9223372036854775807
             WHERE id = (SELECT submitter_id FROM ports WHERE id = NEW.port_id)";
        let steps = match test.engine() {
            Engine::Sqlite => vec![format!(
                "CREATE TRIGGER spoil AFTER INSERT ON mails BEGIN {spoil}; END"
            )],
            Engine::Postgres => vec![
                format!(
                    "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {spoil}; RETURN NULL; END $$"
                ),
                "CREATE TRIGGER spoil AFTER INSERT ON mails FOR EACH ROW EXECUTE FUNCTION spoil()"
                    .to_owned(),
            ],
        };
        let mut tx = stage.t.app.db.write().await.expect("begins");
        for step in steps {
            tx.execute(step, args![]).await.expect("made");
        }
        let unreadable = "UPDATE ports SET body = 'spoilt' WHERE id = $1";
        tx.execute(unreadable, args![&second]).await.expect("spoilt");
        tx.commit().await.expect("commits");

        let action = json!({
            "dry_run": false, "action": "cancel", "reason": "The office closes.",
            "ports": seen,
        });
        let report = stage.bulk(action).await;
        assert_eq!(
            outcomes(&report),
            [(first.as_str(), "changed"), (&second, "failed")],
            "{report}"
        );
        let says = report["items"][0]["says"].to_string();
        assert!(says.contains("This is done."), "{says}");
        assert!(mails_of(&report["items"][0]).is_empty());
        let says = report["items"][1]["says"].to_string();
        assert!(says.contains("Something went wrong on our side."), "{says}");
        let mut tx = stage.t.app.db.write().await.expect("begins");
        tx.execute("UPDATE users SET signed_in_wall = NULL", args![])
            .await
            .expect("mended");
        tx.commit().await.expect("commits");
        assert_eq!(stage.port(&first).await["status"], "cancelled");
    })
    .await;
}

/// What is wrong with the action itself is said before any port is touched.
#[tokio::test]
async fn an_action_is_checked_before_it_begins() {
    on_sqlite(|test| async move {
        let stage = Stage::on(&test).await;
        let id = stage.draft(30).await;
        let one = json!([{ "id": id }]);
        let many: Vec<Value> = (0..201).map(|n| json!({ "id": format!("port_019ab3f2c7d87a60b1f3d2a4c5e6{n:04x}"), "version": 1 })).collect();
        for (body, field) in [
            (json!({ "dry_run": true, "action": "dance", "ports": one }), "action"),
            (json!({ "dry_run": true, "action": "note", "text": "  ", "ports": one }), "text"),
            (json!({ "dry_run": true, "action": "cancel", "ports": one }), "reason"),
            (json!({ "dry_run": true, "action": "assign", "ports": one }), "to"),
            (json!({ "dry_run": true, "action": "assign", "to": stage.ana.user.id.to_string(), "ports": one }), "to"),
            (json!({ "dry_run": true, "action": "submit", "carrier": "other", "ports": one }), "carrier"),
            (json!({ "dry_run": true, "action": "submit", "date": "soon", "ports": one }), "date"),
            (json!({ "dry_run": true, "action": "clear_attention", "queue": "x", "ports": one }), "queue"),
            (json!({ "dry_run": false, "action": "claim", "ports": one }), "ports[0].version"),
            (json!({ "dry_run": false, "action": "claim", "ports": [] }), "ports"),
            (json!({ "dry_run": false, "action": "claim", "ports": many }), "ports"),
        ] {
            let reply = stage.t.post("/v1/desk/bulk").by(&stage.dana).json(&body).send().await.ok(422);
            assert_eq!(reply["problems"][0]["field"], field, "{body}: {reply}");
        }
        assert_eq!(stage.port(&id).await["version"], 1);
    })
    .await;
}

/// A wish that cannot be kept any more is refused, and the earliest date can be asked for instead.
#[tokio::test]
async fn a_wished_date_that_has_gone_by_is_refused() {
    on_sqlite(|test| async move {
        let stage = Stage::on(&test).await;
        let id = stage.draft(31).await;
        stage
            .t
            .patch(&format!("/v1/ports/{id}"))
            .by(&stage.ana)
            .json(&json!({ "requested_date": "2026-12-01" }))
            .send()
            .await
            .ok(200);
        let document = stage.t.sign_and_prove(&stage.ana, &id).await;
        stage.t.post(&format!("/v1/ports/{id}/proof/{document}/accept")).by(&stage.dana).send().await.ok(200);
        stage.t.clock.advance(jiff::SignedDuration::from_hours(24 * 5));
        let look = |date: &'static str| {
            let body = json!({ "dry_run": true, "action": "submit", "date": date, "ports": [{ "id": id }] });
            stage.bulk(body)
        };
        let wished = look("as_wished").await;
        assert_eq!(wished["items"][0]["outcome"], "refused");
        let says = wished["items"][0]["says"][0].as_str().expect("words");
        assert!(says.contains("too soon") || says.contains("not in the future"), "{says}");
        let earliest = look("earliest").await;
        assert_eq!(earliest["items"][0]["outcome"], "changed", "{earliest}");
        assert_eq!(earliest["items"][0]["events"], json!(["edited", "released", "text_moved"]));
    })
    .await;
}
