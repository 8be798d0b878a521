package store

import (
	"context"
	"fmt"

	"paperboy/internal/interest"
)

const (
	// The index is swept when this many of its documents are dead, and these
	// are more than a quarter.
	sweepFrom   = 1000
	sweepAtOnce = 2000 // lists in one transaction
)

// sweep takes dead documents out of the lists, where there are many. It works
// through all of them, so that what a stopped sweep left is done by the next.
func (s *Store) sweep(ctx context.Context) error {
	var dead map[int]bool
	err := s.read(ctx, func(t *tx) (err error) {
		dead, err = t.deadDocuments()
		return err
	})
	if err != nil || dead == nil {
		return err
	}
	at := listAt{first: -1}
	for going := true; going; {
		err := s.write(ctx, func(t *tx) (err error) {
			at, going, err = t.sweepFrom(at, dead)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.write(ctx, func(t *tx) error {
		for doc := range dead {
			if _, err := t.exec(`DELETE FROM documents WHERE doc = $1 AND paper IS NULL`, doc); err != nil {
				return err
			}
		}
		return nil
	})
}

// deadDocuments returns nil where there are too few to care.
func (t *tx) deadDocuments() (map[int]bool, error) {
	const count = `SELECT COUNT(*), COUNT(paper) FROM documents`
	var all, alive int
	if err := t.one(count, nil, &all, &alive); err != nil || all-alive < sweepFrom || 4*(all-alive) < all {
		return nil, err
	}
	dead := map[int]bool{}
	err := t.each(`SELECT doc FROM documents WHERE paper IS NULL`, nil, func(scan func(...any) error) error {
		var doc int
		err := scan(&doc)
		dead[doc] = true
		return err
	})
	return dead, err
}

// listAt names a list.
type listAt struct {
	word  string
	first int
}

func (t *tx) sweepFrom(at listAt, dead map[int]bool) (last listAt, more bool, err error) {
	const query = `
		SELECT word, first, last, papers, list FROM postings
		WHERE (word, first) > ($1, $2) ORDER BY word, first LIMIT $3`
	rows, err := collect(t, query, []any{at.word, at.first, sweepAtOnce}, func(scan func(...any) error, r *stretch) error {
		return scan(&r.word, &r.first, &r.last, &r.papers, (*[]byte)(&r.list))
	})
	if err != nil || len(rows) == 0 {
		return at, false, err
	}
	var changed []stretch
	for _, r := range rows {
		kept, err := r.without(dead)
		switch {
		case err != nil:
		case kept.papers == 0:
			_, err = t.exec(`DELETE FROM postings WHERE word = $1 AND first = $2`, r.word, r.first)
		case kept.papers < r.papers:
			changed = append(changed, kept)
		}
		if err != nil {
			return at, false, fmt.Errorf("word %q: %w", r.word, err)
		}
	}
	end := rows[len(rows)-1]
	return listAt{end.word, end.first}, true, t.put(changed)
}

// without returns the list with the dead documents left out. Where it begins
// and ends to count stays as it was.
func (s stretch) without(dead map[int]bool) (stretch, error) {
	kept := stretch{word: s.word, first: s.first, last: s.first}
	wanted := make([]bool, s.last-s.first+1) // from the first one on
	for i := range wanted {
		wanted[i] = !dead[s.first+i]
	}
	whole := s.list.Each(0, wanted, func(i int, at []int32) {
		doc := s.first + i
		kept.list = kept.list.Append(kept.last, doc, at)
		kept.last, kept.papers = doc, kept.papers+1
	})
	if !whole {
		return s, interest.ErrDamaged
	}
	return kept, nil
}
