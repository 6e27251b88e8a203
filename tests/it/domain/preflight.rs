//! The pre-flight against sample forms and the bills that they were filled in from. Careful forms agree
//! with their bill; careless ones differ in exactly the ways that were planted.

use std::collections::BTreeSet;
use std::path::Path;

use portolan::domain::address::AddressText;
use portolan::domain::calendar::BILL_MAX_AGE_DAYS;
use portolan::domain::field::Field;
use portolan::domain::number::E164;
use portolan::domain::party::AccountNumber;
use portolan::domain::preflight::{Findings, Mismatch, OnPaper, Site, Typed, compare};
use serde_json::Value;

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// The samples' notations only; reading numbers in general is another module's work.
fn number(value: &Value) -> Option<E164> {
    let digits: String = text(value)?.chars().filter(char::is_ascii_digit).collect();
    let e164 = if digits.len() == 10 {
        format!("+1{digits}")
    } else {
        format!("+{digits}")
    };
    Some(
        e164.parse()
            .unwrap_or_else(|error| panic!("{value}: {error}")),
    )
}

fn numbers(value: &Value) -> Vec<E164> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(number)
        .collect()
}

fn address(value: &Value) -> Option<AddressText> {
    let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    value.as_object()?;
    Some(AddressText {
        street: part("street"),
        extended: String::new(),
        city: part("city"),
        state: part("state"),
        postal_code: part("zip"),
    })
}

fn account(value: &Value) -> Option<AccountNumber> {
    text(value).map(|typed| AccountNumber::parse(&typed).expect("fine"))
}

fn form(value: &Value) -> Typed {
    Typed {
        person_name: Some(format!(
            "{} {}",
            value["first_name"].as_str().expect("a name"),
            value["last_name"].as_str().expect("a name")
        )),
        business_name: text(&value["business_name"]),
        account_number: account(&value["account_number"]),
        btn: number(&value["btn"]),
        numbers: value["numbers"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|row| number(&row["number"]))
            .collect(),
        billing_address: address(&value["billing_address"]),
        service_address: address(&value["service_address"]),
    }
}

fn bill(value: &Value) -> OnPaper {
    let others = value["other_names"].as_array().into_iter().flatten();
    OnPaper {
        billing_name: text(&value["billing_name"]),
        other_names: std::iter::once(&value["dba_name"])
            .chain(others)
            .filter_map(text)
            .collect(),
        account_number: account(&value["account_number"]["printed"]),
        btn: number(&value["btn"]),
        numbers: numbers(&value["numbers"]),
        billing_address: address(&value["billing_address"]),
        service_address: address(&value["service_address"]),
        sites: value["sites"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|site| Site {
                address: address(&site["address"]).expect("an address"),
                numbers: numbers(&site["numbers"]),
            })
            .collect(),
        statement_date: text(&value["statement_date"]).map(|date| date.parse().expect("a date")),
    }
}

fn findings(name: &str, kind: &str, bills: &Path, forms: &Path) -> (Value, Findings) {
    let typed = super::json(&forms.join(format!("{name}.{kind}.json")));
    let paper = super::json(&bills.join(format!("{name}.truth.json")));
    let today = typed["today"]
        .as_str()
        .expect("a date")
        .parse()
        .expect("a date");
    let findings = compare(&form(&typed), &bill(&paper), today, BILL_MAX_AGE_DAYS);
    (typed, findings)
}

/// The samples' names for a field and a reason.
fn path_and_reason(mismatch: &Mismatch) -> (String, &'static str) {
    let path = match (mismatch.field, mismatch.index) {
        (Field::Numbers, Some(index)) => format!("numbers[{index}].number"),
        (Field::Proof, _) => "statement_date".to_owned(),
        (field, _) => field.path().to_owned(),
    };
    let reason = match mismatch.reason_id {
        "account_number_mismatch" | "account_number_missing" => "account_number",
        "end_user_name_mismatch" => "name",
        "service_address_mismatch" => "address",
        "zip_mismatch" => "zip",
        "tn_not_on_account" => "number_not_on_bill",
        "btn_mismatch" => "btn",
        "bill_required" => "bill_too_old",
        other => panic!("{other}: a reason that the samples do not have"),
    };
    (path, reason)
}

/// What was planted. The address of a wrong site is one entry there; here its parts are found one by one.
fn planted(typed: &Value) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for entry in typed["expected_mismatches"].as_array().expect("a list") {
        let reason = entry["reason"].as_str().expect("a reason");
        match entry["covers"].as_array() {
            None => {
                all.insert((
                    entry["field"].as_str().expect("a field").to_owned(),
                    reason.to_owned(),
                ));
            }
            Some(parts) => {
                for part in parts.iter().map(|part| part.as_str().expect("a field")) {
                    let reason = if part.ends_with(".zip") {
                        "zip"
                    } else {
                        reason
                    };
                    all.insert((part.to_owned(), reason.to_owned()));
                }
            }
        }
    }
    all
}

#[test]
fn careful_forms_agree_and_careless_ones_differ_as_planted() {
    let (Some(bills), Some(forms)) = (
        super::shared("samples/bills"),
        super::shared("samples/forms"),
    ) else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(&bills).expect("a folder") {
        let file = entry
            .expect("a file")
            .file_name()
            .into_string()
            .expect("a name");
        let Some(name) = file.strip_suffix(".truth.json") else {
            continue;
        };
        seen += 1;

        let (_, careful) = findings(name, "match", &bills, &forms);
        assert_eq!(careful.mismatches, [], "{name}: a careful form");

        let (typed, careless) = findings(name, "mismatch", &bills, &forms);
        let found: BTreeSet<(String, String)> = careless
            .mismatches
            .iter()
            .map(path_and_reason)
            .map(|(path, reason)| (path.replace("postal_code", "zip"), reason.to_owned()))
            .collect();
        assert_eq!(found, planted(&typed), "{name}: a careless form");
        assert!(
            careless
                .mismatches
                .iter()
                .all(|mismatch| mismatch.reason().is_some())
        );
    }
    assert!(seen >= 7, "only {seen} bills");
}
