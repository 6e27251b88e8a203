//! The carrier's API in the small: keys, errors, lists, documents, deadlines, events.

use jiff::{SignedDuration, Timestamp};
use portolan::simulator::Scenario;
use serde_json::{Value, json};

use super::rig::{KEY, Rig, instant};

fn pointers(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().expect("an error envelope");
    let mut pointers: Vec<_> = errors
        .iter()
        .map(|e| e["source"]["pointer"].as_str().unwrap_or_default())
        .collect();
    pointers.sort_unstable();
    pointers
}

pub async fn without_a_key_nothing_is_answered(rig: &Rig) {
    for key in [None, Some("KEY_other")] {
        let mut request = rig.http.get(format!("{}/porting_orders", rig.api));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 401);
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["code"], "10009");
        assert!(
            body["errors"][0]["meta"]["url"]
                .as_str()
                .is_some_and(|u| u.ends_with("/10009"))
        );
    }
}

pub async fn bad_input_is_refused_by_name(rig: &Rig) {
    let (status, answer) = rig.post("/porting_orders", json!({})).await;
    assert_eq!((status, pointers(&answer)), (422, vec!["/phone_numbers"]));
    let (status, answer) = rig
        .post(
            "/porting_orders",
            json!({"phone_numbers": ["+15185550110", "518-555-0111"]}),
        )
        .await;
    assert_eq!((status, pointers(&answer)), (422, vec!["/phone_numbers/1"]));
    let (status, _) = rig
        .post(
            "/porting_orders",
            json!({"phone_numbers": ["+442079460000"]}),
        )
        .await;
    assert_eq!(status, 422, "a number without coverage");
    let (_, answer) = rig
        .post(
            "/portability_checks",
            json!({"phone_numbers": ["+442079460000", "+15185550110"]}),
        )
        .await;
    assert_eq!(answer["data"][0]["portable"], false);
    assert_eq!(answer["data"][0]["not_portable_reason"], "No coverage");
    assert_eq!(answer["data"][1]["portable"], true);

    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    let path = format!("/porting_orders/{id}");
    let body = json!({"misc": {"type": "whole"}, "end_user": {"admin": {"entity_name": 5}}, "webhook_url": "ftp://x"});
    let (status, answer) = rig.call("PATCH", &path, Some(body)).await;
    assert_eq!(status, 422);
    assert_eq!(
        pointers(&answer),
        ["/end_user/admin/entity_name", "/misc/type", "/webhook_url"]
    );
    let lost = json!({"documents": {"loa": "5a7c2e0e-7f64-4d53-8a8e-0d7a5b6f9c22"}});
    assert_eq!(
        rig.call("PATCH", &path, Some(lost)).await.0,
        422,
        "a document that is not there"
    );
    let (status, answer) = rig.action(&id, "confirm").await;
    assert_eq!(
        (status, pointers(&answer).len()),
        (422, 9),
        "everything that is missing: {answer}"
    );
    let texts = json!({"messaging": {"enable_messaging": true}});
    let (status, answer) = rig.call("PATCH", &path, Some(texts)).await;
    assert_eq!(
        (status, pointers(&answer)),
        (
            422,
            vec!["/phone_number_configuration/messaging_profile_id"]
        )
    );
    let keep = json!({"misc": {"type": "partial", "remaining_numbers_action": "keep"}});
    assert_eq!(
        rig.call("PATCH", &path, Some(keep)).await.0,
        422,
        "keep needs a new billing number"
    );

    for path in [
        "/porting_orders/5a7c2e0e-7f64-4d53-8a8e-0d7a5b6f9c22",
        "/porting_orders/x",
        "/nowhere",
    ] {
        let (status, answer) = rig.call("GET", path, None).await;
        assert_eq!(
            (status, &answer["errors"][0]["code"]),
            (404, &json!("10005")),
            "{path}"
        );
    }
}

pub async fn a_patch_keeps_what_it_does_not_name_and_null_clears(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    rig.patch(&id, json!({"end_user": Rig::end_user(&part.typed)}))
        .await;
    let order = rig
        .patch(
            &id,
            json!({"end_user": {"admin": {"account_number": null}}}),
        )
        .await;
    assert_eq!(order["end_user"]["admin"]["account_number"], Value::Null);
    assert_eq!(
        order["end_user"]["admin"]["entity_name"],
        part.typed.business_name
    );
    assert_eq!(order["end_user"]["location"]["locality"], part.typed.city);
    // A word that the API does not know is ignored, and shows in the log for whoever sent it.
    rig.patch(
        &id,
        json!({"activation_settings": {"activation_type": "on-demand"}}),
    )
    .await;
    let (_, log) = rig
        .control("GET", "/requests?method=PATCH", json!({}))
        .await;
    let last = log["requests"]
        .as_array()
        .and_then(|l| l.last())
        .cloned()
        .unwrap_or_default();
    assert_eq!(
        last["unknown_attributes"],
        json!(["/activation_settings/activation_type"])
    );
    assert!(
        !log.to_string().contains(part.typed.account_number),
        "no bodies in the log"
    );
}

pub async fn only_an_allowed_date_is_taken_and_windows_follow_the_providers_calendar(rig: &Rig) {
    let part = rig.on_file(Scenario::DateMovedLater).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    let windows = rig
        .get(&format!("/porting_orders/{id}/allowed_foc_windows"))
        .await;
    let opens: Vec<Timestamp> = windows
        .as_array()
        .expect("windows")
        .iter()
        .map(|w| instant(&w["started_at"]))
        .collect();
    // Monday 2 November plus five business days, Veterans Day not among them.
    assert_eq!(
        opens.first().map(ToString::to_string).as_deref(),
        Some("2026-11-09T16:00:00Z")
    );
    let days: Vec<String> = opens
        .iter()
        .map(|at| at.to_string()[..10].to_owned())
        .collect();
    assert!(
        !days.contains(&"2026-11-11".to_owned()),
        "a federal holiday"
    );
    assert!(
        !days.contains(&"2026-11-27".to_owned()),
        "the cooperative's own holiday"
    );
    assert!(days.contains(&"2026-11-25".to_owned()));

    let path = format!("/porting_orders/{id}");
    let wish = |at: &str| json!({"activation_settings": {"foc_datetime_requested": at}});
    for bad in [
        "2026-11-03T16:00:00Z",
        "2026-11-11T16:00:00Z",
        "2026-11-09T13:00:00Z",
        "2025-01-01T00:00:00Z",
    ] {
        assert_eq!(
            rig.call("PATCH", &path, Some(wish(bad))).await.0,
            422,
            "{bad}"
        );
    }
    assert_eq!(
        rig.call("PATCH", &path, Some(wish("2026-11-09T12:00:00-05:00")))
            .await
            .0,
        200
    );
    // A window that was shown stays good for a day.
    rig.advance(SignedDuration::from_hours(8)).await;
    assert_eq!(
        rig.call("PATCH", &path, Some(wish("2026-11-09T16:00:00Z")))
            .await
            .0,
        200
    );
    rig.advance(SignedDuration::from_hours(17)).await;
    assert_eq!(
        rig.call("PATCH", &path, Some(wish("2026-11-09T16:30:00Z")))
            .await
            .0,
        422
    );
}

pub async fn lists_are_filtered_sorted_and_paged(rig: &Rig) {
    for (index, scenario) in [
        Scenario::Happy,
        Scenario::Jeopardy,
        Scenario::MissingPinOnMobile,
    ]
    .into_iter()
    .enumerate()
    {
        let part = rig.on_file(scenario).await;
        let id = rig
            .create(&part.typed, &format!("ref-{index}"))
            .await
            .remove(0);
        rig.patch(
            &id,
            json!({"end_user": Rig::end_user(&part.typed), "customer_group_reference": "group"}),
        )
        .await;
        rig.advance(SignedDuration::from_mins(1)).await;
    }
    let references = async |query: &str| -> Vec<String> {
        let list = rig.get(&format!("/porting_orders?{query}")).await;
        let list = list.as_array().expect("a list").clone();
        list.iter()
            .map(|o| {
                o["customer_reference"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(
        references("").await,
        ["ref-2", "ref-1", "ref-0"],
        "the newest first"
    );
    assert_eq!(
        references("sort[value]=created_at").await,
        ["ref-0", "ref-1", "ref-2"]
    );
    assert_eq!(
        references("filter[customer_reference]=ref-1").await,
        ["ref-1"]
    );
    assert_eq!(
        references("filter%5Bcustomer_group_reference%5D=group")
            .await
            .len(),
        3
    );
    assert_eq!(
        references("filter[phone_numbers][phone_number][contains]=%2B1716").await,
        ["ref-1"]
    );
    assert_eq!(
        references("filter[phone_numbers][carrier_name]=meridian").await,
        ["ref-2"]
    );
    assert_eq!(
        references("filter[end_user][admin][entity_name]=juniper").await,
        ["ref-1"]
    );
    assert_eq!(
        references("filter[status]=submitted,exception").await,
        [""; 0]
    );
    assert_eq!(references("page[number]=2&page[size]=2").await, ["ref-0"]);

    let (_, page) = rig.call("GET", "/porting_orders?page[size]=2", None).await;
    assert_eq!(
        page["meta"],
        json!({"page_number": 1, "page_size": 2, "total_pages": 2, "total_results": 3})
    );
    assert_eq!(
        rig.call("GET", "/porting_orders?page[size]=251", None)
            .await
            .0,
        422
    );
    let bare = rig.get("/porting_orders?include_phone_numbers=false").await;
    assert_eq!(
        (
            &bare[2]["phone_numbers"],
            &bare[2]["porting_phone_numbers_count"]
        ),
        (&json!([]), &json!(3))
    );

    let numbers = rig
        .get("/porting_phone_numbers?filter[porting_order_status]=draft")
        .await;
    assert_eq!(numbers.as_array().map(Vec::len), Some(6));
    let response = rig
        .raw("GET", "/porting_phone_numbers", |r| {
            r.header("accept", "text/csv")
        })
        .await;
    assert_eq!(response.headers()["content-type"], "text/csv");
    assert_eq!(response.text().await.expect("text").lines().count(), 7);
}

pub async fn an_order_shows_fifty_numbers_and_lists_the_rest(rig: &Rig) {
    let numbers: Vec<String> = (0..60)
        .map(|line| format!("+12145550{:03}", 100 + line))
        .collect();
    let (status, answer) = rig
        .post("/porting_orders", json!({"phone_numbers": numbers}))
        .await;
    assert_eq!(status, 201);
    let order = &answer["data"][0];
    assert_eq!(order["phone_numbers"].as_array().map(Vec::len), Some(50));
    assert_eq!(order["porting_phone_numbers_count"], 60);
    assert_eq!(
        rig.get("/porting_phone_numbers?page[size]=100")
            .await
            .as_array()
            .map(Vec::len),
        Some(60)
    );
}

pub async fn one_create_becomes_an_order_for_each_provider_and_kind(rig: &Rig) {
    let happy = rig.on_file(Scenario::Happy).await;
    let mobile = rig.on_file(Scenario::MissingPinOnMobile).await;
    let numbers = [
        &happy.typed.numbers[0].number,
        &mobile.typed.numbers[0].number,
        &"+18885550120".to_owned(),
    ];
    let (_, answer) = rig
        .post(
            "/porting_orders",
            json!({"phone_numbers": numbers, "customer_reference": "mixed"}),
        )
        .await;
    let orders = answer["data"].as_array().expect("a list");
    let mut kinds: Vec<&str> = orders
        .iter()
        .filter_map(|o| o["phone_number_type"].as_str())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["local", "mobile", "toll_free"]);
    let counters = rig.simulator.counters();
    assert_eq!(counters.orders_by_reference.get("mixed"), Some(&3));
    assert_eq!(counters.creates_by_reference.get("mixed"), Some(&1));
}

pub async fn a_draft_can_be_deleted_and_is_deleted_after_thirty_days(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    assert_eq!(
        rig.action(&id, "cancel").await.0,
        422,
        "a draft is not cancelled"
    );
    assert_eq!(
        rig.call("DELETE", &format!("/porting_orders/{id}"), None)
            .await
            .0,
        204
    );
    assert_eq!(
        rig.call("GET", &format!("/porting_orders/{id}"), None)
            .await
            .0,
        404
    );
    let hook = rig.hooks(&id).remove(0);
    assert_eq!(hook.event_type, "porting_order.deleted");
    assert!(hook.signed && hook.body.get("data").is_none(), "{hook:?}");
    assert!(hook.payload["deleted_at"].is_string());

    let id = rig.create(&part.typed, "r").await.remove(0);
    rig.advance(SignedDuration::from_hours(30 * 24 - 1)).await;
    assert_eq!(rig.order(&id).await["status"]["value"], "draft");
    rig.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(
        rig.call("GET", &format!("/porting_orders/{id}"), None)
            .await
            .0,
        404
    );
    assert_eq!(rig.hooks(&id).len(), 1);

    let (id, _) = rig.file(&part.typed, "r").await;
    assert_eq!(
        rig.call("DELETE", &format!("/porting_orders/{id}"), None)
            .await
            .0,
        422,
        "no draft any more"
    );
}

pub async fn an_order_is_cancelled_in_two_steps_and_confirmed_once(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let (id, _) = rig.file(&part.typed, "r").await;
    let (status, answer) = rig.action(&id, "confirm").await;
    assert_eq!(status, 422, "{answer}");
    let (status, answer) = rig.action(&id, "cancel").await;
    assert_eq!(
        (status, &answer["data"]["status"]["value"]),
        (200, &json!("cancel-pending"))
    );
    assert_eq!(rig.action(&id, "cancel").await.0, 422);
    rig.until_status(&id, "cancelled").await;
    assert_eq!(rig.action(&id, "confirm").await.0, 422, "over is over");
    rig.advance(SignedDuration::from_hours(24 * 30)).await;
    assert_eq!(
        rig.told(&id),
        ["in-process", "cancel-pending", "cancelled"],
        "no old timer wakes it up"
    );
    let counters = rig.simulator.counters();
    assert_eq!(
        (counters.confirms_accepted, counters.confirms_repeated),
        (1, 2)
    );
    assert_eq!(
        (counters.cancels_accepted, counters.cancels_refused),
        (1, 1)
    );
}

pub async fn a_confirmed_date_can_be_changed_until_two_days_before(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let (id, wished) = rig.file(&part.typed, "r").await;
    let order = rig.until_status(&id, "foc-date-confirmed").await;
    assert_eq!(
        instant(&order["activation_settings"]["foc_datetime_actual"]),
        wished
    );
    let path = format!("/porting_orders/{id}");
    let frozen = json!({"end_user": {"admin": {"account_number": "1"}}});
    assert_eq!(
        rig.call("PATCH", &path, Some(frozen)).await.0,
        422,
        "the losing provider has confirmed it"
    );
    let tags = json!({"phone_number_configuration": {"tags": ["moved"]}});
    assert_eq!(
        rig.call("PATCH", &path, Some(tags)).await.0,
        200,
        "what happens here can change"
    );

    let windows = rig.get(&format!("{path}/allowed_foc_windows")).await;
    let later = windows
        .as_array()
        .and_then(|w| w.get(8))
        .map(|w| instant(&w["started_at"]))
        .expect("a window");
    let wish = |at: Timestamp| json!({"activation_settings": {"foc_datetime_requested": at}});
    let order = rig.patch(&id, wish(later)).await;
    assert_eq!(
        order["status"]["value"], "submitted",
        "back to the losing provider"
    );
    let order = rig.until_status(&id, "foc-date-confirmed").await;
    assert_eq!(
        instant(&order["activation_settings"]["foc_datetime_actual"]),
        later
    );
    rig.advance_to(later).await;
    assert_eq!(
        rig.call(
            "PATCH",
            &path,
            Some(wish(later + SignedDuration::from_mins(30)))
        )
        .await
        .0,
        422,
        "too late"
    );
    rig.until_status(&id, "ported").await;
}

pub async fn documents_are_uploaded_both_ways_and_vanish_unless_linked(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    let form = reqwest::multipart::Form::new()
        .text("customer_reference", "doc-1")
        .part(
            "file",
            reqwest::multipart::Part::bytes(b"%PDF-1.4 signed".to_vec())
                .file_name("loa.pdf")
                .mime_str("application/pdf")
                .expect("a type"),
        );
    let response = rig.raw("POST", "/documents", |r| r.multipart(form)).await;
    assert_eq!(response.status(), 200);
    let loa: Value = response.json().await.expect("JSON");
    assert_eq!(loa["data"]["content_type"], "application/pdf");
    assert_eq!(loa["data"]["size"], json!({"amount": 15, "unit": "bytes"}));
    assert_eq!(loa["data"]["customer_reference"], "doc-1");
    let loa = loa["data"]["id"].as_str().expect("an id").to_owned();
    let (bill, spare) = (rig.upload("bill.pdf").await, rig.upload("spare.pdf").await);
    rig.patch(&id, json!({"documents": {"loa": loa, "invoice": bill}}))
        .await;
    let path = format!("/porting_orders/{id}/additional_documents");
    let (status, added) = rig
        .post(
            &path,
            json!({"additional_documents": [{"document_id": spare, "document_type": "csr"}]}),
        )
        .await;
    assert_eq!(
        (status, &added["data"][0]["filename"]),
        (201, &json!("spare.pdf"))
    );
    let orphan = rig.upload("orphan.pdf").await;
    assert_eq!(
        rig.call("DELETE", &format!("/documents/{loa}"), None)
            .await
            .0,
        422,
        "linked"
    );

    rig.advance(SignedDuration::from_mins(29)).await;
    rig.get(&format!("/documents/{orphan}")).await;
    rig.advance(SignedDuration::from_mins(1)).await;
    assert_eq!(
        rig.call("GET", &format!("/documents/{orphan}"), None)
            .await
            .0,
        404,
        "nothing referred to it"
    );
    for kept in [&loa, &bill, &spare] {
        rig.get(&format!("/documents/{kept}")).await;
    }
    // Not through a proxy: the description's media type for this answer is none, see known-description-errors.md.
    let download = rig
        .http
        .get(format!("{}/v2/documents/{loa}/download", rig.origin))
        .bearer_auth(KEY);
    let bytes = download
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a body");
    assert_eq!(bytes.as_ref(), b"%PDF-1.4 signed");
    assert_eq!(rig.get(&path).await.as_array().map(Vec::len), Some(1));
    let additional = added["data"][0]["id"].as_str().expect("an id");
    assert_eq!(
        rig.call("DELETE", &format!("{path}/{additional}"), None)
            .await
            .0,
        204
    );
    assert_eq!(rig.get(&path).await, json!([]));
    assert_eq!(rig.simulator.counters().documents_vanished, 1);
}

pub async fn a_document_over_twenty_megabytes_is_refused(rig: &Rig) {
    for (size, status) in [(20 * 1024 * 1024, 200), (20 * 1024 * 1024 + 1, 422)] {
        let part = reqwest::multipart::Part::bytes(vec![b'x'; size]).file_name("big.pdf");
        let form = reqwest::multipart::Form::new().part("file", part);
        let response = rig.raw("POST", "/documents", |r| r.multipart(form)).await;
        assert_eq!(response.status().as_u16(), status, "{size} bytes");
    }
    let (status, answer) = rig
        .post(
            "/documents",
            json!({"file": "not base64!", "filename": "x"}),
        )
        .await;
    assert_eq!((status, pointers(&answer)), (422, vec!["/file"]));
    let (status, answer) = rig
        .post("/documents", json!({"url": "http://127.0.0.1/x"}))
        .await;
    assert_eq!(
        (status, pointers(&answer)),
        (422, vec!["/url"]),
        "nothing is fetched for anybody"
    );
}

pub async fn the_small_reads_answer(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let id = rig.create(&part.typed, "r").await.remove(0);
    let path = format!("/porting_orders/{id}");
    assert_eq!(
        rig.call("GET", &format!("{path}/sub_request"), None)
            .await
            .0,
        404,
        "drafts have none"
    );
    let requirements = rig.get(&format!("{path}/requirements")).await;
    assert_eq!(requirements.as_array().map(Vec::len), Some(2));
    // Documents can be given as requirements too.
    let loa = rig.upload("loa.pdf").await;
    let kind = requirements[0]["requirement_type"]["id"].clone();
    let order = rig
        .patch(
            &id,
            json!({"requirements": [{"requirement_type_id": kind, "field_value": loa}]}),
        )
        .await;
    assert_eq!(order["documents"]["loa"], json!(loa));
    assert_eq!(order["requirements"][0]["field_value"], json!(loa));

    let pdf = rig.raw("GET", &format!("{path}/loa_template"), |r| r).await;
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    let document = lopdf::Document::load_mem(&pdf.bytes().await.expect("a body")).expect("a PDF");
    assert!(
        document
            .extract_text(&[1])
            .expect("text")
            .contains("+15185550110")
    );
    let kinds = rig.get("/porting_orders/exception_types").await;
    assert_eq!(kinds.as_array().map(Vec::len), Some(21));

    rig.fill(&id, &part.typed).await;
    rig.action(&id, "confirm").await;
    let order = rig.order(&id).await;
    let sub = rig.get(&format!("{path}/sub_request")).await;
    let key = order["support_key"].as_str().expect("a key");
    assert_eq!(sub["sub_request_id"].as_str(), key.strip_prefix("sr_"));
    rig.post(&format!("{path}/comments"), json!({"body": "first"}))
        .await;
    rig.post(&format!("{path}/comments"), json!({"body": "second"}))
        .await;
    let comments = rig
        .get(&format!("{path}/comments?page[size]=1&page[number]=2"))
        .await;
    assert_eq!(comments[0]["body"], "second");
    assert_eq!(
        rig.post(&format!("{path}/comments"), json!({"body": " "}))
            .await
            .0,
        422
    );
}

pub async fn events_can_be_read_back_and_told_again(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let (id, _) = rig.file(&part.typed, "r").await;
    rig.until_status(&id, "submitted").await;
    let events = rig
        .get(&format!("/porting/events?filter[porting_order_id]={id}"))
        .await;
    assert_eq!(events.as_array().map(Vec::len), Some(2));
    let (newest, event) = (&events[0], events[0]["id"].as_str().expect("an id"));
    assert_eq!(
        (
            &newest["event_type"],
            &newest["payload"]["status"]["value"],
            &newest["payload_status"]
        ),
        (
            &json!("porting_order.status_changed"),
            &json!("submitted"),
            &json!("completed")
        )
    );
    assert_eq!(rig.get(&format!("/porting/events/{event}")).await, *newest);
    assert_eq!(
        rig.get("/porting/events?filter[type]=porting_order.split")
            .await,
        json!([])
    );
    assert_eq!(
        rig.call("POST", &format!("/porting/events/{event}/republish"), None)
            .await
            .0,
        204
    );
    let twice = rig.hooks(&id).into_iter().filter(|h| h.id == event).count();
    assert_eq!(twice, 2);
    let unknown = "/porting/events/5a7c2e0e-7f64-4d53-8a8e-0d7a5b6f9c22";
    assert_eq!(rig.call("GET", unknown, None).await.0, 404);
    assert_eq!(
        rig.call("POST", &format!("{unknown}/republish"), None)
            .await
            .0,
        404
    );
}

pub async fn two_orders_for_one_number_get_in_each_others_way(rig: &Rig) {
    let part = rig.on_file(Scenario::Happy).await;
    let (first, _) = rig.file(&part.typed, "r").await;
    let (second, _) = rig.file(&part.typed, "r").await;
    rig.until_status(&first, "submitted").await;
    let order = rig.until_status(&second, "exception").await;
    assert_eq!(super::rig::codes(&order), ["LSR_PENDING"]);
    assert_eq!(
        rig.simulator
            .counters()
            .orders_by_number
            .get("+15185550110"),
        Some(&2)
    );
    assert_eq!(rig.action(&second, "cancel").await.0, 200);
    rig.until_status(&first, "ported").await;
}

pub async fn a_number_that_nobody_has_on_file_is_rejected(rig: &Rig) {
    let mut typed = portolan::simulator::demo::cast().remove(0).typed;
    typed.numbers.truncate(1);
    let (id, _) = rig.file(&typed, "r").await;
    let order = rig.until_status(&id, "exception").await;
    assert_eq!(super::rig::codes(&order), ["PHONE_NUMBER_MISMATCH"]);
}
