//! Facts to state. Replaying a request's facts gives the stored request, by construction.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::details::Details;
use super::event::{NumberChange, TestKind};
use super::fact::Fact;
use super::request::{
    Claim, Loa, PortNumber, PortRequest, Stage, Supplement, Text, Verdict, Voice,
};
use crate::domain::number::E164;

/// The request that the first fact begins; `None` if the fact begins none.
pub fn begin(fact: &Fact, at: Timestamp) -> Option<PortRequest> {
    let Fact::Begun {
        port,
        account,
        submitter,
        title,
    } = fact
    else {
        return None;
    };
    Some(PortRequest {
        id: *port,
        account: *account,
        submitter: *submitter,
        created_at: at,
        details: Details {
            title: title.clone(),
            ..Details::default()
        },
        numbers: Vec::new(),
        loa: Loa::NotSent { because: None },
        letters: 0,
        proof: Vec::new(),
        stage: Stage::Paperwork,
        released_at: None,
        orders: Vec::new(),
        attention: Vec::new(),
        last_movement: at,
        reminded_of: None,
        blocked: Vec::new(),
        claim: None,
    })
}

/// The request after all of these facts, or `None` if they do not begin with its beginning.
pub fn replay<'a>(facts: impl IntoIterator<Item = (&'a Fact, Timestamp)>) -> Option<PortRequest> {
    let mut facts = facts.into_iter();
    let (first, at) = facts.next()?;
    let mut request = begin(first, at)?;
    for (fact, at) in facts {
        evolve(&mut request, fact, at);
    }
    Some(request)
}

/// Writes one fact into the request.
pub fn evolve(request: &mut PortRequest, fact: &Fact, at: Timestamp) {
    if fact.is_movement() {
        request.last_movement = at;
    }
    match fact {
        Fact::PortDayNear { window } => request.reminded_of = Some(window.start),
        Fact::Begun { .. }
        | Fact::NoteWritten { .. }
        | Fact::UpdateAsked
        | Fact::SilenceNoticed { .. }
        | Fact::CarrierAsked { .. } => {}
        Fact::Blocked { numbers } => {
            request.blocked.extend(numbers);
            request.blocked.sort_unstable();
            request.blocked.dedup();
        }
        Fact::Unblocked { numbers } => request.blocked.retain(|one| !numbers.contains(one)),
        Fact::Claimed { user, name, .. } => {
            request.claim = Some(Claim {
                user: *user,
                name: name.clone(),
                at,
            });
        }
        Fact::Unclaimed { .. } => request.claim = None,
        Fact::Edited { changes } => changes
            .iter()
            .for_each(|change| change.write(&mut request.details)),
        Fact::NumbersAdded { numbers } => request.numbers.extend(numbers.iter().cloned()),
        Fact::NumbersRemoved { numbers } => {
            let gone: HashSet<E164> = numbers.iter().copied().collect();
            request.numbers.retain(|one| !gone.contains(&one.number));
        }
        Fact::NumberChanged { number, change } => {
            each(request, &[*number], |one| match change.clone() {
                NumberChange::Receiving(new) => one.receiving = new,
                NumberChange::Source(new) => one.source = new,
                NumberChange::Description(new) => one.description = new,
                NumberChange::WantsText(new) => one.wants_text = new,
                NumberChange::Kind(new) => one.kind = new,
            })
        }
        Fact::Agreed { agreement } => request.details.agreement = Some(agreement.clone()),
        Fact::PortabilityChecked { results } => {
            let by_number: HashMap<E164, _> = results
                .iter()
                .map(|result| (result.number, result))
                .collect();
            for one in &mut request.numbers {
                if let Some(result) = by_number.get(&one.number) {
                    one.not_portable.clone_from(&result.not_portable);
                    one.kind = result.kind.unwrap_or(one.kind);
                }
            }
        }
        Fact::LetterSent { .. }
        | Fact::SignerReminded { .. }
        | Fact::LetterOpened
        | Fact::LetterSigned { .. }
        | Fact::LetterDeclined { .. }
        | Fact::LetterExpired
        | Fact::LetterVoided { .. } => evolve_letter(request, fact, at),
        Fact::ProofReceived { proof } => request.proof.push(proof.clone()),
        Fact::ProofAccepted { document } => {
            request
                .proof
                .iter_mut()
                .filter(|one| one.document == *document)
                .for_each(|one| one.verdict = Verdict::Accepted);
        }
        Fact::ProofRefused { document, reason } => request
            .proof
            .iter_mut()
            .filter(|one| one.document == *document)
            .for_each(|one| {
                one.verdict = Verdict::Refused {
                    reason: reason.clone(),
                }
            }),
        Fact::Released => {
            request.stage = Stage::Released;
            request.released_at = Some(at);
        }
        // When it was released stays known: there may be drafts at the carrier that a cancellation has to remove.
        Fact::SubmissionRefused => request.stage = Stage::Paperwork,
        Fact::OrderOpened { .. }
        | Fact::OrderChanged { .. }
        | Fact::OrderSplit { .. }
        | Fact::Resubmitted { .. }
        | Fact::SupplementSent { .. }
        | Fact::SupplementsRefused { .. }
        | Fact::CarrierSpoke { .. } => evolve_orders(request, fact),
        Fact::NumbersSubmitted { numbers, .. } => {
            each(request, numbers, |one| one.voice = Voice::Submitted)
        }
        Fact::NumbersRejected {
            numbers, reasons, ..
        } => {
            each(request, numbers, |one| {
                one.voice = Voice::Rejected {
                    reasons: reasons.clone(),
                }
            });
        }
        Fact::PortDateSet {
            numbers, window, ..
        }
        | Fact::PortDateChanged {
            numbers, window, ..
        } => {
            each(request, numbers, |one| {
                one.voice = Voice::Scheduled { window: *window }
            });
        }
        Fact::Jeopardy { .. } | Fact::JeopardyOver { .. } => {}
        Fact::WindowOpened { numbers } => each(request, numbers, |one| {
            if let Voice::Scheduled { window } = one.voice {
                one.voice = Voice::Porting { window };
            }
        }),
        Fact::NumbersPorted { numbers, .. } => {
            each(request, numbers, |one| one.voice = Voice::Ported { at })
        }
        Fact::NumbersFailed { numbers, reason } => each(request, numbers, |one| {
            one.voice = Voice::Failed {
                reason: reason.clone(),
            };
            if one.text != Text::NotWanted {
                one.text = Text::Failed {
                    reason: reason.clone(),
                };
            }
        }),
        Fact::NumbersCancelled { numbers } => {
            each(request, numbers, |one| one.voice = Voice::Cancelled)
        }
        Fact::TextMoved { numbers, text } => each(request, numbers, |one| one.text = text.clone()),
        Fact::CarrierTextSeen { numbers, messaging } => {
            each(request, numbers, |one| one.carrier_text = messaging.clone())
        }
        Fact::TestRecorded { number, kind, test } => each(request, &[*number], |one| match kind {
            TestKind::Voice => one.voice_test = Some(test.clone()),
            TestKind::CallerId => one.caller_id_test = Some(test.clone()),
            TestKind::Text => one.text_test = Some(test.clone()),
        }),
        Fact::AttentionRaised { attention } => request.attention.push(attention.clone()),
        Fact::AttentionCleared { attention } => request.attention.retain(|one| one != attention),
        Fact::CancelAsked { reason } => {
            request.stage = Stage::CancelPending {
                asked_at: at,
                reason: reason.clone(),
            }
        }
        Fact::CancelRefused { .. } => request.stage = Stage::Released,
        Fact::Cancelled { reason } => {
            request.stage = Stage::Cancelled {
                at,
                reason: reason.clone(),
            };
            for one in request
                .numbers
                .iter_mut()
                .filter(|one| !one.voice.is_over())
            {
                one.voice = Voice::Cancelled;
            }
            request.attention.clear();
            request.claim = None;
        }
        Fact::Completed => {
            request.stage = Stage::Completed { at };
            request.attention.clear();
            request.claim = None;
        }
        Fact::SnapbackAsked { reason, deadline } => {
            request.stage = Stage::SnapbackPending {
                asked_at: at,
                deadline: *deadline,
                reason: reason.clone(),
            };
        }
        // What was tested and what was not decides anew where it stands.
        Fact::SnapbackRefused { .. } => request.stage = Stage::Released,
        Fact::SnappedBack => {
            request.stage = Stage::SnappedBack { at };
            request.claim = None;
            for one in request
                .numbers
                .iter_mut()
                .filter(|one| matches!(one.voice, Voice::Ported { .. }))
            {
                one.voice = Voice::SnappedBack;
            }
        }
    }
    if !request.blocked.is_empty() {
        let mut told = std::mem::take(&mut request.blocked);
        told.retain(|number| {
            request
                .find(*number)
                .is_some_and(|one| !one.voice.is_over())
        });
        request.blocked = told;
    }
}

fn evolve_letter(request: &mut PortRequest, fact: &Fact, at: Timestamp) {
    let before = std::mem::replace(&mut request.loa, Loa::NotSent { because: None });
    request.loa = match (before, fact) {
        (
            _,
            Fact::LetterSent {
                letter,
                signer,
                link,
                expires_at,
            },
        ) => {
            request.letters = letter.version;
            request.details.signer = Some(signer.clone());
            Loa::Sent {
                letter: letter.clone(),
                signer: signer.clone(),
                link: *link,
                sent_at: at,
                mailed_at: at,
                expires_at: *expires_at,
                opened_at: None,
                reminders: 0,
            }
        }
        (
            Loa::Sent {
                letter,
                signer,
                sent_at,
                expires_at,
                opened_at,
                ..
            },
            Fact::SignerReminded { link, count },
        ) => Loa::Sent {
            letter,
            signer,
            link: *link,
            sent_at,
            mailed_at: at,
            expires_at,
            opened_at,
            reminders: *count,
        },
        (
            Loa::Sent {
                letter,
                signer,
                link,
                sent_at,
                mailed_at,
                expires_at,
                opened_at,
                reminders,
            },
            Fact::LetterOpened,
        ) => Loa::Sent {
            letter,
            signer,
            link,
            sent_at,
            mailed_at,
            expires_at,
            opened_at: opened_at.or(Some(at)),
            reminders,
        },
        (Loa::Sent { letter, signer, .. }, Fact::LetterSigned { document, .. }) => Loa::Signed {
            letter,
            signer,
            signed_at: at,
            document: *document,
        },
        (Loa::Sent { signer, .. }, Fact::LetterDeclined { reason }) => Loa::Declined {
            signer,
            at,
            reason: reason.clone(),
        },
        (Loa::Sent { signer, .. }, Fact::LetterExpired) => Loa::Expired { signer, at },
        (_, Fact::LetterVoided { because }) => Loa::NotSent {
            because: Some(because.clone()),
        },
        (before, _) => before,
    };
}

fn evolve_orders(request: &mut PortRequest, fact: &Fact) {
    match fact {
        Fact::OrderOpened { order, numbers } => {
            each(request, numbers, |one| one.order = Some(order.id));
            // Sorted by id, as they are read from the store: two orders of one moment have no other order.
            let place = request.orders.partition_point(|one| one.id < order.id);
            request.orders.insert(place, order.clone());
        }
        Fact::OrderChanged {
            order,
            status,
            raw_status,
            reasons,
            requested_foc,
            confirmed_foc,
            support_key,
            updated_at,
        } => {
            for one in request.orders.iter_mut().filter(|one| one.id == *order) {
                one.status = status.clone();
                one.raw_status.clone_from(raw_status);
                one.reasons.clone_from(reasons);
                one.requested_foc = *requested_foc;
                one.confirmed_foc = *confirmed_foc;
                one.support_key.clone_from(support_key);
                one.updated_at = *updated_at;
                if matches!(one.supplement, Some(Supplement::Sent { .. })) {
                    one.supplement = None;
                }
            }
        }
        Fact::OrderSplit { to, numbers, .. } => each(request, numbers, |one| one.order = Some(*to)),
        Fact::Resubmitted { orders } => {
            for one in request
                .orders
                .iter_mut()
                .filter(|one| orders.contains(&one.id))
            {
                one.version = one.version.saturating_add(1);
                one.supplement = Some(Supplement::ToSend);
            }
            for one in &mut request.numbers {
                if matches!(one.voice, Voice::Rejected { .. })
                    && one.order.is_some_and(|order| orders.contains(&order))
                {
                    one.voice = Voice::Submitted;
                }
            }
        }
        Fact::SupplementSent { order, seen } => {
            for one in request.orders.iter_mut().filter(|one| one.id == *order) {
                one.supplement = Some(Supplement::Sent { seen: *seen });
            }
        }
        Fact::SupplementsRefused { orders } => {
            for order in request
                .orders
                .iter_mut()
                .filter(|one| orders.contains(&one.id))
            {
                order.supplement = None;
                for one in &mut request.numbers {
                    if one.order == Some(order.id) && one.voice == Voice::Submitted {
                        one.voice = Voice::Rejected {
                            reasons: order.reasons.clone(),
                        };
                    }
                }
            }
        }
        Fact::CarrierSpoke { order, comment, .. } => {
            for one in request.orders.iter_mut().filter(|one| one.id == *order) {
                one.heard.push(comment.clone());
            }
        }
        _ => {}
    }
}

/// Does something to each of the numbers named.
fn each(request: &mut PortRequest, numbers: &[E164], mut act: impl FnMut(&mut PortNumber)) {
    if let [only] = numbers {
        request
            .numbers
            .iter_mut()
            .filter(|one| one.number == *only)
            .for_each(act);
        return;
    }
    let named: HashSet<E164> = numbers.iter().copied().collect();
    for one in request
        .numbers
        .iter_mut()
        .filter(|one| named.contains(&one.number))
    {
        act(one);
    }
}
