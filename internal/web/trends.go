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
	"paperboy/internal/paper"
)

const (
	fresh = time.Minute     // how long what trends is taken as it was read
	kept  = 2 * time.Minute // when it is let go, so that an idle server is small
	// most bounds the papers that the front page searches, the hottest first.
	most = 1000
)

// trends keeps what trends for a minute, read once however many ask.
type trends struct {
	catalogue Catalogue
	log       *slog.Logger

	mu   sync.Mutex // held while reading: whoever comes then waits for it
	at   time.Time
	now  []digest.Candidate
	read bool // the papers are analysed for searching
	near *neighbourhood
	drop *time.Timer
}

// candidates returns the papers of the last seven days by heat, analysed where
// they are to be searched. They are not changed once returned.
func (t *trends) candidates(ctx context.Context, search bool, now time.Time) ([]digest.Candidate, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cs, err := t.current(ctx, now)
	if err != nil || t.read || !search {
		return cs, err
	}
	// It takes more time and room than all the rest: not for the front page.
	cs = slices.Clone(cs)
	for i := range cs {
		cs[i].Doc = interest.Read(cs[i].Paper)
	}
	t.now, t.read = cs, true
	return cs, nil
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
	t.now, t.at, t.read, t.near = cs, now, false, nil
	if t.drop != nil {
		t.drop.Stop()
	}
	t.drop = time.AfterFunc(kept, t.letGo)
}

func (t *trends) letGo() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.read, t.near = nil, false, nil
}

// heat returns how much each paper trends.
func (t *trends) heat(ctx context.Context, now time.Time) (map[paper.Key]float64, error) {
	cs, err := t.candidates(ctx, false, now)
	if err != nil {
		return nil, err
	}
	hot := make(map[paper.Key]float64, len(cs))
	for _, c := range cs {
		hot[c.Paper.Key] = c.Heat
	}
	return hot, nil
}
