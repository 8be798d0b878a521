package paper

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dollar reads a dollar sign: the beginning of a formula, or money.
func (p *tex) dollar() {
	if p.math {
		p.pos++
		return
	}
	open := p.pos
	if closing := p.next(p.dollars, open+1); closing == open+1 {
		p.display(closing)
		return
	} else if closing > 0 && isMath(p.s[open+1:closing], p.after(closing+1)) {
		p.pos++
		p.formula(closing, 1)
		return
	}
	p.copy(1)
}

// display reads a formula between double dollars; the second stands at pos.
func (p *tex) display(second int) {
	closing := p.next(p.dollars, second+1)
	if closing < 0 || closing+1 >= p.end || p.s[closing+1] != '$' || strings.TrimSpace(p.s[second+1:closing]) == "" {
		p.copy(2)
		return
	}
	p.pos = second + 1
	p.formula(closing, 2)
}

// formula reads mathematics up to closing and passes over its sign of n bytes.
func (p *tex) formula(closing, n int) {
	start := len(p.out)
	p.skipSpace()
	p.within(closing, true)
	for len(p.out) > start && p.out[len(p.out)-1] == ' ' {
		p.out = p.out[:len(p.out)-1]
	}
	p.pos = closing + n
}

// isMath reports whether the text between two dollar signs is a formula. The
// alternative is prose between two prices, or between a price and a formula's
// opening sign. next is the character behind the second dollar.
func isMath(inner string, next rune) bool {
	body := strings.TrimSpace(inner)
	if body == "" {
		return false
	}
	tex, prose, tokens := describe(body)
	final, _ := utf8.DecodeLastRuneInString(inner)
	opens := isWord(next) || next == '\\' || next == '{'
	// The second sign looks like an opening one: " $x", "($x", "/$HOME".
	if opens && (unicode.IsSpace(final) || strings.ContainsRune("([:/=", final)) {
		return tex && !prose || utf8.RuneCountInString(body) == 1 && unicode.IsLetter(final)
	}
	if !isDigit(body[0]) {
		return tex || !prose || !isWord(next)
	}
	switch {
	case tex && !prose:
		return true
	case unicode.IsDigit(next) && !unicode.IsDigit(final) && !unicode.IsLetter(final):
		return false // $10, $20
	case prose:
		return tex || tokens == 2 && !isWord(next) // $3 mm$
	}
	return true
}

// describe tells whether a text holds TeX, whether it holds words of prose
// (two letters or more between spaces, outside of braces), and how many tokens.
func describe(s string) (tex, prose bool, tokens int) {
	depth, letters := 0, 0
	word := true // the present token has been letters only
	finish := func() {
		if letters+depth > 0 || !word {
			tokens++
		}
		prose = prose || word && letters > 1
		letters, word = 0, true
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			tex = tex || i+1 < len(s) && isLetter(s[i+1])
			for word = false; i+1 < len(s) && isLetter(s[i+1]); {
				i++
			}
		case c == '^' || c == '_':
			tex, word = true, false
		case c == '{':
			depth++
			word = false
		case c == '}':
			depth--
		case depth > 0:
		case isSpace(c):
			finish()
		case isLetter(c) || c >= utf8.RuneSelf:
			letters++
		case !strings.ContainsRune(",.;:()", rune(c)):
			word = false
		}
	}
	finish()
	return tex, prose && tokens > 1, tokens
}

// symbol reads the next character inside mathematics.
func (p *tex) symbol(c byte) {
	switch {
	case c == '~', c == '&' && p.cells > 0:
		p.pos++
		p.write(" ")
	case c == '\'' && !unicode.IsSpace(p.last()):
		p.pos++
		p.raise("′")
	case isSpace(c):
		p.skipSpace()
		if !p.closeUp() {
			p.out = append(p.out, ' ') // a gap after a function name stays open
		}
	case p.rich && isLetter(c) && !unicode.IsLetter(p.before(p.pos)) && !unicode.IsLetter(p.after(p.pos+1)):
		p.pos++
		p.write(p.mark(markItalic, string(c))) // a variable
	default:
		p.copyRune()
	}
}

// closeUp reports whether a space in a formula is no gap to the eye: inside
// of brackets, and between a single letter and its argument.
func (p *tex) closeUp() bool {
	last := p.last()
	if strings.ContainsRune("([{⟨⌊⌈", last) {
		return true
	}
	if next := p.after(p.pos); next != '(' || !unicode.IsLetter(last) && !unicode.Is(unicode.Mn, last) {
		return false
	}
	const enough = 24 // bytes, for two characters with marks between them
	written := bare(string(p.out[max(p.start, len(p.out)-enough):]))
	_, n := utf8.DecodeLastRuneInString(written)
	prev, _ := utf8.DecodeLastRuneInString(written[:len(written)-n])
	return !unicode.IsLetter(prev) || unicode.Is(unicode.Mn, last)
}

// raise writes what belongs to the character before it.
func (p *tex) raise(s string) {
	gap := p.gap
	p.gap = false
	p.write(s)
	p.gap = gap
}

// script reads ^ or _ with what follows. In prose the signs mean themselves,
// unless braces follow, or it is a power such as R^2.
func (p *tex) script(c byte) {
	if !p.math && !p.scripted(c) {
		p.copy(1)
		return
	}
	p.pos++
	s, ok := p.atom(p.math)
	switch {
	case !ok:
		p.write(string(c))
	case s == "":
	case c == '^':
		p.raise(p.superscript(lastRune(p.out), s))
	default:
		p.raise(p.subscript(s))
	}
}

// scripted reports whether a ^ or _ in prose is TeX.
func (p *tex) scripted(c byte) bool {
	next := p.after(p.pos + 1)
	if _, ok := p.closing(p.pos + 1); ok {
		return c == '^' || !unicode.IsSpace(p.before(p.pos))
	}
	if c == '_' {
		return false
	}
	prev := p.before(p.pos)
	if !isWord(prev) && prev != ')' && prev != ']' {
		return false
	}
	then := p.after(p.pos + 2)
	return next == '\\' && unicode.IsLetter(then) ||
		next < utf8.RuneSelf && unicode.IsDigit(next) && !unicode.IsDigit(then) && then != '.' && then != ','
}

// atom reads the next argument as TeX finds it: a group, a command with its
// arguments, or one character. It reports false where there is none.
func (p *tex) atom(math bool) (string, bool) {
	p.skipSpace()
	if s, ok := p.argument(math); ok {
		return s, true
	}
	if p.pos >= p.end || p.s[p.pos] == '}' || p.s[p.pos] == '$' {
		return "", false
	}
	was := p.math
	p.math = math
	defer func() { p.math = was }()
	if p.s[p.pos] != '\\' {
		return p.apart(p.copyRune), true
	}
	if p.depth >= deepest {
		return "", false
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.apart(p.backslash), true
}

// argument reads a group in braces. A brace that is never closed takes all
// that is left. It reports false if no brace is next.
func (p *tex) argument(math bool) (string, bool) {
	if p.pos >= p.end || p.s[p.pos] != '{' || p.depth >= deepest {
		return "", false
	}
	closing, ok := p.closing(p.pos)
	p.pos++
	if !ok {
		return p.part(p.end, math), true
	}
	s := p.part(closing, math)
	p.pos = closing + 1
	return s, true
}

// raw returns the next group as it stands in the source.
func (p *tex) raw() (string, bool) {
	closing, ok := p.closing(p.pos)
	if !ok {
		return "", false
	}
	s := p.s[p.pos+1 : closing]
	p.pos = closing + 1
	return s, true
}

// option passes over an argument in square brackets and returns it.
func (p *tex) option() (string, bool) {
	if p.pos >= p.end || p.s[p.pos] != '[' {
		return "", false
	}
	rest := p.s[p.pos+1 : min(p.end, p.pos+nearby)]
	i := strings.IndexByte(rest, ']')
	if i < 0 {
		return "", false
	}
	p.pos += i + 2
	return rest[:i], true
}

// fraction writes a/b, with parentheses where they are needed.
func (p *tex) fraction() {
	above, _ := p.atom(true)
	below, ok := p.atom(true)
	if !ok {
		p.write(above)
		return
	}
	if first, _ := utf8.DecodeRuneInString(above); unicode.IsDigit(p.last()) && unicode.IsDigit(first) {
		p.write(" ")
	}
	p.write(numerator(above) + "/" + factor(below))
}

// root writes √x, ∛x or ⁿ√x.
func (p *tex) root() {
	sign := "√"
	if degree, ok := p.option(); ok {
		switch degree = strings.TrimSpace(degree); degree {
		case "", "2":
		case "3":
			sign = "∛"
		case "4":
			sign = "∜"
		default:
			if t, ok := shift(degree, raised, ""); ok {
				sign = t + sign
			} else {
				sign = "root " + enclosed(degree) + " " + sign
			}
		}
	}
	s, _ := p.atom(true)
	p.write(sign + factor(s))
}
