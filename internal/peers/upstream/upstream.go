// Package upstream stands in for Hugging Face and arXiv in tests: one server
// that answers on any day as they would on that day, out of the captured
// responses or a test's own papers, and that fails where it is told to.
package upstream

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options say what the server serves.
type Options struct {
	// Day is the moment it is; SetDay changes it.
	Day time.Time
	// HuggingFace holds the lists by date (YYYY-MM-DD), ArXiv the papers. Where
	// both are nil the captured ones are served, and the test is skipped where
	// they are missing.
	HuggingFace map[string][]byte
	ArXiv       []Paper
	// Page is how many records OAI-PMH gives at once; 0 is 500.
	Page int
}

// Request is a request that the server got.
type Request struct {
	At     time.Time
	Path   string
	Query  url.Values
	Header http.Header
}

// Server is a running server. Its parts: URL+"/api/daily_papers" (Hugging Face
// with base URL), URL+"/rss/…" (arXiv's feeds with base URL), OAIURL.
type Server struct {
	URL, OAIURL string

	mu       sync.Mutex
	day      time.Time
	held     time.Time
	failures map[string]http.HandlerFunc
	requests []Request

	lists  map[string][]byte
	papers []Paper
	page   int
}

// New starts a server that ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{
		day: o.Day, failures: map[string]http.HandlerFunc{},
		lists: o.HuggingFace, papers: o.ArXiv, page: o.Page,
	}
	if s.page == 0 {
		s.page = 500
	}
	if o.HuggingFace == nil && o.ArXiv == nil {
		s.lists, s.papers = capturedLists(t), capturedPapers(t)
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.URL, s.OAIURL = web.URL, web.URL+"/oai"
	return s
}

// SetDay makes it another moment.
func (s *Server) SetDay(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.day = now
}

// Hold makes arXiv's feeds serve the batch of the day given under whatever
// date it is, as they once did; the zero time ends it.
func (s *Server) Hold(day time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = day
}

// Fail answers every path that begins with prefix by h; nil mends it.
func (s *Server) Fail(prefix string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h == nil {
		delete(s.failures, prefix)
		return
	}
	s.failures[prefix] = h
}

// Requests returns the requests so far whose path begins with prefix.
func (s *Server) Requests(prefix string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.requests), func(r Request) bool {
		return !strings.HasPrefix(r.Path, prefix)
	})
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	day, held, fail := s.note(r)
	switch {
	case fail != nil:
		fail(w, r)
	case r.URL.Path == "/api/daily_papers":
		s.dailyPapers(w, r, day)
	case strings.HasPrefix(r.URL.Path, "/rss/"):
		s.feed(w, r, day, held)
	case r.URL.Path == "/oai":
		s.harvest(w, r, day)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) note(r *http.Request) (day, held time.Time, fail http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		At: time.Now(), Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(),
	})
	for prefix, h := range s.failures {
		if strings.HasPrefix(r.URL.Path, prefix) {
			fail = h
		}
	}
	held = s.held
	if held.IsZero() {
		held = s.day
	}
	return s.day, held, fail
}
