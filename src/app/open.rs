//! Puts an [`App`] together, and makes on the first start what a first start needs: the schema, the
//! master key, the key that seals letters.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::vault::{Vault, VaultError};
use super::{App, Parts};
use crate::blobs::{BlobError, Blobs};
use crate::carriers::Carrier;
use crate::carriers::http::{BadSetup, HttpSettings};
use crate::carriers::telnyx::{NumberDefaults, Telnyx};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::documents::seal::{SealError, SealKey};
use crate::ids::Ids;

/// Why the desk cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file or folder of the data folder.
    #[error("{path} cannot be {what}")]
    File {
        /// Which.
        path: String,
        /// Read, written, made.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database.
    #[error("the database cannot be brought up to date")]
    Db(#[from] DbError),
    /// The document store.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The master key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The key that seals letters.
    #[error("the key that seals letters cannot be used")]
    Seal(#[from] SealError),
    /// The carrier's settings.
    #[error("the gaining carrier's settings cannot be used")]
    Carrier(#[from] BadSetup),
    /// What the portal has set cannot be read.
    #[error("what was set in the portal cannot be read")]
    App(#[from] super::AppError),
    /// Something else in the settings.
    #[error("{0}")]
    Settings(&'static str),
}

fn file(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> OpenError {
    let path = path.display().to_string();
    move |source| OpenError::File { path, what, source }
}

/// The bytes of a file that is made when it is missing, for its owner's eyes only, and never written over.
fn once(path: &Path, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>, OpenError> {
    match std::fs::read(path) {
        Ok(bytes) => return Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(file(path, "read")(e)),
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(file(folder, "made"))?;
    }
    let bytes = make();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut new) => {
            new.write_all(&bytes)
                .and_then(|()| new.sync_all())
                .map_err(file(path, "written"))?;
            Ok(bytes)
        }
        // Another process was faster; its bytes count.
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read(path).map_err(file(path, "read"))
        }
        Err(e) => Err(file(path, "made")(e)),
    }
}

/// The gaining carrier that the settings name, if it is enabled.
pub fn carrier(config: &Config, clock: &Clock) -> Result<Option<Carrier>, OpenError> {
    let settings = &config.carriers.telnyx;
    if !settings.enabled {
        return Ok(None);
    }
    let missing = OpenError::Settings(
        "carriers.telnyx.enabled is true, but carriers.telnyx.api_key is not set",
    );
    let key = settings.api_key.clone().ok_or(missing)?;
    let mut connection = HttpSettings::new(settings.base_url.clone());
    connection.connect_timeout = Duration::from_secs(u64::from(settings.connect_timeout_seconds));
    connection.timeout = Duration::from_secs(u64::from(settings.request_timeout_seconds));
    connection.concurrency = usize::try_from(settings.concurrency).unwrap_or(1);
    let defaults = NumberDefaults {
        connection_id: settings.connection_id.clone(),
        messaging_profile_id: settings.messaging_profile_id.clone(),
        billing_group_id: settings.billing_group_id.clone(),
    };
    Ok(Some(Carrier::Telnyx(Telnyx::new(
        connection,
        key,
        defaults,
        clock.clone(),
    )?)))
}

/// Opens everything on a database that is connected already. Its schema is brought up to date first.
///
/// # Errors
/// [`OpenError`], with what cannot be used; nothing is left half made.
pub async fn open(config: Config, db: Db, clock: Clock, ids: Ids) -> Result<App, OpenError> {
    crate::tls::choose_provider();
    std::fs::create_dir_all(&config.data.folder).map_err(file(&config.data.folder, "made"))?;
    db.migrate(clock.now()).await?;
    let blobs = Blobs::folder(&config.blobs_folder())?;
    let master: SecretString = match &config.secrets.master_key {
        Some(key) => key.clone(),
        None => {
            let bytes = once(&config.master_key_file(), || {
                hex::encode(ids.secret()).into_bytes()
            })?;
            String::from_utf8_lossy(&bytes).into_owned().into()
        }
    };
    let vault = Vault::new(&master, ids.clone())?;
    let seal = seal_key(&config, &clock, &ids)?;
    let carrier = carrier(&config, &clock)?;
    let app = App::from(Parts {
        config,
        db,
        clock,
        ids,
        blobs,
        vault,
        seal,
        carrier,
    });
    super::operator::refresh(&app).await?;
    Ok(app)
}

fn seal_key(config: &Config, clock: &Clock, ids: &Ids) -> Result<SealKey, OpenError> {
    let files = config.seal_files();
    if files.made_when_missing && !files.key.exists() {
        let now = clock.now();
        let from = now
            .checked_sub(SignedDuration::from_hours(24))
            .unwrap_or(now);
        // Long after anybody reads the letters; a faster calendar reaches twenty years in an afternoon.
        let to = jiff::civil::date(9998, 1, 1)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_or(Timestamp::MAX, |end| end.timestamp());
        let name: String = config.operator.legal_name.chars().take(64).collect();
        let made = SealKey::generate(&name, from, to, &ids.secret())?;
        let both = made.to_pem()?;
        let certificate = made.certificate().to_pem()?;
        once(&files.certificate, || certificate.into_bytes())?;
        once(&files.key, || both.expose_secret().as_bytes().to_vec())?;
    }
    let read = |path: &Path| std::fs::read_to_string(path).map_err(file(path, "read"));
    let key = read(&files.key)?;
    // The file that we make carries its certificate, too; an operator's pair comes in two files.
    let both = if key.contains("BEGIN CERTIFICATE") {
        key
    } else {
        format!("{key}\n{}", read(&files.certificate)?)
    };
    Ok(SealKey::from_pem(&both)?)
}
