package subscription

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSlots(t *testing.T) {
	daily := func(zone string, hour int) Rhythm { return Rhythm{Zone: zone, Hour: hour, Weekends: true} }
	for name, c := range map[string]struct {
		rhythm Rhythm
		from   string
		want   []string // local times of the slots that follow
	}{
		"every day at the reader's hour": {daily("Europe/Berlin", 7), "2026-05-01T00:00:00Z",
			[]string{"2026-05-01T07:00:00+02:00", "2026-05-02T07:00:00+02:00", "2026-05-03T07:00:00+02:00"}},
		"an hour that does not exist comes with the first moment after": {daily("Europe/Berlin", 2), "2026-03-28T00:00:00Z",
			[]string{"2026-03-28T02:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		"an hour that exists twice comes once, the first time": {daily("Europe/Berlin", 2), "2026-10-23T12:00:00Z",
			[]string{"2026-10-24T02:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-26T02:00:00+01:00"}},
		"west of Greenwich too": {daily("America/New_York", 1), "2026-10-31T12:00:00Z",
			[]string{"2026-11-01T01:00:00-04:00", "2026-11-02T01:00:00-05:00"}},
		"a gap of half an hour": {daily("Australia/Lord_Howe", 2), "2026-10-03T00:00:00Z",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:00:00+11:00"}},
		"a zone at half past": {daily("Asia/Kolkata", 7), "2026-05-01T00:00:00Z",
			[]string{"2026-05-01T07:00:00+05:30", "2026-05-02T07:00:00+05:30"}},
		"a zone at a quarter to": {daily("Asia/Kathmandu", 7), "2026-05-01T00:00:00Z",
			[]string{"2026-05-01T07:00:00+05:45", "2026-05-02T07:00:00+05:45"}},
		"midnight that does not exist": {daily("Africa/Cairo", 0), "2026-04-22T22:00:00Z",
			[]string{"2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"}},
		"clocks that skip the end of a day": {daily("America/Nuuk", 23), "2026-03-27T12:00:00-02:00",
			[]string{"2026-03-27T23:00:00-02:00", "2026-03-28T22:00:00-02:00", "2026-03-29T23:00:00-01:00"}},
		"clocks that go back over midnight": {daily("America/St_Johns", 0), "2010-11-06T12:00:00Z",
			[]string{"2010-11-07T00:00:00-02:30", "2010-11-08T00:00:00-03:30"}},
		"and the evening before them": {daily("America/St_Johns", 23), "2010-11-06T12:00:00Z",
			[]string{"2010-11-06T23:00:00-02:30", "2010-11-07T23:00:00-03:30"}},
		"a day that is skipped has no slot": {daily("Pacific/Apia", 7), "2011-12-28T20:00:00Z",
			[]string{"2011-12-29T07:00:00-10:00", "2011-12-31T07:00:00+14:00", "2012-01-01T07:00:00+14:00"}},
		"a skipped Friday before a weekend off": {Rhythm{Zone: "Pacific/Apia", Hour: 7}, "2011-12-28T20:00:00Z",
			[]string{"2011-12-29T07:00:00-10:00", "2012-01-02T07:00:00+14:00"}},
		"a week whose day is skipped has its letter the day after": {
			Rhythm{Zone: "Pacific/Apia", Hour: 7, Weekly: true, Weekday: time.Friday}, "2011-12-22T00:00:00Z",
			[]string{"2011-12-23T07:00:00-10:00", "2011-12-31T07:00:00+14:00", "2012-01-06T07:00:00+14:00"}},
		"weekends off": {Rhythm{Zone: "UTC", Hour: 7}, "2026-05-01T00:00:00Z",
			[]string{"2026-05-01T07:00:00Z", "2026-05-04T07:00:00Z", "2026-05-05T07:00:00Z"}},
		"weekly on a Sunday, though weekends are off": {Rhythm{Zone: "UTC", Hour: 7, Weekly: true}, "2026-05-01T00:00:00Z",
			[]string{"2026-05-03T07:00:00Z", "2026-05-10T07:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			now := at(t, c.from)
			for _, want := range c.want {
				next, err := c.rhythm.Next(now)
				if err != nil || !next.Equal(at(t, want)) {
					loc, _ := Zone(c.rhythm.Zone)
					t.Fatalf("after %v: got %v, %v; want %s", now, next.In(loc), err, want)
				}
				now = next
			}
		})
	}
}

func TestDueAtTheVeryMoment(t *testing.T) {
	r := Rhythm{Zone: "Europe/Berlin", Hour: 7, Weekends: true}
	slot := at(t, "2026-05-01T05:00:00Z")
	for now, want := range map[time.Time]time.Time{
		slot:                     slot,
		slot.Add(-1):             slot.AddDate(0, 0, -1),
		slot.Add(23 * time.Hour): slot,
	} {
		if got, err := r.Due(now); err != nil || got != want {
			t.Errorf("due at %v: %v, %v; want %v", now, got, err, want)
		}
	}
}

func TestBadRhythms(t *testing.T) {
	for name, c := range map[string]struct {
		rhythm Rhythm
		names  string
	}{
		"hour past the day":        {Rhythm{Hour: 24, Zone: "UTC"}, "hour 24"},
		"hour before the day":      {Rhythm{Hour: -1, Zone: "UTC"}, "hour -1"},
		"weekday past the week":    {Rhythm{Weekday: 7, Zone: "UTC"}, "weekday 7"},
		"unknown zone is named":    {Rhythm{Zone: "Europe/Berlim"}, `"Europe/Berlim"`},
		"no zone":                  {Rhythm{}, "IANA"},
		"the machine's own zone":   {Rhythm{Zone: "Local"}, "IANA"},
		"a path instead of a zone": {Rhythm{Zone: "../../etc/passwd"}, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.rhythm.Validate(); err == nil || !strings.Contains(err.Error(), c.names) {
				t.Errorf("got %v, want an error with %s", err, c.names)
			}
			if _, err := c.rhythm.Due(time.Unix(0, 0)); err == nil {
				t.Error("Due has no error")
			}
			if _, err := c.rhythm.Next(time.Unix(0, 0)); err == nil {
				t.Error("Next has no error")
			}
		})
	}
}

// zonesToTry has every kind of trouble: both hemispheres, gaps of half an hour
// and at midnight, skipped and doubled days, odd offsets, changes at one
// minute past midnight.
var zonesToTry = []string{
	"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia",
	"Pacific/Kwajalein", "Pacific/Kiritimati", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Chatham", "Africa/Cairo",
	"America/Nuuk", "America/Havana", "Asia/Beirut", "Asia/Tehran", "America/St_Johns", "Africa/Casablanca",
	"Antarctica/Troll", "Europe/Dublin", "America/Juneau", "Asia/Manila", "Asia/Pyongyang", "America/Caracas",
	"Pacific/Honolulu", "Pacific/Auckland", "Asia/Gaza", "America/Scoresbysund", "Europe/Moscow", "Asia/Riyadh",
}

func TestSlotLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rhythm{
			Hour:     rapid.IntRange(0, 23).Draw(t, "hour"),
			Zone:     rapid.SampledFrom(zonesToTry).Draw(t, "zone"),
			Weekly:   rapid.Bool().Draw(t, "weekly"),
			Weekday:  time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")),
			Weekends: rapid.Bool().Draw(t, "weekends"),
		}
		loc, err := Zone(r.Zone)
		if err != nil {
			t.Fatal(err)
		}
		now := drawInstant(t, loc)
		checkLaws(t, r, loc, now)
	})
}

// drawInstant prefers moments near a change of the clocks.
func drawInstant(t *rapid.T, loc *time.Location) time.Time {
	now := time.Unix(rapid.Int64Range(-3_000_000_000, 4_000_000_000).Draw(t, "unix"), 0)
	if start, _ := now.In(loc).ZoneBounds(); !start.IsZero() && rapid.Bool().Draw(t, "near a change") {
		now = start.Add(time.Duration(rapid.IntRange(-3*24*60, 3*24*60).Draw(t, "minutes")) * time.Minute)
	}
	return now
}

func checkLaws(t *rapid.T, r Rhythm, loc *time.Location, now time.Time) {
	due, err := r.Due(now)
	if err != nil || due.After(now) {
		t.Fatalf("due at %v is %v, %v", now, due, err)
	}
	next, err := r.Next(now)
	if err != nil || !next.After(now) {
		t.Fatalf("next after %v is %v, %v", now, next, err)
	}
	if same, err := r.Due(next); err != nil || !same.Equal(next) {
		t.Fatalf("next %v is not due at its own moment: %v, %v", next, same, err)
	}
	if follows, err := r.Next(due); err != nil || !follows.Equal(next) {
		t.Fatalf("between neighbours %v and %v stands %v, %v", due, next, follows, err)
	}
	between := due.Add(next.Sub(due) / 2)
	if same, err := r.Due(between); err != nil || !same.Equal(due) {
		t.Fatalf("at %v, between %v and %v, due is %v, %v", between, due, next, same, err)
	}
	if dayOf(due, loc).Equal(dayOf(next, loc)) {
		t.Fatalf("two slots on one local day: %v and %v", due.In(loc), next.In(loc))
	}
	if next.Sub(due) < r.Period()/2 {
		t.Fatalf("%v and %v are within half a rhythm", due.In(loc), next.In(loc))
	}
	if next.Sub(due) > r.Period()+4*24*time.Hour {
		t.Fatalf("nothing between %v and %v", due.In(loc), next.In(loc))
	}
}
