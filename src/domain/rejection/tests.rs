//! The catalogue is whole and reads well; playbooks merge reasons as they say.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn all() -> Vec<&'static Reason> {
    catalogue().flat_map(|(_, reasons)| reasons).collect()
}

fn said(system: CodeSystem, code: &str) -> CarrierReason {
    CarrierReason {
        system,
        code: code.to_owned(),
        text: format!("the carrier's text for {code}"),
    }
}

/// The reasons of the field's common catalogue; facts are stored under these names, so none may go.
const NAMES: &[&str] = &[
    "account_number_missing",
    "account_number_mismatch",
    "pin_missing",
    "pin_invalid",
    "ssn_tax_id",
    "zip_missing",
    "zip_mismatch",
    "service_address_mismatch",
    "address_unverifiable",
    "end_user_name_mismatch",
    "business_name",
    "first_name",
    "last_name",
    "authorized_name_mismatch",
    "all_data_mismatch",
    "btn_mismatch",
    "service_type_wrong",
    "data_missing",
    "reseller_name",
    "csr_unavailable",
    "tn_not_on_account",
    "tn_not_active",
    "tn_not_portable",
    "one_line_bad",
    "multi_line_unsupported",
    "multi_tn",
    "different_accounts",
    "different_carriers",
    "different_rate_centers",
    "split_required",
    "already_internal",
    "prepaid",
    "wireless_in_wireline_order",
    "rate_center_unsupported",
    "losing_carrier_unsupported",
    "npanxx_not_in_lerg",
    "tollfree_in_local_order",
    "already_on_other_order",
    "already_in_service",
    "co_trunk",
    "pending_order",
    "pending_port_elsewhere",
    "port_protection",
    "lsp_freeze",
    "contract_hold",
    "balance_owed",
    "centrex",
    "hunt_group",
    "distinctive_ring",
    "dsl_on_line",
    "isdn",
    "remote_call_forward",
    "foreign_exchange",
    "other_feature",
    "btn_porting_with_remaining",
    "full_partial_wrong",
    "remaining_tns_unaddressed",
    "loa_required",
    "loa_rejected",
    "illegible_fax_or_nonportable",
    "bill_required",
    "due_date_not_met",
    "due_date_too_soon",
    "due_date_invalid",
    "outside_window",
    "foc_expired",
    "sup_not_allowed",
    "cancel_not_allowed",
    "outside_business_hours",
    "high_volume",
    "system_outage",
    "workload",
    "no_response",
    "other",
    "sv_conflict",
    "sv_failure",
];

#[test]
fn the_whole_common_catalogue_is_here() {
    assert_eq!(NAMES.len(), 76);
    for name in NAMES {
        assert!(reason(name).is_some(), "{name}");
    }
    let names: BTreeSet<&str> = all().iter().map(|reason| reason.id).collect();
    assert_eq!(names.len(), all().len(), "each name once");
}

#[test]
fn a_code_means_one_thing() {
    let mut seen = BTreeSet::new();
    for reason in all() {
        assert!(!reason.codes.is_empty(), "{} cannot be found", reason.id);
        for (system, code) in reason.codes {
            assert!(
                seen.insert((*system, code.to_ascii_uppercase())),
                "{system:?} {code} twice"
            );
            assert_eq!(explain(&said(*system, code)), Explained::Known(reason));
        }
    }
    for reason in all() {
        for (system, code) in reason.shared {
            assert!(
                seen.contains(&(*system, code.to_ascii_uppercase())),
                "{system:?} {code} of {} is found nowhere",
                reason.id
            );
        }
    }
}

#[test]
fn the_same_code_differs_between_systems() {
    let name = |system, code| match explain(&said(system, code)) {
        Explained::Known(reason) => reason.id,
        Explained::Unknown(_) => "unknown",
    };
    assert_eq!(
        (
            name(CodeSystem::Wireless, "1C"),
            name(CodeSystem::Obf, "1C")
        ),
        ("provider_not_ready", "customer_not_ready")
    );
    assert_eq!(
        (
            name(CodeSystem::Wireless, "1M"),
            name(CodeSystem::Obf, "1M")
        ),
        ("due_date_too_soon", "due_date_not_met")
    );
    assert_eq!(name(CodeSystem::Telnyx, "8A"), "unknown");
    assert_eq!(
        name(CodeSystem::Wireline, "e10A"),
        "authorized_name_mismatch"
    );
    assert_eq!(
        name(CodeSystem::Wireline, " E10 "),
        "end_user_name_mismatch"
    );
}

#[test]
fn every_reason_reads_well_and_is_whole() {
    for reason in all() {
        let Reason {
            id,
            plain,
            actor,
            remedy,
            fields,
            ask,
            ..
        } = reason;
        assert!(
            plain.ends_with('.') && plain.matches(". ").count() <= 1,
            "{id}: one or two sentences"
        );
        assert!(
            plain.chars().count() <= 190,
            "{id}: {} characters",
            plain.chars().count()
        );
        assert!(!plain.contains('!') && !plain.contains('—'), "{id}: calm");
        match actor {
            Party::Wait => assert!(
                ask.is_none() && fields.is_empty() && *remedy == Remedy::Wait,
                "{id}: waiting asks nothing"
            ),
            Party::Customer => {
                assert!(
                    ask.is_some() && matches!(remedy, Remedy::Supplement | Remedy::NewOrder),
                    "{id}: the customer mends something"
                );
            }
            Party::Desk => assert!(ask.is_some(), "{id}: the desk knows what to find out"),
        }
        if let Some(ask) = ask {
            assert!(
                ask.question.ends_with('?') && ask.question.matches('?').count() == 1,
                "{id}: one question"
            );
            assert!(ask.help.ends_with('.'), "{id}");
            assert!(
                fields.is_empty() || fields.contains(&ask.field) || ask.field == Field::Proof,
                "{id}: the question is about what is mended"
            );
        }
    }
}

#[test]
fn only_what_was_signed_is_signed_again() {
    for (name, again) in [
        ("account_number_mismatch", false),
        ("pin_invalid", false),
        ("ssn_tax_id", false),
        ("due_date_not_met", false),
        ("port_protection", false),
        ("end_user_name_mismatch", true),
        ("authorized_name_mismatch", true),
        ("service_address_mismatch", true),
        ("zip_mismatch", true),
        ("btn_mismatch", true),
        ("tn_not_on_account", true),
        ("loa_rejected", true),
        ("loa_required", false),
    ] {
        assert_eq!(
            reason(name).map(Reason::needs_new_signature),
            Some(again),
            "{name}"
        );
    }
}

#[test]
fn several_reasons_make_one_list_of_questions() {
    let merged = playbook(&[
        said(CodeSystem::Telnyx, "POSTAL_CODE_MISMATCH"),
        said(CodeSystem::Telnyx, "ACCOUNT_NUMBER_MISMATCH"),
        said(CodeSystem::Telnyx, "ACCOUNT_NUMBER_REQUIRED"),
        said(CodeSystem::Telnyx, "ACCOUNT_NUMBER_MISMATCH"),
    ]);
    let asked: Vec<(Field, &str)> = merged
        .questions
        .iter()
        .map(|question| (question.field, question.reason_id))
        .collect();
    assert_eq!(
        asked,
        [
            (Field::AccountNumber, "account_number_missing"),
            (Field::PostalCode, "zip_mismatch")
        ]
    );
    assert_eq!(
        (merged.remedy, merged.actor, merged.resign_needed),
        (Remedy::Supplement, Party::Customer, true)
    );
    assert_eq!(merged.known.len(), 3, "said twice is said once");
    assert_eq!(merged.customer_questions().count(), 2);
}

#[test]
fn an_unknown_code_goes_to_the_desk_word_by_word() {
    let odd = CarrierReason {
        system: CodeSystem::Telnyx,
        code: "MOON_PHASE".into(),
        text: "  Wrong *moon* phase\n".into(),
    };
    let merged = playbook(&[
        odd.clone(),
        said(CodeSystem::Telnyx, "PASSCODE_PIN_INVALID"),
    ]);
    assert_eq!(merged.unknown, [odd]);
    assert_eq!(
        (merged.remedy, merged.actor, merged.resign_needed),
        (Remedy::Desk, Party::Desk, false)
    );
    assert_eq!(
        merged
            .questions
            .iter()
            .map(|question| question.field)
            .collect::<Vec<_>>(),
        [Field::Pin],
        "what is known is asked all the same"
    );
}

#[test]
fn a_rejection_without_reasons_is_for_the_desk() {
    let merged = playbook(&[]);
    assert_eq!((merged.remedy, merged.actor), (Remedy::Desk, Party::Desk));
    assert!(merged.questions.is_empty() && merged.unknown.is_empty());
}

#[test]
fn the_worst_remedy_wins() {
    let remedy = |codes: &[&str]| {
        playbook(
            &codes
                .iter()
                .map(|code| said(CodeSystem::Telnyx, code))
                .collect::<Vec<_>>(),
        )
        .remedy
    };
    assert_eq!(remedy(&["OSP_IRRESPONSIVE"]), Remedy::Wait);
    assert_eq!(
        remedy(&["OSP_IRRESPONSIVE", "PASSCODE_PIN_INVALID"]),
        Remedy::Supplement
    );
    assert_eq!(
        remedy(&["PHONE_NUMBER_MISMATCH", "PASSCODE_PIN_INVALID"]),
        Remedy::NewOrder
    );
    assert_eq!(remedy(&["PHONE_NUMBER_MISMATCH", "OTHER"]), Remedy::Desk);
    assert_eq!(
        remedy(&["OTHER", "RATE_CENTER_NOT_PORTABLE"]),
        Remedy::CannotPort
    );
}

fn reasons() -> impl Strategy<Value = Vec<CarrierReason>> {
    let mut codes: Vec<(CodeSystem, &str)> = all()
        .iter()
        .flat_map(|reason| reason.codes.iter().copied())
        .collect();
    codes.extend([(CodeSystem::Lumen, "LNP777J"), (CodeSystem::Twilio, "")]);
    prop::collection::vec(prop::sample::select(codes), 0..6).prop_map(|codes| {
        codes
            .into_iter()
            .map(|(system, code)| said(system, code))
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_reasons_makes_no_difference(reasons in reasons()) {
        let mut other = reasons.clone();
        other.reverse();
        prop_assert_eq!(playbook(&reasons), playbook(&other));
    }

    #[test]
    fn a_further_reason_never_makes_it_lighter(reasons in reasons(), more in reasons()) {
        prop_assume!(!reasons.is_empty());
        let all: Vec<CarrierReason> = reasons.iter().chain(&more).cloned().collect();
        let (one, both) = (playbook(&reasons), playbook(&all));
        prop_assert!(both.remedy <= one.remedy && both.actor <= one.actor);
        prop_assert!(both.resign_needed >= one.resign_needed);
        prop_assert!(one.questions.iter().all(|question| both.questions.iter().any(|other| other.field == question.field)));
        let fields: BTreeSet<(Field, Party)> = both.questions.iter().map(|question| (question.field, question.actor)).collect();
        prop_assert_eq!(fields.len(), both.questions.len());
        prop_assert!(reasons.iter().all(|said| both.unknown.contains(said) || both.known.iter().any(|known| known.said == *said)));
    }
}
