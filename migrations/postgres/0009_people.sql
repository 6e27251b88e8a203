-- Agencies with client accounts, roles within an account, invitations, sign-in devices, notification choices, the
-- operator's settings of the portal, and the webhooks' log. Instants are microseconds since 1970, in desk time unless a
-- column's name says `wall`.

-- R102: an agency's people see the ports of its clients. One level: a client is no agency.
ALTER TABLE accounts ADD COLUMN parent_id TEXT COLLATE "C" REFERENCES accounts (id);
ALTER TABLE accounts ADD COLUMN is_agency BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX accounts_of_parent ON accounts (parent_id);

-- What somebody of an account may do. Those who were here before keep every right that they had.
ALTER TABLE users ADD COLUMN rights TEXT COLLATE "C" NOT NULL DEFAULT 'usual' CONSTRAINT users_rights CHECK (rights IN ('usual', 'administrator', 'read_only'));
UPDATE users SET rights = 'administrator' WHERE role = 'submitter';
ALTER TABLE users ADD COLUMN signed_in_wall BIGINT;
ALTER TABLE users ADD COLUMN time_zone TEXT COLLATE "C";
-- The mails that they do without, by name and separated by commas.
ALTER TABLE users ADD COLUMN muted TEXT COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE sessions ADD COLUMN device TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX sessions_of_user ON sessions (user_id);

ALTER TABLE api_keys ADD COLUMN read_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE api_keys ADD COLUMN expires_at BIGINT;
ALTER TABLE api_keys ADD COLUMN used_wall BIGINT;

-- Secret links to somebody's own account. The token is stored as its hash only.
CREATE TABLE passes (
    token_hash   BYTEA NOT NULL PRIMARY KEY,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    purpose      TEXT COLLATE "C" NOT NULL CONSTRAINT passes_purpose CHECK (purpose IN ('invitation', 'password', 'address')),
    email        TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CONSTRAINT passes_state CHECK (state IN ('live', 'used', 'replaced')),
    created_wall BIGINT NOT NULL,
    expires_wall BIGINT NOT NULL
);
CREATE INDEX passes_of_user ON passes (user_id, purpose);

-- Mails about somebody's own account. Those about ports are in `mails`.
CREATE TABLE account_mails (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id     TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    kind        TEXT COLLATE "C" NOT NULL,
    to_name     TEXT COLLATE "C" NOT NULL,
    to_address  TEXT COLLATE "C" NOT NULL,
    subject     TEXT COLLATE "C" NOT NULL,
    body_text   TEXT COLLATE "C" NOT NULL,
    body_html   TEXT COLLATE "C" NOT NULL,
    sealed_link BYTEA,
    message_id  TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL CONSTRAINT account_mails_state CHECK (state IN ('queued', 'sent', 'failed')),
    created_at  BIGINT NOT NULL,
    sent_at     BIGINT,
    last_error  TEXT COLLATE "C"
);

-- What the desk's administrators set in the portal over the settings file: at most one row.
CREATE TABLE operator_settings (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY CONSTRAINT operator_settings_one CHECK (id = 'operator'),
    version      BIGINT NOT NULL,
    body         TEXT COLLATE "C" NOT NULL,
    logo         BYTEA,
    logo_type    TEXT COLLATE "C"
);

-- Who changed which of them, and when.
CREATE TABLE operator_changes (
    version BIGINT NOT NULL,
    field   TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    by_name TEXT COLLATE "C" NOT NULL,
    was     TEXT COLLATE "C" NOT NULL,
    became  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version, field)
);

-- Webhooks: which events an endpoint wants (empty: all), whether it has a pause, and each attempt.
ALTER TABLE endpoints ADD COLUMN events TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE endpoints ADD COLUMN paused_at BIGINT;
ALTER TABLE deliveries ADD COLUMN next_at BIGINT;
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, id);
CREATE TABLE delivery_attempts (
    delivery_id TEXT COLLATE "C" NOT NULL REFERENCES deliveries (id),
    attempt     BIGINT NOT NULL,
    at_wall     BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    status      BIGINT,
    answer      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);
