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
	"paperboy/internal/paper"
)

const (
	fresh = time.Minute     // how long what trends is taken as it was read
	kept  = 2 * time.Minute // when it is let go, so that an idle server is small
	// most bounds the papers that are kept whole, the hottest first.
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
	near *neighbourhood
	drop *time.Timer
}

// trending is what trends at one moment. It is not changed once returned.
type trending struct {
	papers []digest.Candidate       // of the last seven days, the hottest first
	trends map[paper.Key]heat.Trend // of all papers of these days
	heat   map[paper.Key]float64    // of those that have any
}

func (t *trends) get(ctx context.Context, now time.Time) (trending, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cs, err := t.current(ctx, now)
	return trending{cs, t.all, t.heat}, err
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
	t.all, t.heat = make(map[paper.Key]heat.Trend, len(all)), map[paper.Key]float64{}
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
	t.now, t.at, t.near = cs, now, nil
	if t.drop != nil {
		t.drop.Stop()
	}
	t.drop = time.AfterFunc(kept, t.letGo)
}

func (t *trends) letGo() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.all, t.heat, t.near = nil, nil, nil, nil
}
