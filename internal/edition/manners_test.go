package edition

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"paperboy/internal/letter"
)

var mannersNow = time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC)

// let admits letters for a place one after another, sends those that may go at
// once, and returns how many went and the minutes until which the others are
// given back.
func let(m *manners, place string, n int, now time.Time) (went int, held []int) {
	for range n {
		until, in := m.admit(place, false, now)
		if !in {
			held = append(held, int(until.Sub(now)/time.Minute))
			continue
		}
		m.sets(place, now)
		m.back(place, true)
		went++
	}
	return went, held
}

func TestLettersOverAMinutesLimitAreSpreadOverTheNext(t *testing.T) {
	m := newManners(Limits{Place: Limit{PerMinute: 3}, Places: map[string]Limit{"gmail.com": {PerMinute: 2}, "free.example": {}}})
	for _, tt := range []struct {
		place  string
		at     time.Duration
		n      int
		went   int
		untils []int
	}{
		{"example.org", 0, 8, 3, []int{1, 1, 1, 2, 2}},
		{"gmail.com", 0, 5, 2, []int{1, 1, 2}},            // its own limit
		{"free.example", 0, 9, 9, nil},                    // and none
		{"example.org", 59 * time.Second, 1, 0, []int{1}}, // behind those of before: the second minute
		{"example.org", time.Minute, 4, 3, []int{2}},      // the minute to come is full with them
		{"example.org", 10 * time.Minute, 3, 3, nil},
	} {
		went, held := let(m, tt.place, tt.n, mannersNow.Add(tt.at))
		if went != tt.went || !slices.Equal(held, tt.untils) {
			t.Errorf("%s after %s: %d of %d went, the others wait %v minutes", tt.place, tt.at, went, tt.n, held)
		}
	}
}

func TestNoticesWaitForNoLimit(t *testing.T) {
	m := newManners(Limits{Place: Limit{PerMinute: 1}})
	let(m, "example.org", 1, mannersNow)
	if _, in := m.admit("example.org", true, mannersNow); !in {
		t.Error("a confirmation waits for a limit")
	}
	m.rest(letter.Paused{Domain: "example.org", Until: mannersNow.Add(time.Minute)})
	if until, in := m.admit("example.org", true, mannersNow); in || !until.Equal(mannersNow.Add(time.Minute)) {
		t.Errorf("a confirmation goes to a place that asked for a pause: %v, %v", until, in)
	}
}

// Whatever comes when, no minute sees more letters than the limit.
func TestNoMinuteSeesMoreThanTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		m := newManners(Limits{Place: Limit{PerMinute: limit}})
		now := mannersNow
		var went []time.Time
		admitted := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
			if until, in := m.admit("x", false, now); in {
				admitted++
			} else if !until.After(now) {
				t.Fatalf("given back until %s, which is past", until)
			}
			for admitted > 0 && rapid.Bool().Draw(t, "send") {
				m.sets("x", now)
				m.back("x", true)
				admitted--
				went = append(went, now)
			}
			if i := len(went) - 1 - limit; i >= 0 && went[len(went)-1].Sub(went[i]) < time.Minute {
				t.Fatalf("%d letters within %s", limit+1, went[len(went)-1].Sub(went[i]))
			}
		}
	})
}

func TestThePaceOverAllIsEven(t *testing.T) {
	m := newManners(Limits{PerMinute: 60})
	now := mannersNow
	for n := range 5 {
		if wait := m.wait(now); wait > 0 {
			t.Fatalf("letter %d waits %s", n, wait)
		}
		m.sets(fmt.Sprint("place", n), now)
		if wait := m.wait(now); wait != time.Second {
			t.Fatalf("after letter %d: %s", n, wait)
		}
		now = now.Add(time.Second)
	}
	// A silence is not made up for.
	now = now.Add(time.Hour)
	m.sets("x", now)
	if wait := m.wait(now); wait != time.Second {
		t.Errorf("after a silence: %s", wait)
	}
}

func TestAPlaceThatAskedForLessIsTriedWithOneLetter(t *testing.T) {
	m := newManners(Limits{Place: Limit{Connections: 2}})
	more := func() bool { return m.at("x").more() }
	m.sets("x", mannersNow)
	if !more() {
		t.Error("one of two")
	}
	m.sets("x", mannersNow)
	if more() {
		t.Error("two of two")
	}
	m.back("x", true)
	m.back("x", true)
	pause := letter.Paused{Domain: "x", Until: mannersNow.Add(10 * time.Minute)}
	m.rest(pause)
	later := mannersNow.Add(time.Hour)
	m.begin([]letter.Paused{pause}, later)
	if _, in := m.admit("x", false, later); !in || !more() {
		t.Error("nothing goes after the pause")
	}
	m.sets("x", later)
	if more() {
		t.Error("a second letter goes before the first one is taken")
	}
	if m.back("x", false) || !more() {
		t.Error("a letter that failed relieves the place, or keeps the next one")
	}
	m.sets("x", later)
	if !m.back("x", true) {
		t.Error("a delivery does not relieve the place")
	}
	m.sets("x", later)
	if !more() {
		t.Error("the place is still tried with one letter")
	}
}

// Another process may have lifted a pause.
func TestBeginTakesOverTheStoresPauses(t *testing.T) {
	m := newManners(Limits{})
	m.rest(letter.Paused{Domain: "x", Until: mannersNow.Add(time.Hour)})
	m.begin([]letter.Paused{{Domain: "y", Until: mannersNow.Add(time.Hour)}}, mannersNow)
	if _, in := m.admit("x", false, mannersNow); !in {
		t.Error("x is still paused")
	}
	if _, in := m.admit("y", false, mannersNow); in {
		t.Error("y is not paused")
	}
	m.begin(nil, mannersNow.Add(time.Hour))
	if len(m.places) != 0 {
		t.Errorf("%d places are remembered for nothing", len(m.places))
	}
}

func TestNextIsTheFirstMomentToCome(t *testing.T) {
	m := newManners(Limits{})
	at := func(minutes int) time.Time { return mannersNow.Add(time.Duration(minutes) * time.Minute) }
	for _, n := range []int{5, 2, 9, 2} {
		m.hold(at(n))
	}
	for _, tt := range []struct{ now, want int }{{0, 2}, {1, 2}, {2, 5}, {7, 9}} {
		if got := m.next(at(tt.now)); !got.Equal(at(tt.want)) {
			t.Errorf("after %d minutes: %s", tt.now, got)
		}
	}
	if got := m.next(at(9)); !got.IsZero() {
		t.Errorf("at the end: %s", got)
	}
}

func TestWarmUpCeiling(t *testing.T) {
	for _, tt := range []struct {
		w       WarmUp
		earlier int
		want    int
	}{
		{WarmUp{50, 1.5}, 0, 50},
		{WarmUp{50, 1.5}, 1, 75},
		{WarmUp{50, 1.5}, 2, 112},
		{WarmUp{50, 2}, 10, 51200},
		{WarmUp{50, 2}, 5000, 1<<31 - 1}, // no overflow
		{WarmUp{50, 0}, 3, 50},
	} {
		if got := tt.w.Ceiling(tt.earlier); got != tt.want {
			t.Errorf("%+v after %d days: %d, want %d", tt.w, tt.earlier, got, tt.want)
		}
	}
	if (WarmUp{}).On() {
		t.Error("no warm-up is one")
	}
}

func TestPlaceOf(t *testing.T) {
	for address, want := range map[string]string{"a@Example.ORG": "example.org", `"a@b"@c.d`: "c.d", "nobody": "nobody"} {
		if got := placeOf(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}
