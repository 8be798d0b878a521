package store

import (
	"context"
	"fmt"
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
	const readings = `
		DELETE FROM readings WHERE (paper, source, at) IN (
			SELECT paper, source, at FROM readings WHERE at < $1 AND EXISTS (
				SELECT 1 FROM readings AS later
				WHERE later.paper = readings.paper AND later.source = readings.source
					AND later.at > readings.at AND substr(later.at, 1, 10) = substr(readings.at, 1, 10))
			LIMIT $2)`
	const bounces = `DELETE FROM bounces WHERE id IN (SELECT id FROM bounces WHERE at < $1 LIMIT $2)`
	const commands = `DELETE FROM commands WHERE key IN (SELECT key FROM commands WHERE at < $1 LIMIT $2)`
	gone := 0
	for _, one := range []struct {
		what, query string
		before      time.Time
	}{
		{"letters", letters, now.Add(-KeepLetters)},
		{"readings", readings, now.Add(-KeepReadings)},
		{"bounces", bounces, now.Add(-KeepLetters)},
		{"commands", commands, now.Add(-KeepCommands)},
	} {
		n, err := s.pruneAll(ctx, one.query, one.before)
		gone += n
		if err != nil {
			return gone, fmt.Errorf("prune %s: %w", one.what, err)
		}
	}
	return gone, nil
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
