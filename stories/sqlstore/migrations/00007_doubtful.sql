-- 1 for a delivery that waits although an earlier request may have got through.
ALTER TABLE deliveries ADD COLUMN doubtful SMALLINT NOT NULL DEFAULT 0;
