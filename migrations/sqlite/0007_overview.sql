-- The overview: cuts of it that people saved, and its order by the last change.
CREATE TABLE saved_views (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id),
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX saved_views_name ON saved_views (user_id, name);
CREATE INDEX ports_updated ON ports (updated_at, id);
