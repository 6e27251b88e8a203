//! From release to the end: dates, moves, tests, texts, cancelling.

use super::*;

#[test]
fn a_port_goes_from_draft_to_completed() {
    let mut desk = Desk::new();
    assert_eq!(desk.status(), Status::Draft);
    desk.fill(2);
    let letter = desk.letter();
    desk.must(Role::Submitter, letter);
    assert_eq!(desk.status(), Status::AwaitingSignature);
    let document = desk.ids.next::<DocumentId>(desk.now);
    desk.must(
        Role::Owner,
        Event::SignLetter {
            document,
            sha256: String::new(),
            method: "typed".into(),
        },
    );
    assert_eq!(desk.status(), Status::AwaitingProof);
    desk.prove();
    assert_eq!(desk.status(), Status::InReview);
    desk.must(Role::Desk, Event::Release);
    let submitted = desk.reading(OrderStatus::Submitted, |_, _| {});
    desk.reads(submitted);
    assert_eq!(desk.status(), Status::Submitted);
    let mut confirmed = desk.reading(OrderStatus::FocConfirmed, |_, _| {});
    confirmed.confirmed_foc = Some("2026-12-07T16:30:00Z".parse().expect("a literal"));
    desk.reads(confirmed);
    assert_eq!(desk.status(), Status::Scheduled);
    desk.now = "2026-12-07T16:30:00Z".parse().expect("a literal");
    assert_eq!(
        desk.must(Role::Timer, Event::OpenWindow),
        vec![Effect::ReadFromCarrier]
    );
    assert_eq!(desk.status(), Status::Porting);
    let ported = desk.reading(OrderStatus::Ported, |_, said| {
        said.activation = Activation::Active
    });
    desk.reads(ported);
    assert_eq!(
        desk.status(),
        Status::Testing,
        "voice moves at once, texts follow"
    );
    assert!(
        desk.request
            .numbers
            .iter()
            .all(|one| matches!(one.text, Text::WaitingRouting { .. }))
    );
    for at in 0..2 {
        desk.must(
            Role::Submitter,
            Event::RecordTest {
                number: number(at),
                kind: TestKind::Voice,
                passed: true,
                remark: "rang at the front desk".into(),
            },
        );
    }
    assert_eq!(
        desk.status(),
        Status::Testing,
        "texts have not followed yet"
    );
    let texts = desk.reading(OrderStatus::Ported, |_, said| {
        said.activation = Activation::Active;
        said.messaging = Messaging::Ported;
    });
    desk.reads(texts);
    assert_eq!(desk.status(), Status::Completed);
}

/// R33: a voice test result is recorded before the port is closed.
#[test]
fn r33_untested_numbers_keep_the_port_open() {
    let mut desk = Desk::released(1);
    desk.lands();
    assert_eq!(desk.status(), Status::Testing);
    desk.must(
        Role::Desk,
        Event::RecordTest {
            number: number(0),
            kind: TestKind::Voice,
            passed: false,
            remark: "rang at the old provider".into(),
        },
    );
    assert_eq!(desk.status(), Status::Testing, "a failed test is no pass");
    desk.must(
        Role::Desk,
        Event::RecordTest {
            number: number(0),
            kind: TestKind::Voice,
            passed: true,
            remark: String::new(),
        },
    );
    assert_eq!(desk.status(), Status::Completed);
}

/// R6, R7: a call to the number rings here before the port is complete, and a call out that did not show the number as
/// caller ID keeps it open until one does. What one test says does not undo what another one said.
#[test]
fn r6_r7_calls_in_and_out_are_tested_before_the_port_is_complete() {
    let mut desk = Desk::released(1);
    desk.lands();
    let test = |kind, passed| Event::RecordTest {
        number: number(0),
        kind,
        passed,
        remark: String::new(),
    };
    let failed = Attention::TestFailed { number: number(0) };
    desk.must(Role::Submitter, test(TestKind::CallerId, false));
    assert!(desk.request.attention.contains(&failed), "the desk is told");
    desk.must(Role::Submitter, test(TestKind::Voice, true));
    assert_eq!(
        desk.status(),
        Status::Testing,
        "calls out show another number"
    );
    assert!(desk.request.attention.contains(&failed), "still");
    desk.must(Role::Submitter, test(TestKind::CallerId, true));
    assert_eq!(desk.status(), Status::Completed);
    assert!(!desk.request.attention.contains(&failed));
}

/// What the desk ticked off comes back with another failure only, not with a test that passed.
#[test]
fn a_passed_test_does_not_raise_an_older_failure_again() {
    let mut desk = Desk::released(1);
    desk.lands();
    let test = |kind, passed| Event::RecordTest {
        number: number(0),
        kind,
        passed,
        remark: String::new(),
    };
    let failed = Attention::TestFailed { number: number(0) };
    desk.must(Role::Submitter, test(TestKind::CallerId, false));
    let index = desk.request.attention.iter().position(|one| *one == failed);
    let index = index.expect("the desk is told");
    desk.must(Role::Desk, Event::ClearAttention { index });
    desk.must(Role::Submitter, test(TestKind::Text, true));
    assert!(!desk.request.attention.contains(&failed), "ticked off");
    desk.must(Role::Submitter, test(TestKind::CallerId, false));
    assert!(desk.request.attention.contains(&failed), "a new failure");
    // It stays until no test of the number stands failed.
    desk.must(Role::Submitter, test(TestKind::Text, true));
    assert!(desk.request.attention.contains(&failed));
    desk.must(Role::Submitter, test(TestKind::CallerId, true));
    assert!(!desk.request.attention.contains(&failed));
}

#[test]
fn one_failed_number_does_not_hold_the_others_back() {
    let mut desk = Desk::released(3);
    let partial = desk.reading(OrderStatus::Ported, |at, said| {
        said.activation = if at == 1 {
            Activation::Failed
        } else {
            Activation::Active
        };
        said.messaging = Messaging::Ported;
    });
    desk.reads(partial);
    assert!(matches!(
        desk.request.numbers[1].voice,
        Voice::Failed { .. }
    ));
    for line in [0, 2] {
        desk.must(
            Role::Desk,
            Event::RecordTest {
                number: number(line),
                kind: TestKind::Voice,
                passed: true,
                remark: String::new(),
            },
        );
    }
    assert_eq!(desk.status(), Status::Completed);
}

#[test]
fn an_unknown_word_goes_to_the_desk_and_moves_nothing() {
    let mut desk = Desk::released(1);
    let submitted = desk.reading(OrderStatus::Submitted, |_, _| {});
    desk.reads(submitted);
    let unknown = desk.reading(OrderStatus::Unknown("pondering".into()), |_, _| {});
    desk.reads(unknown);
    assert_eq!(desk.status(), Status::Submitted);
    assert!(
        desk.request
            .attention
            .iter()
            .any(|one| matches!(one, Attention::UnknownWord { word, .. } if word == "pondering"))
    );
    let again = desk.reading(OrderStatus::Submitted, |_, _| {});
    desk.reads(again);
    assert!(desk.request.attention.is_empty(), "a known word clears it");
}

#[test]
fn cancelling_too_late_lets_the_port_go_on() {
    let mut desk = Desk::released(1);
    let mut confirmed = desk.reading(OrderStatus::FocConfirmed, |_, _| {});
    confirmed.confirmed_foc = Some("2026-12-07T16:30:00Z".parse().expect("a literal"));
    desk.reads(confirmed);
    assert_eq!(
        desk.must(
            Role::Submitter,
            Event::Cancel {
                reason: "changed my mind".into()
            }
        ),
        vec![Effect::CancelAtCarrier]
    );
    assert_eq!(desk.status(), Status::CancelPending);
    desk.must(
        Role::Carrier,
        Event::CancelRefused {
            says: "too late".into(),
        },
    );
    assert_eq!(desk.status(), Status::Scheduled);
}

/// R19, R20: a US local number's texts wait for an approved campaign, and start when it is there.
#[test]
fn r19_r20_texts_wait_for_the_campaign() {
    let mut desk = Desk::new();
    desk.campaign = false;
    desk.fill(1);
    desk.sign();
    desk.prove();
    desk.must(Role::Desk, Event::Release);
    assert_eq!(desk.request.numbers[0].text, Text::WaitingCampaign);
    desk.campaign = true;
    desk.must(Role::Timer, Event::LookAgain);
    assert_eq!(
        desk.request.numbers[0].text,
        Text::WaitingPort,
        "R22: not before the port completes"
    );
}

#[test]
fn an_older_reading_is_ignored() {
    let mut desk = Desk::released(1);
    let old = desk.reading(OrderStatus::InProcess, |_, _| {});
    let done = desk.reading(OrderStatus::Ported, |_, said| {
        said.activation = Activation::Active
    });
    desk.reads(done);
    let facts = desk.facts.len();
    desk.reads(old);
    assert_eq!(desk.facts.len(), facts);
    assert_eq!(desk.status(), Status::Testing);
}

/// R52: the old service is kept for what did not move, and for what was never to move.
#[test]
fn r52_the_old_service_may_go_only_when_nothing_needs_it() {
    let complete = |mut desk: Desk, lost: &[E164]| {
        if !lost.is_empty() {
            desk.must(
                Role::Desk,
                Event::GiveUp {
                    numbers: lost.to_vec(),
                    reason: "the provider keeps it".into(),
                },
            );
        }
        assert_eq!(desk.standing().old_service, OldService::Keep);
        desk.lands();
        for line in 0..2 {
            if !lost.contains(&number(line)) {
                desk.must(
                    Role::Desk,
                    Event::RecordTest {
                        number: number(line),
                        kind: TestKind::Voice,
                        passed: true,
                        remark: String::new(),
                    },
                );
            }
        }
        assert_eq!(desk.status(), Status::Completed);
        desk.standing()
    };
    let whole = complete(Desk::released(2), &[]);
    assert_eq!(whole.old_service, OldService::MayGo);
    assert!(whole.next.contains("can safely be cancelled"), "{whole:?}");

    let lost = number(1);
    let some = complete(Desk::released(2), &[lost]);
    assert_eq!(some.old_service, OldService::KeepForNumbers(vec![lost]));
    assert!(some.next.starts_with("Keep the old service"), "{some:?}");
    assert!(some.next.contains(&words::number(lost)), "{some:?}");

    let of_some = |remaining| {
        let mut desk = Desk::released(2);
        desk.request.details.scope = Scope::Partial {
            remaining,
            new_btn: None,
        };
        complete(desk, &[]).old_service
    };
    assert_eq!(of_some(Remaining::Keep), OldService::KeepForOthers);
    assert_eq!(of_some(Remaining::Disconnect), OldService::MayGo);
}

/// A port is undone on request for a while; what the providers refuse leaves it as it was.
#[test]
fn a_port_is_undone_or_stays_as_it_was() {
    let ported = || {
        let mut desk = Desk::released(1);
        desk.lands();
        desk
    };
    let ask = |desk: &Desk, hours: i64| Event::AskSnapback {
        reason: "moved by mistake".into(),
        deadline: desk
            .now
            .checked_add(SignedDuration::from_hours(hours))
            .expect("in range"),
    };
    let refused = || Event::RefuseSnapback {
        reason: "the line was given away".into(),
    };
    let passed = Event::RecordTest {
        number: number(0),
        kind: TestKind::Voice,
        passed: true,
        remark: String::new(),
    };

    let mut desk = ported();
    let late = ask(&desk, 0);
    assert_eq!(
        desk.does(Role::Desk, late).expect_err("past").rule,
        "deadline_past"
    );
    let asked = ask(&desk, 24);
    desk.must(Role::Desk, asked);
    assert_eq!(desk.status(), Status::SnapbackPending);
    assert!(desk.standing().by.is_some());
    desk.must(Role::Desk, refused());
    assert_eq!(desk.status(), Status::Testing, "as before");
    desk.must(Role::Desk, passed);
    assert_eq!(desk.status(), Status::Completed);
    let asked = ask(&desk, 24);
    desk.must(Role::Desk, asked);
    desk.must(Role::Desk, refused());
    assert_eq!(desk.status(), Status::Completed, "as before");
    let asked = ask(&desk, 24);
    desk.must(Role::Desk, asked);
    desk.must(Role::Desk, Event::ConfirmSnapback);
    assert_eq!(desk.status(), Status::SnappedBack);
    assert_eq!(desk.standing().old_service, OldService::Keep);
}
