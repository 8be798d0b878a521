package letter

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a foreign text harmless for a line of mail: valid UTF-8, one
// line, single spaces, no control characters, and none of the invisible ones
// that turn the reading direction or hide words.
func clean(s string) string {
	if harmless(s) {
		return s
	}
	return cleaned(s)
}

func cleaned(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			gap = true
		case invisible(r):
		default:
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// harmless reports whether clean has nothing to do, which it mostly has not:
// all that s has are characters to be seen, and single spaces inside.
func harmless(s string) bool {
	before := ' '
	for _, r := range s {
		switch {
		case r > ' ' && r <= '~':
		case r == ' ' && before != ' ':
		case r < utf8.RuneSelf, r == utf8.RuneError, unicode.IsSpace(r), unicode.IsControl(r), r == '\u2028', r == '\u2029', invisible(r):
			return false
		}
		before = r
	}
	return s == "" || before != ' '
}

// invisible reports whether r shows nothing and can only mislead: marks,
// embeddings, overrides and isolates of direction, zero-width space and byte
// order mark, deprecated formatting, tags. The zero-width joiners stay: Persian
// and family emoji need them.
func invisible(r rune) bool {
	switch {
	case r == '\u00AD', r == '\u061C', r == '\u180E', r == '\u200B', r == '\u200E', r == '\u200F', r == '\uFEFF':
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2060' && r <= '\u206F':
		return true
	case r >= '\uFFF9' && r <= '\uFFFB', r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

// short cuts a text to at most n characters, at the end of a word where one is
// near, and marks the cut with an ellipsis.
func short(n int, s string) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)[:n-1]
	cut := string(r)
	if i := strings.LastIndexByte(cut, ' '); i > 0 && utf8.RuneCountInString(cut[i:]) < n/3 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.–—-(") + "…"
}

// lines splits an operator's or reader's text at its line breaks, each line
// cleaned, without empty ones.
func lines(s string) []string {
	out := make([]string, 0, strings.Count(s, "\n")+1)
	for line := range strings.Lines(s) {
		if line = clean(strings.TrimSuffix(line, "\n")); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// wrap breaks a text at spaces into lines of at most width columns and puts
// indent before every line but the first. A word longer than a line, such as a
// URL, is left whole.
func wrap(width int, indent, s string) string {
	return string(appendWrapped(nil, width, indent, []byte(s)))
}

func appendWrapped(dst []byte, width int, indent string, s []byte) []byte {
	column, begun := len(indent), false
	for word := range bytes.FieldsSeq(s) {
		n := columns(word)
		switch {
		case !begun:
			begun = true
		case column+1+n > width:
			dst = append(append(dst, '\n'), indent...)
			column = len(indent)
		default:
			dst = append(dst, ' ')
			column++
		}
		dst = append(dst, word...)
		column += n
	}
	return dst
}

// columns counts what a word takes in a fixed-width font: combining marks take
// nothing, East Asian wide characters and emoji two columns.
func columns[T string | []byte](s T) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i, n = i+1, n+1
			continue
		}
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		i += size
		switch {
		case r < '\u0300': // the first combining mark
			n++
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || r == '\u200D' || r == '\u200C':
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x1F300 && r < 0x1FB00:
			n += 2
		default:
			n++
		}
	}
	return n
}
