-- All topics there are, without reading the stories.
CREATE INDEX stories_topics ON stories (topics) WHERE topics <> '';
