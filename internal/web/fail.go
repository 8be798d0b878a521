package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"paperboy/internal/subscription"
)

var (
	errNotFound    = errors.New("there is no such page")
	errMethod      = errors.New("the page can't be asked for in this way")
	errCrossOrigin = errors.New("the form was sent from another site")
	errPanicked    = errors.New("a page panicked")
	errBadForm     = errors.New("the form did not arrive whole")
	errClosed      = errors.New("sign-up is closed")
)

// busyError: this client asked for too many mails.
type busyError struct{ wait time.Duration }

func (e *busyError) Error() string { return "too many requests; next in " + e.wait.String() }

// failure is an error as its page shows it. The words for each kind stand in
// the template.
type failure struct {
	Status int
	Kind   string
	Wait   int // seconds until it is worth another try; 0: does not matter
}

func failureOf(err error) failure {
	var busy *busyError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &busy):
		return failure{http.StatusTooManyRequests, "busy", int(busy.wait/time.Second) + 1}
	case errors.As(err, &tooLarge):
		return failure{http.StatusRequestEntityTooLarge, "large", 0}
	case errors.Is(err, errBadForm):
		return failure{http.StatusBadRequest, "form", 0}
	case errors.Is(err, errCrossOrigin):
		return failure{http.StatusForbidden, "foreign", 0}
	case errors.Is(err, errClosed):
		return failure{http.StatusForbidden, "closed", 0}
	case errors.Is(err, errNotFound):
		return failure{http.StatusNotFound, "nowhere", 0}
	case errors.Is(err, subscription.ErrForged):
		return failure{http.StatusNotFound, "forged", 0}
	case errors.Is(err, errMethod):
		return failure{http.StatusMethodNotAllowed, "method", 0}
	case errors.Is(err, subscription.ErrTooManyMarks):
		return failure{http.StatusConflict, "marks", 0}
	case errors.Is(err, subscription.ErrTaken):
		return failure{http.StatusConflict, "taken", 0}
	case errors.Is(err, subscription.ErrExpired), errors.Is(err, subscription.ErrStale), errors.Is(err, subscription.ErrNoReader):
		return failure{http.StatusGone, "gone", 0}
	}
	return failure{http.StatusInternalServerError, "broken", 0}
}

// fail shows the page of an error. What is our own fault is logged.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // nobody is there to read it
	}
	f := failureOf(err)
	if f.Status == http.StatusInternalServerError && !errors.Is(err, errPanicked) {
		s.Log.Error("page failed", "page", r.Pattern, "error", err)
	}
	if f.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.Wait))
	}
	personal(w)
	if err := s.show(w, f.Status, "error", f); err != nil {
		s.Log.Error("error page failed", "error", err)
		http.Error(w, http.StatusText(f.Status), f.Status)
	}
}
