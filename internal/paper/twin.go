package paper

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// telling is how many letters and digits a title has from which on it tells a
// work: 'Editorial' and 'Book review' come again and again.
const telling = 20

// TitleKey is equal for papers whose titles differ in case, accents, spaces and
// punctuation only, and "" where the title is too short to tell a work. Numbers
// count: Part I is not Part II.
func (p *Paper) TitleKey() string {
	key := squeeze(p.PlainTitle())
	if len([]rune(key)) < telling {
		return ""
	}
	return hash(key)
}

// spelled are signs that some write out.
var spelled = strings.NewReplacer("&", "and", "×", "x",
	"α", "alpha", "β", "beta", "γ", "gamma", "δ", "delta", "ε", "epsilon", "ϵ", "epsilon", "ζ", "zeta", "η", "eta",
	"θ", "theta", "ι", "iota", "κ", "kappa", "λ", "lambda", "μ", "mu", "ν", "nu", "ξ", "xi", "π", "pi", "ρ", "rho",
	"σ", "sigma", "τ", "tau", "υ", "upsilon", "φ", "phi", "ϕ", "phi", "χ", "chi", "ψ", "psi", "ω", "omega")

// squeeze leaves the letters and digits of a text.
func squeeze(s string) string {
	return strings.Join(fold(spelled.Replace(strings.ToLower(norm.NFKC.String(s)))), "")
}

// Twins reports whether two papers that share no name are one work all the
// same, listed by different sources: their titles and first authors are the
// same, and they have no two arXiv ids or two DOIs, which would be two works.
func Twins(a, b *Paper) bool {
	key := a.TitleKey()
	return key != "" && key == b.TitleKey() && !shareSource(a, b) &&
		!both(a, b, arxivName) && !both(a, b, doiName) &&
		len(a.Authors) > 0 && len(b.Authors) > 0 &&
		samePerson(a.PlainAuthors()[0], b.PlainAuthors()[0])
}

// shareSource: what one source lists twice it takes for two.
func shareSource(a, b *Paper) bool {
	return slices.ContainsFunc(a.Sources, func(s string) bool { return slices.Contains(b.Sources, s) })
}

// both reports whether each of them has a name of this kind.
func both(a, b *Paper, kind string) bool {
	has := func(n Name) bool { return strings.HasPrefix(string(n), kind) }
	return slices.ContainsFunc(a.Names, has) && slices.ContainsFunc(b.Names, has)
}

// samePerson reports whether two names can be one person's: 'Emmy Noether',
// 'E. Noether' and 'Noether, Emmy A.'. What stands before a comma is in both;
// each part of the shorter name is one of the longer, or its first letter.
func samePerson(a, b string) bool {
	x, y := person(a), person(b)
	if len(x.parts) > len(y.parts) {
		x, y = y, x
	}
	if !within(x.family, y.parts) || !within(y.family, x.parts) ||
		x.family != nil && y.family != nil && !within(x.family, y.family) && !within(y.family, x.family) {
		return false
	}
	full := false
	var short []string // parts of x that are no parts of y
	rest := slices.Clone(y.parts)
	for _, part := range x.parts {
		if i := slices.Index(rest, part); i >= 0 {
			full = full || len(part) > 1
			rest = slices.Delete(rest, i, i+1)
		} else {
			short = append(short, part)
		}
	}
	for _, part := range short {
		i := slices.IndexFunc(rest, func(other string) bool { return abbreviates(part, other) || abbreviates(other, part) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return full
}

func abbreviates(short, long string) bool { return len(short) == 1 && strings.HasPrefix(long, short) }

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// parts of a name, folded; the family name where a comma tells it.
type personName struct{ family, parts []string }

func person(name string) personName {
	var p personName
	if family, _, ok := strings.Cut(name, ","); ok {
		p.family = plainName(family)
	}
	p.parts = plainName(name)
	return p
}

// plainName splits a name; initials without points, as in 'JP Serre', are taken
// apart. Ä and ae are both a.
func plainName(name string) []string {
	var parts []string
	shouted := strings.ToUpper(name) == name
	for word := range strings.FieldsSeq(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || r == '\'' || r == '’' {
			return r
		}
		return ' '
	}, name)) {
		if letters := []rune(word); !shouted && (len(letters) == 2 || len(letters) == 3) && strings.ToUpper(word) == word {
			for _, l := range letters {
				parts = append(parts, fold(string(l))...)
			}
			continue
		}
		for _, part := range fold(word) {
			parts = append(parts, umlauts.Replace(part))
		}
	}
	return parts
}

var umlauts = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")
