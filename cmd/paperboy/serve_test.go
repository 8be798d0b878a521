package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paperboy/internal/peers"
	"paperboy/internal/peers/upstream"
)

// output is what a command that runs on prints.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// folderWith makes a folder with a configuration and, if given, papers.
func folderWith(t *testing.T, config, papers string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"config.yaml": config, "papers.jsonl": papers} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// eventually waits until ok, for some seconds at most.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("in ten seconds: not %s", what)
}

// The whole way of a reader through a running server, by its pages and its
// mails: subscribe, confirm, first letter at once, leave by one click.
func TestServeFromSubscribingToLeaving(t *testing.T) {
	const address = "127.0.0.1:18473"
	today := time.Now().UTC().Format(time.DateOnly)
	dir := folderWith(t,
		"site: {url: 'http://"+address+"/lab'}\nlisten: "+address+"\nsources: [{file: {path: papers.jsonl}}]\n",
		`{"id": "2606.00001", "title": "Diffusion in Small Steps", "summary": "We diffuse.", "published": "`+today+`"}`+"\n")
	var log output
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--config", filepath.Join(dir, "config.yaml")}, streams{nil, &log, &log})
	}()
	base := "http://" + address + "/lab"
	eventually(t, "answering", func() bool {
		resp, err := http.Get(base + "/healthz")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	})

	box := mailbox(filepath.Join(dir, "mail"))
	letter := func(n int) delivered {
		var letters []delivered
		eventually(t, fmt.Sprintf("%d letters in the folder", n), func() bool {
			var err error
			letters, err = box.letters()
			return err == nil && len(letters) == n
		})
		return letters[0]
	}
	postForm(t, base+"/subscribe", url.Values{"email": {"Ana@example.net"}, "keywords": {"diffusion"}})
	link, err := findLink(letter(1).Text, base+"/confirm/")
	if err != nil {
		t.Fatal(err)
	}
	postForm(t, link, nil)
	digest := letter(2)
	if !strings.Contains(digest.Text, "Diffusion in Small Steps") || digest.To != "Ana@example.net" {
		t.Errorf("the first letter, to %s:\n%s", digest.To, digest.Text)
	}
	leave := strings.Trim(digest.Header.Get("List-Unsubscribe"), "<>")
	postForm(t, leave, url.Values{"List-Unsubscribe": {"One-Click"}})
	stop()
	if code := <-ended; code != done {
		t.Errorf("serve ended with %d", code)
	}
	if strings.Contains(strings.ToLower(log.String()), "ana@") {
		t.Errorf("the log holds an address:\n%s", log.String())
	}
}

func postForm(t *testing.T, to string, form url.Values) {
	t.Helper()
	resp, err := http.PostForm(to, form)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s answered %s", to, resp.Status)
	}
}

// Two processes that pull at once from one database keep arXiv's rule
// together: one request at a time, and the interval between them.
func TestTwoProcessesShareArXivsLimit(t *testing.T) {
	const interval = 150 * time.Millisecond
	server := upstream.New(t, ownDays(t))
	server.SetDay(time.Date(2026, 6, 23, 8, 0, 0, 0, time.UTC))
	dir := folderWith(t, fmt.Sprintf(
		"sources: [{arxiv: {categories: [cs.CL, cs.RO, cs.CV, cs.LG, cs.AI, cs.HC], url: %s, oai_url: %s, interval: %s}}]\n",
		server.URL, server.OAIURL, interval), "")
	program, err := os.Executable() // runs as paperboy under that name
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "paperboy")
	if err := os.Symlink(program, name); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	var pulls []*exec.Cmd
	for range 2 {
		pull := exec.Command(name, "pull", "--now", "2026-06-23T08:00:00Z")
		pull.Dir = dir
		if err := pull.Start(); err != nil {
			t.Fatal(err)
		}
		pulls = append(pulls, pull)
	}
	for _, pull := range pulls {
		if err := pull.Wait(); err != nil {
			t.Error(err)
		}
	}
	requests := server.Requests("/rss/")
	if len(requests) < 4 {
		t.Fatalf("%d requests, want two of each process", len(requests))
	}
	for i := range requests[1:] {
		// The interval is counted from the end of the request before, and the
		// server notes its beginning.
		if gap := requests[i+1].At.Sub(requests[i].At); gap < interval {
			t.Errorf("request %d came %v after the one before, want %v or more", i+2, gap, interval)
		}
	}
}

// Whatever matches must be found, in any form of its words: the page that the
// project starts from, by the keyword that it was found by.
func TestPreviewMatchesTheWholePage(t *testing.T) {
	page := peers.Data(t, "papers-page-approximations.jsonl")
	dir := folderWith(t, "sources: [{file: {path: "+page+"}}]\n", "")
	var out, log output
	code := run(t.Context(), []string{
		"preview", "--config", filepath.Join(dir, "config.yaml"),
		"--keywords", "approximations", "--papers", "0", "--format", "json",
	}, streams{nil, &out, &log})
	if code != done || !strings.Contains(out.String(), `"matched": 119,`) || strings.Count(out.String(), `"id": `) != 119 {
		t.Errorf("code %d, %.200s\n%s", code, out.String(), log.String())
	}
}
