package interest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what a reader can ask for.
const (
	maxLength = 2000 // characters
	maxTerms  = 200
	maxDepth  = 20 // parentheses in parentheses
	maxWeight = 10
)

// SyntaxError says where keywords can't be read, and why.
type SyntaxError struct {
	Line, Column int    // from 1; in characters
	Expected     string // what should stand there
	Found        string // what stands there
}

func (e *SyntaxError) Error() string {
	at := fmt.Sprintf("column %d", e.Column)
	if e.Line > 1 {
		at = fmt.Sprintf("line %d, column %d", e.Line, e.Column)
	}
	return fmt.Sprintf("%s: expected %s, found %s", at, e.Expected, e.Found)
}

// Parse reads keywords in the language that this package's documentation
// describes. Its errors are of type *SyntaxError.
func Parse(keywords string) (Interest, error) {
	p := newParser(keywords)
	if len(p.text) > maxLength {
		return Interest{}, p.fail(maxLength, "at most 2,000 characters", fmt.Sprintf("%d", len(p.text)))
	}
	parts, err := p.interests()
	if err != nil {
		return Interest{}, err
	}
	return newInterest(parts), nil
}

func newParser(keywords string) *parser {
	typed := []rune(strings.ToValidUTF8(keywords, "\uFFFD"))
	p := &parser{typed: typed, text: make([]rune, len(typed))}
	for i, r := range typed {
		p.text[i] = plain(r)
	}
	return p
}

// plain reads the marks of word processors and of East Asian keyboards as
// those of the grammar.
func plain(r rune) rune {
	switch r {
	case '“', '”', '„', '‟', '«', '»', '＂', '「', '」', '『', '』':
		return '"'
	case '（':
		return '('
	case '）':
		return ')'
	case '：':
		return ':'
	case '＊':
		return '*'
	case '＾':
		return '^'
	case '＝':
		return '='
	case '，', '、', '；', ';':
		return ','
	case '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return '\n'
	}
	return r
}

type parser struct {
	typed []rune
	text  []rune // typed, with the grammar's marks made plain
	at    int
	depth int
	terms int
	field field // of the group being read
}

// fail makes the error for a position.
func (p *parser) fail(at int, expected, found string) *SyntaxError {
	line, column := 1, 1
	for _, r := range p.text[:at] {
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return &SyntaxError{Line: line, Column: column, Expected: expected, Found: found}
}

// expected makes the error for where the parser stands.
func (p *parser) expected(what string) *SyntaxError {
	return p.fail(p.at, what, p.found())
}

// found names what stands where the parser stands.
func (p *parser) found() string {
	switch r := p.peek(); {
	case r == end:
		return "the end"
	case r == '\n':
		return "the end of the line"
	case unicode.IsSpace(r):
		return "a space"
	}
	if word := []rune(p.wordAhead()); len(word) > 20 {
		return strconv.Quote(string(word[:20]) + "…")
	} else if len(word) > 0 {
		return strconv.Quote(string(word))
	}
	return strconv.Quote(string(p.typed[p.at]))
}

// end is what peek returns after the last character.
const end = -1

// peek returns the character to be read.
func (p *parser) peek() rune {
	if p.at == len(p.text) {
		return end
	}
	return p.text[p.at]
}

func (p *parser) take(r rune) bool {
	if p.peek() != r {
		return false
	}
	p.at++
	return true
}

// space goes over spaces, but not over the end of a line.
func (p *parser) space() {
	for r := p.peek(); r != '\n' && unicode.IsSpace(r); r = p.peek() {
		p.at++
	}
}

// keyword takes an operator in capitals that stands alone.
func (p *parser) keyword(word string) bool {
	if p.wordAhead() != word {
		return false
	}
	p.at += len(word)
	return true
}

// wordAhead returns the run of word characters that comes next.
func (p *parser) wordAhead() string {
	to := p.at
	for to < len(p.text) && inWord(p.text[to]) {
		to++
	}
	return string(p.text[p.at:to])
}

// inWord tells the characters that end no word.
func inWord(r rune) bool {
	switch r {
	case '"', '(', ')', '^', ',':
		return false
	}
	return !unicode.IsSpace(r)
}

func separator(r rune) bool { return r == ',' || r == '\n' }

// interests reads all of the keywords; empty interests don't count.
func (p *parser) interests() ([]node, error) {
	var parts []node
	for {
		p.space()
		switch r := p.peek(); {
		case r == end:
			return parts, nil
		case separator(r):
			p.at++
		default:
			n, err := p.either()
			if err != nil {
				return nil, err
			}
			if p.peek() == ')' {
				return nil, p.expected("an opening parenthesis before this one")
			}
			parts = append(parts, n)
		}
	}
}

// either reads alternatives: a b OR c d.
func (p *parser) either() (node, error) {
	var nodes []node
	for {
		n, err := p.all()
		if err != nil {
			return node{}, err
		}
		nodes = append(nodes, n)
		if !p.keyword("OR") {
			return group(kindAny, nodes), nil
		}
	}
}

// all reads what stands side by side: a -b "c d".
func (p *parser) all() (node, error) {
	var nodes []node
	for {
		n, err := p.signed()
		if err != nil {
			return node{}, err
		}
		nodes = append(nodes, n)
		p.space()
		if p.keyword("AND") {
			continue
		}
		if r := p.peek(); r == end || r == ')' || separator(r) || p.wordAhead() == "OR" {
			return group(kindAll, nodes), nil
		}
	}
}

// signed reads a term or group, shut out or not.
func (p *parser) signed() (node, error) {
	p.space()
	not := p.keyword("NOT")
	if not {
		p.space()
	} else if hyphen(p.peek()) || p.peek() == '—' {
		not = true
		p.at++
		if r := p.peek(); r == end || unicode.IsSpace(r) || separator(r) {
			return node{}, p.expected("a word right after the minus")
		}
	}
	n, err := p.weighted()
	if err != nil || !not {
		return n, err
	}
	return node{kind: kindNot, weight: 1, nodes: []node{n}}, nil
}

// weighted reads a term or group with its weight.
func (p *parser) weighted() (node, error) {
	n, err := p.operand()
	if err != nil || !p.take('^') {
		return n, err
	}
	n.weight, err = p.weight(n.weight)
	return n, err
}

// weight reads a weight; one group's stands upon what the inner one's is.
func (p *parser) weight(inner float64) (float64, error) {
	to := p.at
	for to < len(p.text) && (p.text[to] == '.' || '0' <= p.text[to] && p.text[to] <= '9') {
		to++
	}
	w, err := strconv.ParseFloat(string(p.text[p.at:to]), 64)
	w *= inner
	cents := math.Round(w * 100)
	if err != nil || to < len(p.text) && inWord(p.text[to]) || cents < 1 || cents > maxWeight*100 || math.Abs(w*100-cents) > 1e-6 {
		return 0, p.expected("a weight from 0.01 to 10, such as 2 or 0.5")
	}
	p.at = to
	return cents / 100, nil
}

// operand reads a term or a group, held to a field or not.
func (p *parser) operand() (node, error) {
	f, err := p.fieldName()
	if err != nil {
		return node{}, err
	}
	if f == anywhere {
		return p.value()
	}
	if p.field != anywhere {
		return node{}, p.expected("a word without a field: the group is held to " + p.field.String() + ":")
	}
	p.at += strings.IndexByte(p.wordAhead(), ':') + 1
	p.space()
	p.field = f
	n, err := p.value()
	p.field = anywhere
	return n, err
}

// fieldName looks whether the word ahead begins with a field.
func (p *parser) fieldName() (field, error) {
	name, _, ok := strings.Cut(strings.ToLower(p.wordAhead()), ":")
	if !ok {
		return anywhere, nil
	}
	if i := slices.Index(fieldNames[1:], name); i >= 0 {
		return field(i + 1), nil
	}
	return anywhere, p.expected("title:, abstract:, author:, cat: or source: before a colon" + nearest(name))
}

// nearest proposes the field that begins as the name does.
func nearest(name string) string {
	for _, f := range fieldNames[1:] {
		if len(name) >= 2 && strings.HasPrefix(f, name[:2]) {
			return " (did you mean " + f + ":?)"
		}
	}
	return ""
}

func (p *parser) value() (node, error) {
	if p.peek() == '(' {
		return p.group()
	}
	if p.terms++; p.terms > maxTerms {
		return node{}, p.expected(fmt.Sprintf("at most %d words and phrases", maxTerms))
	}
	t := &term{field: p.field, exact: p.take('=')}
	read := p.word
	if p.peek() == '"' {
		read = p.phrase
	}
	if err := read(t); err != nil {
		return node{}, err
	}
	return node{kind: kindTerm, weight: 1, term: t}, nil
}

func (p *parser) group() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, p.expected(fmt.Sprintf("at most %d parentheses in one another", maxDepth))
	}
	p.at++
	n, err := p.either()
	if err != nil {
		return node{}, err
	}
	if !p.take(')') {
		return node{}, p.expected("a closing parenthesis")
	}
	p.depth--
	return n, nil
}

// phrase reads words in quotes.
func (p *parser) phrase(t *term) error {
	p.at++
	start := p.at
	for p.peek() != '"' {
		if r := p.peek(); r == end || r == '\n' {
			return p.expected("a closing quote")
		}
		p.at++
	}
	t.quoted, t.text = true, strings.Join(strings.Fields(string(p.typed[start:p.at])), " ")
	if !t.compile() {
		return p.fail(start, "a word between the quotes", strconv.Quote(t.text))
	}
	p.at++
	return nil
}

// word reads a single word, which may be a prefix.
func (p *parser) word(t *term) error {
	text := p.wordAhead()
	if hyphen(p.peek()) || !t.exact && operator(text) {
		return p.expected("a word or a phrase")
	}
	t.text = text
	if at := star(text); at >= 0 {
		if at < len(text)-1 {
			return p.fail(p.at+utf8.RuneCountInString(text[:at]), "the * at the end of a word", strconv.Quote(text[at:]))
		}
		t.text, t.prefix = text[:at], true
	}
	if !t.compile() {
		return p.expected("a word or a phrase")
	}
	if !t.exact && operator(t.text) { // typed as OR. or 'OR'
		t.quoted = true
	}
	if t.prefix && t.narrow() {
		return p.expected("at least two letters before the *")
	}
	p.at += utf8.RuneCountInString(text)
	return nil
}

func operator(word string) bool { return word == "AND" || word == "OR" || word == "NOT" }

// star returns the byte of the first star that is no part of a name such as
// A*, or -1.
func star(text string) int {
	from := 0
	for _, t := range analyse(text) {
		if i := strings.IndexByte(text[from:t.Start], '*'); i >= 0 {
			return from + i
		}
		from = t.End
	}
	if i := strings.IndexByte(text[from:], '*'); i >= 0 {
		return from + i
	}
	return -1
}
