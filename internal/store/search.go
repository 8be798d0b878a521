package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Search returns the papers of the catalogue, sighted up to now, that want
// matches: exactly those that Interest.Matches finds. The full-text index
// answers it alone; of the papers only those asked for are read. Equal
// searches of an unchanged catalogue return equal pages.
func (s *Store) Search(ctx context.Context, want interest.Interest, how paper.Search, now time.Time) (paper.Found, error) {
	var found paper.Found
	err := s.read(ctx, func(t *tx) error {
		docs, err := s.shelf.documents(t)
		if err != nil {
			return err
		}
		docs, among, of := docs.among(how.Since, now)
		c := s.corpus(t, docs, among)
		defer c.close()
		scores := takeScores(len(among))
		defer giveScores(scores)
		if err := c.scores(want, scores); err != nil {
			return err
		}
		hits, total := docs.first(scores, how)
		found.Of, found.Total = of, total
		if found.Papers, err = t.inOrder(hits, docs); err != nil {
			return err
		}
		return t.one(`SELECT COUNT(*) FROM unindexed`, nil, &found.Unindexed)
	})
	if err != nil {
		return paper.Found{}, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

// hit is a document that matches, with what it is ordered by.
type hit struct {
	rank float64
	at   int64
	doc  int
}

// first returns the documents asked for in their order, and how many match.
func (d *documents) first(scores []float32, how paper.Search) (page []hit, total int) {
	from, n := max(how.Offset, 0), max(how.Offset, 0)+max(how.Limit, 0)
	better := func(a, b hit) int {
		switch {
		case a.rank != b.rank:
			return cmp.Compare(b.rank, a.rank)
		case a.at != b.at:
			return cmp.Compare(b.at, a.at)
		}
		return cmp.Compare(d.papers[b.doc], d.papers[a.doc])
	}
	rank := rankOf(how)
	var best []hit
	worst := math.Inf(-1)                         // rank of the last of the first n, once there were as many
	for doc := len(scores) - 1; doc >= 0; doc-- { // newer ones mostly come first
		score := scores[doc]
		if score == interest.NoMatch {
			continue
		}
		total++
		h := hit{rank: rank(d.papers[doc], score), at: d.sighted[doc], doc: doc}
		if n == 0 || h.rank < worst || h.rank == worst && better(h, best[n-1]) > 0 {
			continue
		}
		if best = append(best, h); len(best) >= n+max(n, 500) {
			slices.SortFunc(best, better)
			best = best[:n]
			worst = best[n-1].rank
		}
	}
	slices.SortFunc(best, better)
	best = best[:min(n, len(best))]
	return best[min(from, len(best)):], total
}

// rankOf returns what a search is ordered by before the date.
func rankOf(how paper.Search) func(key paper.Key, score float32) float64 {
	switch how.Order {
	case paper.ByHeat:
		lowest, highest := paper.Key(math.MaxInt64), paper.Key(0)
		for key := range how.Heat {
			lowest, highest = min(lowest, key), max(highest, key)
		}
		return func(key paper.Key, _ float32) float64 {
			if key < lowest || key > highest { // most of them: only new ones are hot
				return 0
			}
			return how.Heat[key]
		}
	case paper.ByDate:
		return func(paper.Key, float32) float64 { return 0 }
	}
	return func(_ paper.Key, score float32) float64 { return float64(score) }
}

// inOrder reads the papers of documents.
func (t *tx) inOrder(hits []hit, docs *documents) ([]*paper.Paper, error) {
	keys := make([]paper.Key, len(hits))
	for i, h := range hits {
		keys[i] = docs.papers[h.doc]
	}
	found, err := t.papersByKey(keys)
	if err != nil {
		return nil, err
	}
	papers := make([]*paper.Paper, 0, len(keys))
	for _, key := range keys {
		if p := found[key]; p != nil {
			papers = append(papers, p)
		}
	}
	return papers, nil
}
