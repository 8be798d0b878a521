package interest

import (
	"math"
	"slices"
)

// Help says what keywords would bring, by what the catalogue had lately.
type Help struct {
	Days     int           `json:"days"`     // how many days the numbers are of, at most 30
	Papers   int           `json:"papers"`   // that were listed in them
	Week     int           `json:"week"`     // papers of the last seven days that match
	Month    int           `json:"month"`    // and of all of the days
	PerDay   float64       `json:"per_day"`  // to expect
	Keywords []KeywordHelp `json:"keywords"` // one for each, in the order of typing
	Samples  []string      `json:"samples"`  // titles of the best matches, newest week first
}

// KeywordHelp is what one of the keywords brings. Of an exclusion the numbers
// are of what it takes away.
type KeywordHelp struct {
	Keyword  string       `json:"keyword"`
	Excludes bool         `json:"excludes,omitempty"`
	Week     int          `json:"week"`
	Month    int          `json:"month"`
	Share    float64      `json:"share"`     // of the papers that match any keyword
	OfPapers float64      `json:"of_papers"` // of all papers listed
	Warning  Warning      `json:"warning,omitempty"`
	Better   []Suggestion `json:"better,omitempty"`
	Spelling []Spelling   `json:"spelling,omitempty"`
}

// Warning is what is wrong with a keyword.
type Warning string

const (
	TooBroad Warning = "broad"   // matches more than a quarter of the papers
	Nothing  Warning = "nothing" // has matched none
)

// Suggestion is a keyword that would serve better, with how many papers of the
// month it matches.
type Suggestion struct {
	Keyword string  `json:"keyword"`
	Month   int     `json:"month"`
	PerDay  float64 `json:"per_day"`
}

// Spelling is a word that hardly any paper has, with those that may be meant,
// the likeliest first.
type Spelling struct {
	Word    string   `json:"word"`
	Instead []string `json:"instead"`
}

// Lately is what a catalogue knows of its last 30 days.
type Lately interface {
	// Span returns from how many days there are papers, how many these are, and
	// how many papers there are in all.
	Span() (days, papers, ever int)
	// Count returns how many papers of the last seven days and of all these days
	// match.
	Count(Interest) (week, month int, err error)
	// Known returns how many papers match of all there ever were.
	Known(Interest) (int, error)
	// Titles returns those of the best matches.
	Titles(i Interest, n int) ([]string, error)
	// Sample returns some of the newest papers that match.
	Sample(i Interest, n int) ([]Text, error)
	// Vocabulary returns the words of texts, or of authors' names, that
	// several papers have.
	Vocabulary(names bool) ([]Common, error)
}

// Text is a paper's title and abstract, plain.
type Text struct{ Title, Summary string }

// Common is a word that several papers have.
type Common struct {
	Form   string
	Papers int
}

const (
	broadFrom   = 4   // one in so many papers
	judgedFrom  = 20  // of fewer papers nothing is said
	sampled     = 100 // papers read to find phrases
	suggested   = 3
	mostTried   = 8
	titlesShown = 3
)

// Help returns what these keywords would bring.
func (i Interest) Help(in Lately) (Help, error) {
	h := helping{Lately: in, interest: i}
	h.days, h.papers, h.ever = in.Span()
	out := Help{Days: h.days, Papers: h.papers, Keywords: []KeywordHelp{}, Samples: []string{}}
	var err error
	if out.Week, out.Month, err = in.Count(i); err != nil {
		return Help{}, err
	}
	out.PerDay = h.perDay(out.Month)
	for _, part := range i.parts {
		k, err := h.keyword(part, out)
		if err != nil {
			return Help{}, err
		}
		out.Keywords = append(out.Keywords, k)
	}
	titles, err := in.Titles(i, titlesShown)
	out.Samples = append(out.Samples, titles...)
	return out, err
}

// helping is one call of Help.
type helping struct {
	Lately
	interest           Interest
	days, papers, ever int
}

func (h *helping) perDay(month int) float64 {
	return math.Round(100*float64(month)/float64(max(h.days, 1))) / 100
}

func (h *helping) keyword(part node, all Help) (KeywordHelp, error) {
	k := KeywordHelp{Keyword: newInterest([]node{part}).String(), Excludes: part.excludes()}
	var err error
	if k.Excludes {
		k.Week, k.Month, err = h.takes(part, all)
	} else {
		k.Week, k.Month, err = h.Count(h.alone(part))
	}
	if err != nil {
		return k, err
	}
	k.Share, k.OfPapers = share(k.Month, all.Month), share(k.Month, h.papers)
	var right node
	if k.Spelling, right, err = h.spelling(part); err != nil || k.Excludes {
		if k.Excludes {
			k.Share = 0
		}
		return k, err
	}
	switch {
	case h.broad(k.Month):
		k.Warning = TooBroad
		k.Better, err = h.narrower(part)
	case k.Month == 0 && h.papers > 0:
		k.Warning = Nothing
		k.Better, err = h.wider(part, right)
	}
	return k, err
}

func (h *helping) broad(month int) bool { return h.papers >= judgedFrom && month*broadFrom > h.papers }

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return math.Round(1000*float64(part)/float64(whole)) / 1000
}

// alone is one keyword with the exclusions of all.
func (h *helping) alone(part node) Interest {
	return newInterest(append([]node{part}, h.interest.shut...))
}

// takes counts what an exclusion takes away.
func (h *helping) takes(part node, all Help) (week, month int, err error) {
	var others []node
	for _, p := range h.interest.parts {
		if !p.equal(part) {
			others = append(others, p)
		}
	}
	week, month, err = h.Count(newInterest(others))
	return max(0, week-all.Week), max(0, month-all.Month), err
}

// narrower looks for phrases in place of a keyword that matches too much: its
// words side by side, then those that stand next to it more often than chance
// would have it.
func (h *helping) narrower(part node) ([]Suggestion, error) {
	var tries []node
	if phrase, ok := part.asPhrase(); ok {
		tries = append(tries, phrase)
	}
	papers, err := h.Sample(h.alone(part), sampled)
	if err != nil {
		return nil, err
	}
	for _, phrase := range collocations(part.texts(nil), papers) {
		if n, ok := part.phraseInstead(phrase); ok {
			tries = append(tries, n)
		}
	}
	return h.try(tries, max(2, h.papers/500))
}

// wider looks for what to ask for in place of a keyword that matches nothing:
// the same with its words spelt right, then with less demanded.
func (h *helping) wider(part, right node) ([]Suggestion, error) {
	var tries []node
	if !right.equal(part) {
		tries = append(append(tries, right), right.relaxed()...)
	}
	return h.try(append(tries, part.relaxed()...), 1)
}

// try returns the first keywords that match enough and not too much.
func (h *helping) try(tries []node, least int) ([]Suggestion, error) {
	var good []Suggestion
	for _, n := range tries[:min(len(tries), mostTried)] {
		_, month, err := h.Count(h.alone(n))
		if err != nil {
			return nil, err
		}
		if month < least || h.broad(month) {
			continue
		}
		one := Suggestion{newInterest([]node{n}).String(), month, h.perDay(month)}
		if !slices.Contains(good, one) {
			good = append(good, one)
		}
		if len(good) == suggested {
			break
		}
	}
	return good, nil
}

// texts returns the terms that are looked for in title and abstract.
func (n node) texts(all []*term) []*term {
	switch {
	case n.kind == kindNot:
	case n.kind != kindTerm:
		for _, m := range n.nodes {
			all = m.texts(all)
		}
	case n.term.field <= inAbstract:
		all = append(all, n.term)
	}
	return all
}

// asPhrase makes a phrase of words side by side.
func (n node) asPhrase() (node, bool) {
	if n.kind != kindAll || n.weight != 1 {
		return n, false
	}
	t := term{quoted: true}
	for k, m := range n.nodes {
		if m.kind != kindTerm || m.term.quoted || m.term.prefix || m.term.field > inAbstract || k > 0 && m.term.field != t.field {
			return n, false
		}
		if t.field = m.term.field; k > 0 {
			t.text += " "
		}
		t.text += m.term.text
	}
	return t.node()
}

// phraseInstead makes a phrase with the field of the term that it is for.
func (n node) phraseInstead(phrase string) (node, bool) {
	t := term{quoted: true, text: phrase}
	if n.kind == kindTerm && n.term.field <= inAbstract {
		t.field = n.term.field
	}
	return t.node()
}

func (t term) node() (node, bool) {
	ok := t.compile()
	return node{kind: kindTerm, weight: 1, term: &t}, ok
}

// relaxed returns what asks for less than the node, the least change first.
func (n node) relaxed() []node {
	if n.kind == kindTerm {
		return n.term.relaxed()
	}
	if n.kind != kindAll {
		return nil
	}
	var all []node
	for k, m := range n.nodes {
		for _, r := range m.relaxed() {
			all = append(all, node{kind: kindAll, weight: n.weight, nodes: replaced(n.nodes, k, r)})
		}
	}
	for k := len(n.nodes) - 1; k >= 0; k-- {
		if rest := slices.Delete(slices.Clone(n.nodes), k, k+1); !n.nodes[k].excludes() && len(rest) > 0 {
			if less := group(kindAll, rest); !less.excludes() {
				all = append(all, less)
			}
		}
	}
	return all
}

func (t *term) relaxed() []node {
	var all []node
	add := func(u term) {
		if n, ok := u.node(); ok {
			all = append(all, n)
		}
	}
	if t.exact {
		u := *t
		u.exact = false
		add(u)
	}
	if t.field == inTitle || t.field == inAbstract {
		u := *t
		u.field = anywhere
		add(u)
	}
	if words := analyse(t.text); t.quoted && !t.exact && t.field <= inAbstract && len(words) > 1 {
		var apart []node
		for _, w := range words {
			u := term{field: t.field, text: t.text[w.Start:w.End], quoted: operator(t.text[w.Start:w.End])}
			if n, ok := u.node(); ok {
				apart = append(apart, n)
			}
		}
		all = append(all, group(kindAll, apart))
	}
	return all
}

func replaced(nodes []node, at int, by node) []node {
	all := slices.Clone(nodes)
	all[at] = by
	return all
}
