package letter

import (
	"strconv"
	"strings"
	"time"
)

// Funcs are the functions that templates may use, in letters and on pages:
//
//	date LAYOUT TIME        a time in Go's layout, e.g. "Monday, 2 January"
//	join SEP LAST LIST      "A, B and C": SEP between, LAST before the last one
//	pad WIDTH TEXT          the text, filled with spaces
//	plural N ONE MANY       "1 vote", "1,203 votes"
//	quote LIST              each item in “quotation marks”
//	rule CHAR TEXT          CHAR repeated over the columns of TEXT
//	short N TEXT            at most N characters, cut at a word
//	wrap WIDTH INDENT TEXT  lines of WIDTH columns, all but the first indented
//
// Templates of letters also have
//
//	part NAME DATA          what the template NAME says: of the letter, or of one paper
//	parts NAME LETTER       the same of every paper of the letter, each from a new line
//
// which say the same as template does, but are worked out once for all letters
// in which they come out alike. In plain text they may stand in what wrap wraps;
// it also has
//
//	words NAME DATA         what the template NAME says, as a text
func Funcs() map[string]any {
	return map[string]any{
		"date":   func(layout string, t time.Time) string { return t.Format(layout) },
		"join":   join,
		"pad":    func(width int, s string) string { return s + strings.Repeat(" ", max(0, width-columns(s))) },
		"plural": plural,
		"quote":  quote,
		"rule":   func(char, s string) string { return strings.Repeat(char, columns(s)) },
		"short":  short,
		"wrap":   wrap,
	}
}

func join(sep, last string, list []string) string {
	n := len(list)
	if n < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:n-1], sep) + last + list[n-1]
}

// plural writes a number with its word; thousands are grouped.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits + " " + many
}

func quote(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = "“" + s + "”"
	}
	return out
}
