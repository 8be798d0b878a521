package interest

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// List is where a word stands in documents of ascending numbers, packed. The
// number before its first document is kept beside it.
type List []byte

// Append adds a document after the last one.
func (l List) Append(last, doc int, at []int32) List {
	delta := uint64(doc-last) << 1
	if len(at) == 1 {
		l = binary.AppendUvarint(l, delta)
		return binary.AppendUvarint(l, uint64(at[0]))
	}
	l = binary.AppendUvarint(l, delta|1)
	l = binary.AppendUvarint(l, uint64(len(at)))
	before := int32(0)
	for _, a := range at {
		l = binary.AppendUvarint(l, uint64(a-before))
		before = a
	}
	return l
}

// Each calls yield for the documents that are wanted. The places are good
// until yield returns. It reports false for a list that is damaged.
func (l List) Each(last int, wanted []bool, yield func(doc int, at []int32)) bool {
	var at []int32
	doc := last
	for i := 0; i < len(l); {
		head, n := number(l, i)
		i += n
		doc += int(head >> 1)
		places := uint64(1)
		if n > 0 && head&1 != 0 {
			places, n = number(l, i)
			i += n
		}
		if n == 0 || places == 0 || places > uint64(len(l)) {
			return false
		}
		if uint(doc) >= uint(len(wanted)) || !wanted[doc] {
			if n = pass(l[i:], int(places)); n < 0 {
				return false
			}
			i += n
			continue
		}
		at = at[:0]
		for before := int32(0); places > 0; places-- {
			step, n := number(l, i)
			if n == 0 {
				return false
			}
			i += n
			before += int32(step)
			at = append(at, before)
		}
		yield(doc, at)
	}
	return true
}

// firsts are some documents of a list with the first place in each, which is
// all that most searches ask for. A list is read over many at a time.
type firsts struct {
	n    int
	docs [128]int
	at   [128]int32
}

// read takes in what begins at a byte of a list, after a document, and returns
// where to go on. It reports false for a list that is damaged.
func (f *firsts) read(l List, i, last int) (next int, ok bool) {
	doc, n := last, 0
	for n < len(f.docs) && i < len(l) {
		if i+1 < len(l) && l[i]&0x81 == 0 && l[i+1] < 0x80 { // most words stand once in a text
			doc += int(l[i] >> 1)
			f.docs[n], f.at[n] = doc, int32(l[i+1])
			i += 2
			n++
			continue
		}
		head, size := number(l, i)
		i += size
		doc += int(head >> 1)
		further := uint64(0)
		if size > 0 && head&1 != 0 {
			further, size = number(l, i)
			i += size
			further--
		}
		first, m := number(l, i)
		i += m
		if size == 0 || m == 0 || further > uint64(len(l)) {
			return i, false
		}
		if further > 0 {
			over := pass(l[i:], int(further))
			if over < 0 {
				return i, false
			}
			i += over
		}
		f.docs[n], f.at[n] = doc, int32(first)
		n++
	}
	f.n = n
	return i, true
}

// number reads a varint and returns its length, 0 where there is none.
func number(l List, i int) (uint64, int) {
	switch { // most of them are of one byte, or two
	case i < len(l) && l[i] < 0x80:
		return uint64(l[i]), 1
	case i+1 < len(l) && l[i+1] < 0x80:
		return uint64(l[i]&0x7F) | uint64(l[i+1])<<7, 2
	}
	v, n := binary.Uvarint(l[min(i, len(l)):])
	return v, max(n, 0)
}

// pass returns the length of so many varints, -1 where they are not there.
func pass(l List, numbers int) int {
	i := 0
	for i+8 <= len(l) { // by eight bytes: the last one of a number has no high bit
		ends := ^binary.LittleEndian.Uint64(l[i:]) & 0x8080808080808080
		if n := bits.OnesCount64(ends); n < numbers {
			numbers -= n
			i += 8
			continue
		}
		for ; numbers > 1; numbers-- {
			ends &= ends - 1
		}
		return i + bits.TrailingZeros64(ends)/8 + 1
	}
	for ; i < len(l); i++ {
		if l[i] < 0x80 {
			if numbers--; numbers == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// done is the document after all others.
const done = math.MaxInt

// reader goes through a word's lists, from document to document.
type reader struct {
	rest    []Stretch // after the list that is being read
	list    List
	next    int // byte from which on the list has not been read
	places  int // that stand there, of doc
	last    int // document from which the next one is counted
	doc     int
	damaged bool
}

func newReader(lists []Stretch) reader { return reader{rest: lists, doc: math.MinInt} }

func (r *reader) open() {
	r.list, r.last, r.next, r.places = r.rest[0].List, r.rest[0].Base, 0, 0
	r.rest = r.rest[1:]
}

// seek goes to the first document from one on and returns it. What lies
// before it is passed over, whole lists unread.
func (r *reader) seek(doc int) int {
	for r.doc < doc && len(r.rest) > 0 && r.rest[0].Base <= doc {
		r.open()
	}
	for r.doc < doc {
		r.advance()
	}
	return r.doc
}

func (r *reader) advance() {
	if r.places > 0 {
		n := pass(r.list[r.next:], r.places)
		if n < 0 {
			r.fail()
			return
		}
		r.next += n
	}
	for r.next >= len(r.list) {
		if len(r.rest) == 0 {
			r.doc, r.places = done, 0
			return
		}
		r.open()
	}
	head, n := number(r.list, r.next)
	r.next += n
	places := uint64(1)
	if n > 0 && head&1 != 0 {
		places, n = number(r.list, r.next)
		r.next += n
	}
	if n == 0 || places == 0 || places > uint64(len(r.list)) {
		r.fail()
		return
	}
	r.last += int(head >> 1)
	r.doc, r.places = r.last, int(places)
}

func (r *reader) fail() { r.damaged, r.doc, r.places, r.rest, r.list = true, done, 0, nil, nil }

// read returns the places of the document. They are read once.
func (r *reader) read(into []int32) []int32 {
	l, i, at := r.list, r.next, int32(0)
	for ; r.places > 0; r.places-- {
		if i < len(l) && l[i] < 0x80 {
			at += int32(l[i])
			i++
		} else {
			step, n := number(l, i)
			if n == 0 {
				r.fail()
				return into
			}
			at += int32(step)
			i += n
		}
		into = append(into, at)
	}
	r.next = i
	return into
}
