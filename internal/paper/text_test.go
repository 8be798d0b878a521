package paper

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"paperboy/internal/peers"
)

// table reads tab separated lines with n columns; # begins a comment.
func table(t testing.TB, name string, n int) [][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) != n {
			t.Fatalf("%s: %q has %d columns, want %d", name, line, len(row), n)
		}
		rows = append(rows, row)
	}
	return rows
}

// jsonl calls use with each line of a captured file.
func jsonl[T any](t testing.TB, name string, use func(T)) {
	t.Helper()
	f, err := os.Open(peers.Data(t, "tex", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		use(v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestTextOfInventedTitles(t *testing.T) {
	for _, row := range table(t, "tex.tsv", 3) {
		t.Run(row[0], func(t *testing.T) {
			if got := Text(row[1], TeX); got != row[2] {
				t.Errorf("Text(%q)\n got %q\nwant %q", row[1], got, row[2])
			}
		})
	}
}

func TestTextOfCapturedTitles(t *testing.T) {
	want := make(map[string]string)
	for _, row := range table(t, "titles.tsv", 2) {
		want[row[0]] = row[1]
	}
	type title struct{ ID, Title string }
	jsonl(t, "titles-with-latex.jsonl", func(v title) {
		if got := Text(v.Title, TeX); got != want[v.ID] {
			t.Errorf("%s: Text(%q)\n got %q\nwant %q", v.ID, v.Title, got, want[v.ID])
		}
		delete(want, v.ID)
	})
	for id := range want {
		t.Errorf("titles.tsv has %s, the captured file does not", id)
	}
}

func TestWhatUnicodeCannotExpress(t *testing.T) {
	titles := make(map[string]string)
	for _, row := range table(t, "titles.tsv", 2) {
		titles[row[0]] = row[1]
	}
	excused := make(map[string]bool)
	for _, row := range table(t, "inexpressible.tsv", 3) {
		if excused[row[0]] = true; !strings.Contains(titles[row[0]], row[1]) {
			t.Errorf("%s: %q is not in %q", row[0], row[1], titles[row[0]])
		}
	}
	signs := regexp.MustCompile(`[\\{}^]|_[^a-z]|[A-Z]_`)
	for id, title := range titles {
		if signs.MatchString(title) && !excused[id] {
			t.Errorf("%s: %q holds TeX and no reason is given", id, title)
		}
	}
}

func TestTextOfHTML(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"blocks separate words", "<p>One</p><p>Two<br>three</p><ul><li>four</li></ul>", "One Two three four"},
		{"inline tags don't", "<b>E</b>fficient <i>nets</i>", "Efficient nets"},
		{"entities are decoded once", "R&amp;D &lt;think&gt; &amp;lt; caf&eacute;&nbsp;x", "R&D <think> &lt; café x"},
		{"scripts and styles go with their content", "a<script>alert(1)</script><style>p{x:y}</style> b", "a b"},
		{"an unclosed script takes the rest", "a <script>alert(1)", "a"},
		{"unknown tags are words", "the <think> tag, List<int>, <y z", "the <think> tag, List<int>, <y z"},
		{"comparisons are no tags", "a < b, x<a and c>d", "a < b, x<a and c>d"},
		{"TeX inside", "<p>LoRA$^2$ &amp; $a&lt;b$ 5\\%</p>", "LoRA² & a<b 5%"},
		{"raised and lowered", "H<sub>2</sub>O at 20<sup>th</sup>, x<sup>2", "H₂O at 20th, x²"},
		{"a publisher's markup", "<jats:title>Abstract</jats:title><jats:p>Text</jats:p>", "Abstract Text"},
		{"comments go", "a<!-- b -->c", "ac"},
		{"a tag cut off is kept", "a <b", "a <b"},
		{"a control character in disguise", "a&#7;b&#x202e;c", "abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.in, HTML); got != c.want {
				t.Errorf("Text(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestTextHidesNothing(t *testing.T) {
	if got := Text("a\u202eb\u200bc\u0007d\u00a0e\n\tf\xff", TeX); got != "abcd e f\uFFFD" {
		t.Errorf("got %q", got)
	}
}

func TestPlainAuthors(t *testing.T) {
	p := &Paper{Authors: []string{`\\Ajinkya Umesh Mulik`, `Nguy\~ên`, `Hai "Hellen" Li`, `Rapha"el Metz`,
		"Martin Valli`eres", "Nicol`o Pagan", `Tolúl\d{o}pé Ògúnrèmí`, "Ana Leitão; Allan Barros", `Zhenghao "Mark'' Peng`,
		"Tommaso d`Orsi", "Camilo Mari{ñ}o", ":", `Andr\'e`, "Michael O'Brien", "GPT-5", " "}}
	want := []string{"Ajinkya Umesh Mulik", "Nguyễn", `Hai "Hellen" Li`, "Raphaël Metz",
		"Martin Vallières", "Nicolò Pagan", "Tolúlọpé Ògúnrèmí", "Ana Leitão", "Allan Barros", `Zhenghao "Mark" Peng`,
		"Tommaso d'Orsi", "Camilo Mariño", "André", "Michael O'Brien", "GPT-5"}
	if diff := cmp.Diff(want, p.PlainAuthors()); diff != "" {
		t.Error(diff)
	}
}

func TestCapturedAuthorsHaveNoTeX(t *testing.T) {
	type name struct{ Author string }
	jsonl(t, "odd-author-names.jsonl", func(v name) {
		p := &Paper{Authors: []string{v.Author}}
		for _, got := range p.PlainAuthors() {
			if strings.ContainsAny(got, "\\{}`;") {
				t.Errorf("%q became %q", v.Author, got)
			}
		}
	})
}

// The captured abstracts hold every construct in use. Hugging Face's copies
// have lost dollars and backslashes, and are compared only in words.
func TestCapturedAbstractsKeepTheirWords(t *testing.T) {
	drop := regexp.MustCompile(`\\(?:cite\w*|[cC]?ref|label|unicode|color|textcolor)\s*\{[^}]*\}|\\[A-Za-z]+|https?:\S+`)
	word := regexp.MustCompile(`[a-z]{4,}`)
	type pair struct {
		ID       string
		Title    string `json:"arxiv_title"`
		Abstract string `json:"arxiv_abstract"`
	}
	jsonl(t, "hf-vs-arxiv-pairs.jsonl", func(v pair) {
		for _, source := range []string{v.Title, v.Abstract} {
			got := Text(source, TeX)
			letters := strings.Join(fold(got), "")
			for _, w := range word.FindAllString(drop.ReplaceAllString(source, " "), -1) {
				if !strings.Contains(letters, w) {
					t.Errorf("%s: %q is lost in %q", v.ID, w, got)
				}
			}
			if strings.ContainsAny(got, `\`) {
				t.Errorf("%s: TeX is left in %q", v.ID, got)
			}
		}
	})
}

// checkText holds what is true of the text of anything.
func checkText(t testing.TB, in string, m Markup) {
	got := Text(in, m)
	switch {
	case !utf8.ValidString(got):
		t.Errorf("Text(%q) = %q is not UTF-8", in, got)
	case !norm.NFC.IsNormalString(got):
		t.Errorf("Text(%q) = %q is not in normal form C", in, got)
	case strings.IndexFunc(got, unicode.IsControl) >= 0:
		t.Errorf("Text(%q) = %q holds control characters", in, got)
	case got != strings.Join(strings.Fields(got), " "):
		t.Errorf("Text(%q) = %q has loose white space", in, got)
	case len(got) > 4*len(in)+16:
		t.Errorf("Text(%q) grows to %d bytes", in, len(got))
	case isPlain(in) && (got != in || typeset(source(in, m), false) != in || typeset(source(in, m), true) != in):
		t.Errorf("%q passes for plain and reads %q", in, typeset(source(in, m), true))
	}
}

// nearlyPlain are texts that pass for plain, and such as hardly differ from them.
var nearlyPlain = []string{
	"", " ", "a", "a b", " a", "a ", "a  b", "a-b", "a--b", "a - b", "don't", "a''b", "a' 'b", "a_b _ c", "a\tb", "a\nb", "a\x7fb", "a\x00b", "é",
	"a<b", "a>b", "a&b", "a&amp;b", "a ^ b", "5% #1 @x", "http://a.example/b_c-d?e=f", "https://a.example/b--c", `"a" (b) [c] | d`,
}

func TestWhatPassesForPlain(t *testing.T) {
	for _, s := range nearlyPlain {
		for _, m := range []Markup{TeX, HTML} {
			checkText(t, s, m)
			checkRich(t, s, m)
		}
	}
	if !isPlain("A text without any marks, of 2 (or more) words: it's plain.") || isPlain("a text\nof two lines") {
		t.Error("the wrong texts pass for plain")
	}
}

func FuzzText(f *testing.F) {
	for _, row := range table(f, "tex.tsv", 3) {
		f.Add(row[1])
	}
	f.Add("<p>a<sup>2</sup><script>x</script>&amp;<think>")
	for _, s := range nearlyPlain {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkText(t, s, TeX)
		checkText(t, s, HTML)
	})
}

func TestPlainTextIsLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zA-Zäöéß0-9.,:;!?()%&#"<>@*/=+|\[\]-]{1,12}`)).Draw(t, "words")
		s := strings.Join(words, " ")
		if strings.Contains(s, "--") {
			t.Skip("dashes are typeset")
		}
		if got := Text(s, TeX); got != s {
			t.Fatalf("Text(%q) = %q", s, got)
		}
	})
}

func TestTextOfTextIsTheSame(t *testing.T) {
	for _, row := range table(t, "titles.tsv", 2) {
		if got := Text(row[1], TeX); got != row[1] {
			t.Errorf("Text(%q) = %q", row[1], got)
		}
	}
}

// Deep and unbalanced input must end; the growth is checked, the time shows in
// the run of the suite.
func TestTextOfEndlessRepetition(t *testing.T) {
	for _, unit := range []string{"{", "}", "$", `\`, "`", `\textbf{`, "^{", "$x$", `\frac{`, `\(`, `\[`,
		`\begin{cases}`, `\href{`, `\footnote{`, `\num{`, `\hat`, `\overline{ab`, "x^", "$a (", "$a($ ", `\emph{`, `$_{Q`, "$5 ", "{a,", "http://", "<sup>", "<a", "&amp"} {
		s := strings.Repeat(unit, 300_000/len(unit))
		checkText(t, s, TeX)
		checkText(t, s, HTML)
		checkRich(t, s, TeX)
	}
}
