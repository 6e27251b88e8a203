//! From plain data to a PDF.

use std::sync::LazyLock;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde_json::json;
use sha2::{Digest, Sha256};
use typst::foundations::{Bytes, Datetime, Dict, Smart, Value};
use typst::text::Font;
use typst_as_lib::{TypstEngine, TypstTemplateCollection};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::data::{Authentication, Certificate, Extent, Letter, Mark, Remaining, Signature};
use crate::drawing::{self, DrawingError};
use crate::text::{clean, line, shorten};

/// The most numbers that one letter holds. A carrier order is far smaller.
pub const MAX_NUMBERS: usize = 2_000;
/// The most characters that one field of a letter may have; a consent text may have ten times as many.
pub const MAX_TEXT: usize = 400;
/// How much of a browser's name is worth keeping on paper.
const MAX_USER_AGENT: usize = 300;

/// Why a letter cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// Something that the letter must name is empty.
    #[error("the letter names no {field}: fill it in, then make the letter again")]
    Missing {
        /// What.
        field: &'static str,
    },
    /// A field is longer than a letter can hold.
    #[error("the {field} has more than {max} characters: shorten it")]
    TooLong {
        /// Which.
        field: &'static str,
        /// How many it may have.
        max: usize,
    },
    /// A letter without numbers, or with far too many.
    #[error("a letter covers 1 to {MAX_NUMBERS} numbers, this one has {count}: split the request")]
    Numbers {
        /// How many there are.
        count: usize,
    },
    /// The logo is not a picture.
    #[error("the logo cannot be read as PNG, JPEG or SVG: replace the logo in the settings")]
    Logo,
    /// The drawn signature cannot be placed.
    #[error("{0}")]
    Drawing(#[source] DrawingError),
    /// The typesetter refused its own template or its data: a fault of this program.
    #[error("the letter could not be typeset; this is a fault of the program, please report it")]
    Typeset(#[source] Fault),
}

/// What the typesetter said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Fault(String);

/// The letter as it is shown to the person who is to sign it.
///
/// The same letter always gives the same bytes, as long as the program is the same: keep
/// the bytes that were shown, and hash those.
///
/// # Errors
/// If a field is missing or too long, there are no numbers or too many, or the logo is no picture.
pub fn letter_pdf(letter: &Letter) -> Result<Vec<u8>, LetterError> {
    set(letter, None, None)
}

/// The pages of [`letter_pdf`] with the signature placed, and no certificate.
///
/// # Errors
/// As [`letter_pdf`]; and if a drawn signature is empty or cannot be read.
pub fn signed_letter_pdf(letter: &Letter, signature: &Signature) -> Result<Vec<u8>, LetterError> {
    set(letter, Some(signature), None)
}

/// The signed letter, and behind it the certificate of how it was signed.
///
/// The certificate names the hash of what was shown (given by the caller, over the stored bytes)
/// and the hash of what [`signed_letter_pdf`] gives. It cannot name the hash of its own file:
/// record that in the request's history after sealing.
///
/// # Errors
/// As [`signed_letter_pdf`]; and if the certificate lacks a field.
pub fn signed_pdf(
    letter: &Letter,
    signature: &Signature,
    certificate: &Certificate,
) -> Result<Vec<u8>, LetterError> {
    let signed = signed_letter_pdf(letter, signature)?;
    set(
        letter,
        Some(signature),
        Some((certificate, Sha256::digest(&signed).into())),
    )
}

/// Whether any font of the letter has the character.
pub(crate) fn fonts_cover(c: char) -> bool {
    FONTS
        .iter()
        .any(|font| font.info().coverage.contains(u32::from(c)))
}

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let all = typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data)));
    // The faces for formulas have no place in a letter.
    all.filter(|font| !font.info().family.contains("Math"))
        .collect()
});

static ENGINE: LazyLock<TypstEngine<TypstTemplateCollection>> = LazyLock::new(|| {
    TypstEngine::builder()
        .fonts(FONTS.clone())
        .with_static_source_file_resolver([
            ("letter.typ", include_str!("../typ/letter.typ")),
            ("certificate.typ", include_str!("../typ/certificate.typ")),
            ("house.typ", include_str!("../typ/house.typ")),
        ])
        .build()
});

fn set(
    letter: &Letter,
    signature: Option<&Signature>,
    certificate: Option<(&Certificate, [u8; 32])>,
) -> Result<Vec<u8>, LetterError> {
    let mut inputs = Dict::new();
    inputs.insert("letter".into(), letter_value(letter)?);
    if let Some(signature) = signature {
        inputs.insert("signature".into(), signature_value(signature)?);
    }
    if let (Some(signature), Some((certificate, signed))) = (signature, certificate) {
        inputs.insert(
            "certificate".into(),
            certificate_value(signature, certificate, signed)?,
        );
    }
    let at = signature
        .map_or(&letter.prepared_at, |signature| &signature.signed_at)
        .timestamp();
    let ident = format!(
        "{} {} {}",
        letter.reference,
        letter.version,
        if signature.is_some() {
            "signed"
        } else {
            "unsigned"
        }
    );
    match compile(inputs.clone(), at, &ident) {
        Err(fault) if letter.agent.logo.is_some() => {
            // Is it the logo? Then it is the operator who can mend it.
            if let Some(Value::Dict(mut without)) = inputs.get("letter").ok().cloned() {
                let _ = without.remove("agent".into(), None);
                let mut agent = Dict::new();
                agent.insert("name".into(), text_value(&letter.agent.name));
                agent.insert("contact".into(), lines_value(&letter.agent.contact));
                without.insert("agent".into(), Value::Dict(agent));
                inputs.insert("letter".into(), Value::Dict(without));
            }
            Err(if compile(inputs, at, &ident).is_ok() {
                LetterError::Logo
            } else {
                LetterError::Typeset(fault)
            })
        }
        other => other.map_err(LetterError::Typeset),
    }
}

fn compile(inputs: Dict, at: Timestamp, ident: &str) -> Result<Vec<u8>, Fault> {
    let document: PagedDocument = ENGINE
        .compile_with_input("letter.typ", inputs)
        .output
        .map_err(|error| Fault(error.to_string()))?;
    // Archival and readable aloud, if the text allows it; text may hold a cluster of characters that no
    // single font has, which those standards forbid. Then a plain file is better than none.
    let strict = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]);
    let mut said = String::new();
    for standards in [strict.unwrap_or_default(), PdfStandards::default()] {
        let options = PdfOptions {
            ident: Smart::Custom(ident.to_owned()),
            creator: Smart::Custom(Some(
                concat!("Portolan letter ", env!("CARGO_PKG_VERSION")).to_owned(),
            )),
            timestamp: pdf_time(at),
            standards,
            ..PdfOptions::default()
        };
        match typst_pdf::pdf(&document, &options) {
            Ok(bytes) => return Ok(bytes),
            Err(errors) => {
                said = errors
                    .iter()
                    .map(|error| error.message.as_str())
                    .collect::<Vec<_>>()
                    .join("; ")
            }
        }
    }
    Err(Fault(said))
}

fn pdf_time(at: Timestamp) -> Option<typst_pdf::Timestamp> {
    let utc = at.to_zoned(TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).ok();
    let time = Datetime::from_ymd_hms(
        i32::from(utc.year()),
        part(utc.month())?,
        part(utc.day())?,
        part(utc.hour())?,
        part(utc.minute())?,
        part(utc.second())?,
    )?;
    Some(typst_pdf::Timestamp::new_utc(time))
}

// ---- data for the template --------------------------------------------------------------------------

fn letter_value(letter: &Letter) -> Result<Value, LetterError> {
    let count = letter.numbers.len();
    if count == 0 || count > MAX_NUMBERS {
        return Err(LetterError::Numbers { count });
    }
    if let Extent::Partial(Remaining::Stay { new_billing_number }) = &letter.extent {
        optional(
            "new billing telephone number",
            new_billing_number.as_deref(),
        )?;
    }
    for (field, lines) in [
        ("billing address", &letter.billing_address),
        ("service address", &letter.service_address),
    ] {
        several(field, lines)?;
    }
    let mut numbers = Vec::with_capacity(count);
    for number in &letter.numbers {
        numbers.push(required("telephone number", number)?);
    }
    let value = json!({
        "reference": required("reference", &letter.reference)?,
        "version": letter.version,
        "agent": {
            "name": required("name of the agent", &letter.agent.name)?,
            "contact": several("contact of the agent", &letter.agent.contact)?,
        },
        "losing": required("losing provider", &letter.losing_provider)?,
        "gaining": required("gaining carrier", &letter.gaining_carrier)?,
        "billing_number": optional("billing telephone number", letter.billing_number.as_deref())?,
        "subscriber": required("subscriber", &letter.subscriber)?,
        "signer": {
            "name": required("authorized person", &letter.signer.name)?,
            "title": optional("title", letter.signer.title.as_deref())?,
        },
        "account": letter.account().iter().map(|field| json!({
            "label": field.label,
            "lines": printed(&field.lines),
        })).collect::<Vec<_>>(),
        "declaration": letter.declaration(),
        "statements": letter.statements().iter().map(|one| json!({
            "title": one.title,
            "text": line(&one.text),
        })).collect::<Vec<_>>(),
        "numbers": numbers,
    });
    let mut value = template_value(value)?;
    if let (Value::Dict(letter_dict), Some(logo)) = (&mut value, &letter.agent.logo)
        && let Ok(Value::Dict(agent)) = letter_dict.at_mut("agent")
    {
        agent.insert("logo".into(), Value::Bytes(Bytes::new(logo.clone())));
    }
    Ok(value)
}

fn signature_value(signature: &Signature) -> Result<Value, LetterError> {
    let value = json!({
        "name": required("printed name", &signature.printed_name)?,
        "title": optional("title", signature.title.as_deref())?,
        "date": signature.signed_at.strftime("%B %-d, %Y").to_string(),
    });
    let mut value = template_value(value)?;
    if let Value::Dict(dict) = &mut value {
        match &signature.mark {
            Mark::Typed(name) => {
                dict.insert("typed".into(), text_value(&required("signature", name)?))
            }
            Mark::Drawn(drawn) => {
                let placed = drawing::place(drawn).map_err(LetterError::Drawing)?;
                dict.insert("drawn".into(), Value::Bytes(Bytes::new(placed.bytes)));
                dict.insert("format".into(), Value::Str(placed.format.into()));
            }
        }
    }
    Ok(value)
}

fn certificate_value(
    signature: &Signature,
    certificate: &Certificate,
    signed: [u8; 32],
) -> Result<Value, LetterError> {
    let how = match &signature.mark {
        Mark::Typed(_) => "Typed name",
        Mark::Drawn(_) => "Drawn by hand on a screen",
    };
    let authentication = match &certificate.authentication {
        Authentication::MailedLink { address } => {
            format!("A secret link that was mailed to {address} and works for one signature")
        }
        Authentication::Other(words) => words.clone(),
    };
    let consent = &certificate.consent;
    if consent.chars().count() > 10 * MAX_TEXT {
        return Err(LetterError::TooLong {
            field: "consent text",
            max: 10 * MAX_TEXT,
        });
    }
    let consent: Vec<String> = consent
        .split("\n\n")
        .map(line)
        .filter(|part| !part.is_empty())
        .collect();
    if consent.is_empty() {
        return Err(LetterError::Missing {
            field: "consent text",
        });
    }
    let mut events = Vec::with_capacity(certificate.events.len());
    for event in &certificate.events {
        events.push(json!({
            "at": utc(event.at),
            "what": required("event", event.kind.words())?,
            "detail": line(&shorten(event.detail.as_deref().unwrap_or_default(), MAX_TEXT)),
        }));
    }
    template_value(json!({
        "document_id": required("document id", &certificate.document_id)?,
        "signer_email": required("mail address of the signer", &certificate.signer_email)?,
        "authentication": required("way of identification", &authentication)?,
        "method": format!("{how}, {} ({}\u{a0}UTC)", local(&signature.signed_at), utc(signature.signed_at.timestamp())),
        "consent": consent,
        "consent_version": required("version of the consent text", &certificate.consent_version)?,
        "events": events,
        "ip": required("network address", &certificate.device.ip)?,
        "user_agent": match line(&shorten(&certificate.device.user_agent, MAX_USER_AGENT)) {
            empty if empty.is_empty() => "not told".to_owned(),
            told => told,
        },
        "shown": hex::encode(certificate.shown_sha256),
        "signed": hex::encode(signed),
    }))
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn local(at: &Zoned) -> String {
    at.strftime("%B %-d, %Y, %-I:%M %P %Z").to_string()
}

fn required(field: &'static str, text: &str) -> Result<String, LetterError> {
    if text.chars().count() > MAX_TEXT {
        return Err(LetterError::TooLong {
            field,
            max: MAX_TEXT,
        });
    }
    let line = line(text);
    if line.is_empty() {
        Err(LetterError::Missing { field })
    } else {
        Ok(line)
    }
}

/// An empty text counts as none.
fn optional(field: &'static str, text: Option<&str>) -> Result<Option<String>, LetterError> {
    match text {
        Some(text) if !clean(text).is_empty() => required(field, text).map(Some),
        _ => Ok(None),
    }
}

/// Several lines, the empty ones left out; at least one must stay, and twelve are enough for any address.
fn several(field: &'static str, lines: &[String]) -> Result<Vec<String>, LetterError> {
    let mut kept = Vec::new();
    for text in lines {
        kept.extend(optional(field, Some(text))?);
    }
    if kept.is_empty() {
        return Err(LetterError::Missing { field });
    }
    if kept.len() > 12 {
        return Err(LetterError::TooLong { field, max: 12 });
    }
    Ok(kept)
}

fn printed(lines: &[String]) -> Vec<String> {
    lines
        .iter()
        .map(|text| line(text))
        .filter(|text| !text.is_empty())
        .collect()
}

fn text_value(text: &str) -> Value {
    Value::Str(line(text).into())
}

fn lines_value(lines: &[String]) -> Value {
    Value::Array(lines.iter().map(|text| text_value(text)).collect())
}

fn template_value(value: serde_json::Value) -> Result<Value, LetterError> {
    serde_json::from_value(value).map_err(|error| LetterError::Typeset(Fault(error.to_string())))
}
