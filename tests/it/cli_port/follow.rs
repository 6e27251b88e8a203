//! `portolan port list`, `show`, `watch`, `note`, `submit`, `cancel`.

use std::process::Stdio;
use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::{Terminal, serve};
use crate::support::app::TestApp;
use crate::support::database::on_sqlite;
use crate::support::page::Page;

fn short(id: &str) -> &str {
    &id[id.len() - 8..]
}

#[tokio::test]
async fn a_list_shows_where_each_stands_and_can_be_narrowed() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let desk = t.desk().await;
        let server = serve(t.router()).await;
        let here = Terminal::of(&ana, &server);
        here.run(&["port", "list"])
            .await
            .ended(0)
            .says(&["There is no port request yet"]);
        let first = t
            .complete_port(&ana, &["+14045550123", "+14045550124"])
            .await;
        // Ids are in the order of time, to the millisecond.
        t.clock.advance(jiff::SignedDuration::from_secs(1));
        let second = t.complete_port(&ana, &["+14045550125"]).await;
        t.post(&format!("/v1/ports/{second}/loa/send"))
            .by(&ana)
            .send()
            .await
            .ok(200);

        here.run(&["port", "list"])
            .await
            .ended(0)
            .says(&[
                short(&first),
                short(&second),
                "Head office",
                "Copper Valley Telephone",
                "(404) 555-0123 +1",
                "(404) 555-0125",
                "Draft",
                "Awaiting signature",
                "you",
                "owner",
                "0m",
            ])
            .does_not_say(&["ACCOUNT", "PORT DATE"]);
        Terminal::of(&desk, &server)
            .run(&["port", "list"])
            .await
            .ended(0)
            .says(&["ACCOUNT", "Harbor Dental", "customer"]);

        for narrow in [
            &["--status", "awaiting_signature"][..],
            &["--status", "Awaiting signature"],
            &["--search", "(404) 555-0125"],
            &["--search", short(&second)],
        ] {
            let arguments: Vec<&str> = ["port", "list"]
                .into_iter()
                .chain(narrow.iter().copied())
                .collect();
            here.run(&arguments)
                .await
                .ended(0)
                .says(&[short(&second)])
                .does_not_say(&[short(&first)]);
        }
        here.run(&["port", "list", "--status", "closed"])
            .await
            .ended(0)
            .says(&["No port request is like this."]);
        here.run(&["port", "list", "--status", "lost"])
            .await
            .ended(2)
            .says(&["in_review"]);
        here.run(&["port", "list", "--limit", "1"])
            .await
            .ended(0)
            .says(&[short(&second), "there are more"])
            .does_not_say(&[short(&first)]);

        let json = here
            .run(&["port", "list", "--all", "--json"])
            .await
            .ended(0)
            .json();
        let items = json["items"].as_array().expect("a list");
        assert_eq!(items.len(), 2);
        assert_eq!(items[0]["id"], second);
        assert_eq!(
            (&items[0]["waits_for"], &items[1]["waits_for"]),
            (&json!("owner"), &json!("customer"))
        );
        assert_eq!(json["more"], false);
    })
    .await;
}

/// A request is named by its id, by what lists show of it, or by one of its numbers; what is not there or not
/// clear is said. Another account's is not there.
#[tokio::test]
async fn a_request_is_found_by_what_people_have_at_hand() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let server = serve(t.router()).await;
        let here = Terminal::of(&ana, &server);
        let id = t
            .complete_port(&ana, &["+14045550123", "+14045550124"])
            .await;
        for name in [
            id.as_str(),
            short(&id),
            &short(&id).to_uppercase(),
            "404-555-0124",
            "+14045550123",
        ] {
            here.run(&["port", "show", name]).await.ended(0).says(&[
                &id,
                "Head office",
                "Draft, waits for you",
                "Numbers (2)",
                "(404) 555-0124",
                "not submitted",
                "(404) 555-0100",
                "Harbor Dental Group, LLC, Maria Kovacs",
                "History",
                "The port request was started.",
                "Ana Ruiz",
            ]);
        }
        assert_eq!(
            here.run(&["port", "show", short(&id), "--json"])
                .await
                .ended(0)
                .json()["id"],
            id
        );
        let all = here
            .run(&["port", "show", short(&id), "--json", "--all"])
            .await
            .ended(0)
            .json();
        assert_eq!(all["events"][0]["type"], "begun");

        here.run(&["port", "show", "404-555-0199"])
            .await
            .ended(1)
            .says(&["there is no port request `404-555-0199`", "port list"]);
        here.run(&["port", "show", "Harbor"])
            .await
            .ended(1)
            .says(&["no port request is called `Harbor`", "--search"]);
        here.run(&["port", "show", "port_019ab3f2c7d87a60b1f3d2a4c5e6f708"])
            .await
            .ended(1)
            .says(&["There is no such port request."]);
        here.run(&["port", "show", "port_../../x"]).await.ended(1);

        // Once over, a number may be on two requests; the open one is meant, or none without being asked.
        here.run(&[
            "port",
            "cancel",
            short(&id),
            "--reason",
            "Filed by mistake.",
            "--yes",
        ])
        .await
        .ended(0);
        here.run(&["port", "show", "404-555-0123"])
            .await
            .ended(0)
            .says(&["Cancelled"]);
        let second = t.complete_port(&ana, &["+14045550123"]).await;
        here.run(&["port", "show", "404-555-0123"])
            .await
            .ended(0)
            .says(&[&second]);
        here.run(&[
            "port",
            "cancel",
            &second,
            "--reason",
            "Again by mistake.",
            "--yes",
        ])
        .await
        .ended(0);
        here.run(&["port", "show", "404-555-0123"])
            .await
            .ended(1)
            .says(&["can mean 2 port requests", &id, &second]);

        let other = t.account("Somebody else").await;
        let eve = t.submitter(&other, "Eve Moss").await;
        for name in [id.as_str(), short(&id), "404-555-0124"] {
            Terminal::of(&eve, &server)
                .run(&["port", "show", name])
                .await
                .ended(1)
                .does_not_say(&["Head office"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_note_is_written_from_the_line_or_from_a_pipe() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        here.run(&[
            "port",
            "note",
            short(&id),
            "The front desk is open until 5 pm.",
        ])
        .await
        .ended(0)
        .says(&["The note stands on", "Head office"]);
        here.run(&["port", "note", short(&id), "  "])
            .await
            .ended(1)
            .says(&["the note is empty"]);
        here.run(&["port", "note", short(&id), "Secret.", "--staff-only"])
            .await
            .ended(1);

        let mut child = here
            .process(&["port", "note", "4045550123", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin
            .write_all("From a pipe.\nTwo lines.\n".as_bytes())
            .await
            .expect("written");
        drop(stdin);
        let output = child.wait_with_output().await.expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );

        let notes = t
            .get(&format!("/v1/ports/{id}/notes"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let says: Vec<&str> = notes["items"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|one| one["says"].as_str())
            .collect();
        assert_eq!(says.len(), 2, "{says:?}");
        assert!(says[1].contains("From a pipe.\nTwo lines."), "{says:?}");
    })
    .await;
}

/// R42, R43: only the desk submits, and only what is complete; what is in the way is said with its way out.
#[tokio::test]
async fn a_request_is_submitted_by_the_desk_and_cancelled_by_its_owner() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let desk = t.desk().await;
        let server = serve(t.router()).await;
        let (customer, staff) = (Terminal::of(&ana, &server), Terminal::of(&desk, &server));
        let id = t.complete_port(&ana, &["+14045550123"]).await;

        customer
            .run(&["port", "submit", short(&id)])
            .await
            .ended(1)
            .says(&["error:"]);
        staff
            .run(&["port", "submit", short(&id)])
            .await
            .ended(1)
            .says(&["error:", "hint:"]);
        let bill = t.sign_and_prove(&ana, &id).await;
        t.post(&format!("/v1/ports/{id}/proof/{bill}/accept"))
            .by(&desk)
            .send()
            .await
            .ok(200);
        staff
            .run(&["port", "show", short(&id)])
            .await
            .ended(0)
            .says(&["In review", "/desk/ports/"]);
        let submitted = staff
            .run(&["port", "submit", short(&id), "--json"])
            .await
            .ended(0)
            .json();
        assert_eq!(submitted["status"], "submitted");
        customer
            .run(&["port", "list"])
            .await
            .ended(0)
            .says(&["Submitted", "gaining carrier"]);

        // Nobody is there to be asked.
        customer
            .run(&["port", "cancel", short(&id), "--reason", "We stay."])
            .await
            .ended(1)
            .says(&["It is at the carrier already", "can be too late", "--yes"]);
        let now = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        assert_eq!(now["status"], "submitted");
        customer
            .run(&["port", "cancel", short(&id), "--reason", " ", "--yes"])
            .await
            .ended(1)
            .says(&["reason"]);
        let asked = customer
            .run(&[
                "port",
                "cancel",
                short(&id),
                "--reason",
                "We stay.",
                "--yes",
            ])
            .await
            .ended(0);
        let now = t
            .get(&format!("/v1/ports/{id}"))
            .by(&ana)
            .send()
            .await
            .ok(200);
        let status = now["status"].as_str().expect("a status");
        assert!(matches!(status, "cancelled" | "cancel_pending"), "{status}");
        asked.says(&[if status == "cancelled" {
            "is cancelled"
        } else {
            "is asked to cancel"
        }]);
    })
    .await;
}

/// Waits until a text is on a page: the command under test is at work meanwhile.
async fn until(page: &Page, text: &str) {
    for _ in 0..2_000 {
        if page.text().contains(text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("`{text}` is never said: {}", page.text());
}

/// Each change is one line with its time, and it ends when the request does.
#[tokio::test]
async fn changes_are_told_until_the_end() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let (out, err) = (Page::default(), Page::default());
        let arguments = ["port", "watch", short(&id), "--every", "1"];
        let watch = here.run_on(&arguments, &out, &err);
        let play = async {
            until(&out, "Head office: Draft, waits for you").await;
            t.post(&format!("/v1/ports/{id}/loa/send"))
                .by(&ana)
                .send()
                .await
                .ok(200);
            until(&out, "Head office: Awaiting signature, waits for the owner").await;
            t.post(&format!("/v1/ports/{id}/cancel"))
                .by(&ana)
                .json(&json!({ "reason": "We stay." }))
                .send()
                .await
                .ok(200);
        };
        let (answer, ()) = tokio::join!(watch, play);
        let answer = answer.ended(1).says(&[
            "was sent to Maria Kovacs",
            "(Ana Ruiz)",
            "Head office: Cancelled",
            "ended before \"Completed\"",
        ]);
        // What was before is not told again.
        let answer = answer.does_not_say(&["The port request was started."]);
        assert!(
            answer.out.lines().all(|line| line.contains(short(&id))),
            "{}",
            answer.out
        );
    })
    .await;
}

/// For programs: a JSON object a line, and an end at a status.
#[tokio::test]
async fn programs_follow_all_until_a_status() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        here.run(&["port", "watch", "--all"])
            .await
            .ended(0)
            .says(&["No port request is open."]);
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        here.run(&["port", "watch", &id, "--until", "draft"])
            .await
            .ended(0);
        let (out, err) = (Page::default(), Page::default());
        let watch = here.run_on(
            &[
                "port",
                "watch",
                "--all",
                "--json",
                "--until",
                "awaiting_signature",
                "--every",
                "1",
            ],
            &out,
            &err,
        );
        let play = async {
            until(&out, &id).await;
            let second = t.complete_port(&ana, &["+14045550125"]).await;
            until(&out, &second).await;
            for id in [&id, &second] {
                t.post(&format!("/v1/ports/{id}/loa/send"))
                    .by(&ana)
                    .send()
                    .await
                    .ok(200);
            }
        };
        let (answer, ()) = tokio::join!(watch, play);
        let answer = answer.ended(0);
        let lines: Vec<Value> = answer
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(
            (&lines[0]["type"], &lines[0]["status"], &lines[0]["port"]),
            (&json!("status"), &json!("draft"), &json!(id))
        );
        let sent = lines
            .iter()
            .filter(|line| line["event"]["type"] == "letter_sent")
            .count();
        assert_eq!(sent, 2, "{}", answer.out);
        assert_eq!(answer.err, "");
    })
    .await;
}

/// Ctrl-C ends a watch without a word.
#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_ends_it_quietly() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let here = Terminal::of(&ana, &serve(t.router()).await);
        let id = t.complete_port(&ana, &["+14045550123"]).await;
        let mut child = here
            .process(&["port", "watch", &id])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let first = lines.next_line().await.expect("readable").expect("a line");
        assert!(first.contains("Draft"), "{first}");
        let pid = child.id().expect("it runs").to_string();
        let killed = std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill");
        assert!(killed.success());
        let output = child.wait_with_output().await.expect("it ends");
        assert_eq!(output.status.code(), Some(130));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    })
    .await;
}
