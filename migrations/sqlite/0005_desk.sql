-- The desk's table: what of a request is looked for from the desk, in small rows beside the large ones. All of it follows
-- from the request; src/db/desk.rs writes it in the commit that changes the request.

-- A request's place in a queue (src/domain/port/queue.rs), and `all` for each that is in one: what all of them hold together is
-- then as quick to count and to page as each. A passing place shows only on the day of `since`.
CREATE TABLE desk_lines (
    port_id TEXT    NOT NULL REFERENCES ports (id),
    queue   TEXT    NOT NULL CONSTRAINT desk_lines_queue CHECK (queue IN ('all', 'documents', 'submit', 'rejected', 'dates', 'windows', 'silent',
        'words', 'customers', 'tests')),
    since   INTEGER NOT NULL,
    passing INTEGER NOT NULL CONSTRAINT desk_lines_passing CHECK (passing IN (0, 1)),
    PRIMARY KEY (port_id, queue)
) STRICT;
CREATE INDEX desk_lines_of_queue ON desk_lines (queue, since, port_id, passing);

-- Who at the desk has a request.
CREATE TABLE desk_claims (
    port_id TEXT    NOT NULL PRIMARY KEY REFERENCES ports (id),
    user_id TEXT    NOT NULL REFERENCES users (id),
    since   INTEGER NOT NULL
) STRICT;
CREATE INDEX desk_claims_of_user ON desk_claims (user_id, since, port_id);

-- What a request is found by: its name, companies, people, and the carriers' own numbers for it, in small letters.
CREATE TABLE desk_search (
    port_id TEXT    NOT NULL PRIMARY KEY REFERENCES ports (id),
    words   TEXT    NOT NULL
) STRICT;

-- Requests that are there already. How long they have stood in a queue is not known; they have not moved since then.
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'documents', last_movement, FALSE FROM ports
WHERE status IN ('in_review', 'rejected') AND body LIKE '%"verdict":"waiting"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'submit', last_movement, FALSE FROM ports
WHERE status = 'in_review' AND body NOT LIKE '%"verdict":"waiting"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'rejected', last_movement, FALSE FROM ports
WHERE status = 'rejected' OR body LIKE '%"attention":"rejection"%' OR body LIKE '%"attention":"carrier_refused"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'dates', last_movement, FALSE FROM ports
WHERE body LIKE '%"attention":"early_date"%' OR body LIKE '%"attention":"jeopardy"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT p.id, 'dates', MAX(f.at), TRUE FROM ports p JOIN facts f ON f.port_id = p.id
WHERE f.name IN ('port_date_set', 'port_date_changed') AND p.status NOT IN ('completed', 'cancelled', 'snapped_back')
    AND EXISTS (SELECT 1 FROM port_numbers n WHERE n.port_id = p.id AND n.voice = 'scheduled')
    AND NOT EXISTS (SELECT 1 FROM desk_lines d WHERE d.port_id = p.id AND d.queue = 'dates')
GROUP BY p.id;
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT p.id, 'windows', p.last_movement, FALSE FROM ports p
WHERE p.status NOT IN ('completed', 'cancelled', 'snapped_back')
    AND EXISTS (SELECT 1 FROM port_numbers n WHERE n.port_id = p.id AND n.voice = 'porting');
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'silent', last_movement, FALSE FROM ports WHERE body LIKE '%"attention":"silence"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'words', last_movement, FALSE FROM ports
WHERE body LIKE '%"attention":"unknown_word"%' OR body LIKE '%"attention":"unreadable"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'customers', last_movement, FALSE FROM ports WHERE body LIKE '%"attention":"update_asked"%';
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT id, 'tests', last_movement, FALSE FROM ports
WHERE status = 'snapback_pending' OR body LIKE '%"attention":"test_failed"%' OR body LIKE '%"attention":"text_failed"%';

INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT port_id, 'all', MIN(since), FALSE FROM desk_lines WHERE NOT passing GROUP BY port_id;
INSERT INTO desk_lines (port_id, queue, since, passing)
SELECT d.port_id, 'all', d.since, TRUE FROM desk_lines d
WHERE d.passing AND NOT EXISTS (SELECT 1 FROM desk_lines a WHERE a.port_id = d.port_id AND a.queue = 'all');

INSERT INTO desk_search (port_id, words)
SELECT p.id, LOWER(p.title || ' ' || p.losing_carrier || ' ' || COALESCE(json_extract(p.body, '$.details.customer.business_name'), '') || ' ' || COALESCE(json_extract(p.body, '$.details.customer.first_name'), '') || ' ' || COALESCE(json_extract(p.body, '$.details.customer.last_name'), '') || ' ' || COALESCE((SELECT group_concat(o.external_id || ' ' || COALESCE(json_extract(o.body, '$.support_key'), ''), ' ') FROM carrier_orders o WHERE o.port_id = p.id), ''))
FROM ports p;
