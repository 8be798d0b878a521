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

// partsKept bounds what is kept of rendered parts of each format, in bytes, in
// each half of the cache.
const partsKept = 4 << 20

// leavesKept is how many papers are kept as letters show them, likewise.
const leavesKept = 2000

// format is one of the two bodies of a letter, and its templates.
type format struct {
	frame   string // the template of the whole
	execute func(w io.Writer, name string, data any) error
	trim    func(line string) string
	blanks  bool // empty lines mean something
	uses    map[string]uses

	// direct are the templates that do nothing but show a value, which is had
	// for less than it takes to look up what was kept of it.
	direct map[string]func(*entry) string

	ofEntries *cache[entryKey, []item] // the same for all readers
	ofReaders *cache[entryKey, []item] // or for those with the same reasons
	ofDigests *cache[digestKey, []item]
	words     *cache[entryKey, string] // not encoded
}

// inHTML and inText are the formats of parsed templates, before any of them
// was executed, which for HTML changes their trees.
func inHTML(t *htmltemplate.Template) *format {
	f := newFormat("digest.html.tmpl", t.ExecuteTemplate, strings.TrimSpace)
	trees := map[string]*parse.Tree{}
	for _, one := range t.Templates() {
		trees[one.Name()] = one.Tree
	}
	f.trace(trees)
	for name, tree := range trees {
		switch onlyField(tree) {
		case "Heading":
			f.direct[name] = func(e *entry) string { return string(e.Heading()) }
		case "Abstract":
			f.direct[name] = func(e *entry) string { return string(e.Abstract()) }
		}
	}
	return f
}

func inText(t *texttemplate.Template) *format {
	f := newFormat("digest.txt.tmpl", t.ExecuteTemplate, trimLine)
	f.blanks = true
	trees := map[string]*parse.Tree{}
	for _, one := range t.Templates() {
		trees[one.Name()] = one.Tree
	}
	f.trace(trees)
	return f
}

func newFormat(frame string, execute func(io.Writer, string, any) error, trim func(string) string) *format {
	return &format{
		frame: frame, execute: execute, trim: trim, uses: map[string]uses{},
		ofEntries: newCache[entryKey](partsKept, sizeOfItems),
		ofReaders: newCache[entryKey](partsKept/2, sizeOfItems),
		direct:    map[string]func(*entry) string{},
		ofDigests: newCache[digestKey](partsKept/4, sizeOfItems),
		words:     newCache[entryKey](partsKept/4, func(s string) int { return len(s) + 200 }),
	}
}

func (f *format) trace(trees map[string]*parse.Tree) {
	for name := range trees {
		f.uses[name] = usesOf(trees, name)
	}
}

// say is what a template says of an entry, as a text, now or before. A reader's
// own link in it, or parts that depend on more, are not kept.
func (f *format) say(name string, e *entry) (string, error) {
	used := f.usesOf(name)
	keep := used&(usesMark|usesParts) == 0
	key := e.key(name, used)
	if said, ok := f.words.get(key); keep && ok {
		return said, nil
	}
	var b strings.Builder
	err := f.execute(&b, name, e)
	if err == nil && keep {
		f.words.put(key, b.String())
	}
	return b.String(), err
}

func (f *format) usesOf(name string) uses {
	if used, known := f.uses[name]; known {
		return used
	}
	return usesAll
}

// entryKey is all that a part of an entry depends on.
type entryKey struct {
	name              string
	leaf              *leaf  // the paper, without what one reader matched
	matched           string // or empty
	hits              string // or empty
	number            int    // or 0
	lean, bare, first bool
	any               bool // there is a reason
	mark              roomKey
}

// digestKey is all that a part of a digest depends on, where it does not depend
// on the papers or keywords: these make it a part of one letter only.
type digestKey struct {
	name            string
	day             int64
	zone            *time.Location
	weekly, first   bool
	count, omitted  int
	more, rising    int // or 0
	settings, leave roomKey
	view            roomKey
}

// whole is what parts are of: an entry or a digest.
type whole interface {
	// partOf returns a part, rendered now or before.
	partOf(f *format, name string) ([]item, error)
	// recorded is the same as a template is given it, to leave marks for parts
	// and links.
	recorded(r *recorder) any
	// linkOf returns the link that a mark for one stands for.
	linkOf(kind linkKind) string
}

func (e *entry) partOf(f *format, name string) ([]item, error) {
	used := f.usesOf(name)
	kept := f.ofEntries
	if used&(usesMatched|usesTitleHits|usesSummaryHits) != 0 {
		kept = f.ofReaders
	}
	return cached(f, kept, e.key(name, used), name, e)
}

func (e *entry) key(name string, used uses) entryKey {
	key := entryKey{name: name}
	if used&usesShape != 0 {
		key.lean, key.bare, key.first = e.Lean, e.Bare, e.First
	}
	if used&(usesCard|usesRising) != 0 {
		key.leaf = e.leaf
	}
	if used&usesNumber != 0 {
		key.number = e.Number
	}
	if used&usesMatched != 0 {
		key.matched = e.why
	}
	if used&usesAny != 0 {
		key.any = len(e.Matched) > 0
	}
	if used&usesTitleHits != 0 {
		key.hits = e.marks().titleKey
	}
	if used&usesSummaryHits != 0 {
		key.hits += "/" + e.marks().summaryKey
	}
	if used&usesMark != 0 {
		key.mark = room(e.Mark)
	}
	return key
}

func (v *digestView) partOf(f *format, name string) ([]item, error) {
	used := f.usesOf(name)
	if used&(usesPapers|usesCard) != 0 || used&usesKeywords != 0 && v.Keywords != "" {
		return f.render(name, v)
	}
	key := digestKey{
		name: name, day: v.Day.Unix(), zone: v.Day.Location(), weekly: v.Weekly, first: v.First,
		count: v.Count(), omitted: v.Omitted,
	}
	if used&usesMore != 0 {
		key.more = v.More
	}
	if used&usesRising != 0 {
		key.rising = v.Rising()
	}
	key.settings, key.leave, key.view = room(v.Settings), room(v.Leave), room(v.View)
	return cached(f, f.ofDigests, key, name, v)
}

func cached[K comparable](f *format, kept *cache[K, []item], key K, name string, of whole) ([]item, error) {
	if items, ok := kept.get(key); ok {
		return items, nil
	}
	items, err := f.render(name, of)
	if err == nil {
		kept.put(key, items)
	}
	return items, err
}

func (e *entry) recorded(r *recorder) any {
	one := *e
	one.rec, one.place = r, 0
	one.Mark = r.link(markLink, e.Mark)
	return &one
}

func (e *entry) linkOf(linkKind) string { return e.Mark }

func (v *digestView) recorded(r *recorder) any {
	one := *v
	one.rec = r
	one.Settings = r.link(settingsLink, v.Settings)
	one.Leave = r.link(leaveLink, v.Leave)
	one.View = r.link(viewLink, v.View)
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
	}
	return v.View
}

// part is the function that templates call for a part. Where no letter is being
// put together, or the part is of something smaller, it executes its template.
func (f *format) part(name string, data any) (string, error) {
	switch d := data.(type) {
	case entry:
		return f.part(name, &d)
	case *entry:
		if d.rec != nil {
			return d.rec.mark(hole{name: name, paper: d.place}), nil
		}
	case digestView:
		if d.rec != nil {
			return d.rec.mark(hole{name: name}), nil
		}
	}
	var b bytes.Buffer
	err := f.execute(&b, name, data)
	return cmp.Or(strings.TrimSuffix(b.String(), "\n"), nothing), err
}

// each is the function that templates call for a part of every paper of a
// digest.
func (f *format) each(name string, v digestView) (string, error) {
	if v.rec != nil {
		return v.rec.mark(hole{name: name, each: true}), nil
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

// body renders a digest in one format and appends it encoded. raw is its length
// before encoding.
func (f *format) body(v *digestView, dst []byte) (quoted []byte, raw int, err error) {
	a := &assembly{format: f, out: dst}
	err = a.put(f.frame, v)
	return a.out, a.raw, err
}

// render executes a template and encodes what it says around its parts.
func (f *format) render(name string, of whole) ([]item, error) {
	rec := &recorder{papers: f.usesOf(name)&(usesPapers|usesParts) != 0}
	var b bytes.Buffer
	if err := f.execute(&b, name, of.recorded(rec)); err != nil {
		return nil, err
	}
	return f.encode(name, b.String(), rec)
}

// encode encodes what a template said.
func (f *format) encode(name, said string, rec *recorder) ([]item, error) {
	w := &writer{recorder: rec}
	for line := range strings.Lines(said) {
		end := ""
		if strings.HasSuffix(line, "\n") || f.frame == name {
			line, end = f.trim(line), "\n"
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

// assembly is a body that is being put together.
type assembly struct {
	*format
	out   []byte
	raw   int
	begun bool // something is written
	blank bool // an empty line is due before what comes next
}

// put writes a part.
func (a *assembly) put(name string, of whole) error {
	if show := a.direct[name]; show != nil {
		if e, ok := of.(*entry); ok {
			a.text(show(e))
			return nil
		}
	}
	items, err := of.partOf(a.format, name)
	if err != nil {
		return err
	}
	for i := range items {
		if err := a.add(&items[i], of); err != nil {
			return err
		}
	}
	return nil
}

func (a *assembly) add(one *item, of whole) error {
	switch one.kind {
	case isBlank:
		a.blank = a.begun
	case isPart:
		err := a.fill(one.hole, of)
		if one.inline {
			a.joinLine()
		}
		return err
	case isWrapped:
		return a.wrapped(one, of)
	case isLink:
		link := of.linkOf(one.link)
		a.write(nil, len(link))
		a.out = append(appendQuoted(a.out, link), softBreak...)
	default:
		a.write(one.quoted, one.raw)
	}
	return nil
}

func (a *assembly) fill(h hole, of whole) error {
	v, _ := of.(*digestView)
	switch {
	case h.each:
		for i := range v.Papers {
			if err := a.put(h.name, &v.Papers[i]); err != nil {
				return err
			}
		}
		return nil
	case h.paper > 0:
		return a.put(h.name, &v.Papers[h.paper-1])
	}
	return a.put(h.name, of)
}

// text writes a part that has no marks in it, as encode and add would.
func (a *assembly) text(said string) {
	for line := range strings.Lines(said) {
		if strings.HasSuffix(line, "\n") {
			line = a.trim(line)
		}
		switch {
		case line == nothing:
		case line != "":
			line = strings.ReplaceAll(line, nothing, "")
			a.write(nil, len(line)+1)
			a.out = append(appendQuoted(a.out, line), "\r\n"...)
		case a.blanks:
			a.blank = a.begun
		}
	}
}

func (a *assembly) write(quoted []byte, raw int) {
	if a.blank {
		a.out, a.raw, a.blank = append(a.out, "\r\n"...), a.raw+1, false
	}
	a.out, a.raw, a.begun = append(a.out, quoted...), a.raw+raw, true
}

// joinLine takes the line end from a part that stands within a line.
func (a *assembly) joinLine() {
	a.blank = false
	if n := len(a.out); bytes.HasSuffix(a.out, []byte("\r\n")) && !bytes.HasSuffix(a.out, []byte(softBreak)) {
		a.out, a.raw = append(a.out[:n-2], softBreak...), a.raw-1
	}
}
