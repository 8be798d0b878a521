-- Times are UTC text of fixed width; flags are 0 or 1; lists are JSON arrays.

CREATE TABLE sources (
    name   TEXT PRIMARY KEY,
    memo   TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '', -- outcome of the last fetch, for people
    reason TEXT NOT NULL DEFAULT '',
    began   TEXT, -- first recorded batch
    fetched TEXT, -- last fetch, whatever its outcome
    brought TEXT  -- last batch with something new in it
) STRICT;

-- The work itself. A paper that turned out to be another one keeps its row, so
-- that letters which picked it still find what it became; it then has no
-- listings, aliases and readings of its own.
CREATE TABLE papers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    merged_into INTEGER REFERENCES papers (id) -- never itself a merged one
) STRICT;
CREATE INDEX papers_merged ON papers (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE aliases (
    name  TEXT PRIMARY KEY,
    paper INTEGER NOT NULL REFERENCES papers (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_paper ON aliases (paper);

-- One row for each paper that a source lists, its texts as the source gave them.
CREATE TABLE listings (
    paper        INTEGER NOT NULL REFERENCES papers (id),
    source       TEXT    NOT NULL,
    source_id    TEXT    NOT NULL,
    title_name   TEXT    NOT NULL, -- finds the paper again where its addresses changed
    doi          TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    summary      TEXT    NOT NULL,
    authors      TEXT    NOT NULL,
    categories   TEXT    NOT NULL,
    markup       INTEGER NOT NULL,
    authority    INTEGER NOT NULL,
    published    TEXT,
    listed       TEXT,
    pdf          TEXT    NOT NULL,
    discussion   TEXT    NOT NULL,
    code         TEXT    NOT NULL,
    project      TEXT    NOT NULL,
    organization TEXT    NOT NULL,
    brief        TEXT    NOT NULL,
    sighted      TEXT    NOT NULL, -- when the source was first seen to list it
    seq          INTEGER NOT NULL, -- number of that sighting; 0: does not count as new
    PRIMARY KEY (paper, source)
) STRICT;
CREATE INDEX listings_sighted ON listings (sighted, paper, seq);
CREATE INDEX listings_seq ON listings (seq);
CREATE INDEX listings_title ON listings (source, title_name);

-- The signals of a listing at each moment at which they were read.
CREATE TABLE readings (
    paper    INTEGER NOT NULL REFERENCES papers (id),
    source   TEXT    NOT NULL,
    at       TEXT    NOT NULL,
    votes    INTEGER,
    comments INTEGER,
    stars    INTEGER,
    PRIMARY KEY (paper, source, at)
) STRICT, WITHOUT ROWID;

-- A counter's row is locked until the commit, so that a number seen means that
-- all lower ones are there too.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, last) VALUES ('sighting', 0);

-- Ids are never used again: links that never expire name them.
CREATE TABLE readers (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    address  TEXT    NOT NULL,        -- as typed
    folded   TEXT    NOT NULL UNIQUE, -- as compared
    state    TEXT    NOT NULL,
    prior    TEXT    NOT NULL DEFAULT '', -- of a pending one: the state it falls back to
    keywords TEXT    NOT NULL,
    hour     INTEGER NOT NULL,
    zone     TEXT    NOT NULL,
    weekly   INTEGER NOT NULL,
    weekday  INTEGER NOT NULL,
    weekends INTEGER NOT NULL,
    papers   INTEGER NOT NULL,
    language TEXT    NOT NULL,
    consent_at      TEXT,
    consent_wording TEXT NOT NULL,
    consent_how     TEXT NOT NULL,
    ticket INTEGER NOT NULL DEFAULT 0, -- number of the last request
    created       TEXT,
    confirmed     TEXT,
    paused        TEXT,
    paused_until  TEXT,
    gone          TEXT, -- when the reader left
    suppressed    TEXT,
    suppressed_by TEXT NOT NULL DEFAULT '', -- why
    since    TEXT,
    next_due TEXT    NOT NULL DEFAULT '', -- empty: look at once
    welcome  INTEGER NOT NULL DEFAULT 0   -- the first letter since confirming is owed
) STRICT;
-- Those who are due come in the order of their ids, without touching others.
CREATE INDEX readers_state ON readers (state, id, next_due);

-- What a reader asked for and has not answered to yet, one of each kind: to
-- subscribe with these settings, or to move to this address. An answered one
-- stays until it expires, since people press twice.
CREATE TABLE requests (
    reader   INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    kind     TEXT    NOT NULL, -- of the letter that asks for the answer
    ticket   INTEGER NOT NULL,
    state    TEXT    NOT NULL, -- open, done or void
    expires  TEXT    NOT NULL,
    address  TEXT    NOT NULL,
    folded   TEXT    NOT NULL,
    keywords TEXT    NOT NULL,
    hour     INTEGER NOT NULL,
    zone     TEXT    NOT NULL,
    weekly   INTEGER NOT NULL,
    weekday  INTEGER NOT NULL,
    weekends INTEGER NOT NULL,
    papers   INTEGER NOT NULL,
    language TEXT    NOT NULL,
    consent_at      TEXT,
    consent_wording TEXT NOT NULL,
    consent_how     TEXT NOT NULL,
    PRIMARY KEY (reader, kind)
) STRICT;
CREATE INDEX requests_expires ON requests (expires);

-- Processes that send. An id is never used again.
CREATE TABLE owners (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT    NOT NULL,
    pid  INTEGER NOT NULL,
    beat TEXT    NOT NULL -- last sign of life
) STRICT;

CREATE TABLE letters (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT    NOT NULL,
    reader     INTEGER NOT NULL REFERENCES readers (id) ON DELETE CASCADE,
    slot       TEXT    NOT NULL,
    made       TEXT    NOT NULL,
    message_id TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    picks      BLOB    NOT NULL,
    matched    INTEGER NOT NULL,
    keywords   TEXT    NOT NULL,
    horizon    INTEGER NOT NULL,
    ticket     INTEGER NOT NULL,
    address    TEXT    NOT NULL, -- empty: the reader's at the time of sending
    folded     TEXT    NOT NULL, -- of a notice: the address whose mails are counted
    expires    TEXT, -- not sent after this
    attempts   INTEGER NOT NULL DEFAULT 0,
    unknown    INTEGER NOT NULL DEFAULT 0, -- it may have arrived
    retry      TEXT, -- not before
    owner      INTEGER REFERENCES owners (id),
    UNIQUE (reader, kind, slot)
) STRICT;
-- The order of claiming.
CREATE INDEX letters_waiting ON letters ((retry IS NOT NULL), (kind = 'digest'), made, id)
    WHERE state = 'queued' AND owner IS NULL;
CREATE INDEX letters_expires ON letters (expires) WHERE state = 'queued' AND expires IS NOT NULL;
CREATE INDEX letters_owner ON letters (owner) WHERE owner IS NOT NULL;
CREATE INDEX letters_notices ON letters (folded, made) WHERE kind <> 'digest';

CREATE TABLE attempts (
    letter  INTEGER NOT NULL REFERENCES letters (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    at      TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    stage   TEXT    NOT NULL,
    host    TEXT    NOT NULL,
    code    INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (letter, number)
) STRICT, WITHOUT ROWID;

-- Keys of the sealed links; the highest id seals, all open.
CREATE TABLE seal_keys (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    bytes BLOB NOT NULL
) STRICT;

-- What only one process may do at a time, and not too often.
CREATE TABLE gates (
    name    TEXT PRIMARY KEY,
    free_at TEXT NOT NULL
) STRICT;
