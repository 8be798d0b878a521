package main

import (
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// crowd makes readers whose keywords are drawn from the texts of papers: three
// phrases of two words and two single words each. Most of them stand in a few
// of a thousand papers, as those do that people keep; of the phrases some stand
// in one paper, and some in none. Five such find between one and three in a
// hundred papers, and a million readers have some hundred thousand.
type crowd struct {
	random *rand.Rand
	// Each as often as papers have it, so that draws follow use; unique are all
	// the phrases that are too rare for that, once.
	words, phrases, unique []string
	rhythm                 subscription.Rhythm
	drawn                  map[uint64]struct{} // hashes of the keywords
	seed                   maphash.Seed
}

// A keyword in use stands in this share of the papers: what is less rare finds
// too much on its own.
const (
	rarest       = 0.002
	commonst     = 0.006
	commonstWord = 0.018
)

func newCrowd(papers []*paper.Paper, rhythm subscription.Rhythm) (*crowd, error) {
	words, phrases := map[string]int{}, map[string]int{}
	for _, p := range papers {
		w, ph := keywordsIn(p.Title + ". " + p.Summary)
		for one := range w {
			words[one]++
		}
		for one := range ph {
			phrases[one]++
		}
	}
	c := &crowd{
		random: rand.New(rand.NewPCG(2606, 2)), rhythm: rhythm, drawn: map[uint64]struct{}{}, seed: maphash.MakeSeed(),
		words: inUse(words, len(papers), commonstWord), phrases: inUse(phrases, len(papers), commonst),
	}
	if len(c.words) == 0 || len(c.phrases) == 0 {
		return nil, errors.New("the papers have too little text to draw keywords from")
	}
	for phrase, n := range phrases {
		if n == 1 {
			c.unique = append(c.unique, phrase)
		}
	}
	slices.Sort(c.unique)
	return c, nil
}

// keywordsIn are the words of a text that could be keywords, and the pairs of
// such words that stand side by side.
func keywordsIn(text string) (words, phrases map[string]bool) {
	words, phrases = map[string]bool{}, map[string]bool{}
	before := ""
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		bare := strings.TrimRight(word, ".,:;?!)")
		if len(bare) < 5 || strings.IndexFunc(bare, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
			before = ""
			continue
		}
		words[bare] = true
		if before != "" {
			phrases[before+" "+bare] = true
		}
		if before = bare; bare != word {
			before = "" // a phrase does not go past a comma
		}
	}
	return words, phrases
}

// inUse are the keywords in the usual share of papers, each as often as it is
// in use; of few papers, those that come next to it.
func inUse(in map[string]int, papers int, most float64) []string {
	low, high := int(rarest*float64(papers)), int(most*float64(papers))
	var out []string
	for widened := 0; len(out) == 0 && widened <= papers; widened++ {
		for keyword, n := range in {
			if n >= max(low-widened, 1) && n <= high+widened {
				out = append(out, slices.Repeat([]string{keyword}, n)...)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (c *crowd) pick(from []string) string { return from[c.random.IntN(len(from))] }

// phrase is one in use, in five of eight draws; one of a single paper; or two
// words that hardly ever stand side by side.
func (c *crowd) phrase() string {
	switch n := c.random.IntN(8); {
	case n == 0:
		return c.pick(c.words) + " " + c.pick(c.words)
	case n < 3 && len(c.unique) > 0:
		return c.pick(c.unique)
	}
	return c.pick(c.phrases)
}

// keywords are those of one reader.
func (c *crowd) keywords() string {
	all := make([]string, 5)
	for i := range all {
		if all[i] = c.pick(c.words); i < 3 {
			all[i] = `"` + c.phrase() + `"`
		}
		c.drawn[maphash.String(c.seed, all[i])] = struct{}{}
	}
	return strings.Join(all, ", ")
}

// readers are n readers. Their addresses are of domains that can't exist (RFC
// 6761), so that nobody is written to.
func (c *crowd) readers(n int) iter.Seq[subscription.Reader] {
	return func(yield func(subscription.Reader) bool) {
		for i := range n {
			address := fmt.Sprintf("reader%d@mail%d.invalid", i+1, i%500+1)
			r := subscription.Reader{
				Address: address, Folded: address, Rhythm: c.rhythm,
				Keywords: c.keywords(),
				Consent:  subscription.Consent{How: "rehearsal"},
			}
			if !yield(r) {
				return
			}
		}
	}
}
