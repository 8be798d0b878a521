package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"paperboy/internal/subscription"
)

// crowd are n readers, r0@example.org and so on.
func crowd(n int) iter.Seq[subscription.Reader] {
	return func(yield func(subscription.Reader) bool) {
		for i := range n {
			address := fmt.Sprintf("R%d@example.org", i)
			r := subscription.Reader{Address: address, Folded: folded(address), Keywords: "diffusion", Rhythm: daily(7), Papers: 5}
			if !yield(r) {
				return
			}
		}
	}
}

var importTests = []test{
	{"more readers than one transaction takes, each as if added", func(w *world) {
		n, err := w.Import(w.Context(), crowd(2345), noon)
		w.ok(err)
		if n != 2345 {
			w.Errorf("%d readers added, want 2345", n)
		}
		last, err := w.ReaderByAddress(w.Context(), "r2344@example.org")
		w.ok(err)
		added := w.add("R-by-hand@example.org", noon)
		added.ID, added.Address, added.Folded = last.ID, last.Address, last.Folded
		if last != added {
			w.Errorf("imported:\n%+v\nadded:\n%+v", last, added)
		}
	}},
	{"who is known stays as they are", func(w *world) {
		left := w.add("R1@example.org", noon.Add(-day))
		w.ok(w.Leave(w.Context(), left.ID, noon.Add(-hour)))
		n, err := w.Import(w.Context(), crowd(3), noon)
		w.ok(err)
		if state := w.reader(left.ID).State; n != 2 || state != subscription.Left {
			w.Errorf("%d added, want 2; who had left is %s", n, state)
		}
	}},
	{"a cancelled import keeps whole transactions", func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		n, err := w.Import(ctx, func(yield func(subscription.Reader) bool) {
			for r := range crowd(1500) {
				if !yield(r) {
					return
				}
			}
			cancel()
		}, noon)
		if n != 1000 || !errors.Is(err, context.Canceled) {
			w.Errorf("%d added, error %v", n, err)
		}
		c, err := w.Census(w.Context())
		w.ok(err)
		if c.Readers[subscription.Active] != 1000 {
			w.Errorf("%v readers, want 1000", c.Readers)
		}
	}},
}

func BenchmarkImport10000(b *testing.B) {
	for b.Loop() {
		s := busyStore(b, 0, 0)
		if n, err := s.Import(b.Context(), crowd(10000), noon); err != nil || n != 10000 {
			b.Fatal(n, err)
		}
	}
}
