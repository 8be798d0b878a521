package letter

import (
	"strconv"
	"strings"
)

// item is a piece of an encoded part: text; an empty line, where none stands
// yet; or a place for another part or for a link.
type item struct {
	kind   itemKind
	quoted []byte
	raw    int // bytes before encoding
	hole   hole
	inline bool // the other part stands within a line
	link   linkKind
	line   string // with marks in it, to be wrapped for each letter
	holes  []hole // of these marks
}

type itemKind uint8

const (
	isText itemKind = iota
	isBlank
	isPart
	isLink
	isWrapped
)

// hole is a place for a part.
type hole struct {
	name  string
	each  bool // one of every paper
	paper int  // of this paper, from 1; 0: of the same as what it stands in
}

// linkKind tells a reader's links apart.
type linkKind uint8

const (
	settingsLink linkKind = iota
	leaveLink
	viewLink
	markLink // of one paper
	linkKinds
)

func sizeOfItems(items []item) int {
	n := 300 // the key
	for _, one := range items {
		n += cap(one.quoted) + len(one.line) + 100
	}
	return n
}

// recorder notes the parts and links that a template asks for while it is
// executed, and has it write marks for them.
type recorder struct {
	holes []hole
	links [linkKinds]string // the marks; empty: none

	papers bool // a digest's papers may be asked for parts
}

// mark is around the number of a part. No text has it: they are all cleaned.
const mark = "\x00"

func (r *recorder) mark(h hole) string {
	r.holes = append(r.holes, h)
	return mark + strconv.Itoa(len(r.holes)-1) + mark
}

// link is a mark for a link, as long as the link itself, so that lines break at
// the same places. It has only letters, which come through every escaping. A
// link that can't be filled in later is returned as it is.
func (r *recorder) link(kind linkKind, link string) string {
	of := room(link)
	if of.length == 0 {
		return link
	}
	r.links[kind] = linkMark(kind, of.length)
	return r.links[kind]
}

func linkMark(kind linkKind, room int) string {
	name := "linkofkind" + string('a'+rune(kind))
	return name + strings.Repeat("x", room-len(name))
}

// shortestRoom is what a mark of a link needs not to be taken for a word.
const shortestRoom = 24

// roomKey is what a part depends on of a link: its length alone, or, where a
// format could have to escape something in it, all of it.
type roomKey struct {
	literal string
	length  int
}

func room(link string) roomKey {
	harmless := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune(":/._~-", r)
	}
	if len(link) < shortestRoom || strings.ContainsFunc(link, func(r rune) bool { return !harmless(r) }) {
		return roomKey{literal: link}
	}
	return roomKey{length: len(link)}
}

// writer cuts what a template says at its marks, and encodes it.
type writer struct {
	*recorder
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

// line writes a line with the marks in it. end is a line feed, or empty where
// the template ended within the line.
func (w *writer) line(s, end string) {
	if strings.Contains(s, wrapOpen) {
		w.wrapped(s + end)
		return
	}
	before, number, after, found := cutMark(s)
	if found && before == "" && after == "" {
		w.part(number, false)
		return
	}
	for found {
		w.piece(before)
		w.part(number, true)
		before, number, after, found = cutMark(after)
	}
	w.last(before)
}

// cutMark cuts a line at its first mark of a part. Without one it is all before.
func cutMark(s string) (before, number, after string, found bool) {
	before, rest, found := strings.Cut(s, mark)
	if found {
		number, after, found = strings.Cut(rest, mark)
	}
	if !found {
		return s, "", "", false
	}
	return before, number, after, true
}

// piece writes a part of a line that goes on.
func (w *writer) piece(s string) {
	if s = w.upToLink(s); s != "" {
		w.add(s, softBreak)
	}
}

// last writes the end of a line.
func (w *writer) last(s string) { w.add(w.upToLink(s), "\r\n") }

// upToLink writes all up to the last link, and returns the rest.
func (w *writer) upToLink(s string) string {
	for {
		at, kind := -1, linkKind(0)
		for k, link := range w.links {
			if i := strings.Index(s, link); link != "" && i >= 0 && (at < 0 || i < at) {
				at, kind = i, linkKind(k)
			}
		}
		if at < 0 {
			return s
		}
		if at > 0 {
			w.add(s[:at], softBreak)
		}
		w.flush()
		w.items = append(w.items, item{kind: isLink, link: kind})
		s = s[at+len(w.links[kind]):]
	}
}

func (w *writer) part(number string, inline bool) {
	if h, ok := w.hole(number); ok {
		w.flush()
		w.items = append(w.items, item{kind: isPart, hole: h, inline: inline})
	}
}

// hole counts a mark that was found. That one was not shows in the count.
func (w *writer) hole(number string) (hole, bool) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(w.holes) {
		return hole{}, false
	}
	w.marks++
	return w.holes[n], true
}
