package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/web"
)

// Monitors look here for why no letter comes; anybody may look, and reads
// nothing of the server's words.
func TestHealthTellsThatTheSendingStopped(t *testing.T) {
	why := letter.Attempt{
		At:    time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC),
		Reply: letter.Reply{Stage: letter.StageAuth, Host: "mail.example.org", Code: 535, Text: "secret: ana@example.org"},
	}
	stopped := true
	s := newSite(t, func(o *web.Options) {
		o.Stopped = func(context.Context) (letter.Attempt, bool, error) { return why, stopped, nil }
	})
	got := s.get("/healthz")
	if got.status != 200 || !strings.Contains(got.body, "ok\nsending stopped at 2026-05-12T07:00:00Z: code 535 at auth") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if strings.Contains(got.body, "secret") || strings.Contains(got.body, "@") {
		t.Errorf("it tells the server's words: %s", got.body)
	}
	stopped = false
	if got := s.get("/healthz"); got.body != "ok\n" {
		t.Errorf("once it goes on: %s", got.body)
	}
}
