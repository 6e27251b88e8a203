//! Where the server is, who asks, and what is said when that goes wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _};
use pretty_assertions::assert_eq;

use super::{Terminal, serve};
use crate::support::app::TestApp;
use crate::support::database::on_sqlite;

#[tokio::test]
async fn without_a_key_it_says_how_to_get_one() {
    let here = Terminal::empty().with("PORTOLAN_SERVER", "http://127.0.0.1:1");
    for command in [
        &["port", "list"][..],
        &["port", "watch", "--all"],
        &["port", "note", "c5e6f708", "Hello"],
    ] {
        here.run(command).await.ended(1).says(&[
            "there is no API key",
            "portolan apikey add",
            "Settings",
            "--api-key-file",
        ]);
    }
    let odd = Terminal::empty().with("PORTOLAN_API_KEY", "two words of-a-secret");
    odd.run(&["port", "list"])
        .await
        .ended(1)
        .says(&["PORTOLAN_API_KEY holds no API key"])
        .does_not_say(&["of-a-secret"]);
}

#[tokio::test]
async fn a_wrong_key_and_a_key_in_a_file() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let server = serve(t.router()).await;
        let wrong = Terminal::of(&ana, &server).with("PORTOLAN_API_KEY", "portolan_wrong-key");
        wrong
            .run(&["port", "list"])
            .await
            .ended(1)
            .says(&["does not know this API key", "portolan apikey add"])
            .does_not_say(&["portolan_wrong-key"]);

        // The file outweighs the variable; the address is a flag this time.
        let key = wrong.file("key", &format!("{}\n", ana.key));
        let here = Terminal::empty().with("PORTOLAN_API_KEY", "portolan_wrong-key");
        here.run(&["port", "--server", &server, "--api-key-file", &key, "list"])
            .await
            .ended(0)
            .says(&["There is no port request yet"]);
        here.run(&[
            "port",
            "list",
            "--server",
            &format!("{server}/v1/"),
            "--api-key-file",
            &key,
        ])
        .await
        .ended(0);
        here.run(&[
            "port",
            "list",
            "--server",
            &server,
            "--api-key-file",
            "gone",
        ])
        .await
        .ended(1)
        .says(&["cannot read the API key in gone"]);
        let empty = here.file("empty", "\n");
        here.run(&[
            "port",
            "list",
            "--server",
            &server,
            "--api-key-file",
            &empty,
        ])
        .await
        .ended(1)
        .says(&["holds no API key"]);
    })
    .await;
}

/// Without flag and variable the settings say where the server is.
#[tokio::test]
async fn the_settings_know_where_the_server_is() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let desk = t.desk().await;
        let server = serve(t.router()).await;
        let here = Terminal::empty().with("PORTOLAN_API_KEY", &desk.key);
        here.file(
            "portolan.toml",
            &format!("[server]\npublic_url = \"{server}\"\n"),
        );
        here.run(&["port", "list"]).await.ended(0);
        here.file("portolan.toml", "[server]\npublic_ulr = \"x\"\n");
        here.run(&["port", "list"])
            .await
            .ended(3)
            .says(&["server.public_ulr", "PORTOLAN_SERVER"]);
        here.run(&["port", "list", "--server", &server])
            .await
            .ended(0);
        // The variable is ours, and no slip of the pen for a setting.
        let named = Terminal::of(&desk, &server);
        named.run(&["config", "check"]).await.ended(0);
        named.run(&["port", "list"]).await.ended(0);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_is_said_to_be_away() {
    let here = Terminal::empty()
        .with("PORTOLAN_API_KEY", "portolan_key")
        .with("PORTOLAN_SERVER", "http://127.0.0.1:1");
    for command in [
        &["port", "list"][..],
        &["port", "show", "port_019ab3f2c7d87a60b1f3d2a4c5e6f708"],
        &["port", "watch", "c5e6f708"],
    ] {
        here.run(command)
            .await
            .ended(4)
            .says(&["nothing answers at http://127.0.0.1:1", "portolan serve"]);
    }
    let json = here.run(&["port", "list", "--json"]).await.ended(4);
    let error: serde_json::Value = serde_json::from_str(&json.err).expect("JSON");
    assert_eq!(error["error"]["kind"], "unavailable");
}

/// The key goes encrypted, or not beyond this machine.
#[tokio::test]
async fn plain_http_to_another_machine_is_refused() {
    let here = Terminal::empty().with("PORTOLAN_API_KEY", "portolan_key");
    here.run(&["port", "list", "--server", "http://desk.example"])
        .await
        .ended(1)
        .says(&["is not encrypted", "https://", "--insecure-http"]);
    here.run(&["port", "list", "--server", "desk.example"])
        .await
        .ended(2)
        .says(&["is not a web address"]);
    here.run(&["port", "list", "--server", "https://ana:horse@desk.example"])
        .await
        .ended(2)
        .does_not_say(&["horse"]);
}

/// The key is shown to the address that was named, and to no other.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let visits = Arc::new(AtomicUsize::new(0));
    let count = visits.clone();
    let other = serve(Router::new().fallback(async move || {
        count.fetch_add(1, Ordering::SeqCst);
        StatusCode::OK
    }))
    .await;
    let target = format!("{other}/v1/ports");
    let first = serve(Router::new().fallback(async move || {
        (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, target.clone())],
        )
            .into_response()
    }))
    .await;
    let here = Terminal::empty()
        .with("PORTOLAN_API_KEY", "portolan_key")
        .with("PORTOLAN_SERVER", &first);
    here.run(&["port", "list"])
        .await
        .ended(1)
        .says(&["sends us on to", &format!("--server {other}")]);
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn somebody_elses_page_is_not_taken_for_an_answer() {
    let page = serve(Router::new().fallback(async || Html("<h1>Please sign in</h1>"))).await;
    let here = Terminal::empty()
        .with("PORTOLAN_API_KEY", "portolan_key")
        .with("PORTOLAN_SERVER", &page);
    here.run(&["port", "list"])
        .await
        .ended(1)
        .says(&["not as Portolan does", "PORTOLAN_SERVER"]);
    let gateway =
        serve(Router::new().fallback(async || (StatusCode::NOT_FOUND, "nothing here"))).await;
    here.run(&["port", "list", "--server", &gateway])
        .await
        .ended(1)
        .says(&["(404)", "not as Portolan does"]);
}

/// A busy server is given a moment; what it says counts when it stays so.
#[tokio::test]
async fn a_busy_server_is_asked_again() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let desk = t.desk().await;
        let count = Arc::new(AtomicUsize::new(0));
        let seen = count.clone();
        let front = t.router().layer(axum::middleware::from_fn(move |request: axum::extract::Request, next: axum::middleware::Next| {
            let seen = seen.clone();
            async move {
                if seen.fetch_add(1, Ordering::SeqCst) < 2 {
                    let problem = r#"{"type":"/problems/too_often","detail":"That was too often.","operation_id":"op_1"}"#;
                    return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")], problem).into_response();
                }
                next.run(request).await
            }
        }));
        let here = Terminal::of(&desk, &serve(front).await);
        here.run(&["port", "list"]).await.ended(0);
        assert!(count.load(Ordering::SeqCst) >= 3);
    })
    .await;
}
