package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

const readerColumns = `readers.id, readers.address, readers.folded, readers.state, readers.keywords,
	readers.hour, readers.zone, readers.weekly, readers.weekday, readers.weekends, readers.papers, readers.language,
	readers.consent_at, readers.consent_wording, readers.consent_how, readers.ticket,
	readers.created, readers.confirmed, readers.paused_until, readers.gone, readers.suppressed,
	readers.since, readers.next_due, readers.welcome, readers.voided, readers.left_why`

func scanReader(scan func(...any) error, r *subscription.Reader) error {
	return scan(
		&r.ID, &r.Address, &r.Folded, &r.State, &r.Keywords,
		&r.Rhythm.Hour, &r.Rhythm.Zone, truth{&r.Rhythm.Weekly}, &r.Rhythm.Weekday, truth{&r.Rhythm.Weekends}, &r.Papers, &r.Language,
		moment{&r.Consent.At}, &r.Consent.Wording, &r.Consent.How, &r.Ticket,
		moment{&r.Created}, moment{&r.Confirmed}, moment{&r.PausedUntil}, moment{&r.LeftAt}, moment{&r.SuppressedAt},
		moment{&r.Since}, moment{&r.NextDue}, truth{&r.Welcome}, &r.Voided, &r.LeftWhy,
	)
}

// readerWhere returns the reader that meets the condition, or ErrNoReader.
func (t *tx) readerWhere(condition string, arg any) (subscription.Reader, error) {
	found, err := collect(t, `SELECT `+readerColumns+` FROM readers WHERE `+condition, []any{arg}, scanReader)
	if err != nil {
		return subscription.Reader{}, err
	}
	if len(found) == 0 {
		return subscription.Reader{}, subscription.ErrNoReader
	}
	return found[0], nil
}

func (t *tx) reader(id int64) (subscription.Reader, error) { return t.readerWhere(`id = $1`, id) }

func (t *tx) readerByAddress(folded string) (subscription.Reader, error) {
	return t.readerWhere(`folded = $1`, folded)
}

// Reader returns a reader.
func (s *Store) Reader(ctx context.Context, id int64) (r subscription.Reader, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		r, err = t.reader(id)
		return err
	})
	return r, aboutReader(id, err)
}

// ReaderByAddress returns the reader with an address as it is compared. The
// error does not repeat the address: errors go to logs.
func (s *Store) ReaderByAddress(ctx context.Context, folded string) (r subscription.Reader, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		r, err = t.readerByAddress(folded)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("reader by address: %w", err)
	}
	return r, nil
}

// EachReader calls fn for every reader, by id, and stops at its first error.
// fn may use the store.
func (s *Store) EachReader(ctx context.Context, fn func(subscription.Reader) error) error {
	const query = `SELECT ` + readerColumns + ` FROM readers WHERE id > $1 ORDER BY id LIMIT $2`
	for after := int64(0); ; {
		var page []subscription.Reader
		err := s.read(ctx, func(t *tx) (err error) {
			page, err = collect(t, query, []any{after, atOnce}, scanReader)
			return err
		})
		if err != nil {
			return fmt.Errorf("readers after %d: %w", after, err)
		}
		for _, r := range page {
			if err := fn(r); err != nil {
				return err
			}
		}
		if len(page) < atOnce {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// aboutReader says which reader an error is about.
func aboutReader(id int64, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("reader %d: %w", id, err)
}

// change runs fn on a reader, in a transaction.
func (s *Store) change(ctx context.Context, id int64, fn func(*tx, subscription.Reader) error) error {
	return aboutReader(id, s.write(ctx, func(t *tx) error {
		r, err := t.reader(id)
		if err != nil {
			return err
		}
		return fn(t, r)
	}))
}

// subscribed reports whether the reader gets letters, or will after a pause.
func subscribed(r subscription.Reader) bool {
	return r.State == subscription.Active || r.State == subscription.Paused
}

// notSubscribed is for what only subscribers can do.
func notSubscribed(r subscription.Reader) error {
	return fmt.Errorf("is %s: %w", r.State, subscription.ErrNoReader)
}

// Change gives a subscriber new settings; the loop looks at them at once.
func (s *Store) Change(ctx context.Context, id int64, set subscription.Settings, now time.Time) error {
	const query = `
		UPDATE readers SET keywords = $2, hour = $3, zone = $4, weekly = $5, weekday = $6, weekends = $7,
			papers = $8, since = $9, next_due = ''
		WHERE id = $1`
	return s.change(ctx, id, func(t *tx, r subscription.Reader) error {
		if !subscribed(r) {
			return notSubscribed(r)
		}
		since := r.Since
		if set.Rhythm != r.Rhythm {
			since = now
		}
		_, err := t.exec(query, append(append([]any{id}, settingArgs(set)...), stamp(since))...)
		return err
	})
}

// settingArgs are the values of keywords, hour, zone, weekly, weekday,
// weekends and papers.
func settingArgs(set subscription.Settings) []any {
	r := set.Rhythm
	return []any{set.Keywords, r.Hour, r.Zone, flag(r.Weekly), int(r.Weekday), flag(r.Weekends), set.Papers}
}

// Pause stops a subscriber's letters until the given time, or until they
// resume where it is zero. What waits to be sent is dropped.
func (s *Store) Pause(ctx context.Context, id int64, until, now time.Time) error {
	return s.change(ctx, id, func(t *tx, r subscription.Reader) error {
		if !subscribed(r) {
			return notSubscribed(r)
		}
		return t.pause(id, until, now)
	})
}

func (t *tx) pause(id int64, until, now time.Time) error {
	const query = `UPDATE readers SET state = 'paused', paused = $2, paused_until = $3 WHERE id = $1`
	if _, err := t.exec(query, id, stamp(now), stamp(until)); err != nil {
		return err
	}
	return t.drop(id, letter.Digest)
}

const resume = `UPDATE readers SET state = 'active', paused_until = NULL, since = $2, next_due = '' WHERE id = $1`

// Resume ends a pause.
func (s *Store) Resume(ctx context.Context, id int64, now time.Time) error {
	return s.change(ctx, id, func(t *tx, r subscription.Reader) error {
		switch {
		case r.State == subscription.Active:
			return nil
		case !subscribed(r):
			return notSubscribed(r)
		}
		_, err := t.exec(resume, id, stamp(now))
		return err
	})
}

// Leave ends a subscription. Nothing that waits is sent any more, and no open
// request can be answered. Leaving twice is harmless.
func (s *Store) Leave(ctx context.Context, id int64, now time.Time) error {
	return s.change(ctx, id, func(t *tx, r subscription.Reader) error { return t.leave(r, now) })
}

func (t *tx) leave(r subscription.Reader, now time.Time) error {
	const query = `UPDATE readers SET state = 'left', prior = '', gone = $2, next_due = '', welcome = 0, paused_until = NULL WHERE id = $1`
	if r.State == subscription.Left {
		return nil
	}
	if _, err := t.exec(query, r.ID, stamp(now)); err != nil {
		return err
	}
	return t.dropAll(r.ID)
}

// ExplainLeaving keeps why a reader who has left did so.
func (s *Store) ExplainLeaving(ctx context.Context, id int64, why string) error {
	return s.change(ctx, id, func(t *tx, _ subscription.Reader) error {
		_, err := t.exec(`UPDATE readers SET left_why = $2 WHERE id = $1 AND state = 'left'`, id, why)
		return err
	})
}

// Suppress stops all mail to a reader whose address does not exist, or who
// complained.
func (s *Store) Suppress(ctx context.Context, id int64, reason string, now time.Time) error {
	return s.change(ctx, id, func(t *tx, _ subscription.Reader) error { return t.suppress(id, reason, now) })
}

func (t *tx) suppress(id int64, reason string, now time.Time) error {
	const query = `
		UPDATE readers SET state = 'suppressed', prior = '', suppressed = $2, suppressed_by = $3,
			next_due = '', welcome = 0, paused_until = NULL
		WHERE id = $1 AND state <> 'suppressed'`
	if _, err := t.exec(query, id, stamp(now), reason); err != nil {
		return err
	}
	return t.dropAll(id)
}

// drop drops the reader's waiting letters of a kind. A process that is about
// to send one finds its claim gone.
func (t *tx) drop(reader int64, kind letter.Kind) error {
	const query = `
		UPDATE letters SET state = 'dropped', owner = NULL, retry = NULL
		WHERE reader = $1 AND kind = $2 AND state = 'queued'`
	_, err := t.exec(query, reader, kind)
	return err
}

func (t *tx) dropAll(reader int64) error {
	for _, kind := range []letter.Kind{letter.Digest, letter.Confirmation, letter.Access, letter.Move} {
		if err := t.drop(reader, kind); err != nil {
			return err
		}
	}
	_, err := t.exec(`DELETE FROM requests WHERE reader = $1`, reader)
	return err
}

// Add makes an address an active reader at once, on the operator's word, or a
// paused one where the reader's state says so, and returns its id. Of the rest
// only the address, the settings, the language and the consent count.
func (s *Store) Add(ctx context.Context, r subscription.Reader, now time.Time) (id int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		id, err = t.add(r, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add reader: %w", err)
	}
	return id, nil
}

func (t *tx) add(r subscription.Reader, now time.Time) (int64, error) {
	q := requestOf(r, now)
	found, err := t.readerFor(q, now)
	switch {
	case err != nil:
		return 0, err
	case subscribed(found):
		return 0, aboutReader(found.ID, subscription.ErrTaken)
	}
	if err := t.dropAll(found.ID); err != nil {
		return 0, err
	}
	if err := t.activate(found.ID, q, now); err != nil || r.State != subscription.Paused {
		return found.ID, err
	}
	return found.ID, t.pause(found.ID, r.PausedUntil, now)
}

// requestOf is what a reader would have asked for to become as r is.
func requestOf(r subscription.Reader, now time.Time) subscription.Request {
	if r.Consent.At.IsZero() {
		r.Consent.At = now
	}
	set := subscription.Settings{Keywords: r.Keywords, Rhythm: r.Rhythm, Papers: r.Papers}
	return subscription.Request{Address: r.Address, Folded: r.Folded, Settings: set, Language: r.Language, Consent: r.Consent}
}

// readerFor returns the reader with the request's address, a new pending one
// where there is none.
func (t *tx) readerFor(q subscription.Request, now time.Time) (subscription.Reader, error) {
	r, err := t.readerByAddress(q.Folded)
	if !errors.Is(err, subscription.ErrNoReader) {
		return r, err
	}
	const columns = `address, folded, keywords, hour, zone, weekly, weekday, weekends, papers, language,
		consent_at, consent_wording, consent_how, created, state`
	const query = `INSERT INTO readers (` + columns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'pending') RETURNING id`
	var id int64
	if err := t.one(query, append(requestArgs(q), stamp(now)), &id); err != nil {
		return subscription.Reader{}, err
	}
	return t.reader(id)
}

// activate makes the reader an active one with what was asked for. Who is a
// reader already keeps all settings but the keywords, and a pause.
func (t *tx) activate(id int64, q subscription.Request, now time.Time) error {
	r, err := t.reader(id)
	if err != nil {
		return err
	}
	if subscribed(r) {
		_, err := t.exec(`UPDATE readers SET keywords = $1, next_due = '' WHERE id = $2`, q.Settings.Keywords, id)
		return err
	}
	const query = `
		UPDATE readers SET address = $1, folded = $2,
			keywords = $3, hour = $4, zone = $5, weekly = $6, weekday = $7, weekends = $8, papers = $9, language = $10,
			consent_at = $11, consent_wording = $12, consent_how = $13,
			state = 'active', prior = '', paused_until = NULL, confirmed = $14, since = $14, next_due = '', welcome = 1
		WHERE id = $15`
	_, err = t.exec(query, append(requestArgs(q), stamp(now), id)...)
	return err
}

// requestArgs are the values of address, folded, the settings, language and
// the three of the consent.
func requestArgs(q subscription.Request) []any {
	args := append([]any{q.Address, q.Folded}, settingArgs(q.Settings)...)
	return append(args, q.Language, stamp(q.Consent.At), q.Consent.Wording, q.Consent.How)
}

// Delete removes every row about a reader.
func (s *Store) Delete(ctx context.Context, id int64) error {
	return s.change(ctx, id, func(t *tx, _ subscription.Reader) error {
		// Requests, letters and their attempts go with the reader's row.
		_, err := t.exec(`DELETE FROM readers WHERE id = $1`, id)
		return err
	})
}
