package interest

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// packed are papers with their scores: a group for each score (its eight bytes,
// the number of papers), in it the steps from paper to paper. Numbers are
// varints. A part has few scores, and a round holds very many parts.
type packed []byte

// pack packs papers, which it brings into another order.
func pack(found []Found) packed {
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.At, b.At))
	})
	p := make(packed, 0, 2*len(found)+10)
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].Score == found[0].Score {
			n++
		}
		p = binary.LittleEndian.AppendUint64(p, math.Float64bits(found[0].Score))
		p = binary.AppendUvarint(p, uint64(n))
		at := 0
		for _, f := range found[:n] {
			p = binary.AppendUvarint(p, uint64(f.At-at))
			at = f.At
		}
		found = found[n:]
	}
	return slices.Clone(p) // without the room it grew in
}

// each calls yield with the papers until it returns false.
func (p packed) each(yield func(at int32, score float64) bool) {
	for i := 0; i < len(p); {
		score := math.Float64frombits(binary.LittleEndian.Uint64(p[i:]))
		papers, n := number(List(p), i+8)
		i += 8 + n
		at := int32(0)
		for range papers {
			step, n := number(List(p), i)
			i += n
			at += int32(step)
			if !yield(at, score) {
				return
			}
		}
	}
}

func (p packed) have(paper int32) bool {
	for at := range p.each {
		if at == paper {
			return true
		}
	}
	return false
}

// told is a place where a part was found in a paper, as it is kept: without
// pointers, as a round of very many readers keeps very many.
type told struct {
	at         int32
	start, end int32  // of title or abstract; else start is which entry
	term       uint16 // 0: the part as it was typed; else one of its terms, from 1
	field      field
}

// toldSize is what one of them takes, in bytes.
const toldSize = 16

// tell keeps the hits in a paper, before those in later papers.
func (p *part) tell(at int32, d *Document, hits []Hit) {
	all := make([]told, len(hits))
	for i, h := range hits {
		t := told{at: at, term: p.number(h.Term), field: field(slices.Index(fieldNames[:], h.Field))}
		if entries := d.entries(t.field); entries != nil {
			t.start = int32(slices.Index(entries, h.Text))
		} else {
			t.start, t.end = int32(h.Start), int32(h.End)
		}
		all[i] = t
	}
	p.told = slices.Insert(p.told, p.firstTold(at), all...)
}

// firstTold is where what was told of the paper, or of the next one, begins.
func (p *part) firstTold(at int32) int {
	low, high := 0, len(p.told)
	for low < high {
		if i := int(uint(low+high) >> 1); p.told[i].at < at {
			low = i + 1
		} else {
			high = i
		}
	}
	return low
}

// number is the number of a term of the part.
func (p *part) number(term string) uint16 {
	if term == p.text {
		return 0
	}
	n := slices.Index(p.terms, term)
	if n < 0 {
		n, p.terms = len(p.terms), append(p.terms, term)
	}
	return uint16(n + 1)
}

// retell appends the hits in a paper, if they are kept.
func (p *part) retell(at int32, d *Document, hits []Hit) (_ []Hit, kept bool) {
	for i := p.firstTold(at); i < len(p.told) && p.told[i].at == at; i++ {
		t, term := p.told[i], p.text
		if t.term > 0 {
			term = p.terms[t.term-1]
		}
		hits, kept = append(hits, d.hit(term, finding{field: t.field, entry: t.start, start: t.start, end: t.end})), true
	}
	return hits, kept
}
