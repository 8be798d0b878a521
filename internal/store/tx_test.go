package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// A reader who closes the page, or a sending that stops, ends the context of a
// call while it works: the call ends with an error, and the program lives on.
func TestACallCancelledInTheMiddle(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "papers.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 20 {
		for name, run := range map[string]func(context.Context, func(*tx) error) error{"read": s.read, "write": s.write} {
			ctx, cancel := context.WithCancel(t.Context())
			err := run(ctx, func(t *tx) error {
				if _, err := t.version(); err != nil {
					return err
				}
				cancel()
				time.Sleep(time.Millisecond) // whoever watches the context acts on it
				_, err := t.version()
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want that it was cancelled", name, err)
			}
			if err := run(t.Context(), func(t *tx) error { _, err := t.version(); return err }); err != nil {
				t.Errorf("%s afterwards: %v", name, err)
			}
		}
	}
}
