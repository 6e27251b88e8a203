-- Accounts, port requests and all that belongs to them. Instants are microseconds since 1970, in desk
-- time unless a column's name says `wall`.

CREATE TABLE accounts (
    id                TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    name              TEXT COLLATE "C"    NOT NULL,
    campaign_approved BOOLEAN NOT NULL,
    created_at        BIGINT NOT NULL
);

-- People who sign in. Desk agents and administrators belong to no account.
CREATE TABLE users (
    id            TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    account_id    TEXT COLLATE "C"    REFERENCES accounts (id),
    email         TEXT COLLATE "C"    NOT NULL,
    name          TEXT COLLATE "C"    NOT NULL,
    role          TEXT COLLATE "C"    NOT NULL CONSTRAINT users_role CHECK (role IN ('submitter', 'desk', 'administrator')),
    password_hash TEXT COLLATE "C"    NOT NULL,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT,
    CONSTRAINT users_account CHECK ((role = 'submitter') = (account_id IS NOT NULL))
);
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE sessions (
    token_hash   BYTEA    NOT NULL PRIMARY KEY,
    user_id      TEXT COLLATE "C"    NOT NULL REFERENCES users (id),
    csrf         TEXT COLLATE "C"    NOT NULL,
    created_wall BIGINT NOT NULL,
    used_wall    BIGINT NOT NULL,
    expires_wall BIGINT NOT NULL
);
CREATE INDEX sessions_expire ON sessions (expires_wall);

CREATE TABLE api_keys (
    id         TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C"    NOT NULL REFERENCES users (id),
    name       TEXT COLLATE "C"    NOT NULL,
    hash       BYTEA    NOT NULL,
    hint       TEXT COLLATE "C"    NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_user ON api_keys (user_id);

CREATE TABLE receiving_numbers (
    account_id TEXT COLLATE "C"    NOT NULL REFERENCES accounts (id),
    number     TEXT COLLATE "C"    NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, number)
);

CREATE TABLE ports (
    id             TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    account_id     TEXT COLLATE "C"    NOT NULL REFERENCES accounts (id),
    submitter_id   TEXT COLLATE "C"    NOT NULL REFERENCES users (id),
    title          TEXT COLLATE "C"    NOT NULL,
    losing_carrier TEXT COLLATE "C"    NOT NULL,
    status         TEXT COLLATE "C"    NOT NULL CONSTRAINT ports_status CHECK (status IN ('draft', 'awaiting_signature', 'awaiting_proof',
        'in_review', 'submitted', 'rejected', 'scheduled', 'porting', 'testing', 'completed', 'cancel_pending', 'cancelled',
        'snapback_pending', 'snapped_back')),
    body           TEXT COLLATE "C"    NOT NULL,
    wants_desk     BOOLEAN NOT NULL,
    released_at    BIGINT,
    window_at      BIGINT,
    loa_expires_at BIGINT,
    last_movement  BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    facts          BIGINT NOT NULL,
    head           BYTEA    NOT NULL,
    CONSTRAINT ports_released CHECK (released_at IS NOT NULL OR status IN ('draft', 'awaiting_signature', 'awaiting_proof',
        'in_review', 'cancelled')),
    CONSTRAINT ports_scheduled CHECK (status <> 'scheduled' OR window_at IS NOT NULL)
);
CREATE INDEX ports_of_account ON ports (account_id, id);
CREATE INDEX ports_by_status ON ports (status, id);
CREATE INDEX ports_for_desk ON ports (id) WHERE wants_desk;
CREATE INDEX ports_window ON ports (window_at) WHERE window_at IS NOT NULL;
CREATE INDEX ports_loa_expires ON ports (loa_expires_at) WHERE loa_expires_at IS NOT NULL;

CREATE TABLE port_numbers (
    id           TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    port_id      TEXT COLLATE "C"    NOT NULL REFERENCES ports (id),
    position     BIGINT NOT NULL,
    number       TEXT COLLATE "C"    NOT NULL,
    kind         TEXT COLLATE "C"    NOT NULL,
    receiving    TEXT COLLATE "C",
    source       TEXT COLLATE "C",
    description  TEXT COLLATE "C",
    wants_text   BOOLEAN NOT NULL,
    voice        TEXT COLLATE "C"    NOT NULL CONSTRAINT port_numbers_voice CHECK (voice IN ('waiting', 'submitted', 'rejected', 'scheduled',
        'porting', 'ported', 'failed', 'cancelled', 'snapped_back')),
    text         TEXT COLLATE "C"    NOT NULL CONSTRAINT port_numbers_text CHECK (text IN ('not_wanted', 'waiting_campaign', 'waiting_port',
        'waiting_routing', 'enabled', 'failed')),
    order_id     TEXT COLLATE "C",
    more         TEXT COLLATE "C",
    is_open      BOOLEAN NOT NULL
);
CREATE INDEX port_numbers_of_port ON port_numbers (port_id, position);
CREATE INDEX port_numbers_number ON port_numbers (number);
-- One open port for each number, whoever's account it is in: the database itself says so.
CREATE UNIQUE INDEX port_numbers_open ON port_numbers (number) WHERE is_open;

CREATE TABLE carrier_orders (
    id          TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    port_id     TEXT COLLATE "C"    NOT NULL REFERENCES ports (id),
    carrier     TEXT COLLATE "C"    NOT NULL,
    external_id TEXT COLLATE "C"    NOT NULL,
    raw_status  TEXT COLLATE "C"    NOT NULL,
    is_open     BOOLEAN NOT NULL,
    body        TEXT COLLATE "C"    NOT NULL
);
CREATE UNIQUE INDEX carrier_orders_external ON carrier_orders (carrier, external_id);
CREATE INDEX carrier_orders_of_port ON carrier_orders (port_id, id);

-- The history, and the only one. Append-only; each fact's hash covers the one before.
CREATE TABLE facts (
    id         TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    port_id    TEXT COLLATE "C"    NOT NULL REFERENCES ports (id),
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    name       TEXT COLLATE "C"    NOT NULL,
    actor      TEXT COLLATE "C"    NOT NULL,
    staff_only BOOLEAN NOT NULL,
    body       TEXT COLLATE "C"    NOT NULL,
    hash       BYTEA    NOT NULL
);
CREATE UNIQUE INDEX facts_of_port ON facts (port_id, seq);

-- PINs, account numbers and SIDs, sealed with the master key.
CREATE TABLE port_secrets (
    port_id TEXT COLLATE "C" NOT NULL REFERENCES ports (id),
    field   TEXT COLLATE "C" NOT NULL CONSTRAINT port_secrets_field CHECK (field IN ('account_number', 'pin', 'twilio_account_sid')),
    sealed  BYTEA NOT NULL,
    PRIMARY KEY (port_id, field)
);

CREATE TABLE documents (
    id           TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    account_id   TEXT COLLATE "C"    NOT NULL REFERENCES accounts (id),
    port_id      TEXT COLLATE "C"    NOT NULL REFERENCES ports (id),
    kind         TEXT COLLATE "C"    NOT NULL CONSTRAINT documents_kind CHECK (kind IN ('letter', 'signed_letter', 'proof', 'attachment')),
    name         TEXT COLLATE "C"    NOT NULL,
    content_type TEXT COLLATE "C"    NOT NULL,
    size         BIGINT NOT NULL,
    sha256       TEXT COLLATE "C"    NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX documents_of_port ON documents (port_id, created_at);

-- Secret links in mails. The token is stored as its hash only.
CREATE TABLE links (
    id         TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    port_id    TEXT COLLATE "C"    NOT NULL REFERENCES ports (id),
    purpose    TEXT COLLATE "C"    NOT NULL CONSTRAINT links_purpose CHECK (purpose IN ('sign', 'upload')),
    token_hash BYTEA    NOT NULL,
    state      TEXT COLLATE "C"    NOT NULL CONSTRAINT links_state CHECK (state IN ('live', 'used', 'replaced', 'dead')),
    email      TEXT COLLATE "C"    NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    opened_at  BIGINT
);
CREATE UNIQUE INDEX links_token ON links (token_hash);
CREATE INDEX links_of_port ON links (port_id, purpose);

-- One mail for each fact and reader. What is secret in it (a link's token) is sealed.
CREATE TABLE mails (
    id          TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    port_id     TEXT COLLATE "C"    NOT NULL REFERENCES ports (id),
    fact_id     TEXT COLLATE "C"    NOT NULL,
    reader      TEXT COLLATE "C"    NOT NULL CONSTRAINT mails_reader CHECK (reader IN ('submitter', 'owner', 'desk')),
    kind        TEXT COLLATE "C"    NOT NULL,
    to_name     TEXT COLLATE "C"    NOT NULL,
    to_address  TEXT COLLATE "C"    NOT NULL,
    subject     TEXT COLLATE "C"    NOT NULL,
    body_text   TEXT COLLATE "C"    NOT NULL,
    body_html   TEXT COLLATE "C"    NOT NULL,
    sealed_link BYTEA,
    message_id  TEXT COLLATE "C"    NOT NULL,
    thread_id   TEXT COLLATE "C"    NOT NULL,
    state       TEXT COLLATE "C"    NOT NULL CONSTRAINT mails_state CHECK (state IN ('queued', 'sent', 'failed')),
    created_at  BIGINT NOT NULL,
    sent_at     BIGINT,
    last_error  TEXT COLLATE "C"
);
CREATE UNIQUE INDEX mails_once ON mails (fact_id, reader);
CREATE INDEX mails_of_port ON mails (port_id, id);

CREATE TABLE endpoints (
    id            TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    account_id    TEXT COLLATE "C"    NOT NULL REFERENCES accounts (id),
    url           TEXT COLLATE "C"    NOT NULL,
    sealed_secret BYTEA    NOT NULL,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT
);
CREATE INDEX endpoints_of_account ON endpoints (account_id);

CREATE TABLE deliveries (
    id           TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    endpoint_id  TEXT COLLATE "C"    NOT NULL REFERENCES endpoints (id),
    fact_id      TEXT COLLATE "C"    NOT NULL,
    port_id      TEXT COLLATE "C"    NOT NULL,
    event        TEXT COLLATE "C"    NOT NULL,
    body         TEXT COLLATE "C"    NOT NULL,
    state        TEXT COLLATE "C"    NOT NULL CONSTRAINT deliveries_state CHECK (state IN ('queued', 'delivered', 'failed')),
    attempts     BIGINT NOT NULL,
    last_status  BIGINT,
    last_answer  TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (endpoint_id, fact_id);

-- What carriers sent us, as it came: webhooks, and answers that could not be read.
CREATE TABLE inbox (
    id            TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    carrier       TEXT COLLATE "C"    NOT NULL,
    external_id   TEXT COLLATE "C"    NOT NULL,
    kind          TEXT COLLATE "C"    NOT NULL CONSTRAINT inbox_kind CHECK (kind IN ('webhook', 'answer')),
    state         TEXT COLLATE "C"    NOT NULL CONSTRAINT inbox_state CHECK (state IN ('received', 'done', 'unreadable')),
    port_id       TEXT COLLATE "C",
    body          BYTEA    NOT NULL,
    received_wall BIGINT NOT NULL,
    remark        TEXT COLLATE "C"
);
CREATE UNIQUE INDEX inbox_once ON inbox (carrier, external_id);

-- Answers remembered under their Idempotency-Key.
CREATE TABLE idempotency (
    scope        TEXT COLLATE "C"    NOT NULL,
    key          TEXT COLLATE "C"    NOT NULL,
    request_hash BYTEA    NOT NULL,
    status       BIGINT NOT NULL,
    body         TEXT COLLATE "C"    NOT NULL,
    etag         TEXT COLLATE "C",
    location     TEXT COLLATE "C",
    created_wall BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_created ON idempotency (created_wall);
