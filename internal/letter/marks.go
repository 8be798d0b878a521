package letter

import (
	"hash/maphash"
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
	switch {
	case e.saying != nil:
		return &e.saying.marks
	case e.looked:
		return &e.marked
	}
	e.looked = true
	var all marks
	for _, r := range e.reasons {
		one := e.leaf.saying(r, e.terms).marks
		all.title, all.summary = append(all.title, one.title...), append(all.summary, one.summary...)
	}
	e.marked = marks{title: apart(all.title), summary: apart(all.summary)}
	return &e.marked
}

// saying is what letters say of a paper for one reason, whoever's it is.
type saying struct {
	reason  Reason
	quoted  []byte              // what the lines say, one after the other
	lines   [linesKept]saidLine // written so far, in this order
	marks   marks
	matched []Matched
}

// saidLine is a part of a letter that only the reason fills in.
type saidLine struct {
	item  *item // nil: there are no more
	whole bool  // see assembly
	end   int32 // where it ends in what the lines say
	raw   int32
}

const (
	sayingsKept = 64 // how many reasons are kept with a paper
	linesKept   = 4  // and how many lines with each: in both formats, as the first paper and as another
)

// sayings are those kept with a paper: few, so that they can be looked through
// by the hashes of their terms, which lie side by side in memory.
type sayings []hashed

type hashed struct {
	hash uint64
	*saying
}

var termSeed = maphash.MakeSeed()

func hashOf(r Reason) uint64 { return maphash.String(termSeed, r.Term) }

// next is the place from i on of something said for a term with this hash; at the
// end: there is none.
func (s sayings) next(i int, hash uint64) int {
	for i < len(s) && s[i].hash != hash {
		i++
	}
	return i
}

// saying returns what is said for a reason, kept or made now. A term that no
// longer parses has no marks, nor has one that is about no title or abstract.
func (l *leaf) saying(r Reason, parsed *terms) *saying {
	hash := hashOf(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := l.sayings.next(0, hash); i < len(l.sayings); i = l.sayings.next(i+1, hash) {
		if kept := l.sayings[i].saying; kept.reason == r {
			return kept
		}
	}
	r = r.alone()
	one := &saying{reason: r, matched: matched([]Reason{r})}
	if r.Field == "title" || r.Field == "abstract" {
		one.marks = l.marksOf(r.Term, parsed)
	}
	if len(l.sayings) >= sayingsKept {
		l.sayings = nil
	}
	l.sayings = append(l.sayings, hashed{hash, one})
	return one
}

// alone is the reason in one piece of memory, with nothing else of its letter.
func (r Reason) alone() Reason {
	all := r.Term + r.Field + r.Text
	field, text := len(r.Term), len(r.Term)+len(r.Field)
	return Reason{Term: all[:field], Field: all[field:text], Text: all[text:]}
}

func (l *leaf) marksOf(term string, parsed *terms) marks {
	want, ok := parsed.get(term)
	if !ok {
		want, _ = interest.Parse(term) // nothing, where it is wrong
		parsed.put(term, want)
	}
	hits := interest.Match{Hits: want.Places(l.doc)}
	return marks{title: hitsIn(hits, "title"), summary: hitsIn(hits, "abstract")}
}

// line returns what an item said of this reason before.
func (l *leaf) line(t *saying, of *item, whole bool) (quoted []byte, raw int, kept bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	begin := int32(0)
	for i := range t.lines {
		one := &t.lines[i]
		if one.item == of && one.whole == whole {
			return t.quoted[begin:one.end], int(one.raw), true
		}
		begin = one.end
	}
	return nil, 0, false
}

// said are the lines that are kept.
func (l *leaf) said(t *saying) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.quoted
}

func (l *leaf) keepLine(t *saying, of *item, said *assembly) {
	l.mu.Lock()
	defer l.mu.Unlock()
	free := slices.IndexFunc(t.lines[:], func(one saidLine) bool { return one.item == nil })
	if free < 0 { // others may still read what was said
		free, t.lines, t.quoted = 0, [linesKept]saidLine{}, nil
	}
	t.quoted = append(t.quoted, said.out...)
	t.lines[free] = saidLine{of, said.whole, int32(len(t.quoted)), int32(said.raw)}
}
