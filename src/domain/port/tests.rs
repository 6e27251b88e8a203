//! Properties and examples of the rule book.

mod whims;

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::calendar::Calendar;
use crate::domain::carrier::{
    Activation, CarrierReason, CodeSystem, Messaging, NumberReading, OrderReading, OrderStatus,
};
use crate::domain::number::{E164, Kind};
use crate::ids::{DocumentId, Ids, LinkId, NoteId, OrderId, UserId};

fn number(line: u16) -> E164 {
    format!("+1404555{:04}", 100 + line % 100)
        .parse()
        .expect("a number of the fictional range")
}

fn entry(ids: &Ids, line: u16, now: Timestamp) -> PortNumber {
    PortNumber {
        id: ids.next(now),
        number: number(line),
        kind: Kind::Local,
        receiving: Some("+16785550150".parse().expect("a number")),
        source: Some("Website".to_owned()),
        description: None,
        wants_text: true,
        not_portable: None,
        voice: Voice::Waiting,
        text: Text::NotWanted,
        carrier_text: Messaging::NotApplicable,
        order: None,
        voice_test: None,
        caller_id_test: None,
        text_test: None,
    }
}

fn actor(role: Role) -> Actor {
    Actor {
        role,
        name: role.words().to_owned(),
        user: None,
    }
}

fn start() -> Timestamp {
    "2026-11-23T15:00:00Z".parse().expect("a literal")
}

/// Two people of the desk.
fn agents() -> [UserId; 2] {
    let ids = Ids::seeded(99);
    [ids.next(start()), ids.next(start())]
}

/// A request with the facts that made it, driven through the rule book only.
struct Desk {
    ids: Ids,
    calendar: Calendar,
    campaign: bool,
    receiving: HashSet<E164>,
    now: Timestamp,
    request: PortRequest,
    facts: Vec<(Fact, Timestamp)>,
    order: OrderId,
    revision: i64,
}

impl Desk {
    fn new() -> Self {
        let ids = Ids::seeded(7);
        let now = start();
        let fact = Fact::Begun {
            port: ids.next(now),
            account: ids.next(now),
            submitter: ids.next(now),
            title: "Head office".to_owned(),
        };
        let request = begin(&fact, now).expect("it begins");
        Self {
            order: ids.next(now),
            calendar: Calendar::default(),
            campaign: true,
            receiving: HashSet::new(),
            now,
            request,
            facts: vec![(fact, now)],
            ids,
            revision: 0,
        }
    }

    fn does(&mut self, role: Role, event: Event) -> Result<Vec<Effect>, Refusal> {
        self.now = self
            .now
            .checked_add(SignedDuration::from_mins(7))
            .expect("in range");
        let world = World {
            calendar: &self.calendar,
            receiving: self.receiving.clone(),
            receiving_elsewhere: HashMap::new(),
            receiving_required: true,
            campaign_approved: self.campaign,
        };
        let before = self.request.clone();
        match apply(&self.request, event, &actor(role), &world, self.now) {
            Ok(step) => {
                self.facts
                    .extend(step.facts.into_iter().map(|fact| (fact, self.now)));
                self.request = step.next;
                Ok(step.effects)
            }
            Err(refusal) => {
                assert_eq!(before, self.request, "a refusal changes nothing");
                Err(refusal)
            }
        }
    }

    fn must(&mut self, role: Role, event: Event) -> Vec<Effect> {
        let shown = format!("{event:?}");
        self.does(role, event)
            .unwrap_or_else(|refusal| panic!("{shown}: {refusal}"))
    }

    fn fill(&mut self, lines: u16) {
        let address = Address {
            street: "12 Harbor Street".into(),
            city: "Atlanta".into(),
            state: "GA".into(),
            postal_code: "30303".into(),
            ..Address::default()
        };
        self.must(
            Role::Submitter,
            Event::Edit {
                changes: vec![
                    Change::LosingCarrier("Northline Telecom".into()),
                    Change::Customer(Customer {
                        first_name: "Ada".into(),
                        last_name: "Quay".into(),
                        business_name: "Quay & Sons".into(),
                    }),
                    Change::AccountNumber(Some(Mask::of_account_number("000481516"))),
                    Change::Billing(address),
                ],
            },
        );
        let numbers = (0..lines)
            .map(|line| entry(&self.ids, line, self.now))
            .collect();
        self.must(Role::Submitter, Event::AddNumbers { numbers });
        let agreement = Agreement {
            version: "1".into(),
            at: self.now,
            by: "Ada".into(),
        };
        self.must(Role::Submitter, Event::Agree { agreement });
    }

    fn letter(&mut self) -> Event {
        let letter = LetterRef {
            document: self.ids.next(self.now),
            sha256: "00".repeat(32),
            data_sha256: String::new(),
            version: self.request.letters + 1,
        };
        Event::SendLetter {
            letter,
            signer: Signer {
                name: "Ada Quay".into(),
                email: "ada@quay.example".into(),
                title: String::new(),
            },
            link: self.ids.next::<LinkId>(self.now),
            expires_at: self
                .now
                .checked_add(SignedDuration::from_hours(24 * 30))
                .expect("in range"),
        }
    }

    fn sign(&mut self) {
        let letter = self.letter();
        self.must(Role::Submitter, letter);
        self.must(Role::Owner, Event::OpenLetter);
        self.signs();
    }

    /// The owner signs the letter that was sent.
    fn signs(&mut self) -> Vec<Effect> {
        let document = self.ids.next::<DocumentId>(self.now);
        self.must(
            Role::Owner,
            Event::SignLetter {
                document,
                sha256: "11".repeat(32),
                method: "typed".into(),
            },
        )
    }

    fn world(&self) -> World<'_> {
        World {
            calendar: &self.calendar,
            receiving: self.receiving.clone(),
            receiving_elsewhere: HashMap::new(),
            receiving_required: true,
            campaign_approved: self.campaign,
        }
    }

    fn standing(&self) -> Standing {
        standing(&self.request, &self.world())
    }

    fn prove(&mut self) {
        let document = self.ids.next::<DocumentId>(self.now);
        let proof = Proof {
            document,
            kind: ProofKind::BillingStatement,
            name: "bill.pdf".into(),
            size: 1,
            received_at: self.now,
            verdict: Verdict::Waiting,
        };
        self.must(Role::Owner, Event::ReceiveProof { proof });
        self.must(Role::Desk, Event::AcceptProof { document });
    }

    fn released(lines: u16) -> Self {
        let mut desk = Self::new();
        desk.fill(lines);
        desk.sign();
        desk.prove();
        assert_eq!(
            desk.must(Role::Desk, Event::Release),
            vec![Effect::SubmitToCarrier]
        );
        desk
    }

    fn reading(
        &mut self,
        status: OrderStatus,
        each: impl Fn(usize, &mut NumberReading),
    ) -> OrderReading {
        self.revision += 1;
        let numbers = self
            .request
            .numbers
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let mut said = NumberReading {
                    number: one.number,
                    activation: Activation::Pending,
                    messaging: Messaging::Pending,
                };
                each(at, &mut said);
                said
            })
            .collect();
        OrderReading {
            external_id: "o-1".into(),
            customer_reference: None,
            support_key: Some("sr_1".into()),
            raw_status: format!("{status:?}").to_lowercase(),
            status,
            reasons: vec![],
            requested_foc: None,
            confirmed_foc: None,
            requirements_met: Some(true),
            numbers,
            updated_at: Some(
                start()
                    .checked_add(SignedDuration::from_hours(self.revision))
                    .expect("in range"),
            ),
        }
    }

    fn reads(&mut self, reading: OrderReading) -> Vec<Effect> {
        self.must(
            Role::Carrier,
            Event::ReadOrders {
                carrier: "telnyx".into(),
                orders: vec![(self.order, reading)],
            },
        )
    }

    fn status(&self) -> Status {
        status(&self.request)
    }
}

fn reason(code: &str) -> CarrierReason {
    CarrierReason {
        system: CodeSystem::Telnyx,
        code: code.to_owned(),
        text: "as the carrier put it".to_owned(),
    }
}

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
    let done = desk.reading(OrderStatus::Ported, |_, said| {
        said.activation = Activation::Active;
        said.messaging = Messaging::Ported;
    });
    desk.reads(done);
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
    let done = desk.reading(OrderStatus::Ported, |_, said| {
        said.activation = Activation::Active;
        said.messaging = Messaging::Ported;
    });
    desk.reads(done);
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

#[test]
fn a_rejection_is_mended_and_sent_again_without_a_new_letter() {
    let mut desk = Desk::released(1);
    let submitted = desk.reading(OrderStatus::Submitted, |_, _| {});
    desk.reads(submitted);
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(exception.clone());
    assert_eq!(desk.status(), Status::Rejected);
    assert_eq!(ball(&desk.request), Ball::Customer);
    desk.must(
        Role::Submitter,
        Event::Edit {
            changes: vec![Change::AccountNumber(Some(Mask::of_account_number(
                "000481517",
            )))],
        },
    );
    assert!(
        desk.request.is_signed(),
        "the account number is not on the letter"
    );
    assert_eq!(
        desk.must(Role::Submitter, Event::Resubmit),
        vec![Effect::SendSupplement]
    );
    assert_eq!(desk.status(), Status::Submitted);
    desk.reads(exception.clone());
    assert_eq!(
        desk.status(),
        Status::Submitted,
        "a reading of the old version does not reject the new one"
    );
    desk.must(
        Role::Carrier,
        Event::SupplementSent {
            order: desk.order,
            seen: exception.updated_at,
        },
    );
    desk.reads(exception);
    assert_eq!(desk.status(), Status::Submitted);
    let mut again = desk.reading(OrderStatus::Exception, |_, _| {});
    again.reasons = vec![reason("ACCOUNT_NUMBER_MISMATCH")];
    desk.reads(again);
    assert_eq!(
        desk.status(),
        Status::Rejected,
        "rejected again, for the same reason"
    );
    assert_eq!(desk.request.orders[0].version, 1);
}

#[test]
fn a_changed_address_needs_a_new_signature_before_it_is_sent_again() {
    let mut desk = Desk::released(1);
    let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
    exception.reasons = vec![reason("LOCATION_MISMATCH")];
    desk.reads(exception);
    let address = Address {
        street: "14 Harbor Street".into(),
        city: "Atlanta".into(),
        state: "GA".into(),
        postal_code: "30303".into(),
        ..Address::default()
    };
    desk.must(
        Role::Submitter,
        Event::Edit {
            changes: vec![Change::Service(Some(address))],
        },
    );
    assert_eq!(
        desk.does(Role::Submitter, Event::Resubmit)
            .expect_err("unsigned")
            .rule,
        "letter_unsigned"
    );
    let letter = desk.letter();
    desk.must(Role::Submitter, letter);
    assert!(
        desk.standing()
            .next
            .contains("We send the correction as soon as it is signed."),
        "{:?}",
        desk.standing()
    );
    assert_eq!(
        desk.signs(),
        vec![Effect::SendSupplement],
        "the signature was all that was missing"
    );
    assert_eq!(desk.status(), Status::Submitted);
    assert_eq!(desk.request.orders[0].version, 1);
    assert_eq!(
        desk.does(Role::Submitter, Event::Resubmit)
            .expect_err("it is on its way")
            .rule,
        "not_now"
    );
}

/// What else is in the way, or waits for the desk's own judgement, is not sent by a signature.
#[test]
fn a_signature_sends_the_correction_only_when_nothing_else_is_in_the_way() {
    for hindrance in ["a receiving number", "the desk", "a refused proof"] {
        let mut desk = Desk::released(1);
        let mut exception = desk.reading(OrderStatus::Exception, |_, _| {});
        exception.reasons = vec![reason(if hindrance == "the desk" {
            "NEVER_HEARD_OF"
        } else {
            "LOCATION_MISMATCH"
        })];
        desk.reads(exception);
        desk.must(
            Role::Desk,
            Event::Edit {
                changes: vec![Change::LosingCarrier("Prairie Bell".into())],
            },
        );
        match hindrance {
            "a receiving number" => {
                desk.receiving.insert(number(0));
            }
            "a refused proof" => {
                let document = desk.request.proof[0].document;
                let reason = "of June".to_owned();
                desk.must(Role::Desk, Event::RefuseProof { document, reason });
            }
            _ => {}
        }
        let letter = desk.letter();
        desk.must(Role::Submitter, letter);
        assert!(!desk.standing().next.contains("We send"), "{hindrance}");
        assert_eq!(desk.signs(), vec![], "{hindrance}");
        assert_eq!(desk.status(), Status::Rejected, "{hindrance}");
        // The button is still there for it.
        match hindrance {
            "a receiving number" => desk.receiving.clear(),
            "a refused proof" => desk.prove(),
            _ => {}
        }
        assert_eq!(
            desk.must(Role::Desk, Event::Resubmit),
            vec![Effect::SendSupplement],
            "{hindrance}"
        );
    }
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

#[test]
fn every_event_has_a_line_in_the_table_and_the_docs_say_so() {
    let document = moves::document();
    for line in moves::MOVES {
        assert_eq!(
            moves::MOVES
                .iter()
                .filter(|other| other.event == line.event)
                .count(),
            1,
            "{:?}",
            line.event
        );
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/port-states.md");
    if std::env::var_os("PORTOLAN_BLESS").is_some() {
        std::fs::write(&path, &document).expect("the docs can be written");
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        document,
        "docs/port-states.md: PORTOLAN_BLESS=1 cargo test --lib every_event_has_a_line"
    );
}

#[test]
fn a_read_only_user_may_do_nothing_and_hears_who_may() {
    for one in moves::MOVES {
        let refusal = moves::permit(one.event, Role::ReadOnly).expect_err("read-only");
        assert_eq!(refusal.kind, RefusalKind::Forbidden, "{:?}", one.event);
        let first = one.by.first().expect("each line names somebody").words();
        assert!(refusal.says.contains(first), "{}", refusal.says);
        assert!(refusal.says.contains("read-only"), "{}", refusal.says);
    }
    assert!(moves::allow(moves::BEGIN, Role::ReadOnly).is_err());
}

#[test]
fn an_administrator_may_do_what_those_may_whom_they_look_after() {
    for one in moves::MOVES {
        for (administrator, other) in [
            (Role::AccountAdministrator, Role::Submitter),
            (Role::Administrator, Role::Desk),
        ] {
            assert_eq!(
                moves::permit(one.event, administrator).is_ok(),
                moves::permit(one.event, other).is_ok(),
                "{:?}",
                one.event
            );
        }
    }
}

#[test]
fn mails_that_ask_for_something_or_move_a_date_cannot_be_switched_off() {
    // R126 and R131: by default everything is mailed; only these may be done without.
    for kind in [
        MailKind::Rejected,
        MailKind::ProofRefused,
        MailKind::PortDateSet,
        MailKind::PortDateChanged,
        MailKind::LetterToSign,
        MailKind::LetterSigned,
        MailKind::LetterDeclined,
        MailKind::LetterExpired,
        MailKind::Completed,
        MailKind::Cancelled,
        MailKind::NumbersFailed,
    ] {
        assert_eq!(kind.topic(), None, "{kind:?}");
    }
    assert_eq!(MailKind::NoteAdded.topic(), Some(Topic::Notes));
    assert_eq!(MailKind::Update.topic(), Some(Topic::Progress));
    assert_eq!(MailKind::TextsEnabled.topic(), Some(Topic::Texts));
    for topic in Topic::ALL {
        assert_eq!(Topic::named(topic.name()), Some(topic));
    }
}

#[test]
fn the_names_of_facts_that_an_account_may_see_are_listed() {
    let text = include_str!("fact.rs");
    let body = text
        .split("pub fn name(&self)")
        .nth(1)
        .and_then(|rest| rest.split("pub fn is_staff_only").next())
        .expect("the function");
    let staff = [
        "attention_raised",
        "attention_cleared",
        "order_changed",
        "carrier_text_seen",
        "supplement_sent",
        "claimed",
        "unclaimed",
        "carrier_asked",
    ];
    let names: Vec<&str> = body
        .split("=> \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| !staff.contains(name))
        .collect();
    assert_eq!(names, Fact::NAMES);
}
