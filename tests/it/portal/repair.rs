//! A rejection that is mended in a way that makes the letter void.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use portolan::app::ports::{self, Extras, Scope};
use portolan::domain::carrier::{
    Activation, CarrierReason, CodeSystem, Messaging, NumberReading, OrderReading, OrderStatus,
};
use portolan::domain::port::{Actor, Event};
use portolan::ids::PortId;

use super::*;
use crate::support::browser::{Desk, picture};
use crate::support::database::on_both;

/// The owner signs by the newest link, and gives the page that they get.
pub(super) async fn signs(desk: &Desk, maria: &mut Browser<'_>) -> Page {
    desk.run_jobs().await;
    let link = desk.link("sign").await;
    let page = maria.open(&link).await;
    let form = page
        .form(&link)
        .add("consent", "yes")
        .set("name", "María José O'Kovács");
    maria.send(form).await
}

/// Files a request all the way to the carriers.
pub(super) async fn submitted(
    desk: &Desk,
    dana: &mut Browser<'_>,
    maria: &mut Browser<'_>,
    agent: &mut Browser<'_>,
    port: &str,
) -> PortId {
    let letter = format!("{port}/letter");
    let page = dana.open(&letter).await;
    dana.send(page.form(&format!("{letter}/send"))).await;
    assert_eq!(signs(desk, maria).await.one("h1"), "Signed");
    let proof = format!("{port}/proof");
    let page = dana.open(&proof).await;
    dana.send(page.form(&proof).file("file", "bill.png", &picture()))
        .await;
    let review = port.replace("/numbers/", "/desk/");
    let page = agent.open(&review).await;
    let accept = page
        .attr("form", "action")
        .into_iter()
        .find(|to| to.ends_with("/accept"))
        .expect("a verdict");
    let page = agent.send(page.form(&accept)).await;
    let page = agent.send(page.form(&format!("{review}/submit"))).await;
    assert!(page.text().contains("Submitted."), "{}", page.text());

    port.rsplit('/')
        .next()
        .and_then(|id| id.parse().ok())
        .expect("an id")
}

/// The losing provider rejects it for this reason.
async fn rejected(desk: &Desk, id: PortId, code: &str) {
    let reason = CarrierReason {
        system: CodeSystem::Telnyx,
        code: code.to_owned(),
        text: String::new(),
    };
    read(
        desk,
        id,
        OrderStatus::Exception,
        vec![reason],
        Activation::Pending,
    )
    .await;
}

/// Lets all numbers of a request move.
pub(super) async fn ported(desk: &Desk, id: PortId) {
    read(
        desk,
        id,
        OrderStatus::Ported,
        Vec::new(),
        Activation::Active,
    )
    .await;
}

/// The carrier's order is read: all numbers are on it.
async fn read(
    desk: &Desk,
    id: PortId,
    status: OrderStatus,
    reasons: Vec<CarrierReason>,
    activation: Activation,
) {
    let request = ports::get(&desk.app, id).await.expect("a port");
    let request = request.expect("it is there").request;
    let now = desk.clock.now();
    let reading = OrderReading {
        external_id: "order-1".to_owned(),
        customer_reference: None,
        support_key: None,
        raw_status: format!("{status:?}").to_lowercase(),
        status,
        reasons,
        requested_foc: None,
        confirmed_foc: None,
        requirements_met: Some(true),
        numbers: request
            .numbers
            .iter()
            .map(|one| NumberReading {
                number: one.number,
                activation: activation.clone(),
                messaging: Messaging::Pending,
            })
            .collect(),
        updated_at: Some(now),
    };
    let event = Event::ReadOrders {
        carrier: "telnyx".to_owned(),
        orders: vec![(desk.app.ids.next(now), reading)],
    };
    let by = Actor::carrier("telnyx");
    ports::handle(&desk.app, id, Scope::Any, &by, event, Extras::default())
        .await
        .expect("read");
}

/// R30: the new letter's signature sends the correction; nobody has to press a button. The owner gets the new letter and is
/// asked for nothing.
#[tokio::test]
async fn a_correction_goes_back_by_itself_when_the_new_letter_is_signed() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let (mut maria, mut agent) = (desk.browser(), desk.agent().await);
        let port = filed(&mut dana).await;
        let letter = format!("{port}/letter");
        let id = submitted(&desk, &mut dana, &mut maria, &mut agent, &port).await;
        rejected(&desk, id, "LOCATION_MISMATCH").await;

        // The newest mail is found by its time.
        desk.clock.advance(SignedDuration::from_mins(5));
        let answer = format!("{port}/answer");
        let page = dana.open(&answer).await;
        assert!(
            page.text()
                .contains("and the correction as soon as it is signed"),
            "{}",
            page.text()
        );
        let form = page.form(&answer).set("billing_street", "14 Harbor Street");
        let page = dana.send(form).await;
        let said = "We send the correction as soon as it is signed.";
        assert!(page.text().contains(said), "{}", page.text());
        assert!(dana.open(&letter).await.text().contains(said));
        assert_eq!(
            dana.open(&answer).await.path,
            letter,
            "there is nothing to press meanwhile"
        );

        let before = desk.mails().await.len();
        desk.clock.advance(SignedDuration::from_mins(5));
        assert_eq!(signs(&desk, &mut maria).await.one("h1"), "Signed");
        let page = dana.open(&port).await;
        assert!(
            page.text().contains("The carriers have the request."),
            "{}",
            page.text()
        );
        assert!(
            page.text()
                .contains("The corrected request goes back to the carriers.")
        );
        let mails = desk.mails().await.split_off(before);
        let kinds: BTreeSet<_> = mails
            .iter()
            .map(|mail| (mail.kind.as_str(), mail.reader.as_str()))
            .collect();
        assert_eq!(
            kinds,
            BTreeSet::from([
                ("upload_bill", "owner"),
                ("letter_signed", "submitter"),
                ("update", "submitter"),
            ])
        );
        let copy = mails.iter().find(|mail| mail.reader == "owner");
        let copy = copy.expect("the owner's");
        assert!(
            copy.subject.starts_with("Your signed letter for"),
            "{}",
            copy.subject
        );
        assert!(copy.attachment.is_some() && copy.sealed_link.is_none());
        assert!(!copy.body_text.contains("Upload"), "{}", copy.body_text);
    })
    .await;
}

/// R30: the question about a date takes a date that can be asked for, and says what is wrong with any other. What was typed
/// stays, also where somebody else was faster.
#[tokio::test]
async fn a_question_about_the_date_takes_a_date_that_can_be_asked_for() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let (mut maria, mut agent) = (desk.browser(), desk.agent().await);
        let port = filed(&mut dana).await;
        let id = submitted(&desk, &mut dana, &mut maria, &mut agent, &port).await;
        rejected(&desk, id, "FOC_REJECTED").await;
        desk.clock.advance(SignedDuration::from_mins(5));
        let answer = format!("{port}/answer");
        let page = dana.open(&answer).await;
        for (typed, says) in [
            ("12/15/2026", "That is not a date"),
            ("2026-12-13", "Sunday"),
            ("2026-11-02", ""),
        ] {
            let page = dana.send(page.form(&answer).set("wish", typed)).await;
            assert_eq!(page.status, 422, "{typed}: {}", page.text());
            let error = page.error("wish");
            assert!(
                !error.is_empty() && error.contains(says),
                "{typed}: {error}"
            );
            assert_eq!(page.form(&answer).value("wish"), typed);
        }
        // The desk writes something meanwhile.
        let notes = format!("{port}/notes");
        let form = agent.open(&notes).await.form(&notes);
        agent.send(form.set("text", "We look into it.")).await;
        let page = dana
            .send(page.form(&answer).set("wish", "2026-12-15"))
            .await;
        assert_eq!(page.status, 409, "{}", page.text());
        let said = page.one("[role=alert]");
        assert!(
            said.contains("Somebody else changed this request meanwhile"),
            "{said}"
        );
        assert_eq!(page.form(&answer).value("wish"), "2026-12-15");
        let page = dana.send(page.form(&answer)).await;
        assert!(
            page.text().contains("goes back to the carrier"),
            "{}",
            page.text()
        );
        let request = ports::get(&desk.app, id)
            .await
            .expect("a port")
            .expect("it is there")
            .request;
        let date = request.details.requested_date.expect("a wish");
        assert_eq!(date.to_string(), "2026-12-15");
    })
    .await;
}
