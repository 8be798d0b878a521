package web

import (
	"net/http"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// viewPage is one letter in the browser. It holds none of its reader's own
// links: this address is the one that people pass on.
type viewPage struct {
	Day      time.Time
	Keywords []string
	Cards    []card
	Matched  int
	Gone     int // papers that are not known any more
}

func (s *server) showView(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.View)
	if err != nil {
		return err
	}
	l, err := s.Readers.Letter(r.Context(), t.Reader, t.Ticket)
	if err != nil {
		return err
	}
	if l.Kind != letter.Digest || len(l.Picks) == 0 {
		return errNotFound
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err != nil {
		return err
	}
	zone, err := subscription.Zone(reader.Rhythm.Zone)
	if err != nil {
		return err
	}
	page, err := s.viewPage(r, l)
	if err != nil {
		return err
	}
	page.Day = l.Made.In(zone)
	return s.show(w, http.StatusOK, "view", page)
}

func (s *server) viewPage(r *http.Request, l letter.Letter) (viewPage, error) {
	page := viewPage{Keywords: lines(l.Keywords), Matched: l.Matched}
	keys := make([]paper.Key, len(l.Picks))
	for i, p := range l.Picks {
		keys[i] = p.Paper
	}
	papers, err := s.Catalogue.Papers(r.Context(), keys)
	if err != nil {
		return page, err
	}
	want, err := interest.Parse(l.Keywords)
	if err != nil { // the language has changed since
		want = interest.Interest{}
	}
	for _, key := range keys {
		p := papers[key]
		if p == nil {
			page.Gone++
			continue
		}
		// As it was when the letter was made.
		page.Cards = append(page.Cards, newCard(p, matchOf(p, want), heat.Trend{}, l.Made))
	}
	return page, nil
}
