package store_test

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

// picks are picks of these papers.
func picks(keys ...paper.Key) []letter.Pick {
	var all []letter.Pick
	for i, key := range keys {
		all = append(all, letter.Pick{Paper: key, Heat: float64(i), Reasons: []letter.Reason{{Term: "diffusion", Field: "title", Text: "Diffusion"}}})
	}
	return all
}

// entry is what a reader is owed for the slot at which it is made.
func entry(r subscription.Reader, made time.Time, keys ...paper.Key) digest.Entry {
	return digest.Entry{
		Reader: r, NextDue: made.Add(day),
		Letter: &letter.Letter{
			Kind: letter.Digest, Reader: r.ID, Slot: made, Made: made, State: letter.Queued,
			MessageID: letter.NewMessageID(letter.Digest, r.ID, made, "example.org"),
			Picks:     picks(keys...), Matched: len(keys) + 4, Keywords: r.Keywords, Horizon: 17,
		},
	}
}

func (w *world) put(entries ...digest.Entry) int {
	w.Helper()
	n, err := w.Enqueue(w.Context(), entries, noon)
	w.ok(err)
	return n
}

// enqueue queues a digest for the reader as they are, and returns its id.
func (w *world) enqueue(r subscription.Reader, made time.Time, keys ...paper.Key) int64 {
	w.Helper()
	if n := w.put(entry(w.reader(r.ID), made, keys...)); n != 1 {
		w.Fatalf("reader %d was not served", r.ID)
	}
	return w.letters(r.ID)[0].ID
}

func (w *world) due(now time.Time) []digest.Due {
	w.Helper()
	all, err := w.Due(w.Context(), now, 0, 1000)
	w.ok(err)
	return all
}

func (w *world) dueOf(id int64) digest.Due {
	w.Helper()
	d, err := w.DueOf(w.Context(), id, noon)
	w.ok(err)
	return d
}

// deliver sends the letter that waits for the reader, with this result.
func (w *world) deliver(outcome letter.Outcome, state letter.State, at time.Time) {
	w.Helper()
	owner := w.join(at)
	for _, l := range w.claim(owner, at) {
		w.settle(owner, l, outcome, state, at)
	}
	w.ok(w.Part(w.Context(), owner))
}

var outboxTests = []test{
	{"due are active readers whose time has come, page by page", func(w *world) {
		var want []int64
		for i := range 7 {
			r := w.add(fmt.Sprintf("r%d@example.org", i), noon)
			switch i {
			case 2:
				w.ok(w.Leave(w.Context(), r.ID, noon))
			case 4:
				w.enqueue(r, noon.Add(time.Nanosecond-day)) // due again just after noon
			case 5:
				w.enqueue(r, noon.Add(-day)) // due again at noon
				want = append(want, r.ID)
			default:
				want = append(want, r.ID)
			}
		}
		var got []int64
		for after := int64(0); ; {
			page, err := w.Due(w.Context(), noon, after, 2)
			w.ok(err)
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				got = append(got, d.Reader.ID)
			}
			after = got[len(got)-1]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
	}},
	{"a round for a past day sees who joined today", func(w *world) {
		r := w.add("a@example.org", noon)
		if got := w.due(noon.Add(-100 * day)); len(got) != 1 || got[0].Reader.ID != r.ID {
			w.Errorf("due are %v", got)
		}
	}},
	{"a new reader has had nothing", func(w *world) {
		r := w.add("a@example.org", noon)
		want := digest.Due{Reader: r, History: digest.History{First: true}}
		if diff := cmp.Diff([]digest.Due{want}, w.due(noon)); diff != "" {
			w.Error(diff)
		}
	}},
	{"what was sent is the picks of all living letters", func(w *world) {
		r := w.add("a@example.org", noon)
		w.send(r, noon, 1, 2)
		w.send(r, noon.Add(day), 3)
		w.ok(w.Change(w.Context(), r.ID, subscription.Settings{Keywords: "new", Rhythm: r.Rhythm}, noon))
		w.enqueue(r, noon.Add(2*day), 4)
		w.deliver(letter.Rejected, letter.Failed, noon.Add(2*day))
		d := w.dueOf(r.ID)
		if diff := cmp.Diff([]paper.Key{1, 2, 3}, d.History.Sent); diff != "" {
			w.Error(diff)
		}
		if d.History.First || d.History.Horizon != 17 || !d.History.At.Equal(noon.Add(day)) || d.History.Keywords != "diffusion" {
			w.Errorf("history %+v", d.History)
		}
		if !d.LastSlot.Equal(noon.Add(2*day)) || !d.LastMade.Equal(noon.Add(day)) || d.Supersedes != nil {
			w.Errorf("last slot %s, made %s, supersedes %v", d.LastSlot, d.LastMade, d.Supersedes)
		}
	}},
	{"a quiet slot counts as looked at, and not as a letter", func(w *world) {
		r := w.add("a@example.org", noon)
		w.send(r, noon, 1)
		quiet := entry(w.reader(r.ID), noon.Add(day))
		quiet.Letter.State, quiet.Letter.Horizon = letter.Quiet, 99
		w.put(quiet)
		d := w.dueOf(r.ID)
		if d.History.Horizon != 99 || !d.History.At.Equal(noon.Add(day)) || !d.LastMade.Equal(noon) {
			w.Errorf("%+v, last made %s", d.History, d.LastMade)
		}
		owner := w.join(noon)
		if got := w.claim(owner, noon.Add(2*day)); len(got) != 0 {
			w.Errorf("claimed %v", got)
		}
	}},
	{"the first letter is owed until it is made, and again after coming back", func(w *world) {
		r := w.add("a@example.org", noon)
		w.send(r, noon, 1)
		if d := w.dueOf(r.ID); d.History.First || d.Reader.Welcome {
			w.Errorf("after a letter: %+v", d)
		}
		w.ok(w.Leave(w.Context(), r.ID, noon.Add(hour)))
		_, ticket := w.ask("a@example.org", noon.Add(2*hour))
		_, err := w.Confirm(w.Context(), r.ID, ticket, noon.Add(3*hour))
		w.ok(err)
		d := w.dueOf(r.ID)
		if !d.History.First || !d.Reader.Welcome || !slices.Contains(d.History.Sent, 1) {
			w.Errorf("after coming back: %+v", d)
		}
		if n := w.put(entry(w.reader(r.ID), noon, 2)); n != 0 || !w.reader(r.ID).Welcome {
			w.Error("a slot that has its letter took the first one's place")
		}
	}},
	{"the next letter takes the place of one that waits, and its papers are free again", func(w *world) {
		r := w.add("a@example.org", noon)
		old := w.enqueue(r, noon, 1, 2)
		d := w.dueOf(r.ID)
		if !cmp.Equal(d.Supersedes, []int64{old}) || len(d.History.Sent) != 0 || !d.History.First || !d.LastSlot.Equal(noon) || !d.LastMade.IsZero() {
			w.Errorf("due %+v", d)
		}
		e := entry(d.Reader, noon.Add(day), 2, 3)
		e.Supersedes = d.Supersedes
		if n := w.put(e); n != 1 {
			w.Errorf("%d letters made", n)
		}
		if got := w.states(r.ID); !cmp.Equal(got, []letter.State{letter.Queued, letter.Superseded}) {
			w.Errorf("letters are %v", got)
		}
	}},
	{"a letter that a process has begun to send is not superseded, nor its reader served", func(w *world) {
		r := w.add("a@example.org", noon)
		old := w.enqueue(r, noon, 1)
		d := w.dueOf(r.ID)
		owner := w.join(noon)
		w.claim(owner, noon)
		e := entry(d.Reader, noon.Add(day), 1)
		e.Supersedes = d.Supersedes
		if n := w.put(e); n != 0 {
			w.Errorf("%d letters made", n)
		}
		if got := w.states(r.ID); !cmp.Equal(got, []letter.State{letter.Queued}) {
			w.Errorf("letters are %v", got)
		}
		// Nothing of the entry stays, so that the reader is looked at again.
		if diff := cmp.Diff(d.Reader, w.reader(r.ID)); diff != "" {
			w.Error(diff)
		}
		d = w.dueOf(r.ID)
		if !slices.Contains(d.History.Sent, 1) || d.Supersedes != nil {
			w.Errorf("letter %d is being sent, and due is %+v", old, d)
		}
	}},
	{"a letter that may have arrived is never superseded", func(w *world) {
		r := w.add("a@example.org", noon)
		w.enqueue(r, noon, 1)
		w.deliver(letter.Unknown, letter.Queued, noon)
		d := w.dueOf(r.ID)
		if !slices.Contains(d.History.Sent, 1) || d.Supersedes != nil {
			w.Errorf("due %+v", d)
		}
	}},
	{"one slot has one letter", func(w *world) {
		r := w.add("a@example.org", noon)
		w.send(r, noon, 1)
		r = w.reader(r.ID)
		e := entry(r, noon, 2)
		if n := w.put(e); n != 0 || len(w.letters(r.ID)) != 1 {
			w.Errorf("%d letters made", n)
		}
	}},
	{"who left since is not served", func(w *world) {
		r := w.add("a@example.org", noon)
		w.ok(w.Leave(w.Context(), r.ID, noon))
		if n := w.put(entry(r, noon, 1)); n != 0 || len(w.letters(r.ID)) != 0 {
			w.Errorf("%d letters made", n)
		}
	}},
	{"who changed their rhythm since keeps being looked at once", func(w *world) {
		r := w.add("a@example.org", noon)
		w.ok(w.Change(w.Context(), r.ID, subscription.Settings{Rhythm: daily(9)}, noon.Add(hour)))
		w.put(digest.Entry{Reader: r, NextDue: noon.Add(7 * day)}, entry(r, noon, 1))
		if got := w.reader(r.ID); !got.NextDue.IsZero() || len(w.letters(r.ID)) != 0 {
			w.Errorf("next look at %s", got.NextDue)
		}
	}},
	{"nothing owed only moves the next look", func(w *world) {
		r := w.add("a@example.org", noon)
		if n := w.put(digest.Entry{Reader: r, NextDue: noon.Add(hour)}); n != 0 {
			w.Errorf("%d letters made", n)
		}
		if got := w.reader(r.ID); !got.NextDue.Equal(noon.Add(hour)) || !got.Welcome {
			w.Errorf("then %+v", got)
		}
	}},
	{"a letter comes back as it was made", func(w *world) {
		r := w.add("Ada@Example.org", noon)
		e := entry(r, noon, 3, 1)
		w.put(e)
		want := *e.Letter
		want.ID, want.Address = 1, "Ada@Example.org"
		if diff := cmp.Diff([]letter.Letter{want}, w.letters(r.ID)); diff != "" {
			w.Error(diff)
		}
	}},
	{"many processes that enqueue at once make one letter for each reader", func(w *world) {
		const readers = 40
		for i := range readers {
			w.add(fmt.Sprintf("r%d@example.org", i), noon)
		}
		made := make([]int, 4)
		var wg sync.WaitGroup
		for i := range made {
			s := w.another(i)
			wg.Go(func() { made[i] = w.enqueueAll(s) })
		}
		wg.Wait()
		sum := 0
		for _, n := range made {
			sum += n
		}
		c, err := w.Census(w.Context())
		w.ok(err)
		if sum != readers || c.Letters[letter.Queued] != readers {
			w.Errorf("made %v, there are %v", made, c.Letters)
		}
	}},
}

// another is this store for the first of some processes, a new one for others.
func (w *world) another(i int) *store.Store {
	if i == 0 {
		return w.Store
	}
	return w.open()
}

func (w *world) enqueueAll(s *store.Store) (made int) {
	for after := int64(0); ; {
		due, err := s.Due(w.Context(), noon, after, 7)
		if err != nil {
			w.Error(err)
			return made
		}
		if len(due) == 0 {
			return made
		}
		after = due[len(due)-1].Reader.ID
		var entries []digest.Entry
		for _, d := range due {
			entries = append(entries, entry(d.Reader, noon, 1))
		}
		n, err := s.Enqueue(w.Context(), entries, noon)
		if err != nil {
			w.Error(err)
		}
		made += n
	}
}
