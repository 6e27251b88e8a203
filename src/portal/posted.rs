//! What a browser sends with a form: read once, and checked to come from a page of ours.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::BytesMut;
use subtle::ConstantTimeEq as _;

use super::errors::{Fault, Lost};
use super::session::{Portal, SignedIn};
use crate::app::App;
use crate::config::Limits;
use crate::domain::typed;

/// The most fields of a form. The longest form of ours has some hundreds.
const FIELDS_MAX: usize = 20_000;
/// The most files of a form.
const FILES_MAX: usize = 200;

/// Fields that are not sent back to the browser when a form has to be sent again: they are typed anew.
const NOT_REPEATED: [&str; 4] = ["csrf", "password", "old_password", "new_password"];

/// A file that somebody chose.
pub(super) struct File {
    /// The control's name.
    pub(super) control: String,
    /// The file's name.
    pub(super) name: String,
    /// Its bytes; none if the form's files together are more than are kept.
    pub(super) bytes: Bytes,
    /// How many bytes it really has.
    pub(super) size: u64,
}

impl File {
    /// Whether its bytes are here.
    pub(super) fn is_whole(&self) -> bool {
        u64::try_from(self.bytes.len()).is_ok_and(|here| here == self.size)
    }
}

/// The fields of a form, and the files that came with it.
#[derive(Default)]
pub(super) struct Fields {
    all: Vec<(String, String)>,
    pub(super) files: Vec<File>,
}

impl Fields {
    /// The first value of this name; empty if there is none. Browsers send line ends as CR LF; inside we
    /// have LF only, and no other control characters than tabs.
    pub(super) fn one(&self, name: &str) -> &str {
        self.all
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// All values of this name.
    pub(super) fn every<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether this box is ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        !self.one(name).is_empty()
    }

    /// The file that was chosen in this control.
    pub(super) fn file(&self, control: &str) -> Option<&File> {
        self.files.iter().find(|file| file.control == control)
    }

    fn push(&mut self, name: String, value: &str) -> Result<(), Fault> {
        if self.all.len() >= FIELDS_MAX {
            return Err(Fault::TooLarge);
        }
        self.all.push((name, typed::plain(value)));
        Ok(())
    }

    /// Reads a form. Of its files so many bytes are kept as one form may bring; those of more are read to their
    /// end, so that the form around them is not lost, and forgotten. Only files may be large.
    async fn read(request: Request, limits: &Limits) -> Result<Self, Fault> {
        let mut room = limits
            .import_bytes_max()
            .max(super::FILES_AT_ONCE * limits.upload_bytes_max());
        let mut texts = limits.import_bytes_max() + limits.request_bytes_max();
        let is_multipart = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("multipart/form-data"));
        let mut fields = Self::default();
        if !is_multipart {
            let mut request = request;
            DefaultBodyLimit::max(limits.request_bytes_max()).apply(&mut request);
            let body = Bytes::from_request(request, &())
                .await
                .map_err(|rejection| refused(rejection.into_response().status()))?;
            for (name, value) in url::form_urlencoded::parse(&body) {
                fields.push(name.into_owned(), &value)?;
            }
            return Ok(fields);
        }
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|rejection| refused(rejection.into_response().status()))?;
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|error| refused(error.status()))?
        {
            let control = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                None => {
                    let (mut value, mut part) = (Vec::new(), part);
                    while let Some(chunk) = part
                        .chunk()
                        .await
                        .map_err(|error| refused(error.status()))?
                    {
                        texts = texts.checked_sub(chunk.len()).ok_or(Fault::TooLarge)?;
                        value.extend_from_slice(&chunk);
                    }
                    fields.push(control, &String::from_utf8_lossy(&value))?;
                }
                Some(name) => {
                    let (mut bytes, mut size) = (BytesMut::new(), 0_u64);
                    let mut part = part;
                    while let Some(chunk) = part
                        .chunk()
                        .await
                        .map_err(|error| refused(error.status()))?
                    {
                        size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                        if size <= u64::try_from(room).unwrap_or(u64::MAX) {
                            bytes.extend_from_slice(&chunk);
                        } else {
                            bytes = BytesMut::new();
                        }
                    }
                    room = room.saturating_sub(bytes.len());
                    if fields.files.len() >= FILES_MAX {
                        return Err(Fault::TooLarge);
                    }
                    // A control without a choice is sent as a file without a name.
                    if !name.is_empty() || size > 0 {
                        fields.files.push(File {
                            control,
                            name,
                            bytes: bytes.freeze(),
                            size,
                        });
                    }
                }
            }
        }
        Ok(fields)
    }
}

fn refused(status: StatusCode) -> Fault {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Fault::TooLarge
    } else {
        Fault::Senseless
    }
}

/// A form that somebody who is signed in sent from a page of ours.
pub(super) struct Posted {
    pub(super) who: SignedIn,
    pub(super) fields: Fields,
}

impl std::ops::Deref for Posted {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl FromRequest<Portal> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        Self::take(request, portal)
            .await
            .map_err(|fault| fault.into_response())
    }
}

impl Posted {
    async fn take(request: Request, portal: &Portal) -> Result<Self, Fault> {
        if !is_from_here(&portal.app, request.headers()) {
            return Err(Fault::Foreign);
        }
        let here = request.uri().path().to_owned();
        let who = portal.who(request.headers(), &here).await?;
        let mut request = request;
        if who.is_none() {
            // Nobody's files are worth the memory.
            let small = portal.app.config.limits.request_bytes_max();
            DefaultBodyLimit::max(small).apply(&mut request);
        }
        let fields = Fields::read(request, &portal.app.config.limits).await?;
        let good = who.as_ref().is_some_and(|who| {
            bool::from(who.csrf.as_bytes().ct_eq(fields.one("csrf").as_bytes()))
        });
        match who {
            Some(who) if good => Ok(Self { who, fields }),
            _ => Err(Fault::Lost(Lost {
                action: here,
                fields: fields
                    .all
                    .into_iter()
                    .filter(|(name, _)| !NOT_REPEATED.contains(&name.as_str()))
                    .collect(),
                files: !fields.files.is_empty(),
            })),
        }
    }
}

/// A form of somebody who is not signed in, sent from a page of ours.
pub(super) struct Anonymous(pub(super) Fields);

impl FromRequest<Portal> for Anonymous {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        if !is_from_here(&portal.app, request.headers()) {
            return Err(Fault::Foreign.into_response());
        }
        Fields::read(request, &portal.app.config.limits)
            .await
            .map(Self)
            .map_err(|fault| fault.into_response())
    }
}

/// Whether a browser says that the form was on a page of ours. All of today's say it; a program that
/// says nothing has no session of anybody's to misuse.
fn is_from_here(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else {
        return true;
    };
    let ours = app.config.server.public_url.origin().ascii_serialization();
    let host = text("host").unwrap_or_default();
    origin == ours
        || origin
            .split_once("://")
            .is_some_and(|(_, authority)| !authority.is_empty() && authority == host)
}
