//! Files that come with notes, and who may have them.

use serde_json::json;

use super::notes;
use crate::portal::filed;
use crate::support::app::{TestApp, picture};
use crate::support::browser::Desk;
use crate::support::database::{on_both, on_sqlite};

fn id_of(path: &str) -> portolan::ids::PortId {
    path.rsplit('/')
        .next()
        .expect("an id")
        .parse()
        .expect("an id")
}

/// R125: words with several files; a refused file keeps what was typed and is named with the reason.
#[tokio::test]
async fn a_note_is_written_with_files_on_the_page() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let path = format!("{port}/notes");
        let form = dana.open(&path).await.form(&path);

        // Words alone, nothing at all, and a file that cannot be taken.
        let page = dana.send(form.clone().set("text", "  ")).await;
        assert_eq!(page.status, 422);
        assert!(
            page.error("text").contains("Write something"),
            "{}",
            page.error("text")
        );
        let page = dana
            .send(
                form.clone()
                    .set("text", "The bill, page 2.")
                    .file("file", "bill.png", &picture())
                    .file("file", "movie.gif", b"GIF89a\x01\x00\x01\x00")
                    .file("file", "empty.txt", b""),
            )
            .await;
        assert_eq!(page.status, 422);
        let says = page.error("file");
        assert!(says.contains("movie.gif: This is a GIF picture"), "{says}");
        assert!(says.contains("empty.txt: The file is empty"), "{says}");
        assert!(says.contains("choose the files again"), "{says}");
        assert!(!says.contains("bill.png"), "{says}");
        assert_eq!(
            page.form(&path).value("text"),
            "The bill, page 2.",
            "typed text is kept"
        );
        assert!(
            notes(&desk.app, id_of(&port)).await.is_empty(),
            "all of it, or nothing"
        );

        let page = dana
            .send(
                form.set("text", "The bill, page 2.")
                    .file("file", "bill.png", &picture())
                    .file("file", "list.csv", b"number\n+14045550123\n"),
            )
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let files = page.attr(".note a", "href");
        assert_eq!(files.len(), 2, "{}", page.html());
        let picture_back = dana.open(&files[0]).await;
        assert_eq!(picture_back.headers["content-type"], "image/png");
        assert_eq!(&picture_back.body[..], &picture()[..]);
        let list = dana.open(&files[1]).await;
        assert_eq!(list.headers["content-type"], "text/plain; charset=utf-8");
        assert!(
            list.headers["content-disposition"]
                .to_str()
                .expect("plain")
                .starts_with("attachment; filename=\"list.csv\""),
            "a text is saved, not shown"
        );
        // The mail to the desk names them (R126).
        let mails = desk.mails().await;
        let mail = mails.last().expect("a mail");
        assert!(
            mail.body_text.contains("- bill.png ("),
            "{}",
            mail.body_text
        );
        assert!(mail.body_html.contains("list.csv ("));
        // Files alone are a note, too.
        let page = dana.open(&path).await;
        let form = page.form(&path).file("file", "more.txt", b"more");
        let page = dana.send(form).await;
        assert!(page.text().contains("Sent a file."), "{}", page.text());
    })
    .await;
}

/// A file that is too large, and files that together are: the words are kept, and each file is named.
#[tokio::test]
async fn files_that_are_too_large_do_not_cost_the_words() {
    on_sqlite(|test| async move {
        let desk = Desk::with(
            &test,
            "[limits]\nupload_megabytes_max = 1\nimport_megabytes_max = 1\n",
        )
        .await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let path = format!("{port}/notes");
        let form = dana
            .open(&path)
            .await
            .form(&path)
            .set("text", "Here they are.");
        let page = dana
            .send(
                form.clone()
                    .file("file", "large.txt", &vec![b'a'; 1_000_001]),
            )
            .await;
        assert_eq!(page.status, 422, "{}", page.text());
        assert!(
            page.error("file")
                .contains("large.txt: The file is larger than 1 MB")
        );
        assert_eq!(page.form(&path).value("text"), "Here they are.");
        let many = (0..9).fold(form, |form, at| {
            form.file("file", &format!("{at}.txt"), &vec![b'a'; 700_000])
        });
        let page = dana.send(many).await;
        assert_eq!(page.status, 422, "{}", page.text());
        assert!(
            page.error("file")
                .contains("8.txt: together these files have more than 5 MB"),
            "{}",
            page.error("file")
        );
        assert_eq!(page.form(&path).value("text"), "Here they are.");
    })
    .await;
}

/// What belongs to a note of the desk's is the desk's: on pages, in lists, as bytes, in the API, in mails.
#[tokio::test]
async fn a_staff_notes_files_are_the_desks_alone() {
    on_both(|test| async move {
        let app = TestApp::on(&test).await;
        let account = app.account("Harbor Dental").await;
        let dana = app.submitter(&account, "Dana Whitfield").await;
        let other = app
            .submitter(&app.account("Other").await, "Lee Other")
            .await;
        let desk = app.desk().await;
        let port = app.complete_port(&dana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{port}/notes");
        let mails = app.mails().await.len();

        let refused = app
            .post(&path)
            .by(&dana)
            .form(&[("text", "x"), ("staff_only", "true")], ("a.txt", b"a"))
            .send()
            .await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        app.post(&path)
            .by(&desk)
            .form(
                &[("text", "Only us."), ("staff_only", "true")],
                ("secret.txt", b"between us"),
            )
            .send()
            .await
            .ok(201);
        app.clock.advance(jiff::SignedDuration::from_secs(1));
        let public = app
            .post(&path)
            .by(&desk)
            .form(&[("text", "For all.")], ("open.txt", b"for everybody"))
            .send()
            .await
            .ok(201);
        assert_eq!(
            public["documents"].as_array().expect("documents").len(),
            2,
            "the desk sees both"
        );
        assert_eq!(
            app.mails().await.len(),
            mails + 1,
            "nobody is mailed of a staff note"
        );

        let list = format!("/v1/ports/{port}/documents");
        let of = async |person| app.get(&list).by(person).send().await.ok(200)["items"].clone();
        let all = of(&desk).await;
        let (secret, open) = (&all[0], &all[1]);
        assert_eq!(
            (&secret["name"], &open["name"]),
            (&json!("secret.txt"), &json!("open.txt"))
        );
        assert_eq!(secret["kind"], "attachment");
        let seen = of(&dana).await;
        assert_eq!(seen.as_array().expect("a list").len(), 1);
        assert_eq!(seen[0]["name"], "open.txt");
        let bytes =
            |id: &serde_json::Value| format!("/v1/documents/{}", id["id"].as_str().expect("an id"));
        assert_eq!(
            app.get(&bytes(secret)).by(&desk).send().await.text(),
            "between us"
        );
        assert_eq!(
            app.get(&bytes(open)).by(&dana).send().await.text(),
            "for everybody"
        );
        for (person, document) in [(&dana, secret), (&other, secret), (&other, open)] {
            let answer = app.get(&bytes(document)).by(person).send().await;
            assert_eq!(answer.status, 404);
        }
        // Whatever answer carries the whole request.
        let port_seen = app.get(&format!("/v1/ports/{port}")).by(&dana).send().await;
        assert!(!port_seen.text().contains("secret.txt"));
        let changed = app
            .post(&path)
            .by(&dana)
            .with("idempotency-key", "once-more")
            .json(&json!({ "text": "Thanks." }))
            .send()
            .await;
        assert_eq!(changed.status, 201);
        assert!(!changed.text().contains("secret.txt"), "{}", changed.text());
        let again = app
            .post(&path)
            .by(&dana)
            .with("idempotency-key", "once-more")
            .json(&json!({ "text": "Thanks." }))
            .send()
            .await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert!(!again.text().contains("secret.txt"));
        // The event says which documents came with it.
        let events = app.get(&path).by(&desk).send().await.ok(200);
        assert_eq!(
            events["items"][0]["data"]["attachments"],
            json!([secret["id"]])
        );
    })
    .await;
}

/// The API says which file is wrong, and takes a note once under its key.
#[tokio::test]
async fn the_api_takes_files_once_and_names_what_is_wrong() {
    on_sqlite(|test| async move {
        let app = TestApp::on(&test).await;
        let account = app.account("Harbor Dental").await;
        let dana = app.submitter(&account, "Dana Whitfield").await;
        let port = app.complete_port(&dana, &["+14045550123"]).await;
        let path = format!("/v1/ports/{port}/notes");
        let wrong = app
            .post(&path)
            .by(&dana)
            .form(&[("text", "x")], ("a.gif", b"GIF89a\x01\x00"))
            .send()
            .await;
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.text().contains("a.gif: This is a GIF picture"),
            "{}",
            wrong.text()
        );
        let unknown = app
            .post(&path)
            .by(&dana)
            .form(&[("txt", "x")], ("a.txt", b"a"))
            .send()
            .await;
        assert_eq!(unknown.status, 422, "{}", unknown.text());
        for _ in 0..2 {
            app.post(&path)
                .by(&dana)
                .with("idempotency-key", "one")
                .form(&[("text", "Once.")], ("a.txt", b"a"))
                .send()
                .await
                .ok(201);
        }
        let other = app
            .post(&path)
            .by(&dana)
            .with("idempotency-key", "one")
            .form(&[("text", "Once.")], ("a.txt", b"b"))
            .send()
            .await;
        assert_eq!(other.status, 422, "another file under the same key");
        let found = notes(&app.app, port.parse().expect("an id")).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].files, ["a.txt"]);
    })
    .await;
}
