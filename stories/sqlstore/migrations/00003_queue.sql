-- What is owed to destinations, and who may work on it. See queue.go.
-- No foreign keys on deliveries: checking two for each of 100,000 rows would
-- double the time a publication takes, and nothing they point to is deleted.
-- open repeats what state says because SQLite rewrites an index whose WHERE
-- names a changed column: a claim changes state, and open stays.
CREATE TABLE deliveries (
    id               /*identity*/,
    update_id        BIGINT NOT NULL,
    destination_id   BIGINT NOT NULL,
    lane_id          BIGINT NOT NULL,
    due_at           BIGINT NOT NULL,
    first_attempt_at BIGINT NOT NULL DEFAULT 0,
    last_attempt_at  BIGINT NOT NULL DEFAULT 0,
    created_at       BIGINT NOT NULL,
    finished_at      BIGINT NOT NULL DEFAULT 0,
    revision         INTEGER NOT NULL,
    attempt          INTEGER NOT NULL DEFAULT 0,
    unknowns         INTEGER NOT NULL DEFAULT 0,
    level            SMALLINT NOT NULL,
    state            SMALLINT NOT NULL,
    open             SMALLINT NOT NULL, -- 1 while it waits or is being sent
    front            SMALLINT NOT NULL, -- 1 while a claim looks at it
    part             TEXT NOT NULL,
    message_id       TEXT NOT NULL DEFAULT '',
    reason           TEXT NOT NULL DEFAULT '',
    CHECK (open = CASE WHEN state IN (0, 1) THEN 1 ELSE 0 END),
    CHECK (front = 0 OR state = 0)
);
-- A delivery's identity.
CREATE UNIQUE INDEX deliveries_once ON deliveries (update_id, destination_id, revision, part);
-- What a claim reads.
CREATE INDEX deliveries_front ON deliveries (lane_id, level, due_at, id) WHERE front = 1;
-- A destination's own order, and the one delivery that may be in the air.
CREATE INDEX deliveries_open ON deliveries (destination_id, level DESC, id) WHERE open = 1;
CREATE UNIQUE INDEX deliveries_sending ON deliveries (destination_id) WHERE state = 1;
CREATE INDEX deliveries_held ON deliveries (destination_id, id) WHERE state = 5;
-- How an update is coming along: what is on its way, and what was not sent.
-- Most rows are in neither for most of their life, which keeps them cheap.
CREATE INDEX deliveries_waiting ON deliveries (update_id, level) WHERE open = 1;
CREATE INDEX deliveries_other ON deliveries (update_id, state) WHERE state > 2;

CREATE TABLE leases (
    name  TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until BIGINT NOT NULL
);
