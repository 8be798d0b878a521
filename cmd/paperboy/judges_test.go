package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
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

// harmless is why a letter may hold what some of Gmail, Outlook and Apple Mail
// leave out, by its name at caniemail.com.
var harmless = map[string]string{}

func TestMailProgramsSupportTheLetter(t *testing.T) {
	j := judge(t, "127.0.0.1:18474")
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
				t.Logf("%s %s %s %s", w.Slug, r.Family, r.Name, r.Support)
			}
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
	t.Log(ways)
}

// innocent is why a rule of SpamAssassin's fires on the letter.
var innocent = map[string]string{}

func TestTheLetterIsNoSpam(t *testing.T) {
	j := judge(t, "127.0.0.1:18476")
	for to, m := range j.letters {
		points := 0.0
		for rule, p := range peers.SpamAssassin(t, j.mailpit.Raw(t, m.ID)) {
			points += p
			if innocent[rule] == "" {
				t.Errorf("%s: rule %s fires (%+.1f) and is not explained", to, rule, p)
			}
		}
		t.Logf("%s: %.1f points", to, math.Round(points*10)/10)
		if points >= 1 {
			t.Errorf("%s: %.1f points, want less than 1.0", to, points)
		}
	}
}
