package listing

import (
	"regexp"
	"strings"
)

// splitNames takes a list of names apart at sep, outside of braces and
// parentheses: TeX accents, and affiliations, may hold it too. Where those are
// not balanced they are taken for ordinary characters.
func splitNames(s string, sep byte) []string {
	parts, balanced := cutOutside(s, sep)
	if !balanced {
		parts = strings.Split(s, string(sep))
	}
	return joinSuffixes(cleanAll(parts))
}

func cutOutside(s string, sep byte) (parts []string, balanced bool) {
	depth, start := 0, 0
	for i := range len(s) {
		switch b := s[i]; {
		case b == '{' || b == '(':
			depth++
		case b == '}' || b == ')':
			depth = max(0, depth-1)
		case b == sep && depth == 0 && !escaped(s, i):
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:]), depth == 0
}

// escaped reports whether the byte at i belongs to a TeX command: \, is a thin
// space, \; a wider one.
func escaped(s string, i int) bool {
	n := 0
	for i > n && s[i-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

var suffix = regexp.MustCompile(`(?i)^(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?\s?d|esq)\.?$`)

// joinSuffixes gives 'Jr.' and its like back to the name before.
func joinSuffixes(parts []string) []string {
	var out []string
	for _, p := range parts {
		if len(out) > 0 && suffix.MatchString(p) {
			out[len(out)-1] += ", " + p
			continue
		}
		out = append(out, p)
	}
	return out
}

var (
	// initials are given names cut short: 'J.', 'A. B.', 'J.-P.', 'JP'.
	initials = regexp.MustCompile(`^(?:\p{Lu}\p{Ll}?\.[\s-]*)+$|^\p{Lu}{1,3}$`)
	lastAnd  = regexp.MustCompile(`(?i)^(?:and|&)\s+`)
	and      = regexp.MustCompile(`(?i)\s+(?:and|&)\s+`)
)

// authors reads the ways in which feeds write several names as one: 'A, B and
// C', 'Doe, J., Roe, R. M.', 'Doe, Jane; Roe, Richard'.
func authors(s string) []string {
	if strings.Contains(s, ";") {
		var out []string
		for _, name := range splitNames(s, ';') {
			out = append(out, givenFirst(splitNames(name, ','))...)
		}
		return out
	}
	var parts []string
	for _, p := range splitNames(s, ',') {
		parts = append(parts, and.Split(lastAnd.ReplaceAllString(p, ""), -1)...)
	}
	if surnamesFirst(parts) {
		return pairs(parts)
	}
	return parts
}

// givenFirst turns 'Doe', 'Jane' of one name around.
func givenFirst(parts []string) []string {
	if len(parts) == 2 {
		return []string{parts[1] + " " + parts[0]}
	}
	return []string{strings.Join(parts, ", ")}
}

// surnamesFirst reports whether every second part is initials only.
func surnamesFirst(parts []string) bool {
	for i := 1; i < len(parts); i += 2 {
		if !initials.MatchString(parts[i]) {
			return false
		}
	}
	return len(parts) > 1
}

func pairs(parts []string) []string {
	var out []string
	for i := 0; i < len(parts); i += 2 {
		out = append(out, givenFirst(parts[i:min(i+2, len(parts))])...)
	}
	return out
}
