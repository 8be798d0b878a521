package letter

import (
	"bytes"
	"strconv"
	"strings"
)

// A text with a part in it can be wrapped only once the part is known. So wrap
// puts marks around such a text, with the quoted width and indent before it.
const (
	wrapOpen  = "\x02"
	wrapClose = "\x03"
)

// wrapParts wraps a text, at once where it is complete.
func wrapParts(width int, indent, s string) string {
	if !strings.Contains(s, mark) {
		room := make([]byte, 0, len(s)+len(s)/4) // some more, for the indents
		return string(appendFilled(room, width, indent, []byte(s)))
	}
	return wrapOpen + strconv.Itoa(width) + wrapOpen + strconv.Quote(indent) + wrapOpen +
		strings.Join(strings.Fields(s), " ") + wrapClose
}

// appendFilled wraps a text some of whose parts may have said nothing.
func appendFilled(dst []byte, width int, indent string, s []byte) []byte {
	if !bytes.Contains(s, []byte(nothing)) {
		return appendWrapped(dst, width, indent, s)
	}
	begin := len(dst)
	dst = appendWrapped(dst, width, indent, bytes.ReplaceAll(s, []byte(nothing), nil))
	if len(dst) == begin {
		dst = append(dst, nothing...)
	}
	return dst
}

// stretch is a piece of a line, wrapped once it is filled in.
type stretch struct {
	text   []fragment
	width  int // 0: it is not wrapped
	indent string
}

// fragment is a text, or a place for a part or a link.
type fragment struct {
	text   string
	hole   *hole // nil: it is no part
	isLink bool
	link   linkKind
}

// wrapped keeps a line in pieces, for each letter to fill in.
func (w *writer) wrapped(line string) {
	w.flush()
	var all []stretch
	for {
		before, rest, found := strings.Cut(line, wrapOpen)
		all = append(all, stretch{text: w.fragments(before)})
		if !found {
			break
		}
		inner, after, _ := strings.Cut(rest, wrapClose)
		asked := strings.SplitN(inner, wrapOpen, 3) // as wrapParts wrote it
		width, _ := strconv.Atoi(asked[0])
		indent, _ := strconv.Unquote(asked[1])
		all, line = append(all, stretch{w.fragments(asked[2]), width, indent}), after
	}
	w.items = append(w.items, item{kind: isWrapped, gap: &gap{line: all}})
}

// fragments cuts a text at the marks in it.
func (w *writer) fragments(s string) (all []fragment) {
	before, number, after, found := cutMark(s)
	for ; found; before, number, after, found = cutMark(after) {
		all = w.linked(all, before)
		if h, ok := w.hole(number); ok {
			all = append(all, fragment{hole: &h})
		}
	}
	return w.linked(all, before)
}

// linked appends a text, cut at the marks of links.
func (w *writer) linked(all []fragment, s string) []fragment {
	for {
		at, kind := w.nextLink(s)
		if at < 0 {
			return append(all, fragment{text: s})
		}
		mark := w.links[kind]
		all = append(all, fragment{text: s[:at]}, fragment{isLink: true, link: kind})
		s = s[at+len(mark):]
	}
}

// wrapped fills in a line and writes it.
func (a *assembly) wrapped(one *item, of whole) (err error) {
	a.line = a.line[:0]
	for i := range one.gap.line {
		s := &one.gap.line[i]
		a.said = a.said[:0]
		for k := range s.text {
			if a.said, err = a.appendFragment(a.said, &s.text[k], of); err != nil {
				return err
			}
		}
		if s.width > 0 {
			a.line = appendFilled(a.line, s.width, s.indent, a.said)
		} else {
			a.line = append(a.line, a.said...)
		}
	}
	a.text(a.line)
	return nil
}

// saying writes what only the reason for a paper fills in, as it was written
// for a reader before. What says nothing, or begins or ends with an empty line,
// is left to filled: that depends on what stands around it.
func (a *assembly) saying(one *item, e *entry) error {
	if kept, raw, ok := e.leaf.line(e.saying, one, a.whole); ok {
		a.write(kept, raw)
		return nil
	}
	alone := &assembly{format: a.format, whole: a.whole, begun: true}
	if err := alone.filled(one, e); err != nil {
		return err
	}
	if alone.blank || len(alone.out) == 0 || bytes.HasPrefix(alone.out, []byte("\r\n")) {
		return a.filled(one, e)
	}
	e.leaf.keepLine(e.saying, one, alone)
	a.write(alone.out, alone.raw)
	return nil
}

func (a *assembly) appendFragment(dst []byte, f *fragment, of whole) ([]byte, error) {
	switch {
	case f.hole != nil:
		return a.appendPart(dst, *f.hole, of)
	case f.isLink:
		return append(dst, of.linkOf(f.link)...), nil
	}
	return append(dst, f.text...), nil
}
