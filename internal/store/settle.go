package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	for _, one := range ss {
		switch one.State {
		case letter.Sent, letter.Failed, letter.Queued:
		default:
			return nil, fmt.Errorf("settle: letter %d: an attempt can't leave it %q", one.Letter, one.State)
		}
	}
	in := s.write
	if len(ss) == 0 {
		in = s.read
	}
	err = in(ctx, func(t *tx) error {
		if err := t.settleAll(owner, ss); err != nil {
			return err
		}
		held, err = t.holds(owner, next)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("settle: %w", aboutOwner(owner, err))
	}
	return held, nil
}

// together is how many letters one statement is about at most: as many as
// mostly share a commit. For each number of them it is another one.
const together = 8

// forEach makes a query about each number of letters.
func forEach(query func(n int) string) (queries [together + 1]string) {
	for n := range queries {
		queries[n] = query(n)
	}
	return queries
}

var holdsQuery = forEach(func(n int) string {
	return `SELECT id FROM letters WHERE id IN (` + places(2, n) + `) AND owner = $1 AND state = 'queued' AND ` + wanted
})

func (t *tx) holds(owner int64, ids []int64) (map[int64]bool, error) {
	held := make(map[int64]bool, len(ids))
	for some := range slices.Chunk(ids, together) {
		args := append(make([]any, 0, 1+together), owner)
		for _, id := range some {
			args = append(args, id)
			held[id] = false
		}
		err := t.each(holdsQuery[len(some)], args, func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			held[id] = true
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("claims of letters %d: %w", some, err)
		}
	}
	return held, nil
}

// settleAll settles letters one after another, but for those that were
// delivered: these, most of them, go together.
func (t *tx) settleAll(owner int64, ss []letter.Settlement) error {
	for len(ss) > 0 {
		n := deliveredFirst(ss)
		var err error
		if n > 0 {
			err = t.delivered(ss[:n])
		} else {
			n, err = 1, t.settle(owner, ss[0])
		}
		if err != nil {
			return fmt.Errorf("letter %d, of %d: %w", ss[0].Letter, n, err)
		}
		ss = ss[n:]
	}
	return nil
}

// deliveredFirst is how many settlements at the beginning can go together.
func deliveredFirst(ss []letter.Settlement) int {
	for n, s := range ss {
		again := slices.ContainsFunc(ss[:n], func(o letter.Settlement) bool { return o.Letter == s.Letter })
		if n == together || again || s.Attempt.Outcome != letter.Delivered {
			return n
		}
	}
	return len(ss)
}

func (t *tx) settle(owner int64, s letter.Settlement) error {
	var l letter.Letter
	const query = `SELECT id, kind, reader, ticket, (state = 'queued' AND COALESCE(owner, 0) = $2) FROM letters WHERE id = $1`
	var held bool
	found, err := t.find(query, []any{s.Letter, owner}, &l.ID, &l.Kind, &l.Reader, &l.Ticket, truth{&held})
	if err != nil || !found {
		return err
	}
	if err := t.keep(s); err != nil {
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

var deliveredQuery = forEach(func(n int) string {
	return `UPDATE letters SET state = 'sent', retry = NULL, owner = NULL, attempts = attempts + 1 WHERE id IN (` + places(1, n) + `)`
})

// delivered settles letters that are sent, whoever holds them: most of them,
// and with the fewest statements.
func (t *tx) delivered(ss []letter.Settlement) error {
	ids := make([]any, len(ss))
	for i, s := range ss {
		ids[i] = s.Letter
	}
	n, err := t.exec(deliveredQuery[len(ids)], ids...)
	if err != nil {
		return err
	}
	if n < len(ss) {
		if ss, err = t.thatExist(ss); err != nil || len(ss) == 0 {
			return err
		}
	}
	return t.insertAttempts(ss)
}

// thatExist are the settlements of letters that are still there.
func (t *tx) thatExist(ss []letter.Settlement) (there []letter.Settlement, err error) {
	for _, s := range ss {
		found, err := t.find(`SELECT 1 FROM letters WHERE id = $1`, []any{s.Letter}, new(int))
		if err != nil {
			return nil, err
		}
		if found {
			there = append(there, s)
		}
	}
	return there, nil
}

// keep adds an attempt to the letter's history.
func (t *tx) keep(s letter.Settlement) error {
	const count = `UPDATE letters SET attempts = attempts + 1, unknown = CASE WHEN $2 = 1 THEN 1 ELSE unknown END WHERE id = $1`
	if _, err := t.exec(count, s.Letter, flag(s.Attempt.Outcome == letter.Unknown)); err != nil {
		return err
	}
	return t.insertAttempts([]letter.Settlement{s})
}

// attemptArgs is how many parameters an attempt takes.
const attemptArgs = 7

var attemptsQuery = forEach(func(n int) string {
	rows := make([]string, n)
	for i := range rows {
		first := i*attemptArgs + 1
		rows[i] = fmt.Sprintf(`($%d, (SELECT COALESCE(MAX(number), 0) + 1 FROM attempts WHERE letter = $%d), %s)`,
			first, first, places(first+1, attemptArgs-1))
	}
	return `INSERT INTO attempts (letter, number, at, outcome, stage, host, code, text) VALUES ` + strings.Join(rows, ", ")
})

// insertAttempts adds one attempt to each of these letters.
func (t *tx) insertAttempts(ss []letter.Settlement) error {
	args := make([]any, 0, together*attemptArgs)
	for _, s := range ss {
		a := s.Attempt
		args = append(args, s.Letter, stamp(a.At), a.Outcome, a.Stage, a.Host, a.Code, a.Text)
	}
	_, err := t.exec(attemptsQuery[len(ss)], args...)
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
