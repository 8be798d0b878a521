package web_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
	"paperboy/internal/web"
	"paperboy/templates"
)

// site is the pages over a real store, with a log that can be read.
type site struct {
	http.Handler
	store *store.Store
	links subscription.Links
	log   bytes.Buffer
	woken atomic.Int32
}

const base = "https://example.org/papers"

// newSite opens a site with some papers in it. Options can be changed first.
func newSite(t testing.TB, change func(*web.Options)) *site {
	t.Helper()
	db, err := store.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "web.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	sealer, err := subscription.NewSealer([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{store: db, links: subscription.Links{Base: base, Sealer: sealer}}
	o := web.Options{
		Readers: db, Catalogue: db, Links: s.links, Templates: templates.FS,
		Site:     letter.Site{Name: "Ada & Bo's <papers>", URL: base, From: letter.Address{Address: "papers@mail.example.org"}, Imprint: "Ada Example\nfor the reading group"},
		Defaults: subscription.Settings{Rhythm: subscription.Rhythm{Hour: 7, Zone: "Europe/Berlin", Weekday: time.Monday, Weekends: true}},
		Papers:   10,
		Wake:     func() { s.woken.Add(1) },
		Log:      slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	s.links = o.Links
	if s.Handler, err = web.New(o); err != nil {
		t.Fatal(err)
	}
	s.record(t, samplePapers())
	return s
}

// inBubble runs a test on a site whose time is its own: what waits, waits no
// real time.
func inBubble(t *testing.T, change func(*web.Options), test func(t *testing.T, s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newSite(t, change)) })
}

func samplePapers() []paper.Listing {
	return []paper.Listing{
		{ID: "2605.00001", Title: "Robots that learn to fold laundry", Summary: "We teach robots to fold. It works on shirts.",
			Authors: []string{"Ada Lovelace", "Bo Ng"}, Categories: []string{"cs.RO"}, Signals: paper.Signals{Votes: paper.Known(40)}},
		{ID: "2605.00002", Title: "Attention for small languages", Summary: "Few words, much attention.",
			Authors: []string{"Cleo Diaz"}, Categories: []string{"cs.CL"}, Signals: paper.Signals{Votes: paper.Known(90)}},
		{ID: "2605.00003", Title: `<script>alert("x")</script> in a title`, Summary: "A <b>bold</b> claim & more.",
			Authors: []string{"Eve\nNewline"}, Signals: paper.Signals{Votes: paper.Known(10)}},
	}
}

func (s *site) record(t testing.TB, ls []paper.Listing) {
	t.Helper()
	for i := range ls {
		ls[i].Listed = time.Now().Add(-time.Hour)
	}
	if _, err := s.store.Record(context.Background(), "sample", paper.Batch{Listings: ls}, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// answer is what a page answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// text is the page as it is read: without markup, with single spaces.
func (a answer) text() string {
	var b strings.Builder
	in := false
	for _, r := range a.body {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}

func (s *site) do(r *http.Request) answer {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func (s *site) get(target string) answer {
	return s.do(httptest.NewRequest(http.MethodGet, target, nil))
}

// form is a posted form, as browsers send it.
func form(target string, fields ...string) *http.Request {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func (s *site) post(target string, fields ...string) answer { return s.do(form(target, fields...)) }

// add subscribes an address on the operator's word.
func (s *site) add(t testing.TB, address, keywords string) int64 {
	t.Helper()
	typed, folded, err := subscription.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.store.Add(context.Background(), subscription.Reader{
		Address: typed, Folded: folded, Keywords: keywords,
		Rhythm:  subscription.Rhythm{Hour: 7, Zone: "Europe/Berlin", Weekends: true},
		Consent: subscription.Consent{At: time.Now(), Wording: "asked by word of mouth", How: "command line"},
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *site) reader(t testing.TB, folded string) subscription.Reader {
	t.Helper()
	r, err := s.store.ReaderByAddress(context.Background(), folded)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// mailed returns the link in the reader's newest letter of a kind, as the loop
// would seal it.
func (s *site) mailed(t testing.TB, id int64, k letter.Kind) string {
	t.Helper()
	ls, err := s.store.Letters(context.Background(), id, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ls {
		if l.Kind != k || l.State != letter.Queued {
			continue
		}
		switch k {
		case letter.Confirmation:
			return s.links.Confirm(id, l.Ticket, l.Made.Add(subscription.ConfirmWithin))
		case letter.Access:
			return s.links.Account(id, l.Ticket, l.Made.Add(subscription.AccessFor))
		case letter.Move:
			return s.links.Move(id, l.Ticket, l.Made.Add(subscription.ConfirmWithin))
		}
	}
	t.Fatalf("reader %d has no waiting letter of kind %s", id, k)
	return ""
}

// state is all that is kept of readers, as text: what changed can be seen.
func (s *site) state(t testing.TB) string {
	t.Helper()
	var ids []int64
	if err := s.store.EachReader(context.Background(), func(r subscription.Reader) error {
		ids = append(ids, r.ID)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, id := range ids {
		data, err := s.store.Export(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.store.Reader(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n%+v\n", data, r)
	}
	return b.String()
}

func want(t *testing.T, what string, a answer, status int, phrases ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %s", what, a.status, status, a.text())
	}
	for _, p := range phrases {
		if !strings.Contains(a.text(), p) {
			t.Errorf("%s: does not say %q but: %s", what, p, a.text())
		}
	}
}
