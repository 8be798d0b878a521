package web

import (
	"net/http"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// confirmPage asks for one press of a button, or shows what came of it.
type confirmPage struct {
	Kind     string // subscribe, return, keywords or move
	Done     bool
	Action   string // where the button leads
	Address  string
	Will     subscription.Settings // what confirming sets
	Reader   subscription.Reader   // once done
	Settings string                // once done: the reader's settings
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
	asked, open, err := s.Readers.Asked(r.Context(), letter.Confirmation, t.Reader, t.Ticket, s.Now())
	if err != nil {
		return err
	}
	if !open { // pressed before: it stays as it is
		return s.showConfirmed(w, reader)
	}
	kind := "subscribe"
	switch {
	case subscribed(reader):
		kind = "keywords"
	case !reader.Confirmed.IsZero():
		kind = "return"
	}
	return s.show(w, http.StatusOK, "confirm", confirmPage{
		Kind: kind, Action: s.prefix + r.URL.Path, Address: asked.Address, Will: asked.Settings,
	})
}

// showConfirmed says that the reader is subscribed.
func (s *server) showConfirmed(w http.ResponseWriter, reader subscription.Reader) error {
	return s.show(w, http.StatusOK, "confirm", confirmPage{
		Kind: "subscribe", Done: true, Reader: reader, Settings: s.local(s.Links.Settings(reader.ID)),
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
	return s.showConfirmed(w, reader)
}

func (s *server) showMove(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Move)
	if err != nil {
		return err
	}
	if _, _, err := s.Readers.Asked(r.Context(), letter.Move, t.Reader, t.Ticket, s.Now()); err != nil {
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
