//! The description of the API: OpenAPI 3.1, made from the code, and a page to read it on.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder,
};

use super::docs;
use super::problem::{FieldProblemBody, PROBLEM_JSON, ProblemBody};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Portolan",
        description = "Takes telephone numbers from the first form to the first call that rings in their new home.\n\nEvery request carries an API key: `authorization: Bearer portolan_…`. What goes wrong is answered as `application/problem+json`, with the field and the way out. Requests that create or change something can carry an `Idempotency-Key`: a repetition gets the same answer and nothing happens twice. A port request's `ETag` in `If-Match` makes a change happen only if nobody else was faster. Unknown fields are refused.\n\nMoments are UTC and of the desk's calendar, which runs faster in a demo; the header `x-desk-time` of each answer says what time it is there.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    components(schemas(ProblemBody, FieldProblemBody)),
    tags(
        (name = "Port requests", description = "One losing provider, one account there, any number of numbers."),
        (name = "Numbers", description = "The numbers of a port request, receiving numbers, hosted numbers, and questions about numbers."),
        (name = "Papers", description = "The agreement, the Letter of Authorization, proof of ownership, documents."),
        (name = "Carriers", description = "What goes to the carriers and what is answered to them."),
        (name = "History and notes", description = "What happened, and what people wrote about it."),
        (name = "Webhooks", description = "Portolan tells your system what happens."),
        (name = "The desk", description = "For the people who do the porting."),
        (name = "Accounts and keys", description = "Who asks, for whom, with which key."),
    ),
)]
struct Frame;

/// The description without its operations.
pub fn frame() -> OpenApi {
    let mut document = Frame::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key: it begins with `portolan_`."))
        .build();
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("api_key", SecurityScheme::Http(bearer));
    document.security = Some(vec![utoipa::openapi::security::SecurityRequirement::new(
        "api_key",
        Vec::<String>::new(),
    )]);
    document
}

/// Adds to each operation what holds for all of its kind, because it is done around the handlers.
pub fn complete(document: &mut OpenApi) {
    let below = std::mem::take(&mut document.paths.paths);
    document.paths.paths = below
        .into_iter()
        .map(|(path, item)| (format!("/v1{path}"), item))
        .collect();
    for (path, item) in &mut document.paths.paths {
        let methods = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                let path = path.strip_prefix("/v1").unwrap_or(path);
                complete_one(path, method, operation);
            }
        }
    }
}

fn complete_one(path: &str, method: &str, operation: &mut Operation) {
    let on_port = path.starts_with("/ports/{id}") && method != "get";
    let mut problems = vec![
        ("401", "There is no valid API key"),
        ("403", "Not for the one who asks"),
        (
            "429",
            "Asked too often; `retry-after` says how long to wait",
        ),
        ("500", "Something went wrong on our side"),
        (
            "503",
            "Something that is needed does not answer; nothing was stored",
        ),
    ];
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let names_account = parameters
        .iter()
        .any(|one| matches!(one, RefOr::T(one) if one.name == "account"))
        || (method == "post"
            && matches!(
                path,
                "/ports" | "/webhooks" | "/receiving-numbers" | "/hosted-numbers"
            ));
    if path.contains('{') || names_account {
        problems.push((
            "404",
            "There is no such thing, or it is not for the one who asks to know of",
        ));
    }
    let has_query = parameters
        .iter()
        .any(|one| matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Query));
    if operation.request_body.is_some() {
        problems.extend([
            ("400", "The body cannot be read"),
            ("413", "The body is too large"),
            ("415", "The body is of another type"),
        ]);
    }
    if operation.request_body.is_some() || has_query || method == "post" {
        problems.push((
            "422",
            "Something that was sent must be corrected; `problems` names each field",
        ));
    }
    if on_port {
        problems.extend([
            (
                "409",
                "The rules of porting do not allow it now; `way_out` says what would",
            ),
            ("412", "Somebody else changed the port request meanwhile"),
        ]);
    }
    if path.starts_with("/hosted-numbers") && method != "get" {
        problems.push((
            "409",
            "The rules of hosted numbers do not allow it; `way_out` says what would",
        ));
    }
    if path.starts_with("/hosted-numbers") && method == "post" {
        problems.push(("412", "Somebody else changed the hosted number meanwhile"));
    }
    if path == "/ports" && method == "post" {
        problems.push(("409", "A number is on an open port request already"));
    }
    for (status, description) in problems {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem_response(status, description)));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            response.headers.insert(
                "x-operation-id".to_owned(),
                RefOr::T(
                    HeaderBuilder::new()
                        .schema(Some(text()))
                        .description(Some("Names this one answer in the desk's log."))
                        .build(),
                ),
            );
            let whole_port = response.content.values().any(
                |content| matches!(content, RefOr::T(content) if is_port(content.schema.as_ref())),
            );
            if status.starts_with('2') && whole_port {
                response.headers.insert(
                    "etag".to_owned(),
                    RefOr::T(
                        HeaderBuilder::new()
                            .schema(Some(text()))
                            .description(Some("The version, for `If-Match`."))
                            .build(),
                    ),
                );
            }
        }
    }
    let mut headers = Vec::new();
    if method == "post"
        && operation.request_body.is_some()
        && !path.ends_with("-checks")
        && path != "/receiving-numbers"
        && path != "/desk/bulk"
    {
        headers.push(header_parameter(
            "Idempotency-Key",
            "Up to 200 characters, such as a UUID. A repetition with the same key and the same body gets the same answer, and nothing happens twice.",
        ));
    }
    if on_port {
        headers.push(header_parameter(
            "If-Match",
            "The ETag of the port request as it was last seen. If somebody else changed it meanwhile, nothing happens.",
        ));
    }
    operation
        .parameters
        .get_or_insert_with(Vec::new)
        .extend(headers.into_iter().map(RefOr::T));
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn is_port(schema: Option<&RefOr<utoipa::openapi::Schema>>) -> bool {
    matches!(schema, Some(RefOr::Ref(reference)) if reference.ref_location == "#/components/schemas/Port")
}

fn problem_response(status: &str, description: &str) -> utoipa::openapi::Response {
    let mut response = ResponseBuilder::new().description(description).content(
        PROBLEM_JSON,
        ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build(),
    );
    if matches!(status, "429" | "503") {
        response = response.header(
            "retry-after",
            HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
                .description(Some("Seconds to wait."))
                .build(),
        );
    }
    response.build()
}

fn header_parameter(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(text()))
        .build()
}

/// Only our own style sheet; nothing else is loaded, run or framed.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The description for programs and for people. Each is made when it is first asked for.
pub fn pages<S: Clone + Send + Sync + 'static>(document: OpenApi) -> Router<S> {
    let document = Arc::new(document);
    let page = |kind: &'static str, make: fn(&OpenApi) -> String| {
        let document = document.clone();
        let made: Arc<OnceLock<Bytes>> = Arc::default();
        get(move || async move {
            let body = made.get_or_init(|| Bytes::from(make(&document))).clone();
            (
                [
                    (header::CONTENT_TYPE, kind),
                    (header::CACHE_CONTROL, "no-cache"),
                    (header::CONTENT_SECURITY_POLICY, POLICY),
                ],
                body,
            )
                .into_response()
        })
    };
    Router::new()
        .route(
            "/openapi.json",
            page("application/json", |document| {
                document.to_pretty_json().unwrap_or_default()
            }),
        )
        .route(
            "/docs",
            page("text/html; charset=utf-8", |document| {
                docs::page(&serde_json::to_value(document).unwrap_or_default())
            }),
        )
        .route(
            "/docs.css",
            page("text/css; charset=utf-8", |_| docs::STYLE.to_owned()),
        )
}
