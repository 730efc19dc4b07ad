-- What is owed to destinations, and who may work on it. See queue.go.
-- No foreign keys on what is written for every delivery: checking two for each
-- of 100,000 rows would double the time a publication takes.

-- Who adds to the queue shares this row; who takes followers or waiting rows
-- away has it alone. So nothing is planned for a channel that is just leaving.
CREATE TABLE planning (id INTEGER PRIMARY KEY);
INSERT INTO planning (id) VALUES (1);

-- One publication owes something in one lane; nothing is added to it later.
-- seed makes the keys of its deliveries, urgency is its level or that of a more
-- urgent update of the same story published after it. notice_id is set where it
-- owes a notice.
--
-- queued counts the rows it has in the queue. The other counters are of the
-- deliveries that were first owed by it: what is neither sent, held, failed nor
-- unknown is on its way.
CREATE TABLE publications (
    id         /*identity*/,
    seed       BIGINT NOT NULL,
    lane_id    BIGINT NOT NULL,
    update_id  BIGINT NOT NULL, -- 0 for what owes again what others owed
    story_id   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revision   INTEGER NOT NULL DEFAULT 0,
    op         SMALLINT NOT NULL DEFAULT 0,
    level      SMALLINT NOT NULL,
    urgency    SMALLINT NOT NULL,
    queued     BIGINT NOT NULL DEFAULT 0,
    total      BIGINT NOT NULL DEFAULT 0,
    sent       BIGINT NOT NULL DEFAULT 0,
    held       BIGINT NOT NULL DEFAULT 0,
    failed     BIGINT NOT NULL DEFAULT 0,
    unknown    BIGINT NOT NULL DEFAULT 0,
    notice_id  BIGINT
);
CREATE INDEX publications_by_update ON publications (update_id, lane_id, op);
CREATE INDEX publications_by_notice ON publications (notice_id, op, revision) WHERE notice_id IS NOT NULL;
CREATE INDEX publications_open ON publications (lane_id, urgency, id) WHERE queued > 0;
CREATE INDEX publications_owing ON publications (story_id, urgency) WHERE queued > 0 OR held > 0;

-- The history: one row for each message ever owed, as it ended or as it stood
-- before the request that is on its way. It is about an update or a notice.
CREATE TABLE deliveries (
    id               /*identity*/,
    publication_id   BIGINT NOT NULL,
    update_id        BIGINT,
    destination_id   BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    first_attempt_at BIGINT NOT NULL DEFAULT 0,
    last_attempt_at  BIGINT NOT NULL DEFAULT 0,
    finished_at      BIGINT NOT NULL DEFAULT 0,
    revision         INTEGER NOT NULL, -- of its identity: which an edit shows, 0 for a post of an update
    said             INTEGER NOT NULL DEFAULT 0, -- the wording its message showed last when it was sent
    attempt          INTEGER NOT NULL DEFAULT 0,
    unknowns         INTEGER NOT NULL DEFAULT 0,
    missed           INTEGER NOT NULL DEFAULT 0, -- earlier updates its channel did not get
    op               SMALLINT NOT NULL,
    on_id            BIGINT NOT NULL DEFAULT 0, -- the delivery whose message op acts on
    state            SMALLINT NOT NULL,
    -- 1: an earlier request may have got through; 2: the database was put back,
    -- and a person decides; 3: it was, and this is to be settled. See putback.go.
    doubtful         SMALLINT NOT NULL DEFAULT 0,
    message_id       TEXT NOT NULL DEFAULT '',
    reason           TEXT NOT NULL DEFAULT '',
    notice_id        BIGINT
);
-- A delivery's identity; what has none of the two is not compared.
CREATE UNIQUE INDEX deliveries_once ON deliveries (update_id, destination_id, op, revision, on_id);
CREATE UNIQUE INDEX deliveries_once_notice ON deliveries (notice_id, destination_id, op, revision) WHERE notice_id IS NOT NULL;
CREATE INDEX deliveries_put_back ON deliveries (doubtful, destination_id, id, state, update_id) WHERE doubtful >= 2;

-- What waits or is on its way. Rows are written once and removed once.
CREATE TABLE queue (
    publication_id BIGINT NOT NULL,
    destination_id BIGINT NOT NULL,
    delivery_id    BIGINT NOT NULL,
    PRIMARY KEY (publication_id, destination_id, delivery_id)
) /*clustered*/;

-- What waits for a blocked destination to heal.
CREATE TABLE held (
    destination_id BIGINT NOT NULL,
    delivery_id    BIGINT NOT NULL,
    PRIMARY KEY (destination_id, delivery_id)
) /*clustered*/;

-- The requests of a lane that may be on their way, written before they leave:
-- all of them, by the holder of the lane's lease, under the number of its
-- newest batch. flying is a JSON array; see flights.go. begun is how often
-- anything had been begun in this database by then; see witness.go.
CREATE TABLE flights (
    lane_id BIGINT PRIMARY KEY,
    fence   BIGINT NOT NULL,
    batch   BIGINT NOT NULL,
    flying  TEXT NOT NULL,
    begun   BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE leases (
    name  TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- What is owed and is no update: see stories.Notice. done is 1 when no further
-- revision follows, 2 while the last one may have to be posted anew: see ends.go.
-- body is JSON.
CREATE TABLE notices (
    id         /*identity*/,
    kind       TEXT NOT NULL,
    update_id  BIGINT NOT NULL DEFAULT 0,
    revision   BIGINT NOT NULL DEFAULT 0,
    done       SMALLINT NOT NULL DEFAULT 0,
    body       TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL
);
CREATE INDEX notices_open ON notices (id) WHERE done = 0;
CREATE INDEX notices_ending ON notices (id) WHERE done = 2;

-- What the desk is to be told and no notice tells yet, each in JSON.
CREATE TABLE alarms (
    id   /*identity*/,
    body TEXT NOT NULL
);

-- What the desk was told does not work and was not told to work again: a lane
-- (workspace '') or one of its workspaces.
CREATE TABLE troubles (
    lane_id   BIGINT NOT NULL,
    workspace TEXT NOT NULL,
    PRIMARY KEY (lane_id, workspace)
);

-- What outlives the holder of a lane beside what is on its way: see lanes.go.

-- How long a platform asked a lane to wait, and with what: until when by the wall
-- clock, and how long it asked for, for never more is waited.
CREATE TABLE lane_waits (
    lane_id BIGINT NOT NULL,
    method  TEXT NOT NULL,
    until   BIGINT NOT NULL,
    asked   BIGINT NOT NULL,
    reason  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (lane_id, method)
);

-- How many of a lane's requests were invalid, by minutes since 1970; those of the
-- last ten are kept.
CREATE TABLE lane_refusals (
    lane_id BIGINT NOT NULL,
    minute  BIGINT NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (lane_id, minute)
);

-- When a lane last worked: by the clock people set, and by how long the machine
-- had been up since the start that boot names, '' where that is not known.
CREATE TABLE lane_work (
    lane_id BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    boot    TEXT NOT NULL,
    up      BIGINT NOT NULL
);
