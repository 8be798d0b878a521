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
}

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
	for _, m := range n.nodes[1:] {
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
	}
	for d := range best {
		if best[d] != NoMatch {
			best[d] += furtherShare * (sum[d] - best[d])
		}
	}
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
	scores := make([]float32, len(s.among))
	for d := range scores {
		scores[d] = NoMatch
	}
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
	entries, err := s.corpus.Words(from, from+lastOfPrefix)
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
	part := textPart
	if f == inAuthor {
		part = authorPart
		if w.prefix && initial(w.form) {
			entries, err := s.corpus.Words(initialPart+w.form, initialPart+w.form+variantMark)
			return s.listed(entries, w), err
		}
	}
	switch {
	case w.prefix:
		entries, err := s.corpus.Words(part+w.form, part+w.form+lastOfPrefix)
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
		if f == inAuthor {
			title, elsewhere = strength, strength
		}
		err := s.each(w.Entry, s.among, func(d int, at []int32) {
			begins := s.abstracts[d]
			switch {
			case f == inAuthor:
				scores[d] = strength
			case f != inAbstract && at[0] < begins:
				scores[d] = max(scores[d], title)
			case f != inTitle && at[len(at)-1] >= begins:
				scores[d] = max(scores[d], elsewhere)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// spot is a place at which a phrase, or a part of one, was found.
type spot struct {
	doc, at, end int32
	exact        bool
}

func bySpot(a, b spot) int {
	if a.doc != b.doc {
		return int(a.doc - b.doc)
	}
	return cmp.Compare(a.at, b.at)
}

func byEnd(a, b spot) int {
	if a.doc != b.doc {
		return int(a.doc - b.doc)
	}
	return cmp.Compare(a.end, b.end)
}

// phrase takes in the documents that hold words next to each other, or of an
// author in one name.
func (s *search) phrase(f field, words [][]listed, strength float32, scores []float32) error {
	spots, err := s.spots(words)
	if err != nil {
		return err
	}
	found := spots[0]
	for _, next := range spots[1:] {
		if f == inAuthor {
			found = meet(found, next)
		} else {
			found = follow(found, next)
		}
	}
	for _, p := range found {
		if f == inAuthor {
			scores[p.doc] = strength
			continue
		}
		in := inTitle
		if p.end > s.abstracts[p.doc] {
			in = inAbstract
		}
		if f == anywhere || f == in {
			scores[p.doc] = max(scores[p.doc], strength*float32(finding{field: in, exact: p.exact}.strength()))
		}
	}
	return nil
}

// spots finds where each of several words stands, the rarest first: of the
// others only those in the documents that are left.
func (s *search) spots(words [][]listed) ([][]spot, error) {
	order := make([]int, len(words))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(words[a]), size(words[b])) })
	wanted, all := s.among, make([][]spot, len(words))
	for _, k := range order {
		have := make([]bool, len(wanted))
		for _, w := range words[k] {
			width := widthOf(w.Word)
			err := s.each(w.Entry, wanted, func(d int, at []int32) {
				have[d] = true
				for _, a := range at {
					all[k] = append(all[k], spot{int32(d), a, a + width, w.exact})
				}
			})
			if err != nil {
				return nil, err
			}
		}
		if wanted = have; len(words[k]) > 1 {
			slices.SortFunc(all[k], bySpot)
		}
	}
	return all, nil
}

// follow joins places with those that begin where they end.
func follow(found, next []spot) []spot {
	var on []spot
	if !slices.IsSortedFunc(found, byEnd) {
		slices.SortFunc(found, byEnd)
	}
	k := 0
	for i := 0; i < len(found); {
		p := found[i]
		for i++; i < len(found) && byEnd(found[i], p) == 0; i++ {
			p.exact = p.exact || found[i].exact
		}
		for k < len(next) && (next[k].doc < p.doc || next[k].doc == p.doc && next[k].at < p.end) {
			k++
		}
		for j := k; j < len(next) && next[j].doc == p.doc && next[j].at == p.end; j++ {
			on = append(on, spot{p.doc, p.at, next[j].end, p.exact && next[j].exact})
		}
	}
	return on
}

// meet keeps the places at which the next word stands too.
func meet(found, next []spot) []spot {
	var both []spot
	k := 0
	for _, p := range found {
		for k < len(next) && bySpot(next[k], p) < 0 {
			k++
		}
		if k < len(next) && bySpot(next[k], p) == 0 {
			both = append(both, p)
		}
	}
	return both
}
