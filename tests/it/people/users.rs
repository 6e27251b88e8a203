//! Invitations, forgotten passwords, roles, switching off; one's own address, sessions and mails.

use jiff::SignedDuration;
use portolan::app::{AppError, Caller, people, users};
use portolan::domain::port::Role;

use super::{api, key_of, last_mail, mailed_link, port_of, post, sign_in};
use crate::support::browser::{Desk, PASSWORD};
use crate::support::database::{on_both, on_sqlite};

const NEW: &str = "a quite new password";

#[tokio::test]
async fn somebody_is_invited_chooses_a_password_and_signs_in() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut boss = desk
            .account_administrator(&account, "boss@harbor.example")
            .await;
        let users = "/settings/users";
        let form = boss.open(users).await.form(users);
        assert!(
            form.values("account").is_empty(),
            "there is but one account"
        );
        let bad = form
            .clone()
            .set("name", "Lee")
            .set("email", "lee at harbor");
        let page = boss.send(bad).await;
        assert_eq!(page.status, 422);
        let good = form
            .set("name", "Lee")
            .set("email", "Lee@Harbor.example")
            .set("role", "read_only");
        let page = boss.send(good.clone()).await;
        assert!(
            page.text().contains("on its way to lee@harbor.example"),
            "{}",
            page.text()
        );
        assert!(page.text().contains("Invited"));
        let page = boss.send(good).await;
        assert!(page.error("email").contains("already"), "{}", page.text());

        let (kind, text) = last_mail(&desk, "lee@harbor.example")
            .await
            .expect("a mail");
        assert_eq!(kind, "invitation");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("Your role in Harbor Dental is Read-only user."),
            "{text}"
        );
        // Who reads it elsewhere learns by which clock the link ends.
        assert!(
            text.contains(" am CST.") || text.contains(" pm CST."),
            "{text}"
        );
        let link = mailed_link(&desk, "lee@harbor.example").await;
        let mut lee = desk.browser();
        assert_eq!(
            sign_in(&mut lee, "lee@harbor.example", "").await,
            "/sign-in"
        );
        let page = lee.open(&link).await;
        assert!(page.text().contains("Welcome, Lee"), "{}", page.text());
        let page = lee
            .send(page.form(&link).set("new_password", "short"))
            .await;
        assert_eq!(page.status, 422);
        let page = lee.send(page.form(&link).set("new_password", NEW)).await;
        assert_eq!(page.path, "/sign-in");
        assert!(page.text().contains("Your password is set."));
        // It worked once.
        let page = lee.open(&link).await;
        assert_eq!(page.status, 410);
        assert!(page.text().contains("already been used"), "{}", page.text());
        assert_eq!(
            sign_in(&mut lee, "lee@harbor.example", NEW).await,
            "/numbers/ports"
        );
        let page = boss.open(users).await;
        assert!(page.text().contains("Active"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn each_way_in_which_a_link_does_not_work_has_its_page() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut boss = desk
            .account_administrator(&account, "boss@harbor.example")
            .await;
        let users = "/settings/users";
        let form = boss.open(users).await.form(users);
        boss.send(form.set("name", "Lee").set("email", "lee@harbor.example"))
            .await;
        let first = mailed_link(&desk, "lee@harbor.example").await;
        let lee = people::find_user(&desk.app, "lee@harbor.example")
            .await
            .expect("invited")
            .id;
        let page = boss.open(&format!("{users}/{lee}")).await;
        boss.send(page.form(&format!("{users}/{lee}/invite"))).await;
        let second = mailed_link(&desk, "lee@harbor.example").await;
        let mut stranger = desk.browser();
        for (link, status, says) in [
            (first.as_str(), 410, "There is a newer link"),
            ("/welcome/nothing", 404, "not complete"),
            (second.as_str(), 200, "Welcome, Lee"),
        ] {
            let page = stranger.open(link).await;
            assert_eq!(page.status, status, "{link}");
            assert!(page.text().contains(says), "{}", page.text());
        }
        desk.clock.advance(SignedDuration::from_hours(24 * 7));
        let page = stranger.open(&second).await;
        assert_eq!(page.status, 410);
        assert!(
            page.text().contains("This link has expired"),
            "{}",
            page.text()
        );
        // Whoever is switched off cannot come in by an older mail.
        let mut boss = desk.signed_in("boss@harbor.example").await;
        let page = boss.open(&format!("{users}/{lee}")).await;
        boss.send(page.form(&format!("{users}/{lee}/invite"))).await;
        let third = mailed_link(&desk, "lee@harbor.example").await;
        assert_eq!(
            post(&mut boss, &format!("{users}/{lee}/off"), &[]).await,
            303
        );
        assert_eq!(stranger.open(&third).await.status, 410);
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_password_is_answered_alike_for_everybody() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut open = desk.submitter(&account, "dana@harbor.example").await;
        let mut stranger = desk.browser();
        let mut answers = Vec::new();
        for email in ["dana@harbor.example", "nobody@harbor.example"] {
            let form = stranger.open("/forgot").await.form("/forgot");
            let page = stranger.send(form.set("email", email)).await;
            answers.push((page.status, page.text()));
        }
        assert_eq!(answers[0], answers[1]);
        assert!(
            answers[0]
                .1
                .contains("If there is such an account, a mail is on its way.")
        );
        assert!(last_mail(&desk, "nobody@harbor.example").await.is_none());
        let link = mailed_link(&desk, "dana@harbor.example").await;
        // Another one at once is not mailed: nobody's mailbox is filled by others.
        let form = stranger.open("/forgot").await.form("/forgot");
        stranger
            .send(form.set("email", "dana@harbor.example"))
            .await;
        assert_eq!(mailed_link(&desk, "dana@harbor.example").await, link);
        let page = stranger.open(&link).await;
        stranger
            .send(page.form(&link).set("new_password", NEW))
            .await;
        assert_eq!(
            open.open("/settings").await.path,
            "/sign-in",
            "all sessions ended"
        );
        let mut dana = desk.browser();
        assert_eq!(
            sign_in(&mut dana, "dana@harbor.example", PASSWORD).await,
            "/sign-in"
        );
        assert_ne!(
            sign_in(&mut dana, "dana@harbor.example", NEW).await,
            "/sign-in"
        );
    })
    .await;
}

#[tokio::test]
async fn trying_links_and_addresses_is_slowed_down() {
    on_sqlite(|test| async move {
        let desk = Desk::with(&test, "[signin]\nattempts_per_minute = 3\n").await;
        let mut stranger = desk.browser();
        let mut last = 0;
        for _ in 0..5 {
            last = stranger.open("/welcome/guess").await.status.as_u16();
        }
        assert_eq!(last, 429);
        let form = stranger.open("/forgot").await.form("/forgot");
        let page = stranger.send(form.set("email", "a@b.example")).await;
        assert_eq!(page.status, 429);
    })
    .await;
}

#[tokio::test]
async fn roles_are_changed_and_people_switched_off_and_on() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let other = desk.account("Lakeshore").await;
        let mut boss = desk
            .account_administrator(&account, "boss@harbor.example")
            .await;
        let dana = desk
            .person(Some(&account), Role::Submitter, "dana@harbor.example")
            .await
            .id;
        let foreign = desk
            .person(Some(&other), Role::Submitter, "lee@lake.example")
            .await
            .id;
        let agent = desk.person(None, Role::Desk, "agent@desk.example").await.id;
        let at = |id: &portolan::ids::UserId, what: &str| format!("/settings/users/{id}/{what}");
        assert_eq!(
            post(&mut boss, &at(&dana, "role"), &[("role", "read_only")]).await,
            303
        );
        let key = key_of(&desk, "dana@harbor.example").await;
        let (_, me) = api(&desk, &key, "GET", "/v1/me", "").await;
        assert_eq!(me["role"], "read_only");
        // Nobody makes desk agents of their people, and nobody else's people are there.
        assert_eq!(
            post(&mut boss, &at(&dana, "role"), &[("role", "desk")]).await,
            403
        );
        for id in [&foreign, &agent] {
            assert_eq!(
                post(&mut boss, &at(id, "role"), &[("role", "read_only")]).await,
                404
            );
            assert_eq!(post(&mut boss, &at(id, "off"), &[]).await, 404);
        }
        let mut open = desk.signed_in("dana@harbor.example").await;
        assert_eq!(post(&mut boss, &at(&dana, "off"), &[]).await, 303);
        assert_eq!(open.open("/").await.path, "/sign-in");
        assert_eq!(api(&desk, &key, "GET", "/v1/me", "").await.0, 401);
        assert_eq!(post(&mut boss, &at(&dana, "on"), &[]).await, 303);
        assert_eq!(api(&desk, &key, "GET", "/v1/me", "").await.0, 200);
        let own = people::find_user(&desk.app, "boss@harbor.example")
            .await
            .expect("there")
            .id;
        assert_eq!(post(&mut boss, &at(&own, "off"), &[]).await, 403);
        assert_eq!(
            post(&mut boss, &at(&own, "role"), &[("role", "submitter")]).await,
            403
        );
        // The last sign-in is shown.
        let page = boss.open("/settings/users").await;
        assert!(page.text().contains("Last sign-in"));
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_of_the_desk_stays() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let one = desk
            .person(None, Role::Administrator, "one@desk.example")
            .await;
        let two = desk
            .person(None, Role::Administrator, "two@desk.example")
            .await;
        // Both of them switch the other off in the same moment: one of the two is too late.
        users::disable_user(&desk.app, &Caller::of(&one), two.id)
            .await
            .expect("two are there");
        for tried in [
            users::disable_user(&desk.app, &Caller::of(&two), one.id).await,
            users::set_role(&desk.app, &Caller::of(&two), one.id, Role::Desk).await,
        ] {
            let error = tried.expect_err("the last one");
            assert!(
                matches!(&error, AppError::Forbidden(says) if says.contains("last administrator")),
                "{error}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_address_counts_when_its_mail_was_answered() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let email = "/settings/email";
        let form = dana.open("/settings").await.form(email);
        let wrong = form
            .clone()
            .set("email", "new@harbor.example")
            .set("password", "something else");
        let page = dana.send(wrong).await;
        assert_eq!(page.error("password"), "That is not your password.");
        let right = form
            .set("email", "new@harbor.example")
            .set("password", PASSWORD);
        let page = dana.send(right).await;
        assert!(
            page.text().contains("Nothing changes until you use it."),
            "{}",
            page.text()
        );
        let link = mailed_link(&desk, "new@harbor.example").await;
        let mut elsewhere = desk.browser();
        let page = elsewhere.open(&link).await;
        assert!(page.text().contains("instead of dana@harbor.example"));
        let page = elsewhere.send(page.form(&link)).await;
        assert!(
            page.text()
                .contains("From now on you sign in with new@harbor.example.")
        );
        let (kind, _) = last_mail(&desk, "dana@harbor.example")
            .await
            .expect("the old address is told");
        assert_eq!(kind, "address_changed");
        assert_eq!(elsewhere.open(&link).await.status, 410);
        assert_ne!(
            sign_in(&mut elsewhere, "new@harbor.example", PASSWORD).await,
            "/sign-in"
        );
    })
    .await;
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_one_of_them() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut here = desk.submitter(&account, "dana@harbor.example").await;
        let mut there = desk.signed_in("dana@harbor.example").await;
        let mut third = desk.signed_in("dana@harbor.example").await;
        let page = here.open("/settings").await;
        assert!(page.text().contains("This one"));
        let ends: Vec<String> = page
            .attr("form", "action")
            .into_iter()
            .filter(|to| to.starts_with("/settings/sessions/") && to != "/settings/sessions/end")
            .collect();
        assert_eq!(ends.len(), 2);
        let page = here.send(page.form(&ends[0])).await;
        assert!(page.text().contains("Signed out there."), "{}", page.text());
        let mut open = 0;
        for browser in [&mut there, &mut third] {
            open += u32::from(browser.open("/settings").await.path == "/settings");
        }
        assert_eq!(open, 1);
        assert_eq!(here.open("/settings").await.path, "/settings");
    })
    .await;
}

#[tokio::test]
async fn times_are_shown_in_the_zone_that_the_reader_chose() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let key = key_of(&desk, "dana@harbor.example").await;
        let port = port_of(&desk, &key, &account, "+14045550123").await;
        let form = dana.open("/settings").await.form("/settings");
        let page = dana.send(form.set("time_zone", "Pacific/Honolulu")).await;
        assert!(page.text().contains("Saved."));
        // 5 pm UTC: 7 am in Honolulu; the number belongs to Georgia, where it is noon.
        let page = dana.open(&format!("/numbers/ports/{port}")).await;
        let times = page.all("time").join(" ");
        assert!(times.contains("7:00 am"), "{times}");
        let hovers = page.attr("time", "title").join(" ");
        assert!(hovers.contains("12:00 pm Eastern Time"), "{hovers}");
        let form = dana.open("/settings").await.form("/settings");
        let page = dana.send(form.set("time_zone", "")).await;
        assert_eq!(page.status, 200);
    })
    .await;
}

/// R126: a colleague's note is mailed to the submitter, and to the desk. Once the submitter is switched off, an administrator
/// of the account gets what was for them, except for what they do themselves; and without one, the desk.
#[tokio::test]
async fn what_is_for_somebody_who_left_goes_to_their_administrator() {
    on_both(|test| async move {
        let desk = Desk::with(&test, crate::notes::WITH_REPLIES).await;
        let account = desk.account("Harbor Dental").await;
        desk.submitter(&account, "dana@harbor.example").await;
        let key = key_of(&desk, "dana@harbor.example").await;
        let port = port_of(&desk, &key, &account, "+14045550123").await;
        let mut agent = desk.agent().await;
        let mut lee = desk.submitter(&account, "lee@harbor.example").await;
        let mut ana = desk
            .account_administrator(&account, "ana@harbor.example")
            .await;
        let path = format!("/numbers/ports/{port}/notes");
        let told = async |by: &mut crate::support::browser::Browser<'_>, text: &str| {
            desk.clock.advance(SignedDuration::from_secs(2));
            let before = desk.mails().await.len();
            assert_eq!(post(by, &path, &[("text", text)]).await, 303);
            let mut to: Vec<String> = desk
                .mails()
                .await
                .split_off(before)
                .into_iter()
                .map(|mail| mail.to_address)
                .collect();
            to.sort();
            to
        };
        let support = desk.app.operator().support.email.clone();
        assert_eq!(
            told(&mut lee, "From a colleague").await,
            ["dana@harbor.example".to_owned(), support.clone()]
        );
        assert_eq!(
            told(&mut agent, "From the desk").await,
            ["dana@harbor.example"]
        );

        let admin = desk
            .person(None, Role::Administrator, "ines@desk.example")
            .await;
        let dana = desk.user("dana@harbor.example").await;
        users::disable_user(&desk.app, &Caller::of(&admin), dana.id)
            .await
            .expect("switched off");
        assert_eq!(
            told(&mut agent, "Anybody there?").await,
            ["ana@harbor.example"]
        );
        // The answer to that mail is a note of hers.
        let mail = desk.mails().await.pop().expect("a mail");
        let page = agent.open(&format!("/mailbox/{}", mail.id)).await;
        let reply = page.form(&format!("/mailbox/{}/reply", mail.id));
        let page = agent.send(reply.set("text", "I am.")).await;
        assert!(
            page.path.starts_with(&path),
            "{}: {}",
            page.path,
            page.text()
        );
        assert_eq!(
            told(&mut ana, "My own").await,
            std::slice::from_ref(&support)
        );

        let ana = desk.user("ana@harbor.example").await;
        users::disable_user(&desk.app, &Caller::of(&admin), ana.id)
            .await
            .expect("switched off");
        assert_eq!(told(&mut agent, "Hello?").await, [support]);
    })
    .await;
}

/// R126, R131: all mails are on until their reader takes some away; what must be mailed always is.
#[tokio::test]
async fn one_does_without_some_mails_by_choice_or_by_one_click() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let key = key_of(&desk, "dana@harbor.example").await;
        let port = port_of(&desk, &key, &account, "+14045550123").await;
        let mut agent = desk.agent().await;
        let notes = format!("/numbers/ports/{port}/notes");
        let note = async |agent: &mut crate::support::browser::Browser<'_>, text: &str| {
            assert_eq!(post(agent, &notes, &[("text", text)]).await, 303);
        };
        let to_dana = async || {
            // The next mail is a newer one: ids of one millisecond have no order.
            desk.clock.advance(SignedDuration::from_millis(2));
            desk.mails()
                .await
                .into_iter()
                .filter(|mail| mail.to_address == "dana@harbor.example")
                .collect::<Vec<_>>()
        };
        note(&mut agent, "The first").await;
        let mails = to_dana().await;
        assert_eq!(mails.len(), 1);
        let text = &mails[0].body_text;
        let link = text.lines().last().expect("a line");
        let path = link
            .split_once("/unsubscribe/")
            .map(|(_, token)| format!("/unsubscribe/{token}"))
            .unwrap_or_else(|| panic!("no link at the end of {text}"));
        // A mail program's one click, which comes from anywhere and is not signed in.
        let click = axum::http::Request::builder()
            .method("POST")
            .uri(&path)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded");
        let page = desk
            .browser()
            .ask(click, axum::body::Body::from("List-Unsubscribe=One-Click"))
            .await;
        assert_eq!(page.status, 200);
        note(&mut agent, "The second").await;
        assert_eq!(to_dana().await.len(), 1);
        // The page says so, and the same link brings them back.
        let mut stranger = desk.browser();
        let page = stranger.open(&path).await;
        assert!(
            page.text().contains("You no longer get these mails"),
            "{}",
            page.text()
        );
        stranger.send(page.form(&path).add("mails", "on")).await;
        note(&mut agent, "The third").await;
        assert_eq!(to_dana().await.len(), 2);
        let last = path.chars().last().expect("a character");
        let broken = format!(
            "{}{}",
            &path[..path.len() - 4],
            if last == 'A' { "BBBB" } else { "AAAA" }
        );
        assert_eq!(stranger.open(&broken).await.status, 404);

        let choices = "/settings/notifications";
        let form = dana.open(choices).await.form(choices);
        let page = dana.send(form.without("notes")).await;
        assert!(page.text().contains("Saved."));
        note(&mut agent, "The fourth").await;
        assert_eq!(to_dana().await.len(), 2);
        // A cancellation is always mailed.
        let cancel = format!("/v1/ports/{port}/cancel");
        let desk_key = key_of(&desk, "agent@desk.example").await;
        let (status, _) = api(&desk, &desk_key, "POST", &cancel, r#"{"reason":"sold"}"#).await;
        assert_eq!(status, 200);
        let mails = to_dana().await;
        assert_eq!(mails.len(), 3);
        assert!(
            !mails[2].body_text.contains("/unsubscribe/"),
            "always mailed"
        );
    })
    .await;
}
