//! Proof of ownership: a bill, a receipt or a screenshot that shows the number (R42 to R45).
//!
//! What a file is, its content says; its name and the sender's word for its type are not asked. A
//! file that [`inspect`] accepts can be opened by the desk, and has been read once to its end.
//!
//! The decoders read what anybody may upload. They run inside [`guarded`], so that a fault in one of
//! them refuses the file instead of ending the request. All of this takes processor time, up to
//! seconds for a large photo: call it where blocking is allowed.

#[cfg(test)]
mod tests;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use lopdf::{Document, LoadOptions, Object};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The file types that are taken as proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofFormat {
    /// A PDF document.
    Pdf,
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A HEIC picture, as telephones take them. Browsers and carriers often cannot open it: see [`to_jpeg`].
    Heic,
}

impl ProofFormat {
    /// The media type to serve it with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
        }
    }

    /// The ending for a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Heic => "heic",
        }
    }
}

/// How much of a file is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub max_bytes: usize,
    /// The largest picture, in pixels; a decoded one takes about four bytes of memory a pixel.
    pub max_pixels: u64,
}

impl Default for Limits {
    /// 10 MB, and what a 50-megapixel telephone takes.
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            max_pixels: 50_000_000,
        }
    }
}

/// A file that was read to its end and can be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What it is.
    pub format: ProofFormat,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, which is also what it is stored under.
    pub sha256: [u8; 32],
    /// How many pages it has; a picture has one.
    pub pages: u32,
    /// Width and height in pixels as it is shown; `None` for a PDF.
    pub pixels: Option<(u32, u32)>,
}

/// Why a file is not taken, in words for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is nothing in it.
    #[error(
        "The file is empty. Choose it again; if it comes from the cloud, wait until it is downloaded."
    )]
    Empty,
    /// It is larger than the limit.
    #[error("The file has {}, and at most {} are taken. Send only the pages that show the account and the numbers, or scan them in a lower resolution.", megabytes(*.bytes), megabytes(*.max))]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// It is something else.
    #[error("This is {found}. Send a PDF, or a picture as JPEG, PNG or HEIC.")]
    WrongType {
        /// What it seems to be.
        found: &'static str,
    },
    /// A PDF that asks for a password.
    #[error(
        "This PDF asks for a password. Open it, print it to a new PDF without a password, and send that one."
    )]
    Protected,
    /// A PDF that cannot be read.
    #[error(
        "This PDF is damaged or incomplete. Download it from your provider again, or send a screenshot of it."
    )]
    BrokenPdf,
    /// A picture that cannot be read.
    #[error("This {} picture is damaged or incomplete. Send it again, or take another one.", .format.name())]
    BrokenPicture {
        /// What it claims to be.
        format: ProofFormat,
    },
    /// A HEIC picture of a kind that cannot be decoded here.
    #[error(
        "This HEIC picture cannot be opened here. Save it as JPEG on your telephone, or take a screenshot of it, and send that."
    )]
    UnsupportedHeic,
    /// A picture with too many pixels.
    #[error(
        "The picture has {width} x {height} pixels, more than can be opened here. Send it in a smaller size."
    )]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// A preview of something that is no picture was asked for.
    #[error("A PDF needs no preview: it can be opened as it is.")]
    NotAPicture,
}

impl ProofFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Heic => "HEIC",
        }
    }
}

fn megabytes(bytes: usize) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    if tenths.is_multiple_of(10) {
        format!("{} MB", tenths / 10)
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

/// Reads a file that somebody sent as proof.
///
/// # Errors
/// If it is empty, too large, of another type, protected, damaged, or has too many pixels.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Proof, ProofError> {
    let format = recognize(bytes, limits)?;
    let (pages, pixels) = match format {
        ProofFormat::Pdf => (pages_of(bytes)?, None),
        picture => {
            let decoded = decode(bytes, picture, limits)?;
            (1, Some((decoded.width(), decoded.height())))
        }
    };
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(Proof {
        format,
        bytes: size,
        sha256: Sha256::digest(bytes).into(),
        pages,
        pixels,
    })
}

/// A picture as JPEG, upright and at most `longest` pixels wide and high: for a preview, or for a
/// carrier that takes no HEIC. Nothing but the picture is in it; the place where it was taken is not.
///
/// # Errors
/// As [`inspect`], and if the file is a PDF.
pub fn to_jpeg(bytes: &[u8], limits: &Limits, longest: u32) -> Result<Vec<u8>, ProofError> {
    let format = recognize(bytes, limits)?;
    if format == ProofFormat::Pdf {
        return Err(ProofError::NotAPicture);
    }
    let decoded = decode(bytes, format, limits)?;
    let broken = ProofError::BrokenPicture { format };
    guarded(|| {
        let longest = longest.max(1);
        let small = if decoded.width().max(decoded.height()) > longest {
            decoded.thumbnail(longest, longest)
        } else {
            decoded
        };
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 85)
            .encode_image(&on_white(small))
            .ok()
            .map(|()| jpeg)
    })
    .flatten()
    .ok_or(broken)
}

fn recognize(bytes: &[u8], limits: &Limits) -> Result<ProofFormat, ProofError> {
    if bytes.is_empty() {
        return Err(ProofError::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(ProofError::TooLarge {
            bytes: bytes.len(),
            max: limits.max_bytes,
        });
    }
    format_of(bytes).ok_or_else(|| ProofError::WrongType {
        found: other_type(bytes),
    })
}

fn format_of(bytes: &[u8]) -> Option<ProofFormat> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(ProofFormat::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(ProofFormat::Png);
    }
    if is_heic(bytes) {
        return Some(ProofFormat::Heic);
    }
    // Readers look for the header in the first 1024 bytes; some programs write a line before it.
    let head = bytes.get(..1024).unwrap_or(bytes);
    head.windows(5)
        .any(|window| window == b"%PDF-")
        .then_some(ProofFormat::Pdf)
}

/// Whether the first box of the file names a brand of HEVC-coded pictures (ISO/IEC 23008-12).
fn is_heic(bytes: &[u8]) -> bool {
    let Some((size, rest)) = bytes.split_first_chunk::<4>() else {
        return false;
    };
    let Some(brands) = rest.strip_prefix(b"ftyp") else {
        return false;
    };
    let size = usize::try_from(u32::from_be_bytes(*size))
        .unwrap_or(usize::MAX)
        .saturating_sub(8)
        .min(256);
    let brands = brands.get(..size).unwrap_or(brands);
    // The major brand, its version (never a brand), and the compatible brands.
    brands
        .chunks_exact(4)
        .any(|brand| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis"))
}

/// What a refused file seems to be, so that its sender understands.
fn other_type(bytes: &[u8]) -> &'static str {
    match infer::get(bytes).map(|kind| (kind.mime_type(), kind.matcher_type())) {
        Some((
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            | "application/msword",
            _,
        )) => "a Word document",
        Some((
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            | "application/vnd.ms-excel",
            _,
        )) => "an Excel table",
        Some(("image/tiff", _)) => "a TIFF picture",
        Some(("image/gif", _)) => "a GIF picture",
        Some(("image/webp", _)) => "a WebP picture",
        Some(("image/avif", _)) => "an AVIF picture",
        Some(("application/zip", _)) => "a ZIP archive",
        Some(("text/html", _)) => "a web page",
        Some((_, infer::MatcherType::Image)) => "a picture of another type",
        Some((_, infer::MatcherType::Video)) => "a video",
        Some((_, infer::MatcherType::Archive)) => "an archive",
        Some((_, infer::MatcherType::App)) => "a program",
        _ if !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok() => "a text",
        _ => "a file of another type",
    }
}

// ---- PDF ------------------------------------------------------------------------------------------------

/// Far more than the tables of any bill take, and little enough that a file made to swell does no harm.
const MAX_TABLES: usize = 16 * 1024 * 1024;

/// Counts the pages, and makes sure that what each page shows is in the file.
fn pages_of(bytes: &[u8]) -> Result<u32, ProofError> {
    let read = guarded(|| {
        let options = LoadOptions::with_max_decompressed_size(MAX_TABLES);
        let document =
            Document::load_mem_with_options(bytes, options).map_err(|error| match error {
                lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => {
                    ProofError::Protected
                }
                _ => ProofError::BrokenPdf,
            })?;
        // A PDF that only forbids printing or copying opens for everybody, and is taken.
        if document.is_encrypted() {
            return Err(ProofError::Protected);
        }
        let pages = document.get_pages();
        let whole = pages.values().all(|page| shows_something(&document, *page));
        if pages.is_empty() || !whole {
            return Err(ProofError::BrokenPdf);
        }
        u32::try_from(pages.len()).map_err(|_| ProofError::BrokenPdf)
    });
    read.unwrap_or(Err(ProofError::BrokenPdf))
}

/// Whether the streams that draw the page are all there. A page without any is empty, which is allowed.
fn shows_something(document: &Document, page: lopdf::ObjectId) -> bool {
    let Ok(page) = document.get_dictionary(page) else {
        return false;
    };
    let is_stream = |object: &Object| {
        document
            .dereference(object)
            .is_ok_and(|(_, object)| object.as_stream().is_ok())
    };
    match page
        .get(b"Contents")
        .map(|contents| document.dereference(contents))
    {
        Ok(Ok((_, Object::Array(streams)))) => streams.iter().all(is_stream),
        Ok(Ok((_, contents))) => contents.as_stream().is_ok() || matches!(contents, Object::Null),
        Ok(Err(_)) => false,
        Err(_) => true,
    }
}

// ---- pictures -------------------------------------------------------------------------------------------

fn decode(bytes: &[u8], format: ProofFormat, limits: &Limits) -> Result<DynamicImage, ProofError> {
    let broken = ProofError::BrokenPicture { format };
    let decoded = guarded(|| match format {
        ProofFormat::Jpeg => decode_common(bytes, ImageFormat::Jpeg, limits, &broken),
        ProofFormat::Png => decode_common(bytes, ImageFormat::Png, limits, &broken),
        ProofFormat::Heic => decode_heic(bytes, limits),
        ProofFormat::Pdf => Err(ProofError::NotAPicture),
    });
    decoded.unwrap_or(Err(broken))
}

fn decode_common(
    bytes: &[u8],
    format: ImageFormat,
    limits: &Limits,
    broken: &ProofError,
) -> Result<DynamicImage, ProofError> {
    if format == ImageFormat::Jpeg && !jpeg_is_whole(bytes) {
        return Err(broken.clone());
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = image::Limits::default();
    // Sixteen bits a channel, four channels, and as much again to work in.
    bounds.max_alloc = Some(limits.max_pixels.saturating_mul(16));
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(|_| broken.clone())?;
    let (width, height) = decoder.dimensions();
    allowed(width, height, limits)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| broken.clone())?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn decode_heic(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ProofError> {
    let broken = ProofError::BrokenPicture {
        format: ProofFormat::Heic,
    };
    let refused = |error| match error {
        heifer::Error::Unsupported(_) => ProofError::UnsupportedHeic,
        _ => broken.clone(),
    };
    let container = heifer::heifer_isobmff::HeifFile::parse(bytes).map_err(|_| broken.clone())?;
    if let Ok(Some((width, height))) = container.image_size(container.primary_id) {
        allowed(width, height, limits)?;
    }
    // One thread, so that a fault stays inside the guard.
    let options = heifer::Options {
        max_threads: 1,
        max_pixels: limits.max_pixels,
    };
    let picture = match heifer::decode_srgb_rgba8(bytes, &options) {
        // A colour space that cannot be turned into the common one: colours a little off are better than none.
        Err(heifer::Error::Unsupported(_)) => heifer::decode_rgba8(bytes, &options),
        other => other,
    }
    .map_err(refused)?;
    let rgba = image::RgbaImage::from_raw(picture.width, picture.height, picture.data)
        .map(DynamicImage::ImageRgba8);
    // Most photos have no transparency, and then need no ground to lie on.
    rgba.map(|rgba| {
        if picture.has_alpha {
            rgba
        } else {
            DynamicImage::ImageRgb8(rgba.into_rgb8())
        }
    })
    .ok_or(broken)
}

fn allowed(width: u32, height: u32, limits: &Limits) -> Result<(), ProofError> {
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        Err(ProofError::TooManyPixels { width, height })
    } else {
        Ok(())
    }
}

/// Whether the end of the picture is in the file. Decoders fill the rest of a cut-off JPEG with grey,
/// and the grey part may be the one that shows the numbers.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    // Walk the segments before the picture, which may hold a small picture with an end of its own.
    let mut at = 2;
    while let Some(&[0xff, marker]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        match marker {
            0xff => at += 1,
            // The picture's own data: in it, only the end has this form.
            0xda => {
                return bytes
                    .get(at..)
                    .is_some_and(|rest| rest.windows(2).any(|pair| pair == [0xff, 0xd9]));
            }
            _ => match bytes.get(at + 2..).and_then(|rest| rest.first_chunk()) {
                Some(length) => at += 2 + usize::from(u16::from_be_bytes(*length)),
                None => return false,
            },
        }
    }
    false
}

/// JPEG knows no transparency: what shines through is shown as white, as a browser does.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.into_rgb8());
    }
    let rgba = picture.into_rgba8();
    let mut rgb = image::RgbImage::new(rgba.width(), rgba.height());
    for (from, to) in rgba.pixels().zip(rgb.pixels_mut()) {
        let [r, g, b, alpha] = from.0.map(u32::from);
        let over = |channel: u32| {
            u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        to.0 = [over(r), over(g), over(b)];
    }
    DynamicImage::ImageRgb8(rgb)
}

/// Runs a decoder; `None` if it panicked.
fn guarded<T>(decoder: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decoder)).ok()
}
