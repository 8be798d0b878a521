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
	terms         []*term
	words, places int               // all of them; those of the terms
	stems         map[string]string // of forms; most come again and again
	often         map[string]int    // words, by stem
	papers        map[string]int    // papers that have them
	next          map[neighbour]int // places at which they stand next to a term
	in            map[neighbour]map[int]bool
	phrases       map[neighbour]map[string]int
}

// collocations returns phrases of one of the terms and a word next to it, in
// the order of how much oftener the two stand together than by chance,
// by the log-likelihood ratio of Dunning, Accurate methods for the statistics
// of surprise and coincidence (1993).
func collocations(terms []*term, papers []Text) []string {
	c := neighbours{
		terms: terms, stems: map[string]string{},
		often: map[string]int{}, papers: map[string]int{}, next: map[neighbour]int{},
		in: map[neighbour]map[int]bool{}, phrases: map[neighbour]map[string]int{},
	}
	for number, p := range papers {
		c.read(number, p)
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

func (c *neighbours) read(number int, p Text) {
	seen := map[string]bool{}
	for f, text := range map[field]string{inTitle: p.Title, inAbstract: p.Summary} {
		words := c.split(text)
		c.words += len(words)
		for _, w := range words {
			c.often[w.Stem]++
			if !seen[w.Stem] {
				seen[w.Stem] = true
				c.papers[w.Stem]++
			}
		}
		for at := range words {
			if n := c.lengthAt(f, words[at:]); n > 0 {
				c.places++
				c.around(number, text, words, at, at+n)
			}
		}
	}
}

// split is analyse with a memory for stems, which take the most time.
func (c *neighbours) split(text string) []Span {
	var words []Span
	for at := 0; at < len(text); {
		end := wordEnd(text, at)
		if end == at {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			continue
		}
		if form := fold(text[at:end]); form != "" {
			stem, known := c.stems[form]
			if !known {
				stem = stemOf(form)
				c.stems[form] = stem
			}
			words = append(words, Span{form, stem, at, end})
		}
		at = end
	}
	return words
}

// lengthAt tells over how many words a term reaches that stands at the first
// of them; 0 where none does. It is enough to know most of the places.
func (c *neighbours) lengthAt(f field, words []Span) int {
	for _, t := range c.terms {
		if t.field != anywhere && t.field != f {
			continue
		}
		for _, typed := range t.spellings {
			if isAt(typed, words) {
				return len(typed)
			}
		}
	}
	return 0
}

func isAt(typed []word, words []Span) bool {
	if len(typed) > len(words) {
		return false
	}
	for k := range typed {
		if !typed[k].is(words[k]) {
			return false
		}
	}
	return true
}

func (w *word) is(s Span) bool {
	return s.Form == w.form || w.prefix && strings.HasPrefix(s.Form, w.form) || !w.formOnly && hash(s.Stem) == w.hash
}

// around counts the words next to those from one to another.
func (c *neighbours) around(number int, text string, words []Span, from, to int) {
	start, end := words[from].Start, words[to-1].End
	if from > 0 && beside(text[words[from-1].End:start]) {
		w := words[from-1]
		c.add(number, neighbour{w.Stem, false}, w, text[w.Start:end])
	}
	if to < len(words) && beside(text[end:words[to].Start]) {
		w := words[to]
		c.add(number, neighbour{w.Stem, true}, w, text[start:w.End])
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
