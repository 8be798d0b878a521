package store

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"paperboy/internal/paper"
)

// Candidates returns the papers whose newest first sighting up to now lies
// less than window back, as they were known at now, and the number up to which
// all sightings are among what was looked at.
func (s *Store) Candidates(ctx context.Context, now time.Time, window time.Duration) (paper.Catalogue, error) {
	// A sighting of a later moment than now may have a lower number than one
	// that counts: the horizon stays below it, and nobody misses it.
	const horizon = `
		SELECT COALESCE(
			(SELECT MIN(NULLIF(seq, 0)) - 1 FROM listings WHERE sighted > $1),
			(SELECT MAX(seq) FROM listings), 0)`
	var c paper.Catalogue
	err := s.read(ctx, func(t *tx) (err error) {
		if err := t.one(horizon, []any{stamp(now)}, &c.Horizon); err != nil {
			return err
		}
		const sighted = `SELECT paper FROM listings WHERE sighted > $1 AND sighted <= $2 AND authority >= 0`
		c.Papers, err = t.papers(now, sighted, stamp(now.Add(-window)), stamp(now))
		return err
	})
	if err != nil {
		return paper.Catalogue{}, fmt.Errorf("candidates: %w", err)
	}
	return c, nil
}

// atOnce is how many keys one query looks for.
const atOnce = 500

// Papers returns the papers with these keys, as they are known today. A key of
// a paper that was merged into another one finds that one; unknown keys are
// left out.
func (s *Store) Papers(ctx context.Context, keys []paper.Key) (map[paper.Key]*paper.Paper, error) {
	var found map[paper.Key]*paper.Paper
	err := s.read(ctx, func(t *tx) (err error) {
		found, err = t.papersByKey(keys)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("papers: %w", err)
	}
	return found, nil
}

func (t *tx) papersByKey(keys []paper.Key) (map[paper.Key]*paper.Paper, error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	found := make(map[paper.Key]*paper.Paper, len(keys))
	for some := range slices.Chunk(keys, atOnce) {
		args := keysOf(some)
		these := `id IN (` + places(1, len(args)) + `)`
		roots, err := t.roots(these, args...)
		if err != nil {
			return nil, err
		}
		papers, err := t.papers(endOfTime, `SELECT COALESCE(merged_into, id) FROM papers WHERE `+these, args...)
		if err != nil {
			return nil, err
		}
		byKey := make(map[paper.Key]*paper.Paper, len(papers))
		for _, p := range papers {
			byKey[p.Key] = p
		}
		for _, key := range some {
			if p := byKey[roots.of(key)]; p != nil {
				found[key] = p
			}
		}
	}
	return found, nil
}

// keysOf returns keys as parameters, the last one repeated up to the next power
// of two: few numbers of them make few queries, which stay prepared.
func keysOf(keys []paper.Key) []any {
	args := make([]any, 1<<bits.Len(uint(len(keys)-1)))
	for i := range args {
		args[i] = keys[min(i, len(keys)-1)]
	}
	return args
}

var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// roots tells what merged papers became.
type roots map[paper.Key]paper.Key

func (r roots) of(key paper.Key) paper.Key {
	if root, merged := r[key]; merged {
		return root
	}
	return key
}

// roots returns those of the merged papers that meet the condition.
func (t *tx) roots(condition string, args ...any) (roots, error) {
	r := roots{}
	query := `SELECT id, merged_into FROM papers WHERE merged_into IS NOT NULL AND ` + condition
	err := t.each(query, args, func(scan func(...any) error) error {
		var old, root paper.Key
		err := scan(&old, &root)
		r[old] = root
		return err
	})
	return r, err
}

// papers merges, in the order of their keys, the papers that the query which
// selects, from what was known at the given time. Three queries serve any
// number of papers.
func (t *tx) papers(until time.Time, which string, args ...any) ([]*paper.Paper, error) {
	last := fmt.Sprintf(" AND %%s <= $%d ", len(args)+1)
	timed := append(slices.Clone(args), stamp(until))
	names, err := t.names(which, args)
	if err != nil {
		return nil, err
	}
	readings, err := t.readings(which, fmt.Sprintf(last, "at"), timed)
	if err != nil {
		return nil, err
	}
	var papers []*paper.Paper
	var sightings []paper.Sighting
	var current paper.Key
	finish := func() {
		if len(sightings) > 0 {
			papers = append(papers, paper.Merge(current, names[current], sightings, readings[current]))
		}
	}
	query := `SELECT ` + listingColumns + `, paper, sighted, seq FROM listings
		WHERE paper IN (` + which + `)` + fmt.Sprintf(last, "sighted") + `ORDER BY paper, sighted, source`
	err = t.each(query, timed, func(scan func(...any) error) error {
		var key paper.Key
		var s paper.Sighting
		if err := scanSighting(scan, &key, &s); err != nil {
			return err
		}
		if key != current {
			finish()
			current, sightings = key, nil
		}
		sightings = append(sightings, s)
		return nil
	})
	finish()
	return papers, err
}

func (t *tx) names(which string, args []any) (map[paper.Key][]paper.Name, error) {
	names := map[paper.Key][]paper.Name{}
	query := `SELECT paper, name FROM aliases WHERE paper IN (` + which + `) ORDER BY paper, name`
	err := t.each(query, args, func(scan func(...any) error) error {
		var key paper.Key
		var name paper.Name
		err := scan(&key, &name)
		names[key] = append(names[key], name)
		return err
	})
	return names, err
}

func (t *tx) readings(which, until string, args []any) (map[paper.Key][]paper.Reading, error) {
	readings := map[paper.Key][]paper.Reading{}
	query := `SELECT paper, source, at, votes, comments, stars FROM readings
		WHERE paper IN (` + which + `)` + until + `ORDER BY paper, at, source`
	err := t.each(query, args, func(scan func(...any) error) error {
		var key paper.Key
		var r paper.Reading
		err := scan(&key, &r.Source, moment{&r.At}, counted{&r.Votes}, counted{&r.Comments}, counted{&r.Stars})
		readings[key] = append(readings[key], r)
		return err
	})
	return readings, err
}
