package interest

import (
	"cmp"
	"slices"
)

// slot is one word of a phrase: all that stands for it, as a heap, of which
// the first is in the first document. Some stems have a hundred words.
type slot struct {
	words []*standing
	bytes int // of the lists
}

// standing is a word where it stands.
type standing struct {
	reader
	width int32
	exact bool
}

func newSlot(words []listed) slot {
	all := slot{bytes: size(words)}
	for _, w := range words {
		all.words = append(all.words, &standing{newReader(w.Lists), widthOf(w.Word), w.exact})
	}
	return all
}

// seek goes to the first document from one on that has the word, and returns it.
func (s *slot) seek(doc int) int {
	if len(s.words) == 0 {
		return done
	}
	for s.words[0].doc < doc {
		s.words[0].seek(doc)
		s.sink()
	}
	return s.words[0].doc
}

// sink puts the first word where it belongs.
func (s *slot) sink() {
	w, at := s.words[0], 0
	for {
		next := 2*at + 1
		if next+1 < len(s.words) && s.words[next+1].doc < s.words[next].doc {
			next++
		}
		if next >= len(s.words) || s.words[next].doc >= w.doc {
			break
		}
		s.words[at], at = s.words[next], next
	}
	s.words[at] = w
}

// each calls yield for the words that stand in a document that was sought,
// from one of the heap on.
func (s *slot) each(doc, from int, yield func(*standing)) {
	if from < len(s.words) && s.words[from].doc == doc {
		yield(s.words[from])
		s.each(doc, 2*from+1, yield)
		s.each(doc, 2*from+2, yield)
	}
}

// phrase takes in the documents that hold words next to each other, or of an
// author in one name.
func (s *Search) phrase(f field, words [][]listed, strength float32, scores []float32) error {
	slots := make([]slot, len(words))
	order := make([]*slot, len(words)) // the rarest first
	for k := range words {
		slots[k] = newSlot(words[k])
		order[k] = &slots[k]
	}
	slices.SortStableFunc(order, func(a, b *slot) int { return cmp.Compare(a.bytes, b.bytes) })
	for d := meet(order, 0); d < len(s.among); d = meet(order, d+1) {
		if !s.among[d] {
			continue
		}
		if !s.join(slots, d, f == inAuthor) {
			s.chain = chain{}
			return ErrDamaged
		}
		for _, end := range s.ends {
			if at, ok := s.strengthAt(f, d, end); ok {
				scores[d] = max(scores[d], strength*at)
			}
		}
	}
	for _, one := range slots {
		if slices.ContainsFunc(one.words, func(w *standing) bool { return w.damaged }) {
			return ErrDamaged
		}
	}
	return nil
}

// meet goes to the first document from one on that has all of the words.
func meet(slots []*slot, doc int) int {
	for k := 0; k < len(slots); k++ {
		if at := slots[k].seek(doc); at > doc {
			doc, k = at, -1
		}
		if doc == done {
			return done
		}
	}
	return doc
}

// strengthAt is the strength of a phrase that ends at a place, if that is in
// the field asked for.
func (s *Search) strengthAt(f field, doc int, end int32) (strength float32, ok bool) {
	if f == inAuthor {
		return 1, true
	}
	in := inTitle
	if end > s.abstracts[doc] {
		in = inAbstract
	}
	of := finding{field: in, exact: s.marks[end]&typed != 0}
	return float32(of.strength()), f == anywhere || f == in
}

// chain are the places of one document at which words of a phrase end that
// stand next to each other.
type chain struct {
	ends, further   []int32
	marks, nextMark []uint8 // by place
	at              []int32
}

const (
	here  = 1
	typed = 2 // all of the words in the form that was typed
	// No text has so many words.
	lastPlace = 1 << 24
)

// join follows the words of a phrase through a document, or finds the names
// that hold all of them. It reports false for lists that are damaged.
func (c *chain) join(slots []slot, doc int, inName bool) bool {
	whole := true
	for k := range slots {
		slots[k].each(doc, 0, func(w *standing) {
			width := w.width
			if inName {
				width = 0
			}
			c.at = w.read(c.at[:0])
			whole = c.extend(k == 0, width, w.exact) && whole
		})
		c.clear()
		c.ends, c.further = c.further, c.ends
		c.marks, c.nextMark = c.nextMark, c.marks
		if len(c.ends) == 0 {
			break
		}
	}
	return whole
}

// extend takes in the places of a word that begin the phrase, or stand where
// the words before it end.
func (c *chain) extend(begins bool, width int32, exact bool) bool {
	for _, a := range c.at {
		mark := uint8(here | typed)
		if !begins {
			if uint(a) >= uint(len(c.marks)) || c.marks[a] == 0 {
				continue
			}
			mark = c.marks[a]
		}
		if !exact {
			mark = here
		}
		end := a + width
		if uint(end) >= uint(len(c.nextMark)) {
			if uint(end) > lastPlace {
				return false
			}
			c.nextMark = append(c.nextMark, make([]uint8, int(end)+1024-len(c.nextMark))...)
		}
		if c.nextMark[end] == 0 {
			c.further = append(c.further, end)
		}
		c.nextMark[end] |= mark
	}
	return true
}

func (c *chain) clear() {
	for _, end := range c.ends {
		c.marks[end] = 0
	}
	c.ends = c.ends[:0]
}
