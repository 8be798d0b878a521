package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// Due returns at most limit active readers whose next slot may have come by
// now, with ids above after and in their order, each with what they already
// had.
func (s *Store) Due(ctx context.Context, now time.Time, after int64, limit int) ([]digest.Due, error) {
	const active = `state = 'active' AND next_due <= $1 AND id > $2`
	var all []digest.Due
	err := s.read(ctx, func(t *tx) error {
		readers, err := collect(t, `SELECT `+readerColumns+` FROM readers WHERE `+active+` ORDER BY id LIMIT $3`,
			[]any{stamp(now), after, limit}, scanReader)
		if err != nil || len(readers) == 0 {
			return err
		}
		last := readers[len(readers)-1].ID
		all, err = t.histories(readers, active+` AND id <= $3`, stamp(now), after, last)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("due readers: %w", err)
	}
	return all, nil
}

// DueOf returns one reader, due or not, with what they already had.
func (s *Store) DueOf(ctx context.Context, id int64, _ time.Time) (digest.Due, error) {
	var d digest.Due
	err := s.read(ctx, func(t *tx) error {
		r, err := t.reader(id)
		if err != nil {
			return err
		}
		all, err := t.histories([]subscription.Reader{r}, `id = $1`, id)
		if err == nil {
			d = all[0]
		}
		return err
	})
	return d, aboutReader(id, err)
}

// histories returns what these readers had; the condition on readers finds the
// same ones. The picks of letters are the record of what was sent, whatever
// the papers were merged into since.
func (t *tx) histories(readers []subscription.Reader, which string, args ...any) ([]digest.Due, error) {
	roots, err := t.roots(`TRUE`)
	if err != nil {
		return nil, err
	}
	all := make([]digest.Due, len(readers))
	for i, r := range readers {
		all[i].Reader = r
		all[i].History = digest.History{First: true, Sent: map[paper.Key]struct{}{}}
	}
	query := `
		SELECT reader, id, state, slot, made, horizon, keywords, unknown, owner IS NOT NULL,
			CASE WHEN state IN ('queued', 'sent') THEN picks END
		FROM letters
		WHERE kind = 'digest' AND reader IN (SELECT id FROM readers WHERE ` + which + `)
		ORDER BY reader, made, id`
	at := 0
	return all, t.each(query, args, func(scan func(...any) error) error {
		var l letter.Letter
		var owned bool
		var packed []byte
		err := scan(&l.Reader, &l.ID, &l.State, moment{&l.Slot}, moment{&l.Made}, &l.Horizon, &l.Keywords,
			truth{&l.Unknown}, truth{&owned}, &packed)
		if err != nil {
			return err
		}
		if l.Picks, err = letter.UnpackPicks(packed); err != nil {
			return fmt.Errorf("letter %d: %w", l.ID, err)
		}
		for all[at].Reader.ID != l.Reader {
			at++
		}
		had(&all[at], l, owned, roots)
		return nil
	})
}

// had adds one letter, in the order of their making, to what a reader had.
func had(d *digest.Due, l letter.Letter, owned bool, roots roots) {
	if l.Slot.After(d.LastSlot) {
		d.LastSlot = l.Slot
	}
	switch {
	case l.State.Dead():
		return
	case l.State == letter.Queued && !owned && !l.Unknown:
		d.Supersedes = append(d.Supersedes, l.ID)
		return
	}
	for _, p := range l.Picks {
		d.History.Sent[roots.of(p.Paper)] = struct{}{}
	}
	if l.State != letter.Quiet {
		d.LastMade = l.Made
	}
	if !d.Reader.Welcome {
		d.History.First, d.History.Horizon, d.History.At, d.Keywords = false, l.Horizon, l.Made, l.Keywords
	}
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
	// The condition tells whether the reader still is as Due gave it; the row
	// stays locked until the commit. A change of rhythm shows in since.
	const look = `
		UPDATE readers SET next_due = $1
		WHERE id = $2 AND state = 'active' AND next_due = $3 AND COALESCE(since, '') = $4`
	r := e.Reader
	n, err := t.exec(look, due(e.NextDue), r.ID, due(r.NextDue), due(r.Since))
	if err != nil || n == 0 || e.Letter == nil {
		return true, 0, err
	}
	l := *e.Letter
	l.Kind, l.Reader, l.Address = letter.Digest, r.ID, ""
	inserted, err := t.insertLetter(l, "", time.Time{})
	if err != nil || !inserted {
		return true, 0, err
	}
	if _, err := t.exec(`UPDATE readers SET welcome = 0 WHERE id = $1`, r.ID); err != nil {
		return false, 0, err
	}
	const supersede = `
		UPDATE letters SET state = 'superseded', retry = NULL
		WHERE id = $1 AND reader = $2 AND kind = 'digest' AND state = 'queued' AND owner IS NULL AND unknown = 0`
	for _, id := range e.Supersedes {
		n, err := t.exec(supersede, id, r.ID)
		if err != nil || n == 0 {
			return false, 0, err
		}
	}
	return true, 1, nil
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
