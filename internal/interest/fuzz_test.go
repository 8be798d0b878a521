package interest

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	"", "diffusion policy", `"a b" -c OR (d e)^2`, "title:(a OR -b) author:\"Y. LeCun\"", "cat:cs.* source:x", "=C++ A* .NET k-mea*",
	"a, b; c\nd，e", "“a” –b", `"`, "(", "a^", "a^0.25", "--a", "x:y", "LoRA² β-VAE 10⁵ 深度学习 🚀", "AT&T don't node.js", "a\x00b", "\xff", "１２＊",
	"a\u200d", "＊", "(a)^2^3", "-(-(-a))", "É\u0301* ー*", "title:=a*",
}

// FuzzParse holds that keywords are read or refused with a place in them, and
// that what was read is printed so that it reads the same.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, keywords string) {
		i, err := Parse(keywords)
		if err != nil {
			checkPlace(t, keywords, err)
			return
		}
		again, err := Parse(i.String())
		if err != nil || !again.Equal(i) {
			t.Errorf("%q prints as %q, which reads as %q, %v", keywords, i, again, err)
		}
	})
}

func checkPlace(t *testing.T, keywords string, err error) {
	t.Helper()
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatalf("%q: not a syntax error: %v", keywords, err)
	}
	lines := strings.Split(string(newParser(keywords).text), "\n")
	if syntax.Line < 1 || syntax.Line > len(lines) {
		t.Fatalf("%q: no such line: %v", keywords, err)
	}
	if syntax.Column < 1 || syntax.Column > utf8.RuneCountInString(lines[syntax.Line-1])+1 {
		t.Errorf("%q: no such column: %v", keywords, err)
	}
	if syntax.Expected == "" || syntax.Found == "" {
		t.Errorf("%q: nothing expected or found: %v", keywords, err)
	}
}

// FuzzMatch holds that hits stand where they say, that the quick answer is the
// long one's, and that what is excluded is the rest.
func FuzzMatch(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "Diffusion policy", "A b. C++ and LoRA² \xff k-means", "Yann LeCun")
	}
	f.Add("approximation", "approxi-\nmation", "ap\u00adproximation", "")
	f.Fuzz(func(t *testing.T, keywords, title, summary, author string) {
		i, err := Parse(keywords)
		if err != nil {
			return
		}
		d := newDocument(title, summary, []string{author}, []string{author, "cs.CL"}, []string{title})
		m, ok := i.Match(d)
		if ok != i.Matches(d) {
			t.Errorf("%q: Match says %v, Matches the other", keywords, ok)
		}
		for _, h := range m.Hits {
			checkHit(t, d, h)
		}
		if n := len(i.parts); n == 1 {
			if not := parse(t, "-("+i.String()+")"); not.Matches(d) == ok {
				t.Errorf("%q and %q both say %v", i, not, ok)
			}
		}
	})
}

func checkHit(t *testing.T, d *Document, h Hit) {
	t.Helper()
	texts := map[string][]string{
		"title": {d.Title}, "abstract": {d.Summary}, "author": d.Authors, "cat": d.Categories, "source": d.Sources,
	}
	for _, text := range texts[h.Field] {
		if 0 <= h.Start && h.Start <= h.End && h.End <= len(text) && text[h.Start:h.End] == h.Text {
			return
		}
	}
	t.Errorf("%+v does not stand there", h)
}

// FuzzWords holds that words stand in their order, that their texts fold to
// their forms, and that a form is folded once and for all.
func FuzzWords(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, w := range Words(text) {
			if w.Start < end || w.End <= w.Start || w.End > len(text) {
				t.Fatalf("%q: %+v does not come after byte %d", text, w, end)
			}
			if w.Form == "" || w.Stem == "" || fold(text[w.Start:w.End]) != w.Form {
				t.Errorf("%q: %+v is not the form of its text", text, w)
			}
			end = w.End
		}
	})
}
