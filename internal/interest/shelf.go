package interest

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Shelf is a batch of papers that very many readers ask about. What readers
// share is worked out once: the parts of their keywords, between commas, are
// looked up by their text, and each is parsed and searched for when it is first
// met. What a reader costs are then the papers found, not the papers there are.
//
// There is no lasting index over the readers. A round has to read every due
// reader from the record anyway, with what was sent; the papers are few, new
// every time, and indexed in a moment; and an index over readers would have to
// follow every change of theirs, in every process.
//
// A Shelf serves one goroutine at a time.
type Shelf struct {
	papers []*Document
	words  lexicon // of title and abstract
	names  lexicon // of authors
	// Papers by folded category and source.
	categories, sources map[string][]int32

	parts, older *rack   // those asked for lately, and those before
	room         int     // bytes in a rack
	sums         []sum   // by paper; all zero between two questions
	weighed      []Found // of the part that is searched for, kept for its room
}

// sum is the scores of the parts that find a paper.
type sum struct {
	of, best float64
	parts    uint64 // see Found
}

// maxHeld bounds the memory for parts, in bytes. What was not asked for lately
// goes first.
const maxHeld = 1 << 28

// NewShelf puts papers on a shelf. Answers name them by their position.
func NewShelf(papers []*Document) *Shelf {
	s := &Shelf{
		papers: papers, words: newLexicon(), names: newLexicon(),
		categories: map[string][]int32{}, sources: map[string][]int32{},
		parts: newRack(), older: newRack(), room: maxHeld / 2, sums: make([]sum, len(papers)),
	}
	for i, d := range papers {
		at := int32(i)
		s.words.add(&d.text, at)
		s.names.add(&d.names, at)
		enter(s.categories, d.categories, at)
		enter(s.sources, d.sources, at)
	}
	return s
}

func enter(by map[string][]int32, entries []string, at int32) {
	for _, e := range entries {
		by[e] = put(by[e], at)
	}
}

// put adds one to those before it, once.
func put[T int32 | locus](all []T, one T) []T {
	if n := len(all); n > 0 && all[n-1] == one {
		return all
	}
	return append(all, one)
}

// Answer is what one reader's keywords find on a shelf. It is exactly what
// Parse and Interest.Match find, paper by paper.
type Answer struct {
	shelf      *Shelf
	want, shut []part
	found      []Found
	hits       []Hit
	marks      []uint64 // a bit for each paper found, where marked
	marked     bool
}

// Found is a paper that keywords find.
type Found struct {
	At    int // its position on the shelf
	Score float64
	// parts are the parts that find it, a bit for each; the last bit stands for
	// all those from the 64th on.
	parts uint64
}

// bit is the bit of a part of this number.
func bit(part int) uint64 { return 1 << min(part, 63) }

// short is a length, in bytes, within which keywords stay inside all bounds
// that Parse sets to the whole of them.
const short = 2 * maxTerms

// Ask reads keywords into a, which may be used again and again. The error is
// that of Parse.
func (s *Shelf) Ask(keywords string, a *Answer) error {
	a.shelf, a.want, a.shut = s, a.want[:0], a.shut[:0]
	a.hits, a.marked = a.hits[:0], false
	if len(keywords) >= short {
		if _, err := Parse(keywords); err != nil {
			return err
		}
	}
	for text := range pieces(keywords) {
		p, ok := s.part(text)
		switch {
		case !ok:
			_, err := Parse(keywords)
			return err
		case p.shut:
			a.shut = append(a.shut, p)
		default:
			a.want = append(a.want, p)
		}
	}
	return nil
}

// pieces yields the texts between the separators of interests that stand
// outside quotes; blank ones are no interests.
func pieces(keywords string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for at, r := range keywords {
			switch r = plain(r); {
			case r == '"':
				quoted = !quoted
			case r == '\n', r == ',' && !quoted:
				if !give(keywords[start:at], yield) {
					return
				}
				_, size := utf8.DecodeRuneInString(keywords[at:])
				start, quoted = at+size, false
			}
		}
		give(keywords[start:], yield)
	}
}

func give(text string, yield func(string) bool) bool {
	text = strings.TrimSpace(text)
	return text == "" || yield(text)
}

// part returns the part with this text. It reports false if it can't be read.
func (s *Shelf) part(text string) (part, bool) {
	if p, ok := s.parts.find(text); ok {
		return p, true
	}
	p, known := s.older.find(text)
	if !known {
		n, ok := parsePart(text)
		if !ok {
			return part{}, false
		}
		p = s.search(n)
	}
	if s.parts.size() >= s.room {
		s.older, s.parts = s.parts, newRack()
	}
	return s.parts.put(text, p), true
}

func parsePart(text string) (node, bool) {
	i, err := Parse(text)
	if err != nil || len(i.parts) != 1 {
		return node{}, false
	}
	return i.parts[0], true
}

// search finds a part's papers.
func (s *Shelf) search(n node) part {
	p := part{shut: n.excludes()}
	look := s.find
	if p.shut {
		look = s.bar
	}
	some, all := look(n)
	if all {
		some = s.everyone()
	}
	s.weighed = s.weighed[:0]
	for _, at := range some {
		if score, ok := p.weigh(n, s.papers[at]); ok {
			s.weighed = append(s.weighed, Found{At: int(at), Score: score})
		}
	}
	p.papers, p.count = pack(s.weighed), int32(len(s.weighed))
	return p
}

// weigh looks at one paper that the part may find.
func (p part) weigh(n node, d *Document) (float64, bool) {
	if p.shut {
		return 0, !n.matches(d)
	}
	return n.collect(d, nil)
}

func (s *Shelf) everyone() []int32 {
	all := make([]int32, len(s.papers))
	for i := range all {
		all[i] = int32(i)
	}
	return all
}

// Most returns how many papers can be found at most, without looking.
func (a *Answer) Most() int {
	if len(a.want) == 0 {
		return len(a.shelf.papers)
	}
	most := 0
	for _, p := range a.want {
		most += int(p.count)
	}
	return most
}

// Found returns the papers found, in no order that means anything but always
// the same. It is good until the next question.
func (a *Answer) Found() []Found {
	a.found = a.found[:0]
	if len(a.want) == 0 {
		for at := range a.shelf.papers {
			a.found = append(a.found, Found{At: at})
		}
	}
	sums := a.shelf.sums
	for i, p := range a.want {
		for at, score := range p.papers.each {
			s := &sums[at]
			if s.parts == 0 {
				a.found = append(a.found, Found{At: int(at)})
			}
			s.of, s.best, s.parts = s.of+score, max(s.best, score), s.parts|bit(i)
		}
	}
	if len(a.want) > 0 {
		for i := range a.found {
			f := &a.found[i]
			s := &sums[f.At]
			f.Score, f.parts = either(s.of, s.best), s.parts
			*s = sum{}
		}
	}
	if len(a.shut) > 0 {
		a.found = slices.DeleteFunc(a.found, func(f Found) bool { return !a.Finds(f.At) })
	}
	return a.found
}

// Finds reports whether the paper at this position is among those found.
func (a *Answer) Finds(at int) bool {
	if !a.marked {
		a.mark()
	}
	return a.marks[at/64]&(1<<(at%64)) != 0
}

// mark marks the papers found.
func (a *Answer) mark() {
	a.marked = true
	a.marks = slices.Grow(a.marks[:0], len(a.shelf.papers)/64+1)[:len(a.shelf.papers)/64+1]
	unless := uint64(0)
	if len(a.want) == 0 {
		unless = math.MaxUint64
	}
	for i := range a.marks {
		a.marks[i] = unless
	}
	for _, p := range a.want {
		for at := range p.papers.each {
			a.marks[at/64] |= 1 << (at % 64)
		}
	}
	for _, p := range a.shut {
		for at := range p.papers.each {
			a.marks[at/64] &^= 1 << (at % 64)
		}
	}
}

// Hits returns where the keywords stand in a paper that they found: of each term
// the strongest place. They are good until the next question.
func (a *Answer) Hits(f Found) []Hit {
	from := len(a.hits)
	for i, p := range a.want {
		if f.parts&bit(i) != 0 && (i < 63 || p.papers.have(int32(f.At))) {
			a.hits = p.hits(int32(f.At), a.shelf.papers[f.At], a.hits)
		}
	}
	return a.hits[from:len(a.hits):len(a.hits)]
}
