package letter

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// What a reader alone has, the words that matched and the keywords, is mostly
// only shown. So it is asked once how a template shows such texts, and then
// filled in. That a template does no more with them is tried, with texts that
// would come out otherwise.

// form is what a template says of some texts, in any of their places.
type form struct {
	around []string // one more than there are blanks
	blanks []int    // which text
}

// formsKept bounds how many are kept, in each half of the cache.
const formsKept = 1000

// formKey is all that a form depends on.
type formKey struct {
	name  string
	shape uint64
}

// shapeOf are the fields that matched, in order, with the number of their
// texts; 0 where there are too many to tell.
func shapeOf(all []Matched) (shape uint64) {
	for _, m := range all {
		field := uint64(slices.Index(fields, m.Field) + 1)
		if field == 0 || len(m.Texts) > 15 || shape>>56 != 0 {
			return 0
		}
		shape = shape<<8 | field<<4 | uint64(len(m.Texts))
	}
	return shape
}

// numberKey is all that a part depends on which shows only its number.
type numberKey struct {
	name   string
	number int
}

// appendSaid appends what a template says of an entry alone.
func (f *format) appendSaid(dst []byte, h hole, e *entry) ([]byte, error) {
	var said string
	var err error
	switch h.kind {
	case ofPlace:
		said, err = f.numbered(h.name, e)
	case ofReasons:
		filled, err := f.formOf(formKey{h.name, shapeOf(e.Matched)}, e)
		if err != nil {
			return dst, err
		}
		if filled != nil {
			return filled.append(dst, e.Matched, f.escape), nil
		}
		fallthrough
	default:
		said, err = f.executed(h.name, e)
	}
	return append(dst, said...), err
}

func (f *format) executed(name string, data any) (string, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	err := f.execute(b, name, data)
	return b.String(), err
}

// buffers are what templates write into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (f *format) numbered(name string, e *entry) (string, error) {
	key := numberKey{name, e.Number}
	if said, ok := f.numbers.get(key); ok {
		return said, nil
	}
	said, err := f.executed(name, e)
	if err == nil {
		f.numbers.put(key, said)
	}
	return said, err
}

// formOf returns the form of a template, or nil where it has none.
func (f *format) formOf(key formKey, e *entry) (*form, error) {
	if kept, ok := f.forms.get(key); ok || key.shape == 0 {
		return kept, nil
	}
	learnt, err := f.learn(key.name, e)
	if err == nil {
		f.forms.put(key, learnt)
	}
	return learnt, err
}

// append appends what the form says with the texts that matched.
func (fm *form) append(dst []byte, all []Matched, escape func([]byte, string) []byte) []byte {
	var room [8]string
	texts := room[:0]
	for _, m := range all {
		texts = append(texts, m.Texts...)
	}
	for i, text := range fm.around {
		dst = append(dst, text...)
		if i < len(fm.blanks) {
			dst = escape(dst, texts[fm.blanks[i]])
		}
	}
	return dst
}

// probes are texts that show whether a template does more with a text than put
// it between tags.
var probes = []string{"x", `a &amp; b <c> "d" 'e' + f, g; 100% ` + strings.Repeat("/h?i=j ", 30) + "k"}

// learn finds out how a template shows what matched. It returns nil where it
// does not show just that.
func (f *format) learn(name string, e *entry) (*form, error) {
	said, err := f.executed(name, e.withTexts(standIn))
	if err != nil {
		return nil, err
	}
	learnt := cutForm(said)
	for _, probe := range probes {
		probed := e.withTexts(func(int) string { return short(longestMatch, probe) })
		if said, err = f.executed(name, probed); err != nil {
			return nil, err
		}
		if learnt == nil || said != string(learnt.append(nil, probed.Matched, f.escape)) {
			return nil, nil
		}
	}
	return learnt, nil
}

// withTexts is the entry with other texts for those that matched.
func (e *entry) withTexts(text func(number int) string) *entry {
	one := *e
	one.Matched = make([]Matched, len(e.Matched))
	n := 0
	for i, m := range e.Matched {
		one.Matched[i] = Matched{Field: m.Field, Texts: make([]string, len(m.Texts))}
		for k := range m.Texts {
			one.Matched[i].Texts[k] = text(n)
			n++
		}
	}
	return &one
}

// A stand-in is a number between two such words, which come through every
// escaping.
const standInWord = "matchedtextnumber"

func standIn(number int) string { return standInWord + strconv.Itoa(number) + standInWord }

// cutForm cuts what a template said at its stand-ins.
func cutForm(said string) *form {
	learnt := new(form)
	for i, text := range strings.Split(said, standInWord) {
		if i%2 == 0 {
			learnt.around = append(learnt.around, text)
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil
		}
		learnt.blanks = append(learnt.blanks, n)
	}
	if len(learnt.around) != len(learnt.blanks)+1 {
		return nil
	}
	return learnt
}

// takes reports whether a part says of any keywords what its template says.
func (f *format) takes(items []item, name string, v digestView) bool {
	for _, probe := range probes {
		v.Keywords = keywords(probe)
		said, err := f.executed(name, v)
		want, got := &assembly{format: f}, &assembly{format: f}
		want.text([]byte(said))
		if err != nil || got.add(items, &v) != nil || !bytes.Equal(unquoted(want.out), unquoted(got.out)) {
			return false
		}
	}
	return true
}

// unquoted decodes what appendQuoted encoded, which has no errors.
func unquoted(b []byte) []byte {
	b, _ = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b)))
	return b
}
