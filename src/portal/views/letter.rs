//! The Letter of Authorization (R110 to R114) and the proof of ownership (R42 to R45, R115 to R119).

use askama::Template;

use super::common::*;

/// The letter: preview, send, send again, change the signer.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/letter.html")]
pub struct LetterPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// Where the letter stands.
    pub status: Badge,
    /// The same in a sentence, such as "Sent to Ana Ruiz on Nov 24. She has not opened it yet."
    pub sentence: String,
    /// How many letters went out so far: one that goes out meanwhile is noticed by it.
    pub letters: u32,
    /// Where the PDF is; empty while it cannot be made.
    pub pdf: String,
    /// What has to be filled in before it can be made, each with its field in the form.
    pub lacks: Vec<Link>,
    /// Who signs.
    pub signer_name: Field,
    /// The signer's mail address.
    pub signer_email: Field,
    /// Send for the first time.
    pub send: Act,
    /// Send again to the same signer; closed for a minute after the last time.
    pub resend: Act,
    /// Another signer; the old link dies.
    pub change: Act,
    /// Until when the link works; empty before it was sent.
    pub expires: String,
    /// What happened to the letter.
    pub events: Vec<Event>,
}

/// Actions: Send. The proof of ownership.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/ports/proof.html")]
pub struct ProofPage {
    /// The shell.
    pub shell: Shell,
    /// Which request.
    pub port: PortRef,
    /// Locked until the letter is signed (R115).
    pub upload: Act,
    /// The kinds of proof (R43 to R45).
    pub kinds: Vec<Choice>,
    /// The error of the kind.
    pub kind_error: String,
    /// The error of the file.
    pub file: Field,
    /// How large a file may be, in megabytes.
    pub file_limit: u32,
    /// What was sent before.
    pub documents: Vec<Document>,
    /// Why the last one was refused; empty if none was.
    pub refused: String,
    /// The numbers that must be on it.
    pub numbers: Vec<String>,
    /// Just sent: offers to leave a comment in the notes (R119).
    pub just_sent: bool,
}
