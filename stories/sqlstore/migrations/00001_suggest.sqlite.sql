-- Slugs by their beginning.
CREATE INDEX slugs_typed ON slugs (closed, slug, story_id);

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

-- The same words, and each with one letter left out: how a word with one typing error
-- is found at once, whichever it is.
CREATE TABLE slips (
    slip TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (slip, word)
) WITHOUT ROWID;
