//! A number list as a file, through the API.

use std::path::PathBuf;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::database::{on_both, on_sqlite};

const LIST: &str = "Number to port,Forward to,Source,PIN\n\
    (404) 555-0123,+14045550100,Google Ads,004821\n\
    404-555-012,+14045550100,Bing,004821\n\
    +14045550124,+14045550100,,004821\n\
    1.40456E+10,+14045550100,TV,\n\
    \n\
    +14045550123,+14045550100,Radio,004821\n";
const COLUMNS: &str = "columns=number,receiving_number,source,pin&heading_line=1";

/// A CSV with broken rows keeps the good rows and lists the bad ones by line, column and reason.
#[tokio::test]
async fn good_rows_are_kept_and_bad_ones_listed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let other = t
            .post("/v1/ports")
            .by(&ana)
            .json(&json!({ "numbers": [{ "number": "+14045550124" }] }))
            .send()
            .await
            .ok(201);
        let port = t
            .post("/v1/ports")
            .by(&ana)
            .json(&json!({}))
            .send()
            .await
            .ok(201);
        let id = port["id"].as_str().unwrap();
        let path = format!("/v1/ports/{id}/numbers/import");

        let dry = t
            .post(&format!("{path}?{COLUMNS}&dry_run=true"))
            .by(&ana)
            .bytes("text/csv", LIST)
            .send()
            .await
            .ok(200);
        assert_eq!(
            (&dry["dry_run"], &dry["accepted"]),
            (&json!(true), &json!(2))
        );
        let untouched = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(untouched["number_count"], 0);

        let send = || {
            t.post(&format!("{path}?{COLUMNS}"))
                .by(&ana)
                .with("idempotency-key", "list")
                .bytes("text/csv", LIST)
                .send()
        };
        let first = send().await;
        let report = first.ok(200);
        assert_eq!(report["accepted"], 1);
        assert_eq!(report["skipped"], 1);
        let problems: Vec<(u64, &str, &str)> = report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["line"].as_u64().unwrap(),
                    one["column"].as_str().unwrap(),
                    one["reason"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            problems,
            [
                (3, "number", "number_invalid"),
                (4, "number", "number_held"),
                (5, "number", "scientific_notation"),
                (7, "number", "duplicate"),
            ]
        );
        let held = report["problems"][1]["says"].as_str().unwrap();
        assert!(held.contains(other["id"].as_str().unwrap()), "{held}");
        assert!(!first.text().contains("004821"), "a PIN is not repeated");
        let again = send().await;
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("idempotency-replayed"), "true");

        let port = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(port["number_count"], 1);
        assert_eq!(port["numbers"][0]["source"], "Google Ads");
        assert_eq!(
            port["pin"], "••••",
            "the one PIN of the list is the account's"
        );
        let twice = t
            .post(&format!("{path}?{COLUMNS}"))
            .by(&ana)
            .bytes("text/csv", LIST)
            .send()
            .await
            .ok(200);
        assert_eq!(twice["accepted"], 0);
        assert_eq!(twice["problems"][0]["reason"], "already_here");

        for (query, field) in [
            ("columns=number", "columns"),
            ("columns=number,number,receiving_number", "columns"),
            ("columns=shoe_size", "columns"),
            ("heading_line=1", "heading_line"),
        ] {
            let refused = t
                .post(&format!("{path}?{query}"))
                .by(&ana)
                .bytes("text/csv", LIST)
                .send()
                .await
                .ok(422);
            assert_eq!(refused["problems"][0]["field"], field, "{query}");
        }
        for bad in [
            &b""[..],
            b"%PDF-1.7",
            b"PK\x03\x04 not a zip",
            b"\x00\x01\x02",
        ] {
            let refused = t
                .post(&path)
                .by(&ana)
                .bytes("application/octet-stream", bad.to_vec())
                .send()
                .await
                .ok(422);
            assert_eq!(refused["problems"][0]["field"], "file");
        }
    })
    .await;
}

/// The sample lists give the same numbers by form and by body, CSV or workbook.
#[tokio::test]
async fn the_sample_lists_are_taken_as_their_truth_files_say() {
    let shared = std::env::var_os("PORTOLAN_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    let folder = shared.join("samples/imports");
    if !folder.is_dir() {
        println!("skipped: no sample lists in {}", folder.display());
        return;
    }
    on_sqlite(|test| {
        let folder = folder.clone();
        async move {
            let t = TestApp::on(&test).await;
            let account = t.account("Harbor Dental").await;
            let ana = t.submitter(&account, "Ana Ruiz").await;
            for (list, truth) in [
                ("import-1-clean.csv", "import-1-clean.truth.json"),
                ("import-1-clean.xlsx", "import-1-clean.xlsx.truth.json"),
                (
                    "import-2-excel-latin1.csv",
                    "import-2-excel-latin1.truth.json",
                ),
            ] {
                let truth: Value =
                    serde_json::from_slice(&std::fs::read(folder.join(truth)).unwrap()).unwrap();
                let bytes = std::fs::read(folder.join(list)).unwrap();
                let port = t
                    .post("/v1/ports")
                    .by(&ana)
                    .json(&json!({}))
                    .send()
                    .await
                    .ok(201);
                let id = port["id"].as_str().unwrap();
                let path = format!("/v1/ports/{id}/numbers/import");
                let report = t
                    .post(&path)
                    .by(&ana)
                    .form(&[], (list, &bytes))
                    .send()
                    .await
                    .ok(200);
                let lines = |list: &Value, field: &str| -> Vec<Value> {
                    list.as_array()
                        .unwrap()
                        .iter()
                        .map(|one| one[field].clone())
                        .collect()
                };
                assert_eq!(
                    report["accepted"],
                    truth["accepted"].as_array().unwrap().len(),
                    "{list}: {report}"
                );
                let refused = truth["refused"].as_array().or(truth["rejected"].as_array());
                if let Some(refused) = refused {
                    assert_eq!(
                        lines(&report["problems"], "line"),
                        lines(&json!(refused), "line"),
                        "{list}"
                    );
                }
                t.post(&format!("/v1/ports/{id}/cancel"))
                    .by(&ana)
                    .json(&json!({ "reason": "Next list" }))
                    .send()
                    .await
                    .ok(200);
            }
        }
    })
    .await;
}
