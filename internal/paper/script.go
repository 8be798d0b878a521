package paper

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mapping reads two rows of characters, one above the other.
func mapping(from, to string) map[rune]rune {
	m := make(map[rune]rune)
	above := []rune(to)
	for i, r := range []rune(from) {
		m[r] = above[i]
	}
	return m
}

// The characters that Unicode has raised and lowered. Some are shown as they
// are, because people write them so: SAM*, 360°, x†, and the point in PM₂.₅.
var (
	raised = mapping(
		"0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ∘°*∗⋆★′″†‡⊤™®",
		"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ°°**⋆★′″†‡ᵀ™®")
	lowered = mapping(
		"0123456789+-−=()aehijklmnoprstuvxβγρφχ",
		"₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
	doubled = mapping(
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		"𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ𝕒𝕓𝕔𝕕𝕖𝕗𝕘𝕙𝕚𝕛𝕜𝕝𝕞𝕟𝕠𝕡𝕢𝕣𝕤𝕥𝕦𝕧𝕨𝕩𝕪𝕫𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡")
)

// double returns blackboard bold, the one alphabet that carries a meaning of
// its own in running text (ℝ, 𝔽₂); all other alphabets are shown plain.
func double(s string) string {
	return strings.Map(func(r rune) rune {
		if d, ok := doubled[r]; ok {
			return d
		}
		return r
	}, s)
}

// superscript returns s raised where Unicode has every character of it, else
// as people type it: x^Q, d^(5/4). The ending of an ordinal stays: 20th.
func (p *tex) superscript(before rune, s string) string {
	if unicode.IsDigit(before) && ordinals[s] {
		return s
	}
	if t, ok := shift(bare(s), raised, ""); ok {
		return t
	}
	return p.mark(markRaised, "^"+enclosed(s))
}

var ordinals = set("th st nd rd")

// subscript returns s lowered, or as people type it: x_ij, L_∞, 𝔽_(pᵐ).
func (p *tex) subscript(s string) string {
	if t, ok := shift(bare(s), lowered, ".:"); ok {
		return t
	}
	return p.mark(markLowered, "_"+enclosed(s))
}

// shift maps every character. Those in between are kept between two digits.
// Spaces go, but not between words.
func shift(s string, to map[rune]rune, between string) (string, bool) {
	rs := []rune(s)
	var out strings.Builder
	for i, r := range rs {
		inside := i > 0 && i+1 < len(rs)
		switch t, ok := to[r]; {
		case ok:
			out.WriteRune(t)
		case r == ' ' && !(inside && isWord(rs[i-1]) && isWord(rs[i+1])):
		case inside && strings.ContainsRune(between, r) && unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1]):
			out.WriteRune(r)
		default:
			return "", false
		}
	}
	return out.String(), true
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// enclosed puts s in parentheses unless it is one thing to the eye: a single
// character, a word or number, or bracketed already.
func enclosed(s string) string {
	if b := bare(s); utf8.RuneCountInString(b) == 1 || bracketed(b) || strings.IndexFunc(b, notPlain) < 0 {
		return s
	}
	return "(" + s + ")"
}

// notPlain reports whether r is more than part of a plain word or number.
func notPlain(r rune) bool {
	return r > unicode.MaxASCII || !isWord(r) && r != '.'
}

// bracketed reports whether the whole of s stands in one pair of brackets.
func bracketed(s string) bool {
	depth := 0
	for i, r := range s {
		switch r {
		case '(', '[', '{', '⟨':
			depth++
		case ')', ']', '}', '⟩':
			depth--
		}
		if depth == 0 {
			return i > 0 && i+utf8.RuneLen(r) == len(s)
		}
	}
	return false
}

// numerator puts s in parentheses where the stroke of a fraction behind it
// would take only its last part.
func numerator(s string) string {
	depth := 0
	for i, r := range bare(s) {
		switch {
		case strings.ContainsRune("([{⟨⌊⌈", r):
			depth++
		case strings.ContainsRune(")]}⟩⌋⌉", r):
			depth--
		case depth == 0 && (r == ' ' || r == '/' || i > 0 && strings.ContainsRune("+-−±=<>", r)):
			return "(" + s + ")"
		}
	}
	return s
}

// factor puts s in parentheses unless it is one number, one letter with what
// hangs on it, or bracketed already: √2, √x₁, √(MN), a/(2b).
func factor(s string) string {
	b := bare(s)
	if s == "" || bracketed(b) {
		return s
	}
	digits, letters := 0, 0
	for i, r := range b {
		switch {
		case unicode.IsDigit(r), r == '.' && i > 0:
			digits++
		case unicode.Is(unicode.Lm, r), unicode.Is(unicode.No, r), unicode.Is(unicode.Mn, r), r == '′', r == '*':
		case unicode.IsLetter(r) || r == '∞':
			letters++
		default:
			return "(" + s + ")"
		}
	}
	if letters > 1 || letters == 1 && digits > 0 {
		return "(" + s + ")"
	}
	return s
}
