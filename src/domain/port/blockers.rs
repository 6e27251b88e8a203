//! What keeps a request from going on. Computed anew at every step, named with the way out, gone by
//! itself when the cause is gone.

use serde::{Deserialize, Serialize};

use super::apply::Stepper;
use super::fact::Fact;
use super::refusal::Problem;
use super::request::{Loa, PortRequest, Stage, Verdict};
use super::world::World;
use crate::domain::number::{E164, Kind};

/// One thing that keeps the request from going on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// The blocker's short name in API and docs.
    pub code: BlockerCode,
    /// What is in the way.
    pub says: String,
    /// How to clear it.
    pub way_out: String,
    /// The form's field where it can be cleared, if it can be there.
    pub field: Option<String>,
    /// The number that it is about.
    pub number: Option<E164>,
}

/// The kinds of blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained where it is raised")]
pub enum BlockerCode {
    FormIncomplete,
    PinMissing,
    ReceivingNumber,
    NotPortable,
    MixedKinds,
    LetterUnsigned,
    ProofMissing,
    ProofUnchecked,
}

/// What the form still lacks before a letter can be made. `receiving_required` is [`World::receiving_required`].
pub fn missing(request: &PortRequest, receiving_required: bool) -> Vec<Problem> {
    let details = &request.details;
    let mut problems = Vec::new();
    let mut want = |filled: bool, field: &str, says: &str| {
        if !filled {
            problems.push(Problem::new(field, says));
        }
    };
    want(
        !details.losing_carrier.trim().is_empty(),
        "losing_carrier",
        "Fill in the carrier's name as it is on the phone bill.",
    );
    want(
        !request.numbers.is_empty(),
        "numbers",
        "Add at least one number to port.",
    );
    want(
        !details.customer.first_name.trim().is_empty(),
        "customer.first_name",
        "Fill in the first name of the authorized person on the bill.",
    );
    want(
        !details.customer.last_name.trim().is_empty(),
        "customer.last_name",
        "Fill in the last name of the authorized person on the bill.",
    );
    want(
        !details.customer.business_name.trim().is_empty(),
        "customer.business_name",
        "Fill in the business name exactly as it is on the bill.",
    );
    want(
        details.account_number.is_some(),
        "account_number",
        "Fill in the account number; it is on the bill.",
    );
    for (address, name) in [
        (Some(&details.billing), "billing_address"),
        (details.service.as_ref(), "service_address"),
    ] {
        let Some(address) = address else { continue };
        want(
            !address.street.trim().is_empty(),
            &format!("{name}.street"),
            "Fill in the street exactly as it is on the bill.",
        );
        want(
            !address.city.trim().is_empty(),
            &format!("{name}.city"),
            "Fill in the city.",
        );
        want(
            !address.state.trim().is_empty(),
            &format!("{name}.state"),
            "Fill in the state.",
        );
        want(
            !address.postal_code.trim().is_empty(),
            &format!("{name}.postal_code"),
            "Fill in the ZIP code.",
        );
    }
    want(
        details.agreement.is_some(),
        "agreement",
        "Read the statements and tick each box.",
    );
    if let Some(mobile) = pin_needed(request) {
        problems.push(Problem::new("pin", format!("A PIN is required because {mobile} is a mobile number. The present carrier gives it out.")));
    }
    for (row, one) in request.numbers.iter().enumerate() {
        if receiving_required && one.receiving.is_none() {
            problems.push(Problem::new(
                format!("numbers[{row}].receiving"),
                format!(
                    "{} needs a receiving number: where its calls are to ring.",
                    one.number
                ),
            ));
        }
    }
    problems
}

/// The mobile number that makes the missing PIN a problem (R104, R105).
pub fn pin_needed(request: &PortRequest) -> Option<E164> {
    if request.details.pin.is_some() {
        return None;
    }
    request
        .numbers
        .iter()
        .find(|one| one.kind == Kind::Mobile && !one.voice.is_over())
        .map(|one| one.number)
}

/// Those numbers of an open request that cannot go on because its account has set them up as receiving numbers,
/// the smallest first (R121).
pub fn blocked_numbers(request: &PortRequest, world: &World<'_>) -> Vec<E164> {
    if world.receiving.is_empty() || !matches!(request.stage, Stage::Paperwork | Stage::Released) {
        return Vec::new();
    }
    let mut found: Vec<E164> = request
        .numbers
        .iter()
        .filter(|one| !one.voice.is_over() && world.receiving.contains(&one.number))
        .map(|one| one.number)
        .collect();
    found.sort_unstable();
    found
}

/// Everything that keeps the request from going on, in the order in which it is best cleared.
pub fn blockers(request: &PortRequest, world: &World<'_>) -> Vec<Blocker> {
    let mut found = Vec::new();
    if !matches!(request.stage, Stage::Paperwork | Stage::Released) {
        return found;
    }
    let paperwork = matches!(request.stage, Stage::Paperwork);
    for one in request.numbers.iter().filter(|one| !one.voice.is_over()) {
        let elsewhere = world.receiving_elsewhere.get(&one.number);
        if world.receiving.contains(&one.number) || elsewhere.is_some() {
            let place = elsewhere
                .filter(|_| !world.receiving.contains(&one.number))
                .map_or("this account", String::as_str);
            found.push(Blocker {
                code: BlockerCode::ReceivingNumber,
                says: format!(
                    "{} is already set up as a receiving number in {place}.",
                    one.number
                ),
                way_out: "Remove it as a receiving number; the port then continues by itself."
                    .to_owned(),
                field: None,
                number: Some(one.number),
            });
        }
        if let Some(reason) = one.not_portable.as_ref().filter(|_| paperwork) {
            found.push(Blocker {
                code: BlockerCode::NotPortable,
                says: format!("The gaining carrier cannot take {}: {reason}", one.number),
                way_out: "Take the number off this request, or ask the desk.".to_owned(),
                field: Some("numbers".to_owned()),
                number: Some(one.number),
            });
        }
    }
    if !paperwork {
        return found;
    }
    if let Some(toll_free) = mixed_kinds(request) {
        found.push(Blocker {
            code: BlockerCode::MixedKinds,
            says: format!("{toll_free} is a toll-free number among local ones; toll-free numbers need a letter and a request of their own."),
            way_out: "Take it off and file a request for the toll-free numbers.".to_owned(),
            field: Some("numbers".to_owned()),
            number: Some(toll_free),
        });
    }
    for problem in missing(request, world.receiving_required) {
        let code = if problem.field == "pin" {
            BlockerCode::PinMissing
        } else {
            BlockerCode::FormIncomplete
        };
        found.push(Blocker {
            code,
            says: problem.says,
            way_out: "Fill it in.".to_owned(),
            field: Some(problem.field),
            number: None,
        });
    }
    match &request.loa {
        Loa::Signed { .. } if request.standing_proof().next().is_none() => found.push(Blocker {
            code: BlockerCode::ProofMissing,
            says: "Proof of ownership is missing.".to_owned(),
            way_out:
                "Send the latest phone bill, the receipt, or a screenshot of the provider's portal."
                    .to_owned(),
            field: Some("proof".to_owned()),
            number: None,
        }),
        Loa::Signed { .. }
            if !request
                .proof
                .iter()
                .any(|one| one.verdict == Verdict::Accepted) =>
        {
            found.push(Blocker {
                code: BlockerCode::ProofUnchecked,
                says: "The desk has not checked the proof of ownership yet.".to_owned(),
                way_out: "The customer does not need to do anything: the desk checks it next."
                    .to_owned(),
                field: None,
                number: None,
            })
        }
        Loa::Signed { .. } => {}
        _ => found.push(Blocker {
            code: BlockerCode::LetterUnsigned,
            says: "The Letter of Authorization is not signed.".to_owned(),
            way_out: "Send it to the owner of the numbers, who signs it by the link in the mail."
                .to_owned(),
            field: Some("signer".to_owned()),
            number: None,
        }),
    }
    found
}

/// A toll-free number on a request that also has others: another registry, another letter.
fn mixed_kinds(request: &PortRequest) -> Option<E164> {
    let toll_free = request
        .numbers
        .iter()
        .find(|one| one.kind == Kind::TollFree)?;
    request
        .numbers
        .iter()
        .any(|one| one.kind != Kind::TollFree)
        .then_some(toll_free.number)
}

/// Says of the request's numbers which have become receiving numbers of its account, and which are none any more.
pub(super) fn look_for_blocks(step: &mut Stepper, world: &World<'_>) {
    if !matches!(step.request.stage, Stage::Paperwork | Stage::Released) {
        return;
    }
    let now = blocked_numbers(&step.request, world);
    let told = step.request.blocked.clone();
    let only_in = |these: &[E164], those: &[E164]| -> Vec<E164> {
        let fresh = these.iter().filter(|one| !those.contains(one));
        fresh.copied().collect()
    };
    let (fresh, gone) = (only_in(&now, &told), only_in(&told, &now));
    if !fresh.is_empty() {
        step.happened(Fact::Blocked { numbers: fresh });
    }
    if !gone.is_empty() {
        step.happened(Fact::Unblocked { numbers: gone });
    }
}
