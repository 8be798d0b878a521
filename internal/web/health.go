package web

import (
	"errors"
	"fmt"
	"net/http"

	"paperboy/internal/subscription"
)

// health answers 200 while the store can be read.
func (s *server) health(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// No reader has this number: only the store's being there is asked for.
	if _, err := s.Readers.Reader(r.Context(), 0); err != nil && !errors.Is(err, subscription.ErrNoReader) {
		s.Log.Error("not healthy", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "the store can't be read")
		return nil
	}
	fmt.Fprintln(w, "ok")
	return nil
}
