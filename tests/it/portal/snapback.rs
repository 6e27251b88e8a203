//! Undoing a port: the desk asks the providers, and writes down what came of it.

use pretty_assertions::assert_eq;

use super::repair::{ported, submitted};
use super::*;
use crate::support::browser::Desk;
use crate::support::database::on_both;

#[tokio::test]
async fn the_desk_has_a_port_undone_or_hears_that_it_is_not() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let (mut maria, mut agent) = (desk.browser(), desk.agent().await);
        let port = filed(&mut dana).await;
        let id = submitted(&desk, &mut dana, &mut maria, &mut agent, &port).await;
        let review = port.replace("/numbers/", "/desk/");
        let (ask, over) = (
            format!("{review}/snapback"),
            format!("{review}/snapback/over"),
        );
        let page = agent.open(&review).await;
        assert!(
            !page.attr("form", "action").contains(&ask),
            "nothing has moved yet"
        );
        ported(&desk, id).await;

        // What is wrong stands beside its field, and nothing typed is lost.
        let form = agent.open(&review).await.form(&ask);
        let page = agent.send(form).await;
        refused(&page);
        assert!(page.error("reason").contains("Say why"));
        let form = page
            .form(&ask)
            .set("reason", "Moved by mistake.")
            .set("until", "2020-01-01");
        let page = agent.send(form).await;
        refused(&page);
        assert!(page.error("until").contains("still to come"));
        let form = page.form(&ask);
        assert_eq!(form.value("reason"), "Moved by mistake.");

        // Asked, refused: as before. Asked again, and undone.
        let tomorrow = agent.open(&review).await.form(&ask);
        let tomorrow = tomorrow.value("until").to_owned();
        agent.send(form.set("until", &tomorrow)).await;
        let page = dana.open(&port).await;
        assert!(
            page.text().contains("have been asked to undo the port"),
            "{}",
            page.text()
        );
        let refuse = |page: &Page| page.form_with(&format!("details form[action='{over}']"));
        let page = agent.open(&review).await;
        let page = agent.send(refuse(&page)).await;
        refused(&page);
        let page = agent.send(refuse(&page).set("reason", "Too late.")).await;
        assert!(page.text().contains("Undo the port"), "{}", page.text());
        let page = dana.open(&port).await;
        assert!(page.text().contains("Voice has moved."), "{}", page.text());
        let form = agent.open(&review).await.form(&ask);
        agent.send(form.set("reason", "Moved by mistake.")).await;
        let page = agent.open(&review).await;
        agent.send(page.form(&over)).await;
        let page = dana.open(&port).await;
        assert!(
            page.text().contains("went back to the losing provider"),
            "{}",
            page.text()
        );
        desk.run_jobs().await;
        let told = desk.mails().await;
        for said in [
            "asked to undo the port: Moved by mistake",
            "do not undo the port: Too late",
        ] {
            assert!(
                told.iter()
                    .any(|mail| mail.body_text.replace('\n', " ").contains(said)),
                "{said}"
            );
        }
    })
    .await;
}
