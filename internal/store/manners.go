package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/letter"
)

// PausedPlaces returns the places that asked for less mail and have taken none since,
// the pauses that are over too. What is a day past is forgotten.
func (s *Store) PausedPlaces(ctx context.Context, now time.Time) ([]letter.Paused, error) {
	const query = `SELECT domain, until, requests, reason FROM pauses WHERE until > $1 ORDER BY domain`
	var all []letter.Paused
	err := s.read(ctx, func(t *tx) (err error) {
		all, err = collect(t, query, []any{stamp(now.Add(-day))}, scanPaused)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("paused places: %w", err)
	}
	return all, nil
}

func scanPaused(scan func(...any) error, p *letter.Paused) error {
	return scan(&p.Domain, moment{&p.Until}, &p.Requests, &p.Reason)
}

// PausePlace pauses a place that asked for it at the time at, and returns the pause.
// Several letters that hear the same at once make one request.
func (s *Store) PausePlace(ctx context.Context, domain string, r letter.Reply, at time.Time) (p letter.Paused, err error) {
	// The row is locked before it is read: a pause is told once.
	const lock = `
		INSERT INTO pauses (domain, until, requests, reason) VALUES ($1, $2, 0, '')
		ON CONFLICT (domain) DO UPDATE SET until = pauses.until
		RETURNING domain, until, requests, reason`
	const keep = `UPDATE pauses SET until = $2, requests = $3, reason = $4 WHERE domain = $1`
	forgotten := at.Add(-day)
	err = s.write(ctx, func(t *tx) error {
		known, err := collect(t, lock, []any{domain, stamp(forgotten)}, scanPaused)
		if err != nil {
			return err
		}
		if p = known[0]; p.Until.After(at) {
			return nil
		}
		if !p.Until.After(forgotten) {
			p.Requests = 0
		}
		p.Requests, p.Reason = p.Requests+1, fmt.Sprintf("%d %s", r.Code, r.Text)
		p.Until = letter.Pause(r, p.Requests, at)
		_, err = t.exec(keep, p.Domain, stamp(p.Until), p.Requests, p.Reason)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("pause %s: %w", domain, err)
	}
	return p, nil
}

// UnpausePlace forgets that a place asked for less: it has taken a letter.
func (s *Store) UnpausePlace(ctx context.Context, domain string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM pauses WHERE domain = $1`, domain)
		return err
	})
	if err != nil {
		return fmt.Errorf("unpause %s: %w", domain, err)
	}
	return nil
}

// Postpone gives back claims on letters that were not tried, each to be claimed
// again at its time and not before.
func (s *Store) Postpone(ctx context.Context, owner int64, all []letter.Postponed) error {
	const query = `UPDATE letters SET owner = NULL, retry = $3 WHERE id = $1 AND owner = $2`
	err := s.write(ctx, func(t *tx) error {
		for _, p := range all {
			if _, err := t.exec(query, p.Letter, owner, stamp(p.Until)); err != nil {
				return fmt.Errorf("letter %d: %w", p.Letter, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("postpone letters: %w", aboutOwner(owner, err))
	}
	return nil
}

// Allow counts letters that are about to go out on the day of now in UTC:
// needed ones always, and of the wanted ones as many as the day's ceiling leaves
// room for, which it returns. ceiling is told on how many days before letters
// went out. All processes share the count.
func (s *Store) Allow(ctx context.Context, now time.Time, needed, wanted int, ceiling func(earlier int) int) (allowed int, err error) {
	// The day's row is locked before it is read.
	const lock = `
		INSERT INTO sent_days (day, sent) VALUES ($1, 0)
		ON CONFLICT (day) DO UPDATE SET sent = sent_days.sent
		RETURNING sent`
	const count = `UPDATE sent_days SET sent = sent + $2 WHERE day = $1`
	today := now.UTC().Format(time.DateOnly)
	err = s.write(ctx, func(t *tx) error {
		var earlier, sent int
		if err := t.one(lock, []any{today}, &sent); err != nil {
			return err
		}
		if err := t.one(`SELECT COUNT(*) FROM sent_days WHERE day < $1 AND sent > 0`, []any{today}, &earlier); err != nil {
			return err
		}
		allowed = max(min(wanted, ceiling(earlier)-sent-needed), 0)
		if needed+allowed == 0 {
			return nil
		}
		_, err := t.exec(count, today, needed+allowed)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("letters of %s: %w", today, err)
	}
	return allowed, nil
}

// Unused takes letters out of the day's count that did not go out after all.
func (s *Store) Unused(ctx context.Context, now time.Time, n int) error {
	today := now.UTC().Format(time.DateOnly)
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE sent_days SET sent = sent - $2 WHERE day = $1 AND sent >= $2`, today, n)
		return err
	})
	if err != nil {
		return fmt.Errorf("letters of %s: %w", today, err)
	}
	return nil
}

// Stop keeps why the sending stopped, for the operator to see.
func (s *Store) Stop(ctx context.Context, a letter.Attempt) error {
	const query = `
		INSERT INTO stops (id, at, stage, host, code, text) VALUES (1, $1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, stage = excluded.stage, host = excluded.host,
			code = excluded.code, text = excluded.text`
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(query, stamp(a.At), a.Stage, a.Host, a.Code, a.Text)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep why the sending stopped: %w", err)
	}
	return nil
}

// Stopped returns why the sending stopped, unless it goes on since.
func (s *Store) Stopped(ctx context.Context) (why letter.Attempt, stopped bool, err error) {
	const query = `SELECT at, stage, host, code, text FROM stops`
	err = s.read(ctx, func(t *tx) (err error) {
		stopped, err = t.find(query, nil, moment{&why.At}, &why.Stage, &why.Host, &why.Code, &why.Text)
		return err
	})
	if err != nil {
		return why, false, fmt.Errorf("why the sending stopped: %w", err)
	}
	return why, stopped, nil
}

// GoOn forgets why the sending stopped: letters go out again.
func (s *Store) GoOn(ctx context.Context) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM stops`)
		return err
	})
	if err != nil {
		return fmt.Errorf("note that sending goes on: %w", err)
	}
	return nil
}
