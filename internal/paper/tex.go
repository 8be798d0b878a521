package paper

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// deepest bounds how deep groups and arguments may nest; what is deeper is
// read as if its braces weren't there.
const deepest = 40

// tex turns text with TeX in it into plain text, in one pass from left to
// right. It never fails: what is no TeX, or broken TeX, stays as it is.
//
// Mathematics and prose are told apart by dollar signs, which also mean money
// here (see isMath). Where braces pair and where dollars stand is found out
// beforehand, so that no part is looked at more than a fixed number of times.
type tex struct {
	s       string
	pos     int
	end     int     // of the part being read
	pair    []int32 // for each brace its partner, else -1; nil without braces
	dollars []int   // where unescaped dollar signs stand
	parens  []int   // where \) stands
	squares []int   // where \] stands
	escaped bool    // there is a backslash: this is TeX at all
	rich    bool    // mark what Unicode can't say

	out    []byte
	start  int  // where in out the present formula begins
	math   bool // reading mathematics
	gap    bool // a function name was written: keep what follows apart
	cells  int  // depth of environments with cells and rows
	depth  int
	quotes int // open double quotes
	single int // open single quotes
}

// plain returns s with its TeX as Unicode. White space is not folded yet.
func plain(s string, rich bool) string {
	if !strings.ContainsAny(s, "\\${}~^`") && !strings.Contains(s, "--") && !strings.Contains(s, "''") {
		return s
	}
	p := &tex{s: s, end: len(s), rich: rich, out: make([]byte, 0, len(s))}
	p.survey()
	p.run()
	return string(p.out)
}

// survey finds the braces' partners and the signs that end formulas.
func (p *tex) survey() {
	if strings.ContainsAny(p.s, "{}") {
		p.pair = slices.Repeat([]int32{-1}, len(p.s))
	}
	var open []int
	for i := 0; i < len(p.s); i++ {
		switch p.s[i] {
		case '\\':
			p.escaped = true
			i++
			if i < len(p.s) && p.s[i] == ')' {
				p.parens = append(p.parens, i-1)
			} else if i < len(p.s) && p.s[i] == ']' {
				p.squares = append(p.squares, i-1)
			}
		case '$':
			p.dollars = append(p.dollars, i)
		case '{':
			open = append(open, i)
		case '}':
			if n := len(open) - 1; n >= 0 {
				p.pair[i], p.pair[open[n]] = int32(open[n]), int32(i)
				open = open[:n]
			}
		}
	}
}

// next returns the first of the positions not before pos, or -1 if there is
// none in the part being read.
func (p *tex) next(positions []int, pos int) int {
	i, _ := slices.BinarySearch(positions, pos)
	if i == len(positions) || positions[i] >= p.end {
		return -1
	}
	return positions[i]
}

// closing returns the partner of the brace at pos inside the present part.
func (p *tex) closing(pos int) (int, bool) {
	if pos >= p.end || p.s[pos] != '{' || p.pair[pos] < 0 || int(p.pair[pos]) >= p.end {
		return 0, false
	}
	return int(p.pair[pos]), true
}

// run reads up to the end of the part.
func (p *tex) run() {
	for p.pos < p.end {
		switch c := p.s[p.pos]; {
		case c == '\\':
			p.backslash()
		case c == '{':
			p.group()
		case c == '}':
			p.stray()
		case c == '$':
			p.dollar()
		case c == '^' || c == '_':
			p.script(c)
		case c == 'h' && p.address():
		case p.math:
			p.symbol(c)
		default:
			p.prose(c)
		}
	}
}

// within reads the part up to end in a mode of its own, appending to out.
func (p *tex) within(end int, math bool) {
	if p.depth >= deepest {
		p.copy(end - p.pos)
		return
	}
	was := *p
	p.end, p.math, p.cells = end, math, 0
	p.depth++
	if math && !was.math {
		p.start = len(p.out)
	}
	p.run()
	p.end, p.math, p.cells, p.depth, p.start = was.end, was.math, was.cells, was.depth, was.start
	p.gap = p.gap && was.math
}

// part reads up to end and returns the text instead of writing it.
func (p *tex) part(end int, math bool) string {
	return p.apart(func() { p.within(end, math) })
}

// apart returns what read writes.
func (p *tex) apart(read func()) string {
	out, start, gap := p.out, p.start, p.gap
	p.out, p.start, p.gap = nil, 0, false
	read()
	text := strings.TrimSpace(string(p.out))
	p.out, p.start, p.gap = out, start, gap
	return text
}

// write appends s, keeping it apart from a function name before it.
func (p *tex) write(s string) {
	if s == "" {
		return
	}
	if p.gap {
		p.gap = false
		if r := firstRune(s); isWord(r) || strings.ContainsRune("√∑∏∫‖|", r) {
			p.out = append(p.out, ' ')
		}
	}
	if p.math && strings.ContainsRune(")]}⟩⌋⌉,", firstRune(s)) {
		p.trim()
	}
	p.out = append(p.out, s...)
}

func firstRune(s string) rune {
	for _, r := range s {
		if !isMark(r) {
			return r
		}
	}
	return utf8.RuneError
}

// last returns the last character written in the present formula, or a space.
func (p *tex) last() rune {
	if len(p.out) <= p.start {
		return ' '
	}
	return lastRune(p.out[p.start:])
}

// lastRune returns the last character of what is written, marks aside.
func lastRune(out []byte) rune {
	for {
		r, n := utf8.DecodeLastRune(out)
		if !isMark(r) {
			return r
		}
		out = out[:len(out)-n]
	}
}

// before returns the source's character before pos, a space at the beginning.
func (p *tex) before(pos int) rune {
	if pos <= 0 {
		return ' '
	}
	r, _ := utf8.DecodeLastRuneInString(p.s[:pos])
	return r
}

// after returns the source's character at pos, a space at the end of the part.
func (p *tex) after(pos int) rune {
	if pos >= p.end {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(p.s[pos:])
	return r
}

// copy writes the next n bytes as they are.
func (p *tex) copy(n int) {
	n = min(n, p.end-p.pos)
	p.write(p.s[p.pos : p.pos+n])
	p.pos += n
}

// copyRune writes the next character as it is.
func (p *tex) copyRune() {
	_, n := utf8.DecodeRuneInString(p.s[p.pos:p.end])
	p.copy(n)
}

func (p *tex) skipSpace() {
	for p.pos < p.end && isSpace(p.s[p.pos]) {
		p.pos++
	}
}

func isSpace(c byte) bool  { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// group reads a pair of braces: TeX's own go, those that people wrote stay.
func (p *tex) group() {
	closing, ok := p.closing(p.pos)
	if !ok {
		p.stray()
		return
	}
	if p.depth >= deepest {
		p.pos++
		return
	}
	literal := !p.math && p.literal(p.pos, closing)
	if literal {
		p.write("{")
	}
	gap, cells, math := p.gap, p.cells, p.math
	end := p.end
	p.pos++
	p.end = closing
	p.depth++
	p.run()
	p.depth--
	p.end, p.cells, p.math, p.gap = end, cells, math, p.gap || gap && len(p.out) == p.start
	p.pos = closing + 1
	if literal {
		p.write("}")
	}
}

// literal reports whether braces in prose are meant to be read: a list, a set
// or a bit of code that stands by itself, such as {1, 2} or {"a": 1}.
func (p *tex) literal(open, closing int) bool {
	inner := p.s[open+1 : closing]
	if open == 0 {
		return strings.HasPrefix(inner, "\"")
	}
	const far = 200 // enough to tell a list, and no cost for long groups
	list := inner != "" && inner[0] != '\\' && strings.ContainsAny(inner[:min(len(inner), far)], ",\"|=")
	if !p.escaped && len(p.dollars) == 0 && list {
		return len(inner) > 2 // min{H,W}; but 10{,}000
	}
	b := p.before(open)
	return (list || inner == "") && (unicode.IsSpace(b) || strings.ContainsRune("([\"'“‘=:", b))
}

// stray reads a brace without partner. In text with other TeX it is a slip;
// elsewhere somebody may have meant it.
func (p *tex) stray() {
	deep := p.pair[p.pos] >= 0 // its partner was passed over
	if !deep && !p.escaped && !p.math {
		p.write(p.s[p.pos : p.pos+1])
	}
	p.pos++
}

// address copies a web address, in which ~, -- and _ mean themselves.
func (p *tex) address() bool {
	rest := p.s[p.pos:p.end]
	if !strings.HasPrefix(rest, "http://") && !strings.HasPrefix(rest, "https://") {
		return false
	}
	i := 0
	for i < len(rest) && !strings.ContainsRune(" \t\r\n{}$<>\"", rune(rest[i])) {
		if rest[i] == '\\' {
			if i+1 == len(rest) || !strings.ContainsRune("_%#&~$-", rune(rest[i+1])) {
				break
			}
			p.write(rest[:i])
			rest, p.pos, i = rest[i+1:], p.pos+i+1, 0
		}
		i++
	}
	p.write(rest[:i])
	p.pos += i
	return true
}
