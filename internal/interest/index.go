package interest

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
)

// place is where a word stands. A round holds those of every candidate in
// memory: they are kept small.
type place struct {
	form       string
	start, end int32 // bytes; of an author's name, start is which author
	first      int32 // number of its first word
	words      uint8 // how many; several for what hyphens join
	field      field
}

// key is a place under the hash of a stem. Among the words of a language no
// two hashes of 64 bits are equal.
type key struct {
	hash         uint64
	place, first int32 // the place, and the number of its first word
}

// index finds the places of words. Its sorted slices take a quarter of what
// maps would.
type index struct {
	places []place // as they were added
	forms  []int32 // places, by form
	stems  []key   // places, by the hash of the stem
}

// growingIndex takes in texts. What it grows to serves the next document.
type growingIndex struct {
	index
	tokens []token
	next   int32 // number of the next word
}

var spareIndexes = sync.Pool{New: func() any { return new(growingIndex) }}

// widest is how many words that hyphens join are also found written as one.
const widest = 4

// add takes in one text. When all texts are in, sorted makes the index of them.
func (x *growingIndex) add(f field, text string) {
	tokens := appendTokens(x.tokens[:0], text)
	x.tokens = tokens
	for i, t := range tokens {
		p := place{form: t.Form, start: int32(t.Start), end: int32(t.End), first: x.next + int32(i), words: 1, field: f}
		x.addPlace(p, t.Stem)
		if t.typed != t.Stem {
			x.addStem(t.typed)
		}
		if t.base != "" {
			x.addStem(stemOf(t.base))
		}
		for n := 1; n < widest && n <= i && tokens[i-n+1].joined; n++ {
			p.form = tokens[i-n].Form + p.form
			p.start, p.first, p.words = int32(tokens[i-n].Start), p.first-1, p.words+1
			x.addPlace(p, stemOf(p.form))
		}
	}
	x.next += int32(len(tokens)) + 1 // no phrase reaches from one text into the next
	clear(tokens)                    // they hold on to the text
}

// addName takes in the name of one of the authors.
func (x *growingIndex) addName(author int, name string) {
	from := len(x.places)
	x.add(inAuthor, name)
	for i := range x.places[from:] {
		x.places[from+i].start = int32(author)
	}
}

// entry is which of the authors' names the place is in.
func (p *place) entry() int32 { return p.start }

func (x *growingIndex) addPlace(p place, stem string) {
	x.places = append(x.places, p)
	x.addStem(stem)
}

// addStem puts the last place under a stem.
func (x *growingIndex) addStem(stem string) {
	last := len(x.places) - 1
	x.stems = append(x.stems, key{hash(stem), int32(last), x.places[last].first})
}

// sorted returns the index of what was taken in, in memory of its own, and
// begins anew.
func (x *growingIndex) sorted() index {
	done := index{places: slices.Clone(x.places), forms: make([]int32, len(x.places)), stems: slices.Clone(x.stems)}
	for i := range done.forms {
		done.forms[i] = int32(i)
	}
	slices.SortFunc(done.forms, done.byForm)
	slices.SortFunc(done.stems, byHash)
	clear(x.places) // they hold on to the texts
	x.places, x.stems, x.next = x.places[:0], x.stems[:0], 0
	return done
}

func (x *index) byForm(a, b int32) int {
	p, q := &x.places[a], &x.places[b]
	if c := strings.Compare(p.form, q.form); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(p.first, q.first), cmp.Compare(a, b))
}

func byHash(a, b key) int {
	if c := cmp.Compare(a.hash, b.hash); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.place, b.place))
}

// withStem returns the places under this hash, from this word number on.
func (x *index) withStem(hash uint64, from int32) []key {
	// By hand: calling a function at each step takes most of the time of
	// looking for very many readers' phrases.
	low, high := 0, len(x.stems)
	for low < high {
		i := int(uint(low+high) >> 1)
		if k := &x.stems[i]; k.hash < hash || k.hash == hash && k.first < from {
			low = i + 1
		} else {
			high = i
		}
	}
	return x.stems[low:]
}

// withForm returns the places of this form, from this word number on, and
// after them those of longer forms.
func (x *index) withForm(form string, from int32) []int32 {
	i := sort.Search(len(x.forms), func(i int) bool {
		p := &x.places[x.forms[i]]
		return p.form > form || p.form == form && p.first >= from
	})
	return x.forms[i:]
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
