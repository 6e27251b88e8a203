-- Tickets: what people ask support, by mail or on the help page, and what the desk answers. A mail about a request is a
-- note on it instead.

-- A mail may have opened a ticket, or be an answer in one.
ALTER TABLE inbound_mails DROP CONSTRAINT inbound_mails_state;
ALTER TABLE inbound_mails ADD CONSTRAINT inbound_mails_state CHECK (state IN ('noted', 'unplaced', 'filed', 'discarded', 'ticket'));

CREATE TABLE tickets (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number          BIGINT NOT NULL,
    subject         TEXT COLLATE "C" NOT NULL,
    from_name       TEXT COLLATE "C" NOT NULL,
    from_address    TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" REFERENCES users (id),
    state           TEXT COLLATE "C" NOT NULL CONSTRAINT tickets_state CHECK (state IN ('waiting', 'answered', 'closed')),
    -- How many messages it has: the last one's `seq`.
    messages        BIGINT NOT NULL,
    -- The `Message-ID` of the sender's last mail; none while they wrote none.
    last_message_id TEXT COLLATE "C",
    opened_at       BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX tickets_number ON tickets (number);
CREATE INDEX tickets_in_state ON tickets (state, changed_at);
CREATE INDEX tickets_of_address ON tickets (from_address, opened_at);

CREATE TABLE ticket_messages (
    ticket_id  TEXT COLLATE "C" NOT NULL REFERENCES tickets (id),
    seq        BIGINT NOT NULL,
    author     TEXT COLLATE "C" NOT NULL CONSTRAINT ticket_messages_author CHECK (author IN ('sender', 'desk')),
    by_name    TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C",
    text       TEXT COLLATE "C" NOT NULL,
    -- Names and sizes of the files that came with it, as JSON.
    files      TEXT COLLATE "C" NOT NULL,
    -- The mail that it came in.
    inbound_id TEXT COLLATE "C" REFERENCES inbound_mails (id),
    at         BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, seq)
);

-- The number that was given last. At most one row.
CREATE TABLE ticket_numbers (
    id   TEXT COLLATE "C" NOT NULL PRIMARY KEY CONSTRAINT ticket_numbers_one CHECK (id = 'tickets'),
    last BIGINT NOT NULL
);
INSERT INTO ticket_numbers (id, last) VALUES ('tickets', 1000);

-- Mails of a ticket go to people who have no account, and answer a mail of theirs.
ALTER TABLE account_mails ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE account_mails ADD COLUMN ticket_id TEXT COLLATE "C" REFERENCES tickets (id);
ALTER TABLE account_mails ADD COLUMN in_reply_to TEXT COLLATE "C";
