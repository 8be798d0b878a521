package subscription

import (
	"fmt"
	"sync"
	"time"
)

// far is how many days the search for a slot goes: past a week whose day was
// skipped, and past a weekend.
const far = 16

// Validate reports the first setting that can't be kept.
func (r Rhythm) Validate() error {
	if r.Hour < 0 || r.Hour > 23 {
		return fmt.Errorf("hour %d: must be from 0 to 23", r.Hour)
	}
	if r.Weekday < time.Sunday || r.Weekday > time.Saturday {
		return fmt.Errorf("weekday %d: must be from 0 (Sunday) to 6", int(r.Weekday))
	}
	_, err := Zone(r.Zone)
	return err
}

// Period is the time from one slot to the next, as a rule. No two letters of a
// reader come within half of it.
func (r Rhythm) Period() time.Duration {
	if r.Weekly {
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Due returns the latest slot that is not after now, in UTC.
func (r Rhythm) Due(now time.Time) (time.Time, error) {
	loc, err := r.location()
	if err != nil {
		return time.Time{}, err
	}
	// One day ahead: where clocks go back past midnight, tomorrow's first
	// hour comes before the end of today.
	for day := 1; day >= -far; day-- {
		if slot, ok := r.slot(dayOf(now, loc).AddDate(0, 0, day), loc); ok && !slot.After(now) {
			return slot, nil
		}
	}
	return time.Time{}, fmt.Errorf("no slot of %v up to %v", r, now)
}

// Next returns the first slot strictly after the given time, in UTC.
func (r Rhythm) Next(after time.Time) (time.Time, error) {
	loc, err := r.location()
	if err != nil {
		return time.Time{}, err
	}
	for day := -1; day <= far; day++ {
		if slot, ok := r.slot(dayOf(after, loc).AddDate(0, 0, day), loc); ok && slot.After(after) {
			return slot, nil
		}
	}
	return time.Time{}, fmt.Errorf("no slot of %v after %v", r, after)
}

func (r Rhythm) location() (*time.Location, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return Zone(r.Zone)
}

// dayOf returns the local calendar day of t, as midnight in UTC.
func dayOf(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// slot returns the slot that belongs to a calendar day, if there is one.
func (r Rhythm) slot(day time.Time, loc *time.Location) (time.Time, bool) {
	switch weekday := day.Weekday(); {
	case r.Weekly && weekday == r.Weekday:
		if slot, ok := instant(day, r.Hour, loc); ok {
			return slot, true
		}
		// The day was skipped: that week's letter comes a day later.
		return instant(day.AddDate(0, 0, 1), r.Hour, loc)
	case r.Weekly:
		return time.Time{}, false
	case !r.Weekends && (weekday == time.Saturday || weekday == time.Sunday):
		return time.Time{}, false
	}
	return instant(day, r.Hour, loc)
}

// instant returns when the local clock shows the hour on the day: the first
// time where it shows it twice; where clocks skip it, the first moment after
// the gap, or as long before the gap as the hour lies in it where the gap ends
// the day. A day that is skipped altogether has none.
func instant(day time.Time, hour int, loc *time.Location) (time.Time, bool) {
	wall := day.Add(time.Duration(hour) * time.Hour)
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), hour, 0, 0, 0, loc)
	start, end := near.ZoneBounds()
	var first, sameDay time.Time
	for _, offset := range []time.Duration{offsetBefore(start, near), offsetAt(near), offsetAfter(end, near)} {
		at := wall.Add(-offset)
		shown := clock(at, loc)
		if shown.Equal(wall) && (first.IsZero() || at.Before(first)) {
			first = at
		}
		if dayOf(at, loc).Equal(day) {
			sameDay = at
		}
	}
	if !first.IsZero() {
		return first, true
	}
	for _, jump := range []time.Time{start, end} {
		if !jump.IsZero() && clock(jump.Add(-1), loc).Before(wall) && clock(jump, loc).After(wall) &&
			dayOf(jump, loc).Equal(day) {
			return jump.UTC(), true
		}
	}
	return sameDay, !sameDay.IsZero()
}

// clock returns what the local clock shows at t, as if it were UTC.
func clock(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return t.UTC().Add(offsetAt(t))
}

// offsetAt returns how far the local clock of t is ahead of UTC.
func offsetAt(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// offsetBefore is the offset before the zone's start, t's own if it has none.
func offsetBefore(start, t time.Time) time.Duration {
	if start.IsZero() {
		return offsetAt(t)
	}
	return offsetAt(start.Add(-1))
}

// offsetAfter is the offset from the zone's end on, t's own if it has none.
func offsetAfter(end, t time.Time) time.Duration {
	if end.IsZero() {
		return offsetAt(t)
	}
	return offsetAt(end)
}

// zones keeps the zones once read: reading one costs more than all the rest of
// finding a slot. Only names of real zones get in, so it stays small.
var zones sync.Map

// Zone returns the time zone with this IANA name, e.g. Europe/Berlin. The
// machine's own zone has no name that could be kept, and is refused.
func Zone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone %q: must be an IANA name like Europe/Berlin", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q is not known: must be an IANA name like Europe/Berlin", name)
	}
	zones.Store(name, loc)
	return loc, nil
}
