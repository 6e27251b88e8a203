//! Properties and examples of the rule book.

mod corrections;
mod limits;
mod moving;
mod paperwork;
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
            letter_max_days: 30,
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
            letter_max_days: 30,
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

    /// All numbers have moved, with their texts.
    fn lands(&mut self) {
        let done = self.reading(OrderStatus::Ported, |_, said| {
            said.activation = Activation::Active;
            said.messaging = Messaging::Ported;
        });
        self.reads(done);
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
fn every_event_has_a_line_in_the_table_and_the_docs_say_so() {
    let document = moves::document();
    assert_eq!(moves::MOVES.len(), EventKind::ALL.len());
    for event in EventKind::ALL {
        let line = moves::find(*event);
        assert_eq!(line.event, *event);
        assert!(!line.by.is_empty() && !line.from.is_empty(), "{event:?}");
        assert!(document.contains(&format!("| {event:?} |")), "{event:?}");
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
