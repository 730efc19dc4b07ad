-- An index of unfinished deliveries by update cost each of them two changes, a
-- tenth of all that the queue costs. The few who count by update read the index
-- of unfinished deliveries whole instead.
DROP INDEX deliveries_waiting;
DROP INDEX deliveries_open;
-- A destination's own order.
CREATE INDEX deliveries_open ON deliveries (destination_id, level DESC, id, update_id) WHERE open = 1;
