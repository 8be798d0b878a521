package store_test

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// serve gives the reader who is due a letter, and keeps in short what can be.
func (w *world) serve(at time.Time, keys ...paper.Key) digest.Due {
	w.Helper()
	all := w.due(at)
	if len(all) != 1 {
		w.Fatalf("%d readers are due", len(all))
	}
	w.put(served(all[0], at, keys...))
	return all[0]
}

func served(d digest.Due, at time.Time, keys ...paper.Key) digest.Entry {
	e := entry(d.Reader, at, keys...)
	e.Supersedes, e.Had = d.Supersedes, d.Had
	return e
}

// sameInFull holds what due readers had in short against all letters, and
// returns the first of them.
func (w *world) sameInFull(at time.Time) digest.Due {
	w.Helper()
	all := w.due(at)
	for _, d := range all {
		if diff := cmp.Diff(w.dueOf(d.Reader.ID), d, cmpopts.IgnoreFields(digest.Due{}, "Had", "Err"), cmpopts.EquateEmpty()); diff != "" {
			w.Errorf("had (-letters +in short)\n%s", diff)
		}
	}
	return all[0]
}

var hadTests = []test{
	{"what a reader had in short is what the letters say", func(w *world) {
		w.add("a@example.org", noon)
		for n := range 9 {
			at := noon.Add(time.Duration(n) * day)
			w.sameInFull(at)
			w.serve(at, paper.Key(2*n+1), paper.Key(2*n+2))
			switch n {
			case 2:
				w.deliver(letter.Rejected, letter.Failed, at)
			case 4: // waits, and the next takes its place
			default:
				w.deliver(letter.Delivered, letter.Sent, at)
			}
		}
		d := w.sameInFull(noon.Add(9 * day))
		want := []paper.Key{1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18}
		if diff := cmp.Diff(want, d.History.Sent); diff != "" {
			w.Error(diff)
		}
		if d.Had == nil || !d.Had.Slot.Equal(noon.Add(7*day)) {
			w.Errorf("in short is %+v, want all but the last letter", d.Had)
		}
	}},
	{"a letter that may still be sent or not is never kept in short", func(w *world) {
		w.add("a@example.org", noon)
		w.serve(noon, 1)
		w.deliver(letter.Delivered, letter.Sent, noon)
		w.serve(noon.Add(day), 2)
		w.deliver(letter.Unknown, letter.Queued, noon.Add(day))
		for n := 2; n < 5; n++ {
			w.serve(noon.Add(time.Duration(n)*day), paper.Key(n+1))
			d := w.sameInFull(noon.Add(time.Duration(n+1) * day))
			if d.Had != nil {
				w.Errorf("kept %+v", d.Had)
			}
		}
	}},
	{"a letter taken for dead that arrived after all is no longer left out", func(w *world) {
		r := w.add("a@example.org", noon)
		w.serve(noon, 1)
		lost := w.claim(w.join(noon), noon)[0]
		w.ok(w.Pause(w.Context(), r.ID, time.Time{}, noon)) // drops it under its sender's hands
		w.ok(w.Resume(w.Context(), r.ID, noon.Add(hour)))
		for n := 1; n < 4; n++ {
			at := noon.Add(time.Duration(n) * day)
			w.serve(at, paper.Key(n+1))
			w.deliver(letter.Delivered, letter.Sent, at)
		}
		at := noon.Add(4 * day)
		before := w.sameInFull(at)
		if slices.Contains(before.History.Sent, 1) || before.Had == nil {
			w.Errorf("had %+v", before)
		}
		w.settle(w.join(at), lost, letter.Delivered, letter.Sent, at)
		if d := w.sameInFull(at); !slices.Contains(d.History.Sent, 1) {
			w.Errorf("had %+v", d.History)
		}
		// What was chosen before that is not written: it could repeat a paper.
		if n := w.put(served(before, at, 1)); n != 0 {
			w.Errorf("%d letters made of what was known before", n)
		}
	}},
	{"papers that are no longer asked for are left out below the floor", func(w *world) {
		w.add("a@example.org", noon)
		for n := range 3 {
			at := noon.Add(time.Duration(n) * day)
			w.serve(at, paper.Key(n+1))
			w.deliver(letter.Delivered, letter.Sent, at)
		}
		d := w.due(noon.Add(3 * day))[0]
		d.Had.Sent, d.Had.Floor = d.Had.Sent[1:], 2
		w.put(served(d, noon.Add(3*day), 9))
		got := w.due(noon.Add(4 * day))[0].History
		if diff := cmp.Diff([]paper.Key{2, 3}, got.Sent); diff != "" || got.Floor != 2 {
			w.Errorf("floor %d, %s", got.Floor, diff)
		}
		if full := w.dueOf(d.Reader.ID).History; full.Floor != 0 || len(full.Sent) != 3 {
			w.Errorf("in full: %+v", full)
		}
	}},
}
