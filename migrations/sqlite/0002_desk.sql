-- Accounts, port requests and all that belongs to them. Instants are microseconds since 1970, in desk
-- time unless a column's name says `wall`.

CREATE TABLE accounts (
    id                TEXT    NOT NULL PRIMARY KEY,
    name              TEXT    NOT NULL,
    campaign_approved INTEGER NOT NULL CONSTRAINT accounts_campaign CHECK (campaign_approved IN (0, 1)),
    created_at        INTEGER NOT NULL
) STRICT;

-- People who sign in. Desk agents and administrators belong to no account.
CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    account_id    TEXT    REFERENCES accounts (id),
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL CONSTRAINT users_role CHECK (role IN ('submitter', 'desk', 'administrator')),
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER,
    CONSTRAINT users_account CHECK ((role = 'submitter') = (account_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE sessions (
    token_hash   BLOB    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id),
    csrf         TEXT    NOT NULL,
    created_wall INTEGER NOT NULL,
    used_wall    INTEGER NOT NULL,
    expires_wall INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_expire ON sessions (expires_wall);

CREATE TABLE api_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id),
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    hint       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_user ON api_keys (user_id);

CREATE TABLE receiving_numbers (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    number     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, number)
) STRICT;

CREATE TABLE ports (
    id             TEXT    NOT NULL PRIMARY KEY,
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    submitter_id   TEXT    NOT NULL REFERENCES users (id),
    title          TEXT    NOT NULL,
    losing_carrier TEXT    NOT NULL,
    status         TEXT    NOT NULL CONSTRAINT ports_status CHECK (status IN ('draft', 'awaiting_signature', 'awaiting_proof',
        'in_review', 'submitted', 'rejected', 'scheduled', 'porting', 'testing', 'completed', 'cancel_pending', 'cancelled',
        'snapback_pending', 'snapped_back')),
    body           TEXT    NOT NULL,
    wants_desk     INTEGER NOT NULL CONSTRAINT ports_wants_desk CHECK (wants_desk IN (0, 1)),
    released_at    INTEGER,
    window_at      INTEGER,
    loa_expires_at INTEGER,
    last_movement  INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    facts          INTEGER NOT NULL,
    head           BLOB    NOT NULL,
    CONSTRAINT ports_released CHECK (released_at IS NOT NULL OR status IN ('draft', 'awaiting_signature', 'awaiting_proof',
        'in_review', 'cancelled')),
    CONSTRAINT ports_scheduled CHECK (status <> 'scheduled' OR window_at IS NOT NULL)
) STRICT;
CREATE INDEX ports_of_account ON ports (account_id, id);
CREATE INDEX ports_by_status ON ports (status, id);
CREATE INDEX ports_for_desk ON ports (id) WHERE wants_desk;
CREATE INDEX ports_window ON ports (window_at) WHERE window_at IS NOT NULL;
CREATE INDEX ports_loa_expires ON ports (loa_expires_at) WHERE loa_expires_at IS NOT NULL;

CREATE TABLE port_numbers (
    id           TEXT    NOT NULL PRIMARY KEY,
    port_id      TEXT    NOT NULL REFERENCES ports (id),
    position     INTEGER NOT NULL,
    number       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    receiving    TEXT,
    source       TEXT,
    description  TEXT,
    wants_text   INTEGER NOT NULL CONSTRAINT port_numbers_wants_text CHECK (wants_text IN (0, 1)),
    voice        TEXT    NOT NULL CONSTRAINT port_numbers_voice CHECK (voice IN ('waiting', 'submitted', 'rejected', 'scheduled',
        'porting', 'ported', 'failed', 'cancelled', 'snapped_back')),
    text         TEXT    NOT NULL CONSTRAINT port_numbers_text CHECK (text IN ('not_wanted', 'waiting_campaign', 'waiting_port',
        'waiting_routing', 'enabled', 'failed')),
    order_id     TEXT,
    more         TEXT,
    is_open      INTEGER NOT NULL CONSTRAINT port_numbers_is_open CHECK (is_open IN (0, 1))
) STRICT;
CREATE INDEX port_numbers_of_port ON port_numbers (port_id, position);
CREATE INDEX port_numbers_number ON port_numbers (number);
-- One open port for each number, whoever's account it is in: the database itself says so.
CREATE UNIQUE INDEX port_numbers_open ON port_numbers (number) WHERE is_open;

CREATE TABLE carrier_orders (
    id          TEXT    NOT NULL PRIMARY KEY,
    port_id     TEXT    NOT NULL REFERENCES ports (id),
    carrier     TEXT    NOT NULL,
    external_id TEXT    NOT NULL,
    raw_status  TEXT    NOT NULL,
    is_open     INTEGER NOT NULL CONSTRAINT carrier_orders_is_open CHECK (is_open IN (0, 1)),
    body        TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX carrier_orders_external ON carrier_orders (carrier, external_id);
CREATE INDEX carrier_orders_of_port ON carrier_orders (port_id, id);

-- The history, and the only one. Append-only; each fact's hash covers the one before.
CREATE TABLE facts (
    id         TEXT    NOT NULL PRIMARY KEY,
    port_id    TEXT    NOT NULL REFERENCES ports (id),
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    staff_only INTEGER NOT NULL CONSTRAINT facts_staff_only CHECK (staff_only IN (0, 1)),
    body       TEXT    NOT NULL,
    hash       BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX facts_of_port ON facts (port_id, seq);

-- PINs, account numbers and SIDs, sealed with the master key.
CREATE TABLE port_secrets (
    port_id TEXT NOT NULL REFERENCES ports (id),
    field   TEXT NOT NULL CONSTRAINT port_secrets_field CHECK (field IN ('account_number', 'pin', 'twilio_account_sid')),
    sealed  BLOB NOT NULL,
    PRIMARY KEY (port_id, field)
) STRICT;

CREATE TABLE documents (
    id           TEXT    NOT NULL PRIMARY KEY,
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    port_id      TEXT    NOT NULL REFERENCES ports (id),
    kind         TEXT    NOT NULL CONSTRAINT documents_kind CHECK (kind IN ('letter', 'signed_letter', 'proof', 'attachment')),
    name         TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    sha256       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_of_port ON documents (port_id, created_at);

-- Secret links in mails. The token is stored as its hash only.
CREATE TABLE links (
    id         TEXT    NOT NULL PRIMARY KEY,
    port_id    TEXT    NOT NULL REFERENCES ports (id),
    purpose    TEXT    NOT NULL CONSTRAINT links_purpose CHECK (purpose IN ('sign', 'upload')),
    token_hash BLOB    NOT NULL,
    state      TEXT    NOT NULL CONSTRAINT links_state CHECK (state IN ('live', 'used', 'replaced', 'dead')),
    email      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    opened_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX links_token ON links (token_hash);
CREATE INDEX links_of_port ON links (port_id, purpose);

-- One mail for each fact and reader. What is secret in it (a link's token) is sealed.
CREATE TABLE mails (
    id          TEXT    NOT NULL PRIMARY KEY,
    port_id     TEXT    NOT NULL REFERENCES ports (id),
    fact_id     TEXT    NOT NULL,
    reader      TEXT    NOT NULL CONSTRAINT mails_reader CHECK (reader IN ('submitter', 'owner', 'desk')),
    kind        TEXT    NOT NULL,
    to_name     TEXT    NOT NULL,
    to_address  TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    body_text   TEXT    NOT NULL,
    body_html   TEXT    NOT NULL,
    sealed_link BLOB,
    message_id  TEXT    NOT NULL,
    thread_id   TEXT    NOT NULL,
    state       TEXT    NOT NULL CONSTRAINT mails_state CHECK (state IN ('queued', 'sent', 'failed')),
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER,
    last_error  TEXT
) STRICT;
CREATE UNIQUE INDEX mails_once ON mails (fact_id, reader);
CREATE INDEX mails_of_port ON mails (port_id, id);

CREATE TABLE endpoints (
    id            TEXT    NOT NULL PRIMARY KEY,
    account_id    TEXT    NOT NULL REFERENCES accounts (id),
    url           TEXT    NOT NULL,
    sealed_secret BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER
) STRICT;
CREATE INDEX endpoints_of_account ON endpoints (account_id);

CREATE TABLE deliveries (
    id           TEXT    NOT NULL PRIMARY KEY,
    endpoint_id  TEXT    NOT NULL REFERENCES endpoints (id),
    fact_id      TEXT    NOT NULL,
    port_id      TEXT    NOT NULL,
    event        TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    state        TEXT    NOT NULL CONSTRAINT deliveries_state CHECK (state IN ('queued', 'delivered', 'failed')),
    attempts     INTEGER NOT NULL,
    last_status  INTEGER,
    last_answer  TEXT,
    created_at   INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX deliveries_once ON deliveries (endpoint_id, fact_id);

-- What carriers sent us, as it came: webhooks, and answers that could not be read.
CREATE TABLE inbox (
    id            TEXT    NOT NULL PRIMARY KEY,
    carrier       TEXT    NOT NULL,
    external_id   TEXT    NOT NULL,
    kind          TEXT    NOT NULL CONSTRAINT inbox_kind CHECK (kind IN ('webhook', 'answer')),
    state         TEXT    NOT NULL CONSTRAINT inbox_state CHECK (state IN ('received', 'done', 'unreadable')),
    port_id       TEXT,
    body          BLOB    NOT NULL,
    received_wall INTEGER NOT NULL,
    remark        TEXT
) STRICT;
CREATE UNIQUE INDEX inbox_once ON inbox (carrier, external_id);

-- Answers remembered under their Idempotency-Key.
CREATE TABLE idempotency (
    scope        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash BLOB    NOT NULL,
    status       INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    etag         TEXT,
    location     TEXT,
    created_wall INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_wall);
