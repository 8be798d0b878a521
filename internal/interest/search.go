package interest

import (
	"errors"
	"sync"
)

// Corpus is a full-text index over documents that are numbered from 0, made of
// what Document.Postings returns.
type Corpus interface {
	// Abstracts tells for each document where its abstract begins.
	Abstracts() []int32
	// Kin returns the words that were added with this hash of a stem, in their
	// order.
	Kin(stem uint64) ([]Entry, error)
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

// Search looks interests up in a corpus, among some of its documents. It keeps
// some of what it has found, for the next interest that asks for it. One
// goroutine at a time may use it.
type Search struct {
	corpus    Corpus
	among     []bool
	abstracts []int32
	known     map[termKey]scores
	inner     int // inside how many groups whose earlier parts narrow among
	*scratch
}

// NewSearch returns a search among the documents that are set. They are not to
// be changed until it is closed.
func NewSearch(c Corpus, among []bool) *Search {
	return &Search{corpus: c, among: among, abstracts: c.Abstracts(), known: map[termKey]scores{}, scratch: spare.Get().(*scratch)}
}

// Close gives the memory of the search to the next one.
func (s *Search) Close() {
	for _, x := range s.known {
		s.give(x.of)
	}
	spare.Put(s.scratch)
	s.scratch = nil
}

// Scores writes the score of each document of the corpus, NoMatch for those
// that do not match or are not among those asked for. Matches and Match say
// the same of each document; of a phrase found in several forms at one place
// the best counts here.
func (s *Search) Scores(i Interest, into []float32) error {
	wanted, err := s.wanted(i)
	if err != nil {
		return err
	}
	copy(into, wanted.of)
	s.release(wanted)
	for _, n := range i.shut {
		holds, err := s.node(n)
		if err != nil {
			return err
		}
		for d, score := range holds.of {
			if score == NoMatch {
				into[d] = NoMatch
			}
		}
		s.release(holds)
	}
	return nil
}

func (s *Search) wanted(i Interest) (scores, error) {
	if len(i.want) > 0 {
		return s.node(node{kind: kindAny, weight: 1, nodes: i.want})
	}
	all := s.take(len(s.among))
	for d, in := range s.among {
		if all[d] = NoMatch; in {
			all[d] = 0
		}
	}
	return scores{of: all}, nil
}

// scores are those of all documents. Kept ones are not to be changed: the next
// one who asks for the term gets them too.
type scores struct {
	of   []float32
	kept bool
}

// mostKept bounds the scores that a search keeps, in documents.
const mostKept = 1 << 20

// keep has the scores of a term kept, where there is room.
func (s *Search) keep(key termKey, x scores) scores {
	if (len(s.known)+1)*len(s.among) <= mostKept {
		x.kept = true
		s.known[key] = x
	}
	return x
}

// own returns the scores as ones that may be changed.
func (s *Search) own(x scores) []float32 {
	if !x.kept {
		return x.of
	}
	own := s.take(len(x.of))
	copy(own, x.of)
	return own
}

func (s *Search) release(x scores) {
	if !x.kept {
		s.give(x.of)
	}
}

// scratch is memory that searches use again and again: a search of a large
// catalogue would otherwise leave some MB of garbage.
type scratch struct {
	free  [][]float32
	flags [][]bool
	firsts
	chain
}

var spare = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) take(n int) []float32 { return takeOf(&s.free, n) }
func (s *scratch) give(x []float32)     { s.free = append(s.free, x) }

// takeOf returns one of the free slices, whatever stands in it.
func takeOf[T any](free *[][]T, n int) []T {
	if last := len(*free) - 1; last >= 0 {
		x := (*free)[last]
		*free = (*free)[:last]
		if cap(x) >= n {
			return x[:n]
		}
	}
	return make([]T, n)
}

// nothing returns scores that are all NoMatch.
func (s *Search) nothing() []float32 {
	all := s.take(len(s.among))
	for d := range all {
		all[d] = NoMatch
	}
	return all
}

func (s *Search) node(n node) (scores, error) {
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

func (s *Search) not(n node) (scores, error) {
	found, err := s.node(n.nodes[0])
	if err != nil {
		return scores{}, err
	}
	without := s.own(found)
	for d, score := range without {
		if without[d] = NoMatch; score == NoMatch && s.among[d] {
			without[d] = 0
		}
	}
	return scores{of: without}, nil
}

func (s *Search) all(n node) (scores, error) {
	first, err := s.node(n.nodes[0])
	if err != nil {
		return scores{}, err
	}
	sum := s.own(first)
	// Of the further ones only what is in all before counts.
	before, left := s.among, takeOf(&s.flags, len(s.among))
	defer func() { s.among, s.inner, s.flags = before, s.inner-1, append(s.flags, left) }()
	s.inner++
	for _, m := range n.nodes[1:] {
		for d, score := range sum {
			left[d] = score != NoMatch
		}
		s.among = left
		further, err := s.node(m)
		if err != nil {
			return scores{}, err
		}
		for d, score := range further.of {
			if score == NoMatch || sum[d] == NoMatch {
				sum[d] = NoMatch
			} else {
				sum[d] += score
			}
		}
		s.release(further)
	}
	return weigh(sum, n.weight), nil
}

func (s *Search) any(n node) (scores, error) {
	first, err := s.node(n.nodes[0])
	if err != nil || len(n.nodes) == 1 && n.weight == 1 {
		return first, err
	}
	best := s.own(first)
	sum := s.take(len(best)) // of those that match
	defer s.give(sum)
	for d, score := range best {
		sum[d] = max(score, 0)
	}
	for _, m := range n.nodes[1:] {
		further, err := s.node(m)
		if err != nil {
			return scores{}, err
		}
		for d, score := range further.of {
			if score != NoMatch {
				best[d], sum[d] = max(best[d], score), sum[d]+score
			}
		}
		s.release(further)
	}
	for d, score := range best {
		if score != NoMatch {
			best[d] = score + furtherShare*(sum[d]-score)
		}
	}
	return weigh(best, n.weight), nil
}

func weigh(all []float32, weight float64) scores {
	if weight != 1 {
		for d, score := range all {
			if score != NoMatch {
				all[d] = score * float32(weight)
			}
		}
	}
	return scores{of: all}
}
