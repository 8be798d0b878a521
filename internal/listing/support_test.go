package listing

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"paperboy/internal/paper"
)

// testClient is a client that doesn't make a test wait.
func testClient() *Client {
	c := NewClient("paperboy/test (+https://example.org/)")
	c.backOff = time.Millisecond
	return c
}

// serve answers every request with one handler.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// says answers with a body.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

// localhost is a server's address by name: another host than 127.0.0.1.
func localhost(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

// doorman is a Gate in memory that remembers what passed.
type doorman struct {
	mu      sync.Mutex
	inside  bool
	free    time.Time
	lease   time.Duration
	entered []time.Time
	pauses  []time.Duration
	err     error
}

func (g *doorman) TryEnter(_ context.Context, _ string, now time.Time, lease time.Duration) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.err != nil:
		return 0, g.err
	case g.inside:
		return lease, nil
	case now.Before(g.free):
		return g.free.Sub(now), nil
	}
	g.inside, g.lease = true, lease
	g.entered = append(g.entered, now)
	return 0, nil
}

func (g *doorman) LeaveGate(_ context.Context, _ string, now time.Time, interval time.Duration) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside, g.free = false, now.Add(interval)
	g.pauses = append(g.pauses, interval)
	return nil
}

func ids(ls []paper.Listing) []string {
	out := []string{}
	for _, l := range ls {
		out = append(out, l.ID)
	}
	return out
}

func titles(ls []paper.Listing) []string {
	out := []string{}
	for _, l := range ls {
		out = append(out, l.Title)
	}
	return out
}

// wantError checks that an error is there and says all these things.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}

func date(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// body is an answer of 200.
func body(text string) *http.Response {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}
}
