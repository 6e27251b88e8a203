//! The description of the API is complete, and changes only on purpose.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::app::TestApp;
use crate::support::contract::description;
use crate::support::database::on_sqlite;

#[tokio::test]
async fn the_description_changes_only_on_purpose() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let served = t.get("/v1/openapi.json").send().await;
        assert_eq!(served.header("content-type"), "application/json");
        assert_eq!(served.ok(200), *description(&t.app));
        insta::assert_snapshot!(served.text());
    })
    .await;
}

fn said(value: &Value, place: &str, missing: &mut Vec<String>) {
    if value.as_str().is_none_or(|text| text.trim().len() < 5) {
        missing.push(place.to_owned());
    }
}

#[tokio::test]
async fn everything_in_it_is_explained_and_every_reference_leads_somewhere() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let document = description(&t.app);
        assert_eq!(document["openapi"], "3.1.0");
        let mut missing = Vec::new();
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let place = format!("{method} {path}");
                for field in ["summary", "description", "operationId"] {
                    said(
                        &operation[field],
                        &format!("{place}: {field}"),
                        &mut missing,
                    );
                }
                assert!(ids.insert(operation["operationId"].to_string()), "{place}");
                assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{place}");
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let place = format!("{place}: {status}");
                    said(&response["description"], &place, &mut missing);
                }
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    let place = format!("{place}: {}", parameter["name"]);
                    said(&parameter["description"], &place, &mut missing);
                }
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            said(&schema["description"], name, &mut missing);
            let parts =
                std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten());
            for part in parts {
                for (field, property) in part["properties"].as_object().into_iter().flatten() {
                    let choices = property["oneOf"].as_array().into_iter().flatten();
                    let explained = std::iter::once(property)
                        .chain(choices)
                        .map(|one| &one["description"])
                        .find(|text| text.is_string())
                        .unwrap_or(&Value::Null);
                    said(explained, &format!("{name}.{field}"), &mut missing);
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new(), "not explained");
        let text = document.to_string();
        let mut used = BTreeSet::new();
        for rest in text.split("\"$ref\":\"").skip(1) {
            let target = rest.split('"').next().unwrap().trim_start_matches('#');
            assert!(document.pointer(target).is_some(), "{target} leads nowhere");
            used.insert(target.trim_start_matches("/components/schemas/").to_owned());
        }
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            assert!(used.contains(name), "{name} is used nowhere");
        }
    })
    .await;
}

/// The readable page is made of the same document, has every operation, and needs neither scripts nor another host.
#[tokio::test]
async fn people_can_read_it_too() {
    on_sqlite(|test| async move {
        let t = TestApp::on(&test).await;
        let page = t.get("/v1/docs").send().await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let html = page.text();
        for forbidden in [
            "<script",
            "<style",
            " style=",
            " onclick",
            "http://",
            "javascript:",
        ] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        let parsed = scraper::Html::parse_document(&html);
        let select = |text: &str| scraper::Selector::parse(text).expect("a selector");
        for (path, item) in description(&t.app)["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                let section = parsed
                    .select(&select(&format!("section#{id}")))
                    .next()
                    .unwrap_or_else(|| panic!("{id} is not on the page"));
                let text: String = section.text().collect();
                assert!(text.contains(path.as_str()), "{id}");
                assert!(
                    text.contains(operation["summary"].as_str().unwrap()),
                    "{id}"
                );
            }
        }
        let sheet = parsed
            .select(&select("link[rel=stylesheet]"))
            .next()
            .and_then(|link| link.value().attr("href"))
            .expect("a style sheet")
            .to_owned();
        let css = t.get(&sheet).send().await;
        assert_eq!(css.status, 200);
        assert_eq!(css.header("content-type"), "text/css; charset=utf-8");
    })
    .await;
}
