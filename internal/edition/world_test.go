package edition

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/post"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
	"paperboy/templates"
)

// shelf is a source that lists what a test puts on it.
type shelf struct {
	name     string
	listings []paper.Listing
	err      error
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) Fetch(context.Context, time.Time, string) (paper.Batch, error) {
	return paper.Batch{Listings: s.listings, Memo: "read"}, s.err
}

func (s *shelf) put(n, votes int, title string, listed time.Time) {
	s.listings = append(s.listings, paper.Listing{
		Source: s.name, ID: fmt.Sprintf("26%02d.%05d", listed.Month(), n), Title: title,
		Summary: "An abstract of it. It has two sentences.", Authors: []string{"Ada Example"},
		Listed: listed, Published: listed,
		Signals: paper.Signals{Votes: paper.Known(votes)},
	})
}

func mustOpen(t testing.TB, file string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func scratch(t testing.TB) string { return filepath.Join(t.TempDir(), "paperboy.db") }

func addReader(t testing.TB, s *store.Store, address, keywords string, rhythm subscription.Rhythm, now time.Time) int64 {
	t.Helper()
	typed, folded, err := subscription.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Add(t.Context(), subscription.Reader{
		Address: typed, Folded: folded, State: subscription.Active, Keywords: keywords, Rhythm: rhythm,
		Consent: subscription.Consent{At: now, How: "test"},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func utc(hour int) subscription.Rhythm {
	return subscription.Rhythm{Hour: hour, Zone: "UTC", Weekends: true}
}

// composer is shared: it tries all its templates out when it is made, which
// takes a while, and never changes.
var composer = sync.OnceValues(func() (*letter.Composer, error) {
	return letter.NewComposer(templates.FS, letter.Site{
		Name: "paperboy", URL: "https://papers.example.org",
		From: letter.Address{Name: "paperboy", Address: "papers@example.org"}, ListID: "papers.example.org",
	})
})

// newEdition wires the real parts over a store and a way to connections.
func newEdition(t testing.TB, s Store, open func(context.Context) (Conn, error), sources ...Source) *Edition {
	t.Helper()
	composer, err := composer()
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := subscription.NewSealer([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	e := New(Options{
		Store: s, Sources: sources, Composer: composer,
		Links: subscription.Links{Base: "https://papers.example.org", Sealer: sealer},
		Build: post.Build, Open: open, MailHost: "example.org", Papers: 10, Connections: 1,
		Log: slog.New(slog.DiscardHandler),
	})
	e.standBack = func() bool { return false } // under synctest's clock nothing stands still
	return e
}

// errDead is what every call of a process gets once it has died.
var errDead = errors.New("the process is dead")
