//! STUB
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ProofError;
#[derive(Default)]
pub struct Limits {
    pub bytes_max: usize,
}
pub struct Checked;
impl Checked {
    pub fn extension(&self) -> &'static str {
        "pdf"
    }
    pub fn content_type(&self) -> &'static str {
        "application/pdf"
    }
}
pub fn check(_: &[u8], _: &Limits) -> Result<Checked, ProofError> {
    Ok(Checked)
}
