package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/peers"
	"paperboy/internal/post"
)

// judged are letters that the program made, signed and sent to Mailpit, of
// bundled papers whose pages are on a server of the test.
type judged struct {
	program
	mailpit *peers.MailpitServer
	letters map[string]peers.MailpitMessage // by recipient
}

const (
	fewPapers  = "ana@example.net"
	manyPapers = "bo@example.net"
)

// judge sends one reader ten papers and another as many as one may have.
func judge(t *testing.T, address string) judged {
	t.Helper()
	pages := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(pages.Close)
	signer, err := post.NewKey("rsa")
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "dkim.pem")
	if err := writeKey(key, post.Key{Domain: "example.org", Selector: "s1", Signer: signer}); err != nil {
		t.Fatal(err)
	}
	j := judged{mailpit: peers.Mailpit(t), letters: map[string]peers.MailpitMessage{}}
	host, port, err := net.SplitHostPort(j.mailpit.SMTPAddr)
	if err != nil {
		t.Fatal(err)
	}
	dir := folderWith(t, fmt.Sprintf(`
site: {name: Papers of the Example Laboratory, url: 'http://%s/lab', imprint: Ada Example, postal_address: '1 Sample Street, 12345 Exampletown'}
listen: %[1]s
sources: [{file: {path: papers.jsonl}}]
mail:
  from: Papers <papers@example.org>
  smtp: {host: %s, port: %s, tls: none}
  dkim: [{domain: example.org, selector: s1, key_file: %s}]
`, address, host, port, key), linesOfPapers(t, pages.URL, 240))
	j.program = program{t, filepath.Join(dir, "config.yaml")}
	j.run(done, "readers", "add", fewPapers, "--keywords", `model, robot, "language model", learning`)
	j.run(done, "readers", "add", manyPapers, "--papers", "50")
	j.run(done, "run")
	for _, m := range j.mailpit.Messages(t) {
		j.letters[m.To[0].Address] = j.mailpit.Message(t, m.ID)
	}
	if len(j.letters) != 2 {
		t.Fatalf("letters arrived for %d readers, want 2", len(j.letters))
	}
	return j
}

// linesOfPapers are the bundled papers as a file lists them, over and over.
func linesOfPapers(t *testing.T, pages string, n int) string {
	t.Helper()
	source, err := newSampleSource(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for i := range n {
		p := source.papers[i%len(source.papers)]
		line, err := json.Marshal(map[string]any{
			"title": fmt.Sprintf("%s, part %d", p.Title, 1+i/len(source.papers)), "summary": p.Summary, "authors": p.Authors,
			"url": fmt.Sprintf("%s/abs/%d", pages, i), "votes": 300 - i, "published": time.Now().UTC().Format(time.DateOnly),
		})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	return out.String()
}

// harmless is why the letter may hold what Gmail, Outlook or Apple Mail do not
// support in full, by its name at caniemail.com. Without any of it the letter
// says the same, in the same order.
var harmless = map[string]string{
	// Kept, in another form.
	"html-body": "some make a div of it: margin and colour are on the table in it too",
	"css-font":  "Gmail for other providers' accounts shows its own font",

	// Lost with nothing that is said.
	"html-style":          "it has dark mode and phones' margins; Gmail for other providers' accounts does without",
	"css-at-media":        "the same",
	"css-overflow-wrap":   "word-wrap, which all know, stands beside it; it is for words longer than a line",
	"css-max-width":       "older Outlooks let the column be as wide as the window",
	"css-text-decoration": "titles are underlined then, as all links are",
	"css-letter-spacing":  "the site's name and the drawing of votes are set a little tighter",

	// Supported but for values that are not in it.
	"css-padding":        "of cells alone in Outlook on Windows; all is on cells",
	"css-margin":         "negative and auto values, and that of body; its own is 0",
	"css-line-height":    "Outlook on Windows rounds it",
	"css-text-align":     "start and end",
	"css-text-transform": "lowercase",
	"css-font-weight":    "weights in numbers",
	"css-border":         "above 8 pixels",
	"css-width":          "of other than tables and cells; there it is 100 per cent",
}

// bigThree are the mail programs that must lose nothing that changes the meaning.
var bigThree = []string{"gmail", "outlook", "apple-mail"}

func TestMailProgramsSupportTheLetter(t *testing.T) {
	j := judge(t, "127.0.0.1:18474")
	lacking := map[string]bool{}
	for to, m := range j.letters {
		if len(m.HTML) > letter.MaxHTML {
			t.Errorf("%s: HTML of %d bytes", to, len(m.HTML))
		}
		supported, warnings := j.mailpit.HTMLCheck(t, m.ID)
		t.Logf("%s: %d bytes of HTML, supported to %.1f %%", to, len(m.HTML), supported)
		if supported < 95 {
			t.Errorf("%s: the HTML is supported to %.1f %%, want 95", to, supported)
		}
		for _, w := range warnings {
			for _, r := range w.Results {
				if r.Support == "yes" || !slices.Contains(bigThree, r.Family) {
					continue
				}
				lacking[w.Slug] = true
				if harmless[w.Slug] == "" {
					t.Errorf("%s: %s is supported by %s: %s, and nothing says why that is harmless", to, w.Slug, r.Name, r.Support)
				}
			}
		}
	}
	for slug := range harmless {
		if !lacking[slug] {
			t.Errorf("%s is explained, and is supported or not in the letter", slug)
		}
	}
}

// Each link leads somewhere: those to our own pages to a running server, those
// to papers to one that stands for the world.
func TestEveryLinkOfTheLetterIsAnswered(t *testing.T) {
	const address = "127.0.0.1:18475"
	j := judge(t, address)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var log output
	go func() { ended <- run(ctx, []string{"serve", "--config", j.config}, streams{nil, &log, &log}) }()
	defer func() { stop(); <-ended }()
	eventually(t, "answering", func() bool {
		resp, err := http.Get("http://" + address + "/lab/healthz")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	})
	ways := map[string]int{}
	for _, link := range j.mailpit.LinkCheck(t, j.letters[fewPapers].ID) {
		if link.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", link.URL, link.StatusCode, link.Status)
		}
		for _, way := range []string{"/lab/settings/", "/lab/leave/", "/lab/view/", "/lab/mark/", "/abs/"} {
			if strings.Contains(link.URL, way) {
				ways[way]++
			}
		}
	}
	for way, want := range map[string]int{"/lab/settings/": 1, "/lab/leave/": 1, "/lab/view/": 1, "/lab/mark/": 20, "/abs/": 10} {
		if ways[way] != want {
			t.Errorf("%d links were checked that have %s in them, want %d", ways[way], way, want)
		}
	}
}

// innocent is why a rule of SpamAssassin's fires on the letter.
var innocent = map[string]string{
	"HTML_MESSAGE": "it has an HTML part; worth no points",
	"WEIRD_PORT":   "the test's servers listen on ports of their own",
	"ALL_TRUSTED":  "it came over loopback alone, which is to its good and not counted",
}

func TestTheLetterIsNoSpam(t *testing.T) {
	j := judge(t, "127.0.0.1:18476")
	for to, m := range j.letters {
		raw := j.mailpit.Raw(t, m.ID)
		if !strings.Contains(string(raw), "DKIM-Signature: ") {
			t.Errorf("%s: the letter is not signed", to)
		}
		points := 0.0
		for rule, p := range peers.SpamAssassin(t, raw) {
			points += max(p, 0) // none makes up for another
			if innocent[rule] == "" {
				t.Errorf("%s: rule %s fires (%+.1f) and is not explained", to, rule, p)
			}
		}
		t.Logf("%s: %.1f points", to, points)
		if points >= 1 {
			t.Errorf("%s: %.1f points, want less than 1.0", to, points)
		}
	}
}
