-- How many earlier updates a destination was not sent while it was blocked:
-- the first one after says so.
ALTER TABLE deliveries ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
