package store_test

import (
	"errors"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

func (w *world) enter(s *store.Store, now time.Time, want time.Duration) {
	w.Helper()
	wait, err := s.TryEnter(w.Context(), "arxiv", now, time.Minute)
	w.ok(err)
	if wait != want {
		w.Errorf("entering at %s: wait %s, want %s", now.Format(time.TimeOnly), wait, want)
	}
}

var sharedTests = []test{
	{"a key is made once, by whoever comes first", func(w *world) {
		var mu sync.Mutex
		made := 0
		generate := func() ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			made++
			return []byte{byte(made)}, nil
		}
		var wg sync.WaitGroup
		for i := range 4 {
			s := w.another(i)
			wg.Go(func() {
				keys, err := s.SealKeys(w.Context(), generate)
				if err != nil || !cmp.Equal(keys, [][]byte{{1}}) {
					w.Errorf("keys %v, %v", keys, err)
				}
			})
		}
		wg.Wait()
	}},
	{"a key that can't be made is no key", func(w *world) {
		broken := errors.New("no entropy")
		if keys, err := w.SealKeys(w.Context(), func() ([]byte, error) { return nil, broken }); !errors.Is(err, broken) || keys != nil {
			w.Errorf("keys %v, %v", keys, err)
		}
	}},
	{"one process is in a gate, and after it nobody for the interval", func(w *world) {
		other := w.open()
		w.enter(w.Store, noon, 0)
		w.enter(other, noon.Add(10*time.Second), 50*time.Second)
		w.ok(w.LeaveGate(w.Context(), "arxiv", noon.Add(20*time.Second), 3*time.Second))
		w.enter(other, noon.Add(21*time.Second), 2*time.Second)
		w.enter(other, noon.Add(23*time.Second), 0)
		w.enter(w.Store, noon.Add(23*time.Second), time.Minute)
	}},
	{"who dies in a gate holds it no longer than the lease", func(w *world) {
		other := w.open()
		w.enter(w.Store, noon, 0)
		w.enter(other, noon.Add(time.Minute), 0)
		// The one taken for dead leaves late: the other is still in.
		w.ok(w.LeaveGate(w.Context(), "arxiv", noon.Add(61*time.Second), 3*time.Second))
		w.enter(w.Store, noon.Add(65*time.Second), 55*time.Second)
	}},
	{"gates know nothing of each other", func(w *world) {
		w.enter(w.Store, noon, 0)
		wait, err := w.TryEnter(w.Context(), "another", noon, time.Minute)
		w.ok(err)
		if wait != 0 {
			w.Errorf("wait %s", wait)
		}
	}},
	{"the census counts by state", func(w *world) {
		w.record("s", noon, listed("2605.00001", "One", 1), listed("2605.00002", "Two", 1))
		w.in(subscription.Left)
		w.in(subscription.Pending)
		w.send(w.add("a@example.org", noon), noon, 1)
		got, err := w.Census(w.Context())
		w.ok(err)
		want := store.Census{
			Readers: map[subscription.State]int{"left": 1, "pending": 1, "active": 1},
			Letters: map[letter.State]int{letter.Sent: 2},
			Papers:  2,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
	}},
}
