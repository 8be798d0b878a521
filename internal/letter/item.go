package letter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// item is a piece of an encoded part: text; an empty line, where none stands
// yet; or a place for another part or for a link. Hundreds are read for a
// letter, mostly from memory that is far away: so they are small.
type item struct {
	kind     itemKind
	inline   bool // the other part stands within a line
	ofReason bool // nothing but what matched is filled in
	link     linkKind
	raw      int32 // bytes before encoding
	gap      *gap
	quoted   []byte
}

// gap is what is filled in for each letter: another part, or a line to be
// wrapped then.
type gap struct {
	hole
	line []stretch
}

type itemKind uint8

const (
	isText itemKind = iota
	isBlank
	isPart
	isLink
	isWrapped
	isJoint  // what was written last ends no line
	isUnkept // alone in its part, which has to be rendered for each letter
)

// hole is a place for a part.
type hole struct {
	name     string
	kind     partKind // where it is an entry's
	each     bool     // one of every paper
	paper    int      // of this paper, from 1; 0: of the same as what it stands in
	keywords bool     // no part, but the reader's keywords
}

// linkKind tells a reader's links apart.
type linkKind uint8

const (
	settingsLink linkKind = iota
	leaveLink
	viewLink
	markLink     // of one paper
	keywordsText // no link, but the reader's keywords
	linkKinds
)

// onlyReasons reports whether a part or a line depends on nothing of a letter
// but why a paper is in it.
func (one *item) onlyReasons() bool {
	switch one.kind {
	case isPart:
		return one.gap.kind == ofReasons
	case isWrapped:
	default:
		return false
	}
	for _, s := range one.gap.line {
		for _, f := range s.text {
			if f.isLink || f.hole != nil && f.hole.kind != ofReasons {
				return false
			}
		}
	}
	return true
}

func sizeOfItems(items []item) int {
	n := 300 // the key
	for _, one := range items {
		n += cap(one.quoted) + 100
		if one.gap != nil {
			n += 100 * len(one.gap.line)
		}
	}
	return n
}

// recorder notes the parts and links that a template asks for while it is
// executed, and has it write marks for them.
type recorder struct {
	holes []hole
	links [linkKinds]string // the marks; empty: none

	papers   bool   // a digest's papers may be asked for parts
	keywords string // stand for the reader's; empty: they need not
}

// mark is around the number of a part. No text has it: they are all cleaned.
const mark = "\x00"

// keywordsMark is in the place of the number where the reader's keywords go.
const keywordsMark = "k"

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
	for i := range len(link) {
		if !isPlain[link[i]] {
			return roomKey{literal: link}
		}
	}
	if len(link) < shortestRoom {
		return roomKey{literal: link}
	}
	return roomKey{length: len(link)}
}

// room is what a part in this format depends on of a link. Where no lines are
// wrapped, the length does not matter: a link stands on lines of its own.
func (f *format) room(link string) roomKey { return f.roomOf(room(link)) }

func (f *format) roomOf(key roomKey) roomKey {
	if !f.wraps && key.literal == "" {
		key.length = min(key.length, shortestRoom)
	}
	return key
}

// isPlain are the characters that no format escapes.
var isPlain = func() (t [256]bool) {
	for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:/._~-") {
		t[c] = true
	}
	return t
}()

// writer cuts what a template says at its marks, and encodes it.
type writer struct {
	*recorder
	items []item
	room  []byte // the texts of the items, and one that grows until the next mark
	begin int    // where in room that one begins
	raw   int32  // its bytes before encoding
	marks int    // found
}

func (w *writer) flush() {
	if end := len(w.room); end > w.begin {
		w.items = append(w.items, item{quoted: w.room[w.begin:end:end], raw: w.raw})
		w.begin, w.raw = end, 0
	}
}

func (w *writer) add(s, end string) {
	w.room = append(appendQuoted(w.room, s), end...)
	w.raw += int32(len(s))
	if end != softBreak {
		w.raw++ // a line feed
	}
}

// line writes a line with the marks in it. end is a line feed, or empty where
// the template ended within the line.
func (w *writer) line(s, end string) {
	if strings.Contains(s, wrapOpen) {
		w.wrapped(string(append([]byte(s), end...))) // it is kept, and the text around it is not
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
		at, kind := w.nextLink(s)
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

// nextLink is where the first mark of a link is; negative: there is none.
func (r *recorder) nextLink(s string) (at int, kind linkKind) {
	at = -1
	for k, link := range r.links {
		if link == "" {
			continue
		}
		if i := strings.Index(s, link); i >= 0 && (at < 0 || i < at) {
			at, kind = i, linkKind(k)
		}
	}
	return at, kind
}

func (w *writer) part(number string, inline bool) {
	if h, ok := w.hole(number); ok {
		w.flush()
		w.items = append(w.items, item{kind: isPart, gap: &gap{hole: h}, inline: inline})
	}
}

// hole counts a mark that was found. That one was not shows in the count.
func (w *writer) hole(number string) (hole, bool) {
	if number == keywordsMark {
		return hole{keywords: true}, true
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(w.holes) {
		return hole{}, false
	}
	w.marks++
	return w.holes[n], true
}

// plain is a part of a paper with the parts in it put in that are the paper's
// alone.
func (f *format) plain(name string, e *entry, depth int) ([]item, error) {
	if depth > deepest {
		return nil, fmt.Errorf("template %q: it is a part of itself", name)
	}
	items, err := f.render(name, e, "")
	if err != nil {
		return nil, err
	}
	literal := e.room.literal != ""
	out := make([]item, 0, len(items))
	for _, one := range items {
		if one.kind != isPart || one.gap.kind != ofPaper || literal && f.usesOf(one.gap.name)&usesMark != 0 {
			out = appendItem(out, one)
			continue
		}
		inner, err := f.plain(one.gap.name, e, depth+1)
		if err != nil {
			return nil, err
		}
		for _, i := range inner {
			out = appendItem(out, i)
		}
		if one.inline && len(inner) > 0 {
			out = joint(out)
		}
	}
	return out, nil
}

// packed is what is kept, with its texts side by side in memory, where reading
// one fetches the next, without the room it grew in, and with the gaps shared
// that other papers' parts have too.
func (f *format) packed(items []item) []item {
	size := 0
	for _, one := range items {
		size += len(one.quoted)
	}
	all := make([]byte, 0, size)
	items = slices.Clone(items)
	for i := range items {
		one, from := &items[i], len(all)
		all = append(all, one.quoted...)
		one.quoted = all[from:len(all):len(all)]
		one.ofReason = one.onlyReasons()
		if one.kind == isPart {
			one.gap = f.shared(one.gap)
		}
	}
	return items
}

// shared is a gap for the same part that something else kept has too.
func (f *format) shared(g *gap) *gap {
	kept, ok := f.gaps.get(g.hole)
	if !ok {
		kept = g
		f.gaps.put(g.hole, g)
	}
	return kept
}

// deepest is how far parts may lie in one another.
const deepest = 100

// appendItem appends an item, as one with a text before it if it is one too.
func appendItem(out []item, one item) []item {
	if n := len(out) - 1; one.kind == isText && n >= 0 && out[n].kind == isText {
		out[n].quoted = append(out[n].quoted, one.quoted...)
		out[n].raw += one.raw
		return out
	}
	return append(out, one)
}

// joint ends what was written last in the middle of a line.
func joint(out []item) []item {
	n := len(out) - 1
	if out[n].kind == isBlank {
		out, n = out[:n], n-1
	}
	if n < 0 || out[n].kind != isText {
		return append(out, item{kind: isJoint})
	}
	if last := &out[n]; isLineEnd(last.quoted) {
		last.quoted = append(last.quoted[:len(last.quoted)-2], softBreak...)
		last.raw--
	}
	return out
}
