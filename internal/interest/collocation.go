package interest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// A neighbour that stands in more than this share of the papers narrows
// nothing: 'our model', 'the model'.
const everywhere = 0.33

// neighbour is a word next to what an interest matches, before or after it.
type neighbour struct {
	stem  string
	after bool
}

// neighbours are the counts of a sample of papers.
type neighbours struct {
	words, places int               // all of them; those of the interest
	often         map[string]int    // words, by stem
	papers        map[string]int    // papers that have them
	next          map[neighbour]int // places at which they stand next to the interest
	in            map[neighbour]map[int]bool
	phrases       map[neighbour]map[string]int
}

// collocations returns phrases of what the interest matches and a word next to
// it, in the order of how much oftener the two stand together than by chance,
// by the log-likelihood ratio of Dunning, Accurate methods for the statistics
// of surprise and coincidence (1993).
func collocations(i Interest, papers []*Document) []string {
	c := neighbours{
		often: map[string]int{}, papers: map[string]int{}, next: map[neighbour]int{},
		in: map[neighbour]map[int]bool{}, phrases: map[neighbour]map[string]int{},
	}
	for number, d := range papers {
		c.read(number, d, i)
	}
	least := 2
	if len(papers) >= 30 {
		least = 3
	}
	type scored struct {
		phrase string
		score  float64
	}
	var all []scored
	for n, together := range c.next {
		alone := c.often[n.stem]
		if len(c.in[n]) < least || float64(c.papers[n.stem]) > everywhere*float64(len(papers)) {
			continue
		}
		if score := likelihood(together, c.places, alone, c.words); score > 0 {
			all = append(all, scored{mostOften(c.phrases[n]), score})
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.phrase, b.phrase))
	})
	var phrases []string
	for _, s := range all {
		phrases = append(phrases, s.phrase)
	}
	return phrases
}

func (c *neighbours) read(number int, d *Document, i Interest) {
	m, _ := i.Match(d)
	seen := map[string]bool{}
	for _, one := range []struct {
		field field
		text  string
	}{{inTitle, d.Title}, {inAbstract, d.Summary}} {
		words := Words(one.text)
		c.words += len(words)
		for _, w := range words {
			c.often[w.Stem]++
			if !seen[w.Stem] {
				seen[w.Stem] = true
				c.papers[w.Stem]++
			}
		}
		for _, h := range m.Hits {
			if h.Field == one.field.String() {
				c.places++
				c.around(number, one.text, words, h)
			}
		}
	}
}

// around counts the words next to a hit.
func (c *neighbours) around(number int, text string, words []Span, h Hit) {
	from, _ := slices.BinarySearchFunc(words, h.Start, func(w Span, at int) int { return cmp.Compare(w.Start, at) })
	to, _ := slices.BinarySearchFunc(words, h.End, func(w Span, at int) int { return cmp.Compare(w.Start, at) })
	if from > 0 && beside(text[words[from-1].End:h.Start]) {
		w := words[from-1]
		c.add(number, neighbour{w.Stem, false}, w, text[w.Start:h.End])
	}
	if to < len(words) && beside(text[h.End:words[to].Start]) {
		w := words[to]
		c.add(number, neighbour{w.Stem, true}, w, text[h.Start:w.End])
	}
}

func (c *neighbours) add(number int, n neighbour, w Span, phrase string) {
	if utf8.RuneCountInString(w.Form) < 2 || strings.Trim(w.Form, "0123456789.") == "" || strings.ContainsRune(phrase, '"') {
		return
	}
	if c.in[n] == nil {
		c.in[n], c.phrases[n] = map[int]bool{}, map[string]int{}
	}
	c.next[n]++
	c.in[n][number] = true
	c.phrases[n][strings.ToLower(strings.Join(strings.Fields(phrase), " "))]++
}

// beside tells a gap that ends no sentence and no clause.
func beside(gap string) bool { return strings.Trim(gap, " -\n\t‐‑–") == "" }

func mostOften(all map[string]int) (best string) {
	for phrase, n := range all {
		if n > all[best] || n == all[best] && phrase < best {
			best = phrase
		}
	}
	return best
}

// likelihood is the log-likelihood ratio of two words that stand together so
// many times, one having so many places beside it and the other being so many
// of all words; 0 where they avoid one another.
func likelihood(together, places, alone, words int) float64 {
	k11, k12 := float64(together), float64(max(places-together, 0))
	k21 := float64(max(alone-together, 0))
	k22 := float64(max(words-places-alone+together, 0))
	n := k11 + k12 + k21 + k22
	if k11*n <= (k11+k12)*(k11+k21) {
		return 0
	}
	sum := 0.0
	for _, k := range []struct{ have, row, column float64 }{
		{k11, k11 + k12, k11 + k21}, {k12, k11 + k12, k12 + k22}, {k21, k21 + k22, k11 + k21}, {k22, k21 + k22, k12 + k22},
	} {
		if k.have > 0 {
			sum += k.have * math.Log(k.have*n/(k.row*k.column))
		}
	}
	return 2 * sum
}
