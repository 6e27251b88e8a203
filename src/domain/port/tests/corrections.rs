//! What the carrier or the losing provider does not take, and how it goes back.

use super::*;

#[test]
fn a_rejection_is_mended_and_sent_again_without_a_new_letter() {
    let mut desk = Desk::released(1);
    let submitted = desk.reading(OrderStatus::Submitted, |_, _| {});
    desk.reads(submitted);
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(exception.clone());
    assert_eq!(desk.status(), Status::Rejected);
    assert_eq!(ball(&desk.request), Ball::Customer);
    desk.must(
        Role::Submitter,
        Event::Edit {
            changes: vec![Change::AccountNumber(Some(Mask::of_account_number(
                "000481517",
            )))],
        },
    );
    assert!(
        desk.request.is_signed(),
        "the account number is not on the letter"
    );
    assert_eq!(
        desk.must(Role::Submitter, Event::Resubmit),
        vec![Effect::SendSupplement]
    );
    assert_eq!(desk.status(), Status::Submitted);
    desk.reads(exception.clone());
    assert_eq!(
        desk.status(),
        Status::Submitted,
        "a reading of the old version does not reject the new one"
    );
    desk.must(
        Role::Carrier,
        Event::SupplementSent {
            order: desk.order,
            seen: exception.updated_at,
        },
    );
    desk.reads(exception);
    assert_eq!(desk.status(), Status::Submitted);
    let mut again = desk.reading(OrderStatus::Exception, |_, _| {});
    again.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(again);
    assert_eq!(
        desk.status(),
        Status::Rejected,
        "rejected again, for the same reason"
    );
    assert_eq!(desk.request.orders[0].version, 1);
}

#[test]
fn a_changed_address_needs_a_new_signature_before_it_is_sent_again() {
    let mut desk = Desk::released(1);
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("LOCATION_MISMATCH")];
    desk.reads(exception);
    let address = Address {
        street: "14 Harbor Street".into(),
        city: "Atlanta".into(),
        state: "GA".into(),
        postal_code: "30303".into(),
        ..Address::default()
    };
    desk.must(
        Role::Submitter,
        Event::Edit {
            changes: vec![Change::Service(Some(address))],
        },
    );
    assert_eq!(
        desk.does(Role::Submitter, Event::Resubmit)
            .expect_err("unsigned")
            .rule,
        "letter_unsigned"
    );
    let letter = desk.letter();
    desk.must(Role::Submitter, letter);
    assert!(
        desk.standing()
            .next
            .contains("We send the correction as soon as it is signed."),
        "{:?}",
        desk.standing()
    );
    assert_eq!(
        desk.signs(),
        vec![Effect::SendSupplement],
        "the signature was all that was missing"
    );
    assert_eq!(desk.status(), Status::Submitted);
    assert_eq!(desk.request.orders[0].version, 1);
    assert_eq!(
        desk.does(Role::Submitter, Event::Resubmit)
            .expect_err("it is on its way")
            .rule,
        "not_now"
    );
}

/// What else is in the way, or waits for the desk's own judgement, is not sent by a signature.
#[test]
fn a_signature_sends_the_correction_only_when_nothing_else_is_in_the_way() {
    for hindrance in ["a receiving number", "the desk", "a refused proof"] {
        let mut desk = Desk::released(1);
        let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
        exception.reasons = vec![reason(if hindrance == "the desk" {
            "NEVER_HEARD_OF"
        } else {
            "LOCATION_MISMATCH"
        })];
        desk.reads(exception);
        desk.must(
            Role::Desk,
            Event::Edit {
                changes: vec![Change::LosingCarrier("Prairie Bell".into())],
            },
        );
        match hindrance {
            "a receiving number" => {
                desk.receiving.insert(number(0));
            }
            "a refused proof" => {
                let document = desk.request.proof[0].document;
                let reason = "of June".to_owned();
                desk.must(Role::Desk, Event::RefuseProof { document, reason });
            }
            _ => {}
        }
        let letter = desk.letter();
        desk.must(Role::Submitter, letter);
        assert!(!desk.standing().next.contains("We send"), "{hindrance}");
        assert_eq!(desk.signs(), vec![], "{hindrance}");
        assert_eq!(desk.status(), Status::Rejected, "{hindrance}");
        // The button is still there for it.
        match hindrance {
            "a receiving number" => desk.receiving.clear(),
            "a refused proof" => desk.prove(),
            _ => {}
        }
        assert_eq!(
            desk.must(Role::Desk, Event::Resubmit),
            vec![Effect::SendSupplement],
            "{hindrance}"
        );
    }
}

fn refused() -> Event {
    Event::SendingRefused {
        step: "fill the order in".into(),
        says: "the postal code is not known".into(),
    }
}

fn on_the_list() -> Attention {
    Attention::CarrierRefused {
        step: "fill the order in".into(),
        says: "the postal code is not known".into(),
    }
}

/// What the gaining carrier will not take comes back to the desk, is mended, and goes out again.
#[test]
fn a_request_that_the_carrier_refuses_comes_back_and_goes_out_again() {
    let mut desk = Desk::released(2);
    let draft = desk.reading(OrderStatus::Draft, |_, _| {});
    desk.reads(draft);
    assert_eq!(desk.status(), Status::Submitted);
    assert_eq!(desk.must(Role::Carrier, refused()), vec![]);
    assert_eq!(desk.status(), Status::InReview);
    assert_eq!(ball(&desk.request), Ball::Desk);
    assert_eq!(desk.request.attention, [on_the_list()]);
    assert!(
        desk.standing().now.contains("did not take"),
        "{:?}",
        desk.standing()
    );

    desk.must(
        Role::Desk,
        Event::Edit {
            changes: vec![Change::Title("Head office, mended".into())],
        },
    );
    let before = desk.facts.len();
    assert_eq!(
        desk.must(Role::Desk, Event::Release),
        vec![Effect::SubmitToCarrier]
    );
    assert!(desk.request.attention.is_empty());
    let texts = |(fact, _): &(Fact, Timestamp)| matches!(fact, Fact::TextMoved { .. });
    assert!(
        !desk.facts[before..].iter().any(texts),
        "texts wait already"
    );
    let taken = desk.reading(OrderStatus::InProcess, |_, _| {});
    desk.reads(taken);
    assert_eq!(desk.status(), Status::Submitted);
    // From here on nothing comes back: an order is accepted.
    desk.must(Role::Carrier, refused());
    assert_eq!(desk.status(), Status::Submitted);
    assert_eq!(desk.request.attention, [on_the_list()]);
}

/// A draft may stand at the carrier: whoever cancels after a refusal has it removed there.
#[test]
fn cancelling_after_a_refusal_asks_the_carrier() {
    let mut desk = Desk::released(1);
    desk.must(Role::Carrier, refused());
    let reason = "no longer".to_owned();
    assert_eq!(
        desk.must(Role::Submitter, Event::Cancel { reason }),
        vec![Effect::CancelAtCarrier]
    );
    desk.must(Role::Carrier, Event::NothingToCancel);
    assert_eq!(desk.status(), Status::Cancelled);
}

/// A correction that the carrier will not take leaves the request rejected as before, to be mended once more.
#[test]
fn a_correction_that_the_carrier_refuses_can_be_mended_once_more() {
    let mut desk = Desk::released(2);
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(exception);
    let voices: Vec<Voice> = desk
        .request
        .numbers
        .iter()
        .map(|one| one.voice.clone())
        .collect();
    desk.must(Role::Submitter, Event::Resubmit);
    assert_eq!(desk.status(), Status::Submitted);
    desk.must(Role::Carrier, refused());
    assert_eq!(desk.status(), Status::Rejected);
    assert_eq!(ball(&desk.request), Ball::Desk);
    let after: Vec<Voice> = desk
        .request
        .numbers
        .iter()
        .map(|one| one.voice.clone())
        .collect();
    assert_eq!(after, voices);
    assert_eq!(
        desk.must(Role::Desk, Event::Resubmit),
        vec![Effect::SendSupplement]
    );
    assert!(desk.request.attention.is_empty());
    assert_eq!(desk.request.orders[0].version, 2);
}

/// What did not get through is asked for again when the desk asks the carrier.
#[test]
fn asking_the_carrier_sends_what_did_not_get_through() {
    let asks = |desk: &mut Desk| desk.must(Role::Desk, Event::AskCarrier { text: None });
    let mut desk = Desk::released(1);
    assert_eq!(
        asks(&mut desk),
        vec![Effect::SubmitToCarrier, Effect::ReadFromCarrier]
    );
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(exception);
    assert_eq!(asks(&mut desk), vec![Effect::ReadFromCarrier]);
    desk.must(Role::Submitter, Event::Resubmit);
    assert_eq!(
        asks(&mut desk),
        vec![Effect::SendSupplement, Effect::ReadFromCarrier]
    );
    let order = desk.order;
    desk.must(Role::Carrier, Event::SupplementSent { order, seen: None });
    assert_eq!(asks(&mut desk), vec![Effect::ReadFromCarrier]);
    let reason = "no longer".to_owned();
    desk.must(Role::Submitter, Event::Cancel { reason });
    assert_eq!(
        asks(&mut desk),
        vec![Effect::CancelAtCarrier, Effect::ReadFromCarrier]
    );
}
