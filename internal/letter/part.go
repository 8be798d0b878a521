package letter

import (
	"bytes"
	"cmp"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// A digest differs from reader to reader, and most of what it says of a paper
// does not. So templates name parts, which are rendered and encoded once for
// all letters in which they say the same, and then only put in. What a part
// depends on is read off its template.

// partsKept bounds what is kept of rendered parts, in bytes, twice.
const partsKept = 8 << 20

// leavesKept is how many papers are kept as letters show them, twice.
const leavesKept = 2000

// format is one of the two bodies of a letter, and its templates.
type format struct {
	frame   string // the template of the whole
	execute func(w io.Writer, name string, data any) error
	trim    func(line string) string
	blanks  bool // empty lines mean something
	uses    map[string]uses
	parts   *cache[partKey, []item]
}

// inHTML and inText are the formats of parsed templates, before any of them
// was executed, which for HTML changes their trees.
func inHTML(t *htmltemplate.Template) *format {
	f := newFormat("digest.html.tmpl", t.ExecuteTemplate, strings.TrimSpace)
	tree := func(name string) *parse.Tree {
		if one := t.Lookup(name); one != nil {
			return one.Tree
		}
		return nil
	}
	for _, one := range t.Templates() {
		f.uses[one.Name()] = usesOf(tree, one.Name())
	}
	return f
}

func inText(t *texttemplate.Template) *format {
	f := newFormat("digest.txt.tmpl", t.ExecuteTemplate, trimLine)
	f.blanks = true
	tree := func(name string) *parse.Tree {
		if one := t.Lookup(name); one != nil {
			return one.Tree
		}
		return nil
	}
	for _, one := range t.Templates() {
		f.uses[one.Name()] = usesOf(tree, one.Name())
	}
	return f
}

func newFormat(frame string, execute func(io.Writer, string, any) error, trim func(string) string) *format {
	return &format{
		frame: frame, execute: execute, trim: trim, uses: map[string]uses{},
		parts: newCache[partKey](partsKept/2, sizeOfItems),
	}
}

// partKey is all that a part of an entry depends on.
type partKey struct {
	name              string
	leaf              *leaf  // the paper, without what one reader matched
	number            int    // or 0
	matched           string // or empty
	lean, bare, first bool
}

func (f *format) key(name string, e *entry) partKey {
	used, known := f.uses[name]
	if !known {
		used = usesAll
	}
	k := partKey{name: name, lean: e.Lean, bare: e.Bare, first: e.First}
	if used&usesCard != 0 {
		k.leaf = e.leaf
	}
	if used&usesNumber != 0 {
		k.number = e.Number
	}
	if used&usesMatched != 0 {
		k.matched = e.why
	}
	return k
}

// item is a piece of an encoded body: text, a place for a part, or an empty
// line where none stands yet.
type item struct {
	quoted []byte
	raw    int // bytes before encoding
	hole   bool
	part   hole
	inline bool // the part stands within a line
	blank  bool
}

// hole is a place for a part of an entry.
type hole struct {
	name string
	of   *entry // nil: of the entry whose part this is itself
}

func sizeOfItems(items []item) int {
	n := 0
	for _, one := range items {
		n += cap(one.quoted) + 80
	}
	return n
}

// recorder notes the parts that a template asks for while it is executed, and
// has it write marks for them.
type recorder struct{ holes []hole }

// mark stands for a part. No text has the character: they are all cleaned.
func (r *recorder) mark(h hole) string {
	r.holes = append(r.holes, h)
	return "\x00" + strconv.Itoa(len(r.holes)-1) + "\x00"
}

// part is the function that templates call for a part. Where no letter is being
// put together, or the part is not of an entry, it executes its template.
func (c *Composer) part(f **format, name string, data any) (string, error) {
	if e, ok := data.(entry); ok && e.rec != nil {
		return e.rec.mark(hole{name, e.self}), nil
	}
	var b bytes.Buffer
	err := (*f).execute(&b, name, data)
	return b.String(), err
}

func (c *Composer) htmlPart(name string, data any) (htmltemplate.HTML, error) {
	s, err := c.part(&c.inHTML, name, data)
	return htmltemplate.HTML(s), err
}

// nothing is what an empty part leaves in a text: its line is no empty line.
const nothing = "\x01"

func (c *Composer) textPart(name string, data any) (string, error) {
	s, err := c.part(&c.inText, name, data)
	return cmp.Or(s, nothing), err
}

// body renders and encodes a digest in one format. raw is its length before
// encoding.
func (f *format) body(v digestView) (quoted []byte, raw int, err error) {
	rec := &recorder{}
	entries := make([]entry, len(v.Papers))
	copy(entries, v.Papers)
	for i := range entries {
		entries[i].rec, entries[i].self = rec, &entries[i]
	}
	v.Papers = entries
	items, err := f.render(f.frame, v, rec)
	if err != nil {
		return nil, 0, err
	}
	a := &assembly{format: f, out: make([]byte, 0, 40<<10)}
	if err := a.add(items, nil); err != nil {
		return nil, 0, err
	}
	return a.out, a.raw, nil
}

// partOf returns a part of an entry, rendered now or before.
func (f *format) partOf(name string, e *entry) ([]item, error) {
	key := f.key(name, e)
	if items, ok := f.parts.get(key); ok {
		return items, nil
	}
	rec := &recorder{}
	one := *e
	one.rec, one.self = rec, nil
	items, err := f.render(name, one, rec)
	if err != nil {
		return nil, err
	}
	f.parts.put(key, items)
	return items, nil
}

// render executes a template and encodes what it says around its parts.
func (f *format) render(name string, data any, rec *recorder) ([]item, error) {
	var b bytes.Buffer
	if err := f.execute(&b, name, data); err != nil {
		return nil, err
	}
	w := &writer{holes: rec.holes}
	for line := range strings.Lines(b.String()) {
		switch line = f.trim(line); {
		case line == nothing:
		case line != "":
			w.line(strings.ReplaceAll(line, nothing, ""))
		case f.blanks:
			w.flush()
			w.items = append(w.items, item{blank: true})
		}
	}
	w.flush()
	if w.marks != len(rec.holes) {
		return nil, fmt.Errorf("template %q: it has %d parts and shows %d", name, len(rec.holes), w.marks)
	}
	return w.items, nil
}

// writer cuts what a template says at its marks, and encodes it.
type writer struct {
	holes []hole
	items []item
	text  item // grows until the next mark
	marks int  // found
}

func (w *writer) flush() {
	if len(w.text.quoted) > 0 {
		w.items, w.text = append(w.items, w.text), item{}
	}
}

func (w *writer) add(s, end string) {
	w.text.quoted = append(appendQuoted(w.text.quoted, s), end...)
	w.text.raw += len(s)
	if end != softBreak {
		w.text.raw++ // a line feed
	}
}

func (w *writer) line(s string) {
	pieces := strings.Split(s, "\x00")
	if len(pieces) == 1 {
		w.add(s, "\r\n")
		return
	}
	alone := len(pieces) == 3 && pieces[0] == "" && pieces[2] == ""
	for i, piece := range pieces {
		last := i == len(pieces)-1
		switch {
		case i%2 == 1:
			w.mark(piece, !alone)
		case last && !alone:
			w.add(piece, "\r\n")
		case piece != "":
			w.add(piece, softBreak)
		}
	}
}

func (w *writer) mark(number string, inline bool) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(w.holes) {
		return // shows in the count
	}
	w.flush()
	w.items = append(w.items, item{hole: true, part: w.holes[n], inline: inline})
	w.marks++
}

// assembly is a body that is being put together.
type assembly struct {
	*format
	out   []byte
	raw   int
	begun bool // something is written
	blank bool // an empty line is due before what comes next
}

// add writes items; the parts without an entry of their own are of e.
func (a *assembly) add(items []item, e *entry) error {
	for i := range items {
		one := &items[i]
		switch {
		case one.blank:
			a.blank = a.begun
		case one.hole:
			if err := a.put(one, e); err != nil {
				return err
			}
		default:
			a.write(one)
		}
	}
	return nil
}

func (a *assembly) write(one *item) {
	if a.blank {
		a.out, a.raw, a.blank = append(a.out, "\r\n"...), a.raw+1, false
	}
	a.out, a.raw, a.begun = append(a.out, one.quoted...), a.raw+one.raw, true
}

func (a *assembly) put(one *item, e *entry) error {
	if one.part.of != nil {
		e = one.part.of
	}
	items, err := a.partOf(one.part.name, e)
	if err != nil {
		return err
	}
	if !one.inline {
		return a.add(items, e)
	}
	if err := a.add(items, e); err != nil {
		return err
	}
	// Within a line the part's last line end is none.
	a.blank = false
	if n := len(a.out); bytes.HasSuffix(a.out, []byte("\r\n")) && !bytes.HasSuffix(a.out, []byte(softBreak)) {
		a.out, a.raw = append(a.out[:n-2], softBreak...), a.raw-1
	}
	return nil
}
