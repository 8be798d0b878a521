package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/letter"
)

// letterColumns make a letter.
const letterColumns = letterKey + `(SELECT readers.address FROM readers WHERE readers.id = letters.reader)` + letterContent

// A digest goes to the address that its reader has when it is sent, which stands
// between these two.
const (
	letterKey     = `letters.id, letters.kind, letters.reader, COALESCE(NULLIF(letters.address, ''), `
	letterContent = `),
	letters.slot, letters.made, letters.message_id, letters.state, letters.picks, letters.matched,
	letters.keywords, letters.horizon, letters.ticket, letters.attempts, letters.unknown,
	CASE WHEN letters.attempts > 0 THEN (SELECT MIN(at) FROM attempts WHERE attempts.letter = letters.id) END`
)

func scanLetter(scan func(...any) error, l *letter.Letter) error {
	var packed []byte
	err := scan(&l.ID, &l.Kind, &l.Reader, &l.Address, moment{&l.Slot}, moment{&l.Made}, &l.MessageID,
		&l.State, &packed, &l.Matched, &l.Keywords, &l.Horizon, &l.Ticket, &l.Attempts, truth{&l.Unknown}, moment{&l.Tried})
	if err != nil {
		return err
	}
	// A letter whose picks can't be read is that letter's trouble, and no fault
	// of those that come with it.
	if l.Picks, err = letter.UnpackPicks(packed); err != nil {
		l.Damage = fmt.Errorf("letter %d: %w", l.ID, err)
	}
	return nil
}

// insertLetter writes a letter, unless the reader has one of this kind for the
// slot already. mailbox is the one whose notices are counted.
func (t *tx) insertLetter(l letter.Letter, mailbox string, expires time.Time) (bool, error) {
	const query = `
		INSERT INTO letters (kind, reader, slot, made, message_id, state, picks, matched,
			keywords, horizon, ticket, address, folded, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (reader, kind, slot) DO NOTHING`
	n, err := t.exec(query, l.Kind, l.Reader, stamp(l.Slot), stamp(l.Made), l.MessageID, l.State,
		letter.PackPicks(l.Picks), l.Matched, l.Keywords, l.Horizon, l.Ticket, l.Address, mailbox, stamp(expires))
	return n > 0, err
}

// Letters returns the reader's letters, newest first, at most limit of them.
func (s *Store) Letters(ctx context.Context, id int64, limit int) ([]letter.Letter, error) {
	const query = `SELECT ` + letterColumns + ` FROM letters WHERE reader = $1 ORDER BY made DESC, id DESC LIMIT $2`
	var all []letter.Letter
	err := s.read(ctx, func(t *tx) (err error) {
		all, err = collect(t, query, []any{id, limit}, scanLetter)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("letters of reader %d: %w", id, err)
	}
	return all, nil
}
