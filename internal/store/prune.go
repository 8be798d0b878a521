package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// KeepLetters is how long a letter stays after it was made: so long a
	// paper in it counts as sent, and so far back reaches a reader's history.
	KeepLetters = 400 * day
	// KeepReadings is how long every reading of a paper's signals stays; of
	// older ones each day keeps its last.
	KeepReadings = 30 * day

	// pruneAtOnce bounds one transaction of pruning, so that sending and pages
	// never wait long for it.
	pruneAtOnce = 1000
)

// Prune removes what has grown too old to matter at now: letters with their
// attempts, but for those still to be sent, what came back for them, readings,
// and the names of mailed commands. It returns how many
// rows went. Stopped halfway, it goes on at the next call.
func (s *Store) Prune(ctx context.Context, now time.Time) (int, error) {
	// Ids rise with time: the oldest letters are those with the lowest.
	const letters = `
		DELETE FROM letters WHERE id IN (
			SELECT id FROM (SELECT id, made, state FROM letters ORDER BY id LIMIT $2) AS oldest
			WHERE made < $1 AND state <> 'queued')`
	const bounces = `DELETE FROM bounces WHERE id IN (SELECT id FROM bounces WHERE at < $1 LIMIT $2)`
	const commands = `DELETE FROM commands WHERE key IN (SELECT key FROM commands WHERE at < $1 LIMIT $2)`
	gone := 0
	for _, one := range []struct {
		what, query string
		before      time.Time
	}{
		{"letters", letters, now.Add(-KeepLetters)},
		{"bounces", bounces, now.Add(-KeepLetters)},
		{"commands", commands, now.Add(-KeepCommands)},
	} {
		n, err := s.pruneAll(ctx, one.query, one.before)
		gone += n
		if err != nil {
			return gone, fmt.Errorf("prune %s: %w", one.what, err)
		}
	}
	n, err := s.pruneReadings(ctx, now.Add(-KeepReadings))
	if err != nil {
		err = fmt.Errorf("prune readings: %w", err)
	}
	return gone + n, err
}

func (s *Store) pruneAll(ctx context.Context, query string, before time.Time) (gone int, err error) {
	for n := 1; n > 0; gone += n {
		err := s.write(ctx, func(t *tx) (err error) {
			n, err = t.exec(query, stamp(before), pruneAtOnce)
			return err
		})
		if err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// papersAtOnce bounds one search for old readings, and so how many it finds.
const papersAtOnce = 500

// readingKey names a reading.
type readingKey struct {
	paper  int64
	source string
	at     string
}

// pruneReadings looks for old readings, of which there are too many to look
// through while nobody else can write, some papers at a time.
func (s *Store) pruneReadings(ctx context.Context, before time.Time) (gone int, err error) {
	var last int64
	err = s.read(ctx, func(t *tx) error {
		return t.one(`SELECT COALESCE(MAX(paper), 0) FROM readings`, nil, &last)
	})
	for paper := int64(0); err == nil && paper < last; paper += papersAtOnce {
		var old []readingKey
		if old, err = s.oldReadings(ctx, paper, before); err != nil {
			break
		}
		for some := range slices.Chunk(old, pruneAtOnce) {
			n, err := s.deleteReadings(ctx, some)
			gone += n
			if err != nil {
				return gone, err
			}
		}
	}
	return gone, err
}

// oldReadings are those of the papers behind the given one that were taken
// before that time and are not the last of their day.
func (s *Store) oldReadings(ctx context.Context, behind int64, before time.Time) (old []readingKey, err error) {
	const query = `
		SELECT paper, source, at FROM readings WHERE paper > $1 AND paper <= $2 AND at < $3 AND EXISTS (
			SELECT 1 FROM readings AS later
			WHERE later.paper = readings.paper AND later.source = readings.source
				AND later.at > readings.at AND substr(later.at, 1, 10) = substr(readings.at, 1, 10))`
	err = s.read(ctx, func(t *tx) (err error) {
		old, err = collect(t, query, []any{behind, behind + papersAtOnce, stamp(before)}, func(scan func(...any) error, k *readingKey) error {
			return scan(&k.paper, &k.source, &k.at)
		})
		return err
	})
	return old, err
}

// deleteReadings goes by the keys alone: what made a reading old makes it so
// for good.
func (s *Store) deleteReadings(ctx context.Context, keys []readingKey) (gone int, err error) {
	const query = `DELETE FROM readings WHERE paper = $1 AND source = $2 AND at = $3`
	err = s.write(ctx, func(t *tx) error {
		gone = 0
		for _, k := range keys {
			n, err := t.exec(query, k.paper, k.source, k.at)
			if err != nil {
				return err
			}
			gone += n
		}
		return nil
	})
	return gone, err
}
