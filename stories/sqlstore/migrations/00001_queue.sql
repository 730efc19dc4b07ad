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
-- queued counts what waits or is on its way of what it owes. The other counters are of the
-- deliveries that were first owed by it: what is neither sent, held, failed, unknown
-- nor kept until its update is released is on its way.
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
    kept       BIGINT NOT NULL DEFAULT 0,
    direct     BIGINT NOT NULL DEFAULT 0, -- of total, counted as it was planned: to direct messages
    waits      SMALLINT NOT NULL DEFAULT 0, -- 1: its rows wait for their time from the first, see waits.go
    deferred   BIGINT NOT NULL DEFAULT 0, -- of total: those that wait for their time
    overtaken  BIGINT NOT NULL DEFAULT 0, -- of total: not sent, because newer updates of their story were there first
    withdrawn  BIGINT NOT NULL DEFAULT 0, -- of total: not sent, because the update was withdrawn before
    unwanted   BIGINT NOT NULL DEFAULT 0, -- of total: not sent, because the channel did not ask for it any more
    second     SMALLINT NOT NULL DEFAULT 0, -- 1: where it owes a message of its update another one is owed that counts
    notice_id  BIGINT
);
CREATE INDEX publications_by_update ON publications (update_id, lane_id, op);
CREATE INDEX publications_by_notice ON publications (notice_id, op, revision) WHERE notice_id IS NOT NULL;
CREATE INDEX publications_open ON publications (lane_id, urgency, id) WHERE queued > 0;
CREATE INDEX publications_deferred ON publications (id) WHERE deferred > 0;
CREATE INDEX publications_owing ON publications (story_id, urgency) WHERE queued > 0 OR held > 0 OR deferred > 0;
-- What went on lately to the channels that follow another.
CREATE INDEX publications_passing ON publications (lane_id, created_at) WHERE op = 6;
-- What was breaking in a digest's time.
CREATE INDEX publications_breaking ON publications (lane_id, created_at) WHERE level = 3 AND update_id > 0 AND op says();

-- Every message ever owed, one row for each, written when it is planned and then
-- left as it is: what is to be said and when it was owed stands in its publication.
-- id is the publication's number and the destination's, see rows.go.
CREATE TABLE owed (
    id             /*number*/ PRIMARY KEY,
    destination_id BIGINT NOT NULL,
    on_id          BIGINT NOT NULL DEFAULT 0 -- the delivery whose message is acted on
);
CREATE INDEX owed_on ON owed (on_id/*in order*/) WHERE on_id > 0;
-- Where a channel has another address now the number does not tell the destination.
CREATE INDEX owed_elsewhere ON owed (destination_id) WHERE destination_id <> (id & 4294967295);

-- What became of what is owed: how it ended, or how it stood before the request
-- that is on its way. What has none waits and was never tried.
CREATE TABLE outcomes (
    id               /*number*/ PRIMARY KEY,
    state            SMALLINT NOT NULL DEFAULT 0,
    -- 1: state is 0, and it is owed again by a later publication: see queue.
    again            SMALLINT NOT NULL DEFAULT 0,
    -- 1: an earlier request may have got through; 2: the database was put back,
    -- and a person decides; 3: it was, and this is to be settled. See putback.go.
    doubtful         SMALLINT NOT NULL DEFAULT 0,
    said             INTEGER NOT NULL DEFAULT 0, -- the wording that its message was sent in, or may have been
    attempt          INTEGER NOT NULL DEFAULT 0,
    unknowns         INTEGER NOT NULL DEFAULT 0,
    missed           INTEGER NOT NULL DEFAULT 0, -- earlier updates its channel did not get
    late             SMALLINT NOT NULL DEFAULT 0, -- 1: it waited for its time, see waits.go
    first_attempt_at BIGINT NOT NULL DEFAULT 0,
    last_attempt_at  BIGINT NOT NULL DEFAULT 0,
    finished_at      BIGINT NOT NULL DEFAULT 0,
    message_id       TEXT NOT NULL DEFAULT '',
    -- Why it waits or was not sent: a code of the store's own, see reasons.go, or 0 and
    -- the words of a platform.
    code             SMALLINT NOT NULL DEFAULT 0,
    reason           TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outcomes_put_back ON outcomes ((id & 4294967295), doubtful, state) WHERE doubtful >= 2;
-- What failed or is unknown, without reading all that arrived.
CREATE INDEX outcomes_unsent ON outcomes (id) WHERE state IN (3, 4);

-- The history, as it is read: update_id is 0 for what is about a notice. Its
-- publication is found by the delivery's number, and its deliveries by a range of
-- numbers.
CREATE VIEW deliveries AS
SELECT d.id, p.id AS publication_id, p.update_id, p.notice_id, d.destination_id, p.created_at, p.revision, p.op, d.on_id,
    coalesce(o.state, p.waits * 8) AS state, coalesce(o.doubtful, 0) AS doubtful, coalesce(o.said, 0) AS said,
    coalesce(o.attempt, 0) AS attempt, coalesce(o.unknowns, 0) AS unknowns, coalesce(o.missed, 0) AS missed, coalesce(o.late, 0) AS late,
    coalesce(o.first_attempt_at, 0) AS first_attempt_at, coalesce(o.last_attempt_at, 0) AS last_attempt_at,
    coalesce(o.finished_at, 0) AS finished_at, coalesce(o.message_id, '') AS message_id, coalesce(o.code, 0) AS code, coalesce(o.reason, '') AS reason
FROM owed d LEFT JOIN outcomes o ON o.id = d.id
JOIN publications p ON p.id = (d.id >> 32) AND d.id >= (p.id << 32) AND d.id < ((p.id + 1) << 32);

-- What was put back and is not decided about or not settled, of the same columns as
-- far as they are asked for: read by an index of its own.
CREATE VIEW put_back AS
SELECT d.id, p.id AS publication_id, p.update_id, p.op, d.destination_id, o.state, o.doubtful
FROM outcomes o JOIN owed d ON d.id = o.id JOIN publications p ON p.id = (o.id >> 32)
WHERE o.doubtful >= 2;

-- What is owed again: healed, moved to another lane, put back. Any other row that
-- waits is owed by its own publication and is not in here. Rows are written once
-- and removed once.
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
-- newest batch. flying is JSON; see flights.go. begun is how often
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
-- since is the wording of its update that the channels of one of kind 'revision' were
-- shown last: see telling.go. body is JSON.
CREATE TABLE notices (
    id         /*identity*/,
    kind       TEXT NOT NULL,
    update_id  BIGINT NOT NULL DEFAULT 0,
    revision   BIGINT NOT NULL DEFAULT 0,
    since      BIGINT NOT NULL DEFAULT 0,
    done       SMALLINT NOT NULL DEFAULT 0,
    rests      BIGINT NOT NULL DEFAULT 0,
    body       TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL
);
CREATE INDEX notices_resting ON notices (id) WHERE rests > 0;
CREATE INDEX notices_revised ON notices (update_id, revision) WHERE kind = 'revision';
CREATE INDEX notices_progress ON notices (update_id, since) WHERE kind = 'progress';
CREATE INDEX notices_open ON notices (id) WHERE done = 0;
CREATE INDEX notices_ending ON notices (id) WHERE done = 2;
CREATE INDEX notices_telling ON notices (created_at) WHERE kind IN ('follow', 'stop');

-- Under this one all edits of cards are owed, the first messages of subscriptions; its
-- revision counts the changes that owed some. See cards.go.
INSERT INTO notices (kind, done, created_at) VALUES ('cards', 1, 0);

-- What each channel has seen of an update that was revised, so that nobody has to look
-- through all that was ever done to its copy: the newest wording that an edit, or a
-- message beside the copy, showed there; and from which wording it is to be told, -1 but
-- where the newest such message made room for another and none took its place. See
-- beside.go and readings.go.
CREATE TABLE readings (
    update_id      BIGINT NOT NULL,
    destination_id BIGINT NOT NULL,
    seen           INTEGER NOT NULL DEFAULT 0,
    due            INTEGER NOT NULL DEFAULT -1,
    PRIMARY KEY (update_id, destination_id)
) /*clustered*/;

-- What a card shows: stories by their places on it, each with the number it had then
-- (of_id), the story it is or went on as (story_id), and the update it shows, 0 for none.
CREATE TABLE shown (
    delivery_id /*number*/,
    place       SMALLINT NOT NULL,
    story_id    BIGINT NOT NULL,
    of_id       BIGINT NOT NULL,
    update_id   BIGINT NOT NULL,
    said        INTEGER NOT NULL DEFAULT 0, -- in which wording it does
    live        SMALLINT NOT NULL DEFAULT 0, -- 1: the card is a head, or was one
    lost        SMALLINT NOT NULL DEFAULT 0, -- 1: the card was deleted, or takes no edits any more
    PRIMARY KEY (delivery_id, place)
) /*clustered*/;
CREATE INDEX shown_by_story ON shown (story_id, update_id);

-- The head of a story in a channel that does not get a message for every update: one live
-- card there, which is edited, and the thread on it. See heads.go.
CREATE TABLE heads (
    story_id       BIGINT NOT NULL,
    destination_id BIGINT NOT NULL,
    delivery_id    BIGINT NOT NULL,            -- the one that posts it
    thread_id      BIGINT NOT NULL DEFAULT 0,  -- the one that opens its thread, 0 where there is none yet
    gone           SMALLINT NOT NULL DEFAULT 0, -- 1: the next update makes another
    deleted        SMALLINT NOT NULL DEFAULT 0, -- how often somebody deleted it or its thread
    level          SMALLINT NOT NULL DEFAULT 1, -- the least level that it shows
    through        BIGINT NOT NULL DEFAULT 0,   -- the newest update that it is to show
    begun          BIGINT NOT NULL DEFAULT 0,   -- the same, when it was posted or edited last
    begun_cards    BIGINT NOT NULL DEFAULT 0,   -- the revision of the notice of cards then
    -- How many such cards in a row could be changed no more before any edit: see closing.go.
    closings       SMALLINT NOT NULL DEFAULT 0,
    -- What last took no messages, its thread or post, or its message where none could be
    -- opened; when, and why. It does since where anything came there later: see closed.go.
    closed_on      BIGINT NOT NULL DEFAULT 0,
    closed_at      BIGINT NOT NULL DEFAULT 0,
    closed_why     TEXT NOT NULL DEFAULT '',
    ended          BIGINT NOT NULL DEFAULT 0,   -- up to this delivery all that was to be done to it had ended then
    PRIMARY KEY (story_id, destination_id)
) /*clustered*/;
CREATE INDEX heads_closed ON heads (closed_at) WHERE closed_at > 0;
CREATE INDEX heads_by_delivery ON heads (delivery_id);
CREATE INDEX heads_by_thread ON heads (thread_id) WHERE thread_id > 0;
CREATE INDEX heads_by_destination ON heads (destination_id, delivery_id);

-- The platforms on which a reply can be shown in the channel too.
CREATE TABLE broadcasting (
    platform TEXT PRIMARY KEY
);

-- Whom a message pings or pinged, in the platform's own writing, fixed when it is begun:
-- one that may have been sent is sent again as the same message, and an edit of it names
-- whom it named. See pings.go.
CREATE TABLE pinged (
    delivery_id /*number*/ PRIMARY KEY,
    mention     TEXT NOT NULL,
    refused     SMALLINT NOT NULL DEFAULT 0 -- 1: the platform took the message without it alone
);

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
