-- What came back by mail for letters. The letter may be gone: it is kept less
-- long, or not found again.
CREATE TABLE bounces (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    key    TEXT    NOT NULL UNIQUE, -- of the mail: it counts once
    reader INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    letter INTEGER NOT NULL,
    at     TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    status TEXT    NOT NULL,
    code   INTEGER NOT NULL,
    text   TEXT    NOT NULL
) STRICT;
CREATE INDEX bounces_reader ON bounces (reader, id);
CREATE INDEX bounces_letter ON bounces (letter);
CREATE INDEX bounces_at ON bounces (at);

-- Mails whose command was carried out, so that none is carried out twice.
CREATE TABLE commands (
    key TEXT PRIMARY KEY,
    at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX commands_at ON commands (at);

-- When the reader last changed the address: what bounced before does not
-- concern the new one.
ALTER TABLE readers ADD COLUMN moved TEXT;
