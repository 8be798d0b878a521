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

// told is a place where a part was found in a paper, as it is kept: most of a
// Hit is the same from paper to paper.
type told struct {
	at         int32
	start, end int32
	term       uint16 // which of the part's
	field      field
	text       string
}

// toldSize is what one of them takes, in bytes.
const toldSize = 32

// tell keeps the hits of a paper, before those of later papers.
func (p *part) tell(at int32, hits []Hit) {
	i, _ := slices.BinarySearchFunc(p.told, at, (told).compare)
	all := make([]told, len(hits))
	for k, h := range hits {
		all[k] = told{
			at: at, start: int32(h.Start), end: int32(h.End), term: p.number(h.Term),
			field: field(slices.Index(fieldNames[:], h.Field)), text: h.Text,
		}
	}
	p.told = slices.Insert(p.told, i, all...)
}

func (t told) compare(at int32) int { return cmp.Compare(t.at, at) }

// number is the number of a term of the part.
func (p *part) number(term string) uint16 {
	n := slices.Index(p.terms, term)
	if n < 0 {
		if term == p.text {
			term = p.text // one string for both
		}
		n, p.terms = len(p.terms), append(p.terms, term)
	}
	return uint16(n)
}

// retell appends the hits of a paper, if they are kept.
func (p *part) retell(at int32, hits []Hit) ([]Hit, bool) {
	i, kept := slices.BinarySearchFunc(p.told, at, (told).compare)
	for ; i < len(p.told) && p.told[i].at == at; i++ {
		t := &p.told[i]
		hits = append(hits, Hit{
			Term: p.terms[t.term], Field: t.field.String(), Text: t.text, Start: int(t.start), End: int(t.end),
		})
	}
	return hits, kept
}
