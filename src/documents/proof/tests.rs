//! Good files, files that only look good, and files made to do harm.

use std::path::PathBuf;

use lopdf::encryption::crypt_filters::{Aes128CryptFilter, CryptFilter};
use lopdf::{EncryptionState, EncryptionVersion, Permissions, Stream, dictionary};
use proptest::prelude::*;

use super::*;

/// Made with libheif's `heif-enc -q 40` from a drawing of a bill, 96 x 64 pixels.
const HEIC: &[u8] = include_bytes!("../../../tests/fixtures/bill.heic");

fn picture() -> image::RgbImage {
    image::RgbImage::from_fn(96, 64, |x, y| {
        image::Rgb([
            u8::try_from(x * 2).unwrap_or(255),
            u8::try_from(y * 3).unwrap_or(255),
            120,
        ])
    })
}

fn coded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture().write_to(&mut bytes, format).expect("coded");
    bytes.into_inner()
}

fn document(pages: usize) -> Document {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for page in 0..pages {
        let text = format!("BT /F1 12 Tf 72 720 Td (Page {page}, 512-555-0100) Tj ET");
        let contents = document.add_object(Stream::new(dictionary! {}, text.into_bytes()));
        kids.push(document.add_object(dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => contents, "MediaBox" => vec![0.into(), 0.into(), 612.into(), 792.into()] }).into());
    }
    document.objects.insert(tree, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => i64::try_from(pages).unwrap_or(0) }));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    document.trailer.set(
        "ID",
        vec![
            Object::string_literal("0123456789abcdef"),
            Object::string_literal("0123456789abcdef"),
        ],
    );
    document
}

fn pdf(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("written");
    bytes
}

fn encrypted(user_password: &str) -> Vec<u8> {
    let mut document = document(2);
    let filter: std::sync::Arc<dyn CryptFilter> = std::sync::Arc::new(Aes128CryptFilter);
    let state = EncryptionState::try_from(EncryptionVersion::V4 {
        document: &document,
        encrypt_metadata: true,
        crypt_filters: std::collections::BTreeMap::from([(b"StdCF".to_vec(), filter)]),
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password: "owner",
        user_password,
        permissions: Permissions::empty(),
    })
    .expect("a way to encrypt");
    document.encrypt(&state).expect("encrypted");
    pdf(document)
}

fn refused(bytes: &[u8]) -> ProofError {
    inspect(bytes, &Limits::default()).expect_err("refused")
}

fn taken(bytes: &[u8]) -> Proof {
    inspect(bytes, &Limits::default()).expect("taken")
}

/// R42 to R45: a PDF or a picture, known by its content.
#[test]
fn each_type_is_known_by_its_content() {
    for (bytes, format, pages, pixels) in [
        (pdf(document(3)), ProofFormat::Pdf, 3, None),
        (
            coded(ImageFormat::Jpeg),
            ProofFormat::Jpeg,
            1,
            Some((96, 64)),
        ),
        (coded(ImageFormat::Png), ProofFormat::Png, 1, Some((96, 64))),
        (HEIC.to_vec(), ProofFormat::Heic, 1, Some((96, 64))),
    ] {
        let proof = taken(&bytes);
        assert_eq!(
            (proof.format, proof.pages, proof.pixels),
            (format, pages, pixels)
        );
        assert_eq!(proof.bytes, bytes.len() as u64);
        assert_eq!(proof.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
    }
    let mut late = b"\r\nsome printer's own line\r\n".to_vec();
    late.extend(pdf(document(1)));
    assert_eq!(taken(&late).format, ProofFormat::Pdf);
}

#[test]
fn other_types_are_named_with_the_way_out() {
    for (bytes, said) in [
        (
            &b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"[..],
            "This is a GIF picture. Send a PDF, or a picture as JPEG, PNG or HEIC.",
        ),
        (
            b"II*\x00\x08\x00\x00\x00\x0f\x00\x00\x01",
            "This is a TIFF picture.",
        ),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "This is a WebP picture."),
        (
            b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf",
            "This is an AVIF picture.",
        ),
        (b"PK\x03\x04\x14\x00\x00\x00", "This is a ZIP archive."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is "),
        (
            b"<!DOCTYPE html><html><body>bill</body></html>",
            "This is a web page.",
        ),
        (
            b"number,receiving\n5125550100,5125550101\n",
            "This is a text.",
        ),
        (b"MZ\x90\x00\x03", "This is a program."),
        (
            b"\x00\x01\x02\x03\xff\xfe",
            "This is a file of another type.",
        ),
    ] {
        let error = refused(bytes);
        assert!(
            matches!(error, ProofError::WrongType { .. }) && error.to_string().starts_with(said),
            "{error} is not {said}"
        );
    }
}

#[test]
fn empty_and_oversized_files_are_refused_before_they_are_read() {
    assert_eq!(refused(b""), ProofError::Empty);
    let limits = Limits {
        max_bytes: 1024 * 1024,
        ..Limits::default()
    };
    let error = inspect(&vec![b'x'; 1024 * 1024 + 150_000], &limits).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "The file has 1.2 MB, and at most 1 MB are taken. Send only the pages that show the account and the numbers, or scan them in a lower resolution."
    );
    assert_eq!(Limits::default().max_bytes, 10_485_760);
}

#[test]
fn a_pdf_with_a_password_is_refused_and_one_that_anybody_can_open_is_taken() {
    assert_eq!(refused(&encrypted("secret")), ProofError::Protected);
    assert_eq!(taken(&encrypted("")).pages, 2);
}

#[test]
fn an_incomplete_pdf_is_refused() {
    let whole = pdf(document(3));
    for part in [whole.len() / 4, whole.len() / 2] {
        assert_eq!(
            refused(&whole[..part]),
            ProofError::BrokenPdf,
            "{part} of {} bytes",
            whole.len()
        );
    }
    assert_eq!(refused(b"%PDF-1.7\nnothing"), ProofError::BrokenPdf);
    assert_eq!(refused(&pdf(document(0))), ProofError::BrokenPdf);
    let mut lost = document(2);
    let page = lost.get_pages()[&2];
    let contents = lost.get_page_contents(page)[0];
    lost.objects.remove(&contents);
    assert_eq!(refused(&pdf(lost)), ProofError::BrokenPdf);
}

#[test]
fn pages_that_lead_back_to_themselves_end() {
    let mut turning = document(1);
    let tree = turning
        .catalog()
        .and_then(|catalog| catalog.get(b"Pages"))
        .and_then(Object::as_reference)
        .expect("a tree");
    turning.objects.insert(tree, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![tree.into(), tree.into()], "Count" => 2 }));
    assert_eq!(refused(&pdf(turning)), ProofError::BrokenPdf);
    let mut nested = b"%PDF-1.7\n1 0 obj\n".to_vec();
    nested.extend(vec![b'['; 400_000]);
    assert_eq!(refused(&nested), ProofError::BrokenPdf);
}

#[test]
fn an_incomplete_picture_is_refused() {
    for (bytes, format) in [
        (coded(ImageFormat::Jpeg), ProofFormat::Jpeg),
        (coded(ImageFormat::Png), ProofFormat::Png),
        (HEIC.to_vec(), ProofFormat::Heic),
    ] {
        for part in [bytes.len() * 2 / 3, bytes.len() - 20] {
            assert_eq!(
                refused(&bytes[..part]),
                ProofError::BrokenPicture { format },
                "{part} of {} bytes",
                bytes.len()
            );
        }
    }
    assert_eq!(
        refused(b"\xff\xd8\xff\xe0").to_string(),
        "This JPEG picture is damaged or incomplete. Send it again, or take another one."
    );
}

#[test]
fn too_many_pixels_are_refused_before_they_are_decoded() {
    let limits = Limits {
        max_pixels: 96 * 64 - 1,
        ..Limits::default()
    };
    for bytes in [
        coded(ImageFormat::Jpeg),
        coded(ImageFormat::Png),
        HEIC.to_vec(),
    ] {
        assert_eq!(
            inspect(&bytes, &limits),
            Err(ProofError::TooManyPixels {
                width: 96,
                height: 64
            })
        );
    }
    // A PNG that claims 60,000 x 60,000 pixels in a few bytes.
    let mut bomb = coded(ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    assert!(matches!(
        refused(&bomb),
        ProofError::TooManyPixels { .. } | ProofError::BrokenPicture { .. }
    ));
}

/// HEIC photos come from telephones, and neither browsers nor carriers open them.
#[test]
fn a_picture_becomes_a_small_jpeg() {
    let limits = Limits::default();
    for bytes in [
        HEIC.to_vec(),
        coded(ImageFormat::Png),
        coded(ImageFormat::Jpeg),
    ] {
        let whole = image::load_from_memory(&to_jpeg(&bytes, &limits, 2000).expect("a JPEG"))
            .expect("a picture");
        assert_eq!((whole.width(), whole.height()), (96, 64));
        let small = image::load_from_memory(&to_jpeg(&bytes, &limits, 48).expect("a JPEG"))
            .expect("a picture");
        assert_eq!((small.width(), small.height()), (48, 32));
    }
    // The drawing's heading is dark blue, its ground is white.
    let heic = image::load_from_memory(&to_jpeg(HEIC, &limits, 2000).expect("a JPEG"))
        .expect("a picture")
        .into_rgb8();
    let near = |x, y, want: [u8; 3]| {
        heic.get_pixel(x, y)
            .0
            .iter()
            .zip(want)
            .all(|(have, want)| have.abs_diff(want) < 24)
    };
    assert!(
        near(40, 9, [29, 78, 107]) && near(90, 60, [255, 255, 255]),
        "{:?} {:?}",
        heic.get_pixel(40, 9),
        heic.get_pixel(90, 60)
    );
    assert_eq!(
        to_jpeg(&pdf(document(1)), &limits, 100),
        Err(ProofError::NotAPicture)
    );
}

#[test]
fn what_shines_through_becomes_white() {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(16, 16, image::Rgba([0, 0, 0, 0]))
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("coded");
    let jpeg = to_jpeg(&bytes.into_inner(), &Limits::default(), 100).expect("a JPEG");
    assert_eq!(
        image::load_from_memory(&jpeg)
            .expect("a picture")
            .into_rgb8()
            .get_pixel(8, 8)
            .0,
        [255, 255, 255]
    );
}

#[test]
fn a_turned_photo_is_shown_upright() {
    // An Exif segment that says "turn by 90 degrees", put before the picture.
    let jpeg = coded(ImageFormat::Jpeg);
    let exif =
        b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    assert_eq!(taken(&turned).pixels, Some((64, 96)));
}

/// The bills of the sample folder are taken with the pages that they have.
#[test]
fn the_sample_bills_are_taken() {
    let shared = std::env::var_os("PORTOLAN_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let Ok(bills) = std::fs::read_dir(shared.join("samples/bills")) else {
        println!("skipped: the folder of sample bills is missing");
        return;
    };
    let mut count = 0;
    for path in bills.map(|entry| entry.expect("an entry").path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            continue;
        }
        let proof = inspect(&std::fs::read(&path).expect("read"), &Limits::default())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let truth = std::fs::read_to_string(path.with_extension("truth.json")).expect("its truth");
        let truth: serde_json::Value = serde_json::from_str(&truth).expect("JSON");
        assert_eq!(
            Some(u64::from(proof.pages)),
            truth["pages"].as_u64(),
            "{}",
            path.display()
        );
        assert_eq!(
            path.extension().and_then(|ending| ending.to_str()),
            Some(proof.format.extension())
        );
        count += 1;
    }
    assert!(count >= 7, "{count} bills");
}

fn samples() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(pdf(document(3))),
        Just(encrypted("")),
        Just(coded(ImageFormat::Jpeg)),
        Just(coded(ImageFormat::Png)),
        Just(HEIC.to_vec())
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is done to a file, it is taken or refused; nothing panics.
    #[test]
    fn damaged_files_never_panic(
        bytes in samples(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4), 1..12),
    ) {
        let mut bytes = bytes;
        for (at, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.remove(at); }
                _ => bytes.truncate(at.max(bytes.len() / 2)),
            }
        }
        let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
        if let Ok(proof) = inspect(&bytes, &limits) && proof.format != ProofFormat::Pdf {
            prop_assert!(to_jpeg(&bytes, &limits, 32).is_ok());
        }
    }

    #[test]
    fn random_bytes_never_panic(head in 0_usize..5, rest in prop::collection::vec(any::<u8>(), 0..600)) {
        let heads: [&[u8]; 5] = [b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf"];
        let _ = inspect(&[heads[head], &rest].concat(), &Limits::default());
    }
}
