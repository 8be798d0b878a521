package web

import (
	"net/http"
	"strconv"

	"paperboy/internal/subscription"
)

// linkPage is 'mail me my link'.
type linkPage struct{ Form form }

func (s *server) showLink(w http.ResponseWriter, _ *http.Request) error {
	return s.show(w, http.StatusOK, "link", linkPage{})
}

func (s *server) askLink(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	var f form
	address, folded := f.readAddress(r, "email")
	if f.Faults.Any() {
		return s.show(w, http.StatusBadRequest, "link", linkPage{f})
	}
	return s.mailLink(w, r, folded, address)
}

// mailLink mails a fresh link to the account of this address, if it has one,
// and tells nobody whether it has.
func (s *server) mailLink(w http.ResponseWriter, r *http.Request, folded, shown string) error {
	if err := s.admit(r); err != nil {
		return err
	}
	now := s.Now()
	err := s.evenly(r.Context(), func() error {
		return s.Readers.AskLink(r.Context(), folded, s.host, now.Add(subscription.AccessFor), now)
	})
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "sent", sentPage{Kind: "link", Address: shown})
}

// accountPage is all that is kept of a reader, and the ways to end that.
type accountPage struct {
	Reader   subscription.Reader
	Letters  []letterLine // the newest
	Marks    []markLine
	Form     form // for another address
	Unsure   bool // deletion was pressed without its tick
	Deleted  bool
	Action   string
	Settings string
}

// accountReader returns whose account a request's address opens: none where it
// was mailed to an address that the reader has given up since.
func (s *server) accountReader(w http.ResponseWriter, r *http.Request) (subscription.Reader, error) {
	personal(w)
	t, err := s.open(r, subscription.Account)
	if err != nil {
		return subscription.Reader{}, err
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err == nil && t.Ticket <= reader.Voided {
		err = subscription.ErrStale
	}
	return reader, err
}

func (s *server) showAccount(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.accountReader(w, r)
	if err != nil {
		return err
	}
	return s.account(w, r, http.StatusOK, accountPage{Reader: reader})
}

func (s *server) account(w http.ResponseWriter, r *http.Request, status int, page accountPage) error {
	letters, err := s.Readers.Letters(r.Context(), page.Reader.ID, lookedAt)
	if err != nil {
		return err
	}
	marks, err := s.Readers.Marks(r.Context(), page.Reader.ID)
	if err != nil {
		return err
	}
	zone, err := subscription.Zone(page.Reader.Rhythm.Zone)
	if err != nil {
		return err
	}
	page.Letters, page.Marks = s.letterLines(letters, zone), s.lines(marks[:min(len(marks), shownMarks)])
	page.Action = s.prefix + "/account/" + r.PathValue("token")
	page.Settings = s.local(s.Links.Settings(page.Reader.ID))
	return s.show(w, status, "account", page)
}

func (s *server) export(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.accountReader(w, r)
	if err != nil {
		return err
	}
	data, err := s.Readers.Export(r.Context(), reader.ID)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="subscription.json"`)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // a reader who went away is no fault of the page
	return nil
}

func (s *server) askMove(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.accountReader(w, r)
	if err != nil {
		return err
	}
	if err := parse(r); err != nil {
		return err
	}
	var f form
	address, folded := f.readAddress(r, "email")
	status := http.StatusBadRequest
	if s.SignUp.Mode == signUpDomains && f.Faults.Address == "" && !s.SignUp.admits(folded) {
		status, f.Faults.Address = http.StatusForbidden, "Addresses at this domain can't subscribe here."
	}
	if f.Faults.Any() {
		return s.account(w, r, status, accountPage{Reader: reader, Form: f})
	}
	if err := s.admit(r); err != nil {
		return err
	}
	now := s.Now()
	err = s.evenly(r.Context(), func() error {
		return s.Readers.AskMove(r.Context(), reader.ID, address, folded, s.host, now.Add(subscription.ConfirmWithin), now)
	})
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "sent", sentPage{Kind: "move", Address: address})
}

// deleteAll wants a tick beside the button: it can't be undone.
func (s *server) deleteAll(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.accountReader(w, r)
	if err != nil {
		return err
	}
	if err := parse(r); err != nil {
		return err
	}
	if r.PostForm.Get("sure") == "" {
		return s.account(w, r, http.StatusBadRequest, accountPage{Reader: reader, Unsure: true})
	}
	if err := s.Readers.Delete(r.Context(), reader.ID); err != nil {
		return err
	}
	s.Log.Info("deleted", "reader", reader.ID)
	return s.show(w, http.StatusOK, "account", accountPage{Deleted: true})
}
