-- The full-text index over the catalogue, in the words of the keyword
-- language. A paper whose texts change gets a new document; where the old one
-- stands in the lists is swept up later.
CREATE TABLE documents (
    doc      INTEGER PRIMARY KEY AUTOINCREMENT,
    paper    INTEGER UNIQUE,     -- NULL: dead, and still in lists
    abstract INTEGER NOT NULL,   -- place at which the abstract begins
    sighted  TEXT    NOT NULL,   -- newest first sighting in any source
    title    TEXT    NOT NULL,   -- key by which one work under two names is found, or empty
    version  INTEGER NOT NULL    -- rises with each change
) STRICT;
CREATE INDEX documents_version ON documents (version);
CREATE INDEX documents_title ON documents (title) WHERE title <> '';

-- In which documents a word stands and where, in lists of a few kB.
CREATE TABLE postings (
    word   TEXT    NOT NULL, -- its first letter names the part of the paper
    first  INTEGER NOT NULL, -- document that the list's numbers are counted from
    last   INTEGER NOT NULL, -- its last document
    papers INTEGER NOT NULL, -- how many
    list   BLOB    NOT NULL,
    PRIMARY KEY (word, first)
) STRICT, WITHOUT ROWID;
-- The words from which misspelt ones are set right.
CREATE INDEX postings_common ON postings (word, papers) WHERE papers >= 4;

CREATE TABLE stems (
    stem INTEGER NOT NULL, -- hash
    word TEXT    NOT NULL,
    PRIMARY KEY (stem, word)
) STRICT, WITHOUT ROWID;

-- Papers whose documents are not what their listings say. Those that have
-- just changed are taken up in the transaction that changed them.
CREATE TABLE unindexed (
    paper INTEGER PRIMARY KEY,
    fresh INTEGER NOT NULL
) STRICT;
CREATE INDEX unindexed_fresh ON unindexed (fresh, paper);
INSERT INTO unindexed (paper, fresh) SELECT DISTINCT paper, 0 FROM listings;

CREATE TRIGGER listings_added AFTER INSERT ON listings BEGIN
    INSERT INTO unindexed (paper, fresh) VALUES (new.paper, 1) ON CONFLICT (paper) DO UPDATE SET fresh = 1;
END;
CREATE TRIGGER listings_removed AFTER DELETE ON listings BEGIN
    INSERT INTO unindexed (paper, fresh) VALUES (old.paper, 1) ON CONFLICT (paper) DO UPDATE SET fresh = 1;
END;
CREATE TRIGGER listings_changed AFTER UPDATE ON listings
WHEN old.title <> new.title OR old.summary <> new.summary OR old.authors <> new.authors
    OR old.categories <> new.categories OR old.markup <> new.markup OR old.authority <> new.authority
    OR old.sighted <> new.sighted OR old.source <> new.source OR old.paper <> new.paper
BEGIN
    INSERT INTO unindexed (paper, fresh) VALUES (old.paper, 1), (new.paper, 1) ON CONFLICT (paper) DO UPDATE SET fresh = 1;
END;

INSERT INTO counters (name, last) VALUES ('search', 0), ('analysis', 0);
