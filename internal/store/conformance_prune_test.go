package store_test

import (
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
)

var pruneTests = []test{
	{"letters go once they are too old, with their attempts, and no others", func(w *world) {
		r := w.add("a@example.org", noon)
		w.enqueue(r, noon, 1)
		w.deliver(letter.Delivered, letter.Sent, noon)
		w.enqueue(r, noon.Add(day), 2)
		w.deliver(letter.Delivered, letter.Sent, noon.Add(day))
		w.prune(noon.Add(store.KeepLetters), 0)
		w.prune(noon.Add(store.KeepLetters+hour), 1)
		if left := w.letters(r.ID); len(left) != 1 || !left[0].Made.Equal(noon.Add(day)) {
			w.Errorf("left: %v", left)
		}
	}},
	{"a letter that is still to be sent stays", func(w *world) {
		w.enqueue(w.add("a@example.org", noon), noon, 1)
		w.prune(noon.Add(2*store.KeepLetters), 0)
	}},
	{"more letters than one transaction takes", func(w *world) {
		r := w.add("a@example.org", noon)
		for n := range 2100 {
			quiet := entry(w.reader(r.ID), noon.Add(time.Duration(n)*time.Second))
			quiet.Letter.State = letter.Quiet
			w.put(quiet)
		}
		w.prune(noon.Add(store.KeepLetters+day), 2100)
	}},
	{"of old readings each day keeps its last", func(w *world) {
		w.begin("hf")
		for n, at := range []time.Duration{0, hour, 2 * hour, day, day + hour} {
			w.record("hf", noon.Add(at), listed("2606.00001", "Robots", n))
		}
		w.prune(noon.Add(store.KeepReadings), 0)
		w.prune(noon.Add(store.KeepReadings+2*day), 3)
		var votes []int
		for _, r := range w.only(noon.Add(2 * day)).Readings {
			votes = append(votes, r.Votes.N)
		}
		if len(votes) != 2 || votes[0] != 2 || votes[1] != 4 {
			w.Errorf("votes left: %v, want the last of each day: 2 and 4", votes)
		}
	}},
	{"more old readings than one search finds", func(w *world) {
		w.begin("hf")
		for n := range 4 {
			var all []paper.Listing
			for i := range 520 {
				all = append(all, listed(fmt.Sprintf("2606.%05d", i), fmt.Sprint("Robots ", i), n))
			}
			w.record("hf", noon.Add(time.Duration(n)*hour), all...)
		}
		w.prune(noon.Add(store.KeepReadings+2*day), 3*520)
		w.prune(noon.Add(store.KeepReadings+2*day), 0)
	}},
}

func (w *world) prune(now time.Time, want int) {
	w.Helper()
	n, err := w.Prune(w.Context(), now)
	w.ok(err)
	if n != want {
		w.Errorf("%d rows pruned, want %d", n, want)
	}
}
