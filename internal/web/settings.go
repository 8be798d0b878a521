package web

import (
	"net/http"
	"strconv"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/subscription"
)

// settingsPage is a reader's own. It does not show the address: letters are
// forwarded, and their links with them.
type settingsPage struct {
	Form        form
	Done        string // saved, paused or resumed: what was just done
	Paused      bool
	PausedUntil time.Time // zero: until the reader resumes
	Next        time.Time // the next slot in the reader's zone; zero while paused
	Matching    found     // of what trends now; without cards
	Action      string
	Leave       string
}

func (s *server) showSettings(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	f := formOf(subscription.Settings{Keywords: reader.Keywords, Rhythm: reader.Rhythm, Papers: reader.Papers})
	done := r.URL.Query().Get("done")
	if done != "saved" && done != "paused" && done != "resumed" {
		done = ""
	}
	return s.settings(w, r, http.StatusOK, reader, f, done)
}

// settingsReader returns whose settings a request's address opens.
func (s *server) settingsReader(w http.ResponseWriter, r *http.Request) (subscription.Reader, error) {
	personal(w)
	t, err := s.open(r, subscription.Manage)
	if err != nil {
		return subscription.Reader{}, err
	}
	return s.Readers.Reader(r.Context(), t.Reader)
}

func subscribed(r subscription.Reader) bool {
	return r.State == subscription.Active || r.State == subscription.Paused
}

// orGone shows who is not subscribed the way back.
func (s *server) orGone(w http.ResponseWriter, reader subscription.Reader, err error) error {
	switch {
	case err != nil:
		return err
	case reader.State == subscription.Pending:
		return s.show(w, http.StatusOK, "sent", sentPage{Kind: "confirm"})
	}
	return s.showLeft(w, reader)
}

// settings fills in what depends on the moment and shows the page.
func (s *server) settings(w http.ResponseWriter, r *http.Request, status int, reader subscription.Reader, f form, done string) error {
	page := settingsPage{
		Form: f, Done: done,
		Paused: reader.State == subscription.Paused, PausedUntil: reader.PausedUntil,
		Action: s.local(s.Links.Settings(reader.ID)), Leave: s.local(s.Links.Leave(reader.ID)),
	}
	if err := page.fillTimes(reader, s.Now()); err != nil {
		return err
	}
	if want, err := interest.Parse(f.Keywords); err == nil {
		var err error
		if page.Matching, err = s.trends.lately(r.Context(), want, s.Now()); err != nil {
			return err
		}
	}
	return s.show(w, status, "settings", page)
}

// fillTimes shows times as the reader's clock does.
func (p *settingsPage) fillTimes(reader subscription.Reader, now time.Time) error {
	loc, err := subscription.Zone(reader.Rhythm.Zone)
	if err != nil {
		return err
	}
	if !p.PausedUntil.IsZero() {
		p.PausedUntil = p.PausedUntil.In(loc)
	}
	if p.Paused {
		return nil
	}
	next := reader.NextDue
	if !next.After(now) { // the loop has yet to look at this reader
		next, err = reader.Rhythm.Next(now)
	}
	p.Next = next.In(loc)
	return err
}

func (s *server) changeSettings(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	f := formOf(subscription.Settings{Rhythm: reader.Rhythm})
	f.readKeywords(r)
	f.readTime(r)
	f.readRhythm(r)
	if f.Faults.Any() {
		return s.settings(w, r, http.StatusBadRequest, reader, f, "")
	}
	if err := s.Readers.Change(r.Context(), reader.ID, f.settings(), s.Now()); err != nil {
		return err
	}
	s.Log.Info("settings changed", "reader", reader.ID)
	return s.settingsDone(w, r, reader, "saved")
}

// settingsDone leads back to the settings, so that reloading changes nothing.
func (s *server) settingsDone(w http.ResponseWriter, r *http.Request, reader subscription.Reader, done string) error {
	s.Wake()
	http.Redirect(w, r, s.local(s.Links.Settings(reader.ID))+"?done="+done, http.StatusSeeOther)
	return nil
}

// maxPause is the longest pause that ends by itself, in weeks.
const maxPause = 52

func (s *server) pause(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	var until time.Time
	if weeks, err := strconv.Atoi(r.PostForm.Get("weeks")); err == nil && weeks > 0 {
		until = s.Now().AddDate(0, 0, 7*min(weeks, maxPause))
	}
	if err := s.Readers.Pause(r.Context(), reader.ID, until, s.Now()); err != nil {
		return err
	}
	s.Log.Info("paused", "reader", reader.ID)
	return s.settingsDone(w, r, reader, "paused")
}

func (s *server) resume(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := s.Readers.Resume(r.Context(), reader.ID, s.Now()); err != nil {
		return err
	}
	s.Log.Info("resumed", "reader", reader.ID)
	return s.settingsDone(w, r, reader, "resumed")
}

// linkFromSettings mails the reader the link to their account. The page does
// not say where to.
func (s *server) linkFromSettings(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil {
		return err
	}
	return s.mailLink(w, r, reader.Folded, "")
}
