package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// Due returns at most limit active readers whose next slot may have come by
// now, with ids above after and in their order, each with what they already
// had.
func (s *Store) Due(ctx context.Context, now time.Time, after int64, limit int) ([]digest.Due, error) {
	const query = `
		SELECT ` + readerColumns + ` FROM readers
		WHERE state = 'active' AND next_due <= $1 AND id > $2 ORDER BY id LIMIT $3`
	var all []digest.Due
	err := s.read(ctx, func(t *tx) error {
		readers, err := collect(t, query, []any{stamp(now), after, limit}, scanReader)
		if err != nil || len(readers) == 0 {
			return err
		}
		all = make([]digest.Due, len(readers))
		for i, r := range readers {
			all[i].Reader = r
			all[i].History = digest.History{First: true, Sent: map[paper.Key]struct{}{}}
		}
		return t.histories(all, now)
	})
	if err != nil {
		return nil, fmt.Errorf("due readers: %w", err)
	}
	return all, nil
}

// histories fills in what these readers had. The picks of letters are the
// record of what was sent, whatever the papers were merged into since.
func (t *tx) histories(all []digest.Due, now time.Time) error {
	roots, err := t.roots(`TRUE`)
	if err != nil {
		return err
	}
	const query = `
		SELECT l.reader, l.id, l.state, l.slot, l.made, l.horizon, l.keywords, l.unknown, l.owner IS NOT NULL,
			CASE WHEN l.state IN ('queued', 'sent') THEN l.picks ELSE $4 END
		FROM letters l JOIN readers r ON r.id = l.reader
		WHERE r.state = 'active' AND r.next_due <= $1 AND r.id >= $2 AND r.id <= $3 AND l.kind = 'digest'
		ORDER BY l.reader, l.made, l.id`
	at := 0
	return t.each(query, []any{stamp(now), all[0].Reader.ID, all[len(all)-1].Reader.ID, []byte{}}, func(scan func(...any) error) error {
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
	if !l.Made.Before(d.Reader.Confirmed) {
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
	// stays locked until the commit.
	const look = `UPDATE readers SET next_due = $1 WHERE id = $2 AND state = 'active' AND next_due = $3`
	n, err := t.exec(look, stamp(e.NextDue), e.Reader.ID, stamp(e.Reader.NextDue))
	if err != nil || n == 0 || e.Letter == nil {
		return true, 0, err
	}
	l := *e.Letter
	l.Kind, l.Reader, l.Address = letter.Digest, e.Reader.ID, ""
	inserted, err := t.insertLetter(l, "", time.Time{})
	if err != nil || !inserted {
		return true, 0, err
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
