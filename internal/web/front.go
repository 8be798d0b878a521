package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// frontPage is what trends, and the form to subscribe.
type frontPage struct {
	Found   found
	Form    form
	Preview *preview  // what keywords would have brought, where that was asked
	Days    []dayLine // the newest, with letters of their own
}

const (
	shownTrending = 12
	shownDays     = 5
)

func (s *server) showFront(w http.ResponseWriter, r *http.Request) error {
	// Searches were asked of the front page once, and where a proxy takes away
	// a prefix '/papers', they still seem to be.
	if r.URL.Query().Has("q") {
		return s.showPapers(w, r)
	}
	page := frontPage{Form: formOf(s.Defaults)}
	if err := s.fillFront(r.Context(), &page); err != nil {
		return err
	}
	h := s.headOf("/", "", "Research papers that trend and match your keywords, in one quiet letter a day.")
	h.Feed = "/feed.atom"
	return s.publish(w, r, "front", h, page, briefly)
}

// front shows the front page to one who typed something.
func (s *server) front(ctx context.Context, w http.ResponseWriter, status int, page frontPage) error {
	if err := s.fillFront(ctx, &page); err != nil {
		return err
	}
	return s.show(w, status, "front", page)
}

func (s *server) fillFront(ctx context.Context, page *frontPage) error {
	var err error
	week := s.Now().Add(-digest.Window)
	page.Found, err = s.find(ctx, interest.Interest{}, paper.Search{Order: paper.ByHeat, Since: week, Limit: shownTrending})
	if err != nil {
		return err
	}
	all, err := s.days.of(ctx, s.Catalogue, s.Now())
	for _, d := range all[:min(len(all), shownDays)] {
		page.Days = append(page.Days, dayLine{d.Date, d.Papers, dayPath(d.Date)})
	}
	return err
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
