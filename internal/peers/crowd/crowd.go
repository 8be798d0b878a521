// Package crowd makes readers for tests and benchmarks: their keywords are
// drawn from the texts of real papers.
package crowd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/paper"
	"paperboy/internal/peers"
)

// Papers returns the papers of arXiv's captured days, the newest first.
func Papers(t testing.TB) []*paper.Paper {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(peers.Data(t, "arxiv", "days"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	var all []*paper.Paper
	for _, file := range slices.Backward(files) {
		all = append(all, day(t, file)...)
	}
	return all
}

func day(t testing.TB, file string) []*paper.Paper {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var wire struct {
		Papers []struct {
			Title, Abstract     string
			Authors, Categories []string
			Published           time.Time
		}
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	all := make([]*paper.Paper, len(wire.Papers))
	for i, p := range wire.Papers {
		all[i] = &paper.Paper{
			Title: p.Title, Summary: p.Abstract, Authors: p.Authors, Categories: p.Categories,
			Sources: []string{"arxiv"}, Published: p.Published, Sighted: p.Published,
		}
	}
	return all
}

// Readers draws the keywords of readers who ask for three phrases of two words
// and for two single words each. Words that stand in more than one in a hundred
// papers are drawn for phrases only, as who asks for them alone gets too much.
type Readers struct {
	random *rand.Rand
	texts  [][]string // the words of each paper
	common map[string]bool
}

// NewReaders returns readers of these papers; equal seeds give equal readers.
func NewReaders(papers []*paper.Paper, seed uint64) *Readers {
	r := &Readers{random: rand.New(rand.NewPCG(seed, 0)), common: map[string]bool{}}
	in := map[string]int{}
	for _, p := range papers {
		text := words(p.Title + " " + p.Summary)
		r.texts = append(r.texts, text)
		for _, w := range slices.Compact(slices.Sorted(slices.Values(text))) {
			in[w]++
		}
	}
	for w, n := range in {
		r.common[w] = n > len(papers)/100
	}
	return r
}

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' })
}

// Keywords returns the next reader's.
func (r *Readers) Keywords() string {
	return fmt.Sprintf(`"%s", "%s", "%s", %s, %s`, r.phrase(), r.phrase(), r.phrase(), r.word(), r.word())
}

func (r *Readers) phrase() string {
	for {
		text := r.texts[r.random.IntN(len(r.texts))]
		i := r.random.IntN(len(text))
		if i+1 < len(text) && len(text[i]) > 3 && len(text[i+1]) > 3 {
			return text[i] + " " + text[i+1]
		}
	}
}

func (r *Readers) word() string {
	for {
		text := r.texts[r.random.IntN(len(r.texts))]
		if w := text[r.random.IntN(len(text))]; len(w) > 3 && !r.common[w] {
			return w
		}
	}
}
