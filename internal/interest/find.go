package interest

import (
	"math"
	"strings"
)

// finding is one place of a term.
type finding struct {
	field      field
	entry      int32
	start, end int32
	exact      bool
}

// find calls yield with the places of the term until it returns false.
func (t *term) find(d *Document, yield func(finding) bool) {
	switch t.field {
	case inCategory:
		t.findValue(inCategory, d.categories, yield)
	case inSource:
		t.findValue(inSource, d.sources, yield)
	case inAuthor:
		t.findName(&d.names, yield)
	default:
		t.findText(&d.text, yield)
	}
}

// found is find for those who only ask whether there is one.
func (t *term) found(d *Document) bool {
	found := false
	t.find(d, func(finding) bool { found = true; return false })
	return found
}

// findValue looks for an entry; an archive (cs) stands for all that is in it
// (cs.CL).
func (t *term) findValue(f field, entries []string, yield func(finding) bool) {
	for i, e := range entries {
		rest, ok := strings.CutPrefix(e, t.value)
		if ok && (t.prefix || rest == "" || f == inCategory && rest[0] == '.') &&
			!yield(finding{field: f, entry: int32(i), exact: rest == ""}) {
			return
		}
	}
}

// findText looks for the term in title and abstract.
func (t *term) findText(x *index, yield func(finding) bool) {
	for _, words := range t.spellings {
		going := true
		x.occurrences(&words[0], func(p *place, exact bool) bool {
			if t.field != anywhere && t.field != p.field {
				return true
			}
			f := finding{field: p.field, start: p.start, end: p.end, exact: exact}
			if x.follow(words[1:], p, &f) {
				going = yield(f)
			}
			return going
		})
		if !going {
			return
		}
	}
}

// follow goes on from a place over the further words of a phrase.
func (x *index) follow(words []word, p *place, f *finding) bool {
	if len(words) == 0 {
		f.end = p.end
		return true
	}
	found, at := false, p.first+int32(p.words)
	x.between(at, at, &words[0], func(next *place, exact bool) bool {
		if x.follow(words[1:], next, f) {
			found = true
			f.exact = f.exact && exact
		}
		return !found
	})
	return found
}

func (x *index) occurrences(w *word, yield func(p *place, exact bool) bool) {
	x.between(0, math.MaxInt32, w, yield)
}

// between calls yield with the places of a word that lie between these word
// numbers, each once, and with whether it stands there in this form, until
// yield returns false.
func (x *index) between(from, to int32, w *word, yield func(p *place, exact bool) bool) {
	if !w.formOnly {
		for _, k := range x.withStem(w.hash, from) {
			if k.hash != w.hash || k.first > to {
				break
			}
			p := &x.places[k.place]
			exact := p.form == w.form
			if exact && w.otherForm {
				continue // comes below
			}
			if !yield(p, exact) {
				return
			}
		}
		if !w.otherForm {
			return
		}
	}
	for _, at := range x.withForm(w.form, from) {
		p := &x.places[at]
		if p.form != w.form && !(w.prefix && strings.HasPrefix(p.form, w.form)) {
			return
		}
		if p.first >= from && p.first <= to && !yield(p, p.form == w.form) {
			return
		}
	}
}

// findName looks for authors whose entry holds all words of the term, in any
// order: 'LeCun, Yann' is Yann LeCun.
func (t *term) findName(x *index, yield func(finding) bool) {
	for _, words := range t.spellings {
		going := true
		x.occurrences(&words[0], func(p *place, _ bool) bool {
			if x.inEntry(words[1:], p.entry()) {
				going = yield(finding{field: inAuthor, entry: p.entry(), end: 1, exact: true})
			}
			return going
		})
		if !going {
			return
		}
	}
}

func (x *index) inEntry(words []word, entry int32) bool {
	for i := range words {
		found := false
		x.occurrences(&words[i], func(p *place, _ bool) bool {
			found = p.entry() == entry
			return !found
		})
		if !found {
			return false
		}
	}
	return true
}
