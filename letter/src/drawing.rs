//! A drawn signature: checked, freed of its empty margin, and made ready for the page.

use std::fmt::Write;

use image::{GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde::{Deserialize, Serialize};

/// The largest PNG that is taken for a signature, in bytes.
pub const MAX_DRAWING_BYTES: usize = 1_000_000;
/// The longest side of a PNG, in pixels.
const MAX_SIDE: u32 = 4_000;
/// The most points that all strokes may have together.
const MAX_POINTS: usize = 50_000;

/// What a signer drew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawing {
    /// A PNG picture on a white or transparent ground.
    Png(Vec<u8>),
    /// Lines, which stay sharp at any size.
    Strokes(Strokes),
}

/// Lines as the path data of an SVG file, absolute commands only: `M`, `L`, `Q` and `C`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strokes {
    /// One `d` attribute for each stroke, such as `M 10 20 L 30 40`.
    pub paths: Vec<String>,
    /// How wide the pen is, in the units of the paths.
    pub pen_width: f32,
}

/// Why a drawing cannot stand on the signature line.
#[derive(Debug, thiserror::Error)]
pub enum DrawingError {
    /// Nothing was drawn.
    #[error("the signature is empty: draw it again")]
    Empty,
    /// The picture is larger than any signature needs to be.
    #[error(
        "the drawn signature is too large: at most {MAX_DRAWING_BYTES} bytes and {MAX_SIDE} pixels a side"
    )]
    TooLarge,
    /// The picture cannot be read.
    #[error("the drawn signature cannot be read as a PNG picture: draw it again")]
    Unreadable(#[source] Option<image::ImageError>),
    /// A stroke is not path data that is understood.
    #[error("stroke {number} of the drawn signature cannot be read: draw it again")]
    Stroke {
        /// Which one, from 1.
        number: usize,
    },
}

/// A drawing that can be placed: the bytes of a PNG or an SVG without an empty margin.
pub(crate) struct Placed {
    pub bytes: Vec<u8>,
    pub format: &'static str,
}

/// Checks the drawing and cuts it to the ink.
pub(crate) fn place(drawing: &Drawing) -> Result<Placed, DrawingError> {
    match drawing {
        Drawing::Png(bytes) => place_png(bytes),
        Drawing::Strokes(strokes) => place_strokes(strokes),
    }
}

fn place_png(bytes: &[u8]) -> Result<Placed, DrawingError> {
    if bytes.is_empty() {
        return Err(DrawingError::Empty);
    }
    if bytes.len() > MAX_DRAWING_BYTES {
        return Err(DrawingError::TooLarge);
    }
    if image::guess_format(bytes).ok() != Some(ImageFormat::Png) {
        return Err(DrawingError::Unreadable(None));
    }
    let unreadable = |error| DrawingError::Unreadable(Some(error));
    let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_alloc = Some(u64::from(MAX_SIDE) * u64::from(MAX_SIDE) * 8);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(DrawingError::TooLarge);
    }
    let picture = image::DynamicImage::from_decoder(decoder)
        .map_err(unreadable)?
        .into_rgba8();

    // Ink is what shows on white paper.
    let inked = |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0;
        alpha > 24 && r.min(g).min(b) < 232
    };
    let mut ink: Option<[u32; 4]> = None;
    for y in 0..height {
        for x in 0..width {
            if inked(x, y) {
                let [left, top, right, bottom] = ink.unwrap_or([x, y, x, y]);
                ink = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
            }
        }
    }
    let [left, top, right, bottom] = ink.ok_or(DrawingError::Empty)?;
    let cut = picture
        .view(left, top, right - left + 1, bottom - top + 1)
        .to_image();
    let mut png = std::io::Cursor::new(Vec::new());
    cut.write_to(&mut png, ImageFormat::Png)
        .map_err(unreadable)?;
    Ok(Placed {
        bytes: png.into_inner(),
        format: "png",
    })
}

/// One command of a path, read and understood; nothing of the given text reaches the page.
enum Command {
    Move([f32; 2]),
    Line([f32; 2]),
    Quadratic([f32; 4]),
    Cubic([f32; 6]),
}

impl Command {
    fn letter(&self) -> char {
        match self {
            Self::Move(_) => 'M',
            Self::Line(_) => 'L',
            Self::Quadratic(_) => 'Q',
            Self::Cubic(_) => 'C',
        }
    }

    fn numbers(&self) -> &[f32] {
        match self {
            Self::Move(numbers) | Self::Line(numbers) => numbers,
            Self::Quadratic(numbers) => numbers,
            Self::Cubic(numbers) => numbers,
        }
    }
}

fn place_strokes(strokes: &Strokes) -> Result<Placed, DrawingError> {
    let pen = strokes.pen_width.clamp(0.1, 50.0);
    let pen = if pen.is_nan() { 2.0 } else { pen };
    let mut paths = Vec::new();
    for (index, path) in strokes.paths.iter().enumerate() {
        paths.push(read_path(path).ok_or(DrawingError::Stroke { number: index + 1 })?);
    }
    let all = || {
        paths
            .iter()
            .flatten()
            .flat_map(|command| command.numbers().chunks_exact(2))
    };
    if all().count() > MAX_POINTS {
        return Err(DrawingError::TooLarge);
    }
    let mut bounds: Option<[f32; 4]> = None;
    for pair in all() {
        if let [x, y] = *pair {
            let [left, top, right, bottom] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        }
    }
    let [left, top, right, bottom] = bounds.ok_or(DrawingError::Empty)?;
    let (width, height) = (right - left, bottom - top);
    // A tap, or a line with no length, is no signature.
    if width.max(height) < pen * 2.0 {
        return Err(DrawingError::Empty);
    }
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="{x} {y} {w} {h}"><g fill="none" stroke="black" stroke-width="{pen}" stroke-linecap="round" stroke-linejoin="round">"#,
        x = left - pen,
        y = top - pen,
        w = width + pen * 2.0,
        h = height + pen * 2.0,
    );
    for path in &paths {
        svg.push_str(r#"<path d=""#);
        for command in path {
            svg.push(command.letter());
            for number in command.numbers() {
                // Writing to a String cannot fail.
                let _ = write!(svg, " {number}");
            }
        }
        svg.push_str(r#""/>"#);
    }
    svg.push_str("</g></svg>");
    Ok(Placed {
        bytes: svg.into_bytes(),
        format: "svg",
    })
}

/// Reads a `d` attribute of absolute `M`, `L`, `Q` and `C`; `None` for anything else.
fn read_path(text: &str) -> Option<Vec<Command>> {
    let mut commands = Vec::new();
    let mut rest = text.trim_matches(is_separator);
    while let Some(letter) = rest.chars().next() {
        if !"MLQC".contains(letter) || (commands.is_empty() && letter != 'M') {
            return None;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| "MLQC".contains(*c))
            .map_or(rest.len(), |(at, _)| at);
        let (this, following) = rest.split_at(end);
        let numbers = read_numbers(this.get(1..)?)?;
        let size = match letter {
            'Q' => 4,
            'C' => 6,
            _ => 2,
        };
        if numbers.is_empty() || !numbers.len().is_multiple_of(size) {
            return None;
        }
        for (index, group) in numbers.chunks_exact(size).enumerate() {
            commands.push(match letter {
                // Further pairs after a move are lines.
                'M' if index == 0 => Command::Move(group.try_into().ok()?),
                'M' | 'L' => Command::Line(group.try_into().ok()?),
                'Q' => Command::Quadratic(group.try_into().ok()?),
                _ => Command::Cubic(group.try_into().ok()?),
            });
        }
        rest = following;
    }
    Some(commands)
}

fn is_separator(c: char) -> bool {
    c == ',' || c.is_ascii_whitespace()
}

fn read_numbers(text: &str) -> Option<Vec<f32>> {
    let mut numbers = Vec::new();
    for word in text.split(is_separator).filter(|word| !word.is_empty()) {
        let number: f32 = word.parse().ok()?;
        if !number.is_finite() || number.abs() > 100_000.0 || numbers.len() > 2 * MAX_POINTS {
            return None;
        }
        numbers.push(number);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strokes(paths: &[&str]) -> Drawing {
        Drawing::Strokes(Strokes {
            paths: paths.iter().map(ToString::to_string).collect(),
            pen_width: 2.0,
        })
    }

    #[test]
    fn strokes_are_read_and_written_anew() {
        let placed = place(&strokes(&[
            "M 10,20 C 11,21 12,22 13,23 L40 50 60 10",
            "M1 1Q5 5 9 1",
        ]))
        .expect("good strokes");
        let svg = String::from_utf8(placed.bytes).expect("text");
        assert!(
            svg.contains(r#"d="M 10 20C 11 21 12 22 13 23L 40 50L 60 10""#),
            "{svg}"
        );
        assert!(svg.contains(r#"viewBox="-1 -1 63 53""#), "{svg}");
    }

    #[test]
    fn strokes_that_are_not_plain_path_data_are_refused() {
        for bad in [
            r#"M 1 1"/><script>"#,
            "L 1 1",
            "M 1",
            "M 1 1 L NaN 2",
            "M 1 1 L inf 2",
            "m 1 1 l 2 2",
            "M 1 1 L 1e9 1",
            "Mé",
        ] {
            assert!(
                matches!(
                    place(&strokes(&[bad])),
                    Err(DrawingError::Stroke { number: 1 })
                ),
                "{bad}"
            );
        }
    }

    #[test]
    fn nothing_drawn_is_no_signature() {
        assert!(matches!(place(&strokes(&[])), Err(DrawingError::Empty)));
        assert!(matches!(
            place(&strokes(&["M 5 5 L 5 6"])),
            Err(DrawingError::Empty)
        ));
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbaImage::from_pixel(300, 100, image::Rgba([255, 255, 255, 255]))
            .write_to(&mut png, ImageFormat::Png)
            .expect("a PNG");
        assert!(matches!(
            place(&Drawing::Png(png.into_inner())),
            Err(DrawingError::Empty)
        ));
        assert!(matches!(
            place(&Drawing::Png(Vec::new())),
            Err(DrawingError::Empty)
        ));
        assert!(matches!(
            place(&Drawing::Png(b"<svg/>".to_vec())),
            Err(DrawingError::Unreadable(_))
        ));
    }

    #[test]
    fn a_picture_is_cut_to_its_ink() {
        let mut picture = image::RgbaImage::from_pixel(600, 300, image::Rgba([0, 0, 0, 0]));
        for x in 100..200 {
            picture.put_pixel(x, 50 + x % 20, image::Rgba([0, 0, 80, 255]));
        }
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).expect("a PNG");
        let placed = place(&Drawing::Png(png.into_inner())).expect("a drawing");
        let cut = image::load_from_memory(&placed.bytes).expect("a PNG");
        assert_eq!((cut.width(), cut.height()), (100, 20));
    }
}
