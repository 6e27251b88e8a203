//! Statements that are put together: their places, and the values of those.

use std::ops::Deref;

use super::{Arg, DbError, Row, Session};

/// How many values of a list go into one statement. Both databases allow many more; plans of long lists are slow to make.
const AT_ONCE: usize = 500;

/// The values of a statement, in the order of its places.
#[derive(Clone, Default)]
pub(super) struct Values(Vec<Arg>);

impl Values {
    /// Begins with values whose places are written out.
    pub(super) fn after(values: &[Arg]) -> Self {
        Self(values.to_vec())
    }

    /// Takes a value and says its place, such as `$3`.
    pub(super) fn put(&mut self, value: impl Into<Arg>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    /// Takes values and says their places, such as `($3, $4)`, for what follows `IN`. Of none it makes a list that nothing
    /// is in, nor certainly out of: not for `NOT IN`.
    pub(super) fn list(&mut self, values: impl IntoIterator<Item = impl Into<Arg>>) -> String {
        let places: Vec<String> = values.into_iter().map(|value| self.put(value)).collect();
        if places.is_empty() {
            // An empty list is an error on PostgreSQL; nothing equals NULL.
            return "(NULL)".to_owned();
        }
        format!("({})", places.join(", "))
    }
}

impl Deref for Values {
    type Target = [Arg];

    fn deref(&self) -> &[Arg] {
        &self.0
    }
}

/// The rows of a statement about a list of any length. `sql` gets the list as what follows `IN`; the values of its other
/// places are `first`. A long list takes several statements, so what `sql` sorts or counts is sorted and counted for each
/// part alone.
pub(super) async fn fetch_in(
    session: &mut Session,
    first: &[Arg],
    list: impl IntoIterator<Item = impl Into<Arg>>,
    sql: impl Fn(&str) -> String,
) -> Result<Vec<Row>, DbError> {
    let list: Vec<Arg> = list.into_iter().map(Into::into).collect();
    let mut rows = Vec::new();
    for part in list.chunks(AT_ONCE) {
        let mut values = Values::after(first);
        let these = values.list(part.iter().cloned());
        rows.extend(session.fetch_all(sql(&these), &values).await?);
    }
    Ok(rows)
}

/// The accounts of an agency and its clients, or one account by itself, for what follows `IN`.
pub(super) fn of_family(account: &str) -> String {
    format!("(SELECT f.id FROM accounts f WHERE f.id = {account} OR f.parent_id = {account})")
}

/// A join of the account `whose` with itself and its relatives, as `f`: the accounts of its agency, or it alone.
pub(super) fn join_family(whose: &str) -> String {
    format!(
        "JOIN accounts o ON o.id = {whose} JOIN accounts f ON f.id = COALESCE(o.parent_id, o.id) OR f.parent_id = COALESCE(o.parent_id, o.id)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_as_their_values_come() {
        let mut values = Values::default();
        assert_eq!(values.put(7_i64), "$1");
        assert_eq!(values.list(["a", "b"]), "($2, $3)");
        assert_eq!(values.list(Vec::<Arg>::new()), "(NULL)");
        assert_eq!(values.put("c"), "$4");
        assert_eq!(values.len(), 4);
    }
}
