package paper

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unaccented holds letters whose stroke or ligature no decomposition takes off.
var unaccented = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ħ", "h",
	"ı", "i", "ß", "ss", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d")

// fold returns the words of a plain text for comparing: lower case, without
// accents and punctuation.
func fold(s string) []string {
	s = strings.ToLower(norm.NFKD.String(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return ' '
	}, s)
	return strings.Fields(unaccented.Replace(s))
}

// FoldName returns an author's name for comparing: its words in lower case,
// without accents and points, in one order, so that 'Noether, Émmy' is 'Emmy
// Noether'. An initial is no first name, and only the same as itself.
func FoldName(name string) string {
	words := fold(name)
	slices.Sort(words)
	return strings.Join(words, " ")
}
