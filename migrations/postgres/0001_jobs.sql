-- Work to be done, and the timers of recurring work. See src/db/jobs.rs.
CREATE TABLE jobs (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind          TEXT COLLATE "C" NOT NULL,
    payload       TEXT COLLATE "C" NOT NULL,
    port_id       TEXT COLLATE "C",
    dedup_key     TEXT COLLATE "C",
    serial_key    TEXT COLLATE "C",
    state         TEXT COLLATE "C" NOT NULL CONSTRAINT jobs_state CHECK (state IN ('ready', 'running', 'done', 'dead')),
    run_at        BIGINT NOT NULL,
    again_at      BIGINT,
    attempts      BIGINT NOT NULL,
    max_attempts  BIGINT NOT NULL,
    give_up_at    BIGINT,
    lease_owner   TEXT COLLATE "C",
    lease_number  BIGINT,
    lease_until   BIGINT,
    last_error    TEXT COLLATE "C",
    created_at    BIGINT NOT NULL,
    finished_at   BIGINT,
    CONSTRAINT jobs_lease CHECK ((state = 'running') = (lease_owner IS NOT NULL)
        AND (lease_owner IS NULL) = (lease_number IS NULL) AND (lease_owner IS NULL) = (lease_until IS NULL)),
    CONSTRAINT jobs_again CHECK (again_at IS NULL OR state = 'running'),
    CONSTRAINT jobs_finished CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL))
);

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
    name          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    due_at        BIGINT NOT NULL,
    lease_owner   TEXT COLLATE "C",
    lease_until   BIGINT,
    last_run_at   BIGINT,
    last_error    TEXT COLLATE "C",
    CONSTRAINT reconcilers_lease CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);
