package letter

import (
	htmltemplate "html/template"
	"sync"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// leavesKept is how many papers are kept as letters show them, in each half of
// the cache.
const leavesKept = 2000

// leafKey is a paper as it was loaded, the moment its counts are of, and what
// the round that picked it found.
type leafKey struct {
	paper  *paper.Paper
	at     int64
	rising bool
	leads  string
}

// leaf is what letters say of a paper whoever reads them. Most of what each letter
// needs of it comes first, side by side in memory.
type leaf struct {
	title   showing
	mu      sync.Mutex
	sayings sayings
	plates  [formats][]plate // rendered so far
	summary showing
	Card
	doc *interest.Document // of what is shown
}

func (c *Composer) newLeaf(p *paper.Paper, pick *Pick, at time.Time) *leaf {
	card, title, summary := NewRichCard(p, nil, at)
	l := &leaf{Card: card.Trending(pick.Rising, pick.Leads)}
	l.title, l.summary = newShowing(title, l.Title), newShowing(summary, l.Summary)
	for _, s := range []*showing{&l.title, &l.summary} {
		a := assembly{format: c.inHTML}
		a.pieces(&c.looks, s, nil)
		s.quoted, s.raw = a.out, a.raw
	}
	l.doc = interest.ReadTexts(l.Title, l.Summary)
	return l
}

// plate is a part of a paper that is the same for all readers, with the parts in
// it that are so too.
type plate struct {
	plateKey
	items []item
}

// plateKey is all that a plate depends on beside its paper.
type plateKey struct {
	shape shape
	mark  int // the length of the link to fill in; negative: some link, put in where it stands
	name  string
}

// shape is how much of a paper is shown, a bit for each answer.
type shape uint8

const (
	isLean shape = 1 << iota
	isBare
	isFirst
	hasReason
)

func (e *entry) shape() (s shape) {
	for bit, is := range [...]bool{e.Lean, e.Bare, e.First, len(e.Matched) > 0} {
		if is {
			s |= 1 << bit
		}
	}
	return s
}

// platesKept bounds the plates of a paper in one format. There are rarely more
// than two: that of the first paper in a letter, and that of another.
const platesKept = 12

// entry is one paper's place in a letter.
type entry struct {
	*Card             // the leaf's, without what one reader matched
	Matched []Matched // why this reader gets it
	Number  int       // from 1
	First   bool      // it is the first
	Lean    bool      // without its summary
	Bare    bool      // the linked title alone
	Mark    string    // the reader's page for what they think of it; empty: none

	leaf    *leaf
	looks   *looks
	reasons []Reason
	saying  *saying // for the only reason; nil: there are several, or none
	terms   *terms
	room    roomKey // for Mark
	looked  bool    // marked is known
	marked  marks
	rec     *recorder
	place   int // in the letter that is recorded, from 1
}

func (c *Composer) leaf(p *paper.Paper, pick *Pick, at time.Time) *leaf {
	key := leafKey{p, at.UnixNano(), pick.Rising, pick.Leads}
	one, ok := c.leaves.get(key)
	if !ok {
		one = c.newLeaf(p, pick, at)
		c.leaves.put(key, one)
	}
	return one
}

// entries are the places of a letter's papers, appended to all. A paper that is
// there already has no other.
func (c *Composer) entries(all []entry, l *Letter, in *DigestInput) []entry {
	for i := range l.Picks {
		pick := &l.Picks[i]
		if p := in.Papers[pick.Paper]; p != nil {
			all = append(all, entry{leaf: c.leaf(p, pick, l.Made), reasons: pick.Reasons})
		}
	}
	fetch(all)
	n := 0
	for i := range all {
		if has(all[:n], all[i].leaf.Key) {
			continue
		}
		if n < i {
			all[n] = all[i]
		}
		c.complete(&all[n], n+1, in.Links.Mark)
		n++
	}
	return all[:n]
}

func has(all []entry, key paper.Key) bool {
	for i := range all {
		if all[i].leaf.Key == key {
			return true
		}
	}
	return false
}

// complete fills in an entry whose leaf and reasons are known.
func (c *Composer) complete(e *entry, number int, mark func(paper.Key) string) {
	e.Card, e.looks, e.terms = &e.leaf.Card, &c.looks, c.terms
	e.Number, e.First = number, number == 1
	if len(e.reasons) == 1 {
		if r := e.reasons[0]; e.saying == nil || e.saying.reason != r {
			e.saying = e.leaf.saying(r, c.terms)
		}
		e.Matched = e.saying.matched
	} else {
		e.Matched = matched(e.reasons)
	}
	if mark != nil {
		e.Mark = mark(e.leaf.Key)
		e.room = room(e.Mark)
	}
}

// Why reports whether there is anything to say of why the paper is here.
func (e entry) Why() bool { return len(e.Matched) > 0 || e.Counted() }

// Both reports whether there is something to say of either.
func (e entry) Both() bool { return len(e.Matched) > 0 && e.Counted() }

// Heading is the title with the words marked that matched.
func (e *entry) Heading() htmltemplate.HTML {
	return htmltemplate.HTML(e.looks.append(nil, e.leaf.title.pieces(nil, e.marks().title)))
}

// Abstract is the summary with the words marked that matched.
func (e *entry) Abstract() htmltemplate.HTML {
	return htmltemplate.HTML(e.looks.append(nil, e.leaf.summary.pieces(nil, e.marks().summary)))
}

// plate returns a part of the paper, rendered now or before. One with a link in
// it that can't be filled in later is not kept.
func (e *entry) plate(f *format, name string) ([]item, error) {
	key := plateKey{name: name, shape: e.shape() & f.shapes}
	switch {
	case !f.marked:
	case e.room.literal == "":
		key.mark = f.roomOf(e.room).length
	case f.usesOf(name)&usesMark != 0:
		return f.plain(name, e, 0)
	default:
		key.mark = -1
	}
	e.leaf.mu.Lock()
	defer e.leaf.mu.Unlock()
	kept := &e.leaf.plates[f.number]
	for i := range *kept {
		if one := &(*kept)[i]; one.plateKey == key {
			return one.items, nil
		}
	}
	items, err := f.plain(name, e, 0)
	if err != nil {
		return nil, err
	}
	if len(*kept) == platesKept {
		*kept = nil
	}
	items = f.packed(items)
	*kept = append(*kept, plate{key, items})
	return items, nil
}
