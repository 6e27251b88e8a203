//! The seal judged by itself and, from outside, by poppler's `pdfsig`.

use std::io::Write as _;
use std::process::Command;

use jiff::civil::date;
use portolan_letter::{
    Agent, Authentication, Certificate, Device, Event, EventKind, Extent, Letter, Mark, Person,
    Signature,
};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a literal")
}

fn key(seed: u8) -> SealKey {
    SealKey::generate(
        "Harborline Desk",
        at("2026-01-01T00:00:00Z"),
        at("2036-01-01T00:00:00Z"),
        &[seed; 32],
    )
    .expect("a key")
}

fn sealed_at() -> Timestamp {
    at("2026-11-23T15:41:12Z")
}

fn sealed(pdf: &[u8], key: &SealKey) -> Vec<u8> {
    seal(
        pdf,
        key,
        sealed_at(),
        "Letter of Authorization port_1, version 1",
        "Harborline Desk",
    )
    .expect("a sealed file")
}

/// A signed letter of two pages.
fn letter() -> Vec<u8> {
    let signed_at = date(2026, 11, 23)
        .at(9, 41, 12, 0)
        .in_tz("America/Chicago")
        .expect("a time");
    let letter = Letter {
        reference: "port_1".into(),
        version: 1,
        prepared_at: signed_at.clone(),
        agent: Agent {
            name: "Harborline Desk LLC".into(),
            contact: vec!["(512) 555-0190".into()],
            logo: None,
        },
        losing_provider: "Northline Telecom, Inc.".into(),
        gaining_carrier: "Meridian Voice Networks, LLC".into(),
        subscriber: "O'Neil & Sons, LLC".into(),
        signer: Person {
            name: "Maria O'Neil".into(),
            title: None,
        },
        billing_address: vec!["PO Box 1180".into(), "Round Rock, TX 78680".into()],
        service_address: vec!["1200 East 6th Street".into(), "Austin, TX 78702".into()],
        billing_number: None,
        numbers: vec!["(512) 555-0100".into()],
        extent: Extent::Full,
        valid_days: 60,
    };
    let signature = Signature {
        mark: Mark::Typed("Maria O'Neil".into()),
        printed_name: "Maria O'Neil".into(),
        title: None,
        signed_at,
    };
    let certificate = Certificate {
        document_id: "doc_1".into(),
        signer_email: "maria@oneil-sons.example".into(),
        authentication: Authentication::MailedLink {
            address: "maria@oneil-sons.example".into(),
        },
        consent: "I agree to sign electronically.".into(),
        consent_version: "1".into(),
        events: vec![Event {
            at: sealed_at(),
            kind: EventKind::Signed,
            detail: None,
        }],
        device: Device {
            ip: "198.51.100.24".into(),
            user_agent: "test".into(),
        },
        shown_sha256: [1; 32],
    };
    portolan_letter::signed_pdf(&letter, &signature, &certificate).expect("a letter")
}

/// The smallest PDF that has a page, for tests that look at every byte.
fn small() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 9.into(), 9.into()] });
    document.objects.insert(
        pages,
        Object::Dictionary(
            dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 },
        ),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("written");
    bytes
}

/// What `pdfsig` says. Its absence fails the test: `make test` installs it.
fn pdfsig(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, pdf).expect("written");
    let output = Command::new("pdfsig")
        .arg("-nocert")
        .arg(&path)
        // No browser's certificates, so that every machine says the same.
        .env("HOME", folder.path())
        .output()
        .unwrap_or_else(|error| panic!("`pdfsig` cannot be run ({error}): install Debian's poppler-utils, as `make test` does"));
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Shown by 4 of the walking skeleton: poppler calls the seal valid and the whole document covered; one changed byte makes it say so.
#[test]
fn pdfsig_finds_the_letter_whole_and_one_changed_byte() {
    let pdf = sealed(&letter(), &key(7));
    let said = pdfsig(&pdf);
    for line in [
        "Signer Certificate Common Name: Harborline Desk",
        "Signature Type: ETSI.CAdES.detached",
        "Signing Hash Algorithm: SHA-256",
        "Signature Validation: Signature is Valid.",
        "Total document signed",
    ] {
        assert!(said.contains(line), "{said}");
    }
    // In the middle of the first page's drawing.
    let mut changed = pdf.clone();
    let stream = position(&pdf, 0, b"stream").expect("a stream") + 40;
    changed[stream] ^= 1;
    let said = pdfsig(&changed);
    assert!(
        !said.contains("Signature is Valid") && said.contains("Digest Mismatch"),
        "{said}"
    );
    // Appended bytes are not covered.
    let mut longer = pdf;
    longer.extend(b"\n% more\n");
    let said = pdfsig(&longer);
    assert!(said.contains("Not total document signed"), "{said}");
}

#[test]
fn a_sealed_letter_is_reported_as_it_is() {
    let plain = letter();
    let pdf = sealed(&plain, &key(7));
    assert!(pdf.starts_with(&plain), "the letter's own bytes stay");
    assert!(
        pdf.len() < plain.len() + 8_000,
        "the seal is small: {} bytes",
        pdf.len() - plain.len()
    );
    assert_eq!(pdf, sealed(&plain, &key(7)), "the same seal each time");
    let report = verify(&pdf, key(7).certificate()).expect("a report");
    let expected = SealReport {
        valid: true,
        covers_whole_document: true,
        signed_at: Some(sealed_at()),
        signer: "Harborline Desk".into(),
        problems: vec![],
    };
    assert_eq!(report, expected);
}

#[test]
fn every_changed_byte_is_reported() {
    let pdf = sealed(&small(), &key(7));
    let trusted = key(7);
    assert!(verify(&pdf, trusted.certificate()).expect("a report").valid);
    for index in 0..pdf.len() {
        // 0x01 makes another letter or digit of it; 0x20 turns the case of a letter, which hexadecimal forgives.
        let flips: &[u8] = if pdf[index].is_ascii_alphabetic() {
            &[0x01, 0x20]
        } else {
            &[0x01]
        };
        for flip in flips {
            let mut changed = pdf.clone();
            changed[index] ^= flip;
            let valid = verify(&changed, trusted.certificate()).is_ok_and(|report| report.valid);
            assert!(
                !valid,
                "byte {index} of {} changed by {flip:#x} and the seal still holds",
                pdf.len()
            );
        }
    }
}

#[test]
fn a_later_update_is_reported_and_cannot_move_the_time() {
    let pdf = sealed(&letter(), &key(7));
    let document = Document::load_mem(&pdf).expect("a PDF");
    let signature = document
        .objects
        .iter()
        .find(|(_, object)| {
            object
                .as_dict()
                .is_ok_and(|entries| entries.has(b"ByteRange"))
        })
        .map(|(id, _)| *id)
        .expect("the seal");
    let mut update = IncrementalDocument::create_from(pdf.clone(), document);
    update
        .opt_clone_object_to_new_document(signature)
        .expect("cloned");
    let entries = update
        .new_document
        .get_object_mut(signature)
        .and_then(Object::as_dict_mut)
        .expect("the seal");
    entries.set("M", Object::string_literal("D:20200101000000Z"));
    let mut later = Vec::new();
    update.save_to(&mut later).expect("written");
    assert!(later.starts_with(&pdf));

    let report = verify(&later, key(7).certificate()).expect("a report");
    assert!(!report.valid && !report.covers_whole_document);
    assert_eq!(report.problems, [SealProblem::Extended]);
    assert_eq!(report.signed_at, Some(sealed_at()));

    let mut longer = pdf;
    longer.push(b'\n');
    assert_eq!(
        verify(&longer, key(7).certificate())
            .expect("a report")
            .problems,
        [SealProblem::Extended]
    );
}

#[test]
fn another_desks_seal_is_told_apart_though_it_bears_the_same_name() {
    let forged = sealed(&letter(), &key(8));
    let report = verify(&forged, key(7).certificate()).expect("a report");
    assert_eq!(report.problems, [SealProblem::OtherSealer]);
    assert_eq!(
        (report.valid, report.signer.as_str()),
        (false, "Harborline Desk")
    );
}

#[test]
fn what_carries_no_seal_is_said_to_carry_none() {
    assert!(matches!(
        verify(&letter(), key(7).certificate()),
        Err(SealError::NoSeal)
    ));
    assert!(matches!(
        verify(b"no PDF", key(7).certificate()),
        Err(SealError::NotAPdf(_))
    ));
    assert!(matches!(
        seal(b"%PDF-1.7 broken", &key(7), sealed_at(), "", ""),
        Err(SealError::NotAPdf(_))
    ));
    assert!(matches!(
        seal(&sealed(&small(), &key(7)), &key(7), sealed_at(), "", ""),
        Err(SealError::HasForm)
    ));
}

#[test]
fn a_key_seals_only_while_it_is_valid() {
    let early = at("2025-12-31T23:59:59Z");
    let error = seal(&small(), &key(7), early, "", "").expect_err("refused");
    assert!(error.to_string().contains("valid from 2026-01-01T00:00:00Z to 2036-01-01T00:00:00Z, so it cannot seal at 2025-12-31T23:59:59Z"), "{error}");
    let forever = SealKey::generate(
        "Desk",
        at("2026-01-01T00:00:00Z"),
        at("9999-01-01T00:00:00Z"),
        &[3; 32],
    )
    .expect("a key");
    let pdf = seal(&small(), &forever, at("2400-02-29T12:00:00Z"), "", "").expect("sealed");
    assert_eq!(
        verify(&pdf, forever.certificate())
            .expect("a report")
            .signed_at,
        Some(at("2400-02-29T12:00:00Z"))
    );
}

#[test]
fn names_of_any_script_stand_on_the_seal() {
    let name = "Ñandú & Søn, \"Schrägstrich\" (Pty) \\ 山田";
    let key = SealKey::generate(
        name,
        at("2026-01-01T00:00:00Z"),
        at("2036-01-01T00:00:00Z"),
        &[9; 32],
    )
    .expect("a key");
    let pdf = seal(&small(), &key, sealed_at(), "Para (\"sí\") \\ 山", name).expect("sealed");
    assert_eq!(
        verify(&pdf, key.certificate()).expect("a report").signer,
        name
    );
    assert!(pdfsig(&pdf).contains("Signature is Valid"));
}

#[test]
fn what_cannot_be_a_key_is_refused() {
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
    assert!(matches!(
        SealKey::generate(" ", from, to, &[7; 32]),
        Err(SealError::Name)
    ));
    assert!(matches!(
        SealKey::generate(&"x".repeat(65), from, to, &[7; 32]),
        Err(SealError::Name)
    ));
    assert!(matches!(
        SealKey::generate("Desk", to, from, &[7; 32]),
        Err(SealError::Validity)
    ));
    assert!(matches!(
        SealKey::generate("Desk", from, to, &[0; 32]),
        Err(SealError::Random)
    ));
    assert!(matches!(
        SealKey::generate("Desk", from, to, &[255; 32]),
        Err(SealError::Random)
    ));
}

#[test]
fn a_key_survives_its_file_and_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("seal.pem");
    key(7).save(&path).expect("saved");
    let loaded = SealKey::load(&path).expect("loaded");
    assert_eq!(loaded.certificate(), key(7).certificate());
    assert!(
        verify(&sealed(&small(), &loaded), key(7).certificate())
            .expect("a report")
            .valid
    );
    match key(8).save(&path) {
        Err(SealError::File { source, .. }) => {
            assert_eq!(source.kind(), std::io::ErrorKind::AlreadyExists)
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        SealKey::load(&path).expect("loaded").certificate(),
        key(7).certificate()
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1,
        "no draft is left behind"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path)
                .expect("a file")
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
    }
}

#[test]
fn a_broken_key_file_is_named() {
    use secrecy::ExposeSecret as _;
    let pem = |seed| key(seed).to_pem().expect("PEM").expose_secret().to_owned();
    let certificate = |seed| key(seed).certificate().to_pem().expect("PEM");
    let secret = pem(7)
        .split("-----BEGIN CERTIFICATE")
        .next()
        .expect("a key")
        .to_owned();
    for broken in [
        String::new(),
        secret.clone(),
        certificate(7),
        format!("{secret}{}", certificate(8)),
        pem(7).replace("MIG", "XIG"),
    ] {
        assert!(matches!(SealKey::from_pem(&broken), Err(SealError::BadKey)));
    }
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(pem(7).get(..100).expect("a part").as_bytes())
        .expect("written");
    assert!(matches!(SealKey::load(file.path()), Err(SealError::BadKey)));
    assert!(matches!(
        SealKey::load(std::path::Path::new("/nowhere/seal.pem")),
        Err(SealError::File { .. })
    ));
    assert!(
        !format!("{:?}", key(7)).contains("0707"),
        "no secret in Debug output"
    );
}

/// `cargo test --lib -- --ignored sealed_letter_to_look_at` writes a sealed letter and its certificate into `target/letters`.
#[test]
#[ignore = "writes files for people to look at"]
fn sealed_letter_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/letters");
    std::fs::create_dir_all(&folder).expect("a folder");
    let plain = letter();
    let started = std::time::Instant::now();
    let pdf = sealed(&plain, &key(7));
    println!("sealed {} bytes in {:?}", pdf.len(), started.elapsed());
    std::fs::write(folder.join("sealed.pdf"), pdf).expect("written");
    std::fs::write(
        folder.join("seal-certificate.pem"),
        key(7).certificate().to_pem().expect("PEM"),
    )
    .expect("written");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Never a panic, and never a valid report, whatever is done to the bytes of a real letter.
    #[test]
    fn damaged_letters_are_reported(at in any::<prop::sample::Index>(), kind in 0..4, byte in any::<u8>()) {
        use std::sync::LazyLock;
        static SEALED: LazyLock<(SealKey, Vec<u8>)> = LazyLock::new(|| (key(7), sealed(&letter(), &key(7))));
        let (key, pdf) = &*SEALED;
        let at = at.index(pdf.len());
        let mut changed = pdf.clone();
        match kind {
            0 => changed[at] = byte,
            1 => changed.insert(at, byte),
            2 => { changed.remove(at); }
            _ => changed.truncate(at),
        }
        prop_assume!(changed != *pdf);
        prop_assert!(!verify(&changed, key.certificate()).is_ok_and(|report| report.valid));
    }
}
