package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"paperboy/internal/peers"
	"paperboy/internal/peers/smtpfault"
	"paperboy/internal/peers/upstream"
)

// The days of real listings, into Mailpit, read back through its API.
func TestDaysCaptured(t *testing.T) {
	server := upstream.New(t, upstream.Options{})
	mailpit := peers.Mailpit(t)
	runDays(t, server, mailpit.SMTPAddr, func() [][]byte {
		var raw [][]byte
		for _, m := range mailpit.Messages(t) {
			raw = append(raw, mailpit.Raw(t, m.ID))
		}
		return raw
	})
}

// The same way over a few papers of our own, everywhere.
func TestDaysOwn(t *testing.T) {
	server := upstream.New(t, ownDays(t))
	smtp := smtpfault.New(t)
	runDays(t, server, smtp.Addr(), func() [][]byte {
		var raw [][]byte
		for _, m := range smtp.Received() {
			raw = append(raw, m.Data)
		}
		return raw
	})
}

// days is one run of the script: a stand-in for the sources, and a way to read
// back what the mail server took.
type days struct {
	upstream *upstream.Server
	received func() [][]byte
	listed   map[string]string // by arXiv id, the first day it was listed on

}

func runDays(t *testing.T, server *upstream.Server, smtpAddr string, received func() [][]byte) {
	host, port, err := net.SplitHostPort(smtpAddr)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`
sources:
- huggingface: {url: %s}
- arxiv: {categories: [cs.CL, cs.RO, cs.CV], url: %s, oai_url: %s, interval: 0}
mail: {from: Papers <papers@example.org>, smtp: {host: %s, port: %s, tls: none}}
`, server.URL, server.URL, server.OAIURL, host, port)
	d := &days{upstream: server, received: received, listed: map[string]string{}}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/days",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			return os.WriteFile(filepath.Join(e.WorkDir, "config.yaml"), []byte(config), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"day": d.day, "arrived": d.check,
			"break": func(_ *testscript.TestScript, _ bool, args []string) {
				server.Fail(args[0], func(w http.ResponseWriter, _ *http.Request) {
					http.Error(w, "out of order", http.StatusInternalServerError)
				})
			},
		},
	})
}

// day makes the sources live on a day, and notes what they then list anew.
func (d *days) day(ts *testscript.TestScript, _ bool, args []string) {
	now, err := time.Parse(time.DateOnly, args[0])
	ts.Check(err)
	d.upstream.SetDay(now.Add(8 * time.Hour))
	for back := 6; back >= 0; back-- {
		date := now.AddDate(0, 0, -back).Format(time.DateOnly)
		d.note(ts, "/api/daily_papers?limit=100&date="+date, args[0])
	}
	for _, category := range []string{"cs.CL", "cs.RO", "cs.CV"} {
		d.note(ts, "/rss/"+category, args[0])
	}
}

var arxivID = regexp.MustCompile(`\b\d{4}\.\d{5}\b`)

func (d *days) note(ts *testscript.TestScript, path, day string) {
	resp, err := http.Get(d.upstream.URL + path)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		return
	}
	for _, id := range arxivID.FindAllString(string(body), -1) {
		// A paper that another source lists later counts from then on.
		key := strings.SplitN(path, "?", 2)[0] + " " + id
		if strings.HasPrefix(path, "/rss/") {
			key = "/rss " + id
		}
		if _, known := d.listed[key]; !known {
			d.listed[key] = day
		}
	}
}

// check reads what arrived: as many letters a reader as given, no paper twice,
// each with its reason, none in a later letter that no source listed anew.
func (d *days) check(ts *testscript.TestScript, _ bool, args []string) {
	byReader := map[string][]delivered{}
	for _, raw := range d.received() {
		l, err := parseLetter(bytes.NewReader(raw))
		ts.Check(err)
		byReader[l.To] = append(byReader[l.To], l)
	}
	if len(byReader) != 2 {
		ts.Fatalf("letters for %d readers, want 2", len(byReader))
	}
	for to, letters := range byReader {
		if got := fmt.Sprint(len(letters)); got != args[0] {
			ts.Fatalf("%s got %s letters, want %s", to, got, args[0])
		}
		slices.SortFunc(letters, func(a, b delivered) int { return a.Date.Compare(b.Date) })
		d.checkReader(ts, to, letters)
	}
}

var absLink = regexp.MustCompile(`https://arxiv\.org/abs/(\d{4}\.\d{5})`)

func (d *days) checkReader(ts *testscript.TestScript, to string, letters []delivered) {
	seen := map[string]bool{}
	for _, l := range letters {
		day := l.Date.UTC().Format(time.DateOnly)
		ids := absLink.FindAllStringSubmatch(l.Text, -1)
		if len(ids) == 0 || len(ids) > 10 {
			ts.Fatalf("%s, %s: %d papers in the letter", to, day, len(ids))
		}
		if n := strings.Count(l.Text, "matched “"); n < len(ids) {
			ts.Fatalf("%s, %s: %d papers, %d reasons", to, day, len(ids), n)
		}
		for _, m := range ids {
			id := m[1]
			if seen[id] {
				ts.Fatalf("%s got %s twice", to, id)
			}
			seen[id] = true
			if len(seen) > 10 && d.listed["/api/daily_papers "+id] != day && d.listed["/rss "+id] != day {
				ts.Fatalf("%s, %s: %s was not listed anew that day", to, day, id)
			}
		}
	}
}

// ownDays are invented papers over some days, in the shapes of both sources.
func ownDays(t *testing.T) upstream.Options {
	o := upstream.Options{HuggingFace: map[string][]byte{}, ArXiv: []upstream.Paper{}}
	topics := []string{"Diffusion for Robots", "A Language Model of Robots", "Benchmark of Diffusion"}
	for day := 22; day <= 25; day++ {
		date := time.Date(2026, 6, day, 0, 0, 0, 0, time.UTC)
		var items []map[string]any
		for n, topic := range topics {
			id := fmt.Sprintf("2606.%02d%03d", day, n)
			items = append(items, ownItem(id, fmt.Sprintf("%s, part %d", topic, day), date, 10*n))
			// Submitted on the day before at noon in the East: announced this day.
			submitted := date.Add(-8 * time.Hour)
			o.ArXiv = append(o.ArXiv, upstream.Paper{
				ID: fmt.Sprintf("2606.%02d%03d", day, 100+n), Title: fmt.Sprintf("%s on arXiv, part %d", topic, day), Abstract: "A diffusion language model for a robot.",
				Authors: []string{"Bo Example"}, Categories: []string{"cs.RO"}, Published: submitted, Updated: submitted,
			})
		}
		list, err := json.Marshal(items)
		if err != nil {
			t.Fatal(err)
		}
		o.HuggingFace[date.Format(time.DateOnly)] = list
	}
	return o
}

func ownItem(id, title string, date time.Time, votes int) map[string]any {
	return map[string]any{
		"title": title, "numComments": 1, "publishedAt": date,
		"paper": map[string]any{
			"id": id, "title": title, "summary": "A diffusion language model for a robot, with a benchmark.",
			"authors": []any{map[string]any{"name": "Ada Example"}}, "upvotes": votes,
			"publishedAt": date.AddDate(0, 0, -1), "submittedOnDailyAt": date,
		},
	}
}
