-- What outlives the holder of a lane beside what is on its way; see lanes.go.

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

-- When a lane last worked.
CREATE TABLE lane_work (
    lane_id BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL
);
