package paper

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// accent reads an accent over the next letter, reporting false where the
// command turns out to be something else.
func (p *tex) accent(name string, letters bool) bool {
	from := p.pos
	if letters && !strings.ContainsRune("{\\ ", p.after(p.pos)) && !p.math && len(name) == 1 {
		return p.restore(from, name)
	}
	if !letters && p.escapedQuote(name) {
		p.write(name)
		return true
	}
	if s, ok := p.brokenName(name); ok {
		p.write(s)
		return true
	}
	if letters {
		p.skipSpace()
	}
	if next := p.after(p.pos); next != '{' && next != '\\' && !unicode.IsLetter(next) {
		return p.restore(from, name)
	}
	braced := p.after(p.pos) == '{'
	s, ok := p.atom(p.math)
	s = bare(s) // a mark of typesetting is no letter
	switch {
	case !ok:
		return p.restore(from, name)
	case s == "":
		if !letters {
			p.write(name) // \^{} and \~{} stand for the signs
		}
	case braced || letters || name != "\"" && name != "'" && name != "`":
		p.write(accentuate(s, marks[name]))
	default:
		p.quoteOrMark(name, s)
	}
	return true
}

// restore writes an accent that has no letter to stand on.
func (p *tex) restore(from int, name string) bool {
	p.pos = from
	if len(name) == 1 && isLetter(name[0]) && !p.math {
		p.write("\\")
	}
	p.write(name)
	return true
}

// quoteOrMark writes the letter with its accent if there is such a letter;
// else a program has escaped a quotation mark.
func (p *tex) quoteOrMark(name, s string) {
	accented := accentuate(s, marks[name])
	if r, n := utf8.DecodeRuneInString(accented); n == len(accented) || !strings.HasPrefix(s, string(r)) {
		p.write(accented)
		return
	}
	p.write(name + s)
}

// escapedQuote reports whether \" opens a quotation, as in \"open\" source.
func (p *tex) escapedQuote(name string) bool {
	if name != "\"" || p.pos >= 3 && isWord(p.before(p.pos-2)) {
		return false
	}
	rest := p.s[p.pos:min(p.end, p.pos+nearby)]
	i := strings.Index(rest, "\\\"")
	return i > 0 && rest[0] != '{' && !isSpace(rest[0]) && i+2 <= len(rest) && (i+2 == len(rest) || !isLetter(rest[i+2]) && rest[i+2] != '{')
}

// brokenName mends a symbol that a source has taken for an accent: \k{appa}
// was \kappa, \c{opyright} was \copyright.
func (p *tex) brokenName(name string) (string, bool) {
	closing, ok := p.closing(p.pos)
	if !ok || len(name) != 1 || closing-p.pos < 3 || closing-p.pos > 20 {
		return "", false
	}
	s, ok := symbols[name+p.s[p.pos+1:closing]]
	if ok {
		p.pos = closing + 1
	}
	return s, ok
}

// accentuate returns s with a mark on it: a bar over each of up to three
// characters, another accent on the first of a word, and none on a formula.
func accentuate(s string, mark rune) string {
	first, n := utf8.DecodeRuneInString(s)
	switch first {
	case 'ı':
		first = 'i'
	case 'ȷ':
		first = 'j'
	}
	switch {
	case mark == '\u0305' && utf8.RuneCountInString(s) <= 3:
		return over(s, mark)
	case mark == '\u0305', isWide(s):
		return s
	}
	// A mark of its own behind the letter goes below the new one.
	return norm.NFC.String(string(first)+string(mark)) + s[n:]
}

// isWide reports whether s is a formula rather than a letter or a word.
func isWide(s string) bool { return strings.ContainsAny(s, " +-=/(,") }

// over puts the mark on every letter of s.
func over(s string, mark rune) string {
	var out strings.Builder
	for _, r := range s {
		out.WriteRune(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out.WriteRune(mark)
		}
	}
	return out.String()
}
