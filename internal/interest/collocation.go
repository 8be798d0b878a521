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

// neighbour is a word, by its stem, next to what an interest matches.
type neighbour struct {
	stem  int
	after bool
}

// nextTo are a neighbour's places in a sample of papers.
type nextTo struct {
	places  int // at which it stands next to a term
	papers  int // that have such a place
	newest  int // of them
	phrases []phraseAt
}

// phraseAt is where a term and its neighbour stand.
type phraseAt struct {
	text     string
	from, to int
}

// formIn is a form of a word that the sample has.
type formIn struct {
	text  string
	stem  int
	hash  uint64 // of the stem
	opens bool   // a term may begin with it
	names bool   // no number and no single letter
}

// wordIn is a word of a text.
type wordIn struct{ form, start, end int }

// neighbours are the counts of a sample of papers. Words are numbers here:
// there are many thousands of them, and most come again and again.
type neighbours struct {
	terms         []*term
	words, places int            // all of them; those of the terms
	written       map[string]int // forms, by how they are written
	byForm        map[string]int
	forms         []formIn
	stems         map[string]int
	often, papers []int // words, and papers that have them, by stem
	newest        []int // of these papers
	next          map[neighbour]*nextTo
	text          []wordIn // being read
}

// noForm is for what is written like a word, and is none.
const noForm = -1

// collocations returns phrases of one of the terms and a word next to it, in
// the order of how much oftener the two stand together than by chance,
// by the log-likelihood ratio of Dunning, Accurate methods for the statistics
// of surprise and coincidence (1993).
func collocations(terms []*term, papers []Text) []string {
	c := neighbours{
		terms: terms, written: map[string]int{}, byForm: map[string]int{}, stems: map[string]int{}, next: map[neighbour]*nextTo{},
	}
	for number, p := range papers {
		c.read(number+1, inTitle, p.Title)
		c.read(number+1, inAbstract, p.Summary)
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
	for n, at := range c.next {
		if at.papers < least || float64(c.papers[n.stem]) > everywhere*float64(len(papers)) {
			continue
		}
		if score := likelihood(at.places, c.places, c.often[n.stem], c.words); score > 0 {
			all = append(all, scored{at.mostOften(), score})
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

// read counts a text of the paper of this number; they begin with 1.
func (c *neighbours) read(number int, f field, text string) {
	c.split(text)
	c.words += len(c.text)
	for _, w := range c.text {
		stem := c.forms[w.form].stem
		c.often[stem]++
		if c.newest[stem] != number {
			c.newest[stem] = number
			c.papers[stem]++
		}
	}
	for at, w := range c.text {
		if !c.forms[w.form].opens {
			continue
		}
		if n := c.lengthAt(f, at); n > 0 {
			c.places++
			c.around(number, text, at, at+n)
		}
	}
}

// split is analyse without what nobody asks for here.
func (c *neighbours) split(text string) {
	c.text = c.text[:0]
	for at := 0; at < len(text); {
		end := wordEnd(text, at)
		if end == at {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			continue
		}
		form, known := c.written[text[at:end]]
		if !known {
			form = c.form(fold(text[at:end]))
			c.written[text[at:end]] = form
		}
		if form != noForm {
			c.text = append(c.text, wordIn{form, at, end})
		}
		at = end
	}
}

// form returns the number of a form.
func (c *neighbours) form(form string) int {
	if form == "" {
		return noForm
	}
	n, known := c.byForm[form]
	if known {
		return n
	}
	stem := stemOf(form)
	of, known := c.stems[stem]
	if !known {
		of = len(c.stems)
		c.stems[stem] = of
		c.often, c.papers, c.newest = append(c.often, 0), append(c.papers, 0), append(c.newest, 0)
	}
	f := formIn{text: form, stem: of, hash: hash(stem), names: utf8.RuneCountInString(form) >= 2 && strings.Trim(form, "0123456789.") != ""}
	for _, t := range c.terms {
		for _, typed := range t.spellings {
			f.opens = f.opens || typed[0].is(&f)
		}
	}
	n = len(c.forms)
	c.forms, c.byForm[form] = append(c.forms, f), n
	return n
}

// lengthAt tells over how many words a term reaches that stands at a word of
// the text; 0 where none does. It is enough to know most of the places.
func (c *neighbours) lengthAt(f field, at int) int {
	for _, t := range c.terms {
		if t.field != anywhere && t.field != f {
			continue
		}
		for _, typed := range t.spellings {
			if c.isAt(typed, at) {
				return len(typed)
			}
		}
	}
	return 0
}

func (c *neighbours) isAt(typed []word, at int) bool {
	if at+len(typed) > len(c.text) {
		return false
	}
	for k := range typed {
		if !typed[k].is(&c.forms[c.text[at+k].form]) {
			return false
		}
	}
	return true
}

func (w *word) is(f *formIn) bool {
	return f.text == w.form || w.prefix && strings.HasPrefix(f.text, w.form) || !w.formOnly && f.hash == w.hash
}

// around counts the words next to those from one to another.
func (c *neighbours) around(number int, text string, from, to int) {
	start, end := c.text[from].start, c.text[to-1].end
	if from > 0 && beside(text[c.text[from-1].end:start]) {
		w := c.text[from-1]
		c.add(number, w, false, phraseAt{text, w.start, end})
	}
	if to < len(c.text) && beside(text[end:c.text[to].start]) {
		w := c.text[to]
		c.add(number, w, true, phraseAt{text, start, w.end})
	}
}

func (c *neighbours) add(number int, w wordIn, after bool, p phraseAt) {
	f := &c.forms[w.form]
	if !f.names || strings.IndexByte(p.text[p.from:p.to], '"') >= 0 {
		return
	}
	n := neighbour{f.stem, after}
	at := c.next[n]
	if at == nil {
		at = new(nextTo)
		c.next[n] = at
	}
	at.places++
	if at.newest != number {
		at.newest = number
		at.papers++
	}
	at.phrases = append(at.phrases, p)
}

// beside tells a gap that ends no sentence and no clause.
func beside(gap string) bool { return strings.Trim(gap, " -\n\t‐‑–") == "" }

// mostOften returns the phrase as it is written most often.
func (n *nextTo) mostOften() (best string) {
	all := map[string]int{}
	for _, p := range n.phrases {
		all[strings.ToLower(strings.Join(strings.Fields(p.text[p.from:p.to]), " "))]++
	}
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
