package web

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

const (
	fresh = time.Minute     // how long what trends is taken as it was read
	kept  = 2 * time.Minute // when it is let go, so that an idle server is small
	// most bounds the papers of the front page, the hottest first.
	most = 1000
)

// trends keeps what trends for a minute, read once however many ask.
type trends struct {
	catalogue Catalogue
	log       *slog.Logger

	mu   sync.Mutex // held while reading: whoever comes then waits for it
	at   time.Time
	now  []digest.Candidate
	all  map[paper.Key]heat.Trend // of all papers of these days, not only the hottest
	heat map[paper.Key]float64    // of those that have any
	drop *time.Timer
}

// candidates returns the papers of the last seven days by heat, how each of
// them trends, and the heat of those that have any. They are not changed once
// returned.
func (t *trends) candidates(ctx context.Context, now time.Time) ([]digest.Candidate, map[paper.Key]heat.Trend, map[paper.Key]float64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cs, err := t.current(ctx, now)
	return cs, t.all, t.heat, err
}

// current reads the papers once a minute. Where they can't be read, the ones
// read before serve once more.
func (t *trends) current(ctx context.Context, now time.Time) ([]digest.Candidate, error) {
	if t.now != nil && now.Sub(t.at) < fresh && !now.Before(t.at) {
		return t.now, nil
	}
	// Others wait for this answer: it goes on where the first to ask goes away.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer done()
	found, err := t.catalogue.Candidates(ctx, now, digest.Window)
	if err != nil && t.now != nil {
		t.log.Error("trending papers not read; the page shows older ones", "error", err)
		return t.now, nil
	}
	if err != nil {
		return nil, err
	}
	all := make([]digest.Candidate, 0, len(found.Papers))
	for i, trend := range heat.Of(found.Papers, now) {
		all = append(all, digest.Candidate{Paper: found.Papers[i], Trend: trend})
	}
	t.all, t.heat = map[paper.Key]heat.Trend{}, map[paper.Key]float64{}
	for _, c := range all {
		if t.all[c.Paper.Key] = c.Trend; c.Heat > 0 {
			t.heat[c.Paper.Key] = c.Heat
		}
	}
	t.keep(hottest(all), now)
	return t.now, nil
}

// hottest returns the first of the candidates by heat, then by how new they
// are.
func hottest(all []digest.Candidate) []digest.Candidate {
	slices.SortStableFunc(all, func(a, b digest.Candidate) int {
		return cmp.Or(cmp.Compare(b.Heat, a.Heat), b.Paper.Sighted.Compare(a.Paper.Sighted))
	})
	// A copy, so that what was cut off can go.
	return slices.Clone(all[:min(len(all), most)])
}

func (t *trends) keep(cs []digest.Candidate, now time.Time) {
	t.now, t.at = cs, now
	if t.drop != nil {
		t.drop.Stop()
	}
	t.drop = time.AfterFunc(kept, t.letGo)
}

func (t *trends) letGo() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.all, t.heat = nil, nil, nil
}

// found are the papers that a search shows.
type found struct {
	Cards   []letter.Card
	Matched int // in all
	Of      int // papers searched
}

// search returns the first papers of the whole catalogue that match, the
// hottest first; without keywords those that trend now.
func (t *trends) search(ctx context.Context, want interest.Interest, max int, now time.Time) (found, error) {
	cs, all, hot, err := t.candidates(ctx, now)
	if err != nil {
		return found{}, err
	}
	if want.Empty() {
		return trending(cs, max, now), nil
	}
	f, err := t.catalogue.Search(ctx, want, paper.Search{Order: paper.ByHeat, Heat: hot, Limit: max}, now)
	if err != nil {
		return found{}, err
	}
	out := found{Matched: f.Total, Of: f.Of}
	for _, p := range f.Papers {
		m, _ := want.Match(interest.Read(p))
		out.Cards = append(out.Cards, cardOf(p, m, all[p.Key], now))
	}
	return out, nil
}

func trending(cs []digest.Candidate, max int, now time.Time) found {
	out := found{Matched: len(cs), Of: len(cs)}
	for _, c := range cs[:min(max, len(cs))] {
		out.Cards = append(out.Cards, cardOf(c.Paper, interest.Match{}, c.Trend, now))
	}
	return out
}

func cardOf(p *paper.Paper, m interest.Match, trend heat.Trend, now time.Time) letter.Card {
	return letter.NewCard(p, letter.Reasons(m), now).Trending(trend.Rising, trend.Leading())
}

// lately counts the papers of the last seven days that match.
func (t *trends) lately(ctx context.Context, want interest.Interest, now time.Time) (found, error) {
	f, err := t.catalogue.Search(ctx, want, paper.Search{Since: now.Add(-digest.Window)}, now)
	return found{Matched: f.Total, Of: f.Of}, err
}
