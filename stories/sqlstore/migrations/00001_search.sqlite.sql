-- One piece of searchable text: a story's own words (update_id 0) or an
-- update's. The words come normalised, one space between two of them.
CREATE TABLE pieces (
    id        INTEGER PRIMARY KEY,
    story_id  BIGINT NOT NULL,
    update_id BIGINT NOT NULL,
    UNIQUE (story_id, update_id)
);
CREATE VIRTUAL TABLE pieces_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'none'
);
