-- The words that stories are found by, each once a story: of its own (own 1), and of
-- its updates (own 0), with one update that holds the word. They come normalised and
-- are compared by their bytes. A word of the newest update alone takes a new row, so
-- that a long story takes few.
CREATE TABLE words (
    own       SMALLINT NOT NULL,
    word      TEXT NOT NULL /*bytes*/,
    story_id  BIGINT NOT NULL,
    update_id BIGINT NOT NULL,
    PRIMARY KEY (own, word, story_id)
) /*clustered*/;

-- The words of a story: those it is no longer found by once it changes, or is merged.
CREATE INDEX words_by_story ON words (story_id, own);
