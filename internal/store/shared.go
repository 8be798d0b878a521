package store

import (
	"context"
	"fmt"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// SealKeys returns the keys of the sealed links, the newest first. At the
// first start there is none: generate makes it, once for all processes.
func (s *Store) SealKeys(ctx context.Context, generate func() ([]byte, error)) ([][]byte, error) {
	const query = `SELECT bytes FROM seal_keys ORDER BY id DESC`
	var keys [][]byte
	err := s.write(ctx, func(t *tx) (err error) {
		scan := func(row func(...any) error, key *[]byte) error { return row(key) }
		if keys, err = collect(t, query, nil, scan); err != nil || len(keys) > 0 {
			return err
		}
		key, err := generate()
		if err != nil {
			return err
		}
		keys = [][]byte{key}
		_, err = t.exec(`INSERT INTO seal_keys (bytes) VALUES ($1)`, key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keys of sealed links: %w", err)
	}
	return keys, nil
}

// Census counts what there is.
type Census struct {
	Readers map[subscription.State]int
	Letters map[letter.State]int
	Papers  int // without those merged into others
}

// Census counts readers and letters by their states, and papers.
func (s *Store) Census(ctx context.Context) (Census, error) {
	c := Census{Readers: map[subscription.State]int{}, Letters: map[letter.State]int{}}
	err := s.read(ctx, func(t *tx) error {
		if err := countBy(t, `SELECT state, COUNT(*) FROM readers GROUP BY state`, c.Readers); err != nil {
			return err
		}
		if err := countBy(t, `SELECT state, COUNT(*) FROM letters GROUP BY state`, c.Letters); err != nil {
			return err
		}
		return t.one(`SELECT COUNT(*) FROM papers WHERE merged_into IS NULL`, nil, &c.Papers)
	})
	if err != nil {
		return Census{}, fmt.Errorf("census: %w", err)
	}
	return c, nil
}

func countBy[K ~string](t *tx, query string, into map[K]int) error {
	return t.each(query, nil, func(scan func(...any) error) error {
		var key K
		var n int
		err := scan(&key, &n)
		into[key] = n
		return err
	})
}
