//! Before anything goes to a carrier: what is asked for, what stands in the way, who is told.

use super::*;

/// R3, R40: nothing goes to the carrier without a signed letter and proof of ownership.
#[test]
fn r3_r40_release_needs_letter_and_proof() {
    let mut desk = Desk::new();
    desk.fill(1);
    assert_eq!(
        desk.does(Role::Desk, Event::Release)
            .expect_err("no letter")
            .rule,
        "not_now"
    );
    desk.sign();
    assert_eq!(
        desk.does(Role::Desk, Event::Release)
            .expect_err("no proof")
            .rule,
        "not_now"
    );
    let document = desk.ids.next::<DocumentId>(desk.now);
    let proof = Proof {
        document,
        kind: ProofKind::BillingStatement,
        name: "bill.pdf".into(),
        size: 1,
        received_at: desk.now,
        verdict: Verdict::Waiting,
    };
    desk.must(Role::Submitter, Event::ReceiveProof { proof });
    assert_eq!(
        desk.does(Role::Desk, Event::Release)
            .expect_err("unchecked proof")
            .rule,
        "blocked"
    );
}

/// R115: proof is refused until the letter is signed.
#[test]
fn r115_no_proof_before_the_signature() {
    let mut desk = Desk::new();
    desk.fill(1);
    let proof = Proof {
        document: desk.ids.next(desk.now),
        kind: ProofKind::PurchaseReceipt,
        name: "r.pdf".into(),
        size: 1,
        received_at: desk.now,
        verdict: Verdict::Waiting,
    };
    assert_eq!(
        desk.does(Role::Owner, Event::ReceiveProof { proof })
            .expect_err("too early")
            .rule,
        "letter_unsigned"
    );
}

/// R104, R105: the PIN is asked for exactly when a number is mobile, and the number is named.
#[test]
fn r105_a_mobile_number_needs_the_pin() {
    let mut desk = Desk::new();
    desk.fill(2);
    assert!(
        missing(&desk.request, true).is_empty(),
        "R104: no PIN is needed without a mobile number"
    );
    desk.must(
        Role::Submitter,
        Event::ChangeNumber {
            number: number(1),
            change: NumberChange::Kind(Kind::Mobile),
        },
    );
    let problems = missing(&desk.request, true);
    assert!(
        problems
            .iter()
            .any(|one| one.field == "pin" && one.says.contains("+14045550101")),
        "{problems:?}"
    );
    let letter = desk.letter();
    assert_eq!(
        desk.does(Role::Submitter, letter)
            .expect_err("PIN missing")
            .rule,
        "form_incomplete"
    );
}

/// R86, R87: without a receiving number the form is refused, unless numbers may ring users directly here.
#[test]
fn r86_each_number_needs_a_receiving_number() {
    let mut desk = Desk::new();
    desk.fill(1);
    desk.must(
        Role::Submitter,
        Event::ChangeNumber {
            number: number(0),
            change: NumberChange::Receiving(None),
        },
    );
    let letter = desk.letter();
    let refusal = desk
        .does(Role::Submitter, letter)
        .expect_err("no receiving number");
    assert_eq!(refusal.problems[0].field, "numbers[0].receiving");
    assert!(missing(&desk.request, false).is_empty());
}

/// R121, R122: a receiving number blocks, is named, and clears by itself.
#[test]
fn r121_r122_a_receiving_number_blocks_until_it_is_removed() {
    let mut desk = Desk::new();
    desk.fill(1);
    desk.sign();
    desk.prove();
    desk.receiving.insert(number(0));
    let refusal = desk.does(Role::Desk, Event::Release).expect_err("blocked");
    assert!(
        refusal.says.contains("+14045550100") && refusal.says.contains("receiving number"),
        "{refusal}"
    );
    desk.receiving.clear();
    desk.must(Role::Desk, Event::Release);
}

/// R121, R122: what becomes and is no longer a receiving number is told once, and remembered.
#[test]
fn r121_r122_a_block_and_its_end_are_facts() {
    let mut desk = Desk::new();
    desk.fill(3);
    let said = |desk: &mut Desk, role| {
        let before = desk.facts.len();
        desk.must(role, Event::LookAgain);
        desk.facts[before..]
            .iter()
            .map(|(fact, _)| fact.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&mut desk, Role::Timer), []);
    desk.receiving.extend([number(1), number(0), number(77)]);
    let numbers = vec![number(0), number(1)];
    assert_eq!(
        said(&mut desk, Role::Submitter),
        [Fact::Blocked {
            numbers: numbers.clone()
        }]
    );
    assert_eq!(said(&mut desk, Role::Submitter), [], "told already");
    assert_eq!(desk.request.blocked, numbers);
    desk.receiving.remove(&number(0));
    let numbers = vec![number(0)];
    assert_eq!(said(&mut desk, Role::Desk), [Fact::Unblocked { numbers }]);
    // A number that leaves is not told of any more.
    let numbers = vec![number(1)];
    desk.must(Role::Submitter, Event::RemoveNumbers { numbers });
    assert!(desk.request.blocked.is_empty());
    desk.receiving.clear();
    assert_eq!(said(&mut desk, Role::Desk), []);
    // One that comes as a receiving number blocks at once.
    desk.receiving.insert(number(5));
    let numbers = vec![entry(&desk.ids, 5, desk.now)];
    desk.must(Role::Submitter, Event::AddNumbers { numbers });
    assert_eq!(desk.request.blocked, [number(5)]);
    // What is over waits for nothing.
    desk.must(
        Role::Submitter,
        Event::Cancel {
            reason: "no longer".into(),
        },
    );
    assert!(desk.request.blocked.is_empty());
    desk.receiving.clear();
    assert_eq!(said(&mut desk, Role::Desk), []);
}

/// R126: the submitter is told of a block that somebody else made, not of their own; the receipt is for them in any case.
#[test]
fn r126_who_is_told_of_blocks_and_of_the_first_letter() {
    let mut desk = Desk::new();
    desk.fill(1);
    let own = Actor {
        user: Some(desk.request.submitter),
        ..actor(Role::Submitter)
    };
    let colleague = Actor {
        user: Some(agents()[0]),
        ..actor(Role::Submitter)
    };
    for (fact, kind) in [
        (
            Fact::Blocked {
                numbers: vec![number(0)],
            },
            MailKind::Blocked,
        ),
        (
            Fact::Unblocked {
                numbers: vec![number(0)],
            },
            MailKind::Unblocked,
        ),
    ] {
        assert_eq!(notices(&fact, &desk.request, &own), []);
        for by in [&colleague, &actor(Role::Desk)] {
            assert_eq!(
                notices(&fact, &desk.request, by),
                [(Reader::Submitter, kind)],
                "{by:?}"
            );
        }
    }
    let note = Fact::NoteWritten {
        note: Ids::seeded(1).next(desk.now),
        text: "Hello".into(),
        staff_only: false,
        attachments: vec![],
    };
    let (to_submitter, to_desk) = (
        (Reader::Submitter, MailKind::NoteAdded),
        (Reader::Desk, MailKind::NoteAdded),
    );
    assert_eq!(notices(&note, &desk.request, &own), [to_desk]);
    assert_eq!(
        notices(&note, &desk.request, &colleague),
        [to_submitter, to_desk]
    );
    assert_eq!(
        notices(&note, &desk.request, &actor(Role::Desk)),
        [to_submitter]
    );
    for version in 1..3 {
        let letter = desk.letter();
        desk.must(Role::Submitter, letter);
        let (fact, _) = desk.facts.last().expect("a fact").clone();
        let mut told = vec![(Reader::Owner, MailKind::LetterToSign)];
        if version == 1 {
            told.push((Reader::Submitter, MailKind::RequestReceived));
        }
        assert_eq!(
            notices(&fact, &desk.request, &own),
            told,
            "letter {version}"
        );
    }
}

/// 47 CFR 64.1130(j): a signature carries an order for so many days, then the letter is signed again.
#[test]
fn a_letter_that_was_signed_too_long_ago_covers_no_order() {
    let later = |desk: &mut Desk, days: i64| {
        desk.now = desk
            .now
            .checked_add(SignedDuration::from_hours(24 * days))
            .expect("in range");
    };
    let mut desk = Desk::new();
    desk.fill(1);
    desk.sign();
    desk.prove();
    later(&mut desk, 30);
    desk.must(Role::Timer, Event::ExpireLetter);
    assert_eq!(desk.status(), Status::InReview, "the last day counts");
    later(&mut desk, 1);
    let refusal = desk.does(Role::Desk, Event::Release).expect_err("too old");
    assert_eq!(refusal.rule, "letter_too_old");
    desk.must(Role::Timer, Event::ExpireLetter);
    assert_eq!(desk.status(), Status::Draft);
    assert_eq!(
        desk.standing().next,
        "It was signed 31 days ago, and covers orders within 30 days. Send the new letter."
    );
    desk.sign();
    desk.must(Role::Desk, Event::Release);
    // An order that was sent in time is corrected however long that takes.
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(exception);
    later(&mut desk, 45);
    desk.must(Role::Timer, Event::ExpireLetter);
    desk.must(Role::Submitter, Event::Resubmit);
}
