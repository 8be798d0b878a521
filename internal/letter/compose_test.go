package letter_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/templates"
)

var update = flag.Bool("update", false, "write the golden letters anew")

func site() letter.Site {
	return letter.Site{
		Name: "Paperboy", URL: "https://paperboy.example",
		From:    letter.Address{Name: "Paperboy", Address: "letters@paperboy.example"},
		ReplyTo: "people@paperboy.example",
		Imprint: "Paperboy, run by Ada Example", Postal: "1 Sample Street\n12345 Exampletown",
		ListID: "digest.paperboy.example",
	}
}

func composer(t testing.TB) *letter.Composer {
	t.Helper()
	c, err := letter.NewComposer(templates.FS, site())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var morning = time.Date(2026, 5, 4, 5, 0, 0, 0, time.UTC)

// invented are papers written for these tests.
func invented() []*paper.Paper {
	counts := func(votes, comments, stars int) []paper.Reading {
		return []paper.Reading{{Source: "sample", At: morning, Signals: paper.Signals{
			Votes: paper.Known(votes), Comments: paper.Known(comments), Stars: paper.Known(stars)}}}
	}
	return []*paper.Paper{
		{
			Key: 1, Title: "Folding Laundry with a Diffusion Policy & Two Left Hands",
			Summary: "Laundry is hard, e.g. socks. We train a diffusion policy on 12.5 hours of folding. It folds.",
			Authors: []string{"Ada Example", "Bo Sample", "Cy Invented", "Di Madeup", "Ed Fiction"}, Organization: "Example Laboratory",
			Links: paper.Links{Abstract: "https://arxiv.org/abs/2605.00001", PDF: "https://arxiv.org/pdf/2605.00001",
				Discussion: "https://papers.example/2605.00001", Code: "https://code.example/socks"},
			Sighted: morning.Add(-3 * 24 * time.Hour), Readings: counts(1203, 1, 30),
		},
		{
			Key: 2, Title: "Robots <i>that</i> Nap", Brief: "Robots that nap work better in the afternoon, and those that do not nap work a little worse than before.",
			Authors: []string{"Fay Example", "Gil Sample"},
			Links:   paper.Links{Abstract: "https://arxiv.org/abs/2605.00002", Project: "https://arxiv.org/abs/2605.00002"},
			Sighted: morning.Add(-time.Hour), Readings: counts(1, 0, 0),
		},
		{Key: 3, Title: "A Title and Nothing Else", Sighted: morning.Add(-time.Hour)},
	}
}

func ofPapers(ps ...*paper.Paper) (letter.Letter, letter.DigestInput) {
	l := letter.Letter{
		ID: 7, Kind: letter.Digest, Reader: 42, Address: "reader@example.org", Slot: morning, Made: morning,
		MessageID: letter.NewMessageID(letter.Digest, 42, morning, "paperboy.example"),
		Keywords:  "\"diffusion policy\"\nrobot", Matched: len(ps) + 4,
	}
	in := letter.DigestInput{
		Location: time.FixedZone("CEST", 2*3600), Papers: map[paper.Key]*paper.Paper{},
		Links: letter.Links{
			Settings: "https://paperboy.example/settings/abc", Leave: "https://paperboy.example/leave/def",
			View: "https://paperboy.example/view/ghi",
			Mark: func(k paper.Key) string { return fmt.Sprint("https://paperboy.example/mark/jkl", k) },
		},
	}
	for _, p := range ps {
		l.Picks = append(l.Picks, letter.Pick{Paper: p.Key})
		in.Papers[p.Key] = p
	}
	return l, in
}

// golden compares a text with a file below testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, -update writes it anew):\n%s", name, diff)
	}
}

func TestALetterSaysWhatTrends(t *testing.T) {
	p := invented()[0]
	p.Links.Forum = "https://news.example/item?id=1"
	l, in := ofPapers(p)
	l.Picks[0].Rising, l.Picks[0].Leads = true, "cs.RO"
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{m.Text, m.HTML} {
		if line := strings.Join(strings.Fields(part), " "); !strings.Contains(line, "1,203 votes, 1 comment, 30 stars, rising, first in cs.RO this week, listed 3 days ago") {
			t.Errorf("it does not say that the paper rises:\n%s", part)
		}
		if !strings.Contains(part, "Hacker News") || !strings.Contains(part, "https://news.example/item?id=1") {
			t.Errorf("it does not link to the forum:\n%s", part)
		}
	}
}

func TestGoldenDigest(t *testing.T) {
	l, in := ofPapers(invented()...)
	l.Picks[0].Reasons = []letter.Reason{
		{Term: `"diffusion policy"`, Field: "title", Text: "Diffusion Policy"},
		{Term: "robot", Field: "abstract", Text: "robotic"},
	}
	l.Picks[1].Reasons = []letter.Reason{{Term: "robot", Field: "title", Text: "Robots"}}
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "digest.html", m.HTML)
	golden(t, "digest.txt", m.Text)
	m.HTML, m.Text = "", ""
	want := letter.Message{
		From: letter.Address{Name: "Paperboy", Address: "letters@paperboy.example"}, ReplyTo: "people@paperboy.example",
		To: "reader@example.org", ID: "digest.42.20260504T050000.000@paperboy.example", Date: morning,
		Subject: "Mon 4 May: Folding Laundry with a Diffusion Policy & Two Left Hands and 2 more",
		Headers: []letter.Header{
			{Name: "List-Id", Value: "<digest.paperboy.example>"},
			{Name: "List-Unsubscribe", Value: "<https://paperboy.example/leave/def>"},
			{Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click"},
			{Name: "Auto-Submitted", Value: "auto-generated"},
		},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestGoldenNotices(t *testing.T) {
	c := composer(t)
	for _, kind := range []letter.Kind{letter.Confirmation, letter.Access, letter.Move} {
		for name, in := range map[string]letter.NoticeInput{"": {}, "-known": {Known: true}, "-back": {Back: true}} {
			if name != "" && kind != letter.Confirmation {
				continue
			}
			name = string(kind) + name
			l := letter.Letter{Kind: kind, Address: "reader@example.org", Made: morning, Keywords: "robot, -survey"}
			in.Link, in.Expires, in.Location = "https://paperboy.example/confirm/abc", morning.Add(48*time.Hour), time.FixedZone("CEST", 2*3600)
			m, err := c.Notice(l, in)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
			if diff := cmp.Diff([]letter.Header{{Name: "Auto-Submitted", Value: "auto-generated"}}, m.Headers); diff != "" {
				t.Errorf("%s headers (-want +got):\n%s", name, diff)
			}
			if strings.Count(m.HTML, `href="https://paperboy.example/confirm/abc"`) < 1 {
				t.Errorf("%s: the HTML lacks the link", name)
			}
		}
	}
}

func TestEqualInputsComposeToEqualBytes(t *testing.T) {
	l, in := ofPapers(invented()...)
	first, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
}

func TestALeaveLinkThatIsNoWebPageIsNoHeader(t *testing.T) {
	l, in := ofPapers(invented()...)
	for _, leave := range []string{"", "mailto:leave@paperboy.example", "https://x.example/\r\nBcc: a@b", "javascript:alert(1)"} {
		in.Links.Leave = leave
		m, err := composer(t).Digest(l, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range m.Headers {
			if strings.HasPrefix(h.Name, "List-Unsubscribe") {
				t.Errorf("leave link %q became %s: %s", leave, h.Name, h.Value)
			}
		}
	}
}

func TestPapersThatAreGoneOrBecameOne(t *testing.T) {
	ps := invented()
	l, in := ofPapers(ps...)
	in.Papers[2] = ps[0] // merged
	delete(in.Papers, 3)
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(m.HTML, "Folding Laundry"); n != 1 {
		t.Errorf("the merged paper stands %d times in the letter", n)
	}
	in.Papers = nil
	if _, err := composer(t).Digest(l, in); err == nil || !strings.Contains(err.Error(), "letter 7") {
		t.Errorf("a letter without any paper: error is %v", err)
	}
}

// hostile is a paper by somebody who means harm, or 664 people who do not.
func hostile(key paper.Key) *paper.Paper {
	p := &paper.Paper{
		Key: key, Title: "\u202EBad</a></title><script>alert(1)</script>\r\nBcc: all@example.org " + strings.Repeat("very ", 2000) + strings.Repeat("x", 3000),
		Summary:      "<img src=https://evil.example/pixel.png onerror=alert(1)> " + strings.Repeat("word ", 3000),
		Organization: "\"><script>alert(2)</script>" + strings.Repeat("o", 500),
		Sighted:      morning,
		Links: paper.Links{Abstract: "javascript:alert(1)", PDF: "https://evil.example/\r\nBcc: x", Discussion: "data:text/html,hi",
			Code: "https://user:secret@evil.example/", Project: "https://fine.example/?q=\"><script>"},
	}
	for i := range 664 {
		p.Authors = append(p.Authors, fmt.Sprintf("Author\nNumber <b>%d</b>", i))
	}
	return p
}

func TestHostileTextsStayHarmless(t *testing.T) {
	l, in := ofPapers(hostile(1), hostile(2))
	l.Keywords = "<script>alert(3)</script>\r\nBcc: b"
	l.Picks[0].Reasons = []letter.Reason{{Term: "<b>", Field: "title", Text: "\r\n<script>" + strings.Repeat("y", 500)}}
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject, "\r\n\x00\u202E") || utf8.RuneCountInString(m.Subject) > 150 {
		t.Errorf("subject %q", m.Subject)
	}
	for _, bad := range []string{"<script", "<img", "javascript:", "evil.example/\"", "\u202E", "data:text"} {
		if strings.Contains(m.HTML, bad) {
			t.Errorf("the HTML holds %q", bad)
		}
	}
	for _, line := range strings.Split(m.Text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "Bcc:") || strings.ContainsAny(line, "\r\u202E") {
			t.Errorf("the text has the line %q", line)
		}
	}
	if !strings.Contains(m.Text, "and 661 more") {
		t.Error("of 664 authors not the first three and 661 more are told")
	}
}

func TestLettersOfAnySizeFit(t *testing.T) {
	c := composer(t)
	for _, n := range []int{1, 10, 60, 300} {
		for name, make := range map[string]func(paper.Key) *paper.Paper{"hostile": hostile, "ordinary": ordinary} {
			t.Run(fmt.Sprint(n, " ", name), func(t *testing.T) {
				var ps []*paper.Paper
				for i := range n {
					ps = append(ps, make(paper.Key(i+1)))
				}
				l, in := ofPapers(ps...)
				m, err := c.Digest(l, in)
				if err != nil {
					t.Fatal(err)
				}
				if len(m.HTML) > letter.MaxHTML {
					t.Errorf("the HTML has %d bytes", len(m.HTML))
				}
				if !strings.Contains(m.HTML, in.Links.Leave) || !strings.Contains(m.HTML, "Exampletown") {
					t.Error("the footer is gone")
				}
				if n := strings.Count(m.Text, "\n"+fmt.Sprint(n)+"."); n != 1 && len(ps) > 1 {
					t.Error("the text part lacks the last paper")
				}
			})
		}
	}
}

func ordinary(key paper.Key) *paper.Paper {
	p := invented()[0]
	p.Key, p.Summary = key, strings.Repeat("It folds and folds and folds again. ", 8)
	return p
}

func TestTextIsAtMost76ColumnsWide(t *testing.T) {
	l, in := ofPapers(append(invented(), hostile(9))...)
	l.Keywords = strings.Repeat("keyword, ", 200)
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(m.Text, "\n") {
		if word := strings.TrimSpace(line); letter.Columns(line) > 76 && strings.Contains(word, " ") && !strings.Contains(word, "https://") {
			t.Errorf("%d columns: %s", letter.Columns(line), line)
		}
	}
}

func TestHTMLIsWellFormedAndLoadsNothing(t *testing.T) {
	l, in := ofPapers(invented()...)
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?i)<(img|link|iframe|script|object|form)|url\(|@import|src=`).MatchString(m.HTML) {
		t.Error("the letter loads something")
	}
	if strings.Contains(m.HTML, "ZgotmplZ") {
		t.Error("a template lets through what html/template refuses")
	}
	checkTags(t, m.HTML)
}

// checkTags holds that every element is closed, and in order.
func checkTags(t *testing.T, page string) {
	t.Helper()
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("never closed: %v", open)
			}
			return
		case html.StartTagToken:
			token := z.Token()
			if token.Data == "table" && !strings.Contains(token.String(), `role="presentation"`) {
				t.Errorf("a layout table is no presentation: %s", token)
			}
			if token.Data != "meta" && token.Data != "br" {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestABrokenTemplateIsNamedAtStart(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"a syntax error", "digest.txt.tmpl", "one\n{{if}}", "digest.txt.tmpl:2"},
		{"a field that does not exist", "digest.html.tmpl", "one\ntwo {{.Nonsense}}", "digest.html.tmpl:2"},
		{"a branch that only some letters take", "notice.txt.tmpl", `{{if eq .Kind "move"}}{{.Nonsense}}{{end}}`, "notice.txt.tmpl:1"},
		{"a weekly letter's branch", "digest.txt.tmpl", `{{if .Weekly}}{{.Nonsense}}{{end}}`, "digest.txt.tmpl:1"},
		{"a subject that is gone", "words.tmpl", ``, "subject"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			own := fstest.MapFS{}
			names, err := fs.Glob(templates.FS, "letter/*.tmpl")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				data, err := fs.ReadFile(templates.FS, name)
				if err != nil {
					t.Fatal(err)
				}
				own[name] = &fstest.MapFile{Data: data}
			}
			own["letter/"+tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
			if _, err := letter.NewComposer(own, site()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one that names %s", err, tt.want)
			}
		})
	}
}
