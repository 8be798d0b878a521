package letter

import "paperboy/internal/interest"

// terms keeps readers' terms as they were parsed: many readers have the same.
type terms = cache[string, interest.Interest]

// termsKept is how many, in each half of the cache.
const termsKept = 5000

// marks are where the terms for which a paper is here stand in what is shown of
// it.
type marks struct{ title, summary []extent }

// marks looks for them, once where e is the entry itself and no copy of it. A
// term that no longer parses stands nowhere.
func (e *entry) marks() *marks {
	if e.found {
		return &e.marked
	}
	var m interest.Match
	for _, r := range e.reasons {
		if r.Field != "title" && r.Field != "abstract" {
			continue // an author or category has no place in either
		}
		term, ok := e.terms.get(r.Term)
		if !ok {
			term, _ = interest.Parse(r.Term) // nothing, where it is wrong
			e.terms.put(r.Term, term)
		}
		m.Hits = append(m.Hits, term.Places(e.leaf.doc)...)
	}
	e.marked, e.found = marks{title: hitsIn(m, "title"), summary: hitsIn(m, "abstract")}, true
	return &e.marked
}
