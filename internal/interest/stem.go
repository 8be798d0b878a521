package interest

import (
	"strings"
	"sync/atomic"

	"github.com/kljensen/snowball/english"
)

// stemOf returns the key under which the forms of one word meet: its Snowball
// stem, held narrower. Snowball puts 'position' with 'positive', 'import' with
// 'importance', 'rag' with 'ragged'. Here a word meets its plural, -ed, -ing
// and -ly, and the noun of what it does (-ion, -ment); -ate goes with -ation
// and -ize with -ization; other endings make other words, and so do those of
// which the tables say it.
func stemOf(form string) string {
	if !lettersOnly(form) {
		return form
	}
	if !strings.ContainsAny(form, "aeiouy") { // llms, which Snowball leaves
		if len(form) > 3 {
			return singular(form)
		}
		return form
	}
	return stems.of(form)
}

// stemmed are the words that were stemmed last, in few enough places: Snowball
// takes a hundred times as long as to look here, and texts repeat their words.
type stemmed [1 << 14]atomic.Pointer[stemmedWord]

type stemmedWord struct{ form, stem string }

var stems stemmed

func (s *stemmed) of(form string) string {
	i := hash(form) % uint64(len(s))
	at, beside := &s[i], &s[i^1] // two words that take turns have a place each
	first := at.Load()
	if first != nil && first.form == form {
		return first.stem
	}
	if w := beside.Load(); w != nil && w.form == form {
		return w.stem
	}
	form = strings.Clone(form) // not the text it stands in
	w := &stemmedWord{form, family(spelling(form))}
	if first != nil {
		beside.Store(first)
	}
	at.Store(w)
	return w.stem
}

// stemAsTyped is stemOf for a word whose case may tell more: the plurals GPs
// and MoEs, and the singular GPS.
func stemAsTyped(raw string, w Span) string {
	switch {
	case !lettersOnly(w.Form):
	case pluralAcronym(raw):
		return w.Form[:len(w.Form)-1]
	case acronym(raw):
		return w.Form
	}
	return w.Stem
}

// family returns the stem of a word with the class of its ending.
func family(word string) string {
	if stem, ok := apart[word]; ok {
		return stem
	}
	if stem, ok := apart[singular(word)]; ok {
		return stem
	}
	stem := english.Stem(word, false)
	if len(stem) <= 3 { // mostly names: RAG is not ragged
		if word == stem+"es" {
			return stem
		}
		return singular(word)
	}
	class := classOf(ending(word, stem))
	if class == "at" && strings.HasSuffix(stem, "iz") { // quantization
		class = ""
	}
	if class == "" || kin[stem+"~"+class] {
		return stem
	}
	return stem + "~" + class
}

// ending returns what the word has beyond its stem.
func ending(word, stem string) string {
	n := 0
	for n < len(stem) && n < len(word) && stem[n] == word[n] {
		n++
	}
	rest := word[n:]
	switch {
	case rest == "" || n == 0:
		return rest
	case n < len(stem) && rest[0] == 'y': // study, studying: stem studi
		return rest[1:]
	case rest[0] == word[n-1] && (rest[0] == 'l' || len(rest) > 1 && vowel(rest[1])): // planned, distill
		return rest[1:]
	}
	return rest
}

// classOf tells what an ending makes of a word; "" is the word itself.
func classOf(ending string) string {
	if root, ok := strings.CutSuffix(ending, "ies"); ok {
		ending = root + "y"
	}
	if class, ok := classes[ending]; ok {
		return class
	}
	if class, ok := classes[singular(ending)]; ok {
		return class
	}
	return singular(ending)
}

// singular cuts the plural's s off a word. Words on -ss, -us and -is have none.
func singular(word string) string {
	if len(word) < 3 || !strings.HasSuffix(word, "s") || strings.IndexByte("sui", word[len(word)-2]) >= 0 {
		return word
	}
	return word[:len(word)-1]
}

// pluralAcronym tells LLMs, GPs and MoEs.
func pluralAcronym(raw string) bool {
	return len(raw) > 2 && raw[len(raw)-1] == 's' && upper(raw[len(raw)-2]) && upper(raw[0])
}

// acronym tells GPS from a plural. Longer words in capitals are shouted.
func acronym(raw string) bool {
	return len(raw) <= 4 && strings.ToUpper(raw) == raw
}

func vowel(c byte) bool { return strings.IndexByte("aeio", c) >= 0 }

func upper(c byte) bool { return 'A' <= c && c <= 'Z' }

// spelling brings a word to American spelling and irregular plurals to their
// singular.
func spelling(word string) string {
	if w, ok := irregular[word]; ok {
		return w
	}
	if i := strings.Index(word, "our"); i > 0 && british[word[:i]] {
		return word[:i] + "or" + word[i+3:]
	}
	for _, end := range ise {
		if root, ok := strings.CutSuffix(word, end); ok && len(root) > 2 && !keepsS(root) {
			return root + "iz" + end[2:]
		}
	}
	for _, end := range [...]string{"ification", "ifications"} {
		if root, ok := strings.CutSuffix(word, end); ok {
			return root + "ify"
		}
	}
	return word
}

// keepsS tells the words on -ise that are not -ize anywhere.
func keepsS(root string) bool {
	if strings.IndexByte("aeouvcw", root[len(root)-1]) >= 0 || strings.HasSuffix(root, "pr") {
		return true
	}
	switch root {
	case "prom", "comprom", "prem", "dem", "expert", "treat", "parad", "merchand", "franch", "ar", "desp", "pract":
		return true
	}
	return false
}
