package store_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/store"
)

// library makes up papers whose words come as often as a language's do: the
// first in nearly every paper, most in a few.
type library struct {
	random *rand.Rand
	often  *rand.Zipf
}

func newLibrary() *library {
	random := rand.New(rand.NewPCG(1, 2))
	return &library{random: random, often: rand.NewZipf(random, 1.1, 8, 60000)}
}

var syllables = strings.Fields("an be co di el fo ga hi in jo ka li mo na or pe qu ra si tu un ve wa xi yo ze")

// spell returns the word of a rank; the more frequent the shorter.
func spell(rank uint64) string {
	word := ""
	for n := rank + 700; n > 0; n /= 26 {
		word += syllables[n%26]
	}
	return word
}

func (l *library) words(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = spell(l.often.Uint64())
	}
	return strings.Join(words, " ")
}

func (l *library) papers(from, n int) []paper.Listing {
	all := make([]paper.Listing, n)
	for i := range all {
		all[i] = listed(fmt.Sprintf("26%02d.%05d", 1+(from+i)/50000, 1+(from+i)%50000), l.words(10), l.random.IntN(100))
		all[i].Summary = l.words(170)
		all[i].Authors = []string{spell(l.random.Uint64N(5000)) + " " + spell(l.random.Uint64N(9000)), "Ben " + spell(l.random.Uint64N(9000))}
		all[i].Categories = []string{[]string{"cs.CL", "cs.LG", "cs.CV", "cs.RO", "stat.ML"}[l.random.IntN(5)]}
	}
	return all
}

// searchable is a catalogue of so many papers, 1,000 a day.
func searchable(b *testing.B, papers int) (*store.Store, time.Time) {
	b.Helper()
	s := openFile(b, filepath.Join(b.TempDir(), "paperboy.db"))
	l, at := newLibrary(), noon
	for from := 0; from < papers; from += 1000 {
		at = at.Add(day)
		if _, err := s.Record(b.Context(), "arxiv", paper.Batch{Listings: l.papers(from, 1000)}, at); err != nil {
			b.Fatal(err)
		}
	}
	return s, at
}

func BenchmarkRecordNew1000(b *testing.B) {
	s := openFile(b, filepath.Join(b.TempDir(), "paperboy.db"))
	l, from := newLibrary(), 0
	for b.Loop() {
		if _, err := s.Record(b.Context(), "arxiv", paper.Batch{Listings: l.papers(from, 1000)}, noon); err != nil {
			b.Fatal(err)
		}
		from += 1000
	}
}

// kindsOfSearch are what people type, from the narrowest to what nearly every
// paper holds.
var kindsOfSearch = []struct {
	name string
	make func(*library) string
}{
	{"word", func(l *library) string { return l.words(1) }},
	{"broad", func(l *library) string { return spell(l.random.Uint64N(20)) }},
	{"words", func(l *library) string { return l.words(3) }},
	{"phrase", func(l *library) string { return `"` + l.words(2) + `"` }},
	{"broad phrase", func(l *library) string {
		return `"` + spell(l.random.Uint64N(20)) + " " + spell(l.random.Uint64N(20)) + `"`
	}},
	{"prefix", func(l *library) string { w := l.words(1); return w[:min(4, len(w))] + "*" }},
	{"field", func(l *library) string {
		return "title:" + l.words(1) + " cat:cs.CL author:" + spell(l.random.Uint64N(9000))
	}},
	{"not", func(l *library) string { return "-" + l.words(1) }},
	{"list", func(l *library) string {
		return fmt.Sprintf("%q, %q, %s, %s -%s, (%s OR %s) %s", l.words(2), l.words(2), l.words(1), l.words(1), l.words(1), l.words(1), l.words(1), l.words(1))
	}},
	{"everything", func(*library) string { return "" }},
}

// BenchmarkSearch100000 prints, for each kind of search and over all of them,
// how long the middle one and the slowest of a hundred take, in ms.
func BenchmarkSearch100000(b *testing.B) {
	const papers = 100_000
	s, now := searchable(b, papers)
	l := newLibrary()
	hot := map[paper.Key]float64{}
	for key := range 500 {
		hot[paper.Key(papers-key*13)] = float64(key)
	}
	orders := []paper.Order{paper.ByRelevance, paper.ByHeat, paper.ByDate}
	var all []time.Duration
	for _, kind := range kindsOfSearch {
		b.Run(kind.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				want, err := interest.Parse(kind.make(l))
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				f, err := s.Search(b.Context(), want, paper.Search{Order: orders[i%3], Heat: hot, Limit: 25, Offset: i % 4 * 25}, now)
				took = append(took, time.Since(start))
				if err != nil || f.Of != papers {
					b.Fatal(f.Of, err)
				}
			}
			all = append(all, took...)
			report(b, took)
		})
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
		}
		report(b, all)
	})
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkHelp100000 prints the same of the help with what people type, over
// a catalogue with 30,000 papers in its last 30 days.
func BenchmarkHelp100000(b *testing.B) {
	s, now := searchable(b, 100_000)
	l := newLibrary()
	for _, kind := range append(kindsOfSearch[:8:8], struct {
		name string
		make func(*library) string
	}{"five keywords", func(l *library) string {
		return fmt.Sprintf("%q, %q, %q, %s, %s", l.words(2), l.words(2), l.words(2), l.words(1), l.words(1)[1:])
	}}) {
		b.Run(kind.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				want, err := interest.Parse(kind.make(l))
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				h, err := s.Help(b.Context(), want, now)
				took = append(took, time.Since(start))
				if err != nil || h.Papers == 0 {
					b.Fatal(h.Papers, err)
				}
			}
			report(b, took)
		})
	}
}
