-- What a reader had in the letters up to a slot, in short: it spares reading a
-- year of them every day. The letters stay the record.
ALTER TABLE readers ADD COLUMN had      BLOB;
ALTER TABLE readers ADD COLUMN had_slot TEXT    NOT NULL DEFAULT ''; -- empty: no letter is in it
ALTER TABLE readers ADD COLUMN had_era  INTEGER NOT NULL DEFAULT 0;  -- rises when it is thrown away

-- A letter once decided may turn out otherwise: one taken for dead was
-- delivered by a process that had stalled.
CREATE TRIGGER letters_decided_again AFTER UPDATE OF state ON letters
    WHEN OLD.state <> 'queued' AND OLD.kind = 'digest'
BEGIN
    UPDATE readers SET had = NULL, had_slot = '', had_era = had_era + 1 WHERE id = OLD.reader;
END;
