package digest

import (
	"cmp"
	"slices"

	"paperboy/internal/interest"
)

// ranked is a candidate that a reader may get, with how well it matches.
type ranked struct {
	*Candidate
	found interest.Found // its position is that among the candidates
	rank  float64
}

// compare orders by rank, then heat, then the newer sighting, then the smaller
// key.
func compare(a, b ranked) int {
	if a.rank != b.rank { // as nearly always
		return cmp.Compare(b.rank, a.rank)
	}
	return cmp.Or(
		cmp.Compare(b.Heat, a.Heat),
		b.Paper.Sighted.Compare(a.Paper.Sighted),
		cmp.Compare(a.Paper.Key, b.Paper.Key),
	)
}

// top keeps the first max of all that are added (0: all).
type top struct {
	max  int
	seen int
	best []ranked // in their order, if there is a max
}

func (t *top) add(c *Candidate, f interest.Found) {
	t.seen++
	full := t.max > 0 && len(t.best) == t.max
	if full && Bound(c.Heat) < t.best[t.max-1].rank {
		return // however well it matches
	}
	r := ranked{c, f, Rank(c.Heat, f.Score)}
	if t.max <= 0 {
		t.best = append(t.best, r)
		return
	}
	i, _ := slices.BinarySearchFunc(t.best, r, compare)
	switch {
	case !full:
		t.best = slices.Insert(t.best, i, r)
	case i < t.max:
		t.best = slices.Insert(t.best[:t.max-1], i, r)
	}
}

// sorted returns what was kept, in order.
func (t *top) sorted() []ranked {
	if t.max <= 0 {
		slices.SortFunc(t.best, compare)
	}
	return t.best
}
