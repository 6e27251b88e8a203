-- Notes: until where each person has read them, attachments that only the desk may see, and answers by mail.

-- The place in a request's history up to which somebody has seen it.
CREATE TABLE note_reads (
    user_id TEXT    NOT NULL REFERENCES users (id),
    port_id TEXT    NOT NULL REFERENCES ports (id),
    seq     INTEGER NOT NULL,
    PRIMARY KEY (user_id, port_id)
) STRICT;
-- What was there before anybody counted is not news to anybody.
INSERT INTO note_reads (user_id, port_id, seq)
    SELECT u.id, p.id, p.facts FROM users u JOIN ports p ON u.account_id IS NULL OR u.account_id = p.account_id;

ALTER TABLE documents ADD COLUMN staff_only INTEGER NOT NULL DEFAULT 0 CONSTRAINT documents_staff_only CHECK (staff_only IN (0, 1));

-- Mails that were taken from the mailbox of answers. `digest` tells one from another; `blob` is the message as it came,
-- for those that could not be placed.
CREATE TABLE inbound_mails (
    id           TEXT    NOT NULL PRIMARY KEY,
    digest       BLOB    NOT NULL,
    state        TEXT    NOT NULL CONSTRAINT inbound_mails_state CHECK (state IN ('noted', 'unplaced', 'filed', 'discarded')),
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
CREATE UNIQUE INDEX inbound_mails_once ON inbound_mails (digest);
CREATE INDEX inbound_mails_unplaced ON inbound_mails (id) WHERE state = 'unplaced';

-- How far each mailbox of answers was read (RFC 3501, 2.3.1.1).
CREATE TABLE inbound_mailboxes (
    name         TEXT    NOT NULL PRIMARY KEY,
    uid_validity INTEGER NOT NULL,
    uid          INTEGER NOT NULL
) STRICT;
