//! `portolan number check`.

use portolan::cli::demo::{Set, clock};
use portolan::config::Config;
use pretty_assertions::assert_eq;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Terminal, serve};
use crate::support::app::TestApp;
use crate::support::database::on_sqlite;

#[tokio::test]
async fn numbers_are_judged_without_a_network() {
    let here = Terminal::empty();
    here.run(&["number", "check", "(404) 555-0123"])
        .await
        .ended(0)
        .says(&["(404) 555-0123", "Georgia", "can be", "was not asked"]);
    let all = [
        "number",
        "check",
        "--offline",
        "404-555-0123",
        "800-555-0199",
        "12",
        "900-555-0101",
        "+442079460123",
    ];
    here.run(&all)
        .await
        .ended(1)
        .says(&[
            "toll-free",
            "too short",
            "Enter all ten digits",
            "premium-rate",
            "not a number of the US or Canada",
            "3 of 5 numbers",
        ])
        .does_not_say(&["was not asked"]);
    let json: Vec<&str> = all.into_iter().chain(["--json"]).collect();
    let json = here.run(&json).await.ended(1).json();
    assert_eq!(json["items"].as_array().expect("a list").len(), 5);
    assert_eq!(json["items"][0]["number"], "+14045550123");
    assert_eq!(json["items"][2]["portable"], false);
    here.run(&["number", "check"]).await.ended(2);
}

#[tokio::test]
async fn a_file_of_numbers_is_judged_line_by_line() {
    let here = Terminal::empty();
    let plain = here.file("plain.txt", "404-555-0123\n\n(404) 555-01\n");
    let json = here
        .run(&["number", "check", "--offline", "--json", "--file", &plain])
        .await
        .ended(1)
        .json();
    assert_eq!(json["items"][0]["line"], 1);
    assert_eq!(
        (&json["items"][1]["line"], &json["items"][1]["portable"]),
        (&json!(3), &json!(false))
    );
    let list = here.file(
        "list.csv",
        "Client,Number to Port,Receiving Number\nHarbor Dental,404-555-0123,678-555-0150\n",
    );
    here.run(&["number", "check", "--offline", "--file", &list])
        .await
        .ended(0)
        .says(&["2     (404) 555-0123"]);
    here.run(&[
        "number",
        "check",
        "--offline",
        "--file",
        &list,
        "--column",
        "Receiving Number",
    ])
    .await
    .ended(0)
    .says(&["(678) 555-0150"]);
    here.run(&[
        "number",
        "check",
        "--offline",
        "--file",
        &list,
        "--column",
        "Phone",
    ])
    .await
    .ended(1)
    .says(&["no column `Phone`"]);
}

/// With a key the gaining carrier is asked; what is known is shown also when that fails.
#[tokio::test]
async fn the_carriers_silence_does_not_hide_what_is_known() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let desk = t.desk().await;
        let here = Terminal::of(&desk, &serve(t.router()).await);
        here.run(&["number", "check", "404-555-0123"])
            .await
            .ended(4)
            .says(&["Georgia", "could not be asked", "--offline"]);
        here.run(&["number", "check", "404-555-0123", "--offline"])
            .await
            .ended(0);
    })
    .await;
}

/// With a key the gaining carrier has its say, through the whole product and the simulated carrier.
#[tokio::test]
async fn the_carrier_is_asked_where_there_is_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::defaults().expect("the defaults are valid");
    config.database.url = None;
    let free = async || TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let clock = clock(folder.path(), 2.0).expect("a clock");
    let listeners = (free().await, free().await);
    let set = Set::raise(&config, folder.path(), clock, listeners, |carrier| carrier)
        .await
        .expect("the set stands");
    let here = Terminal::empty()
        .with("PORTOLAN_SERVER", &set.stage.base)
        .with("PORTOLAN_API_KEY", &set.stage.customer_key);
    let number = portolan::simulator::demo::cast()[0].typed.numbers[0]
        .number
        .to_string();
    here.run(&["number", "check", &number])
        .await
        .ended(0)
        .says(&["yes"])
        .does_not_say(&["was not asked"]);
    let json = here
        .run(&["number", "check", "--json", &number, "12"])
        .await
        .ended(1)
        .json();
    assert_eq!(json["items"][0]["carrier"]["portable"], true);
    assert_eq!(json["items"][1]["carrier"], json!(null));
    set.strike().await.expect("it ends in order");
}
