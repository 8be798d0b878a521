package paper

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Text returns a source's text as a person reads it: one line of plain
// Unicode in normal form C, without control characters. In HTML the markup
// goes and entities are decoded. TeX becomes Unicode where Unicode has it;
// alphabets other than blackboard bold become plain letters, powers and
// indices are raised or lowered if every character can be, else written x^Q
// and x_ij, fractions a/b. What is no TeX after all, such as $500, {1, 2},
// execute_code or C:\new, stays as it is, and no word is lost.
func Text(s string, m Markup) string {
	if isPlain(s) {
		return s
	}
	return typeset(source(s, m), false)
}

// source returns a text without what only HTML needs and without what shows
// nothing. TeX may stand in it.
func source(s string, m Markup) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if m == HTML {
		s = stripHTML(s)
	}
	return visible(s)
}

// typeset reads the TeX of a source, with marks around what Unicode can't say if
// rich is wanted.
func typeset(source string, rich bool) string {
	return norm.NFC.String(oneLine(plain(source, rich)))
}

// isPlain reports whether a text reads as it stands, as most do: printable ASCII
// in one line, single spaces, and no sign that could begin TeX or HTML.
func isPlain(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if !meansItself[c] || c == before && (c == ' ' || c == '-' || c == '\'') {
			return false
		}
		before = c
	}
	return s == "" || before != ' '
}

// meansItself are the characters of which one alone is no markup.
var meansItself = func() (t [256]bool) {
	for c := ' '; c <= '~'; c++ {
		t[c] = !strings.ContainsRune("\\${}~^`<&", c)
	}
	return t
}()

// visible drops control characters and those that only steer how others are
// shown: a title must not turn the writing around it.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r <= '~':
			return r
		case unicode.IsSpace(r):
			return ' '
		case isMark(r), unicode.IsControl(r), r == '\u00AD', r == '\uFEFF', r == '\u2060', r >= '\u200E' && r <= '\u200F',
			r == '\u200B', r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// oneLine folds white space to single spaces.
func oneLine(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for word := range strings.FieldsSeq(s) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// PlainTitle returns the title as text.
func (p *Paper) PlainTitle() string { return Text(p.Title, p.Markup) }

// PlainSummary returns the summary as text.
func (p *Paper) PlainSummary() string { return Text(p.Summary, p.Markup) }

// PlainAuthors returns the authors' names as text, one each: where a source
// put several names into one, they are separated.
func (p *Paper) PlainAuthors() []string {
	names := make([]string, 0, len(p.Authors))
	for _, author := range p.Authors {
		for name := range strings.SplitSeq(Text(author, p.Markup), ";") {
			name = strings.TrimSpace(lostDiaeresis(name))
			if strings.ContainsFunc(name, isWord) { // some lists hold a stray ":"
				names = append(names, name)
			}
		}
	}
	return names
}

// lostDiaeresis mends a name whose accent has lost its backslash on the way:
// Rapha"el. A nickname in quotation marks has spaces around it.
func lostDiaeresis(name string) string {
	before, after, ok := strings.Cut(name, `"`)
	if !ok || strings.Contains(after, `"`) || before == "" || after == "" {
		return name
	}
	rs := []rune(before)
	if !unicode.IsLetter(rs[len(rs)-1]) || !strings.ContainsRune("aeiouy", rune(after[0])) {
		return name
	}
	return norm.NFC.String(before + after[:1] + string(marks[`"`]) + after[1:])
}
