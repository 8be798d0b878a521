package store_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// apart records a paper under two names that nothing connects yet, and returns
// the two papers, by their order.
func (w *world) apart() (one, two *paper.Paper) {
	w.Helper()
	w.begin("arxiv", "journal", "feed")
	w.record("arxiv", noon, listed("2605.00001", "On Things", 3))
	w.record("journal", noon.Add(hour), paper.Listing{ID: "10.1234/things", Title: "On Things"})
	ps := w.candidates(noon.Add(hour))
	if len(ps) != 2 {
		w.Fatalf("candidates are %v", titles(ps))
	}
	return ps[0], ps[1]
}

// connect records the listing that shows the two to be one.
func (w *world) connect(now time.Time) {
	w.Helper()
	w.record("feed", now, paper.Listing{ID: "2605.00001", DOI: "10.1234/things", Title: "On Things"})
}

var mergeTests = []test{
	{"names that turn out to belong together make one paper, with the lowest key", func(w *world) {
		one, two := w.apart()
		w.connect(noon.Add(2 * hour))
		p := w.only(noon.Add(2 * hour))
		if p.Key != min(one.Key, two.Key) || !cmp.Equal(p.Sources, []string{"arxiv", "journal", "feed"}) {
			w.Errorf("paper %d in %v", p.Key, p.Sources)
		}
		if !slices.Contains(p.Names, "arxiv:2605.00001") || !slices.Contains(p.Names, "doi:10.1234/things") {
			w.Errorf("its names are %v", p.Names)
		}
	}},
	{"a merged key finds what the paper became, through two mergers too", func(w *world) {
		one, two := w.apart()
		w.record("arxiv", noon.Add(hour), paper.Listing{ID: "10.5555/third", Title: "Things, thirdly"})
		third := w.candidates(noon.Add(hour))[2]
		w.record("journal", noon.Add(2*hour), paper.Listing{ID: "10.5555/third", DOI: "10.1234/things", Title: "On Things"})
		w.connect(noon.Add(3 * hour))
		got, err := w.Papers(w.Context(), []paper.Key{one.Key, two.Key, third.Key})
		w.ok(err)
		if got[one.Key] == nil || got[one.Key] != got[two.Key] || got[one.Key] != got[third.Key] {
			w.Errorf("found %v", got)
		}
	}},
	{"what was sent stays sent under the key that the paper has now", func(w *world) {
		one, two := w.apart()
		r := w.add("a@example.org", noon)
		w.send(r, noon, two.Key)
		w.connect(noon.Add(2 * hour))
		d, err := w.DueOf(w.Context(), r.ID, noon)
		w.ok(err)
		if !slices.Contains(d.History.Sent, min(one.Key, two.Key)) {
			w.Errorf("sent are %v", d.History.Sent)
		}
	}},
	{"of two listings of one source the older first sighting stays", func(w *world) {
		w.begin("feed", "arxiv")
		w.record("feed", noon, paper.Listing{ID: "10.1234/things", Title: "Things"})
		w.record("feed", noon.Add(hour), paper.Listing{ID: "2605.00001", Title: "Things in print"})
		w.record("arxiv", noon.Add(2*hour), paper.Listing{ID: "2605.00001", DOI: "10.1234/things", Title: "Things", Authority: paper.Origin})
		p := w.only(noon.Add(hour))
		if !p.Sighted.Equal(noon) || len(p.Sources) != 1 {
			w.Errorf("sighted %s in %v", p.Sighted, p.Sources)
		}
	}},
	{"readings of both are kept, the larger of one moment", func(w *world) {
		w.begin("feed", "arxiv")
		a, b := listed("10.1234/things", "Things", 5), listed("2605.00001", "Things", 8)
		a.Signals.Comments = paper.Known(2)
		w.record("feed", noon, a, b)
		w.record("feed", noon.Add(hour), b)
		w.record("arxiv", noon.Add(2*hour), paper.Listing{ID: "2605.00001", DOI: "10.1234/things", Title: "Things"})
		p := w.only(noon.Add(2 * hour))
		if !cmp.Equal(votes(p), []int{8, 8}) || p.Readings[0].Comments != paper.Known(2) {
			w.Errorf("readings are %v", p.Readings)
		}
	}},
	{"a batch may merge what it brought itself", func(w *world) {
		got := w.record("feed", noon,
			listed("10.1234/things", "Things", 5), listed("2605.00001", "Things", 8),
			paper.Listing{ID: "2605.00001", DOI: "10.1234/things", Title: "Things"})
		p := w.only(noon)
		if !cmp.Equal(votes(p), []int{8}) || got.New != 2 {
			w.Errorf("votes %v, recorded %+v", votes(p), got)
		}
	}},
	{"whatever is listed in whatever order, papers are what names connect", func(w *world) {
		run := 0
		rapid.Check(w.T, func(t *rapid.T) {
			run++
			w.connects(t, run)
		})
	}},
}

// send makes and delivers a letter with these papers.
func (w *world) send(r subscription.Reader, made time.Time, keys ...paper.Key) int64 {
	w.Helper()
	id := w.enqueue(r, made, keys...)
	owner := w.join(made)
	for _, l := range w.claim(owner, made) {
		w.settle(owner, l, letter.Delivered, letter.Sent, made)
	}
	return id
}

// connects records random listings and compares the papers with the connected
// parts of the graph of names. Each run has names of its own.
func (w *world) connects(t *rapid.T, run int) {
	pool := rapid.IntRange(0, 7)
	name := func(kind string) string {
		n := pool.Draw(t, kind)
		switch {
		case n == 7:
			return ""
		case kind == "arxiv":
			return fmt.Sprintf("arxiv.org/abs/2605.%05d", run*10+n)
		case kind == "doi":
			return fmt.Sprintf("10.1234/r%d.%d", run, n)
		}
		return fmt.Sprintf("https://example.org/%d/%d", run, n)
	}
	start := noon.Add(time.Duration(run) * time.Hour)
	titles := 0
	var all []paper.Listing
	for i := range rapid.IntRange(1, 12).Draw(t, "batches") {
		var batch []paper.Listing
		for range rapid.IntRange(1, 4).Draw(t, "listings") {
			l := paper.Listing{ID: name("url"), DOI: name("doi"), URL: name("arxiv")}
			titles++
			l.Title = fmt.Sprintf("Title %d of run %d", titles, run)
			batch = append(batch, l)
		}
		source := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "source")
		if _, err := w.Record(w.Context(), source, paper.Batch{Listings: batch}, start.Add(time.Duration(i))); err != nil {
			t.Fatal(err)
		}
		all = append(all, batch...)
	}
	want := parts(all)
	got := map[string]bool{}
	for _, p := range w.candidates(start.Add(day)) {
		names := slices.Sorted(slices.Values(p.Names))
		if key := join(names); want[key] {
			got[key] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func join(names []paper.Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, " ")
}

// parts are the connected parts of the names of listings.
func parts(all []paper.Listing) map[string]bool {
	groups := []map[paper.Name]bool{}
	for _, l := range all {
		whole := map[paper.Name]bool{}
		for _, n := range l.Names() {
			whole[n] = true
		}
		var rest []map[paper.Name]bool
		for _, g := range groups {
			apart := true
			for n := range g {
				apart = apart && !whole[n]
			}
			if apart {
				rest = append(rest, g)
				continue
			}
			for n := range g {
				whole[n] = true
			}
		}
		groups = append(rest, whole)
	}
	keys := map[string]bool{}
	for _, g := range groups {
		var names []paper.Name
		for n := range g {
			names = append(names, n)
		}
		slices.Sort(names)
		keys[join(names)] = true
	}
	return keys
}
