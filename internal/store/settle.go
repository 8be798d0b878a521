package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/letter"
)

// Settle keeps what came of the letters that the owner tried, in one
// transaction. What the owner no longer holds keeps its state, but for one
// thing: a letter that was delivered is sent, whoever holds it. A deleted
// reader's letters are past settling.
func (s *Store) Settle(ctx context.Context, owner int64, ss []letter.Settlement) error {
	_, err := s.Turn(ctx, owner, ss, nil)
	return err
}

// Turn settles letters as Settle does, and tells in the same transaction which
// of the next ones the owner may send now: those that are still the owner's,
// and wanted by their readers.
func (s *Store) Turn(ctx context.Context, owner int64, ss []letter.Settlement, next []int64) (held map[int64]bool, err error) {
	in := s.write
	if len(ss) == 0 {
		in = s.read
	}
	err = in(ctx, func(t *tx) error {
		for _, one := range ss {
			if err := t.settle(owner, one); err != nil {
				return fmt.Errorf("letter %d: %w", one.Letter, err)
			}
		}
		held, err = t.holds(owner, next)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("settle: %w", aboutOwner(owner, err))
	}
	return held, nil
}

func (t *tx) holds(owner int64, ids []int64) (map[int64]bool, error) {
	const query = `SELECT 1 FROM letters WHERE id = $1 AND owner = $2 AND state = 'queued' AND ` + wanted
	held := make(map[int64]bool, len(ids))
	for _, id := range ids {
		found, err := t.find(query, []any{id, owner}, new(int))
		if err != nil {
			return nil, fmt.Errorf("claim of letter %d: %w", id, err)
		}
		held[id] = found
	}
	return held, nil
}

func (t *tx) settle(owner int64, s letter.Settlement) error {
	switch s.State {
	case letter.Sent, letter.Failed, letter.Queued:
	default:
		return fmt.Errorf("an attempt can't leave it %q", s.State)
	}
	if s.Attempt.Outcome == letter.Delivered {
		return t.delivered(s)
	}
	var l letter.Letter
	const query = `SELECT id, kind, reader, ticket, (state = 'queued' AND COALESCE(owner, 0) = $2) FROM letters WHERE id = $1`
	var held bool
	found, err := t.find(query, []any{s.Letter, owner}, &l.ID, &l.Kind, &l.Reader, &l.Ticket, truth{&held})
	if err != nil || !found {
		return err
	}
	if err := t.keep(l.ID, s.Attempt); err != nil {
		return err
	}
	if !held {
		return nil
	}
	if s.State != letter.Queued {
		s.Retry = time.Time{}
	}
	const end = `UPDATE letters SET state = $2, retry = $3, owner = NULL WHERE id = $1`
	if _, err := t.exec(end, l.ID, s.State, stamp(s.Retry)); err != nil {
		return err
	}
	if s.Attempt.Outcome == letter.NoRecipient {
		return t.noRecipient(l, s.Attempt)
	}
	return nil
}

// delivered settles a letter that is sent, whoever holds it: most of them, and
// with the fewest statements.
func (t *tx) delivered(s letter.Settlement) error {
	const query = `UPDATE letters SET state = 'sent', retry = NULL, owner = NULL, attempts = attempts + 1 WHERE id = $1`
	n, err := t.exec(query, s.Letter)
	if err != nil || n == 0 {
		return err
	}
	return t.insertAttempt(s.Letter, s.Attempt)
}

// keep adds an attempt to the letter's history. A server that refuses us has
// said nothing of the letter: that does not count against the letter's time.
func (t *tx) keep(id int64, a letter.Attempt) error {
	const count = `UPDATE letters SET attempts = attempts + $2, unknown = CASE WHEN $3 = 1 THEN 1 ELSE unknown END WHERE id = $1`
	counts := flag(a.Outcome != letter.RefusesUs)
	if _, err := t.exec(count, id, counts, flag(a.Outcome == letter.Unknown)); err != nil {
		return err
	}
	return t.insertAttempt(id, a)
}

func (t *tx) insertAttempt(id int64, a letter.Attempt) error {
	const insert = `
		INSERT INTO attempts (letter, number, at, outcome, stage, host, code, text)
		VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM attempts WHERE letter = $1), $2, $3, $4, $5, $6, $7)`
	_, err := t.exec(insert, id, stamp(a.At), a.Outcome, a.Stage, a.Host, a.Code, a.Text)
	return err
}

// noRecipient draws the conclusion for the address that does not exist: a
// reader's ends the mail to it, one that only asked can't confirm.
func (t *tx) noRecipient(l letter.Letter, a letter.Attempt) error {
	if l.Kind == letter.Digest {
		return t.suppress(l.Reader, fmt.Sprintf("no such recipient: %d %s", a.Code, a.Text), a.At)
	}
	return t.void(l)
}
