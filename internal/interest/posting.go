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
