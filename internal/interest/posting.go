package interest

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// Analysis numbers the way in which texts are analysed. It is raised whenever
// words, forms or stems change, so that what was indexed before is indexed
// anew.
const Analysis = 1

// Posting is one word of a document as a full-text index keeps it.
type Posting struct {
	// Word names the part of the paper and the form of the word, and tells
	// words of one form apart that other stems or widths belong to.
	Word string
	// Stems are the hashes under which the word's other forms are found.
	Stems []uint64
	// At are the places of the word, ascending: its number in title and
	// abstract, or which author; 0 for categories and sources.
	At []int32
}

// The first byte of a posting's word is the part that it stands in.
const (
	TextWords    = "w" // title and abstract
	AuthorWords  = "a"
	initialPart  = "i" // first letters of authors' names
	categoryPart = "c"
	sourcePart   = "s"
	variantMark  = "\x01" // before what tells words of one form apart
	afterVariant = "\x02"

	// LastWord comes after all words that begin with what stands before it.
	LastWord = "\U0010FFFF"
)

// Postings returns the words of the document in their order, and the place
// from which on words of title and abstract stand in the abstract.
func (d *Document) Postings() (all []Posting, abstract int32) {
	found := map[string]*Posting{}
	add := func(word string, stems []uint64, at int32) {
		p := found[word]
		if p == nil {
			p = &Posting{Word: word, Stems: stems}
			found[word] = p
		}
		p.At = append(p.At, at)
	}
	stems := d.text.stemsByPlace()
	for i := range d.text.places {
		p := &d.text.places[i]
		if p.field == inTitle {
			abstract = max(abstract, p.first+int32(p.words))
		}
		add(TextWords+p.form+variant(int(p.words), stems[i]), stems[i], p.first)
	}
	for i := range d.names.places {
		p := &d.names.places[i]
		add(AuthorWords+p.form, nil, p.entry())
		if c := p.form[:1]; lettersOnly(c) {
			add(initialPart+c, nil, p.entry())
		}
	}
	for _, c := range d.categories {
		add(categoryPart+c, nil, 0)
	}
	for _, s := range d.sources {
		add(sourcePart+s, nil, 0)
	}
	for _, p := range found {
		slices.Sort(p.At)
		p.At = slices.Compact(p.At)
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Posting) int { return strings.Compare(a.Word, b.Word) })
	return all, abstract
}

func (x *index) stemsByPlace() [][]uint64 {
	all := make([][]uint64, len(x.places))
	for _, k := range x.stems { // sorted by hash
		if have := all[k.place]; len(have) == 0 || have[len(have)-1] != k.hash {
			all[k.place] = append(have, k.hash)
		}
	}
	return all
}

// variant is empty for most words: those of one stem, written as one.
func variant(width int, stems []uint64) string {
	if width == 1 && len(stems) == 1 {
		return ""
	}
	of := make([]byte, 0, 16)
	for _, s := range stems {
		of = binary.BigEndian.AppendUint64(of, s)
	}
	return variantMark + strconv.Itoa(width) + strconv.FormatUint(hash(string(of)), 36)
}

// FormOf returns the form of a posting's word, without part and variant.
func FormOf(word string) string {
	if word[:1] != TextWords {
		return word[1:]
	}
	form, _, _ := strings.Cut(word[1:], variantMark)
	return form
}

// widthOf tells over how many words a posting's word of a text reaches.
func widthOf(word string) int32 {
	_, v, ok := strings.Cut(word, variantMark)
	if !ok {
		return 1
	}
	return int32(v[0] - '0')
}

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

// Firsts is Each with the first place only, which is all that most searches
// ask for.
func (l List) Firsts(last int, wanted []bool, yield func(doc int, first int32)) bool {
	doc := last
	for i := 0; i < len(l); {
		head, n := number(l, i)
		i += n
		doc += int(head >> 1)
		further := uint64(0)
		if n > 0 && head&1 != 0 {
			further, n = number(l, i)
			i += n
			further--
		}
		first, m := number(l, i)
		i += m
		if n == 0 || m == 0 || further > uint64(len(l)) {
			return false
		}
		if further > 0 {
			if n = pass(l[i:], int(further)); n < 0 {
				return false
			}
			i += n
		}
		if uint(doc) < uint(len(wanted)) && wanted[doc] {
			yield(doc, int32(first))
		}
	}
	return true
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
	for i, b := range l {
		if b < 0x80 {
			if numbers--; numbers == 0 {
				return i + 1
			}
		}
	}
	return -1
}
