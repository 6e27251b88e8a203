//! Opens the desk: settings in, an [`App`] out. Makes on the first start what a first start needs.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::vault::{Vault, VaultError};
use super::{App, Parts};
use crate::blobs::{BlobError, Blobs};
use crate::carriers::http::{BadSetup, HttpSettings};
use crate::carriers::telnyx::{NumberDefaults, Telnyx};
use crate::carriers::{Carrier, http};
use crate::clock::{Anchor, Clock};
use crate::config::Config;
use crate::db::{Db, DbError, DbOptions};
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
    #[error("the database cannot be opened")]
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
    /// Something else in the settings.
    #[error("{0}")]
    Settings(&'static str),
}

fn file(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> OpenError {
    let path = path.display().to_string();
    move |source| OpenError::File { path, what, source }
}

/// The clock that the settings ask for. With a speed other than 1 all processes on a data folder share
/// one anchor, which the first of them writes down.
pub fn clock(config: &Config) -> Result<Clock, OpenError> {
    let settings = &config.clock;
    if (settings.speed - 1.0).abs() < f64::EPSILON && settings.anchor_wall.is_none() {
        return Ok(Clock::system());
    }
    if let (Some(wall), Some(desk)) = (settings.anchor_wall, settings.anchor_desk) {
        return Ok(Clock::fast(Anchor {
            wall,
            desk,
            speed: settings.speed,
        }));
    }
    let path = config.data.folder.join("clock.json");
    let text = once(&path, || {
        let now = Clock::system().wall();
        serde_json::to_vec(&Anchor {
            wall: now,
            desk: now,
            speed: settings.speed,
        })
        .unwrap_or_default()
    })?;
    let anchor: Anchor = serde_json::from_slice(&text).map_err(|e| OpenError::File {
        path: path.display().to_string(),
        what: "understood",
        source: e.into(),
    })?;
    Ok(Clock::fast(anchor))
}

/// The bytes of a file that is made when it is missing, and never written over.
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

/// Where the database is.
pub fn database_url(config: &Config) -> SecretString {
    config.database.url.clone().unwrap_or_else(|| {
        format!(
            "sqlite://{}",
            absolute(&config.data.folder).join("portolan.db").display()
        )
        .into()
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Opens the database without touching its schema.
pub async fn database(config: &Config) -> Result<Db, OpenError> {
    std::fs::create_dir_all(&config.data.folder).map_err(file(&config.data.folder, "made"))?;
    let options = DbOptions {
        durability: match config.database.sqlite_durability {
            crate::config::Durability::Full => crate::db::Durability::Full,
            crate::config::Durability::Normal => crate::db::Durability::Normal,
        },
        ..DbOptions::default()
    };
    Ok(Db::connect(database_url(config).expose_secret(), &options).await?)
}

/// The gaining carrier that the settings name, if it is enabled.
pub fn carrier(config: &Config, clock: &Clock) -> Result<Option<Carrier>, OpenError> {
    let settings = &config.carriers.telnyx;
    if !settings.enabled {
        return Ok(None);
    }
    let key = settings.api_key.clone().ok_or(OpenError::Settings(
        "carriers.telnyx.enabled is true, but there is no carriers.telnyx.api_key",
    ))?;
    let mut connection = HttpSettings::new(settings.base_url.clone());
    connection.connect_timeout =
        std::time::Duration::from_secs(u64::from(settings.connect_timeout_seconds));
    connection.timeout =
        std::time::Duration::from_secs(u64::from(settings.request_timeout_seconds));
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

/// Opens everything. The schema is brought up to date first.
pub async fn open(config: Config) -> Result<App, OpenError> {
    let clock = clock(&config)?;
    open_with(config, clock, Ids::random()).await
}

/// Opens everything with a clock and ids of the caller's choice.
pub async fn open_with(config: Config, clock: Clock, ids: Ids) -> Result<App, OpenError> {
    http::choose_tls_provider();
    let db = database(&config).await?;
    db.migrate(clock.now()).await?;
    let folder = config
        .blobs
        .folder
        .clone()
        .unwrap_or_else(|| config.data.folder.join("blobs"));
    let blobs = Blobs::folder(&folder)?;
    let master = match &config.secrets.master_key {
        Some(key) => key.clone(),
        None => {
            let bytes = once(&config.data.folder.join("master.key"), || {
                hex::encode(ids.secret()).into_bytes()
            })?;
            String::from_utf8_lossy(&bytes).into_owned().into()
        }
    };
    let vault = Vault::new(&master, ids.clone())?;
    let seal = seal_key(&config, &clock, &ids)?;
    let carrier = carrier(&config, &clock)?;
    Ok(App::from(Parts {
        config,
        db,
        clock,
        ids,
        blobs,
        vault,
        seal,
        carrier,
    }))
}

fn seal_key(config: &Config, clock: &Clock, ids: &Ids) -> Result<SealKey, OpenError> {
    let key_file = config
        .seal
        .key_file
        .clone()
        .unwrap_or_else(|| config.data.folder.join("seal.key"));
    let certificate_file = config
        .seal
        .certificate_file
        .clone()
        .unwrap_or_else(|| config.data.folder.join("seal.crt"));
    if !key_file.exists() && config.seal.key_file.is_none() {
        let now = clock.now();
        let from = now
            .checked_sub(SignedDuration::from_hours(24))
            .unwrap_or(now);
        let to = now
            .checked_add(SignedDuration::from_hours(24 * 365 * 20))
            .unwrap_or(Timestamp::MAX);
        let made = SealKey::generate(&config.operator.legal_name, from, to, &ids.secret())?;
        let both = made.to_pem()?;
        let certificate = made.certificate().to_pem()?;
        once(&certificate_file, || certificate.into_bytes())?;
        once(&key_file, || both.expose_secret().as_bytes().to_vec())?;
    }
    let read = |path: &Path| std::fs::read_to_string(path).map_err(file(path, "read"));
    let key = read(&key_file)?;
    // The key's own file may carry its certificate; an operator's pair comes in two files.
    let both = if key.contains("BEGIN CERTIFICATE") {
        key
    } else {
        format!("{key}\n{}", read(&certificate_file)?)
    };
    Ok(SealKey::from_pem(&both)?)
}
