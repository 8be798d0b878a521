package letter

import (
	"bytes"
	"cmp"
	"fmt"
	htmltemplate "html/template"
	"io"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"time"
)

// A digest differs from reader to reader, and most of what it says does not. So
// templates name parts, which are rendered and encoded once for all letters in
// which they say the same, and then only put in. What a part depends on is read
// off its template. The whole is a part too; its links are filled in.

// digestsKept bounds what is kept of rendered parts of digests in each format,
// in bytes, in each half of the cache.
const digestsKept = 1 << 20

// format is one of the two bodies of a letter, and its templates.
type format struct {
	number  int    // of formats
	frame   string // the template of the whole
	execute func(w io.Writer, name string, data any) error
	trim    func(line []byte) []byte
	trimmed func(line string) string // the same
	// escape appends a text as templates show it between tags.
	escape func(dst []byte, text string) []byte
	blanks bool // empty lines mean something
	// keywords stand for a reader's, to be filled in.
	keywords string
	parts    map[string]partKind // of entries
	uses     map[string]uses
	shapes   shape // what of an entry's shape its plates depend on
	marked   bool  // a plate has the reader's link to its marks in it
	wraps    bool  // lines are as long as they look, so the length of a link matters

	digests *cache[digestKey, []item]
	forms   *cache[formKey, *form]
	numbers *cache[numberKey, string]
	gaps    *cache[hole, *gap] // of parts that are kept
}

// formats is how many there are.
const formats = 2

// partKind is how a part of an entry comes by what it says.
type partKind uint8

const (
	ofLetter  partKind = iota // its template is executed for each letter
	ofPaper                   // it is kept with the paper
	ofPlace                   // it is kept for the entry's number
	ofReasons                 // what matched is filled into a form
	ofTitle                   // it is the title, with what matched marked
	ofSummary                 // or the summary
)

// inHTML and inText are the formats of parsed templates, before any of them
// was executed, which for HTML changes their trees.
func inHTML(t *htmltemplate.Template) *format {
	f := newFormat(0, "digest.html.tmpl", t.ExecuteTemplate)
	f.trim, f.trimmed, f.escape = bytes.TrimSpace, strings.TrimSpace, appendEscaped
	f.keywords = linkMark(keywordsText, shortestRoom)
	trees := map[string]*parse.Tree{}
	for _, one := range t.Templates() {
		trees[one.Name()] = one.Tree
	}
	f.trace(trees)
	for name, tree := range trees {
		switch onlyField(tree) {
		case "Heading":
			f.parts[name] = ofTitle
		case "Abstract":
			f.parts[name] = ofSummary
		}
	}
	return f
}

func inText(t *texttemplate.Template) *format {
	f := newFormat(1, "digest.txt.tmpl", t.ExecuteTemplate)
	f.trim, f.trimmed = func(line []byte) []byte { return bytes.TrimRight(line, atLineEnd) }, trimLine
	f.escape = func(dst []byte, text string) []byte { return append(dst, text...) }
	f.blanks, f.wraps = true, true
	f.keywords = mark + keywordsMark + mark // so that lines are broken once they are known
	trees := map[string]*parse.Tree{}
	for _, one := range t.Templates() {
		trees[one.Name()] = one.Tree
	}
	f.trace(trees)
	return f
}

func newFormat(number int, frame string, execute func(io.Writer, string, any) error) *format {
	return &format{
		number: number, frame: frame, execute: execute, uses: map[string]uses{}, parts: map[string]partKind{},
		digests: newCache[digestKey](digestsKept, sizeOfItems),
		forms:   newCache[formKey](formsKept, func(*form) int { return 1 }),
		numbers: newCache[numberKey](formsKept, func(string) int { return 1 }),
		gaps:    newCache[hole](formsKept, func(*gap) int { return 1 }),
	}
}

func (f *format) trace(trees map[string]*parse.Tree) {
	for name := range trees {
		used := usesOf(trees, name)
		f.uses[name], f.parts[name] = used, partOf(used)
		if f.parts[name] != ofPaper {
			continue
		}
		if used&usesShape != 0 {
			f.shapes |= isLean | isBare | isFirst
		}
		if used&usesAny != 0 {
			f.shapes |= hasReason
		}
		f.marked = f.marked || used&usesMark != 0
	}
}

// partOf is the kind of an entry's part that uses these values.
func partOf(used uses) partKind {
	switch {
	case used&^(usesCard|usesRising|usesShape|usesAny|usesMark|usesParts) == 0:
		return ofPaper
	case used == usesNumber:
		return ofPlace
	case used == usesMatched:
		return ofReasons
	}
	return ofLetter
}

func (f *format) usesOf(name string) uses {
	if used, known := f.uses[name]; known {
		return used
	}
	return usesAll
}

// digestKey is all that a part of a digest depends on, where it does not depend
// on the papers: these make it a part of one letter only.
type digestKey struct {
	name            string
	day             int64
	zone            *time.Location
	weekly, first   bool
	keywords        bool // there are any
	count, omitted  int
	more, rising    int   // or 0
	top             *leaf // or nil
	settings, leave roomKey
	view            roomKey
}

// key is that of a part which uses these values.
func (v *digestView) key(name string, used uses) digestKey {
	key := digestKey{
		name: name, day: v.Day.Unix(), zone: v.Day.Location(), weekly: v.Weekly, first: v.First,
		count: v.Count(), omitted: v.Omitted, keywords: v.Keywords != "",
	}
	if used&usesMore != 0 {
		key.more = v.More
	}
	if used&usesRising != 0 {
		key.rising = v.Rising()
	}
	if used&usesTop != 0 {
		key.top = v.Papers[0].leaf
	}
	return key
}

// whole is what parts are of: an entry or a digest.
type whole interface {
	// recorded is the same as a template is given it, to leave marks for parts
	// and links.
	recorded(r *recorder) any
	// linkOf returns the link that a mark for one stands for.
	linkOf(kind linkKind) string
}

func (v *digestView) partOf(f *format, name string) ([]item, error) {
	used := f.usesOf(name)
	if used&(usesPapers|usesTop|usesCard) != 0 {
		return f.render(name, v, "")
	}
	key := v.key(name, used)
	if used&usesLinks != 0 {
		key.settings, key.leave, key.view = f.room(v.Settings), f.room(v.Leave), f.room(v.View)
	}
	items, kept := f.digests.get(key)
	if !kept {
		var err error
		if items, err = f.common(name, v, used); err != nil {
			return nil, err
		}
		items = f.packed(items)
		f.digests.put(key, items)
	}
	if len(items) == 1 && items[0].kind == isUnkept {
		return f.render(name, v, "")
	}
	return items, nil
}

// common is a part for all readers with any keywords or, where it does more with
// them than show them, the sign that there is none.
func (f *format) common(name string, v *digestView, used uses) ([]item, error) {
	if used&usesKeywords == 0 || v.Keywords == "" {
		return f.render(name, v, "")
	}
	items, err := f.render(name, v, f.keywords)
	if err != nil || !f.takes(items, name, *v) {
		return []item{{kind: isUnkept}}, nil
	}
	return items, nil
}

func (e *entry) recorded(r *recorder) any {
	one := newShownEntry(e)
	one.rec, one.place = r, 0
	one.Mark = r.link(markLink, e.Mark)
	one.entry.Mark = one.Mark
	return one
}

func (e *entry) linkOf(linkKind) string { return e.Mark }

func (v *digestView) recorded(r *recorder) any {
	one := *v
	one.rec = r
	one.Settings = r.link(settingsLink, v.Settings)
	one.Leave = r.link(leaveLink, v.Leave)
	one.View = r.link(viewLink, v.View)
	one.Keywords = cmp.Or(r.keywords, v.Keywords)
	if !r.papers {
		return one
	}
	one.Papers = slices.Clone(v.Papers)
	for i := range one.Papers {
		one.Papers[i].rec, one.Papers[i].place = r, i+1
	}
	return one
}

func (v *digestView) linkOf(kind linkKind) string {
	switch kind {
	case settingsLink:
		return v.Settings
	case leaveLink:
		return v.Leave
	case keywordsText:
		return v.Keywords
	}
	return v.View
}

// part is the function that templates call for a part. Where no letter is being
// put together, or the part is of something smaller, it executes its template.
func (f *format) part(name string, data any) (string, error) {
	switch d := data.(type) {
	case entry:
		return f.part(name, &d)
	case *shownEntry:
		return f.part(name, &d.entry)
	case *entry:
		if d.rec != nil {
			return d.rec.mark(hole{name: name, kind: f.parts[name], paper: d.place}), nil
		}
	case digestView:
		if d.rec != nil {
			return d.rec.mark(hole{name: name}), nil
		}
	}
	said, err := f.executed(name, data)
	return cmp.Or(strings.TrimSuffix(said, "\n"), nothing), err
}

// each is the function that templates call for a part of every paper of a
// digest.
func (f *format) each(name string, v digestView) (string, error) {
	if v.rec != nil {
		return v.rec.mark(hole{name: name, kind: f.parts[name], each: true}), nil
	}
	all := make([]string, len(v.Papers))
	for i := range v.Papers {
		var err error
		if all[i], err = f.part(name, &v.Papers[i]); err != nil {
			return "", err
		}
	}
	return strings.Join(all, "\n"), nil
}

// nothing is what an empty part leaves: its line is no empty line.
const nothing = "\x01"

// textFuncs are the functions of templates that need the Composer.
func (c *Composer) textFuncs() texttemplate.FuncMap {
	return texttemplate.FuncMap{
		"words": c.words,
		"wrap":  wrapParts,
		"part":  func(name string, data any) (string, error) { return c.inText.part(name, data) },
		"parts": func(name string, v digestView) (string, error) { return c.inText.each(name, v) },
	}
}

func (c *Composer) htmlFuncs() htmltemplate.FuncMap {
	return htmltemplate.FuncMap{
		"part": func(name string, data any) (htmltemplate.HTML, error) {
			s, err := c.inHTML.part(name, data)
			return htmltemplate.HTML(s), err
		},
		"parts": func(name string, v digestView) (htmltemplate.HTML, error) {
			s, err := c.inHTML.each(name, v)
			return htmltemplate.HTML(s), err
		},
	}
}

// render executes a template and encodes what it says around its parts and
// links, and around keywords, which are put in the place of a reader's; empty:
// they are not.
func (f *format) render(name string, of whole, keywords string) ([]item, error) {
	rec := &recorder{papers: f.usesOf(name)&(usesPapers|usesTop|usesParts) != 0, keywords: keywords}
	if !strings.Contains(keywords, mark) {
		rec.links[keywordsText] = keywords
	}
	said, err := f.executed(name, of.recorded(rec))
	if err != nil {
		return nil, err
	}
	return f.encode(name, said, rec)
}

// encode encodes what a template said.
func (f *format) encode(name, said string, rec *recorder) ([]item, error) {
	w := &writer{recorder: rec, items: make([]item, 0, 8), room: make([]byte, 0, len(said)+len(said)/4)}
	for line := range strings.Lines(said) {
		end := ""
		if strings.HasSuffix(line, "\n") || f.frame == name {
			line, end = f.trimmed(line), "\n"
		}
		switch {
		case line == nothing:
		case line != "":
			w.line(strings.ReplaceAll(line, nothing, ""), end)
		case f.blanks:
			w.flush()
			w.items = append(w.items, item{kind: isBlank})
		}
	}
	w.flush()
	if w.marks != len(rec.holes) {
		return nil, fmt.Errorf("template %q: it has %d parts and shows %d", name, len(rec.holes), w.marks)
	}
	return w.items, nil
}
