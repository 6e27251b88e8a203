//! `portolan port create` and `import`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use bytes::Bytes;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Terminal, serve};
use crate::support::app::{ACCOUNT_NUMBER, PIN, Person, TestApp, complete_form};
use crate::support::database::on_sqlite;

const LIST: &str = "Tracking Number to Port,Receiving Number,Tracking Source\n\
    (404) 555-0123,678-555-0150,Google Ads\n\
    404-555-0124,678-555-0150,Bing Ads\n\
    1.40456E+10,678-555-0150,Website\n\
    900-555-0101,678-555-0150,Website\n";

async fn ports(t: &TestApp, by: &Person) -> Vec<Value> {
    let page = t.get("/v1/ports").by(by).send().await.ok(200);
    page["items"].as_array().expect("a list").clone()
}

/// R84, R95-R99: good rows are kept, bad ones listed by line, column and reason; what is missing is said.
#[tokio::test]
async fn a_list_becomes_a_draft_and_bad_rows_are_listed() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let list = here.file("numbers.csv", LIST);

        let create = [
            "port",
            "create",
            "--file",
            &list,
            "--title",
            "Head office",
            "--losing-carrier",
            "Copper Valley Telephone",
            "--signer-name",
            "Maria Kovacs",
            "--signer-email",
            "maria@harbordental.example",
        ];
        here.run(&create).await.ended(0).says(&[
            "Head office",
            "Draft, waits for you",
            "numbers.csv: 2 numbers taken, 2 rows refused",
            "4     number  1.40456E+10",
            "5     number  900-555-0101",
            "premium-rate",
            "What is in the way",
            "Fill in the account number; it is on the bill. [account_number]",
            "portolan port watch ",
        ]);
        let [port] = ports(&t, &ana).await.try_into().expect("one port");
        assert_eq!(port["number_count"], 2);
        assert_eq!(port["title"], "Head office");
        let port = t
            .get(&format!("/v1/ports/{}", port["id"].as_str().unwrap()))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(port["numbers"][0]["number"], "+14045550123");
        assert_eq!(port["numbers"][0]["receiving"], "+16785550150");
        assert_eq!(port["losing_carrier"], "Copper Valley Telephone");
        assert_eq!(port["signer"]["email"], "maria@harbordental.example");
    })
    .await;
}

/// The same command again shows what was filed; it files anew when that is over, or when it is told to.
#[tokio::test]
async fn the_same_command_again_files_nothing_twice() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let list = here.file("numbers.csv", LIST);
        let create = ["port", "create", "--json", "--file", &list];

        let first = here.run(&create).await.ended(0).json();
        assert_eq!(first["repeated"], false);
        assert_eq!(first["import"]["accepted"], 2);
        let again = here.run(&create).await.ended(0).json();
        assert_eq!(again["repeated"], true);
        assert_eq!(again["port"]["id"], first["port"]["id"]);
        assert_eq!(again["import"], first["import"]);
        assert_eq!(ports(&t, &ana).await.len(), 1);
        here.run(
            &create[..1]
                .iter()
                .chain(&["create", "--file", &list])
                .copied()
                .collect::<Vec<_>>(),
        )
        .await
        .ended(0)
        .says(&["was filed before", "--again"]);

        let id = first["port"]["id"].as_str().expect("an id");
        here.run(&[
            "port",
            "cancel",
            id,
            "--reason",
            "Filed by mistake.",
            "--yes",
        ])
        .await
        .ended(0);
        let anew = here.run(&create).await.ended(0).json();
        assert_eq!(anew["repeated"], false);
        assert_eq!(anew["port"]["number_count"], 2);
        assert_eq!(ports(&t, &ana).await.len(), 2);

        // Another one with the same form and no numbers is a request of its own.
        let form = ["port", "create", "--json", "--title", "Branch", "--again"];
        here.run(&form).await.ended(0);
        here.run(&form).await.ended(0);
        assert_eq!(ports(&t, &ana).await.len(), 4);
    })
    .await;
}

/// The answer to the filing gets lost on its way; the client asks again under the same name.
#[tokio::test]
async fn a_lost_answer_files_nothing_twice() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let (asked, kept) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (count, lost) = (asked.clone(), kept.clone());
        let front = t
            .router()
            .layer(from_fn(move |request: Request, next: Next| {
                let (count, lost) = (count.clone(), lost.clone());
                async move {
                    let files =
                        request.method() == Method::POST && request.uri().path() == "/v1/ports";
                    let answer = next.run(request).await;
                    if files && count.fetch_add(1, Ordering::SeqCst) == 0 {
                        lost.store(answer.status() == 201, Ordering::SeqCst);
                        let broken =
                            async { Err::<Bytes, _>(std::io::Error::other("the line went dead")) };
                        return Response::new(Body::from_stream(futures::stream::once(broken)));
                    }
                    answer
                }
            }));
        let here = Terminal::of(&ana, &serve(front).await);
        let list = here.file("numbers.csv", LIST);
        here.run(&["port", "create", "--file", &list])
            .await
            .ended(0)
            .says(&["2 numbers taken"]);
        assert!(
            kept.load(Ordering::SeqCst),
            "the first request was carried out"
        );
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        assert_eq!(ports(&t, &ana).await.len(), 1);
    })
    .await;
}

/// Where no row is good nothing is filed, whether it is seen here or only the server knows it.
#[tokio::test]
async fn nothing_good_files_nothing() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);

        let bad = here.file("bad.csv", "Number,Receiving Number\n12,678-555-0150\n");
        here.run(&["port", "create", "--file", &bad])
            .await
            .ended(1)
            .says(&[
                "0 numbers taken".replace("taken", "are good").as_str(),
                "1 row refused",
                "no row of bad.csv can be taken, so nothing was filed",
            ]);
        assert_eq!(ports(&t, &ana).await.len(), 0);

        t.complete_port(&ana, &["+14045550123", "+14045550124"])
            .await;
        let held = here.file("held.csv", LIST);
        here.run(&["port", "create", "--file", &held, "--title", "Second"])
            .await
            .ended(1)
            .says(&["on an open port request already", "so nothing was filed"]);
        let open: Vec<Value> = ports(&t, &ana)
            .await
            .into_iter()
            .filter(|port| port["status"] != "cancelled")
            .collect();
        assert_eq!(open.len(), 1, "{open:?}");
        let json = here
            .run(&["port", "create", "--json", "--file", &held])
            .await
            .ended(1);
        assert_eq!(json.json()["refused"], 4);
    })
    .await;
}

/// A form that the server refuses is refused with each field, and nothing is there afterwards.
#[tokio::test]
async fn wrong_fields_are_all_named() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let list = here.file("numbers.csv", LIST);
        let wrong = [
            "port",
            "create",
            "--file",
            &list,
            "--btn",
            "12",
            "--signer-email",
            "maria",
        ];
        here.run(&wrong)
            .await
            .ended(1)
            .says(&["btn: ", "signer.email: "]);
        let dry: Vec<&str> = wrong.iter().copied().chain(["--dry-run"]).collect();
        here.run(&dry)
            .await
            .ended(1)
            .says(&["2 numbers are good", "btn: ", "signer.email: "]);
        let json: Vec<&str> = wrong.iter().copied().chain(["--json"]).collect();
        let answer = here.run(&json).await.ended(1);
        let error: Value = serde_json::from_str(&answer.err).expect("JSON");
        assert_eq!(error["error"]["kind"], "user");
        assert_eq!(error["error"]["problem"]["status"], 422);
        assert_eq!(ports(&t, &ana).await.len(), 0);
    })
    .await;
}

/// Account number and PIN come from a file, the environment or the standard input, and are never shown.
#[tokio::test]
async fn secrets_are_taken_and_never_shown() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let server = serve(t.router()).await;
        let here = Terminal::of(&ana, &server);
        let form = here.file("form.json", &complete_form(&["+14045550123"]).to_string());

        // A flag outweighs the file.
        let filed = here
            .run(&["port", "create", "--form", &form, "--title", "By file"])
            .await
            .ended(0);
        let filed = filed.says(&["By file", "The Letter of Authorization is not signed."]);
        filed.does_not_say(&[ACCOUNT_NUMBER, PIN]);
        here.run(&["port", "show", "(404) 555-0123"])
            .await
            .ended(0)
            .says(&["•••• 9471"])
            .does_not_say(&[ACCOUNT_NUMBER, PIN]);

        let keyed = Terminal::of(&ana, &server)
            .with("PORTOLAN_ACCOUNT_NUMBER", ACCOUNT_NUMBER)
            .with("PORTOLAN_PORT_OUT_PIN", PIN);
        let made = keyed
            .run(&["port", "create", "--title", "By environment", "--json"])
            .await
            .ended(0);
        assert_eq!(made.json()["port"]["account_number"], "•••• 9471");
        assert_eq!(made.json()["port"]["pin"], "••••");
        made.does_not_say(&[ACCOUNT_NUMBER, PIN]);

        let mut asked = here.process(&[
            "port",
            "create",
            "--title",
            "By pipe",
            "--ask-secrets",
            "--json",
        ]);
        asked
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let mut child = asked.spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        tokio::io::AsyncWriteExt::write_all(
            &mut stdin,
            format!("{ACCOUNT_NUMBER}\n{PIN}\n").as_bytes(),
        )
        .await
        .expect("written");
        drop(stdin);
        let output = child.wait_with_output().await.expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let made: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(
            (&made["port"]["account_number"], &made["port"]["pin"]),
            (&json!("•••• 9471"), &json!("••••"))
        );

        let broken = here.file("broken.json", &format!("{{ \"pin\": \"{PIN}\", }}"));
        here.run(&["port", "create", "--form", &broken])
            .await
            .ended(1)
            .says(&["is not JSON: it goes wrong at line 1"])
            .does_not_say(&[PIN]);
        let slip = here.file(
            "slip.json",
            &format!("{{ \"pin\": 1, \"nip\": \"{PIN}\" }}"),
        );
        here.run(&["port", "create", "--form", &slip])
            .await
            .ended(1)
            .does_not_say(&[PIN]);
    })
    .await;
}

/// Columns with headings of one's own are named with --map; mended rows are put on later.
#[tokio::test]
async fn own_headings_are_mapped_and_mended_rows_follow() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let list = here.file(
            "own.csv",
            "Nr;Old;New\n1;404-555-0123;678-555-0150\n2;404-555-124;678-555-0150\n",
        );
        here.run(&["port", "create", "--file", &list])
            .await
            .ended(1)
            .says(&[
                "do not say which column",
                "--map \"HEADING=number\"",
                "its columns are \"Nr\", \"Old\", \"New\"",
            ]);
        here.run(&["port", "create", "--file", &list, "--map", "Old=telephone"])
            .await
            .ended(2)
            .says(&["receiving_number"]);
        let maps = ["--map", "old=number", "--map", "C=receiving number"];
        let create: Vec<&str> = ["port", "create", "--json", "--file", &list]
            .into_iter()
            .chain(maps)
            .collect();
        let filed = here.run(&create).await.ended(0).json();
        assert_eq!(
            filed["import"]["columns"],
            json!(["ignore", "number", "receiving_number"])
        );
        let id = filed["port"]["id"].as_str().expect("an id");
        let short = &id[id.len() - 8..];

        let mended = here.file(
            "mended.csv",
            "Nr;Old;New\n1;404-555-0123;678-555-0150\n2;404-555-0124;678-555-0150\n",
        );
        let import: Vec<&str> = ["port", "import", short, "--file", &mended]
            .into_iter()
            .chain(maps)
            .collect();
        let dry: Vec<&str> = import.iter().copied().chain(["--dry-run"]).collect();
        here.run(&dry)
            .await
            .ended(0)
            .says(&["1 number is good", "on the port request already"]);
        here.run(&import)
            .await
            .ended(0)
            .says(&["1 number taken, 1 row refused"]);
        here.run(&import)
            .await
            .ended(1)
            .says(&["so nothing was filed"]);
        let port = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(port["number_count"], 2);
    })
    .await;
}

/// What can be seen of a file without a server needs none.
#[tokio::test]
async fn a_dry_run_needs_no_server_and_no_key() {
    let here = Terminal::empty();
    let list = here.file("numbers.csv", LIST);
    here.run(&["port", "create", "--file", &list, "--dry-run"])
        .await
        .ended(0)
        .says(&["2 numbers are good, 2 rows refused", "Nothing was filed"]);
    let json = here
        .run(&["port", "create", "--file", &list, "--dry-run", "--json"])
        .await
        .ended(0)
        .json();
    assert_eq!(
        (&json["import"]["accepted"], &json["import"]["dry_run"]),
        (&json!(2), &json!(true))
    );
    here.run(&["port", "create"])
        .await
        .ended(2)
        .says(&["nothing to file"]);
    here.run(&["port", "create", "--file", "gone.csv"])
        .await
        .ended(1)
        .says(&["cannot read gone.csv"]);
    let picture = here.file("picture.csv", "%PDF-1.7 not a list");
    here.run(&["port", "create", "--file", &picture])
        .await
        .ended(1)
        .says(&["this is not a table"]);
}

/// R84, R95-R99: the sample lists arrive exactly as the files beside them say.
#[tokio::test]
async fn the_sample_lists_arrive_as_their_truths_say() {
    let Some(folder) = crate::domain::shared("samples/imports") else {
        return;
    };
    let folder = &folder;
    for (list, truth) in [
        ("import-1-clean.csv", "import-1-clean.truth.json"),
        ("import-1-clean.xlsx", "import-1-clean.xlsx.truth.json"),
        (
            "import-2-excel-latin1.csv",
            "import-2-excel-latin1.truth.json",
        ),
    ] {
        on_sqlite(|test| async move {
            let t = TestApp::on(&test).await;
            let account = t.account("Harbor Dental").await;
            let ana = t.submitter(&account, "Ana Ruiz").await;
            let here = Terminal::of(&ana, &serve(t.router()).await);
            let truth: Value =
                serde_json::from_slice(&std::fs::read(folder.join(truth)).expect("a truth"))
                    .expect("JSON");
            let path = folder.join(list).display().to_string();
            let filed = here
                .run(&["port", "create", "--json", "--file", &path])
                .await
                .ended(0)
                .json();
            let (port, report) = (&filed["port"], &filed["import"]);
            let rows = |list: &Value, field: &str| -> Vec<Value> {
                list.as_array()
                    .expect("a list")
                    .iter()
                    .map(|row| row[field].clone())
                    .collect()
            };
            assert_eq!(
                rows(&port["numbers"], "number"),
                rows(&truth["accepted"], "number"),
                "{list}"
            );
            assert_eq!(
                rows(&port["numbers"], "receiving"),
                rows(&truth["accepted"], "receiving_number"),
                "{list}"
            );
            for field in ["line", "reason", "column", "value"] {
                assert_eq!(
                    rows(&report["problems"], field),
                    rows(&truth["refused"], field),
                    "{list}"
                );
            }
            assert_eq!(
                report["skipped"],
                truth["skipped"].as_array().expect("a list").len(),
                "{list}"
            );
        })
        .await;
    }
}
