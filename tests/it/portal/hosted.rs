//! Hosted numbers, as people meet them without scripts: R9, R11 to R13.

use portolan::app::ports;
use portolan::args;
use portolan::domain::port::Role;
use portolan::ids::PortId;

use super::refused;
use crate::support::browser::Desk;
use crate::support::database::on_both;

const LIST: &str = "/numbers/hosted";

/// R12: somebody asks, the desk turns texts on, and calls stay where they are.
#[tokio::test]
async fn r12_a_hosted_number_texts_here_and_its_calls_are_refused_in_words() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let page = dana.open("/start?for=texts").await;
        assert!(
            page.attr("a", "href")
                .contains(&"/numbers/hosted#ask".to_owned()),
            "{}",
            page.text()
        );
        let page = dana.open(LIST).await;
        assert!(page.text().contains("No hosted numbers yet"));
        assert!(page.text().contains("keeps ringing where it rings today"));

        // What was typed stays; what is wrong stands beside it.
        let page = dana
            .send(page.form(LIST).set("number", "+44 20 7183 8750"))
            .await;
        refused(&page);
        assert!(
            page.error("number")
                .contains("not a number of the US or Canada")
        );
        assert!(
            page.error("voice_provider")
                .contains("Say who provides the calls")
        );
        assert_eq!(page.form(LIST).value("number"), "+44 20 7183 8750");

        // The number does not tell that it is a mobile's; its owner does.
        let form = page
            .form(LIST)
            .set("number", "(404) 555-0123")
            .choose("kind", "mobile")
            .set("voice_provider", "TalkJet Mobile");
        let page = dana.send(form).await;
        refused(&page);
        assert!(
            page.error("kind").contains("is a mobile number"),
            "{}",
            page.text()
        );
        assert_eq!(page.form(LIST).value("kind"), "mobile");

        let form = page
            .form(LIST)
            .set("number", "(800) 555-0123")
            .choose("kind", "toll_free")
            .set("voice_provider", "Copper Valley <Telephone>")
            .set("description", "Orders");
        let page = dana.send(form.clone()).await;
        let here = page.path.clone();
        assert!(here.starts_with("/numbers/hosted/hosted_"), "{here}");
        assert!(page.text().contains("We have your request."));
        assert!(
            page.text()
                .contains("Calls stay with Copper Valley <Telephone>.")
        );
        let page = dana.send(form).await;
        refused(&page);
        assert!(page.error("number").contains("was asked for already"));

        // R12, without scripts: a form, a refusal in words beside what was typed, and the way out.
        let route = format!("{here}/voice-route");
        let page = dana.open(&here).await;
        let page = dana
            .send(page.form(&route).set("receiving", "+14045550100"))
            .await;
        assert_eq!(page.status, 409);
        let error = page.error("receiving");
        assert!(
            error.contains("stay with Copper Valley <Telephone>"),
            "{error}"
        );
        assert!(
            error.contains("Port the number to route its calls here."),
            "{error}"
        );
        assert_eq!(page.form(&route).value("receiving"), "+14045550100");
        assert!(
            page.attr("main a", "href")
                .contains(&"/numbers/ports/new".to_owned())
        );

        // The desk sees that somebody waits, and turns it on.
        let mut agent = desk.agent().await;
        let page = agent.open("/desk").await;
        assert!(
            page.one(".rail .menu a[href='/numbers/hosted'] .count")
                .starts_with('1')
        );
        let page = agent.open(LIST).await;
        assert!(page.text().contains("Harbor Dental"), "{}", page.text());
        let page = agent.send(page.form(&format!("{here}/enable"))).await;
        assert!(page.text().contains("texts are on"), "{}", page.text());
        assert!(
            page.all(".rail .menu a[href='/numbers/hosted'] .count")
                .is_empty()
        );
        let page = dana.open(LIST).await;
        assert_eq!(page.one("td[data-label=Texts] .stat"), "On");
        assert_eq!(
            page.one("td[data-label=Calls]"),
            "Stay with Copper Valley <Telephone>"
        );

        // Still refused, now that texts are on; also for the desk.
        for browser in [&mut dana, &mut agent] {
            let page = browser.open(&here).await;
            let page = browser.send(page.form(&route)).await;
            assert_eq!(page.status, 409);
            assert!(page.error("receiving").contains("stay with"));
        }

        // The desk ends it and says why; the customer asks again with what was known.
        let page = agent.open(&here).await;
        let end = format!("{here}/end");
        let page = agent.send(page.form(&end)).await;
        refused(&page);
        assert!(page.error("reason").contains("Say why"));
        let page = agent
            .send(page.form(&end).set("reason", "The account was closed."))
            .await;
        assert!(page.text().contains("are ended"), "{}", page.text());
        let page = dana.open(&here).await;
        assert!(page.text().contains("The account was closed."));
        let again = page.attr("main a", "href");
        let again = again
            .iter()
            .find(|href| href.contains("?again="))
            .expect("a way");
        let page = dana.open(again.split('#').next().expect("something")).await;
        assert_eq!(page.form(LIST).value("number"), "+1 800 555 0123");
        assert_eq!(
            page.form(LIST).value("voice_provider"),
            "Copper Valley <Telephone>"
        );
    })
    .await;
}

#[tokio::test]
async fn the_desk_hosts_for_an_account_that_it_names_and_readers_only_look() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut agent = desk.agent().await;
        let page = agent.open(LIST).await;
        let form = page
            .form(LIST)
            .set("number", "+14045550123")
            .set("voice_provider", "Copper Valley Telephone");
        let page = agent.send(form).await;
        refused(&page);
        assert!(
            page.text().contains("Say which account."),
            "{}",
            page.text()
        );
        let id = account.id.to_string();
        let page = agent.send(page.form(LIST).choose("account", &id)).await;
        let here = page.path.clone();
        // A US local number waits for its campaign, and the desk is told where that is approved.
        assert!(
            page.text().contains("Waits for A2P 10DLC"),
            "{}",
            page.text()
        );
        let page = agent
            .send(
                page.form(&format!("{here}/refuse"))
                    .set("reason", "It texts elsewhere."),
            )
            .await;
        assert!(page.text().contains("Refused"), "{}", page.text());
        assert!(page.text().contains("It texts elsewhere."));

        desk.person(Some(&account), Role::ReadOnly, "rita@harbor.example")
            .await;
        let mut rita = desk.signed_in("rita@harbor.example").await;
        for path in [LIST, here.as_str()] {
            let page = rita.open(path).await;
            assert_eq!(page.status, 200);
            let all = page.all("main form[method=post] button");
            let greyed = page.all("main form[method=post] fieldset[disabled] button");
            assert!(!all.is_empty());
            assert_eq!(all, greyed, "{path}");
        }
        let other = desk.account("Quarry Lawn").await;
        let mut eve = desk.submitter(&other, "eve@quarry.example").await;
        assert_eq!(eve.open(&here).await.status, 404);
        assert!(
            eve.open(LIST)
                .await
                .text()
                .contains("No hosted numbers yet")
        );
    })
    .await;
}

/// An open page is out of date: what it offers does not go any more, and the page says so.
#[tokio::test]
async fn what_was_decided_meanwhile_is_said_on_the_page() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let page = dana.open(LIST).await;
        let form = page
            .form(LIST)
            .set("number", "+18005550123")
            .set("voice_provider", "Copper Valley Telephone");
        let page = dana.send(form).await;
        let here = page.path.clone();
        let withdraw = page.form(&format!("{here}/withdraw"));
        let mut agent = desk.agent().await;
        let page = agent.open(&here).await;
        agent.send(page.form(&format!("{here}/enable"))).await;
        let page = dana.send(withdraw).await;
        assert_eq!(page.status, 409);
        assert!(
            page.one("[role=alert]").contains("are on already"),
            "{}",
            page.text()
        );
    })
    .await;
}

/// What ports say of a number stands on its page: for the desk also those of other accounts. Whatever it is, there is a
/// way on.
#[tokio::test]
async fn a_hosted_number_that_a_port_has_is_never_a_dead_end() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let harbor = desk.account("Harbor Dental").await;
        let quarry = desk.account("Quarry Lawn").await;
        let mut dana = desk.submitter(&harbor, "dana@harbor.example").await;
        let mut eve = desk.submitter(&quarry, "eve@quarry.example").await;
        let mut agent = desk.agent().await;
        let port = super::filed(&mut dana).await;
        let stored = ports::get(&desk.app, port_id(&port)).await.expect("read");
        let number = stored.expect("there").request.numbers[0].number.to_string();

        let page = eve.open(LIST).await;
        let form = page
            .form(LIST)
            .set("number", &number)
            .set("voice_provider", "Copper Valley Telephone");
        let here = eve.send(form).await.path;
        let page = eve.open(&here).await;
        assert!(!page.text().contains("Harbor"), "{}", page.text());
        let page = agent.open(&here).await;
        assert!(
            page.text().contains("A port request of Harbor Dental has it."),
            "{}",
            page.text()
        );
        assert!(page.attr("main a", "href").contains(&port));
        let page = agent.open(LIST).await;
        assert!(
            page.text().contains("A port request of Harbor Dental has it"),
            "{}",
            page.text()
        );

        let mut tx = test.db.write().await.expect("begins");
        tx.execute(
            "UPDATE port_numbers SET voice = 'ported', is_open = FALSE",
            args![],
        )
        .await
        .expect("ports it");
        tx.commit().await.expect("commits");
        let page = agent.open(&here).await;
        assert!(
            page.text().contains("It was ported here for Harbor Dental."),
            "{}",
            page.text()
        );
        let actions = page.attr("main form", "action");
        assert!(!actions.contains(&format!("{here}/enable")), "{actions:?}");
        let refuse = page.form(&format!("{here}/refuse"));
        agent.send(refuse.set("reason", "It is not yours.")).await;

        // One of the port's own account that was asked for in the moment in which it was ported.
        let mut tx = test.db.write().await.expect("begins");
        tx.execute(
            "UPDATE hosted_numbers SET account_id = $1, state = 'requested', is_live = TRUE, asked_by_name = 'Dana',
                asked_by = (SELECT MIN(id) FROM users)",
            args![harbor.id],
        )
        .await
        .expect("asked for");
        tx.commit().await.expect("commits");
        let page = dana.open(&here).await;
        assert!(
            page.text().contains("Ported here meanwhile."),
            "{}",
            page.text()
        );
        let page = agent.open(&here).await;
        let actions = page.attr("main form", "action");
        assert!(!actions.contains(&format!("{here}/enable")), "{actions:?}");
        assert!(actions.contains(&format!("{here}/refuse")), "{actions:?}");
        let page = dana.open(&here).await;
        let page = dana.send(page.form(&format!("{here}/withdraw"))).await;
        assert!(page.text().contains("withdrawn"), "{}", page.text());
        assert!(
            page.text().contains("Its texts come with its port."),
            "{}",
            page.text()
        );
    })
    .await;
}

fn port_id(path: &str) -> PortId {
    let id = path.rsplit('/').next().expect("an id");
    id.parse().expect("an id")
}
