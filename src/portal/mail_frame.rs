//! A mail's HTML as a page of its own, for the sandboxed frame in which the portal shows mails.

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::assets::MAIL_CONTENT_SECURITY_POLICY;
use crate::app::account_mail::LOGO_ID;
use crate::app::operator::Operator;

/// The frame's answer: links open beside the page instead of inside the small frame, and the logo comes from here
/// instead of from the mail.
pub(super) fn answer(html: &str, operator: &Operator) -> Response {
    let logo = operator.mail_logo().map_or_else(String::new, |logo| {
        format!("src=\"/look/{}/logo\"", logo.hash)
    });
    let html = html
        .replacen("<head>", "<head><base target=\"_blank\">", 1)
        .replacen(&format!("src=\"cid:{LOGO_ID}\""), &logo, 1);
    let mut response = Html(html).into_response();
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(MAIL_CONTENT_SECURITY_POLICY),
    );
    response
}
