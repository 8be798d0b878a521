package interest

import (
	"hash/maphash"
	"slices"
)

// part is one interest of some readers', and the papers that it finds.
type part struct {
	rack   *rack
	number int32 // on the rack
	count  int32 // of papers
	// shut: the part says only what must not occur, and papers are those in
	// which it does.
	shut   bool
	papers packed
}

// rack keeps parts by their text as typed. A round of very many readers has
// some hundred thousand: in a few large pieces, nearly without pointers, they
// take little room and no time of the garbage collector.
type rack struct {
	seed  maphash.Seed
	at    map[uint64]int32 // the part, by the hash of its text
	parts []racked
	bytes []byte // texts and papers
	terms []string
	told  []told
	first map[[2]int32]int32 // of told, by part and paper
}

// racked is where a part lies.
type racked struct {
	text, papers, end uint32 // in bytes: where they begin, one behind the other
	count             int32
	terms             int32 // where they begin in the rack's, from 1; 0: nothing was told yet
	shut              bool
}

// told is a place where a part was found in a paper that somebody picked. Those
// of one part and paper lie one behind the other.
type told struct {
	start, end int32  // of title or abstract; else start is which entry
	term       uint16 // of the part's
	more       uint16 // how many follow
	field      field
}

func newRack() *rack {
	return &rack{seed: maphash.MakeSeed(), at: map[uint64]int32{}, first: map[[2]int32]int32{}}
}

// size is about what the rack takes, in bytes.
func (r *rack) size() int {
	return len(r.bytes) + 64*len(r.parts) + 40*len(r.terms) + 50*len(r.told)
}

// find returns the part with this text.
func (r *rack) find(text string) (part, bool) {
	n, found := r.at[maphash.String(r.seed, text)]
	if !found {
		return part{}, false
	}
	if at := &r.parts[n]; string(r.bytes[at.text:at.papers]) != text { // no copy is made
		return part{}, false
	}
	return r.part(n), true
}

func (r *rack) part(n int32) part {
	at := &r.parts[n]
	return part{rack: r, number: n, count: at.count, shut: at.shut, papers: packed(r.bytes[at.papers:at.end])}
}

// put keeps a part. One whose text has the same hash is forgotten.
func (r *rack) put(text string, p part) part {
	at := racked{text: uint32(len(r.bytes)), count: p.count, shut: p.shut}
	r.bytes = append(r.bytes, text...)
	at.papers = uint32(len(r.bytes))
	r.bytes = append(r.bytes, p.papers...)
	at.end = uint32(len(r.bytes))
	n := int32(len(r.parts))
	r.parts = append(r.parts, at)
	r.at[maphash.String(r.seed, text)] = n
	return r.part(n)
}

// hits appends the strongest place of each of the part's terms in a paper that
// it finds. The part is read again when first asked, as few of the papers found
// are picked, and what was parsed takes far more room than the text.
func (p part) hits(paper int32, d *Document, hits []Hit) []Hit {
	r := p.rack
	key := [2]int32{p.number, paper}
	first, known := r.first[key]
	if !known {
		first = r.tell(p.number, d)
		r.first[key] = first
	}
	if first < 0 {
		return hits
	}
	for _, t := range r.told[first : first+1+int32(r.told[first].more)] {
		term := r.terms[r.parts[p.number].terms-1+int32(t.term)]
		hits = append(hits, d.hit(term, finding{field: t.field, entry: t.start, start: t.start, end: t.end}))
	}
	return hits
}

// tell looks for the hits of a part, and returns where they lie in told, or -1
// if there are none.
func (r *rack) tell(number int32, d *Document) int32 {
	at := &r.parts[number]
	n, _ := parsePart(string(r.bytes[at.text:at.papers]))
	terms := n.names(nil)
	if at.terms == 0 {
		r.terms = append(r.terms, terms...)
		at.terms = int32(len(r.terms) - len(terms) + 1)
	}
	hits := strongest(n, d)
	if len(hits) == 0 {
		return -1
	}
	first := len(r.told)
	for i, h := range hits {
		t := told{
			start: int32(h.Start), end: int32(h.End), term: uint16(slices.Index(terms, h.Term)),
			more: uint16(len(hits) - 1 - i), field: field(slices.Index(fieldNames[:], h.Field)),
		}
		if entries := d.entries(t.field); entries != nil {
			t.start = int32(slices.Index(entries, h.Text))
		}
		r.told = append(r.told, t)
	}
	return int32(first)
}

// names appends the terms as hits name them.
func (n node) names(all []string) []string {
	if n.kind == kindTerm {
		return append(all, n.term.String())
	}
	for _, m := range n.nodes {
		all = m.names(all)
	}
	return all
}

// strongest returns the first hit of each term; collect gives a term's hits one
// after another.
func strongest(n node, d *Document) []Hit {
	var hits []Hit
	n.collect(d, &hits)
	return slices.CompactFunc(hits, func(a, b Hit) bool { return a.Term == b.Term })
}
