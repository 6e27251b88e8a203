//! The letter and the proof.

use super::*;
use crate::portal::views::letter::*;

impl LetterPage {
    /// Sent and not yet signed.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Letter of Authorization"),
            port: port_ref(Badge::new(Tone::Wait, "Waiting for signature")),
            status: Badge::new(Tone::Wait, "Sent"),
            sentence: "Sent to Ana Ruiz on November 20. She has opened it, but not signed.".into(),
            letters: 1,
            pdf: "/numbers/ports/port_01jd6m3v8xk2/letter.pdf".into(),
            lacks: vec![],
            signer_name: Field::of("Ana Ruiz"),
            signer_email: Field::of("ana@harbordental.example"),
            send: Act::Hidden,
            resend: Act::Open,
            change: Act::Open,
            expires: "December 20, 2026".into(),
            events: events().into_iter().skip(5).collect(),
        }
    }
    /// Before it is sent, with a wrong address.
    pub fn sample_unsent() -> Self {
        Self {
            port: port_ref(Badge::new(Tone::Draft, "Draft")),
            status: Badge::new(Tone::Draft, "Not sent"),
            sentence: "Look through it once more, then send it to the owner for signing.".into(),
            signer_email: Field::wrong("ana.ruiz@", "Something is missing after the @.").focused(),
            send: Act::Open,
            resend: Act::Hidden,
            change: Act::Hidden,
            expires: String::new(),
            events: vec![],
            ..Self::sample()
        }
    }
}

impl ProofPage {
    /// Something was sent and refused.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample("Proof of ownership"),
            port: port_ref(Badge::new(Tone::Act, "Waiting for proof")),
            upload: Act::Open,
            kinds: proof_kinds("bill"),
            kind_error: String::new(),
            file: Field::default(),
            file_limit: 20,
            documents: documents()
                .into_iter()
                .skip(1)
                .map(|mut d| {
                    d.status = Badge::new(Tone::Stop, "Refused");
                    d
                })
                .collect(),
            refused: "The bill is from June. Please send the latest one.".into(),
            numbers: vec![
                "+1 312 555 0142".into(),
                "+1 312 555 0143".into(),
                "+1 312 555 0150".into(),
            ],
            just_sent: false,
        }
    }
    /// Locked until the letter is signed (R115).
    pub fn sample_locked() -> Self {
        Self {
            upload: Act::Closed("You can upload the phone bill after the LOA is signed.".into()),
            documents: vec![],
            refused: String::new(),
            port: port_ref(Badge::new(Tone::Wait, "Waiting for signature")),
            ..Self::sample()
        }
    }
    /// Just sent (R119).
    pub fn sample_sent() -> Self {
        Self {
            just_sent: true,
            refused: String::new(),
            ..Self::sample()
        }
    }
}
