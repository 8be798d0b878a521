package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Search finds papers by the keyword language.
type Search interface {
	Search(ctx context.Context, want interest.Interest, how paper.Search, now time.Time) (paper.Found, error)
}

// found are the papers that a page shows.
type found struct {
	Cards   []card
	Matched int // in all
	Of      int // papers searched
}

// find searches and makes the cards of what it found.
func (s *server) find(ctx context.Context, want interest.Interest, how paper.Search) (found, error) {
	now := s.Now()
	if how.Order == paper.ByHeat {
		hot, err := s.trends.heat(ctx, now)
		if err != nil {
			return found{}, err
		}
		how.Heat = hot
	}
	got, err := s.search.Search(ctx, want, how, now)
	if err != nil {
		return found{}, err
	}
	out := found{Matched: got.Total, Of: got.Of}
	for _, p := range got.Papers {
		var m interest.Match
		if !want.Empty() {
			m, _ = want.Match(interest.Read(p))
		}
		out.Cards = append(out.Cards, newCard(p, m, now))
	}
	return out, nil
}

// Search searches the papers that trend: what serves where the catalogue has
// no search of its own.
func (t *trends) Search(ctx context.Context, want interest.Interest, how paper.Search, now time.Time) (paper.Found, error) {
	cs, err := t.candidates(ctx, !want.Empty(), now)
	if err != nil {
		return paper.Found{}, err
	}
	var hits []digest.Pick
	of := 0
	for _, c := range cs {
		if !c.Paper.Sighted.After(how.Since) {
			continue
		}
		of++
		if want.Empty() {
			hits = append(hits, digest.Pick{Candidate: c})
		} else if m, ok := want.Match(c.Doc); ok {
			hits = append(hits, digest.Pick{Candidate: c, Match: m})
		}
	}
	slices.SortFunc(hits, func(a, b digest.Pick) int {
		return cmp.Or(
			-cmp.Compare(rank(a, how.Order), rank(b, how.Order)),
			b.Paper.Sighted.Compare(a.Paper.Sighted), cmp.Compare(b.Paper.Key, a.Paper.Key),
		)
	})
	out := paper.Found{Total: len(hits), Of: of}
	from := min(how.Offset, len(hits))
	for _, h := range hits[from:min(from+how.Limit, len(hits))] {
		out.Papers = append(out.Papers, h.Paper)
	}
	return out, nil
}

func rank(p digest.Pick, o paper.Order) float64 {
	switch o {
	case paper.ByHeat:
		return p.Heat
	case paper.ByDate:
		return 0
	}
	return p.Match.Score
}
