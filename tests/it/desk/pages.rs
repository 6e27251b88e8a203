//! The desk's pages, as somebody without scripts meets them.

use portolan::domain::port::Role;

use crate::support::browser::{Browser, Desk, Page, picture};
use crate::support::database::{on_both, on_sqlite};

/// A request of which the desk has to check the bill, filed through the API's use cases.
async fn to_check(desk: &Desk, browser: &mut Browser<'_>, line: u32) -> String {
    // A mail is younger than the one before.
    desk.clock.advance(jiff::SignedDuration::from_secs(60));
    let number = format!("+140455501{line:02}");
    let new = "/numbers/ports/new";
    let page = browser.open(new).await;
    let form = page
        .form(new)
        .set("carrier", "Copper Valley Telephone")
        .set("number", &number)
        .set("receiving", "+14045550199")
        .set("first_name", "Maria")
        .set("last_name", "Kovacs")
        .set("business", "Harbor Dental Group, LLC")
        .set("account_number", "8155300440129471")
        .set("billing_street", "1200 Peachtree St NE")
        .set("billing_city", "Atlanta")
        .set("billing_state", "GA")
        .set("billing_zip", "30309")
        .set("signer_name", "Maria Kovacs")
        .set("signer_email", "maria@harbordental.example");
    let form = portolan::domain::agreement::STATEMENTS
        .iter()
        .fold(form, |form, (name, _)| form.add(name, "yes"));
    let page = browser.press(form, "continue").await;
    assert!(page.path.ends_with("/letter"), "{}", page.text());
    let port = page.path.trim_end_matches("/letter").to_owned();
    let letter = page.path.clone();
    browser.send(page.form(&format!("{letter}/send"))).await;
    let mut owner = desk.browser();
    let sign = desk.link("sign").await;
    let page = owner.open(&sign).await;
    let form = page
        .form(&sign)
        .set("name", "Maria Kovacs")
        .add("consent", "yes");
    let page = owner.send(form).await;
    assert!(page.status.is_success(), "{}", page.text());
    let proof = format!("{port}/proof");
    let page = browser.open(&proof).await;
    let page = browser
        .send(page.form(&proof).file("file", "bill.png", &picture()))
        .await;
    assert!(page.text().contains("it has arrived"), "{}", page.text());
    port.rsplit('/').next().expect("an id").to_owned()
}

fn form_to(page: &Page, ending: &str) -> String {
    page.attr("form", "action")
        .into_iter()
        .find(|to| to.ends_with(ending))
        .unwrap_or_else(|| panic!("no form to {ending}: {}", page.text()))
}

/// A queue is worked from end to end without going back to it: accept, the next one, accept, done.
#[tokio::test]
async fn a_queue_is_worked_without_going_back() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let first = to_check(&desk, &mut dana, 10).await;
        let second = to_check(&desk, &mut dana, 11).await;
        let mut agent = desk.agent().await;
        let page = agent.open("/desk/documents").await;
        assert_eq!(page.all("tr[data-row]").len(), 2);
        assert_eq!(
            page.one("nav[aria-label=Queues] a[aria-current]"),
            "Check documents 2"
        );
        assert!(
            page.one("tr[data-row]")
                .contains("A latest billing statement came: bill.png.")
        );
        let open = page.attr("tr[data-row] a[data-open]", "href").remove(0);
        assert_eq!(open, format!("/desk/ports/{first}?queue=documents"));

        let page = agent.open(&open).await;
        assert!(
            page.one("nav.work").contains("2 left"),
            "{}",
            page.one("nav.work")
        );
        assert_eq!(
            page.attr("nav.work a[data-key=n]", "href"),
            [format!("/desk/ports/{second}?queue=documents")]
        );
        // Nothing typed for the refusal is lost, and the queue is still known.
        let refuse = form_to(&page, "/refuse");
        let page = agent.send(page.form(&refuse).set("reason", " ")).await;
        assert_eq!(page.status, 422);
        assert!(page.one("nav.work").contains("2 left"));

        let accept = form_to(&page, "/accept");
        let page = agent.send(page.form(&accept)).await;
        assert_eq!(page.path, format!("/desk/ports/{second}"));
        assert!(
            page.one("[role=status]")
                .contains("This is the next one; 1 left in \"Check documents\"."),
            "{}",
            page.text()
        );
        assert!(page.one("nav.work").contains("1 left"));
        let accept = form_to(&page, "/accept");
        let page = agent.send(page.form(&accept)).await;
        assert_eq!(page.path, "/desk/documents");
        assert!(
            page.text()
                .contains("That was the last one in \"Check documents\"."),
            "{}",
            page.text()
        );
        assert!(page.text().contains("Nothing waits here"));
        assert_eq!(
            agent.open("/desk/submit").await.all("tr[data-row]").len(),
            2
        );
    })
    .await;
}

/// Ada claims; Bo sees that she has it, is asked, and takes it over; what is somebody else's is not the next one.
#[tokio::test]
async fn a_request_is_claimed_handed_on_and_taken_over() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let first = to_check(&desk, &mut dana, 10).await;
        let second = to_check(&desk, &mut dana, 11).await;
        desk.person(None, Role::Desk, "ada@desk.example").await;
        desk.person(None, Role::Desk, "bo@desk.example").await;
        let (mut ada, mut bo) = (
            desk.signed_in("ada@desk.example").await,
            desk.signed_in("bo@desk.example").await,
        );
        let claim = format!("/desk/ports/{first}/claim");
        let page = ada.open("/desk/documents").await;
        let page = ada.send(page.form(&claim)).await;
        assert_eq!(page.path, "/desk/documents", "back to where it was pressed");
        assert!(
            page.one("tr[data-row]")
                .contains("You have it since 12:02 pm"),
            "{}",
            page.one("tr[data-row]")
        );
        assert_eq!(ada.open("/desk/mine").await.all("tr[data-row]").len(), 1);

        let page = bo.open("/desk/documents").await;
        assert!(
            page.one("tr[data-row]")
                .contains("ada has it since 12:02 pm")
        );
        let other = bo
            .open(&format!("/desk/ports/{second}?queue=documents"))
            .await;
        assert!(
            other.attr("nav.work a[data-key=n]", "href").is_empty(),
            "the only other one is Ada's"
        );
        let page = bo.send(page.form(&claim)).await;
        assert_eq!(page.path, format!("/desk/ports/{first}/take"));
        assert_eq!(page.one("h1"), "ada has it");
        let page = bo.send(page.form(&claim)).await;
        assert_eq!(page.path, "/desk/documents");
        assert!(page.one("tr[data-row]").contains("You have it"));
        assert_eq!(ada.open("/desk/mine").await.all("tr[data-row]").len(), 0);

        // Bo hands it back to Ada.
        let page = bo.open(&format!("/desk/ports/{first}")).await;
        let assign = format!("/desk/ports/{first}/assign");
        let form = page.form(&assign);
        let page = bo.send(form.clone()).await;
        assert!(page.text().contains("Choose to whom"), "{}", page.text());
        let choices = page.attr("select[name=to] option", "value");
        let names = page.all("select[name=to] option");
        let at = names.iter().position(|name| name == "ada").expect("Ada");
        let page = bo.send(form.set("to", &choices[at])).await;
        assert!(page.text().contains("ada has it now."), "{}", page.text());
        // Now it is Ada's: Bo's stale page does not take it back from her.
        let release = format!("/desk/ports/{first}/release");
        let page = ada.open(&format!("/desk/ports/{first}")).await;
        let page = ada.send(page.form(&release)).await;
        assert!(page.text().contains("Given back"), "{}", page.text());
        let page = ada.open(&format!("/desk/ports/{first}/take")).await;
        assert!(
            page.text().contains("Nobody has it now."),
            "{}",
            page.text()
        );
    })
    .await;
}

/// Ticked rows: a look first, then the deed, then what came of each; details that change are looked at again.
#[tokio::test]
async fn many_are_submitted_after_a_look() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut ids = Vec::new();
        for line in 10..13 {
            ids.push(to_check(&desk, &mut dana, line).await);
        }
        let mut agent = desk.agent().await;
        let bulk = "/desk/bulk";
        let page = agent.open("/desk/documents").await;
        let none = agent.send(page.form(bulk).set("action", "claim")).await;
        assert!(
            none.text().contains("Tick at least one port first."),
            "{}",
            none.text()
        );
        // Without scripts a link ticks all.
        let all = page.attr("[data-tick-all]", "href").remove(0);
        let page = agent.open(&all).await;
        assert_eq!(page.attr("input.row-tick[checked]", "value").len(), 3);
        let ticked = |page: &Page| {
            page.attr("input.row-tick[checked]", "value")
                .iter()
                .fold(page.form(bulk), |form, id| form.add("port", id))
        };
        let page = agent
            .send(ticked(&page).set("action", "accept_proofs"))
            .await;
        assert_eq!(page.path, bulk);
        assert!(
            page.one(".page-head p")
                .starts_with("3 ports would change. No mails go out."),
            "{}",
            page.text()
        );
        assert_eq!(
            agent
                .open("/desk/documents")
                .await
                .all("tr[data-row]")
                .len(),
            3,
            "nothing is done yet"
        );
        let page = agent.press(page.form(bulk), "run").await;
        assert!(
            page.one(".page-head p").starts_with("Done for 3 ports."),
            "{}",
            page.text()
        );

        let page = agent.open("/desk/submit?tick=all").await;
        let look = agent.send(ticked(&page).set("action", "submit")).await;
        assert!(
            look.one(".page-head p").contains("3 mails go out."),
            "{}",
            look.text()
        );
        assert!(
            look.one("table").contains("Submitted"),
            "the status that would be"
        );
        assert!(
            look.one("table").contains("dana@harbor.example"),
            "who is mailed"
        );
        // Another date than was looked at: nothing is done, it is looked at again.
        let page = agent
            .press(look.form(bulk).set("date", "earliest"), "run")
            .await;
        assert!(
            page.one("[role=status]")
                .contains("You changed the details"),
            "{}",
            page.text()
        );
        assert!(
            page.one("table").contains("Changed: requested date"),
            "{}",
            page.text()
        );
        // Meanwhile one of them is changed: it stays, the others go.
        let notes = format!("/numbers/ports/{}/notes", ids[1]);
        let note = dana.open(&notes).await;
        dana.send(note.form(&notes).set("text", "Wait, please."))
            .await;
        let page = agent.press(page.form(bulk), "run").await;
        let rows = page.all("tbody tr");
        assert_eq!(rows.len(), 3);
        assert!(
            rows[0].contains("Done") && rows[2].contains("Done"),
            "{rows:?}"
        );
        assert!(rows[1].contains("Changed meanwhile"), "{rows:?}");
        assert_eq!(
            agent.open("/desk/submit").await.all("tr[data-row]").len(),
            1
        );
        let mails = desk.mails().await;
        let submitted = mails.iter().filter(|mail| mail.kind == "submitted").count();
        assert_eq!(submitted, 2);

        // A note is asked for before anything can be looked at.
        let page = agent.open("/desk/submit?tick=all").await;
        let page = agent.send(ticked(&page).set("action", "note")).await;
        assert!(
            page.text().contains("then you see what would happen"),
            "{}",
            page.text()
        );
        let page = agent.press(page.form(bulk), "look").await;
        assert_eq!(page.error("text"), "Write something.");
        let page = agent
            .press(page.form(bulk).set("text", "Soon."), "look")
            .await;
        assert!(
            page.one(".page-head p").starts_with("1 port would change."),
            "{}",
            page.text()
        );

        // What was looked at and not changed is done at once.
        let page = agent.open("/desk/submit?tick=all").await;
        let look = agent.send(ticked(&page).set("action", "submit")).await;
        let page = agent.press(look.form(bulk), "run").await;
        assert!(
            page.one(".page-head p").starts_with("Done for 1 port."),
            "{}",
            page.text()
        );
    })
    .await;
}

/// The desk finds a port wherever it stands; others find nothing here.
#[tokio::test]
async fn the_desks_new_rooms_are_the_desks() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let id = to_check(&desk, &mut dana, 10).await;
        let own = dana.open("/settings").await.form("/settings");
        for path in [
            "/desk/mine".to_owned(),
            "/desk/windows".to_owned(),
            "/desk?q=404".to_owned(),
            format!("/desk/ports/{id}/take"),
        ] {
            assert_eq!(dana.open(&path).await.status, 404, "{path}");
        }
        for path in [
            "/desk/bulk".to_owned(),
            format!("/desk/ports/{id}/claim"),
            format!("/desk/ports/{id}/release"),
            format!("/desk/ports/{id}/assign"),
            format!("/desk/ports/{id}/ask-carrier"),
        ] {
            let mut form = own.clone();
            form.action = path.clone();
            let page = dana
                .send(form.add("port", &id).add("action", "claim"))
                .await;
            assert_eq!(page.status, 404, "{path}");
        }
        let mut agent = desk.agent().await;
        assert_eq!(agent.open("/desk/nonsense").await.status, 404);
        let page = agent.open("/desk?q=5550110").await;
        assert_eq!(page.all("tr[data-row]").len(), 1);
        let page = agent.open("/desk?q=harbor+dental+group").await;
        assert_eq!(page.all("tr[data-row]").len(), 1);
        let page = agent.open("/desk?q=nobody").await;
        assert!(page.text().contains("Nothing found"));
        for queue in [
            "all",
            "documents",
            "submit",
            "rejected",
            "dates",
            "windows",
            "silent",
            "words",
            "customers",
            "tests",
            "mine",
        ] {
            assert_eq!(
                agent.open(&format!("/desk/{queue}")).await.status,
                200,
                "{queue}"
            );
        }
        assert_eq!(
            agent.open("/desk/papers").await.path,
            "/desk/documents",
            "as it was called before"
        );
    })
    .await;
}

/// The keys are listed, and can be switched off (WCAG 2.2, 2.1.4); customers do not load them.
#[tokio::test]
async fn the_keys_are_said_and_can_be_switched_off() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let id = to_check(&desk, &mut dana, 10).await;
        let mut agent = desk.agent().await;
        for path in ["/desk/documents".to_owned(), format!("/desk/ports/{id}")] {
            let page = agent.open(&path).await;
            let keys = page.one("dialog");
            assert!(
                keys.contains("this list") && keys.contains("Use these keys"),
                "{keys}"
            );
            let scripts = page.attr("script", "src");
            assert!(
                scripts.iter().any(|src| src.ends_with("/desk.js")),
                "{scripts:?}"
            );
        }
        let page = agent.open(&format!("/desk/ports/{id}")).await;
        assert_eq!(page.all("[data-key=a]").len(), 1);
        assert_eq!(page.all("summary[data-key=r]").len(), 1);
        let scripts = dana.open("/numbers/ports").await.attr("script", "src");
        assert!(scripts.iter().all(|src| !src.ends_with("/desk.js")));
    })
    .await;
}

/// What a draft still lacks is one thing to know, with a way to each field, and it has no table without rows.
#[tokio::test]
async fn what_a_draft_lacks_is_said_once() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let new = "/numbers/ports/new";
        let form = dana.open(new).await.form(new);
        let form = form.set("carrier", "Copper Valley Telephone");
        let page = dana.press(form, "save").await;
        let id = page.path.trim_end_matches("/edit").rsplit('/').next();
        let id = id.expect("an id").to_owned();
        let mine = dana.open(&format!("/numbers/ports/{id}")).await;
        assert!(
            mine.one("section[aria-labelledby=numbers]")
                .contains("No numbers yet.")
        );
        assert!(
            mine.all("section[aria-labelledby=numbers] table")
                .is_empty()
        );

        let mut agent = desk.agent().await;
        let page = agent.open(&format!("/desk/ports/{id}")).await;
        let said = page.all(".says-stop");
        assert_eq!(said.len(), 2, "the form and the letter: {said:?}");
        assert!(
            said[0].starts_with("The form is not complete."),
            "{}",
            said[0]
        );
        let ways = page.attr(".says-stop li a", "href");
        assert!(
            said[0].contains(&format!("{} things are missing", ways.len())),
            "{}",
            said[0]
        );
        assert!(ways.len() > 5, "{ways:?}");
        assert!(
            ways.iter()
                .all(|way| way.starts_with(&format!("/numbers/ports/{id}/edit#"))),
            "{ways:?}"
        );
        assert!(!page.text().contains("Fill it in."), "{}", page.text());
        assert!(page.text().contains("No numbers yet."));
    })
    .await;
}
