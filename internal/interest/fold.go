package interest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are folded by hand where Unicode keeps them whole.
var letters = strings.NewReplacer(
	"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d",
	"þ", "th", "ħ", "h", "ı", "i", "ŋ", "ng", "ς", "σ", "\u2044", "/",
)

// greek names the letters by which papers call things: β-VAE and beta-VAE,
// π0 and pi0, μP and muP are the same word.
var greek = map[rune]string{
	'α': "alpha", 'β': "beta", 'γ': "gamma", 'δ': "delta", 'ε': "epsilon", 'ζ': "zeta",
	'η': "eta", 'θ': "theta", 'ι': "iota", 'κ': "kappa", 'λ': "lambda", 'μ': "mu",
	'ν': "nu", 'ξ': "xi", 'ο': "omicron", 'π': "pi", 'ρ': "rho", 'σ': "sigma",
	'τ': "tau", 'υ': "upsilon", 'φ': "phi", 'χ': "chi", 'ψ': "psi", 'ω': "omega",
}

// fold brings a word to the form in which words are compared: compatibility
// forms, case, accents and inner apostrophes are gone, a possessive 's too.
func fold(word string) string {
	if form, ok := foldASCII(word); ok {
		return form
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(raisePowers(word)) {
		switch {
		case accent(r) || ignorable(r):
		case apostrophe(r):
			b.WriteByte('\'')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return dropApostrophes(nameGreek(norm.NFC.String(letters.Replace(b.String()))))
}

// foldASCII is the quick way for most words.
func foldASCII(word string) (string, bool) {
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return "", false
		}
	}
	return dropApostrophes(strings.ToLower(word)), true
}

func dropApostrophes(form string) string {
	if strings.IndexByte(form, '\'') < 0 {
		return form
	}
	return strings.ReplaceAll(strings.TrimSuffix(form, "'s"), "'", "")
}

// raisePowers keeps 10⁵ from reading as 105: a power of a number gets a '^'.
// A raised digit after a letter (LoRA²) is part of the name.
func raisePowers(word string) string {
	var b strings.Builder
	var last rune
	for _, r := range word {
		if superscript(r) && unicode.IsDigit(last) {
			b.WriteByte('^')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// nameGreek spells out the Greek letter of a word that has exactly one.
func nameGreek(form string) string {
	var letter rune
	for _, r := range form {
		if _, ok := greek[r]; ok {
			if letter != 0 {
				return form
			}
			letter = r
		} else if unicode.Is(unicode.Greek, r) {
			return form
		}
	}
	if letter == 0 {
		return form
	}
	return strings.Replace(form, string(letter), greek[letter], 1)
}

// accent tells marks that only decorate a letter. The vowel signs of Indic
// scripts and the voicing marks of Japanese make another letter and stay.
func accent(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F, r >= 0x1AB0 && r <= 0x1AFF, r >= 0x1DC0 && r <= 0x1DFF, r >= 0x20D0 && r <= 0x20FF:
		return true
	case r >= 0x591 && r <= 0x5C7 && unicode.Is(unicode.Mn, r), r >= 0x64B && r <= 0x65F:
		return true
	}
	return false
}

// ignorable tells runes that have no width and no say: soft hyphens,
// zero-width joiners and spaces, variation selectors.
func ignorable(r rune) bool {
	switch r {
	case 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF:
		return true
	}
	return r >= 0xFE00 && r <= 0xFE0F
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '＇' }

func superscript(r rune) bool {
	return r == '²' || r == '³' || r == '¹' || r == '⁰' || r >= '⁴' && r <= '⁹'
}
