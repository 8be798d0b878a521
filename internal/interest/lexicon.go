package interest

import (
	"slices"
	"sort"
	"strings"
)

// lexicon tells in which papers of a shelf a word stands.
type lexicon struct {
	stems map[uint64][]int32 // by the hash of the stem
	forms map[string][]int32
	order []string // the forms, sorted; made when a prefix is first asked for
}

func newLexicon() lexicon {
	return lexicon{stems: map[uint64][]int32{}, forms: map[string][]int32{}}
}

func (l *lexicon) add(x *index, at int32) {
	for _, k := range x.stems {
		l.stems[k.hash] = put(l.stems[k.hash], at)
	}
	for _, i := range x.forms {
		form := x.places[i].form
		l.forms[form] = put(l.forms[form], at)
	}
}

// with returns the papers that have the word, as index.between looks for it.
func (l *lexicon) with(w *word) []int32 {
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

func (l *lexicon) beginning(prefix string) []int32 {
	if l.order == nil {
		for form := range l.forms {
			l.order = append(l.order, form)
		}
		slices.Sort(l.order)
	}
	var all []int32
	for _, form := range l.order[sort.SearchStrings(l.order, prefix):] {
		if !strings.HasPrefix(form, prefix) {
			break
		}
		all = append(all, l.forms[form]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// withAll returns the papers that have all of the words.
func (l *lexicon) withAll(words []word) []int32 {
	some := l.with(&words[0])
	for i := range words[1:] {
		some = intersection(some, l.with(&words[1+i]))
	}
	return some
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
	l := &s.words
	if t.field == inAuthor {
		l = &s.names
	}
	var all []int32
	for _, words := range t.spellings {
		all = union(all, l.withAll(words))
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
func union(a, b []int32) []int32 {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	all := make([]int32, 0, len(a)+len(b))
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
