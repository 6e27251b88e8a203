//! Accounts, agencies, roles, users and the operator's settings, through the pages and the API, on both databases.

mod agency;
mod keys;
mod operator;
mod roles;
mod users;
mod webhooks;

use crate::support::browser::{Browser, Desk};
use portolan::app::account_mail;
use portolan::app::people::{Account, NewAccount};
use portolan::app::{Caller, people};
use portolan::domain::port::{Actor, Role};

/// An agency.
async fn agency_called(desk: &Desk, name: &str) -> Account {
    let new = NewAccount {
        name: name.to_owned(),
        is_agency: true,
        ..NewAccount::default()
    };
    people::add_account_once(&desk.app, None, new, None)
        .await
        .expect("an agency")
}

/// A client of an agency.
async fn client_called(desk: &Desk, agency: &Account, name: &str) -> Account {
    let new = NewAccount {
        name: name.to_owned(),
        parent: Some(agency.id),
        ..NewAccount::default()
    };
    people::add_account_once(&desk.app, None, new, None)
        .await
        .expect("a client")
}

/// A key with all rights of somebody.
async fn key_of(desk: &Desk, email: &str) -> String {
    use secrecy::ExposeSecret as _;
    let user = people::find_user(&desk.app, email).await.expect("a user");
    let (_, key) = people::add_api_key(&desk.app, user.id, "tests")
        .await
        .expect("a key");
    key.expose_secret().to_owned()
}

/// A request to the API.
async fn api(
    desk: &Desk,
    key: &str,
    method: &str,
    path: &str,
    body: &str,
) -> (u16, serde_json::Value) {
    let request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .header("content-length", body.len());
    let page = desk
        .browser()
        .ask(request, axum::body::Body::from(body.to_owned()))
        .await;
    let json = serde_json::from_slice(&page.body).unwrap_or(serde_json::Value::Null);
    (page.status.as_u16(), json)
}

/// The token of the forms of whoever is signed in.
async fn csrf(browser: &mut Browser<'_>) -> String {
    browser
        .open("/settings")
        .await
        .form("/settings")
        .value("csrf")
        .to_owned()
}

/// Posts fields without a page that offers them, as somebody who does not care for what a page offers.
async fn post(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> u16 {
    let token = csrf(browser).await;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", &token)
        .extend_pairs(fields)
        .finish();
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(path)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("content-length", body.len());
    browser
        .ask(request, axum::body::Body::from(body))
        .await
        .status
        .as_u16()
}

fn somebody_at_the_desk(desk: &Desk) -> Caller {
    Caller {
        actor: Actor {
            role: Role::Desk,
            name: "a test".to_owned(),
            user: None,
        },
        user: desk.app.ids.next(jiff::Timestamp::UNIX_EPOCH),
        account: None,
        clients: std::sync::Arc::from([]),
    }
}

/// The text of the newest mail about an account that went to this address.
async fn last_mail(desk: &Desk, to: &str) -> Option<(String, String)> {
    desk.run_jobs().await;
    // The next mail is a newer one: ids of one millisecond have no order.
    desk.clock.advance(jiff::SignedDuration::from_millis(2));
    let mails = account_mail::list(&desk.app, &somebody_at_the_desk(desk), None, 100)
        .await
        .expect("mails");
    let mail = mails.into_iter().find(|mail| mail.to_address == to)?;
    let whole = account_mail::whole(&desk.app, &mail).expect("opens");
    Some((whole.kind, whole.body_text))
}

/// The path of the link in the newest mail about an account that went to this address.
async fn mailed_link(desk: &Desk, to: &str) -> String {
    let (_, text) = last_mail(desk, to).await.expect("a mail");
    let rest = text.split("/welcome/").nth(1).expect("a link");
    let token: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    assert_eq!(token.len(), 43, "256 bits");
    format!("/welcome/{token}")
}

/// Signs in through the page; says where one ends up.
async fn sign_in(browser: &mut Browser<'_>, email: &str, password: &str) -> String {
    let form = browser
        .open("/sign-in")
        .await
        .form("/sign-in")
        .set("email", email)
        .set("password", password);
    browser.send(form).await.path
}

/// A request of an account with one number, made through the API.
async fn port_of(desk: &Desk, key: &str, account: &Account, number: &str) -> String {
    let body = serde_json::json!({
        "account": account.id,
        "losing_carrier": "Copper Valley Telephone",
        "numbers": [{ "number": number }],
    });
    let (status, port) = api(desk, key, "POST", "/v1/ports", &body.to_string()).await;
    assert_eq!(status, 201, "{port}");
    port["id"].as_str().expect("an id").to_owned()
}
