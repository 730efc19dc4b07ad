-- The newsroom: what readers see, who follows it, who may write it.
-- Times are milliseconds since 1970 in UTC, 0 for none. Lists of words are
-- joined by a space, lists of links by a line break: neither holds the other.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE stories (
    id         /*identity*/,
    slug       TEXT NOT NULL UNIQUE,
    aliases    TEXT NOT NULL DEFAULT '',
    headline   TEXT NOT NULL,
    summary    TEXT NOT NULL,
    topics     TEXT NOT NULL,
    state      TEXT NOT NULL,
    updates    BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    active_at  BIGINT NOT NULL
);
CREATE INDEX stories_by_activity ON stories (active_at, id);
CREATE INDEX stories_recent ON stories (state, active_at, id, slug);
-- All topics there are, without reading the stories.
CREATE INDEX stories_topics ON stories (topics) WHERE topics <> '';

-- Every slug a story has or had leads to it, those of the stories that were merged
-- into it included: of_id is the story that was called so, whose numbers the slug
-- keeps. closed repeats the story's state, so that suggestions read those that develop
-- first.
CREATE TABLE slugs (
    slug     TEXT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES stories (id) DEFERRABLE INITIALLY DEFERRED, -- it is taken before its story is there
    of_id    BIGINT NOT NULL,
    closed   SMALLINT NOT NULL DEFAULT 0
);
CREATE INDEX slugs_by_story ON slugs (story_id);

-- Stories that are none any more: what led to one leads to the story it went on as,
-- which is a story, for who merges that into a further one sets it anew. Its updates
-- went over as one: what was number n of updates there is n + shift now.
CREATE TABLE merged (
    id       BIGINT PRIMARY KEY,
    into_id  BIGINT NOT NULL REFERENCES stories (id),
    shift    BIGINT NOT NULL,
    updates  BIGINT NOT NULL,
    slug     TEXT NOT NULL, -- the one it had
    headline TEXT NOT NULL
);
CREATE INDEX merged_by_target ON merged (into_id);

-- Stories that were removed: what the desk's log calls them.
CREATE TABLE removed (
    id       BIGINT PRIMARY KEY,
    slug     TEXT NOT NULL,
    headline TEXT NOT NULL
);

-- People who were forgotten, by a mark that nobody makes without their reference and the
-- installation's id: what was told of them before is not written down after it.
CREATE TABLE forgotten (
    mark TEXT PRIMARY KEY,
    at   BIGINT NOT NULL
);

-- The words of an update are those of its newest revision. place is where it stands
-- among the updates of its story by the time they were published, the oldest first: it
-- is the number but for stories that another was merged into.
CREATE TABLE updates (
    id          /*identity*/,
    story_id    BIGINT NOT NULL REFERENCES stories (id),
    number      BIGINT NOT NULL,
    place       BIGINT NOT NULL,
    revision    BIGINT NOT NULL DEFAULT 0,
    -- Whether it stands: see stories.Standing. It is in marks too, which are JSON.
    standing    TEXT NOT NULL DEFAULT '',
    marks       TEXT NOT NULL DEFAULT '{}',
    level       SMALLINT NOT NULL,
    text        TEXT NOT NULL,
    sources     TEXT NOT NULL,
    -- '' where it has no picture; both are set or none.
    picture_url TEXT NOT NULL DEFAULT '',
    picture_alt TEXT NOT NULL DEFAULT '',
    author_ref  TEXT NOT NULL,
    author_name TEXT NOT NULL,
    at          BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (story_id, number)
);

CREATE INDEX updates_by_time ON updates (story_id, created_at, number);
CREATE INDEX updates_by_place ON updates (story_id, place);

-- Every wording of an update that was revised, its first and its newest one included.
CREATE TABLE revisions (
    update_id   BIGINT NOT NULL REFERENCES updates (id),
    revision    BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    text        TEXT NOT NULL,
    sources     TEXT NOT NULL,
    picture_url TEXT NOT NULL,
    picture_alt TEXT NOT NULL,
    reason      TEXT NOT NULL,
    marks       TEXT NOT NULL,
    author_ref  TEXT NOT NULL,
    author_name TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (update_id, revision)
);

-- How far each reader was shown each story, also one that was merged: by the numbers
-- its updates had there.
CREATE TABLE seen (
    reader   TEXT NOT NULL,
    story_id BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL, -- when they looked last, give or take a week
    PRIMARY KEY (reader, story_id)
);
CREATE INDEX seen_by_age ON seen (at);

-- A lane is one rate domain of a platform.
CREATE TABLE lanes (
    id   /*identity*/,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE destinations (
    id         /*identity*/,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    lane_id    BIGINT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'reachable',
    reason     TEXT NOT NULL DEFAULT '',
    since      BIGINT NOT NULL DEFAULT 0,
    -- Of one that is blocked: once the reason is mended nobody need try again.
    heals      SMALLINT NOT NULL DEFAULT 0,
    -- A platform asked for a pause of asked milliseconds, which ends then.
    not_before BIGINT NOT NULL DEFAULT 0,
    asked      BIGINT NOT NULL DEFAULT 0,
    -- What was skipped while it was blocked; the first message after says so.
    missed     BIGINT NOT NULL DEFAULT 0,
    -- When it last refused the bot, as the desk was told; 0 once a message arrived since.
    refused_at BIGINT NOT NULL DEFAULT 0,
    -- The channel has two addresses: its messages are written to by that of this
    -- destination; 0 for one that has not.
    moved_to   BIGINT NOT NULL DEFAULT 0,
    -- 1: a forum, where a post opens a thread of its own with its first message.
    forum      SMALLINT NOT NULL DEFAULT 0,
    -- Since when the bot is not in its workspace any more; 0 while it is. See left.go.
    left_at    BIGINT NOT NULL DEFAULT 0,
    UNIQUE (platform, workspace, channel)
);
CREATE INDEX destinations_moved ON destinations (moved_to) WHERE moved_to > 0;
CREATE INDEX destinations_by_lane ON destinations (lane_id);
CREATE INDEX destinations_refused ON destinations (id) WHERE refused_at <> 0;
CREATE INDEX destinations_forum ON destinations (id) WHERE forum > 0;
CREATE INDEX destinations_left ON destinations (left_at) WHERE left_at > 0;
CREATE INDEX destinations_blocked ON destinations (since, id) WHERE state = 'blocked';

-- What a destination follows: one story, one topic or all.
CREATE TABLE subscriptions (
    id             /*identity*/,
    destination_id BIGINT NOT NULL REFERENCES destinations (id),
    kind           TEXT NOT NULL,
    story_id       BIGINT NOT NULL DEFAULT 0,
    topic          TEXT NOT NULL DEFAULT '',
    level          SMALLINT NOT NULL,
    state          TEXT NOT NULL,
    mode           TEXT NOT NULL,
    digest         TEXT NOT NULL,
    quiet          TEXT NOT NULL,
    tz             TEXT NOT NULL,
    mention        TEXT NOT NULL,
    mention_level  SMALLINT NOT NULL,
    publish        SMALLINT NOT NULL,
    by_ref         TEXT NOT NULL,
    by_name        TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    -- When what it lets through last became otherwise, by a pause, a level or a merge; 0 for
    -- never.
    changed_at     BIGINT NOT NULL DEFAULT 0,
    -- What its quiet hours and its digest come to, see waits.go. From when on what is not
    -- breaking waits: the beginning of its next quiet hours, or of those it is in; null for never. When
    -- that is over, or its digest due: null for never. From when on its digest collects.
    waits_from     BIGINT,
    due_at         BIGINT,
    collects_from  BIGINT NOT NULL DEFAULT 0,
    -- The end of the last period of which it had its digest, by a clock that may have been set
    -- back since; 0 for none.
    digested_to    BIGINT NOT NULL DEFAULT 0,
    UNIQUE (destination_id, kind, story_id, topic)
);
-- Who follows one thing: who is to get an update, and who is spared it.
CREATE INDEX subscriptions_followed ON subscriptions (kind, story_id, topic, state, level, destination_id, waits_from);
-- Whether what is published now waits anywhere.
CREATE INDEX subscriptions_waiting ON subscriptions (kind, story_id, topic, waits_from) WHERE waits_from IS NOT NULL;
CREATE INDEX subscriptions_waits ON subscriptions (waits_from, destination_id) WHERE waits_from IS NOT NULL;
CREATE INDEX subscriptions_due ON subscriptions (due_at, id) WHERE due_at IS NOT NULL;
-- Whether anybody gets updates otherwise than as a message for each.
CREATE INDEX subscriptions_moded ON subscriptions (destination_id) WHERE mode <> 'channel';
-- Who is pinged at all.
CREATE INDEX subscriptions_mentioning ON subscriptions (destination_id) WHERE mention <> '';

-- Stories kept from a destination that follows them by a topic or all. No foreign key
-- leads to the story: who stops one has planning locked, and would lock the story after
-- it. Who ends a story, which only a merge does, has planning too, and passes them on.
CREATE TABLE mutes (
    destination_id BIGINT NOT NULL REFERENCES destinations (id),
    story_id       BIGINT NOT NULL,
    by_ref         TEXT NOT NULL,
    by_name        TEXT NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (destination_id, story_id)
);
CREATE INDEX mutes_by_story ON mutes (story_id);

-- The desk's channel, one a workspace.
CREATE TABLE desks (
    platform       TEXT NOT NULL,
    workspace      TEXT NOT NULL,
    destination_id BIGINT NOT NULL REFERENCES destinations (id),
    PRIMARY KEY (platform, workspace)
);

CREATE TABLE members (
    ref           TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    role          SMALLINT NOT NULL,
    added_by_ref  TEXT NOT NULL,
    added_by_name TEXT NOT NULL,
    added_at      BIGINT NOT NULL
);

-- What channels and workspaces were called when their platform last told it; a
-- workspace has no channel. person is whom a direct message is with: its name is
-- theirs, so that all that is kept of one person is found by their reference.
CREATE TABLE place_names (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel   TEXT NOT NULL,
    form      TEXT NOT NULL,
    name      TEXT NOT NULL,
    person    TEXT NOT NULL DEFAULT '',
    access    TEXT NOT NULL DEFAULT '',
    seen_at   BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, channel)
);
-- Which channels have one name.
CREATE INDEX place_names_alike ON place_names (platform, name) WHERE channel <> '' AND name <> '';
CREATE INDEX place_names_direct ON place_names (platform, workspace, channel) WHERE form = 'direct';
CREATE INDEX place_names_by_person ON place_names (person) WHERE person <> '';

-- The same of people, by their reference.
CREATE TABLE person_names (
    ref     TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- whom and place say whom and which channel a line is about, beside what became
-- of them: ids are for looking things up, not for people to read.
CREATE TABLE desk_log (
    id        /*identity*/,
    at        BIGINT NOT NULL,
    by_ref    TEXT NOT NULL,
    by_name   TEXT NOT NULL,
    verb      TEXT NOT NULL,
    story_id  BIGINT NOT NULL,
    detail    TEXT NOT NULL,
    whom_ref  TEXT NOT NULL DEFAULT '',
    whom_name TEXT NOT NULL DEFAULT '',
    place     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX desk_log_by_story ON desk_log (story_id, id);
CREATE INDEX desk_log_by_age ON desk_log (at);
-- What was done about one channel: see deciderPast in deciding.go.
CREATE INDEX desk_log_by_place ON desk_log (place, verb, story_id, at) WHERE place <> '';
-- What somebody was called last.
CREATE INDEX desk_log_by_ref ON desk_log (by_ref, id);

-- What was done under which idempotency key, and what it returned. Of acts that
-- changed nothing a person's newest are kept.
CREATE TABLE acts (
    key    TEXT NOT NULL,
    verb   TEXT NOT NULL,
    result TEXT NOT NULL,
    at     BIGINT NOT NULL,
    by_ref TEXT NOT NULL DEFAULT '',
    idle   SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (key, verb)
);
CREATE INDEX acts_by_age ON acts (at);
CREATE INDEX acts_idle ON acts (by_ref, at) WHERE idle = 1;

-- What a button remembers, and whose it is: a person keeps a few.
CREATE TABLE notes (
    id     TEXT PRIMARY KEY,
    text   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    by_ref TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notes_by_age ON notes (at);
CREATE INDEX notes_by_person ON notes (by_ref, at);

-- What people put into forms and did not post yet, and what became of it: opened,
-- begun, posted or discarded. fields is a JSON object, form the form it was put into
-- last, as that was opened.
CREATE TABLE drafts (
    id         TEXT PRIMARY KEY,
    by_ref     TEXT NOT NULL,
    story_id   BIGINT NOT NULL DEFAULT 0,
    fields     TEXT NOT NULL,
    version    BIGINT NOT NULL,
    form       TEXT NOT NULL DEFAULT '',
    state      TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX drafts_by_age ON drafts (changed_at);
CREATE INDEX drafts_by_person ON drafts (by_ref, state, changed_at);

-- When a person lately used what is limited: moments joined by a space, the
-- newest of them in at.
CREATE TABLE allowances (
    person TEXT NOT NULL,
    what   TEXT NOT NULL,
    uses   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (person, what)
);
CREATE INDEX allowances_by_age ON allowances (at);
