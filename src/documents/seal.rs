//! The cryptographic seal over a signed letter.
//!
//! A seal is a PDF signature in the form PAdES B-B (ETSI EN 319 142-1, `ETSI.CAdES.detached`): it is
//! appended to the file, covers every byte of it but its own value, and certifies that nothing may be
//! changed afterwards (DocMDP level 1). Every PDF reader that checks signatures understands it.
//!
//! It proves that the file is the one that this desk sealed, and when. It does not prove who the
//! subscriber is; that is what the certificate page inside the file is for.
//!
//! [`verify`] is stricter than most readers, because it only ever judges seals of this desk: what a
//! byte of the seal may be follows from the certificate and the document, so that a single changed
//! byte shows, wherever it is, and so does anything that was appended later.

mod cms;
mod key;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lopdf::{Dictionary, Document, IncrementalDocument, Object, StringFormat, dictionary};
use sha2::{Digest, Sha256};

pub use key::{SealCertificate, SealKey};

/// Ten digits: room for the offsets of any file that fits a PDF's own tables.
const UNKNOWN_OFFSET: i64 = 9_999_999_999;

/// Why a seal could not be made, read, or judged.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file is not a PDF that can be read.
    #[error("this file cannot be read as a PDF: it is damaged, protected, or not a PDF at all")]
    NotAPdf(#[source] Option<lopdf::Error>),
    /// There is already a form or a seal in the file.
    #[error(
        "this PDF already carries a form or a seal, and a second seal would not cover what the first one says: seal the letter as it was typeset"
    )]
    HasForm,
    /// There is no seal in the file.
    #[error(
        "this PDF carries no seal: it is not a letter that this desk sealed, or the seal was removed"
    )]
    NoSeal,
    /// The key's certificate is not valid at the time of sealing.
    #[error(
        "the seal's certificate is valid from {from} to {to}, so it cannot seal at {at}: make a new seal key"
    )]
    OutsideValidity {
        /// When sealing was tried.
        at: Timestamp,
        /// The first valid instant.
        from: Timestamp,
        /// The last valid instant.
        to: Timestamp,
    },
    /// A name that cannot stand in a certificate.
    #[error("the name on the seal must have 1 to 64 characters")]
    Name,
    /// A validity that ends before it begins, or is beyond what a certificate can say.
    #[error(
        "the seal's certificate must end after it begins, and both within the years 1970 to 9999"
    )]
    Validity,
    /// The random bytes are no key; it happens by chance less than once in 2^32 draws.
    #[error("these random bytes cannot be a key: draw others")]
    Random,
    /// The file of a seal key is not what it should be.
    #[error(
        "the seal key cannot be read: it must hold one P-256 PRIVATE KEY and the CERTIFICATE that belongs to it, in PEM form. Restore it from a backup; letters that it sealed stay valid in any case"
    )]
    BadKey,
    /// The file of a seal key cannot be read or written.
    #[error("the seal key file {path} cannot be {done}")]
    File {
        /// Which file.
        path: std::path::PathBuf,
        /// What was tried: `read` or `written`.
        done: &'static str,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A structure could not be written; a fault of this program.
    #[error("the seal could not be written; this is a fault of the program, please report it")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn write_error(error: impl std::error::Error + Send + Sync + 'static) -> SealError {
    SealError::Write(Box::new(error))
}

/// What is wrong with a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealProblem {
    /// The sealed bytes, or the seal's own, are not those that were sealed.
    #[error("the file was changed after it was sealed")]
    Changed,
    /// Bytes outside the seal.
    #[error("something was added to the file after it was sealed")]
    Extended,
    /// Made with another key.
    #[error("the seal was not made by this desk")]
    OtherSealer,
    /// Sealed at a time at which the certificate was not valid.
    #[error("the seal's certificate was not valid when the file was sealed")]
    OutsideValidity,
}

/// What a check of a seal found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealReport {
    /// Nothing is wrong: the file is, byte for byte, the one that the trusted key sealed.
    pub valid: bool,
    /// The seal covers the file from its first byte to its last.
    pub covers_whole_document: bool,
    /// When the file says it was sealed; part of what is sealed.
    pub signed_at: Option<Timestamp>,
    /// The name on the certificate that is inside the seal; only as true as `valid`.
    pub signer: String,
    /// All that is wrong; empty exactly when `valid`.
    pub problems: Vec<SealProblem>,
}

/// Seals a PDF: the same file with the seal appended, reproducible for the same arguments.
///
/// `reason` and `name` are shown by PDF readers: why the seal is there, and who sealed. That is the desk, as on
/// the certificate; the subscriber's own signature is on the page.
///
/// # Errors
/// If the file is no readable PDF, already carries a form or a seal, or the key is not valid at `at`.
pub fn seal(
    pdf: &[u8],
    key: &SealKey,
    at: Timestamp,
    reason: &str,
    name: &str,
) -> Result<Vec<u8>, SealError> {
    let (from, to) = key.certificate().validity();
    if at < from || at > to {
        return Err(SealError::OutsideValidity { at, from, to });
    }
    let document = load(pdf)?;
    let catalog_id = document
        .trailer
        .get(b"Root")
        .and_then(Object::as_reference)
        .map_err(not_a_pdf)?;
    if document.catalog().map_err(not_a_pdf)?.has(b"AcroForm") {
        return Err(SealError::HasForm);
    }
    // The certificate is on the last page, and so is the seal.
    let page_id = document
        .get_pages()
        .into_values()
        .last()
        .ok_or(SealError::NotAPdf(None))?;
    let mut annotations = annotations_of(&document, page_id)?;

    let room = cms::longest(key.certificate())?;
    let mut update = IncrementalDocument::create_from(pdf.to_vec(), document);
    let signature_id = update
        .new_document
        .add_object(signature_dictionary(at, reason, name, room));
    let field_id = update.new_document.add_object(dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => Object::string_literal("Seal"),
        "TU" => lopdf::text_string(&format!("Seal of {name}")),
        "V" => signature_id,
        "P" => page_id,
        // Printable and locked; without extent and off the page, as PDF/A and PDF/UA ask of a mark that shows nothing.
        "F" => 132,
        "Rect" => vec![(-1).into(), (-1).into(), (-1).into(), (-1).into()],
    });
    annotations.push(field_id.into());

    update
        .opt_clone_object_to_new_document(page_id)
        .map_err(not_a_pdf)?;
    let page = update
        .new_document
        .get_object_mut(page_id)
        .and_then(Object::as_dict_mut)
        .map_err(not_a_pdf)?;
    page.set("Annots", annotations);
    page.set("Tabs", "S");
    update
        .opt_clone_object_to_new_document(catalog_id)
        .map_err(not_a_pdf)?;
    let catalog = update
        .new_document
        .get_object_mut(catalog_id)
        .and_then(Object::as_dict_mut)
        .map_err(not_a_pdf)?;
    // 3: there are signatures, and the file may only be appended to.
    catalog.set(
        "AcroForm",
        dictionary! { "Fields" => vec![field_id.into()], "SigFlags" => 3 },
    );
    catalog.set("Perms", dictionary! { "DocMDP" => signature_id });

    let mut sealed = Vec::with_capacity(pdf.len() + 4 * room + 4_096);
    update.save_to(&mut sealed).map_err(write_error)?;
    fill_in(&mut sealed, pdf.len(), room, key)?;
    Ok(sealed)
}

/// Judges the seal of a PDF against the certificate that is trusted to have made it.
///
/// Any change to the file shows as a report that is not `valid`, or as an error.
///
/// # Errors
/// If the file is no readable PDF or carries no seal.
pub fn verify(pdf: &[u8], trusted: &SealCertificate) -> Result<SealReport, SealError> {
    let mut found = find(pdf)?;
    let length = i64::try_from(pdf.len()).unwrap_or(i64::MAX);
    let [start, before, after, rest] = found.byte_range;
    let end = after.saturating_add(rest);
    let covers_whole_document = start == 0 && end == length;
    // What was appended may show another time than the one that was sealed: ask the sealed part alone.
    if !covers_whole_document
        && let Some(Ok(sealed)) = usize::try_from(end)
            .ok()
            .and_then(|end| pdf.get(..end))
            .map(find)
        && sealed.byte_range == found.byte_range
    {
        found = sealed;
    }

    let mut problems = Vec::new();
    let parts = || {
        let (before, after, end) = (
            usize::try_from(before).ok()?,
            usize::try_from(after).ok()?,
            usize::try_from(end).ok()?,
        );
        (start == 0).then_some(())?;
        Some((
            pdf.get(..before)?,
            pdf.get(before..after)?,
            pdf.get(after..end)?,
        ))
    };
    let inside = cms::certificate_in(&found.contents);
    let own = inside.as_ref() == Some(trusted);
    let intact = match (parts(), &inside) {
        (Some((head, value, tail)), Some(certificate)) => {
            let digest = Sha256::new()
                .chain_update(head)
                .chain_update(tail)
                .finalize()
                .into();
            // The value must stand exactly as this program writes it: no other byte is free.
            cms::holds(certificate, digest, &found.contents) && value == written(&found.contents)
        }
        _ => false,
    };
    if !intact {
        problems.push(SealProblem::Changed);
    }
    if !covers_whole_document {
        problems.push(SealProblem::Extended);
    }
    if !own {
        problems.push(SealProblem::OtherSealer);
    }
    let (from, to) = trusted.validity();
    if own && found.signed_at.is_none_or(|at| at < from || at > to) {
        problems.push(SealProblem::OutsideValidity);
    }
    Ok(SealReport {
        valid: problems.is_empty(),
        covers_whole_document,
        signed_at: found.signed_at,
        signer: inside
            .map(|certificate| certificate.common_name())
            .unwrap_or_default(),
        problems,
    })
}

// ---- writing ------------------------------------------------------------------------------------------

fn signature_dictionary(at: Timestamp, reason: &str, name: &str, room: usize) -> Dictionary {
    let time = at
        .to_zoned(TimeZone::UTC)
        .strftime("D:%Y%m%d%H%M%SZ")
        .to_string();
    let unknown = || Object::Integer(UNKNOWN_OFFSET);
    dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "M" => Object::string_literal(time),
        "Name" => lopdf::text_string(name),
        "Reason" => lopdf::text_string(reason),
        "Reference" => vec![Object::Dictionary(dictionary! {
            "Type" => "SigRef",
            "TransformMethod" => "DocMDP",
            // 1: no change is permitted.
            "TransformParams" => dictionary! { "Type" => "TransformParams", "P" => 1, "V" => "1.2" },
        })],
        "ByteRange" => vec![0.into(), unknown(), unknown(), unknown()],
        "Contents" => Object::String(vec![0; room], StringFormat::Hexadecimal),
    }
}

/// Puts the real offsets and the signature where the update left room for them.
fn fill_in(sealed: &mut [u8], from: usize, room: usize, key: &SealKey) -> Result<(), SealError> {
    let lost = || SealError::Write("the update has no room for the seal".into());
    let gap = written(&vec![0; room]);
    let before = position(sealed, from, &gap).ok_or_else(lost)?;
    let after = before + gap.len();
    let length = sealed.len();

    let marks = format!("{UNKNOWN_OFFSET} {UNKNOWN_OFFSET} {UNKNOWN_OFFSET}");
    let at = position(sealed, from, marks.as_bytes()).ok_or_else(lost)?;
    let offsets = format!(
        "{:<width$}",
        format!("{before} {after} {}", length - after),
        width = marks.len()
    );
    sealed
        .get_mut(at..at + marks.len())
        .filter(|_| offsets.len() == marks.len())
        .ok_or_else(lost)?
        .copy_from_slice(offsets.as_bytes());

    let (head, rest) = sealed.split_at(before);
    let tail = rest.get(gap.len()..).ok_or_else(lost)?;
    let digest = Sha256::new()
        .chain_update(head)
        .chain_update(tail)
        .finalize()
        .into();
    let mut value = cms::sign(key, digest)?;
    value.resize(room, 0);
    sealed
        .get_mut(before..after)
        .ok_or_else(lost)?
        .copy_from_slice(&written(&value));
    Ok(())
}

/// A byte string as it stands in the file.
fn written(value: &[u8]) -> Vec<u8> {
    format!("<{}>", hex::encode_upper(value)).into_bytes()
}

fn position(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let found = bytes
        .get(from..)?
        .windows(wanted.len())
        .position(|window| window == wanted)?;
    Some(from + found)
}

// ---- reading ------------------------------------------------------------------------------------------

/// The parts of a seal, as the file names them.
struct Found {
    byte_range: [i64; 4],
    contents: Vec<u8>,
    signed_at: Option<Timestamp>,
}

fn find(pdf: &[u8]) -> Result<Found, SealError> {
    let document = load(pdf)?;
    seal_in(&document).ok_or(SealError::NoSeal)
}

fn seal_in(document: &Document) -> Option<Found> {
    let follow = |object: &Object| {
        document
            .dereference(object)
            .ok()
            .map(|(_, object)| object.clone())
    };
    let dictionary = |object: &Object| follow(object)?.as_dict().cloned().ok();
    let form = dictionary(document.catalog().ok()?.get(b"AcroForm").ok()?)?;
    for field in follow(form.get(b"Fields").ok()?)?.as_array().ok()? {
        let Some(field) = dictionary(field) else {
            continue;
        };
        if field.get(b"FT").and_then(Object::as_name).ok() != Some(b"Sig") {
            continue;
        }
        let Some(signature) = field.get(b"V").ok().and_then(dictionary) else {
            continue;
        };
        let range = follow(signature.get(b"ByteRange").ok()?)?;
        let numbers: Option<Vec<i64>> = range
            .as_array()
            .ok()?
            .iter()
            .map(|part| part.as_i64().ok())
            .collect();
        return Some(Found {
            byte_range: numbers?.try_into().ok()?,
            contents: follow(signature.get(b"Contents").ok()?)?
                .as_str()
                .ok()?
                .to_vec(),
            signed_at: signature
                .get(b"M")
                .ok()
                .and_then(follow)
                .and_then(|time| pdf_time(time.as_str().ok()?)),
        });
    }
    None
}

/// The one form of time that [`seal`] writes.
fn pdf_time(text: &[u8]) -> Option<Timestamp> {
    let digits = std::str::from_utf8(text)
        .ok()?
        .strip_prefix("D:")?
        .strip_suffix('Z')?;
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn annotations_of(document: &Document, page: lopdf::ObjectId) -> Result<Vec<Object>, SealError> {
    let page = document.get_dictionary(page).map_err(not_a_pdf)?;
    match page.get(b"Annots") {
        Ok(annotations) => {
            let (_, annotations) = document.dereference(annotations).map_err(not_a_pdf)?;
            annotations.as_array().cloned().map_err(not_a_pdf)
        }
        Err(_) => Ok(Vec::new()),
    }
}

fn load(pdf: &[u8]) -> Result<Document, SealError> {
    // The parser reads what anybody may send; should it ever panic, that is an answer too.
    let document = catch_unwind(AssertUnwindSafe(|| Document::load_mem(pdf)))
        .map_err(|_| SealError::NotAPdf(None))?;
    let document = document.map_err(not_a_pdf)?;
    if document.is_encrypted() || document.trailer.has(b"Encrypt") {
        Err(SealError::NotAPdf(None))
    } else {
        Ok(document)
    }
}

fn not_a_pdf(error: lopdf::Error) -> SealError {
    SealError::NotAPdf(Some(error))
}
