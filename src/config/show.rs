//! The settings as a list for `portolan config check`. Secrets are hidden.

use serde::Serialize;
use toml::{Table, Value};
use url::Url;

use super::layers::{FREE_TABLES, Schema, dotted};
use super::load::Place;

/// What stands in a secret's place.
const HIDDEN: &str = "***";

/// One setting as it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// `links.signature_days`.
    pub key: String,
    /// As TOML would write it; `"***"` for a secret that is set.
    pub value: String,
    /// Whether nobody set it.
    pub is_default: bool,
    /// Where it was set: a file with its line, or a variable.
    pub place: String,
}

pub(super) fn settings(
    values: &Table,
    schema: &Schema,
    place: &dyn Fn(&str) -> Place,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    for key in &schema.keys {
        let parts: Vec<&str> = key.split('.').collect();
        let Some(value) = find(values, &parts) else {
            continue;
        };
        match value {
            Value::Table(table) if FREE_TABLES.contains(&key.as_str()) => {
                for (name, value) in table {
                    let mut parts: Vec<String> =
                        parts.iter().map(|part| (*part).to_owned()).collect();
                    parts.push(name.clone());
                    settings.push(setting(dotted(&parts), value.to_string(), place));
                }
            }
            Value::Table(_) => {}
            value => settings.push(setting(key.clone(), shown(key, value, schema), place)),
        }
    }
    settings
}

fn find<'a>(table: &'a Table, parts: &[&str]) -> Option<&'a Value> {
    let (last, tables) = parts.split_last()?;
    let table = tables
        .iter()
        .try_fold(table, |table, part| table.get(*part)?.as_table())?;
    table.get(*last)
}

fn setting(key: String, value: String, place: &dyn Fn(&str) -> Place) -> Setting {
    let place = place(&key);
    Setting {
        key,
        value,
        is_default: place == Place::Default,
        place: place.to_string(),
    }
}

fn shown(key: &str, value: &Value, schema: &Schema) -> String {
    match value.as_str() {
        Some(text) if schema.is_secret(key) && !text.trim().is_empty() => {
            let hidden = if key == "database.url" {
                hide_password(text)
            } else {
                HIDDEN.to_owned()
            };
            Value::String(hidden).to_string()
        }
        _ => value.to_string(),
    }
}

/// A URL without its password, also where it is given as a parameter; what does not parse is hidden whole.
pub(super) fn hide_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text.trim()) else {
        return HIDDEN.to_owned();
    };
    if url.password().is_some() && url.set_password(Some(HIDDEN)).is_err() {
        return HIDDEN.to_owned();
    }
    if url
        .query()
        .is_some_and(|query| query.to_lowercase().contains("password"))
    {
        url.set_query(Some(HIDDEN));
    }
    url.to_string()
}
