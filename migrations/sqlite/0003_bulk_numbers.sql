-- Lists of 100,000 numbers go in twice as fast without two things that cost something for each row.
--
-- SQLite puts the words of `CHECK (voice IN (…))` into a table of their own for each row anew; compared one by one they
-- cost next to nothing. A CHECK cannot be changed, so the table is made again.
--
-- Who looks a number up looks for the open request that holds it: port_numbers_open has it, and a second index over all
-- numbers is not needed.
CREATE TABLE port_numbers_new (
    id           TEXT    NOT NULL PRIMARY KEY,
    port_id      TEXT    NOT NULL REFERENCES ports (id),
    position     INTEGER NOT NULL,
    number       TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    receiving    TEXT,
    source       TEXT,
    description  TEXT,
    wants_text   INTEGER NOT NULL CONSTRAINT port_numbers_wants_text CHECK (wants_text IN (0, 1)),
    voice        TEXT    NOT NULL CONSTRAINT port_numbers_voice CHECK (voice = 'waiting' OR voice = 'submitted' OR voice = 'rejected' OR voice = 'scheduled' OR
        voice = 'porting' OR voice = 'ported' OR voice = 'failed' OR voice = 'cancelled' OR
        voice = 'snapped_back'),
    text         TEXT    NOT NULL CONSTRAINT port_numbers_text CHECK (text = 'not_wanted' OR text = 'waiting_campaign' OR text = 'waiting_port' OR
        text = 'waiting_routing' OR text = 'enabled' OR text = 'failed'),
    order_id     TEXT,
    more         TEXT,
    is_open      INTEGER NOT NULL CONSTRAINT port_numbers_is_open CHECK (is_open IN (0, 1))
) STRICT;
INSERT INTO port_numbers_new SELECT * FROM port_numbers;
DROP TABLE port_numbers;
ALTER TABLE port_numbers_new RENAME TO port_numbers;
CREATE INDEX port_numbers_of_port ON port_numbers (port_id, position);
-- One open port for each number, whoever's account it is in: the database itself says so.
CREATE UNIQUE INDEX port_numbers_open ON port_numbers (number) WHERE is_open;
