package edition

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/store"
)

func parcelTo(n int, address string) *parcel {
	return newParcel(digest.Claim{Letter: letter.Letter{ID: int64(n), Kind: letter.Digest, Address: address}})
}

func TestPlacesTakeTurns(t *testing.T) {
	q := newQueue(newManners(Limits{}), time.Now)
	n := 0
	for _, place := range []string{"a", "a", "a", "a", "b", "c", "c"} {
		n++
		q.put(t.Context(), parcelTo(n, fmt.Sprintf("r%d@%s", n, place)))
	}
	var got strings.Builder
	for range n {
		p := q.poll()
		if p == nil {
			t.Fatal("nothing to take")
		}
		got.WriteString(p.place)
		q.back(p, true)
	}
	// Each of them early, and those of one place in their order.
	if order := got.String(); !strings.Contains(order[:3], "a") || !strings.Contains(order[:3], "b") || !strings.Contains(order[:3], "c") {
		t.Errorf("the order of places: %s", order)
	}
}

// Letters that lie together in the database leave together.
func TestPlacesThatHadNoLetterYetGoAsTheyCame(t *testing.T) {
	q := newQueue(newManners(Limits{}), time.Now)
	for n := range 50 {
		q.put(t.Context(), parcelTo(n, fmt.Sprintf("r@place%d", n)))
	}
	for n := range int64(50) {
		if p := q.poll(); p == nil || p.ID != n {
			t.Fatalf("%+v goes in place of letter %d", p, n)
		}
	}
}

// While a letter is on the way to a slow place, the others' go before its next.
func TestASlowPlaceHoldsUpNoOther(t *testing.T) {
	q := newQueue(newManners(Limits{}), time.Now)
	for n := range 9 {
		q.put(t.Context(), parcelTo(n, fmt.Sprintf("r%d@slow", n)))
	}
	for n := range 6 {
		q.put(t.Context(), parcelTo(100+n, fmt.Sprintf("r%d@fast%d", n, n%2)))
	}
	slow, fast := 0, 0
	for slow < 2 {
		p := q.poll()
		switch {
		case p == nil:
			t.Fatal("nothing to take")
		case p.place == "slow":
			slow++ // and never comes back
		default:
			fast++
			q.back(p, true)
		}
	}
	if fast != 6 {
		t.Errorf("only %d of 6 letters to other places went before the second to the slow one", fast)
	}
}

func TestOnePlaceDoesNotFillTheQueue(t *testing.T) {
	q := newQueue(newManners(Limits{Place: Limit{Connections: 1}}), func() time.Time { return mannersNow })
	for n := range queueRoom {
		if _, put := q.put(t.Context(), parcelTo(n, fmt.Sprintf("r%d@busy", n))); !put {
			t.Fatalf("parcel %d is given back though there is room", n)
		}
	}
	if q.poll() == nil {
		t.Fatal("nothing to take")
	}
	q.put(t.Context(), parcelTo(1000, "again@busy"))
	until, put := q.put(t.Context(), parcelTo(1001, "over@busy"))
	if put || !until.Equal(mannersNow.Add(busyFor)) {
		t.Errorf("put %v, until %s", put, until)
	}
}

// mannered is an edition over a new store with letters for these addresses, and
// conns that take what the answer says.
func mannered(t *testing.T, l Limits, connections int, answer func(to string) letter.Reply, addresses ...string) (*Edition, *store.Store, *sorting) {
	t.Helper()
	s := mustOpen(t, scratch(t))
	now := time.Now()
	for _, a := range addresses {
		addReader(t, s, a, "robots", utc(now.Hour()), now.Add(-time.Hour))
	}
	source := &shelf{name: "shelf"}
	source.put(1, 10, "Robots", now.Add(-2*time.Hour))
	box := &sorting{answer: answer, got: map[string]time.Duration{}, began: now}
	e := newEdition(t, s, box.open, source)
	e.Limits, e.manners, e.Connections = l, newManners(l), connections
	e.Log = slog.New(slog.DiscardHandler)
	e.Pull(t.Context(), now)
	if _, err := e.Enqueue(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return e, s, box
}

// sorting is an office that notes when letters came, and how many were on the
// way to one place at most.
type sorting struct {
	answer func(to string) letter.Reply // nil: all are taken
	slow   time.Duration
	began  time.Time

	mu   sync.Mutex
	got  map[string]time.Duration // since the beginning
	way  map[string]int
	most int
}

func (s *sorting) open(context.Context) (Conn, error) { return s, nil }
func (s *sorting) Close() error                       { return nil }

func (*sorting) Begin(context.Context, letter.Envelope) {}

func (s *sorting) Send(_ context.Context, e letter.Envelope) letter.Reply {
	place := placeOf(e.To)
	s.mu.Lock()
	if s.way == nil {
		s.way = map[string]int{}
	}
	s.way[place]++
	s.most = max(s.most, s.way[place])
	s.mu.Unlock()
	time.Sleep(s.slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.way[place]--
	if s.answer != nil {
		if r := s.answer(e.To); r.Code != 0 {
			return r
		}
	}
	if _, err := mail.ReadMessage(bytes.NewReader(e.Data)); err != nil {
		return letter.Reply{Stage: letter.StageDot, Code: 554, Text: err.Error()}
	}
	s.got[e.To] = time.Since(s.began)
	return letter.Reply{Stage: letter.StageDot, Code: 250}
}

func addresses(n int, place string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("reader%d@%s", i, place)
	}
	return out
}

// sendAll sends as a single round does: again where letters were held back.
func sendAll(t *testing.T, e *Edition, within time.Duration) SendReport {
	t.Helper()
	var sum SendReport
	for {
		r, err := e.Send(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		sum.Delivered, sum.Retrying, sum.Failed, sum.Next = sum.Delivered+r.Delivered, sum.Retrying+r.Retrying, sum.Failed+r.Failed, r.Next
		if r.Next.IsZero() || time.Until(r.Next) > within {
			return sum
		}
		time.Sleep(time.Until(r.Next))
	}
}

func TestAMinutesLimitIsKeptAndNobodyIsMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := append(addresses(10, "gmail.com"), addresses(3, "example.net")...)
		e, _, box := mannered(t, Limits{Places: map[string]Limit{"gmail.com": {PerMinute: 4}}}, 2, nil, all...)
		if got := sendAll(t, e, time.Hour); got.Delivered != 13 || got.Retrying != 0 {
			t.Errorf("%+v", got)
		}
		minutes := map[int]int{}
		for to, at := range box.got {
			if placeOf(to) == "gmail.com" {
				minutes[int(at/time.Minute)]++
			} else if at > time.Second {
				t.Errorf("%s waited %s for another place", to, at)
			}
		}
		if minutes[0] != 4 || minutes[1] != 4 || minutes[2] != 2 {
			t.Errorf("letters by minute: %v", minutes)
		}
	})
}

func TestConnectionsToOnePlaceAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, box := mannered(t, Limits{Place: Limit{Connections: 2}}, 5, nil, append(addresses(9, "gmail.com"), "a@example.net")...)
		box.slow = time.Second
		if got := sendAll(t, e, time.Hour); got.Delivered != 10 {
			t.Errorf("%+v", got)
		}
		if box.most != 2 {
			t.Errorf("%d letters were on the way to one place at once", box.most)
		}
		if at := box.got["a@example.net"]; at > 1500*time.Millisecond {
			t.Errorf("the other place waited %s", at)
		}
	})
}

func TestThePaceIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, box := mannered(t, Limits{PerMinute: 30}, 3, nil, addresses(5, "example.net")...)
		if got := sendAll(t, e, time.Hour); got.Delivered != 5 {
			t.Errorf("%+v", got)
		}
		last := time.Duration(0)
		for _, at := range box.got {
			last = max(last, at)
		}
		if last < 8*time.Second || last > 9*time.Second {
			t.Errorf("five letters, two seconds apart, took %s", last)
		}
	})
}

func TestAWarmUpIsKeptOverDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := Limits{WarmUp: WarmUp{Start: 3, Growth: 2}}
		e, s, box := mannered(t, limits, 2, nil, addresses(8, "example.net")...)
		r := sendAll(t, e, time.Hour)
		if r.Delivered != 3 || !r.Next.Equal(tomorrow(time.Now())) {
			t.Errorf("the first day: %+v", r)
		}
		// Another process on the same store has the same ceiling.
		other := newEdition(t, s, box.open)
		other.Limits, other.manners = limits, newManners(limits)
		other.alive = func(int) bool { return false }
		if r := sendAll(t, other, time.Hour); r.Delivered != 0 {
			t.Errorf("another process: %+v", r)
		}
		time.Sleep(time.Until(tomorrow(time.Now())))
		if r := sendAll(t, e, time.Hour); r.Delivered != 5 || !r.Next.IsZero() {
			t.Errorf("the second day: %+v", r)
		}
	})
}

// What goes back after midnight was counted on the day before.
func TestAWarmUpCountsNoLetterOfYesterdayAsTodays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24*time.Hour - time.Minute)
		sent := 0
		answer := func(string) letter.Reply {
			if sent++; sent == 1 {
				time.Sleep(2 * time.Minute)
				return letter.Reply{}
			}
			return letter.Reply{Stage: letter.StageMail, Code: 530, Text: "5.7.0 authentication required"}
		}
		e, s, _ := mannered(t, Limits{WarmUp: WarmUp{Start: 8}}, 1, answer, addresses(8, "example.net")...)
		yesterday := time.Now()
		if _, err := e.Send(t.Context(), yesterday); err == nil || sent != 2 {
			t.Fatalf("after %d letters: %v", sent, err)
		}
		for name, c := range map[string]struct {
			at   time.Time
			left int
		}{"yesterday": {yesterday, 6}, "today": {time.Now(), 8}} {
			left, err := s.Allow(t.Context(), c.at, 0, 100, func(int) int { return 8 })
			if err != nil || left != c.left {
				t.Errorf("%s leaves room for %d letters, want %d; %v", name, left, c.left, err)
			}
		}
	})
}

// A place that asks for less is left in peace, its readers stay, and the others
// get their letters; then it is tried with one.
func TestAPlaceThatAsksForLessIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		angry, asked := true, 0
		answer := func(to string) letter.Reply {
			if angry && placeOf(to) == "gmail.com" {
				asked++
				return letter.Reply{Stage: letter.StageDot, Host: "mx", Code: 421, Text: "4.7.28 unusual rate of mail"}
			}
			return letter.Reply{}
		}
		e, s, box := mannered(t, Limits{}, 1, answer, append(addresses(6, "gmail.com"), addresses(3, "example.net")...)...)
		r := sendAll(t, e, time.Minute)
		if r.Delivered != 3 || r.Retrying != 1 || asked != 1 || r.Next.Sub(box.began) < 10*time.Minute {
			t.Fatalf("%+v, asked %d times", r, asked)
		}
		time.Sleep(time.Until(r.Next))
		if r = sendAll(t, e, time.Minute); asked != 2 || r.Next.Before(time.Now().Add(19*time.Minute)) {
			t.Fatalf("the second time: %+v, asked %d times", r, asked)
		}
		angry = false
		time.Sleep(time.Until(r.Next))
		if r = sendAll(t, e, time.Hour); r.Delivered != 6 || r.Failed != 0 {
			t.Errorf("after the pause: %+v", r)
		}
		if places, err := s.PausedPlaces(t.Context(), time.Now()); err != nil || len(places) > 0 {
			t.Errorf("the place is still known as paused: %+v, %v", places, err)
		}
	})
}

// Where only the letters for one place are refused for what we are, these wait,
// and the others go on.
func TestAPlaceThatRefusesUsIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answer := func(to string) letter.Reply {
			if placeOf(to) == "gmail.com" {
				asked++
				return letter.Reply{Stage: letter.StageDot, Host: "mx", Code: 550, Text: "5.7.26 unauthenticated mail is not taken"}
			}
			return letter.Reply{}
		}
		e, s, _ := mannered(t, Limits{}, 1, answer, append(addresses(8, "gmail.com"), addresses(8, "example.net")...)...)
		if r, err := e.Send(t.Context(), time.Now()); err != nil || r.Delivered != 8 || r.Failed != 0 || asked != refusedInARow {
			t.Errorf("%+v, %v, asked %d times", r, err, asked)
		}
		places, err := s.PausedPlaces(t.Context(), time.Now())
		if err != nil || len(places) != 1 || places[0].Domain != "gmail.com" || !strings.Contains(places[0].Reason, "5.7.26") {
			t.Errorf("paused: %+v, %v", places, err)
		}
		if why, stopped, err := s.Stopped(t.Context()); stopped || err != nil {
			t.Errorf("the sending is told to have stopped: %+v, %v", why, err)
		}
	})
}

// Too few letters to know whether the server refuses us or their readers: they
// are tried again, less and less often and for two days, and the operator is told.
func TestFewLettersThatAreRefusedAreTriedHourly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var asked []time.Duration
		answer := func(to string) letter.Reply {
			if strings.HasPrefix(to, "a@") {
				asked = append(asked, time.Since(began))
			}
			return letter.Reply{Stage: letter.StageRcpt, Host: "relay", Code: 550, Text: "5.7.1 refused by policy"}
		}
		e, s, _ := mannered(t, Limits{}, 1, answer, "a@one.example", "b@two.example")
		failed := 0
		for failed == 0 && time.Since(began) < 60*time.Hour {
			r, err := e.Send(t.Context(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			failed = r.Failed
			if why, stopped, err := s.Stopped(t.Context()); !stopped || err != nil || !strings.Contains(why.Text, "policy") {
				t.Fatalf("the operator is told %+v, %v, %v", why, stopped, err)
			}
			time.Sleep(5 * time.Minute)
		}
		first, last := asked[0], asked[len(asked)-1]
		if failed == 0 || last-first < 45*time.Hour || last-first > 48*time.Hour || len(asked) < 36 || len(asked) > 54 {
			t.Errorf("%d given up, after %d attempts in %v", failed, len(asked), last-first)
		}
		for i, at := range asked[1:] {
			if i >= 3 && at-asked[i] < time.Hour {
				t.Errorf("attempt %d came %v after the one before", i+2, at-asked[i])
			}
		}
	})
}

// A place's quota is told of with the place, and is no refusal of us.
func TestAPlacesQuotaStopsNoSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := func(string) letter.Reply {
			return letter.Reply{Stage: letter.StageRcpt, Host: "relay", Code: 550, Text: "5.4.5 Daily user sending limit exceeded"}
		}
		e, s, _ := mannered(t, Limits{}, 1, answer, "a@one.example")
		if _, err := e.Send(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if why, stopped, err := s.Stopped(t.Context()); stopped || err != nil {
			t.Errorf("the operator is told %+v, %v", why, err)
		}
		if places, err := s.PausedPlaces(t.Context(), time.Now()); err != nil || len(places) != 1 {
			t.Errorf("paused: %+v, %v", places, err)
		}
	})
}

// A quota that every place seems to have is the mail server's own.
func TestAQuotaOfAllPlacesStopsTheSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tried := 0
		answer := func(string) letter.Reply {
			tried++
			return letter.Reply{Stage: letter.StageRcpt, Host: "relay", Code: 550, Text: "5.4.5 Daily user sending limit exceeded"}
		}
		e, s, _ := mannered(t, Limits{}, 1, answer, "a@one.example", "b@two.example", "c@three.example", "d@four.example", "e@five.example")
		if _, err := e.Send(t.Context(), time.Now()); err == nil || tried != refusedInARow {
			t.Errorf("error %v after %d letters", err, tried)
		}
		why, stopped, err := s.Stopped(t.Context())
		if err != nil || !stopped || why.Code != 550 || why.Host != "relay" {
			t.Errorf("the operator is told %+v, %v, %v", why, stopped, err)
		}
	})
}

func TestWhyTheSendingStoppedIsKeptUntilItGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refusing := true
		answer := func(string) letter.Reply {
			if refusing {
				return letter.Reply{Stage: letter.StageMail, Host: "relay", Code: 550, Text: "5.7.1 not you"}
			}
			return letter.Reply{}
		}
		e, s, _ := mannered(t, Limits{}, 1, answer, "a@example.net")
		if _, err := e.Send(t.Context(), time.Now()); err == nil {
			t.Fatal("the sending did not stop")
		}
		if _, stopped, err := s.Stopped(t.Context()); !stopped || err != nil {
			t.Errorf("not kept: %v", err)
		}
		refusing = false
		time.Sleep(time.Hour)
		if _, err := e.Send(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if why, stopped, err := s.Stopped(t.Context()); stopped || err != nil {
			t.Errorf("still kept: %+v, %v", why, err)
		}
	})
}

// The loop wakes when letters that were held back may go, however seldom cron
// wakes it.
func TestTheLoopWakesForLettersHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, s, box := mannered(t, Limits{Place: Limit{PerMinute: 2}}, 1, nil, addresses(6, "example.net")...)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var log bytes.Buffer
		e.Log = slog.New(slog.NewTextHandler(&log, nil))
		if err := NewLoop(e).Run(ctx, Schedule{Pull: "50 * * * *", Wake: "59 23 * * *"}); err != nil {
			t.Fatal(err)
		}
		if len(box.got) != 6 {
			t.Errorf("letters came at %v", box.got)
		}
		if told := strings.Count(log.String(), `msg="letters sent" delivered=2 retrying=0 failed=0`); told != 3 {
			t.Errorf("the log tells of %d sendings, want 3:\n%s", told, &log)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A place that asked for less gets no letter that was taken before it did.
func TestALetterTakenEarlyHeedsAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answer := func(string) letter.Reply {
			if asked++; asked == 1 {
				return letter.Reply{Stage: letter.StageDot, Host: "mx", Code: 450, Text: "4.7.28 unusual rate of mail"}
			}
			return letter.Reply{}
		}
		e, s, _ := mannered(t, Limits{}, 1, answer, addresses(6, "gmail.com")...)
		if r, err := e.Send(t.Context(), time.Now()); err != nil || r.Delivered != 0 || asked != 1 {
			t.Errorf("%+v, %v, %d letters were offered", r, err, asked)
		}
		if paused, err := s.PausedPlaces(t.Context(), time.Now()); err != nil || len(paused) != 1 {
			t.Errorf("paused: %v, %v", paused, err)
		}
		if got := sendAll(t, e, time.Hour); got.Delivered != 6 {
			t.Errorf("after the pause: %+v", got)
		}
	})
}

// napping takes its time for one place.
type napping struct{ *sorting }

func (n napping) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	if placeOf(e.To) == "slow.example" {
		time.Sleep(10 * time.Minute)
	}
	time.Sleep(50 * time.Millisecond)
	return n.sorting.Send(ctx, e)
}

// Nor does a letter taken early wait for the answer to another.
func TestALetterTakenEarlyIsLetGoBehindASlowOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, box := mannered(t, Limits{}, 2, nil, "a@slow.example", "b@x.example", "c@y.example", "d@z.example", "e@v.example")
		e.Open = func(context.Context) (Conn, error) { return napping{box}, nil }
		if got := sendAll(t, e, time.Hour); got.Delivered != 5 {
			t.Errorf("%+v", got)
		}
		for to, at := range box.got {
			if placeOf(to) != "slow.example" && at > 2*time.Second {
				t.Errorf("%s waited %s", to, at)
			}
		}
	})
}
