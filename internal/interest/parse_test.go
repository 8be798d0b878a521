package interest

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseKeepsTheMeaning(t *testing.T) {
	for _, c := range []struct{ what, typed, canonical string }{
		{"nothing", "", ""},
		{"only separators", " ,\n;; ,", ""},
		{"words", "diffusion   policy", "diffusion policy"},
		{"lines and commas", "a, b\nc; d，e", "a\nb\nc\nd\ne"},
		{"trailing separators", "a,\n", "a"},
		{"Windows line ends", "a\r\nb", "a\nb"},
		{"OR binds looser than words", "a b OR c d", "a b OR c d"},
		{"parentheses that say nothing", "((a) (b)) OR (c d)", "a b OR c d"},
		{"parentheses that say something", "a (b OR c)", "a (b OR c)"},
		{"AND changes nothing", "a AND b", "a b"},
		{"NOT is the minus", "a NOT b NOT (c d)", "a -b -(c d)"},
		{"operators in small letters are words", "or and not", "or and not"},
		{"operators in quotes are words", `a "OR" b`, `a "OR" b`},
		{"operators with punctuation are words", "'OR' AND.", `"OR" "AND"`},
		{"operators as exact forms are words", "=OR", "=OR"},
		{"minus in a word is a hyphen", "k-means", "k-means"},
		{"dashes of word processors", "a –b −c", "a -b -c"},
		{"smart quotes", "“a b” „c d“ «e»", `"a b" "c d" "e"`},
		{"spaces in a phrase", "\" a \t b \"", `"a b"`},
		{"comma in a phrase", `"a, b" c`, `"a, b" c`},
		{"full-width marks", "title：（a OR b）", "title:a OR title:b"},
		{"field for a group", "title:(a -b OR \"c d\")^2", `(title:a -title:b OR title:"c d")^2`},
		{"field in capitals, a space after", "Author: LeCun", "author:LeCun"},
		{"exact form in a field", "title:=Robots", "title:=Robots"},
		{"category with a star", "cat:cs.*", "cat:cs.*"},
		{"weights", "a^3 \"b c\"^0.5 (d e)^2.25 f^1 g^1.0", `a^3 "b c"^0.5 (d e)^2.25 f g`},
		{"weight on a weight", "((a)^2)^3", "a^6"},
		{"weight on a group in a group", "(a (b c)^2)", "a (b c)^2"},
		{"double negation", "-(-a)", "-(-a)"},
		{"prefix", "quant* k-mea*", "quant* k-mea*"},
		{"the star of a name", "A* A*-search", "A* A*-search"},
		{"punctuation around words", "'deep' learning. (what?)", "deep learning what"},
		{"names with signs", "C++ C# .NET node.js AT&T LoRA² GPT-4o 3D don't", "C++ C# .NET node.js AT&T LoRA² GPT-4o 3D don't"},
		{"no space between operands", `a"b c"(d)`, `a "b c" d`},
	} {
		i, err := Parse(c.typed)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if got := i.String(); got != c.canonical {
			t.Errorf("%s: %q reads as %q, want %q", c.what, c.typed, got, c.canonical)
		}
		if j, err := Parse(i.String()); err != nil || !j.Equal(i) {
			t.Errorf("%s: %q reads differently the second time: %q, %v", c.what, i, j, err)
		}
	}
}

func TestParseNamesColumnAndWhatWasExpected(t *testing.T) {
	for _, c := range []struct{ what, typed, message string }{
		{"open quote", `a "b c`, `column 7: expected a closing quote, found the end`},
		{"open quote on a line", "a\n“b\nc", `line 2, column 3: expected a closing quote, found the end of the line`},
		{"nothing in quotes", `""`, `column 2: expected a word between the quotes, found ""`},
		{"no word in quotes", `a "?!"`, `column 4: expected a word between the quotes, found "?!"`},
		{"open parenthesis", "(a b", `column 5: expected a closing parenthesis, found the end`},
		{"comma in parentheses", "(a, b)", `column 3: expected a closing parenthesis, found ","`},
		{"stray parenthesis", "a)", `column 2: expected an opening parenthesis before this one, found ")"`},
		{"nothing in parentheses", "()", `column 2: expected a word or a phrase, found ")"`},
		{"lone minus", "a - b", `column 4: expected a word right after the minus, found a space`},
		{"minus at the end", "a -", `column 4: expected a word right after the minus, found the end`},
		{"two minuses", "--a", `column 2: expected a word or a phrase, found "-a"`},
		{"minus in a field", "title:-a", `column 7: expected a word or a phrase, found "-a"`},
		{"OR first", "OR a", `column 1: expected a word or a phrase, found "OR"`},
		{"OR last", "a OR", `column 5: expected a word or a phrase, found the end`},
		{"OR twice", "a OR OR b", `column 6: expected a word or a phrase, found "OR"`},
		{"AND last", "a AND\nb", `column 6: expected a word or a phrase, found the end of the line`},
		{"NOT last", "a NOT", `column 6: expected a word or a phrase, found the end`},
		{"only punctuation", "a & b", `column 3: expected a word or a phrase, found "&"`},
		{"unknown field", "a autor:lecun", `column 3: expected title:, abstract:, author:, cat: or source: before a colon (did you mean author:?), found "autor:lecun"`},
		{"an address", "https://arxiv.org/abs/2605.01234", `column 1: expected title:, abstract:, author:, cat: or source: before a colon, found "https://arxiv.org/ab…"`},
		{"field without a word", "title:", `column 7: expected a word or a phrase, found the end`},
		{"field in a field", "title:(a author:b)", `column 10: expected a word without a field: the group is held to title:, found "author:b"`},
		{"star in a word", "a*b", `column 2: expected the * at the end of a word, found "*b"`},
		{"prefix of one letter", "3*", `column 1: expected at least two letters before the *, found "3*"`},
		{"star alone", "*", `column 1: expected a word or a phrase, found "*"`},
		{"no weight", "a^", `column 3: expected a weight from 0.01 to 10, such as 2 or 0.5, found the end`},
		{"weight of nothing", "a^0", `column 3: expected a weight from 0.01 to 10, such as 2 or 0.5, found "0"`},
		{"weight too large", "a^10.01", `column 3: expected a weight from 0.01 to 10, such as 2 or 0.5, found "10.01"`},
		{"weight too fine", "a^0.001", `column 3: expected a weight from 0.01 to 10, such as 2 or 0.5, found "0.001"`},
		{"weight that is no number", "a^b", `column 3: expected a weight from 0.01 to 10, such as 2 or 0.5, found "b"`},
		{"weight that runs on", "a^2b", `column 3: expected a weight from 0.01 to 10, such as 2 or 0.5, found "2b"`},
		{"weights beyond the bound together", "((a)^5)^5", `column 9: expected a weight from 0.01 to 10, such as 2 or 0.5, found "5"`},
		{"columns are characters", "Schrödinger “", `column 14: expected a closing quote, found the end`},
		{"too long", strings.Repeat("a", 2001), `column 2001: expected at most 2,000 characters, found 2001`},
		{"too many terms", strings.Repeat("a ", 201), `column 401: expected at most 200 words and phrases, found "a"`},
		{"too deep", strings.Repeat("(", 30), `column 21: expected at most 20 parentheses in one another, found "("`},
	} {
		_, err := Parse(c.typed)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: %q gives %v", c.what, c.typed, err)
		} else if diff := cmp.Diff(c.message, err.Error()); diff != "" {
			t.Errorf("%s: %q (-want +got)\n%s", c.what, c.typed, diff)
		}
	}
}

func TestEqualLooksAtEveryPart(t *testing.T) {
	different := []string{"", "a", "b", "A", `"a"`, "=a", "aa*", "aa", "title:a", "a^2", "-a", "a b", "a, b", "a OR b", "(a b)^2", "b a"}
	for i, a := range different {
		for j, b := range different {
			if got := parse(t, a).Equal(parse(t, b)); got != (i == j) {
				t.Errorf("%q equals %q: %v", a, b, got)
			}
		}
	}
}
