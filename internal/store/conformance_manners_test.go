package store_test

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/store"
)

func (w *world) pause(s *store.Store, domain string, code int, at time.Time) letter.Paused {
	w.Helper()
	p, err := s.PausePlace(w.Context(), domain, letter.Reply{Stage: letter.StageDot, Code: code, Text: "slow down"}, at)
	w.ok(err)
	return p
}

func (w *world) allow(s *store.Store, at time.Time, needed, wanted, want int) {
	w.Helper()
	got, err := s.Allow(w.Context(), at, needed, wanted, func(earlier int) int { return 10 << earlier })
	w.ok(err)
	if got != want {
		w.Errorf("%s: %d and %d more: %d of these are allowed, want %d", at.Format(time.DateTime), needed, wanted, got, want)
	}
}

var mannersTests = []test{
	{"a place that asks again is paused for longer, and by several letters at once only once", func(w *world) {
		other := w.open()
		if got := w.pause(w.Store, "gmail.com", 421, noon); !got.Until.Equal(noon.Add(10*time.Minute)) || got.Requests != 1 {
			w.Fatalf("first: %+v", got)
		}
		if got := w.pause(other, "gmail.com", 421, noon.Add(time.Second)); !got.Until.Equal(noon.Add(10*time.Minute)) || got.Requests != 1 {
			w.Errorf("the same again: %+v", got)
		}
		if got := w.pause(other, "gmail.com", 421, noon.Add(11*time.Minute)); !got.Until.Equal(noon.Add(31*time.Minute)) || got.Requests != 2 {
			w.Errorf("after the pause: %+v", got)
		}
		if got := w.pause(w.Store, "example.net", 421, noon); got.Requests != 1 {
			w.Errorf("another place: %+v", got)
		}
		all, err := other.PausedPlaces(w.Context(), noon.Add(hour))
		w.ok(err)
		want := []letter.Paused{
			{Domain: "example.net", Until: noon.Add(10 * time.Minute), Requests: 1, Reason: "421 slow down"},
			{Domain: "gmail.com", Until: noon.Add(31 * time.Minute), Requests: 2, Reason: "421 slow down"},
		}
		if diff := cmp.Diff(want, all); diff != "" {
			w.Error(diff)
		}
	}},
	{"a place that took a letter, or was long left alone, starts anew", func(w *world) {
		w.pause(w.Store, "gmail.com", 421, noon)
		w.ok(w.UnpausePlace(w.Context(), "gmail.com"))
		if got := w.pause(w.Store, "gmail.com", 421, noon.Add(time.Minute)); got.Requests != 1 {
			w.Errorf("after a delivery: %+v", got)
		}
		later := noon.Add(2 * day)
		if all, err := w.PausedPlaces(w.Context(), later); err != nil || len(all) > 0 {
			w.Errorf("two days later: %+v, %v", all, err)
		}
		if got := w.pause(w.Store, "gmail.com", 550, later); got.Requests != 1 || !got.Until.After(later.Add(hour)) {
			w.Errorf("two days later: %+v", got)
		}
	}},
	{"a letter that is postponed is claimed at its time, with no attempt spent", func(w *world) {
		w.enqueue(w.add("a@example.org", noon), noon)
		owner, stranger := w.join(noon), w.join(noon)
		l := w.claim(owner, noon)[0]
		w.ok(w.Postpone(w.Context(), stranger, []letter.Postponed{{Letter: l.ID, Until: noon.Add(hour)}}))
		if !w.held(owner, l.ID) {
			w.Fatal("whoever does not hold a letter postpones it")
		}
		w.ok(w.Postpone(w.Context(), owner, []letter.Postponed{{Letter: l.ID, Until: noon.Add(hour)}}))
		if w.held(owner, l.ID) || len(w.claim(owner, noon.Add(59*time.Minute))) > 0 {
			w.Error("it is still held, or claimed before its time")
		}
		again := w.claim(stranger, noon.Add(hour))
		if len(again) != 1 || again[0].ID != l.ID || again[0].Attempts != 0 {
			w.Errorf("at its time: %+v", again)
		}
	}},
	{"the days' ceiling is shared, and grows with days on which letters went out", func(w *world) {
		other := w.open()
		w.allow(w.Store, noon, 0, 4, 4)
		w.allow(other, noon.Add(time.Minute), 1, 8, 5) // one that is needed leaves room for five
		w.allow(w.Store, noon.Add(time.Hour), 2, 3, 0) // what is needed goes all the same
		w.allow(other, noon.Add(day), 0, 50, 20)
		w.ok(w.Unused(w.Context(), noon.Add(day), 5))
		w.allow(w.Store, noon.Add(day), 0, 50, 5)
		w.allow(w.Store, noon.Add(5*day), 0, 50, 40) // three silent days count for nothing
	}},
	{"processes that count at once pass the ceiling by nothing", func(w *world) {
		var sum atomic.Int64
		var wg sync.WaitGroup
		for i := range 4 {
			s := w.another(i)
			wg.Go(func() {
				for range 5 {
					n, err := s.Allow(w.Context(), noon, 0, 3, func(int) int { return 31 })
					if err != nil {
						w.Error(err)
					}
					sum.Add(int64(n))
				}
			})
		}
		wg.Wait()
		if sum.Load() != 31 {
			w.Errorf("%d letters under a ceiling of 31", sum.Load())
		}
	}},
	{"why the sending stopped is known until it goes on", func(w *world) {
		stopped := func(want *letter.Attempt) {
			w.Helper()
			got, is, err := w.open().Stopped(w.Context())
			w.ok(err)
			if is != (want != nil) || want != nil && !cmp.Equal(got, *want) {
				w.Errorf("got %+v, %v", got, is)
			}
		}
		stopped(nil)
		w.ok(w.Stop(w.Context(), letter.Attempt{At: noon, Reply: letter.Reply{Stage: letter.StageConnect, Host: "a"}}))
		why := letter.Attempt{At: noon.Add(hour), Reply: letter.Reply{Stage: letter.StageAuth, Host: "mx", Code: 535, Text: "no"}}
		w.ok(w.Stop(w.Context(), why))
		stopped(&why)
		w.ok(w.GoOn(w.Context()))
		stopped(nil)
	}},
}
