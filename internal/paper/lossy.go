package paper

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// mend puts back what a source lost of the author's TeX when it dropped dollar
// signs and backslashes: 2times, 360^circ, mathcal{O}(n), Fr'echet. It mends
// what can't have been meant otherwise and leaves the rest, which stays
// legible: "2 times" may be English, and "alpha" a word.
func mend(s string) string {
	for _, m := range mends {
		if m.likely(s) {
			s = m.find.ReplaceAllString(s, m.put)
		}
	}
	return lostAccents(s)
}

// mending is one thing that can be put back.
type mending struct {
	sign string // stands in every match, with no letter on either side
	find *regexp.Regexp
	put  string
}

// likely reports whether the sign stands in s by itself. It passes over nearly
// all texts, and costs far less than the expression.
func (m mending) likely(s string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], m.sign)
		if i < 0 {
			return false
		}
		at := from + i
		from = at + len(m.sign)
		before := at > 0 && isLetter(s[at-1])
		after := from < len(s) && isLetter(s[from])
		if !before && !after || m.sign == "{" {
			return true
		}
	}
}

// mends restore signs and commands before the text is read as TeX, in this
// order.
var mends = mendings(
	// a command whose argument still stands in braces
	"{", `(^|[^A-Za-z\\])(textbf|textit|texttt|textsc|textrm|textsf|textsuperscript|textsubscript|emph|underline|mathbf|mathcal|mathbb|mathrm|mathit|mathsf|boldsymbol|frac|sqrt|footnote|cite[tp]?)\{`, `$1\$2{`,
	"nobreakdash", `(^|[^\\])nobreakdash-`, `$1-`,
	// names that are words too, where only a formula has them
	"timessim", `(\d)timessim(\d)`, `$1×~$2`,
	"times", `(\d)times(\d|\b)`, `$1×$2`,
	"circ", `\^(?:circ|\{\\?circ\})`, `°`,
	"circ", `(\d)circ\b`, `$1°`,
	"sim", `(^|[\s(\d×])sim(\d)`, `$1~$2`,
	"approx", `(^|[\s(])approx(\d)`, `$1≈$2`,
	"pm", `(\d)pm(\d)`, `$1±$2`,
	"pm", `(\d\.\d+%?) pm (\d+\.\d)`, `$1 ± $2`,
	"muP", `(^|[^\\A-Za-z])muP\b`, `${1}μP`,
	"mum", `(\d ?)mum\b`, `${1}μm`,
	"mus", `(\d ?)mus\b`, `${1}μs`,
)

// nowhere are names of signs that are words of no language.
var nowhere = strings.Fields(`infty ∞ neq ≠ leq ≤ geq ≥ nabla \nabla propto ∝ oplus ⊕ otimes ⊗
	cdot · ldots … cdots ⋯ langle ⟨ rangle ⟩ rightarrow → longrightarrow → leftarrow ←
	leftrightarrow ↔ Rightarrow ⇒ varepsilon ε`)

func mendings(rows ...string) []mending {
	var all []mending
	add := func(sign, find, put string) {
		all = append(all, mending{sign, regexp.MustCompile(find), put})
	}
	for names := nowhere; len(names) > 0; names = names[2:] {
		add(names[0], `(^|[^\\A-Za-z])`+names[0]+`(_|\b)`, "${1}"+names[1]+"$2")
	}
	for ; len(rows) > 0; rows = rows[3:] {
		add(rows[0], rows[1], rows[2])
	}
	return all
}

var (
	// An umlaut: Schr"odinger. Quotation marks have a space on one side.
	lostUmlaut = regexp.MustCompile(`(\pL)"([aouAOU])(\pL)`)
	// An acute e behind a consonant: Poincar'e, Carath'eodory, B'ezier. French
	// leaves out the vowel of one letter before it (l'eau, d'etat), or of qu.
	lostAcute = regexp.MustCompile(`(\b[BFGHKPRVWXZ]|\b\pL*[A-Za-z][b-df-hj-np-tv-z])'e(\pL|\b)`)
	// A double acute: Erd{H}os was Erd\H{o}s.
	lostHungarian = regexp.MustCompile(`(\pL)H\{([ou])\}`)
)

func lostAccents(s string) string {
	if !strings.ContainsAny(s, `"'{`) {
		return s
	}
	s = lostUmlaut.ReplaceAllString(s, "${1}${2}"+string(marks[`"`])+"$3")
	s = lostAcute.ReplaceAllString(s, "${1}é$2")
	s = lostHungarian.ReplaceAllString(s, "${1}${2}"+string(marks["H"]))
	return norm.NFC.String(s)
}
