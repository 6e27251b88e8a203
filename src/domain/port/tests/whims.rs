//! The rule book against random events by random people.

use proptest::prelude::*;

use super::*;

fn any_role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::Submitter),
        Just(Role::AccountAdministrator),
        Just(Role::ReadOnly),
        Just(Role::Owner),
        Just(Role::Desk),
        Just(Role::Administrator),
        Just(Role::Carrier),
        Just(Role::Timer)
    ]
}

#[derive(Clone, Debug)]
enum Whim {
    Edit(u8),
    Add(u16),
    Remove(u16),
    Change(u16, u8),
    Agree,
    Letter,
    Open,
    Sign,
    Decline,
    Expire,
    Proof,
    Accept(usize),
    Refuse(usize),
    Release,
    Read {
        order: u8,
        status: u8,
        reasons: u8,
        foc: Option<i64>,
        activation: u8,
        messaging: u8,
        stale: bool,
    },
    Supplement,
    Resubmit,
    GiveUp(u16),
    Window,
    Test(u16, bool),
    Note,
    Silence,
    Near,
    Clear(usize),
    Cancel,
    CancelRefused,
    SendingRefused,
    NothingToCancel,
    Snapback,
    SnappedBack,
    NoSnapback,
    Look,
    Claim(usize, bool),
    Unclaim,
    AskCarrier,
    Campaign(bool),
    Receives(u16, bool),
    Portability(u16, bool),
}

fn whim() -> impl Strategy<Value = Whim> {
    let read = (
        0..3u8,
        0..9u8,
        0..4u8,
        proptest::option::of(0..400i64),
        0..7u8,
        0..7u8,
        any::<bool>(),
    )
        .prop_map(
            |(order, status, reasons, foc, activation, messaging, stale)| Whim::Read {
                order,
                status,
                reasons,
                foc,
                activation,
                messaging,
                stale,
            },
        );
    prop_oneof![
        8 => read,
        1 => any::<u8>().prop_map(Whim::Edit),
        1 => (0..6u16).prop_map(Whim::Add),
        1 => (0..6u16).prop_map(Whim::Remove),
        1 => (0..6u16, 0..5u8).prop_map(|(line, what)| Whim::Change(line, what)),
        1 => Just(Whim::Agree),
        2 => Just(Whim::Letter),
        1 => Just(Whim::Open),
        2 => Just(Whim::Sign),
        1 => Just(Whim::Decline),
        1 => Just(Whim::Expire),
        2 => Just(Whim::Proof),
        2 => (0..2usize).prop_map(Whim::Accept),
        1 => (0..2usize).prop_map(Whim::Refuse),
        2 => Just(Whim::Release),
        1 => Just(Whim::Supplement),
        2 => Just(Whim::Resubmit),
        1 => (0..6u16).prop_map(Whim::GiveUp),
        1 => Just(Whim::Window),
        3 => (0..6u16, any::<bool>()).prop_map(|(line, passed)| Whim::Test(line, passed)),
        1 => Just(Whim::Note),
        1 => Just(Whim::Silence),
        1 => Just(Whim::Near),
        1 => (0..3usize).prop_map(Whim::Clear),
        1 => Just(Whim::Cancel),
        1 => Just(Whim::CancelRefused),
        1 => Just(Whim::SendingRefused),
        1 => Just(Whim::NothingToCancel),
        1 => Just(Whim::Snapback),
        1 => Just(Whim::SnappedBack),
        1 => Just(Whim::NoSnapback),
        1 => Just(Whim::Look),
        2 => (0..2usize, any::<bool>()).prop_map(|(who, over)| Whim::Claim(who, over)),
        1 => Just(Whim::Unclaim),
        1 => Just(Whim::AskCarrier),
        1 => any::<bool>().prop_map(Whim::Campaign),
        2 => (0..6u16, any::<bool>()).prop_map(|(line, is)| Whim::Receives(line, is)),
        1 => (0..6u16, any::<bool>()).prop_map(|(line, portable)| Whim::Portability(line, portable)),
    ]
}

impl Desk {
    fn event(&mut self, whim: &Whim) -> Event {
        let now = self.now;
        match whim {
            Whim::Edit(which) => Event::Edit {
                changes: vec![match which % 4 {
                    0 => Change::Title("x".into()),
                    1 => Change::LosingCarrier("Prairie Bell".into()),
                    2 => Change::Pin(Some(Mask::of_pin())),
                    _ => Change::Btn(Some(number(3))),
                }],
            },
            Whim::Add(line) => Event::AddNumbers {
                numbers: vec![entry(&self.ids, *line, now)],
            },
            Whim::Remove(line) => Event::RemoveNumbers {
                numbers: vec![number(*line)],
            },
            Whim::Change(line, what) => Event::ChangeNumber {
                number: number(*line),
                change: match what {
                    0 => NumberChange::Receiving(None),
                    1 => NumberChange::Receiving(Some(number(line + 1))),
                    2 => NumberChange::WantsText(false),
                    3 => NumberChange::Kind(Kind::Mobile),
                    _ => NumberChange::Source(None),
                },
            },
            Whim::Agree => Event::Agree {
                agreement: Agreement {
                    version: "1".into(),
                    at: now,
                    by: "x".into(),
                },
            },
            Whim::Letter => self.letter(),
            Whim::Open => Event::OpenLetter,
            Whim::Sign => Event::SignLetter {
                document: self.ids.next(now),
                sha256: String::new(),
                method: "drawn".into(),
            },
            Whim::Decline => Event::DeclineLetter {
                reason: "not mine".into(),
            },
            Whim::Expire => Event::ExpireLetter,
            Whim::Proof => Event::ReceiveProof {
                proof: Proof {
                    document: self.ids.next(now),
                    kind: ProofKind::PortalScreenshot,
                    name: "s.png".into(),
                    size: 3,
                    received_at: now,
                    verdict: Verdict::Waiting,
                },
            },
            Whim::Accept(at) => Event::AcceptProof {
                document: self.document(*at),
            },
            Whim::Refuse(at) => Event::RefuseProof {
                document: self.document(*at),
                reason: "unreadable".into(),
            },
            Whim::Release => Event::Release,
            Whim::Read {
                order,
                status,
                reasons,
                foc,
                activation,
                messaging,
                stale,
            } => {
                let status = [
                    OrderStatus::Draft,
                    OrderStatus::InProcess,
                    OrderStatus::Submitted,
                    OrderStatus::Exception,
                    OrderStatus::FocConfirmed,
                    OrderStatus::CancelPending,
                    OrderStatus::Ported,
                    OrderStatus::Cancelled,
                    OrderStatus::Unknown("limbo".into()),
                ][usize::from(*status)]
                .clone();
                let mut reading = self.reading(status, |at, said| {
                    said.activation = [
                        Activation::Pending,
                        Activation::Conflict,
                        Activation::Ready,
                        Activation::Active,
                        Activation::Failed,
                        Activation::Cancelled,
                        Activation::Unknown("odd".into()),
                    ][(usize::from(*activation) + at) % 7]
                        .clone();
                    said.messaging = [
                        Messaging::NotApplicable,
                        Messaging::Pending,
                        Messaging::Activating,
                        Messaging::Ported,
                        Messaging::Exception,
                        Messaging::Cancelled,
                        Messaging::Unknown("odd".into()),
                    ][(usize::from(*messaging) + at) % 7]
                        .clone();
                });
                reading.external_id = format!("o-{order}");
                reading.reasons = [
                    "ACCOUNT_NUMBER_MISMATCH",
                    "PHONE_NUMBER_NOT_PORTABLE",
                    "NEVER_HEARD_OF",
                ][..usize::from(*reasons)]
                    .iter()
                    .map(|code| reason(code))
                    .collect();
                reading.confirmed_foc = foc.map(|hours| {
                    start()
                        .checked_add(SignedDuration::from_hours(hours))
                        .expect("in range")
                });
                if *stale {
                    reading.updated_at = Some(start());
                }
                Event::ReadOrders {
                    carrier: "telnyx".into(),
                    orders: vec![(self.ids.next(now), reading)],
                }
            }
            Whim::Supplement => Event::SupplementSent {
                order: self.request.orders.first().map_or(self.order, |one| one.id),
                seen: None,
            },
            Whim::Resubmit => Event::Resubmit,
            Whim::GiveUp(line) => Event::GiveUp {
                numbers: vec![number(*line)],
                reason: "lost".into(),
            },
            Whim::Window => Event::OpenWindow,
            Whim::Test(line, passed) => Event::RecordTest {
                number: number(*line),
                kind: TestKind::Voice,
                passed: *passed,
                remark: String::new(),
            },
            Whim::Note => Event::Note {
                note: self.ids.next::<NoteId>(now),
                text: "hello".into(),
                staff_only: false,
                attachments: vec![],
            },
            Whim::Silence => Event::NoticeSilence { business_days: 7 },
            Whim::Near => Event::RemindOfPortDay,
            Whim::Clear(index) => Event::ClearAttention { index: *index },
            Whim::Cancel => Event::Cancel {
                reason: "no longer".into(),
            },
            Whim::CancelRefused => Event::CancelRefused {
                says: "late".into(),
            },
            Whim::SendingRefused => Event::SendingRefused {
                step: "create the order".into(),
                says: "no".into(),
            },
            Whim::NothingToCancel => Event::NothingToCancel,
            Whim::Snapback => Event::AskSnapback {
                reason: "wrong number".into(),
                deadline: now
                    .checked_add(SignedDuration::from_hours(24))
                    .expect("in range"),
            },
            Whim::SnappedBack => Event::ConfirmSnapback,
            Whim::NoSnapback => Event::RefuseSnapback {
                reason: "too late".into(),
            },
            Whim::Look => Event::LookAgain,
            Whim::Claim(who, over) => Event::Claim {
                to: agents()[*who],
                name: format!("Agent {who}"),
                over: over
                    .then(|| self.request.claim.as_ref().map(|held| held.user))
                    .flatten(),
            },
            Whim::Unclaim => Event::Unclaim,
            Whim::AskCarrier => Event::AskCarrier { text: None },
            Whim::Campaign(approved) => {
                self.campaign = *approved;
                Event::LookAgain
            }
            Whim::Receives(line, is) => {
                if *is {
                    self.receiving.insert(number(*line));
                } else {
                    self.receiving.remove(&number(*line));
                }
                Event::LookAgain
            }
            Whim::Portability(line, portable) => Event::CheckPortability {
                results: vec![PortabilityResult {
                    number: number(*line),
                    kind: None,
                    not_portable: (!portable).then(|| "out of area".to_owned()),
                }],
            },
        }
    }

    fn document(&self, at: usize) -> DocumentId {
        self.request
            .proof
            .get(at)
            .map_or_else(|| self.ids.next(self.now), |one| one.document)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Random events by random people never panic, refusals change nothing (asserted in `does`),
    /// replaying the facts gives the stored state, facts survive their JSON, and what is over stays over.
    #[test]
    fn the_rule_book_holds(
        ready in any::<bool>(),
        whims in proptest::collection::vec((any_role(), whim()), 0..60),
    ) {
        let mut desk = if ready { Desk::released(3) } else { Desk::new() };
        if !ready {
            desk.fill(2);
        }
        for (role, whim) in &whims {
            let event = desk.event(whim);
            let before = desk.status();
            // Half of the time the one who may: else most lists would be refusals only.
            let role = if desk.facts.len() % 2 == 0 {
                moves::find(event.kind()).by[0]
            } else {
                *role
            };
            let done = desk.does(role, event.clone());
            let after = desk.status();
            for number in &desk.request.blocked {
                let one = desk.request.find(*number);
                prop_assert!(one.is_some_and(|one| !one.voice.is_over()), "{} is told of", number);
            }
            if done.is_ok()
                && event == Event::LookAgain
                && matches!(desk.request.stage, Stage::Paperwork | Stage::Released)
            {
                prop_assert_eq!(&desk.request.blocked, &blocked_numbers(&desk.request, &desk.world()));
            }
            if !before.is_open() && before != Status::Completed {
                prop_assert_eq!(before, after, "{:?} ended and moved again by {:?}", before, event);
            }
            if before == Status::Completed {
                prop_assert!(matches!(after, Status::Completed | Status::SnapbackPending), "{:?}", after);
            }
            for one in &desk.request.numbers {
                let released = desk.request.released_at.is_some();
                prop_assert!(released || matches!(one.voice, Voice::Waiting | Voice::Cancelled), "{:?} before release", one.voice);
                if desk.request.stage == Stage::Paperwork {
                    prop_assert!(one.voice == Voice::Waiting || one.voice.is_over(), "{:?} as paperwork", one.voice);
                }
            }
        }
        let replayed = replay(desk.facts.iter().map(|(fact, at)| (fact, *at)));
        prop_assert_eq!(replayed.as_ref(), Some(&desk.request), "replaying the facts gives the stored state");
        for (fact, _) in &desk.facts {
            let json = serde_json::to_string(fact).expect("a fact has JSON");
            let back: Fact = serde_json::from_str(&json).expect("a fact survives its JSON");
            prop_assert_eq!(&back, fact);
        }
        let row = serde_json::to_string(&desk.request).expect("a request has JSON");
        let back: PortRequest = serde_json::from_str(&row).expect("a request survives its JSON");
        prop_assert_eq!(&back, &desk.request);
        prop_assert_eq!(status(&back), desk.status());
    }
}
