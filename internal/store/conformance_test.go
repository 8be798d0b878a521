package store_test

import (
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

// conformance is what every engine must do. database makes an empty database
// and returns a way to open it, as each of several processes does.
func conformance(t *testing.T, database func(*testing.T) (open func() *store.Store)) {
	for _, part := range []struct {
		name  string
		tests []test
	}{
		{"catalogue", catalogueTests},
		{"candidates", candidateTests},
		{"merge", mergeTests},
		{"readers", readerTests},
		{"requests", requestTests},
		{"outbox", outboxTests},
		{"claims", claimTests},
		{"settle", settleTests},
		{"manners", mannersTests},
		{"model", modelTests},
		{"had", hadTests},
		{"shared", sharedTests},
		{"twins", twinTests},
		{"search", searchTests},
		{"help", helpTests},
		{"prune", pruneTests},
		{"import", importTests},
		{"marks", markTests},
		{"days", dayTests},
		{"bounces", bounceTests},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, one := range part.tests {
				t.Run(one.name, func(t *testing.T) {
					open := database(t)
					one.run(&world{T: t, Store: open(), open: open})
				})
			}
		})
	}
}

func TestSQLite(t *testing.T) {
	conformance(t, func(t *testing.T) func() *store.Store {
		file := filepath.Join(t.TempDir(), "paperboy.db")
		return func() *store.Store { return openFile(t, file) }
	})
}

// openFile opens a database that need not survive a power failure.
func openFile(t testing.TB, file string) *store.Store {
	t.Helper()
	s, err := store.OpenWith(t.Context(), file, url.Values{"_synchronous": {"OFF"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

type test struct {
	name string
	run  func(*world)
}

// world is one database under test, with the calls that tests make over and
// over, which end the test where they fail.
type world struct {
	*testing.T
	*store.Store
	open func() *store.Store
}

// noon is when most tests begin.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// a paper as a source lists it, with its votes.
func listed(id, title string, votes int) paper.Listing {
	return paper.Listing{
		ID: id, Title: title, Summary: "About " + title, Authors: []string{"Ada Example"},
		Signals: paper.Signals{Votes: paper.Known(votes)},
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) record(source string, now time.Time, ls ...paper.Listing) paper.Recorded {
	w.Helper()
	r, err := w.Record(w.Context(), source, paper.Batch{Listings: ls}, now)
	w.ok(err)
	return r
}

// begin makes a source one that has listed before.
func (w *world) begin(sources ...string) {
	w.Helper()
	for _, source := range sources {
		w.record(source, noon.Add(-100*day), paper.Listing{ID: "seed-of-" + source, Title: "Seed of " + source})
	}
}

func (w *world) candidates(now time.Time) []*paper.Paper {
	w.Helper()
	c, err := w.Candidates(w.Context(), now, 7*day)
	w.ok(err)
	return c.Papers
}

// only returns the one candidate there is.
func (w *world) only(now time.Time) *paper.Paper {
	w.Helper()
	ps := w.candidates(now)
	if len(ps) != 1 {
		w.Fatalf("%d candidates, want one: %v", len(ps), titles(ps))
	}
	return ps[0]
}

func titles(ps []*paper.Paper) []string {
	var all []string
	for _, p := range ps {
		all = append(all, p.Title)
	}
	slices.Sort(all)
	return all
}

// hourly is a daily rhythm at this hour of UTC.
func daily(hour int) subscription.Rhythm {
	return subscription.Rhythm{Hour: hour, Zone: "UTC", Weekends: true}
}

func asked(address string, expires time.Time) subscription.Request {
	return subscription.Request{
		Address: address, Folded: folded(address), Language: "en", Expires: expires,
		Settings: subscription.Settings{Keywords: "diffusion", Rhythm: daily(7), Papers: 5},
		Consent:  subscription.Consent{At: noon, Wording: "Send me papers", How: "form"},
	}
}

func folded(address string) string {
	b := []byte(address)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func (w *world) add(address string, now time.Time) subscription.Reader {
	w.Helper()
	id, err := w.Add(w.Context(), subscription.Reader{
		Address: address, Folded: folded(address), Keywords: "diffusion", Rhythm: daily(7), Papers: 5,
	}, now)
	w.ok(err)
	return w.reader(id)
}

func (w *world) reader(id int64) subscription.Reader {
	w.Helper()
	r, err := w.Reader(w.Context(), id)
	w.ok(err)
	return r
}

func (w *world) letters(id int64) []letter.Letter {
	w.Helper()
	ls, err := w.Letters(w.Context(), id, 100)
	w.ok(err)
	return ls
}

// states are those of the reader's letters, newest first.
func (w *world) states(id int64) []letter.State {
	w.Helper()
	var all []letter.State
	for _, l := range w.letters(id) {
		all = append(all, l.State)
	}
	return all
}

func (w *world) join(now time.Time) int64 {
	w.Helper()
	owner, err := w.Join(w.Context(), "here", 1, now)
	w.ok(err)
	return owner
}

func (w *world) claim(owner int64, now time.Time) []letter.Letter {
	w.Helper()
	claims, err := w.Claim(w.Context(), owner, now, 100)
	w.ok(err)
	return lettersOf(claims)
}

func lettersOf(claims []digest.Claim) []letter.Letter {
	var ls []letter.Letter
	for _, c := range claims {
		ls = append(ls, c.Letter)
	}
	return ls
}
