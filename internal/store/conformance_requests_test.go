package store_test

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// ask asks for a subscription and returns its ticket.
func (w *world) ask(address string, now time.Time) (reader, ticket int64) {
	w.Helper()
	w.ok(w.Ask(w.Context(), asked(address, now.Add(day)), "example.org", now))
	r, err := w.ReaderByAddress(w.Context(), folded(address))
	w.ok(err)
	l := w.letters(r.ID)[0]
	if l.Kind != letter.Confirmation || l.State != letter.Queued || l.Address != address || l.Ticket != r.Ticket {
		w.Fatalf("asking queued %+v", l)
	}
	return r.ID, l.Ticket
}

func (w *world) stale(reader, ticket int64, now time.Time) {
	w.Helper()
	if _, err := w.Confirm(w.Context(), reader, ticket, now); !errors.Is(err, subscription.ErrStale) {
		w.Errorf("confirming ticket %d: %v", ticket, err)
	}
}

var requestTests = []test{
	{"who asks is pending, and active once they confirm", func(w *world) {
		id, ticket := w.ask("Ada@Example.org", noon)
		if got := w.reader(id); got.State != subscription.Pending || !got.Confirmed.IsZero() {
			w.Errorf("asking made %+v", got)
		}
		got, err := w.Confirm(w.Context(), id, ticket, noon.Add(hour))
		w.ok(err)
		want := subscription.Reader{
			ID: id, Address: "Ada@Example.org", Folded: "ada@example.org", State: subscription.Active, Language: "en",
			Keywords: "diffusion", Rhythm: daily(7), Papers: 5, Ticket: ticket,
			Consent: subscription.Consent{At: noon, Wording: "Send me papers", How: "form"},
			Created: noon, Confirmed: noon.Add(hour), Since: noon.Add(hour), Welcome: true,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
		if got := w.states(id); !cmp.Equal(got, []letter.State{letter.Dropped}) {
			w.Errorf("the mail that still waits is %v", got)
		}
	}},
	{"confirming twice is harmless, and brings back no older settings", func(w *world) {
		id, ticket := w.ask("a@example.org", noon)
		_, err := w.Confirm(w.Context(), id, ticket, noon)
		w.ok(err)
		w.ok(w.Change(w.Context(), id, subscription.Settings{Keywords: "later", Rhythm: daily(7)}, noon))
		got, err := w.Confirm(w.Context(), id, ticket, noon.Add(hour))
		w.ok(err)
		if got.Keywords != "later" || !got.Confirmed.Equal(noon) {
			w.Errorf("the second time made %+v", got)
		}
	}},
	{"who left is not brought back by their old confirmation", func(w *world) {
		id, ticket := w.ask("a@example.org", noon)
		_, err := w.Confirm(w.Context(), id, ticket, noon)
		w.ok(err)
		w.ok(w.Leave(w.Context(), id, noon))
		w.stale(id, ticket, noon)
	}},
	{"only the newest request can be confirmed, and only in its time", func(w *world) {
		id, first := w.ask("a@example.org", noon)
		_, second := w.ask("a@example.org", noon)
		w.stale(id, first, noon)
		w.stale(id, 0, noon)
		w.stale(id, second+1, noon)
		w.stale(id, second, noon.Add(day))
		_, err := w.Confirm(w.Context(), id, second, noon.Add(day-1))
		w.ok(err)
	}},
	{"asking again takes the place of the mail that waits", func(w *world) {
		id, _ := w.ask("a@example.org", noon)
		w.ask("a@example.org", noon)
		if got := w.states(id); !cmp.Equal(got, []letter.State{letter.Queued, letter.Superseded}) {
			w.Errorf("letters are %v", got)
		}
		ls := w.letters(id)
		if ls[0].MessageID == ls[1].MessageID {
			w.Errorf("two mails are both %s", ls[0].MessageID)
		}
	}},
	{"an address gets three mails of a kind a day, and one kind uses up no other", func(w *world) {
		other := w.add("other@example.org", noon)
		for name, ask := range map[string]func(time.Time) error{
			"Ask": func(at time.Time) error {
				return w.Ask(w.Context(), asked("a@example.org", at.Add(day)), "h", at)
			},
			"AskLink": func(at time.Time) error {
				return w.AskLink(w.Context(), "other@example.org", "h", at.Add(hour), at)
			},
			"AskMove": func(at time.Time) error {
				return w.AskMove(w.Context(), other.ID, "a@example.org", "a@example.org", "h", at.Add(hour), at)
			},
		} {
			for range 3 {
				w.ok(ask(noon))
			}
			before := w.reader(other.ID)
			if err := ask(noon.Add(day - 1)); !errors.Is(err, subscription.ErrTooMany) {
				w.Errorf("%s, a fourth time: %v", name, err)
			}
			if diff := cmp.Diff(before, w.reader(other.ID)); diff != "" {
				w.Errorf("%s, a fourth time: %s", name, diff)
			}
			w.ok(ask(noon.Add(day)))
		}
	}},
	{"tags of one mailbox share its three mails, and stay readers of their own", func(w *world) {
		for i := range 4 {
			address := fmt.Sprintf("a+tag%d@example.org", i)
			err := w.Ask(w.Context(), asked(address, noon.Add(day)), "h", noon)
			if (i < 3) != (err == nil) || i == 3 && !errors.Is(err, subscription.ErrTooMany) {
				w.Errorf("mail %d: %v", i, err)
			}
			if i < 3 {
				if r, err := w.ReaderByAddress(w.Context(), address); err != nil || r.Folded != address {
					w.Errorf("%s is reader %q: %v", address, r.Folded, err)
				}
			}
		}
	}},
	{"a reader can't have mails sent to many addresses", func(w *world) {
		r := w.add("a@example.org", noon)
		for i := range 4 {
			address := fmt.Sprintf("victim%d@example.org", i)
			err := w.AskMove(w.Context(), r.ID, address, address, "h", noon.Add(day), noon)
			if (i < 3) != (err == nil) || i == 3 && !errors.Is(err, subscription.ErrTooMany) {
				w.Errorf("mail %d: %v", i, err)
			}
		}
	}},
	{"a subscriber who asks again stays one, with the request beside", func(w *world) {
		for _, state := range []subscription.State{subscription.Active, subscription.Paused} {
			id := w.in(state)
			before := w.reader(id)
			q := asked(before.Address, noon.Add(day))
			q.Settings.Keywords = "new"
			w.ok(w.Ask(w.Context(), q, "h", noon))
			after := w.reader(id)
			ticket := after.Ticket
			after.Ticket = before.Ticket
			if diff := cmp.Diff(before, after); diff != "" {
				w.Error(diff)
			}
			got, err := w.Confirm(w.Context(), id, ticket, noon.Add(hour))
			w.ok(err)
			want := before
			want.Keywords, want.Ticket, want.NextDue = "new", ticket, time.Time{}
			if diff := cmp.Diff(want, got); diff != "" {
				w.Errorf("confirming changed more than the keywords:\n%s", diff)
			}
		}
	}},
	{"a request that nobody answers leaves things as they were", func(w *world) {
		for _, state := range []subscription.State{subscription.Left, subscription.Suppressed, subscription.Active} {
			id := w.in(state)
			before := w.reader(id)
			w.ask(before.Address, noon)
			if got := w.reader(id).State; state != subscription.Active && got != subscription.Pending {
				w.Errorf("asking made a %s reader %s", state, got)
			}
			w.ask(before.Address, noon.Add(hour))
			_, err := w.Expire(w.Context(), noon.Add(2*day))
			w.ok(err)
			after := w.reader(id)
			after.Ticket = before.Ticket
			if diff := cmp.Diff(before, after); diff != "" {
				w.Error(diff)
			}
			if got := w.states(id); !cmp.Equal(got, []letter.State{letter.Dropped, letter.Superseded}) {
				w.Errorf("the mails are %v", got)
			}
		}
	}},
	{"who never confirms is forgotten", func(w *world) {
		id, _ := w.ask("a@example.org", noon)
		w.expire(noon.Add(day-1), 0)
		w.expire(noon.Add(day), 1)
		if _, err := w.Reader(w.Context(), id); !errors.Is(err, errNoReader) {
			w.Errorf("then: %v", err)
		}
	}},
	{"a link is mailed to those who have an account, and to nobody else", func(w *world) {
		for state, mailed := range map[subscription.State]bool{"active": true, "paused": true, "left": true, "pending": false, "suppressed": false} {
			id := w.in(state)
			w.ok(w.AskLink(w.Context(), string(state)+"@example.org", "h", noon.Add(hour), noon))
			got := false
			for _, l := range w.letters(id) {
				got = got || l.Kind == letter.Access && l.State == letter.Queued && l.Address == string(state)+"@example.org"
			}
			if got != mailed {
				w.Errorf("%s: mailed %t", state, got)
			}
		}
		w.ok(w.AskLink(w.Context(), "nobody@example.org", "h", noon.Add(hour), noon))
	}},
	{"a link whose hour is over is not mailed any more", func(w *world) {
		id := w.in(subscription.Left)
		w.ok(w.AskLink(w.Context(), "left@example.org", "h", noon.Add(hour), noon))
		owner := w.join(noon)
		if got := w.claim(owner, noon.Add(hour)); len(got) != 0 {
			w.Errorf("claimed %v", got)
		}
		w.expire(noon.Add(hour), 0)
		if got := w.states(id); !cmp.Equal(got, []letter.State{letter.Dropped}) {
			w.Errorf("it is %v", got)
		}
	}},
	{"a move goes to the new address, and takes effect when confirmed", func(w *world) {
		r := w.add("old@example.org", noon)
		waiting := w.enqueue(r, noon)
		owner := w.join(noon)
		w.claim(owner, noon)
		w.ok(w.AskMove(w.Context(), r.ID, "New@Example.org", "new@example.org", "h", noon.Add(day), noon))
		l := w.claim(owner, noon)[0]
		if l.Kind != letter.Move || l.Address != "New@Example.org" || w.reader(r.ID).Folded != "old@example.org" {
			w.Errorf("asking queued %+v", l)
		}
		for range 2 {
			got, err := w.ConfirmMove(w.Context(), r.ID, l.Ticket, noon.Add(hour))
			w.ok(err)
			if got.Address != "New@Example.org" || got.Folded != "new@example.org" {
				w.Errorf("moved to %+v", got)
			}
		}
		// What a process was about to send to the old address goes to the new.
		if held, err := holds(w.Context(), w, owner, waiting); err != nil || held {
			w.Errorf("the letter to the old address is still held (%v)", err)
		}
		if got := w.claim(owner, noon.Add(hour)); len(got) != 1 || got[0].Address != "New@Example.org" {
			w.Errorf("then claimed %+v", got)
		}
	}},
	{"a move to another reader's address is refused, when its owner confirms", func(w *world) {
		r := w.add("a@example.org", noon)
		w.in(subscription.Left)
		ticket := w.askMove(r.ID, "left@example.org")
		if _, err := w.ConfirmMove(w.Context(), r.ID, ticket, noon); !errors.Is(err, subscription.ErrTaken) {
			w.Errorf("moving: %v", err)
		}
		if got := w.reader(r.ID).Folded; got != "a@example.org" {
			w.Errorf("now at %s", got)
		}
	}},
	{"an address that somebody typed and never confirmed keeps nobody out", func(w *world) {
		r := w.add("a@example.org", noon)
		typed := w.in(subscription.Pending)
		ticket := w.askMove(r.ID, "pending@example.org")
		_, err := w.ConfirmMove(w.Context(), r.ID, ticket, noon)
		w.ok(err)
		if _, err := w.Reader(w.Context(), typed); !errors.Is(err, errNoReader) {
			w.Errorf("the typed one: %v", err)
		}
	}},
	{"a move can't be undone by confirming an older request", func(w *world) {
		r := w.add("a@example.org", noon)
		_, ticket := w.ask("a@example.org", noon)
		move := w.askMove(r.ID, "new@example.org")
		_, err := w.ConfirmMove(w.Context(), r.ID, move, noon)
		w.ok(err)
		w.stale(r.ID, ticket, noon)
	}},
	{"links mailed to an address that was given up are void", func(w *world) {
		r := w.add("a@example.org", noon)
		w.ok(w.AskLink(w.Context(), "a@example.org", "h", noon.Add(hour), noon))
		link := w.letters(r.ID)[0]
		if w.reader(r.ID).Voided >= link.Ticket {
			w.Errorf("a fresh link is void")
		}
		_, err := w.ConfirmMove(w.Context(), r.ID, w.askMove(r.ID, "new@example.org"), noon)
		w.ok(err)
		if got := w.reader(r.ID).Voided; got < link.Ticket {
			w.Errorf("ticket %d still opens: void up to %d", link.Ticket, got)
		}
		for _, l := range w.letters(r.ID) {
			if l.Kind == letter.Access && l.State != letter.Dropped {
				w.Errorf("the mail with the void link is %s", l.State)
			}
		}
		w.ok(w.AskLink(w.Context(), "new@example.org", "h", noon.Add(hour), noon))
		if got := w.reader(r.ID); got.Voided >= w.letters(r.ID)[0].Ticket {
			w.Errorf("a link to the new address is void: up to %d", got.Voided)
		}
	}},
	{"what was asked can be looked at as long as it can be confirmed", func(w *world) {
		id, ticket := w.ask("a@example.org", noon)
		q, open, err := w.Asked(w.Context(), letter.Confirmation, id, ticket, noon)
		if err != nil || !open || q.Address != "a@example.org" || q.Settings.Keywords != "diffusion" || q.Settings.Papers != 5 {
			w.Errorf("asked %+v, open %v, %v", q, open, err)
		}
		if _, _, err := w.Asked(w.Context(), letter.Confirmation, id, ticket, noon.Add(day)); !errors.Is(err, subscription.ErrStale) {
			w.Errorf("expired: %v", err)
		}
		_, err = w.Confirm(w.Context(), id, ticket, noon)
		w.ok(err)
		if _, open, err := w.Asked(w.Context(), letter.Confirmation, id, ticket, noon); err != nil || open {
			w.Errorf("confirmed: open %v, %v", open, err)
		}
		if _, _, err := w.Asked(w.Context(), letter.Confirmation, 99, 1, noon); !errors.Is(err, errNoReader) {
			w.Errorf("nobody's: %v", err)
		}
	}},
	{"many who ask for one address at once are one reader with one request", func(w *world) {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			s := w.Store
			if i%2 == 1 {
				s = w.open()
			}
			wg.Go(func() { errs[i] = s.Ask(w.Context(), asked("a@example.org", noon.Add(day)), "h", noon) })
		}
		wg.Wait()
		tooMany := 0
		for _, err := range errs {
			if errors.Is(err, subscription.ErrTooMany) {
				tooMany++
			} else {
				w.ok(err)
			}
		}
		r, err := w.ReaderByAddress(w.Context(), "a@example.org")
		w.ok(err)
		if tooMany != len(errs)-3 || r.Ticket != 3 {
			w.Errorf("%d were too many, ticket %d", tooMany, r.Ticket)
		}
	}},
}

func (w *world) askMove(id int64, address string) (ticket int64) {
	w.Helper()
	w.ok(w.AskMove(w.Context(), id, address, address, "h", noon.Add(day), noon))
	return w.reader(id).Ticket
}
