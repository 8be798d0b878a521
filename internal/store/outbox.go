package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// Due returns at most limit active readers whose next slot may have come by
// now, with ids above after and in their order, each with what they already
// had. What can't be read of one reader's letters is that reader's Err.
func (s *Store) Due(ctx context.Context, now time.Time, after int64, limit int) ([]digest.Due, error) {
	const page = `readers.id IN (
		SELECT id FROM readers WHERE state = 'active' AND next_due <= $1 AND id > $2 ORDER BY id LIMIT $3)`
	var all []digest.Due
	err := s.read(ctx, func(t *tx) (err error) {
		all, err = t.due(inShort, page, stamp(now), after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("due readers: %w", err)
	}
	return all, nil
}

// DueOf returns one reader, due or not, with all that they already had.
func (s *Store) DueOf(ctx context.Context, id int64, _ time.Time) (digest.Due, error) {
	var d digest.Due
	err := s.read(ctx, func(t *tx) (err error) {
		d, err = t.dueOf(id)
		return err
	})
	return d, aboutReader(id, err)
}

func (t *tx) dueOf(id int64) (digest.Due, error) {
	all, err := t.due(inFull, `readers.id = $1`, id)
	switch {
	case err != nil:
		return digest.Due{}, err
	case len(all) == 0:
		return digest.Due{}, subscription.ErrNoReader
	}
	return all[0], nil
}

// What is looked at of readers' letters: those that had_slot does not cover, or
// every one.
const (
	inShort = ` AND letters.slot > readers.had_slot `
	inFull  = ` `
)

// due returns the readers who meet the condition, by id, with what they had and
// muted.
// The picks of letters are the record of what was sent, whatever the papers
// were merged into since.
func (t *tx) due(letters, which string, args ...any) ([]digest.Due, error) {
	ledgers, broken, err := t.ledgers(letters, which, args)
	if err != nil || len(ledgers) == 0 {
		return nil, err
	}
	if err := t.addLetters(ledgers, letters, which, args); err != nil {
		return nil, err
	}
	muted, err := t.mutes(ledgers[0].Reader(), ledgers[len(ledgers)-1].Reader())
	if err != nil {
		return nil, err
	}
	all := make([]digest.Due, len(ledgers))
	for i, l := range ledgers {
		if all[i] = l.Due(); broken[l.Reader()] {
			if all[i], err = t.dueOf(l.Reader()); err != nil {
				return nil, err
			}
		}
		all[i].Muted = muted[l.Reader()]
	}
	return all, nil
}

// ledgers begins the ledgers of readers, and names those whose record in short
// can't be read: theirs has to be made again from all letters.
func (t *tx) ledgers(letters, which string, args []any) ([]*digest.Ledger, map[int64]bool, error) {
	query := `SELECT ` + readerColumns + `, readers.had, readers.had_slot, readers.had_era
		FROM readers WHERE ` + which + ` ORDER BY readers.id`
	var ledgers []*digest.Ledger
	broken := map[int64]bool{}
	var all []any
	err := t.each(query, args, func(scan func(...any) error) error {
		var r subscription.Reader
		var had digest.Had
		var packed []byte
		var slot time.Time
		var era int64
		err := scanReader(func(into ...any) error {
			all = append(append(all[:0], into...), &packed, moment{&slot}, &era)
			return scan(all...)
		}, &r)
		if err != nil {
			return err
		}
		if letters == inShort && !slot.IsZero() {
			if had, err = digest.UnpackHad(packed); err != nil {
				broken[r.ID] = true
			}
			had.Slot = slot
		}
		had.Era = era
		ledgers = append(ledgers, digest.NewLedger(r, had))
		return nil
	})
	return ledgers, broken, err
}

// addLetters adds the letters of these readers, who meet the condition.
func (t *tx) addLetters(ledgers []*digest.Ledger, letters, which string, args []any) error {
	roots, err := t.roots(`TRUE`)
	if err != nil {
		return err
	}
	query := `
		SELECT letters.reader, letters.id, letters.state, letters.slot, letters.made, letters.horizon, letters.keywords,
			letters.unknown, letters.owner IS NOT NULL, CASE WHEN letters.state IN ('queued', 'sent') THEN letters.picks END
		FROM readers CROSS JOIN letters
		WHERE letters.reader = readers.id AND letters.kind = 'digest'` + letters + `AND ` + which + `
		ORDER BY readers.id, letters.slot`
	at := 0
	return t.each(query, args, func(scan func(...any) error) error {
		var l letter.Letter
		var held bool
		var packed []byte
		err := scan(&l.Reader, &l.ID, &l.State, moment{&l.Slot}, moment{&l.Made}, &l.Horizon, &l.Keywords,
			truth{&l.Unknown}, truth{&held}, &packed)
		if err != nil {
			return err
		}
		for ledgers[at].Reader() != l.Reader {
			at++
		}
		if l.Picks, err = letter.UnpackPicks(packed); err != nil {
			ledgers[at].Fail(fmt.Errorf("letter %d: %w", l.ID, err))
			return nil
		}
		for i, p := range l.Picks {
			l.Picks[i].Paper = roots.of(p.Paper)
		}
		ledgers[at].Add(l, held)
		return nil
	})
}

// Enqueue writes what these readers are owed, in one transaction, and returns
// how many letters there are more. A reader who was changed since Due told of
// them, by themselves or by another process, is left as they are: whoever
// changed them has seen to their next look. So is one of whose letters to be
// superseded a process has begun to send.
func (s *Store) Enqueue(ctx context.Context, entries []digest.Entry, _ time.Time) (int, error) {
	made := 0
	err := s.write(ctx, func(t *tx) error {
		for _, e := range entries {
			n, err := t.enqueue(e)
			if err != nil {
				return aboutReader(e.Reader.ID, err)
			}
			made += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("enqueue: %w", err)
	}
	return made, nil
}

// enqueue writes one entry and returns the number of letters made, 0 or 1.
func (t *tx) enqueue(e digest.Entry) (int, error) {
	if e.Letter == nil || len(e.Supersedes) == 0 {
		_, made, err := t.enqueueOne(e)
		return made, err
	}
	whole, made := false, 0
	err := t.attempt(func() (keep bool, err error) {
		whole, made, err = t.enqueueOne(e)
		return whole, err
	})
	if err != nil || !whole {
		return 0, err
	}
	return made, nil
}

// enqueueOne reports with whole whether the entry may stand: what it found
// changed must be left as it was.
func (t *tx) enqueueOne(e digest.Entry) (whole bool, made int, err error) {
	if looked, err := t.look(e); err != nil || !looked || e.Letter == nil {
		return true, 0, err
	}
	inserted, err := t.insertDigest(e.Reader.ID, e.Letter)
	if err != nil {
		return false, 0, err
	}
	if !inserted {
		return true, 0, t.welcome(e.Reader)
	}
	const supersede = `
		UPDATE letters SET state = 'superseded', retry = NULL
		WHERE id = $1 AND reader = $2 AND kind = 'digest' AND state = 'queued' AND owner IS NULL AND unknown = 0`
	for _, id := range e.Supersedes {
		n, err := t.exec(supersede, id, e.Reader.ID)
		if err != nil || n == 0 {
			return false, 0, err
		}
	}
	return true, 1, nil
}

// look notes the reader's next look, and that they were welcomed if there is a
// letter for them: one statement, as each writes all of the row. It reports
// false if the reader is not as Due gave them; otherwise the row stays locked
// until the commit. A change of rhythm shows in since.
func (t *tx) look(e digest.Entry) (bool, error) {
	const set = `
		UPDATE readers SET next_due = $1, welcome = CASE WHEN $5 = 1 THEN 0 ELSE welcome END`
	const as = `
		WHERE id = $2 AND state = 'active' AND next_due = $3 AND COALESCE(since, '') = $4`
	const look = set + as
	const lookAndKeep = set + `, had = $6, had_slot = $7` + as + ` AND had_era = $8`
	r := e.Reader
	args := []any{due(e.NextDue), r.ID, due(r.NextDue), due(r.Since), flag(e.Letter != nil)}
	query := look
	if e.Had != nil {
		query, args = lookAndKeep, append(args, e.Had.Pack(), stamp(e.Had.Slot), e.Had.Era)
	}
	n, err := t.exec(query, args...)
	return n > 0, err
}

// welcome takes back that a reader was welcomed: the slot had a letter already.
func (t *tx) welcome(r subscription.Reader) error {
	if !r.Welcome {
		return nil
	}
	_, err := t.exec(`UPDATE readers SET welcome = 1 WHERE id = $1`, r.ID)
	return err
}

// insertDigest is insertLetter for the kind of which there are very many.
func (t *tx) insertDigest(reader int64, l *letter.Letter) (bool, error) {
	const query = `
		INSERT INTO letters (kind, reader, slot, made, message_id, state, picks, matched, keywords, horizon, ticket, address, folded)
		VALUES ('digest', $1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '', '')
		ON CONFLICT (reader, kind, slot) DO NOTHING`
	n, err := t.exec(query, reader, stamp(l.Slot), stamp(l.Made), l.MessageID, l.State,
		letter.PackPicks(l.Picks), l.Matched, l.Keywords, l.Horizon)
	return n > 0, err
}

// attempt runs fn and undoes what it wrote if it is not to be kept.
func (t *tx) attempt(fn func() (keep bool, err error)) error {
	if _, err := t.exec(`SAVEPOINT attempt`); err != nil {
		return err
	}
	keep, err := fn()
	if err != nil {
		return err // the whole transaction ends
	}
	if !keep {
		if _, err := t.exec(`ROLLBACK TO SAVEPOINT attempt`); err != nil {
			return err
		}
	}
	_, err = t.exec(`RELEASE SAVEPOINT attempt`)
	return err
}
