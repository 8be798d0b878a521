package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// firstSentences returns the beginning of a text: as many whole sentences, at
// most two, as fit into limit characters. A first sentence longer than that is
// cut at a word.
func firstSentences(limit int, s string) string {
	end, count := 0, 0
	for i := range s {
		if count == 2 {
			break
		}
		if !endsSentence(s, i) {
			continue
		}
		stop := afterClosers(s, i)
		if utf8.RuneCountInString(s[:stop]) > limit {
			break
		}
		end, count = stop, count+1
	}
	if count < 2 && utf8.RuneCountInString(s) <= limit {
		return s
	}
	if end == 0 {
		return short(limit, s)
	}
	return s[:end]
}

// endsSentence reports whether the character at i ends a sentence: a stop that
// a space and the beginning of a sentence follow, and that is no part of an
// abbreviation, an initial or a number.
func endsSentence(s string, i int) bool {
	switch s[i] {
	case '.', '!', '?':
	default:
		return s[i] >= utf8.RuneSelf && wideStop(s[i:])
	}
	rest := s[afterClosers(s, i):]
	if rest == "" {
		return true
	}
	if rest[0] != ' ' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " \"'“‘([{«"))
	if unicode.IsLower(next) {
		return false
	}
	return s[i] != '.' || !abbreviated(s[:i])
}

// wideStop reports whether s begins with a full stop of Chinese or Japanese,
// which no space follows.
func wideStop(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '。' || r == '！' || r == '？'
}

// afterClosers returns where the text goes on after the stop at i: past
// further stops, brackets and quotation marks that belong to it.
func afterClosers(s string, i int) int {
	_, n := utf8.DecodeRuneInString(s[i:])
	i += n
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !strings.ContainsRune(`.!?)]}"'”’»`, r) {
			break
		}
		i += n
	}
	return i
}

// abbreviations are words that a full stop follows inside a sentence, folded.
var abbreviations = map[string]bool{
	"al": true, "approx": true, "ca": true, "cf": true, "ch": true, "def": true, "dr": true,
	"eq": true, "eqs": true, "eqn": true, "etc": false, "fig": true, "figs": true, "i.e": true,
	"e.g": true, "inc": true, "mr": true, "mrs": true, "ms": true, "no": true, "nos": true,
	"prof": true, "ref": true, "refs": true, "resp": true, "sec": true, "secs": true, "st": true,
	"tab": true, "thm": true, "viz": true, "vol": true, "vs": true, "w.r.t": true, "wrt": true,
	"a.k.a": true, "aka": true, "i.i.d": true, "s.t": true, "incl": true, "eg": true, "ie": true,
}

// abbreviated reports whether the last word before a full stop is one that a
// stop does not end: a known abbreviation, or a single letter as in a name.
func abbreviated(before string) bool {
	word := before[strings.LastIndexByte(before, ' ')+1:]
	word = strings.TrimLeft(word, "([{\"'“‘")
	if utf8.RuneCountInString(word) == 1 {
		r, _ := utf8.DecodeRuneInString(word)
		return unicode.IsUpper(r)
	}
	return abbreviations[strings.ToLower(word)]
}
