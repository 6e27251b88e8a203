-- The overview: cuts of it that people saved, and its order by the last change. And what the columns of somebody's lists meant.
CREATE TABLE saved_views (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id),
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX saved_views_name ON saved_views (user_id, name);
CREATE INDEX ports_updated ON ports (updated_at, id);
-- How many of an account stand where, without reading their rows.
CREATE INDEX ports_account_status ON ports (account_id, status);

-- What somebody said that the columns of a list mean; `headings` is a hash of its heading row.
CREATE TABLE list_columns (
    user_id  TEXT    NOT NULL REFERENCES users (id),
    headings BLOB NOT NULL,
    meanings TEXT    NOT NULL,
    used_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, headings)
) STRICT;
