package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// A mailbox gets at most this many mails of one kind that anybody can ask for
// in a day: who asks for confirmations uses up nobody's links.
const (
	noticesADay = 3
	day         = 24 * time.Hour
)

// Ask notes the wish of an address to subscribe and queues the mail that asks
// to confirm it. A subscriber stays what they are until they confirm the new
// settings; anyone else is pending, or, when the request expires, what they
// were. The newest request is the one that can be confirmed. The error is
// ErrTooMany where the address was mailed enough for a day.
func (s *Store) Ask(ctx context.Context, q subscription.Request, host string, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		r, err := t.readerFor(q, now)
		if err != nil {
			return err
		}
		return aboutReader(r.ID, t.ask(r, q, host, now))
	})
	if err != nil {
		return fmt.Errorf("ask to subscribe: %w", err)
	}
	return nil
}

func (t *tx) ask(r subscription.Reader, q subscription.Request, host string, now time.Time) error {
	if !subscribed(r) && r.State != subscription.Pending {
		const query = `UPDATE readers SET prior = state, state = 'pending' WHERE id = $1`
		if _, err := t.exec(query, r.ID); err != nil {
			return err
		}
	}
	const renew = `
		UPDATE readers SET address = $1, folded = $2,
			keywords = $3, hour = $4, zone = $5, weekly = $6, weekday = $7, weekends = $8, papers = $9, language = $10,
			consent_at = $11, consent_wording = $12, consent_how = $13
		WHERE id = $14 AND state = 'pending' AND prior = ''`
	if _, err := t.exec(renew, append(requestArgs(q), r.ID)...); err != nil {
		return err
	}
	ticket, err := t.request(letter.Confirmation, r.ID, q)
	if err != nil {
		return err
	}
	return t.notice(letter.Letter{
		Kind: letter.Confirmation, Reader: r.ID, Address: q.Address, Ticket: ticket, Keywords: q.Settings.Keywords,
	}, q.Folded, host, q.Expires, now)
}

// request opens a request in place of the one before, and returns its ticket.
func (t *tx) request(kind letter.Kind, reader int64, q subscription.Request) (int64, error) {
	ticket, err := t.ticket(reader)
	if err != nil {
		return 0, err
	}
	const remove = `DELETE FROM requests WHERE reader = $1 AND kind = $2`
	if _, err := t.exec(remove, reader, kind); err != nil {
		return 0, err
	}
	const insert = `
		INSERT INTO requests (address, folded, keywords, hour, zone, weekly, weekday, weekends, papers, language,
			consent_at, consent_wording, consent_how, reader, kind, ticket, expires, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'open')`
	_, err = t.exec(insert, append(requestArgs(q), reader, kind, ticket, stamp(q.Expires))...)
	return ticket, err
}

func (t *tx) ticket(reader int64) (ticket int64, err error) {
	err = t.one(`UPDATE readers SET ticket = ticket + 1 WHERE id = $1 RETURNING ticket`, []any{reader}, &ticket)
	return ticket, err
}

// notice queues a letter that somebody asked for, in place of older ones of
// its kind that still wait, unless the address or the reader has had enough.
func (t *tx) notice(l letter.Letter, folded, host string, expires, now time.Time) error {
	const toAddress = `SELECT COUNT(*) FROM letters WHERE folded = $1 AND made > $2 AND kind = $3`
	const ofReader = `SELECT COUNT(*) FROM letters WHERE reader = $1 AND made > $2 AND kind = $3`
	since := stamp(now.Add(-day))
	mailbox := subscription.Mailbox(folded)
	var mailed, asked int
	if err := t.one(toAddress, []any{mailbox, since, l.Kind}, &mailed); err != nil {
		return err
	}
	if err := t.one(ofReader, []any{l.Reader, since, l.Kind}, &asked); err != nil {
		return err
	}
	if max(mailed, asked) >= noticesADay {
		return subscription.ErrTooMany
	}
	const supersede = `
		UPDATE letters SET state = 'superseded', retry = NULL
		WHERE reader = $1 AND kind = $2 AND state = 'queued' AND owner IS NULL AND unknown = 0`
	if _, err := t.exec(supersede, l.Reader, l.Kind); err != nil {
		return err
	}
	var err error
	if l.Slot, err = t.noticeSlot(l, now); err != nil {
		return err
	}
	l.Made, l.State = now, letter.Queued
	l.MessageID = letter.NewMessageID(l.Kind, l.Reader, l.Slot, host)
	_, err = t.insertLetter(l, mailbox, expires)
	return err
}

// noticeSlot is now, later by milliseconds where the reader has such a letter
// of now already: slots are unique, and the Message-ID names them so finely.
func (t *tx) noticeSlot(l letter.Letter, now time.Time) (time.Time, error) {
	var last time.Time
	const query = `SELECT MAX(slot) FROM letters WHERE reader = $1 AND kind = $2`
	if err := t.one(query, []any{l.Reader, l.Kind}, moment{&last}); err != nil {
		return last, err
	}
	slot := now.UTC().Truncate(time.Millisecond)
	if !slot.After(last) {
		slot = last.Add(time.Millisecond)
	}
	return slot, nil
}

// AskLink queues a mail with a fresh link to the reader's account, good until
// expires. An address that nobody subscribed, or not yet, gets none, and the
// answer is the same.
func (s *Store) AskLink(ctx context.Context, folded, host string, expires, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		r, err := t.readerByAddress(folded)
		if errors.Is(err, subscription.ErrNoReader) {
			return nil
		}
		if err != nil || !subscribed(r) && r.State != subscription.Left {
			return err
		}
		ticket, err := t.ticket(r.ID)
		if err != nil {
			return aboutReader(r.ID, err)
		}
		l := letter.Letter{Kind: letter.Access, Reader: r.ID, Ticket: ticket, Keywords: r.Keywords}
		return aboutReader(r.ID, t.notice(l, r.Folded, host, expires, now))
	})
	if err != nil {
		return fmt.Errorf("ask for a link: %w", err)
	}
	return nil
}

// AskMove queues a mail to the reader's new address that asks to confirm the
// change. Whether the address is another reader's is told only to who can read
// its mail.
func (s *Store) AskMove(ctx context.Context, id int64, address, folded, host string, expires, now time.Time) error {
	return s.change(ctx, id, func(t *tx, r subscription.Reader) error {
		q := subscription.Request{
			Address: address, Folded: folded, Language: r.Language, Consent: r.Consent, Expires: expires,
			Settings: subscription.Settings{Keywords: r.Keywords, Rhythm: r.Rhythm, Papers: r.Papers},
		}
		ticket, err := t.request(letter.Move, id, q)
		if err != nil {
			return err
		}
		l := letter.Letter{Kind: letter.Move, Reader: id, Address: address, Ticket: ticket, Keywords: r.Keywords}
		return t.notice(l, folded, host, expires, now)
	})
}

// Confirm makes the reader active with what the request of this ticket asked
// for. Confirming twice is harmless. The error is ErrStale where a newer
// request took its place, it expired, or the reader has left since.
func (s *Store) Confirm(ctx context.Context, id, ticket int64, now time.Time) (subscription.Reader, error) {
	return s.answer(ctx, letter.Confirmation, id, ticket, now, (*tx).activate)
}

// ConfirmMove gives the reader the address that the request of this ticket
// named. The errors are ErrStale, as for Confirm, and ErrTaken where another
// reader has the address.
func (s *Store) ConfirmMove(ctx context.Context, id, ticket int64, now time.Time) (subscription.Reader, error) {
	return s.answer(ctx, letter.Move, id, ticket, now, (*tx).move)
}

// Asked returns the request of this ticket, and whether confirming would still
// change anything; kind is letter.Confirmation or letter.Move. The error is
// ErrStale where the request can't be answered any more.
func (s *Store) Asked(ctx context.Context, kind letter.Kind, id, ticket int64, now time.Time) (q subscription.Request, open bool, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		if _, err = t.reader(id); err != nil {
			return err
		}
		q, open, err = t.findRequest(kind, id, ticket, now)
		return err
	})
	return q, open, aboutReader(id, err)
}

// answer applies an open request, once.
func (s *Store) answer(ctx context.Context, kind letter.Kind, id, ticket int64, now time.Time,
	apply func(*tx, int64, subscription.Request, time.Time) error,
) (r subscription.Reader, err error) {
	err = s.change(ctx, id, func(t *tx, _ subscription.Reader) error {
		q, open, err := t.findRequest(kind, id, ticket, now)
		if err != nil {
			return err
		}
		if open {
			if err := t.settleRequest(kind, id); err != nil {
				return err
			}
			if err := apply(t, id, q, now); err != nil {
				return err
			}
		}
		r, err = t.reader(id)
		return err
	})
	if err != nil {
		return subscription.Reader{}, err
	}
	return r, nil
}

// findRequest returns the request of this ticket, and whether it is still to
// be applied.
func (t *tx) findRequest(kind letter.Kind, reader, ticket int64, now time.Time) (subscription.Request, bool, error) {
	const query = `
		SELECT state, expires, address, folded, keywords, hour, zone, weekly, weekday, weekends, papers, language,
			consent_at, consent_wording, consent_how
		FROM requests WHERE reader = $1 AND kind = $2 AND ticket = $3`
	var q subscription.Request
	var state string
	rhythm := &q.Settings.Rhythm
	found, err := t.find(query, []any{reader, kind, ticket},
		&state, moment{&q.Expires}, &q.Address, &q.Folded, &q.Settings.Keywords,
		&rhythm.Hour, &rhythm.Zone, truth{&rhythm.Weekly}, &rhythm.Weekday, truth{&rhythm.Weekends},
		&q.Settings.Papers, &q.Language, moment{&q.Consent.At}, &q.Consent.Wording, &q.Consent.How)
	switch {
	case err != nil:
		return q, false, err
	case found && state == "done":
		return q, false, nil
	case !found || state != "open" || !q.Expires.After(now):
		return q, false, subscription.ErrStale
	}
	return q, true, nil
}

// settleRequest notes that the open request was answered; mails that ask again stop.
func (t *tx) settleRequest(kind letter.Kind, reader int64) error {
	const query = `UPDATE requests SET state = 'done' WHERE reader = $1 AND kind = $2`
	if _, err := t.exec(query, reader, kind); err != nil {
		return err
	}
	return t.drop(reader, kind)
}

// move gives the reader the address of the request. Letters that are about to
// be sent to the old one are taken back: they go to the new one. Links mailed
// to the old one open nothing any more.
func (t *tx) move(id int64, q subscription.Request, now time.Time) error {
	const (
		// Somebody typed this address and never confirmed it.
		makeRoom = `DELETE FROM readers WHERE folded = $2 AND id <> $1 AND state = 'pending' AND prior = ''`
		rename   = `UPDATE readers SET address = $2, folded = $3, moved = $4, voided = ticket WHERE id = $1`
		takeBack = `UPDATE letters SET owner = NULL WHERE reader = $1 AND state = 'queued'`
		forget   = `DELETE FROM requests WHERE reader = $1 AND kind = $2`
	)
	if _, err := t.exec(makeRoom, id, q.Folded); err != nil {
		return err
	}
	_, err := t.exec(rename, id, q.Address, q.Folded, stamp(now))
	if taken(err) {
		return subscription.ErrTaken
	}
	if err != nil {
		return err
	}
	if _, err := t.exec(takeBack, id); err != nil {
		return err
	}
	// A request to confirm the old address would bring it back.
	if _, err := t.exec(forget, id, letter.Confirmation); err != nil {
		return err
	}
	if err := t.drop(id, letter.Access); err != nil {
		return err
	}
	return t.drop(id, letter.Confirmation)
}

// Expire ends what is over: requests and the mails about them, readers who
// never confirmed, and pauses. It returns how many readers it changed.
func (s *Store) Expire(ctx context.Context, now time.Time) (int, error) {
	const unanswered = `state = 'pending' AND NOT EXISTS (
		SELECT 1 FROM requests
		WHERE requests.reader = readers.id AND requests.kind = 'confirmation' AND requests.expires > $1)`
	changed := 0
	err := s.write(ctx, func(t *tx) error {
		for _, query := range []string{
			`DELETE FROM readers WHERE prior = '' AND ` + unanswered,
			`UPDATE readers SET state = prior, prior = '' WHERE prior <> '' AND ` + unanswered,
			`UPDATE readers SET state = 'active', since = paused_until, next_due = '', paused_until = NULL
				WHERE state = 'paused' AND paused_until <= $1`,
		} {
			n, err := t.exec(query, stamp(now))
			if err != nil {
				return err
			}
			changed += n
		}
		for _, query := range []string{
			`DELETE FROM requests WHERE expires <= $1`,
			`UPDATE letters SET state = 'dropped', owner = NULL, retry = NULL WHERE state = 'queued' AND expires <= $1`,
		} {
			if _, err := t.exec(query, stamp(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("expire: %w", err)
	}
	return changed, nil
}
