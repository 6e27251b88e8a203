//! Every named scenario from the first call to its end. Each uses the demo's company of that name, so
//! what the demo shows is what is tested here.

use jiff::SignedDuration;
use portolan::simulator::demo::{Part, cast};
use portolan::simulator::{Customer, Scenario};
use serde_json::json;

use super::rig::{Rig, activations, codes, instant};

pub async fn happy(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let numbers: Vec<&str> = part
        .typed
        .numbers
        .iter()
        .map(|n| n.number.as_str())
        .collect();
    let (status, checked) = rig
        .post("/portability_checks", json!({"phone_numbers": numbers}))
        .await;
    assert_eq!(
        (
            status,
            &checked["data"][0]["portable"],
            &checked["data"][0]["not_portable_reason"]
        ),
        (201, &json!(true), &json!(""))
    );

    let (id, wished) = rig.file(&part.typed, "story-happy").await;
    let order = rig.until_status(&id, "submitted").await;
    assert!(
        order["support_key"]
            .as_str()
            .is_some_and(|k| k.starts_with("sr_"))
    );
    let order = rig.until_status(&id, "foc-date-confirmed").await;
    assert_eq!(
        instant(&order["activation_settings"]["foc_datetime_actual"]),
        wished
    );
    assert_eq!(activations(&order), ["Pending"; 3]);

    // Ninety minutes at most, one number after the other.
    let order = rig
        .until(&id, "the first number", |o| {
            activations(o).contains(&"Active")
        })
        .await;
    assert_eq!(
        activations(&order),
        ["Active", "Activate RDY", "Activate RDY"]
    );
    let order = rig.until_status(&id, "ported").await;
    assert_eq!(activations(&order), ["Active"; 3]);
    let took = rig.clock.now().duration_since(wished);
    assert!(
        took > SignedDuration::ZERO && took <= SignedDuration::from_mins(90),
        "{took}"
    );
    assert_eq!(order["messaging"]["messaging_port_status"], "activating");
    let order = rig
        .until(&id, "texts", |o| {
            o["messaging"]["messaging_port_completed"] == true
        })
        .await;
    assert_eq!(order["messaging"]["messaging_port_status"], "ported");

    assert_eq!(
        rig.told(&id),
        ["in-process", "submitted", "foc-date-confirmed", "ported"]
    );
    let hooks = rig.hooks(&id);
    assert!(hooks.iter().all(|h| h.signed), "every webhook is signed");
    let texts: Vec<_> = hooks
        .iter()
        .filter(|h| h.event_type == "porting_order.messaging_changed")
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts
            .iter()
            .all(|h| h.body.get("data").is_none() && h.body["format"] == "v2"),
        "without an envelope, as the samples show"
    );
    let arrived = rig
        .get(&format!(
            "/phone_numbers?filter[phone_number]={}",
            numbers[0].trim_start_matches('+')
        ))
        .await;
    assert_eq!(
        (&arrived[0]["status"], &arrived[0]["source_type"]),
        (&json!("active"), &json!("port_request"))
    );
}

/// R30: rejected, mended by a PATCH alone, and on by itself.
pub async fn wrong_account_number(rig: &Rig) {
    let part = rig.on_file(Scenario::WrongAccountNumber).await;
    let (id, _) = rig.file(&part.typed, "story-account").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(codes(&order), ["ACCOUNT_NUMBER_MISMATCH"]);

    let mended = part.mended.expect("this story can be mended");
    rig.patch(
        &id,
        json!({"end_user": {"admin": {"account_number": mended.account_number}}}),
    )
    .await;
    let order = rig.until_status(&id, "submitted").await;
    assert_eq!(codes(&order), [""; 0]);
    rig.until_status(&id, "ported").await;
    assert_eq!(
        rig.told(&id),
        [
            "in-process",
            "submitted",
            "exception",
            "submitted",
            "foc-date-confirmed",
            "ported"
        ]
    );
}

/// R30: rejected by a strict provider, mended, and confirmed again.
pub async fn address_mismatch(rig: &Rig) {
    let part = rig.on_file(Scenario::AddressMismatch).await;
    let (id, _) = rig.file(&part.typed, "story-address").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(codes(&order), ["LOCATION_MISMATCH"]);

    // What does not mend it does not help.
    rig.patch(
        &id,
        json!({"end_user": {"location": {"street_address": "1450 Larimer Street"}}}),
    )
    .await;
    rig.until_status(&id, "submitted").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(codes(&order), ["LOCATION_MISMATCH"]);

    let mended = part.mended.expect("this story can be mended");
    rig.patch(&id, json!({"end_user": Rig::end_user(&mended)}))
        .await;
    let (status, answer) = rig.action(&id, "confirm").await;
    assert_eq!(
        (status, &answer["data"]["status"]["value"]),
        (200, &json!("in-process"))
    );
    rig.until_status(&id, "ported").await;
}

/// R105: a mobile number needs its PIN.
pub async fn missing_pin_on_mobile(rig: &Rig) {
    let part = rig.on_file(Scenario::MissingPinOnMobile).await;
    let (id, _) = rig.file(&part.typed, "story-pin").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(order["phone_number_type"], "mobile");
    assert_eq!(codes(&order), ["PASSCODE_PIN_INVALID"]);
    let pin = part
        .mended
        .and_then(|m| m.pin)
        .expect("the story has a PIN");
    rig.patch(&id, json!({"end_user": {"admin": {"pin_passcode": pin}}}))
        .await;
    rig.until_status(&id, "ported").await;
}

pub async fn partial_port(rig: &Rig) {
    let part = rig.on_file(Scenario::PartialPort).await;
    let (id, _) = rig.file(&part.typed, "story-partial").await;
    let order = rig.until_status(&id, "ported").await;
    assert_eq!(activations(&order), ["Active", "Active", "Failed"]);
    assert!(
        rig.hooks(&id)
            .iter()
            .any(|h| h.event_type == "porting_order.new_comment"),
        "the carrier says which number failed"
    );
    rig.until(&id, "texts", |o| {
        o["messaging"]["messaging_port_status"] == "partial_port_complete"
    })
    .await;
}

pub async fn split_by_carrier(rig: &Rig) {
    let part = rig.on_file(Scenario::SplitByCarrier).await;
    let ids = rig.create(&part.typed, "story-split").await;
    assert_eq!(ids.len(), 2, "one order for each losing provider");
    for id in &ids {
        rig.fill(id, &part.typed).await;
        assert_eq!(rig.action(id, "confirm").await.0, 200);
    }
    let mut first = None;
    for id in &ids {
        let order = rig.order(id).await;
        if order["porting_phone_numbers_count"] == 3 {
            first = Some(id);
        }
    }
    let first = first.expect("one order has three of the four numbers");
    rig.until_status(first, "submitted").await;

    let splits: Vec<_> = rig
        .hooks(first)
        .into_iter()
        .filter(|h| h.event_type == "porting_order.split")
        .collect();
    assert_eq!(splits.len(), 1, "one number moved");
    let third = splits[0].payload["to"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let order = rig.order(&third).await;
    assert_eq!(
        (
            &order["customer_reference"],
            &order["porting_phone_numbers_count"]
        ),
        (&json!("story-split"), &json!(1))
    );
    assert_ne!(
        order["old_service_provider_ocn"],
        rig.order(first).await["old_service_provider_ocn"]
    );

    let found = rig
        .get("/porting_orders?filter[customer_reference]=story-split")
        .await;
    assert_eq!(found.as_array().map(Vec::len), Some(3));
    let mut ported = Vec::new();
    for id in ids.iter().chain([&third]) {
        let order = rig.until_status(id, "ported").await;
        assert_eq!(order["parent_support_key"], found[0]["parent_support_key"]);
        ported.extend(
            order["phone_numbers"]
                .as_array()
                .expect("numbers")
                .iter()
                .map(|n| n["phone_number"].as_str().expect("a text").to_owned()),
        );
    }
    ported.sort();
    assert_eq!(
        ported,
        part.typed
            .numbers
            .iter()
            .map(|n| n.number.clone())
            .collect::<Vec<_>>(),
        "each number ported once"
    );
}

pub async fn silent_carrier(rig: &Rig) {
    let part = rig.on_file(Scenario::SilentCarrier).await;
    let (id, _) = rig.file(&part.typed, "story-silent").await;
    rig.until_status(&id, "submitted").await;
    rig.advance(SignedDuration::from_hours(24 * 10)).await;
    assert_eq!(
        rig.order(&id).await["status"]["value"],
        "submitted",
        "nothing moves by itself"
    );

    let (status, comment) = rig
        .post(
            &format!("/porting_orders/{id}/comments"),
            json!({"body": "Any news of this order?"}),
        )
        .await;
    assert_eq!(
        (status, &comment["data"]["user_type"]),
        (201, &json!("user"))
    );
    let answers = rig
        .hooks(&id)
        .into_iter()
        .filter(|h| h.event_type == "porting_order.new_comment")
        .count();
    assert_eq!(
        answers, 1,
        "the carrier answers; the customer's own comment is not told back"
    );
    rig.until_status(&id, "foc-date-confirmed").await;
    rig.until_status(&id, "ported").await;
}

pub async fn date_moved_later(rig: &Rig) {
    let part = rig.on_file(Scenario::DateMovedLater).await;
    let (id, _) = rig.file(&part.typed, "story-moved").await;
    let order = rig.until_status(&id, "foc-date-confirmed").await;
    let first = instant(&order["activation_settings"]["foc_datetime_actual"]);
    let order = rig
        .until(&id, "another date", |o| {
            instant(&o["activation_settings"]["foc_datetime_actual"]) != first
        })
        .await;
    let second = instant(&order["activation_settings"]["foc_datetime_actual"]);
    assert!(
        second.duration_since(first) >= SignedDuration::from_hours(72),
        "{first} {second}"
    );
    assert_eq!(
        rig.told(&id).last().map(String::as_str),
        Some("foc-date-confirmed"),
        "no status tells of it"
    );
    assert_eq!(
        rig.hooks(&id)
            .last()
            .map(|h| h.event_type.clone())
            .as_deref(),
        Some("porting_order.new_comment")
    );

    rig.advance_to(first).await;
    rig.advance(SignedDuration::from_hours(2)).await;
    assert_eq!(
        rig.order(&id).await["status"]["value"],
        "foc-date-confirmed",
        "the old date passes without a port"
    );
    rig.until_status(&id, "ported").await;
    assert!(rig.clock.now() >= second);
}

pub async fn date_earlier_than_asked(rig: &Rig) {
    let part = rig.on_file(Scenario::DateEarlierThanAsked).await;
    let (id, wished) = rig.file(&part.typed, "story-earlier").await;
    let order = rig.until_status(&id, "foc-date-confirmed").await;
    let given = instant(&order["activation_settings"]["foc_datetime_actual"]);
    assert!(given < wished, "{given} {wished}");
    assert_eq!(
        instant(&order["activation_settings"]["foc_datetime_requested"]),
        wished
    );
    rig.until_status(&id, "ported").await;
    assert!(rig.clock.now() < wished);
}

pub async fn jeopardy(rig: &Rig) {
    let part = rig.on_file(Scenario::Jeopardy).await;
    let (id, _) = rig.file(&part.typed, "story-jeopardy").await;
    let order = rig
        .until(&id, "the jeopardy", |o| !codes(o).is_empty())
        .await;
    assert_eq!(
        order["status"]["value"], "foc-date-confirmed",
        "a jeopardy is no rejection"
    );
    assert_eq!(codes(&order), ["SV_CONFLICT"]);
    assert_eq!(activations(&order), ["Conflict"; 2]);
    assert_eq!(
        order["activation_settings"]["activation_status"],
        "Conflict"
    );
    let begun = rig.clock.now();
    let order = rig
        .until(&id, "the recovery", |o| codes(o).is_empty())
        .await;
    assert_eq!(
        rig.clock.now().duration_since(begun),
        SignedDuration::from_hours(24)
    );
    assert_eq!(activations(&order), ["Pending"; 2]);
    rig.until_status(&id, "ported").await;
    assert_eq!(
        rig.told(&id),
        [
            "in-process",
            "submitted",
            "foc-date-confirmed",
            "foc-date-confirmed",
            "foc-date-confirmed",
            "ported"
        ]
    );
}

/// R54: texts may follow voice by up to three business days.
pub async fn late_text(rig: &Rig) {
    let part = rig.on_file(Scenario::LateText).await;
    let (id, _) = rig.file(&part.typed, "story-texts").await;
    let order = rig.until_status(&id, "ported").await;
    let voice = rig.clock.now();
    assert_eq!(order["messaging"]["messaging_port_status"], "pending");
    let texts = |word: &'static str| {
        move |o: &serde_json::Value| o["messaging"]["messaging_port_status"] == word
    };
    rig.until(&id, "activating", texts("activating")).await;
    rig.until(&id, "texts", texts("ported")).await;
    assert!(rig.clock.now().duration_since(voice) >= SignedDuration::from_hours(72));
}

pub async fn number_lost_to_other_port(rig: &Rig) {
    let part = rig.on_file(Scenario::NumberLostToOtherPort).await;
    let (id, _) = rig.file(&part.typed, "story-lost").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(codes(&order), ["PHONE_NUMBER_NOT_PORTABLE"]);
    rig.patch(
        &id,
        json!({"end_user": {"admin": {"account_number": "ANOTHER-1"}}}),
    )
    .await;
    rig.until_status(&id, "submitted").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(
        codes(&order),
        ["PHONE_NUMBER_NOT_PORTABLE"],
        "no data can mend it"
    );
    assert_eq!(rig.action(&id, "cancel").await.0, 200);
    let order = rig.until_status(&id, "cancelled").await;
    assert_eq!(activations(&order), ["Cancelled"]);
    assert_eq!(order["messaging"]["messaging_port_status"], "canceled");
}

pub async fn cancel_too_late(rig: &Rig) {
    let part = rig.on_file(Scenario::CancelTooLate).await;
    let (id, _) = rig.file(&part.typed, "story-late").await;
    rig.until_status(&id, "foc-date-confirmed").await;
    let (status, answer) = rig.action(&id, "cancel").await;
    assert_eq!(status, 422);
    assert!(
        answer["errors"][0]["detail"]
            .as_str()
            .is_some_and(|d| d.contains("48 hours")),
        "{answer}"
    );
    rig.until_status(&id, "ported").await;
}

pub async fn webhooks_twice_and_out_of_order(rig: &Rig) {
    let part = rig.on_file(Scenario::WebhooksTwiceAndOutOfOrder).await;
    let (id, _) = rig.file(&part.typed, "story-twice").await;
    rig.until_status(&id, "ported").await;
    rig.advance(SignedDuration::from_hours(48)).await;
    let hooks = rig.hooks(&id);
    let mut ids: Vec<&str> = hooks.iter().map(|h| h.id.as_str()).collect();
    ids.sort_unstable();
    assert!(
        ids.len() >= 12
            && ids
                .chunks(2)
                .all(|pair| pair.len() == 2 && pair[0] == pair[1]),
        "each exactly twice: {ids:?}"
    );
    let mut seen = std::collections::BTreeSet::new();
    let first_times: Vec<_> = hooks
        .iter()
        .filter(|h| seen.insert(&h.id))
        .map(|h| h.occurred_at)
        .collect();
    assert!(
        !first_times.is_sorted(),
        "newer ones come before older ones: {first_times:?}"
    );
    assert!(hooks.iter().all(|h| h.signed));
}

pub async fn carrier_down_for_a_day(rig: &Rig) {
    // Another order whose webhook falls into the outage.
    let part = rig.on_file(Scenario::CarrierDownForADay).await;
    let mut bystander = part.clone();
    for (line, number) in bystander.typed.numbers.iter_mut().enumerate() {
        number.number = format!("+1564555018{line}");
    }
    let customer = portolan::simulator::Customer {
        scenario: Scenario::Happy,
        id: None,
        ..bystander.customer()
    };
    rig.simulator.add_customers(vec![customer]).expect("fits");
    let (other, _) = rig.file(&bystander.typed, "story-bystander").await;

    let ids = rig.create(&part.typed, "story-down").await;
    let path = format!("/porting_orders/{}", ids[0]);
    let (status, answer) = rig.call("GET", &path, None).await;
    assert_eq!(
        (status, answer["errors"][0]["title"].is_string()),
        (503, true)
    );
    rig.advance(SignedDuration::from_hours(23)).await;
    assert_eq!(rig.call("GET", &path, None).await.0, 503);
    assert_eq!(rig.told(&other), ["in-process"], "webhooks are held back");
    rig.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(
        rig.told(&other).get(1).map(String::as_str),
        Some("submitted"),
        "and come when it is over"
    );

    rig.fill(&ids[0], &part.typed).await;
    assert_eq!(rig.action(&ids[0], "confirm").await.0, 200);
    rig.until_status(&ids[0], "ported").await;
}

/// Puts a scenario's company on file with another setting.
async fn on_file_with(rig: &Rig, scenario: Scenario, change: impl FnOnce(&mut Customer)) -> Part {
    let part = cast()
        .into_iter()
        .find(|p| p.scenario == scenario)
        .expect("every scenario has a part");
    let mut customer = part.customer();
    change(&mut customer);
    rig.simulator.add_customers(vec![customer]).expect("fits");
    part
}

pub async fn the_options_adjust_a_scenario(rig: &Rig) {
    let part = on_file_with(rig, Scenario::PartialPort, |c| {
        c.options.partial_cancelled = true
    })
    .await;
    let (partial, _) = rig.file(&part.typed, "option-partial").await;
    let part = on_file_with(rig, Scenario::NumberLostToOtherPort, |c| {
        c.options.lost_as_mismatch = true
    })
    .await;
    let (lost, _) = rig.file(&part.typed, "option-lost").await;
    let part = on_file_with(rig, Scenario::LateText, |c| c.options.text_exception = true).await;
    let (late, _) = rig.file(&part.typed, "option-late").await;

    let order = rig.until_status(&lost, "exception").await;
    assert_eq!(codes(&order), ["PHONE_NUMBER_MISMATCH"]);
    let order = rig.until_status(&partial, "ported").await;
    assert_eq!(activations(&order), ["Active", "Active", "Cancelled"]);
    rig.until(&late, "texts", |o| {
        o["messaging"]["messaging_port_status"] == "ported"
    })
    .await;
    let told = rig
        .hooks(&late)
        .into_iter()
        .filter(|h| h.event_type == "porting_order.messaging_changed");
    let told: Vec<String> = told
        .map(|h| {
            h.payload["messaging"]["messaging_port_status"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(told, ["activating", "exception", "activating", "ported"]);
}

/// A carrier that is asked too early answers, but only moves when its patience is over.
pub async fn asking_a_silent_carrier_early_does_not_hurry_it(rig: &Rig) {
    let part = rig.on_file(Scenario::SilentCarrier).await;
    let (id, _) = rig.file(&part.typed, "silent-early").await;
    rig.until_status(&id, "submitted").await;
    let sent = rig.clock.now();
    rig.post(
        &format!("/porting_orders/{id}/comments"),
        json!({"body": "Any news?"}),
    )
    .await;
    rig.until_status(&id, "foc-date-confirmed").await;
    assert!(
        rig.clock.now().duration_since(sent) >= SignedDuration::from_hours(72),
        "three business days"
    );
}

pub async fn a_toll_free_number_ports_by_name_alone(rig: &Rig) {
    let part = on_file_with(rig, Scenario::Happy, |customer| {
        customer.provider = "tollway".into();
        customer.numbers = vec![
            "+18885550117"
                .parse::<portolan::domain::number::E164>()
                .expect("a number")
                .into(),
        ];
    })
    .await;
    let mut typed = part.typed;
    typed.numbers.truncate(1);
    typed.numbers[0].number = "+18885550117".into();
    (typed.account_number, typed.street) = ("unknown", "elsewhere");
    let (id, _) = rig.file(&typed, "toll-free").await;
    let order = rig.until_status(&id, "ported").await;
    assert_eq!(order["phone_number_type"], "toll_free");
    let voice = rig.clock.now();
    rig.until(&id, "texts", |o| {
        o["messaging"]["messaging_port_completed"] == true
    })
    .await;
    assert!(
        rig.clock.now().duration_since(voice) >= SignedDuration::from_hours(24),
        "a business day later"
    );
}
