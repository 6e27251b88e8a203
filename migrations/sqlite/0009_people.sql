-- Agencies with client accounts, roles within an account, invitations, sign-in devices, notification choices, the
-- operator's settings of the portal, and the webhooks' log. Instants are microseconds since 1970, in desk time unless a
-- column's name says `wall`.

-- R102: an agency's people see the ports of its clients. One level: a client is no agency.
ALTER TABLE accounts ADD COLUMN parent_id TEXT REFERENCES accounts (id);
ALTER TABLE accounts ADD COLUMN is_agency INTEGER NOT NULL DEFAULT 0 CONSTRAINT accounts_agency CHECK (is_agency IN (0, 1));
CREATE INDEX accounts_of_parent ON accounts (parent_id);

-- What somebody of an account may do. Those who were here before keep every right that they had.
ALTER TABLE users ADD COLUMN rights TEXT NOT NULL DEFAULT 'usual' CONSTRAINT users_rights CHECK (rights IN ('usual', 'administrator', 'read_only'));
UPDATE users SET rights = 'administrator' WHERE role = 'submitter';
ALTER TABLE users ADD COLUMN signed_in_wall INTEGER;
ALTER TABLE users ADD COLUMN time_zone TEXT;
-- The mails that they do without, by name and separated by commas.
ALTER TABLE users ADD COLUMN muted TEXT NOT NULL DEFAULT '';

ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_of_user ON sessions (user_id);

ALTER TABLE api_keys ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0 CONSTRAINT api_keys_read_only CHECK (read_only IN (0, 1));
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
ALTER TABLE api_keys ADD COLUMN used_wall INTEGER;

-- Secret links to somebody's own account. The token is stored as its hash only.
CREATE TABLE passes (
    token_hash   BLOB NOT NULL PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id),
    purpose      TEXT NOT NULL CONSTRAINT passes_purpose CHECK (purpose IN ('invitation', 'password', 'address')),
    email        TEXT NOT NULL,
    state        TEXT NOT NULL CONSTRAINT passes_state CHECK (state IN ('live', 'used', 'replaced')),
    created_wall INTEGER NOT NULL,
    expires_wall INTEGER NOT NULL
) STRICT;
CREATE INDEX passes_of_user ON passes (user_id, purpose);

-- Mails about somebody's own account. Those about ports are in `mails`.
CREATE TABLE account_mails (
    id          TEXT NOT NULL PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id),
    kind        TEXT NOT NULL,
    to_name     TEXT NOT NULL,
    to_address  TEXT NOT NULL,
    subject     TEXT NOT NULL,
    body_text   TEXT NOT NULL,
    body_html   TEXT NOT NULL,
    sealed_link BLOB,
    message_id  TEXT NOT NULL,
    state       TEXT NOT NULL CONSTRAINT account_mails_state CHECK (state IN ('queued', 'sent', 'failed')),
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER,
    last_error  TEXT
) STRICT;

-- What the desk's administrators set in the portal over the settings file: at most one row.
CREATE TABLE operator_settings (
    id           TEXT NOT NULL PRIMARY KEY CONSTRAINT operator_settings_one CHECK (id = 'operator'),
    version      INTEGER NOT NULL,
    body         TEXT NOT NULL,
    logo         BLOB,
    logo_type    TEXT
) STRICT;

-- Who changed which of them, and when.
CREATE TABLE operator_changes (
    version INTEGER NOT NULL,
    field   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    by_name TEXT NOT NULL,
    was     TEXT NOT NULL,
    became  TEXT NOT NULL,
    PRIMARY KEY (version, field)
) STRICT;

-- Webhooks: which events an endpoint wants (empty: all), whether it has a pause, and each attempt.
ALTER TABLE endpoints ADD COLUMN events TEXT NOT NULL DEFAULT '';
ALTER TABLE endpoints ADD COLUMN paused_at INTEGER;
ALTER TABLE deliveries ADD COLUMN next_at INTEGER;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, id);
CREATE TABLE delivery_attempts (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    attempt     INTEGER NOT NULL,
    at_wall     INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL,
    status      INTEGER,
    answer      TEXT NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
) STRICT;
