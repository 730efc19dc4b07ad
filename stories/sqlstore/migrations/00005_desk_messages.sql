-- The messages in the desk's channels that say how an update's deliveries are
-- coming along: each is edited in place until done. done is 1 then.
CREATE TABLE desk_messages (
    update_id        BIGINT NOT NULL REFERENCES updates (id),
    destination_id   BIGINT NOT NULL REFERENCES destinations (id),
    message_id       TEXT NOT NULL DEFAULT '',
    first_attempt_at BIGINT NOT NULL DEFAULT 0,
    last_attempt_at  BIGINT NOT NULL DEFAULT 0,
    created_at       BIGINT NOT NULL,
    done             SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (update_id, destination_id)
);
CREATE INDEX desk_messages_open ON desk_messages (update_id) WHERE done = 0;
