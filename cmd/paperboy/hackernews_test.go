package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is talked of elsewhere raises a paper that another source listed, shows
// in the letter, and brings no paper of its own.
func TestHackerNewsShowsInTheLetter(t *testing.T) {
	points := 3
	news := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"nbPages":1,"hits":[
			{"objectID":"4711","url":"https://arxiv.org/pdf/2606.00002v1","points":%d,"num_comments":40,"created_at_i":1781694000},
			{"objectID":"4712","url":"https://arxiv.org/abs/2606.00099","points":500,"num_comments":200,"created_at_i":1781694000}]}`, points)
	}))
	t.Cleanup(news.Close)
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("papers.jsonl", `{"id":"2606.00001","title":"Robots that fold","summary":"A robot folds.","votes":30}
{"id":"2606.00002","title":"Robots that nap","summary":"A robot naps.","votes":5}
`)
	config := write("config.yaml", fmt.Sprintf("sources:\n- file: {path: papers.jsonl}\n- hackernews: {url: %s}\n", news.URL))
	command := func(args ...string) string {
		var out, errs strings.Builder
		args = append(args, "--config", config)
		if code := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs}); code != done {
			t.Fatalf("%v: exit code %d\n%s", args, code, errs.String())
		}
		return out.String()
	}
	// The sources are read side by side: a mention counts once its paper is known.
	for _, at := range []string{"2026-06-17T12:00:00Z", "2026-06-17T13:00:00Z", "2026-06-17T20:00:00Z"} {
		command("run", "--now", at)
		points = 150
	}
	letter := command("preview", "--now", "2026-06-17T21:00:00Z", "--keywords", "robot")
	nap, fold := strings.Index(letter, "Robots that nap"), strings.LastIndex(letter, "Robots that fold")
	if nap < 0 || fold < nap {
		t.Errorf("150 points don't raise the paper above 30 votes:\n%s", letter)
	}
	for _, want := range []string{"155 votes, 40 comments, rising", "https://news.ycombinator.com/item?id=4711"} {
		if !strings.Contains(letter, want) {
			t.Errorf("the letter does not say %q:\n%s", want, letter)
		}
	}
	if strings.Contains(letter, "4712") {
		t.Errorf("a story brought a paper of its own:\n%s", letter)
	}
}
