package interest

import (
	"slices"
	"sort"
	"strings"
)

// locus is where a word stands on a shelf: the paper, the number of its first
// word, and over how many it reaches.
type locus uint64

func newLocus(paper int32, p *place) locus {
	return locus(paper)<<32 | locus(p.first)<<locusBits | locus(p.words)
}

// locusBits are enough for widest, and leave 28 for the number of a word: more
// than fit into a text.
const locusBits = 3

func (s locus) paper() int32 { return int32(s >> 32) }

// first is the locus without its width: where it begins.
func (s locus) first() locus { return s >> locusBits }

// end is the first of the words that follow the locus.
func (s locus) end() locus { return s>>locusBits + s&(1<<locusBits-1) }

// lexicon tells where on a shelf a word stands: loci in their order.
type lexicon struct {
	stems map[uint64][]locus // by the hash of the stem
	forms map[string][]locus
	order []string // the forms, sorted; made when a prefix is first asked for
	ends  []locus  // kept for their room
}

func newLexicon() lexicon {
	return lexicon{stems: map[uint64][]locus{}, forms: map[string][]locus{}}
}

func (l *lexicon) add(x *index, at int32) {
	for _, k := range x.stems {
		l.stems[k.hash] = put(l.stems[k.hash], newLocus(at, &x.places[k.place]))
	}
	for _, i := range x.forms {
		p := &x.places[i]
		l.forms[p.form] = put(l.forms[p.form], newLocus(at, p))
	}
}

// with returns where the word stands, as index.between looks for it.
func (l *lexicon) with(w *word) []locus {
	switch {
	case !w.formOnly && !w.otherForm:
		return l.stems[w.hash]
	case !w.formOnly:
		return union(l.stems[w.hash], l.forms[w.form])
	case w.prefix:
		return l.beginning(w.form)
	}
	return l.forms[w.form]
}

func (l *lexicon) beginning(prefix string) []locus {
	if l.order == nil {
		for form := range l.forms {
			l.order = append(l.order, form)
		}
		slices.Sort(l.order)
	}
	var all []locus
	for _, form := range l.order[sort.SearchStrings(l.order, prefix):] {
		if !strings.HasPrefix(form, prefix) {
			break
		}
		all = append(all, l.forms[form]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// phrase returns the papers in which the words follow one another.
func (l *lexicon) phrase(words []word) []int32 {
	some := l.with(&words[0])
	for i := range words[1:] {
		some = l.followed(some, l.with(&words[1+i]))
	}
	return papersOf(some)
}

// followed returns those of next that begin where one of some ends. Where one
// side is far the longer, it is searched and not walked.
func (l *lexicon) followed(some, next []locus) []locus {
	var found []locus
	if len(some) > 8*len(next) {
		for _, s := range next {
			if s.follows(some) {
				found = append(found, s)
			}
		}
		return found
	}
	ends := l.endsOf(some)
	for _, end := range ends {
		if len(next) > 16*len(ends) {
			i, _ := slices.BinarySearch(next, end<<locusBits)
			next = next[i:]
		}
		for len(next) > 0 && next[0].first() < end {
			next = next[1:]
		}
		for len(next) > 0 && next[0].first() == end {
			found = append(found, next[0])
			next = next[1:]
		}
	}
	return found
}

// follows reports whether one of some ends where the locus begins.
func (s locus) follows(some []locus) bool {
	for words := locus(1); words <= widest; words++ {
		if _, found := slices.BinarySearch(some, (s.first()-words)<<locusBits|words); found {
			return true
		}
	}
	return false
}

// endsOf returns the ends, rising. They are good until the next call.
func (l *lexicon) endsOf(some []locus) []locus {
	l.ends = l.ends[:0]
	for _, s := range some {
		l.ends = append(l.ends, s.end())
	}
	if !slices.IsSorted(l.ends) { // a wide one before a narrow one
		slices.Sort(l.ends)
	}
	return l.ends
}

// withAll returns the papers that have all of the words.
func (l *lexicon) withAll(words []word) []int32 {
	some := papersOf(l.with(&words[0]))
	for i := range words[1:] {
		some = intersection(some, papersOf(l.with(&words[1+i])))
	}
	return some
}

func papersOf(loci []locus) []int32 {
	papers := make([]int32, 0, len(loci))
	for _, s := range loci {
		papers = put(papers, s.paper())
	}
	return papers
}

// find returns papers among which are all that the node matches; all stands for
// every paper there is.
func (s *Shelf) find(n node) (some []int32, all bool) {
	switch n.kind {
	case kindAny:
		return both(n.nodes, s.find, union, true)
	case kindAll:
		return both(n.nodes, s.find, intersection, false)
	case kindNot:
		return s.bar(n.nodes[0])
	}
	return s.findTerm(n.term), false
}

// bar returns papers among which are all that the node does not match.
func (s *Shelf) bar(n node) (some []int32, all bool) {
	switch n.kind {
	case kindAny:
		return both(n.nodes, s.bar, intersection, false)
	case kindAll:
		return both(n.nodes, s.bar, union, true)
	case kindNot:
		return s.find(n.nodes[0])
	}
	return nil, true
}

// both joins what look gives for each of the nodes. Every paper there is makes
// up the whole where one of them is enough (either), and says nothing else.
func both(nodes []node, look func(node) ([]int32, bool), join func(a, b []int32) []int32, either bool) ([]int32, bool) {
	var sum []int32
	known := false
	for _, n := range nodes {
		some, all := look(n)
		switch {
		case all && either:
			return nil, true
		case all:
		case known:
			sum = join(sum, some)
		default:
			sum, known = some, true
		}
	}
	return sum, !known
}

func (s *Shelf) findTerm(t *term) []int32 {
	switch t.field {
	case inCategory:
		return valued(s.categories, t.value)
	case inSource:
		return valued(s.sources, t.value)
	}
	var all []int32
	for _, words := range t.spellings {
		if t.field == inAuthor {
			all = union(all, s.names.withAll(words))
		} else {
			all = union(all, s.words.phrase(words))
		}
	}
	return all
}

func valued(by map[string][]int32, prefix string) []int32 {
	var all []int32
	for value, papers := range by {
		if strings.HasPrefix(value, prefix) {
			all = union(all, papers)
		}
	}
	return all
}

// union of rising numbers. Neither argument is changed, either may be returned.
func union[T int32 | locus](a, b []T) []T {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	all := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		at := min(a[0], b[0])
		if a[0] == at {
			a = a[1:]
		}
		if b[0] == at {
			b = b[1:]
		}
		all = append(all, at)
	}
	return append(append(all, a...), b...)
}

// intersection of rising numbers. Where one side is far the longer, it is
// searched and not walked.
func intersection(a, b []int32) []int32 {
	if len(a) > len(b) {
		a, b = b, a
	}
	common := make([]int32, 0, len(a))
	for _, at := range a {
		if len(b) > 16*len(a) {
			i, _ := slices.BinarySearch(b, at)
			b = b[i:]
		} else {
			for len(b) > 0 && b[0] < at {
				b = b[1:]
			}
		}
		if len(b) > 0 && b[0] == at {
			common = append(common, at)
		}
	}
	return common
}
