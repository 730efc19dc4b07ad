-- What suggestions are made of, without reading stories. closed repeats the
-- story's state, so that those that develop are read first.
ALTER TABLE slugs ADD COLUMN closed SMALLINT NOT NULL DEFAULT 0;
UPDATE slugs SET closed = 1 WHERE story_id IN (SELECT id FROM stories WHERE state = 'closed');
CREATE INDEX slugs_typed ON slugs (closed, slug COLLATE "C", story_id);
CREATE INDEX slugs_by_story ON slugs (story_id);
CREATE INDEX stories_recent ON stories (state, active_at, id, slug);

-- The words of a story's slugs and headline, and its state.
CREATE TABLE names (
    story_id BIGINT PRIMARY KEY,
    words    TSVECTOR NOT NULL
);
CREATE INDEX names_words ON names USING gin (words);
-- The words of all names by their pairs of letters: how a word is found in
-- spite of typing errors.
CREATE TABLE vocabulary (
    gram   TEXT NOT NULL,
    length SMALLINT NOT NULL,
    word   TEXT NOT NULL,
    PRIMARY KEY (gram, length, word)
);
