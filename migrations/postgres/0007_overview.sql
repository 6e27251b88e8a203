-- The overview: cuts of it that people saved, and its order by the last change. And what the columns of somebody's lists meant.
CREATE TABLE saved_views (
    id         TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C"    NOT NULL REFERENCES users (id),
    name       TEXT COLLATE "C"    NOT NULL,
    query      TEXT COLLATE "C"    NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (user_id, name);
CREATE INDEX ports_updated ON ports (updated_at, id);
-- How many of an account stand where, without reading their rows.
CREATE INDEX ports_account_status ON ports (account_id, status);

-- What somebody said that the columns of a list mean; `headings` is a hash of its heading row.
CREATE TABLE list_columns (
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    headings BYTEA NOT NULL,
    meanings TEXT COLLATE "C" NOT NULL,
    used_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, headings)
);
