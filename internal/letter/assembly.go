package letter

import (
	"bytes"
	"sync"
)

// assembly is a body that is being put together.
type assembly struct {
	*format
	out   []byte
	raw   int  // bytes before encoding
	begun bool // something is written
	blank bool // an empty line is due before what comes next
	whole bool // what is written next is all that its last line has
	scratch
}

// scratch is room for what is said on the way.
type scratch struct {
	showing []Piece
	said    []byte
	line    []byte
	plates  [][]item
}

// desk is where a digest is put together.
type desk struct {
	view digestView
	assembly
}

// desks serve one letter after another: what stands on them is at hand for the
// next one, where it would have to be fetched from afar if each room had its own.
var desks = sync.Pool{New: func() any { return new(desk) }}

// body renders the digest in one format, and appends it to a room. raw is its
// length before encoding.
func (d *desk) body(f *format, in *Encoded) (raw int, err error) {
	d.assembly = assembly{format: f, out: in.room, scratch: d.scratch}
	err = d.digest(f.frame, &d.view)
	in.room, d.out = d.out, nil
	return d.raw, err
}

// digest writes a part of a digest.
func (a *assembly) digest(name string, v *digestView) error {
	items, err := v.partOf(a.format, name)
	if err != nil {
		return err
	}
	return a.add(items, v)
}

// entry writes a part of an entry.
func (a *assembly) entry(h hole, e *entry) error {
	switch h.kind {
	case ofPaper:
		items, err := e.plate(a.format, h.name)
		if err != nil {
			return err
		}
		return a.add(items, e)
	case ofTitle:
		a.marked(e.looks, &e.leaf.title, e.marks().title)
		return nil
	case ofSummary:
		a.marked(e.looks, &e.leaf.summary, e.marks().summary)
		return nil
	}
	var err error
	a.said, err = a.appendSaid(a.said[:0], h, e)
	a.text(a.said)
	return err
}

// entries writes a part of every entry.
func (a *assembly) entries(h hole, all []entry) error {
	if h.kind == ofPaper {
		return a.plated(h.name, all)
	}
	for i := range all {
		if err := a.entry(h, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// plated writes a part of every entry that is kept with its paper: all are looked
// up before any is copied.
func (a *assembly) plated(name string, all []entry) error {
	a.plates = a.plates[:0]
	for i := range all {
		items, err := all[i].plate(a.format, name)
		if err != nil {
			return err
		}
		a.plates = append(a.plates, items)
	}
	fetchPlates(all, a.plates)
	for i, items := range a.plates {
		if err := a.add(items, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// marked writes a title or summary.
func (a *assembly) marked(l *looks, s *showing, hits []extent) {
	if len(hits) == 0 {
		a.write(s.quoted, s.raw)
		return
	}
	a.pieces(l, s, hits)
}

func (a *assembly) pieces(l *looks, s *showing, hits []extent) {
	a.showing = s.pieces(a.showing[:0], hits)
	a.said = l.append(a.said[:0], a.showing)
	a.text(a.said)
}

func (a *assembly) add(items []item, of whole) error {
	for i := range items {
		if err := a.item(&items[i], of); err != nil {
			return err
		}
	}
	return nil
}

func (a *assembly) item(one *item, of whole) error {
	switch one.kind {
	case isBlank:
		a.blank = a.begun
	case isPart, isWrapped:
		if one.kind == isPart {
			a.whole = !one.inline
		}
		if e, ok := of.(*entry); ok && one.ofReason && e.saying != nil && a.begun {
			return a.saying(one, e)
		}
		return a.filled(one, of)
	case isJoint:
		a.joinLine()
	case isLink:
		link := of.linkOf(one.link)
		if one.link == keywordsText {
			a.said = a.escape(a.said[:0], link)
			link = string(a.said)
		}
		a.next(len(link))
		a.out = append(appendQuoted(a.out, link), softBreak...)
	default:
		a.write(one.quoted, int(one.raw))
	}
	return nil
}

// filled writes an item with parts in it, or of a part.
func (a *assembly) filled(one *item, of whole) error {
	if one.kind == isWrapped {
		return a.wrapped(one, of)
	}
	err := a.fill(one.gap.hole, of)
	if one.inline {
		a.joinLine()
	}
	return err
}

func (a *assembly) fill(h hole, of whole) error {
	switch of := of.(type) {
	case *entry:
		return a.entry(h, of)
	case *digestView:
		switch {
		case h.keywords:
			a.text([]byte(of.Keywords))
		case h.each:
			return a.entries(h, of.Papers)
		case h.paper > 0:
			return a.entry(h, &of.Papers[h.paper-1])
		default:
			return a.digest(h.name, of)
		}
	}
	return nil
}

// appendPart appends a part as a text.
func (a *assembly) appendPart(dst []byte, h hole, of whole) ([]byte, error) {
	begin := len(dst)
	var err error
	switch of := of.(type) {
	case *entry:
		dst, err = a.appendSaid(dst, h, of)
		dst = bytes.TrimSuffix(dst, []byte("\n"))
	case *digestView:
		switch {
		case h.keywords:
			return append(dst, of.Keywords...), nil
		case h.paper > 0:
			return a.appendPart(dst, h, &of.Papers[h.paper-1])
		}
		var said string
		if h.each {
			said, err = a.each(h.name, *of)
		} else {
			said, err = a.part(h.name, *of)
		}
		dst = append(dst, said...)
	}
	if len(dst) == begin {
		dst = append(dst, nothing...)
	}
	return dst, err
}

// text writes a part that has no marks in it, as encode and add would.
func (a *assembly) text(said []byte) {
	for line := range bytes.Lines(said) {
		if a.whole || bytes.HasSuffix(line, []byte("\n")) {
			line = a.trim(line)
		}
		switch {
		case string(line) == nothing:
		case len(line) > 0:
			if bytes.Contains(line, []byte(nothing)) {
				line = bytes.ReplaceAll(line, []byte(nothing), nil)
			}
			a.next(len(line) + 1)
			a.out = append(appendQuoted(a.out, line), "\r\n"...)
		case a.blanks:
			a.blank = a.begun
		}
	}
}

func (a *assembly) write(quoted []byte, raw int) {
	a.next(raw)
	a.out = append(a.out, quoted...)
}

// next counts what is to be written next, and writes what is due before it.
func (a *assembly) next(raw int) {
	if a.blank {
		a.out, a.raw, a.blank = append(a.out, "\r\n"...), a.raw+1, false
	}
	a.raw, a.begun = a.raw+raw, true
}

// joinLine takes the line end from a part that stands within a line.
func (a *assembly) joinLine() {
	a.blank = false
	if a.begun && isLineEnd(a.out) {
		a.out, a.raw = append(a.out[:len(a.out)-2], softBreak...), a.raw-1
	}
}

// isLineEnd reports whether a text in quoted-printable ends with a line break
// that stays.
func isLineEnd(quoted []byte) bool {
	return bytes.HasSuffix(quoted, []byte("\r\n")) && !bytes.HasSuffix(quoted, []byte(softBreak))
}
