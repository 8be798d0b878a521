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

// wrapLate wraps what was put off, in a line whose marks of parts are filled in.
func wrapLate(s string) string {
	for {
		before, rest, found := strings.Cut(s, wrapOpen)
		if !found {
			return s
		}
		inner, after, _ := strings.Cut(rest, wrapClose)
		asked := strings.SplitN(inner, wrapOpen, 3) // as wrapParts wrote it
		width, _ := strconv.Atoi(asked[0])
		indent, _ := strconv.Unquote(asked[1])
		s = before + wrapFilled(width, indent, asked[2]) + after
	}
}

// wrapped keeps a line as it is, for each letter to fill in.
func (w *writer) wrapped(line string) {
	w.flush()
	one := item{kind: isWrapped, line: line}
	for _, number, after, found := cutMark(line); found; _, number, after, found = cutMark(after) {
		if h, ok := w.hole(number); ok {
			one.holes = append(one.holes, h)
		}
	}
	w.items = append(w.items, one)
}

// wrapped fills in a line and writes it.
func (a *assembly) wrapped(one *item, of whole) error {
	var b strings.Builder
	before, _, after, found := cutMark(one.line)
	for n := 0; found; n++ {
		b.WriteString(before)
		said, err := a.said(one.holes[n], of)
		if err != nil {
			return err
		}
		b.WriteString(said)
		before, _, after, found = cutMark(after)
	}
	b.WriteString(before)
	a.text(wrapLate(linked(b.String(), of)))
	return nil
}

// linked puts the links into a text where it has marks for them.
func linked(text string, of whole) string {
	for kind := range linkKinds {
		if link := of.linkOf(kind); room(link).length > 0 {
			text = strings.ReplaceAll(text, linkMark(kind, len(link)), link)
		}
	}
	return text
}

// said is a part as a text.
func (a *assembly) said(h hole, of whole) (string, error) {
	v, _ := of.(*digestView)
	switch {
	case h.each:
		return a.each(h.name, *v)
	case h.paper > 0:
		of = &v.Papers[h.paper-1]
	}
	e, ok := of.(*entry)
	if !ok {
		return a.part(h.name, *v)
	}
	said, err := a.say(h.name, e)
	return cmp.Or(strings.TrimSuffix(said, "\n"), nothing), err
}
