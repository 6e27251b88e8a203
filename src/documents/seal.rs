//! STUB
use jiff::Timestamp;
use secrecy::SecretString;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct SealError;
#[derive(Clone)]
pub struct SealKey;
pub struct SealCertificate;
impl SealCertificate {
    pub fn to_pem(&self) -> Result<String, SealError> {
        Ok(String::new())
    }
}
impl SealKey {
    pub fn generate(_: &str, _: Timestamp, _: Timestamp, _: &[u8; 32]) -> Result<Self, SealError> {
        Ok(Self)
    }
    pub fn to_pem(&self) -> Result<SecretString, SealError> {
        Ok("BEGIN CERTIFICATE".to_owned().into())
    }
    pub fn certificate(&self) -> &SealCertificate {
        &SealCertificate
    }
    pub fn from_pem(_: &str) -> Result<Self, SealError> {
        Ok(Self)
    }
}
pub fn seal(pdf: &[u8], _: &SealKey, _: Timestamp, _: &str, _: &str) -> Result<Vec<u8>, SealError> {
    Ok(pdf.to_vec())
}
