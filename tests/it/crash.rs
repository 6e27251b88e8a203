//! The server is killed (`kill -9`) at fifty random moments of the played demo and started again: the
//! same outcomes, no fact lost, no order twice at the carrier, no mail twice. What a desk can only see on
//! its day (a date to accept, a jeopardy that ends) may be over before the server is there again, as it
//! may be for any desk that is away; that it is seen by one that is there is for `scenarios.rs`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use portolan::cli::demo::people_at_work::{Play, Stage};
use portolan::cli::demo::{clock, seed, settings};
use portolan::config::Config;
use portolan::db::{Db, DbOptions};
use portolan::ids::Ids;
use portolan::simulator::demo::cast;
use portolan::simulator::{self, Simulator};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use secrecy::ExposeSecret as _;
use tokio::process::{Child, Command};

use super::scenarios::{no_order_is_there_twice, nothing_is_lost_and_nothing_is_twice};

/// How often the server is killed.
const KILLS: u32 = 50;

/// How long a desk day takes. Slow enough that people who find the server away again and again still do
/// what they have to before the carrier's day comes.
const DAY_SECONDS: f64 = 4.5;

fn server(config: &Config, folder: &Path) -> Child {
    let telnyx = &config.carriers.telnyx;
    let clock: serde_json::Value = serde_json::from_slice(
        &std::fs::read(folder.join("clock.json")).expect("the clock's file"),
    )
    .expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    Command::new(env!("CARGO_BIN_EXE_portolan"))
        .arg("serve")
        .current_dir(folder)
        .env("PORTOLAN_DATA__FOLDER", folder)
        .env("PORTOLAN_LOG__LEVEL", "error")
        .env("PORTOLAN_CLOCK__SPEED", clock["speed"].to_string())
        .env("PORTOLAN_CLOCK__ANCHOR_WALL", text(&clock["wall"]))
        .env("PORTOLAN_CLOCK__ANCHOR_DESK", text(&clock["desk"]))
        .env("PORTOLAN_SERVER__LISTEN", config.server.listen.to_string())
        .env(
            "PORTOLAN_SERVER__PUBLIC_URL",
            config.server.public_url.as_str(),
        )
        .env("PORTOLAN_CARRIERS__TELNYX__ENABLED", "true")
        .env(
            "PORTOLAN_CARRIERS__TELNYX__BASE_URL",
            telnyx.base_url.as_str(),
        )
        .env(
            "PORTOLAN_CARRIERS__TELNYX__API_KEY",
            telnyx.api_key.as_ref().expect("a key").expose_secret(),
        )
        .env(
            "PORTOLAN_CARRIERS__TELNYX__PUBLIC_KEY",
            telnyx.public_key.as_deref().expect("a key"),
        )
        .env(
            "PORTOLAN_CARRIERS__TELNYX__POLL_SECONDS",
            telnyx.poll_seconds.to_string(),
        )
        .env(
            "PORTOLAN_CARRIERS__TELNYX__MESSAGING_PROFILE_ID",
            telnyx.messaging_profile_id.as_deref().expect("an id"),
        )
        .env("PORTOLAN_LIMITS__API_REQUESTS_PER_MINUTE", "60000")
        .env("PORTOLAN_LINKS__ATTEMPTS_PER_MINUTE", "6000")
        .env("PORTOLAN_LINKS__RESEND_PAUSE_SECONDS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the server starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_fifty_times_loses_nothing_and_does_nothing_twice() {
    portolan::tls::choose_provider();
    let folder = tempfile::tempdir().expect("a folder");
    let clock = clock(folder.path(), DAY_SECONDS).expect("a clock");
    let free = async || {
        tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port")
    };
    let carrier = free().await;
    let there = carrier.local_addr().expect("bound");
    let here = free().await.local_addr().expect("bound");
    let simulator = Simulator::new(
        simulator::Config {
            api_keys: vec!["key".to_owned()],
            ..simulator::Config::default()
        },
        clock.clone(),
        Ids::random(),
    );
    simulator
        .add_customers(cast().iter().map(|part| part.customer()).collect())
        .expect("on file");
    let simulating = {
        let simulator = simulator.clone();
        tokio::spawn(async move { simulator.serve(carrier, std::future::pending()).await })
    };
    let base = Config::defaults().expect("the defaults are valid");
    let mut config = settings(
        &base,
        folder.path(),
        &format!("http://{here}"),
        &format!("http://{there}/v2"),
        "key",
        &simulator.public_key(),
    )
    .expect("settings");
    config.server.listen = here;
    let keys = {
        let db = portolan::cli::open_database(&config)
            .await
            .expect("a database");
        let app = portolan::app::open::open(config.clone(), db, clock, Ids::random())
            .await
            .expect("it opens");
        let keys = seed(&app).await.expect("seeded");
        app.db.close().await;
        keys
    };

    let stage = Stage {
        base: format!("http://{here}"),
        desk_key: keys.desk_key,
        customer_key: keys.customer_key,
    };
    let play = tokio::spawn(async move {
        Play::new(stage, cast())
            .patient(Duration::from_secs(300))
            .run(|_, _| {})
            .await
    });
    let seed: u64 = rand::random();
    println!("seed of the kills: {seed}");
    let mut moments = StdRng::seed_from_u64(seed);
    let mut running = server(&config, folder.path());
    let mut kills = 0;
    while kills < KILLS && !play.is_finished() {
        // The moments are what is tested; the server needs some hundred milliseconds to stand.
        tokio::time::sleep(Duration::from_millis(moments.random_range(300..2_500))).await;
        running.kill().await.expect("killed");
        kills += 1;
        running = server(&config, folder.path());
    }
    let outcomes = play.await.expect("the play ends");
    running.kill().await.expect("killed");
    simulating.abort();

    let wrong: Vec<_> = outcomes
        .iter()
        .filter(|one| !one.ended_as_it_should())
        .collect();
    assert!(wrong.is_empty(), "seed {seed}, {kills} kills: {wrong:#?}");
    assert_eq!(kills, KILLS, "the play ended before the kills did");
    no_order_is_there_twice(&simulator);
    // The last mails and jobs are done by a server that is left alone.
    let mut last = server(&config, folder.path());
    let url = config.database_url();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let http = reqwest::get(format!("http://{here}/healthz")).await;
        if http.is_ok_and(|answer| answer.status().is_success()) {
            tokio::time::sleep(Duration::from_secs(3)).await;
            break;
        }
    }
    last.kill().await.expect("killed");
    let db = Db::connect(url.expose_secret(), &DbOptions::default())
        .await
        .expect("the database opens again");
    nothing_is_lost_and_nothing_is_twice(&db).await;
    db.close().await;
}
