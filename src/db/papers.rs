//! What a request's paperwork leaves behind: documents, secret links, sealed secrets.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Arg, DbError, Row, Session, Tx};
use crate::args;
use crate::ids::{AccountId, DocumentId, LinkId, PortId};

/// A stored document; its bytes are in the blob store under their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Whose.
    pub account: AccountId,
    /// Of which request.
    pub port: PortId,
    /// What it is.
    pub kind: DocumentKind,
    /// The file's name.
    pub name: String,
    /// Its type, found out from its content.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// When it came.
    pub created_at: Timestamp,
    /// Whether only the desk may know of it: it belongs to a note of that kind.
    pub staff_only: bool,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The letter as shown for signing.
    Letter,
    /// The letter, signed and sealed.
    SignedLetter,
    /// Proof of ownership.
    Proof,
    /// Attached to a note.
    Attachment,
}

impl DocumentKind {
    /// The name in code, API and database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::SignedLetter => "signed_letter",
            Self::Proof => "proof",
            Self::Attachment => "attachment",
        }
    }

    fn named(name: &str) -> Result<Self, DbError> {
        Ok(match name {
            "letter" => Self::Letter,
            "signed_letter" => Self::SignedLetter,
            "proof" => Self::Proof,
            "attachment" => Self::Attachment,
            other => {
                return Err(DbError::bad_row(
                    "kind",
                    format!("no such kind of document: {other}"),
                ));
            }
        })
    }
}

/// A secret link in a mail. Its token is stored as a hash only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// To which request.
    pub port: PortId,
    /// What it lets one do.
    pub purpose: Purpose,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// Whether it still works.
    pub state: LinkState,
    /// To whom it was mailed.
    pub email: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it dies by itself.
    pub expires_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
}

/// What a link lets one do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Read and sign the letter.
    Sign,
    /// Upload proof of ownership.
    Upload,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Upload => "upload",
        }
    }
}

/// Whether a link works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It works until it expires.
    Live,
    /// It has done its work.
    Used,
    /// A newer link took its place.
    Replaced,
    /// What it was for is over.
    Dead,
}

impl LinkState {
    fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Used => "used",
            Self::Replaced => "replaced",
            Self::Dead => "dead",
        }
    }
}

/// Stores a document's row.
pub async fn insert_document(tx: &mut Tx, document: &Document) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO documents (id, account_id, port_id, kind, name, content_type, size, sha256, created_at, staff_only) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            document.id,
            document.account,
            document.port,
            document.kind.name(),
            &document.name,
            &document.content_type,
            i64::try_from(document.size).unwrap_or(i64::MAX),
            &document.sha256,
            document.created_at,
            document.staff_only
        ],
    )
    .await?;
    Ok(())
}

fn document_of(row: &Row) -> Result<Document, DbError> {
    Ok(Document {
        id: row.parse("id")?,
        account: row.parse("account_id")?,
        port: row.parse("port_id")?,
        kind: DocumentKind::named(&row.text("kind")?)?,
        name: row.text("name")?,
        content_type: row.text("content_type")?,
        size: row.small("size")?,
        sha256: row.text("sha256")?,
        created_at: row.instant("created_at")?,
        staff_only: row.bool("staff_only")?,
    })
}

/// The document with this id.
pub async fn document(session: &mut Session, id: DocumentId) -> Result<Option<Document>, DbError> {
    let row = session
        .fetch_optional("SELECT * FROM documents WHERE id = $1", args![id])
        .await?;
    row.map(|row| document_of(&row)).transpose()
}

/// A request's documents, oldest first.
pub async fn documents(session: &mut Session, port: PortId) -> Result<Vec<Document>, DbError> {
    session
        .fetch_all(
            "SELECT * FROM documents WHERE port_id = $1 ORDER BY created_at, id",
            args![port],
        )
        .await?
        .iter()
        .map(document_of)
        .collect()
}

/// Ends a request's living links for a purpose, because another takes their place.
pub async fn replace_links(tx: &mut Tx, port: PortId, purpose: Purpose) -> Result<(), DbError> {
    tx.execute(
        "UPDATE links SET state = 'replaced' WHERE port_id = $1 AND purpose = $2 AND state = 'live'",
        args![port, purpose.name()],
    )
    .await?;
    Ok(())
}

/// Stores a link.
pub async fn insert_link(tx: &mut Tx, link: &Link) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO links (id, port_id, purpose, token_hash, state, email, created_at, expires_at, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
        args![link.id, link.port, link.purpose.name(), link.token_hash, link.state.name(), &link.email, link.created_at, link.expires_at],
    )
    .await?;
    Ok(())
}

/// The link with this token's hash.
pub async fn link(session: &mut Session, token_hash: [u8; 32]) -> Result<Option<Link>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT * FROM links WHERE token_hash = $1",
            args![token_hash],
        )
        .await?;
    row.map(|row| link_of(&row, token_hash)).transpose()
}

fn link_of(row: &Row, token_hash: [u8; 32]) -> Result<Link, DbError> {
    Ok(Link {
        id: row.parse("id")?,
        port: row.parse("port_id")?,
        purpose: match row.text("purpose")?.as_str() {
            "sign" => Purpose::Sign,
            "upload" => Purpose::Upload,
            other => {
                return Err(DbError::bad_row(
                    "purpose",
                    format!("no such purpose of a link: {other}"),
                ));
            }
        },
        token_hash,
        state: match row.text("state")?.as_str() {
            "live" => LinkState::Live,
            "used" => LinkState::Used,
            "replaced" => LinkState::Replaced,
            "dead" => LinkState::Dead,
            other => {
                return Err(DbError::bad_row(
                    "state",
                    format!("no such state of a link: {other}"),
                ));
            }
        },
        email: row.text("email")?,
        created_at: row.instant("created_at")?,
        expires_at: row.instant("expires_at")?,
        opened_at: row.opt_instant("opened_at")?,
    })
}

/// Remembers when a link was first opened.
pub async fn open_link(tx: &mut Tx, id: LinkId, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE links SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL",
        args![id, now],
    )
    .await?;
    Ok(())
}

/// Ends a living link by its one use, and with it the others to the same letter; `false` if it is not living, or
/// somebody else was faster. One statement, so that two who sign by two links cannot wait for each other.
pub async fn use_link(tx: &mut Tx, port: PortId, id: LinkId) -> Result<bool, DbError> {
    Ok(tx
        .execute(
            "UPDATE links SET state = 'used' WHERE port_id = $1 AND state = 'live'
                AND EXISTS (SELECT 1 FROM links l WHERE l.id = $2 AND l.port_id = $1 AND l.state = 'live' AND l.purpose = links.purpose)",
            args![port, id],
        )
        .await?
        > 0)
}

/// Ends a request's living links for a purpose, because what they were for is over.
pub async fn kill_links(tx: &mut Tx, port: PortId, purpose: Purpose) -> Result<(), DbError> {
    tx.execute(
        "UPDATE links SET state = 'dead' WHERE port_id = $1 AND purpose = $2 AND state = 'live'",
        args![port, purpose.name()],
    )
    .await?;
    Ok(())
}

/// Stores sealed secrets of a request by their fields; `None` takes one away.
pub async fn set_secrets(
    tx: &mut Tx,
    port: PortId,
    secrets: &[(&'static str, Option<Vec<u8>>)],
) -> Result<(), DbError> {
    // A field that comes twice is what it is set to last.
    let by_field: BTreeMap<&str, &Option<Vec<u8>>> = secrets
        .iter()
        .map(|(field, sealed)| (*field, sealed))
        .collect();
    let mut rows: Vec<[Arg; 3]> = Vec::new();
    for (field, sealed) in by_field {
        match sealed {
            Some(sealed) => rows.push([port.into(), Arg::from(field), sealed.clone().into()]),
            None => {
                tx.later(
                    "DELETE FROM port_secrets WHERE port_id = $1 AND field = $2",
                    args![port, field],
                )
                .await?;
            }
        }
    }
    tx.insert_many(
        "INSERT INTO port_secrets (port_id, field, sealed)",
        "ON CONFLICT (port_id, field) DO UPDATE SET sealed = excluded.sealed",
        rows,
    )
    .await?;
    Ok(())
}

/// A sealed secret of a request.
pub async fn secret(
    session: &mut Session,
    port: PortId,
    field: &'static str,
) -> Result<Option<Vec<u8>>, DbError> {
    let row = session
        .fetch_optional(
            "SELECT sealed FROM port_secrets WHERE port_id = $1 AND field = $2",
            args![port, field],
        )
        .await?;
    row.map(|row| row.bytes("sealed")).transpose()
}
