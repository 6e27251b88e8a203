//! Every way in which a carrier can fail to answer, and what the job runner is told about it.

use std::time::Duration;

use serde_json::json;

use super::{ID, REFERENCE, data, enveloped, number, order};
use crate::carriers::error::CarrierError;
use crate::carriers::order::NewOrder;
use crate::carriers::testing::{Answer, Manners, Stub, nobody, rude, telnyx, telnyx_with};

/// Asks for an order and gets `answer`.
async fn failure(answer: Answer) -> CarrierError {
    let stub = Stub::answering([answer]).await;
    telnyx(&stub.url)
        .get_order(ID)
        .await
        .expect_err("a failure")
}

fn new_order() -> NewOrder {
    NewOrder {
        reference: REFERENCE.into(),
        group_reference: None,
        numbers: vec![number(100)],
    }
}

#[tokio::test]
async fn a_key_that_is_not_accepted() {
    let error = failure(Answer::new(401, "")).await;
    assert_eq!(error, CarrierError::Unauthorized);
    assert!(!error.is_retryable() && !error.is_ambiguous());
}

#[tokio::test]
async fn an_order_that_is_gone() {
    let gone = json!({ "errors": [{ "code": "10005", "title": "Resource not found" }] });
    assert_eq!(
        failure(Answer::json(404, &gone)).await,
        CarrierError::NotFound
    );
    assert_eq!(failure(Answer::new(404, "")).await, CarrierError::NotFound);
    assert_eq!(
        failure(Answer::json(410, &gone)).await,
        CarrierError::NotFound
    );
}

#[tokio::test]
async fn a_gateways_404_is_not_taken_for_an_order_that_is_gone() {
    for page in ["<html>404</html>", r#"{"message":"no route"}"#] {
        let error = failure(Answer::new(404, page)).await;
        assert!(
            matches!(error, CarrierError::Unreadable { status: 404, .. }),
            "{error:?}"
        );
    }
    // Nor is a 404 where no order was named.
    let stub = Stub::answering([Answer::new(404, "")]).await;
    let error = telnyx(&stub.url)
        .find_orders(REFERENCE)
        .await
        .expect_err("a failure");
    assert!(
        matches!(error, CarrierError::Refused { status: 404, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refusal_without_a_word() {
    let error = failure(Answer::new(422, "")).await;
    assert_eq!(
        error,
        CarrierError::Refused {
            status: 422,
            problems: vec![]
        }
    );
    assert!(!error.is_retryable() && !error.is_ambiguous());
}

#[tokio::test]
async fn a_refusal_names_what_it_objects_to() {
    let body = json!({ "errors": [
        { "code": "10015", "title": "Bad Request", "detail": "not a valid number", "source": { "pointer": "/phone_numbers/0" } },
        { "code": 10027, "title": null, "detail": "page is too large", "source": { "parameter": "page[size]" } },
        "just a text", {}, null
    ]});
    let CarrierError::Refused {
        status: 422,
        problems,
    } = failure(Answer::json(422, &body)).await
    else {
        panic!("refused");
    };
    let told: Vec<_> = problems
        .iter()
        .map(|p| {
            (
                p.code.as_deref(),
                p.title.as_str(),
                p.detail.as_deref(),
                p.pointer.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                Some("10015"),
                "Bad Request",
                Some("not a valid number"),
                Some("/phone_numbers/0")
            ),
            (
                Some("10027"),
                "no title given",
                Some("page is too large"),
                Some("page[size]")
            ),
            (None, "just a text", None, None),
        ]
    );
}

#[tokio::test]
async fn a_refusal_that_quotes_what_was_sent_is_kept_without_the_secrets() {
    let body = json!({ "errors": [
        { "code": "10015", "title": "PIN 4711 is wrong", "detail": "account AC-55018, PIN 4711" }
    ]});
    let stub = Stub::answering([Answer::json(422, &body)]).await;
    let error = telnyx(&stub.url)
        .fill_order(ID, &data())
        .await
        .expect_err("a refusal");
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("4711") && !shown.contains("AC-55018"),
        "{shown}"
    );
    assert_eq!(
        error.to_string(),
        "the carrier refused the request (status 422): 10015 PIN *** is wrong"
    );
}

#[tokio::test]
async fn a_carrier_that_asks_for_patience() {
    for (header, wait) in [
        (Some("30"), Some(30)),
        (Some("Mon, 23 Nov 2026 15:01:30 GMT"), Some(90)),
        (Some("whenever"), None),
        (None, None),
    ] {
        let answer = Answer::new(429, "");
        let error = failure(match header {
            Some(value) => answer.with("retry-after", value),
            None => answer,
        })
        .await;
        let retry_after = wait.map(Duration::from_secs);
        assert_eq!(
            error,
            CarrierError::RateLimited { retry_after },
            "{header:?}"
        );
        assert!(error.is_retryable() && !error.is_ambiguous());
    }
}

#[tokio::test]
async fn a_carrier_with_a_fault_of_its_own() {
    for status in [500, 502, 503, 504, 408] {
        let error = failure(Answer::new(status, "<h1>oops</h1>").with("retry-after", "5")).await;
        let retry_after = Some(Duration::from_secs(5));
        assert_eq!(
            error,
            CarrierError::Unavailable {
                status,
                retry_after
            }
        );
        assert!(error.is_retryable() && error.is_ambiguous());
    }
}

#[tokio::test]
async fn nobody_listens_so_nothing_was_sent() {
    let (url, _held) = nobody();
    let error = telnyx(&url)
        .create_orders(&new_order())
        .await
        .expect_err("a failure");
    assert!(matches!(error, CarrierError::NotSent { .. }), "{error:?}");
    assert!(error.is_retryable() && !error.is_ambiguous());
    assert!(
        !error.to_string().contains("127.0.0.1"),
        "no address: {error}"
    );
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_was_read_is_ambiguous() {
    let (url, server) = rude(Manners::HangUp).await;
    let error = telnyx(&url)
        .create_orders(&new_order())
        .await
        .expect_err("a failure");
    assert!(matches!(error, CarrierError::NoAnswer { .. }), "{error:?}");
    assert!(error.is_retryable() && error.is_ambiguous());
    server.await.expect("it got the request");
}

#[tokio::test]
async fn silence_ends_with_the_timeout_and_is_ambiguous() {
    let (url, server) = rude(Manners::Silence).await;
    let carrier = telnyx_with(&url, Default::default(), |s| {
        s.timeout = Duration::from_millis(300)
    });
    let error = carrier
        .create_orders(&new_order())
        .await
        .expect_err("a failure");
    assert!(matches!(error, CarrierError::NoAnswer { .. }), "{error:?}");
    server.await.expect("it got the request");
}

#[tokio::test]
async fn half_an_answer_is_ambiguous_when_it_began_with_success() {
    let head =
        "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n";
    let (url, server) = rude(Manners::Bytes(format!("{head}{{\"data\":[").into())).await;
    let error = telnyx(&url)
        .create_orders(&new_order())
        .await
        .expect_err("a failure");
    assert!(matches!(error, CarrierError::NoAnswer { .. }), "{error:?}");
    server.await.expect("it got the request");
}

#[tokio::test]
async fn half_a_refusal_still_is_a_refusal() {
    let head = "HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 5000\r\n\r\n";
    let (url, server) = rude(Manners::Bytes(format!("{head}{{\"errors\":[").into())).await;
    let error = telnyx(&url)
        .create_orders(&new_order())
        .await
        .expect_err("a failure");
    assert_eq!(
        error,
        CarrierError::Refused {
            status: 422,
            problems: vec![]
        }
    );
    server.await.expect("it got the request");
}

#[tokio::test]
async fn bytes_that_are_not_http_are_no_answer() {
    let (url, server) = rude(Manners::Bytes(
        b"\x16\x03\x01 not http at all\r\n\r\n".to_vec(),
    ))
    .await;
    let error = telnyx(&url)
        .create_orders(&new_order())
        .await
        .expect_err("a failure");
    assert!(matches!(error, CarrierError::NoAnswer { .. }), "{error:?}");
    server.await.expect("it got the request");
}

#[tokio::test]
async fn json_that_ends_too_early_is_kept_without_its_secrets() {
    let whole = enveloped(order(ID, "submitted", &[100])).to_string();
    let cut = &whole[..whole.find("Rosewater").expect("it is there") + 4];
    let error = failure(Answer::new(200, cut)).await;
    let CarrierError::Unreadable {
        status: 200, why, ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert!(why.starts_with("it is not JSON"), "{why}");
    assert!(error.is_retryable() && error.is_ambiguous());
    let kept = error.kept_body().expect("kept").text();
    assert!(
        kept.contains("Rose") && kept.contains("foc_datetime_requested"),
        "{kept}"
    );
    assert!(!kept.contains("AC-55018"), "{kept}");
    assert!(
        !format!("{error:?}").contains("Rose"),
        "the body is for the desk, not for the log"
    );
}

#[tokio::test]
async fn a_page_instead_of_json() {
    let error = failure(Answer::new(200, "<html>Down for maintenance</html>")).await;
    assert!(
        matches!(error, CarrierError::Unreadable { status: 200, .. }),
        "{error:?}"
    );
    assert_eq!(
        error.kept_body().expect("kept").text(),
        "<html>Down for maintenance</html>"
    );
}

#[tokio::test]
async fn ten_megabytes_are_not_read_to_the_end() {
    let mut body = br#"{"data":""#.to_vec();
    body.resize(10 * 1024 * 1024, b'x');
    let error = failure(Answer::new(200, body)).await;
    let CarrierError::Unreadable {
        status: 200, why, ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(why, "it is larger than 8388608 bytes");
    assert_eq!(error.kept_body().expect("kept").text().len(), 64 * 1024);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stub = Stub::answering([
        Answer::new(307, "").with("location", "/v2/elsewhere"),
        Answer::json(200, &enveloped(order(ID, "draft", &[100]))),
    ])
    .await;
    let error = telnyx(&stub.url)
        .get_order(ID)
        .await
        .expect_err("a failure");
    assert!(
        matches!(error, CarrierError::Unreadable { status: 307, .. }),
        "{error:?}"
    );
    assert!(!error.is_retryable(), "it needs an administrator");
    assert_eq!(stub.asked().len(), 1, "the key went nowhere else");
}

#[tokio::test]
async fn an_answer_about_another_order_is_not_believed() {
    let other = "0b9c3a52-7a54-4d8a-9f0e-5f1f5a1d0002";
    let error = failure(Answer::json(
        200,
        &enveloped(order(other, "ported", &[100])),
    ))
    .await;
    assert!(
        matches!(error, CarrierError::Unreadable { .. }),
        "{error:?}"
    );
    let shouted = enveloped(order(&ID.to_uppercase(), "ported", &[100]));
    let stub = Stub::answering([Answer::json(200, &shouted)]).await;
    telnyx(&stub.url)
        .get_order(ID)
        .await
        .expect("the same id, in capitals");
}

#[tokio::test]
async fn an_id_that_could_point_elsewhere_is_never_sent() {
    let stub = Stub::answering([]).await;
    for id in [
        "",
        "..",
        "../documents",
        "a/b",
        "a?b",
        "a%2Fb",
        "ä",
        &"a".repeat(65),
    ] {
        let error = telnyx(&stub.url)
            .get_order(id)
            .await
            .expect_err("a failure");
        assert_eq!(error, CarrierError::NotFound, "{id}");
    }
    assert!(stub.asked().is_empty());
}
