//! The headers of every answer, and what guards every request.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;

/// Scripts, styles and pictures come from us alone; nothing is inline, and nobody may frame a page.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

/// Wraps the whole router.
pub fn finish(app: &App, router: Router) -> Router {
    let unless_set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let mut router = router
        .layer(CompressionLayer::new())
        .layer(unless_set(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // A secret link must not travel on to another site in a Referer.
        .layer(unless_set(header::REFERRER_POLICY, "no-referrer"))
        .layer(unless_set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .layer(unless_set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ))
        .layer(unless_set(header::CACHE_CONTROL, "no-store"))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(u64::from(app.config.server.request_timeout_seconds)),
        ));
    if app.config.server.is_https() {
        router = router.layer(unless_set(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000",
        ));
    }
    router
}
