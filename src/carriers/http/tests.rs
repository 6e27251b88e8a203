//! What goes wrong on the wire, on the loopback interface.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::carriers::testing::{Answer, KEY, Stub, now};

fn connect(url: &str, change: impl FnOnce(&mut HttpSettings)) -> Result<CarrierHttp, BadSetup> {
    let mut settings = HttpSettings::new(url.parse().expect("a URL"));
    change(&mut settings);
    CarrierHttp::new(settings, SecretString::from(KEY), Clock::manual(now()))
}

#[test]
fn the_key_never_leaves_the_machine_unencrypted_unless_told_to() {
    assert!(connect("https://api.telnyx.com/v2", |_| {}).is_ok());
    for local in [
        "http://127.0.0.1:4010/v2",
        "http://localhost:4010",
        "http://[::1]:4010",
    ] {
        assert!(connect(local, |_| {}).is_ok(), "{local}");
    }
    assert!(matches!(
        connect("http://simulator:4010/v2", |_| {}),
        Err(BadSetup::Plain)
    ));
    assert!(connect("http://simulator:4010/v2", |s| s.allow_plain_http = true).is_ok());
    assert!(matches!(
        connect("file:///etc/passwd", |_| {}),
        Err(BadSetup::NotAnAddress)
    ));
    assert!(matches!(
        connect("ftp://127.0.0.1/", |_| {}),
        Err(BadSetup::NotAnAddress)
    ));
}

#[test]
fn retry_after_is_seconds_or_a_date_and_never_longer_than_a_day() {
    let seconds = |value: &str| retry_after(value, now()).map(|wait| wait.as_secs());
    assert_eq!(seconds("7"), Some(7));
    assert_eq!(seconds(" 0 "), Some(0));
    assert_eq!(seconds("99999999999999999999999"), Some(86_400));
    assert_eq!(seconds("Mon, 23 Nov 2026 15:02:00 GMT"), Some(120));
    assert_eq!(seconds("Mon, 23 Nov 2026 14:00:00 GMT"), Some(0));
    assert_eq!(seconds("Tue, 23 Nov 2027 15:02:00 GMT"), Some(86_400));
    for nonsense in ["", "-5", "1.5", "soon", "２"] {
        assert_eq!(seconds(nonsense), None, "{nonsense}");
    }
}

#[tokio::test]
async fn a_request_carries_key_path_query_and_body() {
    let stub = Stub::answering([Answer::new(200, "x")]).await;
    let mut base = stub.url.clone();
    base.set_path("/v2/");
    let http = connect(base.as_str(), |_| {}).expect("a good setup");
    let request = Request::new(Method::Post, "/a/b")
        .with("filter[customer_reference]", "a b&c=d")
        .json(json!({ "x": 1 }));
    let answer = http.send(request).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"x"[..]));
    let asked = stub.asked().remove(0);
    assert_eq!(
        asked.line,
        "POST /v2/a/b?filter[customer_reference]=a+b&c=d"
    );
    assert_eq!(
        asked.headers["authorization"],
        format!("Bearer {KEY}").as_str()
    );
    assert_eq!(asked.headers["content-type"], "application/json");
    assert!(
        asked.headers["user-agent"]
            .to_str()
            .expect("text")
            .starts_with("portolan/")
    );
    assert_eq!(asked.json(), json!({ "x": 1 }));
}

#[tokio::test]
async fn an_answer_is_read_up_to_the_limit_and_no_further() {
    let stub = Stub::answering([
        Answer::new(200, "x".repeat(100)),
        Answer::new(200, "x".repeat(101)),
    ])
    .await;
    let http = connect(stub.url.as_str(), |s| s.answer_bytes_max = 100).expect("a good setup");
    let fits = http
        .send(Request::new(Method::Get, "/"))
        .await
        .expect("an answer");
    assert_eq!((fits.body.len(), fits.cut), (100, None));
    let large = http
        .send(Request::new(Method::Get, "/"))
        .await
        .expect("an answer");
    assert_eq!(
        (large.body.len(), large.cut),
        (100, Some(Cut::TooLarge(100)))
    );
}

#[test]
fn neither_key_nor_body_shows_in_debug() {
    let http = connect("https://api.telnyx.com/v2", |_| {}).expect("a good setup");
    let mut request = Request::new(Method::Post, "/x").json(json!({ "pin_passcode": "4711" }));
    request.secrets.push(SecretString::from("4711"));
    let answer = Response {
        status: 200,
        retry_after: None,
        body: b"4711".to_vec(),
        cut: None,
    };
    let shown = format!("{http:?} {request:?} {answer:?}");
    assert!(!shown.contains("4711") && !shown.contains(KEY), "{shown}");
}

#[test]
fn waits_are_limited() {
    let settings = HttpSettings::new("https://api.telnyx.com/v2".parse().expect("a URL"));
    assert!(settings.connect_timeout <= Duration::from_secs(10));
    assert!(settings.timeout <= Duration::from_secs(60));
}
