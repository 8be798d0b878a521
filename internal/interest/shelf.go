package interest

import (
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

	parts, older map[string]*part // by their text as typed
	held, room   int              // bytes in parts, and at most so many
	sums         []sum            // by paper; all zero between two questions
}

// sum is the scores of the parts that find a paper.
type sum struct {
	of, best float64
	parts    int32
}

// part is one interest of some readers', and the papers that it finds.
type part struct {
	text string
	// shut: the part says only what must not occur, and papers are those in
	// which it does.
	shut   bool
	papers []int32 // positions on the shelf, rising
	scores []float64
	hits   [][]Hit // the strongest place of each term, for papers that somebody picked
}

// maxHeld bounds the memory for parts, in bytes. What was not asked for lately
// goes first.
const maxHeld = 1 << 28

// size is about what the part takes, with its text and its place in a map.
func (p *part) size() int { return 200 + 40*len(p.papers) }

// NewShelf puts papers on a shelf. Answers name them by their position.
func NewShelf(papers []*Document) *Shelf {
	s := &Shelf{
		papers: papers, words: newLexicon(), names: newLexicon(),
		categories: map[string][]int32{}, sources: map[string][]int32{},
		parts: map[string]*part{}, room: maxHeld / 2, sums: make([]sum, len(papers)),
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

// put adds a paper to those before it, once.
func put(papers []int32, at int32) []int32 {
	if n := len(papers); n > 0 && papers[n-1] == at {
		return papers
	}
	return append(papers, at)
}

// Answer is what one reader's keywords find on a shelf. It is exactly what
// Parse and Interest.Match find, paper by paper.
type Answer struct {
	shelf      *Shelf
	want, shut []*part
	found      []Found
}

// Found is a paper that keywords find.
type Found struct {
	At    int // its position on the shelf
	Score float64
}

// short is a length, in bytes, within which keywords stay inside all bounds
// that Parse sets to the whole of them.
const short = 2 * maxTerms

// Ask reads keywords into a, which may be used again and again. The error is
// that of Parse.
func (s *Shelf) Ask(keywords string, a *Answer) error {
	a.shelf, a.want, a.shut = s, a.want[:0], a.shut[:0]
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
func (s *Shelf) part(text string) (*part, bool) {
	if p, ok := s.parts[text]; ok {
		return p, true
	}
	p, known := s.older[text]
	text = strings.Clone(text) // it would keep all of the reader's
	if !known {
		n, ok := parsePart(text)
		if !ok {
			return nil, false
		}
		p = s.search(n)
		p.text = text
	}
	if s.held >= s.room {
		s.older, s.parts, s.held = s.parts, map[string]*part{}, 0
	}
	s.parts[text], s.held = p, s.held+p.size()
	return p, true
}

func parsePart(text string) (node, bool) {
	i, err := Parse(text)
	if err != nil || len(i.parts) != 1 {
		return node{}, false
	}
	return i.parts[0], true
}

// search finds a part's papers.
func (s *Shelf) search(n node) *part {
	p := &part{shut: n.excludes()}
	look := s.find
	if p.shut {
		look = s.bar
	}
	some, all := look(n)
	if all {
		some = s.everyone()
	}
	for _, at := range some {
		p.weigh(n, at, s.papers[at])
	}
	p.papers, p.scores = slices.Clip(p.papers), slices.Clip(p.scores)
	return p
}

// weigh looks at one paper that the part may find.
func (p *part) weigh(n node, at int32, d *Document) {
	switch {
	case p.shut && !n.matches(d):
		p.papers = append(p.papers, at)
	case !p.shut:
		if score, ok := n.collect(d, nil); ok {
			p.papers, p.scores = append(p.papers, at), append(p.scores, score)
		}
	}
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
		most += len(p.papers)
	}
	return most
}

// Found returns the papers found, in no order that means anything but always
// the same. It is good until the next question.
func (a *Answer) Found() []Found {
	a.found = a.found[:0]
	if len(a.want) == 0 {
		for at := range a.shelf.papers {
			a.find(int32(at), 0)
		}
		return a.found
	}
	sums := a.shelf.sums
	for _, p := range a.want {
		for i, at := range p.papers {
			s := &sums[at]
			s.of, s.best, s.parts = s.of+p.scores[i], max(s.best, p.scores[i]), s.parts+1
		}
	}
	for _, p := range a.want {
		for _, at := range p.papers {
			if s := sums[at]; s.parts > 0 {
				a.find(at, either(s.of, s.best))
				sums[at] = sum{}
			}
		}
	}
	return a.found
}

func (a *Answer) find(at int32, score float64) {
	if !a.barred(at) {
		a.found = append(a.found, Found{int(at), score})
	}
}

func (a *Answer) barred(at int32) bool {
	for _, p := range a.shut {
		if _, found := slices.BinarySearch(p.papers, at); found {
			return true
		}
	}
	return false
}

// Finds reports whether the paper at this position is among those found.
func (a *Answer) Finds(at int) bool {
	if a.barred(int32(at)) {
		return false
	}
	return len(a.want) == 0 || slices.ContainsFunc(a.want, func(p *part) bool {
		_, found := slices.BinarySearch(p.papers, int32(at))
		return found
	})
}

// Hits returns where the keywords stand in a paper that was found: of each
// term the strongest place. They are shared; nobody may change them.
func (a *Answer) Hits(at int) []Hit {
	var all []Hit
	for _, p := range a.want {
		i, found := slices.BinarySearch(p.papers, int32(at))
		switch {
		case !found:
		case all == nil:
			all = p.hitsIn(i, a.shelf.papers[at])
		default:
			all = slices.Concat(all, p.hitsIn(i, a.shelf.papers[at]))
		}
	}
	return all
}

// hitsIn reads the part again, as few of the papers found are picked, and what
// was parsed takes far more room than the text.
func (p *part) hitsIn(i int, d *Document) []Hit {
	if p.hits == nil {
		p.hits = make([][]Hit, len(p.papers))
	}
	if p.hits[i] == nil {
		n, _ := parsePart(p.text)
		p.hits[i] = strongest(n, d)
	}
	return p.hits[i]
}

// strongest returns the first hit of each term; collect gives a term's hits one
// after another.
func strongest(n node, d *Document) []Hit {
	hits := []Hit{}
	n.collect(d, &hits)
	return slices.Clone(slices.CompactFunc(hits, func(a, b Hit) bool { return a.Term == b.Term }))
}
