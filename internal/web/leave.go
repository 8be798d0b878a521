package web

import (
	"errors"
	"net/http"
	"strings"

	"paperboy/internal/subscription"
)

// leavePage asks whether to leave, or says that it is done.
type leavePage struct {
	Left     bool
	Action   string
	Undo     string // empty: there is no way back from here
	Why      string // where to say why; empty: nobody is there to say it of
	Thanks   bool   // it was said
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

// longestWhy bounds why somebody left, in characters.
const longestWhy = 1000

// explain keeps why somebody left.
func (s *server) explain(w http.ResponseWriter, r *http.Request) error {
	personal(w)
	t, err := s.open(r, subscription.Leave)
	if err != nil {
		return err
	}
	if err := parse(r); err != nil {
		return err
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err != nil && !errors.Is(err, subscription.ErrNoReader) {
		return err
	}
	if err == nil && reader.State != subscription.Left { // they came back meanwhile
		http.Redirect(w, r, s.local(s.Links.Settings(reader.ID)), http.StatusSeeOther)
		return nil
	}
	var why []string
	for _, said := range []string{r.PostForm.Get("why"), r.PostForm.Get("words")} {
		if said = strings.TrimSpace(said); said != "" {
			why = append(why, said)
		}
	}
	text := []rune(strings.ToValidUTF8(strings.Join(why, ": "), "\uFFFD"))
	text = text[:min(len(text), longestWhy)]
	if len(text) > 0 {
		err = s.Readers.ExplainLeaving(r.Context(), t.Reader, string(text))
	}
	if err != nil && !errors.Is(err, subscription.ErrNoReader) {
		return err
	}
	return s.show(w, http.StatusOK, "leave", leavePage{Left: true, Thanks: true})
}

// showLeft says that nothing more will be sent, and offers the way back.
func (s *server) showLeft(w http.ResponseWriter, reader subscription.Reader) error {
	page := leavePage{Left: true}
	if reader.State == subscription.Left {
		page.Why = s.local(s.Links.Leave(reader.ID)) + "/why"
	}
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
