package letter_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/templates"
)

func decoded(t *testing.T, quoted []byte) string {
	t.Helper()
	for line := range bytes.Lines(quoted) {
		if len(line) > 78 || !bytes.HasSuffix(line, []byte("\r\n")) || line[0] == '.' || bytes.HasPrefix(line, []byte("From ")) {
			t.Errorf("this line can't be in a mail: %q", line)
		}
	}
	b, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(quoted)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// sameEncoded fails unless Encoded says just what Digest says.
func sameEncoded(t *testing.T, c *letter.Composer, l letter.Letter, in letter.DigestInput) letter.Message {
	t.Helper()
	plain, err := c.Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Repeat([]byte("the letter before\r\n"), 2000)
	quick, err := c.Encoded(l, in, letter.NewEncoded(before, before))
	if err != nil {
		t.Fatal(err)
	}
	if quick.Encoded == nil {
		return quick
	}
	for _, part := range [][]byte{quick.Encoded.Text(), quick.Encoded.HTML()} {
		if line := offWire(part); line != nil {
			t.Errorf("SMTP would have to change the line %q", line)
		}
	}
	got := quick
	got.Text, got.HTML, got.Encoded = decoded(t, quick.Encoded.Text()), decoded(t, quick.Encoded.HTML()), nil
	if diff := cmp.Diff(plain, got); diff != "" {
		t.Errorf("encoded letter (-plain +encoded):\n%s", diff)
	}
	return quick
}

// offWire returns the first line of an encoded part that SMTP would have to
// change.
func offWire(part []byte) []byte {
	for line := range bytes.Lines(part) {
		body, ended := bytes.CutSuffix(line, []byte("\r\n"))
		if !ended || bytes.ContainsAny(body, "\r\n") || bytes.HasPrefix(line, []byte(".")) {
			return line
		}
	}
	return nil
}

// personal makes letters of many readers over the same papers, in all shapes.
func personal(n int, ps []*paper.Paper) ([]letter.Letter, []letter.DigestInput) {
	random := rand.New(rand.NewPCG(1, 2))
	var ls []letter.Letter
	var ins []letter.DigestInput
	for i := range n {
		l, in := ofPapers(ps...)
		random.Shuffle(len(l.Picks), func(i, j int) { l.Picks[i], l.Picks[j] = l.Picks[j], l.Picks[i] })
		l.Picks = l.Picks[:1+random.IntN(min(10, len(l.Picks)))]
		for p := range l.Picks {
			for range random.IntN(3) {
				word := []string{"=ants", "\"b c\"", "Größe", "<b>", "a.b\x00", strings.Repeat("long ", 30)}[random.IntN(6)]
				l.Picks[p].Reasons = append(l.Picks[p].Reasons, letter.Reason{
					Term: word, Text: word, Field: []string{"title", "abstract", "author", "cat"}[random.IntN(4)],
				})
			}
		}
		l.Matched = len(l.Picks) + random.IntN(3)
		l.Keywords = []string{"", "robots", "a, =b, \"c d\"\n<script>"}[random.IntN(3)]
		l.Made = morning.Add(time.Duration(random.IntN(3)) * 24 * time.Hour)
		in.First, in.Weekly = random.IntN(4) == 0, random.IntN(4) == 0
		in.Links.Leave = fmt.Sprint("https://paperboy.example/leave/", i)
		if i%10 == 0 {
			in.Links.Leave = fmt.Sprint("https://paperboy.example/?leave=a&amp=b+c&i=", i)
		}
		in.Links.View = fmt.Sprint("https://paperboy.example/view/", i*i)
		in.Links.Mark = func(k paper.Key) string { return fmt.Sprint("https://paperboy.example/mark/", i, "-", k) }
		switch i % 7 {
		case 0:
			in.Links.View, in.Links.Mark = "", nil
		case 1:
			in.Links.View += "?a=b&amp=c"
			in.Links.Mark = func(k paper.Key) string { return fmt.Sprintf("https://paperboy.example/?mark=a&amp=b+c&i=%d-%d", i, k) }
		}
		ls, ins = append(ls, l), append(ins, in)
	}
	return ls, ins
}

func TestEncodedSaysWhatDigestSays(t *testing.T) {
	c := composer(t)
	ps := append(invented(), &paper.Paper{Key: 90, Title: "."}, &paper.Paper{Key: 91, Title: "From here", Brief: "=3D é."},
		hostile(92), &paper.Paper{Key: 93, Title: strings.Repeat("é", 200), Summary: strings.Repeat("漢字 ", 90)})
	ls, ins := personal(300, ps)
	for i := range ls {
		if m := sameEncoded(t, c, ls[i], ins[i]); m.Encoded == nil {
			t.Fatalf("letter %d was not put together from parts", i)
		}
	}
}

// The same term may be why two readers get a paper, and have matched elsewhere in
// it for each.
func TestReasonsWithOneTermAreToldApart(t *testing.T) {
	c, nap := composer(t), invented()[1]
	reasons := []letter.Reason{
		{Term: "nap", Field: "title", Text: "Nap"}, {Term: "nap", Field: "abstract", Text: "nap"}, {Term: "nap", Field: "abstract", Text: "naps"},
	}
	for n := range 4 * len(reasons) {
		r := reasons[n%len(reasons)]
		l, in := ofPapers(nap)
		l.Picks[0].Reasons = []letter.Reason{r}
		m := sameEncoded(t, c, l, in)
		want := fmt.Sprintf("matched “%s” in the %s", r.Text, r.Field)
		if got := strings.Join(strings.Fields(decoded(t, m.Encoded.Text())), " "); !strings.Contains(got, want) {
			t.Fatalf("letter %d does not say %q:\n%s", n, want, got)
		}
	}
	if kept := c.SayingsOf(nap.Key); kept != len(reasons) {
		t.Errorf("%d sayings are kept, want one for each of %d reasons", kept, len(reasons))
	}
}

func TestALetterTooLongForItsPartsIsShortenedAsEver(t *testing.T) {
	var ps []*paper.Paper
	for i := range 200 {
		ps = append(ps, &paper.Paper{Key: paper.Key(i + 1), Title: strings.Repeat("word ", 40), Summary: strings.Repeat("word ", 300)})
	}
	l, in := ofPapers(ps...)
	if m := sameEncoded(t, composer(t), l, in); m.Encoded != nil || len(m.HTML) > letter.MaxHTML {
		t.Errorf("encoded: %v, HTML of %d bytes", m.Encoded != nil, len(m.HTML))
	}
}

func TestEncodedWithoutKnownPapersIsAnError(t *testing.T) {
	l, in := ofPapers(invented()...)
	in.Papers = nil
	if _, err := composer(t).Encoded(l, in, nil); err == nil || !strings.Contains(err.Error(), "letter 7") {
		t.Errorf("error: %v", err)
	}
}

// An operator's templates may ask for parts in any place, for none, or use
// what changes from reader to reader inside a part.
func TestOperatorsOwnParts(t *testing.T) {
	frame := `<html>{{range .Papers}}%s{{end}}<a href="{{.Leave}}">leave</a></html>`
	cases := map[string]string{
		"a part of every paper":           `<html>{{parts "paper" .}}<a href="{{.Leave}}">leave</a></html>{{define "paper"}}<p>{{.Number}} {{template "matched" .}}</p>{{end}}`,
		"a part of every paper in a line": `<html><p>{{parts "paper" .}}</p></html>{{define "paper"}}{{.Number}}{{end}}`,
		"parts of the digest":             `<html>{{part "top" .}}{{part "links" .}}{{part "rest" .}}</html>{{define "top"}}{{if .Papers}}{{.Top.Title}}{{end}}{{end}}{{define "links"}}{{.Settings}}, {{.Leave}}{{.Leave}}{{end}}{{define "rest"}}{{.Rest}}{{.Day}}{{with .More}}{{.}}{{end}}{{len .Papers}}{{end}}`,
		"links in several places":         `<html><p title="{{.Leave}}">{{.Leave}}</p><a href="{{.Settings}}">x</a><a href={{.Leave}}>y</a></html>`,
		"links to mark":                   `<html>{{range .Papers}}<a href="{{.Mark}}">m</a>{{part "a" .}}<p title="{{part "b" .}}">{{end}}{{parts "b" .}}{{with .View}}{{.}}{{end}}</html>{{define "a"}}{{.Title}}<b>{{.Mark}}</b>{{end}}{{define "b"}}{{.Mark}}, {{.Mark}}{{end}}`,
		"no parts":                        fmt.Sprintf(frame, `<p>{{.Number}} {{.Title}} {{template "matched" .}}</p>`),
		"a part within a line":            fmt.Sprintf(frame, `<p>{{part "paper" .}}, </p>`) + `{{define "paper"}}<i>{{.Title}}</i>{{end}}`,
		"two parts within a line":         fmt.Sprintf(frame, `<p>{{part "a" .}}{{part "b" .}}</p>`) + `{{define "a"}}<i>{{.Title}}</i>{{end}}{{define "b"}}{{.Number}}{{end}}`,
		"a number in a part":              fmt.Sprintf(frame, `{{part "paper" .}}`) + `{{define "paper"}}<i>{{with .Title}}{{$.Number}} {{.}}{{end}}</i>{{end}}`,
		"matches in a part":               fmt.Sprintf(frame, `{{part "paper" .}}`) + `{{define "paper"}}<i>{{.Title}}{{range .Matched}}{{.Texts}}{{end}}</i>{{end}}`,
		"matches behind a template":       fmt.Sprintf(frame, `{{part "paper" .}}`) + `{{define "paper"}}{{template "inner" $}}{{end}}{{define "inner"}}{{if .Matched}}{{len .Matched}}{{end}}{{end}}`,
		"the whole entry to a function":   fmt.Sprintf(frame, `{{part "paper" .}}`) + `{{define "paper"}}{{$e := .}}{{$e.Number}} {{len $e.Matched}}{{end}}`,
		"a part of a part":                fmt.Sprintf(frame, `{{part "paper" .}}`) + `{{define "paper"}}<p>` + "\n" + `{{part "n" .}}` + "\n" + `{{with .Authors}}{{part "list" .}}{{end}}</p>{{end}}{{define "n"}}{{.Number}}{{end}}{{define "list"}}{{join ", " " and " .}}{{end}}`,
		"a part of the site":              `{{part "s" .Site}}` + fmt.Sprintf(frame, `{{.Title}}`) + `{{define "s"}}<b>{{.Name}}</b>{{end}}`,
		"a part within an attribute":      fmt.Sprintf(frame, `<p title="{{part "n" .}}">{{.Title}}</p>`) + `{{define "n"}}{{.Number}}{{end}}`,
		"a part that is asked for unseen": fmt.Sprintf(frame, `{{$x := part "n" .}}{{.Title}}`) + `{{define "n"}}{{.Number}}{{end}}`,
	}
	for name, digest := range cases {
		t.Run(name, func(t *testing.T) {
			own := fstest.MapFS{}
			for _, file := range []string{"words.tmpl", "notice.html.tmpl", "notice.txt.tmpl", "digest.txt.tmpl", "paper.txt.tmpl", "digest.html.tmpl"} {
				b, err := fs.ReadFile(templates.FS, "letter/"+file)
				if err != nil {
					t.Fatal(err)
				}
				own["letter/"+file] = &fstest.MapFile{Data: b}
			}
			builtIn := string(own["letter/digest.html.tmpl"].Data)
			shared := builtIn[strings.Index(builtIn, `{{define "style"}}`):]
			own["letter/paper.html.tmpl"] = &fstest.MapFile{Data: []byte(`{{define "piece"}}{{.Text}}{{end}}`)}
			own["letter/digest.html.tmpl"] = &fstest.MapFile{Data: []byte(digest + shared)}
			c, err := letter.NewComposer(own, site())
			if err != nil {
				t.Fatal(err)
			}
			ls, ins := personal(12, invented())
			for i := range ls {
				sameEncoded(t, c, ls[i], ins[i])
			}
		})
	}
}

func FuzzEncodedText(f *testing.F) {
	f.Add("a title", "a reason", "keywords")
	f.Add(".", "=", "From \r\n.\r\n")
	f.Add(strings.Repeat("ä", 99), "\x00", "\x01")
	c := composer(f)
	f.Fuzz(func(t *testing.T, title, reason, words string) {
		l, in := ofPapers(&paper.Paper{Key: 1, Title: title, Summary: words})
		l.Keywords, l.Picks[0].Reasons = words, []letter.Reason{{Term: "x", Field: "title", Text: reason}}
		sameEncoded(t, c, l, in)
	})
}
