package edition

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// twiceDaily is a source that lists a new paper every half day of the year, so
// that no slot is a quiet one.
type twiceDaily struct{}

func (twiceDaily) Name() string { return "twice daily" }

func (twiceDaily) Fetch(_ context.Context, now time.Time, _ string) (paper.Batch, error) {
	s := shelf{name: "twice daily"}
	half := now.Truncate(12 * time.Hour)
	n := half.YearDay()*2 + half.Hour()/12
	s.put(n, 1, fmt.Sprintf("Robots, part %d", n), half)
	return paper.Batch{Listings: s.listings}, nil
}

// postman takes every letter and notes when.
type postman struct {
	mu  sync.Mutex
	got map[string][]time.Time // by address, when they came
	ids map[string]bool
}

func (p *postman) open(context.Context) (Conn, error) { return p, nil }
func (p *postman) Close() error                       { return nil }

func (*postman) Begin(context.Context, letter.Envelope) {}

func (p *postman) Send(_ context.Context, e letter.Envelope) letter.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, err := mail.ReadMessage(bytes.NewReader(e.Data))
	if err != nil {
		return letter.Reply{Stage: letter.StageData, Text: err.Error()}
	}
	id := m.Header.Get("Message-Id")
	if p.ids[id] {
		return letter.Reply{Stage: letter.StageDot, Code: 554, Text: "a second letter with the same id"}
	}
	p.ids[id] = true
	p.got[e.To] = append(p.got[e.To], time.Now().UTC())
	return letter.Reply{Stage: letter.StageDot, Code: 250}
}

// promised are the local days' slots of a rhythm from begin up to end, worked
// out by the calendar alone.
func promised(t *testing.T, r subscription.Rhythm, begin, end time.Time) []time.Time {
	t.Helper()
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		t.Fatal(err)
	}
	var out []time.Time
	local := begin.In(zone)
	for d := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, zone); ; d = d.AddDate(0, 0, 1) {
		slot := time.Date(d.Year(), d.Month(), d.Day(), r.Hour, 0, 0, 0, zone)
		if slot.In(zone).Hour() < r.Hour {
			slot = slot.Add(time.Hour) // an hour that the clocks jump over: its end
		}
		if !slot.Before(end) {
			return out
		}
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		if slot.Before(begin) || r.Weekly && d.Weekday() != r.Weekday || !r.Weekly && !r.Weekends && weekend {
			continue
		}
		out = append(out, slot.UTC())
	}
}

type yearReader struct {
	address string
	rhythm  subscription.Rhythm
	moves   string // the zone moved to in the middle of the year
}

var yearReaders = []yearReader{
	{address: "berlin@example.net", rhythm: subscription.Rhythm{Hour: 7, Zone: "Europe/Berlin", Weekends: true}},
	// New York's clocks jump over 02:00 in March and pass 01:00 twice in November.
	{address: "newyork@example.net", rhythm: subscription.Rhythm{Hour: 2, Zone: "America/New_York", Weekends: true}},
	{address: "kolkata@example.net", rhythm: subscription.Rhythm{Hour: 0, Zone: "Asia/Kolkata"}},
	{address: "santiago@example.net", rhythm: subscription.Rhythm{Hour: 23, Zone: "America/Santiago", Weekly: true, Weekday: time.Saturday}},
	{address: "mover@example.net", rhythm: subscription.Rhythm{Hour: 7, Zone: "Pacific/Auckland", Weekends: true}, moves: "Pacific/Honolulu"},
}

// A year of letters, with both changes of the clocks, a reader who crosses the
// date line, and a week of downtime: one letter a slot, and after the downtime
// one for all that was missed.
func TestAYearOfLetters(t *testing.T) {
	if testing.Short() {
		t.Skip("a year takes some seconds; skipped with -short")
	}
	// The loop wakes at the hours at which somebody's slot can lie, and at some
	// that are nobody's.
	schedule := Schedule{Pull: "5 0,12 * * *", Wake: "30 2,3,5-7,10,17-19 * * *"}
	synctest.Test(t, func(t *testing.T) {
		begin := time.Date(2027, 1, 1, 3, 10, 0, 0, time.UTC)
		time.Sleep(time.Until(begin))
		s := mustOpen(t, scratch(t))
		defer s.Close()
		ids := map[string]int64{}
		for _, r := range yearReaders {
			ids[r.address] = addReader(t, s, r.address, "robots", r.rhythm, begin)
		}
		box := &postman{got: map[string][]time.Time{}, ids: map[string]bool{}}
		runUntil := func(end time.Time) {
			ctx, cancel := context.WithDeadline(t.Context(), end)
			defer cancel()
			e := newEdition(t, s, box.open, twiceDaily{})
			if err := NewLoop(e).Run(ctx, schedule); err != nil {
				t.Error(err)
			}
			if err := e.Close(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		}
		down := time.Date(2027, 5, 10, 12, 10, 0, 0, time.UTC)
		up := down.AddDate(0, 0, 7)
		moved := time.Date(2027, 8, 2, 12, 10, 0, 0, time.UTC)
		end := time.Date(2028, 1, 1, 0, 10, 0, 0, time.UTC)

		runUntil(down)
		time.Sleep(time.Until(up))
		runUntil(moved)
		honolulu := subscription.Settings{Keywords: "robots", Rhythm: subscription.Rhythm{Hour: 7, Zone: "Pacific/Honolulu", Weekends: true}}
		if err := s.Change(t.Context(), ids["mover@example.net"], honolulu, time.Now()); err != nil {
			t.Fatal(err)
		}
		runUntil(end)

		for _, r := range yearReaders {
			want := expectYear(t, r, begin, down, up, moved, end, honolulu.Rhythm)
			compareTimes(t, r.address, want, box.got[r.address])
		}
	})
}

// expectYear is what the slots promise: the first letter at once, none within
// half a rhythm of the one before, one at the end of the downtime.
func expectYear(t *testing.T, r yearReader, begin, down, up, moved, end time.Time, then subscription.Rhythm) []time.Time {
	slots := promised(t, r.rhythm, begin, end)
	if r.moves != "" {
		slots = append(promised(t, r.rhythm, begin, moved), promised(t, then, moved, end)...)
	}
	letters := []time.Time{begin}
	missed := false
	for _, slot := range slots {
		if slot.After(down) && slot.Before(up) {
			missed = true
			continue
		}
		if missed {
			letters, missed = append(letters, up), false
		}
		if slot.Sub(letters[len(letters)-1]) >= r.rhythm.Period()/2 {
			letters = append(letters, slot)
		}
	}
	return letters
}

func compareTimes(t *testing.T, who string, want, got []time.Time) {
	t.Helper()
	if !slices.IsSortedFunc(got, time.Time.Compare) {
		t.Errorf("%s: out of order", who)
	}
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(want):
			t.Fatalf("%s: letter %d at %v is owed by no slot", who, i, got[i])
		case i >= len(got):
			t.Fatalf("%s: %d letters, the one of %v is missing", who, len(got), want[i])
		case got[i].Before(want[i]) || got[i].Sub(want[i]) > 30*time.Minute:
			t.Fatalf("%s: letter %d came at %v, its slot is %v", who, i, got[i], want[i])
		}
	}
	t.Logf("%s: %d letters", who, len(got))
}
