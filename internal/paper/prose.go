package paper

import (
	"strings"
	"unicode"
)

// prose reads the next character outside of mathematics.
func (p *tex) prose(c byte) {
	switch c {
	case '~':
		p.tie()
	case '-':
		p.dashes()
	case '`':
		p.backtick()
	case '\'':
		p.apostrophe()
	default:
		p.copy(max(1, proseLength(p.s[p.pos:p.end])))
	}
}

// proseLength returns how many bytes at the beginning of s are characters that
// mean themselves in prose, whatever stands around them.
func proseLength(s string) int {
	for i := range len(s) {
		if !inProse[s[i]] {
			return i
		}
	}
	return len(s)
}

// inProse are those that run and prose have no rule for; "h" may begin an address.
var inProse = func() (t [256]bool) {
	for c := range t {
		t[c] = !strings.ContainsRune("\\{}$^_h~-`'", rune(c))
	}
	return t
}()

// tie reads a tilde: TeX's unbreakable space between two words, or 'about'
// before a number, or a part of a path.
func (p *tex) tie() {
	prev, next := p.before(p.pos), p.after(p.pos+1)
	begins := unicode.IsSpace(prev) || strings.ContainsRune("([{/<>=≈", prev)
	ranged := unicode.IsDigit(prev) && unicode.IsDigit(next)
	p.pos++
	switch {
	case next == '\\' && !ranged, !begins && !ranged && !unicode.IsSpace(next):
		p.write(" ")
	default:
		p.write("~")
	}
}

// dashes reads a run of hyphens. Options of programs, arrows and rules stay.
func (p *tex) dashes() {
	n := 1
	for p.pos+n < p.end && p.s[p.pos+n] == '-' {
		n++
	}
	prev, next := p.before(p.pos), p.after(p.pos+n)
	option := n == 2 && next <= unicode.MaxASCII && unicode.IsLetter(next) &&
		(unicode.IsSpace(prev) || strings.ContainsRune("([\"'", prev))
	arrow := next == '>' || prev == '<' || prev == '!'
	switch {
	case n == 2 && !option && !arrow:
		p.write("–")
	case n == 3 && !arrow:
		p.write("—")
	default:
		p.write(p.s[p.pos : p.pos+n])
	}
	p.pos += n
}

// nearby is how far a closing quote is looked for, in bytes.
const nearby = 300

// backtick reads TeX's opening quotes; code between backticks stays.
func (p *tex) backtick() {
	n := 1
	for p.pos+n < p.end && p.s[p.pos+n] == '`' {
		n++
	}
	if n == 2 {
		p.quotes++
		p.pos += n
		p.write("“")
		return
	}
	if n == 1 {
		if p.code() || p.quoted() || p.lostGrave() {
			return
		}
	}
	p.copy(n)
}

// code copies what stands between two single backticks.
func (p *tex) code() bool {
	rest := p.s[p.pos+1 : min(p.end, p.pos+nearby)]
	i := strings.IndexByte(rest, '`')
	if i < 1 || strings.HasPrefix(rest[i:], "``") || p.joined() || strings.ContainsAny(rest[:i], "\n") && strings.Contains(rest[:i], "' ") {
		return false
	}
	if q := strings.IndexByte(rest[:i], '\''); q > 0 && rest[i-1] == ' ' {
		return false // `one' and `two'
	}
	p.copy(i + 2)
	return true
}

// joined reports whether the sign at pos stands inside or behind a word.
func (p *tex) joined() bool {
	prev := p.before(p.pos)
	return unicode.IsLetter(prev) || unicode.IsDigit(prev)
}

// quoted reads the opening of a 'single quotation' that is closed nearby.
func (p *tex) quoted() bool {
	if p.joined() {
		return false
	}
	rest := p.s[p.pos+1 : min(p.end, p.pos+nearby)]
	for i := 1; i < len(rest); i++ {
		if rest[i] == '\'' && !isSpace(rest[i-1]) && (i+1 == len(rest) || !isLetter(rest[i+1])) {
			p.single++
			p.pos++
			p.write("‘")
			return true
		}
	}
	return false
}

// lostGrave reads a backtick inside a word, where a source has dropped the
// backslash of an accent (Nicol`o) or the author meant an apostrophe.
func (p *tex) lostGrave() bool {
	next := p.after(p.pos + 1)
	if !unicode.IsLetter(p.before(p.pos)) || !unicode.IsLetter(next) {
		return false
	}
	p.pos++
	if !strings.ContainsRune("aeiou", next) {
		p.write("'")
		return true
	}
	p.write(string(next) + string(marks["`"]))
	p.pos++
	return true
}

// apostrophe reads TeX's closing quotes.
func (p *tex) apostrophe() {
	switch {
	case strings.HasPrefix(p.s[p.pos:p.end], "''"):
		if p.quotes > 0 {
			p.quotes--
			p.write("”")
		} else {
			p.write("\"")
		}
		p.pos += 2
	case p.single > 0 && !unicode.IsLetter(p.after(p.pos+1)) && !unicode.IsSpace(p.before(p.pos)):
		p.single--
		p.write("’")
		p.pos++
	default:
		p.copy(1)
	}
}
