package interest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// field is a part of a paper that a term can be held to.
type field uint8

const (
	anywhere field = iota // title or abstract
	inTitle
	inAbstract
	inAuthor
	inCategory
	inSource
)

var fieldNames = [...]string{"", "title", "abstract", "author", "cat", "source"}

func (f field) String() string { return fieldNames[f] }

// term is a word or phrase of an interest.
type term struct {
	field  field
	text   string // as typed, without field, '=', quotes and '*'
	quoted bool
	exact  bool // =
	prefix bool // *

	spellings [][]word // each of them a way to find the term, word by word
	value     string   // folded, for categories and sources
	strength  float64  // of an exact match in the abstract
}

// word is one word of a term, ready to be looked up.
type word struct {
	form     string
	hash     uint64 // of the stem
	formOnly bool   // the stem doesn't count
	prefix   bool   // nor does the end of the form
	// otherForm: the form stands under another stem too (GPs, the plural of
	// GP, and gps), and is looked up after the stem.
	otherForm bool
}

func (t *term) String() string {
	var b strings.Builder
	if t.field != anywhere {
		b.WriteString(t.field.String())
		b.WriteByte(':')
	}
	if t.exact {
		b.WriteByte('=')
	}
	if t.quoted {
		b.WriteString(`"` + t.text + `"`)
	} else {
		b.WriteString(t.text)
	}
	if t.prefix {
		b.WriteByte('*')
	}
	return b.String()
}

func (t *term) equal(u *term) bool {
	return t.field == u.field && t.text == u.text && t.quoted == u.quoted && t.exact == u.exact && t.prefix == u.prefix
}

// narrow reports whether the term's last word is too short to be a prefix.
func (t *term) narrow() bool {
	if t.spellings == nil {
		return false
	}
	words := t.spellings[0]
	r, size := utf8.DecodeRuneInString(words[len(words)-1].form)
	return size == len(words[len(words)-1].form) && !solitary(r) || star(t.text+"*") < 0
}

// compile makes the term ready to be looked up. It reports false if the text
// holds no word.
func (t *term) compile() bool {
	if t.field == inCategory || t.field == inSource {
		t.value, t.strength = fold(t.text), 1
		return strings.ContainsFunc(t.text, func(r rune) bool { return letter(r) || solitary(r) })
	}
	tokens := analyse(t.text)
	if len(tokens) == 0 {
		return false
	}
	if !t.quoted {
		t.text = t.text[tokens[0].Start:tokens[len(tokens)-1].End]
	}
	t.spellings = [][]word{t.words(tokens)}
	if slices.ContainsFunc(tokens, func(t token) bool { return t.joined }) {
		t.spellings = append(t.spellings, t.words(join(tokens)))
	}
	t.strength = strengthOf(tokens)
	return true
}

func (t *term) words(tokens []token) []word {
	words := make([]word, len(tokens))
	for i, tok := range tokens {
		words[i] = word{
			form: tok.Form, hash: hash(tok.typed),
			formOnly:  t.exact || t.field == inAuthor,
			otherForm: tok.typed != tok.Stem,
			prefix:    t.field == inAuthor && len(tokens) > 1 && initial(tok.Form),
		}
	}
	if t.prefix {
		last := &words[len(words)-1]
		last.formOnly, last.prefix = true, true
	}
	return words
}

// initial tells the Y of 'Y. LeCun', which stands for any first name with it.
func initial(form string) bool { return len(form) == 1 && lettersOnly(form) }

// join writes what hyphens join as one word: k-means → kmeans.
func join(tokens []token) []token {
	var joined []token
	for _, t := range tokens {
		if !t.joined {
			joined = append(joined, t)
			continue
		}
		form := joined[len(joined)-1].Form + t.Form
		joined[len(joined)-1].Span = Span{Form: form, Stem: stemOf(form)}
		joined[len(joined)-1].typed = stemOf(form)
	}
	return joined
}
