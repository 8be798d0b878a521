package store

import (
	"fmt"
	"slices"

	"paperboy/internal/paper"
)

// resolve returns the paper that the listing's names belong to, 0 if none is
// known. Names of several papers show that these are one: they are merged.
func (r *recording) resolve(l paper.Listing) (paper.Key, error) {
	var keys []paper.Key
	for _, name := range l.Names() {
		var key paper.Key
		found, err := r.find(paperOfName, []any{name}, &key)
		if err != nil {
			return 0, err
		}
		if found {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && r.moved && !lasting(l) {
		var key paper.Key
		_, err := r.find(paperOfTitle, []any{r.source, titleName(l)}, &key)
		return key, err
	}
	return r.mergeAll(keys)
}

// mergeAll merges papers into the one with the lowest key and returns it.
func (r *recording) mergeAll(keys []paper.Key) (paper.Key, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for _, key := range keys[1:] {
		if err := r.merge(key, keys[0]); err != nil {
			return 0, err
		}
		if s, had := r.signals[key]; had {
			r.signals[keys[0]] = larger(r.signals[keys[0]], s)
			delete(r.signals, key)
		}
	}
	return keys[0], nil
}

// mergeTwins merges the papers with others that are the same work under names
// of other kinds. What is merged has to be indexed once more.
func (t *tx) mergeTwins(keys []paper.Key) error {
	const alike = `
		SELECT other.paper FROM documents one JOIN documents other ON other.title = one.title
		WHERE one.paper = $1 AND one.title <> '' AND other.title <> '' AND other.paper <> one.paper
		ORDER BY other.paper LIMIT $2`
	for _, key := range keys {
		others, err := collect(t, alike, []any{key, mostTwins}, func(scan func(...any) error, k *paper.Key) error { return scan(k) })
		if err != nil {
			return err
		}
		for _, other := range others {
			both, err := t.papersByKey([]paper.Key{key, other})
			if err != nil {
				return err
			}
			a, b := both[key], both[other]
			if a == nil || b == nil || a.Key == b.Key || !paper.Twins(a, b) {
				continue
			}
			if err := t.merge(max(a.Key, b.Key), min(a.Key, b.Key)); err != nil {
				return fmt.Errorf("merge papers %d and %d of one title: %w", a.Key, b.Key, err)
			}
		}
	}
	return nil
}

// mostTwins bounds how many papers of one title are compared.
const mostTwins = 20

// Where both papers have a listing of one source, the older first sighting
// stays: what was new once is not new again.
const (
	dropLaterListings = `
		DELETE FROM listings WHERE paper = $1 AND EXISTS (
			SELECT 1 FROM listings other
			WHERE other.paper = $2 AND other.source = listings.source AND other.sighted <= listings.sighted)`

	moveReadings = `
		INSERT INTO readings (paper, source, at, votes, comments, stars)
		SELECT CAST($2 AS BIGINT), source, at, votes, comments, stars FROM readings WHERE paper = $1
		ON CONFLICT (paper, source, at) DO UPDATE SET
			votes    = CASE WHEN excluded.votes    < readings.votes    THEN readings.votes    ELSE COALESCE(excluded.votes, readings.votes) END,
			comments = CASE WHEN excluded.comments < readings.comments THEN readings.comments ELSE COALESCE(excluded.comments, readings.comments) END,
			stars    = CASE WHEN excluded.stars    < readings.stars    THEN readings.stars    ELSE COALESCE(excluded.stars, readings.stars) END`
)

// merge makes the paper old part of the paper root. The row of old stays and
// leads to root, so that letters which picked old still hold what they sent.
func (t *tx) merge(old, root paper.Key) error {
	steps := []struct {
		query string
		args  []any
	}{
		{dropLaterListings, []any{old, root}},
		{dropLaterListings, []any{root, old}},
		{`UPDATE listings SET paper = $2 WHERE paper = $1`, []any{old, root}},
		{moveReadings, []any{old, root}},
		{`DELETE FROM readings WHERE paper = $1`, []any{old}},
		{`UPDATE aliases SET paper = $2 WHERE paper = $1`, []any{old, root}},
		{`UPDATE papers SET merged_into = $2 WHERE id = $1 OR merged_into = $1`, []any{old, root}},
	}
	for _, step := range steps {
		if _, err := t.exec(step.query, step.args...); err != nil {
			return err
		}
	}
	return nil
}
