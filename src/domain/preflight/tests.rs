//! The pre-flight by example: what is found, what is hinted at, what is never shown.

use jiff::civil::date;

use super::*;
use crate::domain::calendar::BILL_MAX_AGE_DAYS;

fn number(text: &str) -> E164 {
    text.parse().expect("a number")
}

fn place(street: &str, city: &str, state: &str, postal_code: &str) -> AddressText {
    AddressText {
        street: street.into(),
        extended: String::new(),
        city: city.into(),
        state: state.into(),
        postal_code: postal_code.into(),
    }
}

fn bill() -> OnPaper {
    OnPaper {
        billing_name: Some("Café Coralina, LLC".into()),
        other_names: vec!["Brisa Bakehouse".into()],
        account_number: AccountNumber::parse("000 813 7745 09").ok(),
        btn: Some(number("+18135550102")),
        numbers: vec![number("+18135550102"), number("+18135550103")],
        billing_address: Some(place(
            "4501 S Gandy Palm Blvd, Ste 12",
            "Tampa",
            "FL",
            "33611",
        )),
        service_address: None,
        sites: Vec::new(),
        statement_date: Some(date(2026, 11, 3)),
    }
}

fn form() -> Typed {
    Typed {
        person_name: Some("Ines Carvalho".into()),
        business_name: Some("CAFE CORALINA LLC".into()),
        account_number: AccountNumber::parse("000813774509").ok(),
        btn: Some(number("+18135550102")),
        numbers: vec![number("+18135550103")],
        billing_address: Some(place(
            "4501 South Gandy Palm Boulevard Suite 12",
            "tampa",
            "Florida",
            "33611-1234",
        )),
        service_address: None,
    }
}

fn found(typed: &Typed, paper: &OnPaper) -> Vec<(Field, &'static str, Option<Hint>)> {
    compare(typed, paper, date(2026, 11, 15), BILL_MAX_AGE_DAYS)
        .mismatches
        .into_iter()
        .map(|mismatch| {
            assert!(
                mismatch.reason().is_some(),
                "{} is not in the catalogue",
                mismatch.reason_id
            );
            (mismatch.field, mismatch.reason_id, mismatch.hint)
        })
        .collect()
}

#[test]
fn a_careful_form_agrees() {
    assert_eq!(
        compare(&form(), &bill(), date(2026, 11, 15), BILL_MAX_AGE_DAYS),
        Findings::default()
    );
}

#[test]
fn each_gap_names_its_rejection_and_what_happened() {
    let typed = Typed {
        business_name: Some("Brisa Bakehouse".into()),
        account_number: AccountNumber::parse("813774509").ok(),
        btn: Some(number("+18135550103")),
        numbers: vec![number("+18135550102"), number("+18135550130")],
        billing_address: Some(place("4501 S Gandy Palm Blvd", "Tampa", "GA", "33616")),
        ..form()
    };
    assert_eq!(
        found(&typed, &bill()),
        [
            (Field::Numbers, "tn_not_on_account", Some(Hint::Swapped)),
            (
                Field::BusinessName,
                "end_user_name_mismatch",
                Some(Hint::TradingName)
            ),
            (
                Field::AccountNumber,
                "account_number_mismatch",
                Some(Hint::LeadingZeroLost)
            ),
            (Field::Btn, "btn_mismatch", Some(Hint::AnotherLine)),
            (
                Field::BillingStreet,
                "service_address_mismatch",
                Some(Hint::UnitMissing)
            ),
            (Field::BillingState, "service_address_mismatch", None),
            (Field::BillingPostalCode, "zip_mismatch", None),
        ]
    );
}

#[test]
fn an_old_bill_is_found_to_the_day() {
    let paper = bill();
    let at = |day| {
        compare(&form(), &paper, day, BILL_MAX_AGE_DAYS)
            .mismatches
            .into_iter()
            .map(|mismatch| mismatch.field)
            .collect::<Vec<_>>()
    };
    assert_eq!(at(date(2026, 12, 18)), []);
    assert_eq!(at(date(2026, 12, 19)), [Field::Proof]);
    assert_eq!(at(date(2026, 11, 2)), [Field::Proof], "from the future");
}

#[test]
fn what_the_paper_does_not_show_is_said_and_not_guessed() {
    let findings = compare(
        &form(),
        &OnPaper::default(),
        date(2026, 11, 15),
        BILL_MAX_AGE_DAYS,
    );
    assert_eq!(findings.mismatches, []);
    assert_eq!(
        findings.not_on_paper,
        [
            Field::Numbers,
            Field::BusinessName,
            Field::AccountNumber,
            Field::Btn,
            Field::BillingAddress,
            Field::Proof
        ]
    );
}

#[test]
fn the_site_of_the_numbers_is_the_service_address() {
    let ballard = place("5412 Shilshole Bend NW", "Seattle", "WA", "98107");
    let fremont = place("318 N Canal Steps Street, Unit A", "Seattle", "WA", "98103");
    let paper = OnPaper {
        billing_address: Some(ballard.clone()),
        service_address: Some(ballard.clone()),
        sites: vec![
            Site {
                address: ballard.clone(),
                numbers: vec![number("+18135550102")],
            },
            Site {
                address: fremont.clone(),
                numbers: vec![number("+18135550103")],
            },
        ],
        ..bill()
    };
    let typed = |service_address| Typed {
        billing_address: Some(ballard.clone()),
        service_address,
        ..form()
    };
    assert_eq!(found(&typed(Some(fremont)), &paper), []);
    // The form's number is at Fremont; "the same as billing" says Ballard.
    let fields: Vec<Field> = found(&typed(None), &paper)
        .into_iter()
        .map(|(field, _, _)| field)
        .collect();
    assert_eq!(fields, [Field::ServiceStreet, Field::ServicePostalCode]);
}

#[test]
fn a_person_is_compared_when_there_is_no_company() {
    let paper = OnPaper {
        billing_name: Some("INES CARVALHO".into()),
        ..bill()
    };
    assert_eq!(
        found(
            &Typed {
                business_name: None,
                ..form()
            },
            &paper
        ),
        []
    );
    let other = Typed {
        business_name: None,
        person_name: Some("Inés Carvalha".into()),
        ..form()
    };
    assert_eq!(
        found(&other, &paper),
        [(Field::LastName, "end_user_name_mismatch", None)]
    );
}

#[test]
fn findings_show_no_account_number() {
    let typed = Typed {
        account_number: AccountNumber::parse("000813774590").ok(),
        ..form()
    };
    let findings = compare(&typed, &bill(), date(2026, 11, 15), BILL_MAX_AGE_DAYS);
    let text = format!(
        "{findings:?}{}",
        serde_json::to_string(&findings).expect("text")
    );
    assert!(!text.contains("8137745"), "{text}");
    assert!(
        text.contains("•••• 4590") && text.contains("•••• 4509"),
        "{text}"
    );
    assert_eq!(
        findings
            .mismatches
            .first()
            .and_then(|mismatch| mismatch.hint),
        Some(Hint::Swapped)
    );
}
