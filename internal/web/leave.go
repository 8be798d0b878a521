package web

import (
	"errors"
	"net/http"

	"paperboy/internal/subscription"
)

// leavePage asks whether to leave, or says that it is done.
type leavePage struct {
	Left     bool
	Action   string
	Undo     string // empty: there is no way back from here
	Settings string // to pause instead
}

func (s *server) showLeave(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Leave)
	if err != nil {
		return err
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if errors.Is(err, subscription.ErrNoReader) {
		return s.show(w, http.StatusOK, "leave", leavePage{Left: true})
	}
	if err != nil {
		return err
	}
	if reader.State == subscription.Left || reader.State == subscription.Suppressed {
		return s.showLeft(w, reader)
	}
	return s.show(w, http.StatusOK, "leave", leavePage{
		Action: s.prefix + r.URL.Path, Settings: s.local(s.Links.Settings(t.Reader)),
	})
}

// leave ends the subscription at once. It is also the target of one-click
// unsubscribing (RFC 8058), which needs no body to be understood: leaving must
// work even where the form did not arrive whole.
func (s *server) leave(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Leave)
	if err != nil {
		return err
	}
	err = s.Readers.Leave(r.Context(), t.Reader, s.Now())
	if errors.Is(err, subscription.ErrNoReader) {
		return s.show(w, http.StatusOK, "leave", leavePage{Left: true})
	}
	if err != nil {
		return err
	}
	s.Log.Info("left", "reader", t.Reader)
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err != nil {
		return err
	}
	return s.showLeft(w, reader)
}

// showLeft says that nothing more will be sent, and offers the way back.
func (s *server) showLeft(w http.ResponseWriter, reader subscription.Reader) error {
	page := leavePage{Left: true}
	if s.SignUp.admits(reader.Folded) {
		page.Undo = s.local(s.Links.Leave(reader.ID)) + "/undo"
	}
	return s.show(w, http.StatusOK, "leave", page)
}

// comeBack asks by mail whether the reader wants to come back: a letter that
// was forwarded must not subscribe who left.
func (s *server) comeBack(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Leave)
	if err != nil {
		return err
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err != nil {
		return err
	}
	if subscribed(reader) {
		return s.showConfirmed(w, reader)
	}
	if !s.SignUp.admits(reader.Folded) {
		return errClosed
	}
	if err := s.admit(r); err != nil {
		return err
	}
	q := subscription.Request{
		Address: reader.Address, Folded: reader.Folded,
		Settings: subscription.Settings{Keywords: reader.Keywords, Rhythm: reader.Rhythm, Papers: reader.Papers},
	}
	return s.ask(w, r, q, "undo after leaving")
}
