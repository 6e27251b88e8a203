//! Seals what must not be readable in the database: PINs, account numbers, links that are still to be
//! mailed. AES-256-GCM with a nonce of its own for each text and the place it belongs to as
//! associated data, so that a sealed text moved to another row does not open.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::ids::Ids;

/// The version that begins each sealed text, so that the method can change one day.
const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 12;

/// Why the vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key is not 32 bytes in hex.
    #[error("the master key must be 64 hexadecimal digits")]
    BadKey,
    /// The text was sealed with another key, or was changed, or belongs elsewhere.
    #[error(
        "a sealed value cannot be opened: the master key is not the one that it was sealed with, or the row was changed"
    )]
    Sealed,
}

/// Seals and opens.
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    signer: Hmac<Sha256>,
    ids: Ids,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault with this master key: 64 hexadecimal digits.
    pub fn new(key: &SecretString, ids: Ids) -> Result<Self, VaultError> {
        let bytes = hex::decode(key.expose_secret().trim()).map_err(|_| VaultError::BadKey)?;
        let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| VaultError::BadKey)?;
        // One key for one purpose: signatures are made with a key of their own.
        let mut derive =
            <Hmac<Sha256> as hmac::Mac>::new_from_slice(&bytes).map_err(|_| VaultError::BadKey)?;
        derive.update(b"portolan: key for signatures");
        let signer = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&derive.finalize().into_bytes())
            .map_err(|_| VaultError::BadKey)?;
        Ok(Self {
            cipher,
            signer,
            ids,
        })
    }

    /// What proves that a text is ours (HMAC-SHA256), for one purpose. [`Self::is_signed`] compares it.
    pub fn sign(&self, purpose: &str, text: &str) -> [u8; 32] {
        self.signer_of(purpose, text).finalize().into_bytes().into()
    }

    /// Whether a signature of [`Self::sign`] begins with these bytes, which are as many as an address can carry. It takes
    /// as long for a wrong beginning as for a right one.
    pub fn is_signed(&self, purpose: &str, text: &str, begin: &[u8; 8]) -> bool {
        let signer = self.signer_of(purpose, text);
        signer.verify_truncated_left(begin).is_ok()
    }

    fn signer_of(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = self.signer.clone();
        mac.update(purpose.as_bytes());
        // Between the two, so that no other pair of texts is the same.
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac
    }

    /// Seals a text for one place, such as `port_…/pin`.
    pub fn seal(&self, place: &str, text: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE_LENGTH];
        self.ids.fill(&mut nonce);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: place.as_bytes(),
        };
        // AES-GCM fails only on texts of many gigabytes; an empty sealed text opens as an error.
        let sealed = self
            .cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .unwrap_or_default();
        let mut whole = Vec::with_capacity(1 + NONCE_LENGTH + sealed.len());
        whole.push(VERSION);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        whole
    }

    /// Opens a sealed text at its place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let (version, rest) = sealed.split_first().ok_or(VaultError::Sealed)?;
        if *version != VERSION || rest.len() < NONCE_LENGTH {
            return Err(VaultError::Sealed);
        }
        let (nonce, rest) = rest.split_at(NONCE_LENGTH);
        let payload = Payload {
            msg: rest,
            aad: place.as_bytes(),
        };
        let bytes = self
            .cipher
            .decrypt(Nonce::from_slice(nonce), payload)
            .map_err(|_| VaultError::Sealed)?;
        String::from_utf8(bytes)
            .map(SecretString::from)
            .map_err(|_| VaultError::Sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_depends_on_key_purpose_and_text() {
        let vault = |key: &str| Vault::new(&key.repeat(32).into(), Ids::seeded(3)).unwrap();
        let signed = vault("ab").sign("reply", "port_1/user_1");
        assert_eq!(signed, vault("ab").sign("reply", "port_1/user_1"));
        for other in [
            vault("ac").sign("reply", "port_1/user_1"),
            vault("ab").sign("replies", "port_1/user_1"),
            vault("ab").sign("reply", "port_1/user_2"),
            vault("ab").sign("reply\0port_1", "user_1"),
        ] {
            assert_ne!(signed, other);
        }
    }

    #[test]
    fn only_the_beginning_of_its_own_signature_is_a_proof() {
        let vault = Vault::new(&"ab".repeat(32).into(), Ids::seeded(3)).unwrap();
        let signed = vault.sign("reply", "port_1/user_1");
        let begin: [u8; 8] = *signed.first_chunk().unwrap();
        assert!(vault.is_signed("reply", "port_1/user_1", &begin));
        assert!(!vault.is_signed("reply", "port_1/user_2", &begin));
        assert!(!vault.is_signed("replies", "port_1/user_1", &begin));
        for at in 0..begin.len() {
            let mut other = begin;
            other[at] ^= 1;
            assert!(!vault.is_signed("reply", "port_1/user_1", &other));
        }
    }

    #[test]
    fn a_sealed_text_opens_only_in_its_place_and_unchanged() {
        let vault = Vault::new(&"ab".repeat(32).into(), Ids::seeded(3)).unwrap();
        let sealed = vault.seal("port_1/pin", "0042");
        assert_eq!(
            vault.open("port_1/pin", &sealed).unwrap().expose_secret(),
            "0042"
        );
        assert!(
            vault.open("port_2/pin", &sealed).is_err(),
            "moved to another row"
        );
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(vault.open("port_1/pin", &bad).is_err(), "byte {at} changed");
        }
        assert!(vault.open("port_1/pin", &[]).is_err());
        assert_ne!(
            sealed,
            vault.seal("port_1/pin", "0042"),
            "the same PIN looks different each time"
        );
    }
}
