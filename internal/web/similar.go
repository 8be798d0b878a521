package web

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"paperboy/internal/digest"
	"paperboy/internal/paper"
)

// vector is the words of a paper with their weights; its length is 1.
type vector map[string]float64

// neighbourhood is papers as vectors, for finding those that speak of the same
// things: words weigh more the fewer papers have them, and those of titles
// thrice.
type neighbourhood struct {
	papers  []*paper.Paper
	vectors []vector
	rarity  map[string]float64
}

func newNeighbourhood(cs []digest.Candidate) *neighbourhood {
	n := &neighbourhood{rarity: map[string]float64{}}
	counts := make([]map[string]float64, len(cs))
	for i, c := range cs {
		n.papers = append(n.papers, c.Paper)
		counts[i] = countWords(c.Paper)
		for word := range counts[i] {
			n.rarity[word]++
		}
	}
	for word, papers := range n.rarity {
		n.rarity[word] = math.Log(float64(1+len(cs)) / papers)
		if papers < 2 || papers*5 > float64(len(cs)) && len(cs) > 20 {
			delete(n.rarity, word) // nobody's, or everybody's
		}
	}
	for _, c := range counts {
		n.vectors = append(n.vectors, n.vector(c))
	}
	return n
}

// countWords counts a paper's words of three letters or more.
func countWords(p *paper.Paper) map[string]float64 {
	counts := map[string]float64{}
	for _, part := range []struct {
		text   string
		weight float64
	}{{p.PlainTitle(), 3}, {p.PlainSummary(), 1}} {
		for word := range strings.FieldsFuncSeq(strings.ToLower(part.text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(word) >= 3 {
				counts[singular(word)] += part.weight
			}
		}
	}
	return counts
}

// singular takes the s off a word that most likely is a plural.
func singular(word string) string {
	if len(word) > 4 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") {
		return word[:len(word)-1]
	}
	return word
}

func (n *neighbourhood) vector(counts map[string]float64) vector {
	v := vector{}
	length := 0.0
	for word, count := range counts {
		if rare, known := n.rarity[word]; known {
			v[word] = (1 + math.Log(count)) * rare
			length += v[word] * v[word]
		}
	}
	for word := range v {
		v[word] /= math.Sqrt(length)
	}
	return v
}

// alike is the least cosine at which two papers are called similar.
const alike = 0.09

// near returns the papers most like p, at most max.
func (n *neighbourhood) near(p *paper.Paper, max int) []*paper.Paper {
	type neighbour struct {
		paper *paper.Paper
		cos   float64
	}
	words := n.vector(countWords(p))
	var all []neighbour
	for i, v := range n.vectors {
		if n.papers[i].Key == p.Key {
			continue
		}
		if cos := cosine(words, v); cos >= alike {
			all = append(all, neighbour{n.papers[i], cos})
		}
	}
	slices.SortFunc(all, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.cos, a.cos), cmp.Compare(a.paper.Key, b.paper.Key))
	})
	var out []*paper.Paper
	for _, one := range all[:min(max, len(all))] {
		out = append(out, one.paper)
	}
	return out
}

func cosine(a, b vector) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	sum := 0.0
	for word, weight := range a {
		sum += weight * b[word]
	}
	// Maps add up in any order: the last digits must not order papers.
	return math.Round(sum*1e9) / 1e9
}

// similar returns the papers of the last seven days most like p.
func (t *trends) similar(ctx context.Context, p *paper.Paper, max int, now time.Time) ([]*paper.Paper, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cs, err := t.current(ctx, now)
	if err != nil {
		return nil, err
	}
	if t.near == nil {
		t.near = newNeighbourhood(cs)
	}
	return t.near.near(p, max), nil
}
