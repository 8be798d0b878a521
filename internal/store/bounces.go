package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// A reader is suppressed after a run of soft bounces: letters one after
// another, none of which got through, whose bounces came on at least softDays
// days and over at least softSpan. A letter that was sent and did not bounce
// ends the run.
const (
	softDays = 5
	softSpan = 7 * day
	// longestRun bounds how far a run is looked back on, in letters.
	longestRun = 60

	// KeepCommands is how long a mailed command is known as carried out: longer
	// than any mail server tries to deliver it.
	KeepCommands = 60 * day
)

// Bounce keeps what came back for a letter and draws the conclusion: a hard
// bounce or a complaint suppresses the reader, a soft one does so at the end of
// a run. It reports whether the reader was suppressed by it. The same mail
// counts once; what came back for an address that the reader has left behind,
// or for the time before they confirmed anew, is kept and changes nothing; a
// reader who is gone, or left, stays so.
func (s *Store) Bounce(ctx context.Context, b letter.Bounce) (suppressed bool, err error) {
	err = s.change(ctx, b.Reader, func(t *tx, r subscription.Reader) error {
		added, err := t.keepBounce(b)
		if err != nil || !added {
			return err
		}
		suppressed, err = t.bounced(b, r)
		return err
	})
	if errors.Is(err, subscription.ErrNoReader) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("bounce of letter %d: %w", b.Letter, err)
	}
	return suppressed, nil
}

func (t *tx) keepBounce(b letter.Bounce) (added bool, err error) {
	const query = `
		INSERT INTO bounces (key, reader, letter, at, kind, status, code, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (key) DO NOTHING`
	n, err := t.exec(query, b.Key, b.Reader, b.Letter, stamp(b.At), b.Kind, b.Status, b.Code, b.Text)
	return n > 0, err
}

// bounced draws the conclusion of a bounce and reports whether the reader was
// suppressed.
func (t *tx) bounced(b letter.Bounce, r subscription.Reader) (bool, error) {
	l, known, err := t.letterOf(b)
	switch {
	case err != nil || r.State == subscription.Left || r.State == subscription.Suppressed:
		return false, err
	case !known && b.Kind != letter.Complaint:
		return false, nil
	}
	if known {
		over, err := t.outlived(l, r)
		if err != nil || over {
			return false, err
		}
	}
	why := fmt.Sprintf("%s: %d %s %s", b.Kind, b.Code, b.Status, b.Text)
	switch b.Kind {
	case letter.HardBounce, letter.Complaint:
		if l.Kind == letter.Move || l.Kind == letter.Confirmation && b.Kind == letter.HardBounce {
			return false, t.void(l) // the address is only asked about
		}
		return true, t.suppress(r.ID, why, b.At)
	case letter.SoftBounce:
		run, err := t.softRun(l, r)
		if err != nil || !run {
			return false, err
		}
		return true, t.suppress(r.ID, "a run of "+why, b.At)
	}
	return false, nil
}

// letterOf finds the letter that a bounce is about.
func (t *tx) letterOf(b letter.Bounce) (l letter.Letter, known bool, err error) {
	const query = `SELECT id, kind, reader, ticket, made FROM letters WHERE id = $1 AND reader = $2`
	known, err = t.find(query, []any{b.Letter, b.Reader}, &l.ID, &l.Kind, &l.Reader, &l.Ticket, moment{&l.Made})
	return l, known, err
}

// outlived reports whether the reader has confirmed, or moved to another
// address, since the letter was made.
func (t *tx) outlived(l letter.Letter, r subscription.Reader) (bool, error) {
	var moved time.Time
	if err := t.one(`SELECT moved FROM readers WHERE id = $1`, []any{r.ID}, moment{&moved}); err != nil {
		return false, err
	}
	return l.Made.Before(moved) || l.Kind == letter.Digest && l.Made.Before(r.Confirmed), nil
}

// void ends the request that a notice asks to confirm.
func (t *tx) void(l letter.Letter) error {
	const query = `UPDATE requests SET state = 'void' WHERE reader = $1 AND kind = $2 AND ticket = $3`
	_, err := t.exec(query, l.Reader, l.Kind, l.Ticket)
	return err
}

// softRun reports whether the letter's soft bounce completes a run. It looks
// back from that letter, for of later ones it is not known yet whether they
// bounce: servers try for days.
func (t *tx) softRun(l letter.Letter, r subscription.Reader) (bool, error) {
	const query = `
		SELECT MIN(bounces.at) FROM letters
		LEFT JOIN bounces ON bounces.letter = letters.id AND bounces.kind = 'soft'
		WHERE letters.reader = $1 AND letters.kind = 'digest' AND letters.state = 'sent'
			AND letters.id <= $2 AND letters.made >= $3
		GROUP BY letters.id ORDER BY letters.id DESC LIMIT $4`
	var first, last time.Time
	days, ended := map[string]bool{}, false
	err := t.each(query, []any{l.Reader, l.ID, due(r.Confirmed), longestRun}, func(scan func(...any) error) error {
		var at time.Time
		if err := scan(moment{&at}); err != nil || ended {
			return err
		}
		if ended = at.IsZero(); ended {
			return nil
		}
		days[at.Format(time.DateOnly)] = true
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
		return nil
	})
	return len(days) >= softDays && last.Sub(first) >= softSpan, err
}

// Bounces returns what came back for a reader's letters, newest first, at most
// limit of it.
func (s *Store) Bounces(ctx context.Context, reader int64, limit int) (all []letter.Bounce, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		all, err = t.bounces(reader, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("bounces of reader %d: %w", reader, err)
	}
	return all, nil
}

func (t *tx) bounces(reader int64, limit int) ([]letter.Bounce, error) {
	const query = `
		SELECT key, letter, reader, at, kind, status, code, text FROM bounces WHERE reader = $1
		ORDER BY id DESC LIMIT $2`
	return collect(t, query, []any{reader, limit}, func(scan func(...any) error, b *letter.Bounce) error {
		return scan(&b.Key, &b.Letter, &b.Reader, moment{&b.At}, &b.Kind, &b.Status, &b.Code, &b.Text)
	})
}

// AskByMail is Ask for a wish that came by mail: the same mail asks once.
func (s *Store) AskByMail(ctx context.Context, key string, q subscription.Request, host string, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		if first, err := t.once(key, now); err != nil || !first {
			return err
		}
		r, err := t.readerFor(q, now)
		if err != nil {
			return err
		}
		return aboutReader(r.ID, t.ask(r, q, host, now))
	})
	if err != nil {
		return fmt.Errorf("ask by mail to subscribe: %w", err)
	}
	return nil
}

// LeaveByMail is Leave for a wish that came by mail: the same mail, delivered
// again after the reader has come back, ends nothing. A mail without a key
// always counts.
func (s *Store) LeaveByMail(ctx context.Context, key string, id int64, now time.Time) error {
	return s.change(ctx, id, func(t *tx, r subscription.Reader) error {
		if key != "" {
			if first, err := t.once(key, now); err != nil || !first {
				return err
			}
		}
		return t.leave(r, now)
	})
}

// once reports whether a mail's command is to be carried out, and notes that it
// is.
func (t *tx) once(key string, now time.Time) (bool, error) {
	n, err := t.exec(`INSERT INTO commands (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, stamp(now))
	return n > 0, err
}
