//! The whole product at work: every scenario from the customer's file to its end, with the real server,
//! jobs and adapter, the simulated carrier over HTTP, and people who use nothing but the public pages and
//! the API. R1-R3, R28-R33, R41, R113-R116, R127, R128, R134.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use portolan::cli::demo::Set;
use portolan::cli::demo::people_at_work::Play;
use portolan::clock::Clock;
use portolan::config::Config;
use portolan::db::{Db, DbOptions};
use portolan::simulator::Simulator;
use portolan::simulator::demo::cast;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

use crate::simulator::judged::{
    Finding, judge, known_errors, known_outages, shared, start, template,
};
use crate::support::database::on_postgres;

/// How far the calendar goes at once. Time stands still until everything that is due is done and everybody has looked, so
/// that a slow machine sees what a quick one sees.
const STEP: SignedDuration = SignedDuration::from_hours(2);

async fn free() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

fn config(url: &str) -> Config {
    let mut config = Config::defaults().expect("the defaults are valid");
    config.database.url = Some(url.to_owned().into());
    config
}

/// Plays everything and looks at what is left behind.
async fn play(config: &Config, front: impl FnOnce(String) -> String) {
    let folder = tempfile::tempdir().expect("a folder");
    // A Monday morning in New York.
    let clock = Clock::manual("2026-11-02T14:00:00Z".parse().expect("a moment"));
    let set = Set::raise(
        config,
        folder.path(),
        clock.clone(),
        (free().await, free().await),
        front,
    )
    .await
    .expect("the set stands");
    let outcomes = Play::new(set.stage.clone(), cast())
        .patient(Duration::from_secs(150))
        .run_with(
            async || {
                set.settle().await.expect("the database is there");
                clock.advance(STEP);
                set.settle().await.expect("the database is there");
            },
            |_, _| {},
        )
        .await;
    let simulator = set.simulator.clone();
    set.strike().await.expect("it ends in order");

    let wrong: Vec<_> = outcomes.iter().filter(|one| !one.as_it_should()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    no_order_is_there_twice(&simulator);
    let url = config.database_url();
    let db = Db::connect(url.expose_secret(), &DbOptions::default())
        .await
        .expect("the database opens again");
    nothing_is_lost_and_nothing_is_twice(&db).await;
    db.close().await;
}

/// Each request was created once at the carrier, whatever happened to the answer.
pub fn no_order_is_there_twice(simulator: &Simulator) {
    let counters = simulator.counters();
    assert_eq!(counters.creates_by_reference.len(), cast().len());
    let twice: Vec<_> = counters
        .creates_by_reference
        .iter()
        .filter(|(_, times)| **times != 1)
        .collect();
    assert!(twice.is_empty(), "created more than once: {twice:?}");
}

/// The history of each request is whole, its facts make the stored request, and no mail is there twice.
pub async fn nothing_is_lost_and_nothing_is_twice(db: &Db) {
    use portolan::db::ports;
    use portolan::domain::port::replay;
    let mut read = db.read().await.expect("readable");
    let ids = read
        .fetch_all("SELECT id FROM ports ORDER BY id", &[])
        .await
        .expect("rows");
    assert_eq!(ids.len(), cast().len());
    for row in ids {
        let id = row.parse("id").expect("an id");
        let stored = ports::load(&mut read, id)
            .await
            .expect("readable")
            .expect("there");
        let facts = ports::facts(&mut read, id, 0, 10_000).await.expect("facts");
        assert_eq!(
            ports::broken_link(&facts).expect("readable"),
            None,
            "{id}: the chain of hashes holds"
        );
        let replayed = replay(facts.iter().map(|one| (&one.fact, one.at))).expect("it begins");
        pretty_assertions::assert_eq!(
            replayed,
            stored.request,
            "{id}: its facts make the stored request"
        );
    }
    let twice = read
        .fetch_all(
            "SELECT message_id FROM mails GROUP BY message_id HAVING COUNT(*) > 1",
            &[],
        )
        .await
        .expect("rows");
    assert!(twice.is_empty(), "a mail is there twice");
    let unsent = read
        .fetch_one("SELECT COUNT(*) AS n FROM mails WHERE state <> 'sent'", &[])
        .await
        .expect("a row");
    assert_eq!(unsent.int("n").expect("a number"), 0, "every mail has left");
    let dead = read
        .fetch_all(
            "SELECT kind, last_error FROM jobs WHERE state = 'dead'",
            &[],
        )
        .await
        .expect("rows");
    let dead: Vec<String> = dead
        .iter()
        .map(|row| {
            format!(
                "{}: {:?}",
                row.text("kind").unwrap_or_default(),
                row.opt_text("last_error")
            )
        })
        .collect();
    assert!(dead.is_empty(), "jobs were given up: {dead:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_ends_as_it_should_on_postgres() {
    on_postgres(|db| async move {
        db.db.close().await;
        play(&config(&db.url), |carrier| carrier).await;
    })
    .await;
}

/// What lies between the adapter and the judge: it notes what the judge finds.
#[derive(Clone)]
struct Recorder {
    upstream: String,
    client: reqwest::Client,
    found: Arc<Mutex<BTreeSet<Finding>>>,
    calls: Arc<Mutex<usize>>,
}

async fn pass_on(
    State(recorder): State<Recorder>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // Prism's description begins below `/v2`.
    let path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .trim_start_matches("/v2")
        .to_owned();
    let mut request = recorder
        .client
        .request(method.clone(), format!("{}{path}", recorder.upstream))
        .body(body);
    for (name, value) in headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length" | "connection"))
    {
        request = request.header(name, value);
    }
    let Ok(answer) = request.send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let status = answer.status();
    *recorder.calls.lock().expect("unpoisoned") += 1;
    if let Some(text) = answer
        .headers()
        .get("sl-violations")
        .and_then(|value| value.to_str().ok())
    {
        let list: Vec<serde_json::Value> = serde_json::from_str(text).expect("the judge's list");
        for item in list {
            recorder.found.lock().expect("unpoisoned").insert(Finding {
                call: template(&format!("{method} {path}")),
                status: status.as_u16(),
                message: item["message"].as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    let mut response = Response::builder().status(status);
    for (name, value) in answer
        .headers()
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "content-type" | "retry-after"))
    {
        response = response.header(name, value);
    }
    let body = answer.bytes().await.unwrap_or_default();
    response
        .body(body.into())
        .unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

/// On SQLite. The carrier's published description sits between adapter and simulator and finds nothing
/// wrong, except for the written list of its own errors. Where the judge is missing, they talk without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::disallowed_methods,
    reason = "the recorder passes requests on as they are"
)]
async fn every_scenario_ends_as_it_should_on_sqlite_and_before_the_published_description() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("portolan.db").display());
    let (Some(spec), Some(prism)) = (
        shared("specs/telnyx/spec3.porting-subset.json"),
        judge("prism", "tests/prism/node_modules/.bin/prism"),
    ) else {
        play(&config(&url), |carrier| carrier).await;
        return;
    };
    portolan::tls::choose_provider();
    let (found, calls) = (Arc::default(), Arc::default());
    let listener = free().await;
    let address = listener.local_addr().expect("bound");
    let (tell, told) = tokio::sync::oneshot::channel::<String>();
    let (recorded, counted) = (Arc::clone(&found), Arc::clone(&calls));
    let judging = tokio::spawn(async move {
        let carrier = told.await.expect("the simulator stands");
        let (child, upstream) = start(&prism, &spec, &format!("{carrier}/v2")).await;
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let recorder = Recorder {
            upstream,
            client,
            found: recorded,
            calls: counted,
        };
        let router = axum::Router::new()
            .fallback(pass_on)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(recorder);
        axum::serve(listener, router).await.expect("serves");
        drop(child);
    });
    play(&config(&url), |carrier| {
        let _ = tell.send(carrier);
        format!("http://{address}")
    })
    .await;
    judging.abort();
    let found: BTreeSet<Finding> = found.lock().expect("unpoisoned").clone();
    let known = known_errors().into_iter().chain(known_outages()).collect();
    let new: Vec<_> = found.difference(&known).cloned().collect();
    assert!(new.is_empty(), "{new:#?}");
    let calls = *calls.lock().expect("unpoisoned");
    assert!(calls > 100, "only {calls} calls went through the judge");
}
