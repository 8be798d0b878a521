-- Places that asked for less mail, by the domain of their addresses.
CREATE TABLE pauses (
    domain   TEXT PRIMARY KEY,
    until    TEXT    NOT NULL,
    requests INTEGER NOT NULL, -- in a row, with nothing delivered between
    reason   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- How many letters went out on each day in UTC, while that is limited.
CREATE TABLE sent_days (
    day  TEXT PRIMARY KEY,
    sent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Why the sending stopped, until letters go out again; one row at most.
CREATE TABLE stops (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    at    TEXT    NOT NULL,
    stage TEXT    NOT NULL,
    host  TEXT    NOT NULL,
    code  INTEGER NOT NULL,
    text  TEXT    NOT NULL
) STRICT;
