package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// health answers 200 while the store can be read. That the mail server refuses
// us is said beside it: starting anew mends nothing, and the pages are well. The
// server's words are for the operator, and anybody may look here.
func (s *server) health(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// No reader has this number: only the store's being there is asked for.
	_, err := s.Readers.Reader(r.Context(), 0)
	if errors.Is(err, subscription.ErrNoReader) {
		err = nil
	}
	var why letter.Attempt
	stopped := false
	if err == nil && s.Stopped != nil {
		why, stopped, err = s.Stopped(r.Context())
	}
	if err != nil {
		s.Log.Error("not healthy", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "the store can't be read")
		return nil
	}
	fmt.Fprintln(w, "ok")
	if stopped {
		fmt.Fprintf(w, "sending stopped at %s: code %d at %s; the log and `paperboy check` have the reason\n",
			why.At.UTC().Format(time.RFC3339), why.Code, why.Stage)
	}
	return nil
}
