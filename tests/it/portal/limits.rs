//! A text that is too long is refused beside its field, and stays there as it was typed: no page cuts anything off.

use portolan::app::ports;
use portolan::domain::port::{
    QUESTION_CHARACTERS_MAX, REASON_CHARACTERS_MAX, REMARK_CHARACTERS_MAX,
};
use portolan::ids::PortId;
use pretty_assertions::assert_eq;

use super::repair::{ported, submitted};
use super::*;
use crate::support::browser::Desk;
use crate::support::database::on_both;

/// Sends a form with a text of one character too many, and gives the page that says so.
async fn too_long(
    by: &mut Browser<'_>,
    form: Form,
    (field, control): (&str, &str),
    most: usize,
    press: &str,
) -> Page {
    let long = "é".repeat(most + 1);
    let action = form.action.clone();
    let form = form.set(field, &long);
    let page = if press.is_empty() {
        by.send(form).await
    } else {
        by.press(form, press).await
    };
    refused(&page);
    let error = page.error(control);
    let most = portolan::domain::port::words::count(most);
    let says = format!("Shorten it to {most}");
    assert!(error.contains(&says), "{action}: {error}");
    assert_eq!(page.form(&action).value(field), long, "{action}");
    page
}

async fn request(desk: &Desk, id: PortId) -> portolan::domain::port::PortRequest {
    let stored = ports::get(&desk.app, id).await.expect("read");
    stored.expect("there").request
}

#[tokio::test]
async fn what_a_signer_types_is_not_cut() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut maria = desk.browser();
        let port = filed(&mut dana).await;
        let letter = format!("{port}/letter");
        let page = dana.open(&letter).await;
        dana.send(page.form(&format!("{letter}/send"))).await;
        desk.run_jobs().await;
        let link = desk.link("sign").await;
        for (field, most) in [("name", 120), ("role", 60)] {
            let page = maria.open(&link).await;
            let form = page.form(&link).add("consent", "yes").set("name", "María");
            too_long(&mut maria, form, (field, field), most, "").await;
        }
        let page = maria.open(&link).await;
        let form = page.form(&format!("{link}/decline"));
        let most = REASON_CHARACTERS_MAX;
        let page = too_long(&mut maria, form, ("reason", "reason"), most, "").await;
        let form = page.form(&format!("{link}/decline"));
        // The end of a line is one character.
        let line = "é".repeat(most - 2);
        let all = format!("{line}\r\né");
        maria.send(form.set("reason", &all)).await;
        let page = dana.open(&port).await;
        assert!(page.html().contains(&line), "all of it is stored");
    })
    .await;
}

#[tokio::test]
async fn what_customers_and_the_desk_type_is_not_cut() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let (mut maria, mut agent) = (desk.browser(), desk.agent().await);
        let port = filed(&mut dana).await;

        let here = format!("{port}/cancel");
        let form = dana.open(&here).await.form(&here);
        let most = REASON_CHARACTERS_MAX;
        too_long(&mut dana, form, ("reason", "reason"), most, "").await;

        let id = port.rsplit('/').next().expect("an id");
        let id: PortId = id.parse().expect("an id");
        let number = request(&desk, id).await.numbers[0].clone();
        let here = format!("{port}/numbers/{}", number.id);
        for (field, most) in [("source", 100), ("description", 200)] {
            let form = dana.open(&here).await.form(&here);
            too_long(&mut dana, form, (field, field), most, "").await;
        }

        submitted(&desk, &mut dana, &mut maria, &mut agent, &port).await;
        let review = port.replace("/numbers/", "/desk/");
        let form = agent.open(&review).await;
        let form = form.form(&format!("{review}/ask-carrier"));
        let most = QUESTION_CHARACTERS_MAX;
        too_long(&mut agent, form, ("question", "question"), most, "").await;
        let form = agent.open(&review).await;
        let form = form.form(&format!("{review}/give-up"));
        let ticked = number.number.to_string();
        let form = form.add("number", &ticked);
        let most = REASON_CHARACTERS_MAX;
        let page = too_long(&mut agent, form, ("reason", "reason"), most, "").await;
        let form = page.form(&format!("{review}/give-up"));
        assert_eq!(form.values("number"), [ticked.as_str()]);

        ported(&desk, id).await;
        let here = format!("{port}/test");
        let form = dana.open(&here).await.form(&here);
        let control = format!("{}-remark", number.id);
        let most = REMARK_CHARACTERS_MAX;
        too_long(&mut dana, form, ("remark", &control), most, "call_bad").await;
        assert_eq!(request(&desk, id).await.numbers[0].voice_test, None);
    })
    .await;
}
