-- Updates that wait for their time. due is when it goes out; state is waiting, why
-- somebody has to decide, published (as update_id) or cancelled (by the one who did). notice_id is what the desk was asked, 0 for nothing.
CREATE TABLE scheduled (
    id          /*identity*/,
    story_id    BIGINT NOT NULL REFERENCES stories (id),
    level       SMALLINT NOT NULL,
    text        TEXT NOT NULL,
    sources     TEXT NOT NULL,
    picture_url TEXT NOT NULL,
    picture_alt TEXT NOT NULL,
    unverified  SMALLINT NOT NULL, -- 1: it goes out as being checked
    author_ref  TEXT NOT NULL,
    author_name TEXT NOT NULL,
    at          BIGINT NOT NULL, -- when it happened; 0 for when it is published
    due         BIGINT NOT NULL,
    undo        SMALLINT NOT NULL, -- 1: it only waits for its author to take it back
    created_at  BIGINT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'waiting',
    ended_at    BIGINT NOT NULL DEFAULT 0,
    ended_ref   TEXT NOT NULL DEFAULT '',
    ended_name  TEXT NOT NULL DEFAULT '',
    update_id   BIGINT NOT NULL DEFAULT 0,
    notice_id   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX scheduled_due ON scheduled (due, id) WHERE state = 'waiting';
CREATE INDEX scheduled_open ON scheduled (due, id) WHERE state NOT IN ('published', 'cancelled', 'drafted');
CREATE INDEX scheduled_ended ON scheduled (ended_at) WHERE state IN ('published', 'cancelled', 'drafted');
CREATE INDEX scheduled_by_story ON scheduled (story_id, due);
