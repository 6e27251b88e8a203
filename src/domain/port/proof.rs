//! Proof of ownership: taken once the letter is signed, and accepted or refused by the desk.

use super::apply::Stepper;
use super::fact::Fact;
use super::refusal::{Problem, Refusal};
use super::request::{Proof, Verdict};
use crate::ids::DocumentId;

/// A document came. The same one twice is one.
pub(super) fn receive(step: &mut Stepper, proof: Proof) -> Result<(), Refusal> {
    if !step.request.is_signed() {
        return Err(Refusal::conflict(
            "letter_unsigned",
            "The Letter of Authorization is not signed yet.",
            "The phone bill can be uploaded after the letter is signed.",
        ));
    }
    if !step
        .request
        .proof
        .iter()
        .any(|one| one.document == proof.document)
    {
        step.happened(Fact::ProofReceived { proof });
    }
    Ok(())
}

/// It shows what it has to.
pub(super) fn accept(step: &mut Stepper, document: DocumentId) -> Result<(), Refusal> {
    let proof = step
        .request
        .proof
        .iter()
        .find(|one| one.document == document)
        .ok_or_else(no_proof)?;
    if proof.verdict != Verdict::Accepted {
        step.happened(Fact::ProofAccepted { document });
    }
    Ok(())
}

/// It does not, and the customer is told why.
pub(super) fn refuse(
    step: &mut Stepper,
    document: DocumentId,
    reason: String,
) -> Result<(), Refusal> {
    step.request
        .proof
        .iter()
        .find(|one| one.document == document)
        .ok_or_else(no_proof)?;
    if reason.trim().is_empty() {
        return Err(Refusal::invalid(
            "reason_missing",
            "Say what is wrong with it, so that the customer can send a better one.",
            vec![Problem::new("reason", "Fill in a reason.")],
        ));
    }
    step.happened(Fact::ProofRefused { document, reason });
    Ok(())
}

fn no_proof() -> Refusal {
    Refusal::not_found(
        "no_such_proof",
        "That document is not a proof of ownership of this request.",
    )
}
