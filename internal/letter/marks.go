package letter

import (
	"slices"

	"paperboy/internal/interest"
)

// terms keeps readers' terms as they were parsed: many readers have the same.
type terms = cache[string, interest.Interest]

// termsKept is how many, in each half of the cache.
const termsKept = 5000

// marks are where the terms for which a paper is here stand in what is shown of
// it.
type marks struct{ title, summary []extent }

// marks looks for them, once where e is the entry itself and no copy of it.
func (e *entry) marks() *marks {
	if e.found {
		return &e.marked
	}
	e.found = true
	terms := 0
	for _, r := range e.reasons {
		if r.Field != "title" && r.Field != "abstract" {
			continue // an author or category has no place in either
		}
		m := e.leaf.marksOf(r.Term, e.terms)
		if terms++; terms == 1 {
			e.marked = m
			continue
		}
		e.marked.title = slices.Concat(e.marked.title, m.title)
		e.marked.summary = slices.Concat(e.marked.summary, m.summary)
	}
	if terms > 1 {
		e.marked = marks{title: apart(e.marked.title), summary: apart(e.marked.summary)}
	}
	return &e.marked
}

// marksKept is how many terms are kept with a paper.
const marksKept = 100

// marksOf are the places of a term. One that no longer parses has none.
func (l *leaf) marksOf(term string, parsed *terms) marks {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m, ok := l.found[term]; ok {
		return m
	}
	want, ok := parsed.get(term)
	if !ok {
		want, _ = interest.Parse(term) // nothing, where it is wrong
		parsed.put(term, want)
	}
	hits := interest.Match{Hits: want.Places(l.doc)}
	m := marks{title: hitsIn(hits, "title"), summary: hitsIn(hits, "abstract")}
	if len(l.found) >= marksKept || l.found == nil {
		l.found = map[string]marks{}
	}
	l.found[term] = m
	return m
}
