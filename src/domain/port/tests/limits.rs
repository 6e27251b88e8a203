//! How long texts may be: the same for each face, because the rule book says it.

use super::*;

/// A request in the state in which an event may happen, and whose it is to make it happen.
struct Case {
    name: &'static str,
    field: &'static str,
    most: usize,
    desk: fn() -> Desk,
    role: Role,
    event: fn(&Desk, String) -> Event,
}

fn filled() -> Desk {
    let mut desk = Desk::new();
    desk.fill(2);
    desk
}

fn sent() -> Desk {
    let mut desk = filled();
    let letter = desk.letter();
    desk.must(Role::Submitter, letter);
    desk
}

fn proven() -> Desk {
    let mut desk = filled();
    desk.sign();
    desk.prove();
    desk
}

fn released() -> Desk {
    Desk::released(2)
}

fn ported() -> Desk {
    let mut desk = Desk::released(2);
    let done = desk.reading(OrderStatus::Ported, |_, said| {
        said.activation = Activation::Active;
    });
    desk.reads(done);
    desk
}

fn tomorrow(desk: &Desk) -> Timestamp {
    desk.now
        .checked_add(SignedDuration::from_hours(24))
        .expect("in range")
}

const CASES: [Case; 10] = [
    Case {
        name: "cancel",
        field: "reason",
        most: REASON_CHARACTERS_MAX,
        desk: filled,
        role: Role::Submitter,
        event: |_, reason| Event::Cancel { reason },
    },
    Case {
        name: "decline_letter",
        field: "reason",
        most: REASON_CHARACTERS_MAX,
        desk: sent,
        role: Role::Owner,
        event: |_, reason| Event::DeclineLetter { reason },
    },
    Case {
        name: "refuse_proof",
        field: "reason",
        most: REASON_CHARACTERS_MAX,
        desk: proven,
        role: Role::Desk,
        event: |desk, reason| Event::RefuseProof {
            document: desk.request.proof[0].document,
            reason,
        },
    },
    Case {
        name: "give_up",
        field: "reason",
        most: REASON_CHARACTERS_MAX,
        desk: released,
        role: Role::Desk,
        event: |_, reason| Event::GiveUp {
            numbers: vec![number(0)],
            reason,
        },
    },
    Case {
        name: "ask_snapback",
        field: "reason",
        most: REASON_CHARACTERS_MAX,
        desk: ported,
        role: Role::Desk,
        event: |desk, reason| Event::AskSnapback {
            reason,
            deadline: tomorrow(desk),
        },
    },
    Case {
        name: "refuse_snapback",
        field: "reason",
        most: REASON_CHARACTERS_MAX,
        desk: || {
            let mut desk = ported();
            let event = Event::AskSnapback {
                reason: "moved by mistake".into(),
                deadline: tomorrow(&desk),
            };
            desk.must(Role::Desk, event);
            desk
        },
        role: Role::Desk,
        event: |_, reason| Event::RefuseSnapback { reason },
    },
    Case {
        name: "ask_carrier",
        field: "text",
        most: QUESTION_CHARACTERS_MAX,
        desk: released,
        role: Role::Desk,
        event: |_, text| Event::AskCarrier { text: Some(text) },
    },
    Case {
        name: "record_test",
        field: "remark",
        most: REMARK_CHARACTERS_MAX,
        desk: ported,
        role: Role::Submitter,
        event: |_, remark| Event::RecordTest {
            number: number(0),
            kind: TestKind::Voice,
            passed: true,
            remark,
        },
    },
    Case {
        name: "note",
        field: "text",
        most: NOTE_CHARACTERS_MAX,
        desk: filled,
        role: Role::Submitter,
        event: |desk, text| Event::Note {
            note: desk.ids.next(desk.now),
            text,
            staff_only: false,
            attachments: Vec::new(),
        },
    },
    Case {
        name: "note_of_the_desk",
        field: "text",
        most: NOTE_CHARACTERS_MAX,
        desk: filled,
        role: Role::Desk,
        event: |desk, text| Event::Note {
            note: desk.ids.next(desk.now),
            text,
            staff_only: true,
            attachments: Vec::new(),
        },
    },
];

#[test]
fn a_text_is_taken_to_its_last_character_and_refused_with_one_more() {
    for case in &CASES {
        let mut desk = (case.desk)();
        // Characters, not bytes.
        let event = (case.event)(&desk, "é".repeat(case.most + 1));
        let no = desk.does(case.role, event).expect_err(case.name);
        assert_eq!(no.kind, RefusalKind::Invalid, "{}", case.name);
        let [problem] = no.problems.as_slice() else {
            panic!("{}: {:?}", case.name, no.problems)
        };
        assert_eq!(problem.field, case.field, "{}", case.name);
        let most = words::count(case.most);
        assert!(no.says.contains(&most), "{}: {}", case.name, no.says);
        assert!(
            problem.says.contains(&most),
            "{}: {}",
            case.name,
            problem.says
        );
        let event = (case.event)(&desk, "é".repeat(case.most));
        desk.must(case.role, event);
    }
}

#[test]
fn counts_are_written_as_people_write_them() {
    let written = [0, 7, 999, 1_000, 12_345, 1_000_000].map(words::count);
    assert_eq!(written, ["0", "7", "999", "1,000", "12,345", "1,000,000"]);
}
