-- Tickets: what people ask support, by mail or on the help page, and what the desk answers. A mail about a request is a
-- note on it instead.

-- A mail may have opened a ticket, or be an answer in one.
CREATE TABLE inbound_mails_new (
    id           TEXT    NOT NULL PRIMARY KEY,
    digest       BLOB    NOT NULL,
    state        TEXT    NOT NULL CONSTRAINT inbound_mails_state CHECK (state IN ('noted', 'unplaced', 'filed', 'discarded', 'ticket')),
    reason       TEXT    NOT NULL,
    from_name    TEXT    NOT NULL,
    from_address TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    port_id      TEXT,
    blob         TEXT,
    size         INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    settled_at   INTEGER,
    settled_by   TEXT
) STRICT;
INSERT INTO inbound_mails_new SELECT * FROM inbound_mails;
DROP TABLE inbound_mails;
ALTER TABLE inbound_mails_new RENAME TO inbound_mails;
CREATE UNIQUE INDEX inbound_mails_once ON inbound_mails (digest);
CREATE INDEX inbound_mails_unplaced ON inbound_mails (id) WHERE state = 'unplaced';

CREATE TABLE tickets (
    id              TEXT NOT NULL PRIMARY KEY,
    number          INTEGER NOT NULL,
    subject         TEXT NOT NULL,
    from_name       TEXT NOT NULL,
    from_address    TEXT NOT NULL,
    user_id         TEXT REFERENCES users (id),
    state           TEXT NOT NULL CONSTRAINT tickets_state CHECK (state IN ('waiting', 'answered', 'closed')),
    -- How many messages it has: the last one's `seq`.
    messages        INTEGER NOT NULL,
    -- The `Message-ID` of the sender's last mail; none while they wrote none.
    last_message_id TEXT,
    opened_at       INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tickets_number ON tickets (number);
CREATE INDEX tickets_in_state ON tickets (state, changed_at);
CREATE INDEX tickets_of_address ON tickets (from_address, opened_at);

CREATE TABLE ticket_messages (
    ticket_id  TEXT NOT NULL REFERENCES tickets (id),
    seq        INTEGER NOT NULL,
    author     TEXT NOT NULL CONSTRAINT ticket_messages_author CHECK (author IN ('sender', 'desk')),
    by_name    TEXT NOT NULL,
    user_id    TEXT,
    text       TEXT NOT NULL,
    -- Names and sizes of the files that came with it, as JSON.
    files      TEXT NOT NULL,
    -- The mail that it came in.
    inbound_id TEXT REFERENCES inbound_mails (id),
    at         INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, seq)
) STRICT;

-- The number that was given last. At most one row.
CREATE TABLE ticket_numbers (
    id   TEXT NOT NULL PRIMARY KEY CONSTRAINT ticket_numbers_one CHECK (id = 'tickets'),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO ticket_numbers (id, last) VALUES ('tickets', 1000);

-- Mails of a ticket go to people who have no account, and answer a mail of theirs.
CREATE TABLE account_mails_new (
    id          TEXT NOT NULL PRIMARY KEY,
    user_id     TEXT REFERENCES users (id),
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
    last_error  TEXT,
    ticket_id   TEXT REFERENCES tickets (id),
    in_reply_to TEXT
) STRICT;
INSERT INTO account_mails_new SELECT *, NULL, NULL FROM account_mails;
DROP TABLE account_mails;
ALTER TABLE account_mails_new RENAME TO account_mails;
