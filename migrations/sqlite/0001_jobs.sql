-- Work to be done, and the timers of recurring work. See src/db/jobs.rs.
CREATE TABLE jobs (
    id            TEXT    NOT NULL PRIMARY KEY,
    kind          TEXT    NOT NULL,
    payload       TEXT    NOT NULL,
    port_id       TEXT,
    dedup_key     TEXT,
    serial_key    TEXT,
    state         TEXT    NOT NULL CONSTRAINT jobs_state CHECK (state IN ('ready', 'running', 'done', 'dead')),
    run_at        INTEGER NOT NULL,
    again_at      INTEGER,
    attempts      INTEGER NOT NULL,
    max_attempts  INTEGER NOT NULL,
    give_up_at    INTEGER,
    lease_owner   TEXT,
    lease_number  INTEGER,
    lease_until   INTEGER,
    last_error    TEXT,
    created_at    INTEGER NOT NULL,
    finished_at   INTEGER,
    CONSTRAINT jobs_lease CHECK ((state = 'running') = (lease_owner IS NOT NULL)
        AND (lease_owner IS NULL) = (lease_number IS NULL) AND (lease_owner IS NULL) = (lease_until IS NULL)),
    CONSTRAINT jobs_again CHECK (again_at IS NULL OR state = 'running'),
    CONSTRAINT jobs_finished CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL))
) STRICT;

CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_finished_at ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_of_port ON jobs (port_id, created_at) WHERE port_id IS NOT NULL;
CREATE INDEX jobs_serial_ready ON jobs (serial_key, run_at, id) WHERE state = 'ready' AND serial_key IS NOT NULL;
-- One unfinished job for each key; a second one joins it.
CREATE UNIQUE INDEX jobs_unfinished ON jobs (dedup_key) WHERE state IN ('ready', 'running') AND dedup_key IS NOT NULL;
-- Two jobs with the same serial key never run at the same time.
CREATE UNIQUE INDEX jobs_serial_running ON jobs (serial_key) WHERE state = 'running' AND serial_key IS NOT NULL;

CREATE TABLE reconcilers (
    name          TEXT    NOT NULL PRIMARY KEY,
    due_at        INTEGER NOT NULL,
    lease_owner   TEXT,
    lease_until   INTEGER,
    last_run_at   INTEGER,
    last_error    TEXT,
    CONSTRAINT reconcilers_lease CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
) STRICT;
