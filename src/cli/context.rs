//! What subcommands work with: the output, the settings, and what the settings open.

use std::fs;
use std::io::{ErrorKind, Write};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::{Error, Ui};
use crate::clock::{Anchor, Clock};
use crate::config::{self, Config, Loaded, Sources};
use crate::db::{self, Db, DbOptions};

/// What a subcommand is handed.
#[derive(Debug)]
pub struct Context {
    /// Where output goes.
    pub ui: Ui,
    pub(super) sources: Sources,
}

impl Context {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`Kind::Config`](super::Kind::Config) with all that is wrong.
    pub fn load(&self) -> Result<Loaded, Error> {
        self.sources.load().map_err(Error::config)
    }

    /// A variable of the environment. An empty one is as good as none.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.sources
            .environment
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// How the settings want the database to be opened.
pub fn database_options(config: &Config) -> DbOptions {
    let database = &config.database;
    DbOptions {
        durability: match database.sqlite_durability {
            config::Durability::Full => db::Durability::Full,
            config::Durability::Normal => db::Durability::Normal,
        },
        connections: database.connections_max,
        patience: Duration::from_secs(database.patience_seconds.into()),
        statement_timeout: Duration::from_secs(database.statement_timeout_seconds.into()),
        ..DbOptions::default()
    }
}

/// Opens the database that the settings name; makes the data folder if SQLite is to lie in it.
///
/// # Errors
/// When it does not answer, when another process holds it, or when its URL cannot be used.
pub async fn open_database(config: &Config) -> Result<Db, Error> {
    if config.database.url.is_none() {
        make_data_folder(config)?;
    }
    Ok(Db::connect(
        config.database_url().expose_secret(),
        &database_options(config),
    )
    .await?)
}

/// The clock that the settings want. A faster clock without an anchor gets one at the first call, and
/// keeps it in `clock.json` in the data folder, so that a restart and other processes read the same time.
///
/// # Errors
/// When `clock.json` cannot be written or read, or was made for another speed.
pub fn open_clock(config: &Config) -> Result<Clock, Error> {
    if config.clock.speed == 1.0 {
        return Ok(Clock::system());
    }
    let anchor = match config.clock_anchor() {
        Some(anchor) => anchor,
        None => {
            make_data_folder(config)?;
            kept_anchor(config, Clock::system().wall()).map_err(Error::unavailable)?
        }
    };
    if anchor.speed != config.clock.speed {
        let file = config.data_file("clock.json");
        let text = format!(
            "{} was made for a clock that runs {} times as fast",
            file.display(),
            anchor.speed
        );
        let error = Error::refused(format!(
            "{text}, but `clock.speed` is {}",
            config.clock.speed
        ));
        return Err(
            error.hint("set the speed that the data was made with, or use another data folder")
        );
    }
    Ok(Clock::fast(anchor))
}

/// Reads the anchor of the data folder, or drops it now. The first of several processes wins: the file
/// appears at once and whole, or not at all.
fn kept_anchor(config: &Config, now: Timestamp) -> anyhow::Result<Anchor> {
    let path = config.data_file("clock.json");
    if let Some(anchor) = read_anchor(&path)? {
        return Ok(anchor);
    }
    let anchor = Anchor {
        wall: now,
        desk: now,
        speed: config.clock.speed,
    };
    let draft = config.data_file(&format!("clock.json.{}", std::process::id()));
    let cannot = || format!("cannot write {}", path.display());
    let mut file = fs::File::create(&draft).with_context(cannot)?;
    serde_json::to_writer_pretty(&mut file, &anchor).with_context(cannot)?;
    file.write_all(b"\n")
        .and_then(|()| file.sync_all())
        .with_context(cannot)?;
    let placed = fs::hard_link(&draft, &path);
    fs::remove_file(&draft).with_context(cannot)?;
    match placed {
        Ok(()) => Ok(anchor),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_anchor(&path)?
            .with_context(|| format!("{} went away while it was read", path.display())),
        Err(error) => Err(error).with_context(cannot),
    }
}

fn read_anchor(path: &std::path::Path) -> anyhow::Result<Option<Anchor>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let anchor = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a clock's anchor", path.display()))?;
    Ok(Some(anchor))
}

fn make_data_folder(config: &Config) -> Result<(), Error> {
    let folder = &config.data.folder;
    fs::create_dir_all(folder).map_err(|error| {
        let error =
            Error::user(error).context(format!("cannot make the data folder {}", folder.display()));
        error.hint("give Portolan's user the right to write there, or set `data.folder`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Kind;

    fn config(folder: &std::path::Path, more: &str) -> Config {
        Config::from_toml(&format!("[data]\nfolder = {folder:?}\n{more}")).expect("valid")
    }

    #[test]
    fn a_faster_clock_keeps_its_anchor() {
        let folder = tempfile::tempdir().expect("a folder");
        let fast = config(folder.path(), "[clock]\nspeed = 1000\n");
        let first = kept_anchor(&fast, Timestamp::UNIX_EPOCH).expect("dropped");
        let second = kept_anchor(&fast, Clock::system().wall()).expect("read");
        assert_eq!(first, second);
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
        // 1970 plus a thousand times what has passed since is far ahead of the machine's own time.
        let clock = open_clock(&fast).expect("opened");
        assert!(clock.now() > clock.wall());

        let other = config(folder.path(), "[clock]\nspeed = 2000\n");
        assert_eq!(open_clock(&other).expect_err("refused").kind, Kind::User);
        fs::write(folder.path().join("clock.json"), "{").expect("written");
        assert_eq!(
            open_clock(&fast).expect_err("refused").kind,
            Kind::Unavailable
        );
        assert_eq!(
            open_clock(&config(folder.path(), ""))
                .expect("real time")
                .speed(),
            1.0
        );
    }

    #[tokio::test]
    async fn the_database_opens_in_a_data_folder_that_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        let db = open_database(&config(&inner, "")).await.expect("opened");
        db.close().await;
        assert!(inner.join("portolan.db").is_file());

        let unreachable =
            "[database]\nurl = \"postgres://u:secret-word@127.0.0.1:1/x\"\npatience_seconds = 1\n";
        let error = open_database(&config(&inner, unreachable))
            .await
            .expect_err("refused");
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(!format!("{:?}", error.source).contains("secret-word"));
    }
}
