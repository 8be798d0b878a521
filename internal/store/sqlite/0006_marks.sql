-- What readers say of papers, authors and keywords. Who changes what they said
-- of a thing says it anew.
CREATE TABLE marks (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    reader INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    kind   TEXT    NOT NULL, -- paper, author, keyword: muted; more, less: of a paper
    paper  INTEGER NOT NULL, -- 0: not of a paper
    text   TEXT    NOT NULL, -- the author or the keyword; empty: of a paper
    shown  TEXT    NOT NULL, -- as the reader saw it
    at     TEXT    NOT NULL,
    UNIQUE (reader, kind, paper, text)
) STRICT;

-- Links that were mailed to an address which the reader has given up open
-- nothing: those of tickets up to this one.
ALTER TABLE readers ADD COLUMN voided INTEGER NOT NULL DEFAULT 0;
-- Why the reader left, where they said so.
ALTER TABLE readers ADD COLUMN left_why TEXT NOT NULL DEFAULT '';

-- The days on which papers came, for the archive; what a source's first fetch
-- filled in is of the day on which the source listed it.
CREATE INDEX listings_filled ON listings (listed) WHERE seq = 0 AND listed IS NOT NULL;
