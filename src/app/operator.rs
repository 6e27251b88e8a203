//! Who runs this desk: the settings file's `[operator]` with what its administrators set in the portal over it.
//!
//! What counts is kept in memory and read anew when a commit, here or on another node, says that it changed.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::Time;
use sha2::{Digest as _, Sha256};

use super::{App, AppError, Caller};
use crate::config::{self, Color, Config, Week};
use crate::db::Signal;
use crate::db::operator::{self, Stored};
use crate::domain::calendar::zone;
use crate::domain::port::Problem;

pub use crate::db::operator::Changed;

/// What is announced when the settings change.
const TOPIC: &str = "operator";
/// How often they are read without being told to: an announcement may get lost.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// The largest logo, in bytes. It is on every page, in mails and on each letter.
pub const LOGO_BYTES_MAX: usize = 100_000;
/// The widest and the highest logo, in pixels.
const LOGO_PIXELS_MAX: u32 = 1_600;
/// The most changes that the page shows.
const CHANGES_SHOWN: i64 = 30;

/// The surfaces on which the accent stands as text in the light theme; the last is the darkest.
const LIGHT_SURFACES: [Color; 3] = [
    Color::WHITE,
    Color::rgb(0xf4, 0xf6, 0xf8),
    Color::rgb(0xee, 0xf1, 0xf4),
];
/// The same in the dark theme.
const DARK_SURFACES: [Color; 3] = [
    Color::rgb(0x10, 0x16, 0x1c),
    Color::rgb(0x12, 0x1a, 0x22),
    Color::rgb(0x18, 0x21, 0x2a),
];
/// Text has at least this contrast (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;

/// The fields that can be set, as they are called in the settings file below `[operator]`.
pub const FIELDS: [&str; 20] = [
    "name",
    "website",
    "accent_color",
    "time_zone",
    "support.name",
    "support.email",
    "support.phone",
    "support.hours",
    "support.time_zone",
    "costs",
    "prices_url",
    "terms_url",
    "privacy_url",
    "imprint",
    "legal_name",
    "street",
    "city",
    "state",
    "zip",
    "logo",
];

/// A picture.
#[derive(Clone)]
pub struct Logo {
    /// The beginning of its hash, for its address.
    pub hash: String,
    /// Its media type.
    pub content_type: String,
    /// The picture.
    pub bytes: Bytes,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logo").field("hash", &self.hash).finish()
    }
}

impl Logo {
    /// How a file with it ends, without the dot.
    pub fn extension(&self) -> &'static str {
        match self.content_type.as_str() {
            "image/svg+xml" => "svg",
            "image/jpeg" => "jpg",
            _ => "png",
        }
    }

    fn new(bytes: Vec<u8>, content_type: &str) -> Self {
        Self {
            hash: hex::encode(Sha256::digest(&bytes).get(..8).unwrap_or_default()),
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
        }
    }
}

/// Who runs this desk, as of now.
#[derive(Clone, Debug)]
pub struct Operator {
    settings: config::Operator,
    /// The logo, if there is one.
    pub logo: Option<Logo>,
    /// Counts the changes in the portal; 0 before the first.
    pub version: i64,
    /// The fields that the portal sets.
    pub set_here: Vec<String>,
}

impl Operator {
    /// The logo, if mail programs show its kind of picture: hardly any shows an SVG.
    pub fn mail_logo(&self) -> Option<&Logo> {
        self.logo
            .as_ref()
            .filter(|logo| logo.content_type != "image/svg+xml")
    }
}

impl std::ops::Deref for Operator {
    type Target = config::Operator;
    fn deref(&self) -> &config::Operator {
        &self.settings
    }
}

/// The colours that follow from the accent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The accent itself.
    pub light: Color,
    /// The same for a pointer above it, and on its soft ground.
    pub light_strong: Color,
    /// A ground that is tinted with it.
    pub light_soft: Color,
    /// The accent in the dark theme: lightened until it can be read there.
    pub dark: Color,
    /// See [`Palette::light_strong`].
    pub dark_strong: Color,
    /// See [`Palette::light_soft`].
    pub dark_soft: Color,
}

/// The colours that follow from an accent. Whatever the accent is, each can be read where it stands.
pub fn palette(accent: Color) -> Palette {
    let black = Color::rgb(0, 0, 0);
    let light = accent.nearest_with_contrast(black, &LIGHT_SURFACES, CONTRAST_MIN);
    let light_soft = light.mixed(Color::WHITE, 90);
    let dark_base = accent.nearest_with_contrast(Color::WHITE, &DARK_SURFACES, 7.0);
    let dark_soft = dark_base.mixed(DARK_SURFACES[2], 85);
    Palette {
        light,
        light_strong: light.mixed(black, 22).nearest_with_contrast(
            black,
            &[light_soft],
            CONTRAST_MIN,
        ),
        light_soft,
        dark: dark_base,
        dark_strong: dark_base.mixed(Color::WHITE, 25).nearest_with_contrast(
            Color::WHITE,
            &[dark_soft],
            CONTRAST_MIN,
        ),
        dark_soft,
    }
}

/// What counts now.
pub(super) struct Present {
    file: Arc<Operator>,
    now: RwLock<Arc<Operator>>,
}

impl Present {
    /// The settings file's values alone.
    pub(super) fn of_file(config: &Config) -> Self {
        let logo = config.operator.logo_file.as_ref().and_then(|path| {
            let bytes = std::fs::read(path).ok()?;
            let svg = path
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
            Some(Logo::new(
                bytes,
                if svg { "image/svg+xml" } else { "image/png" },
            ))
        });
        let file = Arc::new(Operator {
            settings: config.operator.clone(),
            logo,
            version: 0,
            set_here: Vec::new(),
        });
        Self {
            now: RwLock::new(Arc::clone(&file)),
            file,
        }
    }

    pub(super) fn get(&self) -> Arc<Operator> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, stored: Stored) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        // Two readings may come in any order.
        if stored.version >= now.version {
            *now = Arc::new(over(&self.file, stored));
        }
    }
}

/// The stored fields over the file's. A field that cannot be read any more leaves the file's value.
fn over(file: &Operator, stored: Stored) -> Operator {
    let mut all = file.clone();
    all.version = stored.version;
    all.set_here = stored.fields.keys().cloned().collect();
    for (field, value) in &stored.fields {
        if write(&mut all.settings, field, value).is_err() {
            tracing::warn!(
                field,
                "a setting of the operator cannot be read; the file's value counts"
            );
        }
    }
    if let Some((bytes, content_type)) = stored.logo {
        all.logo = Some(Logo::new(bytes, &content_type));
        all.set_here.push("logo".to_owned());
    }
    all
}

/// Reads what is stored, for a process that starts and for those that hear of a change.
///
/// # Errors
/// If the database does not answer; what counted before still counts.
pub async fn refresh(app: &App) -> Result<(), AppError> {
    let mut read = app.db.read().await?;
    let stored = operator::stored(&mut read).await?;
    drop(read);
    app.0.operator.set(stored);
    Ok(())
}

/// Keeps what counts up to date, for as long as the process runs.
pub async fn keep_fresh(app: App) {
    let mut signals = app.db.signals();
    loop {
        // Also at the beginning: something may have changed between the start and the first signal that is heard.
        if let Err(error) = refresh(&app).await {
            tracing::debug!(%error, "the operator's settings could not be read anew");
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, signals.of(TOPIC)).await;
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The hours of a week as one text: `mon 07:00-17:00, tue 07:00-17:00`. Empty: never.
pub fn week_text(week: &Week) -> String {
    let days: Vec<String> = DAYS
        .iter()
        .zip(week)
        .filter_map(|(day, hours)| {
            let (from, to) = (*hours)?;
            Some(format!(
                "{day} {}-{}",
                from.strftime("%H:%M"),
                to.strftime("%H:%M")
            ))
        })
        .collect();
    days.join(", ")
}

/// The hours of a week from [`week_text`]'s text.
///
/// # Errors
/// A sentence that names the day.
pub fn week_of(text: &str) -> Result<Week, String> {
    let mut week: Week = [None; 7];
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let bad = || format!("Write hours such as \"mon 07:00-17:00\", not \"{part}\".");
        let (day, hours) = part.split_once(' ').ok_or_else(bad)?;
        let place = DAYS.iter().position(|one| *one == day).ok_or_else(bad)?;
        let (from, to) = hours.trim().split_once('-').ok_or_else(bad)?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| bad());
        let (from, to) = (time(from)?, time(to)?);
        if from >= to {
            return Err(format!("On {day} the hours end before they begin."));
        }
        if let Some(hours) = week.get_mut(place) {
            *hours = Some((from, to));
        }
    }
    Ok(week)
}

/// A field's value as text, as it would be typed.
pub fn text_of(operator: &config::Operator, field: &str) -> String {
    let link = |url: &Option<url::Url>| url.as_ref().map(ToString::to_string).unwrap_or_default();
    let zone_of = |zone: &jiff::tz::TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
    let support = &operator.support;
    match field {
        "name" => operator.name.clone(),
        "website" => link(&operator.website),
        "accent_color" => operator.accent_color.to_string(),
        "time_zone" => zone_of(&operator.time_zone),
        "support.name" => support.name.clone(),
        "support.email" => support.email.clone(),
        "support.phone" => support.phone.clone(),
        "support.hours" => week_text(&support.week()),
        "support.time_zone" => zone_of(&support.time_zone),
        "costs" => operator.costs.clone(),
        "prices_url" => link(&operator.prices_url),
        "terms_url" => link(&operator.terms_url),
        "privacy_url" => link(&operator.privacy_url),
        "imprint" => operator.imprint.clone(),
        "legal_name" => operator.legal_name.clone(),
        "street" => operator.street.clone(),
        "city" => operator.city.clone(),
        "state" => operator.state.clone(),
        "zip" => operator.zip.clone(),
        _ => String::new(),
    }
}

fn line(text: &str, most: usize) -> Result<String, String> {
    if text.is_empty() {
        return Err("Fill this in: it is on the letter or on each page.".to_owned());
    }
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(format!("Write one line of at most {most} characters."));
    }
    Ok(text.to_owned())
}

fn prose(text: &str) -> Result<String, String> {
    if text.chars().count() > 2_000 {
        return Err("Write at most 2,000 characters.".to_owned());
    }
    Ok(text.to_owned())
}

fn link(text: &str) -> Result<Option<url::Url>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.host_str().is_some())
        .map(Some)
        .ok_or_else(|| "That is not a web address. It begins with https://".to_owned())
}

fn zone_named(text: &str) -> Result<jiff::tz::TimeZone, String> {
    zone(text).map_err(|_| "Choose a time zone such as America/Chicago.".to_owned())
}

/// An accent that can be read on our pages.
///
/// # Errors
/// With the measured contrast and the nearest colour that has enough.
pub fn accent(text: &str) -> Result<Color, String> {
    let color: Color = text
        .parse()
        .map_err(|_| "Write a color as # and six digits, such as #0b6483.".to_owned())?;
    let measured = LIGHT_SURFACES
        .iter()
        .map(|ground| color.contrast_with(*ground))
        .fold(f64::INFINITY, f64::min);
    if measured < CONTRAST_MIN {
        let near = color.nearest_with_contrast(Color::rgb(0, 0, 0), &LIGHT_SURFACES, CONTRAST_MIN);
        return Err(format!(
            "{color} cannot be read on our light pages: its contrast is {measured:.2}, and text needs {CONTRAST_MIN}. The nearest color that has it is {near}."
        ));
    }
    Ok(color)
}

/// Whether a setting may be left empty.
pub fn may_be_empty(operator: &config::Operator, field: &str) -> bool {
    write(&mut operator.clone(), field, "").is_ok()
}

/// Writes a typed value into the settings.
fn write(operator: &mut config::Operator, field: &str, typed: &str) -> Result<(), String> {
    let text = typed.trim();
    match field {
        "name" => operator.name = line(text, 60)?,
        "website" => operator.website = link(text)?,
        "accent_color" => operator.accent_color = accent(text)?,
        "time_zone" => operator.time_zone = zone_named(text)?,
        "support.name" => {
            operator.support.name = if text.is_empty() {
                String::new()
            } else {
                line(text, 80)?
            };
        }
        "support.email" => {
            text.parse::<lettre::Address>()
                .map_err(|_| "That is not an e-mail address.".to_owned())?;
            operator.support.email = text.to_owned();
        }
        "support.phone" => {
            let typed = crate::domain::number::parse_typed(text).map_err(|_| {
                "Write the number with its area code, such as +13125550142.".to_owned()
            })?;
            operator.support.phone = typed.number.to_string();
        }
        "support.hours" => operator.support.week = Some(week_of(text)?),
        "support.time_zone" => operator.support.time_zone = zone_named(text)?,
        "costs" => operator.costs = prose(text)?,
        "prices_url" => operator.prices_url = link(text)?,
        "terms_url" => operator.terms_url = link(text)?,
        "privacy_url" => operator.privacy_url = link(text)?,
        "imprint" => operator.imprint = prose(text)?,
        "legal_name" => operator.legal_name = line(text, 100)?,
        "street" => operator.street = line(text, 100)?,
        "city" => operator.city = line(text, 60)?,
        "state" => {
            let state = text.to_uppercase();
            if state.len() != 2 || !state.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err("Write the state as two letters, such as IL.".to_owned());
            }
            operator.state = state;
        }
        "zip" => {
            let good = match text.split_once('-') {
                Some((five, four)) => digits(five, 5) && digits(four, 4),
                None => digits(text, 5),
            };
            if !good {
                return Err("Write the ZIP code like 60601 or 60601-1234.".to_owned());
            }
            operator.zip = text.to_owned();
        }
        _ => return Err("There is no such setting.".to_owned()),
    }
    Ok(())
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// Looks at a picture that is to be the logo: by what is in it, not by its name.
fn logo_of(bytes: &[u8]) -> Result<&'static str, String> {
    let kinds = "The logo must be a PNG or JPEG picture. Other kinds, also SVG, are not taken.";
    if bytes.len() > LOGO_BYTES_MAX {
        return Err(format!(
            "The picture has {} kB; a logo has at most {} kB, because it is on each page and letter.",
            bytes.len() / 1_000,
            LOGO_BYTES_MAX / 1_000
        ));
    }
    let format = image::guess_format(bytes).map_err(|_| kinds.to_owned())?;
    let content_type = match format {
        image::ImageFormat::Png => "image/png",
        image::ImageFormat::Jpeg => "image/jpeg",
        _ => return Err(kinds.to_owned()),
    };
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(LOGO_PIXELS_MAX);
    limits.max_image_height = Some(LOGO_PIXELS_MAX);
    reader.limits(limits);
    reader.decode().map_err(|_| {
        format!("The picture cannot be read, or is wider or higher than {LOGO_PIXELS_MAX} pixels.")
    })?;
    Ok(content_type)
}

/// What is to become of the settings.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The version that the form was made from.
    pub version: i64,
    /// Fields with what was typed into them.
    pub fields: BTreeMap<String, String>,
    /// A new logo.
    pub logo: Option<Bytes>,
    /// Fields that are to have the file's value again; `logo` among them.
    pub back: Vec<String>,
}

/// Changes the operator's settings, for the desk's administrator: all that was wished, or nothing.
///
/// # Errors
/// A problem for each field that cannot be used; [`AppError::Stale`] when somebody else changed them meanwhile.
pub async fn change(app: &App, caller: &Caller, wish: Wish) -> Result<(), AppError> {
    caller.administrator_only()?;
    let file = Arc::clone(&app.0.operator.file);
    let mut tx = app.db.write().await?;
    let stored = operator::stored(&mut tx).await?;
    if stored.version != wish.version {
        return Err(AppError::Stale);
    }
    let before = over(&file, stored.clone());
    let mut after = before.clone();
    let mut next = Stored {
        version: stored.version + 1,
        ..stored
    };
    let mut problems = Vec::new();
    let mut changed: Vec<(String, String, String)> = Vec::new();
    for (field, typed) in &wish.fields {
        if let Err(says) = write(&mut after.settings, field, typed) {
            problems.push(Problem::new(field, says));
            continue;
        }
        let (was, became) = (text_of(&before, field), text_of(&after, field));
        if was != became {
            next.fields.insert(field.clone(), became.clone());
            changed.push((field.clone(), was, became));
        }
    }
    for field in &wish.back {
        if field == "logo" && next.logo.take().is_some() {
            changed.push((
                field.clone(),
                "a picture".to_owned(),
                "the file's".to_owned(),
            ));
        } else if next.fields.remove(field).is_some() {
            changed.push((
                field.clone(),
                text_of(&before, field),
                text_of(&file, field),
            ));
        }
    }
    if let Some(bytes) = &wish.logo {
        match logo_of(bytes) {
            Ok(content_type) => {
                next.logo = Some((bytes.to_vec(), content_type.to_owned()));
                changed.push((
                    "logo".to_owned(),
                    String::new(),
                    format!("a picture of {} kB", bytes.len().div_ceil(1_000)),
                ));
            }
            Err(says) => problems.push(Problem::new("logo", says)),
        }
    }
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    if changed.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let rows: Vec<Changed> = changed
        .into_iter()
        .map(|(field, was, became)| Changed {
            version: next.version,
            field,
            at: now,
            by: caller.user,
            by_name: caller.actor.name.clone(),
            was,
            became,
        })
        .collect();
    if !operator::store(&mut tx, &next, &rows).await? {
        return Err(AppError::Stale);
    }
    tx.signal(Signal::about(TOPIC, next.version));
    tx.commit().await?;
    app.0.operator.set(next);
    Ok(())
}

/// The newest changes, for the desk's administrator.
pub async fn changes(app: &App, caller: &Caller) -> Result<Vec<Changed>, AppError> {
    caller.administrator_only()?;
    let mut read = app.db.read().await?;
    Ok(operator::changes(&mut read, CHANGES_SHOWN).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_a_week_are_written_and_read() {
        let text = "mon 07:00-17:00, sat 09:30-12:00";
        let week = week_of(text).expect("hours");
        assert_eq!(week_text(&week), text);
        assert_eq!(week_of("").expect("never"), [None; 7]);
        for bad in ["mon", "mon 7-", "day 07:00-08:00", "tue 09:00-09:00"] {
            assert!(week_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_accent_that_cannot_be_read_is_refused_with_the_nearest_that_can() {
        assert!(accent("#0b6483").is_ok());
        let says = accent("#66c1de").expect_err("too light");
        let near = says
            .split("is ")
            .last()
            .and_then(|rest| rest.strip_suffix('.'))
            .expect("a colour");
        assert!(accent(near).is_ok(), "{says}");
        assert!(says.contains("contrast is 1."), "{says}");
        assert!(accent("red").is_err());
    }

    #[test]
    fn every_colour_of_a_palette_can_be_read_where_it_stands() {
        for accent in [
            "#0b6483", "#000000", "#ffffff", "#ffd400", "#7a1fa2", "#00ff00",
        ] {
            let all = palette(accent.parse().expect("a colour"));
            for ground in LIGHT_SURFACES {
                assert!(all.light.contrast_with(ground) >= 4.5, "{accent}");
            }
            for ground in DARK_SURFACES {
                assert!(all.dark.contrast_with(ground) >= 4.5, "{accent}");
            }
            assert!(
                all.light_strong.contrast_with(all.light_soft) >= 4.5,
                "{accent}"
            );
            assert!(
                all.dark_strong.contrast_with(all.dark_soft) >= 4.5,
                "{accent}"
            );
        }
    }

    #[test]
    fn a_logo_is_known_by_what_is_in_it() {
        assert!(logo_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_err());
        assert!(logo_of(b"GIF89a").is_err());
        assert!(logo_of(b"\x89PNG\r\n\x1a\n and nothing else").is_err());
        assert!(logo_of(&vec![0; LOGO_BYTES_MAX + 1]).is_err());
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(40, 20)
            .write_to(&mut png, image::ImageFormat::Png)
            .expect("a picture");
        assert_eq!(logo_of(png.get_ref()), Ok("image/png"));
    }
}
