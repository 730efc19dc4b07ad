-- What suggestions are made of, without reading stories. closed repeats the
-- story's state, so that those that develop are read first.
ALTER TABLE slugs ADD COLUMN closed SMALLINT NOT NULL DEFAULT 0;
UPDATE slugs SET closed = 1 WHERE story_id IN (SELECT id FROM stories WHERE state = 'closed');
CREATE INDEX slugs_typed ON slugs (closed, slug, story_id);
CREATE INDEX slugs_by_story ON slugs (story_id);
CREATE INDEX stories_recent ON stories (state, active_at, id, slug);

-- The words of a story's slugs and headline, and its state. rowid is the story's.
CREATE VIRTUAL TABLE names USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'none', prefix = '1 2 3'
);
-- The words of all names by their pairs of letters: how a word is found in
-- spite of typing errors.
CREATE TABLE vocabulary (
    gram   TEXT NOT NULL,
    length SMALLINT NOT NULL,
    word   TEXT NOT NULL,
    PRIMARY KEY (gram, length, word)
) WITHOUT ROWID;
