package interest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is one word of a text: the form and the stem it is compared by, and
// where it stands, in bytes. What hyphens, points and underscores join are
// words of their own, next to each other; Chinese, Japanese, Korean and Thai
// give a word per character, and so do emoji.
type Span struct {
	Form, Stem string
	Start, End int
}

// token is a word with what the index needs beyond its form.
type token struct {
	Span
	typed  string // the stem that its case tells: GPs is a plural of GP
	joined bool   // a hyphen, point or underscore joins it to the word before
	base   string // the word without its tail (LoRA² → lora, PointNet++ → pointnet), or empty
}

func analyse(text string) []token {
	return appendTokens(make([]token, 0, len(text)/6+1), text)
}

// appendTokens appends the words of a text to tokens, which has none yet.
func appendTokens(tokens []token, text string) []token {
	for at := 0; at < len(text); {
		end := wordEnd(text, at)
		if end == at {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			continue
		}
		if t, ok := newToken(text, at, end); ok {
			t.joined = len(tokens) > 0 && joins(text[tokens[len(tokens)-1].End:at])
			tokens = append(tokens, t)
		}
		at = end
	}
	return tokens
}

func newToken(text string, start, end int) (token, bool) {
	raw := text[start:end]
	form := fold(raw)
	if form == "" {
		return token{}, false
	}
	t := token{Span: Span{Form: form, Stem: stemOf(form), Start: start, End: end}, base: base(form)}
	t.typed = stemAsTyped(raw, t.Span)
	return t, true
}

// wordEnd returns where the word that starts at this byte ends; at itself if
// none starts there.
func wordEnd(text string, at int) int {
	if end := plainEnd(text, at); end > at {
		return end
	}
	r, size := utf8.DecodeRuneInString(text[at:])
	switch {
	case solitary(r):
		return skip(text, at+size, func(r rune) bool { return unicode.IsMark(r) || ignorable(r) || skinTone(r) })
	case r == '.' && startsWithPoint(text, at):
		return tailEnd(text, at, runEnd(text, at+1))
	case letter(r) && !unicode.IsMark(r):
		return tailEnd(text, at, runEnd(text, at))
	}
	return at
}

// plainEnd is wordEnd for most words: ASCII before a space or at the end.
func plainEnd(text string, at int) int {
	end := at
	for end < len(text) && text[end] < utf8.RuneSelf && letter(rune(text[end])) {
		end++
	}
	if end == len(text) || text[end] == ' ' {
		return end
	}
	return at
}

// runEnd goes over letters and digits, and over the marks that stand inside a
// word: the point of 3.1, the apostrophe of don't, the & of AT&T.
func runEnd(text string, at int) int {
	start, last := at, rune(0)
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if ignorable(r) {
			at += size
			continue
		}
		if !letter(r) && !inner(text, start, at, size, last, r) {
			break
		}
		at, last = at+size, r
	}
	return trimIgnorable(text, start, at)
}

func trimIgnorable(text string, start, end int) int {
	return start + len(strings.TrimRightFunc(text[start:end], ignorable))
}

func inner(text string, start, at, size int, last, r rune) bool {
	next, _ := utf8.DecodeRuneInString(text[at+size:])
	switch {
	case r == '.':
		return unicode.IsDigit(last) && unicode.IsDigit(next)
	case apostrophe(r):
		return unicode.IsLetter(last) && unicode.IsLetter(next) && !solitary(next)
	case r == '&':
		return unicode.IsLetter(last) && unicode.IsLetter(next) && !solitary(next) && initials(text, start, at, at+size)
	}
	return false
}

// initials tells AT&T, R&D and Q&A, one word each, from 'vision&language'.
func initials(text string, start, at, after int) bool {
	left := utf8.RuneCountInString(text[start:at])
	right := utf8.RuneCountInString(text[after:skip(text, after, letter)])
	return left <= 2 || right <= 2
}

// tailEnd adds the signs that make another name of a word: C++, C#, LoRA+,
// and the star of A* and D*.
func tailEnd(text string, start, end int) int {
	last, _ := utf8.DecodeLastRuneInString(text[start:end])
	if end == len(text) || !unicode.IsLetter(last) {
		return end
	}
	tail := end
	switch {
	case text[end] == '#':
		tail++
	case text[end] == '*' && utf8.RuneCountInString(text[start:end]) == 1:
		tail++
	case strings.HasPrefix(text[end:], "++"):
		tail += 2
	case text[end] == '+':
		tail++
	}
	next, _ := utf8.DecodeRuneInString(text[tail:])
	if letter(next) && !(tail == end+2 && unicode.IsDigit(next)) {
		return end
	}
	return tail
}

// startsWithPoint tells the name .NET from the end of a sentence.
func startsWithPoint(text string, at int) bool {
	next, _ := utf8.DecodeRuneInString(text[at+1:])
	if !unicode.IsLetter(next) || solitary(next) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return at == 0 || unicode.IsSpace(before) || unicode.In(before, unicode.Ps, unicode.Pi)
}

// base strips the tail of a name: a version (qwen2.5, yolov8, LoRA²) or signs
// (pointnet++, .net). A short name keeps to itself: C is not C++, L is not L².
func base(form string) string {
	if last := form[len(form)-1]; 'a' <= last && last <= 'z' && form[0] != '.' {
		return "" // most words
	}
	if bare := strings.TrimLeft(form, "."); bare != form {
		return bare
	}
	bare := strings.TrimRight(form, "+#")
	if bare == form {
		bare = strings.TrimRight(form, "0123456789.")
		if bare != form && len(bare) > 3 {
			bare = strings.TrimSuffix(bare, "v")
		}
	}
	if bare == form || len(bare) < 3 || !lettersOnly(bare) {
		return ""
	}
	return bare
}

// joins tells whether what stands between two words makes one of them, as in
// k-means, node.js and execute_code, or at the end of a line: approxi-⏎mation.
func joins(gap string) bool {
	r, size := utf8.DecodeRuneInString(gap)
	switch {
	case hyphen(r):
		return strings.TrimSpace(gap[size:]) == ""
	case r == '.' || r == '_':
		return len(gap) == size
	}
	return false
}

func hyphen(r rune) bool {
	switch r {
	case '-', '‐', '‑', '‒', '–', '−', '－':
		return true
	}
	return false
}

// letter tells the runes words are made of: letters, digits, the marks on
// them, raised and lowered digits, and ∞ (as in H∞).
func letter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || r == '∞') && !solitary(r) && !ignorable(r)
}

// solitary tells the runes that are a word each: the scripts that put no
// spaces between words, and emoji.
func solitary(r rune) bool {
	if r < 0xE00 {
		return false
	}
	return r == 'ー' || r == '々' || r >= 0x1F000 && r <= 0x1FAFF && !skinTone(r) || r >= 0x2600 && r <= 0x27BF ||
		unicode.IsLetter(r) && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
			unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func skinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }

// skip returns the first byte from at whose rune is not of this kind.
func skip(text string, at int, kind func(rune) bool) int {
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !kind(r) {
			break
		}
		at += size
	}
	return at
}

func lettersOnly(form string) bool {
	for i := range len(form) {
		if form[i] < 'a' || form[i] > 'z' {
			return false
		}
	}
	return true
}
