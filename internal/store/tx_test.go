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

// The readings of years are looked through while others write.
func TestLookingForOldReadingsHoldsUpNobody(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "papers.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	err = s.write(t.Context(), func(t *tx) error {
		for id := range 2 * papersAtOnce {
			if _, err := t.exec(`INSERT INTO papers (id) VALUES ($1)`, id+1); err != nil {
				return err
			}
			if _, err := t.exec(`INSERT INTO readings (paper, source, at, votes) VALUES ($1, 'hf', $2, 1)`, id+1, stamp(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.write(t.Context(), func(*tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := s.pruneReadings(ctx, now.Add(day))
		return err
	})
	if err != nil {
		t.Errorf("it waits for who writes: %v", err)
	}
}
