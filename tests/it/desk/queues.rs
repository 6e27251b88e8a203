//! A request is in a queue exactly when the rule says so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use portolan::app::desk::{self, Asked, Cut};
use portolan::app::{Caller, ports};
use portolan::db::migrate::MIGRATIONS;
use portolan::db::{Engine, Session};
use portolan::domain::carrier::{
    Activation, CarrierReason, CodeSystem, Messaging, NumberReading, OrderReading, OrderStatus,
};
use portolan::domain::port::{
    Change, Event, Fact, LetterRef, Proof, ProofKind, Queue, Signer, Status, TestKind, Verdict,
    places, status,
};
use portolan::ids::PortId;

use super::{caller, happen};
use crate::support::app::TestApp;
use crate::support::database::{TestDb, on_both, on_sqlite};

/// A row of numbers that looks like chance and is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn reading(
    port: PortId,
    at: Timestamp,
    dice: &mut Dice,
    numbers: Vec<NumberReading>,
    status: Option<OrderStatus>,
) -> OrderReading {
    let status = status.unwrap_or_else(|| match dice.below(8) {
        0 => OrderStatus::InProcess,
        1 => OrderStatus::Submitted,
        2 => OrderStatus::Exception,
        3..6 => OrderStatus::FocConfirmed,
        6 => OrderStatus::Ported,
        _ => OrderStatus::Unknown("awaiting-lrn-merge".to_owned()),
    });
    let code = ["ACCOUNT_NUMBER_MISMATCH", "NEVER_HEARD_OF"][dice.below(2) as usize];
    OrderReading {
        external_id: format!("order-{port}"),
        customer_reference: None,
        support_key: Some("SR_Porting_7".to_owned()),
        raw_status: format!("{status:?}").to_lowercase(),
        reasons: match status {
            OrderStatus::Exception => vec![CarrierReason {
                system: CodeSystem::Telnyx,
                code: code.to_owned(),
                text: String::new(),
            }],
            _ => Vec::new(),
        },
        status,
        requested_foc: None,
        confirmed_foc: Some(
            at.checked_add(SignedDuration::from_hours(
                i64::try_from(dice.below(200)).expect("small") - 20,
            ))
            .expect("in range"),
        ),
        requirements_met: Some(true),
        numbers,
        updated_at: Some(at),
    }
}

/// Something happens to a request, sensible or not.
async fn whim(t: &TestApp, id: PortId, dice: &mut Dice) {
    let app = &t.app;
    let now = t.clock.now();
    let request = ports::get(app, id)
        .await
        .expect("reads")
        .expect("it is there")
        .request;
    let first = request.numbers.first().map(|one| one.number);
    let proof = request.proof.last().map(|one| one.document);
    let at = status(&request);
    let to_check = request
        .proof
        .iter()
        .any(|one| one.verdict == Verdict::Waiting);
    // Half of the time the step that comes next, so that some get far.
    let step = match (dice.below(2), at) {
        (0, Status::Draft) => 0,
        (0, Status::AwaitingSignature) => 3,
        (0, Status::AwaitingProof) => 6,
        (0, Status::InReview) if to_check => 8,
        (0, Status::InReview) => 11,
        (0, Status::Submitted | Status::Porting) => 13,
        (0, Status::Scheduled) => [13, 17][dice.below(2) as usize],
        (0, Status::Testing) => 18,
        _ => dice.below(24),
    };
    let event = match step {
        0..3 => Event::SendLetter {
            letter: LetterRef {
                document: app.ids.next(now),
                sha256: "a".repeat(64),
                data_sha256: "b".repeat(64),
                version: request.letters + 1,
            },
            signer: Signer {
                name: "Maria Kovacs".to_owned(),
                email: "maria@harbordental.example".to_owned(),
                title: "Owner".to_owned(),
            },
            link: app.ids.next(now),
            expires_at: now
                .checked_add(SignedDuration::from_hours(24 * 30))
                .expect("in range"),
        },
        3..6 => Event::SignLetter {
            document: app.ids.next(now),
            sha256: "c".repeat(64),
            method: "typed".to_owned(),
        },
        6 | 7 => Event::ReceiveProof {
            proof: Proof {
                document: app.ids.next(now),
                kind: ProofKind::BillingStatement,
                name: "bill.pdf".to_owned(),
                size: 3,
                received_at: now,
                verdict: Verdict::Waiting,
            },
        },
        8 | 9 if proof.is_some() => Event::AcceptProof {
            document: proof.expect("asked for"),
        },
        10 if proof.is_some() => Event::RefuseProof {
            document: proof.expect("asked for"),
            reason: "It is of June.".to_owned(),
        },
        11 | 12 => Event::Release,
        13..17 => {
            let numbers = request
                .numbers
                .iter()
                .map(|one| NumberReading {
                    number: one.number,
                    activation: Activation::Pending,
                    messaging: if dice.below(4) == 0 {
                        Messaging::Exception
                    } else {
                        Messaging::Pending
                    },
                })
                .collect();
            let next = match (dice.below(2), at) {
                (0, Status::Submitted) => Some(OrderStatus::FocConfirmed),
                (0, Status::Scheduled | Status::Porting) => Some(OrderStatus::Ported),
                _ => None,
            };
            let reading = reading(id, now, dice, numbers, next);
            Event::ReadOrders {
                carrier: "telnyx".to_owned(),
                orders: vec![(app.ids.next(now), reading)],
            }
        }
        17 => Event::OpenWindow,
        18 => Event::RecordTest {
            number: first.expect("each has one"),
            kind: TestKind::Voice,
            passed: dice.below(2) == 0,
            remark: String::new(),
        },
        19 => [
            Event::NoticeSilence { business_days: 7 },
            Event::CarrierUnreadable {
                step: "read the orders".to_owned(),
            },
            Event::CarrierRefused {
                step: "submit".to_owned(),
                says: "no".to_owned(),
            },
        ][dice.below(3) as usize]
            .clone(),
        20 => Event::AskForUpdate,
        21 => Event::ClearAttention { index: 0 },
        22 => match dice.below(6) {
            0 => Event::Cancel {
                reason: "no longer".to_owned(),
            },
            1 => Event::CancelRefused {
                says: "too late".to_owned(),
            },
            2 => Event::AskSnapback {
                reason: "wrong".to_owned(),
                deadline: now,
            },
            3 => Event::Resubmit,
            _ => Event::GiveUp {
                numbers: first.into_iter().collect(),
                reason: "lost".to_owned(),
            },
        },
        _ => Event::Edit {
            changes: vec![Change::Title(format!("Title {}", dice.below(100)))],
        },
    };
    match happen(&t.app, id, event).await {
        Ok(()) | Err(portolan::app::AppError::Refused(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

async fn in_queue(t: &TestApp, who: &Caller, cut: Cut) -> BTreeSet<PortId> {
    let asked = Asked {
        cut,
        text: String::new(),
        after: None,
        limit: 500,
    };
    let table = desk::table(&t.app, who, &asked).await.expect("a table");
    let found: BTreeSet<PortId> = table.items.iter().map(|item| item.row.id).collect();
    assert_eq!(found.len(), table.items.len(), "nothing twice");
    assert_eq!(
        usize::try_from(table.counts.of(cut)).expect("small"),
        found.len(),
        "{cut:?} is counted as it is listed"
    );
    let since: Vec<Timestamp> = table.items.iter().map(|item| item.since).collect();
    assert!(since.is_sorted(), "the longest waiting first");
    // Page by page it is the same.
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let asked = Asked {
            limit: 3,
            after,
            ..asked.clone()
        };
        let page = desk::table(&t.app, who, &asked).await.expect("a page");
        pages.extend(page.items.iter().map(|item| item.row.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let whole: Vec<PortId> = table.items.iter().map(|item| item.row.id).collect();
    assert_eq!(pages, whole, "{cut:?} page by page");
    found
}

/// Whether a request is in a queue, by its own state and history alone.
async fn belongs(t: &TestApp, who: &Caller, id: PortId, queue: Queue) -> bool {
    let request = ports::get(&t.app, id)
        .await
        .expect("reads")
        .expect("it is there")
        .request;
    let Some(place) = places(&request).into_iter().find(|one| one.queue == queue) else {
        return false;
    };
    if !place.passing {
        return true;
    }
    let facts = ports::history(&t.app, who, id).await.expect("facts");
    let dated = facts
        .iter()
        .filter(|one| {
            matches!(
                one.fact,
                Fact::PortDateSet { .. } | Fact::PortDateChanged { .. }
            )
        })
        .map(|one| one.at)
        .max()
        .expect("a date was set");
    let zone = &t.app.config.operator.time_zone;
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    day(dated) == day(t.clock.now())
}

async fn compare(t: &TestApp, who: &Caller, ids: &[PortId]) -> BTreeMap<Queue, usize> {
    let mut sizes = BTreeMap::new();
    let mut all = BTreeSet::new();
    for queue in Queue::ALL {
        let mut expected = BTreeSet::new();
        for id in ids {
            if belongs(t, who, *id, queue).await {
                expected.insert(*id);
            }
        }
        assert_eq!(
            in_queue(t, who, Cut::Of(queue)).await,
            expected,
            "{queue:?}"
        );
        all.extend(expected.iter().copied());
        *sizes.entry(queue).or_default() += expected.len();
    }
    assert_eq!(in_queue(t, who, Cut::All).await, all, "everything");
    let shown = desk::waiting(&t.app, who).await.expect("counts");
    assert_eq!(usize::try_from(shown).expect("small"), all.len());
    sizes
}

/// Requests with a random past.
async fn random_desk(t: &TestApp, seed: u64, ports: usize, steps: u64) -> Vec<PortId> {
    let account = t.account("Harbor Dental").await;
    let ana = t.submitter(&account, "Ana Ruiz").await;
    let mut ids: Vec<PortId> = Vec::new();
    for line in 0..ports {
        let number = format!("+1404555{:04}", 101 + line);
        let id = t.complete_port(&ana, &[&number]).await;
        ids.push(id.parse().expect("an id"));
    }
    let mut dice = Dice(seed);
    for _ in 0..steps {
        let id = ids[dice.below(ids.len() as u64) as usize];
        whim(t, id, &mut dice).await;
        if dice.below(20) == 0 {
            t.clock.advance(SignedDuration::from_hours(7));
        }
    }
    ids
}

/// Whatever happens to requests, each queue holds what the rule says and nothing else, also on the next day.
#[tokio::test]
async fn a_queue_holds_what_the_rule_says() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let dana = caller(&t.desk().await);
        let ids = random_desk(&t, 1, 16, 40).await;
        let mut dice = Dice(2);
        let mut seen: BTreeMap<Queue, usize> = BTreeMap::new();
        for _ in 0..14 {
            for _ in 0..20 {
                let id = ids[dice.below(ids.len() as u64) as usize];
                whim(&t, id, &mut dice).await;
            }
            for (queue, many) in compare(&t, &dana, &ids).await {
                *seen.entry(queue).or_default() += many;
            }
            t.clock.advance(SignedDuration::from_hours(9));
        }
        let in_use = seen.values().filter(|many| **many > 0).count();
        assert!(in_use >= 7, "the comparison looks at something: {seen:?}");
    })
    .await;
}

async fn lines(
    session: &mut Session,
) -> (
    BTreeSet<(String, String, bool)>,
    BTreeMap<String, BTreeSet<String>>,
) {
    let rows = session
        .fetch_all("SELECT port_id, queue, passing FROM desk_lines", &[])
        .await
        .expect("reads");
    let lines = rows
        .iter()
        .map(|row| {
            (
                row.text("port_id").expect("a text"),
                row.text("queue").expect("a text"),
                row.bool("passing").expect("a flag"),
            )
        })
        .collect();
    let rows = session
        .fetch_all("SELECT port_id, words FROM desk_search", &[])
        .await
        .expect("reads");
    let words = rows
        .iter()
        .map(|row| {
            let words = row.text("words").expect("a text");
            (
                row.text("port_id").expect("a text"),
                words.split_whitespace().map(str::to_owned).collect(),
            )
        })
        .collect();
    (lines, words)
}

/// The migration gives requests that were there before the same rows as those that come after it.
#[tokio::test]
async fn old_requests_get_the_rows_that_new_ones_have() {
    on_both(|test: TestDb| async move {
        let t = TestApp::on(&test).await;
        random_desk(&t, 5, 12, 500).await;
        let mut tx = test.db.write().await.expect("begins");
        let before = lines(&mut tx).await;
        assert!(before.0.len() > 5, "{before:?}");
        for table in ["desk_lines", "desk_search"] {
            tx.execute(format!("DELETE FROM {table}"), &[])
                .await
                .expect("deletes");
        }
        let migration = MIGRATIONS
            .iter()
            .find(|one| one.name == "0005_desk")
            .expect("listed");
        let text = match test.engine() {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        };
        let (_, rows) = text
            .split_once("-- Requests that are there already.")
            .expect("the part that fills the tables");
        let (_, rows) = rows.split_once('\n').expect("a line end");
        for statement in rows.split(";\n").filter(|one| !one.trim().is_empty()) {
            tx.execute(statement.to_owned(), &[])
                .await
                .unwrap_or_else(|e| panic!("{statement}: {e:?}"));
        }
        let after = lines(&mut tx).await;
        pretty_assertions::assert_eq!(before, after);
        tx.rollback().await.expect("undone");
    })
    .await;
}

/// A request is found by its number, its order at the carrier, a company, a person, its account, its carrier, its id.
#[tokio::test]
async fn the_desk_finds_a_port() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Zebra Holdings").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let other = t.complete_port(&ana, &["+14045550199"]).await;
        let port: PortId = id.parse().expect("an id");
        t.sign_and_prove(&ana, &id).await;
        let found = |text: &'static str| {
            let (t, dana) = (&t, &dana);
            async move {
                let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                let page = t
                    .get(&format!("/v1/desk/queues/all?q={query}"))
                    .by(dana)
                    .send()
                    .await
                    .ok(200);
                page["items"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|item| item["port"].as_str().expect("an id").to_owned())
                    .collect::<Vec<_>>()
            }
        };
        assert_eq!(found("(404) 555-0123").await, std::slice::from_ref(&id));
        assert_eq!(found("5550123").await, std::slice::from_ref(&id));
        assert_eq!(found("kovacs").await.len(), 2, "a person");
        assert_eq!(found("HARBOR dental").await.len(), 2, "a company");
        assert_eq!(found("zebra").await.len(), 2, "an account");
        assert_eq!(found("copper valley").await.len(), 2, "a carrier");
        assert_eq!(found("100%").await.len(), 0, "no wildcards");
        let by_id = t
            .get(&format!("/v1/desk/queues/all?q={other}"))
            .by(&dana)
            .send()
            .await
            .ok(200);
        assert_eq!(by_id["items"][0]["port"], *other);
        assert_eq!(by_id["items"][0]["queues"], serde_json::json!([]));

        let proof = ports::get(&t.app, port)
            .await
            .expect("reads")
            .expect("there")
            .request
            .proof[0]
            .document;
        happen(&t.app, port, Event::AcceptProof { document: proof })
            .await
            .expect("accepted");
        happen(&t.app, port, Event::Release)
            .await
            .expect("released");
        let now = t.clock.now();
        let order = OrderReading {
            status: OrderStatus::Submitted,
            ..reading(port, now, &mut Dice(1), Vec::new(), None)
        };
        let orders = vec![(t.app.ids.next(now), order)];
        happen(
            &t.app,
            port,
            Event::ReadOrders {
                carrier: "telnyx".to_owned(),
                orders,
            },
        )
        .await
        .expect("read");
        assert_eq!(
            found("sr_porting_7").await,
            std::slice::from_ref(&id),
            "the carrier's own number"
        );
        assert_eq!(found("order-port").await, [id], "the carrier's id");
    })
    .await;
}

/// Papers that lie for a business day are late, by words; a wish says by when they must be submitted.
#[tokio::test]
async fn a_row_says_why_since_when_and_by_when() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let dana = t.desk().await;
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        t.patch(&format!("/v1/ports/{id}"))
            .by(&ana)
            .json(&serde_json::json!({ "requested_date": "2026-12-08" }))
            .send()
            .await
            .ok(200);
        t.sign_and_prove(&ana, &id).await;
        let row = || async {
            t.get("/v1/desk/queues/documents")
                .by(&dana)
                .send()
                .await
                .ok(200)["items"][0]
                .clone()
        };
        let fresh = row().await;
        assert_eq!(fresh["why"], "A latest billing statement came: bill.png.");
        assert_eq!(fresh["business_days"], 0);
        assert_eq!(fresh["late"], false);
        // Four business days before Tuesday, December 8: Wednesday, December 2, in Georgia.
        assert_eq!(fresh["due_at"], "2026-12-02T05:00:00Z");
        t.clock.advance(SignedDuration::from_hours(24));
        let late = row().await;
        assert_eq!(
            (&late["business_days"], &late["late"]),
            (&1.into(), &true.into())
        );
    })
    .await;
}
