//! The blob store: documents by their content's hash. A folder today; anything `object_store` speaks.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use sha2::{Digest as _, Sha256};

/// Why a blob could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The store refused or could not be reached.
    #[error("the document store could not be used")]
    Store(#[source] object_store::Error),
    /// The folder cannot be made or opened.
    #[error("the document folder {0} cannot be used")]
    Folder(String, #[source] std::io::Error),
    /// There is no such blob.
    #[error("the document is not in the store any more")]
    Missing,
    /// What is stored is not what was stored.
    #[error("the stored document was changed: its hash is another")]
    Changed,
}

/// A handle on the store. Clones share it.
#[derive(Clone, Debug)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// The store in this folder, which is made if it is missing.
    pub fn folder(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder)
            .map_err(|e| BlobError::Folder(folder.display().to_string(), e))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(BlobError::Store)?
            .with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Stores bytes and returns their SHA-256 in hex. Storing the same bytes twice stores them once.
    pub async fn put(&self, bytes: impl Into<Bytes>) -> Result<String, BlobError> {
        let bytes = bytes.into();
        let hash = hex::encode(Sha256::digest(&bytes));
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self.0.put_opts(&key(&hash), bytes.into(), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(hash),
            Err(e) => Err(BlobError::Store(e)),
        }
    }

    /// The bytes with this hash, checked against it.
    pub async fn get(&self, hash: &str) -> Result<Bytes, BlobError> {
        let found = self.0.get(&key(hash)).await.map_err(|e| match e {
            object_store::Error::NotFound { .. } => BlobError::Missing,
            e => BlobError::Store(e),
        })?;
        let bytes = found.bytes().await.map_err(BlobError::Store)?;
        if hex::encode(Sha256::digest(&bytes)) == hash {
            Ok(bytes)
        } else {
            Err(BlobError::Changed)
        }
    }
}

/// Two letters a folder, so that no folder grows without bound.
fn key(hash: &str) -> Key {
    Key::from(format!("{}/{hash}", hash.get(..2).unwrap_or("xx")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back_and_a_change_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path()).unwrap();
        let hash = blobs.put("a bill").await.unwrap();
        assert_eq!(blobs.put("a bill").await.unwrap(), hash);
        assert_eq!(blobs.get(&hash).await.unwrap(), "a bill");
        std::fs::write(folder.path().join(&hash[..2]).join(&hash), "a bi11").unwrap();
        assert!(matches!(blobs.get(&hash).await, Err(BlobError::Changed)));
        assert!(matches!(
            blobs.get(&"0".repeat(64)).await,
            Err(BlobError::Missing)
        ));
    }
}
