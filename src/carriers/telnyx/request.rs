//! Building requests, strictly by Telnyx's published description: no field that it does not name.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::NumberDefaults;
use crate::carriers::http::{Body, FilePart, Method, Request};
use crate::carriers::order::{
    DocumentUpload, NewOrder, OrderData, PortScope, RemainingNumbers, ServiceAddress,
};
use crate::domain::number::E164;

/// Orders a page when a list carries their numbers too; a page then stays below about a megabyte.
const ORDERS_A_PAGE: usize = 50;
/// Items a page for everything else: the most that the description allows.
const ITEMS_A_PAGE: usize = 250;
/// The longest file name that Telnyx takes, in characters (its guide to documents).
const FILENAME_CHARS_MAX: usize = 512;

/// An order's id that may go into a path. Ids come from outside; Telnyx's are UUIDs, and anything
/// but letters, digits, `-` and `_` could point elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderRef<'a>(&'a str);

impl<'a> OrderRef<'a> {
    /// `None` when no order can have this id.
    pub(super) fn new(id: &'a str) -> Option<Self> {
        let fits = !id.is_empty() && id.len() <= 64;
        let clean = id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (fits && clean).then_some(Self(id))
    }

    /// Whether an answer's id is this one. UUIDs are the same in either case.
    pub(super) fn is(self, id: &str) -> bool {
        self.0.eq_ignore_ascii_case(id)
    }

    fn path(self, below: &str) -> String {
        // Already clean; escaped all the same, so that the line above may change.
        const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
        format!(
            "/porting_orders/{}{below}",
            utf8_percent_encode(self.0, KEPT)
        )
    }
}

pub(super) fn portability(numbers: &[E164]) -> Request {
    Request::new(Method::Post, "/portability_checks").json(json!({ "phone_numbers": numbers }))
}

pub(super) fn create(order: &NewOrder, numbers: &[E164]) -> Request {
    let mut body = Map::new();
    body.insert("phone_numbers".into(), json!(numbers));
    body.insert("customer_reference".into(), json!(order.reference));
    if let Some(group) = &order.group_reference {
        body.insert("customer_group_reference".into(), json!(group));
    }
    Request::new(Method::Post, "/porting_orders").json(body.into())
}

pub(super) fn orders_by_reference(reference: &str, page: usize) -> Request {
    // Oldest first: an order that is created meanwhile joins at the end and moves nothing.
    paged(
        Request::new(Method::Get, "/porting_orders"),
        page,
        ORDERS_A_PAGE,
    )
    .with("filter[customer_reference]", reference)
    .with("include_phone_numbers", true)
    .with("sort[value]", "created_at")
}

pub(super) fn order(id: OrderRef<'_>) -> Request {
    Request::new(Method::Get, id.path("")).with("include_phone_numbers", true)
}

/// The numbers of an order beyond the first 50. The description lists no such filter, yet links to
/// it from every order (`meta.phone_numbers_url`).
pub(super) fn numbers_of(id: OrderRef<'_>, page: usize) -> Request {
    paged(
        Request::new(Method::Get, "/porting_phone_numbers"),
        page,
        ITEMS_A_PAGE,
    )
    .with("filter[porting_order_id]", id.0)
}

pub(super) fn fill(id: OrderRef<'_>, data: &OrderData, defaults: &NumberDefaults) -> Request {
    let mut body = json!({
        "end_user": {
            "admin": {
                "entity_name": data.entity_name,
                "auth_person_name": data.authorized_person,
                "billing_phone_number": data.billing_number,
                "account_number": data.account_number.expose_secret(),
                "pin_passcode": exposed(data.pin.as_ref()),
                "tax_identifier": exposed(data.tax_id.as_ref()),
            },
            "location": location(&data.service_address),
        },
        "misc": scope(&data.scope),
        "messaging": { "enable_messaging": data.messaging },
    });
    let mut optional = |key: &str, value: Value| {
        if let (Some(map), false) = (body.as_object_mut(), is_empty(&value)) {
            map.insert(key.into(), value);
        }
    };
    // Fields that cannot be null by the description, or that keep what is there: left out when unset.
    let (loa, bill) = (
        data.loa.as_ref().map(|d| &d.0),
        data.bill.as_ref().map(|d| &d.0),
    );
    optional("documents", only_set([("loa", loa), ("invoice", bill)]));
    let foc = data.requested_foc.map(|at| at.to_string());
    optional(
        "activation_settings",
        only_set([("foc_datetime_requested", foc.as_ref())]),
    );
    optional("webhook_url", json!(data.webhook_url));
    let configuration = [
        ("connection_id", defaults.connection_id.as_ref()),
        (
            "messaging_profile_id",
            defaults.messaging_profile_id.as_ref(),
        ),
        ("billing_group_id", defaults.billing_group_id.as_ref()),
    ];
    optional("phone_number_configuration", only_set(configuration));
    let mut request = Request::new(Method::Patch, id.path("")).json(body);
    request.secrets = std::iter::once(&data.account_number)
        .chain(&data.pin)
        .chain(&data.tax_id)
        .cloned()
        .collect::<Vec<SecretString>>();
    request
}

pub(super) fn confirm(id: OrderRef<'_>) -> Request {
    Request::new(Method::Post, id.path("/actions/confirm"))
}

pub(super) fn cancel(id: OrderRef<'_>) -> Request {
    Request::new(Method::Post, id.path("/actions/cancel"))
}

pub(super) fn delete_draft(id: OrderRef<'_>) -> Request {
    Request::new(Method::Delete, id.path(""))
}

pub(super) fn comments(id: OrderRef<'_>, page: usize) -> Request {
    paged(
        Request::new(Method::Get, id.path("/comments")),
        page,
        ITEMS_A_PAGE,
    )
}

pub(super) fn comment(id: OrderRef<'_>, body: &str) -> Request {
    Request::new(Method::Post, id.path("/comments")).json(json!({ "body": body }))
}

pub(super) fn foc_windows(id: OrderRef<'_>) -> Request {
    Request::new(Method::Get, id.path("/allowed_foc_windows"))
}

pub(super) fn events(since: Timestamp, page: usize) -> Request {
    paged(
        Request::new(Method::Get, "/porting/events"),
        page,
        ITEMS_A_PAGE,
    )
    .with("filter[created_at][gte]", since)
}

pub(super) fn document(upload: DocumentUpload) -> Request {
    let mut request = Request::new(Method::Post, "/documents");
    let file = FilePart {
        name: "file",
        filename: short_name(&upload.filename),
        content_type: upload.content_type,
        bytes: upload.bytes,
    };
    let fields = upload
        .reference
        .map(|r| ("customer_reference", r))
        .into_iter()
        .collect();
    request.body = Body::Multipart { fields, file };
    request
}

fn paged(request: Request, page: usize, size: usize) -> Request {
    request.with("page[number]", page).with("page[size]", size)
}

fn location(address: &ServiceAddress) -> Value {
    json!({
        "street_address": address.street,
        "extended_address": address.extended,
        "locality": address.city,
        "administrative_area": address.state,
        "postal_code": address.postal_code,
        "country_code": address.country,
    })
}

/// For a full port the other two keys must be absent (the description's text on `misc.type`).
fn scope(scope: &PortScope) -> Value {
    match scope {
        PortScope::Full => json!({ "type": "full" }),
        PortScope::Partial(RemainingNumbers::Disconnect) => {
            json!({ "type": "partial", "remaining_numbers_action": "disconnect" })
        }
        PortScope::Partial(RemainingNumbers::Keep { new_billing_number }) => json!({
            "type": "partial",
            "remaining_numbers_action": "keep",
            "new_billing_phone_number": new_billing_number,
        }),
    }
}

/// An object of those keys that have a value.
fn only_set<const N: usize>(pairs: [(&str, Option<&String>); N]) -> Value {
    let set = pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), json!(value?))));
    Value::Object(set.collect())
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

fn exposed(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(|s| s.expose_secret())
}

/// A file name within Telnyx's limit; the ending is what must survive.
fn short_name(name: &str) -> String {
    let excess = name.chars().count().saturating_sub(FILENAME_CHARS_MAX);
    name.chars().skip(excess).collect()
}
