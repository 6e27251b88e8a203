//! What follows from several settings together, or from a setting that was left out.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{Config, Loaded, Problems};
use crate::clock::Anchor;

impl Config {
    /// The defaults, for tests and for tools that need no operator's choice.
    ///
    /// # Errors
    /// None in practice: a test reads the built-in file.
    pub fn defaults() -> Result<Self, Problems> {
        Self::from_toml("")
    }

    /// The defaults with this text over them, and no environment. For tests.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        Ok(Loaded::from_parts(Some((Path::new("portolan.toml"), text)), &[])?.config)
    }

    /// A file in the data folder.
    pub fn data_file(&self, name: &str) -> PathBuf {
        self.data.folder.join(name)
    }

    /// The database's URL: the one that was set, or SQLite in the data folder. It may hold a password.
    pub fn database_url(&self) -> SecretString {
        match &self.database.url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data_file("portolan.db").display()).into(),
        }
    }

    /// Where documents are kept.
    pub fn blobs_folder(&self) -> PathBuf {
        self.blobs
            .folder
            .clone()
            .unwrap_or_else(|| self.data_file("blobs"))
    }

    /// The master key's file when the setting holds no key: made at the first start when it is missing,
    /// as 64 hexadecimal digits.
    pub fn master_key_file(&self) -> PathBuf {
        self.data_file("master.key")
    }

    /// The seal's key and certificate, and whether they are to be made when they are missing.
    pub fn seal_files(&self) -> SealFiles {
        match (&self.seal.key_file, &self.seal.certificate_file) {
            (Some(key), Some(certificate)) => SealFiles {
                key: key.clone(),
                certificate: certificate.clone(),
                made_when_missing: false,
            },
            // One without the other is refused by the checks.
            _ => SealFiles {
                key: self.data_file("seal.key"),
                certificate: self.data_file("seal.crt"),
                made_when_missing: true,
            },
        }
    }

    /// The faster clock's anchor: `None` in real time, or when the anchor is still to be chosen.
    pub fn clock_anchor(&self) -> Option<Anchor> {
        match (self.clock.anchor_wall, self.clock.anchor_desk) {
            (Some(wall), Some(desk)) if self.clock.speed != 1.0 => Some(Anchor {
                wall,
                desk,
                speed: self.clock.speed,
            }),
            _ => None,
        }
    }

    /// Where answers to mails go.
    pub fn reply_to(&self) -> &str {
        self.mail
            .reply_to
            .as_deref()
            .unwrap_or(&self.operator.support.email)
    }
}

/// The seal's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealFiles {
    /// PKCS #8, PEM.
    pub key: PathBuf,
    /// X.509, PEM.
    pub certificate: PathBuf,
    /// True for the pair in the data folder; a pair that the operator named must be there.
    pub made_when_missing: bool,
}
