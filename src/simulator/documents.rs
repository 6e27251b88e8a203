//! Documents: uploaded on their own, then linked by an order, or gone after half an hour.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Simulator;
use super::errors::ApiError;
use super::listing::Query;
use super::orders::{Additional, Order};
use super::telnyx_api::{answer, id_of, parse};
use super::world::{Document, World};

/// The largest document, in bytes (the carrier's documentation: 20 MB).
const DOCUMENT_MAX: usize = 20 * 1024 * 1024;
/// The largest body: a document in base64, and room for the rest.
pub(super) const BODY_MAX: usize = DOCUMENT_MAX / 3 * 4 + 1024 * 1024;
/// The longest file name, in bytes.
const FILENAME_MAX: usize = 512;
/// Additional documents that one order holds.
const ADDITIONAL_MAX: usize = 100;

type Answer = Result<Response, ApiError>;

fn document_id(text: &str) -> Result<Uuid, ApiError> {
    id_of(text, "document")
}

fn document_json(document: &Document) -> Value {
    let mut value = json!({
        "id": document.id,
        "record_type": "document",
        "created_at": document.at,
        "updated_at": document.at,
        "filename": document.filename,
        "content_type": document.content_type,
        "sha256": document.sha256,
        "size": {"amount": document.bytes.len(), "unit": "bytes"},
        "status": "pending",
        "av_scan_status": "scanned",
    });
    if let (Some(reference), Some(object)) = (&document.customer_reference, value.as_object_mut()) {
        object.insert("customer_reference".into(), json!(reference));
    }
    value
}

/// What an upload brings.
#[derive(Default)]
struct Upload {
    bytes: Option<Bytes>,
    filename: Option<String>,
    content_type: Option<String>,
    customer_reference: Option<String>,
}

/// `POST /documents`: multipart with a `file`, or JSON with `file` in base64.
pub(super) async fn upload(State(simulator): State<Simulator>, request: Request) -> Answer {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("multipart/form-data"));
    let upload = if is_form {
        from_form(request).await?
    } else {
        from_json(request).await?
    };
    let Some(bytes) = upload.bytes.filter(|b| !b.is_empty()) else {
        return Err(ApiError::missing(&["/file"]));
    };
    if bytes.len() > DOCUMENT_MAX {
        return Err(too_large());
    }
    let filename = upload
        .filename
        .filter(|n| !n.is_empty())
        .unwrap_or_else(|| "document".to_owned());
    if filename.len() > FILENAME_MAX {
        return Err(ApiError::invalid_at(
            "/filename",
            "is longer than 512 characters",
        ));
    }
    let content_type = upload
        .content_type
        .or_else(|| infer::get(&bytes).map(|kind| kind.mime_type().to_owned()))
        .or_else(|| {
            mime_guess::from_path(&filename)
                .first_raw()
                .map(str::to_owned)
        })
        .unwrap_or_else(|| "application/octet-stream".to_owned());
    let mut world = simulator.present();
    let document = Document {
        id: world.uuid(),
        filename,
        content_type,
        customer_reference: upload.customer_reference,
        sha256: hex::encode(Sha256::digest(&bytes)),
        bytes,
        at: world.moment,
    };
    let body = json!({"data": document_json(&document)});
    world.keep_document(document);
    Ok(answer(StatusCode::OK, body))
}

fn too_large() -> ApiError {
    ApiError::invalid_at("/file", "is larger than 20 MB")
}

async fn from_form(request: Request) -> Result<Upload, ApiError> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::body_not_json())?;
    let mut upload = Upload::default();
    // A body over the limit shows up as a field that breaks off.
    while let Some(field) = form.next_field().await.map_err(|_| too_large())? {
        match field.name() {
            Some("file") => {
                upload.filename = field.file_name().map(str::to_owned);
                upload.content_type = field.content_type().map(str::to_owned);
                upload.bytes = Some(field.bytes().await.map_err(|_| too_large())?);
            }
            Some("customer_reference") => upload.customer_reference = field.text().await.ok(),
            _ => {}
        }
    }
    Ok(upload)
}

async fn from_json(request: Request) -> Result<Upload, ApiError> {
    let bytes = Bytes::from_request(request, &())
        .await
        .map_err(|_| too_large())?;
    let body = parse(&bytes)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let bytes = match text("file") {
        Some(file) => {
            let decoded = STANDARD
                .decode(&file)
                .or_else(|_| STANDARD_NO_PAD.decode(&file));
            Some(
                decoded
                    .map_err(|_| ApiError::invalid_at("/file", "is not base64"))?
                    .into(),
            )
        }
        // The real API would fetch the address; this one fetches nothing for anybody.
        None if body.get("url").is_some() => {
            return Err(ApiError::invalid_at(
                "/url",
                "is not fetched by the simulator; send the file itself",
            ));
        }
        None => None,
    };
    Ok(Upload {
        bytes,
        filename: text("filename"),
        content_type: None,
        customer_reference: text("customer_reference"),
    })
}

/// `GET /documents`
pub(super) async fn list(State(simulator): State<Simulator>, query: Query) -> Answer {
    let world = simulator.present();
    let references = query.all(&[
        "filter[customer_reference][eq]",
        "filter[customer_reference][in][]",
        "filter[customer_reference][in]",
    ]);
    let mut documents: Vec<&Document> = world
        .documents
        .values()
        .filter(|d| {
            references.is_empty()
                || d.customer_reference
                    .as_deref()
                    .is_some_and(|r| references.contains(&r))
        })
        .filter(|d| {
            query
                .get("filter[filename][contains]")
                .is_none_or(|want| d.filename.contains(want))
        })
        .collect();
    documents.sort_by_key(|d| std::cmp::Reverse(d.at));
    Ok(answer(
        StatusCode::OK,
        query.page(documents, document_json)?,
    ))
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Document, ApiError> {
    world
        .documents
        .get(&document_id(id)?)
        .ok_or_else(|| ApiError::not_found("document"))
}

/// `GET /documents/{id}`
pub(super) async fn show(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let world = simulator.present();
    Ok(answer(
        StatusCode::OK,
        json!({"data": document_json(find(&world, &id)?)}),
    ))
}

/// `GET /documents/{id}/download`
pub(super) async fn download(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let world = simulator.present();
    let document = find(&world, &id)?;
    Ok((
        [(header::CONTENT_TYPE, document.content_type.clone())],
        document.bytes.clone(),
    )
        .into_response())
}

/// `DELETE /documents/{id}`: only while no order refers to it.
pub(super) async fn remove(State(simulator): State<Simulator>, Path(id): Path<String>) -> Answer {
    let mut world = simulator.present();
    let body = json!({"data": document_json(find(&world, &id)?)});
    let id = document_id(&id)?;
    if world
        .orders
        .values()
        .any(|o| o.document_ids().contains(&id))
    {
        return Err(ApiError::state(
            "The document is linked to an order; unlink it first",
        ));
    }
    world.documents.remove(&id);
    Ok(answer(StatusCode::OK, body))
}

fn additional_json(world: &World, order: &Order, additional: &Additional) -> Value {
    let document = world.documents.get(&additional.document);
    json!({
        "id": additional.id,
        "record_type": "porting_additional_document",
        "porting_order_id": order.id,
        "document_id": additional.document,
        "document_type": additional.document_type,
        "filename": document.map_or("", |d| d.filename.as_str()),
        "content_type": document.map_or("", |d| d.content_type.as_str()),
        "created_at": additional.at,
        "updated_at": additional.at,
    })
}

/// `GET /porting_orders/{id}/additional_documents`
pub(super) async fn list_additional(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let world = simulator.present();
    let order = world.order(id_of(&id, "porting order")?)?;
    let types = query.all(&["filter[document_type]", "filter[document_type][]"]);
    let wanted = order
        .additional
        .iter()
        .filter(|a| types.is_empty() || types.contains(&a.document_type.as_str()));
    let mut list: Vec<Value> = wanted.map(|a| additional_json(&world, order, a)).collect();
    if query.sort() == "-created_at" {
        list.reverse();
    }
    Ok(answer(StatusCode::OK, query.page(list, |item| item)?))
}

/// `POST /porting_orders/{id}/additional_documents`
pub(super) async fn add_additional(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer {
    let id = id_of(&id, "porting order")?;
    let body = parse(&bytes)?;
    let Some(list) = body.get("additional_documents").and_then(Value::as_array) else {
        return Err(ApiError::missing(&["/additional_documents"]));
    };
    let mut world = simulator.present();
    let held = world.order(id)?.additional.len();
    if held + list.len() > ADDITIONAL_MAX {
        return Err(ApiError::invalid_at(
            "/additional_documents",
            "would be more than 100",
        ));
    }
    let mut new = Vec::new();
    for (index, item) in list.iter().enumerate() {
        let here = |name: &str| format!("/additional_documents/{index}/{name}");
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let document = Uuid::try_parse(text("document_id"))
            .ok()
            .filter(|d| world.documents.contains_key(d));
        let Some(document) = document else {
            return Err(ApiError::no_such_associate(&here("document_id")));
        };
        let document_type = text("document_type");
        if !["loa", "invoice", "csr", "other"].contains(&document_type) {
            return Err(ApiError::invalid_at(
                &here("document_type"),
                "is not one of the allowed words",
            ));
        }
        new.push(Additional {
            id: world.uuid(),
            document,
            document_type: document_type.to_owned(),
            at: world.moment,
        });
    }
    let order = world.order(id)?;
    let data: Vec<Value> = new
        .iter()
        .map(|a| additional_json(&world, order, a))
        .collect();
    world.order_mut(id)?.additional.extend(new);
    Ok(answer(StatusCode::CREATED, json!({ "data": data })))
}

/// `DELETE /porting_orders/{id}/additional_documents/{additional_document_id}`
pub(super) async fn remove_additional(
    State(simulator): State<Simulator>,
    Path((id, document)): Path<(String, String)>,
) -> Answer {
    let (id, document) = (
        id_of(&id, "porting order")?,
        id_of(&document, "additional document")?,
    );
    let mut world = simulator.present();
    let order = world.order_mut(id)?;
    let before = order.additional.len();
    order.additional.retain(|a| a.id != document);
    if order.additional.len() == before {
        Err(ApiError::not_found("additional document"))
    } else {
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}
