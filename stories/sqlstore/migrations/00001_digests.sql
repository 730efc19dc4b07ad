-- A digest is a notice of kind 'digest', owed to one channel: see digests.go. A channel
-- has one for the end of a period, and where it fell into quiet hours for their end, which is
-- late_at then.
CREATE TABLE digests (
    destination_id BIGINT NOT NULL,
    ends_at        BIGINT NOT NULL,
    late_at        BIGINT NOT NULL DEFAULT 0,
    notice_id      BIGINT NOT NULL,
    PRIMARY KEY (destination_id, ends_at, late_at)
) /*clustered*/;
CREATE INDEX digests_by_notice ON digests (notice_id);

-- What a digest is made of. part is 0 for an update that waited for it, as the delivery that
-- ended so; 1 for a breaking one that came as a message meanwhile; 2 for what is to be told of
-- revisions of an update, of what it said in the wording since. place is where the digest
-- shows it, from 1 on, 0 for what it only counts, or while it was not begun. revision is the
-- wording that it was begun in.
CREATE TABLE gathered (
    notice_id   BIGINT NOT NULL,
    part        SMALLINT NOT NULL,
    update_id   BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    since       INTEGER NOT NULL DEFAULT 0,
    revision    INTEGER NOT NULL DEFAULT 0,
    place       SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (notice_id, part, update_id)
) /*clustered*/;
CREATE INDEX gathered_by_update ON gathered (update_id, notice_id) WHERE part = 0 AND place > 0;
CREATE INDEX gathered_by_delivery ON gathered (delivery_id);
