-- R9 to R13: numbers that text here while their calls stay with their present provider. Instants are microseconds since
-- 1970, in desk time. A number is in one account's list once, and asked for or on in one account at a time.
CREATE TABLE hosted_numbers (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id     TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    number         TEXT COLLATE "C" NOT NULL,
    voice_provider TEXT COLLATE "C" NOT NULL,
    description    TEXT COLLATE "C" NOT NULL,
    state          TEXT COLLATE "C" NOT NULL CONSTRAINT hosted_numbers_state CHECK (state IN ('requested', 'enabled', 'refused', 'ended')),
    state_at       BIGINT NOT NULL,
    asked_by       TEXT COLLATE "C" REFERENCES users (id),
    asked_by_name  TEXT COLLATE "C",
    reason         TEXT COLLATE "C",
    is_live        BOOLEAN NOT NULL,
    version        BIGINT NOT NULL,
    CONSTRAINT hosted_numbers_asked CHECK (state <> 'requested' OR (asked_by IS NOT NULL AND asked_by_name IS NOT NULL)),
    CONSTRAINT hosted_numbers_reason CHECK (state NOT IN ('refused', 'ended') OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX hosted_numbers_once ON hosted_numbers (account_id, number);
CREATE UNIQUE INDEX hosted_numbers_live ON hosted_numbers (number) WHERE is_live;
CREATE INDEX hosted_numbers_number ON hosted_numbers (number);
-- Whether a number's voice has moved here.
CREATE INDEX port_numbers_ported ON port_numbers (number) WHERE voice = 'ported';
