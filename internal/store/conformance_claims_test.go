package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

// settle settles one letter.
func (w *world) settle(owner int64, l letter.Letter, outcome letter.Outcome, state letter.State, at time.Time) {
	w.Helper()
	w.ok(w.Settle(w.Context(), owner, []letter.Settlement{settlement(l, outcome, state, at)}))
}

func settlement(l letter.Letter, outcome letter.Outcome, state letter.State, at time.Time) letter.Settlement {
	reply := letter.Reply{Stage: letter.StageDot, Host: "mx.example.org", Code: 250, Text: "2.0.0 ok"}
	if outcome != letter.Delivered {
		reply = letter.Reply{Stage: letter.StageRcpt, Host: "mx.example.org", Code: 451, Text: "not now"}
	}
	s := letter.Settlement{Letter: l.ID, Reader: l.Reader, State: state, Attempt: letter.Attempt{At: at, Outcome: outcome, Reply: reply}}
	if state == letter.Queued {
		s.Retry = at.Add(hour)
	}
	return s
}

// holds asks about one letter what Turn tells of many.
func holds(ctx context.Context, s interface {
	Turn(context.Context, int64, []letter.Settlement, []int64) (map[int64]bool, error)
}, owner, id int64) (bool, error) {
	held, err := s.Turn(ctx, owner, nil, []int64{id})
	return held[id], err
}

func (w *world) held(owner, id int64) bool {
	w.Helper()
	held, err := holds(w.Context(), w, owner, id)
	w.ok(err)
	return held
}

func noneAlive(int) bool { return false }
func allAlive(int) bool  { return true }

var claimTests = []test{
	{"waiting tells of free letters whose time has come, and of held ones", func(w *world) {
		expect := func(want bool, at time.Time, when string) {
			w.Helper()
			got, err := w.Waiting(w.Context(), at)
			w.ok(err)
			if got != want {
				w.Errorf("%s: waiting is %v", when, got)
			}
		}
		expect(false, noon, "without letters")
		w.enqueue(w.add("a@example.org", noon), noon)
		expect(true, noon, "with a free letter")
		owner := w.join(noon)
		held := w.claim(owner, noon)
		expect(true, noon, "with a held one, whose owner may be dead")
		w.settle(owner, held[0], letter.Temporary, letter.Queued, noon)
		expect(false, noon.Add(time.Minute), "before the time of the next try")
		expect(true, noon.Add(2*hour), "at the next try")
		held = w.claim(owner, noon.Add(2*hour))
		w.settle(owner, held[0], letter.Delivered, letter.Sent, noon.Add(2*hour))
		expect(false, noon.Add(day), "with all letters sent")
	}},
	{"notices go before digests, and the older before the newer", func(w *world) {
		a, b := w.add("a@example.org", noon), w.add("b@example.org", noon)
		w.enqueue(a, noon.Add(time.Minute))
		w.enqueue(b, noon)
		w.ok(w.AskLink(w.Context(), "b@example.org", "h", noon.Add(day), noon.Add(hour)))
		w.ask("c@example.org", noon.Add(2*hour))
		var got []string
		for _, l := range w.claim(w.join(noon), noon.Add(3*hour)) {
			got = append(got, fmt.Sprint(l.Kind, " ", l.Address))
		}
		want := []string{"access b@example.org", "confirmation c@example.org", "digest b@example.org", "digest a@example.org"}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
	}},
	{"a notice that is tried again goes before the digests claimed with it", func(w *world) {
		w.ask("c@example.org", noon)
		owner := w.join(noon)
		w.settle(owner, w.claim(owner, noon)[0], letter.Temporary, letter.Queued, noon)
		w.enqueue(w.add("a@example.org", noon), noon)
		got := w.claim(owner, noon.Add(2*hour))
		if len(got) != 2 || got[0].Kind != letter.Confirmation || got[1].Kind != letter.Digest {
			w.Errorf("claimed %+v", got)
		}
	}},
	{"a turn settles the letter before and tells of the next, gone readers and all", func(w *world) {
		a, b, c := w.add("a@example.org", noon), w.add("b@example.org", noon), w.add("c@example.org", noon)
		d := w.add("d@example.org", noon)
		for _, r := range []subscription.Reader{a, b, c, d} {
			w.enqueue(r, noon)
		}
		owner := w.join(noon)
		ls := w.claim(owner, noon)
		w.ok(w.Leave(w.Context(), b.ID, noon))
		w.ok(w.Delete(w.Context(), d.ID))
		done := []letter.Settlement{settlement(ls[0], letter.Delivered, letter.Sent, noon)}
		held, err := w.Turn(w.Context(), owner, done, []int64{ls[0].ID, ls[1].ID, ls[2].ID, ls[3].ID, 4711})
		w.ok(err)
		want := map[int64]bool{ls[0].ID: false, ls[1].ID: false, ls[2].ID: true, ls[3].ID: false, 4711: false}
		if diff := cmp.Diff(want, held); diff != "" {
			w.Error(diff)
		}
		if got := w.states(a.ID); !cmp.Equal(got, []letter.State{letter.Sent}) {
			w.Errorf("the letter before is %v", got)
		}
	}},
	{"a claim is whole letters, as many as asked for, and nobody else's", func(w *world) {
		want := map[int64]digest.Claim{}
		for i := range 5 {
			r := w.add(fmt.Sprintf("r%d@example.org", i), noon)
			w.enqueue(r, noon, 1, 2)
			to := subscription.Reader{ID: r.ID, State: r.State, Confirmed: r.Confirmed}
			to.Rhythm.Zone, to.Rhythm.Weekly = r.Rhythm.Zone, r.Rhythm.Weekly
			want[r.ID] = digest.Claim{Letter: w.letters(r.ID)[0], To: to}
		}
		one, two := w.join(noon), w.join(noon)
		first, err := w.Claim(w.Context(), one, noon, 3)
		w.ok(err)
		rest, err := w.Claim(w.Context(), two, noon, 3)
		w.ok(err)
		got := map[int64]digest.Claim{}
		for _, c := range append(first, rest...) {
			got[c.Letter.Reader] = c
		}
		if diff := cmp.Diff(want, got); diff != "" || len(first) != 3 {
			w.Errorf("first %d\n%s", len(first), diff)
		}
		if !w.held(one, first[0].ID) || w.held(two, first[0].ID) {
			w.Error("a claim is not its owner's alone")
		}
		if again := w.claim(one, noon); len(again) != 0 {
			w.Errorf("claimed again %v", again)
		}
	}},
	{"what is released can be claimed by others, and only its owner releases it", func(w *world) {
		id := w.enqueue(w.add("a@example.org", noon), noon)
		one, two := w.join(noon), w.join(noon)
		w.claim(one, noon)
		w.ok(w.Release(w.Context(), two, []int64{id}))
		if !w.held(one, id) {
			w.Error("another owner released it")
		}
		w.ok(w.Release(w.Context(), one, []int64{id, 12345}))
		if got := w.claim(two, noon); len(got) != 1 || w.held(one, id) {
			w.Errorf("claimed %v", got)
		}
	}},
	{"a letter waits for its retry", func(w *world) {
		w.enqueue(w.add("a@example.org", noon), noon)
		w.deliver(letter.Temporary, letter.Queued, noon)
		owner := w.join(noon)
		if got := w.claim(owner, noon.Add(hour-1)); len(got) != 0 {
			w.Errorf("claimed %v", got)
		}
		if got := w.claim(owner, noon.Add(hour)); len(got) != 1 || got[0].Attempts != 1 || got[0].Unknown {
			w.Errorf("claimed %+v", got)
		}
	}},
	{"a parted owner's claims are free", func(w *world) {
		w.enqueue(w.add("a@example.org", noon), noon)
		one, two := w.join(noon), w.join(noon)
		w.claim(one, noon)
		w.ok(w.Part(w.Context(), one))
		if got := w.claim(two, noon); len(got) != 1 {
			w.Errorf("claimed %v", got)
		}
		w.lost(one)
	}},
	{"claims are freed of who is silent, and at once of this machine's dead", func(w *world) {
		for name, c := range map[string]struct {
			beat  time.Time
			host  string
			alive func(int) bool
			freed int
		}{
			"another machine's, beating": {noon.Add(-time.Minute), "there", noneAlive, 0},
			"another machine's, silent":  {noon.Add(-time.Minute - 1), "there", allAlive, 1},
			"this machine's, alive":      {noon, "here", allAlive, 0},
			"this machine's, dead":       {noon, "here", noneAlive, 1},
			"of a wrong clock":           {noon.Add(day + 1), "there", allAlive, 1},
		} {
			r := w.add(name+"@example.org", noon)
			id := w.enqueue(r, noon)
			other, err := w.Join(w.Context(), c.host, 4711, noon.Add(-day))
			w.ok(err)
			w.ok(w.Beat(w.Context(), other, c.beat))
			w.claim(other, noon)
			me := w.join(noon)
			freed, err := w.Reap(w.Context(), me, c.alive, "here", noon.Add(-time.Minute), noon)
			w.ok(err)
			if freed != c.freed || w.held(other, id) != (c.freed == 0) {
				w.Errorf("%s: %d freed", name, freed)
			}
			if c.freed > 0 {
				w.lost(other)
			} else {
				w.ok(w.Part(w.Context(), other))
			}
			w.ok(w.Part(w.Context(), me))
			w.ok(w.Delete(w.Context(), r.ID))
		}
	}},
	{"who else holds letters, and when they were heard of last", func(w *world) {
		me, other, idle := w.join(noon), w.join(noon), w.join(noon)
		for i := range 3 {
			w.enqueue(w.add(fmt.Sprintf("r%d@example.org", i), noon), noon)
		}
		_, err := w.Claim(w.Context(), other, noon, 2)
		w.ok(err)
		w.ok(w.Beat(w.Context(), other, noon.Add(hour)))
		w.claim(me, noon)
		got, err := w.Holders(w.Context(), me)
		w.ok(err)
		if diff := cmp.Diff([]letter.Holder{{Owner: other, Letters: 2, Beat: noon.Add(hour)}}, got); diff != "" {
			w.Errorf("%s (and %d holds none)", diff, idle)
		}
	}},
	{"nobody reaps themselves", func(w *world) {
		me := w.join(noon.Add(-day))
		_, err := w.Reap(w.Context(), me, noneAlive, "here", noon, noon)
		w.ok(err)
		w.ok(w.Beat(w.Context(), me, noon))
	}},
	{"many processes that claim at once never share a letter, and miss none", func(w *world) {
		const letters = 60
		for i := range letters {
			w.enqueue(w.add(fmt.Sprintf("r%d@example.org", i), noon), noon)
		}
		var mu sync.Mutex
		claimed := map[int64]int{}
		var wg sync.WaitGroup
		for i := range 4 {
			s := w.another(i)
			wg.Go(func() {
				for _, l := range w.claimAll(s) {
					mu.Lock()
					claimed[l.ID]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(claimed) != letters {
			w.Errorf("%d letters claimed", len(claimed))
		}
		for id, n := range claimed {
			if n != 1 {
				w.Errorf("letter %d was claimed %d times", id, n)
			}
		}
	}},
	{"while letters are claimed and superseded at once, each is one or the other", func(w *world) {
		const readers = 30
		for i := range readers {
			w.enqueue(w.add(fmt.Sprintf("r%d@example.org", i), noon.Add(-day)), noon.Add(-day), 1)
		}
		var wg sync.WaitGroup
		superseder, sender := w.another(1), w.another(0)
		wg.Go(func() { w.supersedeAll(superseder) })
		var sent []letter.Letter
		wg.Go(func() { sent = w.claimAll(sender) })
		wg.Wait()
		sent = append(sent, w.claimAll(w.Store)...)
		perReader := map[int64]int{}
		for _, l := range sent {
			perReader[l.Reader]++
		}
		for id, n := range perReader {
			if n != 1 {
				w.Errorf("reader %d gets %d letters with the same paper: %v", id, n, w.states(id))
			}
		}
		if len(perReader) != readers {
			w.Errorf("%d readers get a letter", len(perReader))
		}
	}},
}

func (w *world) lost(owner int64) {
	w.Helper()
	if err := w.Beat(w.Context(), owner, noon); !errors.Is(err, store.ErrLost) {
		w.Errorf("beating: %v", err)
	}
	if _, err := w.Claim(w.Context(), owner, noon, 1); !errors.Is(err, store.ErrLost) {
		w.Errorf("claiming: %v", err)
	}
}

// claimAll claims by small steps and settles what it holds, until nothing is
// left, and returns what it sent.
func (w *world) claimAll(s *store.Store) (sent []letter.Letter) {
	owner, err := s.Join(w.Context(), "here", 1, noon)
	for err == nil {
		var claims []digest.Claim
		if claims, err = s.Claim(w.Context(), owner, noon, 3); err != nil || len(claims) == 0 {
			break
		}
		for _, l := range lettersOf(claims) {
			held, err := holds(w.Context(), s, owner, l.ID)
			if err != nil || !held {
				w.Errorf("letter %d is not held: %v", l.ID, err)
			}
			sent = append(sent, l)
			if err := s.Settle(w.Context(), owner, []letter.Settlement{settlement(l, letter.Delivered, letter.Sent, noon)}); err != nil {
				w.Error(err)
			}
		}
	}
	if err != nil {
		w.Error(err)
	}
	return sent
}

// supersedeAll makes the next letter of everyone who has not had the paper.
func (w *world) supersedeAll(s *store.Store) {
	due, err := s.Due(w.Context(), noon, 0, 1000)
	if err != nil {
		w.Error(err)
	}
	for _, d := range due {
		if slices.Contains(d.History.Sent, 1) {
			continue
		}
		e := entry(d.Reader, noon, 1)
		e.Supersedes = d.Supersedes
		if _, err := s.Enqueue(w.Context(), []digest.Entry{e}, noon); err != nil {
			w.Error(err)
		}
	}
}

var settleTests = []test{
	{"a letter becomes what its attempt made of it", func(w *world) {
		for outcome, c := range map[letter.Outcome]struct {
			state    letter.State
			attempts int
			unknown  bool
			reader   subscription.State
		}{
			letter.Delivered:   {letter.Sent, 1, false, subscription.Active},
			letter.Temporary:   {letter.Queued, 1, false, subscription.Active},
			letter.Rejected:    {letter.Failed, 1, false, subscription.Active},
			letter.RefusesUs:   {letter.Queued, 1, false, subscription.Active},
			letter.Unknown:     {letter.Queued, 1, true, subscription.Active},
			letter.NoRecipient: {letter.Failed, 1, false, subscription.Suppressed},
		} {
			r := w.add(string(outcome)+"@example.org", noon)
			id := w.enqueue(r, noon, 1)
			owner := w.join(noon)
			l := w.claim(owner, noon)[0]
			w.settle(owner, l, outcome, c.state, noon)
			got := w.letters(r.ID)[0]
			if got.State != c.state || got.Attempts != c.attempts || got.Unknown != c.unknown || w.held(owner, id) {
				w.Errorf("%s: %+v", outcome, got)
			}
			if got := w.reader(r.ID).State; got != c.reader {
				w.Errorf("%s: the reader is %s", outcome, got)
			}
			w.ok(w.Delete(w.Context(), r.ID))
		}
	}},
	{"each attempt is kept, also of a letter whose place another took", func(w *world) {
		r := w.add("a@example.org", noon)
		id := w.enqueue(r, noon, 1)
		owner := w.join(noon)
		w.claim(owner, noon)
		reply := letter.Reply{Stage: letter.StageRcpt, Host: "mx.example.org", Code: 451, Text: "4.7.1 come back later"}
		w.ok(w.Settle(w.Context(), owner, []letter.Settlement{{
			Letter: id, Reader: r.ID, State: letter.Queued, Retry: noon.Add(hour),
			Attempt: letter.Attempt{At: noon.Add(time.Minute), Outcome: letter.Temporary, Reply: reply},
		}}))
		e := entry(w.dueOf(r.ID).Reader, noon.Add(day), 1)
		e.Supersedes = []int64{id}
		w.put(e)
		if got := w.states(r.ID); !cmp.Equal(got, []letter.State{letter.Queued, letter.Superseded}) {
			w.Errorf("letters are %v", got)
		}
		b, err := w.Export(w.Context(), r.ID)
		w.ok(err)
		for _, want := range []string{
			`"at": "2026-06-01T12:01:00Z"`, `"outcome": "temporary"`, `"stage": "rcpt"`, `"host": "mx.example.org"`, `"code": 451`, `"text": "4.7.1 come back later"`,
		} {
			if !strings.Contains(string(b), want) {
				w.Errorf("no %s in %s", want, b)
			}
		}
	}},
	{"an unknown outcome stays known through later attempts", func(w *world) {
		r := w.add("a@example.org", noon)
		w.enqueue(r, noon)
		w.deliver(letter.Unknown, letter.Queued, noon)
		w.deliver(letter.Temporary, letter.Queued, noon.Add(hour))
		if got := w.letters(r.ID)[0]; !got.Unknown || got.Attempts != 2 || !got.Tried.Equal(noon) {
			w.Errorf("it is %+v", got)
		}
	}},
	{"after the claim was lost, only delivery counts", func(w *world) {
		for outcome, want := range map[letter.Outcome]letter.State{
			letter.Delivered: letter.Sent, letter.Temporary: letter.Queued, letter.NoRecipient: letter.Queued, letter.Unknown: letter.Queued,
		} {
			r := w.add(string(outcome)+"@example.org", noon)
			id := w.enqueue(r, noon)
			stalled, heir := w.join(noon), w.join(noon)
			l := w.claim(stalled, noon)[0]
			w.ok(w.Part(w.Context(), stalled))
			w.claim(heir, noon)
			w.settle(stalled, l, outcome, map[bool]letter.State{true: letter.Sent, false: letter.Failed}[outcome == letter.Delivered], noon)
			got := w.letters(r.ID)[0]
			if got.State != want || w.held(heir, id) != (want == letter.Queued) || got.Unknown != (outcome == letter.Unknown) || got.Attempts != 1 {
				w.Errorf("%s: %+v", outcome, got)
			}
			if got := w.reader(r.ID).State; got != subscription.Active {
				w.Errorf("%s: the reader is %s", outcome, got)
			}
			w.ok(w.Delete(w.Context(), r.ID))
		}
	}},
	{"a letter that arrived though its reader had left is sent", func(w *world) {
		r := w.add("a@example.org", noon)
		w.enqueue(r, noon)
		owner := w.join(noon)
		l := w.claim(owner, noon)[0]
		w.ok(w.Leave(w.Context(), r.ID, noon))
		w.settle(owner, l, letter.Delivered, letter.Sent, noon)
		if got := w.letters(r.ID)[0].State; got != letter.Sent {
			w.Errorf("it is %s", got)
		}
	}},
	{"suppression takes the reader's other letters along", func(w *world) {
		r := w.add("a@example.org", noon)
		w.enqueue(r, noon)
		w.deliver(letter.Unknown, letter.Queued, noon)
		w.enqueue(r, noon.Add(day))
		owner := w.join(noon)
		l := w.claim(owner, noon)[0]
		w.settle(owner, l, letter.NoRecipient, letter.Failed, noon)
		if got := w.states(r.ID); !cmp.Equal(got, []letter.State{letter.Failed, letter.Dropped}) {
			w.Errorf("letters are %v", got)
		}
		if got := w.reader(r.ID); !got.SuppressedAt.Equal(noon) {
			w.Errorf("reader %+v", got)
		}
	}},
	{"who asked for an address that does not exist can't confirm, and is forgotten in time", func(w *world) {
		id, ticket := w.ask("a@example.org", noon)
		w.deliver(letter.NoRecipient, letter.Failed, noon)
		w.stale(id, ticket, noon)
		if got := w.reader(id).State; got != subscription.Pending {
			w.Errorf("reader is %s", got)
		}
		w.expire(noon.Add(day), 1)
	}},
	{"a move to an address that does not exist suppresses nobody", func(w *world) {
		r := w.add("a@example.org", noon)
		ticket := w.askMove(r.ID, "nowhere@example.org")
		w.deliver(letter.NoRecipient, letter.Failed, noon)
		if got := w.reader(r.ID).State; got != subscription.Active {
			w.Errorf("reader is %s", got)
		}
		if _, err := w.ConfirmMove(w.Context(), r.ID, ticket, noon); !errors.Is(err, subscription.ErrStale) {
			w.Errorf("moving: %v", err)
		}
	}},
	{"a group is settled whole or not at all", func(w *world) {
		a, b := w.add("a@example.org", noon), w.add("b@example.org", noon)
		w.enqueue(a, noon)
		w.enqueue(b, noon)
		owner := w.join(noon)
		ls := w.claim(owner, noon)
		group := []letter.Settlement{
			settlement(ls[0], letter.Delivered, letter.Sent, noon), settlement(ls[1], letter.Temporary, letter.Superseded, noon),
		}
		if err := w.Settle(w.Context(), owner, group); err == nil {
			w.Error("an attempt can supersede a letter")
		}
		if !w.held(owner, ls[0].ID) || w.letters(a.ID)[0].Attempts != 0 {
			w.Error("half of the group was settled")
		}
	}},
}
