package digest

import (
	"cmp"
	"slices"

	"paperboy/internal/interest"
)

// best returns the first max picks (0: all) of candidates that match, in the
// letter's order. Only those that can be among them are matched in full.
func best(cs []Candidate, want interest.Interest, max int) []Pick {
	slices.SortFunc(cs, func(a, b Candidate) int { return cmp.Compare(b.Heat, a.Heat) })
	var picks []Pick
	for _, c := range cs {
		if full := max > 0 && len(picks) == max; full && Bound(c.Heat) <= picks[max-1].Rank() {
			break
		}
		m, _ := want.Match(c.Doc)
		p := Pick{Candidate: c, Match: m}
		at, _ := slices.BinarySearchFunc(picks, p, compare)
		picks = slices.Insert(picks, at, p)
		if max > 0 && len(picks) > max {
			picks = picks[:max]
		}
	}
	return slices.Clip(picks)
}

// compare orders by rank, then heat, then the newer sighting, then the smaller
// key.
func compare(a, b Pick) int {
	return cmp.Or(
		cmp.Compare(b.Rank(), a.Rank()),
		cmp.Compare(b.Heat, a.Heat),
		b.Paper.Sighted.Compare(a.Paper.Sighted),
		cmp.Compare(a.Paper.Key, b.Paper.Key),
	)
}
