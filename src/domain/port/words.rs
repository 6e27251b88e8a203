//! Facts in words: one sentence each for the Notes page, the timeline and the mails.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::event::TestKind;
use super::fact::Fact;
use super::request::{Attention, Text, Window};
use crate::domain::carrier::{CarrierReason, Messaging};
use crate::domain::number::E164;

/// A moment as people say it: "Mon, Dec 7, 2026 at 11:30 am CST".
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%a, %b %-d, %Y at %-I:%M %P %Z")
        .to_string()
}

/// A window as people say it: "Mon, Dec 7, 2026, 11:30 am to 1:00 pm CST".
pub fn window(window: Window, zone: &TimeZone) -> String {
    let (start, end) = (
        window.start.to_zoned(zone.clone()),
        window.end.to_zoned(zone.clone()),
    );
    format!(
        "{} to {}",
        start.strftime("%a, %b %-d, %Y, %-I:%M %P"),
        end.strftime("%-I:%M %P %Z")
    )
}

/// A number as people read it: `+1 312 555 0142`.
pub fn number(number: E164) -> String {
    number.international().replace('-', " ")
}

/// A list of numbers as people read it: the first three, and how many more.
pub fn numbers(list: &[E164]) -> String {
    let shown: Vec<String> = list.iter().take(3).map(|one| number(*one)).collect();
    match list.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A count as people write it: "5,000".
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A file's size as people say it: "340 kB".
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn receiving(list: &[E164]) -> &'static str {
    match list.len() {
        1 => "a receiving number",
        _ => "receiving numbers",
    }
}

fn reasons(list: &[CarrierReason]) -> String {
    let said: Vec<&str> = list
        .iter()
        .map(|one| {
            if one.text.is_empty() {
                one.code.as_str()
            } else {
                one.text.as_str()
            }
        })
        .collect();
    if said.is_empty() {
        "no reason given".to_owned()
    } else {
        said.join("; ")
    }
}

/// What happened, in one sentence or two. `zone` is the reader's.
#[expect(clippy::too_many_lines, reason = "one arm a fact")]
pub fn say(fact: &Fact, zone: &TimeZone) -> String {
    match fact {
        Fact::Begun { .. } => "The port request was started.".to_owned(),
        Fact::Edited { changes } => {
            let fields: Vec<String> = changes
                .iter()
                .map(|one| one.field().replace('_', " "))
                .collect();
            format!("Changed: {}.", fields.join(", "))
        }
        Fact::NumbersAdded { numbers: list } => {
            let list: Vec<E164> = list.iter().map(|one| one.number).collect();
            format!("Added {}.", numbers(&list))
        }
        Fact::NumbersRemoved { numbers: list } => format!("Removed {}.", numbers(list)),
        Fact::NumberChanged { number: one, .. } => {
            format!("Changed the settings of {}.", number(*one))
        }
        Fact::Agreed { .. } => "All statements of the agreement were accepted.".to_owned(),
        Fact::PortabilityChecked { results } => {
            let bad: Vec<E164> = results
                .iter()
                .filter(|one| one.not_portable.is_some())
                .map(|one| one.number)
                .collect();
            if bad.is_empty() {
                "The gaining carrier can take the numbers.".to_owned()
            } else {
                format!("The gaining carrier cannot take {}.", numbers(&bad))
            }
        }
        Fact::LetterSent { letter, signer, .. } => format!(
            "The Letter of Authorization (version {}) was sent to {} at {} for signing.",
            letter.version, signer.name, signer.email
        ),
        Fact::SignerReminded { count, .. } => {
            format!("The signer was reminded (reminder {count}).")
        }
        Fact::LetterOpened => "The signer opened the letter.".to_owned(),
        Fact::LetterSigned { method, .. } => {
            format!("The Letter of Authorization was signed ({method}).")
        }
        Fact::LetterDeclined { reason } => format!("The signer declined: {reason}"),
        Fact::LetterExpired => "Nobody signed the letter in time; its link has expired.".to_owned(),
        Fact::LetterVoided { because } => format!("The letter is no longer valid: {because}."),
        Fact::ProofReceived { proof } => format!(
            "Proof of ownership received: {} ({}).",
            proof.name,
            proof.kind.words()
        ),
        Fact::ProofAccepted { .. } => "The proof of ownership was accepted.".to_owned(),
        Fact::ProofRefused { reason, .. } => {
            format!("The proof of ownership was not accepted: {reason}")
        }
        Fact::Released => {
            "The desk checked everything and submits the request to the gaining carrier (GCP)."
                .to_owned()
        }
        Fact::OrderOpened {
            order,
            numbers: list,
        } => {
            let name = order.support_key.as_deref().unwrap_or(&order.external_id);
            match list.as_slice() {
                [] => format!("The gaining carrier opened order {name}."),
                list => format!(
                    "The gaining carrier opened order {name} for {}.",
                    numbers(list)
                ),
            }
        }
        Fact::OrderChanged { raw_status, .. } => {
            format!("The carrier's status is \"{raw_status}\".")
        }
        Fact::Blocked { numbers: list } => format!(
            "The port waits: {} {} set up as {} in this account.",
            numbers(list),
            if list.len() == 1 { "is" } else { "are" },
            receiving(list)
        ),
        Fact::Unblocked { numbers: list } => format!(
            "{} {} no longer {}, so {} not stop the port.",
            numbers(list),
            if list.len() == 1 { "is" } else { "are" },
            receiving(list),
            if list.len() == 1 {
                "it does"
            } else {
                "they do"
            },
        ),
        Fact::OrderSplit { numbers: list, .. } => format!(
            "The gaining carrier moved {} to an order of their own. You do not need to do anything.",
            numbers(list)
        ),
        Fact::NumbersSubmitted { numbers: list, .. } => format!(
            "The losing provider (LCP) has been asked to release {}.",
            numbers(list)
        ),
        Fact::NumbersRejected {
            numbers: list,
            reasons: why,
            ..
        } => format!(
            "The losing provider (LCP) rejected {}: {}",
            numbers(list),
            reasons(why)
        ),
        Fact::PortDateSet {
            numbers: list,
            window: when,
            earlier_than_asked,
            ..
        } => format!(
            "The port date for {} is confirmed: {}.{}",
            numbers(list),
            window(*when, zone),
            if *earlier_than_asked {
                " That is earlier than asked for."
            } else {
                ""
            }
        ),
        Fact::PortDateChanged {
            numbers: list,
            from,
            window: when,
            ..
        } => format!(
            "The port date for {} changed: it is now {} (before: {}).",
            numbers(list),
            window(*when, zone),
            window(*from, zone)
        ),
        Fact::Jeopardy { reasons: why, .. } => {
            format!("The port date stands, but it is at risk: {}", reasons(why))
        }
        Fact::JeopardyOver { .. } => "The port date is safe again.".to_owned(),
        Fact::PortDayNear { window: when } => {
            format!("The port window is near: {}.", window(*when, zone))
        }
        Fact::WindowOpened { numbers: list } => format!(
            "The port window for {} is open. Short interruptions are normal.",
            numbers(list)
        ),
        Fact::NumbersPorted { numbers: list, .. } => {
            format!("{} ported: calls now ring here.", numbers(list))
        }
        Fact::NumbersFailed {
            numbers: list,
            reason,
        } => format!("{} cannot be ported: {reason}.", numbers(list)),
        Fact::NumbersCancelled { numbers: list } => {
            format!("{} was taken off the carrier's order.", numbers(list))
        }
        Fact::TextMoved {
            numbers: list,
            text,
        } => match text {
            Text::NotWanted => format!("No texts are wanted for {}.", numbers(list)),
            Text::WaitingCampaign => format!(
                "Texts for {} wait for an approved A2P 10DLC brand and campaign.",
                numbers(list)
            ),
            Text::WaitingPort => format!("Texts for {} wait for the port.", numbers(list)),
            Text::WaitingRouting { by } => format!(
                "Texts for {} follow: usually in 1-2 business days, at the latest by {}.",
                numbers(list),
                by.to_zoned(zone.clone()).strftime("%a, %b %-d")
            ),
            Text::Enabled { .. } => format!("Texts work for {}.", numbers(list)),
            Text::Failed { reason } => {
                format!("Texts for {} did not follow: {reason}.", numbers(list))
            }
        },
        Fact::CarrierTextSeen {
            numbers: list,
            messaging,
        } => format!(
            "The carrier says of texts for {}: {}.",
            numbers(list),
            texts_at_carrier(messaging)
        ),
        Fact::TestRecorded {
            number: one,
            kind,
            test,
        } => format!(
            "Test {} {}: {}.{}",
            match kind {
                TestKind::Voice => "call to",
                TestKind::CallerId => "call from",
                TestKind::Text => "text for",
            },
            number(*one),
            if test.passed { "passed" } else { "failed" },
            if test.remark.is_empty() {
                String::new()
            } else {
                format!(" {}", test.remark)
            }
        ),
        Fact::Resubmitted { .. } => "The corrected request goes back to the carriers.".to_owned(),
        Fact::SupplementSent { .. } => "The gaining carrier has the corrected request.".to_owned(),
        Fact::SubmissionRefused => {
            "The gaining carrier did not take the request as it was sent. The porting desk looks at it."
                .to_owned()
        }
        Fact::SupplementsRefused { .. } => {
            "The gaining carrier did not take the correction as it was sent. The porting desk looks at it."
                .to_owned()
        }
        Fact::CarrierSpoke { body, by, .. } => format!("The gaining carrier ({by}) wrote: {body}"),
        Fact::AttentionRaised { attention: what } => format!("For the desk: {}", attention(what)),
        Fact::AttentionCleared { attention: what } => format!("Done: {}", attention(what)),
        Fact::NoteWritten {
            text, attachments, ..
        } => match attachments.len() {
            1 if text.trim().is_empty() => "Sent a file.".to_owned(),
            files if text.trim().is_empty() => format!("Sent {files} files."),
            _ => text.clone(),
        },
        Fact::UpdateAsked => "The customer asked for an update.".to_owned(),
        Fact::SilenceNoticed { business_days } => {
            format!("Nothing has moved for {business_days} business days. We asked the carrier.")
        }
        Fact::CancelAsked { reason } => format!("Cancellation was asked for: {reason}"),
        Fact::CancelRefused { says } => {
            format!("The carrier can no longer cancel: {says} The port continues.")
        }
        Fact::Cancelled { reason } => format!("The port request is cancelled: {reason}"),
        Fact::Completed => "The port is completed.".to_owned(),
        Fact::SnapbackAsked { reason, .. } => {
            format!("The providers were asked to undo the port: {reason}")
        }
        Fact::SnapbackRefused { reason } => {
            format!("The providers do not undo the port: {reason}")
        }
        Fact::SnappedBack => "The numbers went back to the losing provider.".to_owned(),
        Fact::Claimed {
            name,
            from,
            handed_by,
            ..
        } => match (handed_by, from) {
            (Some(by), Some(from)) if by != from => {
                format!("{by} gave the request to {name}; before, {from} had it.")
            }
            (Some(by), _) => format!("{by} gave the request to {name}."),
            (None, Some(from)) => format!("{name} took the request over from {from}."),
            (None, None) => format!("{name} took the request."),
        },
        Fact::Unclaimed { name } => format!("{name} no longer has the request."),
        Fact::CarrierAsked { text: None } => {
            "The gaining carrier was asked where the orders stand.".to_owned()
        }
        Fact::CarrierAsked { text: Some(text) } => {
            format!("The gaining carrier was written to: {text}")
        }
    }
}

/// A line of the desk's list in words.
pub fn attention(what: &Attention) -> String {
    match what {
        Attention::UnknownWord { word, .. } => {
            format!("the carrier's status \"{word}\" is not known; ask the carrier what it means.")
        }
        Attention::Rejection { .. } => {
            "a rejection that the customer cannot correct, or with an unknown code.".to_owned()
        }
        Attention::EarlyDate { .. } => {
            "the confirmed date is earlier than asked; make sure that the customer is ready."
                .to_owned()
        }
        Attention::Jeopardy { .. } => "the confirmed date is at risk.".to_owned(),
        Attention::CarrierRefused { step, says } => {
            format!("we could not {step} at the gaining carrier: {says}")
        }
        Attention::Unreadable { step } => {
            format!("the carrier's answer could not be read ({step}); it is stored.")
        }
        Attention::Silence { business_days } => {
            format!("nothing has moved for {business_days} business days.")
        }
        Attention::UpdateAsked => "the customer asked for an update.".to_owned(),
        Attention::TestFailed { number: one } => format!("a test of {} failed.", number(*one)),
        Attention::TextFailed { number: one } => {
            format!("texts for {} did not follow.", number(*one))
        }
    }
}

/// Where texts stand at the carrier, to end a sentence.
fn texts_at_carrier(messaging: &Messaging) -> String {
    match messaging {
        Messaging::NotApplicable => "they do not move with this order".to_owned(),
        Messaging::Pending => "they wait for the calls to move".to_owned(),
        Messaging::Activating => "they are being moved".to_owned(),
        Messaging::Ported => "they work".to_owned(),
        Messaging::Exception => "they could not be moved".to_owned(),
        Messaging::Cancelled => "they were given up".to_owned(),
        Messaging::Unknown(word) => format!("\"{word}\", which is not known here"),
    }
}
