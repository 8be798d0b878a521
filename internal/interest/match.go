package interest

import (
	"cmp"
	"slices"
)

// Match says how a paper matches.
type Match struct {
	Hits  []Hit
	Score float64 // see the package's documentation
}

// Hit is a place where a term was found.
type Hit struct {
	Term  string // as the reader wrote it
	Field string // title, abstract, author, cat or source
	Text  string // the words as they stand there; the whole entry but for title and abstract
	// Start and End are the bytes of Text in the field's plain text.
	Start, End int
}

// Matches reports whether the paper is what the keywords ask for.
func (i Interest) Matches(d *Document) bool {
	for _, n := range i.shut {
		if !n.matches(d) {
			return false
		}
	}
	for _, n := range i.want {
		if n.matches(d) {
			return true
		}
	}
	return len(i.want) == 0
}

func (n node) matches(d *Document) bool {
	switch n.kind {
	case kindAny:
		for k := range n.nodes {
			if n.nodes[k].matches(d) {
				return true
			}
		}
		return false
	case kindAll:
		for k := range n.nodes {
			if !n.nodes[k].matches(d) {
				return false
			}
		}
		return true
	case kindNot:
		return !n.nodes[0].matches(d)
	}
	return n.term.found(d)
}

// Match is Matches with the places of what was found and a score.
func (i Interest) Match(d *Document) (Match, bool) {
	if !i.Matches(d) {
		return Match{}, false
	}
	var m Match
	if len(i.want) > 0 {
		m.Score, _ = node{kind: kindAny, weight: 1, nodes: i.want}.collect(d, &m.Hits)
	}
	return m, true
}

// Score is Match without the places.
func (i Interest) Score(d *Document) (float64, bool) {
	if !i.Matches(d) {
		return 0, false
	}
	if len(i.want) == 0 {
		return 0, true
	}
	return node{kind: kindAny, weight: 1, nodes: i.want}.collect(d, nil)
}

// furtherShare is what each further alternative that matches adds to the best.
const furtherShare = 0.25

// collect adds the hits of a node that matches, where somebody wants them, and
// returns its score.
func (n node) collect(d *Document, hits *[]Hit) (float64, bool) {
	switch n.kind {
	case kindAny:
		return n.collectAny(d, hits)
	case kindAll:
		return n.collectAll(d, hits)
	case kindNot:
		return 0, !n.nodes[0].matches(d)
	}
	score, ok := n.term.collect(d, hits)
	return score * n.weight, ok
}

func (n node) collectAny(d *Document, hits *[]Hit) (float64, bool) {
	var sum, best float64
	found := false
	for k := range n.nodes {
		if score, ok := n.nodes[k].collect(d, hits); ok {
			found, sum, best = true, sum+score, max(best, score)
		}
	}
	return n.weight * either(sum, best), found
}

// either is the score of alternatives, by the sum and the best of those that
// match.
func either(sum, best float64) float64 { return best + furtherShare*(sum-best) }

func (n node) collectAll(d *Document, hits *[]Hit) (float64, bool) {
	var before []Hit
	if hits != nil {
		before = *hits
	}
	var sum float64
	for k := range n.nodes {
		score, ok := n.nodes[k].collect(d, hits)
		if !ok {
			if hits != nil {
				*hits = before
			}
			return 0, false
		}
		sum += score
	}
	return n.weight * sum, true
}

// Strengths, relative to a word's exact form in the abstract.
const (
	titleStrength  = 2
	stemStrength   = 0.7
	phraseStrength = 1.25 // for each word of a phrase
	longestPhrase  = 4    // further words add nothing
)

// strengthOf tells how much a term says: a phrase more than its words alone,
// and what hyphens join is one word.
func strengthOf(tokens []token) float64 {
	words := 0
	for _, t := range tokens {
		if !t.joined {
			words++
		}
	}
	if words < 2 {
		return 1
	}
	return phraseStrength * float64(min(words, longestPhrase))
}

func (f finding) strength() float64 {
	s := 1.0
	if f.field == inTitle {
		s = titleStrength
	}
	if !f.exact {
		s *= stemStrength
	}
	return s
}

// maxHits is how many places of one term are told, the strongest first.
const maxHits = 50

// best returns the strength of the term's strongest place.
func (t *term) best(d *Document) (float64, bool) {
	var best float64
	t.find(d, func(f finding) bool { best = max(best, f.strength()); return true })
	return t.strength * best, best > 0
}

// collect adds the term's hits, strongest first, and returns the strength of
// the first.
func (t *term) collect(d *Document, hits *[]Hit) (float64, bool) {
	if hits == nil {
		return t.best(d)
	}
	var found []finding
	t.find(d, func(f finding) bool { found = append(found, f); return true })
	if len(found) == 0 {
		return 0, false
	}
	slices.SortFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.strength(), a.strength()), cmp.Compare(a.field, b.field),
			cmp.Compare(a.entry, b.entry), cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	kept := found[:1]
	for _, f := range found[1:] {
		if len(kept) < maxHits && !slices.ContainsFunc(kept, f.overlaps) {
			kept = append(kept, f)
		}
	}
	name := t.String()
	for _, f := range kept {
		*hits = append(*hits, d.hit(name, f))
	}
	return t.strength * kept[0].strength(), true
}

func (f finding) overlaps(g finding) bool {
	return f.field == g.field && f.entry == g.entry && f.start < g.end && g.start < f.end
}

func (d *Document) hit(name string, f finding) Hit {
	h := Hit{Term: name, Field: f.field.String(), Start: int(f.start), End: int(f.end)}
	switch f.field {
	case inTitle:
		h.Text = d.Title[f.start:f.end]
	case inAbstract:
		h.Text = d.Summary[f.start:f.end]
	default:
		h.Text = d.entries(f.field)[f.entry]
		h.Start, h.End = 0, len(h.Text)
	}
	return h
}

// entries are what a field lists; nil for title and abstract.
func (d *Document) entries(f field) []string {
	switch f {
	case inAuthor:
		return d.Authors
	case inCategory:
		return d.Categories
	case inSource:
		return d.Sources
	}
	return nil
}
