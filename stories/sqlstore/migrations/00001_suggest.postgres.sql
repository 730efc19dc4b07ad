-- Slugs by their beginning.
CREATE INDEX slugs_typed ON slugs (closed, slug COLLATE "C", story_id);

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

-- The same words, and each with one letter left out: how a word with one typing error
-- is found at once, whichever it is.
CREATE TABLE slips (
    slip TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (slip, word)
);
