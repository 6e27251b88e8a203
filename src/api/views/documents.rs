//! Documents, and what a customer agrees to.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::DocumentKindWords;
use crate::app::ports;

/// A stored document. Its bytes are at `GET /v1/documents/{id}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Document {
    /// Its id.
    #[schema(example = "doc_019ab3f2c7d87a60b1f3d2a4c5e6f70b")]
    pub id: String,
    /// What it is.
    #[schema(value_type = DocumentKindWords)]
    pub kind: &'static str,
    /// The file's name.
    #[schema(example = "letter-of-authorization-1-signed.pdf")]
    pub name: String,
    /// Its type, found out from its content.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Bytes.
    #[schema(example = 31_204)]
    pub size: u64,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// When it came.
    pub created_at: Timestamp,
}

/// The documents of a port request.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentList {
    /// The documents, oldest first.
    pub items: Vec<Document>,
}

/// A statement of the agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statement {
    /// Its short name, which goes into `accepted`.
    #[schema(example = "agree_owner")]
    pub name: &'static str,
    /// The statement.
    #[schema(example = "I own these numbers, or the owner has authorized me to port them.")]
    pub says: &'static str,
}

/// The statements that a submitter agrees to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statements {
    /// Which wording this is.
    #[schema(example = "2026-11")]
    pub version: &'static str,
    /// The statements. All of them must be accepted.
    pub items: Vec<Statement>,
}

impl From<&ports::Document> for Document {
    fn from(one: &ports::Document) -> Self {
        Self {
            id: one.id.to_string(),
            kind: one.kind.name(),
            name: one.name.clone(),
            content_type: one.content_type.clone(),
            size: one.size,
            sha256: one.sha256.clone(),
            created_at: one.created_at,
        }
    }
}
