-- Whose note it is: a person keeps a few.
ALTER TABLE notes ADD COLUMN by_ref TEXT NOT NULL DEFAULT '';
CREATE INDEX notes_by_person ON notes (by_ref, at);

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
