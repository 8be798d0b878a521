package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

var (
	errNoReader = subscription.ErrNoReader
	never       time.Time
)

// in brings a new reader into a state.
func (w *world) in(state subscription.State) int64 {
	w.Helper()
	address := fmt.Sprintf("%s@example.org", state)
	if state == subscription.Pending {
		w.ok(w.Ask(w.Context(), asked(address, noon.Add(day)), "example.org", noon))
		r, err := w.ReaderByAddress(w.Context(), address)
		w.ok(err)
		return r.ID
	}
	id := w.add(address, noon.Add(-day)).ID
	switch state {
	case subscription.Paused:
		w.ok(w.Pause(w.Context(), id, noon.Add(7*day), noon))
	case subscription.Left:
		w.ok(w.Leave(w.Context(), id, noon))
	case subscription.Suppressed:
		w.ok(w.Suppress(w.Context(), id, "complained", noon))
	}
	return id
}

var readerTests = []test{
	{"each act leads each state where it should, or is refused", func(w *world) {
		const refused = ""
		acts := map[string]func(id int64) error{
			"change":   func(id int64) error { return w.Change(w.Context(), id, subscription.Settings{Rhythm: daily(9)}, noon) },
			"pause":    func(id int64) error { return w.Pause(w.Context(), id, never, noon) },
			"resume":   func(id int64) error { return w.Resume(w.Context(), id, noon) },
			"leave":    func(id int64) error { return w.Leave(w.Context(), id, noon) },
			"suppress": func(id int64) error { return w.Suppress(w.Context(), id, "gone", noon) },
		}
		for state, wants := range map[subscription.State]map[string]subscription.State{
			"pending":    {"change": refused, "pause": refused, "resume": refused, "leave": "left", "suppress": "suppressed"},
			"active":     {"change": "active", "pause": "paused", "resume": "active", "leave": "left", "suppress": "suppressed"},
			"paused":     {"change": "paused", "pause": "paused", "resume": "active", "leave": "left", "suppress": "suppressed"},
			"left":       {"change": refused, "pause": refused, "resume": refused, "leave": "left", "suppress": "suppressed"},
			"suppressed": {"change": refused, "pause": refused, "resume": refused, "leave": "left", "suppress": "suppressed"},
		} {
			for act, want := range wants {
				id := w.in(state)
				err := acts[act](id)
				got := w.reader(id).State
				switch {
				case want == refused && (!errors.Is(err, errNoReader) || got != state):
					w.Errorf("%s of a %s reader: %v, then %s", act, state, err, got)
				case want != refused && (err != nil || got != want):
					w.Errorf("%s of a %s reader: %v, then %s; want %s", act, state, err, got, want)
				}
				w.ok(w.Delete(w.Context(), id))
			}
		}
	}},
	{"what nobody is answers ErrNoReader", func(w *world) {
		ctx := w.Context()
		_, byID := w.Reader(ctx, 7)
		_, byAddress := w.ReaderByAddress(ctx, "nobody@example.org")
		_, confirm := w.Confirm(ctx, 7, 1, noon)
		_, move := w.ConfirmMove(ctx, 7, 1, noon)
		_, export := w.Export(ctx, 7)
		_, due := w.DueOf(ctx, 7, noon)
		for i, err := range []error{
			byID, byAddress, confirm, move, export, due,
			w.Change(ctx, 7, subscription.Settings{}, noon), w.Pause(ctx, 7, noon, noon), w.Resume(ctx, 7, noon),
			w.Leave(ctx, 7, noon), w.Suppress(ctx, 7, "", noon), w.Delete(ctx, 7),
			w.AskMove(ctx, 7, "a@example.org", "a@example.org", "h", noon, noon),
		} {
			if !errors.Is(err, errNoReader) {
				w.Errorf("%d: %v", i, err)
			}
		}
	}},
	{"an added reader is active, welcome and looked at at once", func(w *world) {
		r := w.add("Ada@Example.org", noon)
		want := subscription.Reader{
			ID: r.ID, Address: "Ada@Example.org", Folded: "ada@example.org", State: subscription.Active,
			Keywords: "diffusion", Rhythm: daily(7), Papers: 5, Consent: subscription.Consent{At: noon},
			Created: noon, Confirmed: noon, Since: noon, Welcome: true,
		}
		if diff := cmp.Diff(want, r); diff != "" {
			w.Error(diff)
		}
	}},
	{"the address is one reader's, however it is typed", func(w *world) {
		w.add("Ada@Example.org", noon)
		_, err := w.Add(w.Context(), subscription.Reader{Address: "ADA@example.org", Folded: "ada@example.org"}, noon)
		if !errors.Is(err, subscription.ErrTaken) {
			w.Errorf("adding it again: %v", err)
		}
	}},
	{"the operator's word brings back who left", func(w *world) {
		id := w.in(subscription.Left)
		if got := w.add("left@example.org", noon.Add(hour)); got.ID != id || got.State != subscription.Active || !got.Confirmed.Equal(noon.Add(hour)) {
			w.Errorf("reader %+v", got)
		}
	}},
	{"new keywords keep the rhythm running, a new rhythm begins", func(w *world) {
		r := w.add("a@example.org", noon)
		w.ok(w.Change(w.Context(), r.ID, subscription.Settings{Keywords: "k", Rhythm: r.Rhythm, Papers: 3}, noon.Add(hour)))
		if got := w.reader(r.ID); got.Keywords != "k" || got.Papers != 3 || !got.Since.Equal(noon) || !got.NextDue.IsZero() {
			w.Errorf("after keywords: %+v", got)
		}
		weekly := subscription.Rhythm{Hour: 9, Zone: "Asia/Tokyo", Weekly: true, Weekday: time.Friday}
		w.ok(w.Change(w.Context(), r.ID, subscription.Settings{Keywords: "k", Rhythm: weekly}, noon.Add(2*hour)))
		if got := w.reader(r.ID); got.Rhythm != weekly || !got.Since.Equal(noon.Add(2*hour)) {
			w.Errorf("after a rhythm: %+v", got)
		}
	}},
	{"a pause ends by itself, as of its end", func(w *world) {
		id := w.in(subscription.Paused)
		w.expire(noon.Add(7*day-1), 0)
		w.expire(noon.Add(8*day), 1)
		if got := w.reader(id); got.State != subscription.Active || !got.Since.Equal(noon.Add(7*day)) || !got.PausedUntil.IsZero() {
			w.Errorf("reader %+v", got)
		}
	}},
	{"a pause without an end lasts", func(w *world) {
		id := w.add("a@example.org", noon).ID
		w.ok(w.Pause(w.Context(), id, never, noon))
		w.expire(noon.Add(1000*day), 0)
	}},
	{"what waits is dropped when its reader leaves, pauses or is suppressed", func(w *world) {
		for act, do := range map[string]func(int64) error{
			"leave":    func(id int64) error { return w.Leave(w.Context(), id, noon) },
			"pause":    func(id int64) error { return w.Pause(w.Context(), id, never, noon) },
			"suppress": func(id int64) error { return w.Suppress(w.Context(), id, "", noon) },
		} {
			r := w.add(act+"@example.org", noon)
			sent := w.enqueue(r, noon.Add(-day))
			owner := w.join(noon)
			w.settle(owner, w.claim(owner, noon)[0], letter.Delivered, letter.Sent, noon)
			id := w.enqueue(w.reader(r.ID), noon)
			w.claim(owner, noon)
			w.ok(do(r.ID))
			if got := w.states(r.ID); !cmp.Equal(got, []letter.State{letter.Dropped, letter.Sent}) {
				w.Errorf("after %s: letters %d, %d are %v", act, sent, id, got)
			}
			if held, err := holds(w.Context(), w, owner, id); err != nil || held {
				w.Errorf("after %s the letter is still to be sent (%v)", act, err)
			}
		}
	}},
	{"every reader is visited once, and the visitor may write", func(w *world) {
		want := map[int64]bool{}
		for i := range 1050 {
			if i < 20 || i > 1030 {
				want[w.add(fmt.Sprintf("r%d@example.org", i), noon).ID] = true
			}
		}
		got := map[int64]bool{}
		w.ok(w.EachReader(w.Context(), func(r subscription.Reader) error {
			got[r.ID] = true
			return w.Leave(w.Context(), r.ID, noon)
		}))
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
		stop := errors.New("stop")
		if err := w.EachReader(w.Context(), func(subscription.Reader) error { return stop }); !errors.Is(err, stop) {
			w.Errorf("the visitor's error came back as %v", err)
		}
	}},
	{"a deleted reader leaves nothing, and the id is never used again", func(w *world) {
		r := w.add("a@example.org", noon)
		w.enqueue(r, noon)
		owner := w.join(noon)
		claimed := w.claim(owner, noon)[0]
		w.ok(w.Ask(w.Context(), asked("a@example.org", noon.Add(day)), "h", noon))
		w.ok(w.Delete(w.Context(), r.ID))
		// The letter's sending may still end after its reader is gone.
		w.settle(owner, claimed, letter.Delivered, letter.Sent, noon)
		if got := w.letters(r.ID); len(got) != 0 {
			w.Errorf("letters %v", got)
		}
		c, err := w.Census(w.Context())
		w.ok(err)
		if len(c.Readers) != 0 || len(c.Letters) != 0 {
			w.Errorf("there still are %+v", c)
		}
		if again := w.add("a@example.org", noon); again.ID <= r.ID {
			w.Errorf("reader %d came after %d", again.ID, r.ID)
		}
	}},
	{"the export holds what is kept", func(w *world) {
		w.record("s", noon, listed("2605.00001", "A Paper", 1))
		r := w.add("Ada@Example.org", noon)
		w.send(r, noon, w.only(noon).Key)
		w.ok(w.AskMove(w.Context(), r.ID, "new@example.org", "new@example.org", "h", noon.Add(day), noon.Add(hour)))
		b, err := w.Export(w.Context(), r.ID)
		w.ok(err)
		if !json.Valid(b) {
			w.Errorf("not JSON: %s", b)
		}
		for _, want := range []string{"Ada@Example.org", "A Paper", "arxiv:2605.00001", "delivered", "250", "new@example.org", "diffusion"} {
			if !strings.Contains(string(b), want) {
				w.Errorf("no %q in %s", want, b)
			}
		}
	}},
}

func (w *world) expire(now time.Time, want int) {
	w.Helper()
	got, err := w.Expire(w.Context(), now)
	w.ok(err)
	if got != want {
		w.Errorf("expire at %s changed %d readers, want %d", now, got, want)
	}
}
