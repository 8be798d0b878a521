package web

import (
	"context"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// found are the papers that a page shows.
type found struct {
	Cards   []card
	Matched int // in all
	Of      int // papers searched
}

// find searches and makes the cards of what it found.
func (s *server) find(ctx context.Context, want interest.Interest, how paper.Search) (found, error) {
	now := s.Now()
	hot, err := s.trends.get(ctx, now)
	if err != nil {
		return found{}, err
	}
	how.Heat = hot.heat
	got, err := s.Catalogue.Search(ctx, want, how, now)
	if err != nil {
		return found{}, err
	}
	out := found{Matched: got.Total, Of: got.Of}
	for _, p := range got.Papers {
		out.Cards = append(out.Cards, newCard(p, matchOf(p, want), hot.trends[p.Key], now))
	}
	return out, nil
}

// matchOf is how a paper matches; without keywords nothing needs to be read.
func matchOf(p *paper.Paper, want interest.Interest) interest.Match {
	if want.Empty() {
		return interest.Match{}
	}
	m, _ := want.Match(interest.Read(p))
	return m
}
