//! How the operator's pages look: a stylesheet of a few colours, and the logo. Both have addresses that change with their
//! content, so that browsers keep them for good.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::session::Portal;
use crate::app::operator::palette;
use crate::config::Color;

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "there is no such file").into_response()
}

/// The colours that follow from an accent. Any accent has them, so nothing needs to be stored.
pub(super) async fn accent(Path(digits): Path<String>) -> Response {
    let Ok(color) = format!("#{digits}").parse::<Color>() else {
        return nothing();
    };
    let all = palette(color);
    let css = format!(
        ":root{{--accent:light-dark({},{});--accent-2:light-dark({},{});--accent-soft:light-dark({},{});--accent-ink:light-dark(#ffffff,#06131b)}}\n",
        all.light, all.dark, all.light_strong, all.dark_strong, all.light_soft, all.dark_soft
    );
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, FOR_GOOD),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        css,
    )
        .into_response()
}

/// The logo under its hash.
pub(super) async fn logo(State(portal): State<Portal>, Path(hash): Path<String>) -> Response {
    let operator = portal.app.operator();
    let Some(logo) = operator.logo.as_ref().filter(|logo| logo.hash == hash) else {
        return nothing();
    };
    (
        [
            (header::CONTENT_TYPE, logo.content_type.as_str()),
            (header::CACHE_CONTROL, FOR_GOOD),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // The settings file may name an SVG: nothing in it may run, also when it is opened by itself.
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            ),
        ],
        logo.bytes.clone(),
    )
        .into_response()
}
