//! The key that seals, and the certificate that tells it from others.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use der::asn1::{GeneralizedTime, SetOfVec, Utf8StringRef};
use der::{Any, DecodePem, Encode, EncodePem};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use p256::SecretKey;
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use spki::{DecodePublicKey, SubjectPublicKeyInfoOwned};
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::builder::{Builder, CertificateBuilder, Profile};
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::{SealError, write_error};

const COMMON_NAME: der::asn1::ObjectIdentifier = der::asn1::ObjectIdentifier::new_unwrap("2.5.4.3");
const KEY_LABEL: &str = "PRIVATE KEY";
const CERTIFICATE_LABEL: &str = "CERTIFICATE";

/// A P-256 key with its self-issued certificate. Its Debug form shows only whose it is.
#[derive(Clone)]
pub struct SealKey {
    secret: SecretKey,
    signer: SigningKey,
    certificate: SealCertificate,
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

impl SealKey {
    /// A new key. `common_name` is what PDF readers show as the signer; `random` must be 32 bytes that
    /// nobody can guess. The certificate says when the key may seal; a letter that was sealed in time
    /// stays valid afterwards. Whole seconds count.
    ///
    /// # Errors
    /// If the name has not 1 to 64 characters, the validity is no span within the years 1970 to 9999, or the
    /// random bytes happen to be no key.
    pub fn generate(
        common_name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
        random: &[u8; 32],
    ) -> Result<Self, SealError> {
        let common_name = common_name.trim();
        if common_name.is_empty()
            || common_name.chars().count() > 64
            || common_name.chars().any(char::is_control)
        {
            return Err(SealError::Name);
        }
        if not_before >= not_after {
            return Err(SealError::Validity);
        }
        let secret = SecretKey::from_slice(random).map_err(|_| SealError::Random)?;
        let signer = SigningKey::from(&secret);
        let public =
            SubjectPublicKeyInfoOwned::from_key(*signer.verifying_key()).map_err(write_error)?;

        // Unguessable and positive, as RFC 5280 wants a serial number; it follows from the public key.
        let mut serial = Sha256::digest(public.to_der().map_err(write_error)?).to_vec();
        serial.truncate(16);
        if let Some(first) = serial.first_mut() {
            *first = (*first & 0x7f) | 0x40;
        }
        let subject = name(common_name).map_err(write_error)?;
        let validity = Validity {
            not_before: certificate_time(not_before)?,
            not_after: certificate_time(not_after)?,
        };
        let profile = Profile::Leaf {
            issuer: subject.clone(),
            enable_key_agreement: false,
            enable_key_encipherment: false,
        };
        let certificate = CertificateBuilder::new(
            profile,
            SerialNumber::new(&serial).map_err(write_error)?,
            validity,
            subject,
            public,
            &signer,
        )
        .and_then(Builder::build::<DerSignature>)
        .map_err(write_error)?;
        Ok(Self {
            secret,
            signer,
            certificate: SealCertificate::new(certificate)?,
        })
    }

    /// The certificate, which is no secret.
    pub fn certificate(&self) -> &SealCertificate {
        &self.certificate
    }

    pub(super) fn signer(&self) -> &SigningKey {
        &self.signer
    }

    /// Key and certificate as PEM text, for storing: `PRIVATE KEY` (PKCS #8), then `CERTIFICATE`.
    ///
    /// # Errors
    /// Only by a fault of this program.
    pub fn to_pem(&self) -> Result<SecretString, SealError> {
        let key = self
            .secret
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(write_error)?;
        Ok(SecretString::from(format!(
            "{}{}",
            key.as_str(),
            self.certificate.to_pem()?
        )))
    }

    /// Reads what [`SealKey::to_pem`] wrote.
    ///
    /// # Errors
    /// If a part is missing or broken, or the certificate belongs to another key.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        let secret =
            SecretKey::from_pkcs8_pem(block(text, KEY_LABEL)?).map_err(|_| SealError::BadKey)?;
        let signer = SigningKey::from(&secret);
        let certificate = SealCertificate::from_pem(text)?;
        if certificate.verifying_key().as_ref() != Some(signer.verifying_key()) {
            return Err(SealError::BadKey);
        }
        Ok(Self {
            secret,
            signer,
            certificate,
        })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// If the file cannot be read or is no seal key.
    pub fn load(path: &Path) -> Result<Self, SealError> {
        let text = fs::read_to_string(path).map(SecretString::from);
        let text = text.map_err(|source| SealError::File {
            path: path.to_owned(),
            done: "read",
            source,
        })?;
        Self::from_pem(text.expose_secret())
    }

    /// Writes a key file that only its owner may read. It appears whole or not at all, and never
    /// replaces another: letters sealed with that one could no longer be told from forgeries.
    ///
    /// # Errors
    /// If there already is a file (`ErrorKind::AlreadyExists`), or it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), SealError> {
        let pem = self.to_pem()?;
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}.draft", std::process::id()));
        let draft = Path::new(&draft);
        let write = || {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(draft)?;
            file.write_all(pem.expose_secret().as_bytes())?;
            file.sync_all()?;
            fs::hard_link(draft, path)
        };
        let written = write();
        let _ = fs::remove_file(draft);
        written.map_err(|source| SealError::File {
            path: path.to_owned(),
            done: "written",
            source,
        })
    }
}

/// The certificate of a seal key: what one needs to judge a seal.
#[derive(Clone, PartialEq, Eq)]
pub struct SealCertificate {
    x509: Certificate,
    der: Vec<u8>,
    validity: (Timestamp, Timestamp),
}

impl fmt::Debug for SealCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealCertificate")
            .field("name", &self.common_name())
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

impl SealCertificate {
    pub(super) fn new(x509: Certificate) -> Result<Self, SealError> {
        let der = x509.to_der().map_err(|_| SealError::BadKey)?;
        let read = |time: Time| {
            i64::try_from(time.to_unix_duration().as_secs())
                .ok()
                .and_then(|at| Timestamp::from_second(at).ok())
        };
        let Validity {
            not_before,
            not_after,
        } = x509.tbs_certificate.validity;
        match (read(not_before), read(not_after)) {
            (Some(from), Some(to)) => Ok(Self {
                x509,
                der,
                validity: (from, to),
            }),
            _ => Err(SealError::BadKey),
        }
    }

    /// Reads the first `CERTIFICATE` of a PEM text.
    ///
    /// # Errors
    /// If there is none, or it is broken.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        Self::new(
            Certificate::from_pem(block(text, CERTIFICATE_LABEL)?)
                .map_err(|_| SealError::BadKey)?,
        )
    }

    /// The certificate as PEM text, for people who want to check letters with their own tools.
    ///
    /// # Errors
    /// Only by a fault of this program.
    pub fn to_pem(&self) -> Result<String, SealError> {
        self.x509.to_pem(LineEnding::LF).map_err(write_error)
    }

    /// SHA-256 of the certificate: what one may read out on the telephone.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// The first and the last instant at which the key may seal.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        self.validity
    }

    /// Whose seal it is; empty if the certificate does not say.
    pub fn common_name(&self) -> String {
        let parts = self
            .x509
            .tbs_certificate
            .subject
            .0
            .iter()
            .flat_map(|part| part.0.iter());
        let found = parts
            .filter(|part| part.oid == COMMON_NAME)
            .find_map(|part| part.value.decode_as::<Utf8StringRef<'_>>().ok());
        found
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default()
    }

    pub(super) fn x509(&self) -> &Certificate {
        &self.x509
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn verifying_key(&self) -> Option<VerifyingKey> {
        let public = self
            .x509
            .tbs_certificate
            .subject_public_key_info
            .to_der()
            .ok()?;
        VerifyingKey::from_public_key_der(&public).ok()
    }
}

fn name(common_name: &str) -> der::Result<RdnSequence> {
    let value = Any::encode_from(&Utf8StringRef::new(common_name)?)?;
    let part = AttributeTypeAndValue {
        oid: COMMON_NAME,
        value,
    };
    Ok(RdnSequence(vec![RelativeDistinguishedName(
        SetOfVec::try_from(vec![part])?,
    )]))
}

fn certificate_time(at: Timestamp) -> Result<Time, SealError> {
    let utc = at.to_zoned(TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).map_err(|_| SealError::Validity);
    let year = u16::try_from(utc.year()).map_err(|_| SealError::Validity)?;
    let time = der::DateTime::new(
        year,
        part(utc.month())?,
        part(utc.day())?,
        part(utc.hour())?,
        part(utc.minute())?,
        part(utc.second())?,
    );
    Ok(Time::GeneralTime(GeneralizedTime::from_date_time(
        time.map_err(|_| SealError::Validity)?,
    )))
}

/// The first PEM block with this label, with its lines of beginning and end.
fn block<'a>(text: &'a str, label: &str) -> Result<&'a str, SealError> {
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );
    let from = text.find(&begin).ok_or(SealError::BadKey)?;
    let rest = text.get(from..).ok_or(SealError::BadKey)?;
    let to = rest.find(&end).ok_or(SealError::BadKey)? + end.len();
    rest.get(..to).ok_or(SealError::BadKey)
}
