//! The adapter against a server that answers as told, and against the published description.

mod conformance;
mod failures;
mod flows;
mod readings;
mod webhooks;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::carriers::order::{
    CarrierDocumentId, OrderData, PortScope, RemainingNumbers, ServiceAddress,
};
use crate::domain::number::E164;

const ID: &str = "0b9c3a52-7a54-4d8a-9f0e-5f1f5a1d0001";
const REFERENCE: &str = "port_0198c0de000070008000000000000001";

fn number(line: u32) -> E164 {
    format!("+1512555{line:04}").parse().expect("a number")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// An order as Telnyx sends it, with `lines` as its numbers.
fn order(id: &str, status: &str, lines: &[u32]) -> Value {
    let numbers: Vec<Value> = lines.iter().map(|line| number_row(id, *line)).collect();
    json!({
        "activation_settings": {
            "activation_status": null,
            "fast_port_eligible": false,
            "foc_datetime_actual": null,
            "foc_datetime_requested": "2026-12-04T16:00:00Z"
        },
        "created_at": "2026-11-23T14:59:00Z",
        "customer_group_reference": "acct_1",
        "customer_reference": REFERENCE,
        "end_user": {
            "admin": { "account_number": "AC-55018", "pin_passcode": "4711", "entity_name": "Rosewater Dental" }
        },
        "id": id,
        "messaging": {
            "enable_messaging": true,
            "messaging_capable": true,
            "messaging_port_completed": false,
            "messaging_port_status": "pending"
        },
        "misc": { "type": "full" },
        "phone_number_type": "local",
        "phone_numbers": numbers,
        "porting_phone_numbers_count": lines.len(),
        "record_type": "porting_order",
        "requirements_met": true,
        "status": { "details": [], "value": status },
        "support_key": "sr_5c1a2b",
        "updated_at": "2026-11-23T15:00:00.123456Z"
    })
}

fn number_row(order: &str, line: u32) -> Value {
    json!({
        "activation_status": "Pending",
        "phone_number": number(line).to_string(),
        "phone_number_type": "local",
        "portability_status": "confirmed",
        "porting_order_id": order,
        "record_type": "porting_phone_number",
        "requirements_status": "approved"
    })
}

fn enveloped(data: Value) -> Value {
    json!({ "data": data })
}

fn page(rows: Vec<Value>, number: usize, pages: usize) -> Value {
    json!({ "data": rows, "meta": { "page_number": number, "total_pages": pages } })
}

/// An order's data with everything set that can be.
fn data() -> OrderData {
    OrderData {
        entity_name: "Rosewater Dental".into(),
        authorized_person: "Ada Rosewater".into(),
        billing_number: number(100),
        account_number: SecretString::from("AC-55018"),
        pin: Some(SecretString::from("4711")),
        tax_id: Some(SecretString::from("74-5550100")),
        service_address: ServiceAddress {
            street: "600 Example Avenue".into(),
            extended: Some("Floor 3".into()),
            city: "Austin".into(),
            state: "TX".into(),
            postal_code: "78701".into(),
            country: "US".into(),
        },
        loa: Some(CarrierDocumentId(
            "6a09cdc3-8948-47f0-aa62-74ac943d6c58".into(),
        )),
        bill: Some(CarrierDocumentId(
            "6a09cdc3-8948-47f0-aa62-74ac943d6c59".into(),
        )),
        scope: PortScope::Partial(RemainingNumbers::Keep {
            new_billing_number: Some(number(150)),
        }),
        requested_foc: Some(at("2026-12-04T16:00:00Z")),
        messaging: true,
        webhook_url: Some("https://desk.example.com/hooks/telnyx".into()),
    }
}

/// The same with nothing that can be left out.
fn least_data() -> OrderData {
    let mut data = data();
    data.service_address.extended = None;
    OrderData {
        pin: None,
        tax_id: None,
        loa: None,
        bill: None,
        scope: PortScope::Full,
        requested_foc: None,
        messaging: false,
        webhook_url: None,
        ..data
    }
}

/// A folder of published descriptions and samples that may lie beside the checkout.
fn shared(below: &str) -> Option<std::path::PathBuf> {
    let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("PORTOLAN_SHARED").map_or(beside, Into::into);
    let path = folder.join(below);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("PORTOLAN_REQUIRE_SHARED").is_none(),
        "{} is required and is not there",
        path.display()
    );
    println!("skipped: {} is not there", path.display());
    None
}
