package paper

import (
	"strings"
	"testing"
)

// html shows a rich text's styles for reading in tests.
func (r Rich) html() string {
	var b strings.Builder
	for _, s := range r {
		text := s.Text
		for style, tag := range map[Style]string{Raised: "sup", Lowered: "sub"} {
			if s.Style&style != 0 {
				text = "<" + tag + ">" + text + "</" + tag + ">"
			}
		}
		if s.Style&Italic != 0 {
			text = "<i>" + text + "</i>"
		}
		b.WriteString(text)
	}
	return b.String()
}

func TestRichText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`LoRA$^2$ in 5\%`, "LoRA² in 5%"},
		{`$H_\infty$ control`, "<i>H</i><sub>∞</sub> control"},
		{`rate $d^{5/4}\sqrt{T}$`, "rate <i>d</i><sup>5/4</sup>√<i>T</i>"},
		{`MV$_{Hybrid}$`, "MV<sub>Hybrid</sub>"},
		{`$\mathbb{F}_{p^m}[u]$`, "𝔽<sub>pᵐ</sub>[<i>u</i>]"},
		{`x^{y^{Q_\infty}}`, "x<sup>y^(Q_∞)</sup>"},
		{`\textit{Agents} and \emph{more}`, "<i>Agents</i> and <i>more</i>"},
		{`\textit{Rule}sual`, "<i>Rule</i>sual"},
		{`\emph{of $x_\infty$}`, "<i>of x</i><i><sub>∞</sub></i>"},
		{`$O(n \log n)$`, "<i>O</i>(<i>n</i> log <i>n</i>)"},
		{`$\alpha$-divergence, $500 and $k$-means`, "α-divergence, $500 and <i>k</i>-means"},
		{`$\frac{a+b}{2}$`, "(<i>a</i>+<i>b</i>)/2"},
		{`execute_code, a_b, 2^n`, "execute_code, a_b, 2^n"},
		{"no markup at all", "no markup at all"},
		{"a private \uE000mark\uE003", "a private mark"},
	} {
		got := RichText(c.in, TeX)
		if got.html() != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.in, got.html(), c.want)
		}
		checkRich(t, c.in, TeX)
	}
	if got := RichText("<i>E. coli</i> H<sub>Hybrid</sub> &lt;b&gt;", HTML).html(); got != "<i>E. coli</i> H<sub>Hybrid</sub> <b>" {
		t.Errorf("HTML: %s", got)
	}
}

func TestSliceOfRichText(t *testing.T) {
	r := RichText(`\emph{one} $x_\infty$ two`, TeX) // one x_∞ two
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{0, 3, "<i>one</i>"}, {1, 5, "<i>ne</i> <i>x</i>"}, {4, 6, "<i>x</i><sub>∞</sub>"}, {7, 13, " two"}, {0, 0, ""}, {4, 99, "<i>x</i><sub>∞</sub> two"},
	} {
		if got := r.Slice(c.from, c.to).html(); got != c.want {
			t.Errorf("[%d:%d] is %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

// checkRich holds what is true of the rich text of anything.
func checkRich(t testing.TB, in string, m Markup) {
	t.Helper()
	r := RichText(in, m)
	if got, want := r.Text(), Text(in, m); got != want {
		t.Errorf("RichText(%q) reads %q, Text %q", in, got, want)
	}
	for _, s := range r {
		if s.Plain == "" || strings.ContainsFunc(s.Plain+s.Text, isMark) {
			t.Errorf("RichText(%q) has the span %q", in, s)
		}
	}
}

func FuzzRichText(f *testing.F) {
	for _, row := range table(f, "tex.tsv", 3) {
		f.Add(row[1])
	}
	for _, s := range nearlyPlain {
		f.Add(s)
	}
	f.Add(`<i>a<sup>Q</sup></i>$x_{\textit{ab}}^{Q^\infty}$`)
	f.Fuzz(func(t *testing.T, s string) {
		checkRich(t, s, TeX)
		checkRich(t, s, HTML)
	})
}

// Marks hardly ever stand in the way: nearly every captured text that has
// something to set keeps it.
func TestCapturedTextsKeepTheirStyles(t *testing.T) {
	kept, lost := 0, 0
	look := func(s string) {
		checkRich(t, s, TeX)
		if typeset(source(s, TeX), true) == Text(s, TeX) {
			return // nothing to set
		}
		if r := RichText(s, TeX); len(r) == 1 && r[0].Style == 0 {
			t.Logf("lost: %q", s[:min(len(s), 200)])
			lost++
		} else {
			kept++
		}
	}
	type title struct{ Title string }
	jsonl(t, "titles-with-latex.jsonl", func(v title) { look(v.Title) })
	type pair struct {
		Abstract string `json:"arxiv_abstract"`
	}
	jsonl(t, "hf-vs-arxiv-pairs.jsonl", func(v pair) { look(v.Abstract) })
	t.Logf("%d texts keep their styles, %d lose them", kept, lost)
	if kept < 100 || lost*100 > kept {
		t.Errorf("%d texts lose their styles, %d keep them", lost, kept)
	}
}
