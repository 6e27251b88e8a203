//! A number list as a file.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::answer::{self, Answer};
use super::extract::{Asker, Path, Query, Terms, unread};
use super::papers::broken_form;
use super::problem::Problem;
use super::views::ImportReport;
use crate::app::import::{self, Imported};
use crate::domain::import::{Mapping, Meaning};
use crate::ids::PortId;

/// How the file is read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// What each column holds, from the left, separated by commas: `number`, `receiving_number`, `source`,
    /// `account_name`, `description`, `pin` or `ignore`. Left out, the headings decide.
    #[param(example = "number,receiving_number,source")]
    pub columns: Option<String>,
    /// The line that holds the headings. It and all above it are no data. Goes with `columns`.
    #[param(example = 1)]
    pub heading_line: Option<u32>,
    /// With `true` nothing is stored: the answer says what would become of the file.
    pub dry_run: Option<bool>,
}

/// A file with numbers.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a multipart form")]
pub struct ImportUpload {
    /// The file: CSV, TSV or semicolons in any usual encoding, or an Excel workbook (.xlsx).
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Import numbers from a file
///
/// CSV or an Excel workbook, as a form or as the body itself. Good rows are put on the port request in one
/// step; bad rows are listed by line, column and reason, and nothing of them is stored. With `dry_run` nothing
/// is stored at all.
#[utoipa::path(post, path = "/ports/{id}/numbers/import", operation_id = "import_port_numbers", tag = "Numbers",
    params(("id" = String, Path, description = "The port request"), ImportQuery),
    request_body(description = "The file", content(
        (ImportUpload = "multipart/form-data"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the file", body = ImportReport)))]
pub async fn import(
    State(api): State<Api>,
    Asker(caller): Asker,
    Path(id): Path<PortId>,
    Query(query): Query<ImportQuery>,
    terms: Terms,
    request: Request,
) -> Result<Response, Problem> {
    let mapping = mapping_of(&query)?;
    let file = file_of(&api, request).await?;
    let app = &api.app;
    if query.dry_run == Some(true) {
        let report = import::preview(app, &caller, id, file, mapping).await?;
        return Ok(Answer::new(StatusCode::OK, &ImportReport::of(&report, true)).into_response());
    }
    let mut hash = Sha256::new();
    hash.update(query.columns.as_deref().unwrap_or_default());
    hash.update(query.heading_line.unwrap_or_default().to_be_bytes());
    hash.update(&file);
    let hash: [u8; 32] = hash.finalize().into();
    let told: Arc<Mutex<Imported>> = Arc::default();
    let said = told.clone();
    let tell = move |report: Imported| {
        *told.lock().unwrap_or_else(PoisonError::into_inner) = report;
    };
    let asker = &caller;
    answer::change_and_say(
        &api,
        &caller,
        terms,
        &hash,
        move |view| {
            let report = said.lock().unwrap_or_else(PoisonError::into_inner);
            Answer::new(StatusCode::OK, &ImportReport::of(&report, false)).version(view.version)
        },
        |guard| async move { import::run(app, asker, id, file, mapping, guard, &tell).await },
    )
    .await
}

fn mapping_of(query: &ImportQuery) -> Result<Option<Mapping>, Problem> {
    let Some(columns) = &query.columns else {
        return match query.heading_line {
            None => Ok(None),
            Some(_) => Err(Problem::field(
                "heading_line",
                "This goes with `columns`: say what each column holds, or leave both out.",
            )),
        };
    };
    let mut meanings = Vec::new();
    for name in columns.split(',').map(str::trim) {
        let meaning = Meaning::ALL
            .into_iter()
            .find(|meaning| super::views::meaning_name(*meaning) == name)
            .ok_or_else(|| {
                Problem::field(
                    "columns",
                    format!(
                        "There is no such column. Known are: {}.",
                        Meaning::ALL.map(super::views::meaning_name).join(", ")
                    ),
                )
            })?;
        meanings.push(meaning);
    }
    Mapping::new(meanings, query.heading_line)
        .map(Some)
        .map_err(|error| Problem::field("columns", error.to_string()))
}

async fn file_of(api: &Api, request: Request) -> Result<Bytes, Problem> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"));
    if !is_form {
        return Bytes::from_request(request, api)
            .await
            .map_err(|rejection| unread(&rejection));
    }
    let mut form = Multipart::from_request(request, api).await.map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "body_unreadable",
            "The form has no boundary.",
        )
    })?;
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(|e| broken_form(&e))? {
        match field.name() {
            Some("file") => file = Some(field.bytes().await.map_err(|e| broken_form(&e))?),
            other => {
                return Err(Problem::field(
                    other.unwrap_or_default(),
                    "There is no such field. Known here: `file`.",
                ));
            }
        }
    }
    file.ok_or_else(|| Problem::field("file", "This field is missing from the form."))
}
