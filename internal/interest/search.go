package interest

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Corpus is a full-text index over documents that are numbered from 0, made of
// what Document.Postings returns.
type Corpus interface {
	// Abstracts tells for each document where its abstract begins.
	Abstracts() []int32
	// Stem returns the words that were added with this hash of a stem.
	Stem(hash uint64) ([]string, error)
	// Words returns the words from one to, but not including, another, in
	// their order.
	Words(from, to string) ([]Entry, error)
}

// Entry is a word of a corpus. Its lists are in the order of documents.
type Entry struct {
	Word  string
	Lists []Stretch
}

// Stretch is a part of a word's list.
type Stretch struct {
	Base int // what the first document's number is counted from
	List List
}

// NoMatch is the score of a document that does not match.
const NoMatch = -1

// ErrDamaged is for a full-text index that can not be read.
var ErrDamaged = errors.New("a list of the full-text index is damaged")

// Search returns the score of each document of the corpus, NoMatch for those
// that do not match or are not among those asked for. Matches and Match say
// the same of each document; of a phrase found in several forms at one place
// the best counts here.
func (i Interest) Search(c Corpus, among []bool) ([]float32, error) {
	s := search{corpus: c, among: among, abstracts: c.Abstracts()}
	scores := make([]float32, len(among))
	if len(i.want) > 0 {
		var err error
		if scores, err = s.node(node{kind: kindAny, weight: 1, nodes: i.want}); err != nil {
			return nil, err
		}
	}
	for _, n := range i.shut {
		holds, err := s.node(n)
		if err != nil {
			return nil, err
		}
		for d, score := range holds {
			if score == NoMatch {
				scores[d] = NoMatch
			}
		}
		s.release(holds)
	}
	for d, in := range among {
		if !in {
			scores[d] = NoMatch
		}
	}
	return scores, nil
}

// search is one interest being looked up.
type search struct {
	corpus    Corpus
	among     []bool
	abstracts []int32
	free      [][]float32 // scores that are needed no more
}

// scores returns scores that are all NoMatch.
func (s *search) scores() []float32 {
	var all []float32
	if n := len(s.free); n > 0 {
		all, s.free = s.free[n-1], s.free[:n-1]
	} else {
		all = make([]float32, len(s.among))
	}
	for d := range all {
		all[d] = NoMatch
	}
	return all
}

func (s *search) release(scores []float32) { s.free = append(s.free, scores) }

func (s *search) node(n node) ([]float32, error) {
	switch n.kind {
	case kindAny:
		return s.any(n)
	case kindAll:
		return s.all(n)
	case kindNot:
		return s.not(n)
	}
	return s.term(n.term, n.weight)
}

func (s *search) not(n node) ([]float32, error) {
	scores, err := s.node(n.nodes[0])
	for d, score := range scores {
		if score == NoMatch {
			scores[d] = 0
		} else {
			scores[d] = NoMatch
		}
	}
	return scores, err
}

func (s *search) all(n node) ([]float32, error) {
	sum, err := s.node(n.nodes[0])
	if err != nil {
		return nil, err
	}
	// Of the further ones only what is in all before counts.
	before := s.among
	defer func() { s.among = before }()
	s.among = make([]bool, len(before))
	for _, m := range n.nodes[1:] {
		for d, score := range sum {
			s.among[d] = before[d] && score != NoMatch
		}
		scores, err := s.node(m)
		if err != nil {
			return nil, err
		}
		for d, score := range scores {
			if score == NoMatch || sum[d] == NoMatch {
				sum[d] = NoMatch
			} else {
				sum[d] += score
			}
		}
		s.release(scores)
	}
	return weigh(sum, n.weight), nil
}

func (s *search) any(n node) ([]float32, error) {
	best, err := s.node(n.nodes[0])
	if err != nil || len(n.nodes) == 1 {
		return weigh(best, n.weight), err
	}
	sum := slices.Clone(best)
	for _, m := range n.nodes[1:] {
		scores, err := s.node(m)
		if err != nil {
			return nil, err
		}
		for d, score := range scores {
			switch {
			case score == NoMatch:
			case best[d] == NoMatch:
				best[d], sum[d] = score, score
			default:
				best[d], sum[d] = max(best[d], score), sum[d]+score
			}
		}
		s.release(scores)
	}
	for d := range best {
		if best[d] != NoMatch {
			best[d] += furtherShare * (sum[d] - best[d])
		}
	}
	s.release(sum)
	return weigh(best, n.weight), nil
}

func weigh(scores []float32, weight float64) []float32 {
	if weight == 1 {
		return scores
	}
	for d, score := range scores {
		if score != NoMatch {
			scores[d] = score * float32(weight)
		}
	}
	return scores
}

// listed is a word's entry with what it means for a term.
type listed struct {
	Entry
	exact bool
}

func size(words []listed) (n int) {
	for _, w := range words {
		for _, l := range w.Lists {
			n += len(l.List)
		}
	}
	return n
}

func (s *search) term(t *term, weight float64) ([]float32, error) {
	scores := s.scores()
	strength := float32(t.strength * weight)
	if t.field == inCategory || t.field == inSource {
		return scores, s.value(t, strength, scores)
	}
	for _, words := range t.spellings {
		lists := make([][]listed, len(words))
		for k := range words {
			var err error
			if lists[k], err = s.lookUp(t.field, &words[k]); err != nil {
				return nil, err
			}
		}
		var err error
		if len(words) == 1 {
			err = s.word(t.field, lists[0], strength, scores)
		} else {
			err = s.phrase(t.field, lists, strength, scores)
		}
		if err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// value looks up a category or source as term.findValue does.
func (s *search) value(t *term, strength float32, scores []float32) error {
	from := sourcePart + t.value
	if t.field == inCategory {
		from = categoryPart + t.value
	}
	entries, err := s.corpus.Words(from, from+LastWord)
	if err != nil {
		return err
	}
	for _, e := range entries {
		rest := strings.TrimPrefix(e.Word, from)
		if !t.prefix && rest != "" && (t.field != inCategory || rest[0] != '.') {
			continue
		}
		of := finding{field: t.field, exact: rest == ""}
		err := s.each(e, s.among, func(d int, _ []int32) { scores[d] = max(scores[d], strength*float32(of.strength())) })
		if err != nil {
			return err
		}
	}
	return nil
}

// lookUp finds the words of the corpus that a word of a term stands for, as
// index.between does.
func (s *search) lookUp(f field, w *word) ([]listed, error) {
	var all []listed
	part := TextWords
	if f == inAuthor {
		part = AuthorWords
		if w.prefix && initial(w.form) {
			entries, err := s.corpus.Words(initialPart+w.form, initialPart+w.form+variantMark)
			return s.listed(entries, w), err
		}
	}
	switch {
	case w.prefix:
		entries, err := s.corpus.Words(part+w.form, part+w.form+LastWord)
		if err != nil {
			return nil, err
		}
		all = s.listed(entries, w)
	case w.formOnly || w.otherForm:
		entries, err := s.corpus.Words(part+w.form, part+w.form+afterVariant)
		if err != nil {
			return nil, err
		}
		all = s.listed(entries, w)
	}
	if w.formOnly {
		return all, nil
	}
	kin, err := s.corpus.Stem(w.hash)
	if err != nil {
		return nil, err
	}
	for _, k := range kin {
		if w.otherForm && FormOf(k) == w.form {
			continue // it is there already
		}
		entries, err := s.corpus.Words(k, k+variantMark)
		if err != nil {
			return nil, err
		}
		all = append(all, s.listed(entries, w)...)
	}
	return all, nil
}

func (s *search) listed(entries []Entry, w *word) []listed {
	all := make([]listed, len(entries))
	for i, e := range entries {
		all[i] = listed{e, FormOf(e.Word) == w.form}
	}
	return all
}

// each goes through the documents of a word that are wanted.
func (s *search) each(e Entry, wanted []bool, yield func(doc int, at []int32)) error {
	for _, l := range e.Lists {
		if !l.List.Each(l.Base, wanted, yield) {
			return ErrDamaged
		}
	}
	return nil
}

// word takes in the documents of a term of one word.
func (s *search) word(f field, words []listed, strength float32, scores []float32) error {
	for _, w := range words {
		title := strength * float32(finding{field: inTitle, exact: w.exact}.strength())
		elsewhere := strength * float32(finding{field: inAbstract, exact: w.exact}.strength())
		var err error
		switch f {
		case inAuthor:
			err = s.each(w.Entry, s.among, func(d int, _ []int32) { scores[d] = strength })
		case inAbstract:
			err = s.each(w.Entry, s.among, func(d int, at []int32) {
				if at[len(at)-1] >= s.abstracts[d] {
					scores[d] = max(scores[d], elsewhere)
				}
			})
		default:
			err = s.firsts(w.Entry, func(d int, first int32) {
				if first < s.abstracts[d] {
					scores[d] = max(scores[d], title)
				} else if f == anywhere {
					scores[d] = max(scores[d], elsewhere)
				}
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *search) firsts(e Entry, yield func(doc int, first int32)) error {
	for _, l := range e.Lists {
		if !l.List.Firsts(l.Base, s.among, yield) {
			return ErrDamaged
		}
	}
	return nil
}

// spot is a place of a word in one number, so that millions of them are soon
// sorted and joined: the document, the place, over how many words it reaches,
// and whether it stands there in the form that was typed.
type spot uint64

func newSpot(doc int, at, width int32, exact bool) spot {
	s := spot(doc)<<32 | spot(at)<<4 | spot(width)<<1
	if exact {
		s |= 1
	}
	return s
}

func (s spot) doc() int    { return int(s >> 32) }
func (s spot) place() spot { return s >> 4 } // with the document
func (s spot) exact() bool { return s&1 != 0 }

// end is the place after the word, where the next one of a phrase stands.
func (s spot) end() spot { return s>>4<<4 + (s>>1&7)<<4 | s&1 }

// ends returns where the words at these places end, in order.
func ends(spots []spot) []spot {
	all := make([]spot, len(spots))
	for k, s := range spots {
		all[k] = s.end()
	}
	if !slices.IsSorted(all) {
		slices.Sort(all)
	}
	return all
}

// phrase takes in the documents that hold words next to each other, or of an
// author in one name.
func (s *search) phrase(f field, words [][]listed, strength float32, scores []float32) error {
	spots, err := s.spots(f, words)
	if err != nil {
		return err
	}
	if f == inAuthor {
		for _, p := range meet(spots) {
			scores[p.doc()] = strength
		}
		return nil
	}
	found := ends(spots[0])
	for _, next := range spots[1:] {
		found = follow(found, next)
	}
	for _, p := range found {
		d, in := p.doc(), inTitle
		if int32(p>>4&(1<<28-1)) > s.abstracts[d] {
			in = inAbstract
		}
		if f == anywhere || f == in {
			scores[d] = max(scores[d], strength*float32(finding{field: in, exact: p.exact()}.strength()))
		}
	}
	return nil
}

// spots finds where each of several words stands, the rarest first: of the
// others only what is in the documents that are left, and in a text only what
// stands next to a neighbour that was found before.
func (s *search) spots(f field, words [][]listed) ([][]spot, error) {
	order := make([]int, len(words))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(words[a]), size(words[b])) })
	wanted, all := s.among, make([][]spot, len(words))
	for _, k := range order {
		have := make([]bool, len(wanted))
		edges, joined := edgesNextTo(f, all, k)
		found := []spot{} // not nil: looked for
		if !joined {
			found = make([]spot, 0, size(words[k])/2)
		}
		for _, w := range words[k] {
			width, next := widthOf(w.Word), 0
			err := s.each(w.Entry, wanted, func(d int, at []int32) {
				for _, a := range at {
					p := newSpot(d, a, width, w.exact)
					if !joined || edges.holds(&next, p) {
						have[d] = true
						found = append(found, p)
					}
				}
			})
			if err != nil {
				return nil, err
			}
		}
		if len(words[k]) > 1 {
			slices.Sort(found)
		}
		wanted, all[k] = have, found
	}
	return all, nil
}

// edges are where the words of a phrase that stand before or after another one
// end or begin.
type edges struct {
	spots  []spot
	before bool
}

// edgesNextTo returns those of a neighbour of the word that was found already.
func edgesNextTo(f field, all [][]spot, k int) (edges, bool) {
	switch {
	case f == inAuthor:
	case k+1 < len(all) && all[k+1] != nil:
		return edges{spots: all[k+1]}, true
	case k > 0 && all[k-1] != nil:
		return edges{ends(all[k-1]), true}, true
	}
	return edges{}, false
}

// holds reports whether a word stands next to one of them. next is where the
// word before was looked for.
func (e *edges) holds(next *int, p spot) bool {
	if !e.before {
		p = p.end()
	}
	for *next < len(e.spots) && e.spots[*next].place() < p.place() {
		*next++
	}
	return *next < len(e.spots) && e.spots[*next].place() == p.place()
}

// follow joins the ends of words with words that begin there, to ends of both.
func follow(found, next []spot) []spot {
	var on []spot
	k := 0
	for i := 0; i < len(found); {
		p := found[i]
		for i++; i < len(found) && found[i].place() == p.place(); i++ {
			p |= found[i] & 1
		}
		for k < len(next) && next[k].place() < p.place() {
			k++
		}
		for j := k; j < len(next) && next[j].place() == p.place(); j++ {
			on = append(on, next[j].end()&^1|p&next[j]&1)
		}
	}
	if !slices.IsSorted(on) {
		slices.Sort(on)
	}
	return on
}

// meet returns the places at which all of the words stand.
func meet(spots [][]spot) []spot {
	found := spots[0]
	for _, next := range spots[1:] {
		var both []spot
		k := 0
		for _, p := range found {
			for k < len(next) && next[k].place() < p.place() {
				k++
			}
			if k < len(next) && next[k].place() == p.place() {
				both = append(both, p)
			}
		}
		found = both
	}
	return found
}
