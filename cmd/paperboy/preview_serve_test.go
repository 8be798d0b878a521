package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whoever edits templates sees letter and pages as they become, or what is
// wrong with them, and nothing else happens.
func TestPreviewFollowsTheTemplates(t *testing.T) {
	papers := `{"title":"Robots that nap","summary":"They nap.","published":"` + time.Now().UTC().Format(time.RFC3339) + `"}` + "\n"
	dir := folderWith(t, "sources: [{file: {path: papers.jsonl}}]\ntemplates: own\n", papers)
	own := filepath.Join(dir, "own", "letter")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var said output
	done := make(chan int)
	go func() {
		done <- run(ctx, []string{"preview", "--config", filepath.Join(dir, "config.yaml"), "--serve=127.0.0.1:0"}, streams{out: io.Discard, err: &said})
	}()
	var base string
	eventually(t, "serving", func() bool {
		before, _, found := strings.Cut(said.String(), "/preview/ (")
		base = before[strings.LastIndex(before, " ")+1:]
		return found
	})
	get := func(path string) string {
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	shows := func(path, want string) {
		t.Helper()
		if page := get(path); !strings.Contains(page, want) {
			t.Errorf("%s does not show %q:\n%.2000s", path, want, page)
		}
	}
	shows("/preview/", "/preview/letter")
	shows("/preview/letter", "Robots that nap")
	shows("/preview/letter", "/preview/reload.js")
	shows("/preview/letter.txt", "Robots that nap")
	shows("/", "/preview/reload.js")

	before := get("/preview/version")
	builtIn, err := os.ReadFile(filepath.Join("..", "..", "templates", "letter", "words.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(builtIn), `{{define "intro" -}}`, `{{define "intro" -}}Good morning! `, 1)
	if err := os.WriteFile(filepath.Join(own, "words.tmpl"), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	if get("/preview/version") == before {
		t.Error("the version is the same after a change")
	}
	shows("/preview/letter", "Good morning!")
	if err := os.WriteFile(filepath.Join(own, "words.tmpl"), []byte("{{nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	shows("/preview/letter", "words.tmpl")

	resp, err := http.Post(base+"/subscribe", "application/x-www-form-urlencoded", strings.NewReader("email=a@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a form was taken: %s", resp.Status)
	}
	stop()
	if code := <-done; code != 0 {
		t.Errorf("exit code %d: %s", code, said.String())
	}
}
