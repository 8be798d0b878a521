package web

import (
	"net/http"

	"paperboy/internal/subscription"
)

// confirmPage asks for one press of a button, or shows what came of it.
type confirmPage struct {
	Kind     string // subscribe, return, keywords or move
	Done     bool
	Action   string // where the button leads
	Address  string
	Reader   subscription.Reader
	Settings string // once done: the reader's settings
}

func (s *server) showConfirm(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Confirm)
	if err != nil {
		return err
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err != nil {
		return err
	}
	kind := "subscribe"
	switch {
	case reader.State == subscription.Active || reader.State == subscription.Paused:
		kind = "keywords"
	case !reader.Confirmed.IsZero():
		kind = "return"
	}
	return s.show(w, http.StatusOK, "confirm", confirmPage{
		Kind: kind, Action: s.prefix + r.URL.Path, Address: reader.Address, Reader: reader,
	})
}

func (s *server) confirm(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Confirm)
	if err != nil {
		return err
	}
	reader, err := s.Readers.Confirm(r.Context(), t.Reader, t.Ticket, s.Now())
	if err != nil {
		return err
	}
	s.Log.Info("confirmed", "reader", t.Reader)
	s.Wake()
	return s.show(w, http.StatusOK, "confirm", confirmPage{
		Kind: "subscribe", Done: true, Reader: reader, Settings: s.local(s.Links.Settings(t.Reader)),
	})
}

func (s *server) showMove(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Move)
	if err != nil {
		return err
	}
	if _, err := s.Readers.Reader(r.Context(), t.Reader); err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "confirm", confirmPage{Kind: "move", Action: s.prefix + r.URL.Path})
}

func (s *server) move(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Move)
	if err != nil {
		return err
	}
	reader, err := s.Readers.ConfirmMove(r.Context(), t.Reader, t.Ticket, s.Now())
	if err != nil {
		return err
	}
	s.Log.Info("moved to another address", "reader", t.Reader)
	s.Wake()
	return s.show(w, http.StatusOK, "confirm", confirmPage{
		Kind: "move", Done: true, Address: reader.Address, Settings: s.local(s.Links.Settings(t.Reader)),
	})
}
