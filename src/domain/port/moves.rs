//! The table of legal moves: which event, from which status, by whom. `docs/port-states.md` is made
//! from it, and [`super::apply()`] asks nothing else for this.

use super::event::{Actor, EventKind, Role};
use super::refusal::Refusal;
use super::request::{Attention, Loa, PortRequest, Verdict};
use super::status::Status;

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// What happens.
    pub event: EventKind,
    /// Who may make it happen. A desk administrator may do what the desk may, an account's administrator what
    /// its porting users may ([`Role::acts_as`]). Read-only users are in no line.
    pub by: &'static [Role],
    /// In which statuses.
    pub from: &'static [Status],
    /// What it does, in one line of the docs.
    pub does: &'static str,
    /// What would make it legal, said to whom tried it too early or too late.
    pub way_out: &'static str,
}

use Role::{Carrier, Desk, Owner, Submitter, Timer};
use Status::{
    AwaitingProof, AwaitingSignature, CancelPending, Cancelled, Completed, Draft, InReview,
    Porting, Rejected, Scheduled, SnapbackPending, SnappedBack, Submitted, Testing,
};

const PAPERWORK: &[Status] = &[Draft, AwaitingSignature, AwaitingProof, InReview];
const PAPERWORK_OR_REJECTED: &[Status] =
    &[Draft, AwaitingSignature, AwaitingProof, InReview, Rejected];
/// The statuses in which numbers are with the carriers.
pub const AT_CARRIER: &[Status] = &[
    Submitted,
    Rejected,
    Scheduled,
    Porting,
    Testing,
    CancelPending,
];
const OPEN: &[Status] = &[
    Draft,
    AwaitingSignature,
    AwaitingProof,
    InReview,
    Submitted,
    Rejected,
    Scheduled,
    Porting,
    Testing,
    CancelPending,
    SnapbackPending,
];
const EVER: &[Status] = &Status::ALL;
const AFTER_RELEASE: &[Status] = &[
    Submitted,
    Rejected,
    Scheduled,
    Porting,
    Testing,
    Completed,
    CancelPending,
    Cancelled,
    SnapbackPending,
    SnappedBack,
];

/// All legal moves, a line an event, in the order of [`EventKind`].
pub const MOVES: &[Move] = &[
    Move {
        event: EventKind::Edit,
        by: &[Submitter, Desk],
        from: PAPERWORK_OR_REJECTED,
        does: "The form changes. A change of something that is printed on the letter makes a sent or signed letter void.",
        way_out: "The form can be changed until the desk has released the request, and again when the losing provider rejects it. Write a note to ask the desk for a change.",
    },
    Move {
        event: EventKind::AddNumbers,
        by: &[Submitter, Desk],
        from: PAPERWORK,
        does: "Numbers join the request; a letter that was sent or signed becomes void.",
        way_out: "Numbers can join until the desk has released the request. File another request for them.",
    },
    Move {
        event: EventKind::RemoveNumbers,
        by: &[Submitter, Desk],
        from: PAPERWORK,
        does: "Numbers leave the request; a letter that was sent or signed becomes void.",
        way_out: "Numbers can leave until the desk has released the request. Afterwards the desk can give a number up.",
    },
    Move {
        event: EventKind::ChangeNumber,
        by: &[Submitter, Desk],
        from: OPEN,
        does: "The receiving number, tracking source or description of one number changes, or whether it should text.",
        way_out: "The request is over; change the number where it lives now.",
    },
    Move {
        event: EventKind::Agree,
        by: &[Submitter, Desk],
        from: PAPERWORK,
        does: "All statements of the agreement are accepted.",
        way_out: "The agreement is made before the desk releases the request.",
    },
    Move {
        event: EventKind::CheckPortability,
        by: &[Carrier, Submitter, Desk, Timer],
        from: OPEN,
        does: "The gaining carrier says which numbers it can take.",
        way_out: "The request is over.",
    },
    Move {
        event: EventKind::SendLetter,
        by: &[Submitter, Desk],
        from: PAPERWORK_OR_REJECTED,
        does: "The letter goes to its signer; links to an earlier letter die.",
        way_out: "A letter can be sent before the desk has released the request, and again when a rejection asks for a new one.",
    },
    Move {
        event: EventKind::RemindSigner,
        by: &[Submitter, Desk, Timer],
        from: PAPERWORK_OR_REJECTED,
        does: "The signer gets a link to the same letter again; the earlier ones keep working.",
        way_out: "There is no letter waiting for a signature.",
    },
    Move {
        event: EventKind::OpenLetter,
        by: &[Owner],
        from: PAPERWORK_OR_REJECTED,
        does: "The signer opened the letter.",
        way_out: "There is no letter waiting for a signature.",
    },
    Move {
        event: EventKind::SignLetter,
        by: &[Owner],
        from: PAPERWORK_OR_REJECTED,
        does: "The signer signed; proof of ownership may come. After a rejection the correction goes back to the carrier by itself when nothing else is in the way.",
        way_out: "There is no letter waiting for a signature.",
    },
    Move {
        event: EventKind::DeclineLetter,
        by: &[Owner],
        from: PAPERWORK_OR_REJECTED,
        does: "The signer said no; the request returns to its last step before the letter.",
        way_out: "There is no letter waiting for a signature.",
    },
    Move {
        event: EventKind::ExpireLetter,
        by: &[Timer],
        from: PAPERWORK_OR_REJECTED,
        does: "Nobody signed in time, or what was signed is too old for an order; the request returns to its last step before the letter.",
        way_out: "There is no letter waiting for a signature.",
    },
    Move {
        event: EventKind::ReceiveProof,
        by: &[Owner, Submitter, Desk],
        from: PAPERWORK_OR_REJECTED,
        does: "A proof of ownership came; refused until the letter is signed (R115).",
        way_out: "Proof of ownership can be sent after the letter is signed and before the request is at the carrier.",
    },
    Move {
        event: EventKind::AcceptProof,
        by: &[Desk],
        from: PAPERWORK_OR_REJECTED,
        does: "The desk accepts a proof.",
        way_out: "There is no proof to check.",
    },
    Move {
        event: EventKind::RefuseProof,
        by: &[Desk],
        from: PAPERWORK_OR_REJECTED,
        does: "The desk refuses a proof and says why; another is asked for.",
        way_out: "There is no proof to check.",
    },
    Move {
        event: EventKind::Release,
        by: &[Desk],
        from: &[InReview],
        does: "The desk releases the request to the gaining carrier; refused while anything blocks it (R3, R40).",
        way_out: "A request is released when its letter is signed and its proof of ownership has come.",
    },
    Move {
        event: EventKind::ReadOrders,
        by: &[Carrier],
        from: AFTER_RELEASE,
        does: "The carrier's orders were read; every number moves by what they say.",
        way_out: "Nothing is at the carrier yet.",
    },
    Move {
        event: EventKind::SupplementSent,
        by: &[Carrier],
        from: AFTER_RELEASE,
        does: "A supplement reached the carrier.",
        way_out: "Nothing is at the carrier yet.",
    },
    Move {
        event: EventKind::CarrierSpoke,
        by: &[Carrier],
        from: AFTER_RELEASE,
        does: "The carrier's comment is taken down.",
        way_out: "Nothing is at the carrier yet.",
    },
    Move {
        event: EventKind::CarrierRefused,
        by: &[Carrier],
        from: AFTER_RELEASE,
        does: "The carrier refused what it was asked for; the desk has it on its list.",
        way_out: "Nothing is at the carrier yet.",
    },
    Move {
        event: EventKind::SendingRefused,
        by: &[Carrier],
        from: AFTER_RELEASE,
        does: "The carrier refused an order or a correction as it was sent. While no order is more than a draft, the request goes back to in_review; a refused correction leaves its orders rejected. The desk has what the carrier said on its list, and it can be corrected and sent again.",
        way_out: "Nothing is at the carrier yet.",
    },
    Move {
        event: EventKind::CarrierUnreadable,
        by: &[Carrier],
        from: EVER,
        does: "The carrier's answer could not be read; it is stored and the desk has it on its list.",
        way_out: "",
    },
    Move {
        event: EventKind::Resubmit,
        by: &[Submitter, Desk],
        from: &[Rejected],
        does: "The corrected request goes back to the carrier as the next version (SUP 3).",
        way_out: "Only a rejected request can be sent again.",
    },
    Move {
        event: EventKind::AcceptDate,
        by: &[Desk, Submitter],
        from: &[Scheduled],
        does: "A date that is earlier than asked is taken.",
        way_out: "There is no early date to accept.",
    },
    Move {
        event: EventKind::GiveUp,
        by: &[Desk],
        from: &[Submitted, Rejected, Scheduled, Porting, CancelPending],
        does: "The desk gives numbers up; the others continue.",
        way_out: "Numbers can be given up while they are at the carrier.",
    },
    Move {
        event: EventKind::OpenWindow,
        by: &[Timer],
        from: &[Submitted, Rejected, Scheduled, Porting, CancelPending],
        does: "A port window opened.",
        way_out: "No window is due.",
    },
    Move {
        event: EventKind::RecordTest,
        by: &[Submitter, Desk, Timer],
        from: &[Submitted, Rejected, Scheduled, Porting, Testing, Completed],
        does: "A test call (in or out) or text is recorded; when every ported number has passed its call test, no call out showed another number and texts are settled, the request is completed (R6, R7, R33).",
        way_out: "A number is tested after it has ported.",
    },
    Move {
        event: EventKind::Note,
        by: &[Submitter, Desk, Owner],
        from: EVER,
        does: "A note is written (R125).",
        way_out: "",
    },
    Move {
        event: EventKind::AskForUpdate,
        by: &[Submitter],
        from: OPEN,
        does: "The customer asks for news; the desk has it on its list (R130).",
        way_out: "The request is over. Write a note instead.",
    },
    Move {
        event: EventKind::NoticeSilence,
        by: &[Timer],
        from: &[Submitted, Rejected],
        does: "Nothing moved for too long; the carrier is asked and the desk has it on its list.",
        way_out: "",
    },
    Move {
        event: EventKind::RemindOfPortDay,
        by: &[Timer],
        from: &[Scheduled],
        does: "Tomorrow is the day.",
        way_out: "",
    },
    Move {
        event: EventKind::ClearAttention,
        by: &[Desk],
        from: EVER,
        does: "The desk has dealt with a line of its list.",
        way_out: "",
    },
    Move {
        event: EventKind::Cancel,
        by: &[Submitter, Desk],
        from: &[
            Draft,
            AwaitingSignature,
            AwaitingProof,
            InReview,
            Submitted,
            Rejected,
            Scheduled,
        ],
        does: "Before anything is at the carrier the request is cancelled at once; afterwards the carrier is asked.",
        way_out: "A port cannot be cancelled once its window has opened. Ask the desk about a snapback instead.",
    },
    Move {
        event: EventKind::CancelRefused,
        by: &[Carrier],
        from: &[CancelPending],
        does: "It is too late for the carrier to cancel; the request continues.",
        way_out: "No cancellation is waiting.",
    },
    Move {
        event: EventKind::NothingToCancel,
        by: &[Carrier],
        from: &[CancelPending],
        does: "Nothing stood at the carrier; the request is cancelled.",
        way_out: "No cancellation is waiting.",
    },
    Move {
        event: EventKind::AskSnapback,
        by: &[Desk],
        from: &[Testing, Completed],
        does: "The providers are asked to undo the port, with a deadline.",
        way_out: "Only a ported number can go back.",
    },
    Move {
        event: EventKind::ConfirmSnapback,
        by: &[Desk, Carrier],
        from: &[SnapbackPending],
        does: "The numbers went back to the losing provider.",
        way_out: "No snapback was asked for.",
    },
    Move {
        event: EventKind::RefuseSnapback,
        by: &[Desk, Carrier],
        from: &[SnapbackPending],
        does: "The providers do not undo the port: it goes on where it was, or is completed.",
        way_out: "No snapback was asked for.",
    },
    Move {
        event: EventKind::LookAgain,
        by: &[Timer, Submitter, Desk, Carrier],
        from: EVER,
        does: "Something outside changed (a receiving number, an approved campaign); everything derived is computed again. A number that became a receiving number blocks the request, and one that no longer is lets it continue (R121, R122).",
        way_out: "",
    },
    Move {
        event: EventKind::Claim,
        by: &[Desk],
        from: OPEN,
        does: "Somebody at the desk takes the request or is handed it. Refused while another has it, unless taking over is meant; ends by itself when the request is over.",
        way_out: "The request is over; nobody has to work on it.",
    },
    Move {
        event: EventKind::Unclaim,
        by: &[Desk],
        from: OPEN,
        does: "Who has the request gives it back; an administrator may do it for them.",
        way_out: "The request is over; nobody has it now.",
    },
    Move {
        event: EventKind::AskCarrier,
        by: &[Desk],
        from: AT_CARRIER,
        does: "The desk has the orders read at the gaining carrier now, and may write to its staff. What did not get through to the carrier before is tried again.",
        way_out: "Nothing is at a carrier that could be asked about.",
    },
];

/// Who may begin a port request. There is no request yet, so it is not an event of one.
pub const BEGIN: &[Role] = &[Submitter, Desk];

/// Refuses whoever is not in this list, and names those who are.
///
/// # Errors
/// A refusal that names the roles that may.
pub fn allow(by: &[Role], role: Role) -> Result<(), Refusal> {
    if by.contains(&role.acts_as()) {
        return Ok(());
    }
    let may: Vec<&str> = by.iter().map(|one| one.words()).collect();
    Err(Refusal::forbidden(
        "not_yours",
        format!(
            "Only the {} can do this; your role is {}.",
            may.join(" or the "),
            role.words()
        ),
    ))
}

/// Refuses whoever may never make this happen, before any work is done for it.
///
/// # Errors
/// As [`allow`].
pub fn permit(event: EventKind, role: Role) -> Result<(), Refusal> {
    allow(find(event).by, role)
}

/// The line for this event.
pub fn find(event: EventKind) -> &'static Move {
    &MOVES[event as usize]
}

// Every event has its line, in its place: else the program is not built, so that `find` can have no other answer.
const _: () = {
    assert!(MOVES.len() == EventKind::ALL.len());
    let mut at = 0;
    while at < MOVES.len() {
        assert!(MOVES[at].event as usize == at);
        at += 1;
    }
};

/// What somebody can make happen to a request now: the table's lines for their role and the request's status, without
/// those that would be refused at once. `blocked` says whether anything is in its way, `complete` whether nothing is
/// [`missing`](super::missing).
pub fn open_to(
    request: &PortRequest,
    at: Status,
    (blocked, complete): (bool, bool),
    by: &Actor,
) -> Vec<EventKind> {
    let role = by.role.acts_as();
    let is_signed = request.is_signed();
    MOVES
        .iter()
        .filter(|one| one.by.contains(&role) && one.from.contains(&at))
        .map(|one| one.event)
        .filter(|event| match event {
            EventKind::SendLetter => !is_signed && complete,
            EventKind::RemindSigner => matches!(request.loa, Loa::Sent { .. }),
            EventKind::ReceiveProof => is_signed,
            EventKind::AcceptProof | EventKind::RefuseProof => request
                .proof
                .iter()
                .any(|proof| proof.verdict == Verdict::Waiting),
            EventKind::Release => !blocked,
            EventKind::Resubmit => is_signed && !blocked,
            EventKind::AcceptDate => request
                .attention
                .iter()
                .any(|one| matches!(one, Attention::EarlyDate { .. })),
            EventKind::ClearAttention => !request.attention.is_empty(),
            EventKind::Claim => request
                .claim
                .as_ref()
                .is_none_or(|held| Some(held.user) != by.user),
            EventKind::Unclaim => request
                .claim
                .as_ref()
                .is_some_and(|held| Some(held.user) == by.user || by.role == Role::Administrator),
            EventKind::LookAgain => false,
            _ => true,
        })
        .collect()
}

/// `docs/port-states.md`, whole.
pub fn document() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "# How a port request moves\n\nMade from `src/domain/port/moves.rs` by `PORTOLAN_BLESS=1 cargo test --lib every_event_has_a_line`. A desk administrator may do what the desk may, an account administrator what the submitter may. A read-only user may do none of it.\n\n| event | who | from | what it does |\n|---|---|---|---|\n",
    );
    for one in MOVES {
        let by: Vec<&str> = one.by.iter().map(|role| role.words()).collect();
        let from = if one.from.len() == Status::ALL.len() {
            "any".to_owned()
        } else {
            one.from
                .iter()
                .map(|status| status.name())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let _ = writeln!(
            text,
            "| {:?} | {} | {from} | {} |",
            one.event,
            by.join(", "),
            one.does
        );
    }
    text
}
