package paper

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// backslash reads a command.
func (p *tex) backslash() {
	switch next := p.after(p.pos + 1); {
	case p.pos+1 >= p.end:
		p.copy(1)
	case !p.math && p.path():
	case next < utf8.RuneSelf && isLetter(byte(next)):
		p.named(p.name())
	case strings.ContainsRune("%$&#_{}", next):
		p.pos += 2
		p.write(string(next))
	case unicode.IsSpace(next), strings.ContainsRune(",;:>", next):
		p.pos += 2
		p.write(" ")
	case strings.ContainsRune("!/@-*", next):
		p.pos += 2
	case strings.ContainsRune("\"'`^~=.", next):
		p.pos += 2
		p.accent(string(next), false)
	case next == '\\':
		p.newline()
	case next == '(' || next == '[':
		p.delimited(next)
	case next == '|':
		p.pos += 2
		p.write("‖")
	case next >= utf8.RuneSelf && unicode.IsLetter(next):
		p.pos++ // \τ, where a source has already replaced the name
	default:
		p.copy(2)
	}
}

// path copies a Windows path such as C:\new\text.
func (p *tex) path() bool {
	if p.pos < 2 || p.s[p.pos-1] != ':' || !isLetter(p.s[p.pos-2]) || unicode.IsLetter(p.before(p.pos-2)) {
		return false
	}
	n := strings.IndexAny(p.s[p.pos:p.end], " \t\r\n{}$\"'`,;)")
	if n < 0 {
		n = p.end - p.pos
	}
	p.copy(n)
	return true
}

// newline reads \\ with the distance that may follow it. Before a percent or
// dollar sign it is an escape that was escaped once more.
func (p *tex) newline() {
	p.pos += 2
	if next := p.after(p.pos); next == '%' || next == '$' && p.next(p.dollars, p.pos+1) < 0 {
		return
	}
	if d, ok := p.option(); ok && (d == "" || !strings.ContainsRune("-.0123456789", rune(d[0]))) {
		p.pos -= len(d) + 2
	}
	if p.cells > 0 && p.math {
		p.write("; ")
		return
	}
	p.write(" ")
}

// delimited reads \( … \) and \[ … \].
func (p *tex) delimited(sign rune) {
	ends := p.parens
	if sign == '[' {
		ends = p.squares
	}
	closing := p.next(ends, p.pos+2)
	if closing < 0 || p.math || p.depth >= deepest {
		p.copy(2)
		return
	}
	p.pos += 2
	p.formula(closing, 2)
}

// name reads the letters of a command, which stands at pos.
func (p *tex) name() string {
	end := p.pos + 1
	for end < p.end && isLetter(p.s[end]) {
		end++
	}
	name := p.s[p.pos+1 : end]
	p.pos = end
	if end+1 < p.end && p.s[end] == '*' && p.s[end+1] == '{' {
		p.pos++
	}
	return name
}

// named reads the command of that name. What is unknown keeps its name.
func (p *tex) named(name string) {
	if p.special(name) || p.plainCommand(name) {
		return
	}
	p.unknown(name)
}

// plainCommand reads the commands that a table describes in full.
func (p *tex) plainCommand(name string) bool {
	if _, ok := marks[name]; ok {
		return p.accent(name, true)
	}
	if s, ok := symbols[name]; ok {
		p.sign(name, strings.ReplaceAll(s, "_", " "))
		return true
	}
	if n, ok := dropped[name]; ok {
		p.drop(n)
		return true
	}
	if n, ok := skipped[name]; ok {
		p.arguments(n)
		return true
	}
	switch {
	case p.rich && name == "mathit":
		s, _ := p.atom(true)
		p.write(p.mark(markItalic, s))
	case operators[name]:
		p.function(name)
	case nothing[name]:
		p.skipSpace()
	case spaces[name]:
		p.write(" ")
	case p.rich && italics[name]:
		p.write(p.mark(markItalic, p.apart(p.textArgument)))
	case textual[name]:
		p.textArgument()
	default:
		return false
	}
	return true
}

// special reads the commands with a shape of their own.
func (p *tex) special(name string) bool {
	switch name {
	case "frac", "tfrac", "dfrac", "cfrac", "nicefrac", "sfrac", "flatfrac":
		p.fraction()
	case "sqrt":
		p.root()
	case "binom", "tbinom", "dbinom":
		n, _ := p.atom(true)
		k, _ := p.atom(true)
		p.write("C(" + n + ", " + k + ")")
	case "mathbb", "mathds", "Bbb":
		s, _ := p.atom(true)
		p.write(double(bare(s)))
	case "textsuperscript", "textsubscript", "overset", "underset", "stackrel":
		p.stacked(name)
	case "operatorname":
		s, _ := p.atom(true)
		p.function(s)
	case "pmod", "pod":
		s, _ := p.atom(true)
		p.write(" (mod " + s + ")")
	case "bmod":
		p.write(" mod ")
	case "not":
		s, _ := p.atom(true)
		p.sign(name, norm.NFC.String(s+"\u0338"))
	case "verb", "lstinline", "mintinline":
		p.verbatim()
	case "left", "right", "middle":
		p.skipSpace()
		if p.after(p.pos) == '.' {
			p.pos++
		}
	default:
		return p.structural(name)
	}
	return true
}

// structural reads the commands of documents rather than of formulas.
func (p *tex) structural(name string) bool {
	switch name {
	case "url", "nolinkurl", "path":
		p.url()
	case "href":
		p.href()
	case "citet", "citeauthor", "textcite", "citeyear", "citealt":
		if key, ok := p.raw(); ok {
			p.write("[" + key + "]")
		}
	case "footnote", "thanks", "footnotetext":
		p.trim()
		if s, ok := p.argument(false); ok && s != "" {
			p.write(" (" + s + ")")
		} else if !ok {
			p.write(" ")
		}
	case "enquote":
		s, _ := p.atom(false)
		p.write("“" + s + "”")
	case "begin":
		p.begin()
	case "end":
		p.raw()
		p.cells = max(0, p.cells-1)
		p.write(" ")
	case "item":
		label, _ := p.option()
		p.write(" • " + label)
	case "unicode", "char", "ding", "symbol":
		p.character(name)
	case "SI", "qty", "num", "si", "unit", "SIrange", "ang", "qtyproduct", "numproduct":
		p.quantity(name)
	default:
		return p.unescape(name)
	}
	return true
}

// unescape reads \u00e9, which other languages write for é.
func (p *tex) unescape(name string) bool {
	from := p.pos - len(name)
	if name[0] != 'u' || from+5 > p.end {
		return false
	}
	n, err := strconv.ParseUint(p.s[from+1:from+5], 16, 16)
	if err != nil || n < ' ' || n >= 0xD800 && n < 0xE000 {
		return false
	}
	p.write(string(rune(n)))
	p.pos = from + 5
	return true
}

// sign writes a symbol. TeX swallows the space after a command: in formulas
// it comes back around relations and arrows that have one before, 7 × 6.
func (p *tex) sign(name, s string) {
	r, _ := utf8.DecodeRuneInString(s)
	spaced := p.math && len(p.out) > p.start && unicode.IsSpace(p.last())
	switch {
	case p.math && relates(r):
		p.write(s)
		p.skipSpace()
		if spaced && p.pos < p.end {
			p.write(" ")
		}
	case p.math:
		p.write(s)
		p.swallow()
	case strings.HasSuffix(s, ".") && p.after(p.pos) == '.': // \etal.
		p.write(strings.TrimSuffix(s, "."))
	case unicode.IsLetter(r) && r < 'Ͱ' && len(name) <= 2: // \o, \ss, \i
		p.write(s)
		if isLetter(byte(p.after(p.pos + 1))) {
			p.skipSpace()
		}
	default:
		p.write(s)
	}
}

// swallow passes over the space behind a symbol, unless a sign such as = or
// \in comes next: that one keeps its distance on both sides.
func (p *tex) swallow() {
	from := p.pos
	p.skipSpace()
	next := p.after(p.pos)
	if next == '\\' {
		command := p.pos
		name := p.name()
		p.pos = command
		next = firstRune(symbols[name])
	}
	if relates(next) || strings.ContainsRune("=+-*/", next) {
		p.pos = from
	}
}

// verbatim copies what stands between two equal signs: \verb|a_b|.
func (p *tex) verbatim() {
	if p.pos >= p.end || isLetter(p.s[p.pos]) || isSpace(p.s[p.pos]) || p.s[p.pos] == '{' {
		return
	}
	rest := p.s[p.pos+1 : min(p.end, p.pos+nearby)]
	if i := strings.IndexByte(rest, p.s[p.pos]); i >= 0 {
		p.write(rest[:i])
		p.pos += i + 2
	}
}

// relates reports whether r stands between two things.
func relates(r rune) bool {
	return r == '~' || r == '|' || r == '·' || r == ':' || r == '<' || r == '>' ||
		unicode.Is(unicode.Sm, r) && !strings.ContainsRune("∞∂∇∀∃∄¬∅√∑∏∐∫∬∭∮⋃⋂⨁⨂⊤⊥′", r) || r >= '←' && r <= '⇿'
}

// function writes the name of a function, apart from letters around it.
func (p *tex) function(name string) {
	if r := p.last(); isWord(r) || r == ')' {
		p.write(" ")
	}
	p.write(name)
	p.skipSpace()
	p.gap = p.math
}

// arguments passes over n arguments and the options among them.
func (p *tex) arguments(n int) {
	p.option()
	for range n {
		if _, ok := p.raw(); !ok {
			return
		}
		p.option()
	}
}

// drop passes over a command with n arguments, and mends what stood around it.
func (p *tex) drop(n int) {
	p.arguments(n)
	next := p.after(p.pos)
	if unicode.IsSpace(next) || strings.ContainsRune(".,;:!?)]", next) {
		p.trim()
	}
	if n := len(p.out); n > 0 && (p.out[n-1] == '(' && next == ')' || p.out[n-1] == '[' && next == ']') {
		p.out = p.out[:n-1]
		p.pos++
		p.trim()
	}
}

// trim takes away the space at the end of what is written.
func (p *tex) trim() {
	for len(p.out) > p.start && isSpace(p.out[len(p.out)-1]) {
		p.out = p.out[:len(p.out)-1]
	}
}

// textArgument reads the argument of a text command, which is no formula.
func (p *tex) textArgument() {
	p.option()
	p.skipSpaceBefore('{')
	closing, ok := p.closing(p.pos)
	if !ok || p.depth >= deepest {
		return
	}
	p.pos++
	p.within(closing, false)
	p.pos = closing + 1
}

// skipSpaceBefore passes over white space if c follows it.
func (p *tex) skipSpaceBefore(c byte) {
	pos := p.pos
	p.skipSpace()
	if p.pos >= p.end || p.s[p.pos] != c {
		p.pos = pos
	}
}

// stacked reads commands that raise or lower one argument.
func (p *tex) stacked(name string) {
	shifted, _ := p.atom(p.math)
	var on string
	if !strings.HasPrefix(name, "text") {
		on, _ = p.atom(p.math)
		p.write(on)
	}
	switch {
	case shifted == "":
	case name == "textsubscript" || name == "underset":
		p.raise(p.subscript(shifted))
	default:
		p.raise(p.superscript(lastRune(p.out), shifted))
	}
}
