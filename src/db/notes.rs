//! Until where each person has read a request's notes.

use std::collections::HashMap;

use super::values::fetch_in;
use super::{DbError, Session, Tx};
use crate::args;
use crate::ids::{PortId, UserId};

/// The place in a request's history up to which somebody has seen it; 0 if they never looked.
pub async fn read_until(session: &mut Session, user: UserId, port: PortId) -> Result<i64, DbError> {
    let row = session
        .fetch_optional(
            "SELECT seq FROM note_reads WHERE user_id = $1 AND port_id = $2",
            args![user, port],
        )
        .await?;
    row.map_or(Ok(0), |row| row.int("seq"))
}

/// Remembers that somebody has seen a request's history up to this place. It never goes back.
pub async fn mark_read(tx: &mut Tx, user: UserId, port: PortId, seq: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO note_reads (user_id, port_id, seq) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, port_id) DO UPDATE SET seq = excluded.seq WHERE note_reads.seq < excluded.seq",
        args![user, port, seq],
    )
    .await?;
    Ok(())
}

/// How many entries of each of these requests somebody has not seen. Their own do not count, nor what
/// happened before they joined, nor what only the desk may see unless they are of it. Requests without any
/// are left out.
pub async fn unread(
    session: &mut Session,
    user: UserId,
    is_desk: bool,
    ports: &[PortId],
) -> Result<HashMap<PortId, u32>, DbError> {
    // Inside a JSON text a quote is escaped, so that nobody's name can look like this.
    let own = format!("%\"user\":\"{user}\"%");
    let public = if is_desk { "" } else { "AND NOT f.staff_only" };
    let ports = ports.iter().copied();
    fetch_in(session, args![user, own], ports, |these| {
        format!(
            "SELECT p.id AS port_id, COUNT(*) AS n
             FROM ports p LEFT JOIN note_reads r ON r.user_id = $1 AND r.port_id = p.id
                JOIN facts f ON f.port_id = p.id AND f.seq > COALESCE(r.seq, 0)
             WHERE p.id IN {these} AND f.at >= (SELECT u.created_at FROM users u WHERE u.id = $1) AND f.actor NOT LIKE $2 {public}
             GROUP BY p.id"
        )
    })
    .await?
    .iter()
    .map(|row| Ok((row.parse("port_id")?, row.small("n")?)))
    .collect()
}
