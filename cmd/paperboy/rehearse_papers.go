package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"

	"paperboy/internal/paper"
)

// rehearsalPapers is a source of invented papers, the same ones every time.
type rehearsalPapers struct{ count int }

func (rehearsalPapers) Name() string { return "rehearsal" }

func (p rehearsalPapers) Fetch(_ context.Context, now time.Time, _ string) (paper.Batch, error) {
	w, err := newWriter()
	if err != nil {
		return paper.Batch{}, err
	}
	b := paper.Batch{Listings: make([]paper.Listing, p.count)}
	for i := range b.Listings {
		b.Listings[i] = w.listing(i, now)
	}
	return b, nil
}

// writer writes papers. Its sentences follow those of the bundled papers word
// by word; half of the longer words give way to ones drawn from a vocabulary
// of some thousands, so that a few words are common and most are rare.
type writer struct {
	random     *rand.Rand
	first      []string            // of sentences
	next       map[string][]string // what stood after a word, as often as it did
	vocabulary []string            // the most frequent first
	zipf       *rand.Zipf

	people, categories, organizations []string
}

func newWriter() (*writer, error) {
	sample, err := newSampleSource(time.Time{})
	if err != nil {
		return nil, err
	}
	w := &writer{random: rand.New(rand.NewPCG(2606, 1)), next: map[string][]string{}}
	frequency := map[string]int{}
	for _, p := range sample.papers {
		summary, _, _ := strings.Cut(p.Summary, " (An invented paper")
		w.learn(strings.Fields(summary), frequency)
		w.people = append(w.people, p.Authors...)
		w.categories = append(w.categories, p.Categories...)
		w.organizations = append(w.organizations, p.Organization)
	}
	w.vocabulary = vocabularyOf(frequency)
	w.zipf = rand.NewZipf(w.random, 1.1, 20, uint64(len(w.vocabulary)-1))
	return w, nil
}

func (w *writer) learn(words []string, frequency map[string]int) {
	ended := true
	for i, word := range words {
		if ended {
			w.first = append(w.first, word)
		} else {
			w.next[words[i-1]] = append(w.next[words[i-1]], word)
		}
		ended = endsSentence(word)
		if exchangeable(word) {
			frequency[word]++
		}
	}
}

func endsSentence(word string) bool { return strings.ContainsAny(word[len(word)-1:], ".?!") }

// exchangeable words are those of small letters alone, and long enough to be no
// words of grammar.
func exchangeable(word string) bool {
	return len(word) > 5 && strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLower(r) }) < 0
}

// vocabularyOf are the words by their frequency, and behind them compounds of
// the longer ones.
func vocabularyOf(frequency map[string]int) []string {
	words := make([]string, 0, len(frequency))
	for word := range frequency {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		if n := frequency[b] - frequency[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	all := slices.Clone(words)
	for _, prefix := range []string{"multi", "cross", "meta", "hyper", "inter", "super", "auto", "micro", "quasi"} {
		for _, word := range words {
			if len(word) > 7 {
				all = append(all, prefix+word)
			}
		}
	}
	return all
}

func (w *writer) pick(from []string) string { return from[w.random.IntN(len(from))] }

// sentence is one of at least twelve words.
func (w *writer) sentence() []string {
	out := w.run()
	for len(out) < 12 {
		out = w.run()
	}
	for i, word := range out {
		if exchangeable(word) && w.random.IntN(2) == 0 {
			out[i] = w.vocabulary[w.zipf.Uint64()]
		}
	}
	return out
}

func (w *writer) run() []string {
	word := w.pick(w.first)
	out := []string{word}
	for len(out) < 40 && len(w.next[word]) > 0 && !endsSentence(word) {
		word = w.pick(w.next[word])
		out = append(out, word)
	}
	return out
}

// method is what a paper calls the thing it is about.
func (w *writer) method() string {
	syllables := []string{"Al", "Bo", "Cy", "Dra", "Eva", "Flo", "Gra", "Hy", "Ira", "Jo", "Ka", "Lum", "Mo", "Ne", "Or", "Pra", "Qui", "Ro", "Sol", "Tra"}
	endings := []string{"Net", "Former", "Bench", "LM", "Flow", "-2", "Prop", "Quant"}
	return w.pick(syllables) + strings.ToLower(w.pick(syllables)) + w.pick(endings)
}

// listing is the paper of a number.
func (w *writer) listing(n int, now time.Time) paper.Listing {
	method, listed := w.method(), now.Add(-time.Duration(1+w.random.IntN(5*24))*time.Hour)
	l := paper.Listing{
		ID:    fmt.Sprintf("%s.%05d", now.AddDate(0, -n/100000, 0).Format("0601"), n%100000),
		Title: method + ": " + w.title(), Summary: w.abstract(method),
		Authority: paper.Origin, Published: listed, Listed: listed,
		Categories: slices.Compact([]string{w.pick(w.categories), w.pick(w.categories)}),
	}
	l.URL = "https://arxiv.org/abs/" + l.ID
	l.PDF = "https://arxiv.org/pdf/" + l.ID
	for range 3 + w.random.IntN(6) {
		l.Authors = append(l.Authors, w.pick(w.people))
	}
	if w.random.IntN(5) < 3 { // votes are few for most, and many for some
		votes := int(3 / (w.random.Float64() + 0.01))
		l.Signals = paper.Signals{Votes: paper.Known(votes), Comments: paper.Known(votes / 8)}
		l.Discussion = "https://papers.example/discussion/" + l.ID
		l.Organization = w.pick(w.organizations)
	}
	if w.random.IntN(3) == 0 {
		l.Code = "https://code.example/" + strings.ToLower(method)
	}
	return l
}

func (w *writer) title() string {
	title := strings.Join(w.sentence()[:6+w.random.IntN(5)], " ")
	return strings.TrimRight(title, ".,:;?!")
}

// abstract is one of some 1,200 characters.
func (w *writer) abstract(method string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "We present %s, where %s", method, strings.Join(w.sentence(), " "))
	for length := 900 + w.random.IntN(600); b.Len() < length; {
		b.WriteByte(' ')
		b.WriteString(strings.Join(w.sentence(), " "))
	}
	fmt.Fprintf(&b, " The code of %s is public.", method)
	return b.String()
}
