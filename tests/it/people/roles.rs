//! Each role with each kind of request: what is allowed and what is refused, as one table.

use portolan::domain::port::Role;

use super::{api, csrf, key_of, port_of, post};
use crate::support::browser::Desk;
use crate::support::database::on_both;

/// Who asks; the last is a porting user of another account.
const WHO: [(&str, Role); 6] = [
    ("admin", Role::AccountAdministrator),
    ("user", Role::Submitter),
    ("reader", Role::ReadOnly),
    ("agent", Role::Desk),
    ("chief", Role::Administrator),
    ("stranger", Role::Submitter),
];

/// Pages: y is shown, - is not there for them (404), n is refused (403).
const PAGES: [(&str, &str); 18] = [
    ("/numbers/ports", "yyyyyy"),
    ("/numbers/ports/new", "yynyyy"),
    ("/numbers/ports/{port}", "yyyyy-"),
    ("/numbers/ports/{port}/notes", "yyyyy-"),
    ("/numbers/ports/{port}/letter", "yyyyy-"),
    ("/numbers/hosted", "yyyyyy"),
    ("/numbers/hosted/{hosted}", "yyyyy-"),
    ("/settings", "yyyyyy"),
    ("/settings/notifications", "yyyyyy"),
    ("/settings/receiving", "yyyyyy"),
    ("/settings/users", "yyyyyy"),
    ("/settings/users/{user}", "ynnnyn"),
    ("/settings/accounts", "---yy-"),
    ("/settings/keys", "yyyyyy"),
    ("/settings/webhooks/{hook}", "yyyyy-"),
    ("/settings/operator", "----y-"),
    ("/settings/mails/invitation", "----y-"),
    ("/desk", "---yy-"),
];

/// Moves by pages: y happens, or is refused for what is in it or for when it comes (303, 422, 409), n for who asks (403), - is not there (404).
const POSTS: [(&str, &str, &str); 15] = [
    ("/numbers/ports/{port}/notes", "text=Hello", "yynyy-"),
    (
        "/numbers/ports/{port}/edit",
        "carrier=Other&do=save",
        "yynyy-",
    ),
    ("/numbers/ports/{port}/letter/send", "", "yynyy-"),
    ("/numbers/ports/{port}/letter/resend", "", "yynyy-"),
    (
        "/numbers/hosted",
        "number=%2B18005550151&voice_provider=x&account={account}",
        "yynyyy",
    ),
    ("/numbers/hosted/{hosted}/voice-route", "", "yynyy-"),
    ("/numbers/hosted/{hosted}/enable", "", "nnnyy-"),
    (
        "/settings/receiving",
        "number=%2B14045550150&account={account}",
        "yynyyy",
    ),
    (
        "/settings/users",
        "name=&email=&role=read_only&account={account}",
        "ynnnyn",
    ),
    ("/settings/keys", "name=", "ynnyyn"),
    ("/settings/webhooks", "url=x&account={account}", "ynnyyn"),
    ("/settings/webhooks/{hook}/pause", "pause=yes", "ynnyy-"),
    ("/settings/webhooks/{hook}/test", "", "ynnyy-"),
    ("/settings/operator", "part=look", "----y-"),
    (
        "/settings/accounts/{account}/campaign",
        "approved=yes",
        "---yy-",
    ),
];

/// The API: y happens, i is refused for what is in it, n for who asks (403), - is not there (404).
const API: [(&str, &str, &str, &str); 20] = [
    ("GET", "/v1/ports/{port}", "", "yyyyy-"),
    ("GET", "/v1/ports/{port}/events", "", "yyyyy-"),
    (
        "GET",
        "/v1/receiving-numbers?account={account}",
        "",
        "yyyyy-",
    ),
    ("GET", "/v1/webhooks?account={account}", "", "yyyyy-"),
    ("GET", "/v1/webhooks/{hook}/deliveries", "", "yyyyy-"),
    ("GET", "/v1/hosted-numbers/{hosted}", "", "yyyyy-"),
    (
        "POST",
        "/v1/hosted-numbers",
        r#"{"number":"x","voice_provider":"x","account":"{account}"}"#,
        "iinii-",
    ),
    ("POST", "/v1/hosted-numbers/{hosted}/enable", "", "nnncc-"),
    (
        "PUT",
        "/v1/hosted-numbers/{hosted}/voice-route",
        r#"{"receiving":"+14045550150"}"#,
        "ccncc-",
    ),
    ("POST", "/v1/ports", r#"{"account":"{account}"}"#, "yynyy-"),
    (
        "PATCH",
        "/v1/ports/{port}",
        r#"{"title":"Other"}"#,
        "yynyy-",
    ),
    (
        "POST",
        "/v1/ports/{port}/notes",
        r#"{"text":"Hello"}"#,
        "yynyy-",
    ),
    (
        "POST",
        "/v1/ports/{port}/numbers",
        r#"{"numbers":[{"number":"+14045550199"}]}"#,
        "yynyy-",
    ),
    ("POST", "/v1/ports/{port}/loa/send", "{}", "iinii-"),
    ("POST", "/v1/ports/{port}/submit", "", "nnnii-"),
    (
        "POST",
        "/v1/receiving-numbers",
        r#"{"number":"+14045550151","account":"{account}"}"#,
        "yynyy-",
    ),
    ("POST", "/v1/api-keys", r#"{"name":"more"}"#, "ynnyyn"),
    (
        "POST",
        "/v1/webhooks",
        r#"{"url":"https://crm.example/in","account":"{account}"}"#,
        "ynnyy-",
    ),
    (
        "PATCH",
        "/v1/accounts/{account}",
        r#"{"campaign_approved":true}"#,
        "nnnyy-",
    ),
    ("POST", "/v1/accounts", r#"{"name":"New"}"#, "nnnnyn"),
];

fn sign(status: u16) -> char {
    match status {
        200..=399 => 'y',
        403 => 'n',
        404 => '-',
        422 => 'i',
        409 => 'c',
        _ => '?',
    }
}

#[tokio::test]
async fn each_role_may_do_what_the_table_says_and_no_more() {
    on_both(|test| async move {
        let desk = Desk::with(&test, "[signin]\nattempts_per_minute = 1000\n").await;
        let own = desk.account("Harbor Dental").await;
        let other = desk.account("Lakeshore").await;
        let mut keys = Vec::new();
        for (name, role) in WHO {
            let account = match (role.has_account(), name) {
                (false, _) => None,
                (true, "stranger") => Some(&other),
                (true, _) => Some(&own),
            };
            let email = format!("{name}@people.example");
            desk.person(account, role, &email).await;
            keys.push(key_of(&desk, &email).await);
        }
        let port = port_of(&desk, &keys[0], &own, "+14045550123").await;
        let (status, hook) = api(
            &desk,
            &keys[0],
            "POST",
            "/v1/webhooks",
            r#"{"url":"https://crm.example/in"}"#,
        )
        .await;
        assert_eq!(status, 201);
        let (status, hosted) = api(
            &desk,
            &keys[0],
            "POST",
            "/v1/hosted-numbers",
            r#"{"number":"+18005550150","voice_provider":"Copper Valley"}"#,
        )
        .await;
        assert_eq!(status, 201);
        let user = portolan::app::people::find_user(&desk.app, "user@people.example")
            .await
            .expect("a user")
            .id;
        let fill = |text: &str| {
            text.replace("{port}", &port)
                .replace("{account}", &own.id.to_string())
                .replace("{user}", &user.to_string())
                .replace("{hosted}", hosted["id"].as_str().expect("an id"))
                .replace("{hook}", hook["id"].as_str().expect("an id"))
        };
        let mut wrong = Vec::new();
        let mut browsers = Vec::new();
        for (name, _) in WHO {
            browsers.push(desk.signed_in(&format!("{name}@people.example")).await);
        }
        for (path, expected) in PAGES {
            let mut found = String::new();
            for browser in &mut browsers {
                found.push(sign(browser.open(&fill(path)).await.status.as_u16()));
            }
            if found != expected {
                wrong.push(format!("GET {path}: {found}, not {expected}"));
            }
        }
        for (path, body, expected) in POSTS {
            let body = fill(body);
            let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect();
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let mut found = String::new();
            for browser in &mut browsers {
                let status = post(browser, &fill(path), &fields).await;
                // What is wrong with what was sent is not the question here.
                found.push(match status {
                    409 | 422 => 'y',
                    status => sign(status),
                });
            }
            if found != expected {
                wrong.push(format!("POST {path}: {found}, not {expected}"));
            }
        }
        for (method, path, body, expected) in API {
            let mut found = String::new();
            for key in &keys {
                let (status, answer) = api(&desk, key, method, &fill(path), &fill(body)).await;
                found.push(match (sign(status), path) {
                    ('c', path) if path.ends_with("submit") => 'i',
                    // The number is on the request since the first of them added it.
                    ('c' | 'i', path) if path.ends_with("/numbers") => 'y',
                    (sign, _) => sign,
                });
                if status == 403 {
                    assert!(answer["type"].as_str().is_some(), "{answer}");
                }
            }
            if found != expected {
                wrong.push(format!("{method} {path}: {found}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn a_read_only_user_sees_everything_greyed_and_the_api_names_who_may() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let own = desk.account("Harbor Dental").await;
        desk.person(Some(&own), Role::Submitter, "user@people.example")
            .await;
        desk.person(Some(&own), Role::ReadOnly, "reader@people.example")
            .await;
        let key = key_of(&desk, "user@people.example").await;
        let port = port_of(&desk, &key, &own, "+14045550123").await;
        let mut reader = desk.signed_in("reader@people.example").await;
        let page = reader.open("/numbers/ports").await;
        assert!(page.text().contains("your role is read-only"), "{}", page.text());
        assert!(page.all("a[href='/numbers/ports/new']").is_empty());
        for part in ["notes", "letter"] {
            let page = reader.open(&format!("/numbers/ports/{port}/{part}")).await;
            let all = page.all("main form[method=post] button, main form[method=post] textarea");
            let greyed = page.all(
                "main form[method=post] fieldset[disabled] button, main form[method=post] fieldset[disabled] textarea",
            );
            assert_eq!(all, greyed, "{part}");
        }
        // Their own settings work.
        let token = csrf(&mut reader).await;
        assert!(!token.is_empty());
        let form = reader.open("/settings").await.form("/settings");
        let page = reader.send(form.set("name", "Rita Reed")).await;
        assert!(page.text().contains("Saved."));

        let key = key_of(&desk, "reader@people.example").await;
        let note = r#"{"text":"Hello"}"#;
        let path = format!("/v1/ports/{port}/notes");
        let (status, problem) = api(&desk, &key, "POST", &path, note).await;
        assert_eq!(status, 403);
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(
            detail.contains("submitter or the desk") && detail.contains("read-only user"),
            "{problem}"
        );
        let (_, me) = api(&desk, &key, "GET", "/v1/me", "").await;
        assert_eq!(me["role"], "read_only");
    })
    .await;
}
