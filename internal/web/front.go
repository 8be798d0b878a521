package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/subscription"
)

// frontPage is the front page, with a search or without.
type frontPage struct {
	Query    string
	Searched bool
	Fault    *keywordFault // of the search
	Found    found
	Form     form
}

const (
	shownTrending = 12
	shownFound    = 25
)

func (s *server) showFront(w http.ResponseWriter, r *http.Request) error {
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	page := frontPage{Query: query, Searched: query != "", Form: formOf(s.Defaults)}
	page.Form.Keywords = query
	status := http.StatusOK
	if page.Fault = checkKeywords(query); page.Fault != nil {
		status = http.StatusBadRequest
		page.Form.Keywords = ""
	} else {
		w.Header().Set("Cache-Control", "public, max-age=60")
	}
	return s.front(r.Context(), w, status, page)
}

// front fills in the papers and shows the page.
func (s *server) front(ctx context.Context, w http.ResponseWriter, status int, page frontPage) error {
	if page.Fault == nil {
		want, err := interest.Parse(page.Query)
		if err != nil {
			return err
		}
		shown := shownTrending
		if page.Searched {
			shown = shownFound
		}
		if page.Found, err = s.trends.search(ctx, want, shown, s.Now()); err != nil {
			return err
		}
	}
	return s.show(w, status, "front", page)
}

func (s *server) subscribe(w http.ResponseWriter, r *http.Request) error {
	if s.SignUp.Mode == signUpClosed {
		return errClosed
	}
	if err := parse(r); err != nil {
		return err
	}
	f := formOf(s.Defaults)
	address, folded := f.readAddress(r, "email")
	f.readKeywords(r)
	f.readTime(r)
	if f.Faults.Address == "" && !s.SignUp.admits(folded) {
		f.Faults.Address = "Only addresses at " + strings.Join(s.SignUp.Domains, ", ") + " can subscribe here."
		return s.front(r.Context(), w, http.StatusForbidden, frontPage{Form: f})
	}
	if f.Faults.Any() {
		return s.front(r.Context(), w, http.StatusBadRequest, frontPage{Form: f})
	}
	if err := s.admit(r); err != nil {
		return err
	}
	return s.ask(w, r, subscription.Request{Address: address, Folded: folded, Settings: f.settings()}, "form")
}

// ask asks by mail for the confirmation of a request, and shows the page that
// says so: the same one whether or not the address is known, and where it was
// mailed enough for a day.
func (s *server) ask(w http.ResponseWriter, r *http.Request, q subscription.Request, how string) error {
	now := s.Now()
	q.Language = "en"
	q.Consent = subscription.Consent{At: now, Wording: s.consent, How: how}
	q.Expires = now.Add(subscription.ConfirmWithin)
	err := s.evenly(r.Context(), func() error { return s.Readers.Ask(r.Context(), q, s.host, now) })
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "sent", sentPage{Kind: "confirm", Address: q.Address})
}

// sentPage says that a mail is on its way.
type sentPage struct {
	Kind    string // confirm, link or move
	Address string // empty: not to be told
}

// evenTime is longer than asking takes, known address or not.
const evenTime = 250 * time.Millisecond

// evenly asks for a mail in a time that does not tell what became of it, and
// takes 'too many' as done.
func (s *server) evenly(ctx context.Context, ask func() error) error {
	over := time.NewTimer(evenTime)
	defer over.Stop()
	err := ask()
	if err != nil && !errors.Is(err, subscription.ErrTooMany) {
		return err
	}
	s.Wake()
	select {
	case <-over.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
