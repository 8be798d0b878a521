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
