//! Judged from outside: the published description through a validating proxy, the carrier's own SDK,
//! and signature vectors that were made with it.
//!
//! A judge that is not installed is skipped with a line that says so; `PORTOLAN_REQUIRE_JUDGES`, a list
//! with commas, names those that must be there (`prism`, `sdk`). `tests/prism/run` and `tests/sdk/run`
//! install them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64::Engine as _;
use ed25519_dalek::SigningKey;
use portolan::clock::{Anchor, Clock};
use portolan::ids::Ids;
use portolan::simulator::{Config, Scenario, Simulator, sign};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::rig::{Rig, START, listen};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder beside the project with the carriers' descriptions.
pub fn shared(file: &str) -> Option<PathBuf> {
    let folder =
        std::env::var_os("PORTOLAN_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("PORTOLAN_REQUIRE_SHARED").is_none(),
        "{} is required and is not there",
        path.display()
    );
    eprintln!("skipped: there is no {}", path.display());
    None
}

/// A judge's program, if it is installed.
pub fn judge(name: &str, path: &str) -> Option<PathBuf> {
    let program = root().join(path);
    if program.exists() {
        return Some(program);
    }
    let required = std::env::var("PORTOLAN_REQUIRE_JUDGES").unwrap_or_default();
    assert!(
        !required.split(',').any(|r| r.trim() == name),
        "{name} is required but not installed"
    );
    eprintln!("skipped: {name} is not installed; tests/{name}/run installs it");
    None
}

/// Something that the description does not allow, without ids, so that it can be listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub call: String,
    pub status: u16,
    pub message: String,
}

/// What the proxy found in answers, and in requests that the simulator took all the same.
fn findings(rig: &Rig) -> BTreeSet<Finding> {
    let mut found = BTreeSet::new();
    for violation in rig.violations.lock().expect("unpoisoned").drain(..) {
        let list: Vec<Value> = serde_json::from_str(&violation.text).expect("the proxy's list");
        for item in list {
            let in_answer = item["location"][0] == "response";
            if in_answer || violation.status < 400 {
                found.insert(Finding {
                    call: template(&violation.call),
                    status: violation.status,
                    message: item["message"].as_str().unwrap_or_default().to_owned(),
                });
            }
        }
    }
    found
}

/// `GET /porting_orders/1b9d…?x=y` as `GET /porting_orders/{id}`.
pub fn template(call: &str) -> String {
    let path = call.split('?').next().unwrap_or(call);
    let parts = path.split('/').map(|part| {
        if part.len() == 36 || part == "x" {
            "{id}"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The rows of the list of known errors: `| call | status | what the proxy says | why |`.
pub fn known_errors() -> BTreeSet<Finding> {
    listed_under("# Known errors")
}

/// What the description does not say of an outage: met when the whole product lives through one.
pub fn known_outages() -> BTreeSet<Finding> {
    listed_under("## Outages")
}

/// The rows of the list between this heading and the next.
fn listed_under(heading: &str) -> BTreeSet<Finding> {
    let path = root().join("tests/prism/known-description-errors.md");
    let text = std::fs::read_to_string(path).expect("the list");
    let part = text
        .lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(1)
        .take_while(|line| !line.starts_with('#'));
    let rows = part.filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let [_, call, status, message, why, _] = cells[..] else {
            panic!("five bars: {row}")
        };
        assert!(!why.is_empty(), "no reason: {row}");
        Finding {
            call: call.into(),
            status: status.parse().expect("a status"),
            message: message.into(),
        }
    })
    .collect()
}

/// Every story and every tour of the API, through a proxy that holds both sides against the published
/// description.
#[tokio::test]
async fn the_published_description_finds_nothing_wrong() {
    let (Some(spec), Some(prism)) = (
        shared("specs/telnyx/spec3.porting-subset.json"),
        judge("prism", "tests/prism/node_modules/.bin/prism"),
    ) else {
        return;
    };
    let (listener, origin) = listen().await;
    let (_proxy, url) = start(&prism, &spec, &format!("{origin}/v2")).await;
    let rig = Rig::with(listener, origin, url).await;
    super::play_all(&rig).await;

    assert_eq!(
        findings(&rig),
        known_errors(),
        "found on the left, known on the right"
    );
    let calls = rig.calls.lock().expect("unpoisoned").len();
    assert!(calls > 400, "only {calls} calls went through the proxy");

    // The judge is awake: a wrong answer and a wrong request do not pass.
    rig.clear().await;
    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "awake").await.remove(0);
    rig.control(
        "POST",
        "/faults",
        json!({"fault": "unknown_status", "method": "GET"}),
    )
    .await;
    rig.order(&id).await;
    rig.call("GET", "/porting_orders?page[size]=0", None).await;
    let texts: Vec<String> = rig
        .violations
        .lock()
        .expect("unpoisoned")
        .iter()
        .map(|v| v.text.clone())
        .collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].contains("allowed values") && texts[1].contains("page.size"),
        "{texts:?}"
    );
}

/// Starts the proxy on a free port, before the simulator at `upstream`.
pub async fn start(prism: &Path, spec: &Path, upstream: &str) -> (Child, String) {
    let (listener, url) = listen().await;
    let port = listener.local_addr().expect("bound").port().to_string();
    drop(listener);
    let mut child = Command::new(prism)
        .args(["proxy", "-h", "127.0.0.1", "-p", &port])
        .arg(spec)
        .arg(upstream)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .expect("prism starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    loop {
        let line = lines
            .next_line()
            .await
            .expect("readable")
            .expect("prism ended before it listened");
        if line.contains("is listening") {
            break;
        }
    }
    // Its log has to go somewhere, or it stops when the pipe is full.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, url)
}

/// The carrier's SDK creates, fills, confirms, reads, lists, comments on and cancels orders, and accepts
/// the webhooks' signatures. On a clock as fast as the demo's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_carriers_own_sdk_ports_an_order() {
    let Some(python) = judge("sdk", "tests/sdk/.venv/bin/python") else {
        return;
    };
    let (listener, origin) = listen().await;
    let desk = START.parse().expect("an instant");
    let clock = Clock::fast(Anchor {
        wall: Clock::system().now(),
        desk,
        speed: 43_200.0,
    });
    let simulator = Simulator::new(Config::default(), clock, Ids::random());
    tokio::spawn(async move { simulator.serve(listener, std::future::pending()).await });
    let script = root().join("tests/sdk/port_an_order.py");
    let ended = Command::new(python)
        .arg(script)
        .arg(&origin)
        .kill_on_drop(true)
        .output()
        .await
        .expect("python runs");
    let (out, errors) = (
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr),
    );
    assert!(ended.status.success(), "{out}\n{errors}");
    assert!(
        out.lines().filter(|line| line.starts_with("ok: ")).count() >= 15,
        "{out}"
    );
}

/// Vectors made with the SDK; one more is carried by the unit test of `webhooks`.
#[test]
fn signatures_are_those_of_the_known_vectors() {
    let Some(path) = shared("specs/signature_vectors.json") else {
        return;
    };
    let file: Value =
        serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    let seed =
        hex::decode(file["telnyx"]["private_seed_hex"].as_str().expect("a seed")).expect("hex");
    let key = SigningKey::from_bytes(&seed.try_into().expect("32 bytes"));
    let public = base64::engine::general_purpose::STANDARD.encode(key.verifying_key().to_bytes());
    assert_eq!(file["telnyx"]["public_key_b64"], json!(public));
    let cases = file["telnyx"]["cases"].as_array().expect("cases");
    assert!(!cases.is_empty());
    for case in cases {
        let text = |name: &str| case[name].as_str().expect("a text");
        assert_eq!(
            sign(&key, text("timestamp"), text("payload")),
            text("signature"),
            "{}",
            case["name"]
        );
    }
}
