package letter

import (
	"cmp"
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
		return wrapFilled(width, indent, s)
	}
	return wrapOpen + strconv.Itoa(width) + wrapOpen + strconv.Quote(indent) + wrapOpen +
		strings.Join(strings.Fields(s), " ") + wrapClose
}

// wrapFilled wraps a text some of whose parts may have said nothing.
func wrapFilled(width int, indent, s string) string {
	if !strings.Contains(s, nothing) {
		return wrap(width, indent, s)
	}
	return cmp.Or(wrap(width, indent, strings.ReplaceAll(s, nothing, "")), nothing)
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
	w.items = append(w.items, item{kind: isWrapped, line: all})
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
func (a *assembly) wrapped(one *item, of whole) error {
	var line, b strings.Builder
	for _, s := range one.line {
		b.Reset()
		for _, f := range s.text {
			said, err := a.fragment(f, of)
			if err != nil {
				return err
			}
			b.WriteString(said)
		}
		if s.width > 0 {
			line.WriteString(wrapFilled(s.width, s.indent, b.String()))
		} else {
			line.WriteString(b.String())
		}
	}
	a.text(line.String())
	return nil
}

func (a *assembly) fragment(f fragment, of whole) (string, error) {
	switch {
	case f.hole != nil:
		return a.said(*f.hole, of)
	case f.isLink:
		return of.linkOf(f.link), nil
	}
	return f.text, nil
}
